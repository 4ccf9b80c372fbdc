//! timm, whose tests have none of its initializers: what `timm.layers.weight_init` says of itself.

use super::{ALLOWED, KEY, assert_follows, filled, truncated_of, uniform_of};
use crate::common::normal;
use ndarray_init::presets::timm;
use ndarray_init::{Distribution, FanMode, Law, TruncatedNormal};

/// (out, in, 3, 3): fans of 72 and 144.
const KERNEL: [usize; 4] = [16, 8, 3, 3];

/// The default bounds are absolute, and 100 deviations away for the usual 0.02.
#[test]
fn absolute_bounds_cut_what_they_say_and_nothing_else() {
    let plain = normal(0.0, 0.02).into();
    assert_follows::<f32>(&timm::trunc_normal(None, 0.02, None, None).unwrap(), &KERNEL, &plain);
    let initializer = timm::trunc_normal(0.3, 0.5, 0.0, 1.0).unwrap();
    let law = TruncatedNormal::new(0.3, 0.5, 0.0, 1.0).unwrap().into();
    assert_follows::<f32>(&initializer, &KERNEL, &law);
}

/// timm warns that the values may be wrong if the mean is two deviations outside of the bounds.
#[test]
fn a_mean_far_outside_of_the_bounds_is_as_exact_as_any() {
    for (mean, [a, b]) in [(-3.0, [0.0, 1.0]), (-8.0, [0.0, 0.5]), (6.0, [-1.0, 1.0])] {
        let initializer = timm::trunc_normal(mean, 1.0, a, b).unwrap();
        // By the tail that does not round to 1.
        let (law, sign): (Law, f64) = if mean > 0.0 {
            (TruncatedNormal::new(-mean, 1.0, -b, -a).unwrap().into(), -1.0)
        } else {
            (initializer.into(), 1.0)
        };
        let sample = super::sample::<f64>(&initializer, &[1000], KEY.fork(&format!("{mean}")));
        assert!(sample.iter().all(|x| (a..=b).contains(x)));
        let turned: Vec<f64> = sample.iter().map(|x| sign * x).collect();
        let distance = super::distance(&turned, &law, ALLOWED);
        assert!(distance < 1.0, "the mean {mean} is {distance} times too far");
    }
}

/// The bounds of the `tf` variant are those of the standard normal, which is scaled and shifted then.
#[test]
fn bounds_in_deviations_are_scaled_and_shifted_with_the_law() {
    let (mean, std, a, b) = (0.25, 0.5, -1.0, 1.5);
    let standard = timm::trunc_normal_tf(0.0, 1.0, a, b).unwrap();
    let initializer = timm::trunc_normal_tf(mean, std, a, b).unwrap();
    let law = TruncatedNormal::new(mean, std, mean + a * std, mean + b * std).unwrap().into();
    assert_follows::<f32>(&initializer, &KERNEL, &law);
    let scaled = filled::<f64>(&standard, &KERNEL, KEY).mapv(|z| mean + std * z);
    for (found, expected) in filled::<f64>(&initializer, &KERNEL, KEY).iter().zip(&scaled) {
        assert!((found - expected).abs() < 1e-15, "{found}, not {expected}");
    }
    // The usual call: ±2 deviations.
    let usual = timm::trunc_normal_tf(None, 0.02, None, None).unwrap();
    assert_eq!([usual.lower(), usual.upper()], [-0.04, 0.04]);
}

/// timm has three modes. `fan_geo_avg` is an addition.
#[test]
fn variance_scaling_has_its_variance_in_every_form_and_mode() {
    for (mode, n) in [
        (FanMode::FanIn, 72.0),
        (FanMode::FanOut, 144.0),
        (FanMode::FanAvg, 108.0),
        (FanMode::FanGeoAvg, 72.0 * 2.0_f64.sqrt()),
    ] {
        let std = (1.5 / n).sqrt();
        for (distribution, law) in [
            (Distribution::TruncatedNormal, truncated_of(std)),
            (Distribution::UntruncatedNormal, normal(0.0, std).into()),
            (Distribution::Uniform, uniform_of(std)),
        ] {
            let initializer = timm::variance_scaling(1.5, mode, distribution).unwrap();
            assert_follows::<f32>(&initializer, &KERNEL, &law);
        }
    }
}

#[test]
fn lecun_normal_is_widened_for_its_cut() {
    let law = truncated_of((1.0 / 72.0_f64).sqrt());
    assert_follows::<f32>(&timm::lecun_normal(), &KERNEL, &law);
}
