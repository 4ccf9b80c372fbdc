//! A guide, from a first array to the reasons behind the design. Its examples are run as tests.
//!
//! | page | for |
//! |---|---|
//! | [First array](first_array) | one initializer, and the reason for the size of weights |
//! | [Choosing](choosing) | the initializer for an activation and a kind of layer |
//! | [Layouts](layouts) | the roles of axes, with pictures and the table of shapes |
//! | [Recipes](recipes) | whole networks to copy, large language models among them |
//! | [Random matrices](random_matrices) | outside networks: noise, random features, projections, reservoirs |
//! | [Reproducibility](reproducibility) | stable values, and the assertions that a test may make |
//! | [Performance](performance) | costs, and ways to lower them |
//! | [Sharding](sharding) | parts of arrays on processes, devices and files |
//! | [Element types](element_types) | `f16`, `bf16`, `f64`, complex numbers, generic code |
//! | [Migrating](migrating) | functions and layers of Keras, PyTorch, MindSpore, JAX and timm |
//! | [Comparison](comparison) | beside ndarray-rand, candle, burn and the frameworks |
//! | [Design](design) | the parts of the crate, and their reasons |
//! | [Glossary](glossary) | terms |

// Modules without items, each of which is a page. Links between pages lead to files in the repository, and to
// modules here: Markdown takes the first definition of a link, which is in links.md.

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/first_array.md")]
pub mod first_array {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/choosing.md")]
pub mod choosing {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/layouts.md")]
pub mod layouts {}

#[cfg(feature = "serde")]
#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/recipes.md")]
pub mod recipes {}

#[cfg(feature = "complex")]
#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/random_matrices.md")]
pub mod random_matrices {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/reproducibility.md")]
pub mod reproducibility {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/performance.md")]
pub mod performance {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/sharding.md")]
pub mod sharding {}

#[cfg(all(feature = "half", feature = "complex"))]
#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/element_types.md")]
pub mod element_types {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/MIGRATING.md")]
pub mod migrating {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/comparison.md")]
pub mod comparison {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/design.md")]
pub mod design {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/glossary.md")]
pub mod glossary {}
