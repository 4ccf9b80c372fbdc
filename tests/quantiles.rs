//! Words → values: quantiles and moments against tables of many more digits, and symmetry.

use crate::common::{Real, density, normal, number, rows, truncated, uniform, value_of};
use approx::assert_relative_eq;
use ndarray_init::{Law, TruncatedNormal};
use proptest::prelude::*;

/// p and the standard normal's quantile, 22 digits, by mpmath. Every p is a double.
const NORMAL: &str = include_str!("data/normal_quantile.csv");
/// Moments of standard normals between bounds: an independent table, and that of the script which
/// also made the quantiles, with bounds further out.
const MOMENTS: [&str; 2] =
    [include_str!("data/truncated_normal_moments.csv"), include_str!("data/truncated_moments.csv")];
/// Quantiles of truncated standard normals at chosen words, by `data/truncated_quantile.py`.
const TRUNCATED: &str = include_str!("data/truncated_quantile.csv");

/// The words that no law may stumble over: the extremes, those around zero, and some between.
fn telling_words<A: Real>() -> Vec<u64> {
    let half = 1_u64 << (A::BITS - 1);
    let halves = [0, 1, 2, half / 1_000_000, half / 97, half / 3, half / 2, half - 2, half - 1];
    halves.into_iter().flat_map(|w| [w, opposite::<A>(w)]).collect()
}

/// −1 − w.
fn opposite<A: Real>(word: u64) -> u64 {
    !word & (u64::MAX >> (64 - A::BITS))
}

/// The largest relative error of the standard normal's values at the table's probabilities.
///
/// A word stands for p' = (n + ½) / 2^B, and not for p; so the value at p' lies beyond that at p
/// by the gap whose integral is the difference of the probabilities. The error of the computed value is its
/// shortfall in this integral, divided by the density. This is exact for any gap; between the first
/// words, the gap is as wide as p.
fn largest_normal_error<A: Real>() -> f64 {
    let error = |row: Vec<&str>| {
        let (p, z) = (number(row[0]), number(row[1]));
        let scaled = p * 2.0_f64.powi(A::BITS as i32);
        if scaled < 0.5 {
            return 0.0; // below the first word
        }
        let n = scaled.floor();
        let gap = (n - scaled + 0.5) / 2.0_f64.powi(A::BITS as i32);
        let found: f64 = value_of::<A>(&normal(0.0, 1.0), word_at::<A>(n)).into();
        (area(z, found) - gap) / density(found) / found
    };
    rows(NORMAL).map(error).fold(0.0, |worst, error| worst.max(error.abs()))
}

/// The word that stands for (n + ½) / 2^B.
fn word_at<A: Real>(n: f64) -> u64 {
    (n as u64) ^ (1 << (A::BITS - 1))
}

/// Φ(to) − Φ(from), for points so close that Gauss' rule with five nodes has all digits.
fn area(from: f64, to: f64) -> f64 {
    const OUTER: (f64, f64) = (0.906_179_845_938_664, 0.236_926_885_056_189_08);
    const INNER: (f64, f64) = (0.538_469_310_105_683_1, 0.478_628_670_499_366_47);
    const MIDDLE: f64 = 0.568_888_888_888_888_9;
    let (middle, half) = (from.midpoint(to), (to - from) / 2.0);
    let pair = |(node, weight): (f64, f64)| {
        weight * (density(middle - half * node) + density(middle + half * node))
    };
    half * (MIDDLE * density(middle) + pair(INNER) + pair(OUTER))
}

#[test]
fn normal_quantiles_have_the_promised_digits() {
    let (single, double) = (largest_normal_error::<f32>(), largest_normal_error::<f64>());
    println!("largest relative error: f32 {single:.2e}, f64 {double:.2e}");
    assert!(single <= f32::ACCURACY, "{single:e}");
    assert!(double <= f64::ACCURACY, "{double:e}");
}

/// The f64 law at the middle of an f32 word stands for the same probability, but for 2^−65 of it,
/// and has been compared with the table: so it tells the error of an f32 anywhere. The words are
/// spread over the signed range, and again over every power of two of the distance to its end.
#[test]
fn single_values_have_the_promised_digits_everywhere() {
    const STEPS: u32 = 4000;
    let spread = (0..STEPS).map(|i| i * (i32::MAX as u32 / STEPS));
    let ends = (0..31).flat_map(|k| {
        (0..STEPS).map(move |i| {
            i32::MAX as u32 - (f64::from(1 << k) * (1.0 + f64::from(i) / f64::from(STEPS))) as u32
                + 1
        })
    });
    for law in
        [Law::from(normal(0.0, 1.0)), truncated(-2.0, 2.0).into(), truncated(-2.9, 2.9).into()]
    {
        let mut worst = 0.0_f64;
        for word in spread.clone().chain(ends.clone()) {
            let single: f64 = value_of::<f32>(&law, word.into()).into();
            let double: f64 = value_of(&law, u64::from(word) << 32 | 1 << 31);
            worst = worst.max((single / double - 1.0).abs());
        }
        println!("{law}: largest relative error of an f32 {worst:.2e}");
        assert!(worst <= f32::ACCURACY, "{law}: {worst:e}");
    }
}

/// Areas are sums of positive terms, and what cancels in the mean is counted from the point of
/// the slice that is nearest to zero: nothing is lost, wherever the bounds lie.
#[test]
fn truncated_moments_have_all_but_the_last_digit() {
    for row in MOMENTS.iter().flat_map(|table| rows(table)) {
        let [lower, upper, mean, std] = [0, 1, 2, 3].map(|column| number(row[column]));
        for (parent, sigma) in [(0.0, 1.0), (-0.75, 0.02)] {
            let law = TruncatedNormal::in_sigmas(parent, sigma, lower, upper).unwrap();
            let (mean, std) = (parent + sigma * mean, sigma * std);
            assert_relative_eq!(law.mean(), mean, max_relative = 2e-15, epsilon = 1e-16);
            assert_relative_eq!(law.std_dev(), std, max_relative = 2e-15);
        }
    }
}

/// The rows of the table of truncated quantiles: lower and upper bound, word, and z.
fn truncated_quantiles<A: Real>() -> impl Iterator<Item = (f64, f64, u64, f64)> {
    let of_type = rows(TRUNCATED).filter(|row| row[2] == A::BITS.to_string());
    of_type.map(|row| {
        let word = row[3].parse::<i64>().unwrap() as u64;
        (number(row[0]), number(row[1]), word, number(row[4]))
    })
}

/// The error of every truncated quantile, in units of what it may be.
///
/// Relative to z where the law has its probabilities from: at the far end of a tail. Around zero
/// the probability ½ + x' is a sum with terms of size one, so that z has their absolute error;
/// the epsilon-sized term says so. It vanishes where the sum is exact, in symmetric laws.
fn largest_truncated_error<A: Real>() -> f64 {
    let error = |(lower, upper, word, z): (f64, f64, u64, f64)| {
        let found: f64 = value_of::<A>(&truncated(lower, upper), word).into();
        let allowed = A::ACCURACY * z.abs() + if lower == -upper { 0.0 } else { A::EPSILON };
        (found - z).abs() / allowed
    };
    truncated_quantiles::<A>().map(error).fold(0.0, f64::max)
}

#[test]
fn truncated_quantiles_are_as_accurate_as_the_normal_ones() {
    let (single, double) = (largest_truncated_error::<f32>(), largest_truncated_error::<f64>());
    println!("largest error: f32 {single:.2}, f64 {double:.2} of what is allowed");
    assert!(single <= 1.0, "{single}");
    assert!(double <= 1.0, "{double}");
}

/// m + s z is rounded once more; m and s are rounded to the element type first.
fn assert_parent_is_applied<A: Real>() {
    for (mean, std) in [(0.0, 0.02), (-0.75, 0.02), (3.0, 0.5), (100.0, 1e-3)] {
        for (lower, upper, word, z) in truncated_quantiles::<A>() {
            let law = TruncatedNormal::in_sigmas(mean, std, lower, upper).unwrap();
            let (found, expected): (f64, _) = (value_of::<A>(&law, word).into(), mean + std * z);
            let of_z = std * (A::ACCURACY * z.abs() + A::EPSILON);
            let of_scale = A::EPSILON * (mean.abs() + (std * z).abs() + expected.abs());
            assert!(
                (found - expected).abs() <= of_z + of_scale,
                "N({mean}, {std}²) on [{lower}, {upper}]σ: {found:e}, not {expected:e}"
            );
        }
    }
}

#[test]
fn the_parents_mean_and_deviation_are_applied() {
    assert_parent_is_applied::<f32>();
    assert_parent_is_applied::<f64>();
}

#[test]
fn absolute_bounds_and_bounds_in_sigmas_are_the_same_law() {
    // Powers of two, so that neither way of counting rounds.
    let absolute = TruncatedNormal::new(1.0, 0.25, 0.5, 1.75).unwrap();
    let in_sigmas = TruncatedNormal::in_sigmas(1.0, 0.25, -2.0, 3.0).unwrap();
    assert_eq!(absolute, in_sigmas);
    assert_eq!((in_sigmas.lower(), in_sigmas.upper()), (0.5, 1.75));
}

#[test]
fn mirrored_laws_have_mirrored_values() {
    for (lower, upper) in [(-1.0, 2.5), (0.5, f64::INFINITY), (3.9, 4.1), (5.0, 6.0), (2.0, 3.0)] {
        let (law, mirrored) = (truncated(lower, upper), truncated(-upper, -lower));
        for word in telling_words::<f64>() {
            let value: f64 = value_of(&law, word);
            let other: f64 = value_of(&mirrored, opposite::<f64>(word));
            assert_eq!(value.to_bits(), (-other).to_bits(), "[{lower}, {upper}], word {word:x}");
        }
    }
}

/// A uniform law has no half in its formula: the mirror image of w is −w, and the least word has the bound.
#[test]
fn symmetric_uniforms_are_exactly_odd_but_for_the_least_word() {
    let law = uniform(-0.3, 0.3);
    for word in telling_words::<f32>().into_iter().filter(|&word| word != 1 << 31) {
        let (value, mirrored): (f32, f32) =
            (value_of(&law, word), value_of(&law, u64::from((word as u32).wrapping_neg())));
        assert_eq!(value, -mirrored);
    }
    // Frameworks' uniform laws end below their upper bound.
    assert_eq!([i32::MAX, i32::MIN].map(|word| value_of::<f32>(&law, word as u64)), [0.3, -0.3]);
    assert_eq!([i64::MAX, i64::MIN].map(|word| value_of::<f64>(&law, word as u64)), [0.3, -0.3]);
}

#[track_caller]
fn assert_odd<A: Real>(law: &Law, word: u64) {
    let (value, mirrored) = (value_of::<A>(law, word), value_of::<A>(law, opposite::<A>(word)));
    assert_eq!(value.bits(), (-mirrored).bits(), "{law}, word {word:x}: {value:e} {mirrored:e}");
}

proptest! {
    #![proptest_config(crate::common::cases(300))]

    #[test]
    fn symmetric_laws_are_exactly_odd(
        bound in prop_oneof![0.01..9.0_f64, prop::sample::select(vec![3e-20, 4.0, f64::INFINITY])],
        mut words in prop::collection::vec(any::<u64>(), 8),
    ) {
        words.extend(telling_words::<f64>());
        words.extend(telling_words::<f32>());
        let std = if bound.is_finite() { bound } else { 1.0 };
        for law in [truncated(-bound, bound).into(), normal(0.0, std).into()] {
            for &word in &words {
                assert_odd::<f32>(&law, word & u64::from(u32::MAX));
                assert_odd::<f64>(&law, word);
            }
        }
    }
}
