//! Constants, identities, Dirac kernels, sparse matrices and blocks: what they are by definition,
//! and what PyTorch made of the same shapes.

use crate::common::{Listed, assert_layouts_agree, assert_same_bits, each_type, normal, part};
use ndarray_init::ndarray::{
    Array1, Array2, Array3, Array4, ArrayD, Axis, Dimension, IxDyn, array, s,
};
use ndarray_init::presets::keras::Stft;
use ndarray_init::{
    AnyInitializer, Blocks, Center, Constant, Dirac, Element, Identity, InitError, InitExt,
    InitRefExt, Initializer, Key, Layout, Ones, Region, Sparse, Values, VarianceScaling, Zeros,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

const KEY: Key = Key::new(17);

/// Results of PyTorch's `dirac_`, `eye_` and `sparse_`, a call a line.
fn pytorch(call: &str) -> impl Iterator<Item = Value> {
    let lines = include_str!("data/pytorch_structured.jsonl").lines();
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(move |line| line["call"] == call)
}

fn read<T: DeserializeOwned>(value: &Value) -> T {
    T::deserialize(value).unwrap()
}

/// Where an array is not zero.
fn nonzeros(array: &ArrayD<f32>) -> Vec<Vec<usize>> {
    let places = array.indexed_iter().filter(|&(_, &x)| x != 0.0);
    places.map(|(place, _)| place.slice().to_vec()).collect()
}

/// In every memory order, through every kind of view, the elements are the same, of whatever type.
#[test]
fn structures_are_the_same_in_every_memory_order() {
    macro_rules! same {
        ($($initializer:expr, $shape:expr;)*) => {$({
            let initializer = $initializer;
            each_type!(A => assert_layouts_agree::<A>(&initializer, &$shape));
        })*};
    }
    let law = normal(0.0, 1.0);
    let heads = Blocks::equal(Blocks::equal(law, 1, 4), 0, 3);
    same! {
        Identity::default(), [6, 4];
        Identity::default(), [1, 3];
        Dirac::default(), [4, 3, 3, 6];
        Dirac::default().with_layout(Layout::torch().groups(3)), [6, 2, 3, 3, 3];
        sparse(0.3), [50, 40];
        sparse(0.3).with_axis(1).unwrap(), [50, 40];
        sparse(1.0), [5, 4];
        heads.clone(), [6, 8];
        Blocks::equal(heads, 0, 2), [12, 8];
        Blocks::sizes(law, -1, &[1, 0, 70, 3]), [40, 74];
        Blocks::equal(sparse(0.5), 0, 2), [8, 3];
        Places, [2, 3, 4];
    }
    assert_layouts_agree::<f32>(&array![1.0_f32, 2.0, 3.0], &[4, 5, 3]);
    each_type!(A => {
        let columns = array![[[A::rounded(0.5)]], [[A::rounded(1.5)]]];
        assert_layouts_agree::<A>(&columns, &[3, 2, 5, 7]);
        assert_layouts_agree::<A>(&columns.into_shared(), &[3, 2, 5, 7]);
    });
}

/// Numbers that are not drawn are those of `f64` rounded, and in half types those of `f32`.
#[test]
fn structures_of_every_element_type_have_the_values_of_wider_ones_rounded() {
    fn check<A: Listed>(initializer: &AnyInitializer, shape: &[usize]) {
        let single = ArrayD::<f32>::init(IxDyn(shape), initializer, KEY).unwrap();
        let double = ArrayD::<f64>::init(IxDyn(shape), initializer, KEY).unwrap();
        let wide = if size_of::<A>() == 2 { single.mapv(f64::from) } else { double };
        let narrow = ArrayD::<A>::init(IxDyn(shape), initializer, KEY).unwrap();
        assert_same_bits(&narrow, &wide.mapv(A::rounded), (initializer, A::TYPE));
    }
    let table = array![[0.1, -f64::INFINITY, 1e4], [1.0 / 3.0, f64::INFINITY, -7.0]];
    let stft = Stft::new("real", Some("hann"), Some("density"), false).unwrap();
    let rows: [(AnyInitializer, &[usize]); 7] = [
        (Zeros.into(), &[3, 4]),
        (Ones.into(), &[3, 4]),
        (Constant(0.1).into(), &[3, 4]),
        (Identity::new(0.7).unwrap().into(), &[3, 4]),
        (Dirac::default().with_layout(Layout::torch()).into(), &[4, 3, 5]),
        (stft.into(), &[40, 1, 17]),
        (table.into(), &[2, 3]),
    ];
    for (initializer, shape) in &rows {
        each_type!(A => check::<A>(initializer, shape));
    }
}

// --- constants --------------------------------------------------------------------------------

#[test]
fn an_array_is_broadcast_to_the_shape() {
    let w = Array2::init((2, 3), &array![1.0_f32, 2.0, 3.0], KEY).unwrap();
    assert_eq!(w, array![[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]);
    let column = array![[1.0_f32], [2.0]];
    let w = Array2::init((2, 3), &column.view(), KEY).unwrap();
    assert_eq!(w, array![[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]);
}

#[test]
fn the_elements_of_a_constant_array_are_taken_as_they_are() {
    let elements = array![1.0, f64::NAN, f64::INFINITY, -0.0];
    let mut w = Array1::<f64>::init(4, &elements, KEY).unwrap();
    assert_same_bits(&w, &elements, "new");
    w.fill(7.0);
    w.fill_init(&elements, KEY).unwrap();
    assert_same_bits(&w, &elements, "filled");
}

// --- identity and Dirac -----------------------------------------------------------------------

#[test]
fn identities_and_dirac_kernels_are_pytorchs() {
    for line in pytorch("eye_") {
        let shape = read::<Vec<usize>>(&line["shape"]);
        let w = ArrayD::init(IxDyn(&shape), &Identity::default(), KEY).unwrap();
        assert_eq!(nonzeros(&w), read::<Vec<Vec<usize>>>(&line["ones_at"]), "{line}");
        let scaled = ArrayD::init(IxDyn(&shape), &Identity::new(0.1).unwrap(), KEY).unwrap();
        assert_same_bits(&scaled, &(w * 0.1_f32), "times the gain");
    }
    for line in pytorch("dirac_") {
        let shape = read::<Vec<usize>>(&line["shape"]);
        let groups = line["groups"].as_u64().unwrap() as usize;
        let dirac = Dirac::default().with_layout(Layout::torch().groups(groups));
        let w = ArrayD::init(IxDyn(&shape), &dirac, KEY).unwrap();
        assert_eq!(nonzeros(&w), read::<Vec<Vec<usize>>>(&line["ones_at"]), "{line}");
        assert_eq!(f64::from(w.sum()), line["sum"].as_f64().unwrap(), "{line}");
    }
    assert_eq!([pytorch("eye_").count(), pytorch("dirac_").count()], [3, 5]);
}

#[test]
fn dirac_kernels_are_the_same_in_either_layout() {
    for (out, inp, groups) in [(4, 4, 1), (6, 3, 1), (6, 3, 3), (3, 6, 1), (3, 6, 3)] {
        let torch = Dirac::default().with_layout(Layout::torch().groups(groups));
        let keras = Dirac::default().with_layout(Layout::keras().groups(groups));
        let w = Array4::<f32>::init((out, inp, 4, 3), &torch, KEY).unwrap();
        let v = Array4::<f32>::init((4, 3, inp, out), &keras, KEY).unwrap();
        assert_eq!(w.permuted_axes([2, 3, 1, 0]), v);
    }
}

#[test]
fn the_center_of_an_even_kernel_can_be_either() {
    for (k, upper, lower) in [(1, 0, 0), (2, 1, 0), (3, 1, 1), (4, 2, 1), (7, 3, 3)] {
        for (center, place) in [(Center::Upper, upper), (Center::Lower, lower)] {
            let dirac = Dirac::default().with_center(center);
            let w = ArrayD::init(IxDyn(&[k, 1, 1]), &dirac, KEY).unwrap();
            assert_eq!(nonzeros(&w), [[place, 0, 0]], "{k} {center:?}");
        }
    }
}

#[test]
fn dirac_kernels_of_a_batch_are_those_of_its_entries() {
    let dirac = Dirac::default().with_layout(Layout::keras().batch(&[0]));
    let w = Array4::<f32>::init((2, 3, 4, 5), &dirac, KEY).unwrap();
    let single = Array3::<f32>::init((3, 4, 5), &Dirac::default(), KEY).unwrap();
    assert!(w.outer_iter().all(|entry| entry == single));
    let depthwise = Dirac::default().with_layout(Layout::depthwise());
    let w = ArrayD::<f32>::init(IxDyn(&[3, 3, 2, 2]), &depthwise, KEY).unwrap();
    assert_eq!(nonzeros(&w), [[1, 1, 0, 0], [1, 1, 1, 0]]);
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
        let shape = read::<Vec<usize>>(&line["shape"]);
        let sparsity = line["sparsity"].as_f64().unwrap();
        let w = Array2::init((shape[0], shape[1]), &sparse(sparsity), KEY).unwrap();
        let theirs: Vec<usize> = read(&line["zeros_per_column"]);
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
fn zeros_are_counted_along_either_axis_and_all_else_is_drawn_as_without_zeros() {
    let dense = Array2::<f32>::init((50, 40), &normal(0.0, 0.01), KEY).unwrap();
    let filled = |sparse: Sparse| Array2::<f32>::init((50, 40), &sparse, KEY).unwrap();
    let by_rows = sparse(0.3).with_axis(1).unwrap();
    assert_eq!(by_rows, sparse(0.3).with_axis(-1).unwrap());
    assert_eq!(by_rows.with_axis(-2).unwrap(), sparse(0.3));
    assert_eq!((by_rows.axis(), sparse(0.3).axis()), (1, 0));
    for w in [filled(sparse(0.3)), filled(by_rows)] {
        assert!(w.iter().zip(&dense).all(|(&x, &drawn)| x == 0.0 || x == drawn));
    }
    assert_eq!(zeros_of_columns(&filled(sparse(0.3))), [15; 40]);
    assert_eq!(zeros_of_columns(&filled(by_rows).reversed_axes()), [12; 50]);
    // The zeros are those of the transposed matrix.
    let transposed = Array2::<f32>::init((40, 50), &sparse(0.3), KEY).unwrap();
    assert_eq!(filled(by_rows).mapv(|x| x == 0.0), transposed.t().mapv(|x| x == 0.0));
    assert_same_bits(&filled(sparse(0.0)), &dense, "no zeros");
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
    let (mut single, mut pairs) = (Vec::new(), Vec::new());
    for i in 0..10 {
        let zero = |i: usize| w.row(i).mapv(|x| f64::from(u8::from(x == 0.0)));
        single.push(zero(i).sum());
        pairs.extend((0..i).map(|j| zero(i).dot(&zero(j))));
    }
    // Without replacement: the variance of a count is smaller by 7 / 9.
    let single = chi_squared(&single, 0.3 * columns as f64) * 9.0 / 10.0 / 0.7;
    assert!(single < 27.9, "{single}");
    let pairs = chi_squared(&pairs, columns as f64 / 15.0);
    assert!(pairs < 80.4, "{pairs}");
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
fn blocks_have_sizes_and_initializers_of_their_own() {
    let drawn = VarianceScaling::xavier_uniform();
    let parts: [(usize, AnyInitializer); 4] = [
        (1, Zeros.into()),
        (0, Identity::default().into()),
        (5, drawn.clone().into()),
        (2, array![0.5].into()),
    ];
    let w = Array2::<f32>::init((8, 3), &Blocks::of(0, parts.clone()), KEY).unwrap();
    assert!(w.row(0).iter().all(|&x| x == 0.0));
    // The fans are the block's.
    assert_eq!(w.slice(s![1..6, ..]), Array2::<f32>::init((5, 3), &drawn, part(KEY, 2)).unwrap());
    assert!(w.slice(s![6.., ..]).iter().all(|&x| x == 0.5));
    assert_layouts_agree::<f32>(&Blocks::of(-2, parts), &[8, 3]);
    // Borrowed, and of different types.
    let dynamic: [(usize, &dyn Initializer<f32>); 2] = [(1, &Zeros), (7, &drawn)];
    assert!(Array2::<f32>::init((8, 3), &Blocks::of(0, dynamic), KEY).is_ok());
    let w = Array2::<f32>::init((8, 3), &Blocks::sizes(&drawn, 0, &[6, 2]), KEY).unwrap();
    assert_eq!(w.slice(s![6.., ..]), Array2::<f32>::init((2, 3), &drawn, part(KEY, 1)).unwrap());
}

// --- a user's own -----------------------------------------------------------------------------

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
    let region = Region::new(&[4, 5, 6], &[1, 2, 3]).unwrap();
    let part = Array3::<f32>::init_region((2, 2, 2), &Places, KEY, &region).unwrap();
    assert_eq!(part[[1, 1, 1]], 2.0 + 3.0 / 8.0 + 4.0 / 64.0);
}
