//! `torch.nn.init`, without the underscores, and the initial laws of PyTorch's modules: kernels are
//! (out, in, spatial…).
//!
//! A transposed convolution's kernel is (in, out, spatial…) in PyTorch, whose functions read it as
//! (out, in, spatial…), and so do these; `Layout::torch().transposed()` has the right fans.
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

use super::Result;
use crate::error::at_least_one;
use crate::fans::{FanMode, Layout};
use crate::fill::Element;
use crate::laws::{Law, Normal, TruncatedNormal, Uniform};
use crate::scaling::{Distribution, Nonlinearity, TorchDefault, VarianceScaling};
use crate::structured::{Constant, Dirac, Identity, Ones, Orthogonal, Sparse, Zeros};

presets! {
    /// U\[a, b].
    uniform(a: f64 = 0.0, b: f64 = 1.0) -> Result<Uniform> = Uniform::new(a, b);
    /// N(mean, std²).
    normal(mean: f64 = 0.0, std: f64 = 1.0) -> Result<Normal> = Normal::new(mean, std);
    /// N(mean, std²) on \[a, b], **absolute** bounds: of std = 0.02, ±2 cut nothing.
    ///
    /// PyTorch's uniform is exactly −1 once in 2²⁴ draws, which becomes the lower bound: −2, 100 deviations away.
    trunc_normal(mean: f64 = 0.0, std: f64 = 1.0, a: f64 = -2.0, b: f64 = 2.0) -> Result<TruncatedNormal>
        = TruncatedNormal::new(mean, std, a, b);
    /// 1.
    ones() -> Ones = Ones;
    /// 0.
    zeros() -> Zeros = Zeros;
    /// The identity matrix, padded with zeros.
    eye() -> Identity = Identity::default();
    /// 1 at the center k / 2 from channel i to channel i of each group, and 0 elsewhere.
    dirac(groups: usize = 1) -> Dirac = Dirac::default().with_layout(Layout::torch().groups(groups));
    /// U\[−b, b], b = gain · √(6 / (fan_in + fan_out)).
    xavier_uniform(gain: f64 = 1.0) -> Result<VarianceScaling>
        = VarianceScaling::xavier_uniform().with_gain(gain);
    /// N(0, s²), s = gain · √(2 / (fan_in + fan_out)).
    xavier_normal(gain: f64 = 1.0) -> Result<VarianceScaling>
        = VarianceScaling::xavier_normal().with_gain(gain);
    /// U\[−b, b], b = gain · √(3 / n).
    ///
    /// The slope of a leaky ReLU is `a` or, without one, its own; PyTorch's `"leaky_relu"` without an `a`
    /// has slope 0, as no `nonlinearity` has here. With a = √5, as PyTorch's layers call the function, b is
    /// 1 / √fan_in: [`linear_weight`].
    kaiming_uniform(a: f64, mode: FanMode = FanMode::FanIn, nonlinearity: Nonlinearity = SLOPE_0)
        -> Result<VarianceScaling> = kaiming(Distribution::Uniform, mode, with_slope(nonlinearity, a));
    /// N(0, s²), s = gain / √n; the slope as in [`kaiming_uniform`].
    kaiming_normal(a: f64, mode: FanMode = FanMode::FanIn, nonlinearity: Nonlinearity = SLOPE_0)
        -> Result<VarianceScaling>
        = kaiming(Distribution::UntruncatedNormal, mode, with_slope(nonlinearity, a));
    /// A random orthogonal matrix times gain, its rows the first axis.
    orthogonal(gain: f64 = 1.0) -> Result<Orthogonal>
        = Ok(Orthogonal::new(gain)?.with_layout(Layout::torch()));
    /// The weight of `nn.Linear`: U\[−b, b], b = 1 / √fan_in.
    linear_weight() -> TorchDefault = TorchDefault::new();
    /// The weight of `nn.Conv1d` and so on, transposed ones included: U\[−b, b], b = 1 / √fan_in.
    conv_weight() -> TorchDefault = TorchDefault::new();
    /// The weight of `nn.Embedding`: N(0, 1).
    embedding() -> Result<Normal> = Normal::new(0.0, 1.0);
}

/// val.
pub const fn constant<A: Element>(val: A) -> Constant<A> {
    Constant(val)
}

/// N(0, std²), but ⌈sparsity · rows⌉ elements of every column are 0; std is 0.01 by default.
///
/// PyTorch draws the places of the zeros from the global generator, even where it is given
/// another; it takes a sparsity beyond 0 and 1, and has 8 zeros for 0.07 of 100 rows, not 7.
pub fn sparse(sparsity: f64, std: impl Into<Option<f64>>) -> Result<Sparse> {
    Sparse::normal(sparsity, std.into().unwrap_or(0.01))
}

/// [`Nonlinearity::gain`]; `param`, where there is one, replaces the slope of a leaky ReLU.
pub fn calculate_gain(nonlinearity: Nonlinearity, param: impl Into<Option<f64>>) -> Result<f64> {
    with_slope(nonlinearity, param.into()).gain()
}

/// The bias of `nn.Linear`, by the shape of its weight: U\[−b, b], b = 1 / √fan_in; 0 if fan_in is.
pub fn linear_bias(weight_shape: &[usize]) -> Result<Law> {
    TorchDefault::new().bias_law(weight_shape)
}

/// The bias of a convolution, by the shape of its weight: U\[−b, b], b = 1 / √fan_in; 0 if fan_in is.
pub fn conv_bias(weight_shape: &[usize]) -> Result<Law> {
    TorchDefault::new().bias_law(weight_shape)
}

/// Every weight and bias of `nn.RNN`, `nn.LSTM` and `nn.GRU`: U\[−b, b], b = 1 / √`hidden_size`.
pub fn recurrent(hidden_size: usize) -> Result<Uniform> {
    let bound = 1.0 / at_least_one("hidden_size", hidden_size)?.sqrt();
    Uniform::new(-bound, bound)
}

/// PyTorch's default, whose gain is ReLU's, √2.
const SLOPE_0: Nonlinearity = Nonlinearity::LeakyRelu { negative_slope: 0.0 };

/// A leaky ReLU with this slope, if there is one; any other nonlinearity as it is.
fn with_slope(nonlinearity: Nonlinearity, slope: Option<f64>) -> Nonlinearity {
    match (nonlinearity, slope) {
        (Nonlinearity::LeakyRelu { .. }, Some(negative_slope)) => {
            Nonlinearity::LeakyRelu { negative_slope }
        }
        _ => nonlinearity,
    }
}

fn kaiming(form: Distribution, mode: FanMode, slope: Nonlinearity) -> Result<VarianceScaling> {
    Ok(VarianceScaling::for_nonlinearity(slope, mode, form)?.with_layout(Layout::torch()))
}
