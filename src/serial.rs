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
    ($($type:ident { $($(#[$attribute:meta])? $field:ident: $of:ty),* } => $make:expr;)*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Unchecked { $($(#[$attribute])? $field: $of),* }

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
    VarianceScaling { scale: f64, mode: FanMode, distribution: Distribution, #[serde(default)] layout: Layout } =>
        VarianceScaling::new(scale, mode, distribution).map(|this| this.with_layout(layout));
    Identity { gain: f64 } => Identity::new(gain);
    Sparse { sparsity: f64, law: Law } => Sparse::new(sparsity, law);
    Siren { omega_0: Option<f64>, #[serde(default)] layout: Layout } =>
        omega_0.map_or(Ok(Siren::first()), Siren::later).map(|this| this.with_layout(layout));
    Mup { width_multiplier: f64, multipliers: bool } => Mup::read(width_multiplier, multipliers);
}

#[cfg(feature = "orthogonal")]
checked! {
    Orthogonal { gain: f64, #[serde(default)] layout: Layout } =>
        Orthogonal::new(gain).map(|this| this.with_layout(layout));
}

/// A truncated normal law with its bounds as they were given, so that reading it gives the same
/// bits.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Truncated {
    mean: f64,
    std: f64,
    bounds: Bounds,
}

/// One that is missing is infinite, which not every format can say.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Bounds {
    /// Counted in std from the mean.
    Sigmas {
        lower: Option<f64>,
        upper: Option<f64>,
    },
    Absolute {
        lower: Option<f64>,
        upper: Option<f64>,
    },
}

impl Serialize for TruncatedNormal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (mean, std, [alpha, beta]) = (self.parent_mean(), self.parent_std_dev(), self.sigmas());
        let finite = |bound: f64| bound.is_finite().then_some(bound);
        let in_sigmas = Self::in_sigmas(mean, std, alpha, beta).is_ok_and(|law| law == *self);
        let bounds = if in_sigmas {
            Bounds::Sigmas { lower: finite(alpha), upper: finite(beta) }
        } else {
            Bounds::Absolute { lower: finite(self.lower()), upper: finite(self.upper()) }
        };
        Truncated { mean, std, bounds }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TruncatedNormal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Truncated { mean, std, bounds } = Truncated::deserialize(deserializer)?;
        let below = |bound: Option<f64>| bound.unwrap_or(f64::NEG_INFINITY);
        let above = |bound: Option<f64>| bound.unwrap_or(f64::INFINITY);
        let law = match bounds {
            Bounds::Sigmas { lower, upper } => {
                Self::in_sigmas(mean, std, below(lower), above(upper))
            }
            Bounds::Absolute { lower, upper } => Self::new(mean, std, below(lower), above(upper)),
        };
        law.map_err(D::Error::custom)
    }
}
