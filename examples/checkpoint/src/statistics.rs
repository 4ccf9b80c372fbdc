//! Moments and extremes of tensors.

use crate::dtype::Number;
use crate::model::Tensor;

/// Sums of powers over elements, counted from a number close to their mean, so that little is lost
/// when the square of the mean is subtracted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sums {
    count: f64,
    /// Of x, x², x³ and x⁴.
    powers: [f64; 4],
}

impl Sums {
    /// Counted from the mean that is expected. Elements of a constant are counted from the first one:
    /// they then give 0 exactly, whatever their type made of the constant.
    pub(crate) fn of<A: Number>(elements: &[A], tensor: &Tensor) -> Self {
        /// Independent sums, which the compiler adds up side by side.
        const LANES: usize = 8;
        let origin = match (tensor.values.constant(), elements.first()) {
            (Some(_), Some(first)) => first.number(),
            _ => tensor.expected.map_or(0.0, |expected| expected.mean),
        };
        let mut sums = [[0.0; LANES]; 4];
        for elements in elements.chunks(LANES) {
            for (lane, element) in elements.iter().enumerate() {
                let x = element.number() - origin;
                let square = x * x;
                sums[0][lane] += x;
                sums[1][lane] += square;
                sums[2][lane] += square * x;
                sums[3][lane] += square * square;
            }
        }
        let powers = sums.map(|lanes| lanes.iter().sum());
        Self { count: elements.len() as f64, powers }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.powers.iter_mut().zip(other.powers).for_each(|(sum, other)| *sum += other);
    }

    /// The variance, and the fourth central moment; 0 without elements.
    fn moments(&self) -> [f64; 2] {
        let [mean, square, cube, fourth] = self.powers.map(|sum| sum / self.count.max(1.0));
        let variance = (square - mean * mean).max(0.0);
        let fourth = fourth - 4.0 * mean * cube + 6.0 * mean * mean * square - 3.0 * mean.powi(4);
        [variance, fourth]
    }

    pub(crate) fn std(&self) -> f64 {
        self.moments()[0].sqrt()
    }

    /// The standard errors that the measured deviation lies from the expected one; none for what is
    /// not drawn, or too small for the error to mean anything.
    pub(crate) fn deviation(&self, tensor: &Tensor) -> Option<f64> {
        const SMALL: usize = 30;
        let expected = tensor.expected?;
        let [variance, fourth] = self.moments();
        let error = ((fourth - variance * variance) / self.count).sqrt() / (2.0 * expected.std);
        (tensor.elements() >= SMALL && error > 0.0 && error.is_finite())
            .then(|| (variance.sqrt() - expected.std) / error)
    }
}
