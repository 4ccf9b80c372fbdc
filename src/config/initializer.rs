//! Any initializer: its name, or an object with its name and its parameters.

use super::array::{Lists, Nested};
use super::layout::Patch;
use super::scaling::scaling_fields;
#[cfg(feature = "complex")]
use crate::laws::{ComplexNormal, ComplexTruncatedNormal, Disc};
use crate::laws::{Law, Normal, TruncatedNormal, Uniform};
use crate::scaling::{MupScaling, Siren, TorchDefault, VarianceScaling};
use crate::structured::{AnyInitializer, Blocks, Dirac, Identity, Sparse, Stft};
use crate::structured::{DeltaOrthogonal, Orthogonal};
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

impl Serialize for AnyInitializer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Zeros => serializer.serialize_str("zeros"),
            Self::Ones => serializer.serialize_str("ones"),
            Self::Constant(value) => entry(serializer, "constant", value),
            Self::Array(array) => entry(serializer, "constant", &Lists(array.view())),
            Self::VarianceScaling(this) => entry(serializer, "variance_scaling", this),
            Self::Law(Law::Uniform(this)) => entry(serializer, "uniform", this),
            Self::Law(Law::Normal(this)) => entry(serializer, "normal", this),
            Self::Law(Law::TruncatedNormal(this)) => entry(serializer, "truncated_normal", this),
            #[cfg(feature = "complex")]
            Self::ComplexNormal(this) => entry(serializer, "complex_normal", this),
            #[cfg(feature = "complex")]
            Self::Disc(this) => entry(serializer, "disc", this),
            #[cfg(feature = "complex")]
            Self::ComplexTruncatedNormal(this) => {
                entry(serializer, "complex_truncated_normal", this)
            }
            Self::Identity(this) => entry(serializer, "identity", this),
            Self::Dirac(this) => entry(serializer, "dirac", this),
            Self::Sparse(this) => entry(serializer, "sparse", this),
            Self::Stft(this) => entry(serializer, "stft", this),
            Self::Siren(this) => entry(serializer, "siren", this),
            Self::TorchDefault(this) => entry(serializer, "torch_default", this),
            Self::Mup(this) => entry(serializer, "mup", this),
            Self::Blocks(this) => entry(serializer, "blocks", this),
            Self::Orthogonal(this) => entry(serializer, "orthogonal", this),
            Self::DeltaOrthogonal(this) => entry(serializer, "delta_orthogonal", this),
        }
    }
}

fn entry<S: Serializer>(
    serializer: S,
    name: &str,
    parameters: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, parameters)?;
    map.end()
}

impl<'de> Deserialize<'de> for AnyInitializer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameAndParameters)
    }
}

struct NameAndParameters;

impl<'de> Visitor<'de> for NameAndParameters {
    type Value = AnyInitializer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an initializer, or an object with the name and its parameters")
    }

    /// A name stands for an object without parameters.
    fn visit_str<E: Error>(self, name: &str) -> Result<AnyInitializer, E> {
        let none = std::iter::empty::<(&str, f64)>();
        Parameters { of: name }.deserialize(MapDeserializer::new(none))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<AnyInitializer, M::Error> {
        let Some(name) = map.next_key::<String>()? else {
            return Err(M::Error::custom("an object without the name of an initializer"));
        };
        let initializer = map.next_value_seed(Parameters { of: &name })?;
        match map.next_key::<String>()? {
            None => Ok(initializer),
            Some(other) => Err(M::Error::custom(format!(
                "an initializer is an object with one name, not with {name:?} and {other:?}"
            ))),
        }
    }
}

/// The parameters of the initializer of this name.
struct Parameters<'a> {
    of: &'a str,
}

impl<'de> DeserializeSeed<'de> for Parameters<'_> {
    type Value = AnyInitializer;

    fn deserialize<D: Deserializer<'de>>(self, parameters: D) -> Result<AnyInitializer, D::Error> {
        let presets = VarianceScaling::PRESETS;
        if let Some((_, preset)) = presets.iter().find(|&&(name, _)| name == self.of) {
            let Preset { layout } = Preset::deserialize(parameters)?;
            let layout = layout.on(preset.layout());
            return Ok(preset.clone().with_layout(layout).into());
        }
        Ok(match self.of {
            "zeros" => Nothing::deserialize(parameters).map(|_| AnyInitializer::Zeros)?,
            "ones" => Nothing::deserialize(parameters).map(|_| AnyInitializer::Ones)?,
            "constant" => Nested::deserialize(parameters)?.into(),
            "variance_scaling" => scaling_fields(parameters)?.into(),
            "law" => Law::deserialize(parameters)?.into(),
            "uniform" => Uniform::deserialize(parameters)?.into(),
            "normal" => Normal::deserialize(parameters)?.into(),
            "truncated_normal" => TruncatedNormal::deserialize(parameters)?.into(),
            #[cfg(feature = "complex")]
            "complex_normal" => ComplexNormal::deserialize(parameters)?.into(),
            #[cfg(feature = "complex")]
            "disc" => Disc::deserialize(parameters)?.into(),
            #[cfg(feature = "complex")]
            "complex_truncated_normal" => ComplexTruncatedNormal::deserialize(parameters)?.into(),
            #[cfg(not(feature = "complex"))]
            "complex_normal" | "disc" | "complex_truncated_normal" => {
                let message = format!("{} needs the feature `complex` of ndarray-init", self.of);
                return Err(D::Error::custom(message));
            }
            "identity" => Identity::deserialize(parameters)?.into(),
            "dirac" => Dirac::deserialize(parameters)?.into(),
            "sparse" => Sparse::deserialize(parameters)?.into(),
            "stft" => Stft::deserialize(parameters)?.into(),
            "siren" => Siren::deserialize(parameters)?.into(),
            "torch_default" => TorchDefault::deserialize(parameters)?.into(),
            "mup" => MupScaling::deserialize(parameters)?.into(),
            "blocks" => Blocks::<AnyInitializer>::deserialize(parameters)?.into(),
            "orthogonal" => Orthogonal::deserialize(parameters)?.into(),
            "delta_orthogonal" => DeltaOrthogonal::deserialize(parameters)?.into(),
            unknown => {
                let names: Vec<_> = presets.iter().map(|&(name, _)| name).chain(OTHERS).collect();
                let names = names.join(", ");
                let message = format!("no initializer is called {unknown:?}; there are {names}");
                return Err(D::Error::custom(message));
            }
        })
    }
}

/// The names that are no preset's.
const OTHERS: [&str; 20] = [
    "zeros",
    "ones",
    "constant",
    "variance_scaling",
    "uniform",
    "normal",
    "truncated_normal",
    "complex_normal",
    "disc",
    "complex_truncated_normal",
    "identity",
    "dirac",
    "sparse",
    "stft",
    "siren",
    "torch_default",
    "mup",
    "blocks",
    "orthogonal",
    "delta_orthogonal",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preset {
    #[serde(default)]
    layout: Patch,
}
