//! Files larger than memory, under a limit on the address space.

use crate::common::{PROGRAM, directory, write_list};
use serde_json::json;
use std::fs;
use std::process::Command;

/// 256 MiB, in the unit of `ulimit -v`.
const KIBIBYTES: u64 = 256 << 10;

/// Writes a list of so many gibibytes, and verifies it.
fn write_and_verify(test: &str, gibibytes: f64, out: &str, checkpoint: &str) {
    let directory = directory(test);
    let rows = (gibibytes * f64::from(1 << 17)) as usize;
    let list = json!({
        "embedding": {"shape": [rows, 1024], "initializer": "lecun_normal"},
        "kernel": {"shape": [1024, rows], "initializer": "glorot_uniform"},
    });
    write_list(&directory, &list);
    for arguments in [out, &format!("--verify {checkpoint}")] {
        let script = format!(r#"ulimit -v {KIBIBYTES}; exec "$0" --model list.json {arguments}"#);
        let mut command = Command::new("sh");
        let output =
            command.current_dir(&directory).args(["-c", &script, PROGRAM]).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && error.is_empty(), "{arguments}: {error}");
    }
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn twice_the_memory_is_written_and_verified_in_every_form() {
    write_and_verify("half", 0.5, "--out out.safetensors", "out.safetensors");
    let set = "set/model.safetensors.index.json";
    write_and_verify("half", 0.5, "--out set --max-shard-size 300MB", set);
}

#[test]
#[ignore = "writes 8 GiB: `.ci/release long_tests`"]
fn eight_gibibytes_are_written_and_verified() {
    write_and_verify("eight", 8.0, "--out out.safetensors", "out.safetensors");
}
