//! Initializers by names: from and to configurations, and by patterns of parameters' names.

#[cfg(feature = "serde")]
mod format;
mod rules;

#[cfg(feature = "keras-config")]
pub(crate) use format::Nested;
pub use rules::Rules;
