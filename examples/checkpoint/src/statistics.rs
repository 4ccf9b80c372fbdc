//! What tensors measure, and what their laws say that they should.

use crate::dtype::Float;
use crate::model::Parameter;
use ndarray_init::{Law, TruncatedNormal};

/// Sums over elements, counted from a number close to their mean, so that little is lost when the
/// square of the mean is subtracted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sums {
    count: u64,
    deviations: f64,
    squares: f64,
}

impl Sums {
    /// Counted from the first element if there is no mean that they should have: equal elements then
    /// give 0 exactly, whatever their type made of the constant.
    pub(crate) fn of<A: Float>(elements: &[A], mean: Option<f64>) -> Self {
        /// Independent sums, which the compiler adds up side by side.
        const LANES: usize = 8;
        let mut numbers = [0.0; 1024];
        let origin = mean.unwrap_or_else(|| {
            let first = &elements[..elements.len().min(1)];
            A::widen(first, &mut numbers[..first.len()]);
            numbers[0]
        });
        let (mut deviations, mut squares) = ([0.0; LANES], [0.0; LANES]);
        for elements in elements.chunks(numbers.len()) {
            let numbers = &mut numbers[..elements.len()];
            A::widen(elements, numbers);
            for numbers in numbers.chunks(LANES) {
                for (lane, &number) in numbers.iter().enumerate() {
                    let x = number - origin;
                    deviations[lane] += x;
                    squares[lane] += x * x;
                }
            }
        }
        Self {
            count: elements.len() as u64,
            deviations: deviations.iter().sum(),
            squares: squares.iter().sum(),
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.deviations += other.deviations;
        self.squares += other.squares;
    }

    /// The standard deviation; 0 without elements.
    pub(crate) fn std(&self) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        let n = self.count as f64;
        let mean = self.deviations / n;
        (self.squares / n - mean * mean).max(0.0).sqrt()
    }
}

/// The standard error of a standard deviation that is measured on n elements: σ √((κ − 1) / 4n)
/// for a law of kurtosis κ.
pub(crate) fn standard_error(law: &Law, n: usize) -> f64 {
    law.std_dev() * ((kurtosis(law) - 1.0) / (4.0 * n as f64)).sqrt()
}

/// How many standard errors a measured deviation lies from the expected one; none for what is not
/// drawn, or too small for the error to mean anything.
pub(crate) fn deviation(parameter: &Parameter, measured: f64) -> Option<f64> {
    const SMALL: usize = 30;
    let (law, n) = (parameter.law?, parameter.elements());
    let error = standard_error(&law, n);
    (n >= SMALL && error > 0.0).then(|| (measured - law.std_dev()) / error)
}

fn kurtosis(law: &Law) -> f64 {
    match law {
        Law::Uniform(_) => 9.0 / 5.0,
        Law::Normal(_) => 3.0,
        Law::TruncatedNormal(law) => truncated_kurtosis(law),
    }
}

/// By Simpson's rule over the density, as far out as it matters.
fn truncated_kurtosis(law: &TruncatedNormal) -> f64 {
    const STEPS: usize = 2000;
    const FAR: f64 = 9.0;
    let (mean, std) = (law.parent_mean(), law.parent_std_dev());
    let [lower, upper] = [law.lower(), law.upper()].map(|bound| (bound - mean) / std);
    // Bounds in one tail leave what is close to an exponential law there.
    let (low, high) = (lower.max(-FAR), upper.min(FAR));
    if low >= high {
        return FAR;
    }
    let step = (high - low) / STEPS as f64;
    // Counted from the largest density, so that nothing is lost in a tail.
    let peak = 0.0_f64.clamp(low, high);
    let density = |z: f64| (0.5 * (peak * peak - z * z)).exp();
    let centre = (law.mean() - mean) / std;
    let moment = |power: i32| -> f64 {
        let term = |i: usize| {
            let z = low + step * i as f64;
            let weight = if i == 0 || i == STEPS { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
            weight * (z - centre).powi(power) * density(z)
        };
        (0..=STEPS).map(term).sum()
    };
    moment(4) * moment(0) / moment(2).powi(2)
}

#[cfg(test)]
mod tests {
    use super::truncated_kurtosis;
    use ndarray_init::TruncatedNormal;

    #[test]
    fn the_kurtosis_of_a_truncated_normal_lies_between_uniform_and_normal() {
        let kurtosis = |lower, upper| {
            truncated_kurtosis(&TruncatedNormal::in_sigmas(1.0, 3.0, lower, upper).unwrap())
        };
        // Closed forms: 3 without bounds; 9/5 for bounds so close that the density is flat.
        assert!((kurtosis(-40.0, 40.0) - 3.0).abs() < 1e-6);
        assert!((kurtosis(-0.01, 0.01) - 1.8).abs() < 1e-4);
        // A half-normal's: 3 + 8 (π − 3) / (π − 2)².
        let pi = std::f64::consts::PI;
        let half = 3.0 + 8.0 * (pi - 3.0) / (pi - 2.0).powi(2);
        assert!((kurtosis(0.0, 40.0) - half).abs() < 1e-6);
    }
}
