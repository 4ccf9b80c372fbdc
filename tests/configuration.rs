//! Initializers and layouts written to configurations and read again, and Keras' own ones.

#![cfg(feature = "keras-config")]

use crate::common::{Listed, each_type};
use ndarray_init::ndarray::{Array1, Array2, ArrayD, IxDyn, array};
use ndarray_init::presets::keras::Stft;
use ndarray_init::presets::{keras, torch};
use ndarray_init::{
    Activation, AnyInitializer, Blocks, Center, Constant, Dirac, Distribution, FanMode, Identity,
    InitError, InitExt, Key, Law, Layout, Mup, MupRole, Nonlinearity, Normal, Ones, Rules, Siren,
    Sparse, TorchDefault, TruncatedNormal, Uniform, VarianceScaling, Zeros,
};
#[cfg(feature = "complex")]
use ndarray_init::{ComplexNormal, ComplexTruncatedNormal, Disc};
use ndarray_init::{DeltaOrthogonal, Orthogonal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Debug;

/// Written as JSON and read again, it is what it was.
#[track_caller]
fn assert_round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    let read: T = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
    assert_eq!(read, *value, "{text}");
}

#[track_caller]
fn assert_refused<T: DeserializeOwned + Debug>(json: Value, rule: &str) {
    let error = serde_json::from_value::<T>(json).expect_err("this must be an error").to_string();
    assert!(error.contains(rule), "{error}");
}

fn layouts() -> Vec<Layout> {
    vec![
        Layout::keras(),
        Layout::torch().groups(4),
        Layout::torch().transposed().batch(&[0, -1]),
        Layout::depthwise(),
        Layout::axes(&[0, -2], &[-1]),
        Layout::einsum("btd,dhk->bthk").unwrap(),
    ]
}

fn laws() -> Vec<Law> {
    let infinity = f64::INFINITY;
    vec![
        Uniform::new(-0.1, 0.3).unwrap().into(),
        Normal::new(0.1, 1.0 / 3.0).unwrap().into(),
        TruncatedNormal::in_sigmas(0.1, 0.3, -2.0, 2.0).unwrap().into(),
        TruncatedNormal::new(0.1, 0.3, -0.7, 0.2).unwrap().into(),
        TruncatedNormal::in_sigmas(0.0, 0.7, 8.0, infinity).unwrap().into(),
        TruncatedNormal::new(1e-3, 0.7, -infinity, 0.1).unwrap().into(),
    ]
}

#[cfg(feature = "complex")]
fn circular_laws() -> [AnyInitializer; 5] {
    let truncated = |std, sigmas| ComplexTruncatedNormal::in_sigmas(std, sigmas).unwrap();
    [
        ComplexNormal::new(1.0 / 3.0).unwrap().into(),
        Disc::new(0.1).unwrap().into(),
        truncated(0.1, 2.0).into(),
        truncated(0.7, 1.1).into(),
        ComplexTruncatedNormal::new(0.3, 0.7).unwrap().into(),
    ]
}

fn initializers() -> Vec<AnyInitializer> {
    let mup = Mup::new(1000, 768).unwrap();
    let mut all: Vec<AnyInitializer> = vec![
        Zeros.into(),
        Ones.into(),
        Constant(-0.1).into(),
        Identity::new(0.7).unwrap().into(),
        Dirac::default().into(),
        Dirac::default().with_layout(Layout::torch().groups(2)).with_center(Center::Lower).into(),
        Sparse::normal(0.07, 0.01).unwrap().into(),
        stft("real", Some("hann"), Some("density"), false).into(),
        stft("imag", None, Some("spectrum"), false).with_window(vec![0.1, 0.2]).unwrap().into(),
        stft("real", None, None, true).into(),
        Siren::first().into(),
        Siren::later(30.0).unwrap().with_layout(Layout::torch()).into(),
        TorchDefault::new().into(),
        mup.scaling(MupRole::Hidden, VarianceScaling::he_normal()).into(),
        mup.without_multipliers().scaling(MupRole::Output, VarianceScaling::default()).into(),
    ];
    all.extend(laws().into_iter().map(AnyInitializer::from));
    #[cfg(feature = "complex")]
    all.extend(circular_laws());
    for layout in layouts() {
        all.push(Orthogonal::new(0.1).unwrap().with_layout(layout.clone()).into());
        all.push(DeltaOrthogonal::new(0.1).unwrap().with_layout(layout).into());
    }
    for (i, layout) in layouts().into_iter().enumerate() {
        let modes = [FanMode::FanIn, FanMode::FanOut, FanMode::FanAvg, FanMode::FanGeoAvg];
        let distributions =
            [Distribution::TruncatedNormal, Distribution::UntruncatedNormal, Distribution::Uniform];
        let scaling = VarianceScaling::new(0.1 + i as f64, modes[i % 4], distributions[i % 3]);
        all.push(scaling.unwrap().with_layout(layout).into());
    }
    let blocks = all.iter().map(|initializer| Blocks::equal(initializer.clone(), -1, 3).into());
    let sizes = Blocks::sizes(AnyInitializer::from(Blocks::equal(Zeros, 0, 2)), 1, &[3, 4]);
    let blocks: Vec<_> = blocks.chain([sizes.into()]).collect();
    all.extend(blocks);
    all
}

#[test]
fn every_initializer_and_layout_can_be_written_and_read() {
    layouts().iter().for_each(assert_round_trip);
    laws().iter().for_each(assert_round_trip);
    initializers().iter().for_each(assert_round_trip);
}

/// Which of the shapes each initializer fills, and what it says of the others.
fn outcomes<A: Listed>() -> Vec<Result<(), InitError>> {
    let shapes: [&[usize]; 5] = [&[6], &[6, 12], &[3, 6, 12], &[3, 4, 6, 12], &[4, 1, 12]];
    let all = initializers();
    let pairs = all.iter().flat_map(|initializer| shapes.map(|shape| (initializer, shape)));
    pairs
        .map(|(initializer, shape)| {
            ArrayD::<A>::init(IxDyn(shape), initializer, Key::new(1)).map(|_| ())
        })
        .collect()
}

/// But laws of complex numbers are none of real ones, and those with other bounds in one direction than
/// in the other are none of complex ones.
#[test]
fn what_fills_arrays_of_one_element_type_fills_those_of_every_other() {
    let expected = outcomes::<f64>();
    assert!(expected.iter().filter(|outcome| outcome.is_ok()).count() > 100);
    each_type!(A => {
        for (found, expected) in outcomes::<A>().into_iter().zip(&expected) {
            match (&found, expected) {
                (Err(InitError::Unrepresentable { rule, .. }), Ok(())) if A::HAS_PARTS => {
                    assert!(rule.contains("the same in all directions"), "{found:?}");
                }
                (Ok(()), Err(InitError::Unrepresentable { rule, .. })) if A::HAS_PARTS => {
                    assert_eq!(*rule, "it is a law of complex numbers");
                }
                (
                    Err(InitError::Unrepresentable { rule, law, .. }),
                    Err(InitError::Unrepresentable { rule: other, law: of, .. }),
                ) => assert_eq!((rule, law), (other, of)),
                _ => assert_eq!(&found, expected, "{}", A::TYPE),
            }
        }
    });
}

#[cfg(feature = "complex")]
#[test]
fn laws_of_complex_numbers_are_read_and_written() -> Result<(), InitError> {
    let truncated = |std, sigmas| ComplexTruncatedNormal::in_sigmas(std, sigmas);
    assert_means(&json!({"complex_normal": {"std": 0.02}}), ComplexNormal::new(0.02)?);
    assert_means(&json!({"disc": {"radius": 0.1}}), Disc::new(0.1)?);
    assert_means(&json!({"complex_truncated_normal": {"std": 0.02}}), truncated(0.02, 2.0)?);
    let bound = |bound: Value| json!({"complex_truncated_normal": {"std": 0.02, "bound": bound}});
    assert_means(&bound(json!({"sigmas": 3})), truncated(0.02, 3.0)?);
    assert_means(&bound(json!({"absolute": 0.05})), ComplexTruncatedNormal::new(0.02, 0.05)?);
    let refused = assert_refused::<AnyInitializer>;
    refused(bound(json!({"sigmas": -1})), "sigmas is -1, but must be positive");
    refused(json!("disc"), "missing field `radius`");
    refused(json!({"disc": {"radius": 0}}), "radius is 0, but must be positive");
    refused(json!({"complex_normal": {"std": 1, "mean": 0}}), "unknown field `mean`");
    Ok(())
}

#[cfg(feature = "complex")]
#[test]
fn arrays_of_real_numbers_refuse_laws_of_complex_ones_by_name() {
    for law in circular_laws() {
        let error = Array1::<f32>::init(5, &law, Key::new(1)).unwrap_err().to_string();
        assert!(
            error.ends_with("cannot be drawn as f32: it is a law of complex numbers"),
            "{error}"
        );
        assert_eq!(law.law(&[5]), Ok(None));
        let blocks = AnyInitializer::from(Blocks::equal(law, 0, 1));
        assert!(Array1::<f64>::init(5, &blocks, Key::new(1)).is_err());
    }
}

#[cfg(not(feature = "complex"))]
#[test]
fn laws_of_complex_numbers_ask_for_their_feature() {
    for name in ["complex_normal", "disc", "complex_truncated_normal"] {
        assert_refused::<AnyInitializer>(json!(name), "needs the feature `complex`");
    }
}

#[test]
fn infinite_constants_are_infinite() {
    for value in [f64::INFINITY, -f64::INFINITY] {
        let mask = AnyInitializer::Constant(value);
        let mask = Array1::<f32>::init(1, &mask, Key::new(1)).unwrap();
        assert_eq!(f64::from(mask[0]), value);
    }
    let nan = AnyInitializer::Constant(f64::NAN);
    assert!(Array1::<f32>::init(1, &nan, Key::new(1)).is_err());
    let large = AnyInitializer::Constant(1e39);
    assert!(Array1::<f32>::init(1, &large, Key::new(1)).is_err());
}

#[test]
fn a_negative_zero_stays_negative() {
    for config in [json!({"constant": -0.0}), json!({"constant": [[1, -0.0]]})] {
        let read = AnyInitializer::deserialize(&config).unwrap();
        let again = AnyInitializer::deserialize(serde_json::to_value(&read).unwrap()).unwrap();
        for initializer in [read, again] {
            let array = Array2::<f32>::init((1, 2), &initializer, Key::new(1)).unwrap();
            assert_eq!(array[[0, 1]].to_bits(), (-0.0_f32).to_bits(), "{config}");
        }
    }
}

#[test]
fn what_is_written_is_plain() {
    let cases: [(AnyInitializer, Value); 5] = [
        (Zeros.into(), json!("zeros")),
        (Constant(0.5).into(), json!({"constant": 0.5})),
        (Normal::new(0.0, 0.02).unwrap().into(), json!({"normal": {"mean": 0.0, "std": 0.02}})),
        (
            TruncatedNormal::in_sigmas(0.0, 0.5, 8.0, f64::INFINITY).unwrap().into(),
            json!({"truncated_normal": {"mean": 0.0, "std": 0.5, "bounds": {"sigmas": {"lower": 8.0, "upper": null}}}}),
        ),
        (
            VarianceScaling::glorot_uniform().with_layout(Layout::torch().groups(2)).into(),
            json!({"variance_scaling": {
                "scale": 1.0, "mode": "fan_avg", "distribution": "uniform",
                "layout": {"roles": "torch", "groups": 2},
            }}),
        ),
    ];
    for (initializer, expected) in cases {
        assert_eq!(serde_json::to_value(initializer).unwrap(), expected);
    }
}

#[test]
fn a_layout_is_read_without_its_defaults() {
    let layout: Layout = serde_json::from_value(json!({"roles": "torch"})).unwrap();
    assert_eq!(layout, Layout::torch());
    let layout: Layout = serde_json::from_value(json!({"einsum": "ab,bc->ac"})).unwrap();
    assert_eq!(layout, Layout::einsum("ab,bc->ac").unwrap());
    let written = serde_json::to_value(layout.transposed()).unwrap();
    assert_eq!(written, json!({"einsum": "ab,bc->ac", "transposed": true}));
}

#[test]
fn what_is_read_is_checked_as_by_the_constructors() {
    assert_refused::<Uniform>(json!({"low": 1.0, "high": 0.0}), "the lower below the upper");
    assert_refused::<Normal>(json!({"mean": 0.0, "std": -1.0}), "std is -1, but must be positive");
    assert_refused::<Normal>(json!({"mean": 0.0, "stddev": 1.0}), "unknown field `stddev`");
    assert_refused::<TruncatedNormal>(json!({"mean": 0.0}), "missing field `std`");
    assert_refused::<TruncatedNormal>(
        json!({"mean": 0.0, "std": 1.0, "bounds": {"sigmas": {"lower": 2.0, "upper": -2.0}}}),
        "the bounds are 2 and -2",
    );
    assert_refused::<Layout>(json!({"einsum": "ab"}), "equation \"ab\"");
    assert_refused::<Layout>(json!({"roles": "torch", "group": 2}), "unknown field `group`");
    assert_refused::<AnyInitializer>(json!({"identity": {"gain": 0.0}}), "gain is 0");
    assert_refused::<AnyInitializer>(
        json!({"variance_scaling": {
            "scale": 0.0, "mode": "fan_in", "distribution": "uniform", "layout": {}
        }}),
        "scale is 0, but must be positive and finite",
    );
    let cut = |fields| json!({"variance_scaling": fields});
    assert_refused::<AnyInitializer>(cut(json!({"cut": 0})), "cut is 0, but must be positive");
    assert_refused::<AnyInitializer>(
        cut(json!({"cut": 3, "distribution": "uniform"})),
        "a cut is of the distribution truncated_normal",
    );
    assert_refused::<AnyInitializer>(
        json!({"sparse": {"sparsity": 2.0, "law": {"normal": {"mean": 0.0, "std": 1.0}}}}),
        "sparsity is 2, but must be between 0 and 1",
    );
}

// --- configurations as people write them --------------------------------------------------------

fn stft(side: &str, window: Option<&str>, scaling: Option<&str>, periodic: bool) -> Stft {
    Stft::new(side, window, scaling, periodic).unwrap()
}

#[track_caller]
fn assert_means(config: &Value, expected: impl Into<AnyInitializer>) {
    let expected = expected.into();
    assert_eq!(AnyInitializer::deserialize(config).unwrap(), expected, "{config}");
    assert_round_trip(&expected);
}

/// The forms of the table in `AnyInitializer`'s documentation, in its order.
#[test]
fn every_documented_form_is_read() -> Result<(), InitError> {
    use VarianceScaling as V;
    let presets = [
        ("glorot_uniform", V::glorot_uniform()),
        ("glorot_normal", V::glorot_normal()),
        ("he_uniform", V::he_uniform()),
        ("he_normal", V::he_normal()),
        ("lecun_uniform", V::lecun_uniform()),
        ("lecun_normal", V::lecun_normal()),
        ("xavier_uniform", V::xavier_uniform()),
        ("xavier_normal", V::xavier_normal()),
        ("kaiming_uniform", V::kaiming_uniform()),
        ("kaiming_normal", V::kaiming_normal()),
    ];
    for (name, preset) in presets {
        assert_means(&json!(name), preset.clone());
        assert_means(&json!({name: {}}), preset.clone());
        assert_means(
            &json!({name: {"layout": "depthwise"}}),
            preset.clone().with_layout(Layout::depthwise()),
        );
        let grouped = preset.layout().clone().groups(4);
        assert_means(&json!({name: {"layout": {"groups": 4}}}), preset.with_layout(grouped));
    }
    assert_means(&json!("variance_scaling"), V::default());
    assert_means(
        &json!({"variance_scaling": {"scale": 2.0}}),
        V::new(2.0, FanMode::FanIn, Distribution::TruncatedNormal)?,
    );
    assert_means(
        &json!({"variance_scaling": {"scale": 2.0, "mode": "fan_out", "distribution": "uniform", "layout": "torch"}}),
        V::new(2.0, FanMode::FanOut, Distribution::Uniform)?.with_layout(Layout::torch()),
    );
    assert_means(&json!({"variance_scaling": {"cut": 3}}), V::default().with_cut(3.0)?);
    assert_means(&json!({"uniform": {"low": -0.1, "high": 0.1}}), Uniform::new(-0.1, 0.1)?);
    assert_means(&json!({"normal": {"std": 0.02}}), Normal::new(0.0, 0.02)?);
    let sigmas = |lower, upper| TruncatedNormal::in_sigmas(0.0, 0.02, lower, upper);
    assert_means(&json!({"truncated_normal": {"std": 0.02}}), sigmas(-2.0, 2.0)?);
    let bounds = json!({"sigmas": {"lower": -3, "upper": 3}});
    assert_means(&json!({"truncated_normal": {"std": 0.02, "bounds": bounds}}), sigmas(-3.0, 3.0)?);
    let bounds = json!({"absolute": {"lower": 0}});
    assert_means(
        &json!({"truncated_normal": {"std": 0.02, "bounds": bounds}}),
        TruncatedNormal::new(0.0, 0.02, 0.0, f64::INFINITY)?,
    );
    assert_means(&json!("zeros"), Zeros);
    assert_means(&json!("ones"), Ones);
    assert_means(&json!({"constant": 0.5}), Constant(0.5));
    assert_means(&json!({"constant": 2}), Constant(2.0));
    assert_means(&json!({"constant": [[1, 2], [3, 4]]}), array![[1.0, 2.0], [3.0, 4.0]]);
    assert_means(&json!("identity"), Identity::default());
    assert_means(&json!({"identity": {"gain": 0.5}}), Identity::new(0.5)?);
    assert_means(&json!("dirac"), Dirac::default());
    assert_means(
        &json!({"dirac": {"layout": "torch", "center": "lower"}}),
        Dirac::default().with_layout(Layout::torch()).with_center(Center::Lower),
    );
    let sparse = json!({"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 0.01}}}});
    assert_means(&sparse, Sparse::normal(0.1, 0.01)?);
    let sparse = json!({"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 0.01}}, "axis": -1}});
    assert_means(&sparse, Sparse::normal(0.1, 0.01)?.with_axis(1)?);
    assert_means(&json!("stft"), stft("real", Some("hann"), Some("density"), false));
    assert_means(
        &json!({"stft": {"side": "imag", "window": "hamming", "scaling": null, "periodic": true}}),
        stft("imag", Some("hamming"), None, true),
    );
    assert_means(&json!({"siren": {"layer": "first"}}), Siren::first());
    assert_means(&json!({"siren": {"layer": "later", "omega_0": 30}}), Siren::later(30.0)?);
    assert_means(
        &json!({"siren": {"omega_0": 20, "layout": "torch"}}),
        Siren::later(20.0)?.with_layout(Layout::torch()),
    );
    assert_means(&json!("torch_default"), TorchDefault::new());
    assert_means(
        &json!({"torch_default": {"layout": {"groups": 4}}}),
        TorchDefault::new().with_layout(Layout::torch().groups(4)),
    );
    let mup =
        json!({"mup": {"mup": {"width_multiplier": 4}, "role": "hidden", "base": "he_normal"}});
    assert_means(&mup, Mup::new(4, 1)?.scaling(MupRole::Hidden, V::he_normal()));
    let blocks = json!({"axis": 0, "initializer": "xavier_uniform", "equal": 3});
    assert_means(&json!({"blocks": blocks}), Blocks::equal(V::xavier_uniform(), 0, 3));
    let blocks = json!({"axis": 0, "initializer": "xavier_uniform", "sizes": [64, 8, 8]});
    assert_means(&json!({"blocks": blocks}), Blocks::sizes(V::xavier_uniform(), 0, &[64, 8, 8]));
    let parts = json!([{"size": 1, "initializer": "zeros"}, {"size": 9, "initializer": {"normal": {"std": 1}}}]);
    let expected: [(usize, AnyInitializer); 2] =
        [(1, Zeros.into()), (9, Normal::new(0.0, 1.0)?.into())];
    assert_means(&json!({"blocks": {"axis": 0, "parts": parts}}), Blocks::of(0, expected));
    Ok(())
}

#[test]
fn orthogonal_kernels_are_read_by_name_and_with_a_part_of_a_layout() -> Result<(), InitError> {
    assert_means(&json!("orthogonal"), Orthogonal::default());
    assert_means(
        &json!({"orthogonal": {"gain": 2, "layout": "torch"}}),
        Orthogonal::new(2.0)?.with_layout(Layout::torch()),
    );
    assert_means(&json!("delta_orthogonal"), DeltaOrthogonal::default());
    assert_means(&json!({"delta_orthogonal": {"gain": 2}}), DeltaOrthogonal::new(2.0)?);
    Ok(())
}

#[test]
fn every_form_of_a_layout_is_read() -> Result<(), InitError> {
    let cases = [
        (json!("keras"), Layout::keras()),
        (json!("torch"), Layout::torch()),
        (json!("depthwise"), Layout::depthwise()),
        (json!({"axes": {"input": [0], "output": [1, 2]}}), Layout::axes(&[0], &[1, 2])),
        (json!({"einsum": "btd,dhk->bthk"}), Layout::einsum("btd,dhk->bthk")?),
        (
            json!({"einsum": "btd,dhk->bthk", "transposed": true}),
            Layout::einsum("btd,dhk->bthk")?.transposed(),
        ),
        (
            json!({"roles": "torch", "batch": [0], "transposed": true, "groups": 4}),
            Layout::torch().batch(&[0]).transposed().groups(4),
        ),
        (json!({}), Layout::keras()),
        (json!({"groups": 2}), Layout::keras().groups(2)),
    ];
    for (config, layout) in cases {
        assert_eq!(Layout::deserialize(&config).unwrap(), layout, "{config}");
        assert_round_trip(&layout);
    }
    Ok(())
}

#[test]
fn what_has_no_default_must_be_given() {
    let refused = assert_refused::<AnyInitializer>;
    refused(json!({"siren": {}}), "its layer is \"first\", or \"later\" and has an omega_0");
    refused(json!("siren"), "its layer is \"first\"");
    refused(json!({"siren": {"layer": "later"}}), "its layer is \"first\"");
    refused(json!({"siren": {"layer": "first", "omega_0": 30}}), "its layer is \"first\"");
    refused(json!("normal"), "missing field `std`");
    refused(json!({"truncated_normal": {}}), "missing field `std`");
    refused(json!({"uniform": {"low": 0}}), "missing field `high`");
    refused(json!("constant"), "a number, or a list");
    refused(json!({"blocks": {"axis": 0}}), "either equal or sizes, or else parts");
    refused(json!({"blocks": {"axis": 0, "initializer": "zeros"}}), "either equal or sizes");
    refused(json!({"blocks": {"axis": 0, "equal": 2, "parts": []}}), "either equal or sizes");
}

#[test]
fn what_is_unknown_is_named() {
    let refused = assert_refused::<AnyInitializer>;
    let nearest = "\"he_norm\" is no initializer; there are (nearest first) he_normal, ";
    refused(json!("he_norm"), nearest);
    refused(json!({"he_norm": {}}), nearest);
    refused(json!("glorot_normale"), "(nearest first) glorot_normal, ");
    refused(json!("zeroes"), "(nearest first) zeros, ");
    refused(json!({"law": {"normal": {"std": 0.02}}}), "\"law\" is no initializer");
    refused(json!({"he_normal": {"scale": 2}}), "unknown field `scale`, expected one of `mode`, ");
    refused(json!({"zeros": {"value": 2}}), "unknown field `value`");
    refused(
        json!({"he_normal": {"layout": "pytorch"}}),
        "\"pytorch\" is no layout; there are (nearest first) torch",
    );
    refused(json!({"he_normal": {}, "layout": "torch"}), "with \"he_normal\" and \"layout\"");
    refused(json!({}), "without the name of an initializer");
    refused(json!({"constant": [1, [2]]}), "of shapes [] and [1]");
    refused(
        json!({"variance_scaling": {"mode": "fan"}}),
        "\"fan\" is no mode; there are (nearest first) fan_in,",
    );
    let both = json!({"roles": "torch", "axes": {"input": [0], "output": [1]}});
    assert_refused::<Layout>(both, "one of roles, axes and einsum");
    assert_refused::<Layout>(json!({"roles": {"einsum": "ab,bc->ac"}}), "expected a string");
}

/// An object that has the name beside a key, as other libraries write it.
#[test]
fn the_form_that_was_meant_is_shown() {
    let refused = assert_refused::<AnyInitializer>;
    let write = "the one key of an initializer is its name: write";
    refused(
        json!({"type": "normal", "std": 0.02}),
        &format!("{write} {{\"normal\": {{\"std\": 0.02}}}}"),
    );
    // Its keys in the order of the alphabet, as serde_json's values have them.
    refused(
        json!({"name": "he_normal", "layout": "torch", "batch": [0], "gain": 2}),
        &format!("{write} {{\"he_normal\": {{\"batch\": …, \"gain\": 2, \"layout\": \"torch\"}}}}"),
    );
    refused(json!({"type": "nrmal", "std": 1}), "\"std\" is no initializer; there are");
    refused(json!({"type": 3}), "\"type\" is no initializer; there are");
    let toml = "type = \"normal\"\nstd = 0.02";
    let error = toml::from_str::<AnyInitializer>(toml).unwrap_err().to_string();
    assert!(error.contains("write {\"normal\": {\"std\": 0.02}}"), "{error}");
}

#[test]
fn presets_take_a_mode_and_a_gain() -> Result<(), InitError> {
    use VarianceScaling as V;
    let (fan_out, cut) = (FanMode::FanOut, Distribution::TruncatedNormal);
    // torchvision's convolutions.
    assert_means(
        &json!({"kaiming_normal": {"mode": "fan_out", "gain": "relu"}}),
        V::kaiming_normal().with_mode(fan_out),
    );
    let of = |gain: Value| json!({"he_normal": {"gain": gain}});
    assert_means(&of(json!(2)), V::he_normal().with_gain(2.0)?);
    assert_means(&of(json!(0.5)), V::he_normal().with_gain(0.5)?);
    // An activation's gain takes the place of ReLU's.
    let nonlinearity = |of| V::for_nonlinearity(of, FanMode::FanIn, cut);
    for (name, of_name) in [
        ("linear", Nonlinearity::Linear),
        ("conv", Nonlinearity::Conv),
        ("sigmoid", Nonlinearity::Sigmoid),
        ("tanh", Nonlinearity::Tanh),
        ("relu", Nonlinearity::Relu),
        ("leaky_relu", Nonlinearity::leaky_relu()),
        ("selu", Nonlinearity::Selu),
    ] {
        assert_means(&of(json!(name)), nonlinearity(of_name)?);
    }
    let leaky = nonlinearity(Nonlinearity::LeakyRelu { negative_slope: 0.2 })?;
    assert_means(&of(json!({"leaky_relu": 0.2})), leaky.clone());
    assert_means(&json!({"lecun_normal": {"gain": {"leaky_relu": 0.2}}}), leaky);
    for (name, activation) in [
        ("elu", Activation::Elu),
        ("gelu", Activation::Gelu),
        ("mish", Activation::Mish),
        ("silu", Activation::Silu),
        ("softplus", Activation::Softplus),
    ] {
        let expected = V::lecun_normal().with_gain(activation.derived_gain())?;
        assert_means(&json!({"lecun_normal": {"gain": name}}), expected.clone());
        assert_means(&json!({"variance_scaling": {"gain": name}}), expected);
    }
    // torch.nn.init.xavier_uniform_(w, gain=calculate_gain("tanh"))
    let tanh = V::for_nonlinearity(Nonlinearity::Tanh, FanMode::FanAvg, Distribution::Uniform)?;
    assert_means(&json!({"xavier_uniform": {"gain": "tanh"}}), tanh.with_layout(Layout::torch()));
    assert_means(
        &json!({"variance_scaling": {"scale": 3, "gain": 0.5}}),
        V::new(0.75, FanMode::FanIn, cut)?,
    );
    let text = r#"he_normal = { mode = "fan_out", gain = { leaky_relu = 0.2 } }"#;
    let leaky = Nonlinearity::LeakyRelu { negative_slope: 0.2 };
    let expected = AnyInitializer::from(V::for_nonlinearity(leaky, fan_out, cut)?);
    assert_eq!(toml::from_str::<AnyInitializer>(text).unwrap(), expected);

    let refused = |gain: Value, rule: &str| assert_refused::<AnyInitializer>(of(gain), rule);
    refused(json!(-1), "gain is -1, but must be positive and finite");
    refused(json!("gleu"), "\"gleu\" is no activation; there are (nearest first) ");
    refused(json!({"elu": 1}), "a gain is a number, an activation's name or {leaky_relu: slope}");
    let both = json!({"variance_scaling": {"scale": 3, "gain": "gelu"}});
    assert_refused::<AnyInitializer>(both, "the gain of an activation is a scale");
    Ok(())
}

#[test]
fn pytorchs_biases_and_recurrent_layers_are_read() -> Result<(), InitError> {
    let bias = |of: Value| json!({"torch_default": {"bias_of": of}});
    assert_means(&bias(json!([128, 256])), torch::linear_bias(&[128, 256])?);
    assert_means(&bias(json!([128, 64, 3, 3])), torch::conv_bias(&[128, 64, 3, 3])?);
    assert_means(
        &json!({"torch_default": {"bias_of": [256, 128], "layout": "keras"}}),
        torch::linear_bias(&[128, 256])?,
    );
    // A layer without inputs: PyTorch's bias is 0.
    assert_means(&bias(json!([5, 0])), Zeros);
    assert_eq!(AnyInitializer::from(torch::linear_bias(&[5, 0])?), Zeros.into());
    assert_refused::<AnyInitializer>(bias(json!([5])), "does not fit shape [5]");
    assert_means(&json!({"torch_recurrent": {"hidden_size": 128}}), torch::recurrent(128)?);
    let none = json!({"torch_recurrent": {"hidden_size": 0}});
    assert_refused::<AnyInitializer>(none, "hidden_size is 0, but must be at least 1");
    Ok(())
}

#[test]
fn numbers_that_are_none_are_refused_when_read() {
    for text in ["constant = nan", "constant = [1.0, nan]", "constant = -nan"] {
        let error = toml::from_str::<AnyInitializer>(text).unwrap_err().to_string();
        assert!(error.contains("constant is NaN, but must be a number"), "{error}");
    }
    let infinite = toml::from_str::<AnyInitializer>("constant = -inf").unwrap();
    assert_eq!(infinite, Constant(-f64::INFINITY).into());
    assert_refused::<Uniform>(json!({"low": 0.0, "high": 0.0}), "the lower below the upper");
}

#[test]
fn keys_and_nonlinearities_are_written_and_read() {
    assert_eq!(serde_json::to_value(Key::new(u64::MAX)).unwrap(), json!(u64::MAX));
    assert_round_trip(&Key::new(42));
    assert_round_trip(&Nonlinearity::Relu);
    assert_round_trip(&Nonlinearity::LeakyRelu { negative_slope: 0.2 });
    let default = json!({"leaky_relu": {}});
    assert_eq!(Nonlinearity::deserialize(&default).unwrap(), Nonlinearity::leaky_relu());
    assert_eq!(serde_json::to_value(Nonlinearity::Tanh).unwrap(), json!("tanh"));
}

#[test]
fn an_array_in_a_configuration_is_broadcast_and_converted() {
    let config = json!({"constant": [0.5, 1.0, 1.5]});
    let initializer: AnyInitializer = serde_json::from_value(config).unwrap();
    let w = Array2::<f32>::init((2, 3), &initializer, Key::new(1)).unwrap();
    assert_eq!(w, array![[0.5, 1.0, 1.5], [0.5, 1.0, 1.5]]);
    assert!(Array1::<f32>::init(4, &initializer, Key::new(1)).is_err());
    let large = AnyInitializer::from(array![1e300]);
    assert!(Array1::<f32>::init(4, &large, Key::new(1)).is_err());
    assert_eq!(Array1::<f64>::init(2, &large, Key::new(1)).unwrap(), array![1e300, 1e300]);
}

// --- rules --------------------------------------------------------------------------------------

/// A pattern by its definition: `*` takes no character, or one and stays.
fn matches_naively(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], _) => name.is_empty(),
        ([b'*', rest @ ..], _) => {
            matches_naively(rest, name)
                || name.split_first().is_some_and(|(_, name)| matches_naively(pattern, name))
        }
        ([a, rest @ ..], [b, name @ ..]) => a == b && matches_naively(rest, name),
        (_, []) => false,
    }
}

/// All words of at most so many of these letters.
fn words(letters: &str, longest: usize) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut start = 0;
    for _ in 0..longest {
        let end = words.len();
        for i in start..end {
            words.extend(
                letters.chars().map(|letter| format!("{}{letter}", words[i])).collect::<Vec<_>>(),
            );
        }
        start = end;
    }
    words
}

#[test]
fn a_star_in_a_pattern_stands_for_any_text_and_all_else_for_itself() {
    let names = words("ab.", 6);
    let mut matched = 0;
    for pattern in words("a.*", 6) {
        for name in &names {
            let found = Rules::matches(&pattern, name);
            assert_eq!(
                found,
                matches_naively(pattern.as_bytes(), name.as_bytes()),
                "{pattern} {name}"
            );
            matched += usize::from(found);
        }
    }
    assert!(matched > 100_000, "{matched}");
    assert!(Rules::matches("*/kernel", "encoder/0.attention/kernel"));
    assert!(Rules::matches("é*", "é/ü"));
    assert!(!Rules::matches("*.bias", "bias"));
    assert!(!Rules::matches("[ab]?", "ab"));
}

/// In an order that no sorting gives.
fn rules() -> Rules {
    Rules::new()
        .with("z.special", Constant(0.5))
        .with("*.bias", Zeros)
        .with("*/kernel", VarianceScaling::glorot_uniform())
        .with("a*", Normal::new(0.0, 0.02).unwrap())
        .with("*", Ones)
}

const RULES_IN_JSON: &str = r#"{
    "z.special": {"constant": 0.5}, "*.bias": "zeros", "*/kernel": "glorot_uniform",
    "a*": {"normal": {"std": 0.02}}, "*": "ones"
}"#;

const RULES_IN_TOML: &str = r#"
    [rules]
    "z.special" = { constant = 0.5 }
    "*.bias" = "zeros"
    "*/kernel" = "glorot_uniform"
    "a*" = { normal = { std = 0.02 } }
    "*" = "ones"
"#;

const PAIRS_IN_TOML: &str = r#"
    rules = [
        ["z.special", { constant = 0.5 }],
        ["*.bias", "zeros"],
        ["*/kernel", "glorot_uniform"],
        ["a*", { normal = { std = 0.02 } }],
        ["*", "ones"],
    ]
"#;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct WithRules {
    rules: Rules,
}

/// TOML with toml's feature `preserve_order`, which the documentation asks for.
#[test]
fn rules_are_read_and_written_in_their_order() {
    let expected = WithRules { rules: rules() };
    assert_eq!(serde_json::from_str::<Rules>(RULES_IN_JSON).unwrap(), expected.rules);
    for text in [RULES_IN_TOML, PAIRS_IN_TOML] {
        assert_eq!(toml::from_str::<WithRules>(text).unwrap(), expected, "{text}");
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table.try_into::<WithRules>().unwrap(), expected, "{text}");
    }
    assert_round_trip(&expected.rules);
    let value = serde_json::to_value(&expected.rules).unwrap();
    assert_eq!(Rules::deserialize(value).unwrap(), expected.rules);
    let text = toml::to_string(&expected).unwrap();
    assert_eq!(toml::from_str::<WithRules>(&text).unwrap(), expected, "{text}");
}

#[test]
fn the_first_rule_that_matches_gives_a_parameters_initializer_and_key() -> Result<(), InitError> {
    let (rules, model) = (rules(), Key::new(42));
    let cases: [(&str, AnyInitializer); 5] = [
        ("z.special", Constant(0.5).into()),
        ("a.bias", Zeros.into()),
        ("a/kernel", VarianceScaling::glorot_uniform().into()),
        ("a.weight", Normal::new(0.0, 0.02)?.into()),
        ("b.weight", Ones.into()),
    ];
    for (name, initializer) in &cases {
        assert_eq!(rules.of(name, model)?, (initializer, model.fork(name)));
    }
    assert_eq!(rules.unused(cases.iter().map(|(name, _)| *name)), [""; 0]);
    assert_eq!(rules.unused(["z.special", "a.bias", "b"]), ["*/kernel", "a*"]);
    // Values of a user's own type, as the checkpoint tool has them.
    let rules: Rules<u8> = serde_json::from_str(r#"{"a*": 3, "*": 4}"#).unwrap();
    assert_eq!(rules.iter().collect::<Vec<_>>(), [("a*", &3), ("*", &4)]);
    assert_eq!((rules.initializer("ab"), rules.initializer("b")), (Ok(&3), Ok(&4)));
    Ok(())
}

#[test]
fn rules_that_are_wrong_are_refused() {
    let refused = |text: &str, rule: &str| {
        let error = serde_json::from_str::<Rules>(text).expect_err("this must be an error");
        assert!(error.to_string().contains(rule), "{error}");
    };
    refused(r#"{"*": "zeros", "a": "ones", "*": "ones"}"#, "the pattern \"*\" is there twice");
    refused(r#"[["*", "zeros"], ["*", "ones"]]"#, "the pattern \"*\" is there twice");
    refused(r#"[["*", "zeros", 1]]"#, "trailing");
    refused(r#"[["*"]]"#, "invalid length 1");
    refused(r#""zeros""#, "an object of patterns and initializers, or a list of pairs");
    refused(r#"{"*": "zeroes"}"#, "zeroes");
}

// --- Keras ------------------------------------------------------------------------------------

/// One class in Keras 3's form, in Keras 2's, as in a list of parameters, and by name where it
/// has defaults.
#[track_caller]
fn assert_reads(class: &str, config: &Value, expected: impl Into<AnyInitializer>) {
    let expected = expected.into();
    let of_keras_3 = json!({
        "module": "keras.initializers", "class_name": class, "config": config,
        "registered_name": null,
    });
    let mut of_keras_2 = json!({"class_name": class, "config": config});
    of_keras_2["config"]["dtype"] = json!("float32");
    let (mut of_list, mut by_class_name) = (config.clone(), config.clone());
    of_list["class"] = json!(class);
    by_class_name["class_name"] = json!(class);
    for form in [of_keras_3, of_keras_2, of_list, by_class_name] {
        assert_eq!(keras::from_config(&form).as_ref(), Ok(&expected), "{form}");
    }
    if *config == json!({}) {
        for form in [json!(class), json!({"class_name": class, "config": null})] {
            assert_eq!(keras::from_config(&form).as_ref(), Ok(&expected), "{form}");
        }
    }
}

#[test]
fn keras_classes_are_read_with_their_defaults() {
    let usual = |mean, std| TruncatedNormal::in_sigmas(mean, std, -2.0, 2.0).unwrap();
    for zeros in ["Zeros", "zeros", "zero", "ZerosV2"] {
        assert_reads(zeros, &json!({}), Zeros);
    }
    assert_reads("Ones", &json!({}), Ones);
    assert_reads("Constant", &json!({}), Constant(0.0));
    assert_reads("Constant", &json!({"value": 2}), Constant(2.0));
    let wrapped = json!({"class_name": "__numpy__", "config": {"value": 2.5, "dtype": "float32"}});
    assert_reads("Constant", &json!({"value": wrapped}), Constant(2.5));
    assert_reads("Constant", &json!({"value": [[1, 2], [3, 4]]}), array![[1.0, 2.0], [3.0, 4.0]]);
    let wrapped = json!({"class_name": "__numpy__", "config": {"value": [0.0, 1.0]}});
    assert_reads("Constant", &json!({"value": wrapped}), array![0.0, 1.0]);
    // Laws of one value.
    assert_reads("RandomNormal", &json!({"mean": 0.5, "stddev": 0}), Constant(0.5));
    assert_reads("RandomNormal", &json!({"stddev": 0.0}), Constant(0.0));
    assert_reads("TruncatedNormal", &json!({"mean": -1, "stddev": 0}), Constant(-1.0));
    assert_reads("RandomUniform", &json!({"minval": 0.25, "maxval": 0.25}), Constant(0.25));
    for normal in ["RandomNormal", "random_normal", "normal"] {
        assert_reads(normal, &json!({}), Normal::new(0.0, 0.05).unwrap());
    }
    assert_reads(
        "RandomNormal",
        &json!({"mean": 1.0, "stddev": 0.1}),
        Normal::new(1.0, 0.1).unwrap(),
    );
    assert_reads("RandomUniform", &json!({}), Uniform::new(-0.05, 0.05).unwrap());
    assert_reads("uniform", &json!({"minval": 0, "maxval": 1}), Uniform::new(0.0, 1.0).unwrap());
    assert_reads("TruncatedNormal", &json!({}), usual(0.0, 0.05));
    assert_reads("truncated_normal", &json!({"stddev": 0.02}), usual(0.0, 0.02));
    assert_reads("Identity", &json!({}), Identity::default());
    assert_reads("STFT", &json!({}), stft("real", Some("hann"), Some("density"), false));
    let fields = json!({"side": "imag", "window": "hamming", "scaling": null, "periodic": true});
    assert_reads("STFTInitializer", &fields, stft("imag", Some("hamming"), None, true));
    let bare = stft("real", None, Some("density"), false);
    assert_reads("stft", &json!({"window": null}), bare.clone());
    let weighted = bare.with_window(vec![1.0, 2.5]).unwrap();
    let wrapped = json!({"class_name": "__numpy__", "config": {"value": [1, 2.5]}});
    for window in [json!([1, 2.5]), wrapped] {
        assert_reads("STFT", &json!({"window": window}), weighted.clone());
    }
    assert_reads("IdentityInitializer", &json!({"gain": 2.0}), Identity::new(2.0).unwrap());
}

#[test]
fn keras_orthogonal_is_read() {
    assert_reads("Orthogonal", &json!({}), Orthogonal::default());
    let twice = Orthogonal::new(2.0).unwrap();
    assert_reads("OrthogonalInitializer", &json!({"gain": 2.0, "seed": 3}), twice);
}

#[test]
fn keras_variance_scaling_is_read_whoever_wrote_it() {
    let seeds = [
        json!(null),
        json!(7),
        json!({
            "module": "keras.random", "class_name": "SeedGenerator",
            "config": {"seed": 7, "name": "seed_generator"}, "registered_name": null,
        }),
    ];
    for seed in seeds {
        for (class, expected) in [
            ("GlorotUniform", VarianceScaling::glorot_uniform()),
            ("glorot_normal", VarianceScaling::glorot_normal()),
            ("HeUniform", VarianceScaling::he_uniform()),
            ("HeNormalV2", VarianceScaling::he_normal()),
            ("lecun_uniform", VarianceScaling::lecun_uniform()),
            ("LecunNormal", VarianceScaling::lecun_normal()),
            ("VarianceScaling", VarianceScaling::default()),
        ] {
            assert_reads(class, &json!({"seed": seed}), expected.clone());
            let none = json!({"seed": seed, "input_axes": null, "output_axes": null});
            assert_reads(class, &none, expected.clone());
            let axes = json!({"input_axes": [0], "output_axes": [1, -1]});
            assert_reads(class, &axes, expected.with_layout(Layout::axes(&[0], &[1, -1])));
        }
    }
    for (name, distribution) in [
        ("truncated_normal", Distribution::TruncatedNormal),
        ("normal", Distribution::TruncatedNormal),
        ("untruncated_normal", Distribution::UntruncatedNormal),
        ("uniform", Distribution::Uniform),
    ] {
        for (mode_name, mode) in
            [("fan_in", FanMode::FanIn), ("fan_out", FanMode::FanOut), ("fan_avg", FanMode::FanAvg)]
        {
            let config = json!({"scale": 2.5, "mode": mode_name, "distribution": name});
            let expected = VarianceScaling::new(2.5, mode, distribution).unwrap();
            assert_reads("VarianceScaling", &config, expected);
        }
    }
}

#[test]
fn a_configuration_that_is_wrong_is_an_error_that_shows_it() {
    let wrong = |config: Value, rule: &str| {
        let error = keras::from_config(&config).expect_err("this must be an error");
        assert!(matches!(error, InitError::Configuration { .. }), "{error:?}");
        assert!(error.to_string().contains(rule), "{error}");
    };
    wrong(json!("glorot_uniformly"), "no class of Keras is \"glorot_uniformly\"; there are Zeros");
    wrong(json!({"class_name": "Zeros", "config": {"value": 1}}), "unknown field `value`");
    wrong(json!({"class": "HeNormal", "stddev": 1}), "unknown field `stddev`");
    wrong(json!({"class_name": "HeNormal", "config": [1]}), "config is [1]");
    wrong(json!({"config": {}}), "either a class_name or a class");
    wrong(json!({"class_name": "Ones", "config": {}, "gain": 1}), "unknown field `gain` beside");
    wrong(json!({"class_name": "Ones", "gain": 1}), "unknown field `gain`");
    wrong(json!({"class_name": "Zeros", "class": "Zeros"}), "either a class_name or a class");
    wrong(json!(3), "an object or a string");
    wrong(json!({"class": "Constant", "value": [1, [2]]}), "nested lists of one shape");
    wrong(
        json!({"class": "VarianceScaling", "mode": "fan"}),
        "\"fan\" is no mode; there are (nearest first) fan_in",
    );
    wrong(json!({"class": "HeNormal", "input_axes": [0]}), "together or not at all");
    wrong(
        json!({"class": "STFT", "side": "imaginary"}),
        "\"imaginary\" is no side; there are (nearest first) imag, real",
    );
    wrong(
        json!({"class": "STFT", "scaling": "l2"}),
        "\"l2\" is no scaling; there are (nearest first) density, spectrum",
    );
    wrong(
        json!({"class": "STFT", "window": "tukey"}),
        "\"tukey\" is no window; there are (nearest first) ",
    );
    let windows = "window must be the name of a window or a list of weights";
    for window in [json!([[1.0]]), json!(1.0)] {
        wrong(json!({"class": "STFT", "window": window}), windows);
    }
    let error = keras::from_config(&json!({"class": "RandomNormal", "stddev": -1.0})).unwrap_err();
    assert!(matches!(error, InitError::Parameter { name: "std", .. }), "{error}");
}

/// The lists of real models that come with the checkpoint example.
#[test]
fn every_configuration_of_the_model_lists_round_trips() {
    let lists = [
        include_str!("../examples/data/resnet50_keras.json"),
        include_str!("../examples/data/mobilenet_v2_keras.json"),
    ];
    let mut count = 0;
    for list in lists {
        let list: Value = serde_json::from_str(list).unwrap();
        for parameter in list["parameters"].as_array().unwrap() {
            let initializer = keras::from_config(&parameter["initializer"])
                .unwrap_or_else(|error| panic!("{parameter}: {error}"));
            assert_round_trip(&initializer);
            count += 1;
        }
    }
    assert_eq!(count, 582);
}
