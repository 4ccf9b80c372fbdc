//! Initializers as Keras writes them into a model's configuration.

use super::class_name;
use super::initializers as keras;
use crate::config::Nested;
use crate::error::InitError;
use crate::fans::{FanMode, Layout};
use crate::scaling::{Distribution, VarianceScaling};
use crate::structured::{AnyInitializer, Stft};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::mem;

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
    let (class, fields) = class_and_fields(config)
        .map_err(|rule| InitError::configuration(config.to_string(), rule))?;
    let mut fields = Fields { config, fields };
    let small = small(&class);
    let is_name = |name: &&str| small == name.to_lowercase();
    let initializer = if let Some((_, read)) =
        CLASSES.iter().find(|(names, _)| names.iter().any(is_name))
    {
        read(&mut fields)?
    } else if let Some((_, preset)) = presets().find(|(name, _)| small == name.replace('_', "")) {
        preset.with_layout(fields.layout()?).into()
    } else {
        let classes = CLASSES.iter().flat_map(|(names, _)| *names).map(|&name| name.to_owned());
        let classes: Vec<_> = classes.chain(presets().map(|(name, _)| class_name(name))).collect();
        return Err(fields
            .wrong(format!("no class of Keras is {class:?}; there are {}", classes.join(", "))));
    };
    match fields.fields.keys().next() {
        None => Ok(initializer),
        Some(field) => Err(fields.wrong(format!("unknown field `{field}`"))),
    }
}

/// Keras' presets of variance scaling.
fn presets() -> impl Iterator<Item = (&'static str, VarianceScaling)> {
    let presets = VarianceScaling::PRESETS.iter().cloned();
    presets.filter(|(_, preset)| *preset.layout() == Layout::keras())
}

/// Takes the fields of one class.
type Read = fn(&mut Fields<'_>) -> Result<AnyInitializer, InitError>;

/// Keras' other classes, each with its other name, if it has one.
const CLASSES: [(&[&str], Read); 10] = [
    (&["Zeros", "Zero"], |_| Ok(keras::zeros().into())),
    (&["Ones", "One"], |_| Ok(keras::ones().into())),
    (&["Constant"], |fields| {
        let value = fields.take::<Nested>("value")?;
        Ok(value.map_or(AnyInitializer::Constant(0.0), Into::into))
    }),
    (&["RandomNormal", "Normal"], |fields| {
        normal(fields, |mean, stddev| Ok(keras::random_normal(mean, stddev)?.into()))
    }),
    (&["TruncatedNormal"], |fields| {
        normal(fields, |mean, stddev| Ok(keras::truncated_normal(mean, stddev)?.into()))
    }),
    // Between equal bounds, Keras fills in the bound.
    (&["RandomUniform", "Uniform"], |fields| {
        match (fields.take("minval")?, fields.take("maxval")?) {
            (Some(low), Some(high)) if low == high => Ok(AnyInitializer::Constant(low)),
            (low, high) => Ok(keras::random_uniform(low, high)?.into()),
        }
    }),
    (&["VarianceScaling"], |fields| {
        let (scale, mode) = (fields.take::<f64>("scale")?, fields.take::<FanMode>("mode")?);
        let distribution = match fields.fields.get("distribution") {
            // An older name.
            Some(name) if name == "normal" => {
                fields.fields.remove("distribution");
                Some(Distribution::TruncatedNormal)
            }
            _ => fields.take("distribution")?,
        };
        let layout = fields.layout()?;
        Ok(keras::variance_scaling(scale, mode, distribution)?.with_layout(layout).into())
    }),
    (&["Identity"], |fields| Ok(keras::identity(fields.take::<f64>("gain")?)?.into())),
    (&["Orthogonal"], |fields| Ok(keras::orthogonal(fields.take::<f64>("gain")?)?.into())),
    (&["STFT"], |fields| {
        let all = mem::take(&mut fields.fields);
        Ok(serde_json::from_value::<Stft>(all.into())
            .map_err(|error| fields.wrong(error.to_string()))?
            .into())
    }),
];

/// Without a deviation, Keras fills in the mean.
fn normal(
    fields: &mut Fields<'_>,
    law: fn(Option<f64>, Option<f64>) -> Result<AnyInitializer, InitError>,
) -> Result<AnyInitializer, InitError> {
    match (fields.take::<f64>("mean")?, fields.take("stddev")?) {
        (mean, Some(0.0)) => Ok(AnyInitializer::Constant(mean.unwrap_or(0.0))),
        (mean, stddev) => law(mean, stddev),
    }
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
    fn wrong(&self, rule: impl Into<String>) -> InitError {
        InitError::configuration(self.config.to_string(), rule)
    }

    /// A field, which is then read; none if it is missing or null.
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, InitError> {
        let value = self.fields.remove(name).unwrap_or_default();
        serde_json::from_value(value).map_err(|error| self.wrong(format!("{name}: {error}")))
    }

    fn layout(&mut self) -> Result<Layout, InitError> {
        match (self.take::<Vec<isize>>("input_axes")?, self.take::<Vec<isize>>("output_axes")?) {
            (None, None) => Ok(Layout::keras()),
            (Some(input), Some(output)) => Ok(Layout::axes(&input, &output)),
            _ => Err(self.wrong("input_axes and output_axes come together or not at all")),
        }
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
    let mut fields = match (map.remove("config"), map.keys().next()) {
        (None, _) => map,
        (Some(Value::Null), None) => Map::new(),
        (Some(Value::Object(fields)), None) => fields,
        (Some(_), Some(key)) => return Err(format!("unknown field `{key}` beside config")),
        (Some(other), None) => return Err(format!("config is {other}, but must be an object")),
    };
    // Every class may have these, the second in Keras 2.
    for key in ["seed", "dtype"] {
        fields.remove(key);
    }
    // Keras may wrap an array; its elements take the wrapping's place.
    for value in fields.values_mut() {
        if let Some(elements) = value.pointer_mut("/config/value") {
            *value = elements.take();
        }
    }
    Ok((class, fields))
}
