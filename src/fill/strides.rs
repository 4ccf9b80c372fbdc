//! The axes of an array with their strides, merged where possible. A stride counts elements in memory, or in the
//! row-major order of a larger array.

/// One axis: its length, and the distance between neighbors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) len: usize,
    pub(super) stride: i64,
}

/// Axes in logical order. Each has two elements or more, so there are at most 63.
#[derive(Clone, Debug)]
pub(super) struct Strides {
    axes: [Axis; 63],
    rank: usize,
}

impl Strides {
    /// The axes of a nonempty array. Axes of one element are dropped, and neighboring axes that run through
    /// memory as one are merged.
    pub(super) fn new(shape: &[usize], strides: &[isize]) -> Self {
        let axes = shape.iter().zip(strides);
        Self::merge(axes.map(|(&len, &stride)| Axis { len, stride: stride as i64 }))
    }

    /// As [`new`](Self::new), from axes in logical order.
    pub(super) fn merge(axes: impl Iterator<Item = Axis>) -> Self {
        let mut this = Self { axes: [Axis { len: 1, stride: 0 }; 63], rank: 0 };
        for Axis { len, stride } in axes.filter(|axis| axis.len != 1) {
            match this.axes[..this.rank].last_mut() {
                Some(outer) if outer.stride == stride.wrapping_mul(len as i64) => {
                    *outer = Axis { len: outer.len * len, stride };
                }
                _ => {
                    this.axes[this.rank] = Axis { len, stride };
                    this.rank += 1;
                }
            }
        }
        this
    }

    pub(super) fn as_slice(&self) -> &[Axis] {
        &self.axes[..self.rank]
    }

    /// The axis along which elements lie closest together.
    pub(super) fn closest(&self) -> usize {
        let distance = |&i: &usize| self.axes[i].stride.unsigned_abs();
        (0..self.rank).rev().min_by_key(distance).unwrap_or(0)
    }
}

/// The number of elements of an array, if the elements are contiguous in row-major order.
pub(super) fn contiguous_len(shape: &[usize], strides: &[isize]) -> Option<usize> {
    let mut inner = 1;
    for (&len, &stride) in shape.iter().zip(strides).rev() {
        if len != 1 && stride != inner as isize {
            return None;
        }
        inner *= len;
    }
    Some(inner)
}

/// The number of elements that the axes span.
pub(super) fn len(axes: &[Axis]) -> usize {
    axes.iter().map(|axis| axis.len).product()
}

/// The distance from the first element to the element with this row-major index.
pub(super) fn offset(axes: &[Axis], mut index: usize) -> i64 {
    let mut offset = 0;
    for axis in axes.iter().rev() {
        offset = step(offset, index % axis.len, axis.stride);
        index /= axis.len;
    }
    offset
}

/// Divides the `count` elements from `first` on into stretches along the last axis. Calls `f` for each stretch
/// with its place in the range, its first element's offset, and the axis cut to the stretch's length.
pub(super) fn stretches(
    axes: &[Axis],
    first: usize,
    count: usize,
    mut f: impl FnMut(usize, i64, Axis),
) {
    let Some((last, outer)) = axes.split_last() else {
        return f(0, 0, Axis { len: count, stride: 0 });
    };
    let mut column = first % last.len;
    let mut line = first / last.len;
    let mut index = [0; 63];
    let mut start = 0;
    for (index, axis) in index.iter_mut().zip(outer).rev() {
        *index = line % axis.len;
        line /= axis.len;
        start = step(start, *index, axis.stride);
    }
    let mut done = 0;
    while done < count {
        let len = (last.len - column).min(count - done);
        f(done, step(start, column, last.stride), Axis { len, ..*last });
        done += len;
        column = 0;
        for (index, axis) in index.iter_mut().zip(outer).rev() {
            *index += 1;
            start = start.wrapping_add(axis.stride);
            if *index < axis.len {
                break;
            }
            start = start.wrapping_sub(axis.stride.wrapping_mul(*index as i64));
            *index = 0;
        }
    }
}

/// The offset after `count` strides.
///
/// Offsets wrap: in an array of 2⁶³ elements, the offset past the end need not fit an `i64`. The offsets of
/// elements do, and are right, since all sums are right modulo 2⁶⁴.
fn step(offset: i64, count: usize, stride: i64) -> i64 {
    offset.wrapping_add(stride.wrapping_mul(count as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_merge_where_memory_runs_on() {
        let merged =
            |shape: &[usize], strides: &[isize]| Strides::new(shape, strides).as_slice().to_vec();
        let axis = |len, stride| Axis { len, stride };
        assert_eq!(merged(&[2, 3, 4], &[12, 4, 1]), [axis(24, 1)]);
        assert_eq!(merged(&[2, 3, 4], &[1, 2, 6]), [axis(2, 1), axis(3, 2), axis(4, 6)]);
        assert_eq!(merged(&[5, 1, 4], &[8, 77, 1]), [axis(5, 8), axis(4, 1)]);
        assert_eq!(merged(&[2, 3], &[-3, -1]), [axis(6, -1)]);
        assert_eq!(merged(&[1, 1], &[9, 9]), []);
    }

    #[test]
    fn stretches_visit_every_element_of_a_range_in_order() {
        let axes =
            [Axis { len: 3, stride: 1 }, Axis { len: 4, stride: 30 }, Axis { len: 5, stride: -3 }];
        for (first, count) in [(0, 60), (7, 41), (59, 1), (13, 0)] {
            let mut seen = Vec::new();
            stretches(&axes, first, count, |place, start, axis| {
                assert_eq!(place, seen.len());
                seen.extend((0..axis.len as i64).map(|i| start + i * axis.stride));
            });
            let expected: Vec<_> = (first..first + count).map(|i| offset(&axes, i)).collect();
            assert_eq!(seen, expected);
        }
    }
}
