//! A digest of an array that can be summed up part by part.

use crate::cut::Part;
use ndarray_init::ndarray::ArrayD;

/// The sum, modulo 2⁶⁴, of a hash of every element's index in the whole and of its bits.
///
/// So the digests of the parts add up to that of the whole, however it was cut.
#[must_use]
pub fn digest(array: &ArrayD<f32>, part: &Part, global_shape: &[usize]) -> u64 {
    let mut sum = 0_u64;
    for (line, elements) in array.rows().into_iter().enumerate() {
        let first = first_of_line(line, part, global_shape);
        for (index, x) in (first..).zip(elements) {
            sum = sum.wrapping_add(mix64(mix64(index) ^ u64::from(x.to_bits())));
        }
    }
    sum
}

/// The index in the whole, row-major, of the first element of a line along the part's last axis.
fn first_of_line(mut line: usize, part: &Part, global_shape: &[usize]) -> u64 {
    let Some((&column, offset)) = part.offset.split_last() else { return 0 };
    let (mut index, mut span) = (column, *global_shape.last().unwrap_or(&1));
    for axis in (0..offset.len()).rev() {
        index += (offset[axis] + line % part.shape[axis]) * span;
        line /= part.shape[axis];
        span *= global_shape[axis];
    }
    index as u64
}

/// The output function of `SplitMix64`.
fn mix64(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray_init::ndarray::{Axis, Slice};

    /// 3 × 4 × 5 different numbers.
    fn whole() -> (ArrayD<f32>, Part) {
        let array = ArrayD::from_shape_fn(vec![3, 4, 5], |i| (i[0] * 20 + i[1] * 5 + i[2]) as f32);
        (array, Part { offset: vec![0; 3], shape: vec![3, 4, 5] })
    }

    #[test]
    fn parts_add_up_to_the_whole_along_every_axis() {
        let (array, all) = whole();
        let expected = digest(&array, &all, &all.shape);
        for axis in 0..3 {
            let mut sum = 0_u64;
            for range in [0..1, 1..all.shape[axis]] {
                let (mut offset, mut shape) = (all.offset.clone(), all.shape.clone());
                (offset[axis], shape[axis]) = (range.start, range.len());
                let part = array.slice_axis(Axis(axis), Slice::from(range)).to_owned();
                sum = sum.wrapping_add(digest(&part, &Part { offset, shape }, &all.shape));
            }
            assert_eq!(sum, expected, "axis {axis}");
        }
    }

    #[test]
    fn a_changed_bit_or_two_swapped_elements_change_it() {
        let (array, all) = whole();
        let before = digest(&array, &all, &all.shape);
        let mut changed = array.clone();
        changed[[1, 2, 3]] = f32::from_bits(changed[[1, 2, 3]].to_bits() ^ 1);
        assert_ne!(digest(&changed, &all, &all.shape), before);
        let mut swapped = array;
        swapped.swap([0, 0, 0], [2, 3, 4]);
        assert_ne!(digest(&swapped, &all, &all.shape), before);
    }
}
