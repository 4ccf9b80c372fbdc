//! word → element: each law is a distribution of its own, and a [`Quantile`] for every element type.

mod any;
#[cfg(feature = "complex")]
mod circular;
#[cfg(feature = "complex")]
mod complex;
mod law;
mod normal;
mod quantile;
mod transformed;
mod truncated_normal;
mod uniform;

pub(crate) use any::{AnyLaw, AnyQuantile, RealQuantile, with_quantile, with_real};
#[cfg(feature = "complex")]
pub(crate) use circular::Circular;
#[cfg(feature = "complex")]
pub use complex::{ComplexNormal, ComplexTruncatedNormal, Disc};
pub use law::Law;
pub use normal::Normal;
pub(crate) use quantile::Quantile;
pub use transformed::{Step, Transformed};
pub use truncated_normal::TruncatedNormal;
pub use uniform::Uniform;
