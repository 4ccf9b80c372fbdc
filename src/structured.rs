//! Initializers whose elements are not drawn one by one from a law.

mod blocks;
mod constant;
mod dirac;
mod identity;
mod sparse;

pub use blocks::Blocks;
pub use constant::{Constant, Ones, Zeros};
pub use dirac::{Centre, Dirac};
pub use identity::Identity;
pub use sparse::Sparse;

use crate::element::Element;
use crate::error::InitError;
use crate::fill::Target;
use crate::initializer::Values;
use ndarray::ArrayViewMutD;
use std::fmt::Debug;
use std::mem::MaybeUninit;

/// Values that have a structure: nothing can go wrong any more.
pub(crate) trait Structure<A>: Debug + Send + Sync {
    /// Writes every element; `fill` relies on that.
    fn write(&self, array: ArrayViewMutD<'_, MaybeUninit<A>>);
}

fn write_zeros<A: Element>(array: &mut ArrayViewMutD<'_, MaybeUninit<A>>) {
    Values::constant(A::ZERO).write(Target::of_view(array));
}

/// A number of a configuration as an element.
fn element<A: Element>(name: &'static str, value: f64) -> Result<A, InitError> {
    if value.abs() > A::MAX.into_f64() {
        let rule = "it is too large";
        return Err(InitError::Unrepresentable {
            law: format!("{name} {value}"),
            element: A::NAME,
            rule,
        });
    }
    Ok(A::from_f64(value))
}
