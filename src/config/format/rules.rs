//! Rules: an object of patterns and initializers, or a list of pairs.

use crate::config::Rules;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// A list of pairs, since not every format keeps the order of an object's keys.
impl<I: Serialize> Serialize for Rules<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, I: Deserialize<'de>> Deserialize<'de> for Rules<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Pairs(PhantomData))
    }
}

struct Pairs<I>(PhantomData<I>);

impl<'de, I: Deserialize<'de>> Visitor<'de> for Pairs<I> {
    type Value = Rules<I>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of patterns and initializers, or a list of pairs of them")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Rules<I>, M::Error> {
        read(|| map.next_entry())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut pairs: S) -> Result<Rules<I>, S::Error> {
        read(|| pairs.next_element())
    }
}

fn read<I, E: Error>(
    mut next: impl FnMut() -> Result<Option<(String, I)>, E>,
) -> Result<Rules<I>, E> {
    let mut rules = Rules::default();
    while let Some((pattern, initializer)) = next()? {
        if rules.iter().any(|(other, _)| other == pattern) {
            return Err(E::custom(format!("the pattern {pattern:?} is there twice")));
        }
        rules = rules.with(pattern, initializer);
    }
    Ok(rules)
}
