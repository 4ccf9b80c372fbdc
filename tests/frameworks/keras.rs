//! Keras 3 and tf-keras.

use super::{KEY, assert_follows, filled, refused, truncated_of, uniform_of};
use crate::common::{assert_same_bits, normal, uniform, value_of};
use ndarray_init::ndarray::{ArrayD, Axis, Ix3, IxDyn, s};
use ndarray_init::presets::keras;
use ndarray_init::rand::SeedableRng;
use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
use ndarray_init::{
    AnyInitializer, Distribution, FanMode, InitError, InitExt, Initializer, Key, Region,
    TruncatedNormal, Values,
};
use serde_json::{Value, json};
use std::f64::consts::PI;

/// All that Keras draws.
fn drawn() -> Vec<AnyInitializer> {
    vec![
        AnyInitializer::from(keras::random_uniform(None, None).unwrap()),
        keras::random_normal(None, None).unwrap().into(),
        keras::truncated_normal(None, None).unwrap().into(),
        keras::variance_scaling(None, None, None).unwrap().into(),
        keras::lecun_uniform().into(),
        keras::lecun_normal().into(),
        keras::glorot_uniform().into(),
        keras::glorot_normal().into(),
        keras::he_uniform().into(),
        keras::he_normal().into(),
        keras::orthogonal(None).unwrap().into(),
    ]
}

/// Initializers of Keras that draw nothing, the identity times this gain.
fn not_drawn(gain: impl Into<Option<f64>>) -> [AnyInitializer; 4] {
    [
        keras::zeros().into(),
        keras::ones().into(),
        keras::constant(2.0).into(),
        keras::identity(gain).unwrap().into(),
    ]
}

// --- keys -----------------------------------------------------------------------------------------

/// An integer for a seed in Keras is a key here, and a `SeedGenerator` is a generator.
#[test]
fn a_key_gives_the_same_values_at_every_call_and_a_generator_other_ones() {
    for initializer in drawn() {
        let once = filled::<f32>(&initializer, &[2, 3], Key::new(1337));
        assert_eq!(once, filled::<f32>(&initializer, &[2, 3], Key::new(1337)), "{initializer:?}");
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1337);
        let arrays = [(); 3].map(|()| filled::<f32>(&initializer, &[2, 3], Key::from(&mut rng)));
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            assert_ne!(arrays[one], arrays[other], "{initializer:?}");
        }
    }
}

#[test]
fn what_is_written_and_read_again_has_the_same_values() {
    for initializer in drawn().into_iter().chain(not_drawn(2.0)) {
        let written = serde_json::to_string(&initializer).unwrap();
        let read: AnyInitializer = serde_json::from_str(&written).unwrap();
        for shape in [&[3, 2, 3][..], &[8, 12, 99], &[12, 99, 7], &[5, 6, 4, 2], &[20, 20]] {
            if matches!(initializer, AnyInitializer::Identity(_)) && shape.len() > 2 {
                continue;
            }
            let (found, expected) =
                (filled::<f32>(&read, shape, KEY), filled::<f32>(&initializer, shape, KEY));
            assert_same_bits(&found, &expected, &written);
        }
    }
}

/// tf-keras compares parts with each other, not with the whole, and has no parts of the orthogonal matrix
/// and of the identity.
#[test]
fn a_part_has_the_values_that_the_whole_has_there() {
    let drawn = drawn().into_iter().map(|initializer| (initializer, true));
    for (initializer, differ) in
        drawn.chain(not_drawn(None).map(|initializer| (initializer, false)))
    {
        let whole = filled::<f32>(&initializer, &[4, 2], KEY);
        let part = |offset: usize| {
            let region = Region::new(&[4, 2], &[offset, 0]).unwrap();
            ArrayD::<f32>::init_region(IxDyn(&[2, 2]), &initializer, KEY, &region).unwrap()
        };
        for offset in [0, 1] {
            let expected = whole.slice(s![offset..offset + 2, ..]).into_dyn();
            assert_eq!(part(offset), expected, "{initializer:?} from row {offset} on");
        }
        assert!(!differ || part(0) != part(1), "{initializer:?}");
    }
}

// --- laws -----------------------------------------------------------------------------------------

#[test]
fn plain_laws_have_their_mean_and_deviation() {
    let law = normal(0.0, 1.0).into();
    for shape in [&[25, 20][..], &[8, 12, 99]] {
        assert_follows::<f32>(&keras::random_normal(0.0, 1.0).unwrap(), shape, &law);
    }
    let law = uniform(-1.0, 1.0).into();
    for shape in [&[5, 5][..], &[3, 2, 3]] {
        assert_follows::<f32>(&keras::random_uniform(-1.0, 1.0).unwrap(), shape, &law);
    }
    // Not widened: its own deviation is 0.88.
    let law = TruncatedNormal::new(0.0, 1.0, -2.0, 2.0).unwrap().into();
    assert_follows::<f32>(&keras::truncated_normal(0.0, 1.0).unwrap(), &[12, 99, 7], &law);
}

/// Keras' own test allows 0.1 more or less, so that √(2 / 20) would pass for √(2 / 25).
#[test]
fn variance_scaling_has_the_deviation_of_the_fan_that_is_asked_for() {
    for (mode, n) in [(FanMode::FanIn, 25.0), (FanMode::FanOut, 20.0), (FanMode::FanAvg, 22.5)] {
        let std = (2.0_f64 / n).sqrt();
        for (distribution, law) in [
            (Distribution::TruncatedNormal, truncated_of(std)),
            (Distribution::UntruncatedNormal, normal(0.0, std).into()),
            (Distribution::Uniform, uniform_of(std)),
        ] {
            let initializer = keras::variance_scaling(2.0, mode, distribution).unwrap();
            assert_follows::<f32>(&initializer, &[25, 20], &law);
        }
    }
}

/// A kernel of 5 × 6 places, 4 input and 2 output channels: fans of 120 and 60.
#[test]
fn presets_have_the_variance_of_a_convolutions_fans() {
    let shape = [5, 6, 4, 2];
    let [lecun, glorot, he] = [1.0 / 120.0, 1.0 / 90.0, 2.0 / 120.0_f64].map(f64::sqrt);
    for (initializer, law) in [
        (keras::lecun_uniform(), uniform_of(lecun)),
        (keras::glorot_uniform(), uniform_of(glorot)),
        (keras::he_uniform(), uniform_of(he)),
        (keras::lecun_normal(), truncated_of(lecun)),
        (keras::glorot_normal(), truncated_of(glorot)),
        (keras::he_normal(), truncated_of(he)),
    ] {
        assert_follows::<f32>(&initializer, &shape, &law);
    }
}

/// Keras' uniform law ends below its upper bound.
#[test]
fn a_uniform_law_has_both_of_its_bounds() {
    let law = keras::random_uniform(-1.0, 1.0).unwrap();
    let single = |word: i32| value_of::<f32>(&law, u64::from(word as u32));
    assert_eq!([single(i32::MIN), single(i32::MAX)], [-1.0, 1.0]);
    let double = |word: i64| value_of::<f64>(&law, word as u64);
    assert_eq!([double(i64::MIN), double(i64::MAX)], [-1.0, 1.0]);
}

// --- what is not drawn ------------------------------------------------------------------------------

/// Keras takes an array for an initializer of its own shape alone.
#[test]
fn an_array_fills_every_shape_that_it_can_be_broadcast_to() {
    let values = filled::<f32>(&keras::random_uniform(0.0, 1.0).unwrap(), &[5, 5], KEY);
    assert_eq!(filled::<f32>(&values, &[5, 5], Key::new(1)), values);
    let error = refused(&values, &[10, 10]);
    assert!(matches!(error, InitError::Shape { .. }), "{error:?}");
    let stacked = filled::<f32>(&values, &[2, 5, 5], KEY);
    assert!(stacked.axis_iter(Axis(0)).all(|part| part == values));
}

/// Frames of 256 samples and 513 bins, more than the recorded calls have.
#[test]
fn a_long_transform_has_the_cosines_and_sines_of_its_window() {
    const FRAME: usize = 256;
    // scipy.signal.windows.tukey(256): a quarter of the frame rises, another one falls.
    let tukey = |t: usize| {
        let place = t.min(FRAME - 1 - t) as f64 / (FRAME - 1) as f64;
        if place < 0.25 { 0.5 - 0.5 * (4.0 * PI * place).cos() } else { 1.0 }
    };
    let hamming = |t: usize| 0.54 - 0.46 * (2.0 * PI * t as f64 / FRAME as f64).cos();
    let weights = |window: &dyn Fn(usize) -> f64| (0..FRAME).map(window).collect::<Vec<f64>>();
    let (tukey, ramp) = (weights(&tukey), weights(&|t| (t + 1) as f64));
    let (power, sum) = (tukey.iter().map(|w| w * w).sum::<f64>().sqrt(), ramp.iter().sum::<f64>());
    let stft = |side, window, scaling, periodic| {
        keras::Stft::new(side, window, scaling, periodic).unwrap()
    };
    let plain = stft("real", None, Some("density"), false);
    let periodic = stft("real", Some("hamming"), None, true);
    let density = stft("imag", None, Some("density"), false).with_window(tukey.clone()).unwrap();
    let spectrum = stft("imag", None, Some("spectrum"), false).with_window(ramp.clone()).unwrap();
    for (stft, is_real, window, scale) in [
        (plain, true, vec![1.0; FRAME], 1.0),
        (periodic, true, weights(&hamming), 1.0),
        (density, false, tukey, power),
        (spectrum, false, ramp, sum),
    ] {
        let kernel = filled::<f64>(&stft, &[FRAME, 1, 513], KEY);
        let kernel = kernel.into_dimensionality::<Ix3>().unwrap();
        for ((t, _, k), found) in kernel.indexed_iter() {
            let phase = -2.0 * PI * t as f64 * k as f64 / 1024.0;
            let wave = if is_real { phase.cos() } else { phase.sin() };
            let expected = wave * window[t] / scale;
            // The phase is up to 800, whose last digit is 10⁻¹³.
            assert!((found - expected).abs() < 1e-12 * window[t] / scale + 1e-18, "{t} {k}");
        }
    }
}

struct Five;

impl Initializer<f32> for Five {
    fn values(&self, _: &[usize], _: Key) -> Result<Values<f32>, InitError> {
        Ok(Values::constant(5.0))
    }
}

#[test]
fn an_initializer_of_ones_own_fills_arrays() {
    assert_eq!(filled::<f32>(&Five, &[2, 3], KEY), ArrayD::from_elem(IxDyn(&[2, 3]), 5.0_f32));
}

// --- errors -----------------------------------------------------------------------------------------

#[test]
fn what_keras_refuses_in_a_configuration_is_refused() {
    let refused = |config: Value| keras::from_config(&config).expect_err("this must be an error");
    let scaling = |field: &str, value: Value| {
        let mut config = json!({"scale": 2.0, "mode": "fan_in"});
        config[field] = value;
        refused(json!({"class_name": "VarianceScaling", "config": config}))
    };
    let error = scaling("scale", json!(-1.0));
    assert!(matches!(error, InitError::Parameter { name: "scale", value: -1.0, .. }), "{error:?}");
    // Keras has no initializer, where the name is null.
    for error in [
        scaling("mode", json!("invalid_mode")),
        scaling("distribution", json!("invalid_dist")),
        refused(json!("typo")),
        refused(Value::Null),
    ] {
        assert!(matches!(error, InitError::Configuration { .. }), "{error:?}");
    }
}

#[test]
fn windows_that_have_no_name_here_are_read_as_weights() {
    let stft = |field: &str, value: Value| {
        let mut config = json!({"side": "imag", "scaling": "spectrum"});
        config[field] = value;
        keras::from_config(&json!({"class_name": "STFTInitializer", "config": config}))
    };
    // Keras asks scipy for "tukey".
    for (field, value) in
        [("side", "imaginary"), ("scaling", "l2"), ("window", "unknown"), ("window", "tukey")]
    {
        let error = stft(field, json!(value)).expect_err("this must be an error");
        assert!(matches!(error, InitError::Configuration { .. }), "{error:?}");
    }
    let weights: Vec<f64> = (1..=256).map(f64::from).collect();
    let expected = keras::Stft::new("imag", None, Some("spectrum"), false).unwrap();
    let expected = expected.with_window(weights.clone()).unwrap();
    assert_eq!(stft("window", json!(weights)), Ok(expected.into()));
}
