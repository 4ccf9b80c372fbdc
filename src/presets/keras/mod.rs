//! `keras.initializers` of Keras 3, and of `tf.keras`: kernels are (spatial…, in, out).
//!
//! `input_axes` and `output_axes` are a layout here: `.with_layout(Layout::axes(…))`. Keras ignores
//! one without the other, and takes no receptive field where it has both. A depthwise kernel has
//! the fans of a full one in Keras; [`Layout::depthwise`](crate::Layout::depthwise) has its own.
//!
//! An initializer of Keras without a seed gives the same values at every call; here, every array
//! has a key of its own.
//!
//! ```
//! use ndarray_init::{Fans, Layout, presets::keras};
//!
//! let kernel = keras::he_normal();
//! assert_eq!(kernel.fans(&[3, 3, 64, 128])?, Fans { fan_in: 9 * 64, fan_out: 9 * 128 });
//! let depthwise = kernel.with_layout(Layout::depthwise());
//! assert_eq!(depthwise.fans(&[3, 3, 64, 2])?, Fans { fan_in: 9, fan_out: 9 * 2 });
//! # Ok::<(), ndarray_init::InitError>(())
//! ```

#[cfg(feature = "keras-config")]
mod config;
mod initializers;

pub use crate::structured::Stft;
#[cfg(feature = "keras-config")]
pub use config::from_config;
pub use initializers::*;

/// A preset's class in Keras: `GlorotUniform` for `glorot_uniform`.
pub(crate) fn class_name(preset: &str) -> String {
    let words = preset.split('_').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect()
}
