//! Initializers and layouts written to configurations and read again, and Keras' own ones.

#![cfg(feature = "keras-config")]

use crate::common::{Listed, PRESETS, each_type};
use ndarray_init::ndarray::{Array1, Array2, ArrayD, IxDyn, array};
use ndarray_init::presets::keras::Stft;
use ndarray_init::presets::{keras, torch};
use ndarray_init::{
    Activation, AnyInitializer, Blocks, Center, Constant, DeltaOrthogonal, Dirac, Distribution,
    FanMode, Identity, InitError, InitExt, Key, Law, Layout, Mup, MupRole, Nonlinearity, Normal,
    Ones, Orthogonal, Rules, Siren, Sparse, Step, TorchDefault, Transformed, TruncatedNormal,
    Uniform, VarianceScaling, Zeros,
};
#[cfg(feature = "complex")]
use ndarray_init::{ComplexNormal, ComplexTruncatedNormal, Disc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Debug;

type Checked = Result<(), InitError>;

const KEY: Key = Key::new(1);

/// Written as JSON and read again, it is what it was.
#[track_caller]
fn assert_round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    let read: T = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
    assert_eq!(read, *value, "{text}");
}

/// Asserts that a configuration in JSON is read as this initializer, which can be written and read.
#[track_caller]
fn means(config: &str, expected: impl Into<AnyInitializer>) {
    let expected = expected.into();
    let found = serde_json::from_str::<AnyInitializer>(config);
    assert_eq!(found.unwrap_or_else(|e| panic!("{config}: {e}")), expected, "{config}");
    assert_round_trip(&expected);
}

fn stft(side: &str, window: Option<&str>, scaling: Option<&str>, periodic: bool) -> Stft {
    Stft::new(side, window, scaling, periodic).unwrap()
}

fn layouts() -> [Layout; 6] {
    [
        Layout::keras(),
        Layout::torch().groups(4),
        Layout::torch().transposed().batch(&[0, -1]),
        Layout::depthwise(),
        Layout::axes(&[0, -2], &[-1]),
        Layout::einsum("btd,dhk->bthk").unwrap(),
    ]
}

#[cfg(feature = "complex")]
fn circular_laws() -> [AnyInitializer; 3] {
    [
        ComplexNormal::new(1.0 / 3.0).unwrap().into(),
        Disc::new(0.1).unwrap().into(),
        ComplexTruncatedNormal::new(0.3, 0.7).unwrap().into(),
    ]
}

/// One of each kind, with numbers of all digits.
fn initializers() -> Result<Vec<AnyInitializer>, InitError> {
    let mup = Mup::new(1000, 768)?;
    let sigmas = |mean, lower, upper| TruncatedNormal::in_sigmas(mean, 0.3, lower, upper);
    let mut all: Vec<AnyInitializer> = vec![
        Zeros.into(),
        Ones.into(),
        Constant(-0.1).into(),
        Identity::new(0.7)?.into(),
        Dirac::default().into(),
        Dirac::default().with_layout(Layout::torch().groups(2)).with_center(Center::Lower).into(),
        Sparse::normal(0.07, 0.01)?.into(),
        stft("real", Some("hann"), Some("density"), false).into(),
        stft("imag", None, Some("spectrum"), false).with_window(vec![0.1, 0.2])?.into(),
        stft("real", None, None, true).into(),
        Siren::first().into(),
        Siren::later(30.0)?.with_layout(Layout::torch()).into(),
        TorchDefault::new().into(),
        mup.scaling(MupRole::Hidden, VarianceScaling::he_normal()).into(),
        mup.without_multipliers().scaling(MupRole::Output, VarianceScaling::default()).into(),
        Uniform::new(-0.1, 0.3)?.into(),
        Normal::new(0.1, 1.0 / 3.0)?.into(),
        sigmas(0.1, -2.0, 2.0)?.into(),
        sigmas(0.0, 8.0, f64::INFINITY)?.into(),
        TruncatedNormal::new(1e-3, 0.7, -f64::INFINITY, 0.1)?.into(),
    ];
    #[cfg(feature = "complex")]
    all.extend(circular_laws());
    for (i, layout) in layouts().into_iter().enumerate() {
        let modes = [FanMode::FanIn, FanMode::FanOut, FanMode::FanAvg, FanMode::FanGeoAvg];
        let distributions =
            [Distribution::TruncatedNormal, Distribution::UntruncatedNormal, Distribution::Uniform];
        let scaling = VarianceScaling::new(0.1 + i as f64, modes[i % 4], distributions[i % 3])?;
        all.push(scaling.with_layout(layout.clone()).into());
        all.push(Orthogonal::new(0.1)?.with_layout(layout.clone()).into());
        all.push(DeltaOrthogonal::new(0.1)?.with_layout(layout).into());
    }
    let blocks = all.iter().map(|initializer| Blocks::equal(initializer.clone(), -1, 3).into());
    let sizes = Blocks::sizes(AnyInitializer::from(Blocks::equal(Zeros, 0, 2)), 1, &[3, 4]);
    let blocks: Vec<_> = blocks.chain([sizes.into()]).collect();
    all.extend(blocks);
    Ok(all)
}

#[test]
fn every_initializer_layout_key_and_nonlinearity_can_be_written_and_read() -> Checked {
    initializers()?.iter().for_each(assert_round_trip);
    layouts().iter().for_each(assert_round_trip);
    let law = Law::from(Normal::new(0.1, 1.0 / 3.0)?);
    assert_round_trip(&law);
    [Key::new(42), Key::new(u64::MAX)].iter().for_each(assert_round_trip);
    let slope = Nonlinearity::LeakyRelu { negative_slope: 0.2 };
    [Nonlinearity::Relu, slope].iter().for_each(assert_round_trip);
    let default = Nonlinearity::deserialize(&json!({"leaky_relu": {}}));
    assert_eq!(default.unwrap(), Nonlinearity::leaky_relu());
    Ok(())
}

/// Which of the shapes each initializer fills, and what it says of the others.
fn outcomes<A: Listed>() -> Vec<Result<(), InitError>> {
    let shapes: [&[usize]; 5] = [&[6], &[6, 12], &[3, 6, 12], &[3, 4, 6, 12], &[4, 1, 12]];
    let all = initializers().unwrap();
    let pairs = all.iter().flat_map(|initializer| shapes.map(|shape| (initializer, shape)));
    pairs.map(|(all, shape)| ArrayD::<A>::init(IxDyn(shape), all, KEY).map(|_| ())).collect()
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

#[test]
fn what_is_written_is_plain() -> Checked {
    let far = TruncatedNormal::in_sigmas(0.0, 0.5, 8.0, f64::INFINITY)?;
    let grouped = VarianceScaling::glorot_uniform().with_layout(Layout::torch().groups(2));
    let cases: [(AnyInitializer, Value); 5] = [
        (Zeros.into(), json!("zeros")),
        (Constant(0.5).into(), json!({"constant": 0.5})),
        (Normal::new(0.0, 0.02)?.into(), json!({"normal": {"mean": 0.0, "std": 0.02}})),
        (
            far.into(),
            json!({"truncated_normal": {
                "mean": 0.0, "std": 0.5, "bounds": {"sigmas": {"lower": 8.0, "upper": null}},
            }}),
        ),
        (
            grouped.into(),
            json!({"variance_scaling": {
                "scale": 1.0, "mode": "fan_avg", "distribution": "uniform",
                "layout": {"roles": "torch", "groups": 2},
            }}),
        ),
    ];
    for (initializer, expected) in cases {
        assert_eq!(serde_json::to_value(initializer).unwrap(), expected);
    }
    let layout = serde_json::to_value(Layout::einsum("ab,bc->ac")?.transposed());
    assert_eq!(layout.unwrap(), json!({"einsum": "ab,bc->ac", "transposed": true}));
    assert_eq!(serde_json::to_value(Key::new(u64::MAX)).unwrap(), json!(u64::MAX));
    assert_eq!(serde_json::to_value(Nonlinearity::Tanh).unwrap(), json!("tanh"));
    Ok(())
}

// --- configurations as people write them --------------------------------------------------------

#[test]
fn an_array_in_a_configuration_is_broadcast_and_converted() {
    let read = |config| serde_json::from_str::<AnyInitializer>(config).unwrap();
    let w = Array2::<f32>::init((2, 3), &read(r#"{"constant": [0.5, 1.0, 1.5]}"#), KEY);
    assert_eq!(w.unwrap(), array![[0.5, 1.0, 1.5], [0.5, 1.0, 1.5]]);
    let infinite = toml::from_str::<AnyInitializer>("constant = -inf").unwrap();
    assert_eq!(infinite, Constant(-f64::INFINITY).into());
    assert_eq!(Array1::<f32>::init(1, &infinite, KEY).unwrap(), array![-f32::INFINITY]);
    // A negative zero stays negative.
    for config in [r#"{"constant": -0.0}"#, r#"{"constant": [[1, -0.0]]}"#] {
        let read = read(config);
        let again = AnyInitializer::deserialize(serde_json::to_value(&read).unwrap()).unwrap();
        for initializer in [read, again] {
            let array = Array2::<f32>::init((1, 2), &initializer, KEY).unwrap();
            assert_eq!(array[[0, 1]].to_bits(), (-0.0_f32).to_bits(), "{config}");
        }
    }
}

/// The forms of the table in `AnyInitializer`'s documentation, in its order.
#[test]
fn every_documented_form_is_read() -> Checked {
    use VarianceScaling as V;
    for (name, preset) in PRESETS {
        means(&format!(r#""{name}""#), preset.clone());
        means(&format!(r#"{{"{name}": {{}}}}"#), preset.clone());
        let depthwise = preset.clone().with_layout(Layout::depthwise());
        means(&format!(r#"{{"{name}": {{"layout": "depthwise"}}}}"#), depthwise);
        let grouped = preset.layout().clone().groups(4);
        let config = format!(r#"{{"{name}": {{"layout": {{"groups": 4}}}}}}"#);
        means(&config, preset.with_layout(grouped));
    }
    means(r#""variance_scaling""#, V::default());
    let of = |mode, distribution| V::new(2.0, mode, distribution);
    let scaling = of(FanMode::FanIn, Distribution::TruncatedNormal)?;
    means(r#"{"variance_scaling": {"scale": 2.0}}"#, scaling);
    means(
        r#"{"variance_scaling":
            {"scale": 2.0, "mode": "fan_out", "distribution": "uniform", "layout": "torch"}}"#,
        of(FanMode::FanOut, Distribution::Uniform)?.with_layout(Layout::torch()),
    );
    means(r#"{"variance_scaling": {"cut": 3}}"#, V::default().with_cut(3.0)?);
    means(r#"{"uniform": {"low": -0.1, "high": 0.1}}"#, Uniform::new(-0.1, 0.1)?);
    means(r#"{"normal": {"std": 0.02}}"#, Normal::new(0.0, 0.02)?);
    let sigmas = |lower, upper| TruncatedNormal::in_sigmas(0.0, 0.02, lower, upper);
    means(r#"{"truncated_normal": {"std": 0.02}}"#, sigmas(-2.0, 2.0)?);
    means(
        r#"{"truncated_normal": {"std": 0.02, "bounds": {"sigmas": {"lower": -3, "upper": 3}}}}"#,
        sigmas(-3.0, 3.0)?,
    );
    means(
        r#"{"truncated_normal": {"std": 0.02, "bounds": {"absolute": {"lower": 0}}}}"#,
        TruncatedNormal::new(0.0, 0.02, 0.0, f64::INFINITY)?,
    );
    means(r#""zeros""#, Zeros);
    means(r#""ones""#, Ones);
    means(r#"{"constant": 0.5}"#, Constant(0.5));
    means(r#"{"constant": 2}"#, Constant(2.0));
    means(r#"{"constant": [[1, 2], [3, 4]]}"#, array![[1.0, 2.0], [3.0, 4.0]]);
    means(r#""identity""#, Identity::default());
    means(r#"{"identity": {"gain": 0.5}}"#, Identity::new(0.5)?);
    means(r#""orthogonal""#, Orthogonal::default());
    let orthogonal = Orthogonal::new(2.0)?.with_layout(Layout::torch());
    means(r#"{"orthogonal": {"gain": 2, "layout": "torch"}}"#, orthogonal);
    means(r#""delta_orthogonal""#, DeltaOrthogonal::default());
    means(r#"{"delta_orthogonal": {"gain": 2}}"#, DeltaOrthogonal::new(2.0)?);
    means(r#""dirac""#, Dirac::default());
    let lower = Dirac::default().with_layout(Layout::torch()).with_center(Center::Lower);
    means(r#"{"dirac": {"layout": "torch", "center": "lower"}}"#, lower);
    let sparse = Sparse::normal(0.1, 0.01)?;
    means(r#"{"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 0.01}}}}"#, sparse);
    let by_rows = sparse.with_axis(1)?;
    means(
        r#"{"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 0.01}}, "axis": -1}}"#,
        by_rows,
    );
    means(r#""stft""#, stft("real", Some("hann"), Some("density"), false));
    means(
        r#"{"stft": {"side": "imag", "window": "hamming", "scaling": null, "periodic": true}}"#,
        stft("imag", Some("hamming"), None, true),
    );
    means(r#"{"siren": {"layer": "first"}}"#, Siren::first());
    means(r#"{"siren": {"layer": "later", "omega_0": 30}}"#, Siren::later(30.0)?);
    let torch = Siren::later(20.0)?.with_layout(Layout::torch());
    means(r#"{"siren": {"omega_0": 20, "layout": "torch"}}"#, torch);
    means(r#""torch_default""#, TorchDefault::new());
    let grouped = TorchDefault::new().with_layout(Layout::torch().groups(4));
    means(r#"{"torch_default": {"layout": {"groups": 4}}}"#, grouped);
    means(r#"{"torch_default": {"bias_of": [128, 256]}}"#, torch::linear_bias(&[128, 256])?);
    let bias = torch::conv_bias(&[128, 64, 3, 3])?;
    means(r#"{"torch_default": {"bias_of": [128, 64, 3, 3]}}"#, bias);
    let of_keras = r#"{"torch_default": {"bias_of": [256, 128], "layout": "keras"}}"#;
    means(of_keras, torch::linear_bias(&[128, 256])?);
    // A layer without inputs: PyTorch's bias is 0.
    means(r#"{"torch_default": {"bias_of": [5, 0]}}"#, Zeros);
    assert_eq!(AnyInitializer::from(torch::linear_bias(&[5, 0])?), Zeros.into());
    means(r#"{"torch_recurrent": {"hidden_size": 128}}"#, torch::recurrent(128)?);
    means(
        r#"{"mup": {"mup": {"width_multiplier": 4}, "role": "hidden", "base": "he_normal"}}"#,
        Mup::new(4, 1)?.scaling(MupRole::Hidden, V::he_normal()),
    );
    let steps = [Step::Exp, Step::AtLeast(0.002), Step::InverseSoftplus];
    means(
        r#"{"transformed": {"law": {"uniform": {"low": -6.9, "high": -2.3}},
                            "steps": ["exp", {"at_least": 0.002}, "inverse_softplus"]}}"#,
        Transformed::new(Uniform::new(-6.9, -2.3)?, &steps)?,
    );
    let xavier = V::xavier_uniform;
    means(
        r#"{"blocks": {"axis": 0, "initializer": "xavier_uniform", "equal": 3}}"#,
        Blocks::equal(xavier(), 0, 3),
    );
    means(
        r#"{"blocks": {"axis": 0, "initializer": "xavier_uniform", "sizes": [64, 8, 8]}}"#,
        Blocks::sizes(xavier(), 0, &[64, 8, 8]),
    );
    let parts: [(usize, AnyInitializer); 2] =
        [(1, Zeros.into()), (9, Normal::new(0.0, 1.0)?.into())];
    means(
        r#"{"blocks": {"axis": 0, "parts": [{"size": 1, "initializer": "zeros"},
                                            {"size": 9, "initializer": {"normal": {"std": 1}}}]}}"#,
        Blocks::of(0, parts),
    );
    Ok(())
}

#[cfg(feature = "complex")]
#[test]
fn laws_of_complex_numbers_are_read() -> Checked {
    let of = |sigmas| ComplexTruncatedNormal::in_sigmas(0.02, sigmas);
    means(r#"{"complex_normal": {"std": 0.02}}"#, ComplexNormal::new(0.02)?);
    means(r#"{"disc": {"radius": 0.1}}"#, Disc::new(0.1)?);
    means(r#"{"complex_truncated_normal": {"std": 0.02}}"#, of(2.0)?);
    means(r#"{"complex_truncated_normal": {"std": 0.02, "bound": {"sigmas": 3}}}"#, of(3.0)?);
    let absolute = ComplexTruncatedNormal::new(0.02, 0.05)?;
    means(r#"{"complex_truncated_normal": {"std": 0.02, "bound": {"absolute": 0.05}}}"#, absolute);
    Ok(())
}

#[test]
fn every_form_of_a_layout_is_read() -> Checked {
    let einsum = Layout::einsum("btd,dhk->bthk")?;
    let all = Layout::torch().batch(&[0]).transposed().groups(4);
    for (config, layout) in [
        (r#""keras""#, Layout::keras()),
        (r#""torch""#, Layout::torch()),
        (r#""depthwise""#, Layout::depthwise()),
        (r#"{"axes": {"input": [0], "output": [1, 2]}}"#, Layout::axes(&[0], &[1, 2])),
        (r#"{"einsum": "btd,dhk->bthk"}"#, einsum.clone()),
        (r#"{"einsum": "btd,dhk->bthk", "transposed": true}"#, einsum.transposed()),
        (r#"{"roles": "torch", "batch": [0], "transposed": true, "groups": 4}"#, all),
        (r#"{"roles": "torch"}"#, Layout::torch()),
        (r#"{}"#, Layout::keras()),
        (r#"{"groups": 2}"#, Layout::keras().groups(2)),
    ] {
        assert_eq!(serde_json::from_str::<Layout>(config).unwrap(), layout, "{config}");
        assert_round_trip(&layout);
    }
    Ok(())
}

#[test]
fn presets_take_a_mode_and_a_gain() -> Checked {
    use VarianceScaling as V;
    let (fan_out, cut) = (FanMode::FanOut, Distribution::TruncatedNormal);
    // torchvision's convolutions.
    let resnet = V::kaiming_normal().with_mode(fan_out);
    means(r#"{"kaiming_normal": {"mode": "fan_out", "gain": "relu"}}"#, resnet);
    means(r#"{"he_normal": {"gain": 2}}"#, V::he_normal().with_gain(2.0)?);
    means(r#"{"he_normal": {"gain": 0.5}}"#, V::he_normal().with_gain(0.5)?);
    let scaled = V::new(0.75, FanMode::FanIn, cut)?;
    means(r#"{"variance_scaling": {"scale": 3, "gain": 0.5}}"#, scaled);
    // An activation's gain takes the place of ReLU's.
    let leaky = Nonlinearity::LeakyRelu { negative_slope: 0.2 };
    for (gain, nonlinearity) in [
        (r#""linear""#, Nonlinearity::Linear),
        (r#""conv""#, Nonlinearity::Conv),
        (r#""sigmoid""#, Nonlinearity::Sigmoid),
        (r#""tanh""#, Nonlinearity::Tanh),
        (r#""relu""#, Nonlinearity::Relu),
        (r#""leaky_relu""#, Nonlinearity::leaky_relu()),
        (r#"{"leaky_relu": 0.2}"#, leaky),
        (r#""selu""#, Nonlinearity::Selu),
    ] {
        let expected = V::for_nonlinearity(nonlinearity, FanMode::FanIn, cut)?;
        means(&format!(r#"{{"he_normal": {{"gain": {gain}}}}}"#), expected.clone());
        means(&format!(r#"{{"lecun_normal": {{"gain": {gain}}}}}"#), expected);
    }
    for (name, activation) in [
        ("elu", Activation::Elu),
        ("gelu", Activation::Gelu),
        ("mish", Activation::Mish),
        ("silu", Activation::Silu),
        ("softplus", Activation::Softplus),
    ] {
        let expected = V::lecun_normal().with_gain(activation.derived_gain())?;
        means(&format!(r#"{{"lecun_normal": {{"gain": "{name}"}}}}"#), expected.clone());
        means(&format!(r#"{{"variance_scaling": {{"gain": "{name}"}}}}"#), expected);
    }
    // torch.nn.init.xavier_uniform_(w, gain=calculate_gain("tanh"))
    let tanh = V::for_nonlinearity(Nonlinearity::Tanh, FanMode::FanAvg, Distribution::Uniform)?;
    means(r#"{"xavier_uniform": {"gain": "tanh"}}"#, tanh.with_layout(Layout::torch()));
    let text = r#"he_normal = { mode = "fan_out", gain = { leaky_relu = 0.2 } }"#;
    let expected = AnyInitializer::from(V::for_nonlinearity(leaky, fan_out, cut)?);
    assert_eq!(toml::from_str::<AnyInitializer>(text).unwrap(), expected);
    Ok(())
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
