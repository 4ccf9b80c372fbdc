//! A parameter list, as it is written: names and shapes, and the initializers of names by patterns.
//! `examples/data/README.md` describes the form.

use crate::dtype::Dtype;
use ndarray_init::Rules;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    pub(super) model: Option<String>,
    #[serde(default)]
    pub(super) versions: BTreeMap<String, String>,
    pub(super) dtype: Option<Dtype>,
    #[serde(default)]
    pub(super) initializers: Rules<Value>,
    pub(super) tensors: Entries,
}

/// The tensors by name, in the list's order.
pub(super) struct Entries(pub(super) Vec<(String, Entry)>);

/// A tensor, not yet checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) shape: Option<Vec<usize>>,
    pub(super) dtype: Option<Dtype>,
    pub(super) initializer: Option<Value>,
    /// The tensor that this one is. Nothing is written: the loader ties the two.
    pub(super) tied_to: Option<String>,
    /// The tensor whose values are written under this name, too.
    pub(super) same_as: Option<String>,
}

impl Entry {
    fn read(value: Value) -> Result<Self, serde_json::Error> {
        let is_shape = value.is_array();
        let value = if is_shape { serde_json::json!({ "shape": value }) } else { value };
        let entry: Self = serde_json::from_value(value)?;
        let sources =
            [entry.initializer.is_some(), entry.tied_to.is_some(), entry.same_as.is_some()];
        if sources.into_iter().filter(|&is_given| is_given).count() > 1 {
            return Err(serde_json::Error::custom(
                "an entry has one of initializer, tied_to and same_as",
            ));
        }
        Ok(entry)
    }

    /// The name of the tensor whose values this one has.
    pub(super) fn target(&self) -> Option<&str> {
        self.tied_to.as_deref().or(self.same_as.as_deref())
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of names and shapes")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Entries, M::Error> {
        let (mut entries, mut taken) = (Vec::new(), HashSet::new());
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            let wrong = |error: &dyn fmt::Display| {
                M::Error::custom(format_args!("tensor {name:?}: {error}"))
            };
            if name == "__metadata__" || !taken.insert(name.clone()) {
                return Err(wrong(&"the name is taken"));
            }
            let entry = Entry::read(value).map_err(|error| wrong(&error))?;
            entries.push((name, entry));
        }
        Ok(Entries(entries))
    }
}
