//! The words of one element each: 32 bits from one stream, or 64 from two, and twice as many for a
//! complex element.

use super::ROW;
use super::key::Key;
use super::lanes::{Lanes, Words};
use rand_xoshiro::rand_core::RngCore;
use std::mem::MaybeUninit;

/// The random word behind one element, read as a signed integer.
pub trait Word: Copy + Default + Send + Sync + 'static {
    /// The generators of a block.
    type Lanes;
    /// A chunk of words.
    type Words;

    /// The lanes at the first row of a block.
    fn lanes(key: Key, block: u64) -> Self::Lanes;
    /// An empty chunk.
    fn zeros() -> Self::Words;
    /// Draws the block's next rows.
    fn draw(lanes: &mut Self::Lanes, words: &mut Self::Words, rows: usize);
    /// Passes over the block's next rows.
    fn skip(lanes: &mut Self::Lanes, rows: usize);
    /// Words 16·i … 16·i + 15 of the chunk.
    fn row(words: &Self::Words, i: usize) -> [Self; ROW];
    /// Writes a value for each of words skip, skip + 1, … of the chunk.
    fn map<T>(
        words: &Self::Words,
        skip: usize,
        out: &mut [MaybeUninit<T>],
        values: &impl WordFn<Self, T>,
    );
    /// One word of a generator.
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> Self;
}

/// A function of words. No closure, since the compiler may call one instead of inlining it, and then
/// it is not compiled for the loop's instruction set.
pub trait WordFn<W, T> {
    fn value(&self, word: W) -> T;
}

impl Word for u32 {
    type Lanes = Lanes;
    type Words = Words;

    #[inline(always)]
    fn lanes(key: Key, block: u64) -> Lanes {
        Lanes::new(key, block)
    }

    #[inline(always)]
    fn zeros() -> Words {
        Words::zeros()
    }

    #[inline(always)]
    fn draw(lanes: &mut Lanes, words: &mut Words, rows: usize) {
        lanes.draw(words, rows);
    }

    #[inline(always)]
    fn skip(lanes: &mut Lanes, rows: usize) {
        lanes.skip(rows);
    }

    #[inline(always)]
    fn row(words: &Words, i: usize) -> [u32; ROW] {
        words.row(i)
    }

    #[inline(always)]
    fn map<T>(
        words: &Words,
        skip: usize,
        out: &mut [MaybeUninit<T>],
        values: &impl WordFn<u32, T>,
    ) {
        for (out, &word) in out.iter_mut().zip(&words.as_array()[skip..]) {
            out.write(values.value(word));
        }
    }

    #[inline(always)]
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> u32 {
        rng.next_u32()
    }
}

/// The word of 32 bits on top, and below it the one of a second stream: an `f64` array is the `f32`
/// array with more digits.
impl Word for u64 {
    type Lanes = [Lanes; 2];
    type Words = [Words; 2];

    #[inline(always)]
    fn lanes(key: Key, block: u64) -> [Lanes; 2] {
        [Lanes::new(key, block), Lanes::new(key.low_half(), block)]
    }

    #[inline(always)]
    fn zeros() -> [Words; 2] {
        [Words::zeros(), Words::zeros()]
    }

    #[inline(always)]
    fn draw(lanes: &mut [Lanes; 2], words: &mut [Words; 2], rows: usize) {
        for (lanes, words) in lanes.iter_mut().zip(words) {
            lanes.draw(words, rows);
        }
    }

    #[inline(always)]
    fn skip(lanes: &mut [Lanes; 2], rows: usize) {
        for lanes in lanes {
            lanes.skip(rows);
        }
    }

    #[inline(always)]
    fn row([high, low]: &[Words; 2], i: usize) -> [u64; ROW] {
        let (high, low) = (high.row(i), low.row(i));
        std::array::from_fn(|j| join(high[j], low[j]))
    }

    #[inline(always)]
    fn map<T>(
        [high, low]: &[Words; 2],
        skip: usize,
        out: &mut [MaybeUninit<T>],
        values: &impl WordFn<u64, T>,
    ) {
        let (high, low) = (&high.as_array()[skip..], &low.as_array()[skip..]);
        for ((out, &high), &low) in out.iter_mut().zip(high).zip(low) {
            out.write(values.value(join(high, low)));
        }
    }

    #[inline(always)]
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> u64 {
        rng.next_u64()
    }
}

/// The words of a complex element: the second one comes from a stream of its own.
impl<W: Word> Word for [W; 2] {
    type Lanes = [W::Lanes; 2];
    type Words = [W::Words; 2];

    #[inline(always)]
    fn lanes(key: Key, block: u64) -> Self::Lanes {
        [W::lanes(key, block), W::lanes(key.second_word(), block)]
    }

    #[inline(always)]
    fn zeros() -> Self::Words {
        [W::zeros(), W::zeros()]
    }

    #[inline(always)]
    fn draw(lanes: &mut Self::Lanes, words: &mut Self::Words, rows: usize) {
        for (lanes, words) in lanes.iter_mut().zip(words) {
            W::draw(lanes, words, rows);
        }
    }

    #[inline(always)]
    fn skip(lanes: &mut Self::Lanes, rows: usize) {
        for lanes in lanes {
            W::skip(lanes, rows);
        }
    }

    #[inline(always)]
    fn row([first, second]: &Self::Words, i: usize) -> [Self; ROW] {
        let (first, second) = (W::row(first, i), W::row(second, i));
        std::array::from_fn(|j| [first[j], second[j]])
    }

    #[inline(always)]
    fn map<T>(
        words: &Self::Words,
        skip: usize,
        out: &mut [MaybeUninit<T>],
        values: &impl WordFn<Self, T>,
    ) {
        let (mut i, mut skip, mut out) = (skip / ROW, skip % ROW, out);
        while !out.is_empty() {
            let row = Self::row(words, i);
            let part = &row[skip..];
            let (now, later) = out.split_at_mut(part.len().min(out.len()));
            for (out, &word) in now.iter_mut().zip(part) {
                out.write(values.value(word));
            }
            (i, skip, out) = (i + 1, 0, later);
        }
    }

    #[inline(always)]
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> Self {
        [W::of(rng), W::of(rng)]
    }
}

#[inline(always)]
fn join(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}
