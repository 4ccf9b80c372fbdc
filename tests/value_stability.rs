//! Pinned values: the bits of some 60 elements, of each law in each type the first and the farthest out, and the
//! digests that `.ci/portability` compares on other machines, on this one.
//!
//! A change of either file is value-breaking, and is to be named so in the CHANGELOG. To renew
//! `data/value_stability.txt`:
//!
//! ```sh
//! NDARRAY_INIT_RENEW=1 cargo test --release --all-features --test suite value_stability
//! ```

use crate::common::{Listed, each_type, normal, suits, truncated, uniform};
use ndarray_init::ndarray::Array1;
use ndarray_init::{InitExt, Key, Law};
use std::fmt::{LowerExp, Write};
use std::path::Path;

#[expect(unreachable_pub, reason = "it is a library of its own, too")]
#[path = "portability/src/lib.rs"]
mod portability;

/// Enough for a value beyond four sigmas, in the tail's formula.
const N: usize = 100_000;

fn laws() -> [Law; 5] {
    [
        uniform(-0.25, 0.25).into(),
        uniform(-0.3, 1.7).into(),
        normal(0.0, 1.0).into(),
        truncated(-2.0, 2.0).into(),
        truncated(8.0, f64::INFINITY).into(),
    ]
}

/// A line for each element: type, law, index, bits in hexadecimal (of complex numbers those of the real
/// part, then of the imaginary one), and the value for readers.
fn lines<A: Listed + LowerExp>(text: &mut String) {
    for law in laws().into_iter().filter(suits::<A>) {
        let array = Array1::<A>::init(N, &law, Key::new(42)).unwrap();
        let mean = law.mean();
        let distance = |i: &usize| {
            let [re, im] = array[*i].parts();
            (re - mean).hypot(im)
        };
        let farthest = (0..N).max_by(|i, j| distance(i).total_cmp(&distance(j))).unwrap();
        for i in [0, farthest] {
            let (bits, digits) = (array[i].bits(), 2 * size_of::<A>());
            let line = format!("{}; {law}; {i}; {bits:0digits$x}; {:e}", A::TYPE, array[i]);
            writeln!(text, "{line}").unwrap();
        }
    }
}

#[test]
fn values_are_what_they_were() {
    let mut text = String::new();
    each_type!(A => lines::<A>(&mut text));
    if std::env::var_os("NDARRAY_INIT_RENEW").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/value_stability.txt");
        return std::fs::write(path, text).unwrap();
    }
    let found: Vec<_> = text.lines().collect();
    assert_eq!(found, of_known_types(include_str!("data/value_stability.txt")));
}

#[test]
fn digests_are_the_pinned_ones() {
    assert_eq!(portability::lines().unwrap(), of_known_types(include_str!("data/digests.txt")));
}

/// The lines of the types that this build has.
fn of_known_types(file: &str) -> Vec<&str> {
    let mut types = Vec::new();
    each_type!(A => types.push(A::TYPE));
    let known = |line: &&str| line.split([' ', ';']).any(|word| types.contains(&word));
    file.lines().filter(known).collect()
}
