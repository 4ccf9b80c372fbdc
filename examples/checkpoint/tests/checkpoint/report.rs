//! What the program prints.

use crate::common::{BUILT_IN, directory, succeed, torch_list, write_list};
use crate::keras::{Kernel, classes, keras_list, layers};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

#[test]
fn the_report_has_every_parameter_and_the_totals() {
    let directory = directory("report");
    fs::write(directory.join("list.json"), keras_list().to_string()).unwrap();
    let report = succeed(&directory, &["--model", "list.json", "--full"]);
    assert!(directory.join("checkpoint.safetensors").exists());
    for Kernel { name, .. } in classes().chain(layers()) {
        let lines = report.lines().filter(|line| line.split_whitespace().next() == Some(&name));
        assert_eq!(lines.count(), 1, "{name}");
    }
    let deep = report.lines().find(|line| line.contains("deep/kernel")).unwrap();
    for cell in ["[5, 5, 60, 3]", " 25, 75 ", "U[-0.24495, 0.24495]", "0.141421"] {
        assert!(deep.contains(cell), "{deep}");
    }
    for part in [
        "measured std",
        "small: 25 parameters",
        "largest deviation of a measured std: ",
        "written in ",
    ] {
        assert!(report.contains(part), "{part}");
    }
}

#[test]
fn recorded_weights_that_differ_from_the_rule_are_named() {
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
    let report = succeed(&directory, &["--model", "list.json", "--dry-run", "--full"]);
    let line = "1 of 4 agree with the law; not wide.weight, cut.weight, normal.weight\n";
    assert!(report.contains(line), "{report}");
    assert_eq!(report.matches('≠').count(), 3);
}

#[test]
fn every_built_in_list_resolves() {
    let directory = directory("built_in");
    for name in BUILT_IN {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../data/{name}.json"));
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
fn equal_entries_share_a_line_unless_all_are_asked_for() {
    let directory = directory("groups");
    let list = torch_list(
        "another",
        &[
            ("h.0.fc.weight", "Linear", json!([40, 50])),
            ("h.0.fc.bias", "Linear", json!([40])),
            ("h.1.fc.weight", "Linear", json!([40, 50])),
            ("h.1.fc.bias", "Linear", json!([40])),
            ("h.1.norm.weight", "LayerNorm", json!([40])),
        ],
    );
    write_list(&directory, &list);
    let report = succeed(&directory, &["--model", "list.json"]);
    let line = |name: &str| {
        let line = report.lines().find(|line| line.trim_start().starts_with(name));
        line.unwrap_or_else(|| panic!("{name}: {report}")).split_whitespace().nth(1)
    };
    assert_eq!(line("h.*.fc.weight"), Some("2"));
    assert_eq!(line("h.*.fc.bias"), Some("2"));
    assert_eq!(line("h.1.norm.weight"), Some("1"));
    let kinds = ["Linear", "LayerNorm"].map(|kind| report.find(&format!("\n {kind}\n")).unwrap());
    assert!(kinds.is_sorted());
    let full = succeed(&directory, &["--model", "list.json", "--full"]);
    for name in ["h.0.fc.weight", "h.1.fc.weight", "h.0.fc.bias", "h.1.fc.bias"] {
        assert_eq!(full.matches(name).count(), 1 + full.matches(&format!("of {name}")).count());
    }
}

#[test]
fn json_has_every_parameter_and_the_largest_deviation() {
    let directory = directory("json");
    write_list(&directory, &keras_list());
    let report = succeed(&directory, &["--model", "list.json", "--json", "--seed", "3"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let parameters = report["parameters"].as_array().unwrap();
    assert_eq!((parameters.len(), &report["seed"]), (25, &json!(3)));
    let deep = parameters.iter().find(|entry| entry["name"] == "deep/kernel").unwrap();
    assert_eq!(deep["fans"], json!([25, 75]));
    assert_eq!(deep["kind"], "DepthwiseConv2D");
    assert!((deep["measured_std"].as_f64().unwrap() / 0.141_421 - 1.0).abs() < 0.05);
    let deviations = parameters.iter().filter_map(|p| p["deviation_in_standard_errors"].as_f64());
    let largest = deviations.fold(0.0, |largest: f64, deviation| largest.max(deviation.abs()));
    let said = report["largest_deviation"]["in_standard_errors"].as_f64().unwrap();
    assert_eq!(said.abs(), largest);
    // 22 right laws, seed by seed: more than 0.3 and less than 5 but once in ten million.
    assert!((0.3..5.0).contains(&largest), "{largest}");
    assert_eq!(report["files"].as_array().unwrap().len(), 1);
    let dry = succeed(&directory, &["--model", "list.json", "--json", "--dry-run"]);
    let dry: Value = serde_json::from_str(&dry).unwrap();
    assert_eq!(
        (&dry["files"], &dry["parameters"][0]["measured_std"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn blocks_have_the_expected_deviation_of_their_values_together() {
    let directory = directory("blocks-report");
    let part = |size: usize, initializer: &str| json!({"size": size, "initializer": initializer});
    let gates = [part(50, "zeros"), part(50, "ones"), part(100, "zeros")];
    let packed = json!({"blocks": {"axis": 0, "equal": 3, "initializer": "xavier_uniform"}});
    let padded = [part(1, "zeros"), part(99, "xavier_uniform")];
    let parameters = json!([
        {"name": "gates", "shape": [200], "initializer": {"blocks": {"axis": 0, "parts": gates}}},
        {"name": "packed", "shape": [192, 64], "initializer": packed},
        {"name": "padded", "shape": [100, 101], "initializer": {"blocks": {"axis": 0, "parts": padded}}},
    ]);
    write_list(&directory, &json!({"model": "own", "parameters": parameters}));
    let report = succeed(&directory, &["--model", "list.json", "--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let number = |i: usize, field: &str| report["parameters"][i][field].as_f64();
    // A quarter of ones; √(2 / (64 + 64)); √(0.99 · 2 / (99 + 101)).
    let stds = [(0.25_f64 * 0.75).sqrt(), 0.125, (0.99 * 0.01_f64).sqrt()];
    for (i, std) in stds.into_iter().enumerate() {
        let expected = number(i, "expected_std").unwrap();
        assert!((expected - std).abs() < 1e-12, "{i}: {expected}");
        assert!((number(i, "measured_std").unwrap() / std - 1.0).abs() < 0.05, "{i}");
    }
    // Constants do not vary. Five standard errors come once in a million keys, and this one is fixed.
    assert_eq!(number(0, "deviation_in_standard_errors"), None);
    for i in [1, 2] {
        assert!(number(i, "deviation_in_standard_errors").unwrap().abs() < 5.0, "{i}");
    }
}
