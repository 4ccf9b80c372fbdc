//! `Orthogonal` and `DeltaOrthogonal`: what they promise, and the law of Haar.

use crate::common::samples::{kolmogorov_smirnov, mean};
use crate::common::{Listed, assert_layouts_agree, assert_same_bits, cases, each_type};
use ndarray_init::ndarray::{Array2, ArrayD, ArrayView2, ArrayViewD, Axis, IxDyn, concatenate, s};
use ndarray_init::{DeltaOrthogonal, InitExt, Initializer, Key, Layout, Orthogonal};
#[cfg(feature = "complex")]
use ndarray_init::{ndarray::Array3, num_complex::Complex64};
use proptest::prelude::{any, prop, proptest};
use rayon::ThreadPoolBuilder;
use std::f64::consts::{PI, TAU};

fn orthogonal(gain: f64) -> Orthogonal {
    Orthogonal::new(gain).unwrap()
}

fn with(layout: Layout) -> Orthogonal {
    Orthogonal::default().with_layout(layout)
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
fn flattened<A: Listed>(array: &ArrayViewD<'_, A>, leading: usize) -> Array2<f64> {
    let rows: usize = array.shape()[..leading].iter().product();
    let columns = array.len() / rows;
    let part = |part| {
        let parts = array.as_standard_layout().mapv(|element| element.parts()[part]);
        parts.into_shape_with_order((rows, columns)).unwrap()
    };
    let re = part(0);
    if !A::HAS_PARTS {
        return re;
    }
    let im = part(1);
    concatenate![Axis(0), concatenate![Axis(1), re, -&im], concatenate![Axis(1), im, re]]
}

/// The greatest difference between a matrix' Gram matrix and gain² I, relative to gain². The Gram
/// matrix is that of the shorter side.
fn defect(matrix: &ArrayView2<'_, f64>, gain: f64) -> f64 {
    let (rows, columns) = matrix.dim();
    let mut gram = if rows < columns { matrix.dot(&matrix.t()) } else { matrix.t().dot(matrix) };
    gram.diag_mut().mapv_inplace(|x| x - gain * gain);
    gram.fold(0.0, |max: f64, x| max.max(x.abs())) / (gain * gain)
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
fn assert_orthogonal<A: Listed>(array: &ArrayViewD<'_, A>, leading: usize, gain: f64) {
    let defect = defect(&flattened(array, leading).view(), gain);
    assert!(defect <= tolerance::<A>(), "off by {defect:e}");
}

// --- orthogonality ----------------------------------------------------------------------------

fn keras_and_torch<A: Listed>(shape: &[usize], gain: f64, key: u64) {
    let keras = init::<A>(shape, &orthogonal(gain), key);
    assert_orthogonal(&keras.view(), shape.len() - 1, gain);
    let torch = init::<A>(shape, &orthogonal(gain).with_layout(Layout::torch()), key);
    assert_orthogonal(&torch.view(), 1, gain);
}

proptest! {
    #![proptest_config(cases(48))]

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
        rows in 1_usize..240,
        columns in 1_usize..240,
        key in any::<u64>(),
    ) {
        each_type!(A => keras_and_torch::<A>(&[rows, columns], 1.0, key));
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "minutes without optimization: run in release")]
fn matrices_of_extreme_shapes_are_orthogonal() {
    let shapes = [[1, 1], [1, 1000], [1000, 1], [2, 3000], [96, 96], [97, 96], [193, 2000]];
    for shape in shapes {
        each_type!(A => keras_and_torch::<A>(&shape, 1.0, 1));
    }
    // Rank-revealing decompositions take columns of so many rows for dependent ones in `f32`.
    let w = init::<f32>(&[1 << 20, 3], &Orthogonal::default(), 1);
    assert_orthogonal(&w.view(), 1, 1.0);
    let spread: f32 = w.iter().map(|x| x.powi(4)).sum::<f32>() * (1 << 20) as f32 / 3.0;
    assert!((spread - 3.0).abs() < 0.1, "the fourth moment of normal numbers is 3, not {spread}");
}

#[test]
fn extreme_gains_neither_overflow_nor_vanish() {
    for gain in [f64::from(f32::MAX), 1e30, 1e-30] {
        let w = init::<f32>(&[40, 30], &orthogonal(gain), 1).mapv(|x| f64::from(x) / gain);
        assert!(w.iter().all(|x| x.is_finite()));
        assert!(defect(&flattened(&w.view(), 1).view(), 1.0) < 1e-5);
    }
    for key in 0..20 {
        let one = init::<f32>(&[1, 1], &orthogonal(f32::MAX.into()), key);
        assert!(one[[0, 0]].is_finite());
    }
}

/// Wider types have more digits of the same matrix.
#[test]
fn every_element_type_has_the_matrix_of_the_widest() {
    let real = init::<f64>(&[200, 150], &orthogonal(2.0), 5).mapv(|x| [x, 0.0]);
    #[cfg(not(feature = "complex"))]
    let complex = real.clone();
    #[cfg(feature = "complex")]
    let complex = init::<Complex64>(&[200, 150], &orthogonal(2.0), 5).mapv(Listed::parts);
    each_type!(A => {
        let narrow = init::<A>(&[200, 150], &orthogonal(2.0), 5);
        let wide = if A::HAS_PARTS { &complex } else { &real };
        for (a, [re, im]) in narrow.iter().zip(wide) {
            let [x, y] = a.parts();
            let error = (x - re).hypot(y - im);
            assert!(error < 2e-5 + tolerance::<A>(), "{a:?} is not {re}, {im} as {}", A::TYPE);
        }
    });
}

// --- layouts ----------------------------------------------------------------------------------

/// The kernel's axes, these ones first.
fn led_by<A: Listed>(array: &ArrayD<A>, first: &[usize]) -> ArrayD<A> {
    let rest = (0..array.ndim()).filter(|axis| !first.contains(axis));
    array.clone().permuted_axes(first.iter().copied().chain(rest).collect::<Vec<_>>())
}

#[test]
fn the_output_axes_are_the_columns_in_every_layout() {
    let transposed = |layout: Layout| layout.transposed();
    let heads = Layout::einsum("btd,dhk->bthk").unwrap();
    // `jax.nn.initializers.orthogonal(column_axis=…)`: that axis against all others.
    let column = |axis| Layout::axes(&[], &[axis]);
    let rows: [(Layout, &[usize], &[usize]); 8] = [
        (transposed(Layout::torch()), &[16, 4, 3], &[1]),
        (transposed(Layout::torch()), &[4, 16, 3], &[1]),
        (transposed(Layout::keras()), &[3, 4, 16], &[1]),
        (heads, &[32, 4, 8], &[1, 2]),
        (column(0), &[3, 5, 7, 2], &[0]),
        (column(1), &[3, 5, 7, 2], &[1]),
        (column(-2), &[3, 5, 7, 2], &[2]),
        (column(-1), &[3, 5, 7, 2], &[3]),
    ];
    for (layout, shape, outputs) in rows {
        let w = init::<f64>(shape, &with(layout), 1);
        assert_orthogonal(&led_by(&w, outputs).view(), outputs.len(), 1.0);
    }
}

#[test]
fn batch_axes_and_groups_have_matrices_of_their_own() {
    let experts = init::<f64>(&[3, 20, 2, 10], &with(Layout::keras().batch(&[0, 2])), 1);
    let grouped = init::<f64>(&[60, 2, 5], &with(Layout::torch().groups(6)), 1);
    // 8 inputs in 2 groups, 3 outputs a group.
    let transposed = init::<f64>(&[8, 3, 5], &with(Layout::torch().transposed().groups(2)), 1);
    let delta = DeltaOrthogonal::default().with_layout(Layout::keras().groups(3));
    let delta = init::<f64>(&[3, 4, 15], &delta, 1);
    let mut kernels = Vec::new();
    for expert in experts.axis_iter(Axis(0)) {
        kernels.extend(expert.axis_iter(Axis(1)).map(|kernel| flattened(&kernel, 1)));
    }
    kernels.extend(grouped.axis_chunks_iter(Axis(0), 10).map(|group| flattened(&group, 1)));
    for group in transposed.axis_chunks_iter(Axis(0), 4) {
        kernels.push(flattened(&led_by(&group.to_owned(), &[1]).view(), 1));
    }
    let center = delta.index_axis(Axis(0), 1);
    kernels.extend(center.axis_chunks_iter(Axis(1), 5).map(|group| flattened(&group, 1)));
    for (i, kernel) in kernels.iter().enumerate() {
        assert!(defect(&kernel.view(), 1.0) < 1e-12, "{i}");
        // Matrices of one shape belong to one array: their keys differ.
        for other in kernels[..i].iter().filter(|other| other.dim() == kernel.dim()) {
            assert!(kernel.iter().zip(other).all(|(a, b)| a != b), "{i}");
        }
    }
    assert_eq!(kernels.len(), 6 + 6 + 2 + 3);
}

// --- reproducibility --------------------------------------------------------------------------

#[test]
#[cfg_attr(debug_assertions, ignore = "minutes without optimization: run in release")]
fn values_do_not_depend_on_memory_order() {
    for layout in [Layout::keras(), Layout::torch(), Layout::axes(&[0], &[1])] {
        for shape in [&[150, 130][..], &[130, 150], &[3, 3, 16, 24], &[7, 2, 3]] {
            let kernel = orthogonal(1.5).with_layout(layout.clone());
            each_type!(A => assert_layouts_agree::<A>(&kernel, shape));
        }
    }
    each_type!(A => assert_layouts_agree::<A>(&DeltaOrthogonal::default(), &[3, 4, 16, 24]));
    let torch = DeltaOrthogonal::default().with_layout(Layout::torch());
    each_type!(A => assert_layouts_agree::<A>(&torch, &[24, 16, 3]));
}

fn threads<A: Listed>(shape: &[usize]) {
    let mut expected = None;
    for threads in [1, 2, 5] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let w = pool.install(|| init::<A>(shape, &Orthogonal::default(), 3));
        let expected = expected.get_or_insert_with(|| w.clone());
        assert_same_bits(&w, &*expected, threads);
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "minutes without optimization: run in release")]
fn values_do_not_depend_on_the_number_of_threads() {
    each_type!(A => threads::<A>(&[700, 701]));
    threads::<f32>(&[1500, 300]);
    threads::<f64>(&[300, 1500]);
}

// --- the law of Haar --------------------------------------------------------------------------

/// Asserts that a sample follows its distribution function, by Kolmogorov and Smirnov: √N D is above
/// 2.2 in one of 8000 tries.
#[track_caller]
fn assert_distributed(sample: &[f64], cdf: impl Fn(f64) -> f64, what: &str) {
    let distance = kolmogorov_smirnov(sample, &cdf);
    assert!(distance < 2.2, "{what}: √N D is {distance}");
}

/// Asserts that a sample has this mean to 4 of its own standard deviations, that is, in all but one of
/// 16 000 tries.
#[track_caller]
fn assert_mean(sample: &[f64], expected: f64, what: &str) {
    let found = mean(sample.iter().copied());
    let spread = mean(sample.iter().map(|x| (x - found).powi(2)));
    let error = (found - expected) / (spread / sample.len() as f64).sqrt();
    assert!(error.abs() < 4.0, "{what} is {found}, {error} deviations from {expected}");
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

#[test]
fn half_of_the_determinants_are_negative() {
    for n in 1..=5 {
        let sample: Vec<f64> = (0..1000).map(|key| determinant(&matrix(n, n, key))).collect();
        assert!(sample.iter().all(|determinant| (determinant.abs() - 1.0).abs() < 1e-12));
        assert_mean(&sample, 0.0, "the determinant");
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
        assert_distributed(&angles, |x| (x + PI) / TAU, "angles");
    }
}

/// A coordinate of a uniform point on the sphere is uniform (Archimedes): of each column, and of
/// each row.
#[test]
fn every_entry_of_a_vector_in_space_is_uniform() {
    for (rows, columns) in [(3, 3), (3, 2), (2, 3), (3, 1), (1, 3)] {
        let matrices: Vec<_> = (0..10_000).map(|key| matrix(rows, columns, key)).collect();
        for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))) {
            let entries: Vec<f64> = matrices.iter().map(|w| w[[i, j]]).collect();
            let what = format!("entry {i}, {j} of {rows} × {columns}");
            assert_distributed(&entries, |x| f64::midpoint(x, 1.0), &what);
        }
    }
}

/// E q² = 1 / m and E q⁴ = 3 / (m (m + 2)) for entries of m × n matrices, m ≥ n; the trace of an
/// orthogonal matrix has the first moments of N(0, 1) (Diaconis & Shahshahani 1994).
#[test]
fn moments_are_those_of_haar() {
    for (m, n, tries) in [(4, 4, 4000), (12, 5, 4000), (100, 100, 400)] {
        let matrices: Vec<_> = (0..tries).map(|key| matrix(m, n, key)).collect();
        let check = |of: &dyn Fn(&Array2<f64>) -> f64, expected, what: &str| {
            let sample: Vec<f64> = matrices.iter().map(of).collect();
            assert_mean(&sample, expected, &format!("{what} of {m} × {n}"));
        };
        let side = m as f64;
        check(&|w| w[[0, 0]].powi(2), 1.0 / side, "q² of the first corner");
        check(&|w| w[[m - 1, n - 1]].powi(2), 1.0 / side, "q² of the last corner");
        check(&|w| w[[m - 1, 0]].powi(4), 3.0 / (side * (side + 2.0)), "q⁴ of a corner");
        if m == n {
            for (power, expected) in [(1, 0.0), (2, 1.0), (4, 3.0)] {
                check(&|w| w.diag().sum().powi(power), expected, &format!("tr^{power}"));
            }
        }
    }
}

/// Of U(n): entries have all phases, |q|² the law 1 − (1 − x)^(n − 1), and the trace has E|tr|² = 1,
/// that of the square 2 (Diaconis & Shahshahani 1994).
#[cfg(feature = "complex")]
#[test]
fn unitary_matrices_have_the_law_of_haar() {
    const COUNT: usize = 20_000;
    const SIDE: usize = 5;
    let stacked = with(Layout::keras().batch(&[0]));
    let all = Array3::<Complex64>::init((COUNT, SIDE, SIDE), &stacked, Key::new(2026)).unwrap();
    let sample = |of: &dyn Fn(ArrayView2<'_, Complex64>) -> f64| {
        all.outer_iter().map(of).collect::<Vec<f64>>()
    };
    for place in [(0, 0), (0, 3), (4, 0), (2, 2), (4, 4)] {
        let angles = sample(&|q| q[place].arg().rem_euclid(TAU));
        assert_distributed(&angles, |a| a / TAU, "phases");
        let squares = sample(&|q| q[place].norm_sqr());
        assert_distributed(&squares, |x| 1.0 - (1.0 - x).powi(SIDE as i32 - 1), "|q|²");
    }
    assert_mean(&sample(&|q| q.diag().sum().norm_sqr()), 1.0, "|tr|²");
    assert_mean(&sample(&|q| q.dot(&q).diag().sum().norm_sqr()), 2.0, "|tr q²|²");
}

// --- delta-orthogonal -------------------------------------------------------------------------

/// k = 4 has its center at 1, as in JAX.
#[test]
fn all_but_the_center_is_zero() {
    fn check<A: Listed>(layout: Layout, shape: &[usize], field: &[usize], center: &[usize]) {
        let delta = DeltaOrthogonal::new(0.5).unwrap().with_layout(layout);
        let w = init::<A>(shape, &delta, 1);
        for (place, &x) in w.indexed_iter() {
            let inside = field.iter().zip(center).all(|(&axis, &at)| place[axis] == at);
            assert_eq!(x != A::default(), inside, "{place:?}");
        }
        let mut middle = led_by(&w, field);
        for &at in center {
            middle = middle.index_axis_move(Axis(0), at);
        }
        assert_orthogonal(&middle.view(), 1, 0.5);
    }
    each_type!(A => {
        check::<A>(Layout::keras(), &[3, 4, 5, 6, 6], &[0, 1, 2], &[1, 1, 2]);
        check::<A>(Layout::torch(), &[6, 5, 4, 1], &[2, 3], &[1, 0]);
        // Stored as (in, out, spatial).
        check::<A>(Layout::torch().transposed(), &[4, 6, 3], &[2], &[1]);
    });
}
