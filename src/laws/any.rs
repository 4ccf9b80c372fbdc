//! Any law, for any element type: the one place that knows them all.

#[cfg(feature = "complex")]
use super::circular::{Circular, PartsQuantile, PolarQuantile};
use super::law::Law;
use super::normal::NormalQuantile;
use super::quantile::Quantile;
use super::transformed::{Transformed, TransformedQuantile};
use super::truncated_normal::{FarQuantile, TruncatedQuantile};
use super::uniform::UniformQuantile;
use crate::element::Format;
use crate::math::Float;
use rand::Rng;

/// A law of real or of complex elements.
#[derive(Clone, Debug)]
pub enum AnyLaw {
    /// For real or complex elements.
    Law(Law),
    /// For real elements. Boxed to keep the enum small, which is copied for every array.
    Transformed(Box<Transformed>),
    /// For complex elements.
    #[cfg(feature = "complex")]
    Circular(Circular),
}

impl AnyLaw {
    /// The law as a function of words, for an element type that passes the law's `check`.
    pub(crate) fn quantile<E: Format>(&self) -> AnyQuantile<'_, E::Arithmetic> {
        match self {
            Self::Law(law) => law.quantile::<E>(),
            Self::Transformed(law) => AnyQuantile::Transformed(law.quantile::<E>()),
            #[cfg(feature = "complex")]
            Self::Circular(law) => law.quantile::<E>(),
        }
    }

    /// The value of a generator's next words.
    pub(super) fn sample<E: Format, R: Rng + ?Sized>(&self, rng: &mut R) -> E {
        let mut word = || {
            if E::Arithmetic::IS_WIDE { rng.next_u64() } else { u64::from(rng.next_u32()) << 32 }
        };
        let words = [word(), if E::IS_COMPLEX { word() } else { 0 }];
        with_quantile!(&self.quantile::<E>(), E, quantile => quantile.sample(words))
    }
}

/// The quantile function of a [`Law`] of real elements.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RealQuantile<A: Float> {
    Symmetric(UniformQuantile<A, true>),
    Uniform(UniformQuantile<A, false>),
    Normal(NormalQuantile<A>),
    Central(TruncatedQuantile<A, true>),
    Near(TruncatedQuantile<A, false>),
    Far(FarQuantile<A>),
}

/// The quantile function of any law.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AnyQuantile<'a, A: Float> {
    Real(RealQuantile<A>),
    Transformed(TransformedQuantile<'a, A>),
    #[cfg(feature = "complex")]
    Parts(PartsQuantile<A>),
    #[cfg(feature = "complex")]
    Disc(PolarQuantile<A, false>),
    #[cfg(feature = "complex")]
    Modulus(PolarQuantile<A, true>),
}

/// An expression of the quantile function, whatever its type.
macro_rules! with_real {
    ($real:expr, $quantile:ident => $value:expr) => {{
        use $crate::laws::RealQuantile;
        match $real {
            RealQuantile::Symmetric($quantile) => $value,
            RealQuantile::Uniform($quantile) => $value,
            RealQuantile::Normal($quantile) => $value,
            RealQuantile::Central($quantile) => $value,
            RealQuantile::Near($quantile) => $value,
            RealQuantile::Far($quantile) => $value,
        }
    }};
}
pub(crate) use with_real;

/// As [`with_real`] for any law, compiled for the functions that elements of type `$element` have.
macro_rules! with_quantile {
    ($any:expr, $element:ty, $quantile:ident => $value:expr) => {{
        use $crate::laws::AnyQuantile;
        if <$element as $crate::element::Format>::IS_COMPLEX {
            match $any {
                #[cfg(feature = "complex")]
                AnyQuantile::Parts($quantile) => $value,
                #[cfg(feature = "complex")]
                AnyQuantile::Disc($quantile) => $value,
                #[cfg(feature = "complex")]
                AnyQuantile::Modulus($quantile) => $value,
                _ => unreachable!("the laws of complex elements are circular"),
            }
        } else {
            match $any {
                AnyQuantile::Real(real) => $crate::laws::with_real!(real, $quantile => $value),
                AnyQuantile::Transformed($quantile) => $value,
                #[cfg(feature = "complex")]
                _ => unreachable!("circular laws are of complex elements"),
            }
        }
    }};
}
pub(crate) use with_quantile;

#[cfg(test)]
mod tests {
    use super::super::{Normal, TruncatedNormal, Uniform};
    use super::*;
    use crate::math::{Simd, Vectorized};

    /// The values of 2¹⁶ neighboring words.
    struct Sweep<'a, Q> {
        quantile: &'a Q,
        first: i32,
    }

    impl<Q: Quantile<f32>> Vectorized for Sweep<'_, Q> {
        type Target = [f32];
        type Output = ();

        #[inline(always)]
        fn run<const FUSED: bool>(self, values: &mut [f32]) {
            let mut has_tail = false;
            let words = |word: i32| [u64::from(word as u32) << 32, 0];
            for (word, value) in (self.first..).zip(values.iter_mut()) {
                let is_tail;
                (*value, is_tail) = self.quantile.center::<FUSED>(words(word));
                has_tail |= Q::HAS_TAIL & is_tail;
            }
            if has_tail {
                for (word, value) in (self.first..).zip(values.iter_mut()) {
                    *value = self.quantile.value::<FUSED>(words(word));
                }
            }
        }
    }

    /// The largest step down from one word to the next, over all of them, in units in the last
    /// place.
    fn largest_step_down<Q: Quantile<f32>>(quantile: &Q) -> i32 {
        // Floats as integers in the same order: neighbors differ by one.
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
            let step = with_real!(&law.real_quantile::<f32>(), q => largest_step_down(q));
            println!("{law}: largest step down {step}");
            assert!(step <= allowed, "{law}: {step}");
        }
    }

    fn truncated(lower: f64, upper: f64) -> Law {
        TruncatedNormal::in_sigmas(0.0, 1.0, lower, upper).unwrap().into()
    }

    #[test]
    #[ignore = "all 2³² words: `.ci/release long_tests`"]
    fn uniform_and_normal_elements_rise_with_their_words() {
        assert_rise(0, [(-1.0, 1.0), (-0.3, 1.1)].map(|(a, b)| Uniform::new(a, b).unwrap().into()));
        assert_rise(2, [(0.0, 1.0), (-0.75, 0.02)].map(|(m, s)| Normal::new(m, s).unwrap().into()));
        assert_rise(2, [truncated(-2.0, 2.0)]);
    }

    #[test]
    #[ignore = "all 2³² words: `.ci/release long_tests`"]
    fn truncated_elements_rise_with_their_words() {
        let bounds = [(-1.0, 2.5), (-3.99, 0.1), (0.0, f64::INFINITY), (1.0, f64::INFINITY)];
        assert_rise(2, bounds.map(|(lower, upper)| truncated(lower, upper)));
    }
}
