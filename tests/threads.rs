//! Values do not depend on threads: whatever the pool, the memory order and the strides, elements are
//! those that one thread gives a contiguous array, and those are the contract's.
//!
//! Without the feature `rayon` pools change nothing, and the rest still has to hold.

use crate::common::{
    Listed, UNTOUCHED, assert_fills, assert_inits_every_order, assert_same_bits, each_type,
    element_of, laws, part, suits, word,
};
use ndarray_init::ndarray::{Array1, Array2, ArrayViewMutD, Axis, IxDyn, Slice, array};
use ndarray_init::{
    Blocks, Constant, Identity, InitExt, InitRefExt, Initializer, Key, Law, Sparse,
};
use rayon::ThreadPoolBuilder;
use std::cell::Cell;

const KEY: Key = Key::new(42);
/// Threads are used from 2¹⁷ elements on.
const ROWS: usize = 385;
const COLUMNS: usize = 1025;
const LEN: usize = ROWS * COLUMNS;
const _: () = assert!(LEN > 3 << 17 && LEN % 2 == 1);

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// In one pool after the other, from call to call.
fn in_another_pool(check: &(dyn Fn(usize) + Sync)) {
    thread_local!(static TURN: Cell<usize> = const { Cell::new(0) });
    let threads = [2, 3, 8][TURN.replace(TURN.get() + 1) % 3];
    on_threads(threads, || check(threads));
}

fn modulus<A: Listed>(element: A) -> f64 {
    let [re, im] = element.parts();
    re.hypot(im)
}

/// The first n elements, by one thread, checked where ranges of any task begin and end, far out in
/// the tails, and all over.
#[track_caller]
fn reference<A: Listed>(law: &Law, key: Key, n: usize) -> Array1<A> {
    let elements = on_threads(1, || Array1::<A>::init(n, law, key).unwrap());
    let ends = (0..=n).step_by(16 * 1024).flat_map(|end| end.saturating_sub(8)..end + 8);
    let far_out = (0..n).filter(|&i| modulus(elements[i]) > 2.4).take(3000);
    let everywhere = (0..n).step_by(131);
    for i in ends.chain(n - 8..n).chain(far_out).chain(everywhere).filter(|&i| i < n) {
        let expected = element_of::<A>(law, key, i);
        assert_same_bits([&elements[i]], [&expected], (law, i));
    }
    elements
}

/// A name, memory of this shape, and how a view of [`LEN`] elements is cut out of it.
type Place<A> = (&'static str, &'static [usize], fn(&mut ArrayViewMutD<'_, A>));

/// Contiguous, in tiles, and scattered.
fn places<A>() -> [Place<A>; 9] {
    fn every<A>(view: &mut ArrayViewMutD<'_, A>, step: isize) {
        view.slice_axis_inplace(Axis(1), Slice::new(1, None, step));
    }
    [
        ("a line", &[LEN], |_| ()),
        ("transposed", &[COLUMNS, ROWS], |view| view.swap_axes(0, 1)),
        ("transposed, long columns reversed", &[COLUMNS, ROWS], |view| {
            view.swap_axes(0, 1);
            view.invert_axis(Axis(0));
        }),
        (
            "transposed, lines reversed, every other element of a column",
            &[COLUMNS, 2 * ROWS + 1],
            |view| {
                every(view, 2);
                view.swap_axes(0, 1);
                view.invert_axis(Axis(1));
            },
        ),
        ("lines of two axes", &[5, 205, ROWS], |view| view.permute_axes(&[2, 0, 1][..])),
        ("backwards", &[LEN], |view| view.invert_axis(Axis(0))),
        ("every other element", &[ROWS, 2 * COLUMNS + 1], |view| every(view, 2)),
        ("every third element, backwards", &[ROWS, 3 * COLUMNS + 1], |view| every(view, -3)),
        ("short inner axes", &[5 * ROWS, 5, 41], |view| view.swap_axes(1, 2)),
    ]
}

/// Fills the place: the view has these elements, and the memory around it is as it was.
#[track_caller]
fn assert_fills_place<A: Listed>(
    &(name, memory, cut): &Place<A>,
    initializer: &(dyn Initializer<A> + Sync),
    expected: &Array1<A>,
) {
    in_another_pool(&|threads| {
        let fill = |mut view: ArrayViewMutD<'_, A>| view.fill_init(initializer, KEY).unwrap();
        assert_fills(IxDyn(memory), &cut, &fill, expected.as_slice().unwrap(), &(name, threads));
    });
}

/// Makes and fills a matrix in either memory order.
#[track_caller]
fn assert_matrices<A: Listed>(initializer: &(dyn Initializer<A> + Sync), expected: &Array2<A>) {
    let expected = expected.clone().into_dyn();
    in_another_pool(&|threads| assert_inits_every_order(initializer, KEY, &expected, &threads));
}

fn matrix<A>(elements: Array1<A>) -> Array2<A> {
    elements.into_shape_with_order((ROWS, COLUMNS)).unwrap()
}

/// Fills half of the places with the law of this number, and the other half with the next one, so that each type
/// has them all.
fn assert_law_in_places<A: Listed>(number: usize) {
    let law = &laws()[number];
    if !suits::<A>(law) {
        return;
    }
    let expected = reference::<A>(law, KEY, LEN);
    for place in places::<A>().iter().skip(number / 2 % 2).step_by(2) {
        assert_fills_place(place, law, &expected);
    }
    assert_matrices(law, &matrix(expected));
}

/// A test for each law, so that they share the machine.
macro_rules! draws_do_not_depend_on_threads {
    ($($name:ident: $law:expr;)*) => {
        mod draws_do_not_depend_on_threads {
            use super::*;

            $(
                #[test]
                fn $name() {
                    each_type!(A => assert_law_in_places::<A>($law));
                }
            )*
        }
    };
}
draws_do_not_depend_on_threads! {
    uniform_ones: 0;
    normal_ones: 2;
    those_between_two_sigmas: 4;
    those_between_asymmetric_bounds: 5;
    those_far_out: 6;
}

#[test]
fn the_reference_has_elements_of_the_rare_arm() {
    // It begins before this: at 1 − x² = 0.015 or less, in either type.
    each_type!(A => {
        assert!(reference::<A>(&laws()[2], KEY, LEN).iter().any(|&x| modulus(x) > 3.5));
    });
}

fn assert_constants<A: Listed>() {
    let number = A::rounded(0.1);
    let expected = Array1::from_elem(LEN, number);
    for place in places::<A>().iter().skip(size_of::<A>() / 8 % 2).step_by(2) {
        assert_fills_place(place, &Constant(number), &expected);
    }
    assert_fills_place(&places::<A>()[1], &array![number], &expected);
    let row = Array1::from_shape_fn(COLUMNS, |j| A::rounded(j as f64));
    assert_matrices(&row, &Array2::from_shape_fn((ROWS, COLUMNS), |(_, j)| row[j]));
    let column = Array2::from_shape_fn((ROWS, 1), |(i, _)| A::rounded(-(i as f64)));
    assert_matrices(&column, &Array2::from_shape_fn((ROWS, COLUMNS), |(i, _)| column[[i, 0]]));
    let whole = matrix(reference::<A>(&laws()[0], Key::new(1), LEN));
    assert_matrices(&whole, &whole);
    let diagonal = |(i, j)| A::rounded(if i == j { 0.5 } else { 0.0 });
    assert_matrices(
        &Identity::new(0.5).unwrap(),
        &Array2::from_shape_fn((ROWS, COLUMNS), diagonal),
    );
}

#[test]
fn numbers_constant_arrays_and_identities_do_not_depend_on_threads() {
    each_type!(A => assert_constants::<A>());
}

/// Selection sampling, a column at a time, by the words of the key's child.
fn punched<A: Listed>(mut elements: Array2<A>, zeros: usize) -> Array2<A> {
    let (rows, columns) = elements.dim();
    let key = part(KEY, 0).as_u64();
    for j in 0..columns {
        let mut left = zeros as u64;
        for i in 0..rows {
            let word = u64::from(word(key, i * columns + j));
            if (word * (rows - i) as u64) >> 32 < left {
                elements[[i, j]] = A::rounded(0.0);
                left -= 1;
            }
        }
        assert_eq!(left, 0);
    }
    elements
}

#[test]
fn sparse_matrices_do_not_depend_on_threads() {
    let law = laws()[2];
    let sparse = Sparse::new(0.25, law).unwrap();
    each_type!(A => {
        let expected = punched(matrix(reference::<A>(&law, KEY, LEN)), sparse.zeros(ROWS));
        assert_matrices(&sparse, &expected);
    });
}

/// Every block's elements are those of an array of its own, under a key of its own.
fn assert_blocks<A: Listed>(axis: usize, sizes: [usize; 2]) {
    let law = laws()[4];
    let mut expected = Array2::from_elem((ROWS, COLUMNS), A::rounded(UNTOUCHED));
    let (first, second) = expected.view_mut().split_at(Axis(axis), sizes[0]);
    for (i, mut block) in (0..).zip([first, second]) {
        let elements = reference::<A>(&law, part(KEY, i), block.len());
        let elements = elements.into_shape_with_order(block.raw_dim()).unwrap();
        block.assign(&elements);
    }
    assert_matrices(&Blocks::sizes(law, axis as isize, &sizes), &expected);
}

#[test]
fn blocks_do_not_depend_on_threads() {
    for (axis, sizes) in [(0, [200, 185]), (0, [380, 5]), (1, [1000, 25]), (1, [400, 625])] {
        each_type!(A => assert_blocks::<A>(axis, sizes));
    }
}
