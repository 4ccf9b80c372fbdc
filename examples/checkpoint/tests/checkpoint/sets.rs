//! Sharded sets, as Hugging Face's loaders expect them.

use crate::common::{INDEX, directory, fail, names, run, succeed, tensors, tensors_of, write_list};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

fn index(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join(INDEX)).unwrap()).unwrap()
}

#[test]
fn a_set_is_the_file_cut_at_tensors() {
    let directory = directory("set");
    // Two of a mebibyte, one of four by itself, two and one.
    let list = r#"{"initializers": {"*": "he_normal"}, "tensors": {
        "0": [256, 1024], "1": [256, 1024], "large": [1024, 1024],
        "2": [256, 1024], "3": [256, 1024], "4": [256, 1024]
    }}"#;
    fs::write(directory.join("list.json"), list).unwrap();
    succeed(&directory, "--out out.safetensors");
    succeed(&directory, "--out set --max-shard-size 2MiB");
    let folder = directory.join("set");
    let shards = [1, 2, 3, 4].map(|i| format!("model-0000{i}-of-00004.safetensors"));
    assert_eq!(names(&folder), [&shards[..], &[INDEX.to_owned()]].concat());
    let index = index(&folder);
    let places = ["0", "1", "large", "2", "3", "4"].map(|name| &index["weight_map"][name]);
    assert_eq!(places, [0, 0, 1, 2, 2, 3].map(|i| &shards[i]));
    assert_eq!(index["metadata"]["total_size"], 9 << 20);
    let read = |name: &String| tensors(&fs::read(folder.join(name)).unwrap());
    let set: BTreeMap<_, _> = shards.iter().flat_map(read).collect();
    assert!(set == tensors(&fs::read(directory.join("out.safetensors")).unwrap()));
}

#[test]
fn shards_by_themselves_have_the_bytes_of_the_whole_set() {
    let directory = directory("set_part");
    write_list(&directory, &tensors_of(5));
    let size = "--max-shard-size 2MiB";
    succeed(&directory, &format!("--out whole {size}"));
    // One part after the other, in no order, as several machines would write them.
    for part in ["3", "1-2"] {
        succeed(&directory, &format!("--out set {size} --shards {part}"));
    }
    let (whole, set) = (directory.join("whole"), directory.join("set"));
    assert_eq!(names(&set), names(&whole));
    for name in names(&whole) {
        let read = |folder: &Path| fs::read(folder.join(&name)).unwrap();
        assert!(read(&set) == read(&whole), "{name}");
    }
    succeed(&directory, &format!("--verify set/{INDEX}"));
    // A shard can be verified where the others are not, and no shard of another set comes beside it.
    fs::remove_file(set.join("model-00001-of-00003.safetensors")).unwrap();
    let report = succeed(&directory, &format!("--verify set/{INDEX} {size} --shards 2-3"));
    assert!(report.contains("the same, 3 tensors of 786,432 elements"), "{report}");
    let error = fail(&directory, &format!("--out set {size} --shards 1 --seed 7"));
    assert!(error.contains("the folder has shards of another set"), "{error}");
}

#[test]
fn a_new_set_takes_the_old_one_s_place_and_leaves_other_files() {
    let directory = directory("set_again");
    write_list(&directory, &tensors_of(3));
    let folder = directory.join("set");
    fs::create_dir(&folder).unwrap();
    for name in
        ["config.json", "model-old.safetensors", "other.safetensors", "model-mine.safetensors"]
    {
        fs::write(folder.join(name), "").unwrap();
    }
    fs::write(directory.join("model-outside.safetensors"), "").unwrap();
    let old = json!({ "weight_map": {
        "a": "model-old.safetensors", "b": "other.safetensors", "c": "../model-outside.safetensors"
    } });
    fs::write(folder.join(INDEX), old.to_string()).unwrap();
    for (seed, size, shards) in [(1, "1MiB", 3), (2, "1MiB", 3), (3, "1MiB", 3), (4, "1GB", 1)] {
        succeed(&directory, &format!("--out set --max-shard-size {size} --seed {seed}"));
        succeed(&directory, &format!("--seed {seed} --verify set/{INDEX}"));
        // Only shards of the old set are removed.
        let left: Vec<_> =
            names(&folder).into_iter().filter(|name| !name.contains("-of-")).collect();
        assert_eq!(left, ["config.json", "model-mine.safetensors", INDEX, "other.safetensors"]);
        assert_eq!(names(&folder).len() - left.len(), shards);
    }
    assert!(directory.join("model-outside.safetensors").exists());
}

#[test]
fn a_set_does_not_go_where_loaders_would_read_something_else() {
    let directory = directory("set_refused");
    write_list(&directory, &tensors_of(1));
    fs::create_dir(directory.join("single")).unwrap();
    fs::write(directory.join("single/model.safetensors"), "").unwrap();
    fs::write(directory.join("file"), "").unwrap();
    let cases = [
        ("single", "loaders would read in place of the sharded set"),
        ("file", "a sharded set needs a folder"),
        ("missing/set", "cannot write missing/set: No such file"),
    ];
    for (out, message) in cases {
        let error = fail(&directory, &format!("--max-shard-size 5GB --out {out}"));
        assert!(error.contains(message), "{error}");
    }
    assert_eq!(names(&directory), ["file", "list.json", "single"]);
    assert_eq!(names(&directory.join("single")), ["model.safetensors"]);
}

/// A loader reads the index, then every shard that it names. None if the index was replaced
/// meanwhile, so that a shard of it is gone.
fn load(folder: &Path) -> Option<BTreeMap<String, Vec<u8>>> {
    let before = fs::read(folder.join(INDEX)).unwrap();
    let index: Value = serde_json::from_slice(&before).unwrap();
    let mut first = BTreeMap::new();
    for (name, shard) in index["weight_map"].as_object().unwrap() {
        let Ok(shard) = fs::read(folder.join(shard.as_str().unwrap())) else {
            assert_ne!(fs::read(folder.join(INDEX)).unwrap(), before, "{shard} is missing");
            return None;
        };
        first.insert(name.clone(), tensors(&shard)[name].1[..4].to_vec());
    }
    Some(first)
}

#[test]
fn a_reader_never_finds_shards_of_two_sets() {
    let directory = directory("set_read");
    write_list(&directory, &tensors_of(4));
    let write = |seed: u64| {
        let arguments = format!("--quiet --out set --max-shard-size 1MiB --seed {seed}");
        assert!(run(&directory, &arguments).status.success());
    };
    let folder = directory.join("set");
    let known = [1, 2].map(|seed| {
        write(seed);
        load(&folder).unwrap()
    });
    let done = AtomicBool::new(false);
    let reads = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = [0, 0];
            while !done.load(Ordering::Relaxed) {
                if let Some(found) = load(&folder) {
                    let set = known.iter().position(|set| *set == found);
                    reads[set.expect("tensors of two sets")] += 1;
                }
            }
            reads
        });
        (0..20).for_each(|i| write(1 + i % 2));
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(reads[0] > 0 && reads[1] > 0, "{reads:?}");
}
