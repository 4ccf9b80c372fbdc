//! Initializers whose elements are not drawn one by one from a law.

mod constant;

pub use constant::{Constant, Ones, Zeros};

use ndarray::ArrayViewMutD;
use std::fmt::Debug;
use std::mem::MaybeUninit;

/// Values that have a structure: nothing can go wrong any more.
pub(crate) trait Structure<A>: Debug + Send + Sync {
    /// Writes every element; `fill` relies on that.
    fn write(&self, array: ArrayViewMutD<'_, MaybeUninit<A>>);
}
