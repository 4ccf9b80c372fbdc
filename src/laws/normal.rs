//! The normal law.

use super::quantile::Quantile;
use crate::element::{Element, Format, Scalar};
use crate::error::{InitError, finite, positive};
use crate::math::{self, Centre, InDoubt};

/// The normal law N(mean, std²), drawn by its quantile function.
///
/// A word w of B bits gives mean + std · z, where z is the standard normal quantile at
/// (w + ½) / 2^B + ½, accurate to 3 · 10⁻⁷ relative in `f32` and 4 · 10⁻¹⁵ in `f64`. One word, one
/// value, without rejection; |z| reaches 6.34 in `f32` and 9.16 in `f64`.
///
/// Arrays are not filled by a law that the element type cannot show: that is an error. `sample` cannot
/// fail: a mean or standard deviation beyond the type's greatest number is held there, so that values
/// may be infinite, and a deviation below its least positive number is 0 or that number.
///
/// ```
/// use ndarray_init::{Normal, ndarray::Array1, rand::SeedableRng, rand_xoshiro::Xoshiro256PlusPlus};
/// use ndarray_rand::RandomExt;
///
/// let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
/// let w = Array1::<f64>::random_using(1000, Normal::new(0.0, 0.02)?, &mut rng);
/// assert!((w.std(1.0) - 0.02).abs() < 0.002);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Normal {
    mean: f64,
    std: f64,
}

impl Normal {
    /// The normal law with this mean and standard deviation.
    ///
    /// # Errors
    /// [`InitError::Parameter`] unless the mean is finite, and std positive and finite.
    pub fn new(mean: f64, std: f64) -> Result<Self, InitError> {
        Ok(Self { mean: finite("mean", mean)?, std: positive("std", std)? })
    }

    /// The mean.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation.
    #[must_use]
    pub const fn std_dev(&self) -> f64 {
        self.std
    }

    pub(super) fn quantile<A: Scalar>(&self) -> NormalQuantile<A> {
        Self::quantile_of(self.mean, self.std)
    }

    pub(super) fn quantile_of<A: Scalar>(mean: f64, std: f64) -> NormalQuantile<A> {
        NormalQuantile { mean: A::from_f64(mean), std: A::from_f64(std), centre: A::table() }
    }

    /// Whether the element type has the law's values.
    pub(super) fn check<E: Element>(&self) -> Result<(), &'static str> {
        // No z is larger, in any element type.
        const LARGEST: f64 = 9.2;
        if self.mean.abs() + LARGEST * self.std > E::Format::GREATEST {
            Err("its values are too large")
        } else if self.std < E::Format::LEAST {
            Err("its standard deviation is below the least positive number of the type")
        } else {
            Ok(())
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct NormalQuantile<A: Scalar> {
    mean: A,
    std: A,
    centre: A::Table,
}

impl<A: Scalar> NormalQuantile<A> {
    #[inline(always)]
    fn scale(&self, z: A, word: A::Word) -> A {
        z.flip(word).scale_add(self.std, self.mean)
    }
}

impl<A: Scalar> Quantile<A> for NormalQuantile<A> {
    const HAS_RARE: bool = true;

    type Checked = NormalQuantile<A::Checked>;

    fn checked(&self) -> Self::Checked {
        let [mean, std] = [self.mean, self.std].map(A::Checked::certain);
        NormalQuantile { mean, std, centre: <A::Checked as Centre>::table() }
    }

    #[inline(always)]
    fn common(&self, word: A::Word) -> A {
        let (x, q) = A::fold(word);
        self.scale(A::centre(&self.centre, x, q * (A::TWO - q)), word)
    }

    #[inline(always)]
    fn is_rare(&self, word: A::Word) -> bool {
        let (_, q) = A::fold(word);
        A::is_beyond(&self.centre, q * (A::TWO - q))
    }

    #[inline(always)]
    fn rare(&self, word: A::Word) -> A {
        let (_, q) = A::fold(word);
        self.scale(A::from_f64(math::tail(q.into_f64())), word)
    }
}
