//! Gains: PyTorch's table to the digit, and those derived from an activation.

use crate::common::{density, number, rows};
use libm::{erf, erfc};
use ndarray_init::{
    Activation, Distribution, FanMode, InitError, Nonlinearity, VarianceScaling, derived_gain,
};
use std::collections::HashMap;
use std::f64::consts::{E, FRAC_1_SQRT_2, SQRT_2};

// --- the table ------------------------------------------------------------------------------

/// Gains of PyTorch 2.15.0's `calculate_gain`, and the scales that are their squares.
#[test]
fn the_table_is_pytorchs_to_the_last_bit_and_the_scale_its_square() -> Result<(), InitError> {
    use Nonlinearity::{Conv, LeakyRelu, Linear, Relu, Selu, Sigmoid, Tanh};
    let slope = |negative_slope| LeakyRelu { negative_slope };
    let root = 5.0_f64.sqrt();
    for (nonlinearity, gain, scale) in [
        (Linear, 1.0, 1.0),
        (Conv, 1.0, 1.0),
        (Sigmoid, 1.0, 1.0),
        (Tanh, 1.6666666666666667, 25.0 / 9.0),
        (Relu, SQRT_2, 2.0),
        (Selu, 0.75, 9.0 / 16.0),
        (Nonlinearity::leaky_relu(), 1.4141428569978354, 2.0 / (1.0 + 0.01 * 0.01)),
        (slope(0.0), SQRT_2, 2.0),
        (slope(1.0), 1.0, 1.0),
        (slope(-1.0), 1.0, 1.0),
        (slope(root), 0.5773502691896257, 2.0 / (1.0 + root * root)),
    ] {
        assert_eq!(nonlinearity.gain()?, gain, "{nonlinearity:?}");
        for mode in [FanMode::FanIn, FanMode::FanAvg] {
            let cfg = VarianceScaling::for_nonlinearity(nonlinearity, mode, Distribution::Uniform)?;
            assert_eq!(cfg, VarianceScaling::new(scale, mode, Distribution::Uniform)?);
        }
    }
    let kaiming = VarianceScaling::lecun_normal().with_gain(Relu.gain()?)?;
    // √2 squared is 2 but for its rounding.
    assert!((kaiming.scale() / VarianceScaling::he_normal().scale() - 1.0).abs() < 3e-16);
    Ok(())
}

// --- derived gains --------------------------------------------------------------------------

/// The promise of `derived_gain` for activations that are smooth between multiples of 1/512.
const ACCURACY: f64 = 1e-10;
/// Its promise for a kink elsewhere, and for a jump.
const KINK: f64 = 1e-7;
const JUMP: f64 = 1e-3;

#[track_caller]
fn assert_gain(activation: impl Fn(f64) -> f64, gain: f64, name: &str) {
    assert_gain_to(ACCURACY, activation, gain, name);
}

#[track_caller]
fn assert_gain_to(accuracy: f64, activation: impl Fn(f64) -> f64, gain: f64, name: &str) {
    let derived = derived_gain(activation).unwrap();
    let error = derived / gain - 1.0;
    assert!(error.abs() < accuracy, "{name}: {derived}, not {gain}");
}

/// Φ(−x).
fn exceeding(x: f64) -> f64 {
    erfc(x * FRAC_1_SQRT_2) / 2.0
}

fn softplus(x: f64) -> f64 {
    x.exp().ln_1p()
}

#[test]
fn derived_gains_have_the_digits_of_mpmath() {
    type Function = fn(f64) -> f64;
    const SELU: (f64, f64) = (1.0507009873554804934, 1.6732632423543772848);
    let table = include_str!("data/derived_gains.csv");
    let gains: HashMap<_, _> = rows(table).map(|row| (row[0], number(row[1]))).collect();
    let activations: [(&str, Function, f64); 16] = [
        ("elu", |x| if x > 0.0 { x } else { x.exp_m1() }, ACCURACY),
        ("gelu", |x| x * exceeding(-x), ACCURACY),
        ("mish", |x| x * softplus(x).tanh(), ACCURACY),
        ("silu", |x| x / (1.0 + (-x).exp()), ACCURACY),
        ("softplus", softplus, ACCURACY),
        ("tanh", f64::tanh, ACCURACY),
        ("sigmoid", |x| 1.0 / (1.0 + (-x).exp()), ACCURACY),
        ("selu", |x| SELU.0 * if x > 0.0 { x } else { SELU.1 * x.exp_m1() }, ACCURACY),
        ("exponential", f64::exp, ACCURACY),
        ("hard_tanh", |x| x.clamp(-1.0, 1.0), ACCURACY),
        ("relu6", |x| x.clamp(0.0, 6.0), ACCURACY),
        ("hard_swish", |x| x * (x + 3.0).clamp(0.0, 6.0) / 6.0, ACCURACY),
        ("hard_sigmoid", |x| (x / 6.0 + 0.5).clamp(0.0, 1.0), ACCURACY),
        ("shifted_relu", |x| (x - 1.0 / 3.0).max(0.0), KINK),
        ("late_step", |x| f64::from(x > E), JUMP),
        ("quarters", |x| (4.0 * x).floor() / 4.0, ACCURACY),
    ];
    assert_eq!(gains.len(), activations.len());
    for (name, activation, accuracy) in activations {
        assert_gain_to(accuracy, activation, gains[name], name);
    }
    for (name, activation) in [
        ("elu", Activation::Elu),
        ("gelu", Activation::Gelu),
        ("mish", Activation::Mish),
        ("silu", Activation::Silu),
        ("softplus", Activation::Softplus),
    ] {
        assert_eq!(activation.derived_gain(), gains[name], "{name} to the last bit");
    }
}

#[test]
fn derived_gains_have_their_closed_forms() {
    assert_gain(|x| x, 1.0, "identity");
    assert_gain(f64::abs, 1.0, "|x|");
    assert_gain(|x| x * x, 1.0 / 3.0_f64.sqrt(), "x²");
    assert_gain(|x| x.powi(9), 1.0 / 34459425.0_f64.sqrt(), "x⁹, whose square has mean 17!!");
    assert_gain(|_| -0.25, 4.0, "a constant");
    assert_gain(f64::sin, SQRT_2 / (1.0 - (-2.0_f64).exp()).sqrt(), "sine");
    assert_gain(|x| (3.0 * x).exp(), (-9.0_f64).exp(), "e³ˣ");
    let inside = erf(FRAC_1_SQRT_2);
    let second_moment = inside - 2.0 * density(1.0) + (1.0 - inside);
    assert_gain(|x| x.clamp(-1.0, 1.0), 1.0 / second_moment.sqrt(), "hard tanh");
    for negative_slope in [0.0, 0.01, 0.25, -0.5, 5.0_f64.sqrt()] {
        let gain = Nonlinearity::LeakyRelu { negative_slope }.gain().unwrap();
        assert_gain(|x| if x > 0.0 { x } else { negative_slope * x }, gain, "leaky ReLU");
    }
}

/// Places of kinks and jumps: multiples of 1/512, as the hard activations have them, and others, some a
/// hair's breadth beside.
fn places() -> impl Iterator<Item = (f64, bool)> {
    let points = [-2.0, -0.5, 0.0, 1.0 / 512.0, 0.0625, 1.0, 2.0, 3.0];
    let beside = points.into_iter().flat_map(|point| [point - 1e-5, point + 1e-9]);
    let spread = (0..20).map(|i| -4.0 + 8.0 * (f64::from(i) * 0.618_033_988_749_894_9).fract());
    points.into_iter().map(|point| (point, true)).chain(beside.chain(spread).map(|at| (at, false)))
}

#[test]
fn a_jump_or_a_kink_is_exact_on_the_grid_and_close_elsewhere() {
    for (place, on_grid) in places() {
        let accuracy = |elsewhere| if on_grid { ACCURACY } else { elsewhere };
        // Far out, the tail beyond the jump is all that there is.
        if on_grid || place < 2.5 {
            let gain = 1.0 / exceeding(place).sqrt();
            assert_gain_to(accuracy(JUMP), |x| f64::from(x > place), gain, "step");
        }
        // The closed form loses digits to cancellation, the more the further out.
        if place < 2.5 {
            let second_moment = (1.0 + place * place) * exceeding(place) - place * density(place);
            let gain = 1.0 / second_moment.sqrt();
            assert_gain_to(accuracy(KINK), |x| (x - place).max(0.0), gain, "shifted ReLU");
        }
    }
}

#[test]
fn a_gain_times_a_constant_is_the_gain_of_the_activation_without_it() {
    let gain = derived_gain(|x: f64| x.max(0.0)).unwrap();
    // Powers of two, so that nothing is rounded differently.
    for exponent in [-300, -40, 7, 300] {
        let factor = 2.0_f64.powi(exponent);
        assert_eq!(derived_gain(|x: f64| factor * x.max(0.0)), Ok(gain / factor));
    }
}

#[test]
fn an_activation_of_single_precision_has_its_own_accuracy() {
    let single = derived_gain(|x| f64::from((x as f32).tanh())).unwrap();
    assert!((single / derived_gain(f64::tanh).unwrap() - 1.0).abs() < 1e-7, "{single}");
}

#[test]
fn a_gain_has_the_same_bits_on_every_machine() {
    // Exact operations only, in the activation as in the integral.
    let hard_swish = |x: f64| x * (x + 3.0).clamp(0.0, 6.0) / 6.0;
    assert_eq!(derived_gain(hard_swish).unwrap().to_bits(), 0x3FFBC95912D31DFE);
}
