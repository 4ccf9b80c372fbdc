//! The forms of initializers, laws and layouts in configurations, by serde. Numbers are checked by the constructors;
//! a field that is left out has the constructor's default.

mod array;
mod blocks;
mod fields;
mod initializer;
mod law;
mod layout;
mod name_or_fields;
mod rules;
mod scaling;

#[cfg(feature = "keras-config")]
pub(crate) use array::Nested;
