//! PyTorch.

use super::{
    ALLOWED, KEY, assert_follows, assert_hands_on, distance, filled, refused, sample, uniform_of,
};
use crate::common::{Listed, normal, uniform};
use ndarray_init::ndarray::{ArrayD, Axis, Slice};
use ndarray_init::presets::torch;
use ndarray_init::{FanMode, InitError, Initializer, Key, Nonlinearity, TruncatedNormal};
#[cfg(feature = "half")]
use ndarray_init::{
    Law,
    half::{bf16, f16},
};
use std::collections::BTreeSet;

/// Shapes of one, two and four axes, as PyTorch's tests take them.
const SHAPES: [&[usize]; 3] = [&[43], &[34, 41], &[13, 11, 9, 12]];
/// (out, in, spatial…), with fan_in and fan_out.
const KERNELS: [(&[usize], f64, f64); 2] =
    [(&[21, 24], 24.0, 21.0), (&[20, 25, 3, 4], 300.0, 240.0)];

// --- gains ------------------------------------------------------------------------------------------

#[test]
fn a_steep_leaky_relu_has_the_gain_of_its_slope() {
    let gain = |slope: f64| torch::calculate_gain(Nonlinearity::leaky_relu(), slope).unwrap();
    assert_eq!(gain(10.0), 0.140_719_508_946_058_36);
    assert_eq!(gain(0.0), 2.0_f64.sqrt());
    assert_eq!(gain(0.01), torch::calculate_gain(Nonlinearity::leaky_relu(), None).unwrap());
}

#[test]
fn names_that_are_no_nonlinearity_are_refused() {
    for name in ["\"qw\"", "\"gelux\"", "\"leaky\"", "{\"leaky_relu\": {\"negative_slope\": [1]}}"]
    {
        assert!(serde_json::from_str::<Nonlinearity>(name).is_err(), "{name}");
    }
    assert_eq!(serde_json::from_str("\"tanh\"").ok(), Some(Nonlinearity::Tanh));
}

// --- plain laws -------------------------------------------------------------------------------------

#[test]
fn uniform_and_normal_arrays_follow_their_law() {
    for (shape, (a, b)) in SHAPES.iter().zip([(-2.6, 1.3), (0.4, 1.7), (2.9, 7.4)]) {
        assert_follows::<f32>(&torch::uniform(a, b).unwrap(), shape, &uniform(a, b).into());
    }
    for (shape, (mean, std)) in SHAPES.iter().zip([(-2.6, 1.2), (0.4, 4.8), (2.9, 2.1)]) {
        let law = normal(mean, std).into();
        assert_follows::<f32>(&torch::normal(mean, std).unwrap(), shape, &law);
    }
}

/// PyTorch compares with the bounds as the type rounds them. Here none is exceeded before rounding.
#[test]
fn truncated_normals_follow_their_law_and_keep_to_their_bounds() {
    for (shape, [mean, std, a, b]) in SHAPES.iter().zip([
        [-2.7, 0.4, -3.3, -2.2],
        [1.9, 0.013, 1.877, 1.901],
        [0.3, 0.95, -1.5, 0.31],
    ]) {
        let initializer = torch::trunc_normal(mean, std, a, b).unwrap();
        let law = TruncatedNormal::new(mean, std, a, b).unwrap().into();
        assert_follows::<f32>(&initializer, shape, &law);
        assert_follows::<f64>(&initializer, shape, &law);
        let within = |x: f64| (a..=b).contains(&x);
        assert!(filled::<f32>(&initializer, shape, KEY).iter().all(|&x| within(x.into())));
        assert!(filled::<f64>(&initializer, shape, KEY).iter().all(|&x| within(x)));
    }
}

/// Of one tail, far narrower than the deviation.
#[test]
fn a_narrow_interval_of_a_tail_follows_its_law() {
    let initializer = torch::trunc_normal(0.0, 1.0, 2.0, 3.0).unwrap();
    let law = TruncatedNormal::new(0.0, 1.0, 2.0, 3.0).unwrap().into();
    assert_follows::<f32>(&initializer, &[10_000], &law);
    assert_follows::<f64>(&initializer, &[10_000], &law);
    #[cfg(feature = "half")]
    assert_ten_thousand_follow::<f16>(&law);
}

/// A half type has few numbers, and in 250 000 elements the steps between them would be seen.
#[cfg(feature = "half")]
#[track_caller]
fn assert_ten_thousand_follow<A: Listed>(law: &Law) {
    let array = filled::<A>(law, &[10_000], KEY.fork(&format!("{law}")));
    let sample: Vec<f64> = array.iter().map(|x| x.parts()[0]).collect();
    let distance = distance(&sample, law, ALLOWED);
    assert!(distance < 1.0, "{law} as {}: {distance} times too far", A::TYPE);
}

/// PyTorch leaves out `bfloat16`, which has 65 numbers from 2 to 3: too few for Kolmogorov and Smirnov.
/// Each of them is counted here. χ² of 64 degrees of freedom is above 133 in one of 10⁶ samples.
#[cfg(feature = "half")]
#[test]
fn every_number_of_bf16_in_a_narrow_interval_is_as_frequent_as_it_should_be() {
    let initializer = torch::trunc_normal(0.0, 1.0, 2.0, 3.0).unwrap();
    let sample = sample::<bf16>(&initializer, &[10_000], KEY.fork("narrow"));
    let numbers: Vec<f64> = (bf16::from_f64(2.0).to_bits()..=bf16::from_f64(3.0).to_bits())
        .map(|bits| bf16::from_bits(bits).to_f64())
        .collect();
    let cdf = crate::common::samples::cdf(&initializer.into());
    let half = (numbers[1] - numbers[0]) / 2.0;
    let mut chi_squared = 0.0;
    for &number in &numbers {
        let share = cdf((number + half).min(3.0)) - cdf((number - half).max(2.0));
        let expected = share * sample.len() as f64;
        let count = sample.iter().filter(|&&x| x == number).count() as f64;
        chi_squared += (count - expected).powi(2) / expected;
    }
    assert_eq!(numbers.len(), 65);
    assert!(chi_squared < 133.0, "χ² is {chi_squared}");
}

/// PyTorch asks for 5000, 3000 and 1000 of 10 000 values.
#[test]
fn truncated_values_are_finite_many_and_within_the_bounds() {
    fn check<A: Listed>(at_least: usize) {
        let initializer = torch::trunc_normal(0.0, 1.0, -2.0, 2.0).unwrap();
        let w = filled::<A>(&initializer, &[10_000], KEY);
        assert!(w.iter().all(|x| x.parts()[0].abs() <= 2.0), "{}", A::TYPE);
        let values: BTreeSet<u128> = w.iter().map(|x| x.bits()).collect();
        assert!(values.len() > at_least, "{} values of {}", values.len(), A::TYPE);
    }
    // Of 10 000 values of `f32`, a pair or two is the same.
    check::<f32>(9990);
    check::<f64>(9999);
    #[cfg(feature = "half")]
    check::<f16>(3000);
    #[cfg(feature = "half")]
    check::<bf16>(1000);
}

#[cfg(feature = "half")]
#[test]
fn half_types_follow_the_truncated_normal() {
    let law = torch::trunc_normal(0.0, 1.0, -2.0, 2.0).unwrap().into();
    assert_ten_thousand_follow::<f16>(&law);
    assert_ten_thousand_follow::<bf16>(&law);
}

/// Bounds that are 20 deviations away.
#[test]
fn no_value_is_at_a_bound_that_is_far_away() {
    fn check<A: Listed>() {
        let initializer = torch::trunc_normal(0.0, 0.1, -2.0, 2.0).unwrap();
        let w = filled::<A>(&initializer, &[10_000], KEY);
        // 6.4 deviations are the most that a word of 32 bits gives.
        assert!(w.iter().all(|x| x.parts()[0].abs() < 0.92), "{}", A::TYPE);
    }
    check::<f32>();
    check::<f64>();
    #[cfg(feature = "half")]
    check::<f16>();
    #[cfg(feature = "half")]
    check::<bf16>();
}

/// In place of PyTorch's generator of one array, and of the global one with the same seed.
#[test]
fn the_values_depend_on_the_key_alone() {
    let initializer = torch::trunc_normal(None, None, None, None).unwrap();
    let [one, same, other] =
        [42, 42, 43].map(|seed| filled::<f32>(&initializer, &[5], Key::new(seed)));
    assert_eq!(one, same);
    assert!(one.iter().zip(&other).all(|(x, y)| x != y));
}

// --- laws that follow the fans ----------------------------------------------------------------------

#[test]
fn xavier_arrays_follow_the_law_of_their_fans_and_gain() {
    for (shape, fan_in, fan_out) in KERNELS {
        for (argument, gain) in [(None, 1.0), (Some(0.37), 0.37), (Some(1.8), 1.8)] {
            let std = gain * (2.0 / (fan_in + fan_out)).sqrt();
            let uniform = torch::xavier_uniform(argument).unwrap();
            assert_follows::<f32>(&uniform, shape, &uniform_of(std));
            let plain = torch::xavier_normal(argument).unwrap();
            assert_follows::<f32>(&plain, shape, &normal(0.0, std).into());
        }
    }
}

#[test]
fn kaiming_arrays_follow_the_law_of_their_fan_and_slope() {
    for (shape, fan_in, fan_out) in KERNELS {
        for (a, slope) in [(None, 0.0_f64), (Some(0.6), 0.6), (Some(1.7), 1.7)] {
            for (mode, n) in [(FanMode::FanIn, fan_in), (FanMode::FanOut, fan_out)] {
                let std = (2.0 / ((1.0 + slope * slope) * n)).sqrt();
                let uniform = torch::kaiming_uniform(a, mode, None).unwrap();
                assert_follows::<f32>(&uniform, shape, &uniform_of(std));
                let plain = torch::kaiming_normal(a, mode, None).unwrap();
                assert_follows::<f32>(&plain, shape, &normal(0.0, std).into());
            }
        }
    }
}

/// PyTorch warns that it does nothing. There is nothing to warn of: the array is as it should be.
#[test]
fn kernels_without_elements_are_filled_without_a_warning() {
    let initializers: [&dyn Initializer<f32>; 2] = [
        &torch::kaiming_uniform(None, None, None).unwrap(),
        &torch::kaiming_normal(None, None, None).unwrap(),
    ];
    for initializer in initializers {
        for shape in [&[0, 1][..], &[1, 0], &[0, 3, 3]] {
            assert_eq!(filled(initializer, shape, KEY).shape(), shape);
        }
    }
}

// --- sparse, orthogonal, Dirac ----------------------------------------------------------------------

#[test]
fn what_is_not_zero_in_a_sparse_matrix_follows_its_law() {
    for (argument, std) in [(None, 0.01), (Some(0.17), 0.17)] {
        let initializer = torch::sparse(0.13, argument).unwrap();
        let sample = sample::<f32>(&initializer, &[33, 31], KEY.fork(&format!("{std}")));
        let drawn: Vec<f64> = sample.iter().copied().filter(|&x| x != 0.0).collect();
        // ⌈0.13 · 33⌉ = 5 of 33 are zero.
        assert_eq!(drawn.len() * 33, sample.len() * 28);
        let distance = distance(&drawn, &normal(0.0, std).into(), ALLOWED);
        assert!(distance < 1.0, "{distance} times too far");
    }
}

#[test]
fn structures_of_the_wrong_number_of_axes_are_refused() {
    let (sparse, eye, dirac) =
        (torch::sparse(0.5, None).unwrap(), torch::eye(), torch::dirac(None));
    for shape in [&[3][..], &[2, 3, 2]] {
        for initializer in [&sparse as &dyn Initializer<f32>, &eye] {
            let error = refused(initializer, shape);
            assert!(matches!(error, InitError::Shape { .. }), "{error:?}");
        }
    }
    for shape in [&[2, 3][..], &[1, 2, 3, 1, 2, 3]] {
        let error = refused(&dirac, shape);
        assert!(matches!(error, InitError::Shape { .. }), "{error:?}");
    }
    let error = refused(&dirac, &[3]);
    assert!(matches!(error, InitError::Layout { .. }), "{error:?}");
}

/// In `f32`, to PyTorch's own 10⁻⁶, which gains above 1 multiply here.
#[test]
fn orthogonal_kernels_are_as_exact_as_pytorch_asks() {
    for (argument, gain) in [(None, 1.0), (Some(0.3), 0.3), (Some(1.6), 1.6)] {
        let initializer = torch::orthogonal(argument).unwrap();
        for shape in [&[3, 4][..], &[4, 3], &[20, 2, 3, 4], &[2, 3, 4, 5]] {
            let defect = super::defect(&filled(&initializer, shape, KEY), gain);
            assert!(
                defect < 1e-6 * gain.max(1.0).powi(2),
                "{shape:?} times {gain} is off by {defect:e}"
            );
        }
    }
}

#[test]
fn a_dirac_kernel_has_a_one_for_each_channel_that_it_hands_on() {
    for groups in 1..=3 {
        let initializer = torch::dirac(groups);
        for outputs in 1..=5 {
            for inputs in 1..=5 * groups {
                let all = [outputs * groups, inputs, 3, 2, 5];
                for axes in 3..=5 {
                    assert_hands_on(&filled(&initializer, &all[..axes], KEY), groups);
                }
            }
        }
    }
}

/// A convolution without padding: (in, places…) by (out, in, kernel…), one row for each output.
fn convolved(signal: &ArrayD<f32>, kernel: &ArrayD<f32>) -> Vec<Vec<f32>> {
    let output = |filter: ArrayD<f32>| {
        let windows = signal.windows(filter.raw_dim());
        windows.into_iter().map(|window| (&window * &filter).sum()).collect()
    };
    kernel.outer_iter().map(|filter| output(filter.to_owned())).collect()
}

/// One, two and three spatial axes; each group has the 3 input channels first, then 0.
#[test]
fn a_dirac_convolution_hands_its_input_on_in_every_group() {
    let (channels, outputs, size, k) = (3, 9, 5, 3);
    for spatial in 1..=3 {
        let shape = |first: &[usize], n: usize| [first, &[n; 3][..spatial]].concat();
        let signal = filled::<f32>(&normal(0.0, 1.0), &shape(&[channels], size), KEY);
        let mut inner = signal.view();
        for axis in 1..=spatial {
            inner.slice_axis_inplace(Axis(axis), Slice::new(1, Some(-1), 1));
        }
        for groups in [1, 3] {
            let kernel = filled::<f32>(&torch::dirac(groups), &shape(&[outputs, channels], k), KEY);
            for (i, output) in convolved(&signal, &kernel).iter().enumerate() {
                let channel = i % (outputs / groups);
                if channel < channels {
                    assert!(output.iter().eq(inner.index_axis(Axis(0), channel)), "output {i}");
                } else {
                    assert!(output.iter().all(|&x| x == 0.0), "output {i}");
                }
            }
        }
    }
}
