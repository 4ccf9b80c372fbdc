//! words × law onto a slice: which words, and by which code. Knows no array.

use super::draw::{Fused, InSoftware, Scratch, Write};
use super::region::{Indices, Run};
use crate::laws::Sampler;
use crate::math::{IN_SOFTWARE, Simd};
use crate::stream::Key;
use std::mem::MaybeUninit;

/// What gives an array's elements.
pub(super) trait Elements<A>: Sync {
    /// Room for what lies between words and elements, to be used for one write after the other.
    type Scratch;

    fn scratch(&self) -> Self::Scratch;

    /// Writes elements first, first + 1, … of the array.
    fn write(&self, scratch: &mut Self::Scratch, first: usize, out: &mut [MaybeUninit<A>]);
}

/// What an array's elements come from.
pub(super) struct Source<'a, S> {
    pub(super) sampler: S,
    pub(super) key: Key,
    /// Where the elements are in the array that this one is a part of.
    pub(super) indices: Option<&'a Indices>,
}

/// How many runs are drawn at once. A short one, such as a line of a few columns, costs less than what
/// has to be set up for the loop over words.
const RUNS: usize = 32;

impl<A: Copy + Default, S: Sampler<A>> Elements<A> for Source<'_, S> {
    type Scratch = Scratch<S::Word>;

    #[inline(always)]
    fn scratch(&self) -> Self::Scratch {
        Scratch::new()
    }

    fn write(&self, scratch: &mut Self::Scratch, first: usize, out: &mut [MaybeUninit<A>]) {
        let Some(indices) = self.indices else {
            let run = Run { place: 0, index: first as u64, len: out.len(), step: 1 };
            return self.draw(&[run], scratch, out);
        };
        let mut runs = [Run::default(); RUNS];
        let mut count = 0;
        indices.runs(first, out.len(), |run| {
            if count == RUNS {
                self.draw(&runs, scratch, out);
                count = 0;
            }
            runs[count] = run;
            count += 1;
        });
        self.draw(&runs[..count], scratch, out);
    }
}

impl<S> Source<'_, S> {
    /// Writes the values of the runs' words.
    fn draw<A: Copy + Default>(
        &self,
        runs: &[Run],
        scratch: &mut Scratch<S::Word>,
        out: &mut [MaybeUninit<A>],
    ) where
        S: Sampler<A>,
    {
        let &Self { sampler, key, .. } = self;
        let simd = Simd::best();
        if IN_SOFTWARE && S::HAS_MUL_ADD && simd.is_portable() {
            Write { arms: InSoftware::new(sampler), key, runs, scratch, out }.by(simd);
        } else {
            Write { arms: Fused::new(sampler), key, runs, scratch, out }.by(simd);
        }
    }
}
