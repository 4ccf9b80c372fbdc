//! `docs/FRAMEWORK_TESTS.md`: every test that it names is there, and names every test of this folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const TABLE: &str = include_str!("../../docs/FRAMEWORK_TESTS.md");

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// What the table has between backticks that reads as a path of Rust's.
fn named() -> BTreeSet<&'static str> {
    TABLE.split('`').skip(1).step_by(2).filter(|code| code.contains("::")).collect()
}

#[test]
fn every_test_that_the_table_names_is_there() {
    let named = named();
    assert!(named.len() > 50, "{} tests are named", named.len());
    for path in named {
        let (file, test) = path.rsplit_once("::").unwrap();
        let file = tests().join(file.replace("::", "/")).with_extension("rs");
        let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(source.contains(&format!("fn {test}(")), "{path} is not there");
    }
}

#[test]
fn every_test_of_a_framework_is_in_the_table() {
    let named = named();
    for module in ["keras", "torch", "jax", "mindspore", "timm"] {
        let text = fs::read_to_string(tests().join(format!("frameworks/{module}.rs"))).unwrap();
        let tests = text.split("#[test]").skip(1).map(|test| {
            let name = test.split_once("fn ").unwrap().1;
            name.split_once('(').unwrap().0
        });
        for test in tests {
            let path = format!("frameworks::{module}::{test}");
            assert!(named.contains(&*path), "{path} is not in the table");
        }
    }
}
