//! word → element: what every law is turned into for one element type.

use crate::element::Scalar;

/// A law's quantile function, with the law's numbers rounded to one element type.
///
/// It has two arms, so that a loop over a block can take the common one for every element and
/// mend the few others afterwards: both vectorise, and no branch depends on a random word.
pub(crate) trait Quantile<A: Scalar>: Copy + Send + Sync {
    /// Whether there is a second arm at all.
    const HAS_RARE: bool = false;
    /// Whether values take multiply-adds.
    const HAS_MUL_ADD: bool = true;
    /// Whether a value is a long chain of operations that wait for each other, so that many are to be
    /// computed [`together`](Self::together).
    const WAITS: bool = false;

    /// The same function with multiply-adds in software.
    type Checked: Quantile<A::Checked>;

    fn checked(&self) -> Self::Checked;

    /// The value, wherever `is_rare` is false.
    fn common(&self, word: A::Word) -> A;

    /// The common values of many words, a stage at a time.
    #[inline(always)]
    fn together<const N: usize>(&self, words: [A::Word; N]) -> [A; N] {
        words.map(|word| self.common(word))
    }

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
}
