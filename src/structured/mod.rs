//! Initializers whose elements are not all drawn from one law, and [`AnyInitializer`], one type for all
//! initializers. Their values depend on an element's place; threads and memory orders are `fill`'s.

mod any_initializer;
mod blocks;
mod constant;
mod delta_orthogonal;
mod dirac;
mod haar;
mod identity;
mod orthogonal;
mod sparse;
mod stft;

pub use any_initializer::AnyInitializer;
pub use blocks::Blocks;
#[cfg(feature = "serde")]
pub(crate) use blocks::{Cut, Part};
pub use constant::{Constant, Ones, Zeros};
pub use delta_orthogonal::DeltaOrthogonal;
pub use dirac::{Center, Dirac};
pub use identity::Identity;
pub use orthogonal::Orthogonal;
pub use sparse::Sparse;
pub use stft::Stft;
#[cfg(feature = "serde")]
pub(crate) use stft::Window;

use crate::element::unrepresentable;
use crate::error::{InitError, Number};
use crate::fill::Element;
use crate::math::Float;

/// Converts a configured number to the element type. NaN, numbers beyond the type's greatest value, and
/// those that would vanish below its least, are an error; infinities pass.
fn number<A: Element>(name: &'static str, value: f64) -> Result<A, InitError> {
    let rule = if value.is_nan() {
        return Err(InitError::Parameter { name, value, rule: "a number" });
    } else if value.is_infinite() {
        return Ok(A::rounded_from(
            A::Arithmetic::from_f64(value.signum()) / A::Arithmetic::default(),
        ));
    } else if value.abs() > A::GREATEST_VALUE {
        "it is too large"
    } else if value != 0.0 && value.abs() < A::LEAST_VALUE {
        "it is below the least positive number of the type"
    } else {
        return Ok(A::nearest_to(value));
    };
    Err(unrepresentable::<A>(&format_args!("{name} {}", Number(value)), rule))
}
