//! The uniform law.

use super::quantile::Quantile;
use crate::element::Format;
use crate::error::InitError;
use crate::math::Float;
use num_traits::Float as _;

/// The uniform law on \[low, high].
///
/// A word w of B bits, read as a signed integer, gives c + h · w · 2^(1−B), where c is the center
/// and h half the width. Both bounds can be drawn, and no value passes them after rounding. Around
/// zero (low = −high) the bound is rounded to the element type first, and the value is rounded
/// once. Elsewhere the bounds are rounded inwards.
///
/// Filling an array is an error if the element type cannot represent the law. `sample` cannot fail: bounds
/// beyond the type's greatest number become that number, and a bound below its least positive number becomes 0
/// or that number. If no number of the type lies between the bounds, the value is the greatest number below the
/// upper bound (1 for U\[1.00000001, 1.00000002] in `f32`).
///
/// ```
/// use ndarray_init::{Uniform, ndarray::Array2, rand::SeedableRng, rand_xoshiro::Xoshiro256PlusPlus};
/// use ndarray_rand::RandomExt;
///
/// let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
/// let w = Array2::<f32>::random_using((3, 4), Uniform::new(-0.5, 0.25)?, &mut rng);
/// assert!(w.iter().all(|x| (-0.5..=0.25).contains(x)));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Uniform {
    low: f64,
    high: f64,
}

impl Uniform {
    /// The uniform law on \[low, high].
    ///
    /// # Errors
    /// [`InitError::Bounds`] unless both bounds are finite and low < high.
    pub fn new(low: f64, high: f64) -> Result<Self, InitError> {
        if low.is_finite() && high.is_finite() && low < high {
            Ok(Self { low, high })
        } else {
            let rule = "finite, the lower below the upper";
            Err(InitError::Bounds { lower: low, upper: high, rule })
        }
    }

    /// Always 0: PyTorch's law for the bias of a layer without inputs.
    pub(crate) const ZERO: Self = Self { low: 0.0, high: 0.0 };

    /// The lower bound.
    pub const fn low(&self) -> f64 {
        self.low
    }

    /// The upper bound.
    pub const fn high(&self) -> f64 {
        self.high
    }

    /// The mean: (low + high) / 2.
    pub const fn mean(&self) -> f64 {
        self.low.midpoint(self.high)
    }

    /// The standard deviation: (high − low) / √12.
    pub fn std_dev(&self) -> f64 {
        self.half_width() / 3.0_f64.sqrt()
    }

    const fn half_width(&self) -> f64 {
        let width = self.high - self.low;
        if width.is_finite() { width / 2.0 } else { self.high / 2.0 - self.low / 2.0 }
    }

    pub(super) fn quantile<E: Format, const SYMMETRIC: bool>(
        &self,
    ) -> UniformQuantile<E::Arithmetic, SYMMETRIC> {
        let [low, high] = self.bounds::<E>();
        let of = E::Arithmetic::from_f64;
        let half = if SYMMETRIC { high * E::Arithmetic::UNIT } else { of(self.half_width()) };
        let center = of(if SYMMETRIC { 0.0 } else { self.mean() });
        UniformQuantile { center, half, low, high }
    }

    /// True if the law lies around zero, and a scaled word loses no digits. False for `f16` and `bf16`, whose
    /// values are rounded after scaling and could pass the bounds.
    pub(super) fn is_symmetric<E: Format>(&self) -> bool {
        let scale = E::Arithmetic::from_f64(self.high) * E::Arithmetic::UNIT;
        E::IS_ARITHMETIC && self.low == -self.high && scale >= E::Arithmetic::min_positive_value()
    }

    /// The bounds in the element type, rounded inwards. For `f32` and `f64` around zero, they are rounded to
    /// nearest, since the scaling then maps the extreme words onto them.
    pub(super) fn bounds<E: Format>(&self) -> [E::Arithmetic; 2] {
        if E::IS_ARITHMETIC && self.low == -self.high {
            let bound = E::Arithmetic::from_f64(self.high);
            [-bound, bound]
        } else {
            [E::least_from(self.low), E::greatest_to(self.high)]
        }
    }

    /// An error unless the element type has values between the bounds.
    pub(super) fn check<E: Format>(&self) -> Result<(), &'static str> {
        let [low, high] = self.bounds::<E>();
        let is_narrow = self.half_width() < E::LEAST_VALUE / 2.0;
        if self.low < -E::GREATEST_VALUE || self.high > E::GREATEST_VALUE {
            Err("its bounds are too large")
        } else if *self != Self::ZERO && (is_narrow || [low, high] == [E::Arithmetic::default(); 2])
        {
            Err("its width is below the least positive number of the type")
        } else if low > high {
            Err("it has no value between the bounds")
        } else {
            Ok(())
        }
    }
}

/// center + half · w, held between the bounds. If `SYMMETRIC` around zero, neither center nor bounds are needed:
/// 15 % fewer instructions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UniformQuantile<A, const SYMMETRIC: bool> {
    center: A,
    half: A,
    low: A,
    high: A,
}

impl<E: Format, const SYMMETRIC: bool> Quantile<E> for UniformQuantile<E::Arithmetic, SYMMETRIC> {
    #[inline(always)]
    fn center<const FUSED: bool>(&self, [word, _]: [u64; 2]) -> (E, bool) {
        let w = E::Arithmetic::signed(word);
        let value = if SYMMETRIC {
            w * self.half
        } else {
            (w * E::Arithmetic::UNIT * self.half + self.center).clamp_to(self.low, self.high)
        };
        (E::rounded_from(value), false)
    }
}
