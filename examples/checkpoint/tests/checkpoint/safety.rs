//! Nothing is lost: what stands under a name is replaced whole or not at all.

use crate::common::{PROGRAM, directory, fail, names, run, succeed, write_list};
use serde_json::{Value, json};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A list of so many mebibytes.
pub(crate) fn list_of(mebibytes: usize) -> Value {
    let entry = |i: usize| {
        let (name, initializer) = (format!("{i}.weight"), json!({ "normal": { "std": 0.02 } }));
        json!({ "name": name, "shape": [256, 1024], "initializer": initializer })
    };
    let parameters: Vec<_> = (0..mebibytes).map(entry).collect();
    json!({ "model": "own", "parameters": parameters })
}

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
fn a_limit_on_the_size_of_files_leaves_the_old_file() {
    for out in ["out.safetensors", "out.npz"] {
        let directory = directory("limit");
        write_list(&directory, &list_of(8));
        fs::write(directory.join(out), "old").unwrap();
        let script = format!(r#"ulimit -f 4096; exec "$0" --model list.json --out {out}"#);
        let error = error_of(&shell(&directory, &script));
        assert!(error.contains("are needed, more than a file may have here"), "{error}");
        assert!(error.contains(&format!("cannot write {out}: 8.0")), "{error}");
        assert_eq!(fs::read_to_string(directory.join(out)).unwrap(), "old");
        assert_eq!(names(&directory), ["list.json", out]);
    }
}

#[test]
fn a_limit_on_the_size_of_files_leaves_no_folder_of_a_set() {
    let directory = directory("limit_set");
    write_list(&directory, &list_of(8));
    let set = "--out set --max-shard-size 6MB";
    let error = error_of(&shell(
        &directory,
        &format!(r#"ulimit -f 4096; exec "$0" --model list.json {set}"#),
    ));
    assert!(error.contains("are needed"), "{error}");
    assert_eq!(names(&directory), ["list.json"]);
}

#[test]
fn what_no_disk_holds_is_refused_with_what_is_needed_and_there() {
    let directory = directory("too_large");
    let entry =
        json!({ "name": "w", "shape": [70_368_744_177_664_usize, 2], "initializer": "ones" });
    write_list(&directory, &json!({ "model": "own", "parameters": [entry] }));
    for out in [
        &["--out", "out.safetensors"][..],
        &["--out", "out.npz"],
        &["--out", "set", "--max-shard-size", "5GB"],
    ] {
        let error = fail(&directory, &[&["--model", "list.json"], out].concat());
        assert!(error.contains("the disk is full: 512.00 TiB (5629499534"), "{error}");
        assert!(error.contains("bytes) were available at the start"), "{error}");
        assert_eq!(names(&directory), ["list.json"]);
    }
}

/// A disk of 64 MiB that lasts as long as the script; without the right to mount one, the limit on
/// the size of files takes its part.
fn on_a_small_disk(directory: &Path, script: &str) -> Output {
    let mount = "mount -t tmpfs -o size=64m none disk && cp list.json disk && cd disk && ";
    fs::create_dir_all(directory.join("disk")).unwrap();
    let unshare =
        if is_root(directory) { "unshare --mount" } else { "unshare --mount --map-root-user" };
    let can_mount = shell(directory, &format!("{unshare} sh -c '{mount} true'")).status.success();
    let in_namespace = Command::new("sh")
        .current_dir(directory)
        .args([
            "-c",
            &format!(r#"exec {unshare} sh -c "$1" "$0""#),
            PROGRAM,
            &format!("{mount}{script}"),
        ])
        .output();
    if can_mount {
        in_namespace.unwrap()
    } else {
        shell(directory, &format!("ulimit -f 65536; cp list.json disk && cd disk && {script}"))
    }
}

#[test]
fn a_disk_that_is_too_small_says_what_was_needed_and_there() {
    let directory = directory("small_disk");
    write_list(&directory, &list_of(80));
    let script = r#"echo old > out.safetensors; "$0" --model list.json --out out.safetensors; ls -A; cat out.safetensors"#;
    let output = on_a_small_disk(&directory, script);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("80.01 MiB") && error.contains("needed"), "{error}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "list.json\nout.safetensors\nold\n");
}

/// Something else takes the space once the program has seen it free.
#[test]
fn a_disk_that_fills_up_meanwhile_leaves_the_old_file() {
    let directory = directory("filling_disk");
    write_list(&directory, &list_of(60));
    let script = r#"
        echo old > out.safetensors
        (until ls -A | grep -q "[.]tmp$"; do :; done; exec cat /dev/zero > other) 2>/dev/null &
        "$0" --model list.json --out out.safetensors --quiet
        code=$?
        kill $! 2>/dev/null
        ls -A; wc -c < out.safetensors; exit $code"#;
    let limits = ["the disk is full: 60.0", "more than a file may have here"];
    // Whether the other one is fast enough is chance, now and then.
    for _ in 0..20 {
        let output = on_a_small_disk(&directory, script);
        let stdout = String::from_utf8(output.stdout).unwrap();
        let _ = fs::remove_dir_all(directory.join("disk"));
        if output.status.success() {
            continue;
        }
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(limits.iter().any(|limit| error.contains(limit)), "{error}");
        assert!(!stdout.contains(".tmp") && stdout.ends_with("4\n"), "{stdout}");
        return;
    }
    // Without a disk of its own, the program has room for this list.
    assert!(!is_root(&directory), "the disk never filled up");
}

/// Whether this is the superuser, to whom permissions mean nothing.
fn is_root(directory: &Path) -> bool {
    fs::metadata(directory).unwrap().uid() == 0
}

#[test]
fn a_read_only_folder_is_an_error_that_leaves_it_as_it_was() {
    // A place that another user can reach, with the program in it. `cp` writes it: were this
    // process to have it open for writing, a child that another test starts meanwhile would hold
    // it open as well, and a program that is open for writing cannot be run.
    let place = std::env::temp_dir().join(format!("checkpoint-{}", std::process::id()));
    let folder = place.join("read_only");
    fs::create_dir_all(&folder).unwrap();
    assert!(Command::new("cp").args([Path::new(PROGRAM), &place]).status().unwrap().success());
    fs::write(folder.join("out.safetensors"), "old").unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = Command::new(place.join("checkpoint"));
    command.current_dir(&folder).args([
        "--model",
        "mobilenet_v2_keras",
        "--out",
        "out.safetensors",
    ]);
    if is_root(&place) {
        command.uid(65534).gid(65534);
    }
    let output = command.output().unwrap();
    let left = (names(&folder), fs::read_to_string(folder.join("out.safetensors")).unwrap());
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_dir_all(&place).unwrap();
    let error = error_of(&output);
    assert!(error.contains("cannot write out.safetensors: Permission denied"), "{error}");
    assert_eq!(left, (vec!["out.safetensors".to_owned()], "old".to_owned()));
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let directory = directory("no_file");
    fs::create_dir(directory.join("folder")).unwrap();
    let error = fail(&directory, &["--out", "folder"]);
    assert!(error.contains("it is a folder: name a file, or ask for a sharded set"), "{error}");
    let error = fail(&directory, &["--out", "folder/"]);
    assert!(error.contains("it is a folder"), "{error}");
    for out in ["/dev/full", "/dev/null"] {
        let error = fail(&directory, &["--out", out]);
        assert!(error.contains(&format!("cannot write {out}: it is neither a file")), "{error}");
        assert!(!fs::metadata(out).unwrap().is_file());
    }
    let error = fail(&directory, &["--out", "missing/a.safetensors"]);
    assert!(error.contains("cannot write missing/a.safetensors: No such file"), "{error}");
    assert_eq!(names(&directory), ["folder"]);
    // Nor does a report that cannot be printed pass for one that was.
    let full = r#""$0" --model mobilenet_v2_keras --dry-run > /dev/full"#;
    let error = error_of(&shell(&directory, full));
    assert!(error.contains("cannot print the report"), "{error}");
}

#[test]
fn a_link_stays_and_the_file_behind_it_is_replaced() {
    let directory = directory("link");
    write_list(&directory, &list_of(1));
    fs::create_dir(directory.join("there")).unwrap();
    fs::write(directory.join("there/old.safetensors"), "old").unwrap();
    symlink("there/old.safetensors", directory.join("out.safetensors")).unwrap();
    succeed(&directory, &["--model", "list.json", "--out", "out.safetensors"]);
    assert!(directory.join("out.safetensors").is_symlink());
    assert!(fs::metadata(directory.join("there/old.safetensors")).unwrap().len() > 1 << 20);
    succeed(&directory, &["--model", "list.json", "--verify", "there/old.safetensors"]);
    assert_eq!(names(&directory.join("there")), ["old.safetensors"]);
}

#[test]
fn a_new_file_has_the_permissions_of_any_new_file() {
    let directory = directory("permissions");
    write_list(&directory, &list_of(1));
    let script = r#"umask 027; exec "$0" --model list.json --out out.safetensors --quiet"#;
    assert!(shell(&directory, script).status.success());
    let mode = fs::metadata(directory.join("out.safetensors")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o640);
}

/// From 0 to 1.
fn random() -> f64 {
    RandomState::new().hash_one(0) as f64 / u64::MAX as f64
}

/// Starts the program, and sends it a signal at a moment of the time that it takes.
fn killed(directory: &Path, arguments: &[&str], signal: &str, time: Duration) -> Option<i32> {
    let mut child = Command::new(PROGRAM)
        .current_dir(directory)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    sleep(time.mul_f64(random()));
    // It may have ended.
    let _ = Command::new("kill").args(["-s", signal, &child.id().to_string()]).output();
    child.wait().unwrap().signal()
}

/// Kills runs of seed 2 over a checkpoint of seed 1, which must then be of one seed or the other.
fn kill_at_random_moments(test: &str, out: &[&str], checkpoint: &str) {
    let directory: PathBuf = directory(test);
    write_list(&directory, &list_of(48));
    let arguments = |seed| [&["--model", "list.json", "--quiet", "--seed", seed], out].concat();
    let verify = |seed| {
        let arguments = ["--model", "list.json", "--quiet", "--seed", seed, "--verify", checkpoint];
        run(&directory, &arguments).status.success()
    };
    let start = Instant::now();
    succeed(&directory, &arguments("1"));
    let time = start.elapsed();
    let folder = directory.join(checkpoint);
    let folder = folder.parent().unwrap();
    let mut killed_runs = 0;
    for (i, signal) in ["TERM", "INT", "KILL", "HUP"].into_iter().cycle().take(24).enumerate() {
        let died_of = killed(&directory, &arguments("2"), signal, time);
        killed_runs += usize::from(died_of.is_some());
        let is_new = verify("2");
        assert!(is_new || verify("1"), "run {i}, {signal}: neither the old one nor the new one");
        let left = names(folder)
            .into_iter()
            .filter(|name| name.starts_with(".out.") || name.starts_with(".model."));
        let left: Vec<_> = left.collect();
        if signal == "KILL" {
            for name in left {
                fs::remove_file(folder.join(name)).unwrap();
            }
        } else {
            assert!(left.is_empty(), "run {i}, {signal}: {left:?}");
        }
        if is_new {
            succeed(&directory, &arguments("1"));
        }
    }
    assert!(killed_runs > 3, "only {killed_runs} of 24 were killed");
}

#[test]
fn a_file_is_the_old_one_or_the_new_one_whenever_the_run_is_killed() {
    kill_at_random_moments("killed_file", &["--out", "out.safetensors"], "out.safetensors");
}

#[test]
fn an_archive_is_the_old_one_or_the_new_one_whenever_the_run_is_killed() {
    kill_at_random_moments("killed_npz", &["--out", "out.npz"], "out.npz");
}

#[test]
fn a_set_is_the_old_one_or_the_new_one_whenever_the_run_is_killed() {
    let out = ["--out", "set", "--max-shard-size", "10MB"];
    kill_at_random_moments("killed_set", &out, "set/model.safetensors.index.json");
}
