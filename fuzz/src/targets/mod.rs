//! The targets, each with what it promises.

mod configuration;
mod einsum;
mod fill;
mod header;
mod parameters;

pub use configuration::configuration;
pub use einsum::einsum;
pub use fill::fill;
pub use header::header;
pub use parameters::parameters;

/// Asserts that two texts are equal.
#[track_caller]
fn assert_same(found: &str, expected: &str, what: &str) {
    assert!(found == expected, "{what}: {found}\nnot {expected}");
}
