//! The stream written naively: the words of one element, and the values that a law gives them. `fuzz` has it, too.

#![allow(dead_code)] // Not everyone who has it asks for all of this.

use super::elements::Listed;
use ndarray_init::rand::{RngCore, SeedableRng};
use ndarray_init::rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};
use ndarray_init::{Key, Law};

pub(crate) const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The ASCII bytes of "ndarray!".
const SALT: u64 = u64::from_be_bytes(*b"ndarray!");

/// The output function of `SplitMix64`, by way of `rand_xoshiro`'s.
pub(crate) fn mix64(z: u64) -> u64 {
    SplitMix64::seed_from_u64(z.wrapping_sub(GAMMA)).next_u64()
}

/// The key of a part of an array that draws several streams, such as block i of `Blocks`.
pub(crate) fn part(key: Key, i: u64) -> Key {
    Key::new(mix64(key.as_u64() ^ mix64(i.wrapping_add(GAMMA.wrapping_mul(3)))))
}

/// The stream contract's word of element i under this key.
pub(crate) fn word(key: u64, i: usize) -> u32 {
    let (block, r) = (i / 1024, i % 1024);
    let lane = (8 * block + r % 16 / 2) as u64;
    let seed = mix64(key ^ SALT).wrapping_add(lane.wrapping_mul(4).wrapping_mul(GAMMA));
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    for _ in 0..r / 16 {
        generator.next_u64();
    }
    let output = generator.next_u64();
    if r.is_multiple_of(2) { output as u32 } else { (output >> 32) as u32 }
}

/// The word of an `f64`: that word above the one of a second stream.
pub(crate) fn word64(key: u64, i: usize) -> u64 {
    u64::from(word(key, i)) << 32 | u64::from(word(mix64(key ^ GAMMA), i))
}

/// A generator with one word to give, again and again.
pub(crate) struct OneWord(pub(crate) u64);

impl RngCore for OneWord {
    fn next_u32(&mut self) -> u32 {
        self.0 as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0
    }

    fn fill_bytes(&mut self, _: &mut [u8]) {
        unreachable!("laws take words")
    }
}

/// The value of a word under the law.
pub(crate) fn value_of<A: Listed>(law: &(impl Into<Law> + Copy), word: u64) -> A {
    A::drawn(&(*law).into(), &mut OneWord(word))
}

/// The words of element i, as the stream contract has them: a complex element takes a second one.
struct WordsOf {
    key: u64,
    i: usize,
}

impl WordsOf {
    /// The key of this word, and from now on that of the next.
    fn next_key(&mut self) -> u64 {
        let next = mix64(self.key ^ GAMMA.wrapping_mul(2));
        std::mem::replace(&mut self.key, next)
    }
}

impl RngCore for WordsOf {
    fn next_u32(&mut self) -> u32 {
        word(self.next_key(), self.i)
    }

    fn next_u64(&mut self) -> u64 {
        word64(self.next_key(), self.i)
    }

    fn fill_bytes(&mut self, _: &mut [u8]) {
        unreachable!("laws take words")
    }
}

/// Element i under this key and the law, from its words alone.
pub(crate) fn element_of<A: Listed>(law: &(impl Into<Law> + Copy), key: Key, i: usize) -> A {
    A::drawn(&(*law).into(), &mut WordsOf { key: key.as_u64(), i })
}
