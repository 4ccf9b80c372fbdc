//! `Orthogonal` and `DeltaOrthogonal`: what they promise, the law of Haar, and every error.

#![allow(clippy::needless_pass_by_value)] // Views are handed on as they are made.

use crate::common::{Listed, assert_same_bits, cases, each_type};
use ndarray_init::ndarray::{Array, Array1, Array2, Array3, ArrayD, ArrayView2, Axis, IxDyn, s};
use ndarray_init::ndarray::{ArrayViewD, ShapeBuilder, Slice, concatenate};
use ndarray_init::{
    DeltaOrthogonal, InitError, InitExt, InitRefExt, Initializer, Key, Layout, Normal, Orthogonal,
};
use proptest::prelude::{any, prop, proptest};
use rayon::ThreadPoolBuilder;
use serde_json::Value;
use std::f64::consts::PI;
use std::thread::Builder;

fn orthogonal(gain: f64) -> Orthogonal {
    Orthogonal::new(gain).unwrap()
}

fn init<A: Listed>(shape: &[usize], initializer: &dyn Initializer<A>, key: u64) -> ArrayD<A> {
    ArrayD::init(IxDyn(shape), initializer, Key::new(key)).unwrap()
}

/// A square or rectangular matrix of Keras' layout, in `f64`.
fn matrix(rows: usize, columns: usize, key: u64) -> Array2<f64> {
    Array2::init((rows, columns), &Orthogonal::default(), Key::new(key)).unwrap()
}

/// So many leading axes as rows, the others as columns. A complex matrix A + i B is unitary if and only
/// if the real one with the rows [A, −B] and [B, A] is orthogonal: it is given as that.
fn flattened<A: Listed>(array: ArrayViewD<'_, A>, leading: usize) -> Array2<f64> {
    let rows: usize = array.shape()[..leading].iter().product();
    let columns = array.len() / rows;
    let [re, im] = [0, 1].map(|part| {
        let parts = array.as_standard_layout().mapv(|element| element.parts()[part]);
        parts.into_shape_with_order((rows, columns)).unwrap()
    });
    if !A::HAS_PARTS {
        return re;
    }
    concatenate![Axis(0), concatenate![Axis(1), re, -&im], concatenate![Axis(1), im, re]]
}

/// The greatest difference between a matrix' Gram matrix and gain² I, relative to gain². The Gram
/// matrix is that of the shorter side.
fn defect(matrix: ArrayView2<'_, f64>, gain: f64) -> f64 {
    let (rows, columns) = matrix.dim();
    let gram = if rows < columns { matrix.dot(&matrix.t()) } else { matrix.t().dot(&matrix) };
    let difference = gram / (gain * gain) - Array2::<f64>::eye(rows.min(columns));
    difference.iter().fold(0.0, |max: f64, x| max.max(x.abs()))
}

/// How far from orthogonal a matrix may be. Two entries that are each off by half a unit in the last
/// place are what a product of half types is off by, and squares of a column sum up to 1.
fn tolerance<A: Listed>() -> f64 {
    match A::TYPE {
        "f64" | "c64" => 1e-12,
        "f32" | "c32" => 1e-5,
        _ => 1.05 * A::EPSILON,
    }
}

#[track_caller]
fn assert_orthogonal<A: Listed>(array: ArrayViewD<'_, A>, leading: usize, gain: f64) {
    let defect = defect(flattened(array, leading).view(), gain);
    assert!(defect <= tolerance::<A>(), "off by {defect:e}");
}

// --- orthogonality ----------------------------------------------------------------------------

/// The kernel as a matrix: its rows the input axes and the receptive field, its columns this axis.
fn outputs_as_columns<A: Listed>(array: &ArrayD<A>, output: usize) -> ArrayD<A> {
    let mut order: Vec<_> = (0..array.ndim()).filter(|&axis| axis != output).collect();
    order.push(output);
    array.clone().permuted_axes(order)
}

#[test]
fn the_outputs_of_a_transposed_kernel_are_orthonormal() {
    let torch = Orthogonal::default().with_layout(Layout::torch().transposed());
    let by_axes = Orthogonal::default().with_layout(Layout::axes(&[0], &[1]));
    for shape in [&[16, 4, 3][..], &[4, 16, 3], &[5, 7, 3, 3]] {
        let (w, same) = (init::<f64>(shape, &torch, 1), init::<f64>(shape, &by_axes, 1));
        assert_same_bits(&w, &same, shape);
        assert_orthogonal(outputs_as_columns(&w, 1).view(), shape.len() - 1, 1.0);
        let plain = Orthogonal::default().with_layout(Layout::torch());
        assert_ne!(w, init::<f64>(shape, &plain, 1));
    }
    // Keras' transposed kernels are (spatial…, out, in).
    let keras = Orthogonal::default().with_layout(Layout::keras().transposed());
    let w = init::<f64>(&[3, 4, 16], &keras, 1);
    assert_orthogonal(outputs_as_columns(&w, 1).view(), 2, 1.0);
    assert_eq!(w.dim(), init::<f64>(&[3, 4, 16], &Orthogonal::default(), 1).dim());
}

#[test]
fn each_group_of_a_transposed_kernel_has_a_matrix_of_its_own() {
    // 8 inputs in 2 groups, 3 outputs a group.
    let layout = Layout::torch().transposed().groups(2);
    let w = init::<f64>(&[8, 3, 5], &Orthogonal::default().with_layout(layout), 1);
    for group in w.axis_chunks_iter(Axis(0), 4) {
        assert_orthogonal(outputs_as_columns(&group.to_owned(), 1).view(), 2, 1.0);
    }
    assert_ne!(w.slice(s![..4, .., ..]), w.slice(s![4.., .., ..]));
}

#[test]
fn a_transposed_delta_orthogonal_kernel_keeps_the_norms_of_its_inputs() {
    // Stored as (in, out, spatial): there may be no more inputs than outputs.
    let torch = DeltaOrthogonal::default().with_layout(Layout::torch().transposed());
    let w = init::<f64>(&[4, 6, 3], &torch, 1);
    let center = w.index_axis(Axis(2), 1).to_owned();
    let center = center.into_dimensionality::<ndarray_init::ndarray::Ix2>().unwrap();
    assert!(defect(center.view(), 1.0) < 1e-12);
    assert!(w.index_axis(Axis(2), 0).iter().all(|&x| x == 0.0));
    assert!(ArrayD::<f64>::init(IxDyn(&[6, 4, 3]), &torch, Key::new(1)).is_err());
    let plain = DeltaOrthogonal::default().with_layout(Layout::torch());
    assert!(ArrayD::<f64>::init(IxDyn(&[4, 6, 3]), &plain, Key::new(1)).is_err());
}

fn keras_and_torch<A: Listed>(shape: &[usize], gain: f64, key: u64) {
    let keras = init::<A>(shape, &orthogonal(gain), key);
    assert_orthogonal(keras.view(), shape.len() - 1, gain);
    let torch = init::<A>(shape, &orthogonal(gain).with_layout(Layout::torch()), key);
    assert_orthogonal(torch.view(), 1, gain);
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn kernels_of_any_rank_are_orthogonal_times_the_gain(
        shape in prop::collection::vec(1_usize..9, 2..=5),
        // The entries of `f16` keep all their digits.
        gain in 0.1..1e3_f64,
        key in any::<u64>(),
    ) {
        each_type!(A => keras_and_torch::<A>(&shape, gain, key));
    }

    #[test]
    #[cfg_attr(debug_assertions, ignore = "minutes without optimization: run in release")]
    fn matrices_are_orthogonal_however_many_blocks_they_take(
        rows in 1_usize..320,
        columns in 1_usize..320,
        key in any::<u64>(),
    ) {
        each_type!(A => keras_and_torch::<A>(&[rows, columns], 1.0, key));
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "minutes without optimization: run in release")]
fn matrices_of_extreme_shapes_are_orthogonal() {
    let shapes =
        [[1, 1], [1, 1000], [1000, 1], [2, 3000], [96, 96], [97, 96], [193, 5000], [512, 512]];
    for shape in shapes {
        each_type!(A => keras_and_torch::<A>(&shape, 1.0, 1));
    }
}

/// Rank-revealing decompositions take columns of so many rows for dependent ones in `f32`.
#[test]
#[cfg_attr(debug_assertions, ignore = "minutes without optimization: run in release")]
fn columns_of_a_million_rows_are_orthonormal() {
    let w = init::<f32>(&[1 << 20, 3], &Orthogonal::default(), 1);
    assert_orthogonal(w.view(), 1, 1.0);
    let spread: f32 = w.iter().map(|x| x.powi(4)).sum::<f32>() * (1 << 20) as f32 / 3.0;
    assert!((spread - 3.0).abs() < 0.1, "the fourth moment of normal numbers is 3, not {spread}");
}

#[test]
fn extreme_gains_neither_overflow_nor_vanish() {
    for gain in [f64::from(f32::MAX), 1e30, 1e-30] {
        let w = init::<f32>(&[40, 30], &orthogonal(gain), 1);
        assert!(w.iter().all(|x| x.is_finite()));
        let w = w.mapv(|x| f64::from(x) / gain);
        assert!(defect(flattened(w.view(), 1).view(), 1.0) < 1e-5);
    }
    for key in 0..20 {
        let one = init::<f32>(&[1, 1], &orthogonal(f32::MAX.into()), key);
        assert!(one[[0, 0]].is_finite());
    }
}

#[test]
fn f64_is_f32_with_more_digits() {
    let w32 = init::<f32>(&[200, 150], &orthogonal(2.0), 5);
    let w64 = init::<f64>(&[200, 150], &orthogonal(2.0), 5);
    for (&a, &b) in w32.iter().zip(&w64) {
        assert!((f64::from(a) - b).abs() < 2e-5, "{a} is not {b}");
    }
}

// --- layouts ----------------------------------------------------------------------------------

#[test]
fn pytorch() {
    let recorded = include_str!("data/pytorch_orthogonal.jsonl");
    let mut calls = 0;
    for line in recorded.lines() {
        let call: Value = serde_json::from_str(line).unwrap();
        let shape = call["shape"].as_array().unwrap();
        let shape: Vec<usize> = shape.iter().map(|n| n.as_u64().unwrap() as usize).collect();
        let gain = call["gain"].as_f64().unwrap();
        let layout = Layout::torch();
        let w = init::<f64>(&shape, &orthogonal(gain).with_layout(layout), 1);
        let w = flattened(w.view(), 1);
        let gram = match call["orthonormal"].as_str().unwrap() {
            "rows" => w.dot(&w.t()),
            "columns" => w.t().dot(&w),
            other => panic!("unknown side {other}"),
        };
        for ((i, j), &product) in gram.indexed_iter() {
            let expected = if i == j { call["gram_diagonal"].as_f64().unwrap() } else { 0.0 };
            assert!((product - expected).abs() < 1e-12, "{line}: {product} at {i}, {j}");
        }
        calls += 1;
    }
    assert_eq!(calls, 4);
}

/// `jax.nn.initializers.orthogonal(column_axis=…)`: that axis against all others.
#[test]
fn any_axis_can_hold_the_columns() {
    for axis in [0, 1, 2, 3, -1, -2, -3, -4] {
        let layout = Layout::axes(&[], &[axis]);
        let w = init::<f64>(&[3, 5, 7, 2], &Orthogonal::default().with_layout(layout), 1);
        let axis = axis.rem_euclid(4) as usize;
        let mut order = vec![axis];
        order.extend((0..4).filter(|&other| other != axis));
        assert_orthogonal(w.view().permuted_axes(order), 1, 1.0);
    }
}

#[test]
fn several_output_axes_are_columns_together() {
    let heads = Orthogonal::default().with_layout(Layout::einsum("btd,dhk->bthk").unwrap());
    let query = init::<f64>(&[32, 4, 8], &heads, 1);
    assert_orthogonal(query.view(), 1, 1.0);
}

#[test]
fn batch_axes_and_groups_have_matrices_of_their_own() {
    let experts = Orthogonal::default().with_layout(Layout::keras().batch(&[0, 2]));
    let w = init::<f64>(&[3, 20, 2, 10], &experts, 1);
    let grouped = Orthogonal::default().with_layout(Layout::torch().groups(6));
    let g = init::<f64>(&[60, 2, 5], &grouped, 1);
    let mut kernels = Vec::new();
    for expert in w.axis_iter(Axis(0)) {
        kernels.extend(expert.axis_iter(Axis(1)).map(|kernel| flattened(kernel, 1)));
    }
    for group in g.axis_chunks_iter(Axis(0), 10) {
        kernels.push(flattened(group, 1));
    }
    for (i, kernel) in kernels.iter().enumerate() {
        assert!(defect(kernel.view(), 1.0) < 1e-12);
        let of_another_key = kernels[..i].iter().filter(|other| other.dim() == kernel.dim());
        // The 6 experts come first, then the 6 groups under the same keys, of another shape.
        for other in of_another_key {
            assert!(kernel.iter().zip(other).all(|(a, b)| a != b));
        }
    }
    assert_eq!(kernels.len(), 12);
}

// --- reproducibility --------------------------------------------------------------------------

fn orders<A: Listed>(shape: &[usize], initializer: &impl Initializer<A>) {
    let expected = init::<A>(shape, initializer, 9);
    let fortran = ArrayD::<A>::init(IxDyn(shape).f(), initializer, Key::new(9)).unwrap();
    assert_same_bits(&fortran, &expected, "Fortran order");

    let twice: Vec<usize> = shape.iter().map(|n| 2 * n).collect();
    let mut wide = ArrayD::<A>::default(IxDyn(&twice));
    let mut view = wide.view_mut();
    for axis in (0..shape.len()).map(Axis) {
        view.slice_axis_inplace(axis, Slice::new(1, None, 2));
        view.invert_axis(axis);
    }
    view.fill_init(initializer, Key::new(9)).unwrap();
    assert_same_bits(&view, &expected, "backwards, every second place");

    let mut order: Vec<usize> = (0..shape.len()).collect();
    order.rotate_left(1);
    let rotated: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
    let mut permuted = ArrayD::<A>::default(IxDyn(&rotated));
    let mut view = permuted.view_mut().permuted_axes(inverse(&order));
    view.fill_init(initializer, Key::new(9)).unwrap();
    assert_same_bits(&view, &expected, "permuted axes");
}

fn inverse(order: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; order.len()];
    for (i, &axis) in order.iter().enumerate() {
        inverse[axis] = i;
    }
    inverse
}

#[test]
#[cfg_attr(debug_assertions, ignore = "minutes without optimization: run in release")]
fn values_do_not_depend_on_memory_order() {
    for shape in [&[150, 130][..], &[130, 150], &[3, 3, 16, 24], &[7, 2, 3]] {
        each_type!(A => orders::<A>(shape, &orthogonal(1.5)));
        each_type!(A => orders::<A>(shape, &orthogonal(1.5).with_layout(Layout::torch())));
        let by_axes = Layout::axes(&[0], &[1]);
        each_type!(A => orders::<A>(shape, &orthogonal(1.5).with_layout(by_axes.clone())));
    }
    each_type!(A => orders::<A>(&[3, 4, 16, 24], &DeltaOrthogonal::default()));
    let torch = DeltaOrthogonal::default().with_layout(Layout::torch());
    each_type!(A => orders::<A>(&[24, 16, 3], &torch));
}

fn threads<A: Listed>(shape: &[usize]) {
    let mut expected = None;
    for threads in [1, 2, 3, 5] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let w = pool.install(|| init::<A>(shape, &Orthogonal::default(), 3));
        let expected = expected.get_or_insert_with(|| w.clone());
        assert_same_bits(&w, &*expected, threads);
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "minutes without optimization: run in release")]
fn values_do_not_depend_on_the_number_of_threads() {
    for shape in [[700, 701], [1500, 300], [300, 1500]] {
        each_type!(A => threads::<A>(&shape));
    }
}

/// Also in threads with less stack than usual.
#[test]
fn a_matrix_takes_little_stack() {
    let fill = || each_type!(A => drop(init::<A>(&[130, 70], &Orthogonal::default(), 1)));
    Builder::new().stack_size(128 << 10).spawn(fill).unwrap().join().unwrap();
}

#[test]
fn keys_make_different_matrices() {
    let (a, b) = (matrix(5, 5, 1), matrix(5, 5, 2));
    assert!(a.iter().zip(&b).all(|(a, b)| a != b));
    assert_eq!(a, matrix(5, 5, 1));
}

// --- the law of Haar --------------------------------------------------------------------------

/// √N times the greatest distance between the empirical and the true distribution function
/// (Kolmogorov-Smirnov). Above 2.2 in one of 8000 tries, if the samples have that law.
fn kolmogorov(mut samples: Vec<f64>, distribution: impl Fn(f64) -> f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let n = samples.len() as f64;
    let distance = samples.iter().zip(0_u32..).map(|(&x, i)| {
        let p = distribution(x);
        (p - f64::from(i) / n).max(f64::from(i + 1) / n - p)
    });
    distance.fold(0.0, f64::max) * n.sqrt()
}

fn determinant(w: &Array2<f64>) -> f64 {
    match w.nrows() {
        1 => w[[0, 0]],
        n => (0..n)
            .map(|column| {
                let rest: Vec<usize> = (0..n).filter(|&j| j != column).collect();
                let minor = determinant(&w.slice(s![1.., ..]).select(Axis(1), &rest));
                w[[0, column]] * minor * if column % 2 == 0 { 1.0 } else { -1.0 }
            })
            .sum(),
    }
}

/// A deviation of 4 standard deviations, that is, in one of 16 000 tries.
const FOUR_SIGMAS: f64 = 4.0;

#[test]
fn half_of_the_determinants_are_negative() {
    const TRIES: u64 = if cfg!(debug_assertions) { 1000 } else { 10_000 };
    for n in 1..=5 {
        let mut negative = 0;
        for key in 0..TRIES {
            let determinant = determinant(&matrix(n, n, key));
            assert!((determinant.abs() - 1.0).abs() < 1e-12);
            negative += u32::from(determinant < 0.0);
        }
        let deviation = (f64::from(negative) - TRIES as f64 / 2.0) / (TRIES as f64 / 4.0).sqrt();
        assert!(deviation.abs() < FOUR_SIGMAS, "{negative} of {TRIES} for n = {n}");
    }
}

/// The angle of a rotation of the plane, and the axis of a reflection, are uniform.
#[test]
fn rotations_and_reflections_of_the_plane_have_uniform_angles() {
    let mut angles = [Vec::new(), Vec::new()];
    for key in 0..20_000 {
        let w = matrix(2, 2, key);
        let angle = w[[1, 0]].atan2(w[[0, 0]]);
        angles[usize::from(determinant(&w) < 0.0)].push(angle);
    }
    for angles in angles {
        let statistic = kolmogorov(angles, |x| (x + PI) / (2.0 * PI));
        assert!(statistic < 2.2, "{statistic}");
    }
}

/// The eigenvalues of a rotation in space are 1 and exp(±iθ), θ of density (1 − cos θ) / π.
#[test]
fn rotations_of_space_have_the_angles_of_haar() {
    let angle = |key| {
        let w = matrix(3, 3, key);
        let trace = w.diag().sum() * determinant(&w).signum();
        ((trace - 1.0) / 2.0).clamp(-1.0, 1.0).acos()
    };
    let statistic = kolmogorov((0..20_000).map(angle).collect(), |x| (x - x.sin()) / PI);
    assert!(statistic < 2.2, "{statistic}");
}

/// A coordinate of a uniform point on the sphere is uniform (Archimedes): of each column, and of
/// each row.
#[test]
fn every_entry_of_a_vector_in_space_is_uniform() {
    for (rows, columns) in [(3, 3), (3, 2), (2, 3), (3, 1), (1, 3)] {
        let matrices: Vec<_> = (0..10_000).map(|key| matrix(rows, columns, key)).collect();
        for i in 0..rows {
            for j in 0..columns {
                let entries = matrices.iter().map(|w| w[[i, j]]).collect();
                let statistic = kolmogorov(entries, |x| f64::midpoint(x, 1.0));
                assert!(statistic < 2.2, "{statistic} at {i}, {j} of {rows} × {columns}");
            }
        }
    }
}

/// E q² = 1 / m and E q⁴ = 3 / (m (m + 2)) for entries of m × n matrices, m ≥ n; the trace of an
/// orthogonal matrix has the first moments of N(0, 1) (Diaconis & Shahshahani 1994).
#[test]
fn moments_are_those_of_haar() {
    const TRIES: u64 = if cfg!(debug_assertions) { 400 } else { 4000 };
    let within = |samples: &[f64], expected: f64, what: &str| {
        let samples = Array1::from(samples.to_vec());
        let error = samples.std(1.0) / (TRIES as f64).sqrt();
        let deviation = (samples.mean().unwrap() - expected) / error;
        assert!(deviation.abs() < FOUR_SIGMAS, "{what} deviates by {deviation} errors");
    };
    for (m, n) in [(4, 4), (8, 8), (12, 5), (100, 100)] {
        let m_f64 = m as f64;
        let mut moments: [Vec<f64>; 6] = Default::default();
        for key in 0..TRIES {
            let w = matrix(m, n, key);
            let trace = if m == n { w.diag().sum() } else { 0.0 };
            let corners = [w[[0, 0]].powi(2), w[[m - 1, n - 1]].powi(2), w[[m - 1, 0]].powi(4)];
            let traces = [trace, trace.powi(2), trace.powi(4)];
            for (all, one) in moments.iter_mut().zip(corners.into_iter().chain(traces)) {
                all.push(one);
            }
        }
        let fourth = 3.0 / (m_f64 * (m_f64 + 2.0));
        let expected = [1.0 / m_f64, 1.0 / m_f64, fourth, 0.0, 1.0, 3.0];
        let names = ["q₁₁²", "q of the last corner²", "q of a corner⁴", "tr", "tr²", "tr⁴"];
        for ((samples, expected), name) in moments.iter().zip(expected).zip(names) {
            if m == n || !name.starts_with("tr") {
                within(samples, expected, &format!("{name} of {m} × {n}"));
            }
        }
    }
}

// --- delta-orthogonal -------------------------------------------------------------------------

#[test]
fn a_circular_convolution_keeps_the_norm_of_a_signal_times_the_gain() {
    const N: usize = 17;
    let signal = Array2::<f64>::init((N, 4), &Normal::new(0.0, 1.0).unwrap(), Key::new(8)).unwrap();
    for (k, gain) in [(1, 1.0), (2, 1.0), (3, 1.0), (4, 0.5), (7, 3.0)] {
        let delta = DeltaOrthogonal::new(gain).unwrap();
        let w = Array3::<f64>::init((k, 4, 6), &delta, Key::new(1)).unwrap();
        let mut out = Array2::<f64>::zeros((N, 6));
        for (p, mut out) in out.rows_mut().into_iter().enumerate() {
            for t in 0..k {
                out += &signal.row((p + t) % N).dot(&w.index_axis(Axis(0), t));
            }
        }
        let norm = |x: &Array2<f64>| x.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert!((norm(&out) / norm(&signal) - gain).abs() < 1e-12);
    }
}

#[test]
fn all_but_the_center_is_zero() {
    // k = 4 has its center at 1, as in JAX.
    let w = init::<f32>(&[3, 4, 5, 6, 6], &DeltaOrthogonal::default(), 1);
    for (place, &x) in w.indexed_iter() {
        assert_eq!(x == 0.0, [place[0], place[1], place[2]] != [1, 1, 2], "{place:?}");
    }
    assert_orthogonal(w.slice(s![1, 1, 2, .., ..]).into_dyn(), 1, 1.0);

    let torch = DeltaOrthogonal::default().with_layout(Layout::torch());
    let w = init::<f32>(&[6, 5, 4, 1], &torch, 1);
    for (place, &x) in w.indexed_iter() {
        assert_eq!(x == 0.0, [place[2], place[3]] != [1, 0], "{place:?}");
    }
    assert_orthogonal(w.slice(s![.., .., 1, 0]).into_dyn(), 1, 1.0);
}

#[test]
fn groups_of_a_delta_orthogonal_convolution_are_orthogonal_each() {
    let grouped = DeltaOrthogonal::default().with_layout(Layout::keras().groups(3));
    let w = init::<f64>(&[3, 4, 15], &grouped, 1);
    for group in w.index_axis(Axis(0), 1).axis_chunks_iter(Axis(1), 5) {
        assert_orthogonal(group.into_dyn(), 1, 1.0);
    }
}

// --- errors -----------------------------------------------------------------------------------

/// Asserts that filling an array of this shape is an error of this variant and writes nothing.
macro_rules! assert_refused {
    ($initializer:expr, $shape:expr, $variant:pat) => {
        let error = refused($initializer, $shape);
        assert!(matches!(error, $variant), "{error:?}");
    };
}

#[track_caller]
fn refused(initializer: &dyn Initializer<f32>, shape: &[usize]) -> InitError {
    let mut array = Array::from_elem(IxDyn(shape), 7.0_f32);
    let error = array.fill_init(initializer, Key::new(1)).unwrap_err();
    assert!(array.iter().all(|&x| x == 7.0), "the array was written");
    error
}

/// Asserts that an array of this shape has not the axes or the fans, and that nothing is written.
#[track_caller]
fn assert_shape_refused(initializer: &dyn Initializer<f32>, shape: &[usize]) {
    let error = refused(initializer, shape);
    assert!(matches!(&error, InitError::Shape { shape: found, .. } if found == shape), "{error:?}");
}

#[test]
fn a_gain_must_be_positive_and_finite() {
    for gain in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY] {
        for result in [Orthogonal::new(gain).err(), DeltaOrthogonal::new(gain).err()] {
            let error = result.expect("an error");
            assert!(matches!(error, InitError::Parameter { name: "gain", .. }), "{error:?}");
        }
    }
    assert_refused!(&orthogonal(1e39), &[2, 2], InitError::Unrepresentable { element: "f32", .. });
}

#[test]
fn matrices_need_rows_and_columns() {
    let with = |layout| Orthogonal::default().with_layout(layout);
    assert_shape_refused(&with(Layout::keras()), &[5]);
    assert_shape_refused(&with(Layout::keras()), &[]);
    assert_shape_refused(&with(Layout::keras().batch(&[0])), &[4, 5]);
    assert_shape_refused(&with(Layout::axes(&[0], &[])), &[4, 5]);
    assert_shape_refused(&with(Layout::axes(&[], &[0, 1])), &[4, 5]);
    assert_refused!(&with(Layout::torch()), &[5], InitError::Layout { .. });
}

#[test]
fn layouts_must_fit() {
    let with = |layout| Orthogonal::default().with_layout(layout);
    for axis in [3, -3] {
        let axes = with(Layout::axes(&[], &[axis]));
        assert_refused!(&axes, &[4, 5], InitError::Layout { .. });
    }
    let grouped = with(Layout::torch().groups(3));
    assert_refused!(&grouped, &[4, 5], InitError::Layout { .. });
    assert_shape_refused(&with(Layout::axes(&[0], &[1, 2]).groups(2)), &[2, 2, 2]);
}

#[test]
fn delta_orthogonal_kernels_have_no_more_inputs_than_outputs() {
    let with = |layout| DeltaOrthogonal::default().with_layout(layout);
    assert_shape_refused(&with(Layout::keras()), &[3, 6, 5]);
    assert_shape_refused(&with(Layout::torch()), &[5, 6, 3]);
    // The output channels of one group are too few.
    assert_shape_refused(&with(Layout::keras().groups(2)), &[3, 6, 10]);
}

#[test]
fn delta_orthogonal_kernels_have_one_to_three_axes_of_receptive_field() {
    for shape in [&[4][..], &[4, 4], &[1, 1, 1, 1, 4, 4]] {
        assert_shape_refused(&DeltaOrthogonal::default(), shape);
    }
}

#[test]
fn arrays_without_elements_are_no_error() {
    for shape in [[0, 3, 3], [3, 0, 3], [3, 3, 0]] {
        let w = init::<f32>(&shape, &Orthogonal::default(), 1);
        assert!(w.is_empty());
        assert!(init::<f64>(&shape, &DeltaOrthogonal::default(), 1).is_empty());
    }
}
