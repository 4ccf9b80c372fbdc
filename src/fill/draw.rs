//! words × law onto a slice. Knows no array.

use super::memory;
use super::region::Run;
use crate::laws::Sampler;
use crate::stream::{BLOCK, CHUNK, Key, ROW, Reader, Word, WordFn};
use pulp::NullaryFnOnce;
use std::mem::MaybeUninit;
use std::ops::Range;

type Words<A, S> = <<S as Sampler<A>>::Word as Word>::Words;

/// A write of the values of runs of words, to be compiled for every instruction set.
pub(super) struct Runs<'a, A, R> {
    pub(super) rows: R,
    pub(super) key: Key,
    pub(super) runs: &'a [Run],
    pub(super) out: &'a mut [MaybeUninit<A>],
}

/// The values of words that are not rare.
struct Common<'a, S>(&'a S);

impl<A, S: Sampler<A>> WordFn<S::Word, A> for Common<'_, S> {
    #[inline(always)]
    fn value(&self, word: S::Word) -> A {
        self.0.common(word)
    }
}

/// How the values of a row of words are computed.
pub(super) trait Rows<A> {
    type Sampler: Sampler<A>;
    /// Whether that is done row by row, though no word may be rare.
    const ALWAYS: bool;

    fn sampler(&self) -> &Self::Sampler;

    /// The values, right where they are not rare, and whether any is.
    fn values(&self, row: &Row<A, Self::Sampler>) -> ([A; ROW], bool);
}

type Row<A, S> = [<S as Sampler<A>>::Word; ROW];

/// By the sampler as it is.
pub(super) struct Fused<S>(pub(super) S);

impl<A: Copy + Default, S: Sampler<A>> Rows<A> for Fused<S> {
    type Sampler = S;
    const ALWAYS: bool = false;

    #[inline(always)]
    fn sampler(&self) -> &S {
        &self.0
    }

    #[inline(always)]
    fn values(&self, row: &[S::Word; ROW]) -> ([A; ROW], bool) {
        let mut values = [A::default(); ROW];
        let mut any_rare = false;
        for (value, &word) in values.iter_mut().zip(row) {
            *value = self.0.common(word);
            any_rare |= self.0.is_rare(word);
        }
        (values, any_rare)
    }
}

/// With multiply-adds in software, and once more by the library's if any is in doubt.
pub(super) struct InSoftware<S, C> {
    pub(super) checked: C,
    pub(super) exact: S,
}

impl<A: Copy + Default, S: Sampler<A, Checked = C>, C> Rows<A> for InSoftware<S, C> {
    type Sampler = S;
    const ALWAYS: bool = true;

    #[inline(always)]
    fn sampler(&self) -> &S {
        &self.exact
    }

    #[inline(always)]
    fn values(&self, row: &[S::Word; ROW]) -> ([A; ROW], bool) {
        let mut values = [A::default(); ROW];
        let mut doubt = S::Doubt::default();
        let mut any_rare = false;
        for (value, &word) in values.iter_mut().zip(row) {
            let (number, doubts, is_rare) = self.exact.try_common(&self.checked, word);
            *value = number;
            doubt = doubt | doubts;
            any_rare |= is_rare;
        }
        if S::any(doubt) { self.again(row) } else { (values, any_rare) }
    }
}

impl<S, C> InSoftware<S, C> {
    #[cold]
    #[inline(never)]
    fn again<A: Copy + Default>(&self, row: &[S::Word; ROW]) -> ([A; ROW], bool)
    where
        S: Sampler<A>,
    {
        Fused(self.exact).values(row)
    }
}

impl<A: Copy + Default, R: Rows<A>> NullaryFnOnce for Runs<'_, A, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        if self.runs.iter().all(|run| run.step == 1) { self.neighbors() } else { self.stepped() }
    }
}

impl<A: Copy + Default, R: Rows<A>> Runs<'_, A, R> {
    /// The values of words one after the other.
    #[inline(always)]
    fn neighbors(self) {
        let Self { rows, key, runs, out } = self;
        let mut words = <R::Sampler as Sampler<A>>::Word::zeros();
        let mut rare = Rare::new();
        for run in runs {
            neighbors(&rows, key, run, &mut words, out, &mut rare);
            if rare.is_nearly_full() {
                rare.mend(rows.sampler(), out);
            }
        }
        rare.mend(rows.sampler(), out);
    }

    /// The values of words that are picked out of the stream.
    #[inline(always)]
    fn stepped(self) {
        let Self { rows: by_rows, key, runs, out } = self;
        let sampler = by_rows.sampler();
        let mut reader = Reader::new(key);
        let mut rare = Rare::new();
        for &Run { place: first, index, len, step } in runs {
            for i in (0..len).step_by(ROW) {
                let part = ROW.min(len - i);
                let mut row = [<R::Sampler as Sampler<A>>::Word::default(); ROW];
                reader.read(index + i as u64 * step, step, &mut row[..part]);
                let (values, any_rare) = by_rows.values(&row);
                write(&mut out[first + i..][..part], &values[..part]);
                if any_rare {
                    rare.collect(sampler, &row, 0..part, first + i);
                    rare.mend(sampler, out);
                }
            }
        }
    }
}

/// Writes the values of one run of them.
#[inline(always)]
fn neighbors<A: Copy + Default, R: Rows<A>>(
    by_rows: &R,
    key: Key,
    run: &Run,
    words: &mut Words<A, R::Sampler>,
    out: &mut [MaybeUninit<A>],
    rare: &mut Rare<<R::Sampler as Sampler<A>>::Word>,
) {
    let mut place = run.place;
    let run_end = run.place + run.len;
    while place < run_end {
        let index = run.index + (place - run.place) as u64;
        let mut lanes = <R::Sampler as Sampler<A>>::Word::lanes(key, index / BLOCK as u64);
        let skip = (index % BLOCK as u64) as usize;
        let end = place + (BLOCK - skip).min(run_end - place);
        <R::Sampler as Sampler<A>>::Word::skip(&mut lanes, skip / ROW);
        let mut skip = skip % ROW;
        while place < end {
            let rows = (skip + end - place).div_ceil(ROW).min(CHUNK / ROW);
            memory::prefetch(out, place + CHUNK..place + CHUNK + rows * ROW);
            <R::Sampler as Sampler<A>>::Word::draw(&mut lanes, words, rows);
            let range = skip..CHUNK.min(skip + end - place);
            skip = 0;
            if R::ALWAYS || R::Sampler::HAS_RARE {
                apply(by_rows, words, range.clone(), out, place, rare);
            } else {
                let out = &mut out[place..][..range.len()];
                let common = Common(by_rows.sampler());
                <R::Sampler as Sampler<A>>::Word::map(words, range.start, out, &common);
            }
            place += range.len();
        }
    }
}

/// Writes the values of the chunk's words in the range to `out`, from `place` on.
#[inline(always)]
fn apply<A: Copy + Default, R: Rows<A>>(
    by_rows: &R,
    words: &Words<A, R::Sampler>,
    range: Range<usize>,
    out: &mut [MaybeUninit<A>],
    mut place: usize,
    rare: &mut Rare<<R::Sampler as Sampler<A>>::Word>,
) {
    let sampler = by_rows.sampler();
    // Whole rows, and parts of one at either end.
    let first = range.start.next_multiple_of(ROW).min(range.end);
    let last = first.max(range.end / ROW * ROW);
    for part in [range.start..first, last..range.end] {
        if !part.is_empty() {
            let row = <R::Sampler as Sampler<A>>::Word::row(words, part.start / ROW);
            let (values, _) = by_rows.values(&row);
            let place = place + part.start - range.start;
            let part = part.start % ROW..part.start % ROW + part.len();
            write(&mut out[place..][..part.len()], &values[part.clone()]);
            rare.collect(sampler, &row, part, place);
        }
    }
    place += first - range.start;
    for i in first / ROW..last / ROW {
        let row = <R::Sampler as Sampler<A>>::Word::row(words, i);
        let (values, any_rare) = by_rows.values(&row);
        write(&mut out[place..][..ROW], &values);
        if any_rare {
            rare.collect(sampler, &row, 0..ROW, place);
            if rare.is_nearly_full() {
                rare.mend(sampler, out);
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

/// How many rare words are kept until they are mended together. They are mended above two rows, of
/// one run or several; before the next check at most two partial rows and one whole row arrive: five
/// rows.
const RARE: usize = 5 * ROW;

/// Words that need the sampler's other arm, and where their elements go.
///
/// Kept for a while, since a few of them at once would spend their time waiting for each other's
/// divisions.
struct Rare<W> {
    count: usize,
    words: [W; RARE],
    places: [usize; RARE],
}

impl<W: Word> Rare<W> {
    #[inline(always)]
    fn new() -> Self {
        Self { count: 0, words: [W::default(); RARE], places: [0; RARE] }
    }

    #[inline(always)]
    fn is_nearly_full(&self) -> bool {
        self.count > RARE - 3 * ROW
    }

    /// Takes the rare words of a part of a row, whose first element's place is given.
    #[inline(always)]
    fn collect<A, S: Sampler<A, Word = W>>(
        &mut self,
        sampler: &S,
        row: &[W; ROW],
        part: Range<usize>,
        place: usize,
    ) {
        let mut flags = 0_u32;
        for (j, &word) in row.iter().enumerate() {
            flags |= u32::from(sampler.is_rare(word)) << j;
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
    fn mend<A, S>(&mut self, sampler: &S, out: &mut [MaybeUninit<A>])
    where
        A: Copy + Default,
        S: Sampler<A, Word = W>,
    {
        // As many at once as `f64`s fill a vector, in which they are computed.
        const GROUP: usize = 8;
        let words = self.words.as_chunks::<GROUP>().0;
        let places = self.places[..self.count].chunks(GROUP);
        for (words, places) in words.iter().zip(places) {
            let mut values = [A::default(); GROUP];
            for (value, &word) in values.iter_mut().zip(words) {
                *value = sampler.rare(word);
            }
            for (value, &place) in values.into_iter().zip(places) {
                out[place].write(value);
            }
        }
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;
    use crate::laws::{Law, Normal, TruncatedNormal, Uniform, UseSampler};
    use crate::math;
    #[cfg(feature = "complex")]
    use num_complex::Complex;
    use pulp::Arch;

    /// The statement for every real element type.
    macro_rules! each_real_type {
        ($element:ident => $statement:expr) => {{
            each_real_type!($element => $statement; f32 f64);
            #[cfg(feature = "half")]
            each_real_type!($element => $statement; half::f16 half::bf16);
        }};
        ($element:ident => $statement:expr; $($type:ty)*) => {$({
            type $element = $type;
            $statement;
        })*};
    }

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
    fn lengths(arch: Arch) -> impl Iterator<Item = usize> {
        let all = !cfg!(debug_assertions) && !matches!(arch, Arch::Scalar);
        let near_chunk = |len: usize| (len + 2) % CHUNK <= 4;
        let chosen = move |&len: &usize| all || len <= 130 || near_chunk(len) || len == LONGEST;
        (0..=LONGEST).filter(chosen)
    }

    /// Elements first, first + 1, …, by this instruction set.
    fn run<A: Element, S: Sampler<A>>(arch: Arch, sampler: S, first: u64, len: usize) -> Vec<A> {
        let mut out = vec![MaybeUninit::new(A::default()); len];
        let runs = &[Run { place: 0, index: first, len, step: 1 }];
        arch.dispatch(Runs { rows: Fused(sampler), key: KEY, runs, out: &mut out });
        // SAFETY: all of them are numbers since the vector was made.
        out.into_iter().map(|element| unsafe { element.assume_init() }).collect()
    }

    /// The same with multiply-adds in software.
    fn run_in_software<A: Element, S: Sampler<A>>(sampler: S, first: u64, len: usize) -> Vec<A> {
        let mut out = vec![MaybeUninit::new(A::default()); len];
        let rows = InSoftware { checked: sampler.checked(), exact: sampler };
        let runs = &[Run { place: 0, index: first, len, step: 1 }];
        Runs { rows, key: KEY, runs, out: &mut out }.call();
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
            for first in FIRSTS {
                let expected = run::<A, S>(Arch::Scalar, sampler, first, LONGEST);
                for arch in math::available() {
                    for len in lengths(arch) {
                        let found = run::<A, S>(arch, sampler, first, len);
                        let same = bits(&found) == bits(&expected[..len]);
                        assert!(same, "{arch:?}, {len} elements from {first} on");
                    }
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits_for_every_length() {
        println!("{:?}", math::available());
        for law in laws() {
            each_real_type!(A => law.sampler::<A>().hand_to(RunEverywhere));
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
            let expected = run::<A, S>(Arch::Scalar, sampler, 3, len);
            for arch in math::available() {
                let found = run::<A, S>(arch, sampler, 3, len);
                assert!(bits(&found) == bits(&expected), "{arch:?}");
            }
            let found = run_in_software::<A, S>(sampler, 3, len);
            assert!(bits(&found) == bits(&expected), "in software");
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits_in_the_tails() {
        for law in laws() {
            each_real_type!(A => law.sampler::<A>().hand_to(RunLong));
        }
        #[cfg(feature = "complex")]
        for law in circular_laws() {
            law.sampler::<Complex<f32>>().hand_to(RunLong);
            law.sampler::<Complex<f64>>().hand_to(RunLong);
        }
    }
}
