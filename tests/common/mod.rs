//! Helpers of several files: values of chosen words, the stream written naively, arrays compared, and the
//! element types as the tests see them.

mod elements;
pub(crate) mod samples;
mod stream;

pub(crate) use elements::{Listed, each_type, suits};
use ndarray_init::ndarray::{ArrayD, ArrayViewD, ArrayViewMutD, IxDyn, ShapeBuilder, Slice};
use ndarray_init::rand::{RngCore, SeedableRng};
use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
use ndarray_init::{
    InitExt, InitRefExt, Initializer, Key, Law, Normal, TruncatedNormal, Uniform, VarianceScaling,
};
use proptest::test_runner::Config as ProptestConfig;
use std::fmt::{Debug, Display, LowerExp};
use std::ops::{Add, Mul, Neg};
#[cfg(feature = "half")]
pub(crate) use stream::OneWord;
pub(crate) use stream::{GAMMA, element_of, mix64, part, value_of, word, word64};

/// `f32` and `f64`. Words of either are passed as `u64`, of which `f32` takes the low half.
pub(crate) trait Real:
    Listed
    + PartialOrd
    + Add<Output = Self>
    + Mul<Output = Self>
    + Neg<Output = Self>
    + Debug
    + Display
    + LowerExp
    + Into<f64>
{
    /// Bits of a word.
    const BITS: u32;
    /// The relative error that the normal quantile is allowed.
    const ACCURACY: f64;

    fn word(key: u64, i: usize) -> u64;
    /// Which number of its type this is, counted from zero: both zeros are number 0.
    fn rank(self) -> i64;
    /// The word as a signed integer, rounded to this type.
    fn signed_word(word: u64) -> Self;
}

macro_rules! real {
    ($float:ident, $unsigned:ident, $signed:ident, $accuracy:literal, $word:expr) => {
        impl Real for $float {
            const BITS: u32 = $unsigned::BITS;
            const ACCURACY: f64 = $accuracy;

            fn word(key: u64, i: usize) -> u64 {
                u64::from($word(key, i))
            }

            fn rank(self) -> i64 {
                let magnitude = self.abs().bits() as i64;
                if self.is_sign_negative() { -magnitude } else { magnitude }
            }

            fn signed_word(word: u64) -> Self {
                word as $signed as $float
            }
        }
    };
}
real!(f32, u32, i32, 3e-7, word);
real!(f64, u64, i64, 4e-15, word64);

/// A generator that counts what is taken from it.
pub(crate) struct Counting {
    generator: Xoshiro256PlusPlus,
    pub(crate) words: usize,
    pub(crate) double_words: usize,
}

impl Counting {
    pub(crate) fn new(seed: u64) -> Self {
        Self { generator: Xoshiro256PlusPlus::seed_from_u64(seed), words: 0, double_words: 0 }
    }
}

impl RngCore for Counting {
    fn next_u32(&mut self) -> u32 {
        self.words += 1;
        self.generator.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.double_words += 1;
        self.generator.next_u64()
    }

    fn fill_bytes(&mut self, _: &mut [u8]) {
        panic!("bytes taken, not words")
    }
}

pub(crate) fn uniform(low: f64, high: f64) -> Uniform {
    Uniform::new(low, high).unwrap()
}

pub(crate) fn normal(mean: f64, std: f64) -> Normal {
    Normal::new(mean, std).unwrap()
}

/// The standard normal between bounds.
pub(crate) fn truncated(lower: f64, upper: f64) -> TruncatedNormal {
    TruncatedNormal::in_sigmas(0.0, 1.0, lower, upper).unwrap()
}

/// A law of every kind that is computed in its own way.
pub(crate) fn laws() -> [Law; 7] {
    [
        uniform(-0.25, 0.25).into(),
        uniform(1.0, 1.5).into(),
        normal(0.0, 1.0).into(),
        normal(-0.75, 0.02).into(),
        truncated(-2.0, 2.0).into(),
        truncated(-1.0, 3.5).into(),
        TruncatedNormal::in_sigmas(3.0, 0.5, 5.0, 6.0).unwrap().into(),
    ]
}

/// Those of them that elements of this type can be drawn from.
pub(crate) fn laws_of<A: Listed>() -> Vec<Law> {
    laws().into_iter().filter(suits::<A>).collect()
}

/// Panics at the first element whose bits differ.
#[track_caller]
pub(crate) fn assert_same_bits<'f, 'e, A: Listed>(
    found: impl IntoIterator<Item = &'f A>,
    expected: impl IntoIterator<Item = &'e A>,
    what: impl Debug,
) {
    assert_same_slices(&listed(found), &listed(expected), &what);
}

/// The elements in order. By `for_each`, since ndarray's iterators take five times as long for one element after
/// the other.
fn listed<'a, A: Listed>(elements: impl IntoIterator<Item = &'a A>) -> Vec<A> {
    let mut list = Vec::new();
    elements.into_iter().for_each(|&element| list.push(element));
    list
}

/// Like [`assert_same_bits`], and a hundred times as fast without optimization.
#[track_caller]
pub(crate) fn assert_same_slices<A: Listed>(found: &[A], expected: &[A], what: &dyn Debug) {
    if bytemuck::cast_slice::<A, u8>(found) != bytemuck::cast_slice::<A, u8>(expected) {
        for (i, (f, e)) in found.iter().zip(expected).enumerate() {
            assert!(f.bits() == e.bits(), "{what:?}: element {i} is {f:?}, not {e:?}");
        }
        panic!("{what:?}: {} elements, not {}", found.len(), expected.len());
    }
}

/// No law of the tests gives this number: an element that still has it has not been written.
pub(crate) const UNTOUCHED: f64 = 12_345.0;

/// Cuts a view out of new memory and fills it. Asserts that the view has the expected elements, in its logical order, and
/// that the memory around it is as it was.
#[track_caller]
pub(crate) fn assert_fills<A: Listed>(
    memory: impl ShapeBuilder<Dim = IxDyn>,
    cut: &dyn Fn(&mut ArrayViewMutD<'_, A>),
    fill: &dyn Fn(ArrayViewMutD<'_, A>),
    expected: &[A],
    what: &dyn Debug,
) {
    let mut found = ArrayD::from_elem(memory, A::rounded(UNTOUCHED));
    let mut wanted = found.clone();
    let [part, mut wanted_part] = [&mut found, &mut wanted].map(|memory| {
        let mut part = memory.view_mut();
        cut(&mut part);
        part
    });
    fill(part);
    let expected = ArrayViewD::from_shape(wanted_part.raw_dim(), expected).unwrap();
    wanted_part.assign(&expected);
    assert_same_memory(&found, &wanted, what);
}

/// Asserts that two arrays have the same elements in the same memory order.
#[track_caller]
pub(crate) fn assert_same_memory<A: Listed>(
    found: &ArrayD<A>,
    expected: &ArrayD<A>,
    what: &dyn Debug,
) {
    assert_eq!(found.shape(), expected.shape(), "{what:?}");
    assert_eq!(found.strides(), expected.strides(), "{what:?}");
    let [found, expected] = [found, expected].map(|array| array.as_slice_memory_order().unwrap());
    assert_same_slices(found, expected, what);
}

/// Fills arrays in row-major and in column-major order, with their axes in another order, and every other element
/// of a larger one, backwards.
#[track_caller]
pub(crate) fn assert_fills_every_order<A: Listed>(
    fill: &dyn Fn(ArrayViewMutD<'_, A>),
    expected: &ArrayD<A>,
    what: &dyn Debug,
) {
    let (shape, elements) = (expected.shape(), &listed(expected));
    assert_fills(IxDyn(shape), &|_| (), fill, elements, &("row-major", what));
    assert_fills(IxDyn(shape).f(), &|_| (), fill, elements, &("column-major", what));
    let mut stored = shape.to_vec();
    stored.rotate_right(1.min(shape.len()));
    let order: Vec<_> = (0..shape.len()).map(|axis| (axis + 1) % shape.len()).collect();
    let rotate = |all: &mut ArrayViewMutD<'_, A>| all.permute_axes(&order[..]);
    assert_fills(IxDyn(&stored), &rotate, fill, elements, &("permuted axes", what));
    let spread: Vec<_> = shape.iter().map(|n| 2 * n + 1).collect();
    let every_other = |all: &mut ArrayViewMutD<'_, A>| {
        all.slice_each_axis_inplace(|_| Slice::new(1, None, -2));
    };
    assert_fills(IxDyn(&spread), &every_other, fill, elements, &("every other", what));
}

/// The standard normal's density.
pub(crate) fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt()
}

/// The rows of a table with a head line, fields as text.
pub(crate) fn rows(csv: &str) -> impl Iterator<Item = Vec<&str>> {
    csv.lines().skip(1).map(|line| line.split(',').collect())
}

/// A number as such tables write it.
pub(crate) fn number(field: &str) -> f64 {
    field.parse().unwrap()
}

/// So many cases of a property. Failures are not written down beside the tests: a seed that found
/// one belongs into a test of its own.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// The named presets.
pub(crate) const PRESETS: [(&str, VarianceScaling); 10] = [
    ("glorot_uniform", VarianceScaling::glorot_uniform()),
    ("glorot_normal", VarianceScaling::glorot_normal()),
    ("he_uniform", VarianceScaling::he_uniform()),
    ("he_normal", VarianceScaling::he_normal()),
    ("lecun_uniform", VarianceScaling::lecun_uniform()),
    ("lecun_normal", VarianceScaling::lecun_normal()),
    ("xavier_uniform", VarianceScaling::xavier_uniform()),
    ("xavier_normal", VarianceScaling::xavier_normal()),
    ("kaiming_uniform", VarianceScaling::kaiming_uniform()),
    ("kaiming_normal", VarianceScaling::kaiming_normal()),
];

/// Asserts that an initializer gives an array the same elements in every memory order.
#[track_caller]
pub(crate) fn assert_layouts_agree<A: Listed>(initializer: &dyn Initializer<A>, shape: &[usize]) {
    let key = Key::new(17);
    let expected = ArrayD::<A>::init(IxDyn(shape), initializer, key).unwrap();
    assert_inits_every_order(initializer, key, &expected, &shape);
}

/// Asserts that an initializer gives these elements to views in every order and to new arrays in both orders.
#[track_caller]
pub(crate) fn assert_inits_every_order<A: Listed>(
    initializer: &dyn Initializer<A>,
    key: Key,
    expected: &ArrayD<A>,
    what: &dyn Debug,
) {
    let fill = |mut view: ArrayViewMutD<'_, A>| view.fill_init(initializer, key).unwrap();
    assert_fills_every_order(&fill, expected, what);
    for column_major in [false, true] {
        let shape = || expected.raw_dim().set_f(column_major);
        let mut wanted = ArrayD::from_elem(shape(), A::default());
        wanted.assign(expected);
        let found = ArrayD::<A>::init(shape(), initializer, key).unwrap();
        assert_same_memory(&found, &wanted, &("new", column_major, what));
    }
}
