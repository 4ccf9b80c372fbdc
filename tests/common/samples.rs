//! Tests of a sample against a law: distribution functions, the distance from them, and moments.

use ndarray_init::Law;
use statrs::distribution::{ContinuousCDF, Normal as Standard};

pub(crate) fn standard() -> Standard {
    Standard::standard()
}

/// P(x ≤ the argument) by the law's formula, with statrs' Φ.
pub(crate) fn cdf(law: &Law) -> Box<dyn Fn(f64) -> f64> {
    match *law {
        Law::Uniform(law) => Box::new(move |x| (x - law.low()) / (law.high() - law.low())),
        Law::Normal(law) => Box::new(move |x| standard().cdf((x - law.mean()) / law.std_dev())),
        Law::TruncatedNormal(law) => {
            let exceeding =
                move |x: f64| standard().sf((x - law.parent_mean()) / law.parent_std_dev());
            // Of the two tails, that which the bounds lie in.
            let (near, far) = (exceeding(law.lower()), exceeding(law.upper()));
            Box::new(move |x| (near - exceeding(x)) / (near - far))
        }
    }
}

/// √n times the largest distance between the law's distribution function and the sample's.
///
/// The sample is counted in cells of equal probability, and their borders compared: between
/// two, neither function can rise by more than one cell holds, some 4 of a million.
pub(crate) fn kolmogorov_smirnov(sample: &[f64], cdf: &dyn Fn(f64) -> f64) -> f64 {
    const CELLS: usize = 1 << 18;
    let mut cells = vec![0_u32; CELLS + 1];
    for &x in sample {
        cells[(cdf(x) * CELLS as f64) as usize] += 1;
    }
    let n = sample.len() as f64;
    let mut below = 0;
    let mut largest = 0.0_f64;
    for (i, count) in cells.into_iter().enumerate() {
        largest = largest.max((f64::from(below) / n - i as f64 / CELLS as f64).abs());
        below += count;
    }
    largest * n.sqrt()
}

pub(crate) fn mean(sample: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = sample.len() as f64;
    sample.sum::<f64>() / n
}

/// The mean, in its own standard deviations from what it should be.
fn mean_score(sample: &[f64], law: &Law) -> f64 {
    let n = sample.len() as f64;
    (mean(sample.iter().copied()) - law.mean()) / law.std_dev() * n.sqrt()
}

/// The variance, likewise; how it scatters follows from the sample's fourth moment.
fn variance_score(sample: &[f64], law: &Law) -> f64 {
    let (center, std) = (law.mean(), law.std_dev());
    let squares = || sample.iter().map(|x| ((x - center) / std).powi(2));
    let scatter = mean(squares().map(|square| (square - 1.0).powi(2))).sqrt();
    (mean(squares()) - 1.0) / scatter * (sample.len() as f64).sqrt()
}

/// The largest of √n D and of the scores of mean and variance, each as a share of what is allowed: √n D of
/// the first number, scores of the second.
pub(crate) fn distance(sample: &[f64], law: &Law, [kolmogorov, sigmas]: [f64; 2]) -> f64 {
    let moments = mean_score(sample, law).abs().max(variance_score(sample, law).abs());
    (kolmogorov_smirnov(sample, &*cdf(law)) / kolmogorov).max(moments / sigmas)
}

/// The correlation of two sequences with mean 0, in its standard deviations: √n r.
pub(crate) fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let [mut xx, mut xy, mut yy] = [0.0; 3];
    for (x, y) in x.iter().zip(y) {
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    xy / (xx * yy).sqrt() * (x.len() as f64).sqrt()
}

/// Asserts that two sequences with mean 0 are not correlated, nor their squares, lest they be related in size
/// alone: by 3.29 standard deviations at most, as 999 of 1000 unrelated ones.
#[track_caller]
pub(crate) fn assert_unrelated(x: &[f64], y: &[f64], what: &str) {
    let squares = |x: &[f64]| {
        let mean = mean(x.iter().map(|x| x * x));
        x.iter().map(|x| x * x - mean).collect::<Vec<_>>()
    };
    let (values, squares) = (correlation(x, y), correlation(&squares(x), &squares(y)));
    assert!(values.abs() < 3.29, "{what} are correlated: {values}σ");
    assert!(squares.abs() < 3.29, "{what} are correlated in size: {squares}σ");
}
