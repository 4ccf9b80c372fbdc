//! Nothing is lost: what stands under a name is replaced whole or not at all.

use crate::common::{INDEX, PROGRAM, directory, fail, names, run, succeed, tensors_of, write_list};
use serde_json::json;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Runs a shell command in which `$0` is the program.
fn shell(directory: &Path, script: &str) -> Output {
    Command::new("sh").current_dir(directory).args(["-c", script, PROGRAM]).output().unwrap()
}

#[track_caller]
fn error_of(output: &Output) -> String {
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    stderr
}

#[test]
fn a_write_that_fails_leaves_what_was_there() {
    for out in ["out.safetensors", "set --max-shard-size 6MB"] {
        let directory = directory("limit");
        write_list(&directory, &tensors_of(8));
        let is_file = out.starts_with("out");
        if is_file {
            fs::write(directory.join(out), "old").unwrap();
        }
        let script = format!(r#"ulimit -f 4096; exec "$0" --model list.json --out {out}"#);
        let error = error_of(&shell(&directory, &script));
        assert!(error.contains("cannot write") && error.contains("File too large"), "{error}");
        if is_file {
            assert_eq!(fs::read_to_string(directory.join(out)).unwrap(), "old");
        }
        assert_eq!(names(&directory), ["list.json", out][..=usize::from(is_file)]);
    }
}

#[test]
fn what_no_disk_holds_is_refused_with_what_is_needed_and_there() {
    let directory = directory("too_large");
    let shape = [70_368_744_177_664_usize, 2];
    write_list(&directory, &json!({ "w": { "shape": shape, "initializer": "ones" } }));
    for out in ["out.safetensors", "set --max-shard-size 5GB"] {
        let error = fail(&directory, &format!("--out {out}"));
        assert!(error.contains("the disk is full: "), "{error}");
        assert!(error.ends_with("iB, and 512.00 TiB are needed\n"), "{error}");
        assert_eq!(names(&directory), ["list.json"]);
    }
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let directory = directory("no_file");
    write_list(&directory, &tensors_of(1));
    fs::create_dir(directory.join("folder")).unwrap();
    let cases = [
        ("folder", "it is a folder: name a file, or ask for shards"),
        ("folder/", "it is a folder"),
        ("/dev/full", "cannot write /dev/full: it is neither a file"),
        ("a.npz", "cannot write a.npz: the name of a file must end in .safetensors"),
        ("missing/a.safetensors", "cannot write missing/a.safetensors: No such file"),
    ];
    for (out, message) in cases {
        let error = fail(&directory, &format!("--out {out}"));
        assert!(error.contains(message), "{error}");
    }
    assert!(!fs::metadata("/dev/full").unwrap().is_file());
    assert_eq!(names(&directory), ["folder", "list.json"]);
    // Nor does a report that cannot be printed pass for one that was.
    let output = shell(&directory, r#""$0" --model list.json --dry-run > /dev/full"#);
    assert!(error_of(&output).contains("cannot print the report"));
}

#[test]
fn a_link_stays_and_the_file_behind_it_has_the_permissions_of_a_new_one() {
    let directory = directory("link");
    write_list(&directory, &tensors_of(1));
    let there = directory.join("there");
    fs::create_dir(&there).unwrap();
    fs::write(there.join("old.safetensors"), "old").unwrap();
    symlink("there/old.safetensors", directory.join("out.safetensors")).unwrap();
    let script = r#"umask 027; exec "$0" --model list.json --out out.safetensors --quiet"#;
    assert!(shell(&directory, script).status.success());
    assert!(directory.join("out.safetensors").is_symlink());
    assert_eq!(names(&there), ["old.safetensors"]);
    assert_eq!(fs::metadata(there.join("old.safetensors")).unwrap().mode() & 0o777, 0o640);
    succeed(&directory, "--verify there/old.safetensors");
}

/// Starts the program, and sends it a signal at a random moment of the time that it takes.
fn killed(directory: &Path, arguments: &str, signal: &str, time: Duration) -> Option<i32> {
    let mut command = Command::new(PROGRAM);
    command.current_dir(directory).args(arguments.split_whitespace());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    sleep(time.mul_f64(RandomState::new().hash_one(0) as f64 / u64::MAX as f64));
    // It may have ended.
    let _ = Command::new("kill").args(["-s", signal, &child.id().to_string()]).output();
    child.wait().unwrap().signal()
}

/// Kills runs of seed 2 over a checkpoint of seed 1, which must then be of one seed or the other.
fn kill_at_random_moments(test: &str, out: &str, checkpoint: &str) {
    let directory = directory(test);
    write_list(&directory, &tensors_of(16));
    let write = |seed: u64| format!("--quiet --seed {seed} --out {out}");
    let verify = |seed: u64| {
        let arguments = format!("--quiet --seed {seed} --verify {checkpoint}");
        run(&directory, &arguments).status.success()
    };
    let start = Instant::now();
    succeed(&directory, &write(1));
    let time = start.elapsed();
    let folder = directory.join(checkpoint);
    let folder = folder.parent().unwrap();
    let mut killed_runs = 0;
    for (i, signal) in ["TERM", "INT", "KILL", "HUP"].into_iter().cycle().enumerate() {
        // The first run may have been a slow one, so that the moments drawn lie after the end of the others.
        assert!(i < 400, "only {killed_runs} of {i} were killed");
        let arguments = format!("--model list.json {}", write(2));
        killed_runs += usize::from(killed(&directory, &arguments, signal, time).is_some());
        let is_new = verify(2);
        assert!(is_new || verify(1), "run {i}, {signal}: neither the old one nor the new one");
        for left in names(folder).into_iter().filter(|name| name.starts_with('.')) {
            assert_eq!(signal, "KILL", "run {i}: {left}");
            fs::remove_file(folder.join(left)).unwrap();
        }
        if killed_runs == 8 {
            break;
        }
        if is_new {
            succeed(&directory, &write(1));
        }
    }
}

#[test]
fn a_file_is_the_old_one_or_the_new_one_whenever_the_run_is_killed() {
    kill_at_random_moments("killed_file", "out.safetensors", "out.safetensors");
}

#[test]
fn a_set_is_the_old_one_or_the_new_one_whenever_the_run_is_killed() {
    let out = "set --max-shard-size 10MB";
    kill_at_random_moments("killed_set", out, &format!("set/{INDEX}"));
}
