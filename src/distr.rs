//! The laws: each a distribution of its own, and a kernel that turns words into elements.

mod area;
mod kernel;
mod law;
mod normal;
mod truncated_normal;
mod uniform;

pub(crate) use kernel::{AnyKernel, Kernel};
pub use law::Law;
pub use normal::Normal;
pub use truncated_normal::TruncatedNormal;
pub use uniform::Uniform;
