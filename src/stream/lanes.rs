//! The generators of a block. Knows no law and no array.
//!
//! Eight Xoshiro256++ lanes run side by side, so that a compiler turns each line below into vectors.

use super::key::{GAMMA, Key, mix64};
use super::{CHUNK, LANES, ROW};

/// A chunk of a block's words, in the order of the elements that take them.
#[repr(align(64))]
pub struct Words([[u64; LANES]; CHUNK / ROW]);

impl Words {
    #[inline(always)]
    pub(super) fn zeros() -> Self {
        Self([[0; LANES]; CHUNK / ROW])
    }

    /// The words, as last drawn.
    #[inline(always)]
    pub(super) fn as_array(&self) -> &[u32; CHUNK] {
        bytemuck::cast_ref(&self.0)
    }

    /// Words 16·i … 16·i + 15.
    #[inline(always)]
    pub(super) fn row(&self, i: usize) -> [u32; ROW] {
        bytemuck::cast(self.0[i])
    }
}

/// The generators of a block, at some row of it.
///
/// Lane n of key k is Xoshiro256++ seeded with `SplitMix64(mix64(k) + 4·n·GAMMA)`.
pub struct Lanes {
    state: [[u64; LANES]; 3],
    /// The last part of the state, as the two halves of its rotation: joined only where they are
    /// used, they stay in vector registers even where there is no vector rotation (AVX2).
    halves: [[u64; LANES]; 2],
}

impl Lanes {
    /// The lanes at the first row of the block with this number.
    #[inline(always)]
    pub(super) fn new(key: Key, block: u64) -> Self {
        let origin = key.origin();
        let mut state = [[0; LANES]; 4];
        for (j, part) in (1..).zip(&mut state) {
            for (l, part) in (0..).zip(part) {
                let step = (block * LANES as u64 + l).wrapping_mul(4).wrapping_add(j);
                *part = mix64(origin.wrapping_add(step.wrapping_mul(GAMMA)));
            }
        }
        let [s0, s1, s2, s3] = state;
        Self { state: [s0, s1, s2], halves: [s3, [0; LANES]] }
    }

    /// Draws the block's next rows: word 2·l of a row is the low half of lane l's output, the word
    /// after it the high half.
    #[inline(always)]
    pub(super) fn draw(&mut self, words: &mut Words, rows: usize) {
        let mut lanes = Self { ..*self };
        for row in &mut words.0[..rows] {
            for (l, word) in row.iter_mut().enumerate() {
                let output = lanes.next(l);
                *word = if cfg!(target_endian = "big") { output.rotate_left(32) } else { output };
            }
        }
        *self = lanes;
    }

    /// Passes over the block's next rows. What `next` computes for the outputs alone is compiled away.
    #[inline(always)]
    pub(super) fn skip(&mut self, rows: usize) {
        let mut lanes = Self { ..*self };
        for _ in 0..rows {
            for l in 0..LANES {
                lanes.next(l);
            }
        }
        *self = lanes;
    }

    /// The next output of lane l.
    #[inline(always)]
    fn next(&mut self, l: usize) -> u64 {
        let Self { state: [s0, s1, s2], halves: [high, low] } = self;
        let s3 = high[l] | low[l];
        let output = s0[l].wrapping_add(s3).rotate_left(23).wrapping_add(s0[l]);
        let t = s1[l] << 17;
        s2[l] ^= s0[l];
        let s3 = s3 ^ s1[l];
        s1[l] ^= s2[l];
        s0[l] ^= s3;
        s2[l] ^= t;
        high[l] = s3 << 45;
        low[l] = s3 >> 19;
        output
    }
}
