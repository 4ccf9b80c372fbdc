//! words × law onto an array: new ones, and those that are there, whatever their strides. All code that
//! handles memory by itself is in this folder.

mod allocation;
mod columns;
mod draw;
mod element;
#[cfg(feature = "half")]
mod half;
mod memory;
mod region;
mod strides;
mod target;
mod threads;
mod tiles;

pub(crate) use allocation::{filled, room, written};
pub use element::Element;
#[expect(unreachable_pub, reason = "in the signature of a hidden method")]
pub use region::Indices;
pub use region::Region;

use crate::laws::AnyLaw;
use crate::stream::Key;
use ndarray::{ArrayRef, Dimension};
use target::Target;

/// A content of arrays of any shape.
#[derive(Clone, Debug)]
pub(crate) enum Content<A> {
    /// One value everywhere.
    Constant(A),
    /// The values of the key's words.
    Drawn(AnyLaw, Key),
}

/// Writes every element of an array, which is a part of a larger one if there are indices.
pub(crate) fn onto<A: Element, D: Dimension>(
    array: &mut ArrayRef<A, D>,
    content: &Content<A>,
    indices: Option<&Indices>,
) {
    match content {
        Content::Constant(value) => array.fill(*value),
        Content::Drawn(law, key) => A::draw(Target::of(array), law, *key, indices),
    }
}
