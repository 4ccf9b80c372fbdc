//! The words of one element each: 32 bits from one stream, or 64 from two, and twice as many for a
//! complex element.

use super::key::Key;
use super::lanes::{Lanes, Room};
use super::{LANES, Row};
use crate::math::Simd;
use rand_xoshiro::rand_core::RngCore;
use std::ops::{BitOr, Range};

/// The random word behind one element, read as a signed integer.
pub trait Word: Copy + Default + Send + Sync + 'static {
    /// How many streams it comes from.
    const STREAMS: usize;
    /// The generators of a block.
    type Lanes;
    /// A flag as wide as a word, or as each of two: the result of a comparison as vectors have it.
    type Flag: Flag;

    /// The lanes at a row of a block.
    fn lanes(key: Key, block: u64, row: usize, simd: Simd) -> Self::Lanes;
    /// Draws the block's next rows: an equal share of them for each stream, one after the other. All
    /// of them are written.
    fn draw<R: Room<u64>>(lanes: &mut Self::Lanes, rows: &mut [[R; LANES]], simd: Simd);
    /// Passes over the block's next rows.
    fn skip(lanes: &mut Self::Lanes, rows: usize, simd: Simd);
    /// The words in such rows, by their places in the range.
    fn words(rows: &[Row], range: Range<usize>) -> impl Fn(usize) -> Self;
    /// One word of a generator.
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> Self;
}

/// Words one after the other.
pub(crate) trait Words<W> {
    /// Those in the range, by their places in it. A slice of that length behind it spares a loop over
    /// the range the check of each place.
    fn part(&self, range: Range<usize>) -> impl Fn(usize) -> W;
}

impl<W: Copy> Words<W> for [W] {
    #[inline(always)]
    fn part(&self, range: Range<usize>) -> impl Fn(usize) -> W {
        let words = &self[range];
        move |i| words[i]
    }
}

impl<W: Word> Words<W> for [Row] {
    #[inline(always)]
    fn part(&self, range: Range<usize>) -> impl Fn(usize) -> W {
        W::words(self, range)
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
    const STREAMS: usize = 1;
    type Lanes = Lanes;
    type Flag = u32;

    #[inline(always)]
    fn lanes(key: Key, block: u64, row: usize, simd: Simd) -> Lanes {
        Lanes::new(key, block, row, simd)
    }

    #[inline(always)]
    fn draw<R: Room<u64>>(lanes: &mut Lanes, rows: &mut [[R; LANES]], simd: Simd) {
        lanes.draw(rows, simd);
    }

    #[inline(always)]
    fn skip(lanes: &mut Lanes, rows: usize, simd: Simd) {
        lanes.skip(rows, simd);
    }

    #[inline(always)]
    fn words(rows: &[Row], range: Range<usize>) -> impl Fn(usize) -> u32 {
        bytemuck::cast_slice::<_, u32>(rows).part(range)
    }

    #[inline(always)]
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> u32 {
        rng.next_u32()
    }
}

/// The word of 32 bits on top, and below it the one of a second stream: an `f64` array is the `f32`
/// array with more digits.
impl Word for u64 {
    const STREAMS: usize = 2;
    type Lanes = [Lanes; 2];
    type Flag = u64;

    #[inline(always)]
    fn lanes(key: Key, block: u64, row: usize, simd: Simd) -> [Lanes; 2] {
        [Lanes::new(key, block, row, simd), Lanes::new(key.low_half(), block, row, simd)]
    }

    #[inline(always)]
    fn draw<R: Room<u64>>(lanes: &mut [Lanes; 2], rows: &mut [[R; LANES]], simd: Simd) {
        let (high, low) = rows.split_at_mut(rows.len() / 2);
        lanes[0].draw(high, simd);
        lanes[1].draw(low, simd);
    }

    #[inline(always)]
    fn skip(lanes: &mut [Lanes; 2], rows: usize, simd: Simd) {
        for lanes in lanes {
            lanes.skip(rows, simd);
        }
    }

    #[inline(always)]
    fn words(rows: &[Row], range: Range<usize>) -> impl Fn(usize) -> u64 {
        let (high, low) = rows.split_at(rows.len() / 2);
        let (high, low) = (u32::words(high, range.clone()), u32::words(low, range));
        move |i| u64::from(high(i)) << 32 | u64::from(low(i))
    }

    #[inline(always)]
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> u64 {
        rng.next_u64()
    }
}

/// The words of a complex element: the second one comes from a stream of its own.
impl<W: Word> Word for [W; 2] {
    const STREAMS: usize = 2 * W::STREAMS;
    type Lanes = [W::Lanes; 2];
    type Flag = W::Flag;

    #[inline(always)]
    fn lanes(key: Key, block: u64, row: usize, simd: Simd) -> Self::Lanes {
        [W::lanes(key, block, row, simd), W::lanes(key.second_word(), block, row, simd)]
    }

    #[inline(always)]
    fn draw<R: Room<u64>>(lanes: &mut Self::Lanes, rows: &mut [[R; LANES]], simd: Simd) {
        let (first, second) = rows.split_at_mut(rows.len() / 2);
        W::draw(&mut lanes[0], first, simd);
        W::draw(&mut lanes[1], second, simd);
    }

    #[inline(always)]
    fn skip(lanes: &mut Self::Lanes, rows: usize, simd: Simd) {
        for lanes in lanes {
            W::skip(lanes, rows, simd);
        }
    }

    #[inline(always)]
    fn words(rows: &[Row], range: Range<usize>) -> impl Fn(usize) -> Self {
        let (first, second) = rows.split_at(rows.len() / 2);
        let (first, second) = (W::words(first, range.clone()), W::words(second, range));
        move |i| [first(i), second(i)]
    }

    #[inline(always)]
    fn of<R: RngCore + ?Sized>(rng: &mut R) -> Self {
        [W::of(rng), W::of(rng)]
    }
}
