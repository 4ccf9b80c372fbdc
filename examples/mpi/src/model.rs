//! The parameters of a GPT-2, from a list as `examples/data/README.md` describes it.

use crate::cut::Part;
use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{AnyInitializer, InitError, InitExt, Key, Region, Rules};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One parameter of the network.
pub struct Parameter {
    /// The key is forked by this name.
    pub name: String,
    pub shape: Vec<usize>,
    pub place: Place,
    pub initializer: AnyInitializer,
}

/// The place of a parameter in a transformer, which decides how it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A row for each token or position.
    Embedding,
    Attention,
    Mlp,
    /// A bias, or the scale of a normalization.
    Vector,
}

#[derive(Deserialize)]
struct List {
    initializers: Rules,
    tensors: BTreeMap<String, Value>,
}

/// Reads a list. With `kernels`, all matrices have this initializer instead of the list's.
pub fn read(path: &Path, kernels: Option<&AnyInitializer>) -> Result<Vec<Parameter>, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let list: List = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
    let mut parameters = Vec::new();
    for (name, entry) in list.tensors {
        if entry.get("tied_to").is_some() {
            continue;
        }
        let shape = Vec::<usize>::deserialize(entry).map_err(|error| wrong(&error))?;
        let place = match shape[..] {
            [_] => Place::Vector,
            _ if name.ends_with("wte.weight") || name.ends_with("wpe.weight") => Place::Embedding,
            _ if name.contains(".attn.") => Place::Attention,
            _ if name.contains(".mlp.") => Place::Mlp,
            _ => return Err(wrong(&format!("no GPT-2 has {name:?} of shape {shape:?}"))),
        };
        let initializer = match kernels.filter(|_| place != Place::Vector) {
            Some(kernels) => kernels.clone(),
            None => list.initializers.initializer(&name).map_err(|error| wrong(&error))?.clone(),
        };
        parameters.push(Parameter { name, shape, place, initializer });
    }
    Ok(parameters)
}

impl Parameter {
    /// The whole array, as a single process makes it.
    pub fn whole(&self, network: Key) -> Result<ArrayD<f32>, String> {
        let key = network.fork(&self.name);
        self.named(ArrayD::init(IxDyn(&self.shape), &self.initializer, key))
    }

    /// A part of the array, made without the rest.
    pub fn part(&self, network: Key, part: &Part) -> Result<ArrayD<f32>, String> {
        let region = self.named(Region::new(&self.shape, &part.offset))?;
        let key = network.fork(&self.name);
        self.named(ArrayD::init_region(IxDyn(&part.shape), &self.initializer, key, &region))
    }

    fn named<T>(&self, result: Result<T, InitError>) -> Result<T, String> {
        result.map_err(|error| format!("parameter {:?}: {error}", self.name))
    }
}
