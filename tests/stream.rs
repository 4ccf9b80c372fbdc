//! Key → elements: every array is what the stream contract says, by an independent implementation's
//! vectors and by an oracle written straight from the contract.

use crate::common::{
    Counting, GAMMA, Real, assert_same_bits, density, mix64, normal, uniform, value_of,
};
use ndarray_init::ndarray::{ArcArray, Array0, Array1, Array2, ArrayD, IxDyn, ShapeBuilder};
use ndarray_init::rand::{RngCore, SeedableRng};
use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
use ndarray_init::{InitExt, Key, Law, Layout, VarianceScaling};
use proptest::prelude::*;
use serde_json::Value;

/// Words, values and forks of `stream_v3.json`, made by an independent implementation of the contract.
fn published() -> Value {
    serde_json::from_str(include_str!("data/stream_v3.json")).unwrap()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

/// The first n elements of U[−bound, bound].
fn drawn<A: Real>(n: usize, bound: f64, key: u64) -> Array1<A> {
    Array1::init(n, &uniform(-bound, bound), Key::new(key)).unwrap()
}

/// Those elements by the contract: `(w as A) * (b · 2^(1−B))`.
fn expected<A: Real>(n: usize, bound: A, key: u64) -> Vec<A> {
    let scale = bound * A::rounded(2.0_f64.powi(1 - A::BITS as i32));
    (0..n).map(|i| A::signed_word(A::word(key, i)) * scale).collect()
}

#[test]
fn words_and_uniform_values_are_the_published_ones_to_the_bit() {
    for vector in list(&published()["vectors"]) {
        let (key, n) = (number(&vector["key"]), number(&vector["n"]) as usize);
        let bound = vector["bound"].as_f64().unwrap();
        let (single, double) = (drawn::<f32>(n, bound, key), drawn::<f64>(n, bound, key));
        // On [−1, 1] an f64 is w · 2^−63; its upper 32 bits are the word of the f32 element.
        let words =
            drawn::<f64>(n, 1.0, key).mapv(|x| (x * 2.0_f64.powi(31)).floor() as i32 as u32);
        for element in list(&vector["elements"]) {
            let i = number(&element["i"]) as usize;
            let oracle = u64::from(crate::common::word(key, i));
            let found = [words[i].into(), oracle, single[i].to_bits().into(), double[i].to_bits()];
            let names = ["word", "word", "uniform_f32_bits", "uniform_f64_bits"];
            assert_eq!(found, names.map(|name| number(&element[name])), "key {key}, i {i}");
        }
        let xor = words.iter().fold(0, |all, word| all ^ word);
        assert_eq!(u64::from(xor), number(&vector["xor_of_all_words"]), "key {key}");
    }
}

#[test]
fn keys_with_an_arithmetic_relation_share_no_elements() {
    // 64 bits an element: two unrelated arrays of this size share one by chance once in 10¹².
    const N: usize = 3000;
    for step in [1, GAMMA, GAMMA.wrapping_mul(4), GAMMA.wrapping_mul(32), 1024, 8] {
        let mut keys = std::collections::HashMap::new();
        for (i, element) in (0..=40_u64).flat_map(|i| {
            drawn::<f64>(N, 1.0, i.wrapping_mul(step)).into_iter().map(move |x| (i, x))
        }) {
            let other = keys.insert(element.to_bits(), i);
            assert!(other.is_none_or(|other| other == i), "keys {i} and {other:?} times {step}");
        }
    }
}

#[test]
fn no_lane_of_a_small_key_is_a_generator_with_a_small_seed() {
    let seeded: std::collections::HashSet<_> =
        (0..=1000).map(|seed| Xoshiro256PlusPlus::seed_from_u64(seed).next_u64()).collect();
    for key in 0..=1000 {
        let array = drawn::<f64>(7 * 1024 + 16, 1.0, key);
        let word = |i: usize| (array[i] * 2.0_f64.powi(31)).floor() as i32 as u32;
        for i in (0..8).flat_map(|block| (0..8).map(move |lane| 1024 * block + 2 * lane)) {
            let first = u64::from(word(i + 1)) << 32 | u64::from(word(i));
            assert!(!seeded.contains(&first), "key {key}, element {i}");
        }
    }
}

#[test]
fn version_and_forks_are_the_published_ones() {
    let published = published();
    let version = u64::from(ndarray_init::STREAM_VERSION);
    assert_eq!([version, number(&published["contract"])], [3, 3]);
    for fork in list(&published["forks"]) {
        let (key, name) = (number(&fork["key"]), fork["name"].as_str().unwrap());
        assert_eq!(Key::new(key).fork(name).as_u64(), number(&fork["fork"]), "{name:?} of {key}");
    }
}

/// The hash of a name by its definition.
fn fnv1a64(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// Lengths on both sides of every border between blocks, and others.
fn lengths() -> impl Strategy<Value = usize> {
    let borders = prop::sample::select(vec![1, 15, 16, 17, 1023, 1024, 1025, 2047, 2048, 2049]);
    prop_oneof![borders, 1..5000_usize]
}

proptest! {
    #![proptest_config(crate::common::cases(40))]

    #[test]
    fn arrays_are_the_oracles(key: u64, n in lengths(), bound in 1e-3..1e3_f64) {
        assert_same_bits(&drawn::<f32>(n, bound, key), &expected(n, bound as f32, key), (key, n));
        assert_same_bits(&drawn::<f64>(n, bound, key), &expected(n, bound, key), (key, n));
    }

    /// Both words lie in the same 2^32nd part of the range, so uniform values differ by one part at
    /// most, 2 b · 2^−32, and by the three roundings of an f32 (word, bound, product), 2^−24 each.
    #[test]
    fn uniform_f64_arrays_are_f32_arrays_with_more_digits(key: u64, n in lengths(), b in 1e-3..1e3_f64) {
        let (single, double) = (drawn::<f32>(n, b, key), drawn::<f64>(n, b, key));
        for (&single, &double) in single.iter().zip(&double) {
            let bound = 2.0 * b * 2.0_f64.powi(-32) + 3.01 * 2.0_f64.powi(-24) * double.abs();
            prop_assert!((f64::from(single) - double).abs() <= bound, "{single} {double}");
        }
    }

    /// Probabilities differ by half of 2^−32 at most, quantiles by that divided by the density at
    /// the outer of the two values, and by the accuracy of an f32.
    #[test]
    fn normal_f64_arrays_are_f32_arrays_with_more_digits(key: u64, n in lengths()) {
        let single = Array1::<f32>::init(n, &normal(0.0, 1.0), Key::new(key)).unwrap();
        let double = Array1::<f64>::init(n, &normal(0.0, 1.0), Key::new(key)).unwrap();
        for (single, &double) in single.iter().map(|&z| f64::from(z)).zip(&double) {
            let outer = single.abs().max(double.abs());
            let bound = 2.0_f64.powi(-33) / density(outer) + f32::ACCURACY * outer;
            prop_assert!((single - double).abs() <= 1.01 * bound, "{single} {double}");
        }
    }

    #[test]
    fn elements_are_the_laws_values_of_their_words(key: u64, n in lengths(), more in lengths()) {
        fn check<A: Real>(law: &Law, key: u64, n: usize, more: usize) {
            let [short, long] = [n, n + more]
                .map(|n| Array1::<A>::init(n, law, Key::new(key)).unwrap());
            assert_same_bits(&short, long.iter().take(n), law);
            for i in [0, n / 3, n / 2, n - 1] {
                assert_same_bits([&short[i]], [&value_of(law, A::word(key, i))], (law, key, i));
            }
        }
        for law in crate::common::laws() {
            check::<f32>(&law, key, n, more);
            check::<f64>(&law, key, n, more);
        }
    }

    #[test]
    fn keys_fork_by_the_formula(key: u64, name in ".{0,40}", index: u64) {
        let named = mix64(key ^ mix64(fnv1a64(&name).wrapping_add(GAMMA)));
        prop_assert_eq!(Key::new(key).fork(&name).as_u64(), named);
        let numbered = mix64(key ^ mix64(index.wrapping_add(GAMMA.wrapping_mul(2))));
        prop_assert_eq!(Key::new(key).fork_index(index).as_u64(), numbered);
    }
}

#[test]
fn every_preset_takes_one_number_whatever_the_shape_and_draws_under_that_key() {
    #[track_caller]
    fn takes_one_number<T>(construct: impl FnOnce(&mut Counting) -> T) -> T {
        let mut generator = Counting::new(7);
        let array = construct(&mut generator);
        assert_eq!((generator.words, generator.double_words), (0, 1));
        array
    }
    let key = Key::new(Counting::new(7).next_u64());
    macro_rules! presets {
        ($($preset:ident)*) => {$(
            for shape in [&[][..], &[0], &[3], &[40, 50], &[3, 0, 2], &[3, 3, 16, 33]] {
                let array = takes_one_number(|rng| ArrayD::<f32>::$preset(IxDyn(shape), rng));
                let mut preset = VarianceScaling::$preset();
                if shape.len() < 2 {
                    preset = preset.with_layout(Layout::keras());
                }
                let same = ArrayD::<f32>::init(IxDyn(shape), &preset, key).unwrap();
                assert_same_bits(&array, &same, (stringify!($preset), shape));
            }
            // Every dimension and owner has the same constructor.
            let _ = takes_one_number(|rng| Array0::<f64>::$preset((), rng));
            let _ = takes_one_number(|rng| Array2::<f64>::$preset((70, 30).f(), rng));
            let _ = takes_one_number(|rng| ArcArray::<f64, _>::$preset((3, 3, 8, 8), rng));
        )*};
    }
    presets!(
        glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal
        xavier_uniform xavier_normal kaiming_uniform kaiming_normal
    );
}
