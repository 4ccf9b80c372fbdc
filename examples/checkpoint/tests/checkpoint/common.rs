//! What the tests share: running the program, and reading what it wrote.

use safetensors::{Dtype, SafeTensors};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_checkpoint");

pub(crate) const BUILT_IN: [&str; 4] =
    ["resnet50_keras", "mobilenet_v2_keras", "vit_b16_timm", "gpt2_transformers"];

/// An empty directory of the test's own.
pub(crate) fn directory(test: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    if directory.exists() {
        fs::remove_dir_all(&directory).unwrap();
    }
    fs::create_dir_all(&directory).unwrap();
    directory
}

pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM).current_dir(directory).args(arguments).output().unwrap()
}

#[track_caller]
pub(crate) fn succeed(directory: &Path, arguments: &[&str]) -> String {
    let output = run(directory, arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.is_empty(), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one line that it fails with.
#[track_caller]
pub(crate) fn fail(directory: &Path, arguments: &[&str]) -> String {
    let output = run(directory, arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
    assert!(output.stdout.is_empty());
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    stderr
}

/// Writes the list and the checkpoint, and reads the latter.
#[track_caller]
pub(crate) fn checkpoint(directory: &Path, list: &Value, options: &[&str]) -> Vec<u8> {
    fs::write(directory.join("list.json"), list.to_string()).unwrap();
    let mut arguments = vec!["--model", "list.json", "--out", "out.safetensors", "--quiet"];
    arguments.extend(options);
    assert_eq!(succeed(directory, &arguments), "");
    fs::read(directory.join("out.safetensors")).unwrap()
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tensor {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

pub(crate) fn tensors(file: &[u8]) -> BTreeMap<String, Tensor> {
    let read = |(name, view): (String, safetensors::tensor::TensorView)| {
        assert_eq!(view.dtype(), Dtype::F32);
        let value = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap());
        let values = view.data().chunks_exact(4).map(value).collect();
        (name, Tensor { shape: view.shape().to_vec(), values })
    };
    SafeTensors::deserialize(file).unwrap().tensors().into_iter().map(read).collect()
}

impl Tensor {
    pub(crate) fn constant(&self) -> f32 {
        assert!(self.values.iter().all(|value| value == &self.values[0]));
        self.values[0]
    }

    pub(crate) fn mean(&self) -> f64 {
        self.values.iter().copied().map(f64::from).sum::<f64>() / self.values.len() as f64
    }

    /// The standard deviation must be this one, and the value that is farthest from the mean lie so
    /// many of it away.
    #[track_caller]
    pub(crate) fn assert_spread(&self, std: f64, farthest: (f64, f64)) {
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
pub(crate) const UNIFORM: (f64, f64) = (1.65, 1.8);
pub(crate) const TRUNCATED: (f64, f64) = (2.1, 2.4);
pub(crate) const NORMAL: (f64, f64) = (2.8, 5.5);

/// A list of PyTorch entries: name, module, shape.
pub(crate) fn torch_list(model: &str, parameters: &[(&str, &str, Value)]) -> Value {
    let entry = |(name, module, shape): &(&str, &str, Value)| json!({ "name": name, "module": module, "shape": shape, "groups": 1 });
    let parameters: Vec<_> = parameters.iter().map(entry).collect();
    json!({ "model": model, "framework": "pytorch", "parameters": parameters })
}

/// The names in a directory, sorted.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let names = fs::read_dir(directory).unwrap().map(name);
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// Writes a list, so that the program reads it as list.json.
pub(crate) fn write_list(directory: &Path, list: &Value) {
    fs::write(directory.join("list.json"), list.to_string()).unwrap();
}
