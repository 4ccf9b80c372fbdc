//! The normal law.

use super::quantile::Quantile;
use crate::element::Format;
use crate::error::{InitError, finite, positive};
use crate::math::{self, Float};

/// The normal law N(mean, std²), drawn by its quantile function.
///
/// A word w of B bits gives mean + std · z, where z is the standard normal quantile at
/// (w + ½) / 2^B + ½, accurate to 3 · 10⁻⁷ relative in `f32` and 4 · 10⁻¹⁵ in `f64`. One word, one
/// value, without rejection; |z| reaches 6.34 in `f32` and 9.16 in `f64`.
///
/// Filling an array is an error if the element type cannot represent the law. `sample` cannot fail: a mean or
/// standard deviation beyond the type's greatest number becomes that number, so that values may be infinite. A
/// deviation below its least positive number becomes 0 or that number.
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
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation.
    pub const fn std_dev(&self) -> f64 {
        self.std
    }

    pub(super) fn quantile<A: Float>(&self) -> NormalQuantile<A> {
        Self::quantile_of(self.mean, self.std)
    }

    pub(super) fn quantile_of<A: Float>(mean: f64, std: f64) -> NormalQuantile<A> {
        NormalQuantile { mean: A::from_f64(mean), std: A::from_f64(std), center: A::table() }
    }

    /// An error unless the element type has the law's values.
    pub(super) fn check<E: Format>(&self) -> Result<(), &'static str> {
        // No z is larger than 9.2, in any element type.
        if self.mean.abs() + 9.2 * self.std > E::GREATEST_VALUE {
            Err("its values are too large")
        } else if self.std < E::LEAST_VALUE {
            Err("its standard deviation is below the least positive number of the type")
        } else {
            Ok(())
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct NormalQuantile<A: Float> {
    mean: A,
    std: A,
    center: A::Table,
}

impl<A: Float> NormalQuantile<A> {
    #[inline(always)]
    fn scale<const FUSED: bool>(&self, z: A, word: u64) -> A {
        z.flip(word).multiply_add::<FUSED>(self.std, self.mean)
    }
}

impl<E: Format> Quantile<E> for NormalQuantile<E::Arithmetic> {
    const HAS_TAIL: bool = true;

    #[inline(always)]
    fn center<const FUSED: bool>(&self, [word, _]: [u64; 2]) -> (E, bool) {
        let (x, q) = E::Arithmetic::fold::<FUSED>(word);
        let d = q * (E::Arithmetic::TWO - q);
        let (rest, most) = E::Arithmetic::center::<FUSED>(&self.center, x, d);
        let z = x.tieless_multiply_add::<FUSED>(rest, most);
        (E::rounded_from(self.scale::<FUSED>(z, word)), d < E::Arithmetic::LEAST_D)
    }

    #[inline(always)]
    fn tail<const FUSED: bool>(&self, [word, _]: [u64; 2]) -> E {
        let (_, q) = E::Arithmetic::fold::<FUSED>(word);
        let z = E::Arithmetic::from_f64(math::tail(q.into_f64()));
        E::rounded_from(self.scale::<FUSED>(z, word))
    }
}
