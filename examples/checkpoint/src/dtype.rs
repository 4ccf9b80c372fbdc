//! The element types of tensors.

use ndarray_init::half::{bf16, f16};
use ndarray_init::{AnyInitializer, Element, InitError, Initializer, Key, Values};
use std::fmt;
use std::str::FromStr;

/// The type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Dtype {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
    I16,
    I8,
    U8,
    Bool,
}

/// Each type with its name in .safetensors files and NumPy's for little-endian elements. NumPy has
/// no bfloat16.
const NAMES: [(Dtype, &str, Option<&str>); 10] = [
    (Dtype::F64, "F64", Some("<f8")),
    (Dtype::F32, "F32", Some("<f4")),
    (Dtype::F16, "F16", Some("<f2")),
    (Dtype::Bf16, "BF16", None),
    (Dtype::I64, "I64", Some("<i8")),
    (Dtype::I32, "I32", Some("<i4")),
    (Dtype::I16, "I16", Some("<i2")),
    (Dtype::I8, "I8", Some("|i1")),
    (Dtype::U8, "U8", Some("|u1")),
    (Dtype::Bool, "BOOL", Some("|b1")),
];

/// Runs an expression with a name for the Rust type of a dtype's elements.
macro_rules! with_type {
    ($dtype:expr, $name:ident => $run:expr) => {
        with_type!($dtype, $name => $run, F64 f64, F32 f32, F16 f16, Bf16 bf16, I64 i64, I32 i32, I16 i16,
            I8 i8, U8 u8, Bool u8)
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

    pub(crate) fn name(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// NumPy's name, where NumPy has the type.
    pub(crate) fn numpy(self) -> Option<&'static str> {
        NAMES[self as usize].2
    }

    /// The type of this name of NumPy's.
    pub(crate) fn from_numpy(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, _, numpy)| *numpy == Some(name)).map(|&(dtype, ..)| dtype)
    }

    /// Checks that elements can be these numbers. Integer types have the integers of their range that
    /// an `f64` counts exactly.
    pub(crate) fn check_numbers(self, numbers: &[f64]) -> Result<(), String> {
        let (least, greatest) = match self {
            Self::F64 | Self::F32 | Self::F16 | Self::Bf16 => return Ok(()),
            Self::I64 => (-(2.0_f64.powi(53)), 2.0_f64.powi(53)),
            Self::I32 => (i32::MIN.into(), i32::MAX.into()),
            Self::I16 => (i16::MIN.into(), i16::MAX.into()),
            Self::I8 => (i8::MIN.into(), i8::MAX.into()),
            Self::U8 => (0.0, 255.0),
            Self::Bool => (0.0, 1.0),
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
            Self::Bf16 => check::<bf16>(rule, shape),
            _ => check::<f64>(rule, shape),
        };
        checked.map_err(|error| error.to_string())?;
        match rule {
            _ if matches!(self, Self::F64 | Self::F32 | Self::F16 | Self::Bf16) => Ok(()),
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
            let elements: Vec<T> = numbers.iter().map(|&number| T::of(number)).collect();
            bytes_of(&elements)
        })
    }

    /// Elements, little-endian, as numbers.
    pub(crate) fn decode(self, bytes: &[u8]) -> Vec<f64> {
        with_type!(self, T => bytes.chunks(size_of::<T>()).map(|x| T::read(x).number()).collect())
    }

    /// An element as a number, and its bits.
    pub(crate) fn show(self, element: &[u8]) -> String {
        let number = with_type!(self, T => T::read(element).to_string());
        let bits = element.iter().rev().fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
        format!("{number} (0x{bits:0width$x})", width = 2 * self.size())
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Dtype {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(_, name, _)| *name == text);
        let names = || NAMES.map(|(_, name, _)| name).join(", ");
        let refused = || format!("dtype {text:?} cannot be written; there are {}", names());
        found.map(|&(dtype, ..)| dtype).ok_or_else(refused)
    }
}

/// An element of any type.
pub(crate) trait Number: Copy {
    fn of(number: f64) -> Self;
    fn number(self) -> f64;
    fn read(element: &[u8]) -> Self;
    fn write(self, element: &mut [u8]);
}

/// Elements, little-endian.
pub(crate) fn bytes_of<A: Number>(elements: &[A]) -> Vec<u8> {
    let mut bytes = vec![0; size_of_val(elements)];
    for (place, &element) in bytes.chunks_exact_mut(size_of::<A>()).zip(elements) {
        element.write(place);
    }
    bytes
}

macro_rules! number {
    ($($type:ident: $of:expr, $number:expr;)*) => {$(
        impl Number for $type {
            fn of(number: f64) -> Self {
                ($of)(number)
            }

            fn number(self) -> f64 {
                ($number)(self)
            }

            fn read(element: &[u8]) -> Self {
                let mut bytes = [0; size_of::<Self>()];
                bytes.copy_from_slice(element);
                Self::from_le_bytes(bytes)
            }

            fn write(self, element: &mut [u8]) {
                element.copy_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}

number! {
    f64: |x| x, |x| x;
    f32: |x| x as f32, f64::from;
    f16: f16::from_f64, f16::to_f64;
    bf16: bf16::from_f64, bf16::to_f64;
    i64: |x| x as i64, |x| x as f64;
    i32: |x| x as i32, f64::from;
    i16: |x| x as i16, f64::from;
    i8: |x| x as i8, f64::from;
    u8: |x| x as u8, f64::from;
}
