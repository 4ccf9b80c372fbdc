//! The fuzz targets of the crate and its checkpoint tool, one function for each. It panics if a
//! promise is broken.

mod choose;
mod memory;
mod targets;

// Code of the tests: the element types, and the oracle.
#[path = "../../tests/common/elements.rs"]
mod elements;
#[path = "../../tests/common/stream.rs"]
mod stream;

// Files of the checkpoint tool: those that read what others wrote.
#[path = "../../examples/checkpoint/src/dtype.rs"]
#[allow(dead_code)]
mod dtype;
#[path = "../../examples/checkpoint/src/verify/header.rs"]
#[allow(dead_code)]
mod header;
#[path = "../../examples/checkpoint/src/model/mod.rs"]
#[allow(dead_code)]
mod model;

pub use targets::{configuration, einsum, fill, header, parameters};
