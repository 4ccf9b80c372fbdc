//! The loop: words, then values.

use super::region::{Indices, Run};
use crate::element::Format;
use crate::laws::{AnyLaw, AnyQuantile, Quantile, with_quantile};
use crate::math::{Float, Simd, Vectorized};
use crate::stream::{self, BLOCK, Key};
use std::mem::MaybeUninit;

/// The elements of an array, as a function of their logical index.
pub(super) struct Source<'a, E: Format> {
    quantile: AnyQuantile<E::Arithmetic>,
    /// The key of each half of an element's words.
    streams: [Key; STREAMS],
    stream_count: usize,
    /// Where the elements are in the array that this one is a part of.
    indices: Option<&'a Indices>,
    simd: Simd,
}

/// The 32-bit words of a `Complex<f64>`.
const STREAMS: usize = 4;

/// Room for a block of elements: their words, and the normal quantile's d of each. Not initialized, since
/// clearing it would double the time of a call for 64 elements.
#[repr(align(64))]
pub(super) struct Scratch<E: Format> {
    words: [[MaybeUninit<u32>; BLOCK]; STREAMS],
    ds: [MaybeUninit<E::Arithmetic>; BLOCK],
}

impl<E: Format> Scratch<E> {
    #[inline(always)]
    pub(super) const fn new() -> Self {
        Self {
            words: [[MaybeUninit::uninit(); BLOCK]; STREAMS],
            ds: [MaybeUninit::uninit(); BLOCK],
        }
    }
}

impl<'a, E: Format> Source<'a, E> {
    #[inline]
    pub(super) fn new(law: &AnyLaw, key: Key, indices: Option<&'a Indices>) -> Self {
        let (streams, stream_count) = key.streams(E::Arithmetic::IS_WIDE, E::IS_COMPLEX);
        let simd = Simd::best();
        Self { quantile: law.quantile::<E>(), streams, stream_count, indices, simd }
    }

    /// Writes elements first, first + 1, … of the array: all of `out`.
    pub(super) fn write(
        &self,
        scratch: &mut Scratch<E>,
        first: usize,
        out: &mut [MaybeUninit<E>],
    ) {
        let mut pieces = Pieces { source: self, scratch, pending: 0, out, done: 0 };
        match self.indices {
            None => pieces.add(Run { index: first as u64, len: pieces.out.len(), step: 1 }),
            Some(indices) => indices.runs(first, pieces.out.len(), |run| pieces.add(run)),
        }
        pieces.flush();
    }
}

/// Collects the words of runs until there are many, since a short run costs less than a loop's start.
struct Pieces<'a, 'b, E: Format> {
    source: &'a Source<'a, E>,
    scratch: &'a mut Scratch<E>,
    /// Elements whose words are in the scratch buffer.
    pending: usize,
    out: &'b mut [MaybeUninit<E>],
    /// Elements written.
    done: usize,
}

impl<E: Format> Pieces<'_, '_, E> {
    #[inline(always)]
    fn add(&mut self, mut run: Run) {
        let Source { streams, stream_count, simd, .. } = *self.source;
        while run.len > 0 {
            let mut room = BLOCK - self.pending;
            if run.step == 1 {
                // No block of the stream is begun twice.
                let block_end = BLOCK - (run.index % BLOCK as u64) as usize;
                if room < block_end.min(run.len) {
                    self.flush();
                }
                room = block_end;
            }
            let len = room.min(run.len);
            for (&key, words) in streams[..stream_count].iter().zip(&mut self.scratch.words) {
                let words = &mut words[self.pending..][..len];
                stream::pick(key, run.index, run.step, words, simd);
            }
            self.pending += len;
            run.index = run.index.wrapping_add(run.step.wrapping_mul(len as u64));
            run.len -= len;
            if self.pending == BLOCK {
                self.flush();
            }
        }
    }

    /// Writes the elements whose words are there.
    fn flush(&mut self) {
        let len = std::mem::take(&mut self.pending);
        let Source { quantile, stream_count, simd, .. } = self.source;
        let Scratch { words, ds } = &mut *self.scratch;
        let mut drawn = [&[][..]; STREAMS];
        for (drawn, words) in drawn.iter_mut().zip(&*words).take(*stream_count) {
            // SAFETY: `pick` wrote the first `len` words of each of these streams.
            *drawn = unsafe { words[..len].assume_init_ref() };
        }
        let out = &mut self.out[self.done..][..len];
        self.done += len;
        with_quantile!(quantile, E, quantile => {
            simd.run(Values { quantile, words: Words(drawn), ds }, out);
        });
    }
}

/// The words of elements, by halves: one slice for each stream.
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

    /// The same slices, cut to `len` words so that a loop of that length checks no index.
    #[inline(always)]
    fn first<E: Format>(self, len: usize) -> Self {
        let Self([a, b, c, d]) = self;
        match (E::Arithmetic::IS_WIDE, E::IS_COMPLEX) {
            (false, false) => Self([&a[..len], b, c, d]),
            (true, true) => Self([&a[..len], &b[..len], &c[..len], &d[..len]]),
            _ => Self([&a[..len], &b[..len], c, d]),
        }
    }
}

/// Writes the values of words.
struct Values<'a, E: Format, Q> {
    quantile: &'a Q,
    words: Words<'a>,
    ds: &'a mut [MaybeUninit<E::Arithmetic>; BLOCK],
}

impl<E: Format, Q: Quantile<E>> Vectorized for Values<'_, E, Q> {
    type Target = [MaybeUninit<E>];
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self, out: &mut [MaybeUninit<E>]) {
        let Self { quantile, words, ds } = self;
        let (len, quantile) = (out.len(), *quantile);
        let words = words.first::<E>(len);
        if !Q::HAS_TAIL {
            for (i, out) in out.iter_mut().enumerate() {
                out.write(quantile.center::<FUSED>(words.of::<E>(i)).0);
            }
            return;
        }
        let whole = len.next_multiple_of(GROUP);
        let (center, rest) = ds[..whole].split_at_mut(len);
        for i in 0..len {
            let (value, d) = quantile.center::<FUSED>(words.of::<E>(i));
            out[i].write(value);
            center[i].write(d);
        }
        rest.fill(MaybeUninit::new(E::Arithmetic::ONE));
        // SAFETY: the loop wrote the first `len`, and `fill` the others.
        let ds = unsafe { ds[..whole].assume_init_ref() };
        write_tails::<FUSED, E, Q>(quantile, words, ds, out);
    }
}

/// Elements that are looked at together for tails: most groups have none.
const GROUP: usize = 64;

/// Places that are kept before their tails are computed: a few at once would spend their time waiting for
/// each other's divisions. Two groups, so that there is room for the next one whenever the first is not
/// exceeded.
const PENDING: usize = 2 * GROUP;

#[inline(always)]
fn write_tails<const FUSED: bool, E: Format, Q: Quantile<E>>(
    quantile: Q,
    words: Words<'_>,
    ds: &[E::Arithmetic],
    out: &mut [MaybeUninit<E>],
) {
    let mut places = [0; PENDING];
    let mut first = 0;
    let mut groups = ds.as_chunks::<GROUP>().0.iter();
    while !groups.as_slice().is_empty() {
        let mut count = 0;
        while count <= GROUP {
            let Some(group) = groups.next() else { break };
            if has_tail(group) {
                for (first, row) in (first..).step_by(ROW).zip(group.as_chunks::<ROW>().0) {
                    let mut tails = tail_bits(row);
                    while tails != 0 {
                        places[count] = first + tails.trailing_zeros() as usize;
                        count += 1;
                        tails &= tails - 1;
                    }
                }
            }
            first += GROUP;
        }
        tails::<FUSED, E, Q>(quantile, words, &places[..count], out);
    }
}

/// Elements of a group whose tails are found at once.
const ROW: usize = 16;

#[inline(always)]
fn has_tail<A: Float>(group: &[A; GROUP]) -> bool {
    let mut least = [A::ONE; ROW];
    for row in group.as_chunks::<ROW>().0 {
        for (least, &d) in least.iter_mut().zip(row) {
            *least = if d < *least { d } else { *least };
        }
    }
    tail_bits(&least) != 0
}

/// Bit i: element i lies in the tail.
#[inline(always)]
fn tail_bits<A: Float>(row: &[A; ROW]) -> u32 {
    row.iter().enumerate().fold(0, |bits, (i, &d)| bits | u32::from(d < A::LEAST_D) << i)
}

/// Writes the tails at these places.
#[inline(always)]
fn tails<const FUSED: bool, E: Format, Q: Quantile<E>>(
    quantile: Q,
    words: Words<'_>,
    places: &[usize],
    out: &mut [MaybeUninit<E>],
) {
    // As many as two vectors of `f64` have, in which they are computed.
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
