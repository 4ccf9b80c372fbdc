//! `keras.initializers`, one function each.

use super::super::or;
use crate::element::Element;
use crate::error::InitError;
use crate::fans::FanMode;
use crate::laws::{Normal, TruncatedNormal, Uniform};
use crate::scaling::{Distribution, VarianceScaling};
#[cfg(feature = "orthogonal")]
use crate::structured::Orthogonal;
use crate::structured::{Constant, Identity, Ones, Stft, StftScaling, StftSide, StftWindow, Zeros};

/// `Zeros`: 0.
#[must_use]
pub const fn zeros() -> Zeros {
    Zeros
}

/// `Ones`: 1.
#[must_use]
pub const fn ones() -> Ones {
    Ones
}

/// `Constant`: value; 0 by default. An array is an initializer by itself, and is broadcast.
#[must_use]
pub fn constant<A: Element>(value: impl Into<Option<A>>) -> Constant<A> {
    Constant(or(value, A::default()))
}

/// `Identity`: gain · I, padded with zeros; gain 1 by default.
///
/// Keras 3 writes no gain when it saves one, so that it comes back as 1.
pub fn identity(gain: impl Into<Option<f64>>) -> Result<Identity, InitError> {
    Identity::new(or(gain, 1.0))
}

/// `RandomNormal`: N(mean, stddev²); mean 0 and stddev 0.05 by default.
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
pub fn truncated_normal(
    mean: impl Into<Option<f64>>,
    stddev: impl Into<Option<f64>>,
) -> Result<TruncatedNormal, InitError> {
    TruncatedNormal::in_sigmas(or(mean, 0.0), or(stddev, 0.05), -2.0, 2.0)
}

/// `RandomUniform`: U\[minval, maxval]; ±0.05 by default.
pub fn random_uniform(
    minval: impl Into<Option<f64>>,
    maxval: impl Into<Option<f64>>,
) -> Result<Uniform, InitError> {
    Uniform::new(or(minval, -0.05), or(maxval, 0.05))
}

/// `VarianceScaling`: variance scale / n; scale 1, `fan_in` and a truncated normal by default.
///
/// `"normal"`, an older name, is the truncated normal, too.
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
pub const fn glorot_uniform() -> VarianceScaling {
    VarianceScaling::glorot_uniform()
}

/// `GlorotNormal`: a normal of variance 2 / (fan_in + fan_out), cut at two sigmas.
pub const fn glorot_normal() -> VarianceScaling {
    VarianceScaling::glorot_normal()
}

/// `LecunUniform`: U\[−b, b], b = √(3 / fan_in).
pub const fn lecun_uniform() -> VarianceScaling {
    VarianceScaling::lecun_uniform()
}

/// `LecunNormal`: a normal of variance 1 / fan_in, cut at two sigmas.
pub const fn lecun_normal() -> VarianceScaling {
    VarianceScaling::lecun_normal()
}

/// `HeUniform`: U\[−b, b], b = √(6 / fan_in).
pub const fn he_uniform() -> VarianceScaling {
    VarianceScaling::he_uniform()
}

/// `HeNormal`: a normal of variance 2 / fan_in, cut at two sigmas.
pub const fn he_normal() -> VarianceScaling {
    VarianceScaling::he_normal()
}

/// `Orthogonal`: a random orthogonal matrix times gain, its columns the last axis; gain 1 by
/// default.
#[cfg(feature = "orthogonal")]
pub fn orthogonal(gain: impl Into<Option<f64>>) -> Result<Orthogonal, InitError> {
    Orthogonal::new(or(gain, 1.0))
}

/// `STFT`: a short-time Fourier transform; by default its real side, under a symmetric Hann window
/// that is scaled to a density.
///
/// Keras' `window=None` is `.with_window(None)`, and `scaling=None` is `.with_scaling(None)`.
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
