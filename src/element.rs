//! The element types, as the arithmetic sees them.

#[cfg(feature = "half")]
pub(crate) mod half;

use crate::error::InitError;
use crate::math::Float;
use bytemuck::Zeroable;
use ndarray::LinalgScalar;
#[cfg(feature = "complex")]
use num_complex::Complex;
use std::fmt::{Debug, Display};
use std::ops::Neg;

/// The numbers of an element type among those of its arithmetic.
///
/// The names are long since every [`Element`](crate::Element) has them: generic code of users should
/// meet none of its own.
pub trait Format: Copy + Debug + Default + PartialEq + Send + Sync + Zeroable + 'static {
    /// The type that values are computed in.
    type Arithmetic: Float + Format<Arithmetic = Self::Arithmetic>;
    /// The type itself, or that of a complex number's parts.
    type Real: Format;

    /// The type's name, for messages.
    const ELEMENT_NAME: &'static str;
    /// The greatest number.
    const GREATEST_VALUE: f64;
    /// The least positive number.
    const LEAST_VALUE: f64;
    /// The arithmetic's numbers are the type's own.
    const IS_ARITHMETIC: bool = false;
    /// The type's numbers have two parts.
    const IS_COMPLEX: bool = false;

    /// The nearest number, ties to even; infinite beyond the greatest one. `value` must not be NaN.
    fn rounded_from(value: Self::Arithmetic) -> Self;
    /// The nearest finite number, by way of the arithmetic.
    fn nearest_to(value: f64) -> Self;
    /// The least number that is not below `value`, but at least −[`GREATEST_VALUE`](Self::GREATEST_VALUE).
    fn least_from(value: f64) -> Self::Arithmetic;

    /// The greatest number that is not above `value`, but at most
    /// [`GREATEST_VALUE`](Self::GREATEST_VALUE).
    fn greatest_to(value: f64) -> Self::Arithmetic {
        -Self::least_from(-value)
    }

    /// The number with these parts; a real one has no imaginary part.
    #[inline(always)]
    fn from_parts(re: Self::Arithmetic, _im: Self::Arithmetic) -> Self {
        Self::rounded_from(re)
    }
}

/// An entry of a matrix: a number that ndarray multiplies matrices of.
pub trait Entry: Format + LinalgScalar + Neg<Output = Self> {
    /// The real and the imaginary part.
    fn parts(self) -> [Self::Arithmetic; 2];
}

/// A law, or a number, that elements of this type cannot hold.
pub(crate) fn unrepresentable<E: Format>(law: &dyn Display, rule: &'static str) -> InitError {
    InitError::Unrepresentable { law: law.to_string(), element: E::ELEMENT_NAME, rule }
}

impl<A: Float> Format for A {
    type Arithmetic = A;
    type Real = A;

    const ELEMENT_NAME: &'static str = A::NAME;
    const GREATEST_VALUE: f64 = A::GREATEST;
    const LEAST_VALUE: f64 = A::LEAST;
    const IS_ARITHMETIC: bool = true;

    #[inline(always)]
    fn rounded_from(value: A) -> A {
        value
    }

    fn nearest_to(value: f64) -> A {
        A::from_f64(value)
    }

    fn least_from(value: f64) -> A {
        A::at_least(value)
    }
}

impl<A: Float> Entry for A {
    #[inline(always)]
    fn parts(self) -> [A; 2] {
        [self, A::zero()]
    }
}

#[cfg(feature = "complex")]
impl<A: Float> Format for Complex<A> {
    type Arithmetic = A;
    type Real = A;

    const ELEMENT_NAME: &'static str = A::COMPLEX_NAME;
    const GREATEST_VALUE: f64 = A::GREATEST;
    const LEAST_VALUE: f64 = A::LEAST;
    const IS_COMPLEX: bool = true;

    fn rounded_from(value: A) -> Self {
        Self::new(value, A::zero())
    }

    fn nearest_to(value: f64) -> Self {
        Self::rounded_from(A::from_f64(value))
    }

    fn least_from(value: f64) -> A {
        A::at_least(value)
    }

    #[inline(always)]
    fn from_parts(re: A, im: A) -> Self {
        Self::new(re, im)
    }
}

#[cfg(feature = "complex")]
impl<A: Float> Entry for Complex<A> {
    #[inline(always)]
    fn parts(self) -> [A; 2] {
        [self.re, self.im]
    }
}
