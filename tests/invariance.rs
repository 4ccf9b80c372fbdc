//! An element is a function of key, logical index and law: whatever the memory order, the strides,
//! the slice's surroundings and the owner, its bits are those it has in a contiguous array.

#[cfg(feature = "complex")]
use crate::common::normal;
use crate::common::{Listed, assert_same_bits, each_type, laws, laws_of};
use ndarray_init::ndarray::{
    ArcArray, Array0, Array1, Array2, Array3, ArrayD, ArrayView, ArrayViewMut, ArrayViewMutD, Axis,
    CowArray, Dimension, IxDyn, Order, ShapeBuilder, Slice, s,
};
use ndarray_init::{InitExt, InitRefExt, Initializer, Key, Law, VarianceScaling};
use proptest::prelude::*;

const KEY: Key = Key::new(42);
/// No law here gives this number: elements that still have it have not been written.
const UNTOUCHED: f64 = 12_345.0;

/// The n elements in their logical order, from an array that has no other order.
fn expected<A: Listed>(n: usize, law: &Law) -> Array1<A> {
    let mut line = Array1::from_elem(n, A::rounded(UNTOUCHED));
    line.fill_init(law, KEY).unwrap();
    line
}

fn untouched<A: Listed>(n: usize) -> Vec<A> {
    vec![A::rounded(UNTOUCHED); n]
}

/// Fills the view and compares it, element by element in logical order, with a contiguous array.
#[track_caller]
fn assert_fills<A: Listed, D: Dimension>(mut view: ArrayViewMut<A, D>, law: &Law) {
    view.fill_init(law, KEY).unwrap();
    let what = (law.to_string(), view.shape().to_vec(), view.strides().to_vec());
    assert_same_bits(&view, &expected(view.len(), law), what);
}

/// That this many elements of the memory, and no others, have been written.
#[track_caller]
fn assert_written<A: Listed>(memory: &[A], count: usize) {
    let written = memory.iter().filter(|&&element| element != A::rounded(UNTOUCHED)).count();
    assert_eq!(written, count, "elements written");
}

/// Shapes on both sides of what the fill decides by: elements in a row and a block, long lines and
/// short ones, whole and partial tiles.
const SHAPES: [&[usize]; 12] = [
    &[],
    &[1],
    &[7],
    &[1030],
    &[1, 1, 1],
    &[5, 1, 7],
    &[33, 31],
    &[3, 2500],
    &[37, 1100],
    &[1100, 37],
    &[4, 5, 6, 7],
    &[2, 3, 1, 2, 3, 2, 2],
];

fn assert_orders_agree<A: Listed>() {
    for law in laws_of::<A>() {
        for shape in SHAPES {
            let n = shape.iter().product();
            let expected = expected::<A>(n, &law);
            let fresh = ArrayD::<A>::init(IxDyn(shape), &law, KEY).unwrap();
            assert_same_bits(&fresh, &expected, (law, shape, "fresh, C"));
            let fresh = ArrayD::<A>::init(IxDyn(shape).f(), &law, KEY).unwrap();
            assert_same_bits(&fresh, &expected, (law, shape, "fresh, F"));
            assert_fills(ArrayD::from_elem(IxDyn(shape), A::rounded(0.0)).view_mut(), &law);
            assert_fills(ArrayD::from_elem(IxDyn(shape).f(), A::rounded(0.0)).view_mut(), &law);
        }
    }
}

#[test]
fn row_major_and_column_major_arrays_have_the_same_elements() {
    each_type!(A => assert_orders_agree::<A>());
}

fn assert_axes_do_not_matter<A: Listed>() {
    for law in laws_of::<A>() {
        for axes in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            for flipped in 0..8 {
                let mut array = Array3::from_elem((9, 14, 21), A::rounded(UNTOUCHED));
                let mut view = array.view_mut().permuted_axes(axes);
                for axis in (0..3).filter(|axis| flipped >> axis & 1 == 1) {
                    view.invert_axis(Axis(axis));
                }
                assert_fills(view, &law);
                assert_written(array.as_slice().unwrap(), 9 * 14 * 21);
            }
        }
    }
}

#[test]
fn permuted_and_reversed_axes_have_the_same_elements() {
    each_type!(A => assert_axes_do_not_matter::<A>());
}

fn assert_slices_are_arrays<A: Listed>() {
    for law in laws_of::<A>() {
        let mut line = Array1::from_vec(untouched::<A>(5000));
        assert_fills(line.slice_mut(s![..;2]), &law);
        assert!(line.slice(s![1..;2]).iter().all(|&element| element == A::rounded(UNTOUCHED)));

        let mut matrix = Array2::from_shape_vec((70, 90), untouched::<A>(6300)).unwrap();
        assert_fills(matrix.slice_mut(s![1..3, ..]), &law);
        assert_written(matrix.as_slice().unwrap(), 2 * 90);
        assert_fills(matrix.slice_mut(s![10..50, 5..;3]), &law);
        assert_written(matrix.as_slice().unwrap(), 2 * 90 + 40 * 29);
        assert_fills(matrix.slice_mut(s![60..;-2, ..;-7]), &law);
        assert_written(matrix.as_slice().unwrap(), 2 * 90 + 40 * 29 + 5 * 13);
        assert_fills(matrix.column_mut(0), &law);
        assert_fills(matrix.row_mut(69), &law);
        assert_fills(matrix.diag_mut(), &law);
    }
}

#[test]
fn a_slice_has_the_elements_of_an_array_of_its_shape_and_nothing_around_it_changes() {
    each_type!(A => assert_slices_are_arrays::<A>());
}

fn assert_parts_are_filled_alone<A: Listed>() {
    for law in laws_of::<A>() {
        let mut matrix = Array2::from_shape_vec((40, 70), untouched::<A>(2800)).unwrap();
        let (left, right) = matrix.view_mut().split_at(Axis(1), 31);
        assert_fills(left, &law);
        assert!(right.iter().all(|&element| element == A::rounded(UNTOUCHED)));
        assert_fills(right, &law);
        for chunk in matrix.axis_chunks_iter_mut(Axis(0), 7) {
            assert_fills(chunk, &law);
        }
        for chunk in matrix.exact_chunks_mut((8, 9)) {
            assert_fills(chunk, &law);
        }
        for lane in matrix.lanes_mut(Axis(0)) {
            assert_fills(lane, &law);
        }
    }
}

#[test]
fn split_and_chunked_views_are_filled_each_alone() {
    each_type!(A => assert_parts_are_filled_alone::<A>());
}

fn assert_padding_stays<A: Listed>() {
    for law in laws_of::<A>() {
        // Rows of 50 elements, 64 apart; and so for columns.
        for strides in [(64, 1), (1, 64), (3, 200)] {
            let mut memory = untouched::<A>(64 * 200);
            let shape = (60, 50).strides(strides);
            assert_fills(ArrayViewMut::from_shape(shape, &mut memory).unwrap(), &law);
            assert_written(&memory, 60 * 50);
        }
        // Lines long enough for tiles, with gaps between elements and between lines.
        let mut memory = untouched::<A>(1700 * 45);
        let shape = (21, 1700).strides((2, 45));
        assert_fills(ArrayViewMut::from_shape(shape, &mut memory).unwrap(), &law);
        assert_written(&memory, 21 * 1700);
    }
}

#[test]
fn views_of_foreign_memory_leave_the_padding_as_it_was() {
    each_type!(A => assert_padding_stays::<A>());
}

fn assert_tiles_agree<A: Listed>() {
    // Columns lie together in memory, and a line is long enough to be drawn in tiles: tiles of
    // 16 by 1024, cut short on either side or on both, and lines of several axes.
    let shapes: [&[usize]; 8] = [
        &[16, 1024],
        &[17, 1025],
        &[15, 2047],
        &[33, 2049],
        &[32, 3072],
        &[9, 11, 300],
        &[3, 33, 700],
        &[70, 257],
    ];
    for (shape, law) in shapes.into_iter().zip(laws_of::<A>().into_iter().cycle()) {
        let mut column_major = ArrayD::from_elem(IxDyn(shape).f(), A::rounded(UNTOUCHED));
        assert_fills(column_major.view_mut(), &law);
        for axis in 0..shape.len() {
            column_major.invert_axis(Axis(axis));
            assert_fills(column_major.view_mut(), &law);
            // Axes in another order, each twice as far apart as need be.
            let mut stored = shape.to_vec();
            stored.rotate_left(axis);
            for length in &mut stored {
                *length *= 2;
            }
            let n = stored.iter().product();
            let mut memory = ArrayD::from_shape_vec(IxDyn(&stored), untouched::<A>(n)).unwrap();
            let rotated = (0..shape.len()).map(|i| (i + shape.len() - axis) % shape.len());
            let mut view = memory.view_mut().permuted_axes(rotated.collect::<Vec<_>>());
            view.slice_each_axis_inplace(|_| Slice::from(..).step_by(2));
            assert_fills(view, &law);
            assert_written(memory.as_slice().unwrap(), shape.iter().product());
        }
    }
}

#[test]
fn tiles_whole_and_partial_hold_the_same_elements() {
    each_type!(A => assert_tiles_agree::<A>());
}

fn assert_length_one_axes_do_not_matter<A: Listed>() {
    for law in laws_of::<A>() {
        let mut memory = untouched::<A>(2 * 300 * 3);
        // An axis of one element may have any stride.
        for strides in [[900, 7, 3, 1], [3, 900, 1, 5]] {
            let shape = if strides[0] == 900 { [2, 1, 300, 3] } else { [300, 1, 3, 1] };
            let shape = IxDyn(&shape).strides(IxDyn(&strides));
            assert_fills(ArrayViewMut::from_shape(shape, &mut memory).unwrap(), &law);
        }
        let mut matrix = Array2::from_elem((40, 30), A::rounded(UNTOUCHED));
        let view = matrix.view_mut().reversed_axes().insert_axis(Axis(1)).insert_axis(Axis(0));
        assert_fills(view, &law);
        assert_fills(matrix.slice_mut(s![3..4, ..;4]), &law);
    }
}

#[test]
fn axes_of_length_one_do_not_matter() {
    each_type!(A => assert_length_one_axes_do_not_matter::<A>());
}

fn assert_one_element_is_the_first<A: Listed>() {
    for law in laws_of::<A>() {
        let first = expected::<A>(5000, &law)[0];
        let mut matrix = Array2::from_elem((3, 4), A::rounded(UNTOUCHED));
        assert_fills(matrix.slice_mut(s![1..2, 2..3]), &law);
        assert_same_bits([&matrix[[1, 2]]], [&first], law);
        assert_written(matrix.as_slice().unwrap(), 1);
        assert_same_bits(&Array0::init((), &law, KEY).unwrap(), [&first], law);
        assert_same_bits(&ArrayD::init(IxDyn(&[1; 7]), &law, KEY).unwrap(), [&first], law);
    }
}

#[test]
fn an_array_of_one_element_has_the_first() {
    each_type!(A => assert_one_element_is_the_first::<A>());
}

fn assert_nothing_is_filled<A: Listed>() {
    for law in laws_of::<A>() {
        for shape in [&[0][..], &[3, 0], &[0, 5, 2]] {
            ArrayD::<A>::default(IxDyn(shape)).fill_init(&law, KEY).unwrap();
            assert_eq!(ArrayD::<A>::init(IxDyn(shape).f(), &law, KEY).unwrap().shape(), shape);
        }
        let mut matrix = Array2::from_elem((3, 4), A::rounded(UNTOUCHED));
        matrix.slice_mut(s![1..1, ..]).fill_init(&law, KEY).unwrap();
        assert_written(matrix.as_slice().unwrap(), 0);
    }
}

#[test]
fn an_array_without_elements_is_filled_by_doing_nothing() {
    each_type!(A => assert_nothing_is_filled::<A>());
}

fn assert_owners_keep_theirs<A: Listed>() {
    let untouched = A::rounded(UNTOUCHED);
    for law in laws_of::<A>() {
        let original = ArcArray::<A, _>::from_elem((40, 50), untouched);
        let mut copy = original.clone();
        copy.fill_init(&law, KEY).unwrap();
        assert_same_bits(&copy, &expected(2000, &law), law);
        assert!(original.iter().all(|&element| element == untouched));

        // A slice of a shared array, at another place than the array's first element.
        let mut part = original.clone().slice_move(s![7.., 3..;2]);
        part.fill_init(&law, KEY).unwrap();
        assert_same_bits(&part, &expected(part.len(), &law), law);
        assert!(original.iter().all(|&element| element == untouched));

        let mut borrowed = CowArray::from(original.view());
        borrowed.fill_init(&law, KEY).unwrap();
        assert_same_bits(&borrowed, &expected(2000, &law), law);
        assert!(original.iter().all(|&element| element == untouched));
        assert_same_bits(&ArcArray::init((40, 50), &law, KEY).unwrap(), &copy, law);
        assert_same_bits(&CowArray::init((40, 50).f(), &law, KEY).unwrap(), &copy, law);
    }
}

#[test]
fn shared_arrays_are_copied_before_they_are_written() {
    each_type!(A => assert_owners_keep_theirs::<A>());
}

fn assert_reshaped_arrays_agree<A: Listed>() {
    for law in laws_of::<A>() {
        let matrix = Array2::<A>::init((60, 40), &law, KEY).unwrap();
        let reshaped = matrix.to_shape(((24, 100), Order::RowMajor)).unwrap();
        assert_same_bits(&reshaped, &Array2::init((24, 100).f(), &law, KEY).unwrap(), law);
    }
}

#[test]
fn a_reshaped_array_is_the_array_of_the_new_shape() {
    each_type!(A => assert_reshaped_arrays_agree::<A>());
}

fn assert_presets_read_the_view_s_shape<A: Listed>() {
    let preset = VarianceScaling::he_normal();
    let mut matrix = Array2::from_elem((300, 200), A::rounded(UNTOUCHED));
    let mut view = matrix.slice_mut(s![..;3, ..;-1]).reversed_axes();
    view.fill_init(&preset, KEY).unwrap();
    let expected = Array2::<A>::init((200, 100), &preset, KEY).unwrap();
    assert_same_bits(&view, &expected, "he_normal");
    let boxed: Box<dyn Initializer<A>> = Box::new(preset);
    view.fill_init(&*boxed, KEY).unwrap();
    assert_same_bits(&view, &expected, "as a trait object");
}

#[test]
fn a_preset_fills_by_the_shape_that_the_view_has() {
    each_type!(A => assert_presets_read_the_view_s_shape::<A>());
}

/// Large enough to be shared among threads: nothing tells where one left off.
fn assert_large_arrays_continue_small_ones<A: Listed>() {
    for law in [laws()[0], laws()[4]] {
        let large = Array2::<A>::init((700, 1001), &law, KEY).unwrap();
        let turned = Array2::<A>::init((700, 1001).f(), &law, KEY).unwrap();
        assert_same_bits(&turned, &large, law);
        let mut wide = Array2::<A>::default((700, 2010));
        let mut every_second = wide.slice_mut(s![.., 8..;2]);
        every_second.fill_init(&law, KEY).unwrap();
        assert_same_bits(&every_second, &large, law);
        assert_same_bits(large.iter().take(5000), &expected(5000, &law), law);
    }
}

#[test]
fn large_arrays_continue_small_ones() {
    each_type!(A => assert_large_arrays_continue_small_ones::<A>());
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
    assert_written(&memory, WORDS);
}

/// A misspelled level is reported, and the values are those of the best.
#[test]
fn an_unknown_vector_unit_is_reported_and_changes_nothing() {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "stream::uniform_values_are_the_published_ones_to_the_bit",
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

/// A view's description: for each stored axis its length and how it is sliced, and their order.
#[derive(Clone, Debug)]
struct Cut {
    axes: Vec<(usize, Slice)>,
    order: Vec<usize>,
    column_major: bool,
}

/// Up to seven axes; the longer, the fewer.
fn cuts() -> impl Strategy<Value = Cut> {
    (1..=7_usize).prop_flat_map(|rank| {
        let longest: usize = [0, 6000, 400, 24, 8, 4, 3, 2][rank];
        let slice = (1..=longest, 0..3_usize, 0..3_usize, 1..4_isize, any::<bool>());
        let axis = slice.prop_map(|(kept, before, after, step, reversed)| {
            let span = (kept - 1) * step as usize + 1;
            let slice = Slice::new(before as isize, Some((before + span) as isize), step);
            let slice = if reversed { slice.step_by(-1) } else { slice };
            (before + span + after, slice)
        });
        let order = Just((0..rank).collect::<Vec<_>>()).prop_shuffle();
        (prop::collection::vec(axis, rank), order, any::<bool>())
            .prop_map(|(axes, order, column_major)| Cut { axes, order, column_major })
    })
}

impl Cut {
    fn array<A: Listed>(&self) -> ArrayD<A> {
        let shape: Vec<_> = self.axes.iter().map(|&(length, _)| length).collect();
        ArrayD::from_elem(IxDyn(&shape).set_f(self.column_major), A::rounded(UNTOUCHED))
    }

    fn view<'a, A: Listed>(&self, array: &'a mut ArrayD<A>) -> ArrayViewMutD<'a, A> {
        let mut view = array.view_mut();
        view.slice_each_axis_inplace(|axis| self.axes[axis.axis.index()].1);
        view.permuted_axes(self.order.clone())
    }

    #[track_caller]
    fn check<A: Listed>(&self, law: &Law) {
        let mut array = self.array::<A>();
        let view = self.view(&mut array);
        let count = view.len();
        assert_fills(view, law);
        assert_written(array.as_slice_memory_order().unwrap(), count);
    }
}

proptest! {
    #![proptest_config(crate::common::cases(120))]

    #[test]
    fn any_view_has_the_elements_of_a_contiguous_array(cut in cuts(), law in 0..7_usize) {
        each_type!(A => {
            let laws = laws_of::<A>();
            cut.check::<A>(&laws[law % laws.len()]);
        });
    }

    #[test]
    fn elements_are_counted_along_the_views_axes_and_not_in_memory(
        rows in 2..80_usize,
        columns in 2..80_usize,
        law in prop::sample::select(laws().to_vec()),
    ) {
        let mut turned = Array2::<f32>::zeros((rows, columns)).reversed_axes();
        turned.fill_init(&law, KEY).unwrap();
        let array = Array2::<f32>::init((columns, rows), &law, KEY).unwrap();
        assert_same_bits(&turned, &array, law);
        let other = Array2::<f32>::init((rows, columns), &law, KEY).unwrap();
        prop_assert_ne!(ArrayView::from(&turned), other.reversed_axes());
    }
}
