//! words × law onto an array: new ones, and those that are there, whatever their strides. All code that
//! handles memory by itself is in this folder. Knows no initializer.

mod allocation;
mod columns;
mod draw;
mod memory;
mod region;
mod rounded;
mod rounding;
mod source;
mod strides;
mod target;
mod threads;
mod tiles;

pub(crate) use allocation::{copied, filled, room, written};
pub(crate) use region::Indices;
pub use region::Region;

use crate::element::{ByKind, Element, Format, for_each_element};
use crate::laws::{AnyLaw, Sampler, UseSampler};
use crate::stream::Key;
use ndarray::{ArrayRef, Dimension};
use rounded::Rounded;
use source::Source;
use std::any::TypeId;
use std::mem;
use target::Target;

/// What can be written to an array of any shape.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<A: Element> {
    /// The same value everywhere.
    Constant(A),
    /// The values of the key's words.
    Drawn(AnyLaw, Key),
}

/// Writes every element of an array, which is a part of a larger one if there are indices.
#[inline]
pub(crate) fn onto<A: Element, D: Dimension>(
    array: &mut ArrayRef<A, D>,
    content: &Content<A>,
    indices: Option<&Indices>,
) {
    content.write(Target::of(array), indices);
}

impl<A: Element> Content<A> {
    #[inline]
    fn write(&self, target: Target<'_, A>, indices: Option<&Indices>) {
        match self {
            Self::Constant(value) => target.fill(*value),
            Self::Drawn(law, key) => {
                draw(DrawFrom { law, draw: Draw { target, key: *key, indices } });
            }
        }
    }
}

/// A function for each element type, and one that calls that of its own.
macro_rules! compiled {
    ($($(#[$cfg:meta])? $draw:ident: $element:ty, $_arithmetic:ty, $_entry:ty;)*) => {
        $(
            $(#[$cfg])?
            fn $draw(from: DrawFrom<'_, $element>) {
                <$element as Element>::Format::by_kind(from);
            }
        )*

        /// Writes what is drawn.
        ///
        /// A generic function is compiled anew in each crate that uses it, and those behind this one are
        /// many and long. The functions that it calls are not generic, so that they are compiled with this
        /// crate alone, and as fast as its own profile says.
        fn draw<A: Element>(from: DrawFrom<'_, A>) {
            $(
                $(#[$cfg])?
                if TypeId::of::<A>() == TypeId::of::<$element>() {
                    // SAFETY: both are the same type, which needs no drop.
                    return $draw(unsafe { mem::transmute_copy(&from) });
                }
            )*
            unreachable!("there is no other element type");
        }
    };
}
for_each_element!(compiled);

struct DrawFrom<'a, A: Element> {
    law: &'a AnyLaw,
    draw: Draw<'a, A>,
}

impl<A: Element> ByKind for DrawFrom<'_, A> {
    type Output = ();

    fn real(self) {
        self.law.sampler().hand_to(self.draw);
    }

    fn complex(self) {
        self.law.sampler().hand_to(self.draw);
    }

    fn rounded(self) {
        self.law.sampler::<A>().unrounded().hand_to(DrawRounded(self.draw));
    }
}

struct Draw<'a, A> {
    target: Target<'a, A>,
    key: Key,
    indices: Option<&'a Indices>,
}

struct DrawRounded<'a, A>(Draw<'a, A>);

impl<A: Element> UseSampler<A::Arithmetic> for DrawRounded<'_, A> {
    type Output = ();

    fn with<S: Sampler<A::Arithmetic>>(self, sampler: S) {
        let Draw { target, key, indices } = self.0;
        target.draw(&Rounded(Source { sampler, key, indices }));
    }
}

impl<A: Element> UseSampler<A> for Draw<'_, A> {
    type Output = ();

    fn with<S: Sampler<A>>(self, sampler: S) {
        let Self { target, key, indices } = self;
        target.draw(&Source { sampler, key, indices });
    }
}
