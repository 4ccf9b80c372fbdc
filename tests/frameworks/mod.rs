//! Tests that Keras, PyTorch, JAX, MindSpore and timm have of their own initializers, written anew for the
//! functions of the same names in `presets`.
//!
//! Refusals are in `errors.rs`, and recorded calls in `presets.rs`.
//! Seeds are fixed, so every outcome is too. Unless a test says otherwise, a sample passes if its
//! Kolmogorov-Smirnov p-value is above 10⁻⁶, and its mean and its variance are within five of their own
//! standard deviations, which is about as rare.

mod jax;
mod keras;
mod mindspore;
mod timm;
mod torch;

use crate::common::Listed;
use crate::common::samples::distance;
use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{InitError, InitExt, Initializer, Key, Law, TruncatedNormal, Uniform};

const KEY: Key = Key::new(12);
/// Elements of a sample: arrays of a framework's shape are too small to tell laws apart.
const N: usize = if cfg!(debug_assertions) { 50_000 } else { 250_000 };
/// Kolmogorov and Smirnov's √n · D, 1 − K(2.694) = 10⁻⁶, and the standard deviations of a mean or a
/// variance, which is further off in 6 of 10⁷ samples.
const ALLOWED: [f64; 2] = [2.694, 5.0];

fn filled<A: Listed>(initializer: &dyn Initializer<A>, shape: &[usize], key: Key) -> ArrayD<A> {
    ArrayD::init(IxDyn(shape), initializer, key).unwrap()
}

/// The error of an array of this shape.
#[track_caller]
fn refused(initializer: &dyn Initializer<f32>, shape: &[usize]) -> InitError {
    ArrayD::init(IxDyn(shape), initializer, KEY).expect_err("this must be an error")
}

/// `N` elements, or a few more, of arrays of this shape, each under a key of its own.
fn sample<A: Listed>(initializer: &dyn Initializer<A>, shape: &[usize], key: Key) -> Vec<f64> {
    let elements: usize = shape.iter().product();
    let arrays = (0..N.div_ceil(elements) as u64).map(|i| key.fork_index(i));
    arrays.flat_map(|key| filled(initializer, shape, key).mapv(|x| x.parts()[0])).collect()
}

/// That the elements of arrays of this shape are drawn from this law.
#[track_caller]
fn assert_follows<A: Listed>(initializer: &dyn Initializer<A>, shape: &[usize], law: &Law) {
    // Other keys for each: the same words would pass or fail together.
    let key = KEY.fork(&format!("{law} {shape:?} {}", A::TYPE));
    let distance = distance(&sample(initializer, shape, key), law, ALLOWED);
    println!("{law} at {shape:?} as {}: {distance:.2} of what is allowed", A::TYPE);
    assert!(distance < 1.0, "{law} at {shape:?} as {}: {distance} times too far", A::TYPE);
}

/// U[−b, b] of this standard deviation.
fn uniform_of(std: f64) -> Law {
    let bound = std * 3.0_f64.sqrt();
    Uniform::new(-bound, bound).unwrap().into()
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
    let normal = |std| Law::from(crate::common::normal(0.0, std));
    for (drawn, expected) in [
        (uniform_of(0.2), uniform_of(0.202)),
        (truncated_of(0.2), truncated_of(0.202)),
        (normal(0.2), normal(0.202)),
        (normal(0.2), normal(0.198)),
        (uniform_of(0.2), truncated_of(0.2)),
        (truncated_of(0.2), normal(0.2)),
    ] {
        let found = distance(&sample::<f32>(&drawn, &[25, 20], KEY), &expected, ALLOWED);
        assert!(found > 1.0, "{drawn} passes for {expected}: {found}");
    }
}

/// A kernel of PyTorch's layout that hands on the channels of each group, element by element.
#[track_caller]
fn assert_hands_on(kernel: &ArrayD<f32>, groups: usize) {
    let (shape, outputs) = (kernel.shape(), kernel.shape()[0] / groups);
    let mut expected = ArrayD::<f32>::zeros(IxDyn(shape));
    for group in 0..groups {
        for channel in 0..outputs.min(shape[1]) {
            let mut place = vec![group * outputs + channel, channel];
            place.extend(shape[2..].iter().map(|k| k / 2));
            expected[&*place] = 1.0;
        }
    }
    assert_eq!(*kernel, expected, "{shape:?} in {groups} groups");
}

/// The greatest difference between gain² I and the Gram matrix of the (out, rest) matrix, that of its
/// shorter side.
fn defect(kernel: &ArrayD<f32>, gain: f64) -> f64 {
    use ndarray_init::ndarray::Array2;

    let (rows, columns) = (kernel.shape()[0], kernel.len() / kernel.shape()[0]);
    let w = kernel.mapv(f64::from).into_shape_with_order((rows, columns)).unwrap();
    let gram = if rows > columns { w.t().dot(&w) } else { w.dot(&w.t()) };
    let difference = gram - Array2::<f64>::eye(rows.min(columns)) * gain * gain;
    difference.iter().fold(0.0, |max, x| max.max(x.abs()))
}
