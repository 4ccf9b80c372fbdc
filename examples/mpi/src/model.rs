//! A network's parameters, each with its place in the network and the initializer of its values.

use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{
    AnyInitializer, InitError, InitExt, InitRefExt, Key, Normal, Ones, Region, Zeros, residual_gain,
};
use serde::Deserialize;
use std::fs;
use std::path::Path;

use crate::cut::Part;

/// A network: what is to be initialized.
pub struct Model {
    /// Its name, from the list.
    pub name: String,
    /// In the order of the list.
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

#[derive(Deserialize)]
struct List {
    model: String,
    parameters: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    module: String,
    shape: Vec<usize>,
}

impl Model {
    /// Reads the list of a GPT-2. With `kernels`, an initializer takes the place of GPT-2's own for
    /// every matrix.
    ///
    /// # Errors
    /// If the file cannot be read, or has a parameter that no GPT-2 has.
    pub fn read(path: &Path, kernels: Option<&AnyInitializer>) -> Result<Self, String> {
        let of_file = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| of_file(&error))?;
        let List { model, parameters } =
            serde_json::from_str(&text).map_err(|error| of_file(&error))?;
        let layers = parameters.iter().filter(|entry| entry.name.ends_with(".attn.c_proj.weight"));
        let layers = layers.count();
        let parameters = parameters
            .into_iter()
            .map(|entry| {
                let of_entry = |error| of_file(&format!("parameter {:?}: {error}", entry.name));
                let (place, gpt2) = entry.rule(layers).map_err(of_entry)?;
                let initializer = match kernels {
                    Some(kernels) if place != Place::Vector => kernels.clone(),
                    _ => gpt2,
                };
                Ok(Parameter { name: entry.name, shape: entry.shape, place, initializer })
            })
            .collect::<Result<_, String>>()?;
        Ok(Self { name: model, parameters })
    }

    /// How many elements all parameters have.
    #[must_use]
    pub fn elements(&self) -> usize {
        self.parameters.iter().map(Parameter::elements).sum()
    }
}

impl Entry {
    /// GPT-2's own rule (transformers, `GPT2PreTrainedModel._init_weights`): normal, of deviation
    /// 0.02; what is added to the residual stream is made smaller by the square root of how often
    /// that happens.
    fn rule(&self, layers: usize) -> Result<(Place, AnyInitializer), String> {
        let Self { name, module, shape } = self;
        let is_bias = name.rsplit('.').next() == Some("bias");
        let place = match module.as_str() {
            _ if shape.len() == 1 => Place::Vector,
            "Embedding" => Place::Embedding,
            "Conv1D" if name.contains(".attn.") => Place::Attention,
            "Conv1D" if name.contains(".mlp.") => Place::Mlp,
            _ => return Err(format!("no rule for a {module:?} of shape {shape:?}")),
        };
        let normal = |gain: f64| Normal::new(0.0, 0.02 * gain).map(AnyInitializer::from);
        let initializer = match place {
            Place::Vector if is_bias => Ok(Zeros.into()),
            Place::Vector => Ok(Ones.into()),
            _ if name.ends_with(".c_proj.weight") => residual_gain(layers).and_then(normal),
            _ => normal(1.0),
        };
        Ok((place, initializer.map_err(|error| error.to_string())?))
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
