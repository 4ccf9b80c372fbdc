//! Variance scaling: a preset's name, or scale, mode, distribution and layout.

use super::layout::Patch;
use super::name_or_fields::{FromNameOrFields, NameOrFields};
use crate::error::{InitError, named};
use crate::fans::FanMode;
use crate::scaling::{Distribution, VarianceScaling};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Enums that are read and written by their names in the frameworks.
macro_rules! named {
    ($($type:ident)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}
named!(FanMode Distribution);

/// A preset's name, or the fields.
impl<'de> Deserialize<'de> for VarianceScaling {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrFields::new())
    }
}

impl FromNameOrFields for VarianceScaling {
    const EXPECTED: &str = "the name of a preset, or scale, mode, distribution and layout";

    fn from_name(name: &str) -> Result<Self, InitError> {
        named::find(Self::PRESETS, "preset", name)
    }

    fn from_fields<'de, D: Deserializer<'de>>(fields: D) -> Result<Self, D::Error> {
        scaling_fields(fields)
    }
}

/// A scaling by its fields; those that are left out are [`VarianceScaling::default`]'s.
pub(super) fn scaling_fields<'de, D: Deserializer<'de>>(
    fields: D,
) -> Result<VarianceScaling, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        scale: Option<f64>,
        mode: Option<FanMode>,
        distribution: Option<Distribution>,
        cut: Option<f64>,
        #[serde(default)]
        layout: Patch,
    }

    let Fields { scale, mode, distribution, cut, layout } = Fields::deserialize(fields)?;
    let default = VarianceScaling::default();
    let (scale, mode) = (scale.unwrap_or(default.scale()), mode.unwrap_or(default.mode()));
    let distribution = distribution.unwrap_or(default.distribution());
    let read = || match (VarianceScaling::new(scale, mode, distribution)?, cut) {
        (scaling, None) => Ok(scaling),
        (scaling, Some(cut)) if scaling.cut().is_some() => scaling.with_cut(cut),
        (scaling, Some(_)) => Err(InitError::Configuration {
            config: format!("of {scaling}"),
            rule: "a cut is of the distribution truncated_normal".to_owned(),
        }),
    };
    let scaling = read().map_err(D::Error::custom)?;
    Ok(scaling.with_layout(layout.on(default.layout())))
}
