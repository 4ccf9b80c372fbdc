//! Reports on what a configuration makes of a shape.

mod explanation;
mod frameworks;
mod report;

pub use explanation::Explanation;
