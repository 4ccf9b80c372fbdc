//! The generators of a block. Knows no law and no array.
//!
//! Eight Xoshiro256++ lanes run side by side, so that a compiler turns each line below into vectors.

use super::LANES;
use super::key::{GAMMA, Key, mix64};
use crate::math::{Simd, Vectorized};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// Where something that is drawn goes, whether anything stands there or not.
pub trait Room<T> {
    fn put(&mut self, value: T);
}

impl<T> Room<T> for T {
    #[inline(always)]
    fn put(&mut self, value: T) {
        *self = value;
    }
}

impl<T> Room<T> for MaybeUninit<T> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        self.write(value);
    }
}

/// The generators of a block, at some row of it.
///
/// Lane n of key k is Xoshiro256++ seeded with `SplitMix64(mix64(k) + 4·n·GAMMA)`.
#[derive(Clone, Copy)]
pub struct Lanes {
    state: [[u64; LANES]; 3],
    /// The last part of the state, as the two halves of its rotation: joined only where they are
    /// used, they stay in vector registers even where there is no vector rotation (AVX2).
    halves: [[u64; LANES]; 2],
}

impl Lanes {
    /// The lanes at this row of the block with this number.
    pub(super) fn new(key: Key, block: u64, row: usize, simd: Simd) -> Self {
        simd.run(Seed { origin: key.origin(), block, row }, &mut ())
    }

    /// Draws the block's next rows: word 2·l of a row is the low half of lane l's output, the word
    /// after it the high half.
    pub(super) fn draw<R: Room<u64>>(&mut self, rows: &mut [[R; LANES]], simd: Simd) {
        simd.run(Draw { lanes: self, room: PhantomData }, rows);
    }

    /// Passes over the block's next rows.
    pub(super) fn skip(&mut self, rows: usize, simd: Simd) {
        simd.run(Skip(rows), self);
    }

    /// At the first row of a block.
    #[inline(always)]
    fn seeded(origin: u64, block: u64) -> Self {
        let before = origin.wrapping_add(block.wrapping_mul(4 * LANES as u64).wrapping_mul(GAMMA));
        Self {
            state: [parts(before, 1), parts(before, 2), parts(before, 3)],
            halves: [parts(before, 4), [0; LANES]],
        }
    }

    /// The next output of lane l.
    #[inline(always)]
    fn next(&mut self, l: usize) -> u64 {
        let Self { state: [s0, s1, s2], halves: [high, low] } = self;
        let mut s3 = high[l] | low[l];
        let output = step(&mut s0[l], &mut s1[l], &mut s2[l], &mut s3);
        (high[l], low[l]) = (s3 << 45, s3 >> 19);
        output
    }

    /// The state of lane l.
    #[inline(always)]
    fn lane(&self, l: usize) -> [u64; 4] {
        let Self { state: [s0, s1, s2], halves: [high, low] } = self;
        [s0[l], s1[l], s2[l], high[l] | low[l]]
    }

    #[inline(always)]
    fn set_lane(&mut self, l: usize, [s0, s1, s2, s3]: [u64; 4]) {
        for (part, s) in self.state.iter_mut().zip([s0, s1, s2]) {
            part[l] = s;
        }
        (self.halves[0][l], self.halves[1][l]) = (s3, 0);
    }
}

/// Seeds the lanes of a block, and has them pass over the rows before one.
struct Seed {
    origin: u64,
    block: u64,
    row: usize,
}

impl Vectorized for Seed {
    type Target = ();
    type Output = Lanes;

    #[inline(always)]
    fn run(self, (): &mut ()) -> Lanes {
        let mut lanes = Lanes::seeded(self.origin, self.block);
        Skip(self.row).run(&mut lanes);
        lanes
    }

    #[inline(always)]
    fn run_portably(self, (): &mut ()) -> Lanes {
        let mut lanes = Lanes::seeded(self.origin, self.block);
        Skip(self.row).run_portably(&mut lanes);
        lanes
    }
}

/// Part j of each lane's seed. One part at a time, so that vectors hold neighboring lanes.
#[inline(always)]
fn parts(before: u64, j: u64) -> [u64; LANES] {
    let first = before.wrapping_add(j.wrapping_mul(GAMMA));
    let mut parts = [0; LANES];
    for (l, part) in (0..).zip(&mut parts) {
        *part = mix64(first.wrapping_add(GAMMA.wrapping_mul(4 * l)));
    }
    parts
}

/// Draws rows.
struct Draw<'a, R> {
    lanes: &'a mut Lanes,
    room: PhantomData<R>,
}

impl<R: Room<u64>> Vectorized for Draw<'_, R> {
    type Target = [[R; LANES]];
    type Output = ();

    #[inline(always)]
    fn run(self, rows: &mut [[R; LANES]]) {
        if rows.is_empty() {
            // LLVM makes vectors of a loop only where it knows that the loop runs at all.
            return;
        }
        let mut lanes = *self.lanes;
        for row in rows {
            for (l, words) in row.iter_mut().enumerate() {
                words.put(in_order(lanes.next(l)));
            }
        }
        *self.lanes = lanes;
    }

    /// Lane after lane: the state of one fits into the registers of any processor.
    #[inline(always)]
    fn run_portably(self, rows: &mut [[R; LANES]]) {
        for l in 0..LANES {
            let mut lane = self.lanes.lane(l);
            for row in &mut *rows {
                row[l].put(in_order(next(&mut lane)));
            }
            self.lanes.set_lane(l, lane);
        }
    }
}

/// Passes over so many rows. What is computed for the outputs alone is compiled away.
struct Skip(usize);

impl Vectorized for Skip {
    type Target = Lanes;
    type Output = ();

    #[inline(always)]
    fn run(self, target: &mut Lanes) {
        if self.0 == 0 {
            // As above.
            return;
        }
        let mut lanes = *target;
        for _ in 0..self.0 {
            for l in 0..LANES {
                lanes.next(l);
            }
        }
        *target = lanes;
    }

    #[inline(always)]
    fn run_portably(self, target: &mut Lanes) {
        for l in 0..LANES {
            let mut lane = target.lane(l);
            for _ in 0..self.0 {
                next(&mut lane);
            }
            target.set_lane(l, lane);
        }
    }
}

/// The next output of a lane by itself.
#[inline(always)]
fn next([s0, s1, s2, s3]: &mut [u64; 4]) -> u64 {
    let output = step(s0, s1, s2, s3);
    *s3 = s3.rotate_left(45);
    output
}

/// The output of Xoshiro256++, and its next state, but for the rotation of the last part.
#[inline(always)]
fn step(s0: &mut u64, s1: &mut u64, s2: &mut u64, s3: &mut u64) -> u64 {
    let output = s0.wrapping_add(*s3).rotate_left(23).wrapping_add(*s0);
    let t = *s1 << 17;
    *s2 ^= *s0;
    *s3 ^= *s1;
    *s1 ^= *s2;
    *s0 ^= *s3;
    *s2 ^= t;
    output
}

/// The output as two words in memory, the low half first.
#[inline(always)]
fn in_order(output: u64) -> u64 {
    if cfg!(target_endian = "big") { output.rotate_left(32) } else { output }
}
