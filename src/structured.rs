//! Initializers whose elements are not drawn one by one from a law.

mod blocks;
mod constant;
#[cfg(feature = "orthogonal")]
mod delta_orthogonal;
mod dirac;
#[cfg(feature = "orthogonal")]
pub(crate) mod haar;
mod identity;
#[cfg(feature = "orthogonal")]
mod orthogonal;
mod sparse;
mod stft;

pub use blocks::Blocks;
pub use constant::{Constant, Ones, Zeros};
#[cfg(feature = "orthogonal")]
pub use delta_orthogonal::DeltaOrthogonal;
pub use dirac::{Centre, Dirac};
pub use identity::Identity;
#[cfg(feature = "orthogonal")]
pub use orthogonal::Orthogonal;
pub use sparse::Sparse;
pub use stft::{Stft, StftScaling, StftSide, StftWindow};

use crate::element::Element;
use crate::error::InitError;
use crate::fill::Target;
use crate::initializer::Values;
use ndarray::ArrayViewMutD;
use std::fmt::Debug;
use std::mem::MaybeUninit;

/// Values that have a structure: nothing can go wrong any more.
pub(crate) trait Structure<A>: Debug + Send + Sync {
    /// Writes every element, or panics; `fill` relies on that.
    fn write(&self, array: ArrayViewMutD<'_, MaybeUninit<A>>);
}

fn write_zeros<A: Element>(array: &mut ArrayViewMutD<'_, MaybeUninit<A>>) {
    Values::constant(A::ZERO).write(Target::of_view(array));
}

/// A number of a configuration as an element, if one is as large; infinite ones are.
pub(crate) fn element<A: Element>(name: &'static str, value: f64) -> Result<A, InitError> {
    if value.is_infinite() {
        return Ok(A::from_f64(value.signum()) / A::ZERO);
    }
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
