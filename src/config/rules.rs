//! Initializers by patterns of parameters' names, in code or, with the feature `serde`, in configurations.

use crate::error::InitError;
use crate::stream::Key;
use crate::structured::AnyInitializer;

/// Initializers by patterns of parameters' names, in order: the first pattern that matches a name decides.
///
/// In a pattern, `*` stands for any text, dots and slashes included, or for none; everything else stands
/// for itself. So `*.bias` matches `encoder.0.bias`, and `*` matches every name.
///
/// ```
/// use ndarray_init::ndarray::ArrayD;
/// use ndarray_init::{InitExt, Key, Normal, Rules, VarianceScaling, Zeros};
///
/// let rules = Rules::new()
///     .with("*/bias", Zeros)
///     .with("embedding/*", Normal::new(0.0, 0.02)?)
///     .with("*/kernel", VarianceScaling::glorot_uniform());
/// let model = Key::new(42);
/// let parameters: [(&str, &[usize]); 2] = [("dense/kernel", &[784, 10]), ("dense/bias", &[10])];
/// for (name, shape) in parameters {
///     let (initializer, key) = rules.of(name, model)?;
///     let values = ArrayD::<f32>::init(shape, initializer, key)?;
///     # assert_eq!(values.shape(), shape);
/// }
/// assert!(rules.of("dense/scale", model).is_err());
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
///
/// [`Rules::new`] is for the initializers of this crate. `Rules::<I>::default()` is for values of another type
/// `I`, such as a configuration type of your own.
///
/// With the feature `serde`, rules are read from an object, or from a list of pairs, and written as a list
/// of pairs:
///
/// ```text
/// {"*/bias": "zeros", "*/kernel": "glorot_uniform"}
/// [["*/bias", "zeros"], ["*/kernel", "glorot_uniform"]]
/// ```
///
/// An object needs a reader that keeps the order of keys, as `serde_json::from_str` does. The crate toml and
/// `serde_json::Value`, with everything read from such a value, sort the keys, unless their feature
/// `preserve_order` is on: without this feature, write pairs. A pattern that occurs twice is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Rules<I = AnyInitializer> {
    rules: Vec<(String, I)>,
}

/// No rules.
impl<I> Default for Rules<I> {
    fn default() -> Self {
        Self { rules: Vec::new() }
    }
}

impl<I> Rules<I> {
    /// Adds a rule for the names that no earlier pattern matches.
    pub fn with(mut self, pattern: impl Into<String>, initializer: impl Into<I>) -> Self {
        self.rules.push((pattern.into(), initializer.into()));
        self
    }

    /// The initializer of the parameter of this name.
    ///
    /// # Errors
    /// [`InitError::NoRule`] if no pattern matches the name.
    pub fn initializer(&self, name: &str) -> Result<&I, InitError> {
        let rule = self.iter().find(|(pattern, _)| Rules::matches(pattern, name));
        rule.map(|(_, initializer)| initializer).ok_or_else(|| InitError::NoRule {
            name: name.to_owned(),
            patterns: self.rules.iter().map(|(pattern, _)| pattern.clone()).collect(),
        })
    }

    /// The initializer of the parameter of this name, and its key: `model.fork(name)`.
    ///
    /// # Errors
    /// [`InitError::NoRule`] if no pattern matches the name.
    pub fn of(&self, name: &str, model: Key) -> Result<(&I, Key), InitError> {
        Ok((self.initializer(name)?, model.fork(name)))
    }

    /// The patterns and their initializers, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &I)> {
        self.rules.iter().map(|(pattern, initializer)| (&**pattern, initializer))
    }

    /// The patterns that decide for none of these names: such a pattern is misspelled, or earlier patterns match
    /// every name that it matches.
    ///
    /// ```
    /// use ndarray_init::{Ones, Rules, Zeros};
    ///
    /// let rules = Rules::new().with("*.bias", Zeros).with("norm.*", Ones).with("nrom.*", Ones);
    /// assert_eq!(rules.unused(["norm.bias", "norm.scale"]), ["nrom.*"]);
    /// ```
    pub fn unused<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Vec<&str> {
        let mut used = vec![false; self.rules.len()];
        for name in names {
            if let Some(i) = self.iter().position(|(pattern, _)| Rules::matches(pattern, name)) {
                used[i] = true;
            }
        }
        let unused = self.iter().zip(used).filter(|(_, used)| !used);
        unused.map(|((pattern, _), _)| pattern).collect()
    }
}

impl Rules {
    /// No rules.
    pub const fn new() -> Self {
        Self { rules: Vec::new() }
    }

    /// True if the pattern matches the name.
    ///
    /// ```
    /// use ndarray_init::Rules;
    ///
    /// assert!(Rules::matches("layer1.*.conv2.weight", "layer1.0.conv2.weight"));
    /// assert!(!Rules::matches("layer1.*.conv2.weight", "layer1.conv2.weight"));
    /// ```
    pub fn matches(pattern: &str, name: &str) -> bool {
        let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
        let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
        let inner = name.strip_prefix(start).and_then(|name| name.strip_suffix(end));
        let Some(mut inner) = inner else { return false };
        // Greedy: matching each part at its first occurrence leaves the longest rest for the parts after it.
        middle.split('*').all(|part| {
            let after = inner.split_once(part).map(|(_, after)| after);
            inner = after.unwrap_or(inner);
            after.is_some()
        })
    }
}
