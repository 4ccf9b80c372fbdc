//! Tiles onto an array's memory, column by column.

use super::draw::{Scratch, Source};
use super::element::Element;
use super::memory;
use super::strides::{self, Axis};
use super::target::Target;
use super::tiles::Tiles;
use std::mem::MaybeUninit;

/// The length of a line of a tile in the buffer. It is longer than a tile is wide, so that the elements of a
/// column do not share a set of the cache.
pub(super) const LINE_LEN: usize = Tiles::WIDTH + 16;
type Line<E> = [MaybeUninit<E>; LINE_LEN];

/// The prefetch distance, in columns.
const AHEAD: i64 = 32;

impl<E: Element> Target<'_, E> {
    /// Writes a tile: its lines are drawn one by one into a buffer, then written column by column. `streamed`
    /// says whether columns are written past the caches.
    ///
    /// # Safety
    /// `tiles` must be those of this target, and have a tile i. No other thread may use the elements of tile i.
    // Not inlined, for the same reason as `draw_scattered`.
    #[inline(never)]
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
        for (i, line) in lines[..tile.height].iter_mut().enumerate() {
            source.write(&mut scratch, tile.first + i * tiles.line_len, &mut line[..tile.width]);
        }
        let lines = &lines[..tile.height];
        strides::stretches(tiles.along, tile.column, tile.width, |place, start, axis| {
            for j in 0..axis.len {
                let start = tile.offset + start + j as i64 * axis.stride;
                if tiles.across.stride != 1 {
                    let across = Axis { len: tile.height, ..tiles.across };
                    // SAFETY: elements of the tile.
                    unsafe { self.put(start, across, |i| lines[i][place + j]) };
                    continue;
                }
                // Prefetches a column ahead: its ends, and the cache lines between them unless these are streamed.
                let ahead = self.address(start + AHEAD * axis.stride);
                memory::prefetch(ahead);
                memory::prefetch(ahead.wrapping_add(tile.height - 1));
                if !streamed {
                    for i in (0..tile.height).step_by(memory::LINE / size_of::<E>()) {
                        memory::prefetch(ahead.wrapping_add(i));
                    }
                }
                // SAFETY: elements of the tile, one after the other.
                let column = unsafe { self.stretch(start, tile.height) };
                // One cache line at a time.
                match size_of::<E>() {
                    2 => write_column::<E, 32>(column, lines, place + j, streamed),
                    4 => write_column::<E, 16>(column, lines, place + j, streamed),
                    8 => write_column::<E, 8>(column, lines, place + j, streamed),
                    _ => write_column::<E, 4>(column, lines, place + j, streamed),
                }
            }
        });
        if streamed {
            memory::finish_streaming();
        }
    }
}

/// Writes one column: the elements of all lines at `place`. `N` elements fill a cache line.
#[inline(always)]
fn write_column<E: Element, const N: usize>(
    column: &mut [MaybeUninit<E>],
    lines: &[Line<E>],
    place: usize,
    streamed: bool,
) {
    let head = if streamed { memory::up_to_line(column) } else { 0 };
    let (first, column) = column.split_at_mut(head);
    let (above, lines) = lines.split_at(first.len());
    let (pieces, last) = column.as_chunks_mut::<N>();
    let (whole, below) = lines.as_chunks::<N>();
    let values = |lines: &[Line<E>; N]| std::array::from_fn(|i| lines[i][place]);
    for (piece, lines) in pieces.iter_mut().zip(whole) {
        if streamed {
            memory::stream(piece, &values(lines));
        } else {
            *piece = values(lines);
        }
    }
    for (element, line) in first.iter_mut().zip(above).chain(last.iter_mut().zip(below)) {
        *element = line[place];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws::{AnyLaw, Uniform};
    use crate::stream::Key;
    use bytemuck::Pod;
    use ndarray::{Array2, ArrayViewMut2, ShapeBuilder};

    const UNTOUCHED: u32 = 0xDEAD_BEEF;

    /// Compares a Fortran array with C order's elements, wherever its columns begin in their cache lines,
    /// and checks that the memory around it is left alone.
    #[track_caller]
    fn assert_in_c_order<E: Element + Pod>(height: usize, least_streamed: usize) {
        const WIDTH: usize = 300;
        let law = AnyLaw::Law(Uniform::new(-1.0, 1.0).unwrap().into());
        let source = Source::new(&law, Key::new(height as u64), None);
        let mut c_order = Array2::<E>::default((height, WIDTH));
        Target::of(&mut c_order).draw(&source);
        let len = height * WIDTH * size_of::<E>() / 4;
        // Miri, which is slow, sees one place in each line, and one height below.
        let step = if cfg!(miri) { 16 } else { align_of::<E>().div_ceil(4) };
        for skipped in (0..16).step_by(step) {
            // Aligned for every type.
            let mut memory = vec![0_u128; len / 4 + 5];
            let memory: &mut [u32] = bytemuck::cast_slice_mut(&mut memory);
            memory.fill(UNTOUCHED);
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
        // Both ways to write are one under Miri.
        let (heights, streamed): (&[usize], &[usize]) =
            if cfg!(miri) { (&[17], &[0]) } else { (&[3, 64, 131], &[0, usize::MAX]) };
        for &height in heights {
            for &least_streamed in streamed {
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
