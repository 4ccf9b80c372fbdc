//! The default law of PyTorch's layers.

use crate::error::InitError;
use crate::fans::{FanMode, Layout};
use crate::laws::{Law, Uniform};

/// The default law of PyTorch's layers: U\[−b, b], b = √(1 / fan_in), for weight and bias.
///
/// The layers are `nn.Linear` and convolutions of any rank, transposed or not, whose
/// `kaiming_uniform_(weight, a=math.sqrt(5))` is this law. A bias has no fans of its own:
/// [`bias_law`](Self::bias_law) takes the shape of the *weight*.
///
/// The layout is [PyTorch's](Layout::torch), which PyTorch applies to transposed convolutions as
/// well; [`with_layout`](Self::with_layout) takes any other.
///
/// ```
/// use ndarray_init::ndarray::{Array1, Array2};
/// use ndarray_init::{InitExt, Key, TorchDefault};
///
/// // torch.nn.Linear(784, 256)
/// let (linear, key) = (TorchDefault::new(), Key::new(1));
/// let weight = Array2::<f32>::init((256, 784), &linear, key.fork("weight"))?;
/// let bias = Array1::<f32>::init(256, &linear.bias_law(weight.shape())?, key.fork("bias"))?;
/// assert!(weight.iter().chain(&bias).all(|x| x.abs() <= 1.0 / 28.0));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct TorchDefault {
    layout: Layout,
}

impl Default for TorchDefault {
    fn default() -> Self {
        Self::new()
    }
}

impl TorchDefault {
    /// The default of PyTorch's layers.
    pub const fn new() -> Self {
        Self { layout: Layout::torch() }
    }

    /// This law for weights of another layout.
    pub fn with_layout(self, layout: Layout) -> Self {
        Self { layout }
    }

    /// The layout of the weight.
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The law of a weight of this shape.
    ///
    /// # Errors
    /// If the layout does not fit the shape.
    pub fn law(&self, weight_shape: &[usize]) -> Result<Law, InitError> {
        let n = FanMode::FanIn.n(self.layout.fans(weight_shape)?);
        let bound = 1.0 / n.sqrt();
        Ok(Uniform::new(-bound, bound)?.into())
    }

    /// The law of the bias beside a weight of this shape: the weight's own, or U\[0, 0] if the
    /// layer has no inputs (a fan_in of 0).
    ///
    /// # Errors
    /// If the layout does not fit the weight's shape.
    pub fn bias_law(&self, weight_shape: &[usize]) -> Result<Law, InitError> {
        match self.layout.fans(weight_shape)?.fan_in {
            0 => Ok(Uniform::ZERO.into()),
            _ => self.law(weight_shape),
        }
    }
}
