//! Tiles onto an array's memory, column by column.

use super::memory::{self, PastCaches};
use super::source::Elements;
use super::strides::{self, Axis};
use super::target::Target;
use super::tiles::Tiles;
use crate::element::Element;
use crate::stream::ROW;
use std::mem::MaybeUninit;

impl<A: Element> Target<'_, A> {
    /// Writes a tile: a few lines of the axis that is closest in memory, drawn one by one, then
    /// written together.
    ///
    /// # Safety
    /// No other thread may use the tile's elements.
    pub(super) unsafe fn draw_tile(&self, source: &impl Elements<A>, tiles: &Tiles, i: usize) {
        if size_of::<Lines<A>>() <= MOST_ON_STACK {
            let mut lines: Lines<A> = [[MaybeUninit::uninit(); Tiles::WIDTH + ROW]; Tiles::HEIGHT];
            // SAFETY: as for this function.
            unsafe { self.draw_tile_by(source, tiles, i, &mut lines) };
        } else {
            let lines = Box::<[Line<A>]>::new_uninit_slice(Tiles::HEIGHT);
            // SAFETY: lines need not be initialized.
            let mut lines = unsafe { lines.assume_init() };
            // SAFETY: as for this function.
            unsafe { self.draw_tile_by(source, tiles, i, &mut lines) };
        }
    }

    /// The same, by way of these lines.
    ///
    /// # Safety
    /// No other thread may use the tile's elements.
    unsafe fn draw_tile_by(
        &self,
        source: &impl Elements<A>,
        tiles: &Tiles,
        i: usize,
        lines: &mut [Line<A>],
    ) {
        let tile = tiles.get(i);
        let mut scratch = source.scratch();
        for (i, line) in lines[..tile.height].iter_mut().enumerate() {
            source.write(&mut scratch, tile.first + i * tiles.line_len, &mut line[..tile.width]);
        }
        strides::stretches(tiles.along, tile.column, tile.width, |place, start, axis| {
            let start = tile.offset + start;
            if tiles.across.stride == 1 {
                let lines = &lines[..tile.height];
                // SAFETY: the columns are parts of the tile.
                return unsafe { Columns::new(self, lines, place, start, axis) }.write();
            }
            for j in 0..axis.len {
                let start = start + j as i64 * axis.stride;
                for (i, line) in lines[..tile.height].iter().enumerate() {
                    let offset = start + i as i64 * tiles.across.stride;
                    // SAFETY: an element of the array, and no other tile's.
                    unsafe { self.write(offset, line[place + j]) };
                }
            }
        });
    }
}

/// The lines of a tile. Longer than they need be, so that elements above each other do not share
/// a set of the cache.
type Lines<A> = [Line<A>; Tiles::HEIGHT];
type Line<A> = [MaybeUninit<A>; Tiles::WIDTH + ROW];

/// How many bytes of lines may be on the stack: those of 8 bytes an element, not of 16. In WebAssembly,
/// all of the stack is a mebibyte.
const MOST_ON_STACK: usize = 10 << 16;

/// How many columns ahead memory is asked for.
const AHEAD: usize = 32;

/// A write of a tile's columns, each of which is one piece of memory: whole cache lines at once
/// keep more of them on their way than elements one by one.
struct Columns<'a, A> {
    target: &'a Target<'a, A>,
    lines: &'a [Line<A>],
    /// Of the first column, in its line.
    place: usize,
    /// Of the first column, in the array.
    start: i64,
    /// How many columns, and how far apart.
    axis: Axis,
}

impl<'a, A: Element> Columns<'a, A> {
    /// # Safety
    /// Until the write is done, the columns must be elements of the array, and no other thread may
    /// use them.
    unsafe fn new(
        target: &'a Target<'a, A>,
        lines: &'a [Line<A>],
        place: usize,
        start: i64,
        axis: Axis,
    ) -> Self {
        Self { target, lines, place, start, axis }
    }

    #[expect(clippy::mut_from_ref, reason = "a target is a pointer that tasks share")]
    #[inline(always)]
    fn column(&self, j: usize) -> &mut [MaybeUninit<A>] {
        let start = self.start + j as i64 * self.axis.stride;
        // SAFETY: by the contract of `new`.
        unsafe { self.target.stretch(start, self.lines.len()) }
    }

    fn write(&self) {
        let size = size_of::<A>();
        match (PastCaches::for_bytes(self.target.len() * size), size) {
            (Some(caches), 2) => self.write_past::<32>(&caches),
            (Some(caches), 4) => self.write_past::<16>(&caches),
            (Some(caches), 8) => self.write_past::<8>(&caches),
            _ => self.write_ordinarily(),
        }
    }

    fn write_ordinarily(&self) {
        for j in 0..self.axis.len {
            if j + AHEAD < self.axis.len {
                memory::prefetch(self.column(j + AHEAD), 0..self.lines.len());
            }
            self.pieces::<ROW>(self.column(j), self.lines, j, |piece, values| *piece = values);
        }
    }

    /// The same past the caches, but for the ends of a column that fill no cache line: `LINE` is
    /// how many elements do.
    fn write_past<const LINE: usize>(&self, caches: &PastCaches) {
        for j in 0..self.axis.len {
            if j + AHEAD < self.axis.len {
                self.prefetch_ends::<LINE>(j + AHEAD);
            }
            let column = self.column(j);
            let (above, lines) = self.lines.split_at(memory::up_to_line(column));
            let (head, column) = column.split_at_mut(above.len());
            self.pieces::<LINE>(head, above, j, |piece, values| *piece = values);
            self.pieces::<LINE>(column, lines, j, |piece, values| caches.write(piece, &values));
        }
    }

    /// Asks for the cache lines that a column has a part of.
    #[inline(always)]
    fn prefetch_ends<const LINE: usize>(&self, j: usize) {
        let column = self.column(j);
        let (len, head) = (column.len(), memory::up_to_line(column));
        if head > 0 {
            memory::prefetch(column, 0..1);
        }
        if (len - head) % LINE > 0 {
            memory::prefetch(column, len - 1..len);
        }
    }

    /// Writes a part of column j, whose elements are on these lines: so many elements at a time by
    /// this function, and the rest one by one.
    #[inline(always)]
    fn pieces<const N: usize>(
        &self,
        part: &mut [MaybeUninit<A>],
        lines: &[Line<A>],
        j: usize,
        write: impl Fn(&mut [MaybeUninit<A>; N], [MaybeUninit<A>; N]),
    ) {
        let place = self.place + j;
        let (pieces, last) = part.as_chunks_mut::<N>();
        let (whole, rest) = lines.as_chunks::<N>();
        for (piece, lines) in pieces.iter_mut().zip(whole) {
            write(piece, std::array::from_fn(|i| lines[i][place]));
        }
        for (element, line) in last.iter_mut().zip(rest) {
            *element = line[place];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Scalar;
    use crate::fill::{Content, onto};
    use crate::laws::{AnyLaw, Normal};
    use crate::stream::Key;
    use ndarray::{Array1, Array2, s};

    /// That a Fortran array has C order's elements, wherever its columns begin in their cache lines,
    /// and that what surrounds it is left alone: written ordinarily and past the caches.
    #[track_caller]
    fn assert_in_c_order<A: Element + Scalar>(content: &Content<A>, height: usize) {
        const WIDTH: usize = 1100;
        let bits = |elements: &mut dyn Iterator<Item = &A>| -> Vec<u64> {
            elements.map(|element| element.into_f64().to_bits()).collect()
        };
        let mut c_order = Array2::from_elem((height, WIDTH), A::MAX);
        onto(&mut c_order, content, None);
        let expected = bits(&mut c_order.iter());
        let n = height * WIDTH;
        for skipped in 0..16 {
            let mut memory = Array1::from_elem(n + 16, A::MAX);
            let mut columns = memory
                .slice_mut(s![skipped..skipped + n])
                .into_shape_with_order((WIDTH, height))
                .unwrap();
            onto(&mut columns.view_mut().reversed_axes(), content, None);
            assert!(
                bits(&mut columns.t().iter()) == expected,
                "height {height}, from {skipped} on"
            );
            let untouched = memory.iter().filter(|&&x| x == A::MAX).count();
            assert_eq!(untouched, 16, "height {height}, from {skipped} on");
        }
    }

    #[test]
    fn columns_begin_anywhere_in_a_cache_line() {
        let normal = AnyLaw::Law(Normal::new(0.0, 1.0).unwrap().into());
        for height in [3, 50, 64, 128, 131, 200] {
            let key = Key::new(height as u64);
            assert_in_c_order::<f32>(&Content::Drawn(normal, key), height);
            assert_in_c_order::<f64>(&Content::Drawn(normal, key), height);
        }
    }

    #[test]
    fn those_arrays_are_written_in_both_ways() {
        assert!(PastCaches::for_bytes(3 * 1100 * 8).is_none());
        let large = PastCaches::for_bytes(128 * 1100 * 4).is_some();
        assert_eq!(large, cfg!(target_arch = "x86_64"));
    }
}
