//! Constants, identities, Dirac kernels, sparse matrices and blocks: what they are by definition,
//! and what PyTorch made of the same shapes.

use crate::common::{Listed, assert_same_bits, each_type, part};
use ndarray_init::ndarray::{
    Array1, Array2, Array3, Array4, ArrayD, Axis, IxDyn, ShapeBuilder, array, s,
};
use ndarray_init::{
    AnyInitializer, Blocks, Center, Constant, Dirac, Element, Identity, InitError, InitExt,
    InitRefExt, Initializer, Key, Law, Layout, Normal, Region, Sparse, TruncatedNormal, Uniform,
    Values, VarianceScaling, Zeros,
};
use serde_json::Value;

const KEY: Key = Key::new(17);

/// Results of PyTorch's `dirac_`, `eye_` and `sparse_`, a call a line.
fn pytorch(call: &str) -> impl Iterator<Item = Value> {
    let lines = include_str!("data/pytorch_structured.jsonl").lines();
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(move |line| line["call"] == call)
}

fn numbers(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect()
}

fn places(value: &Value) -> Vec<Vec<usize>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

/// Where an array is not zero.
fn nonzeros(array: &ArrayD<f32>) -> Vec<Vec<usize>> {
    let places = array.indexed_iter().filter(|&(_, &x)| x != 0.0);
    places.map(|(place, _)| ndarray_init::ndarray::Dimension::slice(&place).to_vec()).collect()
}

/// In every memory order, through every kind of view, the elements are the same, of whatever type.
macro_rules! assert_same_in_every_layout {
    ($initializer:expr, $shape:expr) => {{
        let initializer = $initializer;
        each_type!(A => assert_layouts_agree::<A>(&initializer, $shape));
    }};
}

#[track_caller]
fn assert_layouts_agree<A: Listed>(initializer: &dyn Initializer<A>, shape: &[usize]) {
    let untouched = A::rounded(9.0);
    let expected = ArrayD::<A>::init(IxDyn(shape), initializer, KEY).unwrap();
    let fortran = ArrayD::<A>::init(IxDyn(shape).f(), initializer, KEY).unwrap();
    assert_same_bits(&fortran, &expected, "Fortran order");

    let reversed: Vec<usize> = shape.iter().rev().copied().collect();
    let mut transposed = ArrayD::<A>::from_elem(IxDyn(&reversed), untouched);
    transposed.view_mut().reversed_axes().fill_init(initializer, KEY).unwrap();
    assert_same_bits(&transposed.reversed_axes(), &expected, "transposed");

    let wide: Vec<usize> = shape.iter().map(|n| 2 * n + 1).collect();
    let mut wide = ArrayD::<A>::from_elem(IxDyn(&wide), untouched);
    {
        let mut view = wide.view_mut();
        for axis in 0..shape.len() {
            view.slice_axis_inplace(Axis(axis), ndarray_init::ndarray::Slice::new(1, None, -2));
        }
        assert_eq!(view.shape(), shape);
        view.fill_init(initializer, KEY).unwrap();
        assert_same_bits(&view, &expected, "every other element, backwards");
    }
    let written: usize = shape.iter().product();
    let left = wide.iter().filter(|&&x| x == untouched).count();
    let nines = expected.iter().filter(|&&x| x == untouched).count();
    assert_eq!(left, wide.len() - written + nines, "only the view was written");
}

/// That it is this shape that the initializer cannot fill.
#[track_caller]
fn assert_shape(error: &InitError, shape: &[usize]) {
    assert!(matches!(error, InitError::Shape { shape: found, .. } if found == shape), "{error:?}");
}

// --- constants --------------------------------------------------------------------------------

#[test]
fn an_array_is_broadcast_to_the_shape() {
    let row = array![1.0_f32, 2.0, 3.0];
    let w = Array2::init((2, 3), &row, KEY).unwrap();
    assert_eq!(w, array![[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]);
    let column = array![[1.0_f32], [2.0]];
    let w = Array2::init((2, 3), &column.view(), KEY).unwrap();
    assert_eq!(w, array![[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]);
    assert_layouts_agree::<f32>(&row, &[4, 5, 3]);
    assert_layouts_agree::<f32>(&array![[[0.5_f32]], [[1.5]]].into_shared(), &[3, 2, 5, 7]);
    each_type!(A => {
        let columns = array![[[A::rounded(0.5)]], [[A::rounded(1.5)]]];
        assert_layouts_agree::<A>(&columns, &[3, 2, 5, 7]);
    });
}

#[test]
fn an_array_that_cannot_be_broadcast_is_an_error_and_writes_nothing() {
    let mut w = Array2::<f32>::ones((2, 4));
    let error = w.fill_init(&array![1.0_f32, 2.0, 3.0], KEY).unwrap_err();
    assert_shape(&error, &[2, 4]);
    assert_eq!(w, Array2::<f32>::ones((2, 4)));
}

#[test]
fn the_elements_of_a_constant_array_are_taken_as_they_are() {
    let elements = array![1.0, f64::NAN, f64::INFINITY, -0.0];
    let mut w = Array1::<f64>::init(4, &elements, KEY).unwrap();
    assert!(w.iter().zip(&elements).all(|(a, b)| a.to_bits() == b.to_bits()));
    w.fill(7.0);
    w.fill_init(&elements, KEY).unwrap();
    assert!(w.iter().zip(&elements).all(|(a, b)| a.to_bits() == b.to_bits()));
}

// --- identity ---------------------------------------------------------------------------------

#[test]
fn the_identity_is_the_gain_on_the_diagonal() {
    fn check<A: Element + std::fmt::Debug>(gain: f64, element: A) {
        for shape in [(1, 1), (4, 4), (3, 5), (5, 3), (1, 7)] {
            let w = Array2::<A>::init(shape, &Identity::new(gain).unwrap(), KEY).unwrap();
            for ((i, j), &x) in w.indexed_iter() {
                assert_eq!(x, if i == j { element } else { A::default() }, "{shape:?}");
            }
        }
    }
    each_type!(A => check::<A>(1.0, A::rounded(1.0)));
    each_type!(A => check::<A>(0.1, A::rounded(0.1)));
    assert_same_in_every_layout!(Identity::default(), &[6, 4]);
    assert_same_in_every_layout!(Identity::default(), &[1, 3]);
}

#[test]
fn the_identity_is_pytorchs_eye() {
    for line in pytorch("eye_") {
        let shape = numbers(&line["shape"]);
        let w = ArrayD::init(IxDyn(&shape), &Identity::default(), KEY).unwrap();
        assert_eq!(nonzeros(&w), places(&line["ones_at"]), "{line}");
    }
    assert_eq!(pytorch("eye_").count(), 3);
}

#[test]
fn an_identity_has_two_axes_and_a_gain_that_its_elements_can_be() {
    let identity = Identity::default();
    for shape in [&[][..], &[3], &[3, 3, 3]] {
        let error = ArrayD::<f32>::init(IxDyn(shape), &identity, KEY).unwrap_err();
        assert_shape(&error, shape);
    }
    for gain in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(Identity::new(gain), Err(InitError::Parameter { name: "gain", .. })));
    }
    let large = Identity::new(1e39).unwrap();
    let error = Array2::<f32>::init((2, 2), &large, KEY).unwrap_err();
    assert!(matches!(error, InitError::Unrepresentable { .. }), "{error}");
    assert_eq!(Array2::<f64>::init((1, 1), &large, KEY).unwrap(), array![[1e39]]);
}

// --- Dirac ------------------------------------------------------------------------------------

#[test]
fn dirac_kernels_are_pytorchs() {
    for line in pytorch("dirac_") {
        let shape = numbers(&line["shape"]);
        let groups = line["groups"].as_u64().unwrap() as usize;
        let dirac = Dirac::default().with_layout(Layout::torch().groups(groups));
        let w = ArrayD::init(IxDyn(&shape), &dirac, KEY).unwrap();
        assert_eq!(nonzeros(&w), places(&line["ones_at"]), "{line}");
        assert_eq!(f64::from(w.sum()), line["sum"].as_f64().unwrap(), "{line}");
        assert_same_in_every_layout!(dirac, &shape);
    }
    assert_eq!(pytorch("dirac_").count(), 5);
}

/// A kernel with its axes in the order of another layout.
#[test]
fn dirac_kernels_are_the_same_in_either_layout() {
    for (out, inp) in [(4, 4), (6, 3), (3, 6)] {
        for groups in [1, 3] {
            let (torch, keras) = (Layout::torch().groups(groups), Layout::keras().groups(groups));
            let torch = Dirac::default().with_layout(torch);
            let keras = Dirac::default().with_layout(keras);
            if out % groups == 0 {
                let w = Array4::<f32>::init((out, inp, 4, 3), &torch, KEY).unwrap();
                let v = Array4::<f32>::init((4, 3, inp, out), &keras, KEY).unwrap();
                assert_eq!(w.permuted_axes([2, 3, 1, 0]), v);
            }
        }
    }
}

#[test]
fn the_center_of_an_even_kernel_can_be_either() {
    for (k, upper, lower) in [(1, 0, 0), (2, 1, 0), (3, 1, 1), (4, 2, 1), (7, 3, 3)] {
        for (center, place) in [(Center::Upper, upper), (Center::Lower, lower)] {
            let dirac = Dirac::default().with_center(center);
            let w = Array3::<f64>::init((k, 1, 1), &dirac, KEY).unwrap();
            let expected: Vec<f64> = (0..k).map(|i| f64::from(u8::from(i == place))).collect();
            assert_eq!(w.into_raw_vec_and_offset().0, expected, "{k} {center:?}");
        }
    }
}

/// The purpose of a Dirac kernel.
#[test]
fn a_convolution_with_a_dirac_kernel_hands_its_input_on() {
    let (channels, k, n) = (3, 5, 16);
    let w = Array3::<f32>::init((k, channels, channels), &Dirac::default(), KEY).unwrap();
    let signal = Array2::<f32>::init((n, channels), &Normal::new(0.0, 1.0).unwrap(), KEY).unwrap();
    for t in 0..n {
        for c in 0..channels {
            let mut sum = 0.0;
            for i in 0..k {
                if let Some(row) = (t + i).checked_sub(k / 2).filter(|&row| row < n) {
                    sum += signal.row(row).dot(&w.slice(s![i, .., c]));
                }
            }
            assert_eq!(sum, signal[[t, c]]);
        }
    }
}

#[test]
fn dirac_kernels_of_a_batch_are_those_of_its_entries() {
    let dirac = Dirac::default().with_layout(Layout::keras().batch(&[0]));
    let w = Array4::<f32>::init((2, 3, 4, 5), &dirac, KEY).unwrap();
    let single = Array3::<f32>::init((3, 4, 5), &Dirac::default(), KEY).unwrap();
    assert_eq!(w.index_axis(Axis(0), 0), single);
    assert_eq!(w.index_axis(Axis(0), 1), single);
    let depthwise = Dirac::default().with_layout(Layout::depthwise());
    let w = Array4::<f32>::init((3, 3, 2, 2), &depthwise, KEY).unwrap();
    assert_eq!(nonzeros(&w.into_dyn()), [[1, 1, 0, 0], [1, 1, 1, 0]]);
}

// --- sparse -----------------------------------------------------------------------------------

fn sparse(sparsity: f64) -> Sparse {
    Sparse::normal(sparsity, 0.01).unwrap()
}

fn zeros_of_columns(w: &Array2<f32>) -> Vec<usize> {
    w.columns().into_iter().map(|c| c.iter().filter(|&&x| x == 0.0).count()).collect()
}

/// PyTorch's own, but where the product of floating-point numbers leads it astray.
#[test]
fn sparse_columns_have_as_many_zeros_as_pytorchs() {
    let mut astray = 0;
    for line in pytorch("sparse_") {
        let shape = numbers(&line["shape"]);
        let sparsity = line["sparsity"].as_f64().unwrap();
        let w = Array2::init((shape[0], shape[1]), &sparse(sparsity), KEY).unwrap();
        let theirs = numbers(&line["zeros_per_column"]);
        if (shape[0], sparsity) == (100, 0.07) {
            assert_eq!((theirs[0], zeros_of_columns(&w)), (8, vec![7; shape[1]]));
            astray += 1;
        } else {
            assert_eq!(zeros_of_columns(&w), theirs, "{line}");
        }
    }
    assert_eq!((astray, pytorch("sparse_").count()), (1, 5));
}

/// Against integers: p percent, permille and so on of as many rows.
#[test]
fn the_number_of_zeros_is_that_of_the_decimal_numbers() {
    for denominator in [10_usize, 100, 1000, 10_000] {
        for numerator in 0..=denominator.min(1000) {
            let sparsity: f64 = format!("{}e-{}", numerator, denominator.ilog10()).parse().unwrap();
            for rows in [1, 3, 7, 10, 100, 999, 1000, 4096, 30_000, 123_456_789] {
                let expected = (numerator * rows).div_ceil(denominator);
                assert_eq!(sparse(sparsity).zeros(rows), expected, "{sparsity} of {rows}");
            }
        }
    }
    assert_eq!(sparse(1.0 / 3.0).zeros(3), 1);
    assert_eq!(sparse(2.0 / 3.0).zeros(3), 2);
    assert_eq!(sparse(0.1 + 0.2).zeros(10), 3);
}

#[test]
fn what_is_not_zero_is_drawn_as_without_zeros() {
    let law = Normal::new(0.0, 0.01).unwrap();
    let dense = Array2::<f32>::init((50, 40), &law, KEY).unwrap();
    let w = Array2::<f32>::init((50, 40), &Sparse::new(0.3, law).unwrap(), KEY).unwrap();
    for (&x, &y) in w.iter().zip(&dense) {
        assert!(x == 0.0 || x == y);
    }
    assert_same_in_every_layout!(sparse(0.3), &[50, 40]);
    assert_same_in_every_layout!(sparse(1.0), &[5, 4]);
    let none = Array2::<f32>::init((50, 40), &sparse(0.0), KEY).unwrap();
    assert_same_bits(&none, &dense, "no zeros");
}

/// Part of the contract on values: changing it is value-breaking.
#[test]
fn the_choice_of_zeros_is_pinned() {
    let w = Array2::<f32>::init((8, 6), &sparse(0.5), KEY).unwrap();
    let rows: Vec<String> = w
        .rows()
        .into_iter()
        .map(|row| row.iter().map(|&x| if x == 0.0 { '0' } else { 'x' }).collect())
        .collect();
    let expected = ["x00x00", "xx0x0x", "0xxxx0", "00x0xx", "0x00xx", "x0x000", "0xxx00", "x000xx"];
    assert_eq!(rows, expected);
}

/// χ² of where the zeros are, over 20 000 columns of 10 rows with 3 zeros each: 9 degrees of
/// freedom, for which 27.9 is exceeded once in a thousand times. Pairs of rows, too: 45, each in 1
/// of 15 columns; as their counts hang together, 80.4 by simulation.
#[test]
fn every_choice_of_zeros_is_as_likely() {
    let columns = 20_000;
    let w = Array2::<f32>::init((10, columns), &sparse(0.3), KEY).unwrap();
    let chi_squared = |counts: &[f64], expected: f64| -> f64 {
        counts.iter().map(|n| (n - expected).powi(2) / expected).sum()
    };
    let (mut single, mut pairs) = (vec![0.0; 10], vec![0.0; 45]);
    for column in w.columns() {
        let mut pair = 0;
        for i in 0..10 {
            single[i] += f64::from(u8::from(column[i] == 0.0));
            for j in 0..i {
                pairs[pair] += f64::from(u8::from(column[i] == 0.0 && column[j] == 0.0));
                pair += 1;
            }
        }
    }
    // Without replacement: the variance of a count is smaller by 7 / 9.
    let single = chi_squared(&single, 0.3 * columns as f64) * 9.0 / 10.0 / 0.7;
    assert!(single < 27.9, "{single}");
    let pairs = chi_squared(&pairs, columns as f64 / 15.0);
    assert!(pairs < 80.4, "{pairs}");
}

#[test]
fn zeros_are_counted_along_either_axis() {
    let law = Normal::new(0.0, 0.01).unwrap();
    let by_rows = Sparse::new(0.3, law).unwrap().with_axis(1).unwrap();
    assert_eq!(by_rows, sparse(0.3).with_axis(-1).unwrap());
    assert_eq!(by_rows.with_axis(-2).unwrap(), sparse(0.3));
    assert_eq!((by_rows.axis(), sparse(0.3).axis()), (1, 0));
    let w = Array2::<f32>::init((50, 40), &by_rows, KEY).unwrap();
    assert_eq!(zeros_of_columns(&w.t().to_owned()), [12; 50]);
    // The zeros of the transposed matrix, and the values of this one.
    let transposed = Array2::<f32>::init((40, 50), &sparse(0.3), KEY).unwrap();
    let dense = Array2::<f32>::init((50, 40), &law, KEY).unwrap();
    for ((&x, &zero), &drawn) in w.iter().zip(transposed.t()).zip(&dense) {
        assert_eq!(x, if zero == 0.0 { 0.0 } else { drawn });
    }
    assert_same_in_every_layout!(by_rows, &[50, 40]);
}

// --- blocks -----------------------------------------------------------------------------------

#[test]
fn a_block_is_what_the_initializer_gives_its_shape_under_its_key() {
    let law = VarianceScaling::glorot_uniform();
    for axis in [0, 1, 2, -1, -3] {
        let blocks = Blocks::equal(&law, axis, 3);
        let w = Array3::<f32>::init((6, 9, 12), &blocks, KEY).unwrap();
        let axis = Axis(axis.rem_euclid(3) as usize);
        for (i, block) in w.axis_chunks_iter(axis, w.len_of(axis) / 3).enumerate() {
            let key = part(KEY, i as u64);
            let expected = Array3::<f32>::init(block.raw_dim(), &law, key).unwrap();
            assert_same_bits(block, &expected, (axis, i));
        }
    }
}

#[test]
fn blocks_of_given_sizes_have_fans_of_their_own() {
    // Grouped attention: 4 heads of queries, 1 of keys, 1 of values, of 8 each.
    let law = VarianceScaling::xavier_uniform().with_layout(Layout::torch());
    let w = Array2::<f64>::init((48, 16), &Blocks::sizes(&law, 0, &[32, 8, 8]), KEY).unwrap();
    for (range, rows) in [(0..32, 32.0), (32..40, 8.0), (40..48, 8.0)] {
        let block = w.slice(s![range, ..]);
        let bound = (6.0_f64 / (16.0 + rows)).sqrt();
        let largest = block.iter().fold(0.0_f64, |a, x| a.max(x.abs()));
        // 128 draws and more: all of them below 0.95 of the bound once in 700 times.
        assert!(largest <= bound && largest > 0.95 * bound, "{largest} {bound}");
    }
}

#[test]
fn blocks_nest_and_fit_every_memory_order() {
    let law = Normal::new(0.0, 1.0).unwrap();
    let heads = Blocks::equal(Blocks::equal(law, 1, 4), 0, 3);
    assert_same_in_every_layout!(heads.clone(), &[6, 8]);
    assert_same_in_every_layout!(Blocks::sizes(law, -1, &[1, 0, 70, 3]), &[40, 74]);
    assert_same_in_every_layout!(Blocks::equal(sparse(0.5), 0, 2), &[8, 3]);
    assert_same_in_every_layout!(Blocks::equal(heads, 0, 2), &[12, 8]);
}

#[test]
fn blocks_of_which_one_is_an_error_write_nothing() {
    // The second block is too large for f32: the first is not written either.
    let law = Law::from(Uniform::new(-1e39, 1e39).unwrap());
    let mut w = Array2::<f32>::ones((6, 5));
    assert!(w.fill_init(&Blocks::equal(law, 0, 2), KEY).is_err());
    assert_eq!(w, Array2::<f32>::ones((6, 5)));
    let huge = Blocks::sizes(Zeros, 0, &[usize::MAX, 7]);
    assert!(w.fill_init(&huge, KEY).is_err());
}

#[test]
fn structures_are_initializers_like_any_other() {
    let truncated = TruncatedNormal::in_sigmas(0.0, 0.02, -2.0, 2.0).unwrap();
    let any: [Box<dyn Initializer<f32>>; 5] = [
        Box::new(Identity::default()),
        Box::new(sparse(0.5)),
        Box::new(Blocks::equal(truncated, 0, 2)),
        Box::new(Constant(0.5)),
        Box::new(array![1.0_f32, 2.0]),
    ];
    for initializer in any {
        let w = Array2::<f32>::init((4, 2), &initializer, KEY).unwrap();
        assert_eq!(w, Array2::<f32>::init((4, 2), &*initializer, KEY).unwrap());
        assert!(Array2::<f32>::init((0, 2), &initializer, KEY).unwrap().is_empty());
    }
}

/// Blocks' values for a shorter array.
struct Short;

impl Initializer<f32> for Short {
    fn values(&self, _: &[usize], key: Key) -> Result<Values<f32>, InitError> {
        Blocks::equal(Zeros, 0, 2).values(&[2, 3], key)
    }
}

#[test]
#[should_panic(expected = "values of shape [2, 3] for an array of shape [1000, 3]")]
fn values_of_another_shape_do_not_leave_elements_as_they_are() {
    let _ = Array2::<f32>::init((1000, 3), &Short, KEY);
}

#[test]
fn blocks_have_sizes_and_initializers_of_their_own() {
    let normal = Normal::new(0.0, 0.02).unwrap();
    let parts: [(usize, AnyInitializer); 4] = [
        (1, Zeros.into()),
        (0, Identity::default().into()),
        (5, normal.into()),
        (2, array![0.5].into()),
    ];
    let w = Array2::<f32>::init((8, 3), &Blocks::of(0, parts.clone()), KEY).unwrap();
    assert!(w.row(0).iter().all(|&x| x == 0.0));
    let drawn = Array2::<f32>::init((5, 3), &normal, part(KEY, 2)).unwrap();
    assert_eq!(w.slice(s![1..6, ..]), drawn);
    assert!(w.slice(s![6.., ..]).iter().all(|&x| x == 0.5));
    assert_layouts_agree::<f32>(&Blocks::of(-2, parts.clone()), &[8, 3]);
    let error = Array2::<f32>::init((9, 3), &Blocks::of(0, parts), KEY).unwrap_err();
    assert!(matches!(error, InitError::Shape { .. }), "{error:?}");
    // Borrowed, and of different types.
    let dynamic: [(usize, &dyn Initializer<f32>); 2] = [(1, &Zeros), (7, &normal)];
    assert!(Array2::<f32>::init((8, 3), &Blocks::of(0, dynamic), KEY).is_ok());
}

/// i + j / 8 + k / 64, and infinity at the origin.
struct Places;

fn place(index: &[usize]) -> f64 {
    let &[i, j, k] = index else { panic!("{index:?}") };
    if index == [0, 0, 0] { f64::INFINITY } else { i as f64 + j as f64 / 8.0 + k as f64 / 64.0 }
}

impl<A: Element> Initializer<A> for Places {
    fn values(&self, shape: &[usize], _: Key) -> Result<Values<A>, InitError> {
        Values::from_fn(shape, place)
    }
}

#[test]
fn a_function_gives_every_element_type_its_values() {
    fn check<A: Listed>() {
        let w = Array3::<A>::init((2, 3, 4), &Places, KEY).unwrap();
        for ((i, j, k), &x) in w.indexed_iter() {
            assert_eq!(x.bits(), A::rounded(place(&[i, j, k])).bits(), "{i} {j} {k}");
        }
    }
    each_type!(A => check::<A>());
    assert_same_in_every_layout!(Places, &[2, 3, 4]);
    let region = Region::new(&[4, 5, 6], &[1, 2, 3]).unwrap();
    let part = Array3::<f32>::init_region((2, 2, 2), &Places, KEY, &region).unwrap();
    assert_eq!(part[[1, 1, 1]], 2.0 + 3.0 / 8.0 + 4.0 / 64.0);
}

#[test]
fn a_constant_array_is_read_where_it_lies() {
    let array = Array2::<f32>::zeros((3, 4));
    let view = array.as_array().unwrap();
    assert_eq!(view.as_ptr(), array.as_ptr());
    let boxed: Box<dyn Initializer<f32>> = Box::new(array);
    assert!(boxed.as_array().is_some());
    assert!((&Zeros as &dyn Initializer<f32>).as_array().is_none());
}
