//! Words picked out of a stream.

use super::key::Key;
use super::{BLOCK, draw};
use crate::math::Simd;
use std::mem::MaybeUninit;

/// Writes the key's words with the indices first, first + step, …, the step being at least 1.
///
/// All of `out` is written; unsafe code relies on this.
pub(crate) fn pick(key: Key, first: u64, step: u64, out: &mut [MaybeUninit<u32>], simd: Simd) {
    if step == 1 {
        return draw(key, first, out, simd);
    }
    let mut index = first;
    let mut words = [const { MaybeUninit::uninit() }; BLOCK];
    let mut rest = out;
    while !rest.is_empty() {
        let end = (index / BLOCK as u64 + 1) * BLOCK as u64;
        let count = (end - index).div_ceil(step).min(rest.len() as u64);
        let (now, later) = rest.split_at_mut(count as usize);
        let span = ((count - 1) * step + 1) as usize;
        draw(key, index, &mut words[..span], simd);
        for (picked, word) in now.iter_mut().zip(words[..span].iter().step_by(step as usize)) {
            *picked = *word;
        }
        index = index.wrapping_add(count * step);
        rest = later;
    }
}
