//! Laws that follow the network's depth and width, or the layer's place in it: what a kernel's own
//! shape does not say.

mod mup;
mod siren;
mod torch_default;

pub use mup::{Mup, MupRole, MupScaling};
pub use siren::Siren;
pub use torch_default::TorchDefault;

use crate::distr::{Law, Uniform};
use crate::element::Element;
use crate::error::InitError;
use crate::initializer::{Initializer, Values};
use crate::key::Key;

macro_rules! laws_by_shape {
    ($($initializer:ident)*) => {$(
        impl<A: Element> Initializer<A> for $initializer {
            fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
                Values::drawn(&self.law(shape)?, key)
            }
        }
    )*};
}
laws_by_shape!(MupScaling Siren TorchDefault);

/// What the last weights of every residual branch are multiplied by: 1/√(2 · `blocks`).
///
/// A transformer's block adds two branches to the residual stream, attention and MLP, so that
/// 2 · `blocks` terms of equal variance add up there; with this gain on the projections which
/// return to the stream, the sum keeps the variance of one of them, however deep the network.
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
/// // The same for a law that follows the fans.
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

pub(crate) fn at_least_one(name: &'static str, count: usize) -> Result<f64, InitError> {
    let value = count as f64;
    if count > 0 {
        Ok(value)
    } else {
        Err(InitError::Parameter { name, value, rule: "at least 1" })
    }
}

/// U\[−bound, bound].
fn symmetric(bound: f64) -> Result<Law, InitError> {
    Ok(Uniform::new(-bound, bound)?.into())
}
