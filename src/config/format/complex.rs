//! Complex normal laws truncated in modulus. The bound is written as given, so that reading it gives equal bits.

use crate::laws::ComplexTruncatedNormal;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    std: f64,
    #[serde(default = "two_sigmas")]
    bound: Bound,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Bound {
    /// Counted in std.
    Sigmas(f64),
    Absolute(f64),
}

/// The bound of JAX's variance scaling.
const fn two_sigmas() -> Bound {
    Bound::Sigmas(2.0)
}

impl Serialize for ComplexTruncatedNormal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (std, bound) = (self.parent_std_dev(), self.bound());
        let sigmas = bound / std;
        let in_sigmas = Self::in_sigmas(std, sigmas).is_ok_and(|law| law == *self);
        let bound = if in_sigmas { Bound::Sigmas(sigmas) } else { Bound::Absolute(bound) };
        Fields { std, bound }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ComplexTruncatedNormal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { std, bound } = Fields::deserialize(deserializer)?;
        let law = match bound {
            Bound::Sigmas(sigmas) => Self::in_sigmas(std, sigmas),
            Bound::Absolute(bound) => Self::new(std, bound),
        };
        law.map_err(D::Error::custom)
    }
}
