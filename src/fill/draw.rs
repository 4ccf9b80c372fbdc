//! words × law onto a slice. Knows no array.

use super::memory;
use crate::element::Scalar;
use crate::laws::Quantile;
use crate::math::InDoubt;
use crate::stream::{BLOCK, CHUNK, Key, ROW, Word, WordFn};
use pulp::NullaryFnOnce;
use std::mem::MaybeUninit;
use std::ops::Range;

type Words<A> = <<A as Scalar>::Word as Word>::Words;

/// A write of the values of words first, first + 1, …, to be compiled for every instruction set.
pub(super) struct Run<'a, A, R> {
    pub(super) rows: R,
    pub(super) key: Key,
    pub(super) first: u64,
    pub(super) out: &'a mut [MaybeUninit<A>],
}

/// The values of words that are not rare.
struct Common<'a, Q>(&'a Q);

impl<A: Scalar, Q: Quantile<A>> WordFn<A::Word, A> for Common<'_, Q> {
    #[inline(always)]
    fn value(&self, word: A::Word) -> A {
        self.0.common(word)
    }
}

/// How the values of a row of words are computed.
pub(super) trait Rows<A: Scalar> {
    type Quantile: Quantile<A>;
    /// Whether that is done row by row, though no word may be rare.
    const ALWAYS: bool;

    fn quantile(&self) -> &Self::Quantile;

    /// The values, right where they are not rare, and whether any is.
    fn values(&self, row: &[A::Word; ROW]) -> ([A; ROW], bool);
}

/// By the quantile function as it is.
pub(super) struct Fused<Q>(pub(super) Q);

impl<A: Scalar, Q: Quantile<A>> Rows<A> for Fused<Q> {
    type Quantile = Q;
    const ALWAYS: bool = false;

    #[inline(always)]
    fn quantile(&self) -> &Q {
        &self.0
    }

    #[inline(always)]
    fn values(&self, row: &[A::Word; ROW]) -> ([A; ROW], bool) {
        let mut values = [A::ZERO; ROW];
        let mut any_rare = false;
        for (value, &word) in values.iter_mut().zip(row) {
            *value = self.0.common(word);
            any_rare |= self.0.is_rare(word);
        }
        (values, any_rare)
    }
}

/// With multiply-adds in software, and once more by the library's if any is in doubt.
pub(super) struct InSoftware<Q, C> {
    pub(super) checked: C,
    pub(super) exact: Q,
}

impl<A: Scalar, Q: Quantile<A, Checked = C>, C: Quantile<A::Checked>> Rows<A> for InSoftware<Q, C> {
    type Quantile = Q;
    const ALWAYS: bool = true;

    #[inline(always)]
    fn quantile(&self) -> &Q {
        &self.exact
    }

    #[inline(always)]
    fn values(&self, row: &[A::Word; ROW]) -> ([A; ROW], bool) {
        let mut values = [A::ZERO; ROW];
        let mut doubt = <A::Checked as InDoubt<A>>::Doubt::default();
        let mut any_rare = false;
        for (value, &word) in values.iter_mut().zip(row) {
            let (number, doubts) = self.checked.common(word).split();
            *value = number;
            doubt = doubt | doubts;
            any_rare |= self.checked.is_rare(word);
        }
        if A::Checked::any(doubt) { self.again(row) } else { (values, any_rare) }
    }
}

impl<Q, C> InSoftware<Q, C> {
    #[cold]
    #[inline(never)]
    fn again<A: Scalar>(&self, row: &[A::Word; ROW]) -> ([A; ROW], bool)
    where
        Q: Quantile<A>,
    {
        Fused(self.exact).values(row)
    }
}

impl<A: Scalar, R: Rows<A>> NullaryFnOnce for Run<'_, A, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { rows: by_rows, key, first, out } = self;
        let quantile = by_rows.quantile();
        let mut words = A::Word::zeros();
        let mut rare = Rare::new();
        let mut place = 0;
        while place < out.len() {
            let mut lanes = A::Word::lanes(key, (first + place as u64) / BLOCK as u64);
            let mut skip = ((first + place as u64) % BLOCK as u64) as usize;
            let end = place + (BLOCK - skip).min(out.len() - place);
            while place < end {
                let rows = (skip + end - place).div_ceil(ROW).min(CHUNK / ROW);
                memory::prefetch(out, place + CHUNK..place + 2 * CHUNK);
                A::Word::draw(&mut lanes, &mut words, rows);
                let range = skip.min(CHUNK)..CHUNK.min(skip + end - place);
                skip -= range.start;
                if R::ALWAYS || R::Quantile::HAS_RARE {
                    apply(&by_rows, &words, range.clone(), out, place, &mut rare);
                } else {
                    let out = &mut out[place..][..range.len()];
                    A::Word::map(&words, range.start, out, &Common(quantile));
                }
                place += range.len();
            }
        }
        rare.mend(quantile, out);
    }
}

/// Writes the values of the chunk's words in the range to `out`, from `place` on.
#[inline(always)]
fn apply<A: Scalar, R: Rows<A>>(
    by_rows: &R,
    words: &Words<A>,
    range: Range<usize>,
    out: &mut [MaybeUninit<A>],
    mut place: usize,
    rare: &mut Rare<A>,
) {
    let quantile = by_rows.quantile();
    // Whole rows, and parts of one at either end.
    let first = range.start.next_multiple_of(ROW).min(range.end);
    let last = first.max(range.end / ROW * ROW);
    for part in [range.start..first, last..range.end] {
        if !part.is_empty() {
            let row = A::Word::row(words, part.start / ROW);
            let (values, _) = by_rows.values(&row);
            let place = place + part.start - range.start;
            let part = part.start % ROW..part.start % ROW + part.len();
            write(&mut out[place..][..part.len()], &values[part.clone()]);
            rare.collect(quantile, &row, part, place);
        }
    }
    place += first - range.start;
    for i in first / ROW..last / ROW {
        let row = A::Word::row(words, i);
        let (values, any_rare) = by_rows.values(&row);
        write(&mut out[place..][..ROW], &values);
        if any_rare {
            rare.collect(quantile, &row, 0..ROW, place);
            if rare.count > RARE - 3 * ROW {
                rare.mend(quantile, out);
            }
        }
        place += ROW;
    }
}

#[inline(always)]
pub(super) fn write<A: Copy>(out: &mut [MaybeUninit<A>], values: &[A]) {
    for (out, &value) in out.iter_mut().zip(values) {
        out.write(value);
    }
}

/// How many rare words are kept until they are mended together. They are mended above two rows;
/// before the next check at most two partial rows and one whole row arrive: five rows.
const RARE: usize = 5 * ROW;

/// Words that need the quantile function's other arm, and where their elements go.
///
/// Kept for a while, since a few of them at once would spend their time waiting for each other's
/// divisions.
pub(super) struct Rare<A: Scalar> {
    count: usize,
    words: [A::Word; RARE],
    places: [usize; RARE],
}

impl<A: Scalar> Rare<A> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { count: 0, words: [A::Word::default(); RARE], places: [0; RARE] }
    }

    /// Takes the rare words of a part of a row, whose first element's place is given.
    #[inline(always)]
    pub(super) fn collect<Q: Quantile<A>>(
        &mut self,
        quantile: &Q,
        row: &[A::Word; ROW],
        part: Range<usize>,
        place: usize,
    ) {
        let mut flags = 0_u32;
        for (j, &word) in row.iter().enumerate() {
            flags |= u32::from(quantile.is_rare(word)) << j;
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
    pub(super) fn mend<Q: Quantile<A>>(&mut self, quantile: &Q, out: &mut [MaybeUninit<A>]) {
        // As many at once as `f64`s fill a vector, in which they are computed.
        const GROUP: usize = 8;
        let words = self.words.as_chunks::<GROUP>().0;
        let places = self.places[..self.count].chunks(GROUP);
        for (words, places) in words.iter().zip(places) {
            let mut values = [A::ZERO; GROUP];
            for (value, &word) in values.iter_mut().zip(words) {
                *value = quantile.rare(word);
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
    use crate::laws::{AnyQuantile, Law, Normal, TruncatedNormal, Uniform, UseQuantile};
    use crate::math;
    use pulp::Arch;

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

    /// All of them, or, where that would take long, those at the ends of rows, chunks and blocks: in
    /// debug, and where there is no instruction for a multiplication with an addition.
    fn lengths(arch: Arch) -> impl Iterator<Item = usize> {
        let all = !cfg!(debug_assertions) && !matches!(arch, Arch::Scalar);
        let near_chunk = |len: usize| (len + 2) % CHUNK <= 4;
        let chosen = move |&len: &usize| all || len <= 130 || near_chunk(len) || len == LONGEST;
        (0..=LONGEST).filter(chosen)
    }

    /// Elements first, first + 1, …, by this instruction set.
    fn run<A: Scalar, Q: Quantile<A>>(arch: Arch, quantile: Q, first: u64, len: usize) -> Vec<A> {
        let mut out = vec![MaybeUninit::new(A::MAX); len];
        arch.dispatch(Run { rows: Fused(quantile), key: KEY, first, out: &mut out });
        // SAFETY: all of them are numbers since the vector was made.
        out.into_iter().map(|element| unsafe { element.assume_init() }).collect()
    }

    /// The same with multiply-adds in software.
    fn run_in_software<A: Scalar, Q: Quantile<A>>(quantile: Q, first: u64, len: usize) -> Vec<A> {
        let mut out = vec![MaybeUninit::new(A::MAX); len];
        let rows = InSoftware { checked: quantile.checked(), exact: quantile };
        Run { rows, key: KEY, first, out: &mut out }.call();
        // SAFETY: all of them are numbers since the vector was made.
        out.into_iter().map(|element| unsafe { element.assume_init() }).collect()
    }

    struct RunEverywhere;

    impl<A: Scalar> UseQuantile<A> for RunEverywhere {
        type Output = ();

        fn with<Q: Quantile<A>>(self, quantile: Q) {
            let bits = |element: &A| element.into_f64().to_bits();
            for first in FIRSTS {
                let expected = run::<A, Q>(Arch::Scalar, quantile, first, LONGEST);
                for arch in math::available() {
                    for len in lengths(arch) {
                        let found = run::<A, Q>(arch, quantile, first, len);
                        let mut pairs = found.iter().zip(&expected);
                        let differing = pairs.position(|(a, b)| bits(a) != bits(b));
                        assert_eq!(differing, None, "{arch:?}, {len} elements from {first} on");
                    }
                }
            }
        }
    }

    fn assert_one_of_each_kind<A>(quantiles: &[AnyQuantile<A>; 6]) {
        use AnyQuantile::{Central, Far, Near, Normal, Symmetric, Uniform};
        assert!(matches!(
            quantiles,
            [Symmetric(_), Uniform(_), Normal(_), Central(_), Near(_), Far(_)]
        ));
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits_for_every_length() {
        println!("{:?}", math::available());
        assert_one_of_each_kind::<f32>(&laws().map(|law| law.quantile()));
        assert_one_of_each_kind::<f64>(&laws().map(|law| law.quantile()));
        for law in laws() {
            AnyQuantile::<f32>::hand_to(law.quantile(), RunEverywhere);
            AnyQuantile::<f64>::hand_to(law.quantile(), RunEverywhere);
        }
    }

    /// Enough elements for the second arm, which is rare.
    struct RunLong;

    impl<A: Scalar> UseQuantile<A> for RunLong {
        type Output = ();

        fn with<Q: Quantile<A>>(self, quantile: Q) {
            let len = if cfg!(debug_assertions) { 50_001 } else { 400_001 };
            let bits = |elements: Vec<A>| -> Vec<u64> {
                elements.into_iter().map(|element| element.into_f64().to_bits()).collect()
            };
            let expected = bits(run(Arch::Scalar, quantile, 3, len));
            for arch in math::available() {
                assert!(bits(run(arch, quantile, 3, len)) == expected, "{arch:?}");
            }
            assert!(bits(run_in_software(quantile, 3, len)) == expected, "in software");
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits_in_the_tails() {
        for law in laws() {
            AnyQuantile::<f32>::hand_to(law.quantile(), RunLong);
            AnyQuantile::<f64>::hand_to(law.quantile(), RunLong);
        }
    }
}
