//! A list of parameters, as it is written. `examples/data/README.md` describes the form.

use super::Recorded;
use ndarray_init::presets::keras::from_config;
use ndarray_init::{AnyInitializer, Layout};
use serde::Deserialize;
use serde_json::Value;

/// A whole list. It may say more than this.
#[derive(Deserialize)]
pub(super) struct List {
    pub(super) model: String,
    pub(super) framework: Option<Framework>,
    pub(super) parameters: Vec<Entry>,
}

/// The framework that a list was read off, whose rules hold where an entry names no initializer.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Framework {
    Keras,
    Pytorch,
    Flax,
}

/// A parameter, not yet checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: String,
    /// The class of the module or layer.
    #[serde(alias = "module", alias = "layer")]
    pub(super) kind: Option<String>,
    /// Only what is tied may leave it out.
    pub(super) shape: Option<Vec<usize>>,
    /// Of a grouped convolution.
    #[serde(default = "one")]
    pub(super) groups: usize,
    pub(super) initializer: Option<Value>,
    pub(super) layout: Option<Layout>,
    pub(super) dtype: Option<String>,
    pub(super) tied_to: Option<String>,
    /// The row of an embedding that is zero.
    pub(super) padding_idx: Option<usize>,
    /// A module around this one that initializes it anew.
    pub(super) inside: Option<String>,
    peer_std: Option<f64>,
    peer_max_abs: Option<f64>,
}

const fn one() -> usize {
    1
}

impl Entry {
    /// What follows the last dot or slash of the name.
    pub(super) fn role(&self) -> &str {
        self.name.rsplit(['.', '/']).next().unwrap_or_default()
    }

    pub(super) fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or_default()
    }

    /// A batch normalization's count of batches, which no file has as a float.
    pub(super) fn is_counter(&self) -> bool {
        self.role() == "num_batches_tracked"
    }

    pub(super) fn recorded(&self) -> Option<Recorded> {
        Some(Recorded { std: self.peer_std?, max_abs: self.peer_max_abs? })
    }
}

/// Reads an initializer in this crate's form or in Keras'. A name that both have means the same
/// law; what is not one of this crate's, such as `"normal"` without a deviation, is read as Keras'.
pub(super) fn initializer(value: &Value) -> Result<AnyInitializer, String> {
    let of_keras = || from_config(value).map_err(|error| error.to_string());
    let has_class = ["class", "class_name"].iter().any(|&field| value.get(field).is_some());
    if has_class {
        return of_keras();
    }
    AnyInitializer::deserialize(value).or_else(|error| match value {
        Value::String(_) => of_keras().map_err(|_| error.to_string()),
        _ => Err(format!("initializer {value}: {error}")),
    })
}

/// What to write into an entry for which there is no rule, and why not.
pub(super) fn needs_initializer(why: &str) -> String {
    let example = r#""initializer": {"normal": {"std": 0.02}}"#;
    let start = if why.is_empty() { "it has no initializer" } else { why };
    format!("{start}: write one into the entry, such as {example} or \"ones\"")
}
