//! fans → law. [`VarianceScaling`] is the one algorithm behind Glorot's, He's and LeCun's initializers;
//! the others follow the nonlinearity, the network's depth or width, or the layer's place in it.

mod derived_gain;
mod mup;
mod nonlinearity;
mod siren;
mod torch_default;
mod transformer;
mod variance_scaling;

pub use derived_gain::{Activation, derived_gain};
pub use mup::{Mup, MupRole, MupScaling};
pub use nonlinearity::Nonlinearity;
pub use siren::Siren;
pub use torch_default::TorchDefault;
pub use transformer::{depth_gain, residual_gain, small_init, wang_init};
pub use variance_scaling::{Distribution, VarianceScaling};
