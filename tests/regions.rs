//! A part of an array has the values that the whole has there, to the bit: any initializer, region,
//! step, memory layout and element type.

use crate::common::{
    Listed, assert_fills_every_order, assert_same_bits, each_type, element_of, laws_of, normal,
    uniform,
};
use ndarray_init::ndarray::{
    Array1, Array2, Array3, ArrayD, ArrayViewMutD, Axis, IxDyn, ShapeBuilder, Slice, array,
};
use ndarray_init::presets::keras::Stft;
use ndarray_init::{
    Blocks, Constant, Dirac, Element, Identity, InitError, InitExt, InitRefExt, Initializer, Key,
    Law, Layout, Normal, Ones, Region, Siren, Sparse, Values, VarianceScaling, Zeros,
};
use proptest::prelude::*;

const KEY: Key = Key::new(42);

/// One piece of an axis: where it begins, how far apart its places are, and how many there are.
#[derive(Clone, Copy, Debug)]
struct Piece {
    offset: usize,
    step: usize,
    len: usize,
}

/// The pieces' part of a whole array, by slicing.
fn sliced<A: Element>(whole: &ArrayD<A>, pieces: &[Piece]) -> ArrayD<A> {
    let mut part = whole.view();
    for (axis, &Piece { offset, step, len }) in pieces.iter().enumerate() {
        let end = if len == 0 { offset } else { offset + (len - 1) * step + 1 };
        part.slice_axis_inplace(
            Axis(axis),
            Slice::new(offset as isize, Some(end as isize), step as isize),
        );
    }
    part.to_owned()
}

/// The pieces' region of an array of this shape, and the part's own shape.
fn region_of(shape: &[usize], pieces: &[Piece]) -> (Region, Vec<usize>) {
    let numbers = |number: fn(&Piece) -> usize| pieces.iter().map(number).collect::<Vec<_>>();
    let region = Region::new(shape, &numbers(|piece| piece.offset)).unwrap();
    let region = region.with_steps(&numbers(|piece| piece.step)).unwrap();
    (region, numbers(|piece| piece.len))
}

/// Asserts that the part has the whole's values: new, and in place in every memory order.
#[track_caller]
fn assert_part<A: Listed>(initializer: &dyn Initializer<A>, shape: &[usize], pieces: &[Piece]) {
    let whole = ArrayD::init(shape, initializer, KEY).unwrap();
    let expected = sliced(&whole, pieces);
    let (region, part) = region_of(shape, pieces);
    let fresh = ArrayD::init_region(IxDyn(&part), initializer, KEY, &region).unwrap();
    assert_same_bits(&fresh, &expected, ("new", pieces, shape));
    let fill = |mut view: ArrayViewMutD<'_, A>| {
        view.fill_init_region(initializer, KEY, &region).unwrap();
    };
    assert_fills_every_order(&fill, &expected, &(pieces, shape));
}

/// Shapes of one to four axes with pieces of each axis.
fn parts() -> impl Strategy<Value = Vec<(usize, Piece)>> {
    let longest = |rank: usize| [6000_usize, 220, 40, 14][rank - 1];
    (1_usize..=4).prop_flat_map(move |rank| {
        proptest::collection::vec((1..=longest(rank)).prop_flat_map(piece), rank)
    })
}

fn piece(n: usize) -> impl Strategy<Value = (usize, Piece)> {
    (0..n, 1_usize..=9, any::<u16>()).prop_map(move |(offset, step, len)| {
        let most = (n - offset).div_ceil(step);
        (n, Piece { offset, step, len: usize::from(len) % (most + 1) })
    })
}

proptest! {
    #![proptest_config(crate::common::cases(200))]

    #[test]
    fn a_part_of_a_drawn_array_has_the_values_of_the_whole(parts in parts(), law in 0_usize..7) {
        let (shape, pieces): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        each_type!(A => {
            let laws = laws_of::<A>();
            assert_part::<A>(&laws[law % laws.len()], &shape, &pieces);
        });
    }

    #[test]
    fn a_part_of_a_structured_array_has_the_values_of_the_whole(
        [rows, columns, field, depth] in [piece_of(60), piece_of(70), piece_of(5), piece_of(3)],
    ) {
        let parts = [field, depth, rows, columns];
        let (kernel, kernel_pieces) = (parts.map(|(n, _)| n), parts.map(|(_, piece)| piece));
        each_type!(A => {
            for initializer in matrices::<A>() {
                assert_part(&*initializer, &[rows.0, columns.0], &[rows.1, columns.1]);
            }
            for initializer in kernels::<A>() {
                assert_part(&*initializer, &kernel, &kernel_pieces);
            }
        });
        let torch = Dirac::default().with_layout(Layout::torch().groups(3));
        let shape = [3 * rows.0, columns.0, field.0];
        assert_part::<f32>(&torch, &shape, &[rows.1, columns.1, field.1]);
        let (bins, middle) = (columns.0 + 1, Piece { offset: 0, step: 1, len: 1 });
        for side in ["real", "imag"] {
            let stft = Stft::new(side, Some("hann"), Some("density"), true).unwrap();
            assert_part::<f64>(&stft, &[rows.0, 1, bins], &[rows.1, middle, columns.1]);
        }
    }
}

fn piece_of(most: usize) -> impl Strategy<Value = (usize, Piece)> {
    (1..=most).prop_flat_map(piece)
}

/// A user's own initializer, which returns a law and knows of no regions.
struct PerElement;

impl<A: Element> Initializer<A> for PerElement {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        let n: usize = shape.iter().product();
        Values::drawn(&Normal::new(0.0, (1.0 / n as f64).sqrt())?.into(), key)
    }
}

/// Initializers of any matrix.
fn matrices<A: Listed>() -> Vec<Box<dyn Initializer<A>>> {
    let mut all = cheap_matrices();
    let sparse = Sparse::new(0.3, normal(0.0, 1.0)).unwrap();
    all.push(Box::new(sparse));
    all.push(Box::new(sparse.with_axis(1).unwrap()));
    all
}

/// Those that need memory for the part alone.
fn cheap_matrices<A: Listed>() -> Vec<Box<dyn Initializer<A>>> {
    let nested = Blocks::equal(VarianceScaling::he_normal(), 1, 1);
    vec![
        Box::new(Zeros),
        Box::new(Ones),
        Box::new(Constant(A::rounded(0.25))),
        Box::new(array![[A::rounded(1.5)]]),
        Box::new(Identity::new(3.0).unwrap()),
        Box::new(Blocks::equal(nested, -1, 1)),
        Box::new(Siren::first()),
        Box::new(PerElement),
    ]
}

/// Initializers of any kernel of four axes.
fn kernels<A: Listed>() -> Vec<Box<dyn Initializer<A>>> {
    vec![
        Box::new(VarianceScaling::he_normal()),
        Box::new(VarianceScaling::glorot_uniform().with_layout(Layout::torch())),
        Box::new(Dirac::default()),
    ]
}

#[test]
fn blocks_are_cut_by_regions_wherever_they_meet() {
    let parts: Vec<(usize, Box<dyn Initializer<f32>>)> = vec![
        (7, Box::new(VarianceScaling::he_normal())),
        (0, Box::new(Zeros)),
        (1, Box::new(Constant(2.0))),
        (12, Box::new(Blocks::sizes(VarianceScaling::glorot_uniform(), 1, &[3, 8]))),
        (4, Box::new(Identity::default())),
    ];
    let blocks = Blocks::of(0, parts);
    for offset in 0..24_usize {
        for step in [1, 2, 5, 30] {
            for len in 0..=(24 - offset).div_ceil(step) {
                let rows = Piece { offset, step, len };
                assert_part(&blocks, &[24, 11], &[rows, Piece { offset: 2, step: 3, len: 3 }]);
            }
        }
    }
}

#[test]
fn a_part_of_a_constant_array_is_cut_where_the_array_is_not_broadcast() {
    let rows = Array2::from_shape_fn((1, 9), |(_, j)| j as f32);
    let columns = Array3::from_shape_fn((4, 6, 1), |(i, j, _)| (10 * i + j) as f32);
    let line = Array1::from_shape_fn(9, |j| j as f32);
    let pieces =
        [(1, 2, 2), (0, 5, 2), (3, 2, 3)].map(|(offset, step, len)| Piece { offset, step, len });
    let initializers: [&dyn Initializer<f32>; 3] = [&rows, &columns, &line];
    for initializer in initializers {
        assert_part(initializer, &[4, 6, 9], &pieces);
    }
    // Also where the whole would not fit memory.
    let region = Region::new(&[1 << 50, 9], &[1 << 49, 7]).unwrap();
    let part = Array2::init_region((2, 2), &line, KEY, &region).unwrap();
    assert_eq!(part, array![[7.0, 8.0], [7.0, 8.0]]);
}

#[test]
fn a_part_of_an_orthogonal_kernel_is_cut_from_the_whole() {
    use ndarray_init::{DeltaOrthogonal, Orthogonal};
    let [rows, columns, place] =
        [(3, 2, 5), (0, 3, 4), (1, 1, 2)].map(|(offset, step, len)| Piece { offset, step, len });
    assert_part::<f32>(&Orthogonal::default(), &[20, 12], &[rows, columns]);
    assert_part::<f64>(&DeltaOrthogonal::default(), &[3, 13, 20], &[place, rows, columns]);
    let region = Region::new(&[1 << 31, 1 << 31], &[0, 0]).unwrap();
    let error = Array2::<f32>::init_region((2, 2), &Orthogonal::default(), KEY, &region);
    assert!(matches!(error, Err(InitError::Memory { .. })), "{error:?}");
}

#[test]
fn steps_of_every_size_give_the_words_of_the_whole() {
    for step in [1, 2, 15, 16, 100, 255, 256, 257, 1023, 1024, 1025, 5000] {
        for offset in [0, 1, 1023] {
            let len = (40_000 - offset) / step;
            let piece = [Piece { offset, step, len }];
            each_type!(A => assert_part::<A>(&uniform(-1.0, 1.0), &[40_000], &piece));
            each_type!(A => assert_part::<A>(&normal(0.0, 1.0), &[40_000], &piece));
        }
    }
}

/// Axes of a shape of up to 2⁶³ elements, with pieces of 0 to 4 places and any steps.
fn huge_parts() -> impl Strategy<Value = Vec<(usize, Piece)>> {
    prop::collection::vec(0_u32..=63, 1..=4).prop_flat_map(|all| {
        let mut left = 63;
        let axes = all.into_iter().map(|bits| {
            let bits = bits.min(left);
            left -= bits;
            huge_piece(bits)
        });
        axes.collect::<Vec<_>>()
    })
}

fn huge_piece(bits: u32) -> impl Strategy<Value = (usize, Piece)> {
    let longest = 1_usize << bits;
    let n = prop_oneof![Just(longest), longest / 2 + 1..=longest];
    (n, 0_usize..=4, any::<usize>(), any::<usize>()).prop_map(|(n, len, offset, step)| {
        let len = len.min(n);
        // A step that is never taken may be any.
        let step = if len < 2 { step.max(1) } else { step % ((n - 1) / (len - 1)) + 1 };
        let span = if len < 2 { len } else { (len - 1) * step + 1 };
        (n, Piece { offset: offset % (n - span + 1), step, len })
    })
}

/// The elements of a part of an array that no memory holds, by the contract.
fn assert_huge_part<A: Listed>(law: &Law, parts: &[(usize, Piece)]) {
    let (shape, pieces): (Vec<_>, Vec<_>) = parts.iter().copied().unzip();
    let (region, part_shape) = region_of(&shape, &pieces);
    for column_major in [false, true] {
        let part = IxDyn(&part_shape).set_f(column_major);
        let part = ArrayD::<A>::init_region(part, law, KEY, &region).unwrap();
        for (index, found) in part.indexed_iter() {
            let row_major = parts.iter().enumerate().fold(0, |sum, (axis, (n, piece))| {
                let place = if index[axis] == 0 { 0 } else { index[axis] * piece.step };
                sum * n + piece.offset + place
            });
            let expected = element_of::<A>(law, KEY, row_major);
            assert_same_bits([found], [&expected], (parts, index));
        }
    }
}

proptest! {
    #![proptest_config(crate::common::cases(400))]

    #[test]
    fn parts_of_arrays_of_up_to_two_to_the_63_elements_are_the_oracles(
        parts in huge_parts(),
        law in 0_usize..7,
    ) {
        each_type!(A => {
            let laws = laws_of::<A>();
            assert_huge_part::<A>(&laws[law % laws.len()], &parts);
        });
        // The structured initializers have no oracle here: they must fill the part.
        let (shape, pieces): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let (region, part) = region_of(&shape, &pieces);
        let mut initializers = kernels::<f32>();
        // `Sparse` keeps the places of its zeros, and so needs memory for the whole.
        initializers.extend(cheap_matrices());
        for initializer in initializers {
            match ArrayD::<f32>::init_region(IxDyn(&part), &*initializer, KEY, &region) {
                Ok(array) => prop_assert!(array.iter().all(|x| x.is_finite())),
                Err(error) => prop_assert!(!error.to_string().contains("NaN"), "{error}"),
            }
        }
    }
}

#[test]
fn parts_of_arrays_of_two_to_the_63_elements_reach_their_end() {
    let law = normal(0.0, 1.0).into();
    let piece = |offset, step, len| Piece { offset, step, len };
    // Offsets may pass the end by one step.
    assert_huge_part::<f32>(&law, &[(1 << 62, piece(0, 1 << 61, 2)), (2, piece(0, 1, 2))]);
    let inner = (2, piece(0, 1, 2));
    assert_huge_part::<f64>(&law, &[inner, (1 << 61, piece(0, 1, 1)), inner]);
    let (rows, columns) = (1 << 31, 1 << 32);
    for (row, column) in [(0, 0), (1 << 30, 12_345), (rows - 2, columns - 70)] {
        let parts = [(rows, piece(row, 1, 2)), (columns, piece(column, 1, 70))];
        assert_huge_part::<f32>(&uniform(-1.0, 1.0).into(), &parts);
    }
}

#[test]
fn a_part_must_have_its_place_with_elements_or_without() {
    // Without, it asks nothing of its initializer.
    let region = Region::new(&[4, 5], &[4, 0]).unwrap();
    let part = Array2::<f32>::init_region((0, 5), &Normal::new(0.0, 1e-300).unwrap(), KEY, &region);
    assert_eq!(part.unwrap().dim(), (0, 5));
    let mut wide = Array2::from_elem((1, 2), 7.0_f32);
    for error in [
        Array2::<f32>::init_region((0, 6), &Zeros, KEY, &region).unwrap_err(),
        wide.fill_init_region(&Ones, KEY, &region).unwrap_err(),
    ] {
        assert!(matches!(error, InitError::Region { .. }), "{error:?}");
    }
    assert_eq!(wide, array![[7.0, 7.0]]);
}

#[test]
fn large_parts_are_filled_by_several_threads_with_the_same_values() {
    let rows = Piece { offset: 100, step: 2, len: 300 };
    let columns = Piece { offset: 200, step: 1, len: 600 };
    assert_part::<f32>(&normal(0.0, 1.0), &[700, 900], &[rows, columns]);
}
