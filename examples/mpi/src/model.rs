//! A network's parameters, each with its place in the network and the initializer of its values.

use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{AnyInitializer, InitError, InitExt, InitRefExt, Key, Region, Rules};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::cut::Part;

/// A network: what is to be initialized.
pub struct Model {
    /// Its name, from the list.
    pub name: String,
    /// By their names.
    pub parameters: Vec<Parameter>,
}

/// One parameter of the network.
pub struct Parameter {
    /// Its name, by which its key is forked.
    pub name: String,
    /// The shape of the whole.
    pub shape: Vec<usize>,
    /// Where it is in the network.
    pub place: Place,
    /// What its values are.
    pub initializer: AnyInitializer,
}

/// Where in a transformer a parameter is: what decides how it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A row for each token or position.
    Embedding,
    /// A kernel of the attention.
    Attention,
    /// A kernel of the two dense layers behind it.
    Mlp,
    /// A bias, or the scale of a normalization.
    Vector,
}

/// A list of parameters, as `examples/data/README.md` describes it.
#[derive(Deserialize)]
struct List {
    model: String,
    initializers: Rules,
    tensors: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Shape(Vec<usize>),
    Tied {
        #[serde(rename = "tied_to")]
        _to: String,
    },
}

impl Model {
    /// Reads the list of a GPT-2. With `kernels`, an initializer takes the place of the list's for
    /// every matrix.
    ///
    /// # Errors
    /// If the file cannot be read, or has a parameter that no GPT-2 has.
    pub fn read(path: &Path, kernels: Option<&AnyInitializer>) -> Result<Self, String> {
        let of_file = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| of_file(&error))?;
        let list: List = serde_json::from_str(&text).map_err(|error| of_file(&error))?;
        let mut parameters = Vec::new();
        for (name, entry) in list.tensors {
            let Entry::Shape(shape) = entry else { continue };
            let of_entry = |error: String| of_file(&format!("parameter {name:?}: {error}"));
            let place = place(&name, &shape).map_err(of_entry)?;
            let initializer = match kernels {
                Some(kernels) if place != Place::Vector => kernels,
                _ => list.initializers.initializer(&name).map_err(|error| of_file(&error))?,
            };
            let initializer = initializer.clone();
            parameters.push(Parameter { name, shape, place, initializer });
        }
        Ok(Self { name: list.model, parameters })
    }

    /// How many elements all parameters have.
    #[must_use]
    pub fn elements(&self) -> usize {
        self.parameters.iter().map(Parameter::elements).sum()
    }
}

/// Where a parameter of this name is.
fn place(name: &str, shape: &[usize]) -> Result<Place, String> {
    match shape {
        [_] => Ok(Place::Vector),
        _ if name.ends_with("wte.weight") || name.ends_with("wpe.weight") => Ok(Place::Embedding),
        _ if name.contains(".attn.") => Ok(Place::Attention),
        _ if name.contains(".mlp.") => Ok(Place::Mlp),
        _ => Err(format!("no GPT-2 has it, of shape {shape:?}")),
    }
}

impl Parameter {
    /// How many elements the whole has.
    #[must_use]
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// The whole array, as a single process makes it.
    ///
    /// # Errors
    /// If the initializer refuses the shape.
    pub fn whole(&self, network: Key) -> Result<ArrayD<f32>, InitError> {
        ArrayD::init(IxDyn(&self.shape), &self.initializer, network.fork(&self.name))
    }

    /// A part of the array, made without the rest.
    ///
    /// # Errors
    /// If the initializer refuses the shape, or the part is not within it.
    pub fn part(&self, network: Key, part: &Part) -> Result<ArrayD<f32>, InitError> {
        let region = Region::new(&self.shape, &part.offset)?;
        let key = network.fork(&self.name);
        ArrayD::init_region(IxDyn(&part.shape), &self.initializer, key, &region)
    }

    /// The same into an array that is there.
    ///
    /// # Errors
    /// As [`part`](Self::part).
    pub fn refill(
        &self,
        network: Key,
        part: &Part,
        array: &mut ArrayD<f32>,
    ) -> Result<(), InitError> {
        let region = Region::new(&self.shape, &part.offset)?;
        array.fill_init_region(&self.initializer, network.fork(&self.name), &region)
    }
}
