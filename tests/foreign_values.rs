//! An initializer that returns values made for another shape, where they depend on it, is a mistake
//! that is found before the first element is written, in debug and in release.

use crate::common::{Real, assert_same_bits, normal};
use ndarray_init::ndarray::{ArrayD, IxDyn, ShapeBuilder, Slice, array};
use ndarray_init::presets::keras::Stft;
use ndarray_init::{
    AnyInitializer, Blocks, Constant, DeltaOrthogonal, Dirac, Identity, InitError, InitExt,
    InitRefExt, Initializer, Key, Layout, Orthogonal, Sparse, Values, VarianceScaling, Zeros,
};
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

/// Asserts that the work ends in a panic whose message names the shape that the values were made for, and
/// that of the array.
#[track_caller]
fn assert_panics_naming<T>([made_for, shape]: [&[usize]; 2], work: impl FnOnce() -> T) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else { panic!("no panic") };
    let message = panic.downcast_ref::<String>().expect("a formatted message");
    let expected = format!("values of shape {made_for:?} for an array of shape {shape:?}");
    assert!(message.contains(&expected), "{message:?}, not {expected:?}");
}

/// Asserts that filling an array of this shape panics and leaves the array as it was: a new one, one that is
/// there, and a view, in either memory order.
#[track_caller]
fn assert_panics<A: Real>(initializer: &dyn Initializer<A>, shape: &[usize], named: [&[usize]; 2]) {
    for column_major in [false, true] {
        let order = |n: usize| {
            let shape: Vec<usize> = shape.iter().map(|length| n * length).collect();
            IxDyn(&shape).set_f(column_major)
        };
        assert_panics_naming(named, || ArrayD::<A>::init(order(1), initializer, KEY));
        for step in [1, 2] {
            let mut next = 12_345.0;
            let before = ArrayD::from_shape_simple_fn(order(step), || {
                next += 1.0;
                A::rounded(next)
            });
            let mut array = before.clone();
            let mut view = array.view_mut();
            view.slice_each_axis_inplace(|_| Slice::from(..).step_by(-(step as isize)));
            assert_panics_naming(named, || view.fill_init(initializer, KEY));
            assert_same_bits(&array, &before, ("every nth element", step));
        }
    }
}

/// An initializer of either precision.
trait Both: Initializer<f32> + Initializer<f64> {}
impl<I: Initializer<f32> + Initializer<f64>> Both for I {}

/// Asserts that values of the first shape fit it, and none of the others.
#[track_caller]
fn assert_only_fits(by: &dyn Both, made_for: &[usize], others: &[&[usize]]) {
    let (single, double): (&dyn Initializer<f32>, &dyn Initializer<f64>) = (by, by);
    let single = Made { by: single, shape: made_for.to_vec() };
    let double = Made { by: double, shape: made_for.to_vec() };
    let passed_on = ArrayD::<f32>::init(IxDyn(made_for), &single, KEY).unwrap();
    let direct = ArrayD::<f32>::init(IxDyn(made_for), &single.by, KEY).unwrap();
    assert_same_bits(&passed_on, &direct, "passed on for the same shape");
    for shape in others {
        assert_panics::<f32>(&single, shape, [made_for, shape]);
        assert_panics::<f64>(&double, shape, [made_for, shape]);
    }
}

#[test]
fn values_that_depend_on_the_shape_fit_the_shape_that_they_were_made_for() {
    // Larger, smaller, turned, as many elements, another number of axes.
    let matrices: &[&[usize]] =
        &[&[8, 6], &[4, 7], &[4, 5], &[1, 1], &[6, 4], &[3, 8], &[24], &[4, 6, 1], &[1, 4, 6], &[]];
    let parts: [(usize, AnyInitializer); 2] = [(1, Zeros.into()), (3, Identity::default().into())];
    let of_matrices: [&dyn Both; 8] = [
        &Identity::default(),
        &AnyInitializer::from(Identity::default()),
        &Sparse::normal(0.5, 1.0).unwrap(),
        &Blocks::equal(VarianceScaling::he_normal(), 0, 2),
        &Blocks::sizes(Identity::default(), 1, &[2, 4]),
        &Blocks::of(0, parts),
        &AnyInitializer::from(array![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        &Orthogonal::default(),
    ];
    for initializer in of_matrices {
        assert_only_fits(initializer, &[4, 6], matrices);
    }
    let kernels: &[&[usize]] = &[&[3, 2, 5], &[5, 2, 4], &[3, 4, 2], &[3, 8], &[3, 2, 4, 1]];
    assert_only_fits(&Dirac::default(), &[3, 2, 4], kernels);
    assert_only_fits(&DeltaOrthogonal::default(), &[3, 2, 4], kernels);
    let torch = Dirac::default().with_layout(Layout::torch().groups(2));
    assert_only_fits(&torch, &[4, 2, 3], &[&[4, 2, 5], &[2, 2, 3], &[8, 2, 3], &[3, 2, 4]]);
    let stft = Stft::new("real", Some("hann"), Some("density"), false).unwrap();
    let frames: &[&[usize]] = &[&[8, 1, 6], &[9, 1, 5], &[5, 1, 8], &[8, 2, 5], &[8, 5], &[40]];
    assert_only_fits(&stft, &[8, 1, 5], frames);
}

#[test]
fn constant_arrays_fit_the_shape_that_they_were_broadcast_to() {
    let single = Made { by: array![[1.0_f32], [2.0]], shape: vec![2, 3] };
    assert_panics::<f32>(&single, &[2, 4], [&[2, 3], &[2, 4]]);
    assert_panics::<f32>(&single, &[3, 2], [&[2, 3], &[3, 2]]);
    let double = Made { by: array![0.5_f64], shape: vec![6] };
    assert_panics::<f64>(&double, &[2, 3], [&[6], &[2, 3]]);
    assert_panics::<f64>(&double, &[1, 6], [&[6], &[1, 6]]);
}

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
    assert_panics::<f32>(&Blocks::of(0, parts), &[4, 6], [&[2, 5], &[3, 6]]);
    let nested =
        Blocks::of(1, [(2, Blocks::equal(wrong.clone(), 0, 2)), (4, Blocks::equal(wrong, 0, 2))]);
    assert_panics::<f64>(&nested, &[4, 6], [&[2, 5], &[2, 2]]);
}
