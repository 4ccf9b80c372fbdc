//! word → element: each law is a distribution of its own, and gives a [`Quantile`] for every element
//! type. Knows no array, and not where words come from.

mod circular;
#[cfg(feature = "complex")]
mod complex;
mod law;
mod normal;
mod quantile;
mod sampler;
mod truncated_normal;
mod uniform;

#[cfg(feature = "complex")]
pub(crate) use circular::Circular;
#[cfg(feature = "complex")]
pub use complex::{ComplexNormal, ComplexTruncatedNormal, Disc};
pub use law::Law;
pub(crate) use law::{AnyLaw, UseSampler};
pub use normal::Normal;
pub(crate) use sampler::Sampler;
pub use truncated_normal::TruncatedNormal;
pub use uniform::Uniform;
