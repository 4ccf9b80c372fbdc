//! A fault of a list or an option is reported in a line that names the entry.

use crate::common::{directory, fail, names, run};
use std::fs;

/// A list of one tensor "w" with this entry.
fn one(entry: &str) -> String {
    format!(r#"{{"tensors": {{"w": {entry}}}}}"#)
}

/// A list of a tensor "a" of ones, and "w" with this entry.
fn two(entry: &str) -> String {
    let a = r#"{"shape": [2], "initializer": "ones"}"#;
    format!(r#"{{"tensors": {{"a": {a}, "w": {entry}, "t": {{"tied_to": "a"}}}}}}"#)
}

fn with(shape: &str, initializer: &str) -> String {
    one(&format!(r#"{{"shape": {shape}, "initializer": {initializer}}}"#))
}

fn of_type(dtype: &str, initializer: &str) -> String {
    let (shape, initializer) = (r#""shape": [2]"#, format!(r#""initializer": {initializer}"#));
    one(&format!(r#"{{{shape}, "dtype": "{dtype}", {initializer}}}"#))
}

/// Each list is refused in one line with this message, and nothing is written.
fn assert_refused(test: &str, cases: impl IntoIterator<Item = (String, &'static str)>) {
    let directory = directory(test);
    for (list, message) in cases {
        fs::write(directory.join("list.json"), &list).unwrap();
        let error = fail(&directory, "--out out.safetensors");
        assert!(
            error.starts_with("error: list.json: ") && error.contains(message),
            "{list}: {error}"
        );
    }
    assert_eq!(names(&directory), ["list.json"]);
}

#[test]
fn what_is_wrong_with_an_entry_is_one_line_that_names_it() {
    let cases = [
        ("not JSON".to_owned(), "at line 1 column 2"),
        ("{}".to_owned(), "missing field `tensors`"),
        (r#"{"tensors": {}, "parameters": []}"#.to_owned(), "unknown field `parameters`"),
        (r#"{"tensors": {}}"#.to_owned(), "the list has no tensors"),
        (r#"{"tensors": {"w": [2]}, "dtype": "F8"}"#.to_owned(), r#"dtype "F8" cannot be written"#),
        // Entries.
        (
            one("[2]"),
            r#"tensor "w": it has no initializer, and no pattern matches its name. Write one into the entry, such as {"normal": {"std": 0.02}}, or record the list with scripts/record.py"#,
        ),
        (one("7"), r#"tensor "w": invalid type: integer `7`"#),
        (one(r#"{"shepe": [2]}"#), r#"tensor "w": unknown field `shepe`"#),
        (one(r#"{"initializer": "ones"}"#), r#"tensor "w": the entry has no shape"#),
        (with("[2, -2]", r#""ones""#), r#"tensor "w": invalid value: integer `-2`"#),
        (two("[2], \"w\": [2]"), r#"tensor "w": the name is taken"#),
        (
            one("[2]").replace("\"w\"", "\"__metadata__\""),
            r#"tensor "__metadata__": the name is taken"#,
        ),
        // Other tensors' values.
        (two(r#"{"same_as": "b"}"#), r#"tensor "w": there is no tensor "b""#),
        (two(r#"{"tied_to": "w"}"#), r#"tensor "w": "w" has the values of this tensor: a circle"#),
        (two(r#"{"same_as": "u"}, "u": {"tied_to": "w"}"#), "of this tensor: a circle"),
        (
            two(r#"{"same_as": "t", "shape": [3]}"#),
            r#"tensor "w": its shape is [3], but that of "a" is [2]"#,
        ),
        (
            two(r#"{"tied_to": "a", "dtype": "I8"}"#),
            r#"tensor "w": its dtype is I8, but that of "a" is F32"#,
        ),
        (
            two(r#"{"same_as": "a", "initializer": "ones"}"#),
            "one of initializer, tied_to and same_as",
        ),
        // Patterns.
        (
            r#"{"initializers": {"*.bais": "ones"}, "tensors": {"w": [2]}}"#.to_owned(),
            r#"pattern "*.bais" gives no tensor"#,
        ),
        (
            r#"{"initializers": {"*": "ones", "*": "ones"}, "tensors": {"w": [2]}}"#.to_owned(),
            r#"the pattern "*" is there twice"#,
        ),
    ];
    assert_refused("lists_entries", cases);
}

#[test]
fn an_initializer_that_does_not_suit_its_tensor_is_one_line_that_names_the_tensor() {
    let halves = r#"{"initializers": {"*": "zeros"}, "tensors": {"a": [1152921504606846976], "b": [1152921504606846976]}}"#;
    let sparse = r#"{"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 1}}}}"#;
    let blocks = r#"{"blocks": {"axis": 0, "equal": 1152921504606846976, "initializer": "ones"}}"#;
    let parts = r#"{"blocks": {"axis": 0, "parts": [{"size": 3, "initializer": "ones"}]}}"#;
    let cases = [
        (
            with("[2]", r#""he_gnomal""#),
            r#"tensor "w": initializer "he_gnomal": "he_gnomal" is no initializer; there are (nearest first) he_normal"#,
        ),
        (
            with("[2]", r#"{"normal": {"std": -1}}"#),
            r#"tensor "w": initializer {"normal":{"std":-1}}: std is -1"#,
        ),
        (with("[2]", r#"{"normal": {"std": 1e39}}"#), r#"tensor "w": N(0, 1e39²) cannot"#),
        (
            with("[7]", r#""xavier_normal""#),
            r#"tensor "w": the layout "torch" does not fit shape [7]"#,
        ),
        (with("[2]", parts), r#"tensor "w": a cut into blocks"#),
        (
            with("[2]", r#"{"class_name": "Orthodox", "config": {}}"#),
            r#"no class of Keras is "Orthodox""#,
        ),
        (with("[2]", r#"{"range": {"start": 0}}"#), "missing field `step`"),
        (with("[]", r#"{"range": {"start": 0, "step": 1}}"#), "a range needs an axis"),
        (with("[2]", r#"{"data": "?"}"#), r#"tensor "w": initializer {"data":"?"}: no base64"#),
        (with("[2]", r#"{"data": "AAAA"}"#), "no zlib stream of at most 8 bytes"),
        (with("[2]", r#"{"data": "eNpjZGQEAAAJAAQ="}"#), "3 bytes, but shape [2] of F32 needs 8"),
        (
            of_type("F8", r#""ones""#),
            r#"tensor "w": dtype "F8" cannot be written; there are F64, F32"#,
        ),
        (
            of_type("I64", r#""he_normal""#),
            "I64 takes zeros, ones, constants, a range or data alone",
        ),
        (
            of_type("I64", r#"{"constant": 0.5}"#),
            "0.5, but I64 has integers from -9007199254740992",
        ),
        (of_type("U8", r#"{"constant": [3, 256]}"#), "256, but U8 has integers from 0 to 255"),
        (of_type("I8", r#"{"range": {"start": 127, "step": 1}}"#), "128, but I8 has integers"),
        (
            of_type("BOOL", r#"{"data": "eNpjZAIAAAYABA=="}"#),
            "2, but BOOL has integers from 0 to 1",
        ),
        // Sizes.
        (halves.to_owned(), "the tensors together are larger than a file can be"),
        (with("[4611686018427387904, 0, 16]", r#""ones""#), "larger than a file can be"),
        (with("[70368744177664, 2]", sparse), "larger than memory, in which it is made whole"),
        (with("[1152921504606846976]", blocks), "does not fit memory"),
    ];
    assert_refused("lists_initializers", cases);
}

#[test]
fn options_that_cannot_be_meant_are_refused() {
    let directory = directory("options");
    let cases = [
        ("--seed -1", "a seed is a whole number from 0 to 18446744073709551615"),
        ("--dtype f8", "[possible values: f32, f16, bf16]"),
        ("--max-shard-size 0GB", "a size is a whole number of at least 1, and a unit"),
        ("--max-shard-size 3eB", "a size is a whole number"),
        ("--max-shard-size 1GB --shards 0", "shards are a number of at least 1, or two"),
        ("--shards 1", "--max-shard-size"),
        ("--verify a --dry-run", "cannot be used with"),
    ];
    for (arguments, message) in cases {
        let output = run(&directory, arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(stderr.contains(message), "{arguments}: {stderr}");
    }
    let error = fail(&directory, "");
    assert!(error.contains("cannot read list.json") && error.contains("resnet50_keras"), "{error}");
    fs::write(directory.join("list.json"), with("[2]", r#""ones""#)).unwrap();
    let error = fail(&directory, "--max-shard-size 1GB --out a.safetensors");
    assert!(error.contains("a.safetensors is the name of a file; name a folder"), "{error}");
    let error = fail(&directory, "--max-shard-size 1GB --shards 1-2 --out set");
    assert!(error.contains("there is no shard 2: the set has 1"), "{error}");
    assert_eq!(names(&directory), ["list.json"]);
}
