//! The element types of tensors.

use ndarray_init::half::slice::HalfFloatSliceExt;
use ndarray_init::half::{bf16, f16};
use ndarray_init::{AnyInitializer, Element, InitError, Initializer, Key, Values};
use std::fmt;
use std::str::FromStr;

/// What the elements of a tensor are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Dtype {
    F64,
    F32,
    F16,
    Bf16,
    /// Counters, such as a batch normalization's `num_batches_tracked`. They are constant.
    I64,
}

/// Each type with the name that .safetensors files have for it.
const NAMES: [(Dtype, &str); 5] = [
    (Dtype::F64, "F64"),
    (Dtype::F32, "F32"),
    (Dtype::F16, "F16"),
    (Dtype::Bf16, "BF16"),
    (Dtype::I64, "I64"),
];

impl Dtype {
    /// In bytes.
    pub(crate) const fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// An element as a number, and its bits.
    pub(crate) fn show(self, element: &[u8]) -> String {
        fn array<const N: usize>(element: &[u8]) -> [u8; N] {
            let mut bytes = [0; N];
            bytes.copy_from_slice(element);
            bytes
        }
        let number = match self {
            Self::F64 => f64::from_le_bytes(array(element)).to_string(),
            Self::F32 => f32::from_le_bytes(array(element)).to_string(),
            Self::F16 => f16::from_le_bytes(array(element)).to_string(),
            Self::Bf16 => bf16::from_le_bytes(array(element)).to_string(),
            Self::I64 => i64::from_le_bytes(array(element)).to_string(),
        };
        let bits = element.iter().rev().fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
        format!("{number} (0x{bits:0width$x})", width = 2 * self.size())
    }

    /// Whether the initializer has values of this type for the shape.
    pub(crate) fn check(self, rule: &AnyInitializer, shape: &[usize]) -> Result<(), String> {
        fn check<A: Element>(rule: &AnyInitializer, shape: &[usize]) -> Result<(), InitError> {
            // Whether the shape fits, and the type holds the values, does not depend on the key.
            let _: Values<A> = rule.values(shape, Key::new(0))?;
            Ok(())
        }
        let checked = match self {
            Self::F64 => check::<f64>(rule, shape),
            Self::F32 => check::<f32>(rule, shape),
            Self::F16 => check::<f16>(rule, shape),
            Self::Bf16 => check::<bf16>(rule, shape),
            Self::I64 => {
                check::<f64>(rule, shape).map_err(|error| error.to_string())?;
                return check_integers(rule);
            }
        };
        checked.map_err(|error| error.to_string())
    }
}

/// Whether all values are integers that an `f64` counts exactly, as configurations have them.
fn check_integers(rule: &AnyInitializer) -> Result<(), String> {
    let is_integer = |value: f64| value.fract() == 0.0 && value.abs() <= (1_u64 << 53) as f64;
    let all = match rule {
        AnyInitializer::Zeros | AnyInitializer::Ones => true,
        AnyInitializer::Constant(value) => is_integer(*value),
        AnyInitializer::Array(array) => array.iter().copied().all(is_integer),
        _ => false,
    };
    let rule = "an I64 tensor needs zeros, ones or a constant of integers up to 2⁵³";
    all.then_some(()).ok_or_else(|| rule.to_owned())
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// As `.safetensors` files, PyTorch or NumPy write it: `F32`, `torch.float32`, `float32`.
impl FromStr for Dtype {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let short = text.rsplit('.').next().unwrap_or(text).to_lowercase();
        let short = short.replace("float", "f").replace("int", "i");
        let found = NAMES.iter().find(|(_, name)| name.to_lowercase() == short);
        let names = || NAMES.map(|(_, name)| name).join(", ");
        let refused = || format!("dtype {text:?} cannot be written; there are {}", names());
        found.map(|&(dtype, _)| dtype).ok_or_else(refused)
    }
}

/// An element type that values are drawn in.
pub(crate) trait Float: Element {
    /// Appends the elements' bytes, little-endian.
    fn append(elements: &[Self], bytes: &mut Vec<u8>);

    fn widen(elements: &[Self], numbers: &mut [f64]);
}

macro_rules! float {
    ($($type:ty: $widen:expr;)*) => {$(
        impl Float for $type {
            fn append(elements: &[Self], bytes: &mut Vec<u8>) {
                let start = bytes.len();
                bytes.resize(start + size_of_val(elements), 0);
                let places = bytes[start..].chunks_exact_mut(size_of::<Self>());
                for (place, element) in places.zip(elements) {
                    place.copy_from_slice(&element.to_le_bytes());
                }
            }

            fn widen(elements: &[Self], numbers: &mut [f64]) {
                let widen: fn(&[Self], &mut [f64]) = $widen;
                widen(elements, numbers);
            }
        }
    )*};
}

float! {
    f64: |elements, numbers| numbers.copy_from_slice(elements);
    f32: |elements, numbers| {
        for (number, &element) in numbers.iter_mut().zip(elements) {
            *number = f64::from(element);
        }
    };
    f16: |elements, numbers| elements.convert_to_f64_slice(numbers);
    bf16: |elements, numbers| elements.convert_to_f64_slice(numbers);
}
