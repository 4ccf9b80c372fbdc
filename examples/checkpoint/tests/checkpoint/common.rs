//! Shared by the tests: running the program, and reading its output.

use safetensors::SafeTensors;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_checkpoint");
pub(crate) const INDEX: &str = "model.safetensors.index.json";

/// An empty directory of the test's own.
pub(crate) fn directory(test: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    if directory.exists() {
        fs::remove_dir_all(&directory).unwrap();
    }
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// Runs the program with the list list.json, and these arguments, which spaces separate.
pub(crate) fn run(directory: &Path, arguments: &str) -> Output {
    let arguments = arguments.split_whitespace();
    let mut command = Command::new(PROGRAM);
    command.current_dir(directory).args(["--model", "list.json"]).args(arguments).output().unwrap()
}

#[track_caller]
pub(crate) fn succeed(directory: &Path, arguments: &str) -> String {
    let output = run(directory, arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.is_empty(), "{arguments}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one line that it fails with.
#[track_caller]
pub(crate) fn fail(directory: &Path, arguments: &str) -> String {
    let output = run(directory, arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments}: {stderr}");
    assert!(output.stdout.is_empty());
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    stderr
}

/// Writes a list of these tensors, so that the program reads it as list.json.
pub(crate) fn write_list(directory: &Path, tensors: &Value) {
    let list = json!({ "model": "own", "tensors": tensors });
    fs::write(directory.join("list.json"), list.to_string()).unwrap();
}

/// Writes the checkpoint of a list, and reads it.
#[track_caller]
pub(crate) fn checkpoint(directory: &Path, tensors: &Value, options: &str) -> Vec<u8> {
    write_list(directory, tensors);
    assert_eq!(succeed(directory, &format!("--out out.safetensors --quiet {options}")), "");
    fs::read(directory.join("out.safetensors")).unwrap()
}

/// Tensors of a mebibyte each.
pub(crate) fn tensors_of(mebibytes: usize) -> Value {
    let entry = json!({ "shape": [256, 1024], "initializer": { "normal": { "std": 0.02 } } });
    (0..mebibytes).map(|i| (format!("{i}.weight"), entry.clone())).collect()
}

/// The shape and the bytes of each tensor.
pub(crate) fn tensors(file: &[u8]) -> BTreeMap<String, (Vec<usize>, Vec<u8>)> {
    let tensors = SafeTensors::deserialize(file).unwrap().tensors().into_iter();
    tensors.map(|(name, view)| (name, (view.shape().to_vec(), view.data().to_vec()))).collect()
}

/// The names in a directory, sorted.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}
