//! word → element of an array: a quantile function, rounded to the element type.

use super::quantile::Quantile;
use crate::element::{Element, Format, Scalar};
use crate::math::InDoubt;
use crate::stream::Word;
use std::ops::BitOr;

/// A function of words whose values are elements, with the two arms of a [`Quantile`].
pub(crate) trait Sampler<E>: Copy + Send + Sync {
    /// Whether there is a second arm at all.
    const HAS_RARE: bool;
    /// Whether values take multiply-adds.
    const HAS_MUL_ADD: bool;

    /// The words of one element.
    type Word: Word;
    /// The same function with multiply-adds in software.
    type Checked: Copy;
    /// Words of doubt, to be combined by `|`.
    type Doubt: Copy + Default + BitOr<Output = Self::Doubt>;

    /// The value, wherever `is_rare` is false.
    fn common(&self, word: Self::Word) -> E;
    /// Whether the word needs the other arm.
    fn is_rare(&self, word: Self::Word) -> bool;
    /// The value, wherever `is_rare` is true.
    fn rare(&self, word: Self::Word) -> E;

    fn checked(&self) -> Self::Checked;
    /// By multiply-adds in software: `common`, its word of doubt, and `is_rare`.
    fn try_common(&self, checked: &Self::Checked, word: Self::Word) -> (E, Self::Doubt, bool);
    /// Whether a value with one of these words may be wrong.
    fn any(doubt: Self::Doubt) -> bool;
}

/// Where values of an element type are held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hold<A> {
    low: A,
    high: A,
}

impl<A: Scalar> Hold<A> {
    pub(super) const fn new([low, high]: [A; 2]) -> Self {
        Self { low, high }
    }

    /// The value as an element. Rounding never passes a number of the element type, which the bounds
    /// are, so that it can come last.
    #[inline(always)]
    pub(super) fn element<E: Element<Arithmetic = A>>(&self, value: A) -> E {
        if E::Format::IS_ARITHMETIC {
            E::Format::round(value)
        } else {
            E::Format::round(value.clamp_to(self.low, self.high))
        }
    }
}

/// The values of a quantile function as elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RealSampler<A, Q> {
    quantile: Q,
    hold: Hold<A>,
}

impl<A, Q> RealSampler<A, Q> {
    pub(super) const fn new(quantile: Q, hold: Hold<A>) -> Self {
        Self { quantile, hold }
    }
}

impl<E: Element, Q: Quantile<E::Arithmetic>> Sampler<E> for RealSampler<E::Arithmetic, Q> {
    const HAS_RARE: bool = Q::HAS_RARE;
    const HAS_MUL_ADD: bool = Q::HAS_MUL_ADD;

    type Word = <E::Arithmetic as Scalar>::Word;
    type Checked = Q::Checked;
    type Doubt = <<E::Arithmetic as Scalar>::Checked as InDoubt<E::Arithmetic>>::Doubt;

    #[inline(always)]
    fn common(&self, word: Self::Word) -> E {
        self.hold.element(self.quantile.common(word))
    }

    #[inline(always)]
    fn is_rare(&self, word: Self::Word) -> bool {
        self.quantile.is_rare(word)
    }

    #[inline(always)]
    fn rare(&self, word: Self::Word) -> E {
        self.hold.element(self.quantile.rare(word))
    }

    fn checked(&self) -> Q::Checked {
        self.quantile.checked()
    }

    #[inline(always)]
    fn try_common(&self, checked: &Q::Checked, word: Self::Word) -> (E, Self::Doubt, bool) {
        let (value, doubt) = checked.common(word).split();
        (self.hold.element(value), doubt, checked.is_rare(word))
    }

    #[inline(always)]
    fn any(doubt: Self::Doubt) -> bool {
        <E::Arithmetic as Scalar>::Checked::any(doubt)
    }
}
