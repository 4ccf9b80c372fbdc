//! `torch.nn.init`, without the underscores, and what PyTorch's modules begin with: kernels are
//! (out, in, spatial…).
//!
//! A transposed convolution's kernel is (in, out, spatial…) in PyTorch, whose functions take it for
//! (out, in, spatial…) all the same, and so do these; `Layout::torch().transposed()` is right.

use super::or;
use crate::{
    Constant, Dirac, Element, FanMode, Identity, InitError, Layout, Normal, Ones, Sparse,
    TruncatedNormal, Uniform, VarianceScaling, Zeros,
};

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
    Ok(xavier.with_gain(or(gain, 1.0))?.with_layout(Layout::torch()))
}

/// N(0, std²), but ⌈sparsity · rows⌉ elements of every column are 0; std 0.01 by default.
///
/// PyTorch draws the places of the zeros from the global generator, even where it is given
/// another; it takes a sparsity beyond 0 and 1, and has 8 zeros for 0.07 of 100 rows, not 7.
pub fn sparse(sparsity: f64, std: impl Into<Option<f64>>) -> Result<Sparse, InitError> {
    Sparse::normal(sparsity, or(std, 0.01))
}
