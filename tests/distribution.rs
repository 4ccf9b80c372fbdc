//! The laws as distributions of rand: one word of the generator, one value, that of the stream
//! contract.

use crate::common::{Counting, Real, assert_same_bits, laws, normal, truncated, uniform, value_of};
use ndarray_init::ndarray::{Array2, ShapeBuilder};
use ndarray_init::rand::{RngCore, SeedableRng};
use ndarray_init::rand_distr::Distribution;
use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
use ndarray_init::{Law, TruncatedNormal};
use ndarray_rand::RandomExt;
use proptest::prelude::*;

const SHAPE: (usize, usize) = (30, 41);

/// Asserts that arrays of random values, in either memory order, take one word for each and are made of their
/// values.
#[track_caller]
fn assert_takes_a_word_for_each_value<A: Real>(
    law: impl Distribution<A> + Into<Law> + Copy,
    next: fn(&mut dyn RngCore) -> u64,
) {
    let n = SHAPE.0 * SHAPE.1;
    for column_major in [false, true] {
        let mut generator = Counting::new(5);
        let shape = SHAPE.set_f(column_major);
        let array = Array2::<A>::random_using(shape, law, &mut generator);
        let of_32 = if A::BITS == 32 { n } else { 0 };
        assert_eq!((generator.words, generator.double_words), (of_32, n - of_32));
        let mut words = Xoshiro256PlusPlus::seed_from_u64(5);
        let expected: Vec<A> = (0..n).map(|_| value_of(&law, next(&mut words))).collect();
        assert_same_bits(array.as_slice_memory_order().unwrap(), &expected, law.into());
    }
}

#[test]
fn random_arrays_take_one_word_for_each_value() {
    macro_rules! check {
        ($($law:expr;)*) => {$(
            assert_takes_a_word_for_each_value::<f32>($law, |rng| rng.next_u32().into());
            assert_takes_a_word_for_each_value::<f64>($law, |rng| rng.next_u64());
        )*};
    }
    // Each law by itself, and as a `Law`.
    check! {
        uniform(-0.5, 0.5);
        uniform(-0.5, 0.25);
        normal(1.0, 0.02);
        truncated(-2.0, 2.0);
        truncated(6.0, 8.0);
    }
    for law in laws() {
        check!(law;);
    }
}

proptest! {
    #![proptest_config(crate::common::cases(2000))]

    /// m + s z, by one fused operation.
    #[test]
    fn a_normal_value_is_the_standard_one_scaled_and_shifted(
        mean in -10.0..10.0_f64,
        std in 1e-6..1e6_f64,
        word: u64,
    ) {
        let (law, standard) = (normal(mean, std), normal(0.0, 1.0));
        let z: f32 = value_of(&standard, word);
        let expected = z.mul_add(std as f32, mean as f32);
        prop_assert_eq!(value_of::<f32>(&law, word).to_bits(), expected.to_bits());
        let z: f64 = value_of(&standard, word);
        let expected = z.mul_add(std, mean);
        prop_assert_eq!(value_of::<f64>(&law, word).to_bits(), expected.to_bits());
    }
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
