//! Truncated normal laws. Bounds are written as given, so that reading them gives equal bits.

use crate::laws::TruncatedNormal;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default)]
    mean: f64,
    std: f64,
    #[serde(default = "two_sigmas")]
    bounds: Bounds,
}

/// A missing bound is infinite: not every format can write infinities.
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

/// The bounds of Keras, JAX and timm.
const fn two_sigmas() -> Bounds {
    Bounds::Sigmas { lower: Some(-2.0), upper: Some(2.0) }
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
        Fields { mean, std, bounds }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TruncatedNormal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { mean, std, bounds } = Fields::deserialize(deserializer)?;
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
