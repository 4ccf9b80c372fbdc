//! The laws as distributions of rand: one word of the generator, one value, that of the stream
//! contract.

use crate::common::{Counting, OneWord, Real, laws, normal, truncated, uniform, value_of};
use ndarray_init::ndarray::{Array2, ShapeBuilder};
use ndarray_init::rand::{RngCore, SeedableRng};
use ndarray_init::rand_distr::Distribution;
use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
use ndarray_init::{Law, TruncatedNormal};
use ndarray_rand::RandomExt;
use proptest::prelude::*;

const SHAPE: (usize, usize) = (30, 41);

/// That an array of random values takes one word for each, and is made of their values.
#[track_caller]
fn assert_takes_a_word_for_each_value(
    law: impl Distribution<f32> + Distribution<f64> + Into<Law> + Copy,
) {
    let n = SHAPE.0 * SHAPE.1;

    let mut generator = Counting::new(5);
    let single = Array2::<f32>::random_using(SHAPE, law, &mut generator);
    assert_eq!((generator.words, generator.double_words), (n, 0));
    let mut words = Xoshiro256PlusPlus::seed_from_u64(5);
    for value in &single {
        let expected = value_of::<f32>(&law, words.next_u32().into());
        assert_eq!(value.to_bits(), expected.to_bits());
    }

    let mut generator = Counting::new(5);
    let double = Array2::<f64>::random_using(SHAPE, law, &mut generator);
    assert_eq!((generator.words, generator.double_words), (0, n));
    let mut words = Xoshiro256PlusPlus::seed_from_u64(5);
    for value in &double {
        assert_eq!(value.to_bits(), value_of::<f64>(&law, words.next_u64()).to_bits());
    }
}

#[test]
fn random_arrays_take_one_word_for_each_value() {
    assert_takes_a_word_for_each_value(uniform(-0.5, 0.5));
    assert_takes_a_word_for_each_value(uniform(-0.5, 0.25));
    assert_takes_a_word_for_each_value(normal(1.0, 0.02));
    assert_takes_a_word_for_each_value(truncated(-2.0, 2.0));
    assert_takes_a_word_for_each_value(truncated(6.0, 8.0));
    laws().into_iter().for_each(assert_takes_a_word_for_each_value);
}

#[test]
fn column_major_random_arrays_work_too() {
    let mut generator = Counting::new(5);
    let array = Array2::<f32>::random_using(SHAPE.f(), truncated(-2.0, 2.0), &mut generator);
    assert!(array.iter().all(|z| z.abs() <= 2.0));
    assert_eq!(generator.words, array.len());
}

#[test]
fn a_law_has_the_values_of_what_it_holds() {
    for word in [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0x1234_5678, u64::MAX / 3] {
        assert_same_value(uniform(-1.0, 2.0), word);
        assert_same_value(normal(3.0, 2.0), word);
        assert_same_value(truncated(-1.0, 2.0), word);
    }
}

#[track_caller]
fn assert_same_value(law: impl Distribution<f64> + Into<Law> + Copy, word: u64) {
    let (value, same): (f64, f64) = (law.sample(&mut OneWord(word)), value_of(&law, word));
    assert_eq!(value.to_bits(), same.to_bits());
}

/// `(w as A) * (b · 2^(1−B))` for the bound rounded to A.
#[track_caller]
fn assert_uniform_by_the_contract<A: Real + std::ops::Mul<Output = A>>(bound: f64, word: u64) {
    let scale = A::rounded(bound) * A::rounded(2.0_f64.powi(1 - A::BITS as i32));
    let expected = A::signed_word(word) * scale;
    let found = value_of::<A>(&uniform(-bound, bound), word);
    assert_eq!(found.bits(), expected.bits(), "{bound} {word:x}: {found:e} {expected:e}");
}

/// m + s z, by one fused operation.
#[track_caller]
fn assert_normal_by_the_contract(mean: f64, std: f64, word: u64) {
    let z: f32 = value_of(&normal(0.0, 1.0), word);
    let expected = z.mul_add(std as f32, mean as f32);
    assert_eq!(value_of::<f32>(&normal(mean, std), word).to_bits(), expected.to_bits());
    let z: f64 = value_of(&normal(0.0, 1.0), word);
    let expected = z.mul_add(std, mean);
    assert_eq!(value_of::<f64>(&normal(mean, std), word).to_bits(), expected.to_bits());
}

proptest! {
    #![proptest_config(crate::common::cases(2000))]

    #[test]
    fn a_uniform_value_is_the_word_times_the_bound(bound in 1e-6..1e6_f64, word: u64) {
        assert_uniform_by_the_contract::<f32>(bound, word);
        assert_uniform_by_the_contract::<f64>(bound, word);
    }

    #[test]
    fn a_normal_value_is_the_standard_one_scaled_and_shifted(
        mean in -10.0..10.0_f64,
        std in 1e-6..1e6_f64,
        word: u64,
    ) {
        assert_normal_by_the_contract(mean, std, word);
    }
}

#[test]
fn iterators_of_samples_work() {
    let generator = Xoshiro256PlusPlus::seed_from_u64(3);
    let sample = Distribution::<f64>::sample_iter(normal(0.0, 1.0), generator);
    let sum: f64 = sample.take(10_000).sum();
    // The sum's standard deviation is 100.
    assert!(sum.abs() < 329.0);
}

/// `sample` cannot fail: what its documentation says of laws that arrays refuse.
#[test]
fn a_sample_of_a_law_that_the_type_cannot_show_is_as_documented() {
    let words = [0_u64, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];
    for word in words {
        let between = uniform(1.000_000_01, 1.000_000_02);
        assert_eq!(value_of::<f32>(&between, word), 1.0);
        let between = TruncatedNormal::new(1.0, 0.5, 1.000_000_01, 1.000_000_02).unwrap();
        assert_eq!(value_of::<f32>(&between, word), 1.0);
        let vanishing = value_of::<f32>(&normal(0.0, 1e-46), word);
        assert_eq!(vanishing, 0.0);
        assert!(value_of::<f32>(&uniform(-1e300, 1e300), word).abs() <= f32::MAX);
        let wide = TruncatedNormal::new(0.0, 3e38, -f64::INFINITY, f64::INFINITY).unwrap();
        assert!(value_of::<f32>(&wide, word).abs() <= f32::MAX);
    }
    assert_eq!(value_of::<f32>(&normal(0.0, 1e300), 0x7FFF_FFFF), f32::INFINITY);
}
