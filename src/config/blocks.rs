//! Blocks: one initializer for `equal` blocks or for `sizes`, or `parts` with an initializer each.

use crate::structured::{Blocks, Cut};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<I> {
    axis: isize,
    #[serde(skip_serializing_if = "Option::is_none")]
    initializer: Option<I>,
    #[serde(skip_serializing_if = "Option::is_none")]
    equal: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sizes: Option<Vec<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Vec<Part<I>>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part<I> {
    size: usize,
    initializer: I,
}

impl<'de, I: Clone + Deserialize<'de>> Deserialize<'de> for Blocks<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { axis, initializer, equal, sizes, parts } = Fields::deserialize(deserializer)?;
        let cut = match (initializer, equal, sizes, parts) {
            (Some(initializer), Some(blocks), None, None) => Cut::Equal { initializer, blocks },
            (Some(initializer), None, Some(sizes), None) => {
                return Ok(Self::sizes(initializer, axis, &sizes));
            }
            (None, None, None, Some(parts)) => {
                let parts = parts.into_iter().map(|Part { size, initializer }| (size, initializer));
                Cut::Parts(parts.collect())
            }
            _ => {
                return Err(D::Error::custom(
                    "blocks have an initializer with either equal or sizes, or else parts",
                ));
            }
        };
        Ok(Self::new(axis, cut))
    }
}

impl<I: Serialize> Serialize for Blocks<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nothing =
            Fields { axis: self.axis(), initializer: None, equal: None, sizes: None, parts: None };
        match self.cut() {
            Cut::Equal { initializer, blocks } => {
                Fields { initializer: Some(initializer), equal: Some(*blocks), ..nothing }
            }
            Cut::Parts(parts) => {
                let parts =
                    parts.iter().map(|(size, initializer)| Part { size: *size, initializer });
                Fields { parts: Some(parts.collect()), ..nothing }
            }
        }
        .serialize(serializer)
    }
}
