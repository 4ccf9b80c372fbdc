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
use crate::math::dispatch;
use crate::stream::Key;
use ndarray::{ArrayRef, ArrayViewD, Dimension};
use pulp::NullaryFnOnce;
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

/// Writes the elements of another array of the same shape.
pub(crate) fn copy_onto<A: Element, D: Dimension>(
    array: &mut ArrayRef<A, D>,
    elements: &ArrayViewD<'_, A>,
) {
    match (array.as_slice_mut(), elements.as_slice()) {
        (Some(to), Some(from)) => threads::copy(from, to),
        _ => array.view_mut().into_dyn().assign(elements),
    }
}

/// Whether an element is NaN.
pub(crate) fn has_nan<A: Element>(array: &ArrayViewD<'_, A>) -> bool {
    match array.as_slice_memory_order() {
        Some(elements) => threads::any(elements, |piece| dispatch(FindNan { piece })),
        None => array.iter().any(|x| is_nan(x)),
    }
}

/// NaN is what differs from itself.
#[expect(clippy::eq_op, reason = "the operands are the same on purpose")]
#[inline(always)]
fn is_nan<A: PartialEq>(x: &A) -> bool {
    x != x
}

struct FindNan<'a, A> {
    piece: &'a [A],
}

impl<A: Element> NullaryFnOnce for FindNan<'_, A> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        // To the end, so that the search is made of vectors.
        self.piece.iter().fold(false, |any, x| any | is_nan(x))
    }
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
