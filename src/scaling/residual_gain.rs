//! The gain of residual branches.

use crate::error::{InitError, at_least_one};

/// What the last weights of every residual branch are multiplied by: 1/√(2 · `blocks`).
///
/// A transformer's block adds two branches to the residual stream, attention and MLP. So 2 · `blocks`
/// terms of equal variance add up there. With this gain on the projections that return to the stream,
/// the sum keeps the variance of one of them, however deep the network. The gain multiplies what the
/// projection's law has already.
/// Source: Radford et al. 2019 (GPT-2), whose N residual layers are these 2 · `blocks`.
///
/// ```
/// use ndarray_init::ndarray::Array2;
/// use ndarray_init::{InitExt, Key, Normal, VarianceScaling, residual_gain};
///
/// // GPT-2 of 12 blocks: N(0, 0.02) everywhere, but for the projections of attention and MLP.
/// let gain = residual_gain(12)?;
/// let projection = Normal::new(0.0, 0.02 * gain)?;
/// let w = Array2::<f32>::init((768, 768), &projection, Key::new(1).fork("h.0.attn.c_proj"))?;
/// assert!((w.std(0.0) - 0.00408).abs() < 1e-5);
/// // The same for a law that follows the fans: 1 / fan_in, with no other gain in it.
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
