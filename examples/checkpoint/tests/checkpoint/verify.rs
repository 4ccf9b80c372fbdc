//! Verification: what it passes, and what it finds.

use crate::common::{INDEX, checkpoint, directory, run, succeed, tensors_of, write_list};
use safetensors::SafeTensors;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The output of a verification that fails.
#[track_caller]
fn findings(directory: &Path, arguments: &str) -> String {
    let output = run(directory, &format!("--verify {arguments}"));
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

/// A few kinds of tensors.
fn small_list() -> Value {
    json!({
        "fc.weight": {"shape": [13, 17], "initializer": "torch_default"},
        "fc.bias": {"shape": [13], "initializer": {"uniform": {"low": -0.2, "high": 0.2}}},
        "bn.running_var": {"shape": [13], "initializer": "ones"},
        "bn.num_batches_tracked": {"shape": [], "initializer": "zeros", "dtype": "I64"},
    })
}

/// Every form of a checkpoint: how it is written, and what is verified then.
const FORMS: [(&str, &str); 2] = [
    ("--out out.safetensors", "out.safetensors"),
    ("--out set --max-shard-size 500B", "set/model.safetensors.index.json"),
];

#[test]
fn what_was_written_is_the_same_in_every_form_and_type() {
    let directory = directory("verify_same");
    write_list(&directory, &small_list());
    for dtype in ["f32", "f16", "bf16"] {
        for (out, checkpoint) in FORMS {
            succeed(&directory, &format!("--seed 9 --dtype {dtype} {out}"));
            let common = format!("{checkpoint} --dtype {dtype}");
            let report = succeed(&directory, &format!("--seed 9 --verify {common}"));
            assert_eq!(report, format!("{checkpoint}: the same, 4 tensors of 248 elements\n"));
            assert!(findings(&directory, &format!("{common} --seed 8")).contains("not the same"));
        }
    }
    let report = findings(&directory, "out.safetensors --dtype f16 --seed 9");
    assert!(report.contains("is BF16 [13, 17], not F16 [13, 17]"), "{report}");
}

#[test]
fn headers_have_the_metadata_and_do_not_vary() {
    let directory = directory("metadata");
    let list = r#"{"model": "m", "versions": {"torch": "2.15.0", "timm": "1.0"}, "initializers": {"*": "ones"}, "tensors": {"w": [1]}}"#;
    fs::write(directory.join("list.json"), list).unwrap();
    let write = || {
        succeed(&directory, "--out out.safetensors");
        fs::read(directory.join("out.safetensors")).unwrap()
    };
    let file = write();
    let (_, header) = SafeTensors::read_metadata(&file).unwrap();
    let metadata = header.metadata().clone().unwrap().into_iter().collect::<BTreeMap<_, _>>();
    let expected = [
        ("format", "pt"),
        // Of the list's bytes, by sha256sum.
        ("list_sha256", "097bc42b668487923a3f3379559ea7eb9f6b9ad892ef58fd0827c12197af02d3"),
        ("model", "m"),
        ("seed", "42"),
        ("stream_version", "3"),
        ("versions", "timm 1.0, torch 2.15.0"),
    ];
    assert_eq!(metadata, expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    assert!((0..5).all(|_| write() == file));
}

/// The seed is read from the metadata, which explain a difference and are none.
#[test]
fn metadata_that_differ_are_said_and_those_left_out_are_not_missed() {
    let directory = directory("verify_metadata");
    let file = checkpoint(&directory, &small_list(), "--seed 9");
    let same = "out.safetensors: the same, 4 tensors of 248 elements\n";
    assert_eq!(succeed(&directory, "--verify out.safetensors"), same);
    let report = findings(&directory, "out.safetensors --seed 8");
    let line = "metadata of out.safetensors: seed is 9, not 8\n";
    assert!(report.contains("first difference: \"fc.bias\"") && report.ends_with(line), "{report}");
    // An equal list in other words.
    let list = fs::read_to_string(directory.join("list.json")).unwrap();
    fs::write(directory.join("list.json"), list + " ").unwrap();
    let report = succeed(&directory, "--verify out.safetensors");
    assert!(report.starts_with(same) && report.contains("list_sha256 is "), "{report}");
    // Another program reads the file, and saves the tensors.
    let again = SafeTensors::deserialize(&file).unwrap();
    let again = safetensors::serialize(again.tensors(), None).unwrap();
    fs::write(directory.join("out.safetensors"), again).unwrap();
    assert_eq!(succeed(&directory, "--seed 9 --verify out.safetensors"), same);
    findings(&directory, "out.safetensors");
}

#[test]
fn a_single_changed_bit_is_found_wherever_it_is() {
    let directory = directory("verify_bits");
    write_list(&directory, &small_list());
    for (out, checkpoint) in FORMS {
        succeed(&directory, out);
        let path = directory.join(checkpoint.replace(INDEX, "model-00002-of-00002.safetensors"));
        let right = fs::read(&path).unwrap();
        // The last tensor has 884 bytes.
        let start = right.len() - 884;
        for byte in (start..start + 884).step_by(97) {
            let mut wrong = right.clone();
            wrong[byte] ^= 1 << (byte % 8);
            fs::write(&path, wrong).unwrap();
            let report = findings(&directory, &format!("{checkpoint} --quiet"));
            let index = (byte - start) / 4;
            let index = [index / 17, index % 17];
            assert!(report.contains(&format!("\"fc.weight\" at {index:?} is ")), "{report}");
        }
    }
}

#[test]
fn the_first_element_that_differs_is_named() {
    let directory = directory("verify_first");
    let mut wrong = checkpoint(&directory, &tensors_of(3), "");
    let weights = wrong.len() - (3 << 20);
    // Element (200, 5) of the second tensor, whose sign changes, and two of the last one.
    wrong[weights + (1 << 20) + 4 * (200 * 1024 + 5) + 3] ^= 0x80;
    wrong[weights + (2 << 20) + 4 * (3 * 1024 + 1)] ^= 1;
    wrong[weights + (2 << 20) + 4 * (255 * 1024 + 1023)] ^= 1;
    fs::write(directory.join("out.safetensors"), &wrong).unwrap();
    let report = findings(&directory, "out.safetensors");
    let lines: Vec<_> = report.lines().collect();
    assert_eq!(lines[0], "out.safetensors: not the same");
    assert!(lines[1].starts_with("first difference: \"1.weight\" at [200, 5] is "), "{report}");
    assert!(!lines[1].contains("more"), "{report}");
    assert!(lines[2].starts_with("also differs: \"2.weight\" at [3, 1] is "), "{report}");
    assert!(lines[2].ends_with("and 1 more elements differ"), "{report}");
}

#[test]
fn missing_additional_and_misshapen_tensors_are_listed() {
    let directory = directory("verify_lists");
    let entry = |shape: [usize; 2]| json!({"shape": shape, "initializer": "ones"});
    let written = json!({"a": entry([3, 4]), "b": entry([3, 4]), "c": entry([3, 4])});
    let expected = json!({"a": entry([3, 4]), "b": entry([4, 3]), "d": entry([3, 4])});
    for (out, file) in FORMS {
        write_list(&directory, &written);
        succeed(&directory, out);
        write_list(&directory, &expected);
        let report = findings(&directory, file);
        let misshapen = "misshapen: \"b\" is F32 [3, 4], not F32 [4, 3]\n";
        for line in ["missing: \"d\"\n", "additional: \"c\"\n", misshapen] {
            assert!(report.contains(line), "{report}");
        }
        assert!(!report.contains("\"a\""), "{report}");
    }
}

#[test]
fn a_file_that_is_none_is_an_error_of_one_line() {
    /// No sum of such sizes fits 64 bits.
    const LARGEST: u64 = (1 << 61) - 1;
    let directory = directory("verify_errors");
    let file = checkpoint(&directory, &tensors_of(1), "");
    let tensor = |i: u64| {
        let offsets = [i * LARGEST, (i + 1) * LARGEST];
        (i.to_string(), json!({ "dtype": "U8", "shape": [LARGEST], "data_offsets": offsets }))
    };
    let huge = Value::Object((0..8).map(tensor).collect()).to_string();
    let huge = [&(huge.len() as u64).to_le_bytes(), huge.as_bytes()].concat();
    for (file, message) in [
        (&file[..4], "it ends before its header"),
        (&file[..20], "its header cannot have"),
        (&file[..file.len() - 1], "but its header and tensors"),
        (&huge[..], "but its header and tensors 18446744073709"),
    ] {
        fs::write(directory.join("out.safetensors"), file).unwrap();
        let report = findings(&directory, "out.safetensors");
        assert!(report.contains(message) && report.lines().count() == 1, "{report}");
    }
    assert!(findings(&directory, "missing.safetensors").contains("No such file"));
    assert!(findings(&directory, "list.json").contains("its header cannot have"));
    assert!(findings(&directory, "out.index.json").contains("cannot verify out.index.json"));
}

#[test]
fn a_shard_that_is_not_where_the_index_says_is_found() {
    let directory = directory("verify_index");
    write_list(&directory, &tensors_of(2));
    succeed(&directory, "--out set --max-shard-size 1MiB");
    let path = directory.join("set").join(INDEX);
    let index = fs::read_to_string(&path).unwrap();
    fs::write(&path, index.replace("00002-of", "00001-of")).unwrap();
    let report = findings(&directory, &format!("set/{INDEX}"));
    assert!(report.contains("missing: \"1.weight\""), "{report}");
    assert!(report.contains("which has no such tensor"), "{report}");
}
