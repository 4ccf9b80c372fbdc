//! Key → words: the generator behind every array.
//!
//! Words have 32 bits and come in blocks of [`BLOCK`]. A block is computed from its key and its number
//! alone, by the [`lanes`].

mod key;
mod lanes;
mod pick;

pub use key::{Key, KeySource};
pub(crate) use lanes::{block, draw};
pub(crate) use pick::pick;

/// Words of a block.
pub(crate) const BLOCK: usize = 1024;

/// Words that the lanes give at once.
const ROW: usize = 2 * LANES;

const LANES: usize = 8;
