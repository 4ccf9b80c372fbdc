//! words × law onto a slice: which words, and by which code. Knows no array.

use super::draw::{Fused, InSoftware, Run};
use super::region::Indices;
use crate::laws::Sampler;
use crate::math::{IN_SOFTWARE, Simd};
use crate::stream::Key;
use std::mem::MaybeUninit;

/// What gives an array's elements.
pub(super) trait Elements<A>: Sync {
    /// Writes elements first, first + 1, … of the array.
    fn write(&self, first: usize, out: &mut [MaybeUninit<A>]);
}

/// What an array's elements come from.
pub(super) struct Source<'a, S> {
    pub(super) sampler: S,
    pub(super) key: Key,
    /// Where the elements are in the array that this one is a part of.
    pub(super) indices: Option<&'a Indices>,
}

impl<A: Copy + Default, S: Sampler<A>> Elements<A> for Source<'_, S> {
    fn write(&self, first: usize, out: &mut [MaybeUninit<A>]) {
        match self.indices {
            None => self.run(first as u64, 1, out),
            Some(indices) => indices.runs(first, out.len(), |run| {
                self.run(run.index, run.step, &mut out[run.place..][..run.len]);
            }),
        }
    }
}

impl<S> Source<'_, S> {
    /// Writes the values of words first, first + step, ….
    fn run<A: Copy + Default>(&self, first: u64, step: u64, out: &mut [MaybeUninit<A>])
    where
        S: Sampler<A>,
    {
        let &Self { sampler, key, .. } = self;
        let simd = Simd::best();
        if IN_SOFTWARE && S::HAS_MUL_ADD && simd.is_portable() {
            let arms = InSoftware { checked: sampler.checked(), exact: sampler };
            Run { arms, key, first, step, out }.write(simd);
        } else {
            Run { arms: Fused(sampler), key, first, step, out }.write(simd);
        }
    }
}
