//! The gain that follows from an activation: the mean of its square over a standard normal.

use crate::error::{InitError, checked, positive};
use crate::math::exp;

/// The gain that follows from an activation φ: 1/√E\[φ(z)²], z ~ N(0, 1).
///
/// If a layer's inputs are φ of standard normals, and its weights have variance gain² / fan_in,
/// its outputs have variance 1 again. He et al. 2015 derived √2 for ReLU and √(2 / (1 + a²)) for
/// its leaky form in this way. PyTorch's table has *other* gains for some activations: tanh has 1.5925
/// here and 5/3 there. [`Nonlinearity`](crate::Nonlinearity) is that table; [`Activation`] has the derived
/// gains of the activations in general use.
///
/// The gain belongs on a law of variance 1 / fan_in, such as `lecun_normal`. `he_*` and `kaiming_*`
/// have ReLU's gain already, and [`with_gain`](crate::VarianceScaling::with_gain) would multiply it.
///
/// ```
/// use ndarray_init::{VarianceScaling, derived_gain};
///
/// let hard_swish = |x: f64| x * (x + 3.0).clamp(0.0, 6.0) / 6.0;
/// let gain = derived_gain(hard_swish)?;
/// assert!((gain - 1.73665721276654).abs() < 1e-10);
/// let kernel = VarianceScaling::lecun_normal().with_gain(gain)?;
/// # assert!((kernel.scale() - gain * gain).abs() < 1e-15);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
///
/// The mean is a sum over 75 776 points, two to each 1/512 from −37 to 37. The relative error of the gain is at
/// most 10⁻¹⁰ if φ is smooth between multiples of 1/512, as all activations in general use are. A kink elsewhere
/// costs at most 10⁻⁷, and a jump as high as φ itself 10⁻³. The sum takes a millisecond or two, and
/// has equal bits on every machine if the activation has.
///
/// # Errors
/// [`InitError::Parameter`]
/// - if φ(z) is infinite or not a number at one of the points, at 0 or at ±37, beyond which the normal has
///   less than 10⁻²⁹⁷ of its density;
/// - if E\[φ(z)²] is 0 or infinite.
pub fn derived_gain(activation: impl Fn(f64) -> f64) -> Result<f64, InitError> {
    // Gauss' rule of two points on each panel.
    let integrand = |z: f64| {
        let value = activation(z);
        checked("an activation's value", value, value.is_finite(), "finite from −37 to 37")?;
        // Squared last, so that the largest activations whose moment is finite do not overflow.
        let root = value * exp(-z * z / 4.0);
        Ok(root * root)
    };
    let half = 0.5 / f64::from(PANELS);
    // ±1/√3, in halves of a panel.
    let point = half * 0.577_350_269_189_625_8;
    let mut sum = 0.0;
    for panel in -REACH * PANELS..REACH * PANELS {
        let middle = f64::from(2 * panel + 1) * half;
        sum += integrand(middle - point)? + integrand(middle + point)?;
    }
    // The midpoints leave out 0, where an activation such as 1/x is infinite.
    integrand(0.0)?;
    let ends = integrand(-f64::from(REACH))? + integrand(f64::from(REACH))?;
    let moment = sum * half / std::f64::consts::TAU.sqrt();
    // If the integrand has not vanished at the ends, the integral does not exist.
    let moment = positive("E[φ(z)²]", if ends > 1e-11 * moment { f64::INFINITY } else { moment })?;
    Ok(1.0 / moment.sqrt())
}

/// An activation with its derived gain, 1/√E\[φ(z)²], z ~ N(0, 1), to the last digit.
///
/// | activation | φ(x) | gain |
/// |---|---|---|
/// | [`Elu`](Self::Elu) | x above zero, eˣ − 1 below | 1.24519830… |
/// | [`Gelu`](Self::Gelu) | x Φ(x) | 1.53353044… |
/// | [`Mish`](Self::Mish) | x tanh(ln(1 + eˣ)) | 1.48684758… |
/// | [`Silu`](Self::Silu) | x / (1 + e⁻ˣ) | 1.67653247… |
/// | [`Softplus`](Self::Softplus) | ln(1 + eˣ) | 1.04186683… |
///
/// [`derived_gain`] explains such gains, and computes that of any other activation. PyTorch's table of gains,
/// for ReLU and tanh among others, is [`Nonlinearity`](crate::Nonlinearity).
///
/// ```
/// use ndarray_init::{Activation, VarianceScaling};
///
/// // GELU's counterpart of He's law: a gain on LeCun's law, which has none of its own.
/// let kernel = VarianceScaling::lecun_normal().with_gain(Activation::Gelu.derived_gain())?;
/// let std = kernel.law(&[256, 1024])?.std_dev();
/// assert!((std - 1.533530441195535 / 16.0).abs() < 1e-15);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[doc(alias = "nonlinearity")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Activation {
    /// The exponential linear unit with α = 1 (Clevert et al. 2015).
    Elu,
    /// The Gaussian error linear unit (Hendrycks & Gimpel 2016), with Φ itself. Its approximation
    /// by tanh has the same gain to four digits.
    Gelu,
    /// Mish (Misra 2019).
    Mish,
    /// The sigmoid linear unit (Elfwing et al. 2017), also called swish.
    #[doc(alias = "swish")]
    Silu,
    /// The smooth form of ReLU (Dugas et al. 2000).
    Softplus,
}

impl Activation {
    /// 1/√E\[φ(z)²], z ~ N(0, 1).
    pub const fn derived_gain(self) -> f64 {
        // Printed by tests/data/derived_gains.py. Constants, since a library's exp and erf may change in
        // their last bits, and all weights with them.
        match self {
            Self::Elu => 1.245198300700706550287,
            Self::Gelu => 1.533530441195535233768,
            Self::Mish => 1.486847581273208102008,
            Self::Silu => 1.676532470331091158604,
            Self::Softplus => 1.041866835535301708044,
        }
    }
}

/// The end of the normal: its density is e^(−684.5) there, near the least number.
const REACH: i32 = 37;
/// Panels of the sum in a unit of z; an activation's kinks and jumps lie between two of them.
const PANELS: i32 = 512;
