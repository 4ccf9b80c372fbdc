//! The kernels of a network of sines.

use crate::error::{InitError, positive};
use crate::fans::{FanMode, Layout};
use crate::laws::{Law, Uniform};

/// The kernels of a SIREN, a network of sines: layers sin(ω₀ (x W + b)).
///
/// | kernel | law, for n = fan_in |
/// |---|---|
/// | [`first`](Self::first) | U\[−1/n, 1/n] |
/// | [`later`](Self::later) | U\[−√(6/n) / ω₀, √(6/n) / ω₀] |
///
/// The paper derives a standard normal for the argument of a later sine, under the assumption that the phase of
/// the sine before is uniform. By measurement, and by s² = 1 − exp(−2 s²), the argument is a normal with a
/// standard deviation of 0.89, at any depth and for any ω₀. The last layer, though linear, is a later one. The
/// layout is [Keras'](Layout::keras), unless [another](Self::with_layout) is named. Biases in the authors' code
/// have PyTorch's default: [`TorchDefault::bias_law`](crate::TorchDefault::bias_law), in the layout of the kernel.
///
/// Source: Sitzmann et al. 2020, Implicit Neural Representations with Periodic Activation
/// Functions, section 3.2.
///
/// ```
/// use ndarray_init::ndarray::Array2;
/// use ndarray_init::{InitExt, Key, Siren};
///
/// // From two coordinates to three colors.
/// let key = Key::new(1);
/// let first = Array2::<f32>::init((2, 256), &Siren::first(), key.fork("0"))?;
/// let later = Siren::later(Siren::OMEGA_0)?;
/// let hidden = Array2::<f32>::init((256, 256), &later, key.fork("1"))?;
/// let last = Array2::<f32>::init((256, 3), &later, key.fork("2"))?;
/// assert_eq!(later.law(&[256, 3])?.to_string(), "U[-0.0051031, 0.0051031]");
/// # assert!(first.iter().all(|w| w.abs() <= 0.5) && hidden.len() > last.len());
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Siren {
    #[cfg_attr(feature = "serde", serde(flatten))]
    layer: Layer,
    layout: Layout,
}

#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(tag = "layer", rename_all = "snake_case"))]
enum Layer {
    First,
    Later { omega_0: f64 },
}

impl Siren {
    /// The paper's ω₀.
    pub const OMEGA_0: f64 = 30.0;

    /// The kernel of the first layer.
    pub const fn first() -> Self {
        Self { layer: Layer::First, layout: Layout::keras() }
    }

    /// The kernel of any layer but the first, with that layer's ω₀.
    ///
    /// # Errors
    /// [`InitError::Parameter`] if ω₀ is not positive and finite.
    pub fn later(omega_0: f64) -> Result<Self, InitError> {
        let omega_0 = positive("omega_0", omega_0)?;
        Ok(Self { layer: Layer::Later { omega_0 }, layout: Layout::keras() })
    }

    /// ω₀ of the layer; `None` for the first layer, whose law does not depend on it.
    pub const fn omega_0(&self) -> Option<f64> {
        match self.layer {
            Layer::First => None,
            Layer::Later { omega_0 } => Some(omega_0),
        }
    }

    /// The layout of the kernel.
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// This law for kernels of another layout.
    pub fn with_layout(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    /// The law that the elements of a kernel of this shape are drawn from.
    ///
    /// # Errors
    /// If the layout does not fit the shape, or ω₀ is so extreme that the bound overflows or
    /// vanishes.
    pub fn law(&self, shape: &[usize]) -> Result<Law, InitError> {
        let n = FanMode::FanIn.n(self.layout.fans(shape)?);
        let bound = match self.layer {
            Layer::First => 1.0 / n,
            Layer::Later { omega_0 } => (6.0 / n).sqrt() / omega_0,
        };
        Ok(Uniform::new(-bound, bound)?.into())
    }
}
