//! Key → words: the generator behind every array. Knows no law and no array.
//!
//! Words come in blocks of [`BLOCK`], and a block is computed from its key and number alone. Eight
//! Xoshiro256++ lanes run side by side, so that a compiler turns each line below into vectors.

use crate::key::{GAMMA, Key, mix64};

/// How many 32-bit words a block holds.
pub(crate) const BLOCK: usize = 1024;

/// How many words the lanes give at once.
pub(crate) const ROW: usize = 2 * LANES;

const LANES: usize = 8;
const ROWS: usize = BLOCK / ROW;

/// A block's words, in the order of the elements that take them.
#[derive(Clone)]
#[repr(align(64))]
pub struct Words([[u64; LANES]; ROWS]);

impl Words {
    pub(crate) const ZERO: Self = Self([[0; LANES]; ROWS]);

    /// The words, as last drawn.
    #[inline(always)]
    pub(crate) fn as_array(&self) -> &[u32; BLOCK] {
        bytemuck::cast_ref(&self.0)
    }

    /// Words 16·i … 16·i + 15.
    #[inline(always)]
    pub(crate) fn row(&self, i: usize) -> [u32; ROW] {
        bytemuck::cast(self.0[i])
    }

    /// Draws the first `count` words (at least) of the block with this number.
    ///
    /// Lane n of key k is Xoshiro256++ seeded with `SplitMix64(k + 4·n·GAMMA)`; word 16·i + 2·l is
    /// the low half of output i of the block's lane l, the word after it the high half.
    #[inline(always)]
    pub(crate) fn draw(&mut self, key: Key, block: u64, count: usize) {
        let mut state = [[0; LANES]; 4];
        for (j, part) in (1..).zip(&mut state) {
            for (l, part) in (0..).zip(part) {
                let step = (block * LANES as u64 + l).wrapping_mul(4).wrapping_add(j);
                *part = mix64(key.as_u64().wrapping_add(step.wrapping_mul(GAMMA)));
            }
        }
        // The last part is kept as the two halves of its rotation: joined only where they are
        // used, they stay in vector registers even where there is no vector rotation (AVX2).
        let [mut s0, mut s1, mut s2, mut s3_high] = state;
        let mut s3_low = [0; LANES];
        for row in &mut self.0[..count.div_ceil(ROW)] {
            for l in 0..LANES {
                let s3 = s3_high[l] | s3_low[l];
                let output = s0[l].wrapping_add(s3).rotate_left(23).wrapping_add(s0[l]);
                row[l] = if cfg!(target_endian = "big") { output.rotate_left(32) } else { output };
                let t = s1[l] << 17;
                s2[l] ^= s0[l];
                let s3 = s3 ^ s1[l];
                s1[l] ^= s2[l];
                s0[l] ^= s3;
                s2[l] ^= t;
                s3_high[l] = s3 << 45;
                s3_low[l] = s3 >> 19;
            }
        }
    }
}
