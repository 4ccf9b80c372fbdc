//! The frameworks' own initializers, under the frameworks' own names.
//!
//! Each function has its framework's name, order of arguments and defaults,
//! and returns an initializer of this crate with the framework's layout. An argument that has a
//! default is an [`Option`], and a plain value will do: `torch::xavier_uniform(None)` is
//! `xavier_uniform_(w)`, and `torch::xavier_uniform(2.0)` is `xavier_uniform_(w, gain=2.0)`. The
//! defaults stand below each function. No function takes a seed: an array's [`Key`](crate::Key) is its
//! seed.
//!
//! ```
//! use ndarray_init::ndarray::Array2;
//! use ndarray_init::presets::{jax, keras, torch};
//! use ndarray_init::{InitExt, Key};
//!
//! let key = Key::new(1);
//! // torch.nn.init.trunc_normal_(w, std=0.02): the bounds are absolute, ±2.
//! let w = Array2::<f32>::init((512, 784), &torch::trunc_normal(None, 0.02, None, None)?, key)?;
//! // keras.initializers.TruncatedNormal(stddev=0.02): cut at ±2 stddev.
//! let k = Array2::<f32>::init((784, 512), &keras::truncated_normal(None, 0.02)?, key)?;
//! // jax.nn.initializers.uniform(0.02): from 0 to 0.02.
//! let j = Array2::<f32>::init((784, 512), &jax::uniform(0.02)?, key)?;
//! assert!(w.iter().any(|x| x.abs() > 0.04));
//! assert!(k.iter().all(|x| x.abs() <= 0.04));
//! assert!(j.iter().all(|&x| x >= 0.0));
//! # Ok::<(), ndarray_init::InitError>(())
//! ```
//!
//! [The guide](crate::guide::migrating) has an example of each function with its law, and the layers of each
//! framework with their defaults. Where a framework's code and documentation differ, the function follows the
//! documentation, and a note names the difference.
//!
//! # Errors
//! A function that returns a [`Result`](std::result::Result) fails where a constructor of this crate would:
//! at a gain, scale or standard deviation that is not positive and finite, a mean that is not finite, or
//! bounds that enclose nothing. For a gain or a deviation of 0, write
//! [`Zeros`](crate::Zeros) or [`Constant`](crate::Constant).

#![expect(clippy::missing_errors_doc, reason = "said above, once for all of them")]

use crate::error::InitError;

/// A table of functions: name, arguments with their defaults, and the initializer. Of an argument without a
/// default, the initializer sees the [`Option`].
macro_rules! presets {
    ($(
        $(#[$meta:meta])*
        $name:ident($($argument:ident: $type:ty $(= $default:expr)?),*) -> $output:ty = $initializer:expr;
    )*) => {$(
        $(#[$meta])*
        #[doc = ""]
        $($(#[doc = concat!("- `", stringify!($argument), " = ", stringify!($default), "`")])?)*
        pub fn $name($($argument: impl Into<Option<$type>>),*) -> $output {
            $(let $argument = $argument.into()$(.unwrap_or($default))?;)*
            $initializer
        }
    )*};
}

pub mod jax;
pub mod keras;
pub mod llm;
pub mod mindspore;
pub mod timm;
pub mod torch;

type Result<T> = std::result::Result<T, InitError>;
