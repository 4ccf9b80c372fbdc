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
pub fn uniform(a: impl Into<Option<f64>>, b: impl Into<Option<f64>>) -> Result<Uniform, InitError> {
    Uniform::new(or(a, 0.0), or(b, 1.0))
}

/// N(mean, std²); mean 0 and std 1 by default.
pub fn normal(
    mean: impl Into<Option<f64>>,
    std: impl Into<Option<f64>>,
) -> Result<Normal, InitError> {
    Normal::new(or(mean, 0.0), or(std, 1.0))
}

/// N(mean, std²) on \[a, b], **absolute** bounds; mean 0, std 1, ±2 by default.
///
/// For std = 0.02 the default bounds lie 100 deviations out: that is a plain normal.
pub fn trunc_normal(
    mean: impl Into<Option<f64>>,
    std: impl Into<Option<f64>>,
    a: impl Into<Option<f64>>,
    b: impl Into<Option<f64>>,
) -> Result<TruncatedNormal, InitError> {
    TruncatedNormal::new(or(mean, 0.0), or(std, 1.0), or(a, -2.0), or(b, 2.0))
}

/// val.
#[must_use]
pub const fn constant<A: Element>(val: A) -> Constant<A> {
    Constant(val)
}

/// 1.
#[must_use]
pub const fn ones() -> Ones {
    Ones
}

/// 0.
#[must_use]
pub const fn zeros() -> Zeros {
    Zeros
}

/// The identity matrix, padded with zeros.
pub fn eye() -> Identity {
    Identity::default()
}

/// 1 at the centre k / 2 from channel i to channel i of each group, and 0 elsewhere; 1 group by
/// default.
pub fn dirac(groups: impl Into<Option<usize>>) -> Dirac {
    Dirac::default().with_layout(Layout::torch().groups(or(groups, 1)))
}

/// U\[−b, b], b = gain · √(6 / (fan_in + fan_out)); gain 1 by default.
pub fn xavier_uniform(gain: impl Into<Option<f64>>) -> Result<VarianceScaling, InitError> {
    xavier(VarianceScaling::xavier_uniform(), gain)
}

/// N(0, s²), s = gain · √(2 / (fan_in + fan_out)); gain 1 by default.
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
pub fn sparse(sparsity: f64, std: impl Into<Option<f64>>) -> Result<Sparse, InitError> {
    Sparse::normal(sparsity, or(std, 0.01))
}

/// A random orthogonal matrix times gain, its rows the first axis; gain 1 by default.
#[cfg(feature = "orthogonal")]
pub fn orthogonal(gain: impl Into<Option<f64>>) -> Result<Orthogonal, InitError> {
    Ok(Orthogonal::new(or(gain, 1.0))?.with_layout(Layout::torch()))
}

/// The weight of `nn.Linear`: U\[−b, b], b = 1 / √fan_in.
pub const fn linear_weight() -> TorchDefault {
    TorchDefault::new()
}

/// The bias of `nn.Linear`, by the shape of its weight: U\[−b, b], b = 1 / √fan_in; 0 if fan_in is.
pub fn linear_bias(weight_shape: &[usize]) -> Result<Law, InitError> {
    TorchDefault::new().bias_law(weight_shape)
}

/// The weight of `nn.Conv1d` and so on, transposed ones included: U\[−b, b], b = 1 / √fan_in.
pub const fn conv_weight() -> TorchDefault {
    TorchDefault::new()
}

/// The bias of a convolution, by the shape of its weight: U\[−b, b], b = 1 / √fan_in; 0 if fan_in is.
pub fn conv_bias(weight_shape: &[usize]) -> Result<Law, InitError> {
    TorchDefault::new().bias_law(weight_shape)
}

/// The weight of `nn.Embedding`: N(0, 1).
pub fn embedding() -> Result<Normal, InitError> {
    normal(None, None)
}

/// Every weight and bias of `nn.RNN`, `nn.LSTM` and `nn.GRU`: U\[−b, b], b = 1 / √`hidden_size`.
pub fn recurrent(hidden_size: usize) -> Result<Uniform, InitError> {
    let bound = 1.0 / at_least_one("hidden_size", hidden_size)?.sqrt();
    Uniform::new(-bound, bound)
}
