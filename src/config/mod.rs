//! Initializers by names: from and to configurations, by serde, and by patterns of parameters' names.
//! Numbers are checked by the constructors; a field that is left out has the constructor's default.

#[cfg(feature = "serde")]
mod array;
#[cfg(feature = "serde")]
mod blocks;
#[cfg(all(feature = "serde", feature = "complex"))]
mod complex;
#[cfg(feature = "serde")]
mod fields;
#[cfg(feature = "serde")]
mod initializer;
#[cfg(feature = "serde")]
mod law;
#[cfg(feature = "serde")]
mod layout;
#[cfg(feature = "serde")]
mod name_or_fields;
mod rules;
#[cfg(feature = "serde")]
mod scaling;

#[cfg(feature = "keras-config")]
pub(crate) use array::Nested;
pub use rules::Rules;
