//! What is wrong with a list or an option is said in a line.

use crate::common::{
    BUILT_IN, Tensor, checkpoint, directory, fail, names, run, tensors, torch_list,
};
use serde_json::json;
use std::fs;

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

/// Each list is refused in one line with this message, and nothing is written.
fn assert_refused(test: &str, cases: impl IntoIterator<Item = (String, &'static str)>) {
    let directory = directory(test);
    for (list, message) in cases {
        fs::write(directory.join("list.json"), &list).unwrap();
        let error = fail(&directory, &["--model", "list.json", "--out", "out.safetensors"]);
        assert!(error.starts_with("error: list.json: ") && error.contains(message), "{error}");
    }
    assert!(!directory.join("out.safetensors").exists());
}

#[test]
fn what_is_wrong_with_a_list_is_one_line_that_says_where() {
    let glorot = r#"{"class": "GlorotUniform"}"#;
    let axes = |axes: &str| format!(r#"{{"class": "GlorotUniform", {axes}}}"#);
    let twice = keras_one("Dense", "[2, 2]", glorot);
    let twice = twice.replace("[{", r#"[{"name": "w", "layer": "Dense", "shape": [2, 2], "initializer": {"class": "Zeros"}}, {"#);
    let cases = [
        ("not JSON".to_owned(), "at line 1 column 2"),
        ("{}".to_owned(), "missing field `model`"),
        (r#"{"model": "m", "framework": "caffe", "parameters": []}"#.to_owned(), "`caffe`"),
        (keras_one("Dense", "[2, -2]", glorot), "invalid value: integer `-2`"),
        (
            r#"{"model": "m", "framework": "keras", "parameters": []}"#.to_owned(),
            "the list of parameters is empty",
        ),
        (keras_one("Dense", "[4611686018427387904, 16]", glorot), "larger than a file can be"),
        (keras_one("Dense", "[4611686018427387904, 0, 16]", glorot), "larger than a file can be"),
        (
            keras_one(
                "Dense",
                "[70368744177664, 2]",
                r#"{"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 1}}}}"#,
            ),
            "larger than memory, in which it is made whole",
        ),
        (keras_one("Dense", "[2, 2]", glorot).replace("shape", "shepe"), "unknown field `shepe`"),
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
    ];
    assert_refused("errors_keras", cases);
}

#[test]
fn sizes_that_no_machine_has_are_one_line() {
    let halves = json!([1_u64 << 60]);
    let halves: Vec<_> = ["a", "b"]
        .map(|name| json!({ "name": name, "shape": halves, "initializer": "zeros" }))
        .into();
    let blocks = r#"{"blocks": {"axis": 0, "equal": 1152921504606846976, "initializer": "ones"}}"#;
    let cases = [
        (
            json!({ "model": "m", "parameters": halves }).to_string(),
            "the tensors together are larger than a file can be",
        ),
        (keras_one("Dense", "[1152921504606846976]", blocks), "does not fit memory"),
        (keras_one("Conv1D", "[576460752303423488, 1, 2]", r#""stft""#), "does not fit memory"),
    ];
    assert_refused("errors_sizes", cases);
}

#[test]
fn an_entry_without_a_rule_is_one_line_that_says_what_to_write() {
    let cases = [
        (torch_one("a.weight", "Linear", "[7]"), r#""a.weight": the torch layout"#),
        (
            torch_one("a.weight", "Lstm", "[7, 7]"),
            r#""a.weight": torch.nn has no rule for the "weight" of a "Lstm" module: write one into the entry, such as "initializer": {"normal""#,
        ),
        (
            torch_one("a.gate", "Linear", "[7, 7]"),
            r#""a.gate": torch.nn has no rule for the "gate" of a "Linear""#,
        ),
        (torch_one("a.bias", "Linear", "[7]"), r#""a.bias": a bias needs"#),
        (
            torch_one("a.weight", "Linear", r#"[7, 7], "inside": "Wrapper""#),
            r#"what a "Wrapper" does to the modules inside of it is not known"#,
        ),
        (
            torch_one("a.weight", "Embedding", r#"[7, 7], "padding_idx": 7"#),
            "an axis 0 of the sizes [7, 1, 0] together",
        ),
        (
            torch_one("a.weight", "Embedding", r#"[7, 7], "padding_idx": 18446744073709551615"#),
            "an axis 0 of the sizes [18446744073709551615, 1, 0] together",
        ),
        (
            torch_one("a.weight", "Linear", r#"[7, 7], "dtype": "torch.complex64""#),
            r#""a.weight": dtype "torch.complex64" cannot be written; there are F64, F32, F16"#,
        ),
        (
            torch_one("a.weight", "Linear", r#"[7, 7], "dtype": "int64""#),
            "an I64 tensor needs zeros, ones or a constant of integers",
        ),
        (
            torch_one("a.weight", "Linear", r#"[7, 7], "initializer": "he_gnomal""#),
            r#"no initializer is called "he_gnomal""#,
        ),
        (
            torch_one("a.weight", "Linear", r#"[7, 7], "initializer": {"normal": {"std": -1}}"#),
            r#"initializer {"normal":{"std":-1}}: std is -1"#,
        ),
        (
            torch_one("a.weight", "Linear", r#"[7, 7], "tied_to": "b.weight""#),
            r#"it is tied to "b.weight", which the list does not have"#,
        ),
        (
            torch_one("a.weight", "Linear", r#"[7, 7], "tied_to": "a.weight""#),
            r#"it is tied to "a.weight", which is tied itself"#,
        ),
        (
            r#"{"model": "m", "parameters": [{"name": "w", "shape": [2]}]}"#.to_owned(),
            r#""w": it has no initializer: write one into the entry"#,
        ),
        (
            r#"{"model": "m", "framework": "flax", "parameters": [{"name": "a/spin", "shape": [2]}]}"#
                .to_owned(),
            r#"Flax has no rule for a variable named "spin""#,
        ),
    ];
    assert_refused("errors_torch", cases);
}

#[test]
fn options_that_cannot_be_meant_are_refused() {
    let directory = directory("options");
    let cases = [
        (&["--seed", "-1"][..], "a seed is a whole number from 0 to 18446744073709551615"),
        (&["--seed", "1.5"], "a seed is a whole number"),
        (&["--dtype", "f8"], "[possible values: f32, f16, bf16]"),
        (&["--max-shard-size", "0GB"], "a size is a whole number of at least 1, and a unit"),
        (&["--max-shard-size", "large"], "a size is a whole number"),
        (&["--verify", "a", "--dry-run"], "cannot be used with"),
    ];
    for (arguments, message) in cases {
        let output = run(&directory, arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
    let error = fail(&directory, &["--max-shard-size", "1GB", "--out", "a.safetensors"]);
    assert!(error.contains("a.safetensors is the name of a file; name a folder"), "{error}");
    assert!(names(&directory).is_empty());
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
