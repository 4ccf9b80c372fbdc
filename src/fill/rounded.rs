//! Elements of half types: values of `f32`, a block at a time, then held inside the law's bounds and
//! rounded. In one loop with the values' arithmetic, rounding takes longer than by itself.

use super::draw::Scratch;
use super::memory;
use super::source::{Elements, Source};
use crate::element::Element;
use crate::laws::{Hold, Sampler};
use crate::math::{Simd, Vectorized};
use crate::stream::BLOCK;
use std::mem::MaybeUninit;

/// What elements are rounded from, and where they are held.
pub(super) struct Rounded<'a, T, S> {
    pub(super) source: Source<'a, S>,
    pub(super) hold: Hold<T>,
}

impl<E: Element, S: Sampler<E::Arithmetic>> Elements<E> for Rounded<'_, E::Arithmetic, S> {
    type Scratch = Scratch<S::Word>;

    #[inline(always)]
    fn scratch(&self) -> Self::Scratch {
        self.source.scratch()
    }

    fn write(&self, scratch: &mut Self::Scratch, first: usize, out: &mut [MaybeUninit<E>]) {
        let mut values = [const { MaybeUninit::<E::Arithmetic>::uninit() }; BLOCK];
        let mut place = 0;
        while place < out.len() {
            // No block is begun twice.
            let len = (BLOCK - (first + place) % BLOCK).min(out.len() - place);
            let out = &mut out[place..][..len];
            memory::prefetch(out, 0..len);
            self.source.write(scratch, first + place, &mut values[..len]);
            // SAFETY: the source wrote all of them.
            let values = unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), len) };
            round(values, self.hold, out);
            place += len;
        }
    }
}

fn round<E: Element>(
    values: &[E::Arithmetic],
    hold: Hold<E::Arithmetic>,
    out: &mut [MaybeUninit<E>],
) {
    #[cfg(all(target_arch = "x86_64", feature = "half"))]
    if f16c::rounds_to::<E>() {
        return f16c::round(values, hold, out);
    }
    Simd::best().run(Round { values, hold }, out);
}

struct Round<'a, E: Element> {
    values: &'a [E::Arithmetic],
    hold: Hold<E::Arithmetic>,
}

impl<E: Element> Vectorized for Round<'_, E> {
    type Target = [MaybeUninit<E>];
    type Output = ();

    #[inline(always)]
    fn run(self, out: &mut [MaybeUninit<E>]) {
        for (out, &value) in out.iter_mut().zip(self.values) {
            out.write(self.hold.element(value));
        }
    }
}

/// By the instruction that x86 processors have for it, with the same bits.
#[cfg(all(target_arch = "x86_64", feature = "half"))]
mod f16c {
    use crate::element::{Element, Format, Scalar};
    use crate::laws::Hold;
    use crate::math::Simd;
    use std::arch::x86_64::{
        _MM_FROUND_TO_NEAREST_INT, _mm256_cvtps_ph, _mm256_loadu_ps, _mm256_max_ps, _mm256_min_ps,
        _mm256_set1_ps,
    };
    use std::mem::MaybeUninit;

    const LANES: usize = 8;

    /// Whether that is how elements of this type are rounded here.
    pub(super) fn rounds_to<E: Element>() -> bool {
        E::Format::IS_BINARY16
            && !Simd::best().is_portable()
            && is_x86_feature_detected!("avx")
            && is_x86_feature_detected!("f16c")
    }

    /// For `f16`, where the instruction is available.
    pub(super) fn round<E: Element>(
        values: &[E::Arithmetic],
        hold: Hold<E::Arithmetic>,
        out: &mut [MaybeUninit<E>],
    ) {
        assert!(rounds_to::<E>() && values.len() == out.len());
        assert!(size_of::<E::Arithmetic>() == 4 && size_of::<E>() == 2);
        let bounds = hold.bounds().map(|bound| bound.into_f64() as f32);
        let whole = values.len() / LANES * LANES;
        // SAFETY: the features are there. So many values, which are `f32`, are read, and as many
        // elements, which are the 16 bits of `f16`, are written.
        unsafe {
            round_whole(
                values[..whole].as_ptr().cast(),
                bounds,
                out[..whole].as_mut_ptr().cast(),
                whole,
            );
        }
        for (out, &value) in out[whole..].iter_mut().zip(&values[whole..]) {
            out.write(hold.element(value));
        }
    }

    /// # Safety
    /// So many numbers must be readable and writable there, and a multiple of [`LANES`].
    #[target_feature(enable = "avx,f16c")]
    unsafe fn round_whole(values: *const f32, [low, high]: [f32; 2], out: *mut u16, count: usize) {
        let (low, high) = (_mm256_set1_ps(low), _mm256_set1_ps(high));
        for i in (0..count).step_by(LANES) {
            // SAFETY: by the contract, eight more are there.
            let value = unsafe { _mm256_loadu_ps(values.add(i)) };
            let held = _mm256_min_ps(high, _mm256_max_ps(low, value));
            let rounded = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(held);
            // SAFETY: the same.
            unsafe { out.add(i).cast::<[u16; LANES]>().write(bytemuck::cast(rounded)) };
        }
    }
}

#[cfg(all(test, target_arch = "x86_64", feature = "half"))]
mod tests {
    use super::*;
    use crate::laws::{Law, Normal, Uniform};
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
        let laws: [Law; 3] = [
            Normal::new(0.0, 1.0).unwrap().into(),
            Uniform::new(-0.05, 0.05).unwrap().into(),
            Uniform::new(0.0, 1e4).unwrap().into(),
        ];
        for law in laws {
            let (_, hold) = law.sampler::<f16>().unrounded();
            let found = bits(|out| f16c::round(&values, hold, out), values.len());
            let expected = bits(|out| Round { values: &values, hold }.run(out), values.len());
            assert!(found == expected, "{law}");
        }
    }
}
