//! Initializers from and to configurations, by serde. What is read is checked as by the constructors,
//! and what is left out means what the constructor means.

mod array;
mod blocks;
#[cfg(feature = "complex")]
mod complex;
mod fields;
mod initializer;
mod law;
mod layout;
mod name_or_fields;
mod scaling;

#[cfg(feature = "keras-config")]
pub(crate) use array::Nested;
