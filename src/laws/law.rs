//! Any of the laws, as one type.

use super::normal::{Normal, NormalQuantile};
use super::quantile::Quantile;
use super::sampler::{Hold, RealSampler, Sampler};
use super::truncated_normal::{Between, FarQuantile, TruncatedNormal, TruncatedQuantile};
use super::uniform::{SymmetricQuantile, Uniform, UniformQuantile};
use crate::element::{Element, Format, Scalar};
use crate::error::{InitError, Number};
use crate::stream::Word;
use rand::Rng;
use rand_distr::Distribution;
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

    /// The values of words as elements, for an element type that passes [`check`](Self::check).
    #[inline]
    pub(crate) fn sampler<E: Element>(&self) -> AnySampler<E> {
        let bounds = match self {
            Self::Uniform(law) => law.bounds::<E>(),
            Self::Normal(_) => [-E::Arithmetic::MAX, E::Arithmetic::MAX],
            Self::TruncatedNormal(law) => law.bounds::<E>(),
        };
        AnySampler { quantile: self.quantile(), hold: Hold::new(bounds) }
    }

    /// The quantile function.
    #[inline]
    fn quantile<A: Scalar>(&self) -> AnyQuantile<A> {
        match self {
            Self::Uniform(law) => match law.symmetric() {
                Some(quantile) => AnyQuantile::Symmetric(quantile),
                None => AnyQuantile::Uniform(law.quantile()),
            },
            Self::Normal(law) => AnyQuantile::Normal(law.quantile()),
            Self::TruncatedNormal(law) => match law.quantile() {
                Between::Central(quantile) => AnyQuantile::Central(quantile),
                Between::Near(quantile) => AnyQuantile::Near(quantile),
                Between::Far(quantile) => AnyQuantile::Far(quantile),
            },
        }
    }

    /// Whether the element type has the law's values.
    #[inline]
    pub(crate) fn check<E: Element>(&self) -> Result<(), InitError> {
        match self {
            Self::Uniform(law) => law.check::<E>(),
            Self::Normal(law) => law.check::<E>(),
            Self::TruncatedNormal(law) => law.check::<E>(),
        }
        .map_err(|rule| InitError::Unrepresentable {
            law: self.to_string(),
            element: E::Format::NAME,
            rule,
        })
    }
}

impl<A: Element> Distribution<A> for Law {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> A {
        self.sampler::<A>().sample(Word::of(rng))
    }
}

macro_rules! law_from {
    ($($law:ident)*) => {$(
        impl From<$law> for Law {
            fn from(law: $law) -> Self {
                Self::$law(law)
            }
        }

        impl<A: Element> Distribution<A> for $law {
            fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> A {
                Law::from(*self).sample(rng)
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

/// U\[low, high], N(mean, std²), or N(mean, std²) on \[lower, upper], with five digits, or with as
/// many as tell the bounds apart.
impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uniform(law) => write!(f, "U{}", Bounds(law.low(), law.high())),
            Self::Normal(law) => write!(f, "N({}, {}²)", Digits(law.mean()), Digits(law.std_dev())),
            Self::TruncatedNormal(law) => {
                let (mean, std) = (Digits(law.parent_mean()), Digits(law.parent_std_dev()));
                write!(f, "N({mean}, {std}²) on {}", Bounds(law.lower(), law.upper()))
            }
        }
    }
}

/// A number with five significant digits, without trailing zeros.
struct Digits(f64);

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Number(rounded(self.0, 5)).fmt(f)
    }
}

/// An interval: the digits of its ends are five, or as many as show that they differ.
struct Bounds(f64, f64);

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let &Self(low, high) = self;
        let ends = |digits| (rounded(low, digits), rounded(high, digits));
        let told_apart = (5..17).map(ends).find(|(low, high)| low < high);
        let (low, high) = told_apart.unwrap_or((low, high));
        write!(f, "[{}, {}]", Number(low), Number(high))
    }
}

/// The nearest number with so many significant digits, or the value itself, if there is none that
/// is finite.
fn rounded(value: f64, digits: usize) -> f64 {
    let nearest = format!("{value:.*e}", digits - 1).parse::<f64>();
    nearest.ok().filter(|nearest| nearest.is_finite()).unwrap_or(value)
}

/// The quantile function of any law.
#[derive(Clone, Copy, Debug)]
enum AnyQuantile<A> {
    Symmetric(SymmetricQuantile<A>),
    Uniform(UniformQuantile<A>),
    Normal(NormalQuantile<A>),
    Central(TruncatedQuantile<A, true>),
    Near(TruncatedQuantile<A, false>),
    Far(FarQuantile<A>),
}

/// An expression of the quantile function, whatever its type.
macro_rules! with_quantile {
    ($any:expr, $quantile:ident => $value:expr) => {
        match $any {
            AnyQuantile::Symmetric($quantile) => $value,
            AnyQuantile::Uniform($quantile) => $value,
            AnyQuantile::Normal($quantile) => $value,
            AnyQuantile::Central($quantile) => $value,
            AnyQuantile::Near($quantile) => $value,
            AnyQuantile::Far($quantile) => $value,
        }
    };
}

/// What can be done with a sampler of any type: a closure cannot be generic.
pub(crate) trait UseSampler<E> {
    type Output;

    fn with<S: Sampler<E>>(self, sampler: S) -> Self::Output;
}

/// The sampler of any law.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnySampler<E: Element> {
    quantile: AnyQuantile<E::Arithmetic>,
    hold: Hold<E::Arithmetic>,
}

impl<E: Element> AnySampler<E> {
    /// Hands over the sampler that this is.
    #[inline]
    pub(crate) fn hand_to<U: UseSampler<E>>(self, to: U) -> U::Output {
        with_quantile!(self.quantile, q => to.with(RealSampler::new(q, self.hold)))
    }

    /// The value of one word by itself.
    fn sample(self, word: <E::Arithmetic as Scalar>::Word) -> E {
        self.hold.element(with_quantile!(self.quantile, q => q.sample(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::dispatch;
    use pulp::NullaryFnOnce;

    /// The values of 2¹⁶ neighbouring words.
    struct Sweep<'a, Q> {
        quantile: &'a Q,
        first: i32,
        values: &'a mut [f32],
    }

    impl<Q: Quantile<f32>> NullaryFnOnce for Sweep<'_, Q> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let mut any = false;
            for (word, value) in (self.first..).zip(self.values.iter_mut()) {
                *value = self.quantile.common(word as u32);
                any |= self.quantile.is_rare(word as u32);
            }
            if any {
                for (word, value) in (self.first..).zip(self.values.iter_mut()) {
                    if self.quantile.is_rare(word as u32) {
                        *value = self.quantile.rare(word as u32);
                    }
                }
            }
        }
    }

    /// The largest step down from one word to the next, over all of them, in units in the last
    /// place.
    fn largest_step_down<Q: Quantile<f32>>(quantile: &Q) -> i32 {
        // Floats as integers in the same order: neighbours differ by one.
        let rank = |x: f32| x.to_bits() as i32 ^ ((x.to_bits() as i32 >> 31) & i32::MAX);
        let mut values = vec![0.0; 1 << 16];
        let mut before = i32::MIN;
        let mut largest = 0;
        for first in (i32::MIN..=i32::MAX).step_by(1 << 16) {
            dispatch(Sweep { quantile, first, values: &mut values });
            largest = largest.max(before.saturating_sub(rank(values[0])));
            for i in 1..1 << 16 {
                largest = largest.max(rank(values[i - 1]).saturating_sub(rank(values[i])));
            }
            assert!(values.iter().all(|value| value.is_finite()));
            before = rank(values[(1 << 16) - 1]);
        }
        largest
    }

    /// The step down that the contract allows.
    #[track_caller]
    fn assert_rise(allowed: i32, laws: impl IntoIterator<Item = Law>) {
        for law in laws {
            let step = with_quantile!(law.quantile::<f32>(), q => largest_step_down(&q));
            println!("{law}: largest step down {step}");
            assert!(step <= allowed, "{law}: {step}");
        }
    }

    fn truncated(lower: f64, upper: f64) -> Law {
        TruncatedNormal::in_sigmas(0.0, 1.0, lower, upper).unwrap().into()
    }

    #[test]
    #[ignore = "all 2³² words: a minute in release, far more in debug"]
    fn uniform_and_normal_elements_rise_with_their_words() {
        assert_rise(0, [(-1.0, 1.0), (-0.3, 1.1)].map(|(a, b)| Uniform::new(a, b).unwrap().into()));
        assert_rise(2, [(0.0, 1.0), (-0.75, 0.02)].map(|(m, s)| Normal::new(m, s).unwrap().into()));
        assert_rise(2, [truncated(-2.0, 2.0)]);
    }

    #[test]
    #[ignore = "all 2³² words: a minute in release, far more in debug"]
    fn truncated_elements_rise_with_their_words() {
        let bounds = [(-1.0, 2.5), (-3.99, 0.1), (0.0, f64::INFINITY), (1.0, f64::INFINITY)];
        assert_rise(2, bounds.map(|(lower, upper)| truncated(lower, upper)));
    }
}
