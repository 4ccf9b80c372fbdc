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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws::{AnyLaw, Normal};
    use crate::stream::Key;
    use bytemuck::Pod;
    use ndarray::{Array2, ArrayViewMut2, ShapeBuilder};

    const UNTOUCHED: u32 = 0xDEAD_BEEF;

    /// Compares a Fortran array with C order's elements, wherever its columns begin in their cache lines,
    /// and checks that the memory around it is left alone.
    #[track_caller]
    fn assert_in_c_order<E: Format + Pod>(height: usize, least_streamed: usize) {
        const WIDTH: usize = 300;
        let law = AnyLaw::Law(Normal::new(0.0, 1.0).unwrap().into());
        let source = Source::new(&law, Key::new(height as u64), None);
        let mut c_order = Array2::<E>::default((height, WIDTH));
        Target::of(&mut c_order).draw(&source);
        let len = height * WIDTH * size_of::<E>() / 4;
        for skipped in (0..16).step_by(align_of::<E>().div_ceil(4)) {
            let mut memory = vec![UNTOUCHED; len + 16];
            let elements = bytemuck::cast_slice_mut(&mut memory[skipped..skipped + len]);
            let mut array = ArrayViewMut2::from_shape((height, WIDTH).f(), elements).unwrap();
            Target::of(&mut array).draw_strided(&source, least_streamed);
            let case = (E::ELEMENT_NAME, height, skipped, least_streamed);
            assert!(array == c_order, "{case:?}");
            let around = memory[..skipped].iter().chain(&memory[skipped + len..]);
            assert!(around.copied().all(|word| word == UNTOUCHED), "{case:?}");
        }
    }

    #[test]
    fn columns_begin_anywhere_in_a_cache_line() {
        for height in [3, 64, 131] {
            for least_streamed in [0, usize::MAX] {
                assert_in_c_order::<f32>(height, least_streamed);
                assert_in_c_order::<f64>(height, least_streamed);
                #[cfg(feature = "half")]
                assert_in_c_order::<half::bf16>(height, least_streamed);
                #[cfg(feature = "complex")]
                assert_in_c_order::<num_complex::Complex<f32>>(height, least_streamed);
                #[cfg(feature = "complex")]
                assert_in_c_order::<num_complex::Complex<f64>>(height, least_streamed);
            }
        }
    }
}
