//! Values that are written as a name, or as an object with fields.

use serde::Deserializer;
use serde::de::{Error, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

pub(super) trait NameOrFields: Sized {
    const EXPECTED: &str;

    fn from_name<E: Error>(name: &str) -> Result<Self, E>;
    fn from_fields<'de, M: MapAccess<'de>>(fields: M) -> Result<Self, M::Error>;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: NameOrFields> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<T, E> {
        T::from_name(name)
    }

    fn visit_map<M: MapAccess<'de>>(self, fields: M) -> Result<T, M::Error> {
        T::from_fields(fields)
    }
}
