//! The initializations of large language models: those of GPT-NeoX, Megatron-LM, OLMo and torchtitan.
//!
//! ```
//! use ndarray_init::ndarray::Array2;
//! use ndarray_init::{InitExt, Key, presets::llm};
//!
//! // GPT-NeoX' "init_method": "small_init", "output_layer_init_method": "wang_init".
//! let (layers, dim, key) = (24, 1024, Key::new(1));
//! let query = Array2::<f32>::init((dim, dim), &llm::small_init(dim)?, key.fork("0/query"))?;
//! let output = Array2::<f32>::init((dim, dim), &llm::wang_init(layers, dim)?, key.fork("0/dense"))?;
//! assert!((query.std(0.0) / 0.01976 - 1.0).abs() < 1e-2);
//! assert!((output.std(0.0) / 0.002604 - 1.0).abs() < 1e-2);
//! # Ok::<(), ndarray_init::InitError>(())
//! ```

use super::Result;
use crate::error::at_least_one;
use crate::laws::{Normal, TruncatedNormal};
use crate::scaling::{depth_gain, residual_gain};

pub use crate::scaling::{small_init, wang_init};

/// Megatron-LM's `scaled_init_method_normal`: N(0, s²), s = sigma / √(2 L), L = `num_layers`.
pub fn scaled_init(sigma: f64, num_layers: usize) -> Result<Normal> {
    Normal::new(0.0, sigma * residual_gain(num_layers)?)
}

/// OLMo's `mitchell`: N(0, s²) on ±3 s, s = 1 / √(2 d (i + 1)), i = `layer_id`; without a layer, s = 1 / √d.
pub fn mitchell(d: usize, layer_id: impl Into<Option<usize>>) -> Result<TruncatedNormal> {
    let std = layer_id.into().map_or(1.0, depth_gain) / at_least_one("d", d)?.sqrt();
    TruncatedNormal::in_sigmas(0.0, std, -3.0, 3.0)
}

/// torchtitan's `depth_init`: N(0, s²) on ±2, absolute, s = 0.02 / √(2 (i + 1)), i = `layer_id`.
pub fn depth_init(layer_id: usize) -> Result<TruncatedNormal> {
    TruncatedNormal::new(0.0, 0.02 * depth_gain(layer_id), -2.0, 2.0)
}
