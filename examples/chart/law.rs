//! The histogram of drawn values beside the density of their law.

use super::{Area, Axis, COLORS, Mark, Outcome, Series, chart};
use ndarray_init::Law;
use std::f64::consts::{PI, SQRT_2};
use std::ops::Range;

/// Bars between the bounds of a law, so that bars end where the law does.
const BARS: f64 = 40.0;

/// Draws values, and the density of the law that they should have.
pub(crate) fn law_chart(area: &Area<'_>, title: &str, law: &Law, values: &[f32]) -> Outcome {
    let (range, bars) = range(law);
    density_chart(area, title, values, range, bars, |x| density(law, x))
}

/// Draws the histogram of values, and a density.
pub(crate) fn density_chart(
    area: &Area<'_>,
    title: &str,
    values: &[f32],
    range: Range<f64>,
    bars: usize,
    density: impl Fn(f64) -> f64,
) -> Outcome {
    let mark = Mark::Bars((range.end - range.start) / bars as f64);
    let bars = histogram(values, &range, bars);
    let curve: Vec<_> = points(&range, 600).map(|x| (x, density(x))).collect();
    let highest = bars.iter().chain(&curve).map(|&(_, y)| y).fold(0.0, f64::max);
    let series = [
        Series { name: "drawn".to_owned(), color: COLORS[0], mark, points: bars },
        Series { name: "density".to_owned(), color: COLORS[1], mark: Mark::Line, points: curve },
    ];
    let heights = 0.0..1.15 * highest;
    let y = Axis::numbers("density", heights.clone(), digits(&heights));
    let digits = digits(&range);
    let x = Axis::numbers("value", range, digits);
    chart(area, title, &x, &y, &series)
}

/// Where the law's values are, with a margin, and the bars for that.
fn range(law: &Law) -> (Range<f64>, usize) {
    let (low, high, margin) = match law {
        Law::Uniform(law) => (law.low(), law.high(), 0.2),
        Law::TruncatedNormal(law) => (law.lower(), law.upper(), 0.15),
        Law::Normal(law) => {
            (law.mean() - 4.0 * law.std_dev(), law.mean() + 4.0 * law.std_dev(), 0.0)
        }
    };
    let margin_width = margin * (high - low);
    (low - margin_width..high + margin_width, (BARS * (1.0 + 2.0 * margin)).round() as usize)
}

/// Digits after the point that tell the ticks of this range apart.
fn digits(range: &Range<f64>) -> usize {
    (1.0 - (range.end - range.start).log10()).ceil().clamp(0.0, 12.0) as usize
}

fn points(range: &Range<f64>, n: usize) -> impl Iterator<Item = f64> {
    let (start, step) = (range.start, (range.end - range.start) / n as f64);
    (0..=n).map(move |i| start + step * i as f64)
}

/// The middle and the density of each bar.
fn histogram(values: &[f32], range: &Range<f64>, bars: usize) -> Vec<(f64, f64)> {
    let width = (range.end - range.start) / bars as f64;
    let mut counts = vec![0_u32; bars];
    for &value in values {
        let bar = ((f64::from(value) - range.start) / width).floor();
        if (0.0..bars as f64).contains(&bar) {
            counts[bar as usize] += 1;
        }
    }
    let of_one = 1.0 / (values.len() as f64 * width);
    let bar = |(i, count)| (range.start + width * (i as f64 + 0.5), f64::from(count) * of_one);
    counts.into_iter().enumerate().map(bar).collect()
}

/// The law's density.
fn density(law: &Law, x: f64) -> f64 {
    match law {
        Law::Uniform(law) if (law.low()..=law.high()).contains(&x) => {
            1.0 / (law.high() - law.low())
        }
        Law::Normal(law) => normal_density((x - law.mean()) / law.std_dev()) / law.std_dev(),
        Law::TruncatedNormal(law) if (law.lower()..=law.upper()).contains(&x) => {
            let z = |x: f64| (x - law.parent_mean()) / law.parent_std_dev();
            let inside = normal_below(z(law.upper())) - normal_below(z(law.lower()));
            normal_density(z(x)) / law.parent_std_dev() / inside
        }
        _ => 0.0,
    }
}

fn normal_density(z: f64) -> f64 {
    libm::exp(-z * z / 2.0) / (2.0 * PI).sqrt()
}

/// The part of a standard normal below z.
fn normal_below(z: f64) -> f64 {
    libm::erfc(-z / SQRT_2) / 2.0
}
