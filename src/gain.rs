//! What a layer's nonlinearity multiplies the standard deviation of its weights by. Knows neither
//! shapes nor laws: a gain is a number, which [`VarianceScaling::with_gain`] takes.
//!
//! [`VarianceScaling::with_gain`]: crate::VarianceScaling::with_gain

mod derived;

pub use derived::{Activation, derived_gain};

use crate::error::InitError;
use crate::variance_scaling::positive;

/// A nonlinearity of PyTorch's and MindSpore's `calculate_gain`, with the gain of that table.
///
/// | nonlinearity | gain |
/// |---|---|
/// | [`Linear`](Self::Linear), [`Conv`](Self::Conv), [`Sigmoid`](Self::Sigmoid) | 1 |
/// | [`Tanh`](Self::Tanh) | 5/3 |
/// | [`Relu`](Self::Relu) | √2 |
/// | [`LeakyRelu`](Self::LeakyRelu) | √(2 / (1 + a²)), a = `negative_slope` |
/// | [`Selu`](Self::Selu) | 3/4 |
///
/// That of ReLU keeps the variance from layer to layer (He et al. 2015); those of tanh and SELU
/// are rules of thumb. For what other activations ask for, see [`derived_gain`] and
/// [`Activation`].
///
/// ```
/// use ndarray_init::{Layout, Nonlinearity, VarianceScaling};
///
/// // torch.nn.init.xavier_normal_(w, gain=calculate_gain("tanh"))
/// let xavier = VarianceScaling::xavier_normal()
///     .with_gain(Nonlinearity::Tanh.gain()?)?
///     .with_layout(Layout::torch());
/// assert!((xavier.law(&[30, 20])?.std_dev() - 1.0 / 3.0).abs() < 1e-15);
///
/// // torch.nn.init.kaiming_uniform_(w, a=math.sqrt(5))
/// let leaky = Nonlinearity::LeakyRelu { negative_slope: 5.0_f64.sqrt() };
/// let kaiming = VarianceScaling::lecun_uniform()
///     .with_gain(leaky.gain()?)?
///     .with_layout(Layout::torch());
/// assert_eq!(kaiming.law(&[128, 64])?.to_string(), "U[-0.125, 0.125]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Nonlinearity {
    /// None.
    Linear,
    /// None, after a convolution of any rank, transposed or not.
    Conv,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// tanh x.
    Tanh,
    /// max(0, x).
    Relu,
    /// x above zero, `negative_slope` · x below.
    ///
    /// PyTorch's `calculate_gain` takes 0.01 if no slope is given, as
    /// [`leaky_relu`](Self::leaky_relu) does. Its `kaiming_*` functions take their `a`, which is 0
    /// if not given: then the gain is ReLU's.
    LeakyRelu {
        /// The slope below zero.
        negative_slope: f64,
    },
    /// The self-normalizing λ · elu(x, α) of Klambauer et al. 2017; in PyTorch's table only.
    ///
    /// Their networks are initialized with gain 1: [`lecun_normal`] as it is.
    ///
    /// [`lecun_normal`]: crate::VarianceScaling::lecun_normal
    Selu,
}

impl Nonlinearity {
    /// A leaky ReLU with the default slope of PyTorch and MindSpore, 0.01.
    #[must_use]
    pub const fn leaky_relu() -> Self {
        Self::LeakyRelu { negative_slope: 0.01 }
    }

    /// The gain.
    ///
    /// # Errors
    /// [`InitError::Parameter`] if a slope is not finite, or so steep that the gain vanishes.
    pub fn gain(self) -> Result<f64, InitError> {
        match self {
            Self::Linear | Self::Conv | Self::Sigmoid => Ok(1.0),
            Self::Tanh => Ok(5.0 / 3.0),
            Self::Relu => Ok(std::f64::consts::SQRT_2),
            Self::LeakyRelu { negative_slope: value } if !value.is_finite() => {
                Err(InitError::Parameter { name: "negative_slope", value, rule: "finite" })
            }
            Self::LeakyRelu { negative_slope: slope } => {
                positive("gain", (2.0 / (1.0 + slope * slope)).sqrt())
            }
            Self::Selu => Ok(0.75),
        }
    }
}
