//! The checkpoint example, from the outside: what it writes, what it prints and how it fails.

use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{InitExt, Initializer, Key, Layout, VarianceScaling};
use safetensors::{Dtype, SafeTensors};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const BUILT_IN: [&str; 4] =
    ["resnet50_keras", "mobilenet_v2_keras", "vit_b16_timm", "gpt2_transformers"];

/// A directory of the test's own.
fn directory(test: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// The example, which `cargo test` builds before it runs the tests; `cargo test --test checkpoint`
/// does not.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(Path::parent).unwrap();
    let program = built.join("examples").join(format!("checkpoint{EXE_SUFFIX}"));
    assert!(program.exists(), "first: cargo build --example checkpoint");
    program
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(program()).current_dir(directory).args(arguments).output().unwrap()
}

#[track_caller]
fn succeed(directory: &Path, arguments: &[&str]) -> String {
    let output = run(directory, arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.is_empty(), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one line that it fails with.
#[track_caller]
fn fail(directory: &Path, arguments: &[&str]) -> String {
    let output = run(directory, arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
    assert!(output.stdout.is_empty());
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    stderr
}

/// Writes the list and the checkpoint, and reads the latter.
#[track_caller]
fn checkpoint(directory: &Path, list: &Value, options: &[&str]) -> Vec<u8> {
    fs::write(directory.join("list.json"), list.to_string()).unwrap();
    let mut arguments = vec!["--model", "list.json", "--out", "out.safetensors", "--quiet"];
    arguments.extend(options);
    assert_eq!(succeed(directory, &arguments), "");
    fs::read(directory.join("out.safetensors")).unwrap()
}

#[derive(Clone, Debug, PartialEq)]
struct Tensor {
    shape: Vec<usize>,
    values: Vec<f32>,
}

fn tensors(file: &[u8]) -> BTreeMap<String, Tensor> {
    let read = |(name, view): (String, safetensors::tensor::TensorView)| {
        assert_eq!(view.dtype(), Dtype::F32);
        let value = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap());
        let values = view.data().chunks_exact(4).map(value).collect();
        (name, Tensor { shape: view.shape().to_vec(), values })
    };
    SafeTensors::deserialize(file).unwrap().tensors().into_iter().map(read).collect()
}

impl Tensor {
    fn constant(&self) -> f32 {
        assert!(self.values.iter().all(|value| value == &self.values[0]));
        self.values[0]
    }

    fn mean(&self) -> f64 {
        self.values.iter().copied().map(f64::from).sum::<f64>() / self.values.len() as f64
    }

    /// The standard deviation must be this one, and the value that is farthest from the mean lie so
    /// many of it away.
    #[track_caller]
    fn assert_spread(&self, std: f64, farthest: (f64, f64)) {
        let (n, mean) = (self.values.len() as f64, self.mean());
        let distance = |value: &f32| (f64::from(*value) - mean).abs();
        let measured = (self.values.iter().map(|v| distance(v).powi(2)).sum::<f64>() / n).sqrt();
        assert!((measured / std - 1.0).abs() < 5.0 / (2.0 * n).sqrt(), "{measured} for {std}");
        let largest = self.values.iter().map(distance).fold(0.0, f64::max) / std;
        assert!(largest > farthest.0 && largest < farthest.1, "{largest} for {farthest:?}");
    }
}

/// How far the farthest of some thousand values lies, in standard deviations. Bounds are at √3 and
/// at 2 / 0.8796.
const UNIFORM: (f64, f64) = (1.65, 1.8);
const TRUNCATED: (f64, f64) = (2.1, 2.4);
const NORMAL: (f64, f64) = (2.8, 5.5);

/// A Keras kernel, and what its values should be.
struct Kernel {
    name: String,
    layer: &'static str,
    shape: Vec<usize>,
    initializer: Value,
    std: f64,
    farthest: (f64, f64),
}

fn class(name: &str) -> Value {
    json!({ "class": name })
}

fn scaling(scale: f64, mode: &str, distribution: &str) -> Value {
    json!({
        "class": "VarianceScaling", "scale": scale, "mode": mode, "distribution": distribution
    })
}

/// Every class, on a dense kernel of 40 × 60: fans whose mean is 50.
fn classes() -> impl Iterator<Item = Kernel> {
    let normal = json!({ "class": "RandomNormal", "mean": 2, "stddev": 0.5, "seed": 1 });
    let truncated = (0.05 * 0.879_625_66_f64).powi(2);
    let kernels = [
        ("glorot_uniform", class("GlorotUniform"), 1.0 / 50.0, UNIFORM),
        ("glorot_normal", class("GlorotNormal"), 1.0 / 50.0, TRUNCATED),
        ("he_uniform", class("HeUniform"), 2.0 / 40.0, UNIFORM),
        ("he_normal", class("HeNormal"), 2.0 / 40.0, TRUNCATED),
        ("lecun_uniform", class("LecunUniform"), 1.0 / 40.0, UNIFORM),
        ("lecun_normal", class("LecunNormal"), 1.0 / 40.0, TRUNCATED),
        ("scaling", class("VarianceScaling"), 1.0 / 40.0, TRUNCATED),
        ("fan_out", scaling(3.0, "fan_out", "uniform"), 3.0 / 60.0, UNIFORM),
        ("fan_avg", scaling(0.5, "fan_avg", "untruncated_normal"), 0.5 / 50.0, NORMAL),
        ("fan_geo_avg", scaling(1.0, "fan_geo_avg", "normal"), 2400_f64.powf(-0.5), TRUNCATED),
        ("random_uniform", class("RandomUniform"), 0.05 * 0.05 / 3.0, UNIFORM),
        ("random_normal", normal, 0.25, NORMAL),
        ("truncated_normal", class("TruncatedNormal"), truncated, TRUNCATED),
    ];
    kernels.into_iter().map(|(name, initializer, variance, farthest)| Kernel {
        name: format!("{name}/kernel"),
        layer: "Dense",
        shape: vec![40, 60],
        initializer,
        std: variance.sqrt(),
        farthest,
    })
}

/// Every kind of layer, under a uniform law of variance scale / n.
fn layers() -> impl Iterator<Item = Kernel> {
    let axes = json!({ "class": "LecunUniform", "input_axes": [0, 1], "output_axes": [-1] });
    let glorot = || class("GlorotUniform");
    let he = || class("HeUniform");
    let kernels = [
        ("conv/kernel", "Conv2D", vec![3, 3, 20, 30], glorot(), 1.0 / (9.0 * 25.0)),
        ("deep/kernel", "DepthwiseConv2D", vec![5, 5, 60, 3], glorot(), 1.0 / (25.0 * 2.0)),
        ("deep/bias", "DepthwiseConv2D", vec![3000], he(), 2.0 / 3000.0),
        ("up/kernel", "Conv2DTranspose", vec![3, 3, 20, 30], he(), 2.0 / (9.0 * 30.0)),
        ("two/depthwise_kernel", "SeparableConv2D", vec![5, 5, 60, 3], he(), 2.0 / 25.0),
        ("two/pointwise_kernel", "SeparableConv2D", vec![1, 1, 40, 60], he(), 2.0 / 40.0),
        ("words/embeddings", "Embedding", vec![60, 40], he(), 2.0 / 60.0),
        ("heads/kernel", "EinsumDense", vec![8, 10, 40], axes, 1.0 / 80.0),
    ];
    kernels.into_iter().map(|(name, layer, shape, initializer, variance)| Kernel {
        name: name.to_owned(),
        layer,
        shape,
        initializer,
        std: f64::sqrt(variance),
        farthest: UNIFORM,
    })
}

fn keras_list() -> Value {
    let kernel = |kernel: Kernel| {
        let Kernel { name, layer, shape, initializer, .. } = kernel;
        json!({ "name": name, "layer": layer, "shape": shape, "initializer": initializer })
    };
    let vector = |name: &str, initializer: Value| {
        json!({
            "name": name, "layer": "BatchNormalization", "shape": [7], "initializer": initializer
        })
    };
    let mut parameters: Vec<Value> = classes().chain(layers()).map(kernel).collect();
    parameters.extend([
        vector("bn/gamma", class("Ones")),
        vector("bn/beta", class("Zeros")),
        vector("bn/scale", json!({ "class": "Constant", "value": 0.25 })),
        json!({
            "name": "grouped/kernel", "layer": "Conv2D", "shape": [3, 3, 10, 40], "groups": 4,
            "initializer": { "class": "GlorotUniform" }
        }),
    ]);
    json!({ "model": "small", "framework": "keras", "parameters": parameters })
}

fn torch_list(model: &str, parameters: &[(&str, &str, Value)]) -> Value {
    let entry = |(name, module, shape): &(&str, &str, Value)| json!({ "name": name, "module": module, "shape": shape, "groups": 1 });
    let parameters: Vec<_> = parameters.iter().map(entry).collect();
    json!({ "model": model, "framework": "pytorch", "parameters": parameters })
}

#[test]
fn keras_parameters_have_the_laws_of_their_entries() {
    let file = checkpoint(&directory("keras"), &keras_list(), &[]);
    let tensors = tensors(&file);
    assert_eq!(tensors.len(), classes().chain(layers()).count() + 4);
    for Kernel { name, shape, std, farthest, .. } in classes().chain(layers()) {
        println!("{name}");
        assert_eq!(tensors[&name].shape, shape);
        tensors[&name].assert_spread(std, farthest);
    }
    assert_eq!(tensors["bn/gamma"].constant(), 1.0);
    assert_eq!(tensors["bn/beta"].constant(), 0.0);
    assert_eq!(tensors["bn/scale"].constant(), 0.25);
    assert!((tensors["random_normal/kernel"].mean() - 2.0).abs() < 0.05);
    // 10 channels in and 10 out, for each of four groups.
    tensors["grouped/kernel"].assert_spread((1.0 / 90.0_f64).sqrt(), UNIFORM);
}

#[test]
fn pytorch_modules_have_their_own_defaults() {
    let list = torch_list(
        "another",
        &[
            ("fc.weight", "Linear", json!([60, 40])),
            ("fc.bias", "Linear", json!([2000])),
            ("conv.weight", "Conv2d", json!([30, 20, 3, 3])),
            ("up.weight", "ConvTranspose2d", json!([20, 30, 3, 3])),
            ("wte.weight", "Embedding", json!([50, 60])),
            ("norm.weight", "BatchNorm2d", json!([7])),
            ("norm.bias", "BatchNorm2d", json!([7])),
            ("norm.running_mean", "BatchNorm2d", json!([7])),
            ("norm.running_var", "BatchNorm2d", json!([7])),
        ],
    );
    let tensors = tensors(&checkpoint(&directory("torch"), &list, &[]));
    let kernel = |fan_in: f64| (1.0 / (3.0 * fan_in)).sqrt();
    tensors["fc.weight"].assert_spread(kernel(40.0), UNIFORM);
    tensors["fc.bias"].assert_spread(kernel(40.0), UNIFORM);
    tensors["conv.weight"].assert_spread(kernel(180.0), UNIFORM);
    // PyTorch reads the kernel of a transposed convolution as it is stored.
    tensors["up.weight"].assert_spread(kernel(270.0), UNIFORM);
    tensors["wte.weight"].assert_spread(1.0, NORMAL);
    assert_eq!(tensors["norm.weight"].constant(), 1.0);
    assert_eq!(tensors["norm.bias"].constant(), 0.0);
    assert_eq!(tensors["norm.running_mean"].constant(), 0.0);
    assert_eq!(tensors["norm.running_var"].constant(), 1.0);
}

#[test]
fn gpt2_and_vit_have_their_libraries_rules() {
    let list = torch_list(
        "gpt2-tiny",
        &[
            ("h.0.attn.c_attn.weight", "Conv1D", json!([40, 60])),
            ("h.0.attn.c_attn.bias", "Conv1D", json!([60])),
            ("h.0.attn.c_proj.weight", "Conv1D", json!([40, 60])),
            ("h.0.mlp.c_proj.weight", "Conv1D", json!([40, 60])),
            ("h.1.attn.c_proj.weight", "Conv1D", json!([40, 60])),
            ("ln_f.weight", "LayerNorm", json!([7])),
        ],
    );
    let gpt2 = tensors(&checkpoint(&directory("gpt2"), &list, &[]));
    gpt2["h.0.attn.c_attn.weight"].assert_spread(0.02, NORMAL);
    gpt2["h.0.mlp.c_proj.weight"].assert_spread(0.01, NORMAL);
    gpt2["h.1.attn.c_proj.weight"].assert_spread(0.01, NORMAL);
    assert_eq!(gpt2["h.0.attn.c_attn.bias"].constant(), 0.0);
    assert_eq!(gpt2["ln_f.weight"].constant(), 1.0);

    let list = torch_list(
        "vit_tiny",
        &[
            ("cls_token", "VisionTransformer", json!([1, 1, 3000])),
            ("pos_embed", "VisionTransformer", json!([1, 50, 60])),
            ("patch_embed.proj.weight", "Conv2d", json!([60, 3, 4, 4])),
            ("blocks.0.mlp.fc1.weight", "Linear", json!([60, 40])),
            ("blocks.0.mlp.fc1.bias", "Linear", json!([60])),
        ],
    );
    let vit = tensors(&checkpoint(&directory("vit"), &list, &[]));
    vit["cls_token"].assert_spread(1e-6, NORMAL);
    vit["pos_embed"].assert_spread(0.02, NORMAL);
    vit["patch_embed.proj.weight"].assert_spread(1.0 / 12.0, UNIFORM);
    vit["blocks.0.mlp.fc1.weight"].assert_spread(0.02, NORMAL);
    assert_eq!(vit["blocks.0.mlp.fc1.bias"].constant(), 0.0);
}

#[test]
fn a_seed_and_a_list_give_the_same_bytes() {
    let directory = directory("seeds");
    for list in [keras_list(), torch_list("another", &[("fc.weight", "Linear", json!([9, 5]))])] {
        let seed_1 = checkpoint(&directory, &list, &["--seed", "1"]);
        assert_eq!(checkpoint(&directory, &list, &["--seed", "1"]), seed_1);
        let seed_2 = tensors(&checkpoint(&directory, &list, &["--seed", "2"]));
        for (name, tensor) in tensors(&seed_1) {
            let constant = name.starts_with("bn/");
            assert_eq!(seed_2[&name] == tensor, constant, "{name}");
        }
    }
}

#[test]
fn values_are_those_of_the_key_with_the_parameter_s_name() {
    let file = checkpoint(&directory("values"), &keras_list(), &["--seed", "11"]);
    let tensors = tensors(&file);
    let same = |name: &str, initializer: &dyn Initializer<f32>| {
        let Tensor { shape, values } = &tensors[name];
        let array: ArrayD<f32> =
            ArrayD::init(IxDyn(shape), initializer, Key::new(11).fork(name)).unwrap();
        assert_eq!(array.as_slice().unwrap(), values, "{name}");
    };
    same("glorot_normal/kernel", &VarianceScaling::glorot_normal());
    same("deep/kernel", &VarianceScaling::glorot_uniform().with_layout(Layout::depthwise()));
    same("up/kernel", &VarianceScaling::he_uniform().with_layout(Layout::keras().transposed()));
}

#[test]
fn a_parameter_added_leaves_the_others_as_they_were() {
    let directory = directory("added");
    let mut list = keras_list();
    let all = tensors(&checkpoint(&directory, &list, &[]));
    list["parameters"].as_array_mut().unwrap().remove(0);
    for (name, tensor) in tensors(&checkpoint(&directory, &list, &[])) {
        assert_eq!(tensor, all[&name], "{name}");
    }
}

#[test]
fn a_distribution_overrides_that_of_the_kernels_alone() {
    let directory = directory("distribution");
    let names = [("uniform", UNIFORM), ("normal", NORMAL), ("truncated-normal", TRUNCATED)];
    let plain = tensors(&checkpoint(&directory, &keras_list(), &[]));
    for (name, farthest) in names {
        let options = ["--distribution", name];
        let tensors = tensors(&checkpoint(&directory, &keras_list(), &options));
        tensors["glorot_uniform/kernel"].assert_spread((1.0 / 50.0_f64).sqrt(), farthest);
        tensors["deep/kernel"].assert_spread((1.0 / 50.0_f64).sqrt(), farthest);
        tensors["scaling/kernel"].assert_spread((1.0 / 40.0_f64).sqrt(), farthest);
        assert_eq!(tensors["random_uniform/kernel"], plain["random_uniform/kernel"]);
        assert_eq!(tensors["random_normal/kernel"], plain["random_normal/kernel"]);
        assert_eq!(tensors["bn/gamma"], plain["bn/gamma"]);
    }
}

#[test]
fn the_report_has_every_parameter_and_the_totals() {
    let directory = directory("report");
    fs::write(directory.join("list.json"), keras_list().to_string()).unwrap();
    let report = succeed(&directory, &["--model", "list.json"]);
    assert!(directory.join("checkpoint.safetensors").exists());
    for Kernel { name, .. } in classes().chain(layers()) {
        assert_eq!(report.matches(&format!(" {name} ")).count(), 1, "{name}");
    }
    let deep = report.lines().find(|line| line.contains("deep/kernel")).unwrap();
    for cell in ["[5, 5, 60, 3]", " 25, 75 ", "U[-0.24495, 0.24495]", "0.141421"] {
        assert!(deep.contains(cell), "{deep}");
    }
    for part in ["measured std", "small: 25 parameters", "filling: ", "writing: "] {
        assert!(report.contains(part), "{part}");
    }
}

#[test]
fn a_peer_that_differs_from_the_rule_is_named() {
    let directory = directory("peer");
    let peer = |name: &str, std: f64, max_abs: f64| {
        json!({
            "name": name, "module": "Linear", "shape": [100, 300],
            "peer_std": std, "peer_max_abs": max_abs
        })
    };
    // A bound of 1/√300: right, too wide, cut off, and a normal of the right variance.
    let parameters = [
        peer("right.weight", 0.03333, 0.057_734),
        peer("wide.weight", 0.05, 0.0866),
        peer("cut.weight", 0.03333, 0.05),
        peer("normal.weight", 0.03333, 0.14),
    ];
    let list = json!({ "model": "another", "framework": "pytorch", "parameters": parameters });
    fs::write(directory.join("list.json"), list.to_string()).unwrap();
    let report = succeed(&directory, &["--model", "list.json", "--dry-run"]);
    let line = "1 of 4 agree with the law; not wide.weight, cut.weight, normal.weight\n";
    assert!(report.contains(line), "{report}");
    assert_eq!(report.matches('≠').count(), 3);
}

#[test]
fn every_built_in_list_resolves() {
    let directory = directory("built_in");
    for name in BUILT_IN {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/data/{name}.json"));
        let list: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let report = succeed(&directory, &["--model", name, "--dry-run"]);
        let totals = report.lines().find(|line| line.contains(" parameters, ")).unwrap();
        let numbers: Vec<String> = totals
            .split(": ")
            .nth(1)
            .unwrap()
            .split(", ")
            .map(|part| part.chars().filter(char::is_ascii_digit).collect())
            .collect();
        let parameters = list["parameters"].as_array().unwrap().len();
        let elements = list["parameters_total"].as_u64().unwrap();
        assert_eq!(numbers, [parameters as u64, elements, 4 * elements].map(|n| n.to_string()));
        assert!(!report.contains("measured") && !report.contains('≠'), "{name}");
        // The path of a list does what its name does.
        let by_path = succeed(&directory, &["--model", path.to_str().unwrap(), "--dry-run"]);
        assert_eq!(by_path, report);
    }
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
}

#[test]
fn arrays_without_elements_and_without_axes_are_written() {
    let list = torch_list(
        "another",
        &[("none.weight", "Embedding", json!([0, 8])), ("one.weight", "LayerNorm", json!([]))],
    );
    let tensors = tensors(&checkpoint(&directory("empty"), &list, &[]));
    assert_eq!(tensors["none.weight"], Tensor { shape: vec![0, 8], values: vec![] });
    assert_eq!(tensors["one.weight"], Tensor { shape: vec![], values: vec![1.0] });
}

/// One Keras parameter named w, with this layer, shape and initializer.
fn keras_one(layer: &str, shape: &str, initializer: &str) -> String {
    let entry = format!(
        r#"{{"name": "w", "layer": "{layer}", "shape": {shape}, "initializer": {initializer}}}"#
    );
    format!(r#"{{"model": "m", "framework": "keras", "parameters": [{entry}]}}"#)
}

fn torch_one(name: &str, module: &str, shape: &str) -> String {
    let entry = format!(r#"{{"name": "{name}", "module": "{module}", "shape": {shape}}}"#);
    format!(r#"{{"model": "m", "framework": "pytorch", "parameters": [{entry}]}}"#)
}

#[test]
fn what_is_wrong_with_a_list_is_one_line_that_says_where() {
    let directory = directory("errors");
    let glorot = r#"{"class": "GlorotUniform"}"#;
    let axes = |axes: &str| format!(r#"{{"class": "GlorotUniform", {axes}}}"#);
    let twice = keras_one("Dense", "[2, 2]", glorot);
    let twice = twice.replace("[{", r#"[{"name": "w", "layer": "Dense", "shape": [2, 2], "initializer": {"class": "Zeros"}}, {"#);
    let cases = [
        ("not JSON".to_owned(), "at line 1 column 2"),
        ("{}".to_owned(), "missing field `model`"),
        (r#"{"model": "m", "framework": "caffe", "parameters": []}"#.to_owned(), "`caffe`"),
        (keras_one("Dense", "[2, -2]", glorot), "invalid value: integer `-2`"),
        (keras_one("Dense", "[4611686018427387904, 16]", glorot), "larger than memory"),
        (keras_one("Dense", "[4611686018427387904, 0, 16]", glorot), "larger than memory"),
        (keras_one("Dense", "[70368744177664, 2]", glorot), "larger than memory"),
        (
            keras_one("Dense", "[2, 2]", r#"{"class": "Orthodox"}"#),
            r#""w": the configuration {"class":"Orthodox"} cannot be read: no class of Keras is "Orthodox""#,
        ),
        (
            keras_one("Dense", "[2, 2]", r#"{"class": "Zeros", "sclae": 1}"#),
            "unknown field `sclae`",
        ),
        (
            keras_one("Dense", "[2, 2]", r#"{"class": "VarianceScaling", "mode": "fan"}"#),
            "\"fan\" is no mode",
        ),
        (
            keras_one("Dense", "[2, 2]", r#"{"class": "VarianceScaling", "scale": 0}"#),
            r#""w": scale is 0"#,
        ),
        (
            keras_one("Dense", "[2, 2]", r#"{"class": "RandomNormal", "stddev": -1}"#),
            r#""w": std is -1"#,
        ),
        (
            keras_one("Dense", "[2, 2]", r#"{"class": "RandomNormal", "stddev": 1e39}"#),
            r#""w": N(0, 1e39²) cannot"#,
        ),
        (
            keras_one("Dense", "[2, 2]", r#"{"class": "RandomUniform", "minval": 1}"#),
            r#""w": the bounds"#,
        ),
        (keras_one("Dance", "[2, 2]", glorot), r#""w": the axes of a Dance kernel are not known"#),
        (
            keras_one("Dense", "[2, 2]", &axes(r#""input_axes": [0]"#)),
            r#""w": the configuration with input_axes alone cannot be read"#,
        ),
        (
            keras_one("Dense", "[2, 2]", &axes(r#""input_axes": [0], "output_axes": [5]"#)),
            r#""w": output axis 5"#,
        ),
        (twice, r#""w": the name is taken"#),
        (
            keras_one("Dense", "[2, 2]", glorot).replace(r#""w""#, r#""__metadata__""#),
            "the name is taken",
        ),
        (torch_one("a.weight", "Linear", "[7]"), r#""a.weight": the torch layout"#),
        (
            torch_one("a.weight", "Lstm", "[7, 7]"),
            r#""a.weight": no rule for the "weight" of a "Lstm""#,
        ),
        (
            torch_one("a.gate", "Linear", "[7, 7]"),
            r#""a.gate": no rule for the "gate" of a "Linear""#,
        ),
        (torch_one("a.bias", "Linear", "[7]"), r#""a.bias": a bias needs"#),
    ];
    for (list, message) in cases {
        fs::write(directory.join("list.json"), &list).unwrap();
        let error = fail(&directory, &["--model", "list.json", "--out", "out.safetensors"]);
        assert!(error.starts_with("error: list.json: ") && error.contains(message), "{error}");
    }
    assert!(!directory.join("out.safetensors").exists());
}

#[test]
fn files_that_cannot_be_read_or_written_are_named() {
    let directory = directory("files");
    let error = fail(&directory, &["--model", "missing.json", "--quiet"]);
    assert!(error.contains("missing.json") && error.contains(BUILT_IN[3]), "{error}");
    let out = ["--model", "mobilenet_v2_keras", "--out", "missing/out.safetensors"];
    let error = fail(&directory, &out);
    assert!(error.contains("cannot write missing/out.safetensors"), "{error}");
}
