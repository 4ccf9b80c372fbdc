//! `torch.nn.init`, without the underscores, and what PyTorch's modules begin with: kernels are
//! (out, in, spatial…).
//!
//! A transposed convolution's kernel is (in, out, spatial…) in PyTorch, whose functions take it for
//! (out, in, spatial…) all the same, and so do these; `Layout::torch().transposed()` is right.
//!
//! ```
//! use ndarray_init::ndarray::{Array1, Array4};
//! use ndarray_init::{InitExt, Key, Nonlinearity, presets::torch};
//!
//! // nn.Conv2d(64, 128, 3), then kaiming_normal_(conv.weight, nonlinearity="relu").
//! let key = Key::new(1).fork("conv");
//! let weight = torch::kaiming_normal(None, None, Nonlinearity::Relu)?;
//! let weight = Array4::<f32>::init((128, 64, 3, 3), &weight, key.fork("weight"))?;
//! let bias = torch::conv_bias(weight.shape())?;
//! let bias = Array1::<f32>::init(128, &bias, key.fork("bias"))?;
//! assert!((weight.std(0.0) - (2.0_f32 / 576.0).sqrt()).abs() < 1e-3);
//! assert!(bias.iter().all(|x| x.abs() <= 1.0 / 24.0));
//! # Ok::<(), ndarray_init::InitError>(())
//! ```

use super::or;
use crate::element::Element;
use crate::error::{InitError, at_least_one};
use crate::fans::{FanMode, Layout};
use crate::laws::{Law, Normal, TruncatedNormal, Uniform};
use crate::scaling::{Distribution, Nonlinearity, TorchDefault, VarianceScaling};
#[cfg(feature = "orthogonal")]
use crate::structured::Orthogonal;
use crate::structured::{Constant, Dirac, Identity, Ones, Sparse, Zeros};

/// U\[a, b]; 0 and 1 by default.
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // uniform_(w)
/// assert_eq!(torch::uniform(None, None)?.to_string(), "U[0, 1]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn uniform(a: impl Into<Option<f64>>, b: impl Into<Option<f64>>) -> Result<Uniform, InitError> {
    Uniform::new(or(a, 0.0), or(b, 1.0))
}

/// N(mean, std²); mean 0 and std 1 by default.
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // normal_(w, std=0.02)
/// assert_eq!(torch::normal(None, 0.02)?.to_string(), "N(0, 0.02²)");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn normal(
    mean: impl Into<Option<f64>>,
    std: impl Into<Option<f64>>,
) -> Result<Normal, InitError> {
    Normal::new(or(mean, 0.0), or(std, 1.0))
}

/// N(mean, std²) on \[a, b], **absolute** bounds; mean 0, std 1, ±2 by default.
///
/// For std = 0.02 the default bounds lie 100 deviations out: that is a plain normal.
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // trunc_normal_(w, std=0.02, a=-0.04, b=0.04)
/// let law = torch::trunc_normal(None, 0.02, -0.04, 0.04)?;
/// assert_eq!(law.to_string(), "N(0, 0.02²) on [-0.04, 0.04]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn trunc_normal(
    mean: impl Into<Option<f64>>,
    std: impl Into<Option<f64>>,
    a: impl Into<Option<f64>>,
    b: impl Into<Option<f64>>,
) -> Result<TruncatedNormal, InitError> {
    TruncatedNormal::new(or(mean, 0.0), or(std, 1.0), or(a, -2.0), or(b, 2.0))
}

/// val.
///
/// ```
/// use ndarray_init::{Constant, presets::torch};
///
/// assert_eq!(torch::constant(0.5), Constant(0.5));
/// ```
#[must_use]
pub const fn constant<A: Element>(val: A) -> Constant<A> {
    Constant(val)
}

/// 1.
///
/// ```
/// use ndarray_init::{Ones, presets::torch};
///
/// assert_eq!(torch::ones(), Ones);
/// ```
#[must_use]
pub const fn ones() -> Ones {
    Ones
}

/// 0.
///
/// ```
/// use ndarray_init::{Zeros, presets::torch};
///
/// assert_eq!(torch::zeros(), Zeros);
/// ```
#[must_use]
pub const fn zeros() -> Zeros {
    Zeros
}

/// The identity matrix, padded with zeros.
///
/// ```
/// use ndarray_init::{Identity, presets::torch};
///
/// assert_eq!(torch::eye(), Identity::default());
/// ```
pub fn eye() -> Identity {
    Identity::default()
}

/// 1 at the center k / 2 from channel i to channel i of each group, and 0 elsewhere; 1 group by
/// default.
///
/// ```
/// use ndarray_init::{Dirac, Layout, presets::torch};
///
/// let dirac = Dirac::default().with_layout(Layout::torch().groups(2));
/// assert_eq!(torch::dirac(2), dirac);
/// ```
pub fn dirac(groups: impl Into<Option<usize>>) -> Dirac {
    Dirac::default().with_layout(Layout::torch().groups(or(groups, 1)))
}

/// U\[−b, b], b = gain · √(6 / (fan_in + fan_out)); gain 1 by default.
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // xavier_uniform_(w)
/// assert_eq!(torch::xavier_uniform(None)?.law(&[128, 256])?.to_string(), "U[-0.125, 0.125]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn xavier_uniform(gain: impl Into<Option<f64>>) -> Result<VarianceScaling, InitError> {
    xavier(VarianceScaling::xavier_uniform(), gain)
}

/// N(0, s²), s = gain · √(2 / (fan_in + fan_out)); gain 1 by default.
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // xavier_normal_(w)
/// assert_eq!(torch::xavier_normal(None)?.law(&[128, 256])?.to_string(), "N(0, 0.072169²)");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn xavier_normal(gain: impl Into<Option<f64>>) -> Result<VarianceScaling, InitError> {
    xavier(VarianceScaling::xavier_normal(), gain)
}

fn xavier(
    xavier: VarianceScaling,
    gain: impl Into<Option<f64>>,
) -> Result<VarianceScaling, InitError> {
    xavier.with_gain(or(gain, 1.0))
}

/// U\[−b, b], b = gain · √(3 / n); n = fan_in and the gain of a leaky ReLU of slope a = 0, which is
/// √2, by default.
///
/// The slope of a leaky ReLU is `a` or, without one, its own; PyTorch's `"leaky_relu"` without an `a`
/// has slope 0, which is what no `nonlinearity` means here. With a = √5, as PyTorch's
/// layers call it, b is 1 / √fan_in: [`linear_weight`].
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // kaiming_uniform_(w, a=math.sqrt(5))
/// let initializer = torch::kaiming_uniform(5.0_f64.sqrt(), None, None)?;
/// assert_eq!(initializer.law(&[128, 256])?.to_string(), "U[-0.0625, 0.0625]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn kaiming_uniform(
    a: impl Into<Option<f64>>,
    mode: impl Into<Option<FanMode>>,
    nonlinearity: impl Into<Option<Nonlinearity>>,
) -> Result<VarianceScaling, InitError> {
    kaiming(Distribution::Uniform, a, mode, nonlinearity)
}

/// N(0, s²), s = gain / √n; n = fan_in and the gain of a leaky ReLU of slope a = 0, which is √2, by
/// default.
///
/// The slope of a leaky ReLU is `a` or, without one, its own; PyTorch's `"leaky_relu"` without an `a`
/// has slope 0, which is what no `nonlinearity` means here.
///
/// ```
/// use ndarray_init::{FanMode, Nonlinearity, presets::torch};
///
/// // kaiming_normal_(w, mode="fan_out", nonlinearity="relu")
/// let initializer = torch::kaiming_normal(None, FanMode::FanOut, Nonlinearity::Relu)?;
/// assert_eq!(initializer.law(&[128, 256])?.to_string(), "N(0, 0.125²)");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn kaiming_normal(
    a: impl Into<Option<f64>>,
    mode: impl Into<Option<FanMode>>,
    nonlinearity: impl Into<Option<Nonlinearity>>,
) -> Result<VarianceScaling, InitError> {
    kaiming(Distribution::UntruncatedNormal, a, mode, nonlinearity)
}

fn kaiming(
    distribution: Distribution,
    a: impl Into<Option<f64>>,
    mode: impl Into<Option<FanMode>>,
    nonlinearity: impl Into<Option<Nonlinearity>>,
) -> Result<VarianceScaling, InitError> {
    let nonlinearity = or(nonlinearity, Nonlinearity::LeakyRelu { negative_slope: 0.0 });
    let (slope, mode) = (with_slope(nonlinearity, a), or(mode, FanMode::FanIn));
    let cfg = VarianceScaling::for_nonlinearity(slope, mode, distribution)?;
    Ok(cfg.with_layout(Layout::torch()))
}

/// [`Nonlinearity::gain`]; `param`, where there is one, replaces the slope of a leaky ReLU.
///
/// ```
/// use ndarray_init::{Nonlinearity, presets::torch};
///
/// assert_eq!(torch::calculate_gain(Nonlinearity::Tanh, None)?, 5.0 / 3.0);
/// let leaky = torch::calculate_gain(Nonlinearity::leaky_relu(), 0.2)?;
/// assert!((leaky - (2.0_f64 / 1.04).sqrt()).abs() < 1e-15);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn calculate_gain(
    nonlinearity: Nonlinearity,
    param: impl Into<Option<f64>>,
) -> Result<f64, InitError> {
    with_slope(nonlinearity, param).gain()
}

/// A leaky ReLU with this slope, if there is one; any other nonlinearity as it is.
fn with_slope(nonlinearity: Nonlinearity, slope: impl Into<Option<f64>>) -> Nonlinearity {
    match (nonlinearity, slope.into()) {
        (Nonlinearity::LeakyRelu { .. }, Some(negative_slope)) => {
            Nonlinearity::LeakyRelu { negative_slope }
        }
        _ => nonlinearity,
    }
}

/// N(0, std²), but ⌈sparsity · rows⌉ elements of every column are 0; std 0.01 by default.
///
/// PyTorch draws the places of the zeros from the global generator, even where it is given
/// another; it takes a sparsity beyond 0 and 1, and has 8 zeros for 0.07 of 100 rows, not 7.
///
/// ```
/// use ndarray_init::{Sparse, presets::torch};
///
/// assert_eq!(torch::sparse(0.1, None)?, Sparse::normal(0.1, 0.01)?);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn sparse(sparsity: f64, std: impl Into<Option<f64>>) -> Result<Sparse, InitError> {
    Sparse::normal(sparsity, or(std, 0.01))
}

/// A random orthogonal matrix times gain, its rows the first axis; gain 1 by default.
///
/// ```
/// use ndarray_init::{Layout, Orthogonal, presets::torch};
///
/// let orthogonal = Orthogonal::new(1.0)?.with_layout(Layout::torch());
/// assert_eq!(torch::orthogonal(None)?, orthogonal);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[cfg(feature = "orthogonal")]
pub fn orthogonal(gain: impl Into<Option<f64>>) -> Result<Orthogonal, InitError> {
    Ok(Orthogonal::new(or(gain, 1.0))?.with_layout(Layout::torch()))
}

/// The weight of `nn.Linear`: U\[−b, b], b = 1 / √fan_in.
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // nn.Linear(256, 128).weight
/// assert_eq!(torch::linear_weight().law(&[128, 256])?.to_string(), "U[-0.0625, 0.0625]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub const fn linear_weight() -> TorchDefault {
    TorchDefault::new()
}

/// The bias of `nn.Linear`, by the shape of its weight: U\[−b, b], b = 1 / √fan_in; 0 if fan_in is.
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // nn.Linear(256, 128).bias
/// assert_eq!(torch::linear_bias(&[128, 256])?.to_string(), "U[-0.0625, 0.0625]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn linear_bias(weight_shape: &[usize]) -> Result<Law, InitError> {
    TorchDefault::new().bias_law(weight_shape)
}

/// The weight of `nn.Conv1d` and so on, transposed ones included: U\[−b, b], b = 1 / √fan_in.
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // nn.Conv2d(64, 128, 3).weight
/// let law = torch::conv_weight().law(&[128, 64, 3, 3])?;
/// assert_eq!(law.to_string(), "U[-0.041667, 0.041667]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub const fn conv_weight() -> TorchDefault {
    TorchDefault::new()
}

/// The bias of a convolution, by the shape of its weight: U\[−b, b], b = 1 / √fan_in; 0 if fan_in is.
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // nn.Conv2d(64, 128, 3).bias
/// assert_eq!(torch::conv_bias(&[128, 64, 3, 3])?.to_string(), "U[-0.041667, 0.041667]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn conv_bias(weight_shape: &[usize]) -> Result<Law, InitError> {
    TorchDefault::new().bias_law(weight_shape)
}

/// The weight of `nn.Embedding`: N(0, 1).
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // nn.Embedding(256, 128).weight
/// assert_eq!(torch::embedding()?.to_string(), "N(0, 1²)");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn embedding() -> Result<Normal, InitError> {
    normal(None, None)
}

/// Every weight and bias of `nn.RNN`, `nn.LSTM` and `nn.GRU`: U\[−b, b], b = 1 / √`hidden_size`.
///
/// ```
/// use ndarray_init::presets::torch;
///
/// // nn.LSTM(256, 128), all its parameters
/// assert_eq!(torch::recurrent(128)?.to_string(), "U[-0.088388, 0.088388]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn recurrent(hidden_size: usize) -> Result<Uniform, InitError> {
    let bound = 1.0 / at_least_one("hidden_size", hidden_size)?.sqrt();
    Uniform::new(-bound, bound)
}
