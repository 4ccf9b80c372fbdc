//! word → element: a law with its numbers rounded to one element type.

use super::normal::NormalKernel;
use super::truncated_normal::{FarKernel, TruncatedKernel};
use super::uniform::UniformKernel;
use crate::element::Element;
use crate::simd;
use pulp::NullaryFnOnce;

/// A law's value function.
///
/// It has two arms, so that a loop over a block can take the common one for every element and
/// mend the few others afterwards: both vectorise, and no branch depends on a random word.
pub trait Kernel<A: Element>: Copy + Send + Sync {
    /// Whether there is a second arm at all.
    const HAS_RARE: bool = false;

    /// The value, wherever `is_rare` is false.
    fn common(&self, word: A::Word) -> A;

    /// Whether the word needs the other arm.
    #[inline(always)]
    fn is_rare(&self, _word: A::Word) -> bool {
        false
    }

    /// The value, wherever `is_rare` is true.
    #[inline(always)]
    fn rare(&self, word: A::Word) -> A {
        self.common(word)
    }

    /// The value.
    fn sample(&self, word: A::Word) -> A {
        simd::dispatch(Sample { kernel: self, word })
    }
}

struct Sample<'a, A: Element, K> {
    kernel: &'a K,
    word: A::Word,
}

impl<A: Element, K: Kernel<A>> NullaryFnOnce for Sample<'_, A, K> {
    type Output = A;

    #[inline(always)]
    fn call(self) -> A {
        if self.kernel.is_rare(self.word) {
            self.kernel.rare(self.word)
        } else {
            self.kernel.common(self.word)
        }
    }
}

/// The kernel of any law.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AnyKernel<A> {
    Uniform(UniformKernel<A>),
    Normal(NormalKernel<A>),
    Central(TruncatedKernel<A, true>),
    Truncated(TruncatedKernel<A, false>),
    Far(FarKernel<A>),
}

impl<A: Element> AnyKernel<A> {
    /// The value.
    pub(super) fn sample(&self, word: A::Word) -> A {
        match self {
            Self::Uniform(kernel) => kernel.sample(word),
            Self::Normal(kernel) => kernel.sample(word),
            Self::Central(kernel) => kernel.sample(word),
            Self::Truncated(kernel) => kernel.sample(word),
            Self::Far(kernel) => kernel.sample(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Law, Normal, TruncatedNormal, Uniform};

    /// The values of 2¹⁶ neighbouring words.
    struct Sweep<'a, K> {
        kernel: &'a K,
        first: i32,
        values: &'a mut [f32],
    }

    impl<K: Kernel<f32>> NullaryFnOnce for Sweep<'_, K> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let mut any = false;
            for (word, value) in (self.first..).zip(self.values.iter_mut()) {
                *value = self.kernel.common(word as u32);
                any |= self.kernel.is_rare(word as u32);
            }
            if any {
                for (word, value) in (self.first..).zip(self.values.iter_mut()) {
                    if self.kernel.is_rare(word as u32) {
                        *value = self.kernel.rare(word as u32);
                    }
                }
            }
        }
    }

    /// The largest step down from one word to the next, over all of them, in units in the last
    /// place.
    fn largest_step_down<K: Kernel<f32>>(kernel: &K) -> i32 {
        // Floats as integers in the same order: neighbours differ by one.
        let rank = |x: f32| x.to_bits() as i32 ^ ((x.to_bits() as i32 >> 31) & i32::MAX);
        let mut values = vec![0.0; 1 << 16];
        let mut before = i32::MIN;
        let mut largest = 0;
        for first in (i32::MIN..=i32::MAX).step_by(1 << 16) {
            simd::dispatch(Sweep { kernel, first, values: &mut values });
            largest = largest.max(before.saturating_sub(rank(values[0])));
            for i in 1..1 << 16 {
                largest = largest.max(rank(values[i - 1]).saturating_sub(rank(values[i])));
            }
            assert!(values.iter().all(|value| value.is_finite()));
            before = rank(values[(1 << 16) - 1]);
        }
        largest
    }

    /// The step down that the contract allows.
    #[track_caller]
    fn assert_rise(allowed: i32, laws: impl IntoIterator<Item = Law>) {
        for law in laws {
            let step = match law.kernel() {
                AnyKernel::Uniform(kernel) => largest_step_down(&kernel),
                AnyKernel::Normal(kernel) => largest_step_down(&kernel),
                AnyKernel::Central(kernel) => largest_step_down(&kernel),
                AnyKernel::Truncated(kernel) => largest_step_down(&kernel),
                AnyKernel::Far(kernel) => largest_step_down(&kernel),
            };
            println!("{law}: largest step down {step}");
            assert!(step <= allowed, "{law}: {step}");
        }
    }

    fn truncated(lower: f64, upper: f64) -> Law {
        TruncatedNormal::in_sigmas(0.0, 1.0, lower, upper).unwrap().into()
    }

    #[test]
    #[ignore = "all 2³² words: a minute in release, far more in debug"]
    fn uniform_and_normal_elements_rise_with_their_words() {
        assert_rise(0, [(-1.0, 1.0), (-0.3, 1.1)].map(|(a, b)| Uniform::new(a, b).unwrap().into()));
        assert_rise(2, [(0.0, 1.0), (-0.75, 0.02)].map(|(m, s)| Normal::new(m, s).unwrap().into()));
        assert_rise(2, [truncated(-2.0, 2.0)]);
    }

    #[test]
    #[ignore = "all 2³² words: a minute in release, far more in debug"]
    fn truncated_elements_rise_with_their_words() {
        let bounds = [(-1.0, 2.5), (-3.99, 0.1), (0.0, f64::INFINITY), (1.0, f64::INFINITY)];
        assert_rise(2, bounds.map(|(lower, upper)| truncated(lower, upper)));
    }
}
