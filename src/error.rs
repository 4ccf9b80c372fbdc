//! The errors of configurations, layouts and shapes, and the small checks of numbers.

use std::fmt;
use thiserror::Error;

/// Why an initializer could not be made, or could not fill an array of that shape.
///
/// Errors come before the first element is written: an array is filled whole or left as it was.
/// Every message names the value, the rule that it breaks and, where one is involved, the shape.
///
/// ```
/// use ndarray_init::{InitError, Layout, Normal};
///
/// let error = Normal::new(0.0, -1.0).unwrap_err();
/// assert_eq!(error.to_string(), "std is -1, but must be positive and finite");
/// match Layout::torch().groups(3).fans(&[128, 16, 3, 3]) {
///     Err(InitError::Layout { shape, .. }) => assert_eq!(shape, [128, 16, 3, 3]),
///     other => panic!("{other:?}"),
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InitError {
    /// A number of a configuration is out of its range.
    #[error("{name} is {}, but must be {rule}", Number(*.value))]
    Parameter {
        /// The parameter's name.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The rule, which stands after "must be".
        rule: &'static str,
    },

    /// The bounds of a law do not enclose anything.
    #[error("the bounds are {} and {}, but must be {rule}", Number(*.lower), Number(*.upper))]
    Bounds {
        /// The lower bound.
        lower: f64,
        /// The upper bound.
        upper: f64,
        /// The rule, which stands after "must be".
        rule: &'static str,
    },

    /// A law has values that the element type does not.
    #[error("{law} cannot be drawn as {element}: {rule}")]
    Unrepresentable {
        /// The law.
        law: String,
        /// The element type.
        element: &'static str,
        /// The reason.
        rule: &'static str,
    },

    /// A configuration does not describe an initializer.
    #[error("the configuration {config} cannot be read: {rule}")]
    Configuration {
        /// The configuration, or the part of it that is wrong.
        config: String,
        /// The fault.
        rule: String,
    },

    /// A name that is not among those of its kind.
    #[error("{name:?} is no {what}; there are (nearest first) {names}")]
    Name {
        /// The name.
        name: String,
        /// The kind of name, such as `mode`.
        what: &'static str,
        /// The names that there are, the most similar ones first.
        names: String,
    },

    /// No pattern of the [`Rules`](crate::Rules) matches a parameter's name.
    #[error("no rule matches the name {name:?}; the patterns are {patterns:?}")]
    NoRule {
        /// The name.
        name: String,
        /// The rules' patterns, in order.
        patterns: Vec<String>,
    },

    /// The initializer cannot fill an array of this shape.
    #[error("{initializer} needs {rule}, but the shape is {shape:?}")]
    Shape {
        /// The initializer.
        initializer: &'static str,
        /// A noun phrase, which stands after "needs": `2 axes`.
        rule: String,
        /// The array's shape.
        shape: Vec<usize>,
    },

    /// A part does not lie within the whole array.
    #[error("{region} does not fit the global shape {global_shape:?}: {rule}")]
    Region {
        /// The part: its shape, offset and steps, as far as they are known.
        region: String,
        /// The shape of the whole array.
        global_shape: Vec<usize>,
        /// The fault.
        rule: String,
    },

    /// The array would be larger than memory.
    #[error("an array of shape {shape:?} and elements of {element} does not fit memory: {rule}")]
    Memory {
        /// The element type.
        element: &'static str,
        /// The array's shape.
        shape: Vec<usize>,
        /// The limit that it exceeds.
        rule: String,
    },

    /// A kernel of the shape cannot have the layout.
    #[error("the layout {layout:?} does not fit shape {shape:?}: {rule}")]
    Layout {
        /// The layout, as it is displayed.
        layout: String,
        /// The kernel's shape.
        shape: Vec<usize>,
        /// The rule that the shape breaks.
        rule: String,
    },

    /// An einsum equation cannot be read.
    #[error("equation {equation:?}: {rule}")]
    Equation {
        /// The equation.
        equation: String,
        /// The rule that the equation breaks.
        rule: String,
    },
}

/// The part that an axis of a kernel has in the fans.
///
/// ```
/// use ndarray_init::{AxisRole, Layout};
///
/// // Eight experts' kernels, (expert, in, out).
/// let roles = Layout::keras().batch(&[0]).roles(&[8, 512, 2048])?;
/// assert_eq!(roles, [AxisRole::Batch, AxisRole::Input, AxisRole::Output]);
/// assert_eq!(roles[0].to_string(), "batch");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AxisRole {
    /// Counted by fan_in: the axis over which the layer's input is summed.
    Input,
    /// Counted by fan_out.
    Output,
    /// Counted by both fans: the one axis of a vector in Keras' layout.
    InputAndOutput,
    /// Separates independent kernels: in no fan.
    Batch,
    /// Counted by both fans: the window of a convolution, such as its height and width.
    ReceptiveField,
}

impl AxisRole {
    /// The role in the transposed convolution: input and output change places.
    pub(crate) const fn swapped(self) -> Self {
        match self {
            Self::Input => Self::Output,
            Self::Output => Self::Input,
            other => other,
        }
    }
}

impl fmt::Display for AxisRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::InputAndOutput => "input and output",
            Self::Batch => "batch",
            Self::ReceptiveField => "receptive field",
        })
    }
}

impl InitError {
    #[cfg(feature = "serde")]
    pub(crate) fn configuration(config: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Configuration { config: config.into(), rule: rule.into() }
    }

    pub(crate) fn shape(of: &'static str, rule: impl Into<String>, shape: &[usize]) -> Self {
        Self::Shape { initializer: of, rule: rule.into(), shape: shape.to_vec() }
    }
}

/// The value, if the rule holds.
pub(crate) fn checked(
    name: &'static str,
    value: f64,
    holds: bool,
    rule: &'static str,
) -> Result<f64, InitError> {
    if holds { Ok(value) } else { Err(InitError::Parameter { name, value, rule }) }
}

/// The value, if it is finite.
pub(crate) fn finite(name: &'static str, value: f64) -> Result<f64, InitError> {
    checked(name, value, value.is_finite(), "finite")
}

/// The value, if it is positive and finite.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<f64, InitError> {
    let rule = if name == "std" && value == 0.0 {
        "positive and finite; equal elements are `Constant` or `Zeros`"
    } else {
        "positive and finite"
    };
    checked(name, value, value > 0.0 && value.is_finite(), rule)
}

/// The count as a number, if it is not 0.
pub(crate) fn at_least_one(name: &'static str, count: usize) -> Result<f64, InitError> {
    checked(name, count as f64, count > 0, "at least 1")
}

/// A number with all its digits, and with an exponent if it is very large or small.
pub(crate) struct Number(pub(crate) f64);

impl Number {
    /// The nearest number with this number of significant digits, at least one; a value that is not finite
    /// stays as it is.
    pub(crate) fn rounded(value: f64, digits: usize) -> Self {
        let nearest = format!("{value:.*e}", digits.clamp(1, 17) - 1).parse::<f64>();
        Self(nearest.ok().filter(|nearest| nearest.is_finite()).unwrap_or(value))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value) = self;
        let plain = *value == 0.0 || !value.is_finite() || (1e-5..1e7).contains(&value.abs());
        if plain { write!(f, "{value}") } else { write!(f, "{value:e}") }
    }
}

/// Values and their names, each list in one place.
pub(crate) mod named {
    use crate::error::InitError;

    /// The name of a value of the list.
    pub(crate) fn name<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> &'static str {
        names.iter().find(|(_, each)| each == value).expect("every value has a name").0
    }

    /// The value of that name, or an error that lists the names.
    pub(crate) fn find<T: Clone>(
        names: &[(&'static str, T)],
        what: &'static str,
        name: &str,
    ) -> Result<T, InitError> {
        let found = names.iter().find(|&&(each, _)| each == name);
        found
            .map(|(_, value)| value.clone())
            .ok_or_else(|| unknown(names.iter().map(|&(name, _)| name), what, name))
    }

    /// The error about a name that is not in the list.
    pub(crate) fn unknown(
        names: impl Iterator<Item = &'static str>,
        what: &'static str,
        name: &str,
    ) -> InitError {
        let mut names: Vec<_> = names.collect();
        names.sort_by_cached_key(|each| (!each.contains(name), distance(each, name)));
        InitError::Name { name: name.to_owned(), what, names: names.join(", ") }
    }

    /// The least number of characters to insert, delete or replace (Levenshtein).
    fn distance(a: &str, b: &str) -> usize {
        let mut row: Vec<usize> = (0..=b.chars().count()).collect();
        for (i, x) in (1..).zip(a.chars()) {
            let mut diagonal = std::mem::replace(&mut row[0], i);
            for (j, y) in (1..).zip(b.chars()) {
                let replaced = diagonal + usize::from(x != y);
                diagonal = row[j];
                row[j] = replaced.min(row[j] + 1).min(row[j - 1] + 1);
            }
        }
        row[row.len() - 1]
    }
}
