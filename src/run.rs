//! words × law onto a slice. Knows no array.

use crate::distr::Kernel;
use crate::element::Element;
use crate::key::Key;
use crate::memory;
use crate::simd;
use crate::stream::{BLOCK, CHUNK, ROW};
use pulp::NullaryFnOnce;
use std::mem::MaybeUninit;
use std::ops::Range;

/// What an array's elements come from.
pub(crate) struct Source<K> {
    pub(crate) kernel: K,
    pub(crate) key: Key,
}

impl<K> Source<K> {
    /// Writes elements first, first + 1, … of the array.
    pub(crate) fn run<A: Element>(&self, first: usize, out: &mut [MaybeUninit<A>])
    where
        K: Kernel<A>,
    {
        let &Self { kernel, key } = self;
        simd::dispatch(Run { kernel, key, first, out });
    }
}

/// A call of [`Source::run`], to be compiled for every instruction set.
struct Run<'a, A, K> {
    kernel: K,
    key: Key,
    first: usize,
    out: &'a mut [MaybeUninit<A>],
}

impl<A: Element, K: Kernel<A>> NullaryFnOnce for Run<'_, A, K> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { kernel, key, first, out } = self;
        let mut words = A::zeros();
        let mut rare = Rare::new();
        let mut place = 0;
        while place < out.len() {
            let mut lanes = A::lanes(key, ((first + place) / BLOCK) as u64);
            let mut skip = (first + place) % BLOCK;
            let end = place + (BLOCK - skip).min(out.len() - place);
            while place < end {
                let rows = (skip + end - place).div_ceil(ROW).min(CHUNK / ROW);
                memory::prefetch(out, place + CHUNK..place + 2 * CHUNK);
                A::draw(&mut lanes, &mut words, rows);
                let range = skip.min(CHUNK)..CHUNK.min(skip + end - place);
                skip -= range.start;
                if K::HAS_RARE {
                    apply(&kernel, &words, range.clone(), out, place, &mut rare);
                } else {
                    let out = &mut out[place..][..range.len()];
                    A::map(&kernel, &words, range.start, out);
                }
                place += range.len();
            }
        }
        rare.mend(&kernel, out);
    }
}

/// Writes the values of the chunk's words in the range to `out`, from `place` on.
#[inline(always)]
fn apply<A: Element, K: Kernel<A>>(
    kernel: &K,
    words: &A::Words,
    range: Range<usize>,
    out: &mut [MaybeUninit<A>],
    mut place: usize,
    rare: &mut Rare<A>,
) {
    // Whole rows, and parts of one at either end.
    let first = range.start.next_multiple_of(ROW).min(range.end);
    let last = first.max(range.end / ROW * ROW);
    for part in [range.start..first, last..range.end] {
        if !part.is_empty() {
            let row = A::row(words, part.start / ROW);
            let (values, _) = row_values(kernel, &row);
            let place = place + part.start - range.start;
            let part = part.start % ROW..part.start % ROW + part.len();
            write(&mut out[place..][..part.len()], &values[part.clone()]);
            rare.collect(kernel, &row, part, place);
        }
    }
    place += first - range.start;
    for i in first / ROW..last / ROW {
        let row = A::row(words, i);
        let (values, any_rare) = row_values(kernel, &row);
        write(&mut out[place..][..ROW], &values);
        if any_rare {
            rare.collect(kernel, &row, 0..ROW, place);
            if rare.count > RARE - 3 * ROW {
                rare.mend(kernel, out);
            }
        }
        place += ROW;
    }
}

#[inline(always)]
fn write<A: Copy>(out: &mut [MaybeUninit<A>], values: &[A]) {
    for (out, &value) in out.iter_mut().zip(values) {
        out.write(value);
    }
}

/// The values of a row, right where they are not rare, and whether any is.
#[inline(always)]
fn row_values<A: Element, K: Kernel<A>>(kernel: &K, row: &[A::Word; ROW]) -> ([A; ROW], bool) {
    let mut values = [A::ZERO; ROW];
    let mut any_rare = false;
    for (value, &word) in values.iter_mut().zip(row) {
        *value = kernel.common(word);
        any_rare |= kernel.is_rare(word);
    }
    (values, any_rare)
}

/// How many rare words can be kept until they are mended together: those of two rows, after which
/// they are, of the parts of rows at both ends, and of one more row.
const RARE: usize = 5 * ROW;

/// Words that need their kernel's other arm, and where their elements go.
///
/// Kept for a while, since a few of them at once would spend their time waiting for each other's
/// divisions.
struct Rare<A: Element> {
    count: usize,
    words: [A::Word; RARE],
    places: [usize; RARE],
}

impl<A: Element> Rare<A> {
    #[inline(always)]
    fn new() -> Self {
        Self { count: 0, words: [A::Word::default(); RARE], places: [0; RARE] }
    }

    /// Takes the rare words of a part of a row, whose first element's place is given.
    #[inline(always)]
    fn collect<K: Kernel<A>>(
        &mut self,
        kernel: &K,
        row: &[A::Word; ROW],
        part: Range<usize>,
        place: usize,
    ) {
        let mut flags = 0_u32;
        for (j, &word) in row.iter().enumerate() {
            flags |= u32::from(kernel.is_rare(word)) << j;
        }
        flags &= (1 << part.end) - (1 << part.start);
        let mut count = self.count;
        while flags != 0 {
            let j = flags.trailing_zeros() as usize;
            flags &= flags - 1;
            self.words[count] = row[j];
            self.places[count] = place + j - part.start;
            count += 1;
        }
        self.count = count;
    }

    /// Writes their elements.
    #[inline(always)]
    fn mend<K: Kernel<A>>(&mut self, kernel: &K, out: &mut [MaybeUninit<A>]) {
        // As many at once as `f64`s fill a vector, in which they are computed.
        const GROUP: usize = 8;
        let words = self.words.as_chunks::<GROUP>().0;
        let places = self.places[..self.count].chunks(GROUP);
        for (words, places) in words.iter().zip(places) {
            let mut values = [A::ZERO; GROUP];
            for (value, &word) in values.iter_mut().zip(words) {
                *value = kernel.rare(word);
            }
            for (value, &place) in values.into_iter().zip(places) {
                out[place].write(value);
            }
        }
        self.count = 0;
    }
}
