//! `jax.nn.initializers`: kernels are (spatial…, in, out), or have the axes of the arguments.
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

use super::Result;
use crate::fans::{FanMode, Layout};
use crate::fill::Element;
use crate::laws::{Normal, TruncatedNormal, Uniform};
use crate::scaling::{Distribution, VarianceScaling};
use crate::structured::{Constant, DeltaOrthogonal, Ones, Orthogonal, Zeros};

/// One axis, several, or `None` for the default, as JAX's `in_axis`.
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

/// value. An array is an initializer by itself, and is broadcast.
pub const fn constant<A: Element>(value: A) -> Constant<A> {
    Constant(value)
}

presets! {
    /// 0.
    zeros() -> Zeros = Zeros;
    /// 1.
    ones() -> Ones = Ones;
    /// U\[0, scale]: **one-sided**.
    uniform(scale: f64 = 0.01) -> Result<Uniform> = Uniform::new(0.0, scale);
    /// N(0, stddev²).
    normal(stddev: f64 = 0.01) -> Result<Normal> = Normal::new(0.0, stddev);
    /// N(0, stddev²) on \[lower · stddev, upper · stddev]. As in JAX, stddev is that of the normal before it
    /// is cut, in spite of JAX's documentation.
    truncated_normal(stddev: f64 = 0.01, lower: f64 = -2.0, upper: f64 = 2.0) -> Result<TruncatedNormal>
        = TruncatedNormal::in_sigmas(0.0, stddev, lower, upper);
    /// A random orthogonal matrix times scale, its columns `column_axis`.
    orthogonal(scale: f64 = 1.0, column_axis: isize = -1) -> Result<Orthogonal>
        = Ok(Orthogonal::new(scale)?.with_layout(Layout::axes(&[], &[column_axis])));
    /// A random orthogonal matrix times scale at the center (k − 1) / 2, and 0 elsewhere. JAX's `column_axis`
    /// is left out: it transposes a matrix whose transpose is as likely.
    delta_orthogonal(scale: f64 = 1.0) -> Result<DeltaOrthogonal> = DeltaOrthogonal::new(scale);
}

/// Variance scale / n; the three have no defaults.
///
/// JAX's `"normal"` is [`Distribution::UntruncatedNormal`], not Keras' older name.
pub fn variance_scaling(
    scale: f64,
    mode: FanMode,
    distribution: Distribution,
    in_axis: impl Into<Axes>,
    out_axis: impl Into<Axes>,
    batch_axis: impl Into<Axes>,
) -> Result<VarianceScaling> {
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
    glorot_uniform = glorot_uniform;
    /// A normal of variance 2 / (fan_in + fan_out), cut at two sigmas.
    glorot_normal = glorot_normal;
    /// U\[−b, b], b = √(3 / fan_in).
    lecun_uniform = lecun_uniform;
    /// A normal of variance 1 / fan_in, cut at two sigmas.
    lecun_normal = lecun_normal;
    /// U\[−b, b], b = √(6 / fan_in).
    he_uniform = he_uniform;
    /// A normal of variance 2 / fan_in, cut at two sigmas.
    he_normal = he_normal;
    /// Another name of [`glorot_uniform`].
    xavier_uniform = glorot_uniform;
    /// Another name of [`glorot_normal`]: cut at two sigmas, unlike PyTorch's.
    xavier_normal = glorot_normal;
    /// Another name of [`he_uniform`].
    kaiming_uniform = he_uniform;
    /// Another name of [`he_normal`]: cut at two sigmas, unlike PyTorch's.
    kaiming_normal = he_normal;
}
