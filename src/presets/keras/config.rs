//! Initializers as Keras writes them into a model's configuration.

use crate::presets::keras;
use crate::{
    AnyInitializer, Distribution, FanMode, InitError, Layout, Stft, StftScaling, StftSide,
    StftWindow, VarianceScaling,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// The initializer that a configuration of Keras' describes.
///
/// All forms that Keras has had are read: `{"class_name": …, "config": {…}}` of Keras 3 and of
/// Keras 2 (with its `"dtype"`, and `"normal"` for a truncated normal), with `"module"` and
/// `"registered_name"` or without; the fields beside the class,
/// `{"class": "VarianceScaling", "scale": 2.0}`; and a mere name, `"glorot_uniform"`. What is left
/// out has Keras' default. Seeds are read over: values come from a [`Key`](crate::Key).
///
/// The layout is [Keras'](Layout::keras), or that of `input_axes` and `output_axes`, of which Keras
/// ignores one without the other, and this is an error. A depthwise or a transposed convolution's
/// configuration does not say that it is one: see [`AnyInitializer::with_layout`].
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
/// off, or has a field that is unknown or not of its type; and what the initializer's own
/// constructor finds wrong with the numbers.
pub fn from_config(config: &Value) -> Result<AnyInitializer, InitError> {
    let wrong = |rule: String| InitError::Configuration { config: config.to_string(), rule };
    let tagged = tagged(config).map_err(wrong)?;
    let class: Class = serde_json::from_value(tagged).map_err(|error| wrong(error.to_string()))?;
    class.initializer()
}

const CLASSES: [&str; 16] = [
    "Zeros",
    "Ones",
    "Constant",
    "RandomNormal",
    "TruncatedNormal",
    "RandomUniform",
    "VarianceScaling",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "LecunNormal",
    "LecunUniform",
    "Identity",
    "Orthogonal",
    "STFT",
];
/// Keras' other names of some.
const ALIASES: [&str; 4] = ["zero", "one", "normal", "uniform"];

/// What Keras writes beside a class and its fields.
const ENVELOPE: [&str; 3] = ["module", "registered_name", "shared_object_id"];

/// Any form as `{"class_name": …, "config": {…}}`, the class in small letters.
fn tagged(config: &Value) -> Result<Value, String> {
    let (class, fields) = match config {
        Value::String(class) => (class.clone(), Map::new()),
        Value::Object(map) => class_and_fields(map.clone())?,
        _ => return Err("it must be an object or a string".to_owned()),
    };
    let small = class.replace('_', "").to_lowercase();
    let small = small.strip_suffix("v2").unwrap_or(&small);
    let small = small.strip_suffix("initializer").unwrap_or(small);
    if CLASSES.iter().chain(&ALIASES).all(|class| class.to_lowercase() != small) {
        return Err(format!("no class of Keras is {class:?}; there are {}", CLASSES.join(", ")));
    }
    Ok(serde_json::json!({ "class_name": small, "config": fields }))
}

fn class_and_fields(mut map: Map<String, Value>) -> Result<(String, Map<String, Value>), String> {
    let ((Some(Value::String(class)), None) | (None, Some(Value::String(class)))) =
        (map.remove("class_name"), map.remove("class"))
    else {
        return Err("it must have either a class_name or a class, a string".to_owned());
    };
    for key in ENVELOPE {
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

/// Keras' classes, each with its fields.
#[derive(Deserialize)]
#[serde(tag = "class_name", content = "config", rename_all = "lowercase")]
enum Class {
    #[serde(alias = "zero")]
    Zeros(Nothing),
    #[serde(alias = "one")]
    Ones(Nothing),
    Constant(Same),
    #[serde(alias = "normal")]
    RandomNormal(Moments),
    TruncatedNormal(Moments),
    #[serde(alias = "uniform")]
    RandomUniform(Range),
    VarianceScaling(Scaling),
    GlorotNormal(Fans),
    GlorotUniform(Fans),
    HeNormal(Fans),
    HeUniform(Fans),
    LecunNormal(Fans),
    LecunUniform(Fans),
    Identity(Multiple),
    Orthogonal(Multiple),
    Stft(Transform),
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
    Same { value: Number }
    Moments { mean: f64, stddev: f64 }
    Range { minval: f64, maxval: f64 }
    Multiple { gain: f64 }
    Fans { input_axes: Vec<isize>, output_axes: Vec<isize> }
    Scaling {
        scale: f64,
        mode: FanMode,
        distribution: Form,
        input_axes: Vec<isize>,
        output_axes: Vec<isize>
    }
}

/// The fields of `STFT`, where null is not the default.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Transform {
    side: Side,
    window: Option<StftWindow>,
    scaling: Option<StftScaling>,
    periodic: bool,
    #[serde(rename = "dtype")]
    _dtype: IgnoredAny,
}

impl Default for Transform {
    fn default() -> Self {
        Self {
            side: Side::Real,
            window: Some(StftWindow::Hann),
            scaling: Some(StftScaling::Density),
            periodic: false,
            _dtype: IgnoredAny,
        }
    }
}

/// [`Distribution`], by Keras' names.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    /// "normal" is its older name.
    #[serde(alias = "normal")]
    TruncatedNormal,
    UntruncatedNormal,
    Uniform,
}

/// [`StftSide`], by Keras' names.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Side {
    Real,
    Imag,
}

/// A number, perhaps in the wrapping that Keras gives what was an array.
#[derive(Deserialize)]
#[serde(untagged, expecting = "value must be a number, not an array")]
enum Number {
    Plain(f64),
    Wrapped { config: Wrapped },
}

#[derive(Deserialize)]
struct Wrapped {
    value: f64,
}

impl From<Form> for Distribution {
    fn from(form: Form) -> Self {
        match form {
            Form::TruncatedNormal => Self::TruncatedNormal,
            Form::UntruncatedNormal => Self::UntruncatedNormal,
            Form::Uniform => Self::Uniform,
        }
    }
}

impl Class {
    fn initializer(self) -> Result<AnyInitializer, InitError> {
        Ok(match self {
            Self::Zeros(_) => keras::zeros().into(),
            Self::Ones(_) => keras::ones().into(),
            Self::Constant(of) => keras::constant(of.value.map(Number::value)).into(),
            Self::RandomNormal(of) => keras::random_normal(of.mean, of.stddev)?.into(),
            Self::TruncatedNormal(of) => keras::truncated_normal(of.mean, of.stddev)?.into(),
            Self::RandomUniform(of) => keras::random_uniform(of.minval, of.maxval)?.into(),
            Self::VarianceScaling(of) => {
                let form = of.distribution.map(Distribution::from);
                let layout = layout(of.input_axes, of.output_axes)?;
                keras::variance_scaling(of.scale, of.mode, form)?.with_layout(layout).into()
            }
            Self::GlorotNormal(fans) => fans.of(keras::glorot_normal())?,
            Self::GlorotUniform(fans) => fans.of(keras::glorot_uniform())?,
            Self::HeNormal(fans) => fans.of(keras::he_normal())?,
            Self::HeUniform(fans) => fans.of(keras::he_uniform())?,
            Self::LecunNormal(fans) => fans.of(keras::lecun_normal())?,
            Self::LecunUniform(fans) => fans.of(keras::lecun_uniform())?,
            Self::Identity(of) => keras::identity(of.gain)?.into(),
            #[cfg(feature = "orthogonal")]
            Self::Orthogonal(of) => keras::orthogonal(of.gain)?.into(),
            #[cfg(not(feature = "orthogonal"))]
            Self::Orthogonal(Multiple { gain, .. }) => {
                return Err(InitError::Configuration {
                    config: format!("of Orthogonal, with gain {},", super::or(gain, 1.0)),
                    rule: "this needs the feature `orthogonal` of ndarray-init".to_owned(),
                });
            }
            Self::Stft(of) => {
                let side = match of.side {
                    Side::Real => StftSide::Real,
                    Side::Imag => StftSide::Imaginary,
                };
                let stft = Stft::default().with_side(side).with_periodic(of.periodic);
                stft.with_window(of.window).with_scaling(of.scaling).into()
            }
        })
    }
}

impl Number {
    fn value(self) -> f64 {
        match self {
            Self::Plain(value) | Self::Wrapped { config: Wrapped { value } } => value,
        }
    }
}

impl Fans {
    fn of(self, initializer: VarianceScaling) -> Result<AnyInitializer, InitError> {
        Ok(initializer.with_layout(layout(self.input_axes, self.output_axes)?).into())
    }
}

fn layout(input: Option<Vec<isize>>, output: Option<Vec<isize>>) -> Result<Layout, InitError> {
    match (input, output) {
        (None, None) => Ok(Layout::keras()),
        (Some(input), Some(output)) => Ok(Layout::axes(&input, &output)),
        (input, _) => Err(InitError::Configuration {
            config: if input.is_some() {
                "with input_axes alone"
            } else {
                "with output_axes alone"
            }
            .to_owned(),
            rule: "input_axes and output_axes come together or not at all".to_owned(),
        }),
    }
}
