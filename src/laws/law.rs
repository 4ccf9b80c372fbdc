//! Any of the laws, as one type.

use super::circular::{self, Circular, CircularSampler};
use super::normal::{Normal, NormalQuantile};
use super::sampler::{PartsSampler, PolarSampler, RealSampler, Sampler};
use super::truncated_normal::{Between, FarQuantile, TruncatedNormal, TruncatedQuantile};
use super::uniform::{SymmetricQuantile, Uniform, UniformQuantile};
use crate::element::{ByKind, Element, Format, Scalar};
use crate::error::{InitError, Number};
use crate::stream::Word;
use rand::Rng;
use rand_distr::Distribution;
use std::fmt;

/// What the elements of an array are drawn from.
///
/// As a distribution, it does what the law that it holds does: `sample` panics for complex elements if
/// that law does.
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
        if E::Format::IS_COMPLEX {
            return match self.circular() {
                Ok(law) => AnySampler::circular(&law),
                Err(rule) => panic!("{self} cannot be drawn as {}: {rule}", E::Format::NAME),
            };
        }
        AnySampler::Real(self.quantile::<E>())
    }

    /// The circular law of the same mean and variance, or why there is none.
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

    /// The quantile function, within the bounds that the law has in the element type.
    #[inline]
    fn quantile<E: Element>(&self) -> AnyQuantile<E::Arithmetic> {
        match self {
            Self::Uniform(law) => match law.symmetric::<E>() {
                Some(quantile) => AnyQuantile::Symmetric(quantile),
                None => AnyQuantile::Uniform(law.quantile::<E>()),
            },
            Self::Normal(law) => AnyQuantile::Normal(law.quantile()),
            Self::TruncatedNormal(law) => match law.quantile::<E>() {
                Between::Central(quantile) => AnyQuantile::Central(quantile),
                Between::Near(quantile) => AnyQuantile::Near(quantile),
                Between::Far(quantile) => AnyQuantile::Far(quantile),
            },
        }
    }

    /// Whether the element type has the law's values.
    #[inline]
    pub(crate) fn check<E: Element>(&self) -> Result<(), InitError> {
        if E::Format::IS_COMPLEX {
            return self.circular().map_err(|rule| self.refused::<E>(rule))?.check::<E>();
        }
        match self {
            Self::Uniform(law) => law.check::<E>(),
            Self::Normal(law) => law.check::<E>(),
            Self::TruncatedNormal(law) => law.check::<E>(),
        }
        .map_err(|rule| self.refused::<E>(rule))
    }

    /// How elements of this type come from the law, in words.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub(crate) fn drawn_as<E: Element>(&self) -> Result<String, InitError> {
        self.check::<E>()?;
        if let (true, Ok(law)) = (E::Format::IS_COMPLEX, self.circular()) {
            return Ok(law.to_string());
        }
        if E::Format::IS_ARITHMETIC {
            return Ok(self.to_string());
        }
        let held = |[low, high]: [E::Arithmetic; 2]| {
            format!("{self} in f32, rounded, on {}", Bounds(low.into_f64(), high.into_f64()))
        };
        Ok(match self {
            Self::Uniform(law) => held(law.bounds::<E>()),
            Self::TruncatedNormal(law) => held(law.bounds::<E>()),
            Self::Normal(_) => format!("{self} in f32, rounded"),
        })
    }

    fn refused<E: Element>(&self, rule: &'static str) -> InitError {
        let (law, element) = (self.to_string(), E::Format::NAME);
        InitError::Unrepresentable { law, element, rule }
    }
}

impl<A: Element> Distribution<A> for Law {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> A {
        self.sampler::<A>().hand_to(Sample(rng))
    }
}

/// A value of the circular law.
#[cfg(feature = "complex")]
pub(super) fn sample_circular<A: Element, R: Rng + ?Sized>(law: &Circular, rng: &mut R) -> A {
    AnySampler::<A>::circular(law).hand_to(Sample(rng))
}

/// The value of a generator's next words.
struct Sample<'a, R: ?Sized>(&'a mut R);

impl<E, R: Rng + ?Sized> UseSampler<E> for Sample<'_, R> {
    type Output = E;

    fn with<S: Sampler<E>>(self, sampler: S) -> E {
        sampler.sample(S::Word::of(self.0))
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

/// A law of real or of complex elements.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AnyLaw {
    /// Of either.
    Law(Law),
    /// Of complex ones.
    #[cfg(feature = "complex")]
    Circular(Circular),
}

impl AnyLaw {
    /// The values of words as elements, for an element type that passes the law's `check`.
    #[inline]
    pub(crate) fn sampler<E: Element>(&self) -> AnySampler<E> {
        match self {
            Self::Law(law) => law.sampler(),
            #[cfg(feature = "complex")]
            Self::Circular(law) => AnySampler::circular(law),
        }
    }
}

/// The quantile function of any law.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AnyQuantile<A: Scalar> {
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
pub(crate) enum AnySampler<E: Element> {
    /// For real elements.
    Real(AnyQuantile<E::Arithmetic>),
    /// For complex ones.
    Circular(CircularSampler<E::Arithmetic>),
}

impl<E: Element> AnySampler<E> {
    fn circular(law: &Circular) -> Self {
        Self::Circular(law.sampler::<E>())
    }

    /// Of an element type with real numbers: their values before they are rounded.
    pub(crate) fn unrounded(self) -> AnySampler<E::Arithmetic> {
        match self {
            Self::Real(quantile) => AnySampler::Real(quantile),
            Self::Circular(_) => unreachable!("complex elements are not rounded"),
        }
    }

    /// Hands over the sampler that this is.
    #[inline]
    pub(crate) fn hand_to<U: UseSampler<E>>(self, to: U) -> U::Output {
        E::Format::by_kind(Hand { sampler: self, to })
    }
}

/// A sampler on its way, for which only code of its own kind is made.
struct Hand<E: Element, U> {
    sampler: AnySampler<E>,
    to: U,
}

impl<E: Element, U: UseSampler<E>> ByKind for Hand<E, U> {
    type Output = U::Output;

    #[inline]
    fn real(self) -> U::Output {
        match self.sampler {
            AnySampler::Real(quantile) => {
                with_quantile!(quantile, q => self.to.with(RealSampler(q)))
            }
            AnySampler::Circular(_) => unreachable!("only complex elements have circular laws"),
        }
    }

    #[inline]
    fn complex(self) -> U::Output {
        match self.sampler {
            AnySampler::Circular(CircularSampler::Normal(re, im)) => {
                self.to.with(PartsSampler(re, im))
            }
            AnySampler::Circular(CircularSampler::Disc(modulus)) => {
                self.to.with(PolarSampler(modulus))
            }
            AnySampler::Circular(CircularSampler::TruncatedNormal(modulus)) => {
                self.to.with(PolarSampler(modulus))
            }
            AnySampler::Real(..) => unreachable!("complex elements have circular laws"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::quantile::Quantile;
    use super::*;
    use crate::math::{Simd, Vectorized};

    /// The values of 2¹⁶ neighbouring words.
    struct Sweep<'a, Q> {
        quantile: &'a Q,
        first: i32,
    }

    impl<Q: Quantile<f32>> Vectorized for Sweep<'_, Q> {
        type Target = [f32];
        type Output = ();

        #[inline(always)]
        fn run(self, values: &mut [f32]) {
            let mut any = false;
            for (word, value) in (self.first..).zip(values.iter_mut()) {
                *value = self.quantile.common(word as u32);
                any |= self.quantile.is_rare(word as u32);
            }
            if any {
                for (word, value) in (self.first..).zip(values.iter_mut()) {
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
            Simd::best().run(Sweep { quantile, first }, &mut values);
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
