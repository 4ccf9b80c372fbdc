//! Gains of nonlinearities: factors of the standard deviation of a layer's weights.

use crate::error::{InitError, finite, positive};

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
/// ReLU's gain keeps the variance from layer to layer (He et al. 2015); those of tanh and SELU
/// are rules of thumb. The table ends here: GELU, SiLU, Mish, ELU and Softplus are in
/// [`Activation`](crate::Activation), and any other activation has its [`derived_gain`](crate::derived_gain).
///
/// ```
/// use ndarray_init::{Distribution, FanMode, Layout, Nonlinearity, VarianceScaling};
///
/// // torch.nn.init.xavier_normal_(w, gain=calculate_gain("tanh"))
/// let xavier = VarianceScaling::xavier_normal().with_gain(Nonlinearity::Tanh.gain()?)?;
/// assert!((xavier.law(&[30, 20])?.std_dev() - 1.0 / 3.0).abs() < 1e-15);
///
/// // torch.nn.init.kaiming_uniform_(w, a=math.sqrt(5)): the slope's gain, and no other.
/// let leaky = Nonlinearity::LeakyRelu { negative_slope: 5.0_f64.sqrt() };
/// let kaiming = VarianceScaling::for_nonlinearity(leaky, FanMode::FanIn, Distribution::Uniform)?
///     .with_layout(Layout::torch());
/// assert_eq!(kaiming.law(&[128, 64])?.to_string(), "U[-0.125, 0.125]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case", deny_unknown_fields))]
#[non_exhaustive]
#[doc(alias = "activation")]
pub enum Nonlinearity {
    /// No nonlinearity.
    Linear,
    /// No nonlinearity, after a convolution of any rank, transposed or not.
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
        #[cfg_attr(feature = "serde", serde(default = "default_slope"))]
        negative_slope: f64,
    },
    /// The self-normalizing λ · elu(x, α) of Klambauer et al. 2017; in PyTorch's table only.
    ///
    /// Their networks are initialized with gain 1: [`lecun_normal`] as it is.
    ///
    /// [`lecun_normal`]: crate::VarianceScaling::lecun_normal
    Selu,
}

/// The default slope of PyTorch and MindSpore.
const fn default_slope() -> f64 {
    0.01
}

impl Nonlinearity {
    /// A leaky ReLU with the default slope of PyTorch and MindSpore, 0.01.
    pub const fn leaky_relu() -> Self {
        Self::LeakyRelu { negative_slope: default_slope() }
    }

    /// The gain.
    ///
    /// The gain belongs on a law that has none yet, such as [`xavier_normal`] or [`lecun_normal`]: He's laws
    /// have ReLU's already. [`VarianceScaling::for_nonlinearity`] cannot count it twice.
    ///
    /// [`xavier_normal`]: crate::VarianceScaling::xavier_normal
    /// [`lecun_normal`]: crate::VarianceScaling::lecun_normal
    /// [`VarianceScaling::for_nonlinearity`]: crate::VarianceScaling::for_nonlinearity
    ///
    /// # Errors
    /// [`InitError::Parameter`] if a slope is not finite, or so steep that the gain vanishes.
    pub fn gain(self) -> Result<f64, InitError> {
        match self {
            // √(25/9) and √(9/16) are not these numbers, after rounding.
            Self::Tanh => Ok(5.0 / 3.0),
            Self::Selu => Ok(0.75),
            _ => Ok(self.gain_squared()?.sqrt()),
        }
    }

    /// The square of the gain, a law's scale, rounded at most once.
    pub(super) fn gain_squared(self) -> Result<f64, InitError> {
        match self {
            Self::Linear | Self::Conv | Self::Sigmoid => Ok(1.0),
            Self::Tanh => Ok(25.0 / 9.0),
            Self::Relu => Ok(2.0),
            Self::LeakyRelu { negative_slope } => {
                let slope = finite("negative_slope", negative_slope)?;
                positive("gain", 2.0 / (1.0 + slope * slope))
            }
            Self::Selu => Ok(9.0 / 16.0),
        }
    }
}
