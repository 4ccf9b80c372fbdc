//! Initializers from and to configuration files, by serde. What is read is checked as by the
//! constructors.

#[cfg(feature = "orthogonal")]
use crate::Orthogonal;
use crate::{
    Distribution, FanMode, Identity, InitError, Law, Layout, Mup, Normal, Siren, Sparse,
    TruncatedNormal, Uniform, VarianceScaling,
};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Reads the fields of each type, then calls its constructor.
macro_rules! checked {
    ($($type:ident { $($field:ident: $of:ty),* } => $make:expr;)*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Unchecked { $($field: $of),* }

                let Unchecked { $($field),* } = Unchecked::deserialize(deserializer)?;
                let checked: Result<Self, InitError> = $make;
                checked.map_err(D::Error::custom)
            }
        }
    )*};
}

checked! {
    Uniform { low: f64, high: f64 } => Uniform::new(low, high);
    Normal { mean: f64, std: f64 } => Normal::new(mean, std);
    VarianceScaling { scale: f64, mode: FanMode, distribution: Distribution, layout: Layout } =>
        VarianceScaling::new(scale, mode, distribution).map(|this| this.with_layout(layout));
    Identity { gain: f64 } => Identity::new(gain);
    Sparse { sparsity: f64, law: Law } => Sparse::new(sparsity, law);
    Siren { omega_0: Option<f64>, layout: Layout } =>
        omega_0.map_or(Ok(Siren::first()), Siren::later).map(|this| this.with_layout(layout));
    Mup { width_multiplier: f64, multipliers: bool } => Mup::read(width_multiplier, multipliers);
}

#[cfg(feature = "orthogonal")]
checked! {
    Orthogonal { gain: f64, layout: Layout } =>
        Orthogonal::new(gain).map(|this| this.with_layout(layout));
}

/// A truncated normal law with its bounds as they were given, so that reading it gives the same
/// bits: counted in std from the mean, or absolute. One that is null is infinite, which not every
/// format can say.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Truncated {
    mean: f64,
    std: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sigmas: Option<Pair>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bounds: Option<Pair>,
}

type Pair = [Option<f64>; 2];

impl Serialize for TruncatedNormal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (mean, std, [alpha, beta]) = (self.parent_mean(), self.parent_std_dev(), self.sigmas());
        let pair = |pair: [f64; 2]| Some(pair.map(|bound| bound.is_finite().then_some(bound)));
        let in_sigmas = Self::in_sigmas(mean, std, alpha, beta).is_ok_and(|law| law == *self);
        let (sigmas, bounds) = if in_sigmas {
            (pair([alpha, beta]), None)
        } else {
            (None, pair([self.lower(), self.upper()]))
        };
        Truncated { mean, std, sigmas, bounds }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TruncatedNormal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Truncated { mean, std, sigmas, bounds } = Truncated::deserialize(deserializer)?;
        let infinite = |[lower, upper]: Pair| {
            (lower.unwrap_or(f64::NEG_INFINITY), upper.unwrap_or(f64::INFINITY))
        };
        let law = match (sigmas.map(infinite), bounds.map(infinite)) {
            (Some((alpha, beta)), None) => Self::in_sigmas(mean, std, alpha, beta),
            (None, Some((lower, upper))) => Self::new(mean, std, lower, upper),
            _ => return Err(D::Error::custom("a truncated normal has either sigmas or bounds")),
        };
        law.map_err(D::Error::custom)
    }
}
