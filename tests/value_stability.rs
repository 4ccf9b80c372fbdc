//! Values that users have in their checkpoints' history: bits of each law, pinned.
//!
//! A change of `data/value_stability.txt` is value-breaking, and is to be named so in the
//! CHANGELOG. To renew it:
//!
//! ```sh
//! NDARRAY_INIT_RENEW=1 cargo test --release --all-features --test suite value_stability
//! ```

use crate::common::{Listed, each_type, normal, suits, truncated, uniform};
use ndarray_init::ndarray::{Array1, ArrayD, IxDyn};
use ndarray_init::rand::SeedableRng;
use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
use ndarray_init::{InitExt, Key, Law, TruncatedNormal};
use std::fmt::{LowerExp, Write};
use std::path::Path;

const PINNED: &str = include_str!("data/value_stability.txt");
/// Enough for a value beyond four sigmas, in the tail's formula.
const N: usize = 100_000;

/// The arrays, each with a name.
fn arrays<A: Listed + LowerExp>() -> Vec<(String, Vec<A>)> {
    let mut all = Vec::new();
    macro_rules! presets {
        ($($preset:ident)*) => {$(
            let mut generator = Xoshiro256PlusPlus::seed_from_u64(42);
            let array = ArrayD::<A>::$preset(IxDyn(&[400, 250]), &mut generator);
            all.push((stringify!($preset).to_string(), array.into_iter().collect()));
        )*};
    }
    presets!(
        xavier_uniform xavier_normal kaiming_uniform kaiming_normal
        glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal
    );
    let infinite = f64::INFINITY;
    let laws: [Law; 9] = [
        uniform(-0.3, 1.7).into(),
        normal(0.0, 1.0).into(),
        normal(-0.75, 0.02).into(),
        truncated(-1.0, 2.5).into(),
        truncated(-4.5, 0.1).into(),
        truncated(0.0, infinite).into(),
        truncated(8.0, infinite).into(),
        truncated(-50.0, -49.9).into(),
        TruncatedNormal::new(0.5, 0.1, 0.35, 0.75).unwrap().into(),
    ];
    for law in laws.into_iter().filter(suits::<A>) {
        let array = Array1::<A>::init(N, &law, Key::new(42)).unwrap();
        all.push((law.to_string(), array.into_raw_vec_and_offset().0));
    }
    all
}

/// The first elements, those on both sides of the first block's end, and the farthest out.
fn telling_indices<A: Listed + LowerExp>(array: &[A]) -> Vec<usize> {
    let mut ordered: Vec<_> = (0..array.len()).collect();
    // Real numbers in their order, complex ones by their distance from 0.
    let place = |i: usize| match array[i].parts() {
        [re, im] if A::IS_COMPLEX => re.hypot(im),
        [re, _] => re,
    };
    ordered.sort_by(|&i, &j| place(i).partial_cmp(&place(j)).unwrap());
    let (least, greatest) = (ordered[0], ordered[array.len() - 1]);
    let (low, high) = (ordered[array.len() / 500], ordered[array.len() - array.len() / 500]);
    vec![0, 1, 2, 17, 1023, 1024, array.len() - 1, least, greatest, low, high]
}

/// The bits in hexadecimal; of complex numbers those of the real part, then of the imaginary one.
fn bits<A: Listed>(element: A) -> String {
    format!("{:0digits$x}", element.bits(), digits = 2 * size_of::<A>())
}

fn written<A: Listed + LowerExp>(text: &mut String) {
    for (name, array) in arrays::<A>() {
        for i in telling_indices(&array) {
            writeln!(text, "{}; {name}; {i}; {}; {:e}", A::TYPE, bits(array[i]), array[i]).unwrap();
        }
    }
}

/// Array, index and bits of each line of this type; what follows is for readers.
fn lines(of: &str) -> impl Iterator<Item = (&'static str, usize, &'static str)> {
    PINNED.lines().filter_map(move |line| {
        let fields: Vec<_> = line.split("; ").collect();
        (fields[0] == of).then(|| (fields[1], fields[2].parse().unwrap(), fields[3]))
    })
}

fn assert_as_pinned<A: Listed + LowerExp>() {
    let arrays = arrays::<A>();
    let mut checked = 0;
    for (name, i, bits) in lines(A::TYPE) {
        let (_, array) = arrays.iter().find(|(array, _)| array == name).unwrap();
        let found = array[i];
        assert_eq!(self::bits(found), bits, "{name}, {}, element {i}: {found:e}", A::TYPE);
        checked += 1;
    }
    assert_eq!(checked, 11 * arrays.len());
}

#[test]
fn values_are_what_they_were() {
    if std::env::var_os("NDARRAY_INIT_RENEW").is_some() {
        let mut text = String::new();
        each_type!(A => written::<A>(&mut text));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/value_stability.txt");
        return std::fs::write(path, text).unwrap();
    }
    each_type!(A => assert_as_pinned::<A>());
}
