//! The kernels of short-time Fourier transforms.

use crate::common::assert_same_bits;
use ndarray_init::ndarray::{Array3, ArrayD, ShapeBuilder, s};
use ndarray_init::presets::keras::Stft;
use ndarray_init::{Element, InitError, InitExt, InitRefExt, Key};

const SIDES: [&str; 2] = ["real", "imag"];

fn kernel<A: Element>(stft: &Stft, frame: usize, bins: usize) -> Array3<A> {
    Array3::init((frame, 1, bins), stft, Key::new(1)).unwrap()
}

/// Keras' default window and scaling.
fn hann(side: &str) -> Stft {
    Stft::new(side, Some("hann"), Some("density"), false).unwrap()
}

/// Cosines or sines as they are.
fn wave(side: &str) -> Stft {
    Stft::new(side, None, None, false).unwrap()
}

/// The initializer of a line of `data/stft.txt`.
fn recorded(call: &'static str) -> Stft {
    let [side, window, scaling, periodic] = call.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{call}")
    };
    let named = |name: &'static str| (name != "None").then_some(name);
    let (scaling, periodic) = (named(scaling), periodic == "True");
    match window {
        "custom" => Stft::new(side, None, scaling, periodic)
            .and_then(|stft| stft.with_window(vec![0.5, -1.25, 2.0, 0.0, 3.5])),
        _ => Stft::new(side, named(window), scaling, periodic),
    }
    .unwrap()
}

#[test]
fn the_values_are_those_of_keras() {
    let (mut stft, mut kernels) = (wave("real"), 0);
    for line in include_str!("data/stft.txt").lines() {
        let Some(kernel) = line.strip_prefix("    ") else {
            stft = recorded(line);
            continue;
        };
        let (shape, values) = kernel.split_once(' ').unwrap();
        let shape: Vec<usize> =
            shape.trim_matches(['(', ')']).split(',').map(|n| n.parse().unwrap()).collect();
        let found = ArrayD::<f64>::init(&*shape, &stft, Key::new(1)).unwrap();
        let values: Vec<f64> = values.split(' ').map(|value| value.parse().unwrap()).collect();
        assert_eq!(found.len(), values.len());
        for (found, value) in found.iter().zip(values) {
            // The file has 13 digits.
            assert!((found - value).abs() < 1e-12, "{stft:?} {shape:?}: {found}, not {value}");
        }
        kernels += 1;
    }
    assert_eq!(kernels, 78);
}

#[test]
fn a_single_is_the_double_rounded() {
    for side in SIDES {
        let rounded = kernel::<f64>(&hann(side), 30, 23).mapv(|value| value as f32);
        assert_same_bits(&kernel(&hann(side), 30, 23), &rounded, side);
    }
}

#[test]
fn every_bin_repeats_to_the_last_bit() {
    for side in SIDES {
        let w = kernel::<f64>(&wave(side), 1000, 65);
        let rest = w.slice(s![128.., .., ..]);
        assert_same_bits(rest, w.slice(s![..-128, .., ..]), side);
    }
}

#[test]
fn bins_mirror_each_other_to_the_last_bit() {
    for side in SIDES {
        let w = kernel::<f64>(&wave(side), 40, 25);
        for ((t, _, k), &value) in w.indexed_iter() {
            // cos(π t − x) and −sin(π t − x).
            let sign = match side {
                "real" => 1.0 - 2.0 * (t % 2) as f64,
                _ => 2.0 * (t % 2) as f64 - 1.0,
            };
            assert_eq!(w[[t, 0, 24 - k]], sign * value, "{side:?} {t} {k}");
        }
    }
}

#[test]
fn quarters_of_a_turn_are_exact_and_zeros_positive() {
    let expected = |side, t: usize, k: usize| match (side, t * k % 4) {
        ("real", 0) | ("imag", 3) => 1.0,
        ("real", 2) | ("imag", 1) => -1.0,
        _ => 0.0_f64,
    };
    for side in SIDES {
        for ((t, _, k), value) in kernel::<f64>(&wave(side), 9, 3).indexed_iter() {
            assert_eq!(value.to_bits(), expected(side, t, k).to_bits(), "{side:?} {t} {k}");
        }
    }
    // Ends of a window that are 0, times negative cosines.
    let ends = kernel::<f64>(&hann("real"), 5, 4);
    assert!(ends.slice(s![4, .., ..]).iter().all(|value| value.to_bits() == 0));
}

#[test]
fn sines_and_cosines_are_at_most_a_unit_from_the_truth() {
    // Of 5, 7 and 11 parts of a turn in 26, by mpmath.
    let cosines: [f64; 3] = [0.354604887042535626, -0.120536680255323053, -0.885456025653209896];
    let sines: [f64; 3] = [0.935016242685414823, 0.992708874098053993, 0.464723172043768546];
    let (real, imaginary) =
        (kernel::<f64>(&wave("real"), 2, 14), kernel::<f64>(&wave("imag"), 2, 14));
    for ((k, cos), sin) in [5, 7, 11].into_iter().zip(cosines).zip(sines) {
        for (found, value) in [(real[[1, 0, k]], cos), (-imaginary[[1, 0, k]], sin)] {
            assert!(
                (found.to_bits() as i64 - value.to_bits() as i64).abs() <= 1,
                "{found} {value}"
            );
        }
    }
}

#[test]
fn weights_of_any_size_can_be_scaled() {
    for size in [1e-300, 1e300] {
        let window = |size| hann("real").with_window(vec![size, 3.0 * size, 0.0]).unwrap();
        let (found, expected) = (kernel::<f64>(&window(size), 3, 4), kernel(&window(1.0), 3, 4));
        assert!(found.iter().zip(&expected).all(|(a, b): (&f64, &f64)| (a - b).abs() < 1e-15));
    }
}

#[test]
fn the_order_in_memory_changes_nothing() -> Result<(), InitError> {
    let stft = hann("imag");
    let expected = kernel::<f32>(&stft, 12, 7);
    let columns = Array3::<f32>::init((12, 1, 7).f(), &stft, Key::new(1))?;
    assert_same_bits(&columns, &expected, "columns");
    let mut part = Array3::<f32>::zeros((24, 3, 7));
    let mut slice = part.slice_mut(s![..;-2, 1..2, ..;-1]);
    slice.fill_init(&stft, Key::new(2))?;
    assert_same_bits(&slice, &expected, "slice");
    Ok(())
}

#[test]
fn the_bits_stay() {
    let bits = |side| {
        let w = kernel::<f64>(&hann(side), 7, 6);
        w.slice(s![2, 0, ..]).mapv(f64::to_bits).to_vec()
    };

    let real = [
        4602678819172646912,
        4594734775573408079,
        13824330634041488552,
        13824330634041488552,
        4594734775573408079,
        4602678819172646912,
    ];
    let imaginary = [
        0,
        13825610012317471999,
        13822337955659078238,
        4598965918804302430,
        4602237975462696191,
        0,
    ];
    assert_eq!(bits("real"), real);
    assert_eq!(bits("imag"), imaginary);
}

#[test]
fn a_window_of_zeros_is_fine_unscaled() {
    let stft = Stft::new("real", Some("hann"), None, false).unwrap();
    assert_eq!(kernel::<f32>(&stft, 2, 3), Array3::<f32>::zeros((2, 1, 3)));
}

#[test]
fn the_element_type_must_have_the_weights_of_an_unscaled_window() {
    let stft = wave("real").with_window(vec![1e300]).unwrap();
    let error = Array3::<f32>::init((1, 1, 2), &stft, Key::new(1)).unwrap_err();
    assert!(matches!(error, InitError::Unrepresentable { element: "f32", .. }), "{error}");
    assert!(Array3::<f64>::init((1, 1, 2), &stft, Key::new(1)).is_ok());
}
