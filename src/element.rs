//! The element types, as the arithmetic sees them.

#[cfg(feature = "half")]
mod half;

use crate::math::Float;
use bytemuck::Zeroable;
use ndarray::LinalgScalar;
#[cfg(feature = "complex")]
use num_complex::Complex;
use std::fmt::Debug;
use std::ops::Neg;

/// The numbers of an element type among those of its arithmetic.
///
/// The names are long since every [`Element`](crate::Element) has them: generic code of users should
/// meet none of its own.
pub trait Format: Copy + Debug + Default + PartialEq + Send + Sync + Zeroable + 'static {
    /// The type that values are computed in.
    type Arithmetic: Float + Format<Arithmetic = Self::Arithmetic>;

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

macro_rules! real {
    ($($float:ident)*) => {$(
        impl Format for $float {
            type Arithmetic = Self;

            const ELEMENT_NAME: &'static str = stringify!($float);
            const GREATEST_VALUE: f64 = $float::MAX as f64;
            const LEAST_VALUE: f64 = $float::from_bits(1) as f64;
            const IS_ARITHMETIC: bool = true;

            #[inline(always)]
            fn rounded_from(value: Self) -> Self {
                value
            }

            fn nearest_to(value: f64) -> Self {
                Self::from_f64(value)
            }

            fn least_from(value: f64) -> Self {
                Self::at_least(value)
            }
        }

        impl Entry for $float {
            #[inline(always)]
            fn parts(self) -> [Self; 2] {
                [self, 0.0]
            }
        }
    )*};
}
real!(f32 f64);

#[cfg(feature = "complex")]
macro_rules! complex {
    ($($part:ident $name:literal)*) => {$(
        impl Format for Complex<$part> {
            type Arithmetic = $part;

            const ELEMENT_NAME: &'static str = $name;
            const GREATEST_VALUE: f64 = <$part as Format>::GREATEST_VALUE;
            const LEAST_VALUE: f64 = <$part as Format>::LEAST_VALUE;
            const IS_COMPLEX: bool = true;

            fn rounded_from(value: $part) -> Self {
                value.into()
            }

            fn nearest_to(value: f64) -> Self {
                <$part as Format>::nearest_to(value).into()
            }

            fn least_from(value: f64) -> $part {
                <$part as Format>::least_from(value)
            }

            #[inline(always)]
            fn from_parts(re: $part, im: $part) -> Self {
                Self::new(re, im)
            }
        }

        impl Entry for Complex<$part> {
            #[inline(always)]
            fn parts(self) -> [$part; 2] {
                [self.re, self.im]
            }
        }
    )*};
}
#[cfg(feature = "complex")]
complex!(f32 "Complex<f32>" f64 "Complex<f64>");
