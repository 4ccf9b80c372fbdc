//! Key → words: the generator behind every array. Knows no law and no array.
//!
//! Words come in blocks of [`BLOCK`], and a block is computed from its key and number alone, by the
//! [`lanes`]. A [`word`] has 32 bits from one stream, or 64 from two. A [`reader`] gives those at any
//! indices.

mod key;
mod lanes;
mod word;
mod reader;

pub use key::{Key, KeySource};
pub(crate) use reader::Reader;
pub(crate) use word::{Flag, Mark, Word, Words};

/// How many words a block holds.
pub(crate) const BLOCK: usize = 1024;

/// How many words the lanes give at once.
pub(crate) const ROW: usize = 2 * LANES;

/// The words that the lanes give at once, in the order of the elements that take them.
pub(crate) type Row = [u64; LANES];

/// How many words a [`Reader`] has at once.
pub(crate) const CHUNK: usize = 16 * ROW;

const LANES: usize = 8;
