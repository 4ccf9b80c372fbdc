//! `jax.nn.initializers`: kernels are (spatial…, in, out), or whatever the axes say.
//!
//! Most functions take `in_axis`, `out_axis` and `batch_axis`, by default −2, −1 and none; the axes
//! that are in none of them are the receptive field. A shape with one axis has no axis −2, which
//! is an error. Flax' `nn.initializers` are these.
//!
//! ```
//! use ndarray_init::{Fans, presets::jax};
//!
//! let kernel = jax::glorot_uniform(None, None, None);
//! assert_eq!(kernel.fans(&[3, 3, 64, 128])?, Fans { fan_in: 9 * 64, fan_out: 9 * 128 });
//! // jax.nn.initializers.glorot_uniform(in_axis=0, out_axis=(1, 2)), for (model, heads, head size).
//! let query = jax::glorot_uniform(0, [1, 2], None);
//! assert_eq!(query.fans(&[512, 8, 64])?, Fans { fan_in: 512, fan_out: 512 });
//! # Ok::<(), ndarray_init::InitError>(())
//! ```

use super::or;
use crate::element::Element;
use crate::error::InitError;
use crate::fans::{FanMode, Layout};
use crate::laws::{Normal, TruncatedNormal, Uniform};
use crate::scaling::{Distribution, VarianceScaling};
use crate::structured::{Constant, Ones, Zeros};
#[cfg(feature = "orthogonal")]
use crate::structured::{DeltaOrthogonal, Orthogonal};

/// One axis, several, or `None` for the default: what JAX takes for `in_axis`.
///
/// ```
/// use ndarray_init::presets::jax::{self, Axes};
///
/// let named = jax::glorot_uniform(0, [1, 2], Axes::default());
/// assert_eq!(named, jax::glorot_uniform(Some(0), Axes::from([1, 2]), None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Axes(Option<Vec<isize>>);

impl Axes {
    /// The layout that these arguments stand for.
    fn layout(input: impl Into<Self>, output: impl Into<Self>, batch: impl Into<Self>) -> Layout {
        let (input, output) = (input.into().or(&[-2]), output.into().or(&[-1]));
        Layout::axes(&input, &output).batch(&batch.into().or(&[]))
    }

    fn or(self, default: &[isize]) -> Vec<isize> {
        self.0.unwrap_or_else(|| default.to_vec())
    }
}

impl From<Option<isize>> for Axes {
    fn from(axis: Option<isize>) -> Self {
        Self(axis.map(|axis| vec![axis]))
    }
}

impl From<isize> for Axes {
    fn from(axis: isize) -> Self {
        Self(Some(vec![axis]))
    }
}

impl<const N: usize> From<[isize; N]> for Axes {
    fn from(axes: [isize; N]) -> Self {
        Self(Some(axes.to_vec()))
    }
}

impl From<&[isize]> for Axes {
    fn from(axes: &[isize]) -> Self {
        Self(Some(axes.to_vec()))
    }
}

/// 0.
///
/// ```
/// use ndarray_init::{Zeros, presets::jax};
///
/// assert_eq!(jax::zeros(), Zeros);
/// ```
#[must_use]
pub const fn zeros() -> Zeros {
    Zeros
}

/// 1.
///
/// ```
/// use ndarray_init::{Ones, presets::jax};
///
/// assert_eq!(jax::ones(), Ones);
/// ```
#[must_use]
pub const fn ones() -> Ones {
    Ones
}

/// value. An array is an initializer by itself, and is broadcast.
///
/// ```
/// use ndarray_init::{Constant, presets::jax};
///
/// assert_eq!(jax::constant(0.5), Constant(0.5));
/// ```
#[must_use]
pub const fn constant<A: Element>(value: A) -> Constant<A> {
    Constant(value)
}

/// U\[0, scale]: **one-sided**; scale 0.01 by default.
///
/// ```
/// use ndarray_init::presets::jax;
///
/// // uniform()
/// assert_eq!(jax::uniform(None)?.to_string(), "U[0, 0.01]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn uniform(scale: impl Into<Option<f64>>) -> Result<Uniform, InitError> {
    Uniform::new(0.0, or(scale, 0.01))
}

/// N(0, stddev²); stddev 0.01 by default.
///
/// ```
/// use ndarray_init::presets::jax;
///
/// // normal(0.02)
/// assert_eq!(jax::normal(0.02)?.to_string(), "N(0, 0.02²)");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn normal(stddev: impl Into<Option<f64>>) -> Result<Normal, InitError> {
    Normal::new(0.0, or(stddev, 0.01))
}

/// N(0, stddev²) on \[lower · stddev, upper · stddev]; stddev 0.01 and ±2 by default.
///
/// As in JAX, stddev is that of the normal before it is cut, whatever JAX says of what it returns.
///
/// ```
/// use ndarray_init::presets::jax;
///
/// // truncated_normal(0.02)
/// let law = jax::truncated_normal(0.02, None, None)?;
/// assert_eq!(law.to_string(), "N(0, 0.02²) on [-0.04, 0.04]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn truncated_normal(
    stddev: impl Into<Option<f64>>,
    lower: impl Into<Option<f64>>,
    upper: impl Into<Option<f64>>,
) -> Result<TruncatedNormal, InitError> {
    TruncatedNormal::in_sigmas(0.0, or(stddev, 0.01), or(lower, -2.0), or(upper, 2.0))
}

/// Variance scale / n; the three have no defaults.
///
/// JAX' `"normal"` is [`Distribution::UntruncatedNormal`], not Keras' older name.
///
/// ```
/// use ndarray_init::{Distribution, FanMode, presets::jax};
///
/// // variance_scaling(1.0, "fan_in", "normal")
/// let (mode, normal) = (FanMode::FanIn, Distribution::UntruncatedNormal);
/// let initializer = jax::variance_scaling(1.0, mode, normal, None, None, None)?;
/// assert_eq!(initializer.law(&[256, 128])?.to_string(), "N(0, 0.0625²)");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn variance_scaling(
    scale: f64,
    mode: FanMode,
    distribution: Distribution,
    in_axis: impl Into<Axes>,
    out_axis: impl Into<Axes>,
    batch_axis: impl Into<Axes>,
) -> Result<VarianceScaling, InitError> {
    let layout = Axes::layout(in_axis, out_axis, batch_axis);
    Ok(VarianceScaling::new(scale, mode, distribution)?.with_layout(layout))
}

/// Functions that differ in their law alone.
macro_rules! builders {
    ($($(#[$doc:meta])* $name:ident = $law:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(
            in_axis: impl Into<Axes>,
            out_axis: impl Into<Axes>,
            batch_axis: impl Into<Axes>,
        ) -> VarianceScaling {
            VarianceScaling::$law().with_layout(Axes::layout(in_axis, out_axis, batch_axis))
        }
    )*};
}

builders! {
    /// U\[−b, b], b = √(6 / (fan_in + fan_out)).
    ///
    /// ```
    /// use ndarray_init::presets::jax;
    ///
    /// // glorot_uniform()
    /// let law = jax::glorot_uniform(None, None, None).law(&[256, 128])?;
    /// assert_eq!(law.to_string(), "U[-0.125, 0.125]");
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    glorot_uniform = glorot_uniform;
    /// A normal of variance 2 / (fan_in + fan_out), cut at two sigmas.
    ///
    /// ```
    /// use ndarray_init::presets::jax;
    ///
    /// // glorot_normal()
    /// let law = jax::glorot_normal(None, None, None).law(&[256, 128])?;
    /// assert_eq!(law.to_string(), "N(0, 0.082045²) on [-0.16409, 0.16409]");
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    glorot_normal = glorot_normal;
    /// U\[−b, b], b = √(3 / fan_in).
    ///
    /// ```
    /// use ndarray_init::presets::jax;
    ///
    /// // lecun_uniform()
    /// let law = jax::lecun_uniform(None, None, None).law(&[256, 128])?;
    /// assert_eq!(law.to_string(), "U[-0.10825, 0.10825]");
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    lecun_uniform = lecun_uniform;
    /// A normal of variance 1 / fan_in, cut at two sigmas.
    ///
    /// ```
    /// use ndarray_init::presets::jax;
    ///
    /// // lecun_normal()
    /// let law = jax::lecun_normal(None, None, None).law(&[256, 128])?;
    /// assert_eq!(law.to_string(), "N(0, 0.071053²) on [-0.14211, 0.14211]");
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    lecun_normal = lecun_normal;
    /// U\[−b, b], b = √(6 / fan_in).
    ///
    /// ```
    /// use ndarray_init::presets::jax;
    ///
    /// // he_uniform()
    /// let law = jax::he_uniform(None, None, None).law(&[256, 128])?;
    /// assert_eq!(law.to_string(), "U[-0.15309, 0.15309]");
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    he_uniform = he_uniform;
    /// A normal of variance 2 / fan_in, cut at two sigmas.
    ///
    /// ```
    /// use ndarray_init::presets::jax;
    ///
    /// // he_normal()
    /// let law = jax::he_normal(None, None, None).law(&[256, 128])?;
    /// assert_eq!(law.to_string(), "N(0, 0.10048²) on [-0.20097, 0.20097]");
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    he_normal = he_normal;
    /// Another name of [`glorot_uniform`].
    ///
    /// ```
    /// use ndarray_init::presets::jax;
    ///
    /// // xavier_uniform()
    /// let law = jax::xavier_uniform(None, None, None).law(&[256, 128])?;
    /// assert_eq!(law.to_string(), "U[-0.125, 0.125]");
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    xavier_uniform = glorot_uniform;
    /// Another name of [`glorot_normal`]: cut at two sigmas, unlike PyTorch's.
    ///
    /// ```
    /// use ndarray_init::presets::jax;
    ///
    /// // xavier_normal()
    /// let law = jax::xavier_normal(None, None, None).law(&[256, 128])?;
    /// assert_eq!(law.to_string(), "N(0, 0.082045²) on [-0.16409, 0.16409]");
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    xavier_normal = glorot_normal;
    /// Another name of [`he_uniform`].
    ///
    /// ```
    /// use ndarray_init::presets::jax;
    ///
    /// // kaiming_uniform()
    /// let law = jax::kaiming_uniform(None, None, None).law(&[256, 128])?;
    /// assert_eq!(law.to_string(), "U[-0.15309, 0.15309]");
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    kaiming_uniform = he_uniform;
    /// Another name of [`he_normal`]: cut at two sigmas, unlike PyTorch's.
    ///
    /// ```
    /// use ndarray_init::presets::jax;
    ///
    /// // kaiming_normal()
    /// let law = jax::kaiming_normal(None, None, None).law(&[256, 128])?;
    /// assert_eq!(law.to_string(), "N(0, 0.10048²) on [-0.20097, 0.20097]");
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    kaiming_normal = he_normal;
}

/// A random orthogonal matrix times scale, its columns `column_axis`; scale 1 and the last axis by
/// default.
///
/// ```
/// use ndarray_init::{Layout, Orthogonal, presets::jax};
///
/// let orthogonal = Orthogonal::new(2.0)?.with_layout(Layout::axes(&[], &[0]));
/// assert_eq!(jax::orthogonal(2.0, 0)?, orthogonal);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[cfg(feature = "orthogonal")]
pub fn orthogonal(
    scale: impl Into<Option<f64>>,
    column_axis: impl Into<Option<isize>>,
) -> Result<Orthogonal, InitError> {
    let layout = Layout::axes(&[], &[or(column_axis, -1)]);
    Ok(Orthogonal::new(or(scale, 1.0))?.with_layout(layout))
}

/// A random orthogonal matrix times scale at the center (k − 1) / 2, and 0 elsewhere; scale 1 by
/// default.
///
/// There is no `column_axis`: it transposes a matrix whose transpose is as likely.
///
/// ```
/// use ndarray_init::{DeltaOrthogonal, presets::jax};
///
/// assert_eq!(jax::delta_orthogonal(None)?, DeltaOrthogonal::new(1.0)?);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[cfg(feature = "orthogonal")]
pub fn delta_orthogonal(scale: impl Into<Option<f64>>) -> Result<DeltaOrthogonal, InitError> {
    DeltaOrthogonal::new(or(scale, 1.0))
}
