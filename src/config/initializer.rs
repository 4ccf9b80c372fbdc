//! Any initializer: its name, or an object with its name and its parameters.

use super::array::{Lists, Nested};
use super::layout::Patch;
use super::scaling::{Changes, scaling_fields};
use crate::error::named;
#[cfg(feature = "complex")]
use crate::laws::{ComplexNormal, ComplexTruncatedNormal, Disc};
use crate::laws::{Normal, Transformed, TruncatedNormal, Uniform};
use crate::presets::torch;
use crate::scaling::{MupScaling, Siren, TorchDefault, VarianceScaling};
use crate::structured::{AnyInitializer, Blocks, Dirac, Identity, Sparse, Stft};
use crate::structured::{DeltaOrthogonal, Orthogonal};
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Writes and reads the initializers whose parameters are those of a type, by one table.
macro_rules! by_name {
    ($($(#[$feature:meta])? $name:literal $variant:ident $type:ty;)*) => {
        const OTHERS: &[&str] = &[
            "zeros",
            "ones",
            "constant",
            "variance_scaling",
            "uniform",
            "normal",
            "truncated_normal",
            "torch_default",
            "torch_recurrent",
            $($(#[$feature])? $name),*
        ];

        impl Serialize for AnyInitializer {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    Self::Zeros => serializer.serialize_str("zeros"),
                    Self::Ones => serializer.serialize_str("ones"),
                    Self::Constant(value) => entry(serializer, "constant", value),
                    Self::Array(array) => entry(serializer, "constant", &Lists(array.view())),
                    Self::VarianceScaling(this) => entry(serializer, "variance_scaling", this),
                    Self::Law(law) => law.serialize(serializer),
                    Self::TorchDefault(this) => entry(serializer, "torch_default", this),
                    $($(#[$feature])? Self::$variant(this) => entry(serializer, $name, this),)*
                }
            }
        }

        impl<'de> DeserializeSeed<'de> for Parameters<'_> {
            type Value = AnyInitializer;

            fn deserialize<D: Deserializer<'de>>(
                self,
                parameters: D,
            ) -> Result<AnyInitializer, D::Error> {
                let presets = VarianceScaling::PRESETS;
                if let Some((_, preset)) = presets.iter().find(|&&(name, _)| name == self.of) {
                    let scaling = Changes::deserialize(parameters)?.of(preset);
                    return scaling.map(Into::into).map_err(D::Error::custom);
                }
                Ok(match self.of {
                    "zeros" => Nothing::deserialize(parameters).map(|_| AnyInitializer::Zeros)?,
                    "ones" => Nothing::deserialize(parameters).map(|_| AnyInitializer::Ones)?,
                    "constant" => Nested::deserialize(parameters)?.into(),
                    "variance_scaling" => scaling_fields(parameters)?.into(),
                    "uniform" => Uniform::deserialize(parameters)?.into(),
                    "normal" => Normal::deserialize(parameters)?.into(),
                    "truncated_normal" => TruncatedNormal::deserialize(parameters)?.into(),
                    "torch_default" => torch_default(parameters)?,
                    "torch_recurrent" => torch_recurrent(parameters)?,
                    $($(#[$feature])? $name => <$type>::deserialize(parameters)?.into(),)*
                    unknown => return Err(D::Error::custom(no_initializer(unknown))),
                })
            }
        }
    };
}

by_name! {
    #[cfg(feature = "complex")] "complex_normal" ComplexNormal ComplexNormal;
    #[cfg(feature = "complex")] "disc" Disc Disc;
    #[cfg(feature = "complex")]
    "complex_truncated_normal" ComplexTruncatedNormal ComplexTruncatedNormal;
    "transformed" Transformed Transformed;
    "identity" Identity Identity;
    "dirac" Dirac Dirac;
    "sparse" Sparse Sparse;
    "stft" Stft Stft;
    "siren" Siren Siren;
    "mup" Mup MupScaling;
    "blocks" Blocks Blocks<AnyInitializer>;
    "orthogonal" Orthogonal Orthogonal;
    "delta_orthogonal" DeltaOrthogonal DeltaOrthogonal;
}

/// The names that are read.
fn names() -> impl Iterator<Item = &'static str> {
    VarianceScaling::PRESETS.iter().map(|&(name, _)| name).chain(OTHERS.iter().copied())
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
        if !names().any(|each| each == name) {
            return Err(unknown(name, map)?);
        }
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The law of PyTorch's layers, or that of the bias beside a weight of the shape `bias_of`.
fn torch_default<'de, D: Deserializer<'de>>(fields: D) -> Result<AnyInitializer, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        bias_of: Option<Vec<usize>>,
        #[serde(default)]
        layout: Patch,
    }

    let Fields { bias_of, layout } = Fields::deserialize(fields)?;
    let default = TorchDefault::new();
    let layout = layout.on(default.layout());
    let default = default.with_layout(layout);
    match bias_of {
        None => Ok(default.into()),
        Some(weight) => default.bias_law(&weight).map(Into::into).map_err(D::Error::custom),
    }
}

/// The law of every parameter of PyTorch's recurrent layers.
fn torch_recurrent<'de, D: Deserializer<'de>>(fields: D) -> Result<AnyInitializer, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        hidden_size: usize,
    }

    let Fields { hidden_size } = Fields::deserialize(fields)?;
    torch::recurrent(hidden_size).map(Into::into).map_err(D::Error::custom)
}

/// The message about a name that is not read.
fn no_initializer(name: &str) -> String {
    let feature = match name {
        "complex_normal" | "disc" | "complex_truncated_normal" => "complex",
        _ => return named::unknown(names(), "initializer", name).to_string(),
    };
    format!("{name} needs the feature `{feature}` of ndarray-init")
}

/// A parameter as a message shows it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Shown {
    Number(f64),
    Text(String),
    Other(IgnoredAny),
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Other(_) => f.write_str("…"),
        }
    }
}

/// The error of an object whose first key is no initializer's name. If the name stands beside a key such as
/// `type`, the error shows the form that was meant.
fn unknown<'de, M: MapAccess<'de>>(first: String, mut map: M) -> Result<M::Error, M::Error> {
    let mut fields = vec![(first, map.next_value::<Shown>()?)];
    while let Some(field) = map.next_entry()? {
        fields.push(field);
    }
    let is_name = |(key, value): &(String, Shown)| {
        let is_key = ["type", "name", "class", "class_name", "initializer"].contains(&&**key);
        is_key && matches!(value, Shown::Text(text) if names().any(|name| name == text))
    };
    let Some(i) = fields.iter().position(is_name) else {
        return Ok(M::Error::custom(no_initializer(&fields[0].0)));
    };
    let (_, name) = fields.remove(i);
    let fields = fields.iter().map(|(key, value)| format!("{key:?}: {value}"));
    let fields = fields.collect::<Vec<_>>().join(", ");
    Ok(M::Error::custom(format!(
        "the one key of an initializer is its name: write {{{name}: {{{fields}}}}}"
    )))
}
