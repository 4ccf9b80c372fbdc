//! `keras.initializers`, one function each.

use super::super::Result;
use crate::fans::FanMode;
use crate::fill::Element;
use crate::laws::{Normal, TruncatedNormal, Uniform};
use crate::scaling::{Distribution, VarianceScaling};
use crate::structured::{Constant, Identity, Ones, Orthogonal, Zeros};

/// `Constant`: value; 0 by default. An array is an initializer by itself, and is broadcast.
pub fn constant<A: Element>(value: impl Into<Option<A>>) -> Constant<A> {
    Constant(value.into().unwrap_or_default())
}

presets! {
    /// `Zeros`: 0.
    zeros() -> Zeros = Zeros;
    /// `Ones`: 1.
    ones() -> Ones = Ones;
    /// `Identity`: gain · I, padded with zeros. Keras 3 writes no gain when it saves one.
    identity(gain: f64 = 1.0) -> Result<Identity> = Identity::new(gain);
    /// `RandomNormal`: N(mean, stddev²).
    random_normal(mean: f64 = 0.0, stddev: f64 = 0.05) -> Result<Normal> = Normal::new(mean, stddev);
    /// `TruncatedNormal`: N(mean, stddev²) on mean ± 2 stddev. As in Keras, stddev is that of the normal
    /// before it is cut; the law's own is 0.8796 times that. On Keras' PyTorch backend, four elements in a
    /// million lie outside.
    truncated_normal(mean: f64 = 0.0, stddev: f64 = 0.05) -> Result<TruncatedNormal>
        = TruncatedNormal::in_sigmas(mean, stddev, -2.0, 2.0);
    /// `RandomUniform`: U\[minval, maxval].
    random_uniform(minval: f64 = -0.05, maxval: f64 = 0.05) -> Result<Uniform>
        = Uniform::new(minval, maxval);
    /// `VarianceScaling`: variance scale / n. `"normal"`, an older name, is the truncated normal, too.
    variance_scaling(
        scale: f64 = 1.0,
        mode: FanMode = FanMode::FanIn,
        distribution: Distribution = Distribution::TruncatedNormal
    ) -> Result<VarianceScaling> = VarianceScaling::new(scale, mode, distribution);
    /// `GlorotUniform`: U\[−b, b], b = √(6 / (fan_in + fan_out)).
    glorot_uniform() -> VarianceScaling = VarianceScaling::glorot_uniform();
    /// `GlorotNormal`: a normal of variance 2 / (fan_in + fan_out), cut at two sigmas.
    glorot_normal() -> VarianceScaling = VarianceScaling::glorot_normal();
    /// `LecunUniform`: U\[−b, b], b = √(3 / fan_in).
    lecun_uniform() -> VarianceScaling = VarianceScaling::lecun_uniform();
    /// `LecunNormal`: a normal of variance 1 / fan_in, cut at two sigmas.
    lecun_normal() -> VarianceScaling = VarianceScaling::lecun_normal();
    /// `HeUniform`: U\[−b, b], b = √(6 / fan_in).
    he_uniform() -> VarianceScaling = VarianceScaling::he_uniform();
    /// `HeNormal`: a normal of variance 2 / fan_in, cut at two sigmas.
    he_normal() -> VarianceScaling = VarianceScaling::he_normal();
    /// `Orthogonal`: a random orthogonal matrix times gain, its columns the last axis.
    orthogonal(gain: f64 = 1.0) -> Result<Orthogonal> = Orthogonal::new(gain);
}
