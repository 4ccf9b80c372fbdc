//! fans → law. [`VarianceScaling`] is the one algorithm behind Glorot's, He's and LeCun's initializers;
//! the others know the nonlinearity, the network's depth or width, or the layer's place in it. Knows
//! no generator and no array.

mod derived_gain;
mod mup;
mod nonlinearity;
mod residual_gain;
mod siren;
mod torch_default;
mod variance_scaling;

pub use derived_gain::{Activation, derived_gain};
pub use mup::{Mup, MupRole, MupScaling};
pub use nonlinearity::Nonlinearity;
pub use residual_gain::residual_gain;
pub use siren::Siren;
pub use torch_default::TorchDefault;
pub use variance_scaling::{Distribution, VarianceScaling};
