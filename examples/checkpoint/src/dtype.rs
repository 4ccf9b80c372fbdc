//! The element types of tensors.

use ndarray_init::half::{bf16, f16};
use ndarray_init::{AnyInitializer, Element, InitError, Initializer, Key, Values};
use num_traits::{AsPrimitive, ToBytes};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The type of a tensor's elements, by its name in .safetensors files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[allow(clippy::upper_case_acronyms)]
pub(crate) enum Dtype {
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    I16,
    I8,
    U8,
    BOOL,
}

/// Runs an expression with a name for the Rust type of a dtype's elements.
macro_rules! with_type {
    ($dtype:expr, $name:ident => $run:expr) => {
        with_type!($dtype, $name => $run, F64 f64, F32 f32, F16 f16, BF16 bf16, I64 i64, I32 i32, I16 i16,
            I8 i8, U8 u8, BOOL u8)
    };
    ($dtype:expr, $name:ident => $run:expr, $($variant:ident $type:ty),*) => {
        match $dtype {
            $(Dtype::$variant => {
                type $name = $type;
                $run
            })*
        }
    };
}

impl Dtype {
    /// In bytes.
    pub(crate) const fn size(self) -> usize {
        with_type!(self, T => size_of::<T>())
    }

    /// Checks that elements can be these numbers. Integer types have the integers of their range that
    /// an `f64` counts exactly.
    pub(crate) fn check_numbers(self, numbers: &[f64]) -> Result<(), String> {
        let (least, greatest) = match self {
            Self::F64 | Self::F32 | Self::F16 | Self::BF16 => return Ok(()),
            Self::I64 => (-(2.0_f64.powi(53)), 2.0_f64.powi(53)),
            Self::I32 => (i32::MIN.into(), i32::MAX.into()),
            Self::I16 => (i16::MIN.into(), i16::MAX.into()),
            Self::I8 => (i8::MIN.into(), i8::MAX.into()),
            Self::U8 => (0.0, 255.0),
            Self::BOOL => (0.0, 1.0),
        };
        let is_wrong = |&x: &f64| x.fract() != 0.0 || !(least..=greatest).contains(&x);
        match numbers.iter().copied().find(is_wrong) {
            None => Ok(()),
            Some(x) => Err(format!("{x}, but {self} has integers from {least} to {greatest}")),
        }
    }

    /// Checks that the initializer has values of this type for the shape.
    pub(crate) fn check(self, rule: &AnyInitializer, shape: &[usize]) -> Result<(), String> {
        fn check<A: Element>(rule: &AnyInitializer, shape: &[usize]) -> Result<(), InitError> {
            // The shape suits, and the type holds the values, for every key or for none.
            let _: Values<A> = rule.values(shape, Key::new(0))?;
            Ok(())
        }
        let checked = match self {
            Self::F32 => check::<f32>(rule, shape),
            Self::F16 => check::<f16>(rule, shape),
            Self::BF16 => check::<bf16>(rule, shape),
            _ => check::<f64>(rule, shape),
        };
        checked.map_err(|error| error.to_string())?;
        match rule {
            _ if matches!(self, Self::F64 | Self::F32 | Self::F16 | Self::BF16) => Ok(()),
            AnyInitializer::Zeros | AnyInitializer::Ones => Ok(()),
            AnyInitializer::Constant(value) => self.check_numbers(&[*value]),
            AnyInitializer::Array(array) => {
                array.iter().try_for_each(|&value| self.check_numbers(&[value]))
            }
            _ => Err(format!("{self} takes zeros, ones, constants, a range or data alone")),
        }
    }

    /// Numbers as elements, little-endian.
    pub(crate) fn encode(self, numbers: &[f64]) -> Vec<u8> {
        with_type!(self, T => {
            let elements: Vec<T> = numbers.iter().map(|number| number.as_()).collect();
            bytes_of(&elements)
        })
    }

    /// Elements, little-endian, as numbers.
    pub(crate) fn decode(self, bytes: &[u8]) -> Vec<f64> {
        with_type!(self, T => bytes.as_chunks().0.iter().map(|&x| T::from_le_bytes(x).as_()).collect())
    }

    /// An element as a number, and its bits.
    pub(crate) fn show(self, element: &[u8]) -> String {
        let number = with_type!(self, T => T::from_le_bytes(element.as_chunks().0[0]).to_string());
        let bits = element.iter().rev().fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
        format!("{number} (0x{bits:0width$x})", width = 2 * self.size())
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Elements, little-endian.
pub(crate) fn bytes_of<A: ToBytes>(elements: &[A]) -> Vec<u8> {
    let mut bytes = vec![0; size_of_val(elements)];
    for (place, element) in bytes.chunks_exact_mut(size_of::<A>()).zip(elements) {
        place.copy_from_slice(element.to_le_bytes().as_ref());
    }
    bytes
}
