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

use super::{keras, or, torch};
use crate::element::Element;
use crate::error::InitError;
use crate::fans::{FanMode, Layout};
use crate::laws::{Normal, TruncatedNormal, Uniform};
use crate::scaling::{Distribution, Nonlinearity, VarianceScaling};
#[cfg(feature = "orthogonal")]
use crate::structured::Orthogonal;
use crate::structured::{Constant, Dirac, Identity, Ones, Sparse, Zeros};

/// `Zero`: 0.
///
/// ```
/// use ndarray_init::{Zeros, presets::mindspore};
///
/// assert_eq!(mindspore::zero(), Zeros);
/// ```
#[must_use]
pub const fn zero() -> Zeros {
    Zeros
}

/// `One`: 1.
///
/// ```
/// use ndarray_init::{Ones, presets::mindspore};
///
/// assert_eq!(mindspore::one(), Ones);
/// ```
#[must_use]
pub const fn one() -> Ones {
    Ones
}

/// `Constant`: value.
///
/// ```
/// use ndarray_init::{Constant, presets::mindspore};
///
/// assert_eq!(mindspore::constant(0.5), Constant(0.5));
/// ```
#[must_use]
pub const fn constant<A: Element>(value: A) -> Constant<A> {
    Constant(value)
}

/// `Identity`: the identity matrix, padded with zeros.
///
/// ```
/// use ndarray_init::{Identity, presets::mindspore};
///
/// assert_eq!(mindspore::identity(), Identity::default());
/// ```
pub fn identity() -> Identity {
    torch::eye()
}

/// `Normal`: N(mean, sigma²), **sigma first**; sigma 0.01 and mean 0 by default.
///
/// ```
/// use ndarray_init::presets::mindspore;
///
/// // Normal()
/// assert_eq!(mindspore::normal(None, None)?.to_string(), "N(0, 0.01²)");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn normal(
    sigma: impl Into<Option<f64>>,
    mean: impl Into<Option<f64>>,
) -> Result<Normal, InitError> {
    Normal::new(or(mean, 0.0), or(sigma, 0.01))
}

/// `Uniform`: U\[−scale, scale]; scale 0.07 by default.
///
/// ```
/// use ndarray_init::presets::mindspore;
///
/// // Uniform()
/// assert_eq!(mindspore::uniform(None)?.to_string(), "U[-0.07, 0.07]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn uniform(scale: impl Into<Option<f64>>) -> Result<Uniform, InitError> {
    let scale = or(scale, 0.07);
    Uniform::new(-scale, scale)
}

/// `TruncatedNormal`: N(mean, sigma²) on \[a, b], **absolute** bounds; sigma 0.01, mean 0, ±2 by
/// default.
///
/// The default bounds lie 200 deviations out: that is a plain normal.
///
/// ```
/// use ndarray_init::presets::mindspore;
///
/// // TruncatedNormal()
/// let law = mindspore::truncated_normal(None, None, None, None)?;
/// assert_eq!(law.to_string(), "N(0, 0.01²) on [-2, 2]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn truncated_normal(
    sigma: impl Into<Option<f64>>,
    mean: impl Into<Option<f64>>,
    a: impl Into<Option<f64>>,
    b: impl Into<Option<f64>>,
) -> Result<TruncatedNormal, InitError> {
    TruncatedNormal::new(or(mean, 0.0), or(sigma, 0.01), or(a, -2.0), or(b, 2.0))
}

/// `XavierUniform`: U\[−b, b], b = gain · √(6 / (fan_in + fan_out)); gain 1 by default.
///
/// ```
/// use ndarray_init::presets::mindspore;
///
/// // XavierUniform(gain=2.0)
/// assert_eq!(mindspore::xavier_uniform(2.0)?.law(&[128, 256])?.to_string(), "U[-0.25, 0.25]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn xavier_uniform(gain: impl Into<Option<f64>>) -> Result<VarianceScaling, InitError> {
    torch::xavier_uniform(gain)
}

/// `XavierNormal`: N(0, s²), s = gain · √(2 / (fan_in + fan_out)); gain 1 by default.
///
/// ```
/// use ndarray_init::presets::mindspore;
///
/// // XavierNormal()
/// let law = mindspore::xavier_normal(None)?.law(&[128, 256])?;
/// assert_eq!(law.to_string(), "N(0, 0.072169²)");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn xavier_normal(gain: impl Into<Option<f64>>) -> Result<VarianceScaling, InitError> {
    torch::xavier_normal(gain)
}

/// `HeUniform`: U\[−b, b], b = gain · √(3 / n); n = fan_in and the gain of a leaky ReLU of slope 0,
/// which is √2, by default.
///
/// ```
/// use ndarray_init::presets::mindspore;
///
/// // HeUniform(math.sqrt(5))
/// let initializer = mindspore::he_uniform(5.0_f64.sqrt(), None, None)?;
/// assert_eq!(initializer.law(&[128, 256])?.to_string(), "U[-0.0625, 0.0625]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn he_uniform(
    negative_slope: impl Into<Option<f64>>,
    mode: impl Into<Option<FanMode>>,
    nonlinearity: impl Into<Option<Nonlinearity>>,
) -> Result<VarianceScaling, InitError> {
    torch::kaiming_uniform(negative_slope, mode, nonlinearity)
}

/// `HeNormal`: N(0, s²), s = gain / √n; n = fan_in and the gain of a leaky ReLU of slope 0, which is
/// √2, by default.
///
/// ```
/// use ndarray_init::{FanMode, Nonlinearity, presets::mindspore};
///
/// // HeNormal(mode="fan_out", nonlinearity="relu")
/// let initializer = mindspore::he_normal(None, FanMode::FanOut, Nonlinearity::Relu)?;
/// assert_eq!(initializer.law(&[128, 256])?.to_string(), "N(0, 0.125²)");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn he_normal(
    negative_slope: impl Into<Option<f64>>,
    mode: impl Into<Option<FanMode>>,
    nonlinearity: impl Into<Option<Nonlinearity>>,
) -> Result<VarianceScaling, InitError> {
    torch::kaiming_normal(negative_slope, mode, nonlinearity)
}

/// `VarianceScaling`: variance scale / n; scale 1, `fan_in` and a truncated normal by default.
///
/// MindSpore 2.10 draws from a uniform law where the truncated normal is asked for, its default.
///
/// ```
/// use ndarray_init::{Distribution, FanMode, presets::mindspore};
///
/// // VarianceScaling(4.0, "fan_avg", "uniform")
/// let initializer = mindspore::variance_scaling(4.0, FanMode::FanAvg, Distribution::Uniform)?;
/// assert_eq!(initializer.law(&[128, 256])?.to_string(), "U[-0.25, 0.25]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn variance_scaling(
    scale: impl Into<Option<f64>>,
    mode: impl Into<Option<FanMode>>,
    distribution: impl Into<Option<Distribution>>,
) -> Result<VarianceScaling, InitError> {
    Ok(keras::variance_scaling(scale, mode, distribution)?.with_layout(Layout::torch()))
}

/// `Sparse`: N(0, sigma²), but ⌈sparsity · rows⌉ elements of every column are 0; sigma 0.01 by
/// default.
///
/// ```
/// use ndarray_init::{Sparse, presets::mindspore};
///
/// assert_eq!(mindspore::sparse(0.1, None)?, Sparse::normal(0.1, 0.01)?);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn sparse(sparsity: f64, sigma: impl Into<Option<f64>>) -> Result<Sparse, InitError> {
    torch::sparse(sparsity, sigma)
}

/// `Dirac`: 1 at the center k / 2 from channel i to channel i of each group, and 0 elsewhere; 1
/// group by default.
///
/// ```
/// use ndarray_init::{Dirac, Layout, presets::mindspore};
///
/// let dirac = Dirac::default().with_layout(Layout::torch().groups(2));
/// assert_eq!(mindspore::dirac(2), dirac);
/// ```
pub fn dirac(groups: impl Into<Option<usize>>) -> Dirac {
    torch::dirac(groups)
}

/// `Orthogonal`: a random orthogonal matrix times gain, its rows the first axis; gain 1 by default.
///
/// ```
/// use ndarray_init::{Layout, Orthogonal, presets::mindspore};
///
/// let orthogonal = Orthogonal::new(2.0)?.with_layout(Layout::torch());
/// assert_eq!(mindspore::orthogonal(2.0)?, orthogonal);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[cfg(feature = "orthogonal")]
pub fn orthogonal(gain: impl Into<Option<f64>>) -> Result<Orthogonal, InitError> {
    torch::orthogonal(gain)
}
