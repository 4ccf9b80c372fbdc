//! The kernels of short-time Fourier transforms.

use crate::common::{assert_fills_every_order, assert_same_bits};
use ndarray_init::ndarray::{Array3, ArrayD, ArrayViewMutD, s};
use ndarray_init::presets::keras::Stft;
use ndarray_init::{Element, InitError, InitExt, InitRefExt, Key};
use std::f64::consts::PI;

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
fn values_are_those_of_keras() {
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

/// A frame of 256 samples and 513 bins, more than the recorded calls have.
#[test]
fn a_long_transform_has_the_sines_of_its_window() {
    let ramp = |t: usize| (t + 1) as f64;
    let stft = Stft::new("imag", None, Some("spectrum"), false).unwrap();
    let stft = stft.with_window((0..256).map(ramp).collect()).unwrap();
    for ((t, _, k), found) in kernel::<f64>(&stft, 256, 513).indexed_iter() {
        let phase = 2.0 * PI * t as f64 * k as f64 / 1024.0;
        let weight = ramp(t) / (256.0 * 257.0 / 2.0);
        // The phase is up to 800, whose last digit is 10⁻¹³.
        assert!((found + weight * phase.sin()).abs() < 1e-12 * weight + 1e-18, "{t} {k}");
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
fn singles_are_doubles_rounded_in_every_memory_order() {
    for stft in SIDES.map(hann) {
        let rounded = kernel::<f64>(&stft, 12, 7).mapv(|value| value as f32).into_dyn();
        let fill = |mut view: ArrayViewMutD<'_, f32>| view.fill_init(&stft, Key::new(2)).unwrap();
        assert_fills_every_order(&fill, &rounded, &stft);
        assert_same_bits(&kernel::<f32>(&stft, 12, 7), &rounded, &stft);
    }
}

/// Those of the real side are in `data/digests.txt`.
#[test]
fn bits_of_the_imaginary_side_are_the_pinned_ones() {
    let w = kernel::<f64>(&hann("imag"), 7, 6);
    let half = [0.0, -0.47552825814757677, -0.29389262614623657].map(f64::to_bits);
    let expected = [half[0], half[1], half[2], half[2] ^ 1 << 63, half[1] ^ 1 << 63, half[0]];
    assert_eq!(w.slice(s![2, 0, ..]).mapv(f64::to_bits).to_vec(), expected);
}

#[test]
fn the_element_type_must_have_the_weights_of_an_unscaled_window() {
    let stft = wave("real").with_window(vec![1e300]).unwrap();
    let error = Array3::<f32>::init((1, 1, 2), &stft, Key::new(1)).unwrap_err();
    assert!(matches!(error, InitError::Unrepresentable { element: "f32", .. }), "{error}");
    assert!(Array3::<f64>::init((1, 1, 2), &stft, Key::new(1)).is_ok());
    let zeros = Stft::new("real", Some("hann"), None, false).unwrap();
    assert_eq!(kernel::<f32>(&zeros, 2, 3), Array3::<f32>::zeros((2, 1, 3)));
}
