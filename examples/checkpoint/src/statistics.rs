//! What tensors measure.

use crate::dtype::Float;
use crate::model::Parameter;

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

/// How many standard errors a measured deviation lies from the expected one; none for what is not
/// drawn, or too small for the error to mean anything.
pub(crate) fn deviation(parameter: &Parameter, measured: f64) -> Option<f64> {
    const SMALL: usize = 30;
    let expected = parameter.expected?;
    (parameter.elements() >= SMALL && expected.standard_error > 0.0)
        .then(|| (measured - expected.std) / expected.standard_error)
}
