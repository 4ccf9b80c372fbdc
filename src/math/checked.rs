//! Numbers whose multiply-adds are made of other operations, and that know whether one of these may
//! be rounded wrongly: for targets where each `mul_add` would be a call of a library.

use super::multiply_add::{DOUBT_F32, DOUBT_F64, mul_add_f32, try_mul_add_f32, try_mul_add_f64};
use std::ops::{Add, BitOr, Div, Mul, Neg, Sub};

/// Whether `mul_add` is a call of a library here, unless code is compiled for other instruction sets.
/// Without SSE2, which 32-bit x86 may lack, operations would be rounded twice.
pub(crate) const IN_SOFTWARE: bool = cfg!(any(
    target_family = "wasm",
    all(
        any(target_arch = "x86", target_arch = "x86_64"),
        target_feature = "sse2",
        not(target_feature = "fma")
    )
));

/// What polynomials ask of numbers.
pub trait MulAdd: Copy + Add<Output = Self> + Mul<Output = Self> + Div<Output = Self> {
    /// The type of coefficients.
    type Coefficient: Copy;

    fn of(coefficient: Self::Coefficient) -> Self;

    /// self · factor + summand, rounded once.
    fn mul_add(self, factor: Self, summand: Self) -> Self;

    /// The same for a law's scale and mean, where results of few digits are common.
    fn scale_add(self, factor: Self, summand: Self) -> Self {
        self.mul_add(factor, summand)
    }
}

macro_rules! fused {
    ($($float:ident)*) => {$(
        impl MulAdd for $float {
            type Coefficient = Self;

            #[inline(always)]
            fn of(coefficient: Self) -> Self {
                coefficient
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, summand: Self) -> Self {
                $float::mul_add(self, factor, summand)
            }
        }
    )*};
}
fused!(f32 f64);

/// A number, and a word whose one bit says whether it may be wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checked<F, D> {
    value: F,
    doubt: D,
}

/// What a loop asks of checked numbers, after their arithmetic.
pub trait InDoubt<F> {
    /// Words of doubt, to be combined by `|`.
    type Doubt: Copy + Default + BitOr<Output = Self::Doubt>;

    /// A number that is certain.
    fn certain(value: F) -> Self;
    /// The number, and its word.
    fn split(self) -> (F, Self::Doubt);
    /// Whether a number with one of these words may be wrong.
    fn any(doubt: Self::Doubt) -> bool;
}

impl<F: PartialEq, D> PartialEq for Checked<F, D> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<F: PartialOrd, D> PartialOrd for Checked<F, D> {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }

    #[inline(always)]
    fn lt(&self, other: &Self) -> bool {
        self.value < other.value
    }

    #[inline(always)]
    fn gt(&self, other: &Self) -> bool {
        self.value > other.value
    }
}

macro_rules! operators {
    ($($operator:ident $method:ident)*) => {$(
        impl<F: $operator<Output = F>, D: BitOr<Output = D>> $operator for Checked<F, D> {
            type Output = Self;

            #[inline(always)]
            #[expect(clippy::suspicious_arithmetic_impl, reason = "doubts add up by |")]
            fn $method(self, other: Self) -> Self {
                Self {
                    value: self.value.$method(other.value),
                    doubt: self.doubt | other.doubt,
                }
            }
        }
    )*};
}
operators!(Add add Sub sub Mul mul Div div);

impl<F: Neg<Output = F>, D> Neg for Checked<F, D> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self { value: -self.value, doubt: self.doubt }
    }
}

macro_rules! checked {
    ($float:ident, $word:ident, $try:ident, $bit:ident) => {
        impl InDoubt<$float> for Checked<$float, $word> {
            type Doubt = $word;

            #[inline(always)]
            fn certain(value: $float) -> Self {
                Self::constant(value)
            }

            #[inline(always)]
            fn split(self) -> ($float, $word) {
                (self.value, self.doubt)
            }

            #[inline(always)]
            fn any(doubt: $word) -> bool {
                doubt & $bit != 0
            }
        }

        /// Checked once more, a number is what it was.
        impl InDoubt<Self> for Checked<$float, $word> {
            type Doubt = $word;

            fn certain(value: Self) -> Self {
                value
            }

            fn split(self) -> (Self, $word) {
                (self, self.doubt)
            }

            fn any(doubt: $word) -> bool {
                doubt & $bit != 0
            }
        }

        impl Checked<$float, $word> {
            /// The number's image under an operation that does not round.
            #[inline(always)]
            pub(crate) fn map(self, f: impl FnOnce($float) -> $float) -> Self {
                Self { value: f(self.value), doubt: self.doubt }
            }

            /// The number itself.
            #[inline(always)]
            pub(crate) const fn number(self) -> $float {
                self.value
            }

            /// A number that is certain.
            pub(crate) const fn constant(value: $float) -> Self {
                Self { value, doubt: 0 }
            }

            #[inline(always)]
            fn fused(self, factor: Self, summand: Self) -> Self {
                let (value, doubt) = $try(self.value, factor.value, summand.value);
                Self { value, doubt: doubt | self.doubt | factor.doubt | summand.doubt }
            }
        }
    };
}
checked!(f32, u32, try_mul_add_f32, DOUBT_F32);
checked!(f64, u64, try_mul_add_f64, DOUBT_F64);

impl MulAdd for Checked<f32, u32> {
    type Coefficient = f32;

    #[inline(always)]
    fn of(coefficient: f32) -> Self {
        Self::constant(coefficient)
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, summand: Self) -> Self {
        self.fused(factor, summand)
    }

    #[inline(always)]
    fn scale_add(self, factor: Self, summand: Self) -> Self {
        let value = mul_add_f32(self.value, factor.value, summand.value);
        Self { value, doubt: self.doubt | factor.doubt | summand.doubt }
    }
}

impl MulAdd for Checked<f64, u64> {
    type Coefficient = f64;

    #[inline(always)]
    fn of(coefficient: f64) -> Self {
        Self::constant(coefficient)
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, summand: Self) -> Self {
        self.fused(factor, summand)
    }
}
