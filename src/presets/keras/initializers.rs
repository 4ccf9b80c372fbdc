//! `keras.initializers`, one function each.

use super::super::or;
use crate::fill::Element;
use crate::error::InitError;
use crate::fans::FanMode;
use crate::laws::{Normal, TruncatedNormal, Uniform};
use crate::scaling::{Distribution, VarianceScaling};
use crate::structured::Orthogonal;
use crate::structured::{Constant, Identity, Ones, Stft, StftScaling, StftSide, StftWindow, Zeros};

/// `Zeros`: 0.
///
/// ```
/// use ndarray_init::{Zeros, presets::keras};
///
/// assert_eq!(keras::zeros(), Zeros);
/// ```
#[must_use]
pub const fn zeros() -> Zeros {
    Zeros
}

/// `Ones`: 1.
///
/// ```
/// use ndarray_init::{Ones, presets::keras};
///
/// assert_eq!(keras::ones(), Ones);
/// ```
#[must_use]
pub const fn ones() -> Ones {
    Ones
}

/// `Constant`: value; 0 by default. An array is an initializer by itself, and is broadcast.
///
/// ```
/// use ndarray_init::{Constant, presets::keras};
///
/// assert_eq!(keras::constant(0.5), Constant(0.5));
/// assert_eq!(keras::constant::<f32>(None), Constant(0.0));
/// ```
#[must_use]
pub fn constant<A: Element>(value: impl Into<Option<A>>) -> Constant<A> {
    Constant(or(value, A::default()))
}

/// `Identity`: gain · I, padded with zeros; gain 1 by default.
///
/// Keras 3 writes no gain when it saves one, so that it comes back as 1.
///
/// ```
/// use ndarray_init::{Identity, presets::keras};
///
/// assert_eq!(keras::identity(2.0)?, Identity::new(2.0)?);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn identity(gain: impl Into<Option<f64>>) -> Result<Identity, InitError> {
    Identity::new(or(gain, 1.0))
}

/// `RandomNormal`: N(mean, stddev²); mean 0 and stddev 0.05 by default.
///
/// ```
/// use ndarray_init::presets::keras;
///
/// // RandomNormal()
/// assert_eq!(keras::random_normal(None, None)?.to_string(), "N(0, 0.05²)");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn random_normal(
    mean: impl Into<Option<f64>>,
    stddev: impl Into<Option<f64>>,
) -> Result<Normal, InitError> {
    Normal::new(or(mean, 0.0), or(stddev, 0.05))
}

/// `TruncatedNormal`: N(mean, stddev²) on mean ± 2 stddev; mean 0 and stddev 0.05 by default.
///
/// As in Keras, stddev is that of the normal before it is cut; the law's own is 0.8796 times that.
/// On the PyTorch backend, four elements in a million lie outside.
///
/// ```
/// use ndarray_init::presets::keras;
///
/// // TruncatedNormal(stddev=0.02)
/// let law = keras::truncated_normal(None, 0.02)?;
/// assert_eq!(law.to_string(), "N(0, 0.02²) on [-0.04, 0.04]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn truncated_normal(
    mean: impl Into<Option<f64>>,
    stddev: impl Into<Option<f64>>,
) -> Result<TruncatedNormal, InitError> {
    TruncatedNormal::in_sigmas(or(mean, 0.0), or(stddev, 0.05), -2.0, 2.0)
}

/// `RandomUniform`: U\[minval, maxval]; ±0.05 by default.
///
/// ```
/// use ndarray_init::presets::keras;
///
/// // RandomUniform()
/// assert_eq!(keras::random_uniform(None, None)?.to_string(), "U[-0.05, 0.05]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn random_uniform(
    minval: impl Into<Option<f64>>,
    maxval: impl Into<Option<f64>>,
) -> Result<Uniform, InitError> {
    Uniform::new(or(minval, -0.05), or(maxval, 0.05))
}

/// `VarianceScaling`: variance scale / n; scale 1, `fan_in` and a truncated normal by default.
///
/// `"normal"`, an older name, is the truncated normal, too.
///
/// ```
/// use ndarray_init::{Distribution, FanMode, presets::keras};
///
/// // VarianceScaling(4.0, "fan_avg", "uniform")
/// let initializer = keras::variance_scaling(4.0, FanMode::FanAvg, Distribution::Uniform)?;
/// assert_eq!(initializer.law(&[256, 128])?.to_string(), "U[-0.25, 0.25]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn variance_scaling(
    scale: impl Into<Option<f64>>,
    mode: impl Into<Option<FanMode>>,
    distribution: impl Into<Option<Distribution>>,
) -> Result<VarianceScaling, InitError> {
    VarianceScaling::new(
        or(scale, 1.0),
        or(mode, FanMode::FanIn),
        or(distribution, Distribution::TruncatedNormal),
    )
}

/// `GlorotUniform`: U\[−b, b], b = √(6 / (fan_in + fan_out)).
///
/// ```
/// use ndarray_init::presets::keras;
///
/// // GlorotUniform()
/// assert_eq!(keras::glorot_uniform().law(&[256, 128])?.to_string(), "U[-0.125, 0.125]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub const fn glorot_uniform() -> VarianceScaling {
    VarianceScaling::glorot_uniform()
}

/// `GlorotNormal`: a normal of variance 2 / (fan_in + fan_out), cut at two sigmas.
///
/// ```
/// use ndarray_init::presets::keras;
///
/// // GlorotNormal()
/// let law = keras::glorot_normal().law(&[256, 128])?;
/// assert_eq!(law.to_string(), "N(0, 0.082045²) on [-0.16409, 0.16409]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub const fn glorot_normal() -> VarianceScaling {
    VarianceScaling::glorot_normal()
}

/// `LecunUniform`: U\[−b, b], b = √(3 / fan_in).
///
/// ```
/// use ndarray_init::presets::keras;
///
/// // LecunUniform()
/// assert_eq!(keras::lecun_uniform().law(&[256, 128])?.to_string(), "U[-0.10825, 0.10825]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub const fn lecun_uniform() -> VarianceScaling {
    VarianceScaling::lecun_uniform()
}

/// `LecunNormal`: a normal of variance 1 / fan_in, cut at two sigmas.
///
/// ```
/// use ndarray_init::presets::keras;
///
/// // LecunNormal()
/// let law = keras::lecun_normal().law(&[256, 128])?;
/// assert_eq!(law.to_string(), "N(0, 0.071053²) on [-0.14211, 0.14211]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub const fn lecun_normal() -> VarianceScaling {
    VarianceScaling::lecun_normal()
}

/// `HeUniform`: U\[−b, b], b = √(6 / fan_in).
///
/// ```
/// use ndarray_init::presets::keras;
///
/// // HeUniform()
/// assert_eq!(keras::he_uniform().law(&[256, 128])?.to_string(), "U[-0.15309, 0.15309]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub const fn he_uniform() -> VarianceScaling {
    VarianceScaling::he_uniform()
}

/// `HeNormal`: a normal of variance 2 / fan_in, cut at two sigmas.
///
/// ```
/// use ndarray_init::presets::keras;
///
/// // HeNormal()
/// let law = keras::he_normal().law(&[256, 128])?;
/// assert_eq!(law.to_string(), "N(0, 0.10048²) on [-0.20097, 0.20097]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub const fn he_normal() -> VarianceScaling {
    VarianceScaling::he_normal()
}

/// `Orthogonal`: a random orthogonal matrix times gain, its columns the last axis; gain 1 by
/// default.
///
/// ```
/// use ndarray_init::{Orthogonal, presets::keras};
///
/// assert_eq!(keras::orthogonal(2.0)?, Orthogonal::new(2.0)?);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn orthogonal(gain: impl Into<Option<f64>>) -> Result<Orthogonal, InitError> {
    Orthogonal::new(or(gain, 1.0))
}

/// `STFT`: a short-time Fourier transform; by default its real side, under a symmetric Hann window
/// that is scaled to a density.
///
/// Keras' `window=None` is `.with_window(None)`, and `scaling=None` is `.with_scaling(None)`.
///
/// ```
/// use ndarray_init::{Stft, StftSide, presets::keras};
///
/// assert_eq!(keras::stft(None, None, None, None), Stft::default());
/// let imaginary = keras::stft(StftSide::Imaginary, None, None, None).with_window(None);
/// assert_eq!(imaginary.window(), None);
/// ```
pub fn stft(
    side: impl Into<Option<StftSide>>,
    window: impl Into<Option<StftWindow>>,
    scaling: impl Into<Option<StftScaling>>,
    periodic: impl Into<Option<bool>>,
) -> Stft {
    Stft::default()
        .with_side(or(side, StftSide::Real))
        .with_window(or(window, StftWindow::Hann))
        .with_scaling(or(scaling, StftScaling::Density))
        .with_periodic(or(periodic, false))
}
