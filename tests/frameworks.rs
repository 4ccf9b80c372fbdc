//! Laws of the frameworks' functions, by the elements of arrays: the formula that a framework documents, written
//! anew for the fans of a shape, as its own tests have it.
//!
//! Seeds are fixed, so every outcome is too. A sample passes if its Kolmogorov-Smirnov p-value is above 10⁻⁶, and
//! its mean and its variance are within five of their own standard deviations, which is about as rare.

use crate::common::samples::distance;
use crate::common::{normal, uniform};
use ndarray_init::ndarray::{Array2, ArrayD, IxDyn};
use ndarray_init::presets::{jax, keras, mindspore, timm, torch};
use ndarray_init::{
    AnyInitializer, Distribution, FanMode, InitError, InitExt, Initializer, Key, Law,
    TruncatedNormal,
};

const KEY: Key = Key::new(12);
/// Elements of a sample: arrays of a framework's shape are too small to tell laws apart.
const N: usize = if cfg!(debug_assertions) { 50_000 } else { 250_000 };
/// Kolmogorov and Smirnov's √n · D, 1 − K(2.694) = 10⁻⁶, and the standard deviations of a mean or a
/// variance, which is further off in 6 of 10⁷ samples.
const ALLOWED: [f64; 2] = [2.694, 5.0];

/// How far a sample of arrays of this shape is from the law, as a share of what is allowed. Each array has a key
/// of its own.
fn distance_from(law: &Law, initializer: &dyn Initializer<f32>, shape: &[usize]) -> f64 {
    // Other keys for each: the same words would pass or fail together.
    let key = KEY.fork(&format!("{law} {shape:?}"));
    let arrays = (0..N.div_ceil(shape.iter().product()) as u64).map(|i| {
        let array = ArrayD::<f32>::init(IxDyn(shape), initializer, key.fork_index(i));
        array.unwrap().mapv(f64::from)
    });
    distance(&arrays.flatten().collect::<Vec<_>>(), law, ALLOWED)
}

/// An initializer, a shape, and the law that its elements follow.
type Row = (AnyInitializer, &'static [usize], Law);

#[track_caller]
fn assert_follow(rows: impl IntoIterator<Item = Row>) {
    for (initializer, shape, law) in rows {
        let distance = distance_from(&law, &initializer, shape);
        println!("{law} at {shape:?}: {distance:.2} of what is allowed");
        assert!(
            distance < 1.0,
            "{initializer:?} at {shape:?}: {distance} times too far from {law}"
        );
    }
}

fn row(
    initializer: impl Into<AnyInitializer>,
    shape: &'static [usize],
    law: impl Into<Law>,
) -> Row {
    (initializer.into(), shape, law.into())
}

/// U[−b, b] of this standard deviation.
fn uniform_of(std: f64) -> Law {
    let bound = std * 3.0_f64.sqrt();
    uniform(-bound, bound).into()
}

fn normal_of(std: f64) -> Law {
    normal(0.0, std).into()
}

/// The normal cut at two sigmas that has this standard deviation after the cut.
fn truncated_of(std: f64) -> Law {
    let parent = std / 0.879_625_661_034_239_8;
    TruncatedNormal::in_sigmas(0.0, parent, -2.0, 2.0).unwrap().into()
}

/// Every check of a law rests on this.
#[test]
#[cfg_attr(debug_assertions, ignore = "the sample is too small without optimization")]
fn a_deviation_that_is_one_percent_off_does_not_pass_and_neither_does_another_law() {
    for (drawn, expected) in [
        (uniform_of(0.2), uniform_of(0.202)),
        (truncated_of(0.2), truncated_of(0.202)),
        (normal_of(0.2), normal_of(0.202)),
        (normal_of(0.2), normal_of(0.198)),
        (uniform_of(0.2), truncated_of(0.2)),
        (truncated_of(0.2), normal_of(0.2)),
    ] {
        let found = distance_from(&expected, &drawn, &[25, 20]);
        assert!(found > 1.0, "{drawn} passes for {expected}: {found}");
    }
}

/// Shapes of one, two, three and four axes, as the frameworks' own tests have them.
#[test]
fn plain_laws_follow_the_numbers_that_they_are_given() -> Result<(), InitError> {
    let cut = TruncatedNormal::new;
    assert_follow([
        row(keras::random_normal(0.0, 1.0)?, &[8, 12, 99], normal_of(1.0)),
        // Not widened: its own deviation is 0.88.
        row(keras::truncated_normal(0.0, 1.0)?, &[12, 99, 7], cut(0.0, 1.0, -2.0, 2.0)?),
        row(torch::uniform(-2.6, 1.3)?, &[43], uniform(-2.6, 1.3)),
        row(torch::normal(0.4, 4.8)?, &[34, 41], normal(0.4, 4.8)),
        row(torch::trunc_normal(-2.7, 0.4, -3.3, -2.2)?, &[43], cut(-2.7, 0.4, -3.3, -2.2)?),
        // One tail, far narrower than the deviation.
        row(torch::trunc_normal(0.0, 1.0, 2.0, 3.0)?, &[10_000], cut(0.0, 1.0, 2.0, 3.0)?),
        row(mindspore::normal(1.0, None)?, &[5, 4], normal_of(1.0)),
        // Absolute bounds are 100 deviations away.
        row(timm::trunc_normal(None, 0.02, None, None)?, &[16, 8, 3, 3], normal_of(0.02)),
        row(timm::trunc_normal(0.3, 0.5, 0.0, 1.0)?, &[16, 8, 3, 3], cut(0.3, 0.5, 0.0, 1.0)?),
        // timm warns that the values may be wrong if the mean is two deviations outside of the bounds.
        row(timm::trunc_normal(-3.0, 1.0, 0.0, 1.0)?, &[1000], cut(-3.0, 1.0, 0.0, 1.0)?),
        // Bounds in deviations are scaled and shifted with the law.
        row(timm::trunc_normal_tf(0.25, 0.5, -1.0, 1.5)?, &[1000], cut(0.25, 0.5, -0.25, 1.0)?),
    ]);
    Ok(())
}

#[test]
fn scaled_laws_follow_the_fans_of_the_shape() -> Result<(), InitError> {
    // A kernel of 5 × 6 places, 4 input and 2 output channels.
    let (shape, fan_in, fan_out): (&[usize], f64, f64) = (&[5, 6, 4, 2], 120.0, 60.0);
    let both = fan_in + fan_out;
    assert_follow([
        row(keras::lecun_uniform(), shape, uniform_of((1.0 / fan_in).sqrt())),
        row(keras::lecun_normal(), shape, truncated_of((1.0 / fan_in).sqrt())),
        row(keras::glorot_uniform(), shape, uniform_of((2.0 / both).sqrt())),
        row(keras::glorot_normal(), shape, truncated_of((2.0 / both).sqrt())),
        row(keras::he_uniform(), shape, uniform_of((2.0 / fan_in).sqrt())),
        row(jax::he_normal(None, None, None), shape, truncated_of((2.0 / fan_in).sqrt())),
    ]);
    let kernels: [(&[usize], f64, f64); 2] =
        [(&[21, 24], 24.0, 21.0), (&[20, 25, 3, 4], 300.0, 240.0)];
    for (shape, fan_in, fan_out) in kernels {
        let (xavier, he) = ((2.0 / (fan_in + fan_out)).sqrt(), (2.0 / fan_in).sqrt());
        let kaiming = (2.0 / ((1.0 + 0.6 * 0.6) * fan_out)).sqrt();
        assert_follow([
            row(torch::xavier_uniform(None)?, shape, uniform_of(xavier)),
            row(torch::xavier_normal(0.37)?, shape, normal_of(0.37 * xavier)),
            row(torch::kaiming_uniform(0.6, FanMode::FanOut, None)?, shape, uniform_of(kaiming)),
            row(torch::kaiming_normal(None, None, None)?, shape, normal_of(he)),
            row(mindspore::xavier_uniform(1.2)?, shape, uniform_of(1.2 * xavier)),
            row(timm::lecun_normal(), shape, truncated_of((1.0 / fan_in).sqrt())),
        ]);
    }
    Ok(())
}

/// Keras' own test allows 0.1 more or less, so that √(2 / 20) would pass for √(2 / 25).
#[test]
fn variance_scaling_has_its_variance_in_every_form_and_mode() -> Result<(), InitError> {
    for (mode, n) in [
        (FanMode::FanIn, 72.0),
        (FanMode::FanOut, 144.0),
        (FanMode::FanAvg, 108.0),
        (FanMode::FanGeoAvg, 72.0 * 2.0_f64.sqrt()),
    ] {
        let (std, shape) = ((1.5_f64 / n).sqrt(), &[16, 8, 3, 3]);
        let of = |form| timm::variance_scaling(1.5, mode, form);
        assert_follow([
            row(of(Distribution::TruncatedNormal)?, shape, truncated_of(std)),
            row(of(Distribution::UntruncatedNormal)?, shape, normal_of(std)),
            row(of(Distribution::Uniform)?, shape, uniform_of(std)),
        ]);
    }
    Ok(())
}

/// In `f32`, to the 10⁻⁶ of PyTorch's and MindSpore's own tests, which gains above 1 multiply here.
#[test]
fn small_orthogonal_kernels_are_as_exact_as_the_frameworks_ask() -> Result<(), InitError> {
    for gain in [1.0, 0.3, 1.6] {
        for (initializer, shape) in [
            (torch::orthogonal(gain)?, &[3, 4][..]),
            (torch::orthogonal(gain)?, &[4, 3]),
            (torch::orthogonal(gain)?, &[20, 2, 3, 4]),
            (mindspore::orthogonal(gain)?, &[2, 2]),
        ] {
            let kernel = ArrayD::<f32>::init(IxDyn(shape), &initializer, KEY)?.mapv(f64::from);
            let (rows, columns) = (shape[0], kernel.len() / shape[0]);
            let w = kernel.into_shape_with_order((rows, columns)).unwrap();
            let gram = if rows > columns { w.t().dot(&w) } else { w.dot(&w.t()) };
            let difference = gram - Array2::<f64>::eye(rows.min(columns)) * gain * gain;
            let defect = difference.iter().fold(0.0_f64, |max, x| max.max(x.abs()));
            let allowed = 1e-6 * gain.max(1.0).powi(2);
            assert!(defect < allowed, "{shape:?} times {gain} is off by {defect:e}");
        }
    }
    Ok(())
}
