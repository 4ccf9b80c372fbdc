//! words × law onto an array: new ones, and those that are there, whatever their strides. All unsafe
//! code of the crate is in this folder. Knows no initializer.

mod allocation;
mod draw;
mod memory;
mod strides;
mod target;
mod threads;
mod tiles;

pub(crate) use allocation::{copied, filled, written};

use crate::element::{Element, Scalar};
use crate::laws::{AnyQuantile, Quantile, UseQuantile};
use crate::stream::Key;
use ndarray::{ArrayRef, Dimension};
use target::Target;

/// What can be written to an array of any shape.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<A> {
    /// The same value everywhere.
    Constant(A),
    /// The values of the key's words.
    Drawn(AnyQuantile<A>, Key),
}

/// Writes every element of an array.
pub(crate) fn onto<A: Element, D: Dimension>(
    array: &mut ArrayRef<A, D>,
    content: &Content<A::Arithmetic>,
) {
    content.write(Target::of(array));
}

/// Writes every element of a slice.
#[cfg(feature = "orthogonal")]
pub(crate) fn onto_slice<A: Scalar>(elements: &mut [A], content: &Content<A>) {
    content.write(Target::of_slice(elements, &[elements.len()]));
}

impl<A: Scalar> Content<A> {
    fn write(&self, target: Target<'_, A>) {
        match *self {
            Self::Constant(value) => target.fill(value),
            Self::Drawn(quantile, key) => quantile.hand_to(Draw { target, key }),
        }
    }
}

struct Draw<'a, A> {
    target: Target<'a, A>,
    key: Key,
}

impl<A: Scalar> UseQuantile<A> for Draw<'_, A> {
    type Output = ();

    fn with<Q: Quantile<A>>(self, quantile: Q) {
        self.target.draw(quantile, self.key);
    }
}
