//! How a tensor is cut into pieces: boxes of its index space that lie in one run of the file.

use ndarray_init::{InitError, Region};
use std::ops::Range;

/// A box of a tensor.
pub(crate) struct Piece {
    /// The row-major index of its first element in the tensor.
    pub(crate) first: usize,
    pub(crate) shape: Vec<usize>,
    offset: Vec<usize>,
}

/// The elements of a piece, at most: a few hundred kibibytes to two mebibytes, which stay in a processor's
/// second cache between filling and writing.
pub(crate) const ELEMENTS: usize = 1 << 18;

/// The pieces of a tensor, in its order.
pub(crate) fn pieces(shape: &[usize]) -> impl Iterator<Item = Piece> {
    // The axis that is cut. The axes before it are taken one index at a time, those after it whole.
    let inner = |axis: usize| -> usize { shape[axis..].iter().skip(1).product() };
    let axis = (0..shape.len()).find(|&axis| inner(axis) <= ELEMENTS).unwrap_or(0);
    let inner = inner(axis);
    let len = shape.get(axis).copied().unwrap_or(1);
    let rows = (ELEMENTS / inner.max(1)).clamp(1, len.max(1));
    let along = len.div_ceil(rows);
    let outer: usize = shape[..axis].iter().product();
    let count = if inner == 0 { 0 } else { outer * along };
    (0..count).map(move |i| {
        let (mut outer, start) = (i / along, i % along * rows);
        let first = (outer * len + start) * inner;
        let (mut offset, mut shape) = (vec![0; shape.len()], shape.to_vec());
        for before in (0..axis).rev() {
            offset[before] = outer % shape[before];
            outer /= shape[before];
            shape[before] = 1;
        }
        if let Some(size) = shape.get_mut(axis) {
            (offset[axis], *size) = (start, rows.min(len - start));
        }
        Piece { first, shape, offset }
    })
}

impl Piece {
    /// The row-major indices of its elements in the tensor.
    pub(crate) fn indices(&self) -> Range<usize> {
        self.first..self.first + self.shape.iter().product::<usize>()
    }

    pub(crate) fn region(&self, whole: &[usize]) -> Result<Region, InitError> {
        Region::new(whole, &self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::{ELEMENTS, pieces};

    #[test]
    fn pieces_follow_each_other_and_cover_the_tensor() {
        let shapes: [&[usize]; 9] = [
            &[],
            &[0],
            &[3, 0, 5],
            &[1],
            &[1_000_003],
            &[700, 1000],
            &[3, 5, 7 * ELEMENTS + 1],
            &[2, ELEMENTS + 3, 2],
            &[4000, 3, 3, 512],
        ];
        for shape in shapes {
            let mut next = 0;
            for piece in pieces(shape) {
                assert_eq!(piece.first, next, "{shape:?}");
                let row_major = shape.iter().zip(&piece.offset).fold(0, |at, (n, i)| at * n + i);
                assert_eq!(row_major, next, "{shape:?}");
                let elements: usize = piece.shape.iter().product();
                assert!((1..=ELEMENTS).contains(&elements));
                next += elements;
            }
            assert_eq!(next, shape.iter().product::<usize>(), "{shape:?}");
        }
    }
}
