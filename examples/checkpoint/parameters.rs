//! A network's parameters, each with the rule that its values follow. Knows no framework.

use crate::{keras, torch};
use ndarray_init::{
    Constant, Distribution, Fans, InitError, Initializer, Key, Law, Normal, TruncatedNormal,
    Uniform, Values, VarianceScaling,
};
use serde::Deserialize;
use std::collections::HashSet;

/// A network: what is to be initialised.
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
    pub(crate) rule: Rule,
    /// Of a kernel whose variance is scaled by them.
    pub(crate) fans: Option<Fans>,
    /// What the values are drawn from; a constant is not drawn.
    pub(crate) law: Option<Law>,
    /// What the framework's own weights measured, where the list says so.
    pub(crate) peer: Option<Peer>,
}

/// What a parameter's values are to be.
#[derive(Clone)]
pub(crate) enum Rule {
    Constant(f32),
    /// A law that is the same for every shape.
    Law(Law),
    /// A law that is scaled by the kernel's fans.
    Kernel(VarianceScaling),
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
            let parameter = rule
                .with_distribution(distribution)
                .map_err(|error| error.to_string())
                .and_then(|rule| Parameter::new(name.clone(), shape, rule, peer))
                .map_err(of_parameter)?;
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
    pub(crate) rule: Rule,
    pub(crate) peer: Option<Peer>,
}

impl Parameter {
    fn new(
        name: String,
        shape: Vec<usize>,
        rule: Rule,
        peer: Option<Peer>,
    ) -> Result<Self, String> {
        check_memory(&shape)?;
        let invalid = |error: InitError| error.to_string();
        let (fans, law) = match &rule {
            Rule::Constant(_) => (None, None),
            Rule::Law(law) => (None, Some(*law)),
            Rule::Kernel(kernel) => {
                let fans = kernel.fans(&shape).map_err(invalid)?;
                (Some(fans), Some(kernel.law(&shape).map_err(invalid)?))
            }
        };
        // Whether f32 holds them does not depend on the key.
        let _ = rule.values(&shape, Key::new(0)).map_err(invalid)?;
        Ok(Self { name, shape, rule, fans, law, peer })
    }

    pub(crate) fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// The standard deviation that the values should have.
    pub(crate) fn std_dev(&self) -> f64 {
        self.law.map_or(0.0, |law| law.std_dev())
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

impl Rule {
    pub(crate) fn uniform(low: f64, high: f64) -> Result<Self, InitError> {
        Ok(Self::Law(Uniform::new(low, high)?.into()))
    }

    pub(crate) fn normal(mean: f64, std: f64) -> Result<Self, InitError> {
        Ok(Self::Law(Normal::new(mean, std)?.into()))
    }

    pub(crate) fn truncated(law: Result<TruncatedNormal, InitError>) -> Result<Self, InitError> {
        Ok(Self::Law(law?.into()))
    }

    /// The same, but a kernel's law has this form; its variance stays.
    fn with_distribution(self, distribution: Option<Distribution>) -> Result<Self, InitError> {
        match (self, distribution) {
            (Self::Kernel(kernel), Some(distribution)) => {
                let other = VarianceScaling::new(kernel.scale(), kernel.mode(), distribution)?;
                Ok(Self::Kernel(other.with_layout(kernel.layout().clone())))
            }
            (rule, _) => Ok(rule),
        }
    }
}

impl Initializer<f32> for Rule {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<f32>, InitError> {
        match self {
            Self::Constant(value) => Constant(*value).values(shape, key),
            Self::Law(law) => law.values(shape, key),
            Self::Kernel(kernel) => kernel.values(shape, key),
        }
    }
}
