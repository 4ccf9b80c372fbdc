//! A fault of a list or an option is reported in a line that names the entry.

use crate::common::{directory, fail, names, run, tensors_of, write_list};
use std::fs;

/// Each list is refused in one line that begins like this, and nothing is written.
fn assert_refused(test: &str, cases: impl IntoIterator<Item = (String, String)>) {
    let directory = directory(test);
    for (list, message) in cases {
        fs::write(directory.join("list.json"), &list).unwrap();
        let error = fail(&directory, "--out out.safetensors");
        assert!(error.starts_with(&format!("error: list.json: {message}")), "{list}: {error}");
    }
    assert_eq!(names(&directory), ["list.json"]);
}

#[test]
fn a_list_that_is_none_is_refused_in_one_line() {
    let halves = r#"{"initializers": {"*": "zeros"}, "tensors": {"a": [1152921504606846976], "b": [1152921504606846976]}}"#;
    let cases = [
        ("not JSON", "expected ident at line 1 column 2"),
        ("{}", "missing field `tensors`"),
        (r#"{"tensors": {}, "parameters": []}"#, "unknown field `parameters`"),
        (r#"{"tensors": {}}"#, "the list has no tensors"),
        (
            r#"{"tensors": {"w": [2]}, "dtype": "F8"}"#,
            "unknown variant `F8`, expected one of `F64`",
        ),
        (r#"{"tensors": {"w": [2], "w": [2]}}"#, r#"tensor "w": the name is taken"#),
        (r#"{"tensors": {"__metadata__": [2]}}"#, r#"tensor "__metadata__": the name is taken"#),
        (
            r#"{"initializers": {"*.bais": "ones"}, "tensors": {"w": [2]}}"#,
            r#"pattern "*.bais" gives no tensor"#,
        ),
        (
            r#"{"initializers": {"*": "ones", "*": "ones"}, "tensors": {"w": [2]}}"#,
            r#"the pattern "*" is there twice"#,
        ),
        (halves, "the tensors together are larger than a file can be"),
    ];
    assert_refused("lists", cases.map(|(list, message)| (list.to_owned(), message.to_owned())));
}

/// The entry of a tensor "w", beside "a" of ones and "t" that is tied to "a".
#[test]
fn an_entry_that_is_wrong_is_refused_in_one_line_that_names_the_tensor() {
    let cases = [
        (
            "[2]",
            "it has no initializer, and no pattern matches its name. Write one into the entry, such as \
             {\"normal\": {\"std\": 0.02}}, or record the list with scripts/record.py",
        ),
        ("7", "invalid type: integer `7`"),
        (r#"{"shepe": [2]}"#, "unknown field `shepe`"),
        (r#"{"shape": [2, -2]}"#, "invalid value: integer `-2`"),
        (r#"{"initializer": "ones"}"#, "the entry has no shape"),
        (r#"{"shape": [2], "dtype": "F8"}"#, "unknown variant `F8`, expected one of `F64`, `F32`"),
        (r#"{"same_as": "b"}"#, r#"there is no tensor "b""#),
        (r#"{"tied_to": "w"}"#, r#""w" has the values of this tensor: a circle"#),
        (r#"{"same_as": "u"}, "u": {"tied_to": "w"}"#, r#""u" has the values of this tensor"#),
        (r#"{"same_as": "t", "shape": [3]}"#, r#"its shape is [3], but that of "a" is [2]"#),
        (r#"{"tied_to": "a", "dtype": "I8"}"#, r#"its dtype is I8, but that of "a" is F32"#),
        (
            r#"{"same_as": "a", "initializer": "ones"}"#,
            "an entry has one of initializer, tied_to and same_as",
        ),
    ];
    let list = |entry| {
        let a = r#""a": {"shape": [2], "initializer": "ones"}"#;
        format!(r#"{{"tensors": {{{a}, "w": {entry}, "t": {{"tied_to": "a"}}}}}}"#)
    };
    let of_tensor = |message| format!(r#"tensor "w": {message}"#);
    assert_refused("lists_entries", cases.map(|(entry, error)| (list(entry), of_tensor(error))));
}

#[test]
fn an_initializer_that_does_not_suit_its_tensor_is_refused_in_one_line_that_names_the_tensor() {
    let sparse = r#"{"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 1}}}}"#;
    let blocks = r#"{"blocks": {"axis": 0, "equal": 1152921504606846976, "initializer": "ones"}}"#;
    let parts = r#"{"blocks": {"axis": 0, "parts": [{"size": 3, "initializer": "ones"}]}}"#;
    let cases = [
        (
            "F32",
            "[2]",
            r#""he_gnomal""#,
            "\"he_gnomal\" is no initializer; there are (nearest first) he_normal",
        ),
        ("F32", "[2]", r#"{"normal": {"std": -1}}"#, "std is -1"),
        ("F32", "[2]", r#"{"normal": {"std": 1e39}}"#, "N(0, 1e39²) cannot"),
        ("F32", "[7]", r#""xavier_normal""#, "the layout \"torch\" does not fit shape [7]"),
        ("F32", "[2]", parts, "a cut into blocks"),
        (
            "F32",
            "[2]",
            r#"{"class_name": "Orthodox", "config": {}}"#,
            "no class of Keras is \"Orthodox\"",
        ),
        ("F32", "[2]", r#"{"range": {"start": 0}}"#, "missing field `step`"),
        ("F32", "[]", r#"{"range": {"start": 0, "step": 1}}"#, "a range needs an axis"),
        ("F32", "[2]", r#"{"data": "?"}"#, "no base64"),
        ("F32", "[2]", r#"{"data": "AAAA"}"#, "no zlib stream of at most 8 bytes"),
        ("F32", "[2]", r#"{"data": "eNpjZGQEAAAJAAQ="}"#, "3 bytes, but shape [2] of F32 needs 8"),
        ("I64", "[2]", r#""he_normal""#, "I64 takes zeros, ones, constants, a range or data alone"),
        ("I64", "[2]", r#"{"constant": 0.5}"#, "0.5, but I64 has integers from -9007199254740992"),
        ("U8", "[2]", r#"{"constant": [3, 256]}"#, "256, but U8 has integers from 0 to 255"),
        ("I8", "[2]", r#"{"range": {"start": 127, "step": 1}}"#, "128, but I8 has integers"),
        ("BOOL", "[2]", r#"{"data": "eNpjZAIAAAYABA=="}"#, "2, but BOOL has integers from 0 to 1"),
        ("F32", "[4611686018427387904, 0, 16]", r#""ones""#, "larger than a file can be"),
        ("F32", "[70368744177664, 2]", sparse, "larger than memory, in which it is made whole"),
        ("F32", "[1152921504606846976]", blocks, "does not fit memory"),
    ];
    let directory = directory("lists_initializers");
    for (dtype, shape, initializer, message) in cases {
        let entry =
            format!(r#""shape": {shape}, "dtype": "{dtype}", "initializer": {initializer}"#);
        fs::write(directory.join("list.json"), format!(r#"{{"tensors": {{"w": {{{entry}}}}}}}"#))
            .unwrap();
        let error = fail(&directory, "--out out.safetensors");
        let start = r#"error: list.json: tensor "w": "#;
        assert!(error.starts_with(start) && error.contains(message), "{entry}: {error}");
    }
    assert_eq!(names(&directory), ["list.json"]);
}

#[test]
fn options_that_cannot_be_meant_are_refused() {
    let directory = directory("options");
    let cases = [
        ("--seed -1", "invalid value '-1' for '--seed <N>'"),
        ("--dtype f8", "[possible values: f32, f16, bf16]"),
        ("--max-shard-size 3XB", "invalid value '3XB' for '--max-shard-size <SIZE>'"),
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
    write_list(&directory, &tensors_of(1));
    let error = fail(&directory, "--max-shard-size 1GB --out a.safetensors");
    assert!(error.contains("a.safetensors: --max-shard-size writes a folder"), "{error}");
    let error = fail(&directory, "--max-shard-size 0GB --out set");
    assert!(error.contains("--max-shard-size is 0 bytes, and must be at least 1"), "{error}");
    let error = fail(&directory, "--max-shard-size 1GB --shards 1-2 --out set");
    assert!(error.contains("there is no shard 2: the set has 1"), "{error}");
    assert_eq!(names(&directory), ["list.json"]);
}
