//! word → element of an array: a quantile function, rounded to the element type.

use super::circular::Modulus;
use super::quantile::Quantile;
use crate::element::{Element, Format, Scalar};
use crate::math::{InDoubt, Polar, Simd, Vectorized};
use crate::stream::Word;
use std::marker::PhantomData;

/// A function of words whose values are elements, with the two arms of a [`Quantile`].
pub(crate) trait Sampler<E>: Copy + Send + Sync {
    /// Whether there is a second arm at all.
    const HAS_RARE: bool;
    /// Whether values take multiply-adds.
    const HAS_MUL_ADD: bool;
    /// Whether many are to be computed together.
    const WAITS: bool = false;

    /// The words of one element.
    type Word: Word;
    /// The same function with multiply-adds in software.
    type Checked: Copy;

    /// The value, wherever `is_rare` is false.
    fn common(&self, word: Self::Word) -> E;
    /// The common values of many words.
    #[inline(always)]
    fn together<const N: usize>(&self, words: [Self::Word; N]) -> [E; N] {
        words.map(|word| self.common(word))
    }
    /// Whether the word needs the other arm.
    fn is_rare(&self, word: Self::Word) -> bool;
    /// The value, wherever `is_rare` is true.
    fn rare(&self, word: Self::Word) -> E;

    fn checked(&self) -> Self::Checked;
    /// By multiply-adds in software: `common`, and whether it is rare, or may be wrong.
    fn try_common(&self, checked: &Self::Checked, word: Self::Word) -> (E, bool);

    /// The value, whichever arm that takes.
    #[inline(always)]
    fn value(&self, word: Self::Word) -> E {
        if self.is_rare(word) { self.rare(word) } else { self.common(word) }
    }

    /// The value of one word by itself.
    fn sample(&self, word: Self::Word) -> E {
        Simd::best().run(Sample { sampler: self, word, element: PhantomData }, &mut ())
    }
}

struct Sample<'a, E, S: Sampler<E>> {
    sampler: &'a S,
    word: S::Word,
    element: PhantomData<E>,
}

impl<E, S: Sampler<E>> Vectorized for Sample<'_, E, S> {
    type Target = ();
    type Output = E;

    #[inline(always)]
    fn run(self, (): &mut ()) -> E {
        self.sampler.value(self.word)
    }
}

/// The values of a quantile function, rounded to elements. Its bounds are numbers of the element type,
/// which rounding never passes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RealSampler<Q>(pub(super) Q);

impl<E: Element, Q: Quantile<E::Arithmetic>> Sampler<E> for RealSampler<Q> {
    const HAS_RARE: bool = Q::HAS_RARE;
    const HAS_MUL_ADD: bool = Q::HAS_MUL_ADD;
    const WAITS: bool = Q::WAITS;

    type Word = <E::Arithmetic as Scalar>::Word;
    type Checked = Q::Checked;

    #[inline(always)]
    fn common(&self, word: Self::Word) -> E {
        E::Format::round(self.0.common(word))
    }

    #[inline(always)]
    fn together<const N: usize>(&self, words: [Self::Word; N]) -> [E; N] {
        self.0.together(words).map(E::Format::round)
    }

    #[inline(always)]
    fn is_rare(&self, word: Self::Word) -> bool {
        self.0.is_rare(word)
    }

    #[inline(always)]
    fn rare(&self, word: Self::Word) -> E {
        E::Format::round(self.0.rare(word))
    }

    fn checked(&self) -> Q::Checked {
        self.0.checked()
    }

    #[inline(always)]
    fn try_common(&self, checked: &Q::Checked, word: Self::Word) -> (E, bool) {
        let (value, doubt) = checked.common(word).split();
        let is_in_doubt = <E::Arithmetic as Scalar>::Checked::any(doubt);
        (E::Format::round(value), is_in_doubt | checked.is_rare(word))
    }
}

/// A quantile function for each part of an element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartsSampler<Q>(pub(super) Q, pub(super) Q);

impl<Q> PartsSampler<Q> {
    /// The value of a part, whichever arm that takes.
    #[inline(always)]
    fn part<A: Scalar>(quantile: &Q, word: A::Word) -> A
    where
        Q: Quantile<A>,
    {
        if quantile.is_rare(word) { quantile.rare(word) } else { quantile.common(word) }
    }
}

impl<E: Element, Q: Quantile<E::Arithmetic>> Sampler<E> for PartsSampler<Q> {
    const HAS_RARE: bool = Q::HAS_RARE;
    const HAS_MUL_ADD: bool = Q::HAS_MUL_ADD;

    type Word = [<E::Arithmetic as Scalar>::Word; 2];
    type Checked = (Q::Checked, Q::Checked);

    #[inline(always)]
    fn common(&self, [first, second]: Self::Word) -> E {
        E::Format::of_parts(self.0.common(first), self.1.common(second))
    }

    #[inline(always)]
    fn is_rare(&self, [first, second]: Self::Word) -> bool {
        self.0.is_rare(first) | self.1.is_rare(second)
    }

    #[inline(always)]
    fn rare(&self, [first, second]: Self::Word) -> E {
        E::Format::of_parts(Self::part(&self.0, first), Self::part(&self.1, second))
    }

    fn checked(&self) -> Self::Checked {
        (self.0.checked(), self.1.checked())
    }

    #[inline(always)]
    fn try_common(&self, checked: &Self::Checked, [first, second]: Self::Word) -> (E, bool) {
        let (re, doubt) = checked.0.common(first).split();
        let (im, other_doubt) = checked.1.common(second).split();
        let is_in_doubt = <E::Arithmetic as Scalar>::Checked::any(doubt | other_doubt);
        let is_rare = checked.0.is_rare(first) | checked.1.is_rare(second);
        (E::Format::of_parts(re, im), is_in_doubt | is_rare)
    }
}

/// A modulus from the first word, and an angle from the second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PolarSampler<M>(pub(super) M);

impl<E: Element, M: Modulus<E::Arithmetic>> Sampler<E> for PolarSampler<M> {
    const HAS_RARE: bool = false;
    const HAS_MUL_ADD: bool = false;

    type Word = [<E::Arithmetic as Scalar>::Word; 2];
    type Checked = ();

    #[inline(always)]
    fn common(&self, [first, second]: Self::Word) -> E {
        let (_, q) = E::Arithmetic::fold(first);
        let (outer, inner) =
            (q / E::Arithmetic::TWO, (E::Arithmetic::TWO - q) / E::Arithmetic::TWO);
        let modulus = if E::Arithmetic::is_negative(first) {
            self.0.at(outer, inner)
        } else {
            self.0.at(inner, outer)
        };
        // The angle is π + π x for x of the word: both signs are the opposite ones.
        let (x, rest) = E::Arithmetic::fold(second);
        let (cos, sin) = E::Arithmetic::half_turn(x, rest);
        E::Format::of_parts(modulus * -cos, (modulus * -sin).flip(second))
    }

    #[inline(always)]
    fn is_rare(&self, _: Self::Word) -> bool {
        false
    }

    #[inline(always)]
    fn rare(&self, word: Self::Word) -> E {
        self.common(word)
    }

    fn checked(&self) {}

    #[inline(always)]
    fn try_common(&self, (): &(), word: Self::Word) -> (E, bool) {
        (self.common(word), false)
    }
}
