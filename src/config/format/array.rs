//! Numbers and arrays of numbers, as nested lists.

use crate::structured::AnyInitializer;
use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// An array of any rank, as nested lists; a number is one without axes.
pub(crate) struct Nested(ArrayD<f64>);

impl From<Nested> for AnyInitializer {
    fn from(Nested(array): Nested) -> Self {
        match array.first() {
            Some(&value) if array.ndim() == 0 => Self::Constant(value),
            _ => Self::Array(array),
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
        Ok(Nested(ArrayD::from_elem(IxDyn(&[]), value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Nested, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Nested, E> {
        self.visit_f64(value as f64)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Nested, S::Error> {
        let mut elements = Vec::new();
        let mut shape = vec![0];
        while let Some(Nested(item)) = list.next_element()? {
            if shape[0] == 0 {
                shape.extend_from_slice(item.shape());
            } else if shape[1..] != *item.shape() {
                return Err(S::Error::custom(format!(
                    "a list of items of shapes {:?} and {:?}, but must be nested lists of one shape",
                    &shape[1..],
                    item.shape()
                )));
            }
            shape[0] += 1;
            elements.extend(item);
        }
        ArrayD::from_shape_vec(shape, elements).map(Nested).map_err(S::Error::custom)
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
        serializer.collect_seq(array.axis_iter(Axis(0)).map(Lists))
    }
}
