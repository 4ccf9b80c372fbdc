//! The normal law between two bounds.

use super::any::RealQuantile;
use super::quantile::Quantile;
use crate::element::Format;
use crate::error::{InitError, finite, positive};
use crate::math::{self, Float, Slice, is_negative};

/// The normal law N(mean, std²) of a *parent*, held between two bounds.
///
/// A word w of B bits gives the quantile at Φ(α) + u · (Φ(β) − Φ(α)), where α and β are the
/// bounds counted in std from the mean, and u = (w + ½) / 2^B + ½. One word, one value, without
/// rejection, wherever the bounds lie: on one side (the other infinite), asymmetric, or hundreds
/// of deviations out. The bounds are rounded inwards to the element type, and hold after rounding.
///
/// An element is computed as mean + std · z, so it has the resolution of the parent's mean and
/// deviation. If the bounds are closer than the rounding error of mean + std · z, they still hold, but the
/// values between them are uneven.
///
/// Filling an array is an error if the element type cannot represent the law. `sample` cannot fail: values
/// beyond the type's greatest number become that number. If no number of the type lies between the bounds, the
/// value is the greatest number below the upper bound.
///
/// [`mean`](Self::mean) and [`std_dev`](Self::std_dev) are those of the truncated law, not of its
/// parent.
///
/// ```
/// use ndarray_init::{TruncatedNormal, rand::SeedableRng, rand_xoshiro::Xoshiro256PlusPlus};
/// use ndarray_init::rand_distr::Distribution;
///
/// let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
/// // A standard normal that is known to exceed 8: on the average it does by 0.1213681.
/// let law = TruncatedNormal::new(0.0, 1.0, 8.0, f64::INFINITY)?;
/// assert!((law.mean() - 8.1213681).abs() < 1e-7);
/// let x: f32 = law.sample(&mut rng);
/// assert!(x >= 8.0);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct TruncatedNormal {
    mean: f64,
    std: f64,
    /// α and β, the bounds in std.
    sigmas: [f64; 2],
    /// The bounds themselves.
    bounds: [f64; 2],
    formula: Formula,
}

/// How the law's quantile is computed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Formula {
    /// From probabilities.
    Near {
        /// Φ(β) − Φ(α).
        mass: f64,
        /// 2 Φ(α).
        below: f64,
        /// 2 (1 − Φ(β)).
        above: f64,
    },
    /// From the logarithm of the probability of exceeding z, for slices that begin at `FAR` or beyond, where
    /// probabilities would underflow. A slice below the mean is mirrored: α and β stand for −β and −α.
    Far {
        /// −ln(1 − Φ(α)).
        depth: f64,
        /// (1 − Φ(β)) / (1 − Φ(α)).
        rest: f64,
        /// 1 − rest.
        share: f64,
    },
}

/// The distance from the mean, in std, from which on a slice is computed as `Far`.
const FAR: f64 = 4.0;
/// The greatest distance at which a slice may begin; beyond, α² could overflow.
const FARTHEST: f64 = 1e150;

impl TruncatedNormal {
    /// The standard deviation of a standard normal held between −2 and 2.
    const STD_AT_TWO_SIGMAS: f64 = 0.879_625_661_034_239_8;

    /// N(mean, std²) between absolute bounds, which may be infinite.
    ///
    /// # Errors
    /// [`InitError::Parameter`] unless the mean is finite, and std positive and finite;
    /// [`InitError::Bounds`] unless lower < upper, also when counted in std from the mean, and
    /// the slice begins within 10¹⁵⁰ std of it.
    pub fn new(mean: f64, std: f64, lower: f64, upper: f64) -> Result<Self, InitError> {
        let (mean, std) = (finite("mean", mean)?, positive("std", std)?);
        let sigmas = [(lower - mean) / std, (upper - mean) / std];
        Self::checked(mean, std, sigmas, [lower, upper], [lower, upper])
    }

    /// N(mean, std²) between bounds counted in std from the mean, which may be infinite.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn in_sigmas(mean: f64, std: f64, lower: f64, upper: f64) -> Result<Self, InitError> {
        let (mean, std) = (finite("mean", mean)?, positive("std", std)?);
        let bounds = [std.mul_add(lower, mean), std.mul_add(upper, mean)];
        Self::checked(mean, std, [lower, upper], bounds, [lower, upper])
    }

    fn checked(
        mean: f64,
        std: f64,
        sigmas: [f64; 2],
        bounds: [f64; 2],
        [lower, upper]: [f64; 2],
    ) -> Result<Self, InitError> {
        let broken = |rule| Err(InitError::Bounds { lower, upper, rule });
        // `<` is false for NaN, so NaN bounds are refused.
        let ordered = |[low, high]: [f64; 2]| low < high;
        if !ordered([lower, upper]) {
            return broken("numbers, the lower below the upper");
        }
        if !ordered(sigmas) || !ordered(bounds) {
            return broken("apart, in units and in standard deviations");
        }
        if sigmas[0] > FARTHEST || sigmas[1] < -FARTHEST {
            return broken("within 1e150 standard deviations of the mean");
        }
        Ok(Self { mean, std, sigmas, bounds, formula: Formula::new(sigmas) })
    }

    /// The lower bound, absolute.
    pub const fn lower(&self) -> f64 {
        self.bounds[0]
    }

    /// The upper bound, absolute.
    pub const fn upper(&self) -> f64 {
        self.bounds[1]
    }

    /// The bounds in std from the mean.
    #[cfg(feature = "serde")]
    pub(crate) const fn sigmas(&self) -> [f64; 2] {
        self.sigmas
    }

    /// The mean of the parent.
    pub const fn parent_mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation of the parent.
    pub const fn parent_std_dev(&self) -> f64 {
        self.std
    }

    /// The mean of the truncated law, by quadrature: some microseconds.
    pub fn mean(&self) -> f64 {
        // Within the bounds, even if rounding the sum would pass them.
        self.std.mul_add(self.moments().0, self.mean).clamp(self.bounds[0], self.bounds[1])
    }

    /// The standard deviation of the truncated law, by quadrature: some microseconds.
    pub fn std_dev(&self) -> f64 {
        // Half the width is the greatest deviation of any law between the bounds.
        (self.std * self.moments().1).min(self.bounds[1] / 2.0 - self.bounds[0] / 2.0)
    }

    /// Mean and standard deviation of the standard law.
    fn moments(&self) -> (f64, f64) {
        if self.sigmas == [-2.0, 2.0] {
            return (0.0, Self::STD_AT_TWO_SIGMAS);
        }
        Slice::new(self.sigmas[0], self.sigmas[1]).moments()
    }

    pub(super) fn quantile<E: Format>(&self) -> RealQuantile<E::Arithmetic> {
        let [low, high] = self.bounds::<E>();
        let [mean, std] = [self.mean, self.std].map(E::Arithmetic::from_f64);
        let scale = Scale { mean, std, low, high };
        match self.formula {
            Formula::Near { mass, below, above } => {
                let (two, least_d) = (E::Arithmetic::TWO, E::Arithmetic::LEAST_D);
                let shift = E::Arithmetic::from_f64((below - above) / 2.0);
                let center = E::Arithmetic::table();
                let [mass, below, above] = [mass, below, above].map(E::Arithmetic::from_f64);
                // The least d there is, but for rounding.
                if below == above && below * (two - below) > two * least_d {
                    let quantile = TruncatedQuantile { mass, below, above, shift, scale, center };
                    RealQuantile::Central(quantile)
                } else {
                    let quantile = TruncatedQuantile { mass, below, above, shift, scale, center };
                    RealQuantile::Near(quantile)
                }
            }
            Formula::Far { depth, rest, share } => {
                let mirrored = self.sigmas[0] < 0.0;
                RealQuantile::Far(FarQuantile { depth, rest, share, mirrored, scale })
            }
        }
    }

    /// The bounds, rounded inwards to the element type.
    pub(super) fn bounds<E: Format>(&self) -> [E::Arithmetic; 2] {
        [E::least_from(self.bounds[0]), E::greatest_to(self.bounds[1])]
    }

    /// An error unless the element type has the law's values.
    pub(super) fn check<E: Format>(&self) -> Result<(), &'static str> {
        let greatest = E::GREATEST_VALUE;
        let greatest_parent = E::Arithmetic::GREATEST_VALUE;
        let [low, high] = self.bounds::<E>();
        let [least_value, greatest_value] = self.reach();
        if least_value < -greatest || greatest_value > greatest {
            Err("its values are too large")
        } else if self.mean.abs() > greatest_parent || self.std > greatest_parent {
            Err("its parent's mean or standard deviation is too large")
        } else if self.std < E::LEAST_VALUE {
            Err("its parent's standard deviation is below the least positive number of the type")
        } else if low > high {
            Err("it has no value between the bounds")
        } else {
            Ok(())
        }
    }

    /// No element passes these: the law's bounds, or the quantiles of a word's least probability if nearer.
    pub(super) fn reach(&self) -> [f64; 2] {
        // A word's least probability is 2^−65, and 1 − Φ(√(α² + 92)) < 2^−65 (1 − Φ(α)).
        let farthest = |from: f64| (from.max(0.0).powi(2) + 92.0).sqrt();
        let [alpha, beta] = self.sigmas;
        let least = self.mean - self.std * farthest(-beta);
        let greatest = self.mean + self.std * farthest(alpha);
        [self.bounds[0].max(least), self.bounds[1].min(greatest)]
    }
}

impl Formula {
    fn new([alpha, beta]: [f64; 2]) -> Self {
        let area = |from, to| if from < to { Slice::new(from, to).area() } else { 0.0 };
        if alpha >= FAR {
            Self::far(alpha, beta)
        } else if beta <= -FAR {
            Self::far(-beta, -alpha)
        } else if [alpha, beta] == [-2.0, 2.0] {
            // A fast path for the cut of the initializers.
            Self::Near { mass: MASS_AT_TWO, below: TAILS_AT_TWO, above: TAILS_AT_TWO }
        } else {
            Self::Near {
                mass: area(alpha, beta),
                below: 2.0 * area(f64::NEG_INFINITY, alpha),
                above: 2.0 * area(beta, f64::INFINITY),
            }
        }
    }

    fn far(alpha: f64, beta: f64) -> Self {
        let depth = math::tail_depth(alpha);
        let rest = if beta < FARTHEST { math::exp(depth - math::tail_depth(beta)) } else { 0.0 };
        let whole = Slice::new(alpha, f64::INFINITY).relative_area();
        let share = Slice::new(alpha, beta).relative_area() / whole;
        Self::Far { depth, rest, share }
    }
}

/// Φ(2) − Φ(−2) = erf(√2).
const MASS_AT_TWO: f64 = 0.954_499_736_103_641_6;
/// 2 Φ(−2) = erfc(√2).
const TAILS_AT_TWO: f64 = 0.045_500_263_896_358_41;

/// z → element.
#[derive(Clone, Copy, Debug)]
struct Scale<A> {
    mean: A,
    std: A,
    low: A,
    high: A,
}

impl<A: Float> Scale<A> {
    #[inline(always)]
    fn apply<const FUSED: bool>(&self, z: A) -> A {
        z.multiply_add::<FUSED>(self.std, self.mean).clamp_to(self.low, self.high)
    }
}

/// From probabilities. The word gives X = |x|, q = 1 − X and a side, and the element lies at
/// x' = shift ± mass · X. Twice the probability beyond the element is near = mass · q + (the cut tail) on its
/// side, and far = mass · (2 − q) + (the other cut tail) on the other side. Both are sums of positive numbers,
/// so that no tail loses precision.
///
/// `CENTRAL`: the bounds are symmetric and lie within the quantile's center, as for initializers. 11 % fewer
/// instructions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TruncatedQuantile<A: Float, const CENTRAL: bool> {
    mass: A,
    below: A,
    above: A,
    shift: A,
    scale: Scale<A>,
    center: A::Table,
}

impl<A: Float, const CENTRAL: bool> TruncatedQuantile<A, CENTRAL> {
    /// ±x', near and far; the sign is the word's.
    #[inline(always)]
    fn point<const FUSED: bool>(&self, word: u64) -> (A, A, A) {
        let (x, q) = A::fold::<FUSED>(word);
        if CENTRAL {
            let near = q.multiply_add::<FUSED>(self.mass, self.below);
            let far = (A::TWO - q).multiply_add::<FUSED>(self.mass, self.below);
            return (x * self.mass, near, far);
        }
        let (here, there) =
            if is_negative(word) { (self.below, self.above) } else { (self.above, self.below) };
        let near = q.multiply_add::<FUSED>(self.mass, here);
        let far = (A::TWO - q).multiply_add::<FUSED>(self.mass, there);
        (x.multiply_add::<FUSED>(self.mass, self.shift.flip(word)), near, far)
    }
}

impl<E: Format, const CENTRAL: bool> Quantile<E> for TruncatedQuantile<E::Arithmetic, CENTRAL> {
    const HAS_TAIL: bool = !CENTRAL;

    #[inline(always)]
    fn center<const FUSED: bool>(&self, [word, _]: [u64; 2]) -> (E, bool) {
        let (x, near, far) = self.point::<FUSED>(word);
        let d = near * far;
        let (rest, most) = E::Arithmetic::center::<FUSED>(&self.center, x, d);
        let z = x.multiply_add::<FUSED>(rest, most);
        let value = self.scale.apply::<FUSED>(z.flip(word));
        (E::rounded_from(value), d < E::Arithmetic::LEAST_D)
    }

    #[inline(always)]
    fn tail<const FUSED: bool>(&self, [word, _]: [u64; 2]) -> E {
        let (_, near, far) = self.point::<FUSED>(word);
        let one = E::Arithmetic::from_f64(1.0);
        let (q, leaning) = if near < far { (near, one) } else { (far, -one) };
        let z = E::Arithmetic::from_f64(math::tail(q.into_f64()));
        E::rounded_from(self.scale.apply::<FUSED>((z * leaning).flip(word)))
    }
}

/// From the logarithm of the probability of exceeding z, which is rest + share · u times the probability of
/// exceeding α. Slow, since each step of Newton's method waits for the divisions of the step before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FarQuantile<A> {
    depth: f64,
    rest: f64,
    share: f64,
    mirrored: bool,
    scale: Scale<A>,
}

impl<E: Format> Quantile<E> for FarQuantile<E::Arithmetic> {
    #[inline(always)]
    fn center<const FUSED: bool>(&self, [word, _]: [u64; 2]) -> (E, bool) {
        let (_, q) = E::Arithmetic::fold::<FUSED>(word);
        let above = if is_negative(word) == self.mirrored { q } else { E::Arithmetic::TWO - q };
        let beyond = (above.into_f64() / 2.0).mul_add(self.share, self.rest);
        let z = math::far_tail(self.depth - math::ln(beyond));
        let z = E::Arithmetic::from_f64(if self.mirrored { -z } else { z });
        (E::rounded_from(self.scale.apply::<FUSED>(z)), false)
    }
}
