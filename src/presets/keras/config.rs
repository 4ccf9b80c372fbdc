//! Initializers as Keras writes them into a model's configuration.

use super::class_name;
use super::initializers as keras;
use crate::config::Nested;
use crate::error::InitError;
use crate::fans::{FanMode, Layout};
use crate::scaling::{Distribution, VarianceScaling};
use crate::structured::{AnyInitializer, Stft};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};

/// The initializer that a configuration of Keras' describes.
///
/// All forms that Keras has had are read: `{"class_name": …, "config": {…}}` of Keras 3 and of
/// Keras 2 (with its `"dtype"`, and `"normal"` for a truncated normal), with `"module"` and
/// `"registered_name"` or without; the fields beside the class,
/// `{"class": "VarianceScaling", "scale": 2.0}`; and a mere name, `"glorot_uniform"`. Fields that are left
/// out have Keras' defaults. Seeds are ignored: values come from a [`Key`](crate::Key).
///
/// The layout is [Keras'](Layout::keras), or that of `input_axes` and `output_axes`, of which Keras
/// ignores one without the other, which is an error here. The configuration of a depthwise or transposed
/// convolution's initializer does not name the kind of layer: use [`AnyInitializer::with_layout`].
///
/// ```
/// use ndarray_init::{AnyInitializer, VarianceScaling, presets::keras};
/// use serde_json::json;
///
/// let config = json!({"class_name": "HeNormal", "config": {"seed": null}});
/// assert_eq!(keras::from_config(&config)?, VarianceScaling::he_normal().into());
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
///
/// # Errors
/// [`InitError::Configuration`] if the class is unknown, needs a feature of this crate that is
/// off, or has a field that is unknown or not of its type; and the errors of the initializer's own
/// constructor.
pub fn from_config(config: &Value) -> Result<AnyInitializer, InitError> {
    let wrong = |rule| InitError::configuration(config.to_string(), rule);
    let (class, fields) = class_and_fields(config).map_err(wrong)?;
    let fields = Fields { config, fields };
    let small = small(&class);
    let is_name = |name: &&str| small == name.to_lowercase();
    if let Some((_, read)) = CLASSES.iter().find(|(names, _)| names.iter().any(is_name)) {
        return read(fields);
    }
    if let Some((_, preset)) = presets().find(|(name, _)| small == name.replace('_', "")) {
        let ByAxes { input_axes, output_axes, .. } = fields.read()?;
        return Ok(preset.with_layout(layout(input_axes, output_axes)?).into());
    }
    let classes = CLASSES.iter().flat_map(|(names, _)| *names).map(|&name| name.to_owned());
    let classes: Vec<_> = classes.chain(presets().map(|(name, _)| class_name(name))).collect();
    Err(wrong(format!("no class of Keras is {class:?}; there are {}", classes.join(", "))))
}

/// Keras' presets of variance scaling.
fn presets() -> impl Iterator<Item = (&'static str, VarianceScaling)> {
    let presets = VarianceScaling::PRESETS.iter().cloned();
    presets.filter(|(_, preset)| *preset.layout() == Layout::keras())
}

/// Reads the fields of one class.
type Read = fn(Fields<'_>) -> Result<AnyInitializer, InitError>;

/// Keras' other classes, each with its other name, if it has one.
const CLASSES: [(&[&str], Read); 10] = [
    (&["Zeros", "Zero"], |fields| fields.read::<Nothing>().map(|_| keras::zeros().into())),
    (&["Ones", "One"], |fields| fields.read::<Nothing>().map(|_| keras::ones().into())),
    (&["Constant"], |fields| {
        let value = fields.unwrapped("value").read::<Same>()?.value;
        Ok(value.map_or(AnyInitializer::Constant(0.0), Into::into))
    }),
    (&["RandomNormal", "Normal"], |fields| {
        normal(fields, |mean, stddev| Ok(keras::random_normal(mean, stddev)?.into()))
    }),
    (&["TruncatedNormal"], |fields| {
        normal(fields, |mean, stddev| Ok(keras::truncated_normal(mean, stddev)?.into()))
    }),
    (&["RandomUniform", "Uniform"], random_uniform),
    (&["VarianceScaling"], variance_scaling),
    (&["Identity"], |fields| Ok(keras::identity(fields.read::<Multiple>()?.gain)?.into())),
    (&["Orthogonal"], |fields| Ok(keras::orthogonal(fields.read::<Multiple>()?.gain)?.into())),
    (&["STFT"], |mut fields| {
        fields.fields.remove("dtype");
        Ok(fields.unwrapped("window").read::<Stft>()?.into())
    }),
];

/// Without a deviation, Keras fills in the mean.
fn normal(
    fields: Fields<'_>,
    law: fn(Option<f64>, Option<f64>) -> Result<AnyInitializer, InitError>,
) -> Result<AnyInitializer, InitError> {
    let Moments { mean, stddev, .. } = fields.read()?;
    match stddev {
        Some(0.0) => Ok(AnyInitializer::Constant(mean.unwrap_or(0.0))),
        _ => law(mean, stddev),
    }
}

/// Between equal bounds, Keras fills in the bound.
fn random_uniform(fields: Fields<'_>) -> Result<AnyInitializer, InitError> {
    let Range { minval, maxval, .. } = fields.read()?;
    match (minval, maxval) {
        (Some(low), Some(high)) if low == high => Ok(AnyInitializer::Constant(low)),
        _ => Ok(keras::random_uniform(minval, maxval)?.into()),
    }
}

/// "normal" is an older name of the truncated normal.
fn variance_scaling(mut fields: Fields<'_>) -> Result<AnyInitializer, InitError> {
    if let Some(distribution) = fields.fields.get_mut("distribution")
        && distribution == "normal"
    {
        *distribution = "truncated_normal".into();
    }
    let Scaling { scale, mode, distribution, input_axes, output_axes, .. } = fields.read()?;
    let layout = layout(input_axes, output_axes)?;
    Ok(keras::variance_scaling(scale, mode, distribution)?.with_layout(layout).into())
}

/// A class in small letters, without the suffix of older versions.
fn small(class: &str) -> String {
    let small = class.replace('_', "").to_lowercase();
    let small = small.strip_suffix("v2").unwrap_or(&small);
    small.strip_suffix("initializer").unwrap_or(small).to_owned()
}

/// The fields of a class, and the whole configuration, for messages.
struct Fields<'a> {
    config: &'a Value,
    fields: Map<String, Value>,
}

impl Fields<'_> {
    /// Keras may wrap an array; its elements take the wrapping's place.
    fn unwrapped(mut self, field: &str) -> Self {
        if let Some(array) = self.fields.get_mut(field)
            && let Some(elements) = array.pointer_mut("/config/value")
        {
            *array = elements.take();
        }
        self
    }

    fn read<T: DeserializeOwned>(self) -> Result<T, InitError> {
        serde_json::from_value(self.fields.into())
            .map_err(|error| InitError::configuration(self.config.to_string(), error.to_string()))
    }
}

/// The class and its fields, from any of the forms.
fn class_and_fields(config: &Value) -> Result<(String, Map<String, Value>), String> {
    let mut map = match config {
        Value::String(class) => return Ok((class.clone(), Map::new())),
        Value::Object(map) => map.clone(),
        _ => return Err("it must be an object or a string".to_owned()),
    };
    let ((Some(Value::String(class)), None) | (None, Some(Value::String(class)))) =
        (map.remove("class_name"), map.remove("class"))
    else {
        return Err("it must have either a class_name or a class, a string".to_owned());
    };
    // Keras writes these beside a class and its fields.
    for key in ["module", "registered_name", "shared_object_id"] {
        map.remove(key);
    }
    match (map.remove("config"), map.keys().next()) {
        (None, _) => Ok((class, map)),
        (Some(Value::Null), None) => Ok((class, Map::new())),
        (Some(Value::Object(fields)), None) => Ok((class, fields)),
        (Some(_), Some(key)) => Err(format!("unknown field `{key}` beside config")),
        (Some(other), None) => Err(format!("config is {other}, but must be an object")),
    }
}

/// The fields of a class, and those that every class may have.
macro_rules! fields {
    ($($name:ident { $($field:ident: $type:ty),* })*) => {$(
        #[derive(Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        struct $name {
            $($field: Option<$type>,)*
            #[serde(rename = "seed")]
            _seed: IgnoredAny,
            /// Of Keras 2.
            #[serde(rename = "dtype")]
            _dtype: IgnoredAny,
        }
    )*};
}

fields! {
    Nothing {}
    Same { value: Nested }
    Moments { mean: f64, stddev: f64 }
    Range { minval: f64, maxval: f64 }
    Multiple { gain: f64 }
    ByAxes { input_axes: Vec<isize>, output_axes: Vec<isize> }
    Scaling {
        scale: f64,
        mode: FanMode,
        distribution: Distribution,
        input_axes: Vec<isize>,
        output_axes: Vec<isize>
    }
}

fn layout(input: Option<Vec<isize>>, output: Option<Vec<isize>>) -> Result<Layout, InitError> {
    match (input, output) {
        (None, None) => Ok(Layout::keras()),
        (Some(input), Some(output)) => Ok(Layout::axes(&input, &output)),
        (input, _) => {
            let config =
                format!("with {}_axes alone", if input.is_some() { "input" } else { "output" });
            let rule = "input_axes and output_axes come together or not at all";
            Err(InitError::configuration(config, rule))
        }
    }
}
