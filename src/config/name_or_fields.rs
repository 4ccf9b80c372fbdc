//! Values that are written as a name, or as an object with fields.

use crate::error::InitError;
use serde::Deserializer;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

pub(super) trait FromNameOrFields: Sized {
    const EXPECTED: &str;

    fn from_name(name: &str) -> Result<Self, InitError>;
    fn from_fields<'de, D: Deserializer<'de>>(fields: D) -> Result<Self, D::Error>;
}

pub(super) struct NameOrFields<T>(PhantomData<T>);

impl<T> NameOrFields<T> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: FromNameOrFields> Visitor<'de> for NameOrFields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<T, E> {
        T::from_name(name).map_err(E::custom)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<T, M::Error> {
        T::from_fields(MapAccessDeserializer::new(map))
    }
}
