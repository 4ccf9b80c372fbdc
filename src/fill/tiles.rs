//! Fill order for arrays whose memory order differs from their logical order.

use super::strides::{self, Axis, Strides};
use crate::stream::BLOCK;

/// A cut of an array into tiles, for arrays whose last axis is not the closest in memory. A *line* is the part
/// of the array at one index of all axes up to `across`: a run of `line_len` elements in logical order.
pub(super) struct Tiles<'a> {
    /// The axes before `across`.
    outer: &'a [Axis],
    /// The axis along which elements lie closest together in memory.
    pub(super) across: Axis,
    /// The axes after `across`, which a line runs through.
    pub(super) along: &'a [Axis],
    pub(super) line_len: usize,
}

/// One tile: `height` lines, `width` elements of each.
pub(super) struct Tile {
    /// The logical index of its first element.
    pub(super) first: usize,
    /// The memory offset of its first line's beginning, which may lie before the tile.
    pub(super) offset: i64,
    /// The place of its first element in the line.
    pub(super) column: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl<'a> Tiles<'a> {
    /// 64 `f32` are four cache lines. Touching less of each page costs up to twice the time.
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
            offset: strides::offset(self.outer, outer) + line as i64 * self.across.stride,
            column,
            width: Self::WIDTH.min(self.line_len - column),
            height: Self::HEIGHT.min(self.across.len - line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fill::{Content, onto};
    use crate::laws::{AnyLaw, Law, Normal, Uniform};
    use crate::stream::Key;
    use ndarray::{ArrayD, ArrayViewMutD, Axis as Side, IxDyn, Slice};

    const UNTOUCHED: f32 = 12_345.0;
    /// Lengths of lines, on both sides of `SHORTEST` and of a tile's width. Miri, which is slow, has the shortest
    /// tiles.
    const LENGTHS: &[usize] = if cfg!(miri) {
        &[Tiles::SHORTEST]
    } else {
        &[
            Tiles::SHORTEST - 1,
            Tiles::SHORTEST,
            Tiles::SHORTEST + 1,
            Tiles::WIDTH - 1,
            Tiles::WIDTH,
            Tiles::WIDTH + 1,
            2 * Tiles::WIDTH + 3,
        ]
    };
    /// Numbers of lines, on both sides of a tile's height.
    const COUNTS: &[usize] = if cfg!(miri) {
        &[2]
    } else {
        &[1, 2, Tiles::HEIGHT - 1, Tiles::HEIGHT, Tiles::HEIGHT + 1, 2 * Tiles::HEIGHT + 1]
    };

    fn sizes() -> impl Iterator<Item = (usize, usize)> {
        COUNTS.iter().flat_map(|&count| LENGTHS.iter().map(move |&len| (count, len)))
    }

    /// A law with a tail and a law without, each with more elements in C order than any array of these tests.
    fn laws() -> [(Content<f32>, ArrayD<f32>); 2] {
        let laws: [Law; 2] =
            [Uniform::new(-1.0, 1.0).unwrap().into(), Normal::new(0.0, 1.0).unwrap().into()];
        laws.map(|law| {
            let content = Content::Drawn(AnyLaw::Law(law), Key::new(42));
            let longest = 3 * COUNTS.iter().max().unwrap() * LENGTHS.iter().max().unwrap();
            let mut line = ArrayD::from_elem(IxDyn(&[longest]), UNTOUCHED);
            onto(&mut line, &content, None);
            (content, line)
        })
    }

    /// For every count and length of lines, that this view of the memory has the elements of an array
    /// in C order, and that nothing around it is written.
    #[track_caller]
    fn assert_in_c_order(
        memory: impl Fn(usize, usize) -> Vec<usize>,
        view: impl for<'a> Fn(ArrayViewMutD<'a, f32>) -> ArrayViewMutD<'a, f32>,
    ) {
        let laws = laws();
        for (count, len) in sizes() {
            let (content, line) = &laws[(count + len) % 2];
            let mut memory = ArrayD::from_elem(memory(count, len), UNTOUCHED);
            let mut view = view(memory.view_mut());
            onto(&mut view, content, None);
            let mut pairs = view.iter().zip(line);
            let differing =
                pairs.position(|(found, expected)| found.to_bits() != expected.to_bits());
            let shape = (view.shape().to_vec(), view.strides().to_vec());
            assert_eq!(differing, None, "first element that differs; shape and strides {shape:?}");
            let view_len = view.len();
            let written = memory.iter().filter(|&&x| x != UNTOUCHED).count();
            assert_eq!(written, view_len, "elements written; shape and strides {shape:?}");
        }
    }

    fn turned(memory: ArrayViewMutD<'_, f32>) -> ArrayViewMutD<'_, f32> {
        memory.reversed_axes()
    }

    fn sliced(
        mut view: ArrayViewMutD<'_, f32>,
        side: usize,
        step: isize,
    ) -> ArrayViewMutD<'_, f32> {
        view.slice_axis_inplace(Side(side), Slice::new(0, None, step));
        view
    }

    #[test]
    fn fortran_order_has_the_elements_of_c_order() {
        assert_in_c_order(|count, len| vec![len, count], turned);
    }

    #[test]
    fn reversed_views_have_the_elements_of_c_order() {
        let memory = |count, len| vec![len, count];
        assert_in_c_order(memory, |memory| sliced(memory.reversed_axes(), 0, -1));
        assert_in_c_order(memory, |memory| sliced(memory.reversed_axes(), 1, -1));
    }

    #[test]
    fn every_other_column_or_line_has_the_elements_of_c_order() {
        let columns = |count: usize, len: usize| vec![2 * len, count];
        assert_in_c_order(columns, |memory| sliced(memory, 0, 2).reversed_axes());
        assert_in_c_order(columns, |memory| sliced(memory, 0, -2).reversed_axes());
        let lines = |count: usize, len: usize| vec![len, 2 * count];
        assert_in_c_order(lines, |memory| sliced(memory, 1, 2).reversed_axes());
    }

    #[test]
    fn a_third_axis_before_the_lines_or_in_them_has_the_elements_of_c_order() {
        assert_in_c_order(
            |count, len| vec![3, len, count],
            |memory| memory.permuted_axes(&[0, 2, 1][..]),
        );
        assert_in_c_order(|count, len| vec![len, 2, count], turned);
    }

    /// That tiles cover the elements once, each where the array has it.
    #[track_caller]
    fn assert_covered(shape: &[usize], strides: &[isize], are_tiles: bool) {
        let axes = Strides::new(shape, strides);
        let Some(tiles) = Tiles::new(&axes) else {
            assert!(!are_tiles, "no tiles; shape {shape:?}, strides {strides:?}");
            return;
        };
        assert!(are_tiles, "tiles; shape {shape:?}, strides {strides:?}");
        let mut covered = vec![false; shape.iter().product()];
        for i in 0..tiles.count() {
            let tile = tiles.get(i);
            assert!((1..=Tiles::HEIGHT).contains(&tile.height), "{} lines", tile.height);
            assert!((1..=Tiles::WIDTH).contains(&tile.width), "{} elements", tile.width);
            for line in 0..tile.height {
                let first = tile.first + line * tiles.line_len;
                let offset = tile.offset + line as i64 * tiles.across.stride;
                for j in [0, tile.width - 1] {
                    let expected = strides::offset(axes.as_slice(), first + j);
                    let found = offset + strides::offset(tiles.along, tile.column + j);
                    assert_eq!(found, expected, "element {}", first + j);
                }
                for (j, covered) in covered[first..first + tile.width].iter_mut().enumerate() {
                    assert!(!*covered, "element {} is in two tiles", first + j);
                    *covered = true;
                }
            }
        }
        let left = covered.iter().position(|&covered| !covered);
        assert_eq!(left, None, "an element in no tile; shape {shape:?}, strides {strides:?}");
    }

    #[test]
    fn tiles_cover_every_element_once() {
        for (count, len) in sizes() {
            let (c, l) = (count as isize, len as isize);
            let are_tiles = count > 1 && len >= Tiles::SHORTEST;
            assert_covered(&[count, len], &[1, c], are_tiles);
            assert_covered(&[count, len], &[-1, 2 * c], are_tiles);
            assert_covered(&[count, len], &[2, -2 * c], are_tiles);
            assert_covered(&[3, count, len], &[l * c, 1, c], are_tiles);
            // A line has both of the later axes, or the last, where there is one line.
            let line = if count > 1 { 2 * len } else { len };
            let are_tiles = line >= Tiles::SHORTEST;
            assert_covered(&[count, 2, len], &[1, c, 2 * c], are_tiles);
        }
    }
}
