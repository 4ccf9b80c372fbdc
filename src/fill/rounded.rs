//! Elements of half types: values of `f32`, a few blocks at a time, then rounded. In one loop with the
//! values' arithmetic, rounding takes longer than by itself.

use super::draw::Scratch;
use super::memory;
use super::source::{Elements, Source};
use crate::element::{Element, Format};
use crate::laws::Sampler;
use crate::math::{Simd, Vectorized};
use crate::stream::BLOCK;
use std::mem::MaybeUninit;

/// How many values are rounded together: so many that writing them costs little more than in one piece,
/// and so few that they stay in the first cache.
const PIECE: usize = 4 * BLOCK;

/// What elements are rounded from.
pub(super) struct Rounded<'a, S>(pub(super) Source<'a, S>);

impl<E: Element, S: Sampler<E::Arithmetic>> Elements<E> for Rounded<'_, S> {
    type Scratch = Scratch<S::Word>;

    #[inline(always)]
    fn scratch(&self) -> Self::Scratch {
        <Source<'_, S> as Elements<E::Arithmetic>>::scratch(&self.0)
    }

    fn write(&self, scratch: &mut Self::Scratch, first: usize, out: &mut [MaybeUninit<E>]) {
        let mut values = [const { MaybeUninit::<E::Arithmetic>::uninit() }; PIECE];
        let mut place = 0;
        while place < out.len() {
            // No block of the stream is begun twice.
            let len = (PIECE - (first + place) % PIECE).min(out.len() - place);
            let out = &mut out[place..][..len];
            memory::prefetch(out, 0..len);
            self.0.write(scratch, first + place, &mut values[..len]);
            // SAFETY: the source wrote all of them.
            let values = unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), len) };
            round(values, out);
            place += len;
        }
    }
}

fn round<E: Element>(values: &[E::Arithmetic], out: &mut [MaybeUninit<E>]) {
    #[cfg(all(target_arch = "x86_64", feature = "half"))]
    if f16c::rounds_to::<E>() {
        return f16c::round(values, out);
    }
    Simd::best().run(Round(values), out);
}

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

/// By the instruction that x86 processors have for it, with the same bits.
#[cfg(all(target_arch = "x86_64", feature = "half"))]
mod f16c {
    use crate::element::{Element, Format};
    use crate::math::Simd;
    use std::arch::x86_64::{
        _MM_FROUND_TO_NEAREST_INT as NEAREST, _mm_cvtps_ph, _mm_extract_epi16, _mm_set_ss,
        _mm256_cvtps_ph,
    };
    use std::mem::MaybeUninit;

    const LANES: usize = 8;
    /// As many as are rounded in one turn of the loop.
    const TURN: usize = 8 * LANES;

    /// Whether that is how elements of this type are rounded here.
    pub(super) fn rounds_to<E: Element>() -> bool {
        E::Format::IS_BINARY16
            && !Simd::best().is_portable()
            && is_x86_feature_detected!("avx")
            && is_x86_feature_detected!("f16c")
    }

    /// For `f16`, where the instruction is available.
    pub(super) fn round<E: Element>(values: &[E::Arithmetic], out: &mut [MaybeUninit<E>]) {
        assert!(rounds_to::<E>() && values.len() == out.len());
        assert!(size_of::<E::Arithmetic>() == 4 && size_of::<E>() == 2);
        // SAFETY: both are the same types by other names: `f32`, and the 16 bits of `f16`.
        let (values, out) = unsafe {
            let values = std::slice::from_raw_parts(values.as_ptr().cast(), values.len());
            (values, std::slice::from_raw_parts_mut(out.as_mut_ptr().cast(), out.len()))
        };
        // SAFETY: the features are there.
        unsafe { round_all(values, out) };
    }

    #[target_feature(enable = "avx,f16c")]
    fn round_all(values: &[f32], out: &mut [MaybeUninit<u16>]) {
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
}

#[cfg(all(test, target_arch = "x86_64", feature = "half"))]
mod tests {
    use super::*;
    use half::f16;

    fn bits(write: impl FnOnce(&mut [MaybeUninit<f16>]), len: usize) -> Vec<u16> {
        let mut out = vec![MaybeUninit::new(f16::NAN); len];
        write(&mut out);
        // SAFETY: all of them are numbers since the vector was made.
        out.into_iter().map(|element| unsafe { element.assume_init() }.to_bits()).collect()
    }

    #[test]
    fn the_instruction_gives_the_bits_of_the_portable_operations() {
        if !f16c::rounds_to::<f16>() {
            return;
        }
        // Numbers all over the range, and those at which rounding turns.
        let turns = (0..=u16::MAX).step_by(3).flat_map(|bits| {
            let middle = f32::from_bits(f16::from_bits(bits).to_f32().to_bits() + 0x1000);
            [middle.next_down(), middle, middle.next_up()]
        });
        let values = (0..=u32::MAX).step_by(4099).map(f32::from_bits).chain(turns);
        let values: Vec<f32> = values.filter(|value| !value.is_nan()).collect();
        let found = bits(|out| f16c::round(&values, out), values.len());
        let expected = bits(|out| Round(&values).run(out), values.len());
        assert!(found == expected);
    }
}
