//! Kernels of short-time Fourier transforms.

use crate::fill::Element;
use crate::error::{InitError, Number};
use crate::fill::{self, Region};
use crate::initializer::{Initializer, Structure, Values};
use crate::math::cosine;
use crate::stream::Key;
use ndarray::{ArrayViewMutD, Axis};

/// The kernel of a convolution that computes one side of a short-time Fourier transform: Keras'
/// `STFT`.
///
/// For shapes (frame, 1, bins), that is a window of `frame` samples, one channel, and the bins of
/// a transform of N = 2 (bins − 1) samples that are not each other's conjugates:
///
/// | side | w\[t, 0, k] |
/// |---|---|
/// | [`Real`](StftSide::Real) | window\[t] / s · cos(2π t k / N) |
/// | [`Imaginary`](StftSide::Imaginary) | −window\[t] / s · sin(2π t k / N) |
///
/// s is √∑ window², ∑ |window| or 1, by the [`StftScaling`]; without a window, both are left out.
/// The window covers the frame, whatever N is.
///
/// t k is reduced modulo N as an integer, so that bins are as accurate at the end of a long frame
/// as at its beginning, and zeros are zeros; Keras rounds the phase. The key is not used.
///
/// Filling an array is an error unless its shape is (frame, 1, bins) with at least 2 bins, the
/// frame is as long as a custom window, whose weights must be finite, and a window that is scaled
/// is not 0 everywhere, as symmetric ones of two samples are. Keras takes any number for the
/// second axis, and NaN for one bin and for such a window.
///
/// ```
/// use ndarray_init::ndarray::Array3;
/// use ndarray_init::{InitExt, Key, Stft, StftSide};
///
/// let real = Stft::default();
/// let imaginary = Stft::default().with_side(StftSide::Imaginary);
/// let real = Array3::<f64>::init((16, 1, 9), &real, Key::new(1))?;
/// let imaginary = Array3::<f64>::init((16, 1, 9), &imaginary, Key::new(1))?;
/// // A tone of three periods in 16 samples is loudest in bin 3.
/// let tone = |t: usize| (6.0 * std::f64::consts::PI * t as f64 / 16.0).cos();
/// let power = |k: usize| {
///     let side = |w: &Array3<f64>| (0..16).map(|t| w[[t, 0, k]] * tone(t)).sum::<f64>();
///     side(&real).powi(2) + side(&imaginary).powi(2)
/// };
/// assert!((0..9).all(|k| power(k) <= power(3)));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[must_use]
pub struct Stft {
    side: StftSide,
    window: Option<StftWindow>,
    scaling: Option<StftScaling>,
    periodic: bool,
}

/// Which part of a complex transform is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum StftSide {
    /// The real part: cosines.
    #[default]
    Real,
    /// The imaginary part: negative sines.
    Imaginary,
}

/// What a window is divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum StftScaling {
    /// √∑ window²: squared magnitudes are a density of power.
    #[default]
    Density,
    /// ∑ |window|: magnitudes are those of the tones.
    Spectrum,
}

/// The weights of a frame's samples.
///
/// With x = 2π t / M, M being frame − 1, or frame if the window is periodic. A frame of one sample
/// has the weight 1.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum StftWindow {
    /// 0.5 − 0.5 cos x.
    #[default]
    Hann,
    /// 0.54 − 0.46 cos x.
    Hamming,
    /// 0.42 − 0.5 cos x + 0.08 cos 2x.
    Blackman,
    /// A triangle: 1 − |2 t / M − 1|.
    Bartlett,
    /// 1.
    #[cfg_attr(feature = "serde", serde(alias = "boxcar"))]
    Rectangular,
    /// Weights as they are, one for each sample of the frame.
    Custom(Vec<f64>),
}

/// Keras' defaults: the real side, a symmetric Hann window, scaled to a density.
impl Default for Stft {
    fn default() -> Self {
        Self {
            side: StftSide::Real,
            window: Some(StftWindow::Hann),
            scaling: Some(StftScaling::Density),
            periodic: false,
        }
    }
}

impl Stft {
    /// The same for this side.
    pub fn with_side(self, side: StftSide) -> Self {
        Self { side, ..self }
    }

    /// The same with this window, or with none, whatever the scaling.
    pub fn with_window(self, window: impl Into<Option<StftWindow>>) -> Self {
        Self { window: window.into(), ..self }
    }

    /// The same with a window that is scaled like this, or not at all.
    pub fn with_scaling(self, scaling: impl Into<Option<StftScaling>>) -> Self {
        Self { scaling: scaling.into(), ..self }
    }

    /// The same with a window that is periodic, or else symmetric. A custom one is what it is.
    pub fn with_periodic(self, periodic: bool) -> Self {
        Self { periodic, ..self }
    }

    /// Which part of the transform is computed.
    #[must_use]
    pub const fn side(&self) -> StftSide {
        self.side
    }

    /// The weights of a frame's samples.
    #[must_use]
    pub const fn window(&self) -> Option<&StftWindow> {
        self.window.as_ref()
    }

    /// What the window is divided by.
    #[must_use]
    pub const fn scaling(&self) -> Option<StftScaling> {
        self.scaling
    }

    /// Whether the window is periodic.
    #[must_use]
    pub const fn is_periodic(&self) -> bool {
        self.periodic
    }

    /// Puts the weights of a frame, which a custom window fits, into an empty list; or returns the rule
    /// that the frame breaks.
    fn weigh(&self, frame: usize, weights: &mut Vec<f64>) -> Result<(), String> {
        let Some(window) = &self.window else {
            weights.resize(frame, 1.0);
            return Ok(());
        };
        window.weigh(frame, self.periodic, weights);
        let Some(scaling) = self.scaling else { return Ok(()) };
        // Squares of any weights fit once the largest is 1.
        let largest = weights.iter().fold(0.0, |largest: f64, w| largest.max(w.abs()));
        if largest == 0.0 {
            return Err("a frame whose window is not 0 everywhere".to_owned());
        }
        let relative = weights.iter().map(|w| w / largest);
        let sum = match scaling {
            StftScaling::Density => relative.map(|w| w * w).sum::<f64>().sqrt(),
            StftScaling::Spectrum => relative.map(f64::abs).sum(),
        };
        for w in weights {
            *w = *w / largest / sum;
        }
        Ok(())
    }
}

impl StftWindow {
    fn weigh(&self, frame: usize, periodic: bool, weights: &mut Vec<f64>) {
        if let Self::Custom(own) = self {
            return weights.extend(own);
        }
        let period = if periodic { frame } else { frame.saturating_sub(1) };
        let weight = |t: usize| match self {
            _ if frame == 1 => 1.0,
            Self::Hann => 0.5 - 0.5 * cosine(4 * t, period),
            Self::Hamming => 0.54 - 0.46 * cosine(4 * t, period),
            Self::Blackman => {
                // The sum of three terms, as a product that is 0 at the ends.
                let cosine = cosine(4 * t, period);
                (1.0 - cosine) * (0.34 - 0.16 * cosine)
            }
            Self::Bartlett => 2.0 * t.min(period - t) as f64 / period as f64,
            Self::Rectangular | Self::Custom(_) => 1.0,
        };
        weights.extend((0..frame).map(weight));
    }
}

impl<A: Element> Initializer<A> for Stft {
    fn values(&self, shape: &[usize], _: Key) -> Result<Values<A>, InitError> {
        let refused = |rule| InitError::Shape { initializer: "STFT", rule, shape: shape.to_vec() };
        let (frame, bins) = match *shape {
            [frame, 1, bins] if bins >= 2 => (frame, bins),
            _ => return Err(refused("axes (frame, 1, bins) with at least 2 bins".to_owned())),
        };
        if let Some(StftWindow::Custom(weights)) = &self.window {
            if weights.len() != frame {
                let samples = weights.len();
                return Err(refused(format!("a frame of {samples} samples, as its window has")));
            }
            for &value in weights {
                if !value.is_finite() {
                    let (name, rule) = ("a weight of a window", "finite");
                    return Err(InitError::Parameter { name, value, rule });
                }
            }
        }
        let mut weights = fill::room::<A, _>(frame, shape)?;
        self.weigh(frame, &mut weights).map_err(refused)?;
        if let Some(&weight) = weights.iter().find(|w| w.abs() > A::GREATEST_VALUE) {
            return Err(InitError::Unrepresentable {
                law: format!("a window's weight {}", Number(weight)),
                element: A::ELEMENT_NAME,
                rule: "it is too large",
            });
        }
        let length = (bins - 1).saturating_mul(2);
        // −sin x is cos(x + π/2).
        let shift = match self.side {
            StftSide::Real => 0,
            StftSide::Imaginary => length,
        };
        let mut wave = fill::room::<A, _>(length, shape)?;
        wave.extend((0..length).map(|phase| cosine(4 * phase + shift, length)));
        Ok(Values::structured(shape, Transform { weights, wave, region: Region::whole(shape) }))
    }
}

/// The weights of the samples, and one period of the wave that every bin steps through.
#[derive(Debug)]
struct Transform {
    weights: Vec<f64>,
    wave: Vec<f64>,
    /// The part of the kernel that is written.
    region: Region,
}

impl<A: Element> Structure<A> for Transform {
    fn write(&self, mut array: ArrayViewMutD<'_, A>) {
        let Self { weights, wave, region } = self;
        let length = wave.len();
        // Phases go round, also where their products would not fit.
        let phase_of = |t: usize, bin: usize| (t as u128 * bin as u128 % length as u128) as usize;
        for (i, mut bins) in array.axis_iter_mut(Axis(0)).enumerate() {
            let t = region.coordinate(0, i);
            let step = phase_of(t, region.steps()[2]);
            let mut phase = phase_of(t, region.offset()[2]);
            for element in &mut bins {
                // Of two zeros, the positive one.
                let value = weights[t] * wave[phase] + 0.0;
                *element = A::nearest_to(value);
                phase += step;
                if phase >= length {
                    phase -= length;
                }
            }
        }
    }

    fn part(self: Box<Self>, region: &Region, shape: &[usize]) -> Result<Values<A>, InitError> {
        Ok(Values::structured(shape, Self { region: region.clone(), ..*self }))
    }
}
