//! Blocks: one initializer for `equal` blocks or for `sizes`, or `parts` with an initializer each.

use crate::structured::{Blocks, Cut, Part};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<I> {
    axis: isize,
    initializer: Option<I>,
    equal: Option<usize>,
    sizes: Option<Vec<usize>>,
    parts: Option<Vec<Part<I>>>,
}

impl<'de, I: Clone + Deserialize<'de>> Deserialize<'de> for Blocks<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { axis, initializer, equal, sizes, parts } = Fields::deserialize(deserializer)?;
        let cut = match (initializer, equal, sizes, parts) {
            (Some(initializer), Some(equal), None, None) => Cut::Equal { initializer, equal },
            (Some(initializer), None, Some(sizes), None) => {
                return Ok(Self::sizes(initializer, axis, &sizes));
            }
            (None, None, None, Some(parts)) => Cut::Parts { parts },
            _ => {
                return Err(D::Error::custom(
                    "blocks have an initializer with either equal or sizes, or else parts",
                ));
            }
        };
        Ok(Self::new(axis, cut))
    }
}
