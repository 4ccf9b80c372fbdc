//! Fill order for arrays whose memory order differs from their logical order.

use super::strides::{self, Axis, Strides};
use crate::stream::BLOCK;

/// A cut of an array into tiles, for when its elements are counted along one axis but lie closest
/// together along another.
pub(super) struct Tiles<'a> {
    /// The axes before that other one.
    outer: &'a [Axis],
    /// The axis that is closest in memory.
    pub(super) across: Axis,
    /// The axes after it: in logical order, each of its elements is a line of all of theirs.
    pub(super) along: &'a [Axis],
    pub(super) line_len: usize,
}

/// One tile: `height` lines, `width` elements of each.
pub(super) struct Tile {
    /// The logical index of its first element.
    pub(super) first: usize,
    /// Where the first element of its first line lies.
    pub(super) offset: isize,
    /// Which element of the line its first one is.
    pub(super) column: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl<'a> Tiles<'a> {
    /// So many `f32` fill four cache lines: writing fewer of a page before the next page's turn
    /// takes up to twice as long.
    pub(super) const HEIGHT: usize = 64;
    pub(super) const WIDTH: usize = BLOCK;
    /// Drawing a shorter piece of a line would cost more than scattered writes.
    pub(super) const SHORTEST: usize = BLOCK / 4;

    pub(super) fn new(axes: &'a Strides) -> Option<Self> {
        let closest = axes.closest();
        let (outer, rest) = axes.as_slice().split_at(closest);
        let (&across, along) = rest.split_first()?;
        let line_len = strides::len(along);
        (line_len >= Self::SHORTEST).then_some(Self { outer, across, along, line_len })
    }

    fn per_line(&self) -> usize {
        self.line_len.div_ceil(Self::WIDTH)
    }

    fn heaps(&self) -> usize {
        self.across.len.div_ceil(Self::HEIGHT)
    }

    pub(super) fn count(&self) -> usize {
        strides::len(self.outer) * self.heaps() * self.per_line()
    }

    pub(super) fn get(&self, i: usize) -> Tile {
        let column = i % self.per_line() * Self::WIDTH;
        let line = i / self.per_line() % self.heaps() * Self::HEIGHT;
        let outer = i / (self.per_line() * self.heaps());
        Tile {
            first: (outer * self.across.len + line) * self.line_len + column,
            offset: strides::offset(self.outer, outer) + line as isize * self.across.stride,
            column,
            width: Self::WIDTH.min(self.line_len - column),
            height: Self::HEIGHT.min(self.across.len - line),
        }
    }
}
