//! Numbers of `f32` onto elements of `f16` and `bf16`: a block is computed, then rounded.

use crate::stream::BLOCK;
use half::{bf16, f16};
use std::mem::MaybeUninit;

/// Rounds the numbers of at most a block, which are computed in a buffer.
pub(super) fn rounded<H>(
    out: &mut [MaybeUninit<H>],
    compute: impl FnOnce(&mut [MaybeUninit<f32>]) -> &[f32],
    round: impl FnOnce(&[f32], &mut [MaybeUninit<H>]),
) {
    let mut numbers = [MaybeUninit::uninit(); BLOCK];
    round(compute(&mut numbers[..out.len()]), out);
}

/// Writes the nearest `f16` of each number, the even one of two.
pub(super) fn to_f16(numbers: &[f32], out: &mut [MaybeUninit<f16>]) {
    #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut))]
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("f16c") {
        // SAFETY: the processor has the instruction.
        done = unsafe { eights_to_f16(numbers, out) };
    }
    for (half, &number) in out.iter_mut().zip(numbers).skip(done) {
        half.write(f16::from_f32(number));
    }
}

/// Writes as many as whole vectors have, and says how many. An array of `f16` takes 1.1 to 1.2 times the time of `f32`;
/// by integer arithmetic, it would take 1.4 times.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "f16c")]
fn eights_to_f16(numbers: &[f32], out: &mut [MaybeUninit<f16>]) -> usize {
    use std::arch::x86_64::{_MM_FROUND_TO_NEAREST_INT as NEAREST, _mm256_cvtps_ph};

    let eights = numbers.as_chunks::<8>().0;
    for (halves, &numbers) in out.as_chunks_mut::<8>().0.iter_mut().zip(eights) {
        let rounded = _mm256_cvtps_ph::<NEAREST>(bytemuck::cast(numbers));
        *halves = bytemuck::cast::<_, [f16; 8]>(rounded).map(MaybeUninit::new);
    }
    eights.as_flattened().len()
}

/// Writes the nearest `bf16` of each number, the even one of two. `bf16::from_f32`, which looks for NaN, takes nearly
/// three times the instructions.
pub(super) fn to_bf16(numbers: &[f32], out: &mut [MaybeUninit<bf16>]) {
    for (half, number) in out.iter_mut().zip(numbers) {
        let bits = number.to_bits();
        // The digits that are cut off count as half a unit in the last place or more, if with this they carry.
        let carrying = bits.wrapping_add(0x7FFF + (bits >> 16 & 1));
        half.write(bf16::from_bits((carrying >> 16) as u16));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::half::tests::numbers;

    #[track_caller]
    fn assert_rounded<H: bytemuck::Pod>(
        round: impl Fn(&[f32], &mut [MaybeUninit<H>]),
        expected: impl Fn(f32) -> u16,
    ) {
        let numbers: Vec<f32> = numbers().collect();
        let mut halves = vec![MaybeUninit::uninit(); numbers.len()];
        round(&numbers, &mut halves);
        for (&number, half) in numbers.iter().zip(halves) {
            // SAFETY: `round` wrote all of them.
            let bits: u16 = bytemuck::cast(unsafe { half.assume_init() });
            assert_eq!(bits, expected(number), "{number:e}");
        }
    }

    #[test]
    fn rounding_is_that_of_the_half_crate() {
        assert_rounded(to_f16, |number| f16::from_f32(number).to_bits());
        assert_rounded(to_bf16, |number| bf16::from_f32(number).to_bits());
    }
}
