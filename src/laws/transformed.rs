//! A law whose draws go through increasing functions, such as a log-uniform one.

use super::any::{RealQuantile, with_real};
use super::law::Law;
use super::quantile::Quantile;
use crate::element::{Format, unrepresentable};
use crate::error::{InitError, Number};
use crate::math::{self, Float};
use std::fmt;

/// A law whose draws go through increasing functions, one after the other.
///
/// A log-uniform law is `[Step::Exp]` of a uniform law between logarithms. Mamba's bias of Δ is log-uniform,
/// then held above a floor, then mapped by the inverse of softplus.
///
/// A value is drawn from the law in the element's arithmetic (`f32`, or `f64`), goes through the steps in
/// `f64`, is rounded once and held between the law's least and greatest values. A value takes some tens of
/// nanoseconds, and a call allocates some hundred bytes. Complex arrays refuse such a law.
///
/// ```
/// use ndarray_init::{InitExt, Key, Step, Transformed, Uniform, ndarray::Array1};
///
/// // Mamba's dt_bias: softplus of it is log-uniform on [0.001, 0.1].
/// let (low, high) = (0.001_f64.ln(), 0.1_f64.ln());
/// let steps = [Step::Exp, Step::AtLeast(1e-4), Step::InverseSoftplus];
/// let law = Transformed::new(Uniform::new(low, high)?, &steps)?;
/// let bias = Array1::<f32>::init(1536, &law, Key::new(1))?;
/// assert!(bias.iter().all(|b| (0.000_999..0.100_001).contains(&b.exp().ln_1p())));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Transformed {
    law: Law,
    steps: Vec<Step>,
}

/// A function that the draws of a [`Transformed`] law go through.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Step {
    /// eˣ.
    Exp,
    /// The natural logarithm, of positive numbers.
    Ln,
    /// ln(eˣ − 1), of positive numbers: softplus is ln(1 + eˣ).
    InverseSoftplus,
    /// a · x; a negative a mirrors the law.
    Scale(f64),
    /// x + a.
    Shift(f64),
    /// The larger of x and a.
    AtLeast(f64),
    /// The smaller of x and a.
    AtMost(f64),
}

impl Step {
    fn of(self, x: f64) -> f64 {
        match self {
            Self::Exp => math::exp(x),
            Self::Ln => math::ln(x),
            // 1 − e⁻ˣ and eˣ − 1, each where it cancels less.
            Self::InverseSoftplus if x > 1.0 => x + math::ln(1.0 - math::exp(-x)),
            Self::InverseSoftplus => math::ln(math::exp_m1(x)),
            Self::Scale(a) => x * a,
            Self::Shift(a) => x + a,
            Self::AtLeast(a) => x.max(a),
            Self::AtMost(a) => x.min(a),
        }
    }
}

impl Transformed {
    /// The law of f(x) for x drawn from `law`, f being the steps from the first to the last.
    ///
    /// # Errors
    /// [`InitError::Parameter`] if a step's number is not finite or scales by 0, a logarithm or an inverse of
    /// softplus can meet a number that is not positive, or a value would not be finite.
    pub fn new(law: impl Into<Law>, steps: &[Step]) -> Result<Self, InitError> {
        let broken = |name, value, rule| Err(InitError::Parameter { name, value, rule });
        let law = law.into();
        let mut ends = law.reach();
        for step in steps {
            match *step {
                Step::Scale(a) if !a.is_finite() || a == 0.0 => {
                    return broken("scale", a, "finite and not 0");
                }
                Step::Shift(a) | Step::AtLeast(a) | Step::AtMost(a) if !a.is_finite() => {
                    return broken("a step's number", a, "finite");
                }
                Step::Ln | Step::InverseSoftplus if ends[0].min(ends[1]) < f64::MIN_POSITIVE => {
                    let least = ends[0].min(ends[1]);
                    return broken("the least draw", least, "positive before a logarithm");
                }
                _ => {}
            }
            ends = ends.map(|end| step.of(end));
            if let Some(&end) = ends.iter().find(|end| !end.is_finite()) {
                return broken("a value", end, "finite after every step");
            }
        }
        Ok(Self { law, steps: steps.to_vec() })
    }

    /// The law that is drawn from.
    pub const fn law(&self) -> &Law {
        &self.law
    }

    /// The functions that draws go through.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The mean, as a sum over 65 536 quantiles: some milliseconds.
    pub fn mean(&self) -> f64 {
        self.average(|x| x)
    }

    /// The standard deviation, by the same sum.
    pub fn std_dev(&self) -> f64 {
        let mean = self.mean();
        self.average(|x| (x - mean) * (x - mean)).sqrt()
    }

    fn average(&self, f: impl Fn(f64) -> f64) -> f64 {
        let quantile: TransformedQuantile<'_, f64> = self.quantile::<f64>();
        let value = |i: u64| quantile.value::<true>([(i << 48 | 1 << 47) ^ 1 << 63, 0]);
        (0..1 << 16).map(|i| f(value(i))).sum::<f64>() / f64::from(1 << 16)
    }

    fn of(&self, x: f64) -> f64 {
        self.steps().iter().fold(x, |x, step| step.of(x))
    }

    /// A lower bound of the least value, and an upper bound of the greatest.
    fn bounds(&self) -> [f64; 2] {
        let [a, b] = self.law.reach().map(|end| self.of(end));
        [a.min(b), a.max(b)]
    }

    pub(super) fn quantile<E: Format>(&self) -> TransformedQuantile<'_, E::Arithmetic> {
        let [low, high] = self.bounds();
        TransformedQuantile {
            quantile: self.law.real_quantile::<E::Arithmetic>(),
            transformed: self,
            low: E::least_from(low),
            high: E::greatest_to(high),
        }
    }

    /// An error unless the element type has the law's values.
    pub(crate) fn check<E: Format>(&self) -> Result<(), InitError> {
        let refused = |rule| Err(unrepresentable::<E>(self, rule));
        if E::IS_COMPLEX {
            return refused("it is a law of real numbers");
        }
        self.law.check::<E::Arithmetic>()?;
        let [low, high] = self.bounds();
        if low < -E::GREATEST_VALUE || high > E::GREATEST_VALUE {
            refused("its values are too large")
        } else if E::least_from(low) > E::greatest_to(high) {
            refused("it has no value between the bounds")
        } else {
            Ok(())
        }
    }
}

/// The law, and the steps that its draws go through.
impl fmt::Display for Transformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.law)?;
        for step in self.steps() {
            match *step {
                Step::Exp => f.write_str(" → exp"),
                Step::Ln => f.write_str(" → ln"),
                Step::InverseSoftplus => f.write_str(" → softplus⁻¹"),
                Step::Scale(a) => write!(f, " → · {}", Number(a)),
                Step::Shift(a) => write!(f, " → + {}", Number(a)),
                Step::AtLeast(a) => write!(f, " → ≥ {}", Number(a)),
                Step::AtMost(a) => write!(f, " → ≤ {}", Number(a)),
            }?;
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct TransformedQuantile<'a, A: Float> {
    quantile: RealQuantile<A>,
    transformed: &'a Transformed,
    low: A,
    high: A,
}

impl<E: Format> Quantile<E> for TransformedQuantile<'_, E::Arithmetic> {
    #[inline(always)]
    fn center<const FUSED: bool>(&self, words: [u64; 2]) -> (E, bool) {
        let drawn: E::Arithmetic =
            with_real!(&self.quantile, quantile => quantile.value::<FUSED>(words));
        let value = E::Arithmetic::from_f64(self.transformed.of(drawn.into_f64()));
        (E::rounded_from(value.clamp_to(self.low, self.high)), false)
    }
}
