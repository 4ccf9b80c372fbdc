//! Numbers and arrays of numbers, as nested lists.

use crate::structured::AnyInitializer;
use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn};
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A number, or an array of any rank.
pub(crate) enum Nested {
    Number(f64),
    Array(ArrayD<f64>),
}

impl From<Nested> for AnyInitializer {
    fn from(nested: Nested) -> Self {
        match nested {
            Nested::Number(value) => Self::Constant(value),
            Nested::Array(array) => Self::Array(array),
        }
    }
}

impl Nested {
    fn shape(&self) -> &[usize] {
        match self {
            Self::Number(_) => &[],
            Self::Array(array) => array.shape(),
        }
    }
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NestedVisitor)
    }
}

struct NestedVisitor;

impl<'de> Visitor<'de> for NestedVisitor {
    type Value = Nested;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a list of numbers or of lists of the same shape")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Nested, E> {
        if value.is_nan() {
            return Err(E::custom("constant is NaN, but must be a number"));
        }
        Ok(Nested::Number(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Nested, E> {
        Ok(Nested::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Nested, E> {
        Ok(Nested::Number(value as f64))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Nested, S::Error> {
        let mut elements = Vec::new();
        let mut shape = vec![0];
        while let Some(item) = list.next_element::<Nested>()? {
            if shape[0] == 0 {
                shape.extend_from_slice(item.shape());
            } else if shape[1..] != *item.shape() {
                let message =
                    format!("a list of items of shapes {:?} and {:?}", &shape[1..], item.shape());
                return Err(S::Error::custom(message));
            }
            shape[0] += 1;
            match item {
                Nested::Number(value) => elements.push(value),
                Nested::Array(array) => elements.extend(array),
            }
        }
        ArrayD::from_shape_vec(shape, elements).map(Nested::Array).map_err(S::Error::custom)
    }
}

/// An array as nested lists.
pub(super) struct Lists<'a>(pub(super) ArrayViewD<'a, f64>);

impl Serialize for Lists<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(array) = self;
        if array.ndim() == 0 {
            // Not by a sum, which has no negative zero.
            return array[IxDyn(&[])].serialize(serializer);
        }
        let mut list = serializer.serialize_seq(Some(array.len_of(Axis(0))))?;
        for item in array.axis_iter(Axis(0)) {
            list.serialize_element(&Lists(item))?;
        }
        list.end()
    }
}
