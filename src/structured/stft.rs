//! Kernels of short-time Fourier transforms, public as `presets::keras::Stft`.

use crate::element::unrepresentable;
use crate::error::{InitError, Number, finite, named};
use crate::fill::{self, Element};
use crate::initializer::{Initializer, Values};
use crate::math::cosine;
use crate::stream::Key;
use ndarray::ArcArray;

/// Keras' `STFT`: a convolution that computes one side of a short-time Fourier transform.
///
/// A kernel has the shape (frame, 1, bins). With N = 2 (bins − 1), its elements w\[t, 0, k] are
///
/// - window\[t] / s · cos(2π t k / N) on the real side,
/// - −window\[t] / s · sin(2π t k / N) on the imaginary side.
///
/// s is √∑ window² for the scaling `"density"`, ∑ |window| for `"spectrum"`, and 1 without a scaling. The windows
/// are, with x = 2π t / M and M = frame if periodic, else frame − 1:
/// `"hann"`: 0.5 − 0.5 cos x; `"hamming"`: 0.54 − 0.46 cos x; `"blackman"`: 0.42 − 0.5 cos x + 0.08 cos 2x;
/// `"bartlett"`: 1 − |2 t / M − 1|; `"rectangular"` or `"boxcar"`: 1.
///
/// Another shape is an error, and so are fewer than 2 bins, a window of weights that is not as long as the
/// frame, and a scaled window that is 0 everywhere. The key is not used.
///
/// ```
/// use ndarray_init::{InitExt, Key, ndarray::Array3, presets::keras::Stft};
///
/// // STFT("imag", window=None)
/// let sines = Stft::new("imag", None, Some("density"), false)?;
/// let sines = Array3::<f64>::init((4, 1, 3), &sines, Key::new(1))?;
/// assert_eq!(sines.as_slice(), Some(&[0., 0., 0., 0., -1., 0., 0., 0., 0., 0., 1., 0.][..]));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Stft {
    side: String,
    window: Option<Window>,
    scaling: Option<String>,
    periodic: bool,
}

#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(untagged))]
#[cfg_attr(
    feature = "serde",
    serde(expecting = "window must be the name of a window or a list of weights")
)]
pub(crate) enum Window {
    Named(String),
    Weights(Vec<f64>),
}

type Table<T, const N: usize> = [(&'static str, T); N];
/// The quarter turns that a cosine is ahead: −sin x is cos(x + π/2).
const SIDES: Table<usize, 2> = [("real", 0), ("imag", 1)];
/// By weights and the largest of them, since squares of any weights fit once the largest is 1.
const SCALINGS: Table<fn(&[f64], f64) -> f64, 2> = [
    ("density", |window, max| window.iter().map(|w| (w / max).powi(2)).sum::<f64>().sqrt()),
    ("spectrum", |window, max| window.iter().map(|w| (w / max).abs()).sum()),
];
/// Weights by cos x and by the distance from the nearer end in units of M.
const WINDOWS: Table<fn(f64, f64) -> f64, 6> = [
    ("hann", |cos, _| 0.5 - 0.5 * cos),
    ("hamming", |cos, _| 0.54 - 0.46 * cos),
    // The sum of three terms, as a product that is 0 at the ends.
    ("blackman", |cos, _| (1.0 - cos) * (0.34 - 0.16 * cos)),
    ("bartlett", |_, distance| 2.0 * distance),
    ("rectangular", |_, _| 1.0),
    ("boxcar", |_, _| 1.0),
];

impl Stft {
    /// `STFT(side, window, scaling, periodic)`, whose defaults are `"real"`, `"hann"`, `"density"` and false.
    ///
    /// # Errors
    /// [`InitError::Name`] if there is no side, window or scaling of that name.
    pub fn new(
        side: &str,
        window: Option<&str>,
        scaling: Option<&str>,
        periodic: bool,
    ) -> Result<Self, InitError> {
        let window = window.map(|name| Window::Named(name.to_owned()));
        Self::of(side.to_owned(), window, scaling.map(ToOwned::to_owned), periodic)
    }

    pub(crate) fn of(
        side: String,
        window: Option<Window>,
        scaling: Option<String>,
        periodic: bool,
    ) -> Result<Self, InitError> {
        named::find(&SIDES, "side", &side)?;
        match &window {
            Some(Window::Named(name)) => drop(named::find(&WINDOWS, "window", name)?),
            Some(Window::Weights(weights)) => {
                weights.iter().try_for_each(|&w| finite("a weight of a window", w).map(drop))?;
            }
            None => {}
        }
        scaling.as_ref().map(|name| named::find(&SCALINGS, "scaling", name)).transpose()?;
        Ok(Self { side, window, scaling, periodic })
    }

    /// This transform with these weights as its window, one for each sample of the frame.
    ///
    /// # Errors
    /// [`InitError::Parameter`] if a weight is not finite.
    pub fn with_window(self, weights: Vec<f64>) -> Result<Self, InitError> {
        Self::of(self.side, Some(Window::Weights(weights)), self.scaling, self.periodic)
    }
}

impl<A: Element> Initializer<A> for Stft {
    fn values(&self, shape: &[usize], _: Key) -> Result<Values<A>, InitError> {
        let refused = |rule| Err(InitError::shape("STFT", rule, shape));
        let (frame, bins) = match *shape {
            [frame, 1, bins] if bins >= 2 => (frame, bins),
            _ => return refused("axes (frame, 1, bins) with at least 2 bins".to_owned()),
        };
        let mut window = fill::room::<A, f64>(frame, shape)?;
        match &self.window {
            Some(Window::Weights(own)) if own.len() != frame => {
                return refused(format!("a frame of {} samples, as its window has", own.len()));
            }
            Some(Window::Weights(own)) => window.extend(own),
            Some(Window::Named(name)) if frame > 1 => {
                let weight = named::find(&WINDOWS, "window", name)?;
                let m = if self.periodic { frame } else { frame - 1 };
                let distance = |t: usize| t.min(m - t) as f64 / m as f64;
                window.extend((0..frame).map(|t| weight(cosine(4 * t, m), distance(t))));
            }
            _ => window.resize(frame, 1.0),
        }
        if let (Some(_), Some(scaling)) = (&self.window, &self.scaling) {
            let largest = window.iter().fold(0.0, |largest: f64, w| largest.max(w.abs()));
            if largest == 0.0 {
                return refused("a frame whose window is not 0 everywhere".to_owned());
            }
            let sum = named::find(&SCALINGS, "scaling", scaling)?(&window, largest);
            for w in &mut window {
                *w = *w / largest / sum;
            }
        }
        if let Some(&weight) = window.iter().find(|w| w.abs() > A::GREATEST_VALUE) {
            let weight = format_args!("a window's weight {}", Number(weight));
            return Err(unrepresentable::<A>(&weight, "it is too large"));
        }
        let n = (bins - 1).saturating_mul(2);
        let ahead = named::find(&SIDES, "side", &self.side)? * n;
        let mut kernel = fill::room::<A, A>(frame.saturating_mul(bins), shape)?;
        for (t, weight) in window.iter().enumerate() {
            for k in 0..bins {
                // An integer modulo N: late samples are as accurate as early ones.
                let phase = (t as u128 * k as u128 % n as u128) as usize;
                // Of two zeros, the positive one.
                kernel.push(A::nearest_to(weight * cosine(4 * phase + ahead, n) + 0.0));
            }
        }
        let kernel = ArcArray::from_shape_vec((frame, 1, bins), kernel);
        Values::array(kernel.expect("as many elements").into_dyn(), shape)
    }
}
