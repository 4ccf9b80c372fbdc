//! The report, and the lists that the program comes with.

use crate::common::{PROGRAM, directory, succeed, write_list};
use serde_json::json;
use std::fs;
use std::process::Command;

#[test]
fn the_report_has_a_line_for_equal_tensors_and_the_totals() {
    let directory = directory("report");
    let weight = json!({"shape": [400, 500], "initializer": {"normal": {"std": 0.02}}});
    let positions = json!({"range": {"start": 0, "step": 1}});
    let list = json!({
        "h.0.fc.weight": weight,
        "h.11.fc.weight": weight,
        "h.0.fc.bias": {"shape": [500], "initializer": "zeros"},
        "positions": {"shape": [9], "initializer": positions, "dtype": "I64"},
    });
    write_list(&directory, &list);
    let report = succeed(&directory, "--max-shard-size 5GB --out set");
    let lines = [
        "tensors count shape dtype values",
        "h.*.fc.weight 2 [400, 500] F32 N(0, 0.02²)",
        "h.0.fc.bias 1 [500] F32 \"zeros\"",
        "positions 1 [9] I64 0, 1, …",
        "own: 4 tensors, 400,509 elements, 1,602,072 bytes the whole set has 1 shards",
        "to 1 shards and set/model.safetensors.index.json",
    ];
    let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in lines {
        assert!(words.contains(line), "{line}: {report}");
    }
    assert!(!succeed(&directory, "--dry-run").contains("written"));
}

#[test]
fn the_built_in_lists_are_read() {
    let lists = [
        ("resnet50_keras", "25,636,712 elements"),
        ("mobilenet_v2_keras", "3,538,984 elements"),
        ("vit_b16_timm", "86,567,656 elements"),
        ("gpt2_transformers", "124,439,808 elements"),
    ];
    for (list, elements) in lists {
        let output = Command::new(PROGRAM).args(["--model", list, "--dry-run"]).output().unwrap();
        assert!(String::from_utf8(output.stdout).unwrap().contains(elements), "{list}");
    }
}

#[test]
fn the_lists_in_the_documents_are_read() {
    let documents = [
        (include_str!("../../../../README.md"), "3 tensors, 16,385,024 elements"),
        (include_str!("../../../data/README.md"), "7 tensors, 57,320 elements"),
    ];
    let directory = directory("documents");
    for (document, totals) in documents {
        let list = document.split("```json\n").nth(1).and_then(|rest| rest.split("```").next());
        fs::write(directory.join("list.json"), list.unwrap()).unwrap();
        let report = succeed(&directory, "--dry-run");
        assert!(report.contains(totals), "{report}");
    }
}
