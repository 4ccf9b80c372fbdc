//! `f32` → half types, many at a time, with the same bits by any instructions. Knows no law.

use crate::element::{Element, Format};
use crate::math::{Simd, Vectorized};
use std::mem::MaybeUninit;

/// Writes the nearest elements, the even one of two. The values must not be NaN.
pub(super) fn round<E: Element>(values: &[E::Arithmetic], out: &mut [MaybeUninit<E>]) {
    #[cfg(all(target_arch = "x86_64", feature = "half"))]
    if let Some(rounding) = x86::rounding::<E>() {
        return rounding.run(values, out);
    }
    Simd::best().run(Round(values), out);
}

/// By operations that every machine has.
struct Round<'a, E: Element>(&'a [E::Arithmetic]);

impl<E: Element> Vectorized for Round<'_, E> {
    type Target = [MaybeUninit<E>];
    type Output = ();

    #[inline(always)]
    fn run(self, out: &mut [MaybeUninit<E>]) {
        for (out, &value) in out.iter_mut().zip(self.0) {
            out.write(E::Format::round(value));
        }
    }
}

/// By instructions that the compiler does not find by itself.
#[cfg(all(target_arch = "x86_64", feature = "half"))]
mod x86 {
    use crate::element::{Element, Format};
    use crate::math::Simd;
    use half::{bf16, f16};
    use std::any::TypeId;
    use std::arch::x86_64::{
        __m256i, _MM_FROUND_TO_NEAREST_INT as NEAREST, _mm_cvtps_ph, _mm_extract_epi16, _mm_set_ss,
        _mm256_add_epi32, _mm256_cmpeq_epi16, _mm256_cvtps_ph, _mm256_min_epu16,
        _mm256_movemask_epi8, _mm256_packus_epi32, _mm256_permute4x64_epi64, _mm256_set1_epi32,
        _mm256_setzero_si256, _mm256_srli_epi32,
    };
    use std::mem::MaybeUninit;

    const LANES: usize = 8;
    /// As many as are rounded in one turn of the loop.
    const TURN: usize = 8 * LANES;

    /// How the values become bits. Only this module makes one, and only where its instructions are.
    pub(super) struct Rounding(unsafe fn(&[f32], &mut [MaybeUninit<u16>]));

    /// How elements of this type are rounded here, if by one of these.
    pub(super) fn rounding<E: Element>() -> Option<Rounding> {
        if Simd::best().is_portable() || !is_x86_feature_detected!("avx2") {
            None
        } else if TypeId::of::<E>() == TypeId::of::<bf16>() {
            Some(Rounding(bfloat16))
        } else if TypeId::of::<E>() == TypeId::of::<f16>() && is_x86_feature_detected!("f16c") {
            Some(Rounding(binary16))
        } else {
            None
        }
    }

    impl Rounding {
        /// For the element type that it is made for.
        pub(super) fn run<E: Element>(self, values: &[E::Arithmetic], out: &mut [MaybeUninit<E>]) {
            assert!(size_of::<E::Arithmetic>() == 4 && size_of::<E>() == 2);
            assert_eq!(values.len(), out.len());
            // SAFETY: these are the same types by other names: `f32`, and the bits of a half type. The
            // instructions are there.
            unsafe {
                let values = std::slice::from_raw_parts(values.as_ptr().cast(), values.len());
                let out = std::slice::from_raw_parts_mut(out.as_mut_ptr().cast(), out.len());
                self.0(values, out);
            }
        }
    }

    /// `f16` by its own instruction.
    #[target_feature(enable = "avx2,f16c")]
    fn binary16(values: &[f32], out: &mut [MaybeUninit<u16>]) {
        let (values, values_left) = values.as_chunks::<TURN>();
        let (out, out_left) = out.as_chunks_mut::<TURN>();
        for (values, out) in values.iter().zip(out) {
            let (values, out) = (values.as_chunks::<LANES>().0, out.as_chunks_mut::<LANES>().0);
            for i in 0..TURN / LANES {
                let rounded = _mm256_cvtps_ph::<NEAREST>(bytemuck::cast(values[i]));
                out[i] = bytemuck::cast::<_, [u16; LANES]>(rounded).map(MaybeUninit::new);
            }
        }
        for (&value, out) in values_left.iter().zip(out_left) {
            let rounded = _mm_cvtps_ph::<NEAREST>(_mm_set_ss(value));
            out.write(_mm_extract_epi16::<0>(rounded) as u16);
        }
    }

    /// `bf16` by rounding halves away from zero, which is right but for those in the middle of two: one
    /// turn in a thousand has such a value, and is done again.
    #[target_feature(enable = "avx2")]
    fn bfloat16(values: &[f32], out: &mut [MaybeUninit<u16>]) {
        const PAIR: usize = 2 * LANES;
        let half = _mm256_set1_epi32(0x8000);
        let (values, values_left) = values.as_chunks::<TURN>();
        let (out, out_left) = out.as_chunks_mut::<TURN>();
        for (values, out) in values.iter().zip(out) {
            let mut least = _mm256_set1_epi32(-1);
            let pairs = values.as_chunks::<PAIR>().0.iter().zip(out.as_chunks_mut::<PAIR>().0);
            for (values, out) in pairs {
                let [low, high]: [__m256i; 2] = bytemuck::cast(*values);
                let (low, high) = (_mm256_add_epi32(low, half), _mm256_add_epi32(high, half));
                least = _mm256_min_epu16(least, _mm256_min_epu16(low, high));
                let (low, high) = (_mm256_srli_epi32::<16>(low), _mm256_srli_epi32::<16>(high));
                // Four elements of one, four of the other, and once more.
                let packed = _mm256_packus_epi32(low, high);
                let rounded = _mm256_permute4x64_epi64::<0b11_01_10_00>(packed);
                *out = bytemuck::cast::<_, [u16; PAIR]>(rounded).map(MaybeUninit::new);
            }
            // What was in the middle has no bits left below the element's.
            let in_the_middle = _mm256_cmpeq_epi16(least, _mm256_setzero_si256());
            if _mm256_movemask_epi8(in_the_middle) != 0 {
                one_by_one(values, out);
            }
        }
        one_by_one(values_left, out_left);
    }

    fn one_by_one(values: &[f32], out: &mut [MaybeUninit<u16>]) {
        for (&value, out) in values.iter().zip(out) {
            out.write(<bf16 as Format<bf16>>::round(value).to_bits());
        }
    }
}

#[cfg(all(test, target_arch = "x86_64", feature = "half"))]
mod tests {
    use super::*;
    use half::{bf16, f16};

    fn bits<E: Element>(
        write: impl FnOnce(&mut [MaybeUninit<E>]),
        len: usize,
        to_bits: fn(E) -> u16,
    ) -> Vec<u16> {
        let mut out = vec![MaybeUninit::new(E::default()); len];
        write(&mut out);
        // SAFETY: all of them are numbers since the vector was made.
        out.into_iter().map(|element| to_bits(unsafe { element.assume_init() })).collect()
    }

    /// Numbers all over the range, and those at which rounding turns, of which `middle` is one.
    fn assert_same_bits<E: Element<Arithmetic = f32>>(
        middle: impl Fn(u16) -> f32,
        to_bits: fn(E) -> u16,
    ) {
        let Some(rounding) = x86::rounding::<E>() else {
            return;
        };
        let turns = (0..=u16::MAX).step_by(3).flat_map(|bits| {
            let middle = middle(bits);
            [middle.next_down(), middle, middle.next_up()]
        });
        let values = (0..=u32::MAX).step_by(4099).map(f32::from_bits).chain(turns);
        let values: Vec<f32> = values.filter(|value| !value.is_nan()).collect();
        let found = bits(|out| rounding.run(&values, out), values.len(), to_bits);
        let expected = bits(|out| Round(&values).run(out), values.len(), to_bits);
        assert!(found == expected);
    }

    #[test]
    fn instructions_of_the_processor_give_the_bits_of_the_portable_operations() {
        let above = |bits| f16::from_bits(bits).to_f32().to_bits() + 0x1000;
        assert_same_bits::<f16>(|bits| f32::from_bits(above(bits)), f16::to_bits);
        let above = |bits: u16| u32::from(bits) << 16 | 0x8000;
        assert_same_bits::<bf16>(|bits| f32::from_bits(above(bits)), bf16::to_bits);
    }
}
