//! The element types: `f32` and `f64`, and what the arithmetic of this crate asks of them.

use crate::distr::Kernel;
use crate::key::Key;
use crate::quantile::Centre;
use crate::stream::{Lanes, ROW, Words};
use rand_xoshiro::rand_core::RngCore;
use std::fmt::Debug;
use std::mem::MaybeUninit;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A type that arrays can be filled with: `f32` or `f64`.
///
/// Sealed: the stream contract fixes each element type's bits.
pub trait Element: Scalar {}

impl Element for f32 {}
impl Element for f64 {}

/// The operations behind [`Element`]; every one of them is exact or rounded once, on any machine.
pub trait Scalar:
    Centre
    + Copy
    + Debug
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Send
    + Sync
    + 'static
{
    /// The random word behind one element: `u32` or `u64`, read as a signed integer.
    type Word: Copy + Default + Send + Sync;
    /// The generators of a block of words.
    type Lanes;
    /// A chunk of words.
    type Words;

    /// The type's name, for messages.
    const NAME: &'static str;
    const ZERO: Self;
    const ONE: Self;
    const TWO: Self;
    const MAX: Self;
    /// 2^(1−B) for words of B bits.
    const UNIT: Self;

    /// The lanes at the first row of a block.
    fn lanes(key: Key, block: u64) -> Self::Lanes;
    fn zeros() -> Self::Words;
    /// Draws the block's next rows.
    fn draw(lanes: &mut Self::Lanes, words: &mut Self::Words, rows: usize);
    /// Words 16·i … 16·i + 15 of the chunk.
    fn row(words: &Self::Words, i: usize) -> [Self::Word; ROW];
    /// Writes the common values of words skip, skip + 1, … of the chunk.
    fn map<K: Kernel<Self>>(
        kernel: &K,
        words: &Self::Words,
        skip: usize,
        out: &mut [MaybeUninit<Self>],
    ) where
        Self: Element;
    /// A random matrix whose rows or columns, whichever are fewer, are orthonormal.
    #[cfg(feature = "orthogonal")]
    fn haar(rows: usize, columns: usize, key: Key) -> ndarray::Array2<Self>;
    /// One word of a generator.
    fn word_of<R: RngCore + ?Sized>(rng: &mut R) -> Self::Word;

    /// The word as a signed integer, rounded.
    fn signed(word: Self::Word) -> Self;
    /// (|x|, 1 − |x|) for x = (w + ½) · 2^(1−B), w the signed word: each rounded by itself, so
    /// that the second is as accurate as the first, and the same for w and −1 − w.
    fn fold(word: Self::Word) -> (Self, Self);
    /// Whether the signed word is negative.
    fn is_negative(word: Self::Word) -> bool;
    /// The value with its sign changed where the signed word is negative.
    fn flip(self, word: Self::Word) -> Self;

    fn mul_add(self, factor: Self, summand: Self) -> Self;
    /// The nearest finite value of this type.
    fn from_f64(value: f64) -> Self;
    /// The least value of this type that is not below `value`, but at least −MAX.
    fn at_least(value: f64) -> Self;
    fn into_f64(self) -> f64;

    /// The greatest value of this type that is not above `value`, but at most MAX.
    fn at_most(value: f64) -> Self {
        -Self::at_least(-value)
    }

    fn clamp_to(self, low: Self, high: Self) -> Self {
        let raised = if self < low { low } else { self };
        if raised > high { high } else { raised }
    }
}

macro_rules! scalar {
    ($float:ident, $word:ident, $signed:ident, $lanes:ty, $words:ty) => {
        type Word = $word;
        type Lanes = $lanes;
        type Words = $words;

        const NAME: &'static str = stringify!($float);
        const ZERO: Self = 0.0;
        const ONE: Self = 1.0;
        const TWO: Self = 2.0;
        const MAX: Self = $float::MAX;
        const UNIT: Self = 1.0 / (1_u64 << ($word::BITS - 1)) as $float;

        #[cfg(feature = "orthogonal")]
        fn haar(rows: usize, columns: usize, key: Key) -> ndarray::Array2<Self> {
            crate::structured::haar::haar(rows, columns, key)
        }

        #[inline(always)]
        fn is_negative(word: $word) -> bool {
            (word as $signed) < 0
        }

        #[inline(always)]
        fn flip(self, word: $word) -> Self {
            $float::from_bits(self.to_bits() ^ (word & (1 << ($word::BITS - 1))))
        }

        #[inline(always)]
        fn mul_add(self, factor: Self, summand: Self) -> Self {
            $float::mul_add(self, factor, summand)
        }

        #[inline(always)]
        fn from_f64(value: f64) -> Self {
            (value as $float).clamp_to($float::MIN, $float::MAX)
        }

        fn at_least(value: f64) -> Self {
            let nearest = value as $float;
            let up = if nearest.into_f64() < value { nearest.next_up() } else { nearest };
            up.max($float::MIN)
        }

        #[inline(always)]
        fn into_f64(self) -> f64 {
            self.into()
        }
    };
}

impl Scalar for f32 {
    scalar!(f32, u32, i32, Lanes, Words);

    #[inline(always)]
    fn signed(word: u32) -> f32 {
        word as i32 as f32
    }

    #[inline(always)]
    fn fold(word: u32) -> (f32, f32) {
        let word = word as i32;
        let magnitude = word ^ (word >> 31);
        let fraction = |n: i32| (n as f32).mul_add(Self::UNIT, Self::UNIT / 2.0);
        (fraction(magnitude), fraction(magnitude ^ i32::MAX))
    }

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
    fn row(words: &Words, i: usize) -> [u32; ROW] {
        words.row(i)
    }

    #[inline(always)]
    fn map<K: Kernel<f32>>(kernel: &K, words: &Words, skip: usize, out: &mut [MaybeUninit<f32>]) {
        for (out, &word) in out.iter_mut().zip(&words.as_array()[skip..]) {
            out.write(kernel.common(word));
        }
    }

    #[inline(always)]
    fn word_of<R: RngCore + ?Sized>(rng: &mut R) -> u32 {
        rng.next_u32()
    }
}

/// A 64-bit word has the 32-bit word of the same element on top, and below it the one of a second
/// stream: an `f64` array is the `f32` array with more digits.
impl Scalar for f64 {
    scalar!(f64, u64, i64, [Lanes; 2], [Words; 2]);

    // By halves, which every vector unit converts, and with one rounding.
    #[inline(always)]
    fn signed(word: u64) -> f64 {
        f64::from((word >> 32) as i32) * TWO_32 + f64::from(word as u32)
    }

    #[inline(always)]
    fn fold(word: u64) -> (f64, f64) {
        let (high, low) = ((word >> 32) as i32, word as u32);
        let sign = high >> 31;
        let (high, low) = (high ^ sign, low ^ sign as u32);
        let fraction = |high: i32, low: u32| {
            let below = f64::from(low).mul_add(Self::UNIT, Self::UNIT / 2.0);
            f64::from(high).mul_add(Self::UNIT * TWO_32, below)
        };
        (fraction(high, low), fraction(high ^ i32::MAX, !low))
    }

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
    fn row([high, low]: &[Words; 2], i: usize) -> [u64; ROW] {
        let (high, low) = (high.row(i), low.row(i));
        std::array::from_fn(|j| join(high[j], low[j]))
    }

    #[inline(always)]
    fn map<K: Kernel<f64>>(
        kernel: &K,
        [high, low]: &[Words; 2],
        skip: usize,
        out: &mut [MaybeUninit<f64>],
    ) {
        let (high, low) = (&high.as_array()[skip..], &low.as_array()[skip..]);
        for ((out, &high), &low) in out.iter_mut().zip(high).zip(low) {
            out.write(kernel.common(join(high, low)));
        }
    }

    #[inline(always)]
    fn word_of<R: RngCore + ?Sized>(rng: &mut R) -> u64 {
        rng.next_u64()
    }
}

/// 2³².
const TWO_32: f64 = 4_294_967_296.0;

#[inline(always)]
fn join(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}
