//! The generators of a block: eight Xoshiro256++ lanes side by side, so that the compiler turns each line
//! below into vectors.

use super::key::{GAMMA, Key, mix64};
use super::{BLOCK, LANES, ROW};
use crate::math::{Simd, Vectorized};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use std::mem::MaybeUninit;

/// Writes the key's words with the indices index, index + 1, ….
///
/// All of `out` is written; unsafe code relies on this.
pub(crate) fn draw(key: Key, mut index: u64, mut out: &mut [MaybeUninit<u32>], simd: Simd) {
    while !out.is_empty() {
        let place = (index % BLOCK as u64) as usize;
        let (now, later) = out.split_at_mut((BLOCK - place).min(out.len()));
        draw_in_block(key, index / BLOCK as u64, place, now, simd);
        index = index.wrapping_add(now.len() as u64);
        out = later;
    }
}

/// The words of a whole block, by the generator that the lanes are: slower than [`draw`], and plainer.
pub(crate) fn block(key: Key, block: u64) -> [u32; BLOCK] {
    let mut words = [0; BLOCK];
    for l in 0..LANES {
        let lane = block.wrapping_mul(LANES as u64).wrapping_add(l as u64);
        let seed = key.origin().wrapping_add(GAMMA.wrapping_mul(4).wrapping_mul(lane));
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
        for row in words.as_chunks_mut::<ROW>().0 {
            let output = generator.next_u64();
            [row[2 * l], row[2 * l + 1]] = [output as u32, (output >> 32) as u32];
        }
    }
    words
}

/// Writes the words of a block from a place on.
fn draw_in_block(key: Key, block: u64, place: usize, mut out: &mut [MaybeUninit<u32>], simd: Simd) {
    let row = place / ROW;
    let lanes = &mut simd.run(Seed { origin: key.origin(), block, row }, &mut ());
    let skipped = place % ROW;
    if skipped > 0 {
        let (now, later) = out.split_at_mut((ROW - skipped).min(out.len()));
        draw_part(lanes, skipped, now, simd);
        out = later;
    }
    let (rows, rest) = out.as_chunks_mut::<ROW>();
    simd.run(Draw(lanes), rows);
    if !rest.is_empty() {
        draw_part(lanes, 0, rest, simd);
    }
}

/// Writes the words of the next row from a place on.
fn draw_part(lanes: &mut Lanes, place: usize, out: &mut [MaybeUninit<u32>], simd: Simd) {
    let mut row = [MaybeUninit::uninit(); ROW];
    simd.run(Draw(lanes), std::slice::from_mut(&mut row));
    out.copy_from_slice(&row[place..][..out.len()]);
}

/// The lanes at some row of a block. Lane n of key k is Xoshiro256++ seeded with
/// `SplitMix64(mix64(k ^ SALT) + 4·n·GAMMA)`.
#[derive(Clone, Copy)]
struct Lanes {
    state: [[u64; LANES]; 3],
    /// The last part of the state, as the two halves of its rotation. Joined only at their use, the halves stay
    /// in vector registers, even without an instruction for vector rotation. With AVX2, a row takes 34
    /// instructions instead of 160.
    halves: [[u64; LANES]; 2],
}

impl Lanes {
    /// The lanes at the first row of a block.
    #[inline(always)]
    fn seeded(origin: u64, block: u64) -> Self {
        let before = origin.wrapping_add(block.wrapping_mul(4 * LANES as u64).wrapping_mul(GAMMA));
        // One part of all seeds at a time, so that vectors hold neighboring lanes.
        let part = |j: u64| {
            let mut part = [0; LANES];
            for (l, part) in (0..).zip(&mut part) {
                *part = mix64(before.wrapping_add(GAMMA.wrapping_mul(4 * l + j)));
            }
            part
        };
        Self { state: [part(1), part(2), part(3)], halves: [part(4), [0; LANES]] }
    }

    /// The next output of lane l.
    #[inline(always)]
    fn next(&mut self, l: usize) -> u64 {
        let Self { state: [s0, s1, s2], halves: [high, low] } = self;
        let mut s3 = high[l] | low[l];
        let output = s0[l].wrapping_add(s3).rotate_left(23).wrapping_add(s0[l]);
        let t = s1[l] << 17;
        s2[l] ^= s0[l];
        s3 ^= s1[l];
        s1[l] ^= s2[l];
        s0[l] ^= s3;
        s2[l] ^= t;
        (high[l], low[l]) = (s3 << 45, s3 >> 19);
        output
    }
}

/// Seeds the lanes of a block, and advances them to a row.
struct Seed {
    origin: u64,
    block: u64,
    row: usize,
}

impl Vectorized for Seed {
    type Target = ();
    type Output = Lanes;

    #[inline(always)]
    fn run<const FUSED: bool>(self, (): &mut ()) -> Lanes {
        let mut lanes = Lanes::seeded(self.origin, self.block);
        // LLVM vectorizes the loop only if it knows that the loop runs at least once.
        if self.row > 0 {
            for _ in 0..self.row {
                for l in 0..LANES {
                    lanes.next(l);
                }
            }
        }
        lanes
    }
}

/// Draws the next rows. Each output gives two words, the low half first.
struct Draw<'a>(&'a mut Lanes);

impl Vectorized for Draw<'_> {
    type Target = [[MaybeUninit<u32>; ROW]];
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self, rows: &mut [[MaybeUninit<u32>; ROW]]) {
        if rows.is_empty() {
            // As in `Seed`.
            return;
        }
        let mut lanes = *self.0;
        let mut put = |row: &mut [MaybeUninit<u32>; ROW], l| {
            let output = lanes.next(l);
            row[2 * l].write(output as u32);
            row[2 * l + 1].write((output >> 32) as u32);
        };
        if FUSED {
            for row in rows {
                for l in 0..LANES {
                    put(row, l);
                }
            }
        } else {
            // Lane by lane: without FMA, the registers hold one lane's state. 0.6 of the instructions.
            for l in 0..LANES {
                for row in &mut *rows {
                    put(row, l);
                }
            }
        }
        *self.0 = lanes;
    }
}

#[cfg(test)]
mod tests {
    #![expect(unsafe_code, reason = "to read words that were drawn")]

    use super::*;
    use crate::stream::pick;
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{RngCore, SeedableRng};

    /// A word by the contract, from the generator itself.
    fn word(key: u64, i: u64) -> u32 {
        const SALT: u64 = u64::from_be_bytes(*b"ndarray!");
        let (lane, place) = (8 * (i / 1024) + i % 16 / 2, i % 1024);
        let seed = mix64(key ^ SALT).wrapping_add(lane.wrapping_mul(4).wrapping_mul(GAMMA));
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
        let output = (0..=place / 16).map(|_| generator.next_u64()).last().expect("one at least");
        (output >> (32 * (i % 2))) as u32
    }

    #[test]
    fn words_are_those_of_the_contract_at_any_index_and_step() {
        let key = 42;
        // Miri is slow.
        let (lengths, steps): (&[usize], &[u64]) = if cfg!(miri) {
            (&[20], &[1, 17])
        } else {
            (&[1, 15, 40, 300], &[1, 2, 17, 255, 257, 1500, 1 << 40])
        };
        for first in [0, 1, 15, 1000, 1024, (1 << 63) - 7] {
            for &step in steps {
                for &len in lengths {
                    let mut out = vec![MaybeUninit::uninit(); len];
                    pick(Key::new(key), first, step, &mut out, Simd::best());
                    // SAFETY: `pick` wrote all of them.
                    let found = out.into_iter().map(|word| unsafe { word.assume_init() });
                    let expected = (0..len as u64)
                        .map(|i| word(key, first.wrapping_add(i.wrapping_mul(step))));
                    assert!(found.eq(expected), "{len} words from {first} on in steps of {step}");
                }
            }
        }
    }
}
