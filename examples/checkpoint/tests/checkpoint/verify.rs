//! Verification: what it passes, and what it finds.

use crate::common::{checkpoint, directory, run, succeed, torch_list, write_list};
use crate::safety::list_of;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What a verification that fails prints.
#[track_caller]
fn findings(directory: &Path, file: &str, options: &[&str]) -> String {
    let arguments = [&["--model", "list.json", "--verify", file], options].concat();
    let output = run(directory, &arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

/// A few kinds of tensors.
fn small_list() -> Value {
    torch_list(
        "another",
        &[
            ("fc.weight", "Linear", json!([13, 17])),
            ("fc.bias", "Linear", json!([13])),
            ("bn.running_var", "BatchNorm1d", json!([13])),
            ("bn.num_batches_tracked", "BatchNorm1d", json!([])),
        ],
    )
}

#[test]
fn what_was_written_is_the_same_in_every_form_and_type() {
    let directory = directory("verify_same");
    write_list(&directory, &small_list());
    for dtype in ["f32", "f16", "bf16"] {
        let common = ["--model", "list.json", "--seed", "9", "--dtype", dtype];
        let mut forms = vec![
            (vec!["--out", "out.safetensors"], "out.safetensors"),
            (vec!["--out", "set", "--max-shard-size", "500B"], "set/model.safetensors.index.json"),
        ];
        if dtype != "bf16" {
            forms.push((vec!["--out", "out.npz"], "out.npz"));
        }
        for (out, checkpoint) in forms {
            succeed(&directory, &[&common[..], &out].concat());
            let report = succeed(&directory, &[&common[..], &["--verify", checkpoint]].concat());
            assert_eq!(report, format!("{checkpoint}: the same, 4 tensors of 248 elements\n"));
            assert!(findings(&directory, checkpoint, &["--dtype", dtype]).contains("not the same"));
        }
    }
}

#[test]
fn a_single_changed_bit_is_found_wherever_it_is() {
    let directory = directory("verify_bits");
    for (file, out) in [
        ("out.safetensors", &["--out", "out.safetensors"][..]),
        ("out.npz", &["--out", "out.npz"]),
        ("set/model.safetensors.index.json", &["--out", "set", "--max-shard-size", "5GB"]),
    ] {
        write_list(&directory, &small_list());
        succeed(&directory, &[&["--model", "list.json"], out].concat());
        let path = directory.join(file);
        let right = fs::read(&path).unwrap();
        // An archive says some things twice, and readers take the second: so its first tensor alone.
        let is_tensors = |byte: usize| match file {
            "out.npz" => (200..1060).contains(&byte),
            _ => true,
        };
        for byte in (0..right.len()).step_by(11).filter(|&byte| is_tensors(byte)) {
            let mut wrong = right.clone();
            wrong[byte] ^= 1 << (byte % 8);
            fs::write(&path, wrong).unwrap();
            findings(&directory, file, &["--quiet"]);
        }
    }
}

#[test]
fn the_first_tensor_and_index_that_differ_are_named() {
    let directory = directory("verify_first");
    let file = checkpoint(&directory, &list_of(3), &[]);
    let path = directory.join("out.safetensors");
    let weights = file.len() - (3 << 20);
    let mut wrong = file;
    // Element (200, 5) of the second tensor, whose sign changes, and two of the last one.
    wrong[weights + (1 << 20) + 4 * (200 * 1024 + 5) + 3] ^= 0x80;
    wrong[weights + (2 << 20) + 4 * (3 * 1024 + 1)] ^= 1;
    wrong[weights + (2 << 20) + 4 * (255 * 1024 + 1023)] ^= 1;
    fs::write(&path, &wrong).unwrap();
    let report = findings(&directory, "out.safetensors", &[]);
    let mut lines = report.lines();
    assert_eq!(lines.next(), Some("out.safetensors: not the same"));
    let first = lines.next().unwrap();
    assert!(first.starts_with("first difference: \"1.weight\" at [200, 5] is "), "{first}");
    assert!(!first.contains("more"), "{first}");
    let other = lines.next().unwrap();
    assert!(other.starts_with("also differs: \"2.weight\" at [3, 1] is "), "{other}");
    assert!(other.ends_with("and 1 more elements differ"), "{other}");
    let json = findings(&directory, "out.safetensors", &["--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["same"], &json["findings"]["differing"][1]["elements"]),
        (&json!(false), &json!(2))
    );
}

#[test]
fn missing_additional_and_misshapen_tensors_are_listed() {
    let directory = directory("verify_lists");
    for (file, out) in [
        ("out.safetensors", &["--out", "out.safetensors"][..]),
        ("out.npz", &["--out", "out.npz"]),
        ("set/model.safetensors.index.json", &["--out", "set", "--max-shard-size", "1MB"]),
    ] {
        let written = torch_list(
            "another",
            &[
                ("a.weight", "Linear", json!([3, 4])),
                ("b.weight", "Linear", json!([3, 4])),
                ("c.weight", "Linear", json!([3, 4])),
            ],
        );
        write_list(&directory, &written);
        succeed(&directory, &[&["--model", "list.json"], out].concat());
        let expected = torch_list(
            "another",
            &[
                ("a.weight", "Linear", json!([3, 4])),
                ("b.weight", "Linear", json!([4, 3])),
                ("d.weight", "Linear", json!([3, 4])),
            ],
        );
        write_list(&directory, &expected);
        let report = findings(&directory, file, &[]);
        for line in [
            "missing: \"d.weight\"\n",
            "additional: \"c.weight\"\n",
            "misshapen: \"b.weight\" is F32 [3, 4], not F32 [4, 3]\n",
        ] {
            assert!(report.contains(line), "{report}");
        }
        assert!(!report.contains("a.weight"), "{report}");
    }
}

#[test]
fn another_type_is_misshapen() {
    let directory = directory("verify_type");
    checkpoint(&directory, &list_of(1), &["--dtype", "f16"]);
    let report = findings(&directory, "out.safetensors", &["--dtype", "bf16"]);
    assert!(report.contains("is F16 [256, 1024], not BF16 [256, 1024]"), "{report}");
}

#[test]
fn a_file_that_is_none_is_an_error_of_one_line() {
    let directory = directory("verify_errors");
    let file = checkpoint(&directory, &list_of(1), &[]);
    let cut = |len: usize| fs::write(directory.join("out.safetensors"), &file[..len]).unwrap();
    for (len, message) in [
        (4, "it ends before its header"),
        (20, "its header cannot have"),
        (file.len() - 1, "but its header and tensors"),
    ] {
        cut(len);
        let report = findings(&directory, "out.safetensors", &[]);
        assert!(report.contains(message) && report.lines().count() == 1, "{report}");
    }
    assert!(findings(&directory, "missing.safetensors", &[]).contains("No such file"));
    assert!(findings(&directory, "list.json", &[]).contains("its header cannot have"));
    assert!(findings(&directory, "out.index.json", &[]).contains("cannot verify out.index.json"));
}

#[test]
fn a_header_of_tensors_larger_than_any_file_is_an_error_of_one_line() {
    const LARGEST: u64 = (1 << 61) - 1;
    let directory = directory("verify_overflow");
    write_list(&directory, &list_of(1));
    let tensor = |i: u64| {
        let offsets = [i * LARGEST, (i + 1) * LARGEST];
        (i.to_string(), json!({ "dtype": "U8", "shape": [LARGEST], "data_offsets": offsets }))
    };
    let header = Value::Object((0..8).map(tensor).collect()).to_string();
    let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    fs::write(directory.join("out.safetensors"), &file).unwrap();
    let report = findings(&directory, "out.safetensors", &[]);
    let all = 8 * u128::from(LARGEST) + file.len() as u128;
    assert!(report.contains(&format!("its header and tensors {all}")), "{report}");
}

#[test]
fn a_shard_that_is_not_where_the_index_says_is_found() {
    let directory = directory("verify_index");
    write_list(&directory, &list_of(2));
    succeed(&directory, &["--model", "list.json", "--out", "set", "--max-shard-size", "1MiB"]);
    let path = directory.join("set/model.safetensors.index.json");
    let index = fs::read_to_string(&path).unwrap();
    fs::write(&path, index.replace("00002-of", "00001-of")).unwrap();
    let report = findings(&directory, "set/model.safetensors.index.json", &[]);
    assert!(report.contains("missing: \"1.weight\""), "{report}");
    fs::write(&path, index.replace("2097152", "2097153")).unwrap();
    let report = findings(&directory, "set/model.safetensors.index.json", &[]);
    assert!(report.contains("the tensors have 2097153 bytes, not 2097152"), "{report}");
}
