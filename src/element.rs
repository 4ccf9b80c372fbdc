//! The element types, and what the arithmetic of this crate asks of them. Knows no law and no array.

#[cfg(feature = "complex")]
mod complex;
#[cfg(feature = "half")]
mod narrow;

use crate::math::{Centre, Checked, InDoubt, MulAdd, Polar};
use crate::stream::Word;
use ndarray::LinalgScalar;
use std::fmt::Debug;
use std::ops::{Neg, Sub};

/// A type that arrays can be filled with: `f32` or `f64`, with the feature `half` also `f16` or `bf16`,
/// and with the feature `complex` also `Complex<f32>` or `Complex<f64>`.
///
/// Values of `f16` and `bf16` are computed in `f32` and rounded once, to nearest, ties to even: an
/// array of `bf16` is the `f32` array of the same key, rounded, and held inside the law's bounds.
///
/// A complex element takes two random words. A real law stands for the circular one, which is the same
/// in all directions, with the same mean and variance; [`ComplexNormal`](crate::ComplexNormal) and its
/// like are these laws on their own.
///
/// Sealed: the stream contract fixes each element type's bits, down to how a value is rounded, and a
/// type of another crate would have to be held to it without ever being tested here. For a type of
/// your own, such as a wrapper or a fixed-point number, fill an array of one of these and convert it
/// by ndarray's `mapv`.
///
/// The bound brings no operation into generic code; arithmetic comes from whatever trait that code
/// uses for it:
///
/// ```
/// use ndarray_init::ndarray::{Array2, LinalgScalar};
/// use ndarray_init::{Element, InitError, InitExt, Key, VarianceScaling};
///
/// /// x W for a layer with new weights.
/// fn layer<A: Element + LinalgScalar>(x: &Array2<A>, outputs: usize) -> Result<Array2<A>, InitError> {
///     let he = VarianceScaling::he_normal();
///     let w = Array2::<A>::init((x.ncols(), outputs), &he, Key::new(1).fork("layer"))?;
///     Ok(x.dot(&w))
/// }
///
/// let y = layer(&Array2::<f64>::ones((3, 784)), 10)?;
/// assert_eq!(y.dim(), (3, 10));
/// # Ok::<(), InitError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "arrays of `{Self}` have no initial weights here",
    label = "the element types are `f32` and `f64`, `f16` and `bf16` with the feature `half`, \
             `Complex<f32>` and `Complex<f64>` with the feature `complex`"
)]
pub trait Element: Copy + Debug + Default + PartialEq + Send + Sync + 'static {
    /// The type that values are computed in, with the operations that only this crate sees.
    #[doc(hidden)]
    type Arithmetic: Element<Arithmetic = Self::Arithmetic> + Scalar + Polar;
    /// The same type, with what only this crate asks of it.
    #[doc(hidden)]
    type Format: Format<Self>;
    /// What matrices are computed in.
    #[doc(hidden)]
    type Entry: Entry<Arithmetic = Self::Arithmetic>;
}

/// Hands the list of all element types to a macro: a function's name for each, the type, what it is
/// computed in, and what matrices of it are.
macro_rules! for_each_element {
    ($with:ident) => {
        $with! {
            in_f32: f32, f32, f32;
            in_f64: f64, f64, f64;
            #[cfg(feature = "half")]
            in_f16: half::f16, f32, f32;
            #[cfg(feature = "half")]
            in_bf16: half::bf16, f32, f32;
            #[cfg(feature = "complex")]
            in_complex_f32: num_complex::Complex<f32>, f32, num_complex::Complex<f32>;
            #[cfg(feature = "complex")]
            in_complex_f64: num_complex::Complex<f64>, f64, num_complex::Complex<f64>;
        }
    };
}
pub(crate) use for_each_element;

macro_rules! element {
    ($($(#[$cfg:meta])? $_name:ident: $element:ty, $arithmetic:ty, $entry:ty;)*) => {$(
        $(#[$cfg])?
        impl Element for $element {
            type Arithmetic = $arithmetic;
            type Format = $element;
            type Entry = $entry;
        }
    )*};
}
for_each_element!(element);

/// Work that is another one for real and for complex element types.
pub trait ByKind {
    type Output;

    fn real(self) -> Self::Output;
    fn complex(self) -> Self::Output;
    /// For real types that are not their own arithmetic.
    #[inline]
    fn rounded(self) -> Self::Output
    where
        Self: Sized,
    {
        self.real()
    }
}

/// How the numbers of an element type lie among those of its arithmetic.
pub trait Format<E: Element> {
    /// The type's name, for messages.
    const NAME: &'static str;
    /// The greatest number.
    const GREATEST: f64;
    /// The least positive number.
    const LEAST: f64;
    /// Whether the arithmetic's numbers are the type's own.
    const IS_ARITHMETIC: bool;
    /// Whether the type's numbers have two parts.
    const IS_COMPLEX: bool = false;

    /// The nearest number, the even one of two. It is infinite beyond the greatest one.
    fn round(value: E::Arithmetic) -> E;
    /// The number with these parts; a real one has no imaginary part.
    #[inline(always)]
    fn of_parts(re: E::Arithmetic, _im: E::Arithmetic) -> E {
        Self::round(re)
    }
    /// The nearest finite number, by way of the arithmetic.
    fn nearest(value: f64) -> E;
    /// The least number that is not below `value`, but at least −[`GREATEST`](Self::GREATEST).
    fn round_up(value: f64) -> E::Arithmetic;

    /// The greatest number that is not above `value`, but at most [`GREATEST`](Self::GREATEST).
    fn round_down(value: f64) -> E::Arithmetic {
        -Self::round_up(-value)
    }

    /// Does the work for the kind of this type.
    #[inline]
    fn by_kind<K: ByKind>(work: K) -> K::Output {
        work.real()
    }
}

macro_rules! own_format {
    ($($float:ident)*) => {$(
        impl Format<Self> for $float {
            const NAME: &'static str = stringify!($float);
            const GREATEST: f64 = $float::MAX as f64;
            const LEAST: f64 = $float::from_bits(1) as f64;
            const IS_ARITHMETIC: bool = true;

            #[inline(always)]
            fn round(value: Self) -> Self {
                value
            }

            fn nearest(value: f64) -> Self {
                Self::from_f64(value)
            }

            fn round_up(value: f64) -> Self {
                Self::at_least(value)
            }
        }
    )*};
}
own_format!(f32 f64);

/// An entry of a matrix: a number that ndarray multiplies matrices of.
pub trait Entry: Element + LinalgScalar + Neg<Output = Self> {
    /// The real and the imaginary part.
    fn parts(self) -> [Self::Arithmetic; 2];
}

macro_rules! real_entry {
    ($($float:ident)*) => {$(
        impl Entry for $float {
            #[inline(always)]
            fn parts(self) -> [Self; 2] {
                [self, 0.0]
            }
        }
    )*};
}
real_entry!(f32 f64);

/// The operations behind [`Element`]; every one of them is exact or rounded once, on any machine.
pub trait Scalar:
    Centre
    + MulAdd
    + Debug
    + Default
    + PartialOrd
    + Sub<Output = Self>
    + Neg<Output = Self>
    + Send
    + Sync
    + 'static
{
    /// The same numbers with multiply-adds in software.
    type Checked: Scalar<Word = Self::Word> + InDoubt<Self>;
    /// The random word behind one element, read as a signed integer.
    type Word: Word;

    const ZERO: Self;
    const ONE: Self;
    const TWO: Self;
    const MAX: Self;
    /// The least positive number with all its digits.
    const LEAST_NORMAL: Self;
    /// 2^(1−B) for words of B bits.
    const UNIT: Self;

    /// The word as a signed integer, rounded.
    fn signed(word: Self::Word) -> Self;
    /// (|x|, 1 − |x|) for x = (w + ½) · 2^(1−B), w the signed word: each rounded by itself, so
    /// that the second is as accurate as the first, and the same for w and −1 − w.
    fn fold(word: Self::Word) -> (Self, Self);
    /// Whether the signed word is negative.
    fn is_negative(word: Self::Word) -> bool;
    /// The value with its sign changed where the signed word is negative.
    fn flip(self, word: Self::Word) -> Self;

    /// The nearest finite value of this type.
    fn from_f64(value: f64) -> Self;
    /// The least value of this type that is not below `value`, but at least −MAX.
    fn at_least(value: f64) -> Self;
    fn into_f64(self) -> f64;

    /// The greatest value of this type that is not above `value`, but at most MAX.
    fn at_most(value: f64) -> Self {
        -Self::at_least(-value)
    }

    fn clamp_to(self, low: Self, high: Self) -> Self {
        let raised = if self < low { low } else { self };
        if raised > high { high } else { raised }
    }
}

macro_rules! scalar {
    ($float:ident, $word:ident, $signed:ident) => {
        type Checked = Checked<$float, $word>;
        type Word = $word;

        const ZERO: Self = 0.0;
        const ONE: Self = 1.0;
        const TWO: Self = 2.0;
        const MAX: Self = $float::MAX;
        const LEAST_NORMAL: Self = $float::MIN_POSITIVE;
        const UNIT: Self = 1.0 / (1_u64 << ($word::BITS - 1)) as $float;

        #[inline(always)]
        fn is_negative(word: $word) -> bool {
            (word as $signed) < 0
        }

        #[inline(always)]
        fn flip(self, word: $word) -> Self {
            $float::from_bits(self.to_bits() ^ (word & (1 << ($word::BITS - 1))))
        }

        #[inline(always)]
        fn from_f64(value: f64) -> Self {
            (value as $float).clamp_to($float::MIN, $float::MAX)
        }

        fn at_least(value: f64) -> Self {
            let nearest = value as $float;
            let up = if nearest.into_f64() < value { nearest.next_up() } else { nearest };
            up.max($float::MIN)
        }

        #[inline(always)]
        fn into_f64(self) -> f64 {
            self.into()
        }
    };
}

impl Scalar for f32 {
    scalar!(f32, u32, i32);

    #[inline(always)]
    fn signed(word: u32) -> f32 {
        word as i32 as f32
    }

    #[inline(always)]
    fn fold(word: u32) -> (f32, f32) {
        Self::fold_with(word, f32::mul_add)
    }
}

impl Scalar for f64 {
    scalar!(f64, u64, i64);

    // By halves, which every vector unit converts, and with one rounding.
    #[inline(always)]
    fn signed(word: u64) -> f64 {
        f64::from((word >> 32) as i32) * TWO_32 + f64::from(word as u32)
    }

    #[inline(always)]
    fn fold(word: u64) -> (f64, f64) {
        Self::fold_with(word, f64::mul_add)
    }
}

/// Everything but multiply-adds is the number's own. A word's fraction needs none: its product is
/// exact, so that a product and a sum have the same bits.
macro_rules! checked {
    ($float:ident, $word:ident) => {
        impl Scalar for Checked<$float, $word> {
            type Checked = Self;
            type Word = $word;

            const ZERO: Self = Self::constant(0.0);
            const ONE: Self = Self::constant(1.0);
            const TWO: Self = Self::constant(2.0);
            const MAX: Self = Self::constant($float::MAX);
            const LEAST_NORMAL: Self = Self::constant($float::MIN_POSITIVE);
            const UNIT: Self = Self::constant($float::UNIT);

            #[inline(always)]
            fn signed(word: $word) -> Self {
                Self::constant($float::signed(word))
            }

            #[inline(always)]
            fn fold(word: $word) -> (Self, Self) {
                let (x, q) =
                    $float::fold_with(word, |factor, unit, summand| factor * unit + summand);
                (Self::constant(x), Self::constant(q))
            }

            #[inline(always)]
            fn is_negative(word: $word) -> bool {
                <$float as Scalar>::is_negative(word)
            }

            #[inline(always)]
            fn flip(self, word: $word) -> Self {
                self.map(|value| value.flip(word))
            }

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                Self::constant($float::from_f64(value))
            }

            fn at_least(value: f64) -> Self {
                Self::constant($float::at_least(value))
            }

            #[inline(always)]
            fn into_f64(self) -> f64 {
                self.number().into()
            }
        }
    };
}
checked!(f32, u32);
checked!(f64, u64);

/// [`Scalar::fold`], by any multiply-add: its products are exact.
trait FoldWith: Scalar {
    fn fold_with(word: Self::Word, mul_add: impl Fn(Self, Self, Self) -> Self) -> (Self, Self);
}

impl FoldWith for f32 {
    #[inline(always)]
    fn fold_with(word: u32, mul_add: impl Fn(f32, f32, f32) -> f32) -> (f32, f32) {
        let word = word as i32;
        let magnitude = word ^ (word >> 31);
        let fraction = |n: i32| mul_add(n as f32, Self::UNIT, Self::UNIT / 2.0);
        (fraction(magnitude), fraction(magnitude ^ i32::MAX))
    }
}

impl FoldWith for f64 {
    /// By halves: (w + ½) · 2⁻⁶³ is high · 2⁻³¹ + below, and the other number is (2³¹ − 1 − high) · 2⁻³¹
    /// and what below lacks to 2⁻³¹. All of these are exact, but for the two sums.
    #[inline(always)]
    fn fold_with(word: u64, mul_add: impl Fn(f64, f64, f64) -> f64) -> (f64, f64) {
        /// 2⁻³¹.
        const STEP: f64 = f64::UNIT * TWO_32;
        /// The exponent of 2⁻¹¹, whose last bit is worth 2⁻⁶³.
        const EXPONENT: u64 = (1023 - 11) << 52;
        let (high, low) = ((word >> 32) as i32, word as u32);
        let sign = high >> 31;
        let (high, low) = (f64::from(high ^ sign), low ^ sign as u32);
        let below = f64::from_bits(EXPONENT | u64::from(low))
            - (f64::from_bits(EXPONENT) - f64::UNIT / 2.0);
        let rest = f64::from(i32::MAX) - high;
        (mul_add(high, STEP, below), mul_add(rest, STEP, STEP - below))
    }
}

/// 2³².
const TWO_32: f64 = 4_294_967_296.0;
