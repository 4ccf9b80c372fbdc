//! Elements of half types: values of `f32`, a few blocks at a time, then rounded. In one loop with the
//! values' arithmetic, rounding takes longer than by itself.

use super::draw::Scratch;
use super::memory;
use super::rounding::round;
use super::source::{Elements, Source};
use crate::element::Element;
use crate::laws::Sampler;
use crate::stream::BLOCK;
use std::mem::MaybeUninit;

/// How many values are rounded together: so many that writing them costs little more than in one piece,
/// and so few that they stay in the first cache.
const PIECE: usize = 2 * BLOCK;

/// What elements are rounded from.
pub(super) struct Rounded<'a, S>(pub(super) Source<'a, S>);

impl<E: Element, S: Sampler<E::Arithmetic>> Elements<E> for Rounded<'_, S> {
    type Scratch = Scratch<S::Word>;

    #[inline(always)]
    fn scratch(&self) -> Self::Scratch {
        <Source<'_, S> as Elements<E::Arithmetic>>::scratch(&self.0)
    }

    fn write(&self, scratch: &mut Self::Scratch, first: usize, out: &mut [MaybeUninit<E>]) {
        let mut values = [const { MaybeUninit::<E::Arithmetic>::uninit() }; PIECE];
        let mut place = 0;
        while place < out.len() {
            // No block of the stream is begun twice.
            let len = (PIECE - (first + place) % PIECE).min(out.len() - place);
            let out = &mut out[place..][..len];
            memory::prefetch(out, 0..len / 4);
            self.0.write(scratch, first + place, &mut values[..len]);
            // SAFETY: the source wrote all of them.
            let values = unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), len) };
            round(values, out);
            place += len;
        }
    }
}
