//! The words of one element each: 32 bits from one stream, or 64 from two, and twice as many for a
//! complex element.

use super::CHUNK;
use super::key::Key;
use super::lanes::{Lanes, Words};
use crate::math::Simd;
use rand_xoshiro::rand_core::RngCore;
use std::ops::{BitOr, Range};

/// The random word behind one element, read as a signed integer.
pub trait Word: Copy + Default + Send + Sync + 'static {
    /// The generators of a block.
    type Lanes;
    /// A chunk of words.
    type Words: Chunk<Self>;
    /// A flag as wide as a word, or as each of two: the result of a comparison as vectors have it.
    type Flag: Flag;

    /// The lanes at the first row of a block.
    fn lanes(key: Key, block: u64, simd: Simd) -> Self::Lanes;
    /// An empty chunk.
    fn zeros() -> Self::Words;
    /// Draws the block's next rows.
    fn draw(lanes: &mut Self::Lanes, words: &mut Self::Words, rows: usize, simd: Simd);
    /// Passes over the block's next rows.
    fn skip(lanes: &mut Self::Lanes, rows: usize, simd: Simd);
    /// One word of a generator.
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> Self;
}

/// Words one after the other, [`CHUNK`] of them.
pub trait Chunk<W> {
    /// Those in the range, by their places in it. A slice of that length behind it spares a loop over
    /// the range the check of each place.
    fn part(&self, range: Range<usize>) -> impl Fn(usize) -> W;
}

impl<W: Copy> Chunk<W> for [W; CHUNK] {
    #[inline(always)]
    fn part(&self, range: Range<usize>) -> impl Fn(usize) -> W {
        let words = &self[range];
        move |i| words[i]
    }
}

/// What a loop can write down of a condition.
pub trait Mark: Copy {
    fn of(condition: bool) -> Self;
}

/// Nothing, where the condition is never true.
impl Mark for () {
    #[inline(always)]
    fn of(_: bool) -> Self {}
}

/// A mark that can be read again. The default is a no.
pub trait Flag: Mark + Default + PartialEq + BitOr<Output = Self> {
    /// Bit i, if this is a yes.
    fn bit(self, i: usize) -> u32;
}

macro_rules! flag {
    ($($word:ident)*) => {$(
        impl Mark for $word {
            #[inline(always)]
            fn of(condition: bool) -> Self {
                Self::from(condition).wrapping_neg()
            }
        }

        impl Flag for $word {
            #[inline(always)]
            fn bit(self, i: usize) -> u32 {
                self as u32 & 1 << i
            }
        }
    )*};
}
flag!(u32 u64);

impl Word for u32 {
    type Lanes = Lanes;
    type Words = Words;
    type Flag = u32;

    #[inline(always)]
    fn lanes(key: Key, block: u64, simd: Simd) -> Lanes {
        Lanes::new(key, block, simd)
    }

    #[inline(always)]
    fn zeros() -> Words {
        Words::zeros()
    }

    #[inline(always)]
    fn draw(lanes: &mut Lanes, words: &mut Words, rows: usize, simd: Simd) {
        lanes.draw(words, rows, simd);
    }

    #[inline(always)]
    fn skip(lanes: &mut Lanes, rows: usize, simd: Simd) {
        lanes.skip(rows, simd);
    }

    #[inline(always)]
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> u32 {
        rng.next_u32()
    }
}

impl Chunk<u32> for Words {
    #[inline(always)]
    fn part(&self, range: Range<usize>) -> impl Fn(usize) -> u32 {
        self.as_array().part(range)
    }
}

/// The word of 32 bits on top, and below it the one of a second stream: an `f64` array is the `f32`
/// array with more digits.
impl Word for u64 {
    type Lanes = [Lanes; 2];
    type Words = [Words; 2];
    type Flag = u64;

    #[inline(always)]
    fn lanes(key: Key, block: u64, simd: Simd) -> [Lanes; 2] {
        [Lanes::new(key, block, simd), Lanes::new(key.low_half(), block, simd)]
    }

    #[inline(always)]
    fn zeros() -> [Words; 2] {
        [Words::zeros(), Words::zeros()]
    }

    #[inline(always)]
    fn draw(lanes: &mut [Lanes; 2], words: &mut [Words; 2], rows: usize, simd: Simd) {
        for (lanes, words) in lanes.iter_mut().zip(words) {
            lanes.draw(words, rows, simd);
        }
    }

    #[inline(always)]
    fn skip(lanes: &mut [Lanes; 2], rows: usize, simd: Simd) {
        for lanes in lanes {
            lanes.skip(rows, simd);
        }
    }

    #[inline(always)]
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> u64 {
        rng.next_u64()
    }
}

impl Chunk<u64> for [Words; 2] {
    #[inline(always)]
    fn part(&self, range: Range<usize>) -> impl Fn(usize) -> u64 {
        let (high, low) = (self[0].part(range.clone()), self[1].part(range));
        move |i| u64::from(high(i)) << 32 | u64::from(low(i))
    }
}

/// The words of a complex element: the second one comes from a stream of its own.
impl<W: Word> Word for [W; 2] {
    type Lanes = [W::Lanes; 2];
    type Words = [W::Words; 2];
    type Flag = W::Flag;

    #[inline(always)]
    fn lanes(key: Key, block: u64, simd: Simd) -> Self::Lanes {
        [W::lanes(key, block, simd), W::lanes(key.second_word(), block, simd)]
    }

    #[inline(always)]
    fn zeros() -> Self::Words {
        [W::zeros(), W::zeros()]
    }

    #[inline(always)]
    fn draw(lanes: &mut Self::Lanes, words: &mut Self::Words, rows: usize, simd: Simd) {
        for (lanes, words) in lanes.iter_mut().zip(words) {
            W::draw(lanes, words, rows, simd);
        }
    }

    #[inline(always)]
    fn skip(lanes: &mut Self::Lanes, rows: usize, simd: Simd) {
        for lanes in lanes {
            W::skip(lanes, rows, simd);
        }
    }

    #[inline(always)]
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> Self {
        [W::of(rng), W::of(rng)]
    }
}

impl<W, C: Chunk<W>> Chunk<[W; 2]> for [C; 2] {
    #[inline(always)]
    fn part(&self, range: Range<usize>) -> impl Fn(usize) -> [W; 2] {
        let (first, second) = (self[0].part(range.clone()), self[1].part(range));
        move |i| [first(i), second(i)]
    }
}
