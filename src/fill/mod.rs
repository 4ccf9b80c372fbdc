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

use crate::element::Element;
use crate::laws::{AnySampler, Sampler, UseSampler};
use crate::stream::Key;
use ndarray::{ArrayRef, Dimension};
use target::Target;

/// What can be written to an array of any shape.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<A: Element> {
    /// The same value everywhere.
    Constant(A),
    /// The values of the key's words.
    Drawn(AnySampler<A>, Key),
}

/// Writes every element of an array.
pub(crate) fn onto<A: Element, D: Dimension>(array: &mut ArrayRef<A, D>, content: &Content<A>) {
    content.write(Target::of(array));
}

/// Writes every element of a slice.
#[cfg(feature = "orthogonal")]
pub(crate) fn onto_slice<A: Element>(elements: &mut [A], content: &Content<A>) {
    content.write(Target::of_slice(elements, &[elements.len()]));
}

impl<A: Element> Content<A> {
    fn write(&self, target: Target<'_, A>) {
        match *self {
            Self::Constant(value) => target.fill(value),
            Self::Drawn(sampler, key) => sampler.hand_to(Draw { target, key }),
        }
    }
}

struct Draw<'a, A> {
    target: Target<'a, A>,
    key: Key,
}

impl<A: Element> UseSampler<A> for Draw<'_, A> {
    type Output = ();

    fn with<S: Sampler<A>>(self, sampler: S) {
        self.target.draw(sampler, self.key);
    }
}
