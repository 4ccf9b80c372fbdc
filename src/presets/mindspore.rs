//! `mindspore.common.initializer`: kernels are (out, in, spatial…), as in PyTorch.
//!
//! ```
//! use ndarray_init::{Normal, presets::mindspore};
//!
//! // Normal(0.02, 1.0): the deviation comes first.
//! assert_eq!(mindspore::normal(0.02, 1.0)?, Normal::new(1.0, 0.02)?);
//! let dense = mindspore::xavier_uniform(2.0)?;
//! assert_eq!(dense.law(&[128, 256])?.to_string(), "U[-0.25, 0.25]");
//! # Ok::<(), ndarray_init::InitError>(())
//! ```

use super::{Result, torch};
use crate::fans::{FanMode, Layout};
use crate::fill::Element;
use crate::laws::{Normal, TruncatedNormal, Uniform};
use crate::scaling::{Distribution, Nonlinearity, VarianceScaling};
use crate::structured::{Constant, Dirac, Identity, Ones, Orthogonal, Sparse, Zeros};

/// `Constant`: value.
pub const fn constant<A: Element>(value: A) -> Constant<A> {
    Constant(value)
}

/// `Sparse`: N(0, sigma²), but ⌈sparsity · rows⌉ elements of every column are 0; sigma is 0.01 by default.
pub fn sparse(sparsity: f64, sigma: impl Into<Option<f64>>) -> Result<Sparse> {
    torch::sparse(sparsity, sigma)
}

presets! {
    /// `Zero`: 0.
    zero() -> Zeros = Zeros;
    /// `One`: 1.
    one() -> Ones = Ones;
    /// `Identity`: the identity matrix, padded with zeros.
    identity() -> Identity = Identity::default();
    /// `Normal`: N(mean, sigma²), **sigma first**.
    normal(sigma: f64 = 0.01, mean: f64 = 0.0) -> Result<Normal> = Normal::new(mean, sigma);
    /// `Uniform`: U\[−scale, scale].
    uniform(scale: f64 = 0.07) -> Result<Uniform> = Uniform::new(-scale, scale);
    /// `TruncatedNormal`: N(mean, sigma²) on \[a, b], **absolute** bounds: the defaults cut nothing.
    truncated_normal(sigma: f64 = 0.01, mean: f64 = 0.0, a: f64 = -2.0, b: f64 = 2.0)
        -> Result<TruncatedNormal> = TruncatedNormal::new(mean, sigma, a, b);
    /// `XavierUniform`: U\[−b, b], b = gain · √(6 / (fan_in + fan_out)).
    xavier_uniform(gain: f64 = 1.0) -> Result<VarianceScaling> = torch::xavier_uniform(gain);
    /// `XavierNormal`: N(0, s²), s = gain · √(2 / (fan_in + fan_out)).
    xavier_normal(gain: f64 = 1.0) -> Result<VarianceScaling> = torch::xavier_normal(gain);
    /// `HeUniform`: [`torch::kaiming_uniform`].
    he_uniform(negative_slope: f64, mode: FanMode, nonlinearity: Nonlinearity) -> Result<VarianceScaling>
        = torch::kaiming_uniform(negative_slope, mode, nonlinearity);
    /// `HeNormal`: [`torch::kaiming_normal`].
    he_normal(negative_slope: f64, mode: FanMode, nonlinearity: Nonlinearity) -> Result<VarianceScaling>
        = torch::kaiming_normal(negative_slope, mode, nonlinearity);
    /// `VarianceScaling`: variance scale / n. MindSpore 2.10 draws from a uniform law where the truncated
    /// normal is asked for, its default.
    variance_scaling(
        scale: f64 = 1.0,
        mode: FanMode = FanMode::FanIn,
        distribution: Distribution = Distribution::TruncatedNormal
    ) -> Result<VarianceScaling>
        = Ok(VarianceScaling::new(scale, mode, distribution)?.with_layout(Layout::torch()));
    /// `Dirac`: 1 at the center k / 2 from channel i to channel i of each group, and 0 elsewhere.
    dirac(groups: usize = 1) -> Dirac = torch::dirac(groups);
    /// `Orthogonal`: a random orthogonal matrix times gain, its rows the first axis.
    orthogonal(gain: f64 = 1.0) -> Result<Orthogonal> = torch::orthogonal(gain);
}
