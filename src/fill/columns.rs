//! Tiles onto an array's memory, column by column.

use super::draw::{Scratch, Source};
use super::memory;
use super::strides;
use super::target::Target;
use super::tiles::Tiles;
use crate::element::Format;
use std::mem::MaybeUninit;

/// The lines of a tile. Longer than a tile is wide, so that elements above each other do not share a set
/// of the cache.
pub(super) type Line<E> = [MaybeUninit<E>; Tiles::WIDTH + 16];

/// Columns are written by so many elements at once: a cache line of `f32`.
const PIECE: usize = 16;

impl<E: Format> Target<'_, E> {
    /// Writes a tile: a few lines of the axis that is closest in memory, drawn one by one, then
    /// written together. `streamed` says whether columns are written past the caches.
    ///
    /// # Safety
    /// `tiles` must be those of this target, and have a tile i, whose elements no other thread uses.
    pub(super) unsafe fn draw_tile(
        &self,
        source: &Source<'_, E>,
        tiles: &Tiles<'_>,
        i: usize,
        lines: &mut [Line<E>],
        streamed: bool,
    ) {
        let tile = tiles.get(i);
        let mut scratch = Scratch::new();
        let lines = &mut lines[..tile.height];
        for (i, line) in lines.iter_mut().enumerate() {
            source.write(&mut scratch, tile.first + i * tiles.line_len, &mut line[..tile.width]);
        }
        strides::stretches(tiles.along, tile.column, tile.width, |place, start, axis| {
            for j in 0..axis.len {
                let start = tile.offset + start + j as i64 * axis.stride;
                let place = place + j;
                if tiles.across.stride != 1 {
                    for (i, line) in lines.iter().enumerate() {
                        let offset = start + i as i64 * tiles.across.stride;
                        // SAFETY: an element of the tile.
                        unsafe { self.write(offset, line[place]) };
                    }
                    continue;
                }
                // SAFETY: elements of the tile, one after the other.
                let column = unsafe { self.stretch(start, tile.height) };
                if streamed {
                    memory::stream_column(column, |i| lines[i][place]);
                    continue;
                }
                let (pieces, rest) = column.as_chunks_mut::<PIECE>();
                let (whole, last) = lines.as_chunks::<PIECE>();
                for (piece, lines) in pieces.iter_mut().zip(whole) {
                    *piece = std::array::from_fn(|i| lines[i][place]);
                }
                for (element, line) in rest.iter_mut().zip(last) {
                    *element = line[place];
                }
            }
        });
        if streamed {
            memory::finish_streaming();
        }
    }
}
