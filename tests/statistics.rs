//! A million elements are distributed as their law says, and have nothing to do with each other.
//!
//! Seeds are fixed, so every outcome is too. The thresholds are those that 999 of 1000 right
//! generators pass in every single check (|N(0, 1)| < 3.29), unless another share is stated.

use crate::common::samples::{
    assert_unrelated, cdf, correlation, distance, kolmogorov_smirnov, mean, standard,
};
use crate::common::{GAMMA, Real, laws, normal, truncated, uniform};
use ndarray_init::ndarray::Array1;
use ndarray_init::{InitExt, Initializer, Key, Law};
use statrs::distribution::ContinuousCDF;

const N: usize = 1_000_000;
const KEY: Key = Key::new(2026);
/// Two-sided, 999 of 1000, in standard deviations.
const SIGMAS: f64 = 3.29;
/// Kolmogorov and Smirnov's √n · D: K(1.95) = 0.999.
const KOLMOGOROV: f64 = 1.95;

fn drawn<A: Real>(law: &dyn Initializer<A>, key: Key) -> Vec<f64> {
    let array = Array1::<A>::init(N, law, key).unwrap();
    array.iter().map(|&x| x.into()).collect()
}

fn all_laws() -> Vec<Law> {
    let tails = [0.5, 8.0].map(|bound| truncated(bound, f64::INFINITY).into());
    laws().into_iter().chain(tails).collect()
}

#[track_caller]
fn assert_follows<A: Real>(law: &Law) {
    // A key of its own: the same words would give each law the same score.
    let sample = drawn::<A>(law, KEY.fork(&law.to_string()));
    let distance = distance(&sample, law, [KOLMOGOROV, SIGMAS]);
    assert!(distance < 1.0, "{law}: {distance} times too far");
}

#[test]
fn single_elements_follow_their_law() {
    for law in all_laws() {
        assert_follows::<f32>(&law);
    }
}

#[test]
fn double_elements_follow_their_law() {
    for law in all_laws() {
        assert_follows::<f64>(&law);
    }
}

/// The share of elements beyond so many sigmas is binomial; the check in standard deviations.
fn assert_tails_are_as_heavy<A: Real>(law: &Law) {
    let (sample, cdf) = (drawn::<A>(law, KEY), cdf(law));
    for sigmas in [2.0, 3.0, 4.0] {
        let left = sample.iter().filter(|&&z| z < -sigmas).count();
        let right = sample.iter().filter(|&&z| z > sigmas).count();
        for (count, share) in [(left, cdf(-sigmas)), (right, 1.0 - cdf(sigmas))] {
            let expected = share * N as f64;
            let score = (count as f64 - expected) / (expected * (1.0 - share)).sqrt();
            assert!(score.abs() < SIGMAS, "{law}: {count} beyond {sigmas} sigmas, not {expected}");
        }
    }
}

#[test]
fn tails_hold_as_many_elements_as_they_should() {
    let law = Law::from(normal(0.0, 1.0));
    assert_tails_are_as_heavy::<f32>(&law);
    assert_tails_are_as_heavy::<f64>(&law);
    let law = Law::from(truncated(-5.0, 4.5));
    assert_tails_are_as_heavy::<f32>(&law);
}

/// Tails come neither in bunches nor evenly spread: of elements beyond two sigmas, as many have a
/// neighbour beyond, 1, 2, 16 or 1024 places on, as the product of the probabilities says.
#[test]
fn elements_in_the_tails_do_not_keep_company() {
    let sample = drawn::<f32>(&normal(0.0, 1.0), KEY);
    let share = 2.0 * standard().sf(2.0);
    for lag in [1, 2, 16, 1024] {
        let pairs = sample.iter().zip(&sample[lag..]);
        let found = pairs.filter(|(x, y)| x.abs() > 2.0 && y.abs() > 2.0).count() as f64;
        let n = (N - lag) as f64;
        let score = (found - n * share * share) / (n * share * share).sqrt();
        assert!(score.abs() < SIGMAS, "lag {lag}: {found} pairs");
    }
}

/// Neighbours, lanes (two elements each, sixteen in a row), rows and blocks of the generator.
#[test]
fn elements_are_unrelated_to_those_before_them() {
    let sample = drawn::<f32>(&normal(0.0, 1.0), KEY);
    for lag in (1..=16).chain([32, 512, 1024, 8192]) {
        assert_unrelated(&sample[lag..], &sample[..N - lag], &format!("elements {lag} apart"));
    }
}

/// A lag mixes lanes; here each of the sixteen places of a row is compared with each other one.
#[test]
fn places_of_a_row_are_unrelated() {
    let sample = drawn::<f32>(&uniform(-1.0, 1.0), KEY);
    let place = |i: usize| sample[i..].iter().step_by(16).copied().collect::<Vec<_>>();
    let places: Vec<_> = (0..16).map(place).collect();
    let n = (0..16).flat_map(|i| (0..i).map(move |j| (i, j)));
    let scores: Vec<_> = n.map(|(i, j)| correlation(&places[i], &places[j])).collect();
    // 120 pairs: 999 of 1000 right generators stay below 4.3 in all of them.
    assert!(scores.iter().all(|score| score.abs() < 4.3), "{scores:?}");
    let spread = mean(scores.iter().map(|score| score * score));
    // χ² of 120 degrees of freedom, divided by them.
    assert!((spread - 1.0).abs() < SIGMAS * (2.0 / 120.0_f64).sqrt(), "{spread}");
}

#[test]
fn arrays_of_related_keys_are_unrelated() {
    let parent = Key::new(42);
    let pairs = [
        ("keys 0 and 1", Key::new(0), Key::new(1)),
        ("keys that differ in the top bit", Key::new(1), Key::new(1 | 1 << 63)),
        ("lanes of one key, as keys", Key::new(0), Key::new(GAMMA)),
        ("whole blocks of one key, as keys", Key::new(0), Key::new(GAMMA.wrapping_mul(32))),
        ("a parent and its fork", parent, parent.fork("kernel")),
        ("names of one letter's difference", parent.fork("layer1"), parent.fork("layer2")),
        ("names of one letter more", parent.fork("kernel"), parent.fork("kernels")),
        ("consecutive indices", parent.fork_index(0), parent.fork_index(1)),
        ("an index and a name", parent.fork_index(1), parent.fork("1")),
        ("forks of consecutive keys", Key::new(1).fork("w"), Key::new(2).fork("w")),
    ];
    for (what, one, other) in pairs {
        let law = uniform(-1.0, 1.0);
        let (one, other) = (drawn::<f32>(&law, one), drawn::<f32>(&law, other));
        assert_unrelated(&one, &other, what);
    }
}

/// The two 32-bit words of an f64 on [−1, 1]: the upper one is the f32 element's, the lower one,
/// of which 21 bits are left after rounding, the remainder.
#[test]
fn the_halves_of_a_double_are_unrelated() {
    let sample = drawn::<f64>(&uniform(-1.0, 1.0), KEY);
    let scaled = |x: f64| x * 2.0_f64.powi(31);
    let high: Vec<_> = sample.iter().map(|&x| scaled(x).floor() / 2.0_f64.powi(31)).collect();
    let low: Vec<_> = sample.iter().map(|&x| 2.0 * (scaled(x) - scaled(x).floor()) - 1.0).collect();
    assert_unrelated(&high, &low, "halves of a double");
    assert_unrelated(&high[1..], &low[..N - 1], "halves of neighbours");
    let law = Law::from(uniform(-1.0, 1.0));
    let distance = kolmogorov_smirnov(&low, &*cdf(&law));
    assert!(distance < KOLMOGOROV, "low halves: √n D is {distance}");
}

/// Each bit of a word is as often set as not; read off the doubles, whose last two are left out,
/// since rounding has a part in them.
#[test]
fn every_bit_is_set_half_of_the_time() {
    let mut set = [0_u32; 50];
    for x in drawn::<f64>(&uniform(-1.0, 1.0), KEY) {
        // Between 1 and 2 now, the mantissa's bits are those of the word.
        let bits = (1.5 + x / 2.0).to_bits();
        for (i, set) in set.iter_mut().enumerate() {
            *set += (bits >> (2 + i)) as u32 & 1;
        }
    }
    for (i, set) in set.into_iter().enumerate() {
        let score = (f64::from(set) - N as f64 / 2.0) / (N as f64 / 4.0).sqrt();
        // 50 bits: 999 of 1000 right generators stay below 4.1 in all of them.
        assert!(score.abs() < 4.1, "bit {i}: {score}σ");
    }
}
