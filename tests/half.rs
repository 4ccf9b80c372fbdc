//! `f16` and `bf16` are `f32`, rounded once and held inside the bounds.

#![cfg(feature = "half")]

use crate::common::{Listed, OneWord, assert_same_bits, normal, truncated, uniform, value_of};
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::{Array1, ArrayD, IxDyn};
use ndarray_init::{
    AnyInitializer, DeltaOrthogonal, InitExt, Key, Law, Orthogonal, TruncatedNormal,
};

const KEY: Key = Key::new(42);
const INFINITY: f64 = f64::INFINITY;

/// `f16` and `bf16`, by the half crate's own conversions.
trait Half: Listed + PartialOrd {
    const GREATEST: Self;
    fn of_bits(bits: u16) -> Self;
    fn nearest(value: f32) -> Self;

    fn value(self) -> f64 {
        self.parts()[0]
    }

    /// The number nearest to a bound among those that are not beyond it.
    fn bound(bound: f64, is_lower: bool) -> Self {
        let greatest = Self::GREATEST.value();
        let bound = bound.clamp(-greatest, greatest);
        let nearest = Self::rounded(bound);
        let beyond = if is_lower { nearest.value() < bound } else { nearest.value() > bound };
        let bits = nearest.bits() as u16;
        match (beyond, (nearest.value() < 0.0) == is_lower) {
            (false, _) => nearest,
            (true, true) => Self::of_bits(bits - 1),
            (true, false) => Self::of_bits(bits + 1),
        }
    }
}

macro_rules! half {
    ($($half:ident)*) => {$(
        impl Half for $half {
            const GREATEST: Self = $half::MAX;

            fn of_bits(bits: u16) -> Self {
                Self::from_bits(bits)
            }

            fn nearest(value: f32) -> Self {
                Self::from_f32(value)
            }
        }
    )*};
}
half!(f16 bf16);

fn laws() -> [Law; 13] {
    [
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

/// Asserts that values are those of `f32`, rounded to nearest and held inside the law's bounds.
#[track_caller]
fn assert_rounded<H: Half>(law: &Law, pairs: impl Iterator<Item = (H, f32)>) {
    let (low, high) = match law {
        Law::Uniform(law) => (law.low(), law.high()),
        Law::TruncatedNormal(law) => (law.lower(), law.upper()),
        Law::Normal(_) => (-INFINITY, INFINITY),
    };
    let (low, high) = (H::bound(low, true), H::bound(high, false));
    for (found, value) in pairs {
        let nearest = H::nearest(value);
        let expected = if nearest < low {
            low
        } else if nearest > high {
            high
        } else {
            nearest
        };
        assert_eq!(found.bits(), expected.bits(), "{law}: {found:?}, {expected:?} of {value:e}");
    }
}

fn assert_arrays_are_rounded<H: Half>(n: usize) {
    for law in laws() {
        let wide = Array1::<f32>::init(n, &law, KEY).unwrap();
        let narrow = Array1::<H>::init(n, &law, KEY).unwrap();
        assert_rounded(&law, narrow.into_iter().zip(wide));
    }
}

#[test]
fn arrays_are_those_of_f32_rounded_and_held_inside_the_bounds() {
    assert_arrays_are_rounded::<f16>(300_000);
    assert_arrays_are_rounded::<bf16>(300_000);
}

#[test]
#[ignore = "10⁸ values of each type: `.ci/release long_tests`"]
fn a_hundred_million_values_are_those_of_f32_rounded_and_held_inside_the_bounds() {
    assert_arrays_are_rounded::<f16>(100_000_000 / laws().len());
    assert_arrays_are_rounded::<bf16>(100_000_000 / laws().len());
}

#[test]
fn single_words_give_the_value_of_f32_rounded() {
    fn check<H: Half>() {
        for law in laws() {
            let ends = [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFF];
            let words = (0..=u32::MAX).step_by(1_000_003).chain(ends).map(u64::from);
            let values =
                words.map(|word| (H::drawn(&law, &mut OneWord(word)), value_of::<f32>(&law, word)));
            assert_rounded(&law, values);
        }
    }
    check::<f16>();
    check::<bf16>();
}

/// The greatest share of values on the two outermost numbers, for deviations all over a binade.
fn greatest_share_at_the_bounds<H: Half>() -> f64 {
    let share = |std: f64| {
        let law = TruncatedNormal::in_sigmas(0.0, std, -2.0, 2.0).unwrap();
        let w = Array1::<H>::init(1 << 18, &law, KEY).unwrap();
        let outermost = H::bound(2.0 * std, false).value();
        assert!(w.iter().all(|x| x.value().abs() <= outermost));
        w.iter().filter(|x| x.value().abs() == outermost).count() as f64 / w.len() as f64
    };
    (0..24).map(|i| share(0.02 * (f64::from(i) / 24.0).exp2())).fold(0.0, f64::max)
}

#[test]
fn nothing_piles_up_at_the_bounds() {
    let (narrow, wide) =
        (greatest_share_at_the_bounds::<bf16>(), greatest_share_at_the_bounds::<f16>());
    assert!(narrow < 3e-3, "{narrow}");
    assert!(wide < 4e-4, "{wide}");
}

#[test]
fn orthogonal_matrices_are_those_of_f32_rounded() {
    fn check<H: Half>(initializer: &AnyInitializer, shape: &[usize]) {
        let wide = ArrayD::<f32>::init(IxDyn(shape), initializer, KEY).unwrap();
        let narrow = ArrayD::<H>::init(IxDyn(shape), initializer, KEY).unwrap();
        assert_same_bits(&narrow, &wide.mapv(H::nearest), initializer);
    }
    check::<f16>(&Orthogonal::default().into(), &[30, 20]);
    check::<bf16>(&Orthogonal::new(1.5).unwrap().into(), &[20, 30]);
    check::<bf16>(&DeltaOrthogonal::default().into(), &[3, 4, 6]);
}
