//! The one algorithm behind Glorot's, He's and LeCun's initializers: fans → law.

use crate::distr::{Law, Normal, TruncatedNormal, Uniform};
use crate::error::InitError;
use crate::fans::{FanMode, Fans};
use crate::layout::Layout;

/// The form of the law; its variance is the same in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Distribution {
    /// A normal cut at two of its own standard deviations, widened so that the variance is right.
    #[default]
    TruncatedNormal,
    /// A plain normal.
    UntruncatedNormal,
    /// A uniform law around zero.
    Uniform,
}

/// An initializer whose variance is scale / n, n being a fan of the kernel.
///
/// | distribution | law, for v = scale / n |
/// |---|---|
/// | [`Uniform`](Distribution::Uniform) | U\[−b, b], b = √(3 v) |
/// | [`UntruncatedNormal`](Distribution::UntruncatedNormal) | N(0, √v) |
/// | [`TruncatedNormal`](Distribution::TruncatedNormal) | N(0, s) cut at ±2 s, s = √v / 0.87962566103423978 |
///
/// The number in the last line is the standard deviation of a standard normal cut at ±2.
///
/// The presets differ in scale, mode and distribution alone:
///
/// | preset | scale | mode | distribution | source |
/// |---|---|---|---|---|
/// | [`glorot_uniform`](Self::glorot_uniform) | 1 | `FanAvg` | uniform | Glorot & Bengio 2010 |
/// | [`glorot_normal`](Self::glorot_normal) | 1 | `FanAvg` | truncated | Glorot & Bengio 2010; Keras, JAX |
/// | [`he_uniform`](Self::he_uniform) | 2 | `FanIn` | uniform | He et al. 2015 |
/// | [`he_normal`](Self::he_normal) | 2 | `FanIn` | truncated | He et al. 2015; Keras, JAX |
/// | [`lecun_uniform`](Self::lecun_uniform) | 1 | `FanIn` | uniform | LeCun et al. 1998 |
/// | [`lecun_normal`](Self::lecun_normal) | 1 | `FanIn` | truncated | LeCun et al. 1998; Klambauer et al. 2017 |
/// | [`xavier_uniform`](Self::xavier_uniform) | 1 | `FanAvg` | uniform | Glorot & Bengio 2010 |
/// | [`xavier_normal`](Self::xavier_normal) | 1 | `FanAvg` | normal | PyTorch, MindSpore |
/// | [`kaiming_uniform`](Self::kaiming_uniform) | 2 | `FanIn` | uniform | He et al. 2015 |
/// | [`kaiming_normal`](Self::kaiming_normal) | 2 | `FanIn` | normal | PyTorch, MindSpore |
///
/// Xavier's formula with gain g, b = g · √(6 / (fan_in + fan_out)), is scale g²:
///
/// ```
/// use ndarray_init::{Distribution, FanMode, VarianceScaling};
///
/// // tf.keras.initializers.VarianceScaling(scale=4.0, mode="fan_avg", distribution="uniform")
/// let keras = VarianceScaling::new(4.0, FanMode::FanAvg, Distribution::Uniform)?;
/// // mindspore.common.initializer.XavierUniform(gain=2.0)
/// let mindspore = VarianceScaling::xavier_uniform().with_gain(2.0)?;
/// assert_eq!(keras, mindspore);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct VarianceScaling {
    scale: f64,
    mode: FanMode,
    distribution: Distribution,
    layout: Layout,
}

/// Keras' defaults: scale 1, fan_in, a truncated normal, Keras' layout.
impl Default for VarianceScaling {
    fn default() -> Self {
        Self::lecun_normal()
    }
}

/// Glorot, He and LeCun as in Keras and JAX, where "normal" is truncated at two sigmas; Xavier
/// and Kaiming as in PyTorch and MindSpore, where it is not.
#[rustfmt::skip]
impl VarianceScaling {
    /// Scale 1, (fan_in + fan_out) / 2, uniform: b = √(6 / (fan_in + fan_out)).
    pub const fn glorot_uniform() -> Self { Self::preset(1.0, FanMode::FanAvg, Distribution::Uniform) }
    /// Scale 1, (fan_in + fan_out) / 2, truncated normal.
    pub const fn glorot_normal() -> Self { Self::preset(1.0, FanMode::FanAvg, Distribution::TruncatedNormal) }
    /// Scale 2, fan_in, uniform: b = √(6 / fan_in).
    pub const fn he_uniform() -> Self { Self::preset(2.0, FanMode::FanIn, Distribution::Uniform) }
    /// Scale 2, fan_in, truncated normal.
    pub const fn he_normal() -> Self { Self::preset(2.0, FanMode::FanIn, Distribution::TruncatedNormal) }
    /// Scale 1, fan_in, uniform: b = √(3 / fan_in).
    pub const fn lecun_uniform() -> Self { Self::preset(1.0, FanMode::FanIn, Distribution::Uniform) }
    /// Scale 1, fan_in, truncated normal.
    pub const fn lecun_normal() -> Self { Self::preset(1.0, FanMode::FanIn, Distribution::TruncatedNormal) }
    /// Scale 1, (fan_in + fan_out) / 2, uniform: the same as [`glorot_uniform`](Self::glorot_uniform).
    pub const fn xavier_uniform() -> Self { Self::preset(1.0, FanMode::FanAvg, Distribution::Uniform) }
    /// Scale 1, (fan_in + fan_out) / 2, normal.
    pub const fn xavier_normal() -> Self { Self::preset(1.0, FanMode::FanAvg, Distribution::UntruncatedNormal) }
    /// Scale 2, fan_in, uniform: the same as [`he_uniform`](Self::he_uniform).
    pub const fn kaiming_uniform() -> Self { Self::preset(2.0, FanMode::FanIn, Distribution::Uniform) }
    /// Scale 2, fan_in, normal.
    pub const fn kaiming_normal() -> Self { Self::preset(2.0, FanMode::FanIn, Distribution::UntruncatedNormal) }
}

impl VarianceScaling {
    /// A variance of scale / n, n by `mode`, in [Keras' layout](Layout::keras).
    ///
    /// # Errors
    /// [`InitError::Parameter`] if `scale` is not positive and finite.
    pub fn new(scale: f64, mode: FanMode, distribution: Distribution) -> Result<Self, InitError> {
        Ok(Self::preset(positive("scale", scale)?, mode, distribution))
    }

    const fn preset(scale: f64, mode: FanMode, distribution: Distribution) -> Self {
        Self { scale, mode, distribution, layout: Layout::keras() }
    }

    /// The same for kernels of another layout.
    pub fn with_layout(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    /// The same with `gain` times the standard deviation: scale × gain².
    ///
    /// # Errors
    /// [`InitError::Parameter`] if `gain`, or the scale with it, is not positive and finite.
    pub fn with_gain(self, gain: f64) -> Result<Self, InitError> {
        let gain = positive("gain", gain)?;
        let scale = positive("scale × gain²", self.scale * gain * gain)?;
        Ok(Self { scale, ..self })
    }

    /// The same, divided by another fan.
    pub fn with_mode(self, mode: FanMode) -> Self {
        Self { mode, ..self }
    }

    /// The same variance in another form.
    pub fn with_distribution(self, distribution: Distribution) -> Self {
        Self { distribution, ..self }
    }

    /// The scale: variance × n.
    #[must_use]
    pub const fn scale(&self) -> f64 {
        self.scale
    }

    /// Which fan the variance is divided by.
    #[must_use]
    pub const fn mode(&self) -> FanMode {
        self.mode
    }

    /// The form of the law.
    #[must_use]
    pub const fn distribution(&self) -> Distribution {
        self.distribution
    }

    /// Which axis of a kernel is which.
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The fans of a kernel of this shape.
    ///
    /// # Errors
    /// If the layout does not fit the shape; see [`Layout::fans`].
    pub fn fans(&self, shape: &[usize]) -> Result<Fans, InitError> {
        self.layout.fans(shape)
    }

    /// The law that the elements of a kernel of this shape are drawn from.
    ///
    /// # Errors
    /// If the layout does not fit the shape, or the scale is so extreme that the law's bounds or
    /// standard deviation overflow or vanish.
    pub fn law(&self, shape: &[usize]) -> Result<Law, InitError> {
        let variance = self.scale / self.mode.n(self.fans(shape)?);
        let std = variance.sqrt();
        Ok(match self.distribution {
            Distribution::Uniform => {
                let bound = (3.0 * variance).sqrt();
                Law::Uniform(Uniform::new(-bound, bound)?)
            }
            Distribution::UntruncatedNormal => Law::Normal(Normal::new(0.0, std)?),
            Distribution::TruncatedNormal => {
                let parent = std / TruncatedNormal::STD_AT_TWO_SIGMAS;
                Law::TruncatedNormal(TruncatedNormal::in_sigmas(0.0, parent, -2.0, 2.0)?)
            }
        })
    }
}

pub(crate) fn positive(name: &'static str, value: f64) -> Result<f64, InitError> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(InitError::Parameter { name, value, rule: "positive and finite" })
    }
}
