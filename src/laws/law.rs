//! Any of the laws, as one type.

use super::any::{AnyLaw, AnyQuantile, RealQuantile};
#[cfg(feature = "complex")]
use super::circular::{self, Circular};
use super::normal::Normal;
use super::truncated_normal::TruncatedNormal;
use super::uniform::Uniform;
use crate::element::{Format, unrepresentable};
use crate::error::{InitError, Number};
use crate::math::Float;
use rand::Rng;
use rand_distr::Distribution;
use std::fmt;

/// A law that the elements of an array are drawn from.
///
/// As a distribution, it does what the law that it holds does.
///
/// ```
/// use ndarray_init::VarianceScaling;
///
/// let law = VarianceScaling::glorot_uniform().law(&[3, 3, 64, 128])?;
/// assert_eq!(law.to_string(), "U[-0.058926, 0.058926]");
/// assert!((law.std_dev() - (2.0 / (9.0 * 192.0_f64)).sqrt()).abs() < 1e-15);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
///
/// `sample` returns complex numbers only for complex laws such as `ComplexNormal`. This does not compile:
///
/// ```compile_fail
/// use ndarray_init::{Law, Normal, num_complex::Complex, rand, rand_distr::Distribution};
///
/// let law = Law::from(Normal::new(0.0, 1.0)?);
/// let z: Complex<f32> = law.sample(&mut rand::rng());
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[must_use]
pub enum Law {
    /// A uniform law.
    Uniform(Uniform),
    /// A normal law.
    Normal(Normal),
    /// A normal law between bounds.
    TruncatedNormal(TruncatedNormal),
}

impl Law {
    /// The mean.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Uniform(law) => law.mean(),
            Self::Normal(law) => law.mean(),
            Self::TruncatedNormal(law) => law.mean(),
        }
    }

    /// The standard deviation.
    pub fn std_dev(&self) -> f64 {
        match self {
            Self::Uniform(law) => law.std_dev(),
            Self::Normal(law) => law.std_dev(),
            Self::TruncatedNormal(law) => law.std_dev(),
        }
    }

    /// The circular law of the same mean and variance, or why there is none.
    #[cfg(feature = "complex")]
    fn circular(&self) -> Result<Circular, &'static str> {
        match self {
            Self::Uniform(law) if law.low() == -law.high() => {
                Ok(Circular::Disc { radius: law.high() * (2.0_f64 / 3.0).sqrt() })
            }
            Self::Normal(law) => Ok(Circular::Normal { mean: law.mean(), std: law.std_dev() }),
            Self::TruncatedNormal(law)
                if law.parent_mean() == 0.0 && law.lower() == -law.upper() =>
            {
                let std = law.std_dev();
                let sigmas = law.upper() / law.parent_std_dev();
                if sigmas.is_infinite() {
                    return Ok(Circular::Normal { mean: 0.0, std });
                }
                let std = std / circular::truncated_std(sigmas);
                Ok(Circular::TruncatedNormal { std, bound: sigmas * std })
            }
            _ => Err("bounds of complex numbers are the same in all directions, around 0"),
        }
    }

    pub(super) fn quantile<E: Format>(&self) -> AnyQuantile<'static, E::Arithmetic> {
        #[cfg(feature = "complex")]
        if E::IS_COMPLEX {
            return self.circular().expect("checked").quantile::<E>();
        }
        AnyQuantile::Real(self.real_quantile::<E>())
    }

    /// The quantile function, within the bounds that the law has in the element type.
    pub(super) fn real_quantile<E: Format>(&self) -> RealQuantile<E::Arithmetic> {
        match self {
            Self::Uniform(law) if law.is_symmetric::<E>() => {
                RealQuantile::Symmetric(law.quantile::<E, true>())
            }
            Self::Uniform(law) => RealQuantile::Uniform(law.quantile::<E, false>()),
            Self::Normal(law) => RealQuantile::Normal(law.quantile()),
            Self::TruncatedNormal(law) => law.quantile::<E>(),
        }
    }

    /// No element passes these bounds, in any element type.
    pub(super) fn reach(&self) -> [f64; 2] {
        match self {
            Self::Uniform(law) => [law.low(), law.high()],
            // Every |z| is smaller.
            Self::Normal(law) => [-9.2, 9.2].map(|z| law.mean() + z * law.std_dev()),
            Self::TruncatedNormal(law) => law.reach(),
        }
    }

    /// An error unless the element type has the law's values.
    pub(crate) fn check<E: Format>(&self) -> Result<(), InitError> {
        #[cfg(feature = "complex")]
        if E::IS_COMPLEX {
            return self.circular().map_err(|rule| unrepresentable::<E>(self, rule))?.check::<E>();
        }
        match self {
            Self::Uniform(law) => law.check::<E>(),
            Self::Normal(law) => law.check::<E>(),
            Self::TruncatedNormal(law) => law.check::<E>(),
        }
        .map_err(|rule| unrepresentable::<E>(self, rule))
    }

    /// How elements of this type come from the law, in words.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub(crate) fn drawn_as<E: Format>(&self) -> Result<String, InitError> {
        self.check::<E>()?;
        #[cfg(feature = "complex")]
        if let (true, Ok(law)) = (E::IS_COMPLEX, self.circular()) {
            return Ok(law.to_string());
        }
        if E::IS_ARITHMETIC {
            return Ok(self.to_string());
        }
        let [low, high] = match self {
            Self::Uniform(law) => law.bounds::<E>().map(Float::into_f64),
            Self::TruncatedNormal(law) => law.bounds::<E>().map(Float::into_f64),
            Self::Normal(_) => return Ok(format!("{self} in f32, rounded")),
        };
        Ok(format!("{self} in f32, rounded, on {}", Bounds(low, high)))
    }
}

/// Of real elements: one word gives one value.
impl<A: Format<Real = A>> Distribution<A> for Law {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> A {
        AnyLaw::Law(*self).sample(rng)
    }
}

macro_rules! as_law {
    ($($law:ident)*) => {$(
        impl From<$law> for Law {
            fn from(law: $law) -> Self {
                Self::$law(law)
            }
        }

        /// As [`Law`] has it.
        impl fmt::Display for $law {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Law::from(*self).fmt(f)
            }
        }

        /// Of real elements: one word gives one value.
        impl<A: Format<Real = A>> Distribution<A> for $law {
            fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> A {
                Law::from(*self).sample(rng)
            }
        }
    )*};
}
as_law!(Uniform Normal TruncatedNormal);

/// U\[low, high], N(mean, std²), or N(mean, std²) on \[lower, upper], with five digits. Bounds have more
/// digits if five cannot tell them apart.
impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let five = |value| Number::rounded(value, 5);
        match self {
            Self::Uniform(law) => write!(f, "U{}", Bounds(law.low(), law.high())),
            Self::Normal(law) => write!(f, "N({}, {}²)", five(law.mean()), five(law.std_dev())),
            Self::TruncatedNormal(law) => {
                let (mean, std) = (five(law.parent_mean()), five(law.parent_std_dev()));
                write!(f, "N({mean}, {std}²) on {}", Bounds(law.lower(), law.upper()))
            }
        }
    }
}

/// An interval: the digits of its ends are five, or as many as show that they differ.
struct Bounds(f64, f64);

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let &Self(low, high) = self;
        let ends = |digits| (Number::rounded(low, digits).0, Number::rounded(high, digits).0);
        let told_apart = (5..17).map(ends).find(|(low, high)| low < high);
        let (low, high) = told_apart.unwrap_or((low, high));
        write!(f, "[{}, {}]", Number(low), Number(high))
    }
}
