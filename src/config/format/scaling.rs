//! Variance scaling: a preset's name, or scale, mode, distribution and layout.

use super::layout::Patch;
use super::name_or_fields::NameOrFields;
use crate::error::{InitError, named};
use crate::fans::FanMode;
use crate::scaling::{Activation, Distribution, Nonlinearity, VarianceScaling};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess};
use serde::{Deserialize, Deserializer};

/// A preset's name, or the fields.
impl<'de> Deserialize<'de> for VarianceScaling {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

impl NameOrFields for VarianceScaling {
    const EXPECTED: &str = "the name of a preset, or scale, mode, distribution, gain and layout";

    fn from_name<E: Error>(name: &str) -> Result<Self, E> {
        named::find(Self::PRESETS, "preset", name).map_err(E::custom)
    }

    /// Fields that are left out are [`VarianceScaling::default`]'s.
    fn from_fields<'de, M: MapAccess<'de>>(fields: M) -> Result<Self, M::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            scale: Option<f64>,
            mode: Option<FanMode>,
            distribution: Option<Distribution>,
            cut: Option<f64>,
            gain: Option<Gain>,
            #[serde(default)]
            layout: Patch,
        }

        let Fields { scale, mode, distribution, cut, gain, layout } =
            Fields::deserialize(MapAccessDeserializer::new(fields))?;
        if scale.is_some() && !matches!(gain, None | Some(Gain::Number(_))) {
            return Err(M::Error::custom("the gain of an activation is a scale: give one of them"));
        }
        let default = Self::default();
        let scale = scale.unwrap_or(default.scale());
        let distribution = distribution.unwrap_or(default.distribution());
        let read = || {
            let scaling = Self::new(scale, default.mode(), distribution)?;
            let scaling = Changes { mode, gain, layout }.of(&scaling)?;
            match cut {
                None => Ok(scaling),
                Some(cut) if scaling.cut().is_some() => scaling.with_cut(cut),
                Some(_) => {
                    let rule = "a cut is of the distribution truncated_normal";
                    Err(InitError::configuration(format!("of {scaling}"), rule))
                }
            }
        };
        read().map_err(M::Error::custom)
    }
}

/// The parameters of a preset.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Changes {
    mode: Option<FanMode>,
    gain: Option<Gain>,
    #[serde(default)]
    layout: Patch,
}

impl Changes {
    pub(super) fn of(self, preset: &VarianceScaling) -> Result<VarianceScaling, InitError> {
        let scaling = preset.clone().with_mode(self.mode.unwrap_or(preset.mode()));
        let scaling = match self.gain {
            Some(gain) => gain.of(scaling)?,
            None => scaling,
        };
        Ok(scaling.with_layout(self.layout.on(preset.layout())?))
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "a gain is a number, an activation's name or {leaky_relu: slope}"
)]
enum Gain {
    Number(f64),
    Name(String),
    LeakyRelu { leaky_relu: f64 },
}

impl Gain {
    /// A number multiplies the gain that the scaling has; an activation's gain takes its place.
    fn of(self, scaling: VarianceScaling) -> Result<VarianceScaling, InitError> {
        let activation = match self {
            Self::Number(gain) => return scaling.with_gain(gain),
            Self::Name(name) => named::find(&ACTIVATIONS, "activation", &name)?,
            Self::LeakyRelu { leaky_relu } => {
                Gained::Table(Nonlinearity::LeakyRelu { negative_slope: leaky_relu })
            }
        };
        let (mode, distribution) = (scaling.mode(), scaling.distribution());
        match activation {
            Gained::Table(of) => VarianceScaling::for_nonlinearity(of, mode, distribution),
            Gained::Derived(of) => {
                VarianceScaling::new(1.0, mode, distribution)?.with_gain(of.derived_gain())
            }
        }
    }
}

/// An activation whose gain is in PyTorch's table, or is derived.
#[derive(Clone, Copy)]
enum Gained {
    Table(Nonlinearity),
    Derived(Activation),
}

const ACTIVATIONS: [(&str, Gained); 12] = [
    ("linear", Gained::Table(Nonlinearity::Linear)),
    ("conv", Gained::Table(Nonlinearity::Conv)),
    ("sigmoid", Gained::Table(Nonlinearity::Sigmoid)),
    ("tanh", Gained::Table(Nonlinearity::Tanh)),
    ("relu", Gained::Table(Nonlinearity::Relu)),
    ("leaky_relu", Gained::Table(Nonlinearity::leaky_relu())),
    ("selu", Gained::Table(Nonlinearity::Selu)),
    ("elu", Gained::Derived(Activation::Elu)),
    ("gelu", Gained::Derived(Activation::Gelu)),
    ("mish", Gained::Derived(Activation::Mish)),
    ("silu", Gained::Derived(Activation::Silu)),
    ("softplus", Gained::Derived(Activation::Softplus)),
];
