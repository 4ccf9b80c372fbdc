//! The generators of a block. Knows no law and no array.
//!
//! Eight Xoshiro256++ lanes run side by side, so that a compiler turns each line below into vectors.

use super::key::{GAMMA, Key, mix64};
use super::{CHUNK, LANES, ROW};
use crate::math::{Simd, Vectorized};

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
    pub(super) fn new(key: Key, block: u64, simd: Simd) -> Self {
        simd.run(Seed { origin: key.origin(), block }, &mut ())
    }

    /// Draws the block's next rows: word 2·l of a row is the low half of lane l's output, the word
    /// after it the high half.
    pub(super) fn draw(&mut self, words: &mut Words, rows: usize, simd: Simd) {
        simd.run(Draw(self), &mut words.0[..rows]);
    }
}

/// Seeds the lanes of a block.
struct Seed {
    origin: u64,
    block: u64,
}

impl Vectorized for Seed {
    type Target = ();
    type Output = Lanes;

    #[inline(always)]
    fn run(self, (): &mut ()) -> Lanes {
        let Self { origin, block } = self;
        let mut state = [[0; LANES]; 4];
        for (j, part) in (1..).zip(&mut state) {
            for (l, part) in (0..).zip(part) {
                let step = (block * LANES as u64 + l).wrapping_mul(4).wrapping_add(j);
                *part = mix64(origin.wrapping_add(step.wrapping_mul(GAMMA)));
            }
        }
        let [s0, s1, s2, s3] = state;
        Lanes { state: [s0, s1, s2], halves: [s3, [0; LANES]] }
    }
}

/// Draws rows.
struct Draw<'a>(&'a mut Lanes);

impl Vectorized for Draw<'_> {
    type Target = [[u64; LANES]];
    type Output = ();

    #[inline(always)]
    fn run(self, rows: &mut [[u64; LANES]]) {
        // LLVM makes vectors of a loop only where it knows that the loop runs at all.
        if rows.is_empty() {
            return;
        }
        let [mut s0, mut s1, mut s2] = self.0.state;
        let [mut high, mut low] = self.0.halves;
        for row in rows {
            for l in 0..LANES {
                let s3 = high[l] | low[l];
                let output = s0[l].wrapping_add(s3).rotate_left(23).wrapping_add(s0[l]);
                row[l] = in_order(output);
                let t = s1[l] << 17;
                s2[l] ^= s0[l];
                let s3 = s3 ^ s1[l];
                s1[l] ^= s2[l];
                s0[l] ^= s3;
                s2[l] ^= t;
                high[l] = s3 << 45;
                low[l] = s3 >> 19;
            }
        }
        *self.0 = Lanes { state: [s0, s1, s2], halves: [high, low] };
    }

    /// Lane after lane: the state of one fits into the registers of any processor.
    #[inline(always)]
    fn run_portably(self, rows: &mut [[u64; LANES]]) {
        let Lanes { state, halves } = self.0;
        for l in 0..LANES {
            let [mut s0, mut s1, mut s2] = state.map(|part| part[l]);
            let mut s3 = halves[0][l] | halves[1][l];
            for row in &mut *rows {
                let output = s0.wrapping_add(s3).rotate_left(23).wrapping_add(s0);
                row[l] = in_order(output);
                let t = s1 << 17;
                s2 ^= s0;
                s3 ^= s1;
                s1 ^= s2;
                s0 ^= s3;
                s2 ^= t;
                s3 = s3.rotate_left(45);
            }
            for (part, s) in state.iter_mut().zip([s0, s1, s2]) {
                part[l] = s;
            }
            (halves[0][l], halves[1][l]) = (s3, 0);
        }
    }
}

/// The output as two words in memory, the low half first.
#[inline(always)]
fn in_order(output: u64) -> u64 {
    if cfg!(target_endian = "big") { output.rotate_left(32) } else { output }
}
