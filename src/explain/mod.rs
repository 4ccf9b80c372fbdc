//! Reports on the law of a configuration for a shape.

mod explanation;
mod frameworks;
mod report;

pub use explanation::Explanation;
