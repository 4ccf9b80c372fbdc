//! An initializer that returns values made for another shape, where they depend on it, is a mistake
//! that is found before the first element is written, in debug and in release.

use crate::common::{Real, assert_same_bits, normal};
use ndarray_init::ndarray::{ArrayD, Axis, IxDyn, ShapeBuilder, Slice, array};
use ndarray_init::presets::keras::Stft;
use ndarray_init::{
    AnyInitializer, Blocks, Constant, Dirac, Identity, InitError, InitExt, InitRefExt, Initializer,
    Key, Layout, Sparse, Values, VarianceScaling, Zeros,
};
use ndarray_init::{DeltaOrthogonal, Orthogonal};
use std::panic::{AssertUnwindSafe, catch_unwind};

const KEY: Key = Key::new(3);

/// Returns the values of an array of one shape, whatever it is asked for.
#[derive(Clone)]
struct Made<I> {
    by: I,
    shape: Vec<usize>,
}

impl<A: Real, I: Initializer<A>> Initializer<A> for Made<I> {
    fn values(&self, _: &[usize], key: Key) -> Result<Values<A>, InitError> {
        self.by.values(&self.shape, key)
    }
}

/// The message of the panic that this must end in.
#[track_caller]
fn panic_of<T>(work: impl FnOnce() -> T) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else { panic!("no panic") };
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().expect("a message")).to_owned(),
    }
}

#[track_caller]
fn assert_names(message: &str, made_for: &[usize], shape: &[usize]) {
    let values = format!("values of shape {made_for:?} ");
    assert!(message.contains(&values), "{message:?} does not name {made_for:?}");
    let array = format!("array of shape {shape:?}");
    assert!(message.contains(&array), "{message:?} does not name {shape:?}");
}

fn untouched<A: Real>(shape: impl ShapeBuilder<Dim = IxDyn>) -> ArrayD<A> {
    let mut next = 12_345.0;
    ArrayD::from_shape_simple_fn(shape, || {
        next += 1.0;
        A::rounded(next)
    })
}

/// That filling an array of this shape ends in a panic that names both shapes, with the array as it
/// was, whether it is whole or a view, in whichever memory order.
#[track_caller]
fn assert_panics<A: Real>(
    initializer: &impl Initializer<A>,
    made_for: &[usize],
    shape: &[usize],
    [named, of]: [&[usize]; 2],
) {
    assert_ne!(made_for, shape);
    for column_major in [false, true] {
        let order = || IxDyn(shape).set_f(column_major);
        let message = panic_of(|| ArrayD::<A>::init(order(), initializer, KEY));
        assert_names(&message, named, of);
        let before = untouched::<A>(order());
        let mut array = before.clone();
        assert_names(&panic_of(|| array.fill_init(initializer, KEY)), named, of);
        assert_same_bits(&array, &before, "an array");
    }
    let wide: Vec<usize> = shape.iter().map(|n| 2 * n).collect();
    let before = untouched::<A>(IxDyn(&wide));
    let mut array = before.clone();
    let mut view = array.view_mut();
    for axis in 0..shape.len() {
        view.slice_axis_inplace(Axis(axis), Slice::new(0, None, -2));
    }
    assert_names(&panic_of(|| view.fill_init(initializer, KEY)), named, of);
    assert_same_bits(&array, &before, "an array around a view");
}

/// That values of the first shape fit it, and none of the others.
#[track_caller]
fn assert_only_fits(
    by: &(impl Initializer<f32> + Initializer<f64> + Clone),
    made_for: &[usize],
    others: &[&[usize]],
) {
    let made = Made { by: by.clone(), shape: made_for.to_vec() };
    let passed_on = ArrayD::<f32>::init(IxDyn(made_for), &made, KEY).unwrap();
    let direct = ArrayD::<f32>::init(IxDyn(made_for), by, KEY).unwrap();
    assert_same_bits(&passed_on, &direct, "passed on for the same shape");
    for shape in others {
        assert_panics::<f32>(&made, made_for, shape, [made_for, shape]);
        assert_panics::<f64>(&made, made_for, shape, [made_for, shape]);
        let boxed: Box<dyn Initializer<f32> + '_> = Box::new(&made);
        assert_panics::<f32>(&boxed, made_for, shape, [made_for, shape]);
    }
}

/// For matrices of 4 by 6: larger, smaller, turned, as many elements, another number of axes.
const OTHER_MATRICES: &[&[usize]] =
    &[&[8, 6], &[4, 7], &[4, 5], &[1, 1], &[6, 4], &[3, 8], &[24], &[4, 6, 1], &[1, 4, 6], &[]];

#[test]
fn identities_fit_the_shape_that_they_were_made_for() {
    assert_only_fits(&Identity::default(), &[4, 6], OTHER_MATRICES);
    assert_only_fits(&AnyInitializer::from(Identity::default()), &[4, 6], OTHER_MATRICES);
}

#[test]
fn sparse_matrices_fit_the_shape_that_they_were_made_for() {
    assert_only_fits(&Sparse::normal(0.5, 1.0).unwrap(), &[4, 6], OTHER_MATRICES);
}

#[test]
fn dirac_kernels_fit_the_shape_that_they_were_made_for() {
    let others: &[&[usize]] =
        &[&[3, 2, 5], &[3, 4, 2], &[5, 2, 4], &[2, 2, 2], &[3, 8], &[24], &[3, 2, 4, 1]];
    assert_only_fits(&Dirac::default(), &[3, 2, 4], others);
    let torch = Dirac::default().with_layout(Layout::torch().groups(2));
    assert_only_fits(&torch, &[4, 2, 3], &[&[4, 2, 5], &[2, 2, 3], &[8, 2, 3], &[3, 2, 4]]);
}

#[test]
fn transforms_fit_the_shape_that_they_were_made_for() {
    let others: &[&[usize]] = &[&[8, 1, 6], &[9, 1, 5], &[5, 1, 8], &[8, 2, 5], &[8, 5], &[40]];
    assert_only_fits(
        &Stft::new("real", Some("hann"), Some("density"), false).unwrap(),
        &[8, 1, 5],
        others,
    );
}

#[test]
fn blocks_fit_the_shape_that_they_were_made_for() {
    let equal = Blocks::equal(VarianceScaling::he_normal(), 0, 2);
    assert_only_fits(&equal, &[4, 6], OTHER_MATRICES);
    let sizes = Blocks::sizes(Identity::default(), 1, &[2, 4]);
    assert_only_fits(&sizes, &[4, 6], OTHER_MATRICES);
    let of: [(usize, AnyInitializer); 2] = [(1, Zeros.into()), (3, Identity::default().into())];
    assert_only_fits(&Blocks::of(0, of), &[4, 6], OTHER_MATRICES);
}

#[test]
fn constant_arrays_fit_the_shape_that_they_were_made_for() {
    let row = AnyInitializer::from(array![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_only_fits(&row, &[4, 6], OTHER_MATRICES);

    let single = Made { by: array![[1.0_f32], [2.0]], shape: vec![2, 3] };
    assert_panics::<f32>(&single, &[2, 3], &[2, 4], [&[2, 3], &[2, 4]]);
    assert_panics::<f32>(&single, &[2, 3], &[3, 2], [&[2, 3], &[3, 2]]);
    let double = Made { by: array![0.5_f64], shape: vec![6] };
    assert_panics::<f64>(&double, &[6], &[2, 3], [&[6], &[2, 3]]);
    assert_panics::<f64>(&double, &[6], &[1, 6], [&[6], &[1, 6]]);
}

#[test]
fn orthogonal_matrices_fit_the_shape_that_they_were_made_for() {
    assert_only_fits(&Orthogonal::default(), &[4, 6], OTHER_MATRICES);
    let others: &[&[usize]] = &[&[3, 2, 5], &[5, 2, 4], &[3, 4, 2], &[3, 8], &[3, 2, 4, 1]];
    assert_only_fits(&DeltaOrthogonal::default(), &[3, 2, 4], others);
}

/// They are the same for every shape.
#[test]
fn numbers_and_draws_fit_any_shape() {
    let made = Made { by: Constant(0.5), shape: vec![4, 6] };
    assert_eq!(ArrayD::init(IxDyn(&[2]), &made, KEY).unwrap(), array![0.5, 0.5].into_dyn());
    let law = normal(0.0, 1.0);
    let made = ArrayD::<f32>::init(IxDyn(&[5, 3]), &Made { by: law, shape: vec![4] }, KEY).unwrap();
    assert_same_bits(&made, &ArrayD::init(IxDyn(&[5, 3]), &law, KEY).unwrap(), "a law");
}

/// A block whose initializer is mistaken comes after one that is right, which must not be written.
#[test]
fn the_values_of_a_block_fit_the_block() {
    let wrong = Made { by: Identity::default(), shape: vec![2, 5] };
    let parts: [(usize, Box<dyn Initializer<f32>>); 2] =
        [(1, Box::new(Zeros)), (3, Box::new(wrong.clone()))];
    let blocks = Blocks::of(0, parts);
    assert_panics::<f32>(&blocks, &[], &[4, 6], [&[2, 5], &[3, 6]]);
    let nested =
        Blocks::of(1, [(2, Blocks::equal(wrong.clone(), 0, 2)), (4, Blocks::equal(wrong, 0, 2))]);
    assert_panics::<f64>(&nested, &[], &[4, 6], [&[2, 5], &[2, 2]]);
}
