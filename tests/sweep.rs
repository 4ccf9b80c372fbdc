//! Elements rise with their words: windows of neighbors all over the range.

use crate::common::{Real, mix64, normal, truncated, uniform, value_of};
use ndarray_init::Law;

/// How far a value may lie below that of the word before, in units in the last place.
const LARGEST_STEP_DOWN: i64 = 2;

/// Words are numbered here by the contract's signed value, counted from the least: 0 … 2^B − 1.
fn at<A: Real>(law: &Law, number: u64) -> A {
    value_of(law, number ^ 1 << (A::BITS - 1))
}

fn last<A: Real>() -> u64 {
    u64::MAX >> (64 - A::BITS)
}

/// How far a value falls below the one before it, the most of them, and the number of the word it falls at.
type Step = (i64, u64);

fn largest_step_down<A: Real>(law: &Law, numbers: impl Iterator<Item = u64>) -> Step {
    let mut last = i64::MIN;
    let steps = numbers.map(|number| {
        let rank = at::<A>(law, number).rank();
        (std::mem::replace(&mut last, rank).saturating_sub(rank), number)
    });
    steps.max().unwrap_or_default()
}

/// In a window of words on both sides of this one; none rises by less than one, and some by so
/// many that an `f64` of the standard normal takes its next value.
fn step_down_around<A: Real>(law: &Law, number: u64) -> Step {
    const WINDOW: u64 = 96;
    let strides: &[u32] = if A::BITS == 64 { &[0, 8, 11, 14] } else { &[0, 5] };
    let window = |&stride: &u32| {
        let reach = (WINDOW / 2) << stride;
        let from = number.saturating_sub(reach);
        let to = number.saturating_add(reach).min(last::<A>());
        largest_step_down::<A>(law, (from..=to).step_by(1 << stride))
    };
    strides.iter().map(window).max().unwrap_or_default()
}

/// The first word whose value reaches z, if that is among the values.
fn first_reaching<A: Real>(law: &Law, z: f64) -> Option<u64> {
    let (mut below, mut above) = (0, last::<A>());
    let reaches = |number| at::<A>(law, number).into() >= z;
    if reaches(below) || !reaches(above) {
        return None;
    }
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if reaches(middle) { above = middle } else { below = middle }
    }
    Some(above)
}

/// A word anywhere in an octave anywhere, counted from the lower or the upper end.
fn scattered<A: Real>(i: u64) -> u64 {
    let random = mix64(i);
    let distance =
        (random << 6 | 1 << 63 | 1) >> (64 - A::BITS) >> ((random >> 58) % u64::from(A::BITS));
    if i.is_multiple_of(2) { distance } else { last::<A>() - distance }
}

/// The middles of the windows.
fn telling_words<A: Real>(law: &Law) -> Vec<u64> {
    let half = 1_u64 << (A::BITS - 1);
    let scaled = |fraction: f64| (fraction * half as f64) as u64;
    // Where logarithms of a tail's probability take the next power of two: at 2^−k √½.
    let tails = (0..A::BITS).flat_map(|k| {
        let power = 2.0_f64.powi(-(k as i32));
        [power, power * std::f64::consts::FRAC_1_SQRT_2]
    });
    // Where the quantile's middle part may give over to its tail: at 1 − x² of so many times 0.0005, which takes in
    // the 0.0125 and 0.015 of `src/math/normal_quantile.rs` and other round numbers around them.
    let junctions = (16..42).map(|d| 1.0 - (1.0 - f64::from(d) * 5e-4).sqrt());
    let tails: Vec<u64> = tails.chain(junctions).map(scaled).collect();
    let standard: Law = normal(0.0, 1.0).into();
    // In a law that is a part of the standard normal, the points that the latter has,
    let points = tails.iter().map(|&number| at::<A>(&standard, number).into());
    // and powers of two, where units in the last place change.
    let points = points.chain((-40..4).map(|k| 2.0_f64.powi(k))).collect::<Vec<_>>();
    let points = points.iter().flat_map(|&z| [z, -z]);
    // And anywhere, as often near the ends as in the middle.
    let anywhere = (0..100).flat_map(|i| [last::<A>() / 100 * i, scattered::<A>(i)]);
    tails
        .iter()
        .flat_map(|&number| [number, last::<A>() - number])
        .chain(points.filter_map(|z| first_reaching::<A>(law, z)))
        .chain([half - 1, half])
        .chain(anywhere)
        .collect()
}

/// Asserts for all laws, and prints the largest step down of each.
#[track_caller]
fn assert_rise<A: Real>(
    laws: impl IntoIterator<Item = Law>,
    allowed: i64,
    around: impl Fn(&Law) -> Vec<u64>,
) {
    let falling = |law: &Law| {
        let steps = around(law).into_iter().map(|number| step_down_around::<A>(law, number));
        let (step, number) = steps.max().unwrap();
        let value = at::<A>(law, number);
        println!("{law}, {} bits: largest step down {step}, to {value:e} ({number:#x})", A::BITS);
        step > allowed
    };
    let falling: Vec<_> = laws.into_iter().filter(falling).map(|law| law.to_string()).collect();
    assert!(falling.is_empty(), "{falling:?}");
}

fn normals() -> Vec<Law> {
    let infinite = f64::INFINITY;
    let symmetric = [(-2.0, 2.0), (-1.0, 1.0), (-0.1, 0.1), (-2.95, 2.95)];
    let others = [(-1.0, 2.5), (-3.99, 0.1), (0.5, 0.500_001), (5.0, 6.0), (-50.0, -49.9)];
    let tails =
        [(0.0, infinite), (1.0, infinite), (-infinite, -3.5), (4.0, infinite), (100.0, infinite)];
    let bounds = symmetric.into_iter().chain(others).chain(tails);
    let cut = bounds.map(|(lower, upper)| truncated(lower, upper).into());
    [normal(0.0, 1.0), normal(0.0, 0.02)].map(Law::from).into_iter().chain(cut).collect()
}

#[test]
fn normal_values_never_step_down_by_more_than_two_units() {
    assert_rise::<f32>(normals(), LARGEST_STEP_DOWN, telling_words::<f32>);
    assert_rise::<f64>(normals(), LARGEST_STEP_DOWN, telling_words::<f64>);
}

#[test]
fn uniform_values_never_step_down() {
    let bounds = [(-1.0, 1.0), (-0.088_388, 0.088_388), (0.0, 1.0), (1.0, 1.5), (-0.3, 1e3)];
    let uniforms = bounds.map(|(low, high)| Law::from(uniform(low, high)));
    assert_rise::<f32>(uniforms, 0, telling_words::<f32>);
    assert_rise::<f64>(uniforms, 0, telling_words::<f64>);
}

#[test]
#[ignore = "a hundred million words: `.ci/release long_tests`"]
fn none_of_a_hundred_million_f64_words_steps_down_by_more_than_two_units() {
    let anywhere = |_: &Law| (0..20_000).map(scattered::<f64>).collect();
    assert_rise::<f64>(normals(), LARGEST_STEP_DOWN, anywhere);
}
