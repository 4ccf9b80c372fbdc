use super::kernel::AnyKernel;
use super::{Normal, TruncatedNormal, Uniform};
use crate::element::Element;
use crate::error::InitError;
use ndarray_rand::rand::Rng;
use ndarray_rand::rand_distr::Distribution;
use std::fmt;

/// What the elements of an array are drawn from.
///
/// ```
/// use ndarray_init::VarianceScaling;
///
/// let law = VarianceScaling::glorot_uniform().law(&[3, 3, 64, 128])?;
/// assert_eq!(law.to_string(), "U[-0.058926, 0.058926]");
/// assert!((law.std_dev() - (2.0 / (9.0 * 192.0_f64)).sqrt()).abs() < 1e-15);
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
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Uniform(law) => law.mean(),
            Self::Normal(law) => law.mean(),
            Self::TruncatedNormal(law) => law.mean(),
        }
    }

    /// The standard deviation.
    #[must_use]
    pub fn std_dev(&self) -> f64 {
        match self {
            Self::Uniform(law) => law.std_dev(),
            Self::Normal(law) => law.std_dev(),
            Self::TruncatedNormal(law) => law.std_dev(),
        }
    }

    /// The value function, for an element type that passes [`check`](Self::check).
    #[inline]
    pub(crate) fn kernel<A: Element>(&self) -> AnyKernel<A> {
        match self {
            Self::Uniform(law) => AnyKernel::Uniform(law.kernel()),
            Self::Normal(law) => AnyKernel::Normal(law.kernel()),
            Self::TruncatedNormal(law) => law.kernel(),
        }
    }

    /// Whether the element type has the law's values.
    #[inline]
    pub(crate) fn check<A: Element>(&self) -> Result<(), InitError> {
        match self {
            Self::Uniform(law) => law.check::<A>(),
            Self::Normal(law) => law.check::<A>(),
            Self::TruncatedNormal(law) => law.check::<A>(),
        }
        .map_err(|rule| InitError::Unrepresentable {
            law: self.to_string(),
            element: A::NAME,
            rule,
        })
    }
}

impl<A: Element> Distribution<A> for Law {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> A {
        match self {
            Self::Uniform(law) => law.sample(rng),
            Self::Normal(law) => law.sample(rng),
            Self::TruncatedNormal(law) => law.sample(rng),
        }
    }
}

macro_rules! law_from {
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
    )*};
}
law_from!(Uniform Normal TruncatedNormal);

/// U\[low, high], N(mean, std²), or N(mean, std²) on \[lower, upper], with five digits.
impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uniform(law) => write!(f, "U[{}, {}]", Digits(law.low()), Digits(law.high())),
            Self::Normal(law) => write!(f, "N({}, {}²)", Digits(law.mean()), Digits(law.std_dev())),
            Self::TruncatedNormal(law) => {
                let (mean, std) = (Digits(law.parent_mean()), Digits(law.parent_std_dev()));
                write!(f, "N({mean}, {std}²) on [{}, {}]", Digits(law.lower()), Digits(law.upper()))
            }
        }
    }
}

/// A number with five significant digits, without trailing zeros.
struct Digits(f64);

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(rounded) = format!("{:.4e}", self.0).parse::<f64>() else {
            return write!(f, "{}", self.0);
        };
        let plain = rounded == 0.0 || (1e-5..1e7).contains(&rounded.abs()) || !rounded.is_finite();
        if plain { write!(f, "{rounded}") } else { write!(f, "{rounded:e}") }
    }
}
