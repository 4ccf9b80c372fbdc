//! words × law onto an array: new ones, and those that are there, whatever their strides. All unsafe
//! code of the crate is in this folder. Knows no initializer.

mod allocation;
mod columns;
mod draw;
mod memory;
mod region;
mod source;
mod strides;
mod target;
mod threads;
mod tiles;

pub(crate) use allocation::{copied, filled, written};
pub(crate) use region::Indices;
pub use region::Region;

use crate::element::Element;
use crate::laws::{AnySampler, Sampler, UseSampler};
use crate::stream::Key;
use ndarray::{ArrayRef, Dimension};
use source::Source;
use target::Target;

/// What can be written to an array of any shape.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<A: Element> {
    /// The same value everywhere.
    Constant(A),
    /// The values of the key's words.
    Drawn(AnySampler<A>, Key),
}

/// Writes every element of an array, which is a part of a larger one if there are indices.
pub(crate) fn onto<A: Element, D: Dimension>(
    array: &mut ArrayRef<A, D>,
    content: &Content<A>,
    indices: Option<&Indices>,
) {
    content.write(Target::of(array), indices);
}

/// Writes every element of a slice.
#[cfg(feature = "orthogonal")]
pub(crate) fn onto_slice<A: Element>(elements: &mut [A], content: &Content<A>) {
    content.write(Target::of_slice(elements, &[elements.len()]), None);
}

impl<A: Element> Content<A> {
    fn write(&self, target: Target<'_, A>, indices: Option<&Indices>) {
        match *self {
            Self::Constant(value) => target.fill(value),
            Self::Drawn(sampler, key) => sampler.hand_to(Draw { target, key, indices }),
        }
    }
}

struct Draw<'a, A> {
    target: Target<'a, A>,
    key: Key,
    indices: Option<&'a Indices>,
}

impl<A: Element> UseSampler<A> for Draw<'_, A> {
    type Output = ();

    fn with<S: Sampler<A>>(self, sampler: S) {
        let Self { target, key, indices } = self;
        target.draw(&Source { sampler, key, indices });
    }
}
