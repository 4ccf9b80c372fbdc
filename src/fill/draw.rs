//! The loop: words, then values.

use super::element::Element;
use super::region::{Indices, Run};
use crate::element::Format;
use crate::laws::{AnyLaw, AnyQuantile, Quantile, with_quantile};
use crate::math::{Float, Simd, Vectorized};
use crate::stream::{self, BLOCK, Key};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// The elements of an array, as a function of their logical index.
pub(super) struct Source<'a, E: Element> {
    quantile: AnyQuantile<'a, E::Arithmetic>,
    /// The key of each half of an element's words.
    streams: [Key; STREAMS],
    /// Where the elements are in the array that this one is a part of.
    indices: Option<&'a Indices>,
    simd: Simd,
}

/// The greatest number of 32-bit words of an element: those of a `Complex<f64>`.
const STREAMS: usize = 4;

/// Room for a block of elements: their words, and a mask for each that lies in a tail. Not initialized,
/// since clearing it would double the time of a call for 64 elements.
#[repr(align(64))]
pub(super) struct Scratch {
    words: [[MaybeUninit<u32>; BLOCK]; STREAMS],
    tails: [MaybeUninit<u32>; BLOCK],
}

impl Scratch {
    #[inline(always)]
    pub(super) const fn new() -> Self {
        let room = [MaybeUninit::uninit(); BLOCK];
        Self { words: [room; STREAMS], tails: room }
    }
}

impl<'a, E: Element> Source<'a, E> {
    /// The number of 32-bit words of an element.
    const WORDS: usize = (1 + E::Arithmetic::IS_WIDE as usize) * (1 + E::IS_COMPLEX as usize);

    pub(super) fn new(law: &'a AnyLaw, key: Key, indices: Option<&'a Indices>) -> Self {
        let streams = key.streams(E::Arithmetic::IS_WIDE, E::IS_COMPLEX);
        Self { quantile: law.quantile::<E>(), streams, indices, simd: Simd::best() }
    }

    /// Writes the elements first, first + 1, … of the array to all of `out`.
    pub(super) fn write(&self, scratch: &mut Scratch, first: usize, out: &mut [MaybeUninit<E>]) {
        let mut pieces = Pieces { source: self, scratch, pending: 0, out, done: 0 };
        match self.indices {
            None => pieces.add(Run { index: first as u64, len: pieces.out.len(), step: 1 }),
            Some(indices) => indices.runs(first, pieces.out.len(), |run| pieces.add(run)),
        }
        pieces.flush();
    }
}

/// Collects the words of several runs for one loop, since starting a loop costs more than a short run.
struct Pieces<'a, 'b, E: Element> {
    source: &'a Source<'a, E>,
    scratch: &'a mut Scratch,
    /// Elements whose words are in the scratch buffer.
    pending: usize,
    out: &'b mut [MaybeUninit<E>],
    /// Elements written.
    done: usize,
}

impl<E: Element> Pieces<'_, '_, E> {
    #[inline(always)]
    fn add(&mut self, mut run: Run) {
        let Source { streams, simd, .. } = self.source;
        while run.len > 0 {
            let mut room = BLOCK - self.pending;
            if run.step == 1 {
                // A run is cut at ends of blocks alone, so that no block's lanes are seeded twice.
                let block_end = BLOCK - (run.index % BLOCK as u64) as usize;
                if room < block_end.min(run.len) {
                    self.flush();
                }
                room = block_end;
            }
            let len = room.min(run.len);
            for (&key, words) in streams[..Source::<E>::WORDS].iter().zip(&mut self.scratch.words) {
                let words = &mut words[self.pending..][..len];
                stream::pick(key, run.index, run.step, words, *simd);
            }
            self.pending += len;
            run.index = run.index.wrapping_add(run.step.wrapping_mul(len as u64));
            run.len -= len;
            if self.pending == BLOCK {
                self.flush();
            }
        }
    }

    /// Writes the elements whose words are in the scratch buffer.
    fn flush(&mut self) {
        let len = std::mem::take(&mut self.pending);
        let Source { quantile, simd, .. } = self.source;
        let Scratch { words, tails } = &mut *self.scratch;
        // Streams that the element type does not have are the last one once more.
        let drawn = std::array::from_fn(|stream| {
            let words = &words[stream.min(Source::<E>::WORDS - 1)][..len];
            // SAFETY: `pick` wrote the first `len` words of each of these streams.
            unsafe { words.assume_init_ref() }
        });
        let out = &mut self.out[self.done..][..len];
        self.done += len;
        with_quantile!(quantile, E, quantile => E::write_numbers(out, |out| {
            simd.run((Values { quantile, words: Words(drawn), tails }, PhantomData::<E::Entry>), out);
            // SAFETY: `run` wrote all of them.
            unsafe { out.assume_init_ref() }
        }));
    }
}

/// The 32-bit halves of the elements' words: one slice for each stream.
#[derive(Clone, Copy)]
struct Words<'a>([&'a [u32]; STREAMS]);

impl Words<'_> {
    /// The words of element i of this type.
    #[inline(always)]
    fn of<E: Format>(&self, i: usize) -> [u64; 2] {
        let half = |stream: usize| u64::from(self.0[stream][i]);
        match (E::Arithmetic::IS_WIDE, E::IS_COMPLEX) {
            (false, false) => [half(0) << 32, 0],
            (true, false) => [half(0) << 32 | half(1), 0],
            (false, true) => [half(0) << 32, half(1) << 32],
            (true, true) => [half(0) << 32 | half(1), half(2) << 32 | half(3)],
        }
    }

    /// These slices, cut to `len` words so that a loop of that length checks no index.
    #[inline(always)]
    fn first(self, len: usize) -> Self {
        Self(self.0.map(|words| &words[..len]))
    }
}

/// Writes the values of words.
struct Values<'a, Q> {
    quantile: &'a Q,
    words: Words<'a>,
    tails: &'a mut [MaybeUninit<u32>; BLOCK],
}

impl<E: Format, Q: Quantile<E>> Vectorized for (Values<'_, Q>, PhantomData<E>) {
    type Target = [MaybeUninit<E>];
    type Output = ();

    // By index: in a loop over an iterator, LLVM leaves up to 32 elements to scalar code.
    #[expect(clippy::needless_range_loop, reason = "as is said")]
    #[inline(always)]
    fn run<const FUSED: bool>(self, out: &mut [MaybeUninit<E>]) {
        let Values { quantile, words, tails } = self.0;
        let (len, quantile) = (out.len(), *quantile);
        let words = words.first(len);
        if !Q::HAS_TAIL {
            for i in 0..len {
                out[i].write(quantile.center::<FUSED>(words.of::<E>(i)).0);
            }
            return;
        }
        let whole = len.next_multiple_of(GROUP);
        let (masks, rest) = tails[..whole].split_at_mut(len);
        for i in 0..len {
            let (value, is_tail) = quantile.center::<FUSED>(words.of::<E>(i));
            out[i].write(value);
            masks[i].write(u32::from(is_tail).wrapping_neg());
        }
        rest.fill(MaybeUninit::new(0));
        // SAFETY: the loop wrote the first `len`, and `fill` the others.
        let masks = unsafe { tails[..whole].assume_init_ref() };
        write_tails::<FUSED, E, Q>(quantile, words, masks, out);
    }
}

/// Elements that one test checks for tails: most groups have none.
const GROUP: usize = 64;
/// Elements of a group whose tails are located at once.
const ROW: usize = 16;

/// Room for the places of tails. Tails are computed once more than `GROUP` places are there, since the divisions
/// of a few tails would wait for each other. The last group adds at most `GROUP` places to at most `GROUP`.
const PENDING: usize = 2 * GROUP;

#[inline(always)]
fn write_tails<const FUSED: bool, E: Format, Q: Quantile<E>>(
    quantile: Q,
    words: Words<'_>,
    masks: &[u32],
    out: &mut [MaybeUninit<E>],
) {
    let has_tail = |masks: &[u32]| masks.iter().fold(0, |any, mask| any | mask) != 0;
    let mut places = [0; PENDING];
    let mut first = 0;
    let mut groups = masks.as_chunks::<GROUP>().0.iter();
    while !groups.as_slice().is_empty() {
        let mut count = 0;
        while count <= GROUP {
            let Some(group) = groups.next() else { break };
            if has_tail(group) {
                for (first, row) in (first..).step_by(ROW).zip(group.as_chunks::<ROW>().0) {
                    if !has_tail(row) {
                        continue;
                    }
                    let bits = row.iter().enumerate().map(|(i, mask)| mask & 1 << i);
                    let mut bits = bits.fold(0, |all, bit| all | bit);
                    while bits != 0 {
                        places[count] = first + bits.trailing_zeros() as usize;
                        count += 1;
                        bits &= bits - 1;
                    }
                }
            }
            first += GROUP;
        }
        write_tails_at::<FUSED, E, Q>(quantile, words, &places[..count], out);
    }
}

/// Writes the tails at these places.
#[inline(always)]
fn write_tails_at<const FUSED: bool, E: Format, Q: Quantile<E>>(
    quantile: Q,
    words: Words<'_>,
    places: &[usize],
    out: &mut [MaybeUninit<E>],
) {
    // Two vectors of four `f64`, the type that tails are computed in.
    const TOGETHER: usize = 8;
    for places in places.chunks(TOGETHER) {
        let mut values = [E::default(); TOGETHER];
        let mut these = [[u64::MAX / 2; 2]; TOGETHER];
        for (words_of, &place) in these.iter_mut().zip(places) {
            *words_of = words.of::<E>(place);
        }
        for (value, &words) in values.iter_mut().zip(&these) {
            *value = quantile.tail::<FUSED>(words);
        }
        for (&value, &place) in values.iter().zip(places) {
            out[place].write(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws::{Law, Normal, TruncatedNormal, Uniform};

    const KEY: Key = Key::new(42);

    /// One for each quantile function of real elements; the first, third and fourth have circular
    /// ones.
    fn laws() -> [Law; 6] {
        let truncated = |lower, upper| TruncatedNormal::in_sigmas(0.0, 2.0, lower, upper).unwrap();
        [
            Uniform::new(-0.5, 0.5).unwrap().into(),
            Uniform::new(-0.5, 0.25).unwrap().into(),
            Normal::new(0.5, 2.0).unwrap().into(),
            truncated(-2.0, 2.0).into(),
            truncated(-1.0, 3.5).into(),
            truncated(5.0, 6.0).into(),
        ]
    }

    /// Elements first, first + 1, …, by this instruction set.
    fn elements<E: Element>(law: Law, simd: Simd, first: usize, len: usize) -> Vec<E> {
        let law = AnyLaw::Law(law);
        let source = Source { simd, ..Source::<E>::new(&law, KEY, None) };
        let mut out = vec![MaybeUninit::new(E::default()); len];
        source.write(&mut Scratch::new(), first, &mut out);
        // SAFETY: all of them are numbers since the vector was made.
        out.into_iter().map(|element| unsafe { element.assume_init() }).collect()
    }

    /// As text: numbers, zeros of either sign among them, have one form each.
    fn bits<E: Element>(elements: &[E]) -> String {
        format!("{elements:?}")
    }

    /// Every length around rows, groups and blocks, wherever the elements begin, by every instruction
    /// set, has a part of one long array's elements.
    fn assert_parts<E: Element>(laws: impl IntoIterator<Item = Law>) {
        let few = cfg!(debug_assertions);
        let longest = 2 * BLOCK + 70;
        for law in laws {
            let portable = Simd::available()[0];
            let all: Vec<E> = elements(law, portable, 0, 4 * BLOCK);
            for simd in Simd::available() {
                for first in [0, 1, 250, BLOCK - 1, BLOCK + 777] {
                    let near = |len: &usize| {
                        [0, 16, 64, BLOCK, longest].iter().any(|edge| len.abs_diff(*edge) <= 1)
                    };
                    for len in (0..=longest).filter(near).filter(|&len| !few || len < 70) {
                        let found = bits(&elements::<E>(law, simd, first, len));
                        let same = found == bits(&all[first..first + len]);
                        assert!(same, "{law}, {simd:?}, {len} elements from {first} on");
                    }
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits_for_every_length() {
        assert_parts::<f32>(laws());
        assert_parts::<f64>(laws());
        #[cfg(feature = "half")]
        assert_parts::<half::f16>(laws());
        #[cfg(feature = "complex")]
        assert_parts::<num_complex::Complex<f64>>([0, 2, 3].map(|i| laws()[i]));
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits_in_the_tails() {
        let len = if cfg!(debug_assertions) { 4_000 } else { 40_000 };
        for law in laws() {
            let of = |simd| bits(&elements::<f32>(law, simd, 3, len));
            let wide = |simd| bits(&elements::<f64>(law, simd, 3, len));
            let portable = Simd::available()[0];
            let (expected, expected_wide) = (of(portable), wide(portable));
            for simd in Simd::available() {
                assert!(of(simd) == expected, "{law}, {simd:?}");
                assert!(wide(simd) == expected_wide, "{law}, {simd:?}");
            }
        }
    }

    /// More tails than are kept at once: the farthest one in every place.
    #[test]
    fn a_block_of_nothing_but_tails_is_written() {
        let normal = AnyLaw::Law(Normal::new(0.0, 1.0).unwrap().into());
        let source = Source::<f32>::new(&normal, KEY, None);
        let mut scratch = Scratch::new();
        scratch.words[0].fill(MaybeUninit::new(i32::MAX as u32));
        let out = &mut [MaybeUninit::new(0.0); BLOCK];
        Pieces { source: &source, scratch: &mut scratch, pending: BLOCK, out, done: 0 }.flush();
        // SAFETY: all of them are numbers since the array was made.
        let farthest = out.map(|element| unsafe { element.assume_init() });
        assert!(farthest.iter().all(|&z| (z - 6.337_957).abs() < 1e-5), "{:?}", farthest[0]);
    }
}
