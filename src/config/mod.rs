//! Initializers from and to configurations, by serde. What is read is checked as by the constructors,
//! and what is left out means what the constructor means.

mod array;
mod blocks;
mod initializer;
mod layout;
mod law;

#[cfg(feature = "keras-config")]
pub(crate) use array::Nested;

use crate::error::InitError;
use crate::fans::FanMode;
use crate::laws::{Law, Normal, Uniform};
use crate::scaling::{Distribution, Mup, Siren, TorchDefault, VarianceScaling};
#[cfg(feature = "orthogonal")]
use crate::structured::Orthogonal;
use crate::structured::{Identity, Sparse};
use layout::Patch;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

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

/// Reads the fields of each type, then calls its constructor.
macro_rules! checked {
    ($($type:ident { $($(#[$attribute:meta])? $field:ident: $of:ty),* } => $make:expr;)*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Unchecked { $($(#[$attribute])? $field: $of),* }

                let Unchecked { $($field),* } = Unchecked::deserialize(deserializer)?;
                let checked = || -> Result<Self, InitError> { $make };
                checked().map_err(D::Error::custom)
            }
        }
    )*};
}

checked! {
    Uniform { low: f64, high: f64 } => Uniform::new(low, high);
    Normal { #[serde(default)] mean: f64, std: f64 } => Normal::new(mean, std);
    Identity { #[serde(default = "one")] gain: f64 } => Identity::new(gain);
    Sparse { sparsity: f64, law: Law } => Sparse::new(sparsity, law);
    Mup { width_multiplier: f64, #[serde(default = "yes")] multipliers: bool } =>
        Mup::read(width_multiplier, multipliers);
    TorchDefault { #[serde(default)] layout: Patch } => {
        let default = TorchDefault::new();
        let layout = layout.on(default.layout());
        Ok(default.with_layout(layout))
    };
    Siren { layer: Option<Layer>, omega_0: Option<f64>, #[serde(default)] layout: Patch } => {
        let siren = match (layer, omega_0) {
            (Some(Layer::First), None) => Siren::first(),
            (Some(Layer::Later) | None, Some(omega_0)) => Siren::later(omega_0)?,
            _ => return Err(InitError::Configuration {
                config: "of a siren".to_owned(),
                rule: "its layer is \"first\", or \"later\" and has an omega_0".to_owned(),
            }),
        };
        let layout = layout.on(siren.layout());
        Ok(siren.with_layout(layout))
    };
}

#[cfg(feature = "orthogonal")]
checked! {
    Orthogonal { #[serde(default = "one")] gain: f64, #[serde(default)] layout: Patch } => {
        let orthogonal = Orthogonal::new(gain)?;
        let layout = layout.on(orthogonal.layout());
        Ok(orthogonal.with_layout(layout))
    };
}

const fn one() -> f64 {
    1.0
}

const fn yes() -> bool {
    true
}

/// Which layer of a network of sines a kernel is of.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Layer {
    First,
    Later,
}

impl Serialize for Siren {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            layer: Layer,
            #[serde(skip_serializing_if = "Option::is_none")]
            omega_0: Option<f64>,
            layout: &'a crate::fans::Layout,
        }

        let layer = if self.omega_0().is_some() { Layer::Later } else { Layer::First };
        Fields { layer, omega_0: self.omega_0(), layout: self.layout() }.serialize(serializer)
    }
}

/// A preset's name, or the fields.
impl<'de> Deserialize<'de> for VarianceScaling {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ScalingForm(scaling) = deserializer.deserialize_any(NameOrFields::new())?;
        Ok(scaling)
    }
}

struct ScalingForm(VarianceScaling);

impl FromNameOrFields for ScalingForm {
    const EXPECTED: &str = "the name of a preset, or scale, mode, distribution and layout";

    fn from_name(name: &str) -> Result<Self, InitError> {
        crate::error::named::find(VarianceScaling::PRESETS, "preset", name).map(Self)
    }

    fn from_fields<'de, D: Deserializer<'de>>(fields: D) -> Result<Self, D::Error> {
        scaling_fields(fields).map(Self)
    }
}

/// A scaling by its fields; those that are left out are [`VarianceScaling::default`]'s.
fn scaling_fields<'de, D: Deserializer<'de>>(fields: D) -> Result<VarianceScaling, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        scale: Option<f64>,
        mode: Option<FanMode>,
        distribution: Option<Distribution>,
        #[serde(default)]
        layout: Patch,
    }

    let Fields { scale, mode, distribution, layout } = Fields::deserialize(fields)?;
    let default = VarianceScaling::default();
    VarianceScaling::new(
        scale.unwrap_or(default.scale()),
        mode.unwrap_or(default.mode()),
        distribution.unwrap_or(default.distribution()),
    )
    .map(|scaling| scaling.with_layout(layout.on(default.layout())))
    .map_err(D::Error::custom)
}

/// What is written as a name, or as an object.
trait FromNameOrFields: Sized {
    const EXPECTED: &str;

    fn from_name(name: &str) -> Result<Self, InitError>;
    fn from_fields<'de, D: Deserializer<'de>>(fields: D) -> Result<Self, D::Error>;
}

struct NameOrFields<T>(PhantomData<T>);

impl<T> NameOrFields<T> {
    const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: FromNameOrFields> Visitor<'de> for NameOrFields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<T, E> {
        T::from_name(name).map_err(E::custom)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<T, M::Error> {
        T::from_fields(MapAccessDeserializer::new(map))
    }
}
