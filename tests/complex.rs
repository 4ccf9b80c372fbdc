//! Complex elements: their laws are the same in all directions, the modulus or real part comes from the
//! first word, the angle or imaginary part from the second.

#![cfg(feature = "complex")]

use crate::common::samples::{assert_unrelated, correlation, kolmogorov_smirnov, mean};
use crate::common::{GAMMA, Listed, assert_same_bits, mix64, normal, uniform, word, word64};
use ndarray_init::ndarray::{Array1, Array2};
use ndarray_init::num_complex::{Complex, Complex32, Complex64};
use ndarray_init::rand::SeedableRng;
use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
use ndarray_init::{
    AnyInitializer, ComplexNormal, ComplexTruncatedNormal, Disc, Distribution, Element, FanMode,
    InitExt, Key, TruncatedNormal, VarianceScaling, rand_distr,
};
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

const N: usize = 1_000_000;
const KEY: Key = Key::new(2026);

/// The key of second words.
fn second(key: Key) -> Key {
    Key::new(mix64(key.as_u64() ^ GAMMA.wrapping_mul(2)))
}

fn disc(radius: f64) -> Disc {
    Disc::new(radius).unwrap()
}

fn circular(std: f64) -> ComplexNormal {
    ComplexNormal::new(std).unwrap()
}

fn cut(sigmas: f64) -> ComplexTruncatedNormal {
    ComplexTruncatedNormal::in_sigmas(0.5, sigmas).unwrap()
}

fn wide<A: Listed>(element: A) -> Complex64 {
    let [re, im] = element.parts();
    Complex::new(re, im)
}

fn drawn<A: Listed>(initializer: impl Into<AnyInitializer>) -> Vec<Complex64> {
    Array1::<A>::init(N, &initializer.into(), KEY).unwrap().into_iter().map(wide).collect()
}

// --- words ----------------------------------------------------------------------------------

#[test]
fn parts_of_a_normal_are_arrays_of_two_keys() {
    fn check<T: Listed>()
    where
        Complex<T>: Element,
    {
        let part = normal(0.0, circular(0.3).part_std_dev());
        let z = Array1::<Complex<T>>::init(20_000, &circular(0.3), KEY).unwrap();
        let [re, im] = [KEY, second(KEY)].map(|key| Array1::<T>::init(20_000, &part, key).unwrap());
        assert_same_bits(&z.mapv(|z| z.re), &re, "real parts");
        assert_same_bits(&z.mapv(|z| z.im), &im, "imaginary parts");
    }
    check::<f32>();
    check::<f64>();
}

/// A word as a number from 0 to 1, and what is left to 1: each rounded by itself, so that small ones have all
/// their digits.
fn fractions<A: Listed>(key: Key, i: usize) -> [f64; 2] {
    if A::TYPE == "c32" {
        let word = word(key.as_u64(), i) ^ 1 << 31;
        [word, !word].map(|word| (f64::from(word) + 0.5) / 2.0_f64.powi(32))
    } else {
        let word = word64(key.as_u64(), i) ^ 1 << 63;
        [word, !word].map(|word| (word as f64 + 0.5) / 2.0_f64.powi(64))
    }
}

/// That elements are modulus(u₁, 1 − u₁) e^(2πi u₂), to an accuracy relative to the greatest modulus.
#[track_caller]
fn assert_polar<A: Listed>(
    initializer: &AnyInitializer,
    modulus: impl Fn(f64, f64) -> f64,
    accuracy: f64,
) {
    let z = Array1::<A>::init(5000, initializer, KEY).unwrap();
    for (i, &z) in z.iter().enumerate() {
        let [u, rest] = fractions::<A>(KEY, i);
        let [turn, _] = fractions::<A>(second(KEY), i);
        let error = (wide(z) - Complex64::from_polar(modulus(u, rest), TAU * turn)).norm();
        assert!(error <= accuracy * modulus(1.0, 0.0), "element {i} is off by {error:e}");
    }
}

#[test]
fn modulus_and_angle_come_from_the_two_words() {
    fn check<A: Listed>(accuracy: f64) {
        assert_polar::<A>(&disc(0.7).into(), |u, _| 0.7 * u.sqrt(), accuracy);
        for sigmas in [0.01_f64, 0.5, 2.0, 4.0] {
            let mass = -(-sigmas * sigmas).exp_m1();
            let modulus = |u: f64, rest: f64| {
                let above = (-sigmas * sigmas).exp() + mass * rest;
                0.5 * if mass * u < 0.3 { -(-mass * u).ln_1p() } else { -above.ln() }.sqrt()
            };
            assert_polar::<A>(&cut(sigmas).into(), modulus, accuracy);
        }
    }
    check::<Complex32>(6e-7);
    check::<Complex64>(4e-15);
}

// --- laws -----------------------------------------------------------------------------------

/// Asserts that moduli have this distribution function and angles are uniform, by Kolmogorov and Smirnov:
/// K(1.95) = 0.999.
#[track_caller]
fn assert_follows(z: &[Complex64], cdf: impl Fn(f64) -> f64, what: &str) {
    let moduli: Vec<f64> = z.iter().map(|z| z.norm()).collect();
    let angles: Vec<f64> = z.iter().map(|z| z.arg().rem_euclid(TAU)).collect();
    let distances = [kolmogorov_smirnov(&moduli, &cdf), kolmogorov_smirnov(&angles, &|a| a / TAU)];
    assert!(distances.iter().all(|&distance| distance < 1.95), "{what}: {distances:?}");
}

#[test]
fn moduli_and_angles_are_distributed_as_they_should_be() {
    fn check<A: Listed>() {
        assert_follows(&drawn::<A>(disc(2.0)), |r| r * r / 4.0, "disc");
        assert_follows(&drawn::<A>(circular(0.5)), |r| -(-4.0 * r * r).exp_m1(), "normal");
        for sigmas in [0.5_f64, 2.0] {
            let inside = (-sigmas * sigmas).exp_m1();
            let modulus = |r: f64| (-4.0 * r * r).exp_m1() / inside;
            assert_follows(&drawn::<A>(cut(sigmas)), modulus, "cut");
        }
    }
    check::<Complex32>();
    check::<Complex64>();
}

/// Each law is a distribution of `rand_distr`, too.
#[test]
fn elements_drawn_one_by_one_follow_their_law() {
    fn sample(law: impl rand_distr::Distribution<Complex64>) -> Vec<Complex64> {
        law.sample_iter(Xoshiro256PlusPlus::seed_from_u64(1)).take(10_000).collect()
    }
    assert_follows(&sample(disc(0.5)), |r| 4.0 * r * r, "disc");
    assert_follows(&sample(circular(0.5)), |r| -(-4.0 * r * r).exp_m1(), "normal");
    let modulus = |r: f64| (-4.0 * r * r).exp_m1() / (-1.0_f64).exp_m1();
    assert_follows(&sample(cut(1.0)), modulus, "cut");
}

#[test]
fn parts_have_nothing_to_do_with_each_other() {
    let parts = |z: &[Complex64]| -> [Vec<f64>; 2] {
        [z.iter().map(|z| z.re).collect(), z.iter().map(|z| z.im).collect()]
    };
    let [re, im] = parts(&drawn::<Complex32>(circular(1.0)));
    assert_unrelated(&re, &im, "parts of a normal number");
    assert_unrelated(&re[..N - 1], &im[1..], "parts of neighbors");
    let z = drawn::<Complex64>(disc(1.0));
    let [re, im] = parts(&z);
    // But their squares are related: the sum is at most 1.
    assert!(correlation(&re, &im).abs() < 3.29, "parts of a number on a disc");
    // With a mean of 0 and a deviation of 1.
    let modulus: Vec<f64> = z.iter().map(|z| z.norm_sqr() * 2.0 - 1.0).collect();
    let angle: Vec<f64> = z.iter().map(|z| z.arg()).collect();
    assert_unrelated(&modulus, &angle, "modulus and angle");
}

/// That the mean square is that variance, within 3.29 of its own deviations.
#[track_caller]
fn assert_variance(z: &[Complex64], variance: f64) {
    let squares = || z.iter().map(|z| z.norm_sqr() / variance);
    let spread = mean(squares().map(|x| (x - 1.0).powi(2))).sqrt();
    let error = (mean(squares()) - 1.0) / spread * (z.len() as f64).sqrt();
    assert!(error.abs() < 3.29, "the variance is off by {error} deviations");
    let re = mean(z.iter().map(|z| z.re * z.re / variance));
    assert!((re - 0.5).abs() < 0.005, "the real part has {re} of the variance");
}

#[test]
fn variances_are_those_of_the_scaling_and_of_the_laws() {
    fn check<A: Listed>() {
        for distribution in
            [Distribution::Uniform, Distribution::UntruncatedNormal, Distribution::TruncatedNormal]
        {
            let cfg = VarianceScaling::new(3.0, FanMode::FanIn, distribution).unwrap();
            let z = Array2::<A>::init((600, 1000), &cfg, KEY).unwrap();
            let z: Vec<_> = z.into_iter().map(wide).collect();
            assert_variance(&z, 3.0 / 600.0);
            if distribution == Distribution::TruncatedNormal {
                // Two deviations of the parent, whose variance is the whole divided by 1 − 4/(e⁴ − 1).
                let bound = 2.0 * (0.005 / (1.0 - 4.0 / (4.0_f64.exp() - 1.0))).sqrt();
                let share = z.iter().map(|z| z.norm()).fold(0.0, f64::max) / bound;
                assert!((0.9999..=1.0 + 1e-15).contains(&share), "{share}");
            }
        }
        for sigmas in [0.2, 2.0] {
            assert_variance(&drawn::<A>(cut(sigmas)), cut(sigmas).std_dev().powi(2));
        }
        // A real law stands for the circular one of the same mean and variance.
        let law = TruncatedNormal::new(0.0, 0.2, -0.1, 0.1).unwrap();
        assert_variance(&drawn::<A>(law), law.std_dev().powi(2));
        let law = uniform(-0.1, 0.1);
        assert_variance(&drawn::<A>(law), law.std_dev().powi(2));
        let z: Vec<_> = drawn::<A>(normal(3.0, 0.5)).iter().map(|z| z - 3.0).collect();
        assert_variance(&z, 0.25);
    }
    check::<Complex32>();
    check::<Complex64>();
}

#[test]
fn moments_are_those_of_the_formulas() {
    assert_eq!(circular(0.3).std_dev(), 0.3);
    assert!((disc(0.3).std_dev() - 0.3 * FRAC_1_SQRT_2).abs() < 1e-16);
    let law = ComplexTruncatedNormal::new(0.5, 1.0).unwrap();
    assert_eq!((law.parent_std_dev(), law.bound()), (0.5, 1.0));
    assert!((law.std_dev() - 0.5 * 0.961_961_828_008_213_5).abs() < 1e-15);
    assert!((law.part_std_dev() * 2.0_f64.sqrt() - law.std_dev()).abs() < 1e-15);
    // A bound that is close leaves a disc.
    assert!((cut(1e-8).std_dev() / (0.5e-8 * FRAC_1_SQRT_2) - 1.0).abs() < 1e-14);
}
