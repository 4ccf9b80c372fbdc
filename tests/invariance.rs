//! An element is a function of key, logical index and law: whatever the memory order, the strides,
//! the slice's surroundings and the owner, its bits are those it has in a contiguous array.

#[cfg(feature = "complex")]
use crate::common::normal;
use crate::common::{
    Listed, UNTOUCHED, assert_fills, assert_inits_every_order, assert_layouts_agree,
    assert_same_bits, each_type, laws_of,
};
use ndarray_init::ndarray::{
    ArcArray, Array1, Array2, ArrayViewMut, ArrayViewMutD, Axis, CowArray, Dimension, IxDyn,
    ShapeBuilder, Slice, s,
};
use ndarray_init::{InitExt, InitRefExt, Initializer, Key, Law, VarianceScaling};
use proptest::prelude::*;

const KEY: Key = Key::new(42);

/// The n elements in their logical order, from an array that has no other order.
fn expected<A: Listed>(n: usize, law: &Law) -> Array1<A> {
    let mut line = Array1::from_elem(n, A::rounded(UNTOUCHED));
    line.fill_init(law, KEY).unwrap();
    line
}

/// Cuts a view of this many elements out of memory, and fills it.
#[track_caller]
fn check<A: Listed>(
    law: &Law,
    memory: impl ShapeBuilder<Dim = IxDyn>,
    n: usize,
    cut: &dyn Fn(&mut ArrayViewMutD<'_, A>),
    what: &dyn std::fmt::Debug,
) {
    let fill = |mut view: ArrayViewMutD<'_, A>| view.fill_init(law, KEY).unwrap();
    assert_fills(memory, cut, &fill, expected(n, law).as_slice().unwrap(), &(law, what));
}

/// Shapes on both sides of what the fill decides by: elements in a row and a block, long lines and
/// short ones, whole and partial tiles, of 16 by 1024, of lines of one axis and of several.
#[rustfmt::skip]
const SHAPES: [&[usize]; 20] = [
    &[], &[1], &[7], &[1030], &[1, 1, 1], &[5, 1, 7], &[33, 31], &[3, 2500], &[37, 1100], &[1100, 37],
    &[4, 5, 6, 7], &[2, 3, 1, 2, 3, 2, 2], &[16, 1024], &[17, 1025], &[15, 2047], &[33, 2049],
    &[32, 3072], &[9, 11, 300], &[3, 33, 700], &[70, 257],
];

fn assert_orders_agree<A: Listed>() {
    for (shape, law) in SHAPES.into_iter().zip(laws_of::<A>().into_iter().cycle()) {
        let n = shape.iter().product();
        let expected = expected::<A>(n, &law).into_shape_with_order(IxDyn(shape)).unwrap();
        assert_inits_every_order(&law, KEY, &expected, &law);
        for axis in 0..shape.len() {
            let reversed = |view: &mut ArrayViewMutD<'_, A>| view.invert_axis(Axis(axis));
            check(&law, IxDyn(shape).f(), n, &reversed, &("reversed", shape, axis));
            // Axes in another order, each twice as far apart as need be.
            let mut stored: Vec<_> = shape.iter().map(|length| 2 * length).collect();
            stored.rotate_left(axis);
            let rotated = |view: &mut ArrayViewMutD<'_, A>| {
                view.slice_each_axis_inplace(|_| Slice::from(..).step_by(2));
                let n = shape.len();
                view.permute_axes((0..n).map(|i| (i + n - axis) % n).collect::<Vec<_>>());
            };
            check(&law, IxDyn(&stored), n, &rotated, &("rotated", shape, axis));
        }
    }
}

#[test]
fn every_memory_order_has_the_same_elements() {
    each_type!(A => assert_orders_agree::<A>());
}

/// Fills the view and compares it, element by element in logical order, with a contiguous array.
#[track_caller]
fn assert_filled<A: Listed, D: Dimension>(mut view: ArrayViewMut<A, D>, law: &Law) {
    view.fill_init(law, KEY).unwrap();
    let what = (law.to_string(), view.shape().to_vec(), view.strides().to_vec());
    assert_same_bits(&view, &expected(view.len(), law), what);
}

fn written<A: Listed>(memory: &[A]) -> usize {
    memory.iter().filter(|&&element| element != A::rounded(UNTOUCHED)).count()
}

fn assert_parts_are_arrays<A: Listed>() {
    for law in laws_of::<A>() {
        let mut matrix = Array2::from_elem((70, 90), A::rounded(UNTOUCHED));
        assert_filled(matrix.slice_mut(s![1..3, ..]), &law);
        assert_filled(matrix.slice_mut(s![10..50, 5..;3]), &law);
        assert_filled(matrix.slice_mut(s![60..;-2, ..;-7]), &law);
        assert_eq!(written(matrix.as_slice().unwrap()), 2 * 90 + 40 * 29 + 5 * 13);
        assert_filled(matrix.column_mut(0), &law);
        assert_filled(matrix.row_mut(69), &law);
        assert_filled(matrix.diag_mut(), &law);
        assert_filled(matrix.slice_mut(s![1..2, 2..3]), &law);
        let (left, right) = matrix.view_mut().split_at(Axis(1), 31);
        let before = right.to_owned();
        assert_filled(left, &law);
        assert_same_bits(&right, &before, "the other part");
        matrix.axis_chunks_iter_mut(Axis(0), 7).for_each(|chunk| assert_filled(chunk, &law));
        matrix.exact_chunks_mut((8, 9)).into_iter().for_each(|chunk| assert_filled(chunk, &law));
        matrix.lanes_mut(Axis(0)).into_iter().for_each(|lane| assert_filled(lane, &law));
    }
}

#[test]
fn a_part_has_the_elements_of_an_array_of_its_shape_and_nothing_around_it_changes() {
    each_type!(A => assert_parts_are_arrays::<A>());
}

fn assert_padding_stays<A: Listed>() {
    for law in laws_of::<A>() {
        let strided: [(&[usize], &[usize]); 6] = [
            // Rows of 50 elements, 64 apart; and so for columns.
            (&[60, 50], &[64, 1]),
            (&[60, 50], &[1, 64]),
            (&[60, 50], &[3, 200]),
            // Lines long enough for tiles, with gaps between elements and between lines.
            (&[21, 1700], &[2, 45]),
            // An axis of one element may have any stride.
            (&[2, 1, 300, 3], &[900, 7, 3, 1]),
            (&[300, 1, 3, 1], &[3, 900, 1, 5]),
        ];
        for (shape, strides) in strided {
            let mut memory = vec![A::rounded(UNTOUCHED); 1700 * 45];
            let shape = IxDyn(shape).strides(IxDyn(strides));
            let view = ArrayViewMut::from_shape(shape, &mut memory).unwrap();
            let n = view.len();
            assert_filled(view, &law);
            assert_eq!(written(&memory), n, "{strides:?}");
        }
    }
}

#[test]
fn views_of_foreign_memory_leave_the_padding_as_it_was() {
    each_type!(A => assert_padding_stays::<A>());
}

fn assert_owners_keep_theirs<A: Listed>() {
    let untouched = A::rounded(UNTOUCHED);
    for law in laws_of::<A>() {
        let original = ArcArray::<A, _>::from_elem((40, 50), untouched);
        let mut copy = original.clone();
        copy.fill_init(&law, KEY).unwrap();
        assert_same_bits(&copy, &expected(2000, &law), law);
        // A slice of a shared array, at another place than the array's first element.
        let mut part = original.clone().slice_move(s![7.., 3..;2]);
        part.fill_init(&law, KEY).unwrap();
        assert_same_bits(&part, &expected(part.len(), &law), law);
        let mut borrowed = CowArray::from(original.view());
        borrowed.fill_init(&law, KEY).unwrap();
        assert_same_bits(&borrowed, &copy, law);
        assert!(original.iter().all(|&element| element == untouched));
        assert_same_bits(&ArcArray::init((40, 50), &law, KEY).unwrap(), &copy, law);
        assert_same_bits(&CowArray::init((40, 50).f(), &law, KEY).unwrap(), &copy, law);
    }
}

#[test]
fn shared_arrays_are_copied_before_they_are_written() {
    each_type!(A => assert_owners_keep_theirs::<A>());
}

#[test]
fn a_preset_fills_by_the_shape_that_the_view_has() {
    each_type!(A => {
        let preset: Box<dyn Initializer<A>> = Box::new(VarianceScaling::he_normal());
        assert_layouts_agree(&*preset, &[200, 100]);
    });
}

/// `Complex<f32>` needs an alignment of 4 alone, so that no element of such an array begins at a
/// cache line. Arrays of 16 MiB and more are written past the caches.
#[cfg(feature = "complex")]
#[test]
fn complex_elements_may_lie_across_cache_lines() {
    use ndarray_init::num_complex::Complex32;
    const SIDE: usize = 1500;
    const WORDS: usize = 2 * SIDE * SIDE;
    const _: () = assert!(4 * WORDS >= 1 << 24);
    let law = normal(0.0, 1.0);
    let expected = Array2::<Complex32>::init((SIDE, SIDE), &law, KEY).unwrap();
    let mut memory = vec![UNTOUCHED as f32; WORDS + 2];
    let before = if memory.as_ptr().addr().is_multiple_of(8) { 1 } else { 2 };
    let elements: &mut [Complex32] = bytemuck::cast_slice_mut(&mut memory[before..][..WORDS]);
    assert_eq!(elements.as_ptr().addr() % 8, 4);
    let mut array = ArrayViewMut::from_shape((SIDE, SIDE).f(), elements).unwrap();
    array.fill_init(&law, KEY).unwrap();
    assert_same_bits(&array, &expected, law);
    assert_eq!(memory.iter().filter(|&&x| x == UNTOUCHED as f32).count(), 2);
}

/// A misspelled level is reported, and the values are those of the best.
#[test]
fn an_unknown_vector_unit_is_reported_and_changes_nothing() {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "stream::words_and_uniform_values_are_the_published_ones_to_the_bit",
            "--nocapture",
        ])
        .env("NDARRAY_INIT_SIMD", "avx3")
        .output()
        .unwrap();
    let (shown, said) =
        (String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success() && shown.contains("1 passed"), "{shown}\n{said}");
    assert!(said.contains("NDARRAY_INIT_SIMD is \"avx3\""), "{said}");
}

/// A view of up to seven axes; the longer, the fewer: for each stored axis the elements that are kept, its length and
/// how it is sliced; the order of the axes in the view; and true if they are stored in column-major order.
type Cut = (Vec<(usize, usize, Slice)>, Vec<usize>, bool);

fn cuts() -> impl Strategy<Value = Cut> {
    (1..=7_usize).prop_flat_map(|rank| {
        let longest: usize = [0, 6000, 400, 24, 8, 4, 3, 2][rank];
        let numbers = (1..=longest, 0..3_usize, 0..3_usize, 1..4_isize, any::<bool>());
        let axis = numbers.prop_map(|(kept, before, after, step, reversed)| {
            let span = (kept - 1) * step as usize + 1;
            let slice = Slice::new(before as isize, Some((before + span) as isize), step);
            let slice = if reversed { slice.step_by(-1) } else { slice };
            (kept, before + span + after, slice)
        });
        let order = Just((0..rank).collect::<Vec<_>>()).prop_shuffle();
        (prop::collection::vec(axis, rank), order, any::<bool>())
    })
}

proptest! {
    #![proptest_config(crate::common::cases(120))]

    #[test]
    fn any_view_has_the_elements_of_a_contiguous_array(
        (axes, order, column_major) in cuts(),
        law in 0..7_usize,
    ) {
        let n = axes.iter().map(|&(kept, ..)| kept).product();
        let shape: Vec<_> = axes.iter().map(|&(_, length, _)| length).collect();
        each_type!(A => {
            let laws = laws_of::<A>();
            let cut = |view: &mut ArrayViewMutD<'_, A>| {
                view.slice_each_axis_inplace(|axis| axes[axis.axis.index()].2);
                view.permute_axes(order.clone());
            };
            let memory = IxDyn(&shape).set_f(column_major);
            check(&laws[law % laws.len()], memory, n, &cut, &(&axes, &order, column_major));
        });
    }
}
