//! Initial weights for `ndarray` arrays.

mod axes;
mod distr;
mod element;
mod error;
mod ext;
mod fans;
mod fill;
mod initializer;
mod key;
mod layout;
mod quantile;
mod simd;
mod stream;
mod variance_scaling;

pub use distr::{Law, Normal, TruncatedNormal, Uniform};
pub use element::Element;
pub use error::{InitError, Role};
pub use ext::{InitExt, InitRefExt};
pub use fans::{FanMode, Fans};
pub use initializer::{Constant, Initializer, Ones, Values, Zeros};
pub use key::Key;
pub use layout::Layout;
pub use variance_scaling::{Distribution, VarianceScaling};

pub use ndarray;
pub use ndarray_rand::{rand, rand_distr};
pub use rand_xoshiro;
