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

/// Modules without items, each of which is a page. Links between pages lead to files in the repository, and
/// to modules here: Markdown takes the first definition of a link, which this macro writes.
macro_rules! pages {
    ($($(#[$cfg:meta])* $page:ident $file:literal;)*) => {$(
        $(#[$cfg])*
        #[doc = "[Choosing]: crate::guide::choosing"]
        #[doc = "[Design]: crate::guide::design"]
        #[doc = "[Glossary]: crate::guide::glossary"]
        #[doc = "[Layouts]: crate::guide::layouts"]
        #[doc = "[Migrating]: crate::guide::migrating"]
        #[doc = "[Performance]: crate::guide::performance"]
        #[doc = "[Random matrices]: crate::guide::random_matrices"]
        #[doc = "[Recipes]: crate::guide::recipes"]
        #[doc = "[Reproducibility]: crate::guide::reproducibility"]
        #[doc = "[Sharding]: crate::guide::sharding"]
        #[doc = "[table of all initializers]: crate#initializers"]
        #[doc = ""]
        #[doc = include_str!($file)]
        pub mod $page {}
    )*};
}
pages! {
    first_array "../docs/guide/first_array.md";
    choosing "../docs/guide/choosing.md";
    layouts "../docs/guide/layouts.md";
    #[cfg(feature = "serde")]
    recipes "../docs/guide/recipes.md";
    #[cfg(feature = "complex")]
    random_matrices "../docs/guide/random_matrices.md";
    reproducibility "../docs/guide/reproducibility.md";
    performance "../docs/guide/performance.md";
    sharding "../docs/guide/sharding.md";
    #[cfg(all(feature = "half", feature = "complex"))]
    element_types "../docs/guide/element_types.md";
    migrating "../docs/MIGRATING.md";
    comparison "../docs/guide/comparison.md";
    design "../docs/guide/design.md";
    glossary "../docs/guide/glossary.md";
}
