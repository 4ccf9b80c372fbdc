//! Any initializer: its name, or an object with its name and its parameters.

use super::array::{Lists, Nested};
use super::fields::{TorchLayer, TorchRecurrent};
use super::name_or_fields::NameOrFields;
use super::scaling::Changes;
use crate::error::named;
#[cfg(feature = "complex")]
use crate::laws::{ComplexNormal, ComplexTruncatedNormal, Disc};
use crate::laws::{Normal, Transformed, TruncatedNormal, Uniform};
use crate::scaling::{MupScaling, Siren, VarianceScaling};
use crate::structured::{
    AnyInitializer, Blocks, DeltaOrthogonal, Dirac, Identity, Orthogonal, Sparse, Stft,
};
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Writes and reads the initializers whose parameters are those of a type, by one table.
macro_rules! by_name {
    (
        $($(#[$feature:meta])? $name:literal $variant:ident $type:ty;)*
        read only: $($read_only:literal $only_type:ty;)*
    ) => {
        const OTHERS: &[&str] =
            &["zeros", "ones", $($(#[$feature])? $name,)* $($read_only),*];

        impl Serialize for AnyInitializer {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    Self::Zeros => serializer.serialize_str("zeros"),
                    Self::Ones => serializer.serialize_str("ones"),
                    Self::Constant(value) => serializer.collect_map([("constant", value)]),
                    Self::Array(array) => {
                        serializer.collect_map([("constant", Lists(array.view()))])
                    }
                    Self::Law(law) => law.serialize(serializer),
                    $(
                        $(#[$feature])?
                        Self::$variant(this) => serializer.collect_map([($name, this)]),
                    )*
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
                    $($(#[$feature])? $name => <$type>::deserialize(parameters)?.into(),)*
                    $($read_only => <$only_type>::deserialize(parameters)?.into(),)*
                    unknown => return Err(D::Error::custom(no_initializer(unknown))),
                })
            }
        }
    };
}

by_name! {
    "variance_scaling" VarianceScaling VarianceScaling;
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
    "torch_default" TorchDefault TorchLayer;
    "mup" Mup MupScaling;
    "blocks" Blocks Blocks<AnyInitializer>;
    "orthogonal" Orthogonal Orthogonal;
    "delta_orthogonal" DeltaOrthogonal DeltaOrthogonal;
    read only:
    "constant" Nested;
    "uniform" Uniform;
    "normal" Normal;
    "truncated_normal" TruncatedNormal;
    "torch_recurrent" TorchRecurrent;
}

/// The names that are read.
fn names() -> impl Iterator<Item = &'static str> {
    VarianceScaling::PRESETS.iter().map(|&(name, _)| name).chain(OTHERS.iter().copied())
}

impl<'de> Deserialize<'de> for AnyInitializer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

impl NameOrFields for AnyInitializer {
    const EXPECTED: &str =
        "the name of an initializer, or an object with the name and its parameters";

    /// A name stands for an object without parameters.
    fn from_name<E: Error>(name: &str) -> Result<Self, E> {
        let none = std::iter::empty::<(&str, f64)>();
        Parameters { of: name }.deserialize(MapDeserializer::new(none))
    }

    fn from_fields<'de, M: MapAccess<'de>>(mut map: M) -> Result<Self, M::Error> {
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

/// The message about a name that is not read.
fn no_initializer(name: &str) -> String {
    match name {
        "complex_normal" | "disc" | "complex_truncated_normal" => {
            format!("{name} needs the feature `complex` of ndarray-init")
        }
        _ => named::unknown(names(), "initializer", name).to_string(),
    }
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
