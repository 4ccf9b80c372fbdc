//! The one algorithm behind Glorot's, He's and LeCun's initializers: fans → law.

use super::nonlinearity::Nonlinearity;
use crate::error::{InitError, Number, named, positive};
use crate::fans::{FanMode, Fans, Layout};
use crate::laws::{Law, Normal, TruncatedNormal, Uniform};
use std::fmt;
use std::str::FromStr;

/// The form of the law; its variance is the same in each.
///
/// `Display` and `FromStr` have Keras' spelling: `truncated_normal`, `untruncated_normal`, `uniform`.
/// A bare `normal` is the truncated one in Keras and the untruncated one in JAX, so it is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Distribution {
    /// A normal cut at two of its own standard deviations, or at
    /// [another number of them](VarianceScaling::with_cut), widened so that the variance is right.
    #[default]
    TruncatedNormal,
    /// A plain normal.
    UntruncatedNormal,
    /// A uniform law around zero.
    Uniform,
}

impl Distribution {
    /// The forms with their names in the frameworks.
    const NAMES: [(&'static str, Self); 3] = [
        ("truncated_normal", Self::TruncatedNormal),
        ("untruncated_normal", Self::UntruncatedNormal),
        ("uniform", Self::Uniform),
    ];
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(named::name(&Self::NAMES, self))
    }
}

impl FromStr for Distribution {
    type Err = InitError;

    fn from_str(name: &str) -> Result<Self, InitError> {
        named::find(&Self::NAMES, "distribution", name)
    }
}

/// An initializer whose variance is scale / n, n being a fan of the kernel.
///
/// | distribution | law, for v = scale / n |
/// |---|---|
/// | [`Uniform`](Distribution::Uniform) | U\[−b, b], b = √(3 v) |
/// | [`UntruncatedNormal`](Distribution::UntruncatedNormal) | N(0, v) |
/// | [`TruncatedNormal`](Distribution::TruncatedNormal) | N(0, s²) cut at ±2 s, s = √v / 0.87962566103423978 |
///
/// The number in the last line is the standard deviation of a standard normal cut at ±2.
/// [`with_cut`](Self::with_cut) cuts elsewhere.
///
/// A preset has the law and the layout of the framework that its name comes from. `glorot_*`, `he_*` and
/// `lecun_*` are those of Keras and JAX, whose normals are truncated, for [`Layout::keras`];
/// `xavier_*` and `kaiming_*` those of PyTorch and MindSpore, whose normals are not, for
/// [`Layout::torch`], in which a shape with fewer than two axes is an error. The
/// [table of initializers](crate#initializers) has them side by side, with their sources.
///
/// Xavier's formula with gain g, b = g · √(6 / (fan_in + fan_out)), is scale g²:
///
/// ```
/// use ndarray_init::{Distribution, FanMode, Layout, VarianceScaling};
///
/// // tf.keras.initializers.VarianceScaling(scale=4.0, mode="fan_avg", distribution="uniform")
/// let keras = VarianceScaling::new(4.0, FanMode::FanAvg, Distribution::Uniform)?;
/// // mindspore.common.initializer.XavierUniform(gain=2.0)
/// let mindspore = VarianceScaling::xavier_uniform().with_gain(2.0)?;
/// assert_eq!(keras.law(&[3, 3, 64, 128])?, mindspore.law(&[128, 64, 3, 3])?);
/// assert_eq!(keras.with_layout(Layout::torch()), mindspore);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct VarianceScaling {
    scale: f64,
    mode: FanMode,
    distribution: Distribution,
    /// The cut of a truncated normal, in standard deviations of its parent, unless it is that of Keras, JAX and
    /// timm: 2.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    cut: Option<f64>,
    layout: Layout,
}

/// Keras' defaults: scale 1, fan_in, a truncated normal, Keras' layout.
impl Default for VarianceScaling {
    fn default() -> Self {
        Self::lecun_normal()
    }
}

/// The presets and the table of their names.
macro_rules! presets {
    ($($(#[$doc:meta])* $name:ident = $scale:literal $mode:ident $distribution:ident $layout:ident;)*) => {
        impl VarianceScaling {
            /// The presets with their names.
            pub(crate) const PRESETS: &[(&str, Self)] = &[$((stringify!($name), Self::$name())),*];

            $(
                $(#[$doc])*
                pub const fn $name() -> Self {
                    Self {
                        scale: $scale,
                        mode: FanMode::$mode,
                        distribution: Distribution::$distribution,
                        cut: None,
                        layout: Layout::$layout(),
                    }
                }
            )*
        }
    };
}

presets! {
    /// (spatial…, in, out): U\[−b, b], b = √(6 / (fan_in + fan_out)) (Keras, JAX).
    glorot_uniform = 1.0 FanAvg Uniform keras;
    /// (spatial…, in, out): a normal of variance 2 / (fan_in + fan_out), truncated at two sigmas
    /// (Keras, JAX).
    glorot_normal = 1.0 FanAvg TruncatedNormal keras;
    /// (spatial…, in, out): U\[−b, b], b = √(6 / fan_in) (Keras, JAX).
    he_uniform = 2.0 FanIn Uniform keras;
    /// (spatial…, in, out): a normal of variance 2 / fan_in, truncated at two sigmas (Keras, JAX).
    he_normal = 2.0 FanIn TruncatedNormal keras;
    /// (spatial…, in, out): U\[−b, b], b = √(3 / fan_in) (Keras, JAX).
    lecun_uniform = 1.0 FanIn Uniform keras;
    /// (spatial…, in, out): a normal of variance 1 / fan_in, truncated at two sigmas (Keras, JAX).
    lecun_normal = 1.0 FanIn TruncatedNormal keras;
    /// (out, in, spatial…): U\[−b, b], b = √(6 / (fan_in + fan_out)) (PyTorch, MindSpore).
    ///
    /// For (in, out), as in `x.dot(&w)`: [`glorot_uniform`](Self::glorot_uniform), or
    /// [`with_layout`](Self::with_layout).
    xavier_uniform = 1.0 FanAvg Uniform torch;
    /// (out, in, spatial…): a normal of variance 2 / (fan_in + fan_out) (PyTorch, MindSpore).
    ///
    /// For (in, out), as in `x.dot(&w)`: [`glorot_normal`](Self::glorot_normal), which is truncated,
    /// or [`with_layout`](Self::with_layout).
    xavier_normal = 1.0 FanAvg UntruncatedNormal torch;
    /// (out, in, spatial…): U\[−b, b], b = √(6 / fan_in) (PyTorch, MindSpore).
    ///
    /// For (in, out), as in `x.dot(&w)`: [`he_uniform`](Self::he_uniform), or
    /// [`with_layout`](Self::with_layout).
    kaiming_uniform = 2.0 FanIn Uniform torch;
    /// (out, in, spatial…): a normal of variance 2 / fan_in (PyTorch, MindSpore).
    ///
    /// For (in, out), as in `x.dot(&w)`: [`he_normal`](Self::he_normal), which is truncated, or
    /// [`with_layout`](Self::with_layout).
    kaiming_normal = 2.0 FanIn UntruncatedNormal torch;
}

impl VarianceScaling {
    /// A variance of scale / n, n by `mode`, in [Keras' layout](Layout::keras).
    ///
    /// # Errors
    /// [`InitError::Parameter`] if `scale` is not positive and finite.
    pub fn new(scale: f64, mode: FanMode, distribution: Distribution) -> Result<Self, InitError> {
        let scale = positive("scale", scale)?;
        Ok(Self { scale, mode, distribution, cut: None, layout: Layout::keras() })
    }

    /// The law that suits a nonlinearity after the layer: its [gain](Nonlinearity::gain)² as the
    /// scale, in [Keras' layout](Layout::keras).
    ///
    /// The scale is exact: 2 for ReLU, 2 / (1 + a²) for a leaky one, 25/9 for tanh, 9/16 for SELU.
    ///
    /// ```
    /// use ndarray_init::{Distribution, FanMode, Nonlinearity, VarianceScaling};
    ///
    /// let (relu, fan_in) = (Nonlinearity::Relu, FanMode::FanIn);
    /// let he = VarianceScaling::for_nonlinearity(relu, fan_in, Distribution::TruncatedNormal)?;
    /// assert_eq!(he, VarianceScaling::he_normal());
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Nonlinearity::gain`].
    pub fn for_nonlinearity(
        nonlinearity: Nonlinearity,
        mode: FanMode,
        distribution: Distribution,
    ) -> Result<Self, InitError> {
        Self::new(nonlinearity.gain_squared()?, mode, distribution)
    }

    /// This configuration for kernels of another layout.
    pub fn with_layout(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    /// This configuration with `gain` times the standard deviation: scale × gain².
    ///
    /// The gain comes on top of the one that the configuration has already. `he_*` and `kaiming_*` have
    /// ReLU's: with [`Relu.gain()`](Nonlinearity::gain) they would have it twice. To choose the
    /// nonlinearity, use [`for_nonlinearity`](Self::for_nonlinearity).
    ///
    /// # Errors
    /// [`InitError::Parameter`] if `gain`, or the scale with it, is not positive and finite.
    pub fn with_gain(self, gain: f64) -> Result<Self, InitError> {
        let gain = positive("gain", gain)?;
        let scale = positive("scale × gain²", self.scale * gain * gain)?;
        Ok(Self { scale, ..self })
    }

    /// This configuration with the variance divided by another fan.
    pub fn with_mode(self, mode: FanMode) -> Self {
        Self { mode, ..self }
    }

    /// This variance in another form; a truncated normal is cut at two sigmas.
    pub fn with_distribution(self, distribution: Distribution) -> Self {
        Self { distribution, cut: None, ..self }
    }

    /// This variance as a normal truncated at ±`sigmas` standard deviations of its parent.
    ///
    /// The parent's standard deviation is √v / σ(c), for c = `sigmas` and σ(c) the standard deviation
    /// of a standard normal cut at ±c: 0.87963 for 2, 0.98658 for 3.
    ///
    /// ```
    /// use ndarray_init::VarianceScaling;
    ///
    /// let kernel = VarianceScaling::lecun_normal().with_cut(3.0)?;
    /// assert_eq!(kernel.law(&[256, 128])?.to_string(), "N(0, 0.06335²) on [-0.19005, 0.19005]");
    /// assert!((kernel.law(&[256, 128])?.std_dev() - 1.0 / 16.0).abs() < 1e-15);
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    ///
    /// # Errors
    /// [`InitError::Parameter`] if `sigmas` is not positive and finite.
    pub fn with_cut(self, sigmas: f64) -> Result<Self, InitError> {
        let cut = Some(positive("cut", sigmas)?).filter(|&cut| cut != 2.0);
        Ok(Self { distribution: Distribution::TruncatedNormal, cut, ..self })
    }

    /// The scale: variance × n.
    pub const fn scale(&self) -> f64 {
        self.scale
    }

    /// The fan that the variance is divided by.
    pub const fn mode(&self) -> FanMode {
        self.mode
    }

    /// The form of the law.
    pub const fn distribution(&self) -> Distribution {
        self.distribution
    }

    /// The cut of a truncated normal, in standard deviations of its parent; `None` for other forms.
    pub fn cut(&self) -> Option<f64> {
        (self.distribution == Distribution::TruncatedNormal).then_some(self.cut.unwrap_or(2.0))
    }

    /// The standard deviation of a standard normal held within the cut.
    pub(crate) fn std_at_cut(&self) -> f64 {
        let cut = self.cut.unwrap_or(2.0);
        let standard = TruncatedNormal::in_sigmas(0.0, 1.0, -cut, cut);
        standard.expect("a cut is positive and finite").std_dev()
    }

    /// The layout of the kernel.
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
    /// If the layout does not fit the shape; and those of [`law_for`](Self::law_for).
    pub fn law(&self, shape: &[usize]) -> Result<Law, InitError> {
        self.law_for(self.fans(shape)?)
    }

    /// The law for these fans, whichever kernel has them; the layout is not used.
    ///
    /// ```
    /// use ndarray_init::{Fans, VarianceScaling};
    ///
    /// // A kernel that shares its weights between four places: each output sees 4 · 64 inputs.
    /// let law = VarianceScaling::lecun_uniform().law_for(Fans { fan_in: 256, fan_out: 64 })?;
    /// assert_eq!(law.to_string(), "U[-0.10825, 0.10825]");
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    ///
    /// # Errors
    /// If the scale is so extreme that the law's bounds or standard deviation overflow or vanish.
    pub fn law_for(&self, fans: Fans) -> Result<Law, InitError> {
        let variance = self.scale / self.mode.n(fans);
        Ok(match self.distribution {
            Distribution::Uniform => {
                let bound = (3.0 * variance).sqrt();
                Law::Uniform(Uniform::new(-bound, bound)?)
            }
            Distribution::UntruncatedNormal => Law::Normal(Normal::new(0.0, variance.sqrt())?),
            Distribution::TruncatedNormal => {
                let (cut, std) = (self.cut.unwrap_or(2.0), variance.sqrt() / self.std_at_cut());
                Law::TruncatedNormal(TruncatedNormal::in_sigmas(0.0, std, -cut, cut)?)
            }
        })
    }
}

/// The configuration in one line, such as `variance_scaling(scale 2, fan_in, truncated_normal, keras)`, with
/// `truncated_normal at ±3 sigmas` for another cut than two.
impl fmt::Display for VarianceScaling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scale, mode, distribution, cut, layout } = self;
        write!(f, "variance_scaling(scale {scale}, {mode}, {distribution}")?;
        if let Some(cut) = *cut {
            write!(f, " at ±{} sigmas", Number(cut))?;
        }
        write!(f, ", {layout})")
    }
}
