//! words × law onto a slice. Knows no array.

use super::memory::{self, Buffer};
use super::region::Run;
use crate::laws::Sampler;
use crate::math::{Simd, Vectorized};
use crate::stream::{BLOCK, CHUNK, Flag, Key, Mark, ROW, Reader, Row, Word, Words};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// How many words of 32 bits are drawn before they are used: 4 KiB of them, so that these, and what is
/// made of them, stay in the first cache.
const DRAWN: usize = BLOCK;

/// How many words of an element that are.
const fn chunk<W: Word>() -> usize {
    DRAWN / W::STREAMS
}

/// Room for what lies between words and elements, to be used for one write after the other.
pub(super) struct Scratch<W: Word> {
    /// Two words each.
    outputs: Buffer<u64, { DRAWN / 2 }>,
    /// Words that were picked out of the stream.
    picked: Buffer<W, CHUNK>,
    /// Of a chunk's words: which ones need the second arm.
    flags: Buffer<W::Flag, BLOCK>,
}

impl<W: Word> Scratch<W> {
    #[inline(always)]
    pub(super) const fn new() -> Self {
        Self { outputs: Buffer::new(), picked: Buffer::new(), flags: Buffer::new() }
    }
}

/// A write of the values of runs of words.
pub(super) struct Write<'a, R: Arms> {
    pub(super) arms: R,
    pub(super) key: Key,
    pub(super) runs: &'a [Run],
    pub(super) scratch: &'a mut Scratch<R::Word>,
    pub(super) out: &'a mut [MaybeUninit<R::Element>],
}

/// How the values of words are computed: fast, or else surely.
pub(super) trait Arms: Copy {
    type Element: Copy + Default;
    type Word: Word;
    /// Whether any word needs the second arm.
    const HAS_RARE: bool;
    /// Whether many values are to be computed together; then no word needs the second arm.
    const WAITS: bool = false;

    /// The value, and whether it is wrong.
    fn common(&self, word: Self::Word) -> (Self::Element, bool);
    /// The value of a word for which it is.
    fn rare(&self, word: Self::Word) -> Self::Element;
    /// The first arm's values of many words.
    #[inline(always)]
    fn together<const N: usize>(&self, words: [Self::Word; N]) -> [Self::Element; N] {
        words.map(|word| self.common(word).0)
    }
}

/// By the sampler as it is.
#[derive(Clone, Copy)]
pub(super) struct Fused<A, S> {
    sampler: S,
    element: PhantomData<A>,
}

impl<A, S: Sampler<A>> Fused<A, S> {
    pub(super) const fn new(sampler: S) -> Self {
        Self { sampler, element: PhantomData }
    }
}

impl<A: Copy + Default, S: Sampler<A>> Arms for Fused<A, S> {
    type Element = A;
    type Word = S::Word;
    const HAS_RARE: bool = S::HAS_RARE;
    const WAITS: bool = S::WAITS;

    #[inline(always)]
    fn common(&self, word: S::Word) -> (A, bool) {
        (self.sampler.common(word), self.sampler.is_rare(word))
    }

    #[inline(always)]
    fn rare(&self, word: S::Word) -> A {
        self.sampler.rare(word)
    }

    #[inline(always)]
    fn together<const N: usize>(&self, words: [S::Word; N]) -> [A; N] {
        self.sampler.together(words)
    }
}

/// With multiply-adds in software, and by the library's where one is in doubt.
#[derive(Clone, Copy)]
pub(super) struct InSoftware<A, S: Sampler<A>> {
    checked: S::Checked,
    exact: S,
}

impl<A, S: Sampler<A>> InSoftware<A, S> {
    pub(super) fn new(exact: S) -> Self {
        Self { checked: exact.checked(), exact }
    }
}

impl<A: Copy + Default, S: Sampler<A>> Arms for InSoftware<A, S> {
    type Element = A;
    type Word = S::Word;
    const HAS_RARE: bool = true;

    #[inline(always)]
    fn common(&self, word: S::Word) -> (A, bool) {
        self.exact.try_common(&self.checked, word)
    }

    #[inline(always)]
    fn rare(&self, word: S::Word) -> A {
        self.exact.value(word)
    }
}

impl<R: Arms> Write<'_, R> {
    /// Does the write by this instruction set.
    ///
    /// Words are drawn by one function and values computed by another, since each needs all of the
    /// processor's registers.
    pub(super) fn by(self, simd: Simd) {
        let Self { arms, key, runs, scratch: Scratch { outputs, picked, flags }, out } = self;
        let mut reader = None;
        let mut rare = Rare { flags, pending: Pending::new() };
        for run in runs {
            if run.step == 1 {
                neighbors(arms, key, run, outputs, &mut rare, out, simd);
            } else {
                let reader = reader.get_or_insert_with(|| Reader::new(key));
                stepped(arms, reader, run, picked, &mut rare, out, simd);
            }
        }
        if R::HAS_RARE {
            simd.run(Mend { arms, pending: &mut rare.pending }, out);
        }
    }
}

/// The values of words one after the other.
fn neighbors<R: Arms>(
    arms: R,
    key: Key,
    run: &Run,
    outputs: &mut Buffer<u64, { DRAWN / 2 }>,
    rare: &mut Rare<'_, R::Word>,
    out: &mut [MaybeUninit<R::Element>],
    simd: Simd,
) {
    let chunk = chunk::<R::Word>();
    let mut place = run.place;
    let run_end = run.place + run.len;
    while place < run_end {
        let index = run.index + (place - run.place) as u64;
        let skip = (index % BLOCK as u64) as usize;
        let end = place + (BLOCK - skip).min(run_end - place);
        let mut lanes = R::Word::lanes(key, index / BLOCK as u64, skip / ROW, simd);
        let mut skip = skip % ROW;
        while place < end {
            let stop = chunk.min(skip + end - place);
            let len = stop - skip;
            if len == chunk {
                // More of it at once takes longer: 1.1 times for a normal, 1.4 times for a uniform (Zen 4).
                memory::prefetch(out, place..place + chunk / 4);
            }
            let drawn = R::Word::STREAMS * stop.next_multiple_of(ROW) / 2;
            R::Word::draw(&mut lanes, outputs.room(drawn).as_chunks_mut().0, simd);
            // SAFETY: drawing writes all of them.
            let words: &[Row] = unsafe { outputs.written(drawn) }.as_chunks().0;
            Values { arms, words, skip, place, out }.write(len, rare, simd);
            place += len;
            skip = 0;
        }
    }
}

/// The values of words that are picked out of the stream.
fn stepped<R: Arms>(
    arms: R,
    reader: &mut Reader<R::Word>,
    run: &Run,
    picked: &mut Buffer<R::Word, CHUNK>,
    rare: &mut Rare<'_, R::Word>,
    out: &mut [MaybeUninit<R::Element>],
    simd: Simd,
) {
    for i in (0..run.len).step_by(CHUNK) {
        let len = CHUNK.min(run.len - i);
        reader.read(run.index + i as u64 * run.step, run.step, picked.room(len));
        // SAFETY: reading writes all of them.
        let words = unsafe { picked.written(len) };
        let place = run.place + i;
        Values { arms, words, skip: 0, place, out }.write(len, rare, simd);
    }
}

/// The values of a chunk's words from `skip` on, for the elements from `place` on.
struct Values<'a, R: Arms, C: ?Sized> {
    arms: R,
    words: &'a C,
    skip: usize,
    place: usize,
    out: &'a mut [MaybeUninit<R::Element>],
}

impl<R: Arms, C: Words<R::Word> + ?Sized> Values<'_, R, C> {
    /// Writes `len` values, but for rare ones, which are kept for later.
    #[inline(always)]
    fn write(self, len: usize, rare: &mut Rare<'_, R::Word>, simd: Simd) {
        let Self { arms, words, skip, place, out } = self;
        let now = &mut out[place..place + len];
        if R::HAS_RARE {
            let Rare { flags, pending } = rare;
            let whole = len.next_multiple_of(GROUP);
            let (marks, rest) = flags.room(whole).split_at_mut(len);
            rest.fill(MaybeUninit::new(<R::Word as Word>::Flag::default()));
            simd.run(Common { arms, words, skip, marks }, now);
            // SAFETY: one was written for each value, and the rest before.
            let flags = unsafe { flags.written(whole) };
            simd.run(Collect { arms, words, skip, len, place, flags, pending }, out);
        } else if R::WAITS {
            simd.run(Together { arms, words, skip }, now);
        } else {
            let marks = &mut [MaybeUninit::<()>::uninit(); BLOCK][..len];
            simd.run(Common { arms, words, skip, marks }, now);
        }
    }
}

/// The first arm: writes the values of a chunk's words from `skip` on, and marks those that are wrong.
struct Common<'a, R, C: ?Sized, M> {
    arms: R,
    words: &'a C,
    skip: usize,
    marks: &'a mut [MaybeUninit<M>],
}

impl<R: Arms, C: Words<R::Word> + ?Sized, M: Mark> Vectorized for Common<'_, R, C, M> {
    type Target = [MaybeUninit<R::Element>];
    type Output = ();

    #[inline(always)]
    fn run(self, out: &mut [MaybeUninit<R::Element>]) {
        let Self { arms, words, skip, marks } = self;
        let len = out.len();
        let (marks, words) = (&mut marks[..len], words.part(skip..skip + len));
        for i in 0..len {
            let (value, is_rare) = arms.common(words(i));
            out[i].write(value);
            marks[i].write(M::of(is_rare));
        }
    }
}

/// Writes the values of a chunk's words from `skip` on, many at a time.
struct Together<'a, R, C: ?Sized> {
    arms: R,
    words: &'a C,
    skip: usize,
}

impl<R: Arms, C: Words<R::Word> + ?Sized> Vectorized for Together<'_, R, C> {
    type Target = [MaybeUninit<R::Element>];
    type Output = ();

    #[inline(always)]
    fn run(self, out: &mut [MaybeUninit<R::Element>]) {
        let Self { arms, words, skip } = self;
        let words = words.part(skip..skip + out.len());
        // A few that are left are not to take as long as many.
        let left = out.len() % MANY;
        let (many, few) = out.split_at_mut(out.len() - left);
        write_together::<MANY, _>(&arms, &words, many);
        write_together::<FEW, _>(&arms, &|i| words(many.len() + i), few);
    }
}

/// How many values are computed together where each is a long chain of operations: on Sapphire Rapids
/// with AVX2, 64 take half the time of 32, and 128 no less.
const MANY: usize = 64;
const FEW: usize = 8;

#[inline(always)]
fn write_together<const N: usize, R: Arms>(
    arms: &R,
    words: &impl Fn(usize) -> R::Word,
    out: &mut [MaybeUninit<R::Element>],
) {
    for (first, out) in (0..).step_by(N).zip(out.chunks_mut(N)) {
        let mut group = [R::Word::default(); N];
        for (i, word) in group[..out.len()].iter_mut().enumerate() {
            *word = words(first + i);
        }
        for (out, value) in out.iter_mut().zip(arms.together(group)) {
            out.write(value);
        }
    }
}

/// Takes the words with a flag out of a chunk.
struct Collect<'a, R: Arms, C: ?Sized> {
    arms: R,
    words: &'a C,
    skip: usize,
    len: usize,
    place: usize,
    /// In whole groups.
    flags: &'a [<R::Word as Word>::Flag],
    pending: &'a mut Pending<R::Word>,
}

impl<R: Arms, C: Words<R::Word> + ?Sized> Vectorized for Collect<'_, R, C> {
    type Target = [MaybeUninit<R::Element>];
    type Output = ();

    #[inline(always)]
    fn run(self, out: &mut [MaybeUninit<R::Element>]) {
        let Self { arms, words, skip, len, place, flags, pending } = self;
        let words = words.part(skip..skip + len);
        // Most groups, and most rows of the others, have none, which takes a few instructions.
        for (first, group) in (0..).step_by(GROUP).zip(flags.as_chunks::<GROUP>().0) {
            if none(group) {
                continue;
            }
            for (first, row) in (first..).step_by(ROW).zip(group.as_chunks::<ROW>().0) {
                if none(row) {
                    continue;
                }
                let mut bits = 0;
                for (i, flag) in row.iter().enumerate() {
                    bits |= flag.bit(i);
                }
                while bits != 0 {
                    let i = first + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    pending.push(words(i), place + i);
                }
                if pending.count > RARE - ROW {
                    pending.mend(&arms, out);
                }
            }
        }
    }
}

/// How many flags are looked at together.
const GROUP: usize = 4 * ROW;

/// Whether all flags are a no.
#[inline(always)]
fn none<F: Flag>(flags: &[F]) -> bool {
    flags.iter().fold(F::default(), |any, &flag| any | flag) == F::default()
}

/// Words that need the second arm.
struct Rare<'a, W: Word> {
    /// Of a chunk's words: which ones do.
    flags: &'a mut Buffer<W::Flag, BLOCK>,
    pending: Pending<W>,
}

/// How many words are kept until their elements are written, which is as soon as there is no room for
/// those of another row.
const RARE: usize = 3 * ROW;

/// Words that need the second arm, and where their elements go.
///
/// Kept for a while, since a few of them at once would spend their time waiting for each other's
/// divisions.
struct Pending<W> {
    count: usize,
    words: [W; RARE],
    places: [usize; RARE],
}

impl<W: Word> Pending<W> {
    #[inline(always)]
    fn new() -> Self {
        Self { count: 0, words: [W::default(); RARE], places: [0; RARE] }
    }

    #[inline(always)]
    fn push(&mut self, word: W, place: usize) {
        self.words[self.count] = word;
        self.places[self.count] = place;
        self.count += 1;
    }

    /// Writes their elements.
    #[inline(always)]
    fn mend<R: Arms<Word = W>>(&mut self, arms: &R, out: &mut [MaybeUninit<R::Element>]) {
        // As many at once as `f64`s fill a vector, in which they are computed.
        const TOGETHER: usize = 8;
        let words = self.words.as_chunks::<TOGETHER>().0;
        let places = self.places[..self.count].chunks(TOGETHER);
        for (words, places) in words.iter().zip(places) {
            let mut values = [R::Element::default(); TOGETHER];
            for (value, &word) in values.iter_mut().zip(words) {
                *value = arms.rare(word);
            }
            for (value, &place) in values.into_iter().zip(places) {
                out[place].write(value);
            }
        }
        self.count = 0;
    }
}

/// Writes the elements of the words that are left.
struct Mend<'a, R: Arms> {
    arms: R,
    pending: &'a mut Pending<R::Word>,
}

impl<R: Arms> Vectorized for Mend<'_, R> {
    type Target = [MaybeUninit<R::Element>];
    type Output = ();

    #[inline(always)]
    fn run(self, out: &mut [MaybeUninit<R::Element>]) {
        self.pending.mend(&self.arms, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;
    use crate::laws::{Law, Normal, TruncatedNormal, Uniform, UseSampler};
    #[cfg(feature = "complex")]
    use num_complex::Complex;

    const KEY: Key = Key::new(42);
    const LONGEST: usize = 2100;
    /// Where runs begin: at a block and a row, and within both.
    const FIRSTS: [u64; 5] = [0, 1, 250, 1023, 5 * BLOCK as u64 + 777];

    /// One for each quantile function.
    fn laws() -> [Law; 6] {
        let truncated = |lower, upper| TruncatedNormal::in_sigmas(0.5, 2.0, lower, upper).unwrap();
        [
            Uniform::new(-0.5, 0.5).unwrap().into(),
            Uniform::new(-0.5, 0.25).unwrap().into(),
            Normal::new(0.5, 2.0).unwrap().into(),
            truncated(-2.0, 2.0).into(),
            truncated(-1.0, 3.5).into(),
            truncated(5.0, 6.0).into(),
        ]
    }

    /// One for each sampler of complex elements.
    #[cfg(feature = "complex")]
    fn circular_laws() -> [Law; 3] {
        [
            Uniform::new(-0.5, 0.5).unwrap().into(),
            Normal::new(0.5, 2.0).unwrap().into(),
            TruncatedNormal::in_sigmas(0.0, 2.0, -2.0, 2.0).unwrap().into(),
        ]
    }

    /// All of them, or, where that would take long, those at the ends of rows, chunks and blocks: in
    /// debug, and where there is no instruction for a multiplication with an addition.
    fn lengths(simd: Simd) -> impl Iterator<Item = usize> {
        let all = !cfg!(debug_assertions) && !simd.is_portable();
        let near_chunk = |len: usize| (len + 2) % CHUNK <= 4;
        let chosen = move |&len: &usize| all || len <= 130 || near_chunk(len) || len == LONGEST;
        (0..=LONGEST).filter(chosen)
    }

    /// Elements first, first + 1, …, by this instruction set.
    fn run<R: Arms>(simd: Simd, arms: R, first: u64, len: usize) -> Vec<R::Element> {
        let mut out = vec![MaybeUninit::new(R::Element::default()); len];
        let runs = &[Run { place: 0, index: first, len, step: 1 }];
        Write { arms, key: KEY, runs, scratch: &mut Scratch::new(), out: &mut out }.by(simd);
        // SAFETY: all of them are numbers since the vector was made.
        out.into_iter().map(|element| unsafe { element.assume_init() }).collect()
    }

    /// The bits of the elements.
    fn bits<A: Element>(elements: &[A]) -> &[u8] {
        // SAFETY: numbers have no padding.
        unsafe { std::slice::from_raw_parts(elements.as_ptr().cast(), size_of_val(elements)) }
    }

    struct RunEverywhere;

    impl<A: Element> UseSampler<A> for RunEverywhere {
        type Output = ();

        fn with<S: Sampler<A>>(self, sampler: S) {
            let portable = Simd::available()[0];
            for first in FIRSTS {
                let expected = run(portable, Fused::<A, _>::new(sampler), first, LONGEST);
                for simd in Simd::available() {
                    for len in lengths(simd) {
                        let found = run(simd, Fused::<A, _>::new(sampler), first, len);
                        let same = bits(&found) == bits(&expected[..len]);
                        assert!(same, "{simd:?}, {len} elements from {first} on");
                    }
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits_for_every_length() {
        println!("{:?}", Simd::available());
        for law in laws() {
            law.sampler::<f32>().hand_to(RunEverywhere);
            law.sampler::<f64>().hand_to(RunEverywhere);
        }
        #[cfg(feature = "complex")]
        for law in circular_laws() {
            law.sampler::<Complex<f32>>().hand_to(RunEverywhere);
            law.sampler::<Complex<f64>>().hand_to(RunEverywhere);
        }
    }

    /// Enough elements for the second arm, which is rare.
    struct RunLong;

    impl<A: Element> UseSampler<A> for RunLong {
        type Output = ();

        fn with<S: Sampler<A>>(self, sampler: S) {
            let len = if cfg!(debug_assertions) { 50_001 } else { 400_001 };
            let portable = Simd::available()[0];
            let expected = run(portable, Fused::<A, _>::new(sampler), 3, len);
            for simd in Simd::available() {
                let found = run(simd, Fused::<A, _>::new(sampler), 3, len);
                assert!(bits(&found) == bits(&expected), "{simd:?}");
            }
            let found = run(portable, InSoftware::<A, _>::new(sampler), 3, len);
            assert!(bits(&found) == bits(&expected), "in software");
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits_in_the_tails() {
        for law in laws() {
            law.sampler::<f32>().hand_to(RunLong);
            law.sampler::<f64>().hand_to(RunLong);
        }
        #[cfg(feature = "complex")]
        for law in circular_laws() {
            law.sampler::<Complex<f32>>().hand_to(RunLong);
            law.sampler::<Complex<f64>>().hand_to(RunLong);
        }
    }
}
