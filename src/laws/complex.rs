//! The circular laws as distributions of their own.

use super::any::AnyLaw;
use super::circular::Circular;
use crate::error::{InitError, positive};
use crate::math::Float;
use num_complex::Complex;
use rand::Rng;
use rand_distr::Distribution;
use std::f64::consts::FRAC_1_SQRT_2;
use std::fmt;

/// The complex normal law CN(0, std²), the same in all directions. Feature `complex`.
///
/// Real and imaginary part are independent, each N(0, std² / 2), so that E|z|² = std². The real part
/// comes from the first word of an element, the imaginary one from the second, as [`Normal`](super::Normal)
/// draws them.
///
/// ```
/// use ndarray_init::{ComplexNormal, InitExt, Key, ndarray::Array1, num_complex::Complex64};
///
/// let psi = Array1::<Complex64>::init(10_000, &ComplexNormal::new(0.5)?, Key::new(1))?;
/// let power = psi.mapv(|z| z.norm_sqr()).mean().unwrap();
/// assert!((power - 0.25).abs() < 0.01);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct ComplexNormal {
    std: f64,
}

/// The uniform law on the disc |z| ≤ radius. Feature `complex`.
///
/// The modulus is radius · √u of the first word, the angle 2π u of the second. |z| stays within the
/// radius after both parts are rounded.
///
/// ```
/// use ndarray_init::{Disc, InitExt, Key, ndarray::Array1, num_complex::Complex32};
///
/// let disc = Disc::new(0.1)?;
/// assert!((disc.std_dev() - 0.1 / 2.0_f64.sqrt()).abs() < 1e-15);
/// let w = Array1::<Complex32>::init(1000, &disc, Key::new(1))?;
/// assert!(w.iter().all(|z| f64::from(z.re).hypot(z.im.into()) <= 0.1));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Disc {
    radius: f64,
}

/// The complex normal law CN(0, std²) of a *parent*, truncated where |z| exceeds a bound. Feature
/// `complex`.
///
/// The modulus comes from the first word, the angle 2π u from the second: with c = bound / std,
///
/// |z| = std · √(−ln(1 − (1 − e^−c²) u)).
///
/// |z| stays within the bound after both parts are rounded. The squared modulus of the parent, in units
/// of std², has the density e^−t, and cut at c² the mean
///
/// E|z|² / std² = ∫₀^c² t e^−t dt / (1 − e^−c²) = 1 − c² / (e^c² − 1).
///
/// For c = 2 the mean is 0.9253706. Variance scaling divides the parent's deviation by its root, 0.9619618. JAX
/// divides by 0.9531116, the root of 1 − 5 e⁻⁴: the integral without the division by 1 − e⁻⁴. So the variance
/// of JAX' complex arrays is 1.9 % too large.
///
/// ```
/// use ndarray_init::{ComplexTruncatedNormal, InitExt, Key, ndarray::Array1, num_complex::Complex64};
///
/// let law = ComplexTruncatedNormal::in_sigmas(1.0, 2.0)?;
/// assert!((law.std_dev().powi(2) - (1.0 - 4.0 / (4.0_f64.exp() - 1.0))).abs() < 1e-15);
/// let w = Array1::<Complex64>::init(1000, &law, Key::new(1))?;
/// assert!(w.iter().all(|z| z.norm() <= 2.0));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct ComplexTruncatedNormal {
    std: f64,
    bound: f64,
}

impl ComplexNormal {
    /// The law with E|z|² = std².
    ///
    /// # Errors
    /// [`InitError::Parameter`] unless std is positive and finite.
    pub fn new(std: f64) -> Result<Self, InitError> {
        Ok(Self { std: positive("std", std)? })
    }

    pub(crate) const fn circular(self) -> Circular {
        Circular::Normal { mean: 0.0, std: self.std }
    }
}

impl Disc {
    /// The law on the disc of this radius around 0.
    ///
    /// # Errors
    /// [`InitError::Parameter`] unless the radius is positive and finite.
    pub fn new(radius: f64) -> Result<Self, InitError> {
        Ok(Self { radius: positive("radius", radius)? })
    }

    /// The greatest modulus.
    pub const fn radius(&self) -> f64 {
        self.radius
    }

    pub(crate) const fn circular(self) -> Circular {
        Circular::Disc { radius: self.radius }
    }
}

impl ComplexTruncatedNormal {
    /// CN(0, std²) where |z| ≤ bound.
    ///
    /// # Errors
    /// [`InitError::Parameter`] unless std and bound are positive and finite, and the bound is at
    /// least 10⁻⁷⁰ std.
    pub fn new(std: f64, bound: f64) -> Result<Self, InitError> {
        let (std, bound) = (positive("std", std)?, positive("bound", bound)?);
        let sigmas = bound / std;
        if sigmas < 1e-70 {
            let (name, value, rule) = ("bound / std", sigmas, "at least 1e-70");
            return Err(InitError::Parameter { name, value, rule });
        }
        Ok(Self { std, bound })
    }

    /// CN(0, std²) where |z| ≤ sigmas · std.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn in_sigmas(std: f64, sigmas: f64) -> Result<Self, InitError> {
        let (std, sigmas) = (positive("std", std)?, positive("sigmas", sigmas)?);
        Self::new(std, std * sigmas)
    }

    /// The greatest modulus.
    pub const fn bound(&self) -> f64 {
        self.bound
    }

    /// The standard deviation of the law before it is truncated.
    pub const fn parent_std_dev(&self) -> f64 {
        self.std
    }

    pub(crate) const fn circular(self) -> Circular {
        Circular::TruncatedNormal { std: self.std, bound: self.bound }
    }
}

macro_rules! moments {
    ($($law:ident)*) => {$(
        impl $law {
            /// The standard deviation, √E|z|²; the mean is 0.
            pub fn std_dev(&self) -> f64 {
                self.circular().std_dev()
            }

            /// The standard deviation of the real part, and of the imaginary part.
            pub fn part_std_dev(&self) -> f64 {
                self.std_dev() * FRAC_1_SQRT_2
            }
        }

        impl<A: Float> Distribution<Complex<A>> for $law {
            fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Complex<A> {
                AnyLaw::Circular(self.circular()).sample(rng)
            }
        }

        /// CN(0, std²), U on |z| ≤ radius, or CN(0, std²) on |z| ≤ bound, with five digits.
        impl fmt::Display for $law {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.circular().fmt(f)
            }
        }
    )*};
}
moments!(ComplexNormal Disc ComplexTruncatedNormal);
