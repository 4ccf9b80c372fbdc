//! Initializers whose elements are not all drawn from one law, and [`AnyInitializer`], one type for all
//! initializers. Their values depend on an element's place; threads and memory orders are `fill`'s.

mod any_initializer;
mod blocks;
mod constant;
#[cfg(feature = "orthogonal")]
mod delta_orthogonal;
mod dirac;
#[cfg(feature = "orthogonal")]
mod haar;
mod identity;
#[cfg(feature = "orthogonal")]
mod orthogonal;
mod sparse;
mod stft;

pub use any_initializer::AnyInitializer;
pub use blocks::Blocks;
#[cfg(feature = "serde")]
pub(crate) use blocks::Cut;
pub use constant::{Constant, Ones, Zeros};
#[cfg(feature = "orthogonal")]
pub use delta_orthogonal::DeltaOrthogonal;
pub use dirac::{Center, Dirac};
pub use identity::Identity;
#[cfg(feature = "orthogonal")]
pub use orthogonal::Orthogonal;
pub use sparse::Sparse;
pub use stft::{Stft, StftScaling, StftSide, StftWindow};

use crate::element::{Element, Format, Scalar};
use crate::error::{InitError, Number};

/// Converts a configured number to the element type. NaN, numbers beyond the type's greatest value, and
/// those that would vanish below its least, are an error; infinities pass.
fn number<A: Element>(name: &'static str, value: f64) -> Result<A, InitError> {
    let rule = if value.is_nan() {
        return Err(InitError::Parameter { name, value, rule: "a number" });
    } else if value.is_infinite() {
        return Ok(A::Format::round(A::Arithmetic::from_f64(value.signum()) / A::Arithmetic::ZERO));
    } else if value.abs() > A::Format::GREATEST {
        "it is too large"
    } else if value != 0.0 && value.abs() < A::Format::LEAST {
        "it is below the least positive number of the type"
    } else {
        return Ok(A::Format::nearest(value));
    };
    Err(InitError::Unrepresentable {
        law: format!("{name} {}", Number(value)),
        element: A::Format::NAME,
        rule,
    })
}
