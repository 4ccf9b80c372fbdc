//! Initializers and layouts written to configurations and read again, and Keras' own ones.

use crate::common::{Listed, PRESETS, each_type};
use VarianceScaling as V;
use ndarray_init::ndarray::{Array2, ArrayD, IxDyn, array};
use ndarray_init::presets::keras::Stft;
use ndarray_init::presets::{keras, torch};
use ndarray_init::{
    Activation, AnyInitializer, Blocks, Center, Constant, DeltaOrthogonal, Dirac, Distribution,
    FanMode, Identity, InitError, InitExt, Key, Layout, Mup, MupRole, Nonlinearity, Normal, Ones,
    Orthogonal, Rules, Siren, Sparse, Step, TorchDefault, Transformed, TruncatedNormal, Uniform,
    VarianceScaling, Zeros,
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

fn read<T: DeserializeOwned>(config: &str) -> T {
    serde_json::from_str(config).unwrap_or_else(|e| panic!("{config}: {e}"))
}

fn stft(side: &str, window: Option<&str>, scaling: Option<&str>, periodic: bool) -> Stft {
    Stft::new(side, window, scaling, periodic).unwrap()
}

/// Configurations in JSON and what they say.
macro_rules! forms {
    ($($config:literal => $initializer:expr;)*) => {{
        let mut all = Vec::new();
        $(all.extend([($config.to_owned(), AnyInitializer::from($initializer))]);)*
        all
    }};
}

/// The forms of the table in `AnyInitializer`'s documentation, in its order, with numbers that need all their digits.
fn documented() -> Result<Vec<(String, AnyInitializer)>, InitError> {
    let mut all = Vec::new();
    for (name, preset) in PRESETS {
        let grouped = preset.layout().clone().groups(4);
        let fan_out = preset.clone().with_mode(FanMode::FanOut).with_gain(0.1)?;
        for (config, expected) in [
            (format!(r#""{name}""#), preset.clone()),
            (format!(r#"{{"{name}": {{}}}}"#), preset.clone()),
            (
                format!(r#"{{"{name}": {{"layout": {{"groups": 4}}}}}}"#),
                preset.with_layout(grouped),
            ),
            (format!(r#"{{"{name}": {{"mode": "fan_out", "gain": 0.1}}}}"#), fan_out),
        ] {
            all.push((config, expected.into()));
        }
    }
    let of = |mode, distribution| V::new(0.1, mode, distribution);
    let sigmas = |lower, upper| TruncatedNormal::in_sigmas(0.0, 0.02, lower, upper);
    let parts: [(usize, AnyInitializer); 2] =
        [(1, Zeros.into()), (9, Normal::new(0.0, 1.0)?.into())];
    all.extend(forms! {
        r#""variance_scaling""# => V::default();
        r#"{"variance_scaling": {"scale": 0.1}}"# => of(FanMode::FanIn, Distribution::TruncatedNormal)?;
        r#"{"variance_scaling": {"scale": 0.1, "mode": "fan_out", "distribution": "uniform", "layout": "torch"}}"# => of(FanMode::FanOut, Distribution::Uniform)?.with_layout(Layout::torch());
        r#"{"variance_scaling": {"scale": 0.1, "mode": "fan_geo_avg", "distribution": "untruncated_normal", "layout": "depthwise"}}"# => of(FanMode::FanGeoAvg, Distribution::UntruncatedNormal)?.with_layout(Layout::depthwise());
        r#"{"variance_scaling": {"cut": 3}}"# => V::default().with_cut(3.0)?;
        r#"{"uniform": {"low": -0.1, "high": 0.3}}"# => Uniform::new(-0.1, 0.3)?;
        r#"{"normal": {"std": 0.02}}"# => Normal::new(0.0, 0.02)?;
        r#"{"normal": {"mean": 0.1, "std": 0.3333333333333333}}"# => Normal::new(0.1, 1.0 / 3.0)?;
        r#"{"truncated_normal": {"std": 0.02}}"# => sigmas(-2.0, 2.0)?;
        r#"{"truncated_normal": {"std": 0.02, "bounds": {"sigmas": {"lower": -3, "upper": 3}}}}"# => sigmas(-3.0, 3.0)?;
        r#"{"truncated_normal": {"std": 0.02, "bounds": {"sigmas": {"lower": 8}}}}"# => sigmas(8.0, f64::INFINITY)?;
        r#"{"truncated_normal": {"std": 0.02, "bounds": {"absolute": {"lower": 0}}}}"# => TruncatedNormal::new(0.0, 0.02, 0.0, f64::INFINITY)?;
        r#"{"truncated_normal": {"mean": 0.001, "std": 0.7, "bounds": {"absolute": {"upper": 0.1}}}}"# => TruncatedNormal::new(0.001, 0.7, -f64::INFINITY, 0.1)?;
        r#""zeros""# => Zeros;
        r#""ones""# => Ones;
        r#"{"constant": -0.1}"# => Constant(-0.1);
        r#"{"constant": 2}"# => Constant(2.0);
        r#"{"constant": [[1, 2], [3, 4]]}"# => array![[1.0, 2.0], [3.0, 4.0]];
        r#""identity""# => Identity::default();
        r#"{"identity": {"gain": 0.7}}"# => Identity::new(0.7)?;
        r#""orthogonal""# => Orthogonal::default();
        r#"{"orthogonal": {"gain": 2, "layout": "torch"}}"# => Orthogonal::new(2.0)?.with_layout(Layout::torch());
        r#""delta_orthogonal""# => DeltaOrthogonal::default();
        r#"{"delta_orthogonal": {"gain": 2}}"# => DeltaOrthogonal::new(2.0)?;
        r#""dirac""# => Dirac::default();
        r#"{"dirac": {"layout": {"roles": "torch", "groups": 2}, "center": "lower"}}"# => Dirac::default().with_layout(Layout::torch().groups(2)).with_center(Center::Lower);
        r#"{"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 0.01}}}}"# => Sparse::normal(0.1, 0.01)?;
        r#"{"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 0.01}}, "axis": -1}}"# => Sparse::normal(0.1, 0.01)?.with_axis(1)?;
        r#""stft""# => stft("real", Some("hann"), Some("density"), false);
        r#"{"stft": {"side": "imag", "window": "hamming", "scaling": null, "periodic": true}}"# => stft("imag", Some("hamming"), None, true);
        r#"{"stft": {"window": [0.1, 0.2], "scaling": "spectrum"}}"# => stft("real", None, Some("spectrum"), false).with_window(vec![0.1, 0.2])?;
        r#"{"siren": {"layer": "first"}}"# => Siren::first();
        r#"{"siren": {"layer": "later", "omega_0": 30}}"# => Siren::later(30.0)?;
        r#"{"siren": {"omega_0": 20, "layout": "torch"}}"# => Siren::later(20.0)?.with_layout(Layout::torch());
        r#""torch_default""# => TorchDefault::new();
        r#"{"torch_default": {"layout": {"groups": 4}}}"# => TorchDefault::new().with_layout(Layout::torch().groups(4));
        r#"{"torch_default": {"bias_of": [128, 256]}}"# => torch::linear_bias(&[128, 256])?;
        r#"{"torch_default": {"bias_of": [128, 64, 3, 3]}}"# => torch::conv_bias(&[128, 64, 3, 3])?;
        r#"{"torch_default": {"bias_of": [256, 128], "layout": "keras"}}"# => torch::linear_bias(&[128, 256])?;
        r#"{"torch_default": {"bias_of": [5, 0]}}"# => Zeros;
        r#"{"torch_recurrent": {"hidden_size": 128}}"# => torch::recurrent(128)?;
        r#"{"mup": {"mup": {"width_multiplier": 1.5}, "role": "hidden", "base": "he_normal"}}"# => Mup::new(3, 2)?.scaling(MupRole::Hidden, V::he_normal());
        r#"{"mup": {"mup": {"width_multiplier": 1.5, "multipliers": false}, "role": "output", "base": "he_normal"}}"# => Mup::new(3, 2)?.without_multipliers().scaling(MupRole::Output, V::he_normal());
        r#"{"transformed": {"law": {"normal": {"std": 0.1}}, "steps": ["exp", {"at_least": 0.002}, "inverse_softplus"]}}"# => Transformed::new(Normal::new(0.0, 0.1)?, &[Step::Exp, Step::AtLeast(0.002), Step::InverseSoftplus])?;
        r#"{"blocks": {"axis": 0, "initializer": "xavier_uniform", "equal": 3}}"# => Blocks::equal(V::xavier_uniform(), 0, 3);
        r#"{"blocks": {"axis": 1, "initializer": "xavier_uniform", "sizes": [4, 8]}}"# => Blocks::sizes(V::xavier_uniform(), 1, &[4, 8]);
        r#"{"blocks": {"axis": 0, "parts": [{"size": 1, "initializer": "zeros"}, {"size": 9, "initializer": {"normal": {"std": 1}}}]}}"# => Blocks::of(0, parts);
    });
    // Layers without inputs: PyTorch's bias is 0.
    assert_eq!(AnyInitializer::from(torch::linear_bias(&[5, 0])?), Zeros.into());
    #[cfg(feature = "complex")]
    all.extend(forms! {
        r#"{"complex_normal": {"std": 0.3333333333333333}}"# => ComplexNormal::new(1.0 / 3.0)?;
        r#"{"disc": {"radius": 0.1}}"# => Disc::new(0.1)?;
        r#"{"complex_truncated_normal": {"std": 0.02}}"# => ComplexTruncatedNormal::in_sigmas(0.02, 2.0)?;
        r#"{"complex_truncated_normal": {"std": 0.02, "bound": {"sigmas": 1.1}}}"# => ComplexTruncatedNormal::in_sigmas(0.02, 1.1)?;
        r#"{"complex_truncated_normal": {"std": 0.02, "bound": {"absolute": 0.05}}}"# => ComplexTruncatedNormal::new(0.02, 0.05)?;
    });
    Ok(all)
}

#[test]
fn every_documented_form_is_read_and_written() -> Checked {
    for (config, expected) in documented()? {
        assert_eq!(read::<AnyInitializer>(&config), expected, "{config}");
        assert_round_trip(&expected);
        assert_round_trip(&AnyInitializer::from(Blocks::equal(expected, -1, 3)));
    }
    Ok(())
}

/// Which of the shapes each initializer fills, and what it says of the others.
fn outcomes<A: Listed>() -> Vec<Result<(), InitError>> {
    let shapes: [&[usize]; 6] =
        [&[6], &[6, 12], &[3, 6, 12], &[3, 4, 6, 12], &[4, 1, 12], &[3, 6, 0]];
    let all = documented().unwrap();
    let pairs = all.iter().flat_map(|(_, initializer)| shapes.map(|shape| (initializer, shape)));
    pairs.map(|(all, shape)| ArrayD::<A>::init(IxDyn(shape), all, KEY).map(|_| ())).collect()
}

/// But laws of complex numbers are none of real ones, and those with other bounds in one direction than
/// in the other are none of complex ones.
#[test]
fn an_initializer_that_fills_arrays_of_one_element_type_fills_those_of_every_other() {
    let expected = outcomes::<f64>();
    assert!(expected.iter().filter(|outcome| outcome.is_ok()).count() > 100);
    // Nothing can fail where there is nothing to fill.
    assert!(expected.chunks(6).all(|outcomes| outcomes[5].is_ok()));
    each_type!(A => {
        for (found, expected) in outcomes::<A>().into_iter().zip(&expected) {
            match (&found, expected) {
                (Err(InitError::Unrepresentable { rule, .. }), Ok(())) if A::HAS_PARTS => {
                    let rules = ["the same in all directions", "a law of real numbers"];
                    assert!(rules.iter().any(|part| rule.contains(part)), "{found:?}");
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
fn every_form_of_a_layout_is_read_and_written() -> Checked {
    let einsum = Layout::einsum("btd,dhk->bthk")?;
    let all = Layout::torch().batch(&[0]).transposed().groups(4);
    for (config, layout) in [
        (r#""keras""#, Layout::keras()),
        (r#""torch""#, Layout::torch()),
        (r#""depthwise""#, Layout::depthwise()),
        (r#"{"axes": {"input": [0], "output": [1, -2]}}"#, Layout::axes(&[0], &[1, -2])),
        (r#"{"einsum": "btd,dhk->bthk"}"#, einsum.clone()),
        (r#"{"einsum": "btd,dhk->bthk", "transposed": true}"#, einsum.transposed()),
        (r#"{"roles": "torch", "batch": [0], "transposed": true, "groups": 4}"#, all),
        (r#"{"roles": "torch"}"#, Layout::torch()),
        ("{}", Layout::keras()),
        (r#"{"groups": 2}"#, Layout::keras().groups(2)),
    ] {
        assert_eq!(read::<Layout>(config), layout, "{config}");
        assert_round_trip(&layout);
    }
    Ok(())
}

#[test]
fn a_configuration_is_written_plainly() -> Checked {
    let far = TruncatedNormal::in_sigmas(0.0, 0.5, 8.0, f64::INFINITY)?;
    let grouped = V::glorot_uniform().with_layout(Layout::torch().groups(2));
    for (initializer, expected) in forms! {
        r#""zeros""# => Zeros;
        r#"{"constant":0.5}"# => Constant(0.5);
        r#"{"normal":{"mean":0.0,"std":0.02}}"# => Normal::new(0.0, 0.02)?;
        r#"{"truncated_normal":{"mean":0.0,"std":0.5,"bounds":{"sigmas":{"lower":8.0,"upper":null}}}}"# => far;
        r#"{"variance_scaling":{"scale":1.0,"mode":"fan_avg","distribution":"uniform","layout":{"roles":"torch","groups":2}}}"# => grouped;
    } {
        assert_eq!(serde_json::to_string(&expected).unwrap(), initializer);
    }
    let einsum = Layout::einsum("ab,bc->ac")?.transposed();
    let layout = r#"{"einsum":"ab,bc->ac","transposed":true}"#;
    assert_eq!(serde_json::to_string(&einsum).unwrap(), layout);
    for key in [Key::new(42), Key::new(u64::MAX)] {
        assert_round_trip(&key);
        assert_eq!(serde_json::to_value(key).unwrap(), json!(key.as_u64()));
    }
    assert_eq!(serde_json::to_value(Nonlinearity::Tanh).unwrap(), json!("tanh"));
    assert_round_trip(&Nonlinearity::LeakyRelu { negative_slope: 0.2 });
    assert_eq!(read::<Nonlinearity>(r#"{"leaky_relu": {}}"#), Nonlinearity::leaky_relu());
    Ok(())
}

#[test]
fn an_array_in_a_configuration_is_broadcast_and_converted() {
    let init =
        |initializer: &AnyInitializer| Array2::<f32>::init((2, 2), initializer, KEY).unwrap();
    let row = read::<AnyInitializer>(r#"{"constant": [0.5, 1.5]}"#);
    assert_eq!(init(&row), array![[0.5, 1.5], [0.5, 1.5]]);
    let infinite = toml::from_str::<AnyInitializer>("constant = -inf").unwrap();
    assert_eq!(infinite, Constant(-f64::INFINITY).into());
    assert_eq!(init(&infinite)[[0, 0]], -f32::INFINITY);
    // A negative zero stays negative.
    for config in [r#"{"constant": -0.0}"#, r#"{"constant": [[1, -0.0]]}"#] {
        let first = read::<AnyInitializer>(config);
        let again = AnyInitializer::deserialize(serde_json::to_value(&first).unwrap()).unwrap();
        for initializer in [first, again] {
            assert_eq!(init(&initializer)[[0, 1]].to_bits(), (-0.0_f32).to_bits(), "{config}");
        }
    }
}

/// An activation's gain takes the place of ReLU's.
#[test]
fn the_gain_of_a_preset_can_be_that_of_an_activation() -> Checked {
    let cut = Distribution::TruncatedNormal;
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
        let expected =
            AnyInitializer::from(V::for_nonlinearity(nonlinearity, FanMode::FanIn, cut)?);
        for preset in ["he_normal", "lecun_normal"] {
            let config = format!(r#"{{"{preset}": {{"gain": {gain}}}}}"#);
            assert_eq!(read::<AnyInitializer>(&config), expected, "{config}");
        }
    }
    for (name, activation) in [
        ("elu", Activation::Elu),
        ("gelu", Activation::Gelu),
        ("mish", Activation::Mish),
        ("silu", Activation::Silu),
        ("softplus", Activation::Softplus),
    ] {
        let expected = V::lecun_normal().with_gain(activation.derived_gain())?.into();
        for initializer in ["lecun_normal", "variance_scaling"] {
            let config = format!(r#"{{"{initializer}": {{"gain": "{name}"}}}}"#);
            assert_eq!(read::<AnyInitializer>(&config), expected, "{config}");
        }
    }
    let tanh = V::for_nonlinearity(Nonlinearity::Tanh, FanMode::FanAvg, Distribution::Uniform)?;
    for (config, expected) in forms! {
        // torchvision's convolutions.
        r#"{"kaiming_normal": {"mode": "fan_out", "gain": "relu"}}"# => V::kaiming_normal().with_mode(FanMode::FanOut);
        // torch.nn.init.xavier_uniform_(w, gain=calculate_gain("tanh"))
        r#"{"xavier_uniform": {"gain": "tanh"}}"# => tanh.with_layout(Layout::torch());
        r#"{"variance_scaling": {"scale": 3, "gain": 0.5}}"# => V::new(0.75, FanMode::FanIn, cut)?;
    } {
        assert_eq!(read::<AnyInitializer>(&config), expected, "{config}");
    }
    let text = r#"he_normal = { mode = "fan_out", gain = { leaky_relu = 0.2 } }"#;
    let expected = AnyInitializer::from(V::for_nonlinearity(leaky, FanMode::FanOut, cut)?);
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

/// All words of at most six of these letters.
fn words(letters: [char; 3]) -> Vec<String> {
    let (mut words, mut start) = (vec![String::new()], 0);
    for _ in 0..6 {
        let longest = words.split_off(start);
        let longer =
            longest.iter().flat_map(|word| letters.map(|letter| format!("{word}{letter}")));
        let longer: Vec<_> = longer.collect();
        start += longest.len();
        words.extend(longest.into_iter().chain(longer));
    }
    words
}

#[test]
fn a_star_in_a_pattern_stands_for_any_text_and_all_else_for_itself() {
    let names = words(['a', 'b', '.']);
    let mut matched = 0;
    for pattern in words(['a', '.', '*']) {
        for name in &names {
            let found = Rules::matches(&pattern, name);
            let expected = matches_naively(pattern.as_bytes(), name.as_bytes());
            assert_eq!(found, expected, "{pattern} {name}");
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
        .with("*/kernel", V::glorot_uniform())
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
    rules = [["z.special", { constant = 0.5 }], ["*.bias", "zeros"], ["*/kernel", "glorot_uniform"],
             ["a*", { normal = { std = 0.02 } }], ["*", "ones"]]
"#;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct WithRules {
    rules: Rules,
}

/// TOML with toml's feature `preserve_order`, which the documentation asks for.
#[test]
fn rules_are_read_and_written_in_their_order() {
    let expected = WithRules { rules: rules() };
    assert_eq!(read::<Rules>(RULES_IN_JSON), expected.rules);
    let written = toml::to_string(&expected).unwrap();
    for text in [RULES_IN_TOML, PAIRS_IN_TOML, &written] {
        assert_eq!(toml::from_str::<WithRules>(text).unwrap(), expected, "{text}");
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table.try_into::<WithRules>().unwrap(), expected, "{text}");
    }
    assert_round_trip(&expected.rules);
    let value = serde_json::to_value(&expected.rules).unwrap();
    assert_eq!(Rules::deserialize(value).unwrap(), expected.rules);
}

#[test]
fn the_first_rule_that_matches_gives_a_parameters_initializer_and_key() -> Checked {
    let (rules, model) = (rules(), Key::new(42));
    let cases: [(&str, AnyInitializer); 5] = [
        ("z.special", Constant(0.5).into()),
        ("a.bias", Zeros.into()),
        ("a/kernel", V::glorot_uniform().into()),
        ("a.weight", Normal::new(0.0, 0.02)?.into()),
        ("b.weight", Ones.into()),
    ];
    for (name, initializer) in &cases {
        assert_eq!(rules.of(name, model)?, (initializer, model.fork(name)));
    }
    assert_eq!(rules.unused(cases.iter().map(|(name, _)| *name)), [""; 0]);
    assert_eq!(rules.unused(["z.special", "a.bias", "b"]), ["*/kernel", "a*"]);
    // Values of a user's own type, as the checkpoint tool has them.
    let rules: Rules<u8> = read(r#"{"a*": 3, "*": 4}"#);
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
    let mut of_keras_2 = json!({"class_name": class, "config": config});
    of_keras_2["config"]["dtype"] = json!("float32");
    let [mut of_list, mut by_class_name] = [config.clone(), config.clone()];
    of_list["class"] = json!(class);
    by_class_name["class_name"] = json!(class);
    let mut forms = vec![
        json!({"module": "keras.initializers", "class_name": class, "config": config, "registered_name": null}),
        of_keras_2,
        of_list,
        by_class_name,
    ];
    if *config == json!({}) {
        forms.extend([json!(class), json!({"class_name": class, "config": null})]);
    }
    for form in forms {
        assert_eq!(keras::from_config(&form).as_ref(), Ok(&expected), "{form}");
    }
}

#[test]
fn keras_classes_are_read_with_their_defaults() -> Checked {
    let bare = stft("real", None, Some("density"), false);
    let weighted = || bare.clone().with_window(vec![1.0, 2.5]);
    let usual = |std| TruncatedNormal::in_sigmas(0.0, std, -2.0, 2.0);
    for (row, expected) in forms! {
        "Zeros {}" => Zeros;
        "zeros {}" => Zeros;
        "zero {}" => Zeros;
        "ZerosV2 {}" => Zeros;
        "Ones {}" => Ones;
        "Constant {}" => Constant(0.0);
        r#"Constant {"value": 2}"# => Constant(2.0);
        r#"Constant {"value": {"class_name": "__numpy__", "config": {"value": 2.5, "dtype": "float32"}}}"# => Constant(2.5);
        r#"Constant {"value": [[1, 2], [3, 4]]}"# => array![[1.0, 2.0], [3.0, 4.0]];
        r#"Constant {"value": {"class_name": "__numpy__", "config": {"value": [0.0, 1.0]}}}"# => array![0.0, 1.0];
        // Laws of one value.
        r#"RandomNormal {"mean": 0.5, "stddev": 0}"# => Constant(0.5);
        r#"RandomNormal {"stddev": 0.0}"# => Constant(0.0);
        r#"TruncatedNormal {"mean": -1, "stddev": 0}"# => Constant(-1.0);
        r#"RandomUniform {"minval": 0.25, "maxval": 0.25}"# => Constant(0.25);
        "RandomNormal {}" => Normal::new(0.0, 0.05)?;
        "random_normal {}" => Normal::new(0.0, 0.05)?;
        "normal {}" => Normal::new(0.0, 0.05)?;
        r#"RandomNormal {"mean": 1.0, "stddev": 0.1}"# => Normal::new(1.0, 0.1)?;
        "RandomUniform {}" => Uniform::new(-0.05, 0.05)?;
        r#"uniform {"minval": 0, "maxval": 1}"# => Uniform::new(0.0, 1.0)?;
        "TruncatedNormal {}" => usual(0.05)?;
        r#"truncated_normal {"stddev": 0.02}"# => usual(0.02)?;
        "Identity {}" => Identity::default();
        r#"IdentityInitializer {"gain": 2.0}"# => Identity::new(2.0)?;
        "Orthogonal {}" => Orthogonal::default();
        r#"OrthogonalInitializer {"gain": 2.0, "seed": 3}"# => Orthogonal::new(2.0)?;
        "STFT {}" => stft("real", Some("hann"), Some("density"), false);
        r#"STFTInitializer {"side": "imag", "window": "hamming", "scaling": null, "periodic": true}"# => stft("imag", Some("hamming"), None, true);
        r#"stft {"window": null}"# => bare.clone();
        r#"STFT {"window": [1, 2.5]}"# => weighted()?;
        r#"STFT {"window": {"class_name": "__numpy__", "config": {"value": [1, 2.5]}}}"# => weighted()?;
    } {
        let (class, config) = row.split_once(' ').unwrap();
        assert_reads(class, &read(config), expected);
    }
    Ok(())
}

#[test]
fn keras_variance_scaling_is_read_whoever_wrote_it() -> Checked {
    let generator = json!({
        "module": "keras.random", "class_name": "SeedGenerator",
        "config": {"seed": 7, "name": "seed_generator"}, "registered_name": null,
    });
    for seed in [json!(null), json!(7), generator] {
        for (class, expected) in [
            ("GlorotUniform", V::glorot_uniform()),
            ("glorot_normal", V::glorot_normal()),
            ("HeUniform", V::he_uniform()),
            ("HeNormalV2", V::he_normal()),
            ("lecun_uniform", V::lecun_uniform()),
            ("LecunNormal", V::lecun_normal()),
            ("VarianceScaling", V::default()),
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
        for mode in [FanMode::FanIn, FanMode::FanOut, FanMode::FanAvg] {
            let config = json!({"scale": 2.5, "mode": mode.to_string(), "distribution": name});
            assert_reads("VarianceScaling", &config, V::new(2.5, mode, distribution)?);
        }
    }
    Ok(())
}
