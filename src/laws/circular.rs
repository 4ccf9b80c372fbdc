//! The laws of complex elements, the same in all directions: normal, uniform on a disc, and normal
//! truncated in modulus.

use super::any::AnyQuantile;
use super::normal::{Normal, NormalQuantile};
use super::quantile::Quantile;
use crate::element::{Format, unrepresentable};
use crate::error::{InitError, Number};
use crate::math::{self, Float, is_negative};
use num_traits::Float as _;
use std::f64::consts::FRAC_1_SQRT_2;
use std::fmt;

/// A circular law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Circular {
    /// Each part normal, with half the variance `std`², around a mean on the real axis.
    Normal { mean: f64, std: f64 },
    /// Uniform on a disc.
    Disc { radius: f64 },
    /// A normal law of variance `std`², truncated where the modulus exceeds `bound`.
    TruncatedNormal { std: f64, bound: f64 },
}

/// The standard deviation of a complex normal law of variance 1 that is truncated in modulus at c.
///
/// The squared modulus t of the whole law has the density e^−t. Cut at c², its mean is
///
/// ∫₀^c² t e^−t dt / (1 − e^−c²) = 1 − c² / (e^c² − 1).
pub(super) fn truncated_std(c: f64) -> f64 {
    let t = c * c;
    let variance = if t < 0.1 {
        // Bernoulli's series, since the difference would cancel.
        let series = [1.0 / 1_209_600.0, -1.0 / 30_240.0, 1.0 / 720.0, -1.0 / 12.0];
        let rest = series[..3].iter().fold(0.0, |sum: f64, term| sum.mul_add(t * t, *term));
        t * t.mul_add((t * t).mul_add(rest, series[3]), 0.5)
    } else if t < 700.0 {
        1.0 - t / libm::expm1(t)
    } else {
        1.0
    };
    variance.sqrt()
}

/// A word's least probability is 2^−65, and e^−6.72² is less.
const FARTHEST: f64 = 6.72;

impl Circular {
    /// The square root of the mean squared distance from the mean.
    pub(super) fn std_dev(&self) -> f64 {
        match *self {
            Self::Normal { std, .. } => std,
            Self::Disc { radius } => radius * FRAC_1_SQRT_2,
            Self::TruncatedNormal { std, bound } => std * truncated_std(bound / std),
        }
    }

    pub(super) fn quantile<E: Format>(&self) -> AnyQuantile<'static, E::Arithmetic> {
        match *self {
            Self::Normal { mean, std } => {
                let part = std * FRAC_1_SQRT_2;
                let [re, im] = [mean, 0.0].map(|mean| Normal::quantile_of(mean, part));
                AnyQuantile::Parts(PartsQuantile { re, im })
            }
            Self::Disc { radius } => AnyQuantile::Disc(PolarQuantile {
                radius: E::Arithmetic::from_f64(radius),
                greatest: greatest_modulus(radius),
                std: 0.0,
                mass: 0.0,
                rest: 0.0,
            }),
            Self::TruncatedNormal { std, bound } => {
                let c = bound / std;
                AnyQuantile::Modulus(PolarQuantile {
                    radius: E::Arithmetic::default(),
                    greatest: greatest_modulus(bound),
                    std,
                    mass: -libm::expm1(-c * c),
                    rest: math::exp(-c * c),
                })
            }
        }
    }

    /// An error unless the element type has the law's values.
    pub(crate) fn check<E: Format>(&self) -> Result<(), InitError> {
        let refused = |rule| Err(unrepresentable::<E>(self, rule));
        if !E::IS_COMPLEX {
            return refused("it is a law of complex numbers");
        }
        // Below, parts have too few digits for a modulus to be held.
        let least_bound = E::Arithmetic::min_positive_value().into_f64();
        let (greatest, is_small) = match *self {
            // Every |z| is below 9.2, in any element type.
            Self::Normal { mean, std } => {
                let part = std * FRAC_1_SQRT_2;
                (mean.abs() + 9.2 * part, part < E::LEAST_VALUE)
            }
            Self::Disc { radius } => (radius, radius != 0.0 && radius < least_bound),
            Self::TruncatedNormal { std, bound } => {
                (bound.min(FARTHEST * std), bound.min(std) < least_bound)
            }
        };
        if greatest > E::GREATEST_VALUE {
            refused("its values are too large")
        } else if is_small {
            refused("its values are below the least positive numbers of the type")
        } else {
            Ok(())
        }
    }
}

/// CN is the circular normal law. Numbers have five digits.
impl fmt::Display for Circular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let five = |value| Number::rounded(value, 5);
        match *self {
            Self::Normal { mean, std } => write!(f, "CN({}, {}²)", five(mean), five(std)),
            Self::Disc { radius } => write!(f, "U on |z| ≤ {}", five(radius)),
            Self::TruncatedNormal { std, bound } => {
                write!(f, "CN(0, {}²) on |z| ≤ {}", five(std), five(bound))
            }
        }
    }
}

/// The greatest modulus that stays within the bound after both parts are rounded. Rounding the bound, the
/// modulus, the sine and cosine and the parts adds less than four units in the last place.
fn greatest_modulus<A: Float>(bound: f64) -> A {
    let four = A::TWO * A::TWO;
    A::at_most(bound) * (A::one() - four * A::epsilon())
}

/// A normal quantile function for each part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartsQuantile<A: Float> {
    re: NormalQuantile<A>,
    im: NormalQuantile<A>,
}

impl<E: Format> Quantile<E> for PartsQuantile<E::Arithmetic> {
    const HAS_TAIL: bool = true;

    #[inline(always)]
    fn center<const FUSED: bool>(&self, [first, second]: [u64; 2]) -> (E, bool) {
        type Part<E> = (<E as Format>::Arithmetic, bool);
        let (re, is_tail): Part<E> = self.re.center::<FUSED>([first, 0]);
        let (im, other): Part<E> = self.im.center::<FUSED>([second, 0]);
        (E::from_parts(re, im), is_tail | other)
    }

    #[inline(always)]
    fn tail<const FUSED: bool>(&self, [first, second]: [u64; 2]) -> E {
        let re = self.re.value::<FUSED>([first, 0]);
        E::from_parts(re, self.im.value::<FUSED>([second, 0]))
    }
}

/// A modulus from the first word, and an angle from the second. The modulus is R √u on a disc, or of a
/// `TRUNCATED` normal σ √(−ln(1 − (1 − e^−c²) u)).
#[derive(Clone, Copy, Debug)]
pub(crate) struct PolarQuantile<A, const TRUNCATED: bool> {
    radius: A,
    greatest: A,
    std: f64,
    /// 1 − e^−c².
    mass: f64,
    /// e^−c².
    rest: f64,
}

impl<A: Float, const TRUNCATED: bool> PolarQuantile<A, TRUNCATED> {
    /// The modulus at the probability u, given 1 − u as well.
    #[inline(always)]
    fn modulus(&self, u: A, rest: A) -> A {
        let modulus = if TRUNCATED {
            let below = self.mass * u.into_f64();
            let above = rest.into_f64().mul_add(self.mass, self.rest);
            A::from_f64(self.std * math::depth(below, above).sqrt())
        } else {
            self.radius * u.sqrt()
        };
        modulus.clamp_to(A::zero(), self.greatest)
    }
}

impl<E: Format, const TRUNCATED: bool> Quantile<E> for PolarQuantile<E::Arithmetic, TRUNCATED> {
    #[inline(always)]
    fn center<const FUSED: bool>(&self, [first, second]: [u64; 2]) -> (E, bool) {
        let two = E::Arithmetic::TWO;
        let (_, q) = E::Arithmetic::fold::<FUSED>(first);
        let (outer, inner) = (q / two, (two - q) / two);
        let modulus = if is_negative(first) {
            self.modulus(outer, inner)
        } else {
            self.modulus(inner, outer)
        };
        // The angle is π + π x for x of the word: both signs are the opposite ones.
        let (x, rest) = E::Arithmetic::fold::<FUSED>(second);
        let (cos, sin) = E::Arithmetic::half_turn::<FUSED>(x, rest);
        (E::from_parts(modulus * -cos, (modulus * -sin).flip(second)), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_truncated_deviation_is_that_of_the_integral() {
        assert!(
            (truncated_std(2.0) - 0.961_961_828_008_213_5).abs() < 1e-15,
            "{}",
            truncated_std(2.0)
        );
        assert_eq!(truncated_std(f64::INFINITY), 1.0);
        // Both formulas, where they meet.
        for c in [0.1_f64.sqrt() * (1.0 - 1e-15), 0.1_f64.sqrt() * (1.0 + 1e-15)] {
            let quadrature = (0..100_000).map(|i| (f64::from(i) + 0.5) / 1e5 * c * c);
            let (mass, moment) = quadrature.fold((0.0, 0.0), |(mass, moment), t| {
                (mass + (-t).exp(), t.mul_add((-t).exp(), moment))
            });
            assert!((truncated_std(c).powi(2) / (moment / mass) - 1.0).abs() < 1e-10);
        }
        // Uniform on a disc, between bounds that are close.
        assert!((truncated_std(1e-60) / (1e-60 * FRAC_1_SQRT_2) - 1.0).abs() < 1e-15);
    }
}
