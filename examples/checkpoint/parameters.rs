//! A network's parameters, each with the rule that its values follow. Knows no framework.

use crate::{keras, torch};
use ndarray_init::{AnyInitializer, Distribution, Fans, InitError, Initializer, Key, Law, Values};
use serde::Deserialize;
use std::collections::HashSet;

/// A network: what is to be initialized.
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) framework: Framework,
    pub(crate) parameters: Vec<Parameter>,
}

/// The framework that a list was read off.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Framework {
    Keras,
    Pytorch,
}

/// One parameter. What exists can be filled: [`Parameter::new`] has checked it.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) rule: AnyInitializer,
    /// Of a kernel whose variance is scaled by them.
    pub(crate) fans: Option<Fans>,
    /// What the values are drawn from; a constant is not drawn.
    pub(crate) law: Option<Law>,
    /// What the framework's own weights measured, where the list says so.
    pub(crate) peer: Option<Peer>,
}

/// The weights that the framework itself drew.
#[derive(Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) std: f64,
    pub(crate) max_abs: f64,
}

impl Model {
    /// Reads a list. With a distribution, all kernels are drawn from that one.
    pub(crate) fn parse(text: &str, distribution: Option<Distribution>) -> Result<Self, String> {
        // In two passes: an entry's form depends on the framework, and serde's own way to choose
        // a form by a field loses the line and column of what is wrong.
        let Head { model: name, framework } = json(text)?;
        let entries = match framework {
            Framework::Keras => keras::rules(json(text)?)?,
            Framework::Pytorch => torch::rules(&name, &json(text)?)?,
        };
        let mut taken = HashSet::new();
        let mut parameters = Vec::with_capacity(entries.len());
        for Entry { name, shape, rule, peer } in entries {
            let of_parameter = |error| format!("parameter {name:?}: {error}");
            if name == "__metadata__" || !taken.insert(name.clone()) {
                return Err(of_parameter("the name is taken".to_owned()));
            }
            let rule = with_distribution(rule, distribution);
            let parameter =
                Parameter::new(name.clone(), shape, rule, peer).map_err(of_parameter)?;
            parameters.push(parameter);
        }
        Ok(Self { name, framework, parameters })
    }

    pub(crate) fn elements(&self) -> usize {
        self.parameters.iter().map(Parameter::elements).sum()
    }
}

/// A whole list, or the part of it that `T` asks for.
fn json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[derive(Deserialize)]
struct Head {
    model: String,
    framework: Framework,
}

/// The entries of a list, as its framework writes them.
#[derive(Deserialize)]
pub(crate) struct List<E> {
    pub(crate) parameters: Vec<E>,
}

/// An entry of a list, whatever the framework: a parameter, not yet checked.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) rule: AnyInitializer,
    pub(crate) peer: Option<Peer>,
}

impl Parameter {
    fn new(
        name: String,
        shape: Vec<usize>,
        rule: AnyInitializer,
        peer: Option<Peer>,
    ) -> Result<Self, String> {
        check_memory(&shape)?;
        let invalid = |error: InitError| error.to_string();
        let fans = match &rule {
            AnyInitializer::VarianceScaling(kernel) => Some(kernel.fans(&shape).map_err(invalid)?),
            _ => None,
        };
        let law = rule.law(&shape).map_err(invalid)?;
        // Whether the shape fits, and f32 holds the values, does not depend on the key.
        if !shape.contains(&0) {
            let _: Values<f32> = rule.values(&shape, Key::new(0)).map_err(invalid)?;
        }
        Ok(Self { name, shape, rule, fans, law, peer })
    }

    pub(crate) fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// The number that all its values are.
    pub(crate) fn constant(&self) -> Option<f64> {
        match self.rule {
            AnyInitializer::Zeros => Some(0.0),
            AnyInitializer::Ones => Some(1.0),
            AnyInitializer::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The standard deviation that the values should have, where that can be said.
    pub(crate) fn std_dev(&self) -> Option<f64> {
        self.constant().map(|_| 0.0).or(self.law.map(|law| law.std_dev()))
    }
}

/// Whether an array of this shape could be allocated, without doing so: allocating too much would
/// end the program.
fn check_memory(shape: &[usize]) -> Result<(), String> {
    // Without the zeros, as the strides of an array without elements must fit as well.
    let sizes = || shape.iter().copied().filter(|&n| n != 0);
    sizes()
        .try_fold(1, usize::checked_mul)
        .and_then(|elements| Vec::<f32>::new().try_reserve_exact(elements).ok())
        .ok_or_else(|| format!("shape {shape:?} is larger than memory"))
}

/// The same initializer, but a kernel's law has this form; its variance stays.
fn with_distribution(rule: AnyInitializer, distribution: Option<Distribution>) -> AnyInitializer {
    match (rule, distribution) {
        (AnyInitializer::VarianceScaling(kernel), Some(distribution)) => {
            kernel.with_distribution(distribution).into()
        }
        (rule, _) => rule,
    }
}
