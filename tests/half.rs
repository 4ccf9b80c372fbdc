//! `f16` and `bf16` are `f32`, rounded once and held inside the bounds.

#![cfg(feature = "half")]

use crate::common::{OneWord, assert_refused, normal, truncated, uniform, value_of};
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::{Array1, Array2, Array3, ArrayD, Axis, IxDyn, ShapeBuilder, array, s};
use ndarray_init::presets::keras::Stft;
use ndarray_init::rand_distr::Distribution;
use ndarray_init::{
    AnyInitializer, Blocks, Constant, Dirac, Element, Identity, InitError, InitExt, InitRefExt,
    Initializer, Key, Law, Layout, Normal, Ones, Sparse, TruncatedNormal, Uniform, VarianceScaling,
    Zeros,
};

const KEY: Key = Key::new(42);
const INFINITY: f64 = f64::INFINITY;

/// `f16` and `bf16`, by the half crate's own conversions.
trait Half: Element + PartialOrd {
    const LEAST: f64;
    const GREATEST: f64;
    fn from_f32(value: f32) -> Self;
    fn to_f32(self) -> f32;
    fn bits(self) -> u16;
    fn of_bits(bits: u16) -> Self;

    fn to_f64(self) -> f64 {
        self.to_f32().into()
    }

    /// The number nearest to `value` among those that are not farther from zero.
    fn towards_zero(value: f64) -> Self {
        let magnitude = (0..0x7FFF).map(Self::of_bits).take_while(|x| x.to_f64() <= value.abs());
        let bits = magnitude.last().expect("zero at least").bits();
        Self::of_bits(if value < 0.0 { bits | 0x8000 } else { bits })
    }
}

macro_rules! half {
    ($half:ident, $least:expr, $greatest:expr) => {
        impl Half for $half {
            const LEAST: f64 = $least;
            const GREATEST: f64 = $greatest;

            fn from_f32(value: f32) -> Self {
                $half::from_f32(value)
            }

            fn to_f32(self) -> f32 {
                self.into()
            }

            fn bits(self) -> u16 {
                self.to_bits()
            }

            fn of_bits(bits: u16) -> Self {
                Self::from_bits(bits)
            }
        }
    };
}
half!(f16, 1.0 / 16_777_216.0, 65_504.0);
// 2⁻¹³³, and (2 − 2⁻⁷) · 2¹²⁷.
half!(bf16, f64::from_bits((1023 - 133) << 52), f32::from_bits(0x7F7F_0000) as f64);

fn laws() -> Vec<Law> {
    vec![
        uniform(-0.05, 0.05).into(),
        uniform(-0.3, 1.7).into(),
        uniform(1.0, 1.01).into(),
        normal(0.0, 0.02).into(),
        normal(-0.75, 0.3).into(),
        truncated(-2.0, 2.0).into(),
        truncated(-1.0, 2.5).into(),
        truncated(8.0, INFINITY).into(),
        truncated(-INFINITY, -8.0).into(),
        truncated(0.0, INFINITY).into(),
        TruncatedNormal::new(0.0, 0.02, -0.04, 0.04).unwrap().into(),
        // Subnormal numbers of f16, most of them.
        normal(0.0, 1e-6).into(),
        uniform(-3e-6, 3e-6).into(),
    ]
}

/// Bounds of the law that the half type has, rounded towards zero or, on the other side of it,
/// inwards.
fn bounds<H: Half>(law: &Law) -> [H; 2] {
    let (low, high) = match law {
        Law::Uniform(law) => (law.low(), law.high()),
        Law::TruncatedNormal(law) => (law.lower(), law.upper()),
        Law::Normal(_) => (-INFINITY, INFINITY),
    };
    let inwards = |bound: f64, up: bool| {
        let bound = bound.clamp(-H::GREATEST, H::GREATEST);
        let towards_zero = H::towards_zero(bound);
        if towards_zero.to_f64() == bound || (bound < 0.0) == up {
            towards_zero
        } else {
            H::of_bits(towards_zero.bits() + 1)
        }
    };
    [inwards(low, true), inwards(high, false)]
}

/// By the contract, the `f32` value rounded to nearest, then held inside the bounds.
fn expected<H: Half>(value: f32, [low, high]: [H; 2]) -> H {
    let rounded = H::from_f32(value);
    if rounded < low {
        low
    } else if rounded > high {
        high
    } else {
        rounded
    }
}

#[track_caller]
fn assert_same<H: Half>(found: H, value: f32, bounds: [H; 2], what: &dyn std::fmt::Display) {
    let expected = expected(value, bounds);
    assert_eq!(found.bits(), expected.bits(), "{what}: {found:?}, {expected:?} of {value:e}");
}

fn arrays_are_those_of_f32<H: Half>(n: usize) {
    for law in laws() {
        let bounds = bounds::<H>(&law);
        let wide = Array1::<f32>::init(n, &law, KEY).unwrap();
        let narrow = Array1::<H>::init(n, &law, KEY).unwrap();
        for (&found, &value) in narrow.iter().zip(&wide) {
            assert_same(found, value, bounds, &law);
        }
    }
}

#[test]
fn arrays_are_those_of_f32_rounded_and_held_inside_the_bounds() {
    arrays_are_those_of_f32::<f16>(300_000);
    arrays_are_those_of_f32::<bf16>(300_000);
}

#[test]
#[ignore = "10⁸ values of each type: minutes in debug"]
fn a_hundred_million_values_are_those_of_f32_rounded_and_held_inside_the_bounds() {
    let n = 100_000_000 / laws().len();
    arrays_are_those_of_f32::<f16>(n);
    arrays_are_those_of_f32::<bf16>(n);
}

fn single_words_are_those_of_f32<H: Half>()
where
    Law: Distribution<H>,
{
    for law in laws() {
        let bounds = bounds::<H>(&law);
        let ends = [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFF];
        for word in (0..=u32::MAX).step_by(1_000_003).chain(ends) {
            let value = value_of::<f32>(&law, word.into());
            assert_same(law.sample(&mut OneWord(word.into())), value, bounds, &law);
        }
    }
}

#[test]
fn single_words_give_the_value_of_f32_rounded() {
    single_words_are_those_of_f32::<f16>();
    single_words_are_those_of_f32::<bf16>();
}

fn presets_are_those_of_f32<H: Half>() {
    for preset in [
        VarianceScaling::glorot_uniform(),
        VarianceScaling::he_normal(),
        VarianceScaling::kaiming_normal(),
    ] {
        let law = preset.law(&[48, 56, 20]).unwrap();
        let bounds = bounds(&law);
        let wide = Array3::<f32>::init((48, 56, 20), &preset, KEY).unwrap();
        let narrow = Array3::<H>::init((48, 56, 20), &preset, KEY).unwrap();
        let fortran = Array3::<H>::init((48, 56, 20).f(), &preset, KEY).unwrap();
        let mut backward = Array3::<H>::from_elem((40, 56, 48), H::default());
        let mut view = backward.slice_mut(s![..;2, ..;-1, ..]).reversed_axes();
        view.fill_init(&preset, KEY).unwrap();
        assert_eq!(narrow, fortran);
        assert_eq!(narrow, view);
        assert!(backward.slice(s![1..;2, .., ..]).iter().all(|&x| x == H::default()));
        for (&found, &value) in narrow.iter().zip(&wide) {
            assert_same(found, value, bounds, &law);
        }
    }
}

#[test]
fn layouts_have_the_same_values() {
    presets_are_those_of_f32::<f16>();
    presets_are_those_of_f32::<bf16>();
}

#[test]
fn threads_have_the_same_values() {
    let he = VarianceScaling::he_normal();
    let fill = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Array2::<bf16>::init((1000, 1500), &he, KEY)).unwrap()
    };
    assert_eq!(fill(1), fill(3));
}

/// The greatest share of values on the two outermost numbers, for deviations all over a binade.
fn greatest_share_at_the_bounds<H: Half>() -> f64 {
    let share = |std: f64| {
        let law = TruncatedNormal::in_sigmas(0.0, std, -2.0, 2.0).unwrap();
        let w = Array1::<H>::init(1 << 20, &law, KEY).unwrap();
        let outermost = H::towards_zero(2.0 * std);
        let at_bounds = w.iter().filter(|x| x.to_f64().abs() == outermost.to_f64()).count();
        assert!(w.iter().all(|x| x.to_f64().abs() <= outermost.to_f64()));
        at_bounds as f64 / w.len() as f64
    };
    (0..24).map(|i| share(0.02 * (f64::from(i) / 24.0).exp2())).fold(0.0, f64::max)
}

#[test]
fn nothing_piles_up_at_the_bounds() {
    let (narrow, wide) =
        (greatest_share_at_the_bounds::<bf16>(), greatest_share_at_the_bounds::<f16>());
    println!("at the bounds: {narrow:.6} of bf16, {wide:.6} of f16");
    assert!(narrow < 3e-3, "{narrow}");
    assert!(wide < 4e-4, "{wide}");
}

#[test]
fn subnormal_numbers_have_the_law_s_variance() {
    // A unit in the last place of f16 is 6e-8 here: a deviation of 1e-6 is 17 of them.
    let w = Array1::<f16>::init(1 << 20, &normal(0.0, 1e-6), KEY).unwrap();
    let w = w.mapv(f64::from);
    assert!((w.std(0.0) / 1e-6 - 1.0).abs() < 3e-3, "{}", w.std(0.0));
}

#[test]
fn laws_that_the_type_cannot_show_are_errors_that_name_it() {
    let (large, small) = ("too large", "below the least positive number of the type");
    let laws: [(Law, &str); 8] = [
        (normal(0.0, 1e4).into(), large),
        (normal(0.0, 5e-8).into(), small),
        (uniform(0.0, 65_505.0).into(), large),
        (uniform(-5e-8, 5e-8).into(), small),
        (uniform(1.0001, 1.0002).into(), "no value between the bounds"),
        (TruncatedNormal::new(0.0, 1e5, -1e5, 1e5).unwrap().into(), large),
        (TruncatedNormal::in_sigmas(0.0, 5e-8, -2.0, 2.0).unwrap().into(), small),
        (TruncatedNormal::new(1.0, 0.1, 1.0001, 1.0002).unwrap().into(), "no value"),
    ];
    for (law, rule) in laws {
        assert_refused::<f16>(&law, "f16", rule);
        assert_refused::<f16>(&Sparse::new(0.5, law).unwrap(), "f16", rule);
        Array1::<f32>::init(5, &law, KEY).unwrap();
    }
    assert_refused::<bf16>(&normal(0.0, 3.7e37), "bf16", large);
    assert_refused::<bf16>(&normal(0.0, bf16::LEAST * 0.9), "bf16", small);
    assert_refused::<f16>(&Identity::new(1e5).unwrap(), "f16", "too large");
    assert_refused::<f16>(&AnyInitializer::Constant(1e-8), "f16", small);
}

#[test]
fn laws_that_the_type_just_shows_are_drawn() {
    let law = Uniform::new(-65_504.0, 65_504.0).unwrap();
    let w = Array1::<f16>::init(100_000, &law, KEY).unwrap();
    assert!(w.iter().all(|x| x.is_finite()));
    assert!(w.iter().any(|x| x.to_f64() > 65_000.0));
    let law = TruncatedNormal::new(0.0, 1e5, -6e4, 6e4).unwrap();
    let w = Array1::<f16>::init(100_000, &law, KEY).unwrap();
    assert!(w.iter().all(|x| x.to_f64().abs() <= 6e4));
    let w = Array1::<f16>::init(1000, &Normal::new(0.0, f16::LEAST).unwrap(), KEY).unwrap();
    assert!(w.iter().any(|&x| x != w[0]));
}

/// Every initializer without a law, as its `f32` array.
#[track_caller]
fn assert_rounded<H: Half, I>(initializer: &I, shape: &[usize])
where
    I: Initializer<f32> + Initializer<H>,
{
    let wide = ArrayD::<f32>::init(IxDyn(shape), initializer, KEY).unwrap();
    let narrow = ArrayD::<H>::init(IxDyn(shape), initializer, KEY).unwrap();
    let rounded = wide.mapv(H::from_f32);
    assert_eq!(narrow, rounded);
}

fn structured<H: Half>() {
    assert_rounded::<H, _>(&Zeros, &[3, 4]);
    assert_rounded::<H, _>(&Ones, &[3, 4]);
    assert_rounded::<H, _>(&Identity::new(0.7).unwrap(), &[3, 4]);
    assert_rounded::<H, _>(&Dirac::default().with_layout(Layout::torch()), &[4, 3, 5]);
    assert_rounded::<H, _>(&Sparse::normal(0.3, 0.01).unwrap(), &[100, 30]);
    assert_rounded::<H, _>(
        &Stft::new("real", Some("hann"), Some("density"), false).unwrap(),
        &[40, 1, 17],
    );
    let any: [AnyInitializer; 3] = [
        AnyInitializer::Constant(0.1),
        array![[0.1, -INFINITY, 1e4], [1.0 / 3.0, 0.0, -7.0]].into(),
        Blocks::equal(VarianceScaling::he_uniform(), 0, 2).into(),
    ];
    for initializer in &any {
        assert_rounded::<H, _>(initializer, &[2, 3]);
    }
    let third = H::from_f32(1.0 / 3.0);
    let w = Array1::<H>::init(5, &Constant(third), KEY).unwrap();
    assert!(w.iter().all(|&x| x == third));
    let nan = Constant(H::from_f32(f32::NAN));
    assert!(matches!(Array1::<H>::init(5, &nan, KEY), Err(InitError::Parameter { .. })));
    let bias = Array1::from_elem(3, third);
    assert_eq!(Array2::init((2, 3), &bias, KEY).unwrap().index_axis(Axis(0), 1), bias);
}

#[test]
fn structured_initializers_are_those_of_f32_rounded() {
    structured::<f16>();
    structured::<bf16>();
}

#[test]
fn orthogonal_matrices_are_those_of_f32_rounded() {
    use ndarray_init::{DeltaOrthogonal, Orthogonal};
    assert_rounded::<f16, _>(&Orthogonal::default(), &[30, 20]);
    assert_rounded::<bf16, _>(&Orthogonal::new(1.5).unwrap(), &[20, 30]);
    assert_rounded::<bf16, _>(&DeltaOrthogonal::default(), &[3, 4, 6]);
    assert_refused::<f16>(&Orthogonal::new(1e5).unwrap(), "f16", "too large");
}
