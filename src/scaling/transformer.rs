//! Gains and laws of transformers, by their depth and width.

use crate::error::{InitError, at_least_one};
use crate::laws::Normal;

/// The gain of the last weights of every residual branch: 1/√(2 · `blocks`).
///
/// A transformer's block adds two branches to the residual stream, attention and MLP. So 2 · `blocks`
/// terms of equal variance add up there. With this gain on the projections that return to the stream,
/// the sum keeps the variance of one of them, however deep the network. The gain multiplies what the
/// projection's law has already.
///
/// Source: Radford et al. 2019 (GPT-2), whose N residual layers are these 2 · `blocks`.
///
/// ```
/// use ndarray_init::ndarray::Array2;
/// use ndarray_init::{InitExt, Key, Normal, VarianceScaling, residual_gain};
///
/// // GPT-2 of 12 blocks: N(0, 0.02²) everywhere, but for the projections of attention and MLP.
/// let gain = residual_gain(12)?;
/// let projection = Normal::new(0.0, 0.02 * gain)?;
/// let w = Array2::<f32>::init((768, 768), &projection, Key::new(1).fork("h.0.attn.c_proj"))?;
/// assert!((w.std(0.0) - 0.00408).abs() < 1e-5);
/// // A law that follows the fans: 1 / fan_in, with no other gain in it.
/// let projection = VarianceScaling::lecun_normal().with_gain(gain)?;
/// # assert!((projection.scale() - 1.0 / 24.0).abs() < 1e-15);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
///
/// # Errors
/// [`InitError::Parameter`] if there are no blocks.
pub fn residual_gain(blocks: usize) -> Result<f64, InitError> {
    Ok(1.0 / (2.0 * at_least_one("blocks", blocks)?).sqrt())
}

/// The gain of the weights of block `layer`, counted from 0: 1/√(2 · (`layer` + 1)).
///
/// This is depth scaling by the layer's index: the residual stream has 2 · (`layer` + 1) terms after that
/// block. The last block has [`residual_gain`]; earlier ones have more.
///
/// Source: Groeneveld et al. 2024 (OLMo), whose `mitchell` initialization has this gain on 1 / √fan_in;
/// torchtitan's `depth_init` has it on 0.02. After Zhang, Titov & Sennrich 2019, Improving Deep Transformer
/// with Depth-Scaled Initialization and Merged Attention, where the gain is 1/√(`layer` + 1).
///
/// ```
/// use ndarray_init::{VarianceScaling, depth_gain};
///
/// // A projection of OLMo's block 7, its variance corrected for the cut.
/// let w = VarianceScaling::lecun_normal().with_cut(3.0)?.with_gain(depth_gain(7))?;
/// assert!((w.law(&[4096, 4096])?.std_dev() - 1.0 / 64.0 / 4.0).abs() < 1e-15);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn depth_gain(layer: usize) -> f64 {
    1.0 / (2.0 * (layer as f64 + 1.0)).sqrt()
}

/// Small init: N(0, 2 / (5 d)), for a model of width `d`.
///
/// Every weight has the law that `xavier_normal` gives a kernel of d inputs and 4 d outputs.
///
/// Source: Nguyen & Salazar 2019, Transformers without Tears: Improving the Normalization of
/// Self-Attention; `small_init` in GPT-NeoX and xLSTM.
///
/// ```
/// use ndarray_init::small_init;
///
/// assert_eq!(small_init(1000)?.std_dev(), 0.02);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
///
/// # Errors
/// [`InitError::Parameter`] if `d` is 0.
pub fn small_init(d: usize) -> Result<Normal, InitError> {
    Normal::new(0.0, (2.0 / (5.0 * at_least_one("d", d)?)).sqrt())
}

/// Wang init: N(0, s²), s = 2 / (`layers` · √`d`), for the output projections of a model of width `d`.
///
/// Source: Wang & Komatsuzaki 2021, GPT-J-6B (Mesh Transformer JAX); `wang_init` in GPT-NeoX and xLSTM,
/// beside [`small_init`] for the other weights.
///
/// ```
/// use ndarray_init::wang_init;
///
/// // GPT-J: 28 layers of width 4096.
/// assert!((wang_init(28, 4096)?.std_dev() - 1.0 / 896.0).abs() < 1e-18);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
///
/// # Errors
/// [`InitError::Parameter`] if `layers` or `d` is 0.
pub fn wang_init(layers: usize, d: usize) -> Result<Normal, InitError> {
    let (layers, d) = (at_least_one("layers", layers)?, at_least_one("d", d)?);
    Normal::new(0.0, 2.0 / (layers * d.sqrt()))
}
