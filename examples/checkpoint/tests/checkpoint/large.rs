//! Files larger than memory, under a limit on the address space.

use crate::common::{PROGRAM, directory, write_list};
use serde_json::json;
use std::fs;
use std::process::Command;

/// 256 MiB, in the unit of `ulimit -v`.
const KIBIBYTES: u64 = 256 << 10;

/// Writes a list of so many gibibytes, and verifies it.
fn write_and_verify(test: &str, gibibytes: f64, out: &[&str], checkpoint: &str) {
    let directory = directory(test);
    let rows = (gibibytes * f64::from(1 << 17)) as usize;
    let entry = |name: &str, shape: [usize; 2], initializer: &str| json!({ "name": name, "shape": shape, "initializer": initializer });
    let parameters = json!([
        entry("embedding", [rows, 1024], "lecun_normal"),
        entry("kernel", [1024, rows], "glorot_uniform"),
    ]);
    write_list(&directory, &json!({ "model": "large", "parameters": parameters }));
    for arguments in [out, &["--verify", checkpoint]] {
        let script = format!(r#"ulimit -v {KIBIBYTES}; exec "$0" --model list.json "$@""#);
        let output = Command::new("sh")
            .current_dir(&directory)
            .args(["-c", &script, PROGRAM])
            .args(arguments)
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && error.is_empty(), "{arguments:?}: {error}");
    }
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn twice_the_memory_is_written_and_verified() {
    write_and_verify("half", 0.5, &["--out", "out.safetensors"], "out.safetensors");
}

#[test]
fn a_set_of_twice_the_memory_is_written_and_verified() {
    let out = ["--out", "set", "--max-shard-size", "300MB", "--dtype", "f32"];
    write_and_verify("half_set", 0.5, &out, "set/model.safetensors.index.json");
}

#[test]
fn an_archive_of_twice_the_memory_is_written_and_verified() {
    write_and_verify("half_npz", 0.5, &["--out", "out.npz"], "out.npz");
}

#[test]
#[ignore = "writes 8 GiB"]
fn eight_gibibytes_are_written_and_verified() {
    write_and_verify("eight", 8.0, &["--out", "out.safetensors"], "out.safetensors");
}
