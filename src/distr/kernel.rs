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
pub(crate) trait Kernel<A: Element>: Copy + Send + Sync {
    /// The value, wherever `is_rare` is false.
    fn common(&self, word: A::Word) -> A;

    /// Whether the word needs the other arm.
    fn is_rare(&self, word: A::Word) -> bool;

    /// The value, wherever `is_rare` is true.
    fn rare(&self, word: A::Word) -> A;

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
    Truncated(TruncatedKernel<A>),
    Far(FarKernel<A>),
}
