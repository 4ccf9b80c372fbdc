//! A guide, from a first array to the reasons behind the design. Its examples are run as tests.
//!
//! | page | for |
//! |---|---|
//! | [First array](first_array) | what an initializer is, and what its size is for |
//! | [Choosing](choosing) | which initializer, for which layer, in which layout: all on one page |
//! | [Layouts](layouts) | which axis is which, in pictures |
//! | [Recipes](recipes) | whole networks to copy |
//! | [Reproducibility](reproducibility) | what stays the same, and what a test may assert |
//! | [Performance](performance) | what it costs, and what a program can do |
//! | [Sharding](sharding) | parts of arrays on processes, devices and files |
//! | [Element types](element_types) | `f16`, `bf16`, `f64`, complex numbers, generic code |
//! | [Migrating](migrating) | from Keras, PyTorch, MindSpore, JAX or timm |
//! | [Comparison](comparison) | beside ndarray-rand, candle, burn and the frameworks |
//! | [Design](design) | how it works, and why |
//! | [Glossary](glossary) | the words |

/// Modules without items, each of which is a page. Links between pages are files in the repository,
/// and modules here: Markdown takes the first definition of a link, which is this one.
macro_rules! pages {
    ($($(#[$cfg:meta])* $page:ident $file:literal;)*) => {$(
        $(#[$cfg])*
        #[doc = "[Choosing]: crate::guide::choosing"]
        #[doc = "[Design]: crate::guide::design"]
        #[doc = "[Glossary]: crate::guide::glossary"]
        #[doc = "[Layouts]: crate::guide::layouts"]
        #[doc = "[Migrating]: crate::guide::migrating"]
        #[doc = "[Recipes]: crate::guide::recipes"]
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
    reproducibility "../docs/guide/reproducibility.md";
    performance "../docs/guide/performance.md";
    sharding "../docs/guide/sharding.md";
    #[cfg(all(feature = "half", feature = "complex"))]
    element_types "../docs/guide/element_types.md";
    migrating "../MIGRATING.md";
    comparison "../docs/guide/comparison.md";
    design "../docs/guide/design.md";
    glossary "../docs/guide/glossary.md";
}
