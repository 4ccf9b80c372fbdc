//! word → element: a law as a function for one element type.

use crate::element::Format;
use crate::math::{Simd, Vectorized};
use std::marker::PhantomData;

/// A law's quantile function: from an element's words to its value. Real elements take the first word.
///
/// A few words lie in the normal quantile's tail. A loop over many words computes `center` for all words, and
/// overwrites the tails afterwards, so that no branch depends on a random word.
pub(crate) trait Quantile<E: Format>: Copy {
    /// True if some words need [`tail`](Self::tail).
    const HAS_TAIL: bool = false;

    /// The value, and `true` if the word lies in the tail, for which the value is wrong.
    fn center<const FUSED: bool>(&self, words: [u64; 2]) -> (E, bool);

    /// The value in the tail.
    #[inline(always)]
    fn tail<const FUSED: bool>(&self, words: [u64; 2]) -> E {
        self.center::<FUSED>(words).0
    }

    /// The value of any word.
    #[inline(always)]
    fn value<const FUSED: bool>(&self, words: [u64; 2]) -> E {
        let (value, is_tail) = self.center::<FUSED>(words);
        if Self::HAS_TAIL && is_tail { self.tail::<FUSED>(words) } else { value }
    }

    /// The value of one element's words, by the best instructions.
    fn sample(&self, words: [u64; 2]) -> E {
        Simd::best().run(Sample { quantile: self, words, element: PhantomData }, &mut ())
    }
}

struct Sample<'a, E, Q> {
    quantile: &'a Q,
    words: [u64; 2],
    element: PhantomData<E>,
}

impl<E: Format, Q: Quantile<E>> Vectorized for Sample<'_, E, Q> {
    type Target = ();
    type Output = E;

    #[inline(always)]
    fn run<const FUSED: bool>(self, (): &mut ()) -> E {
        self.quantile.value::<FUSED>(self.words)
    }
}
