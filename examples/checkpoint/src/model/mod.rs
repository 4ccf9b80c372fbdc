//! A network's parameters, each with the rule that its values follow. What exists was checked.

mod expected;
mod flax;
mod keras;
mod libraries;
mod list;
mod torch;

use crate::dtype::Dtype;
pub(crate) use expected::Expected;
use expected::constant;
use list::{Entry, Framework, List};
use ndarray_init::{AnyInitializer, Distribution, Fans, Law};
use std::collections::{HashMap, HashSet};

/// A network: what is to be initialized.
pub(crate) struct Model {
    pub(crate) name: String,
    framework: Option<Framework>,
    pub(crate) parameters: Vec<Parameter>,
    /// Names that stand for another parameter's tensor, with that one's name. Nothing is written
    /// for them.
    pub(crate) ties: Vec<(String, String)>,
}

/// One tensor. What exists can be filled: [`Parameter::new`] has checked it.
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// What the framework calls the module or layer; empty if the list does not say.
    pub(crate) kind: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) dtype: Dtype,
    pub(crate) rule: AnyInitializer,
    /// Of a kernel whose variance is scaled by them.
    pub(crate) fans: Option<Fans>,
    /// What the values are drawn from; a constant is not drawn.
    pub(crate) law: Option<Law>,
    /// What the values should measure, where that can be said.
    pub(crate) expected: Option<Expected>,
    /// What the framework's own weights measured, where the list says so.
    pub(crate) recorded: Option<Recorded>,
}

/// What the weights measured that the framework itself drew.
#[derive(Clone, Copy)]
pub(crate) struct Recorded {
    pub(crate) std: f64,
    pub(crate) max_abs: f64,
}

/// What the command line says about all parameters.
#[derive(Clone, Copy)]
pub(crate) struct Choices {
    /// The type of the tensors whose entries name none.
    pub(crate) dtype: Dtype,
    /// What kernels that are scaled by their fans are drawn from, in place of the list's.
    pub(crate) distribution: Option<Distribution>,
}

impl Model {
    /// Reads a list.
    pub(crate) fn parse(text: &str, choices: Choices) -> Result<Self, String> {
        let list: List = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if list.parameters.is_empty() {
            return Err("the list of parameters is empty: there is nothing to initialize".into());
        }
        let mut taken = HashSet::new();
        for Entry { name, .. } in &list.parameters {
            if name == "__metadata__" || !taken.insert(name) {
                return Err(format!("parameter {name:?}: the name is taken"));
            }
        }
        let context = Context::new(&list);
        let (mut parameters, mut ties) = (Vec::new(), Vec::new());
        for entry in &list.parameters {
            let wrong = |error| format!("parameter {:?}: {error}", entry.name);
            if let Some(tie) = context.tie(entry).map_err(wrong)? {
                ties.push((entry.name.clone(), tie));
            } else {
                parameters.push(Parameter::new(entry, &context, choices).map_err(wrong)?);
            }
        }
        let mut sizes = parameters.iter().map(Parameter::bytes);
        let bytes = sizes.try_fold(0, u64::checked_add);
        if bytes.is_none_or(|bytes| i64::try_from(bytes).is_err()) {
            return Err("the tensors together are larger than a file can be".into());
        }
        Ok(Self { name: list.model, framework: list.framework, parameters, ties })
    }

    pub(crate) fn elements(&self) -> u64 {
        self.parameters.iter().map(|parameter| parameter.elements() as u64).sum()
    }

    /// Of the tensors, without the headers of files.
    pub(crate) fn bytes(&self) -> u64 {
        self.parameters.iter().map(Parameter::bytes).sum()
    }

    /// What loaders that ask for which framework a file is want to read in its metadata.
    pub(crate) fn format(&self) -> Option<&'static str> {
        match self.framework? {
            Framework::Pytorch => Some("pt"),
            Framework::Flax => Some("flax"),
            Framework::Keras => None,
        }
    }

    /// The framework's name, for sentences about its weights.
    pub(crate) fn framework(&self) -> &'static str {
        match self.framework {
            Some(Framework::Pytorch) => "PyTorch",
            Some(Framework::Keras) => "Keras",
            Some(Framework::Flax) => "Flax",
            None => "the framework",
        }
    }
}

/// A list, as the rules of one entry need it.
struct Context<'a> {
    list: &'a List,
    by_name: HashMap<&'a str, &'a Entry>,
    library: libraries::Library,
}

impl<'a> Context<'a> {
    fn new(list: &'a List) -> Self {
        let by_name = list.parameters.iter().map(|entry| (entry.name.as_str(), entry)).collect();
        Self { list, by_name, library: libraries::Library::of(list) }
    }

    /// The name of the entry that this one is tied to.
    fn tie(&self, entry: &Entry) -> Result<Option<String>, String> {
        let Some(to) = &entry.tied_to else { return Ok(None) };
        let Some(other) = self.by_name.get(to.as_str()) else {
            return Err(format!("it is tied to {to:?}, which the list does not have"));
        };
        if other.tied_to.is_some() {
            return Err(format!("it is tied to {to:?}, which is tied itself"));
        }
        match &entry.shape {
            Some(shape) if Some(shape) != other.shape.as_ref() => {
                let other = other.shape.as_deref().unwrap_or_default();
                Err(format!("its shape is {shape:?}, but it is tied to {to:?} of {other:?}"))
            }
            _ => Ok(Some(to.clone())),
        }
    }

    /// What fills a parameter: what the entry says or, without that, its framework's rule.
    fn rule(&self, entry: &Entry, shape: &[usize]) -> Result<AnyInitializer, String> {
        let framework = self.list.framework;
        let rule = match (&entry.initializer, framework) {
            (Some(initializer), _) => {
                let rule = list::initializer(initializer)?;
                match framework {
                    Some(Framework::Keras) if entry.layout.is_none() => {
                        keras::with_layout_of_layer(rule, entry, shape)?
                    }
                    _ => rule,
                }
            }
            (None, Some(Framework::Pytorch)) => match self.library.rule(entry) {
                Some(rule) => rule.map_err(|error| error.to_string())?,
                None => torch::rule(entry, shape, &self.by_name)?,
            },
            (None, Some(Framework::Flax)) => flax::rule(entry, shape)?,
            (None, Some(Framework::Keras) | None) => return Err(list::needs_initializer("")),
        };
        Ok(match &entry.layout {
            Some(layout) => rule.with_layout(layout.clone()),
            None => rule,
        })
    }
}

impl Parameter {
    fn new(entry: &Entry, context: &Context<'_>, choices: Choices) -> Result<Self, String> {
        let shape = entry.shape.clone().ok_or("an entry needs a shape")?;
        let rule = with_distribution(context.rule(entry, &shape)?, choices.distribution);
        let dtype = match &entry.dtype {
            Some(dtype) => dtype.parse()?,
            None if entry.is_counter() => Dtype::I64,
            None => choices.dtype,
        };
        check_size(&shape, dtype, &rule)?;
        let fans = match &rule {
            AnyInitializer::VarianceScaling(kernel) => {
                Some(kernel.fans(&shape).map_err(|error| error.to_string())?)
            }
            _ => None,
        };
        let law = rule.law(&shape).map_err(|error| error.to_string())?;
        if !shape.contains(&0) {
            dtype.check(&rule, &shape)?;
        }
        let expected = Expected::of(&rule, &shape).map_err(|error| error.to_string())?;
        Ok(Self {
            name: entry.name.clone(),
            kind: entry.kind.clone().unwrap_or_default(),
            shape,
            dtype,
            rule,
            fans,
            law,
            expected,
            recorded: entry.recorded(),
        })
    }

    pub(crate) fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    pub(crate) fn bytes(&self) -> u64 {
        (self.elements() * self.dtype.size()) as u64
    }

    /// The number that all its values are.
    pub(crate) fn constant(&self) -> Option<f64> {
        constant(&self.rule)
    }

    /// The mean to measure from: the expected one; 0 for what has none and is no constant.
    pub(crate) fn mean(&self) -> Option<f64> {
        let mean = self.expected.map_or(0.0, |expected| expected.mean);
        self.constant().is_none().then_some(mean)
    }

    /// Whether the tensor is made whole, since a part of it would take as long.
    pub(crate) fn is_whole(&self) -> bool {
        is_whole(&self.rule)
    }
}

/// Orthogonal matrices have no parts of their own. The zeros of a sparse one are chosen from its
/// first row on.
fn is_whole(rule: &AnyInitializer) -> bool {
    match rule {
        AnyInitializer::Orthogonal(_) | AnyInitializer::DeltaOrthogonal(_) => true,
        AnyInitializer::Sparse(_) => true,
        AnyInitializer::Blocks(blocks) => blocks.initializers().any(is_whole),
        _ => false,
    }
}

/// Whether a file can hold the tensor and, if it is made whole, memory: to find out on the way
/// could end the program.
fn check_size(shape: &[usize], dtype: Dtype, rule: &AnyInitializer) -> Result<(), String> {
    // Without the zeros, as the strides of an array without elements must fit as well.
    let mut sizes = shape.iter().copied().filter(|&n| n != 0);
    let elements = sizes.try_fold(1_usize, usize::checked_mul);
    let bytes = elements
        .and_then(|elements| elements.checked_mul(dtype.size()))
        .filter(|&bytes| isize::try_from(bytes).is_ok())
        .ok_or_else(|| format!("shape {shape:?} is larger than a file can be"))?;
    if is_whole(rule) && Vec::<u8>::new().try_reserve_exact(bytes).is_err() {
        return Err(format!("shape {shape:?} is larger than memory, in which it is made whole"));
    }
    Ok(())
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
