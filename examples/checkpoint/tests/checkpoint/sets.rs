//! Sharded sets, as Hugging Face's loaders expect them.

use crate::common::{
    Tensor, checkpoint, directory, fail, names, run, succeed, tensors, write_list,
};
use crate::safety::list_of;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

const INDEX: &str = "model.safetensors.index.json";

fn index(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join(INDEX)).unwrap()).unwrap()
}

/// Every tensor of a set, found by its index.
fn tensors_of_set(folder: &Path) -> BTreeMap<String, Tensor> {
    let index = index(folder);
    let map = index["weight_map"].as_object().unwrap();
    let tensor = |(name, file): (&String, &Value)| {
        let shard = tensors(&fs::read(folder.join(file.as_str().unwrap())).unwrap());
        (name.clone(), shard[name].clone())
    };
    map.iter().map(tensor).collect()
}

#[test]
fn a_set_is_the_file_cut_at_tensors() {
    let directory = directory("set");
    let mut list = list_of(5);
    let large = json!({ "name": "large", "shape": [512, 2048], "initializer": "he_normal" });
    list["parameters"].as_array_mut().unwrap().insert(2, large);
    let file = tensors(&checkpoint(&directory, &list, &[]));
    // Two of a mebibyte, one of four by itself, two and one.
    succeed(&directory, &["--model", "list.json", "--out", "set", "--max-shard-size", "2MiB"]);
    let folder = directory.join("set");
    let shards = [1, 2, 3, 4].map(|i| format!("model-0000{i}-of-00004.safetensors"));
    assert_eq!(names(&folder), [&shards[..], &[INDEX.to_owned()]].concat());
    let map = &index(&folder)["weight_map"];
    let places = ["0.weight", "1.weight", "large", "2.weight", "3.weight", "4.weight"]
        .map(|name| &map[name]);
    assert_eq!(places, [0, 0, 1, 2, 2, 3].map(|i| &shards[i]));
    assert_eq!(index(&folder)["metadata"]["total_size"], 9 << 20);
    assert!(tensors_of_set(&folder) == file);
}

#[test]
fn a_new_set_takes_the_old_one_s_place_and_leaves_other_files() {
    let directory = directory("set_again");
    write_list(&directory, &list_of(3));
    let write = |seed: &str, size: &str| {
        let out = ["--out", "set", "--max-shard-size", size, "--seed", seed];
        succeed(&directory, &[&["--model", "list.json"], &out[..]].concat());
        let folder = directory.join("set");
        let verify = format!("set/{INDEX}");
        succeed(&directory, &["--model", "list.json", "--seed", seed, "--verify", &verify]);
        assert_eq!(fs::read_to_string(folder.join("config.json")).unwrap(), "{}");
        let shards = names(&folder).len() - 2;
        let map = index(&folder)["weight_map"].as_object().unwrap().clone();
        let mut named: Vec<_> = map.values().collect();
        named.dedup();
        assert_eq!(shards, named.len());
        shards
    };
    fs::create_dir(directory.join("set")).unwrap();
    fs::write(directory.join("set/config.json"), "{}").unwrap();
    assert_eq!(write("1", "1MiB"), 3);
    assert_eq!(write("2", "1MiB"), 3);
    assert_eq!(write("3", "1MiB"), 3);
    assert_eq!(write("4", "1GB"), 1);
}

#[test]
fn a_set_does_not_go_where_loaders_would_read_something_else() {
    let directory = directory("set_refused");
    write_list(&directory, &list_of(1));
    let out = ["--model", "list.json", "--max-shard-size", "5GB", "--out"];
    fs::create_dir(directory.join("single")).unwrap();
    fs::write(directory.join("single/model.safetensors"), "").unwrap();
    let error = fail(&directory, &[&out[..], &["single"]].concat());
    assert!(error.contains("loaders would read in place of the sharded set"), "{error}");
    fs::write(directory.join("file"), "").unwrap();
    let error = fail(&directory, &[&out[..], &["file"]].concat());
    assert!(error.contains("a sharded set needs a folder"), "{error}");
    let error = fail(&directory, &[&out[..], &["missing/set"]].concat());
    assert!(error.contains("cannot write missing/set: No such file"), "{error}");
    assert_eq!(names(&directory), ["file", "list.json", "single"]);
    assert_eq!(names(&directory.join("single")), ["model.safetensors"]);
}

#[test]
fn only_shards_of_the_old_set_are_removed() {
    let directory = directory("set_foreign");
    write_list(&directory, &list_of(1));
    let folder = directory.join("set");
    fs::create_dir(&folder).unwrap();
    for name in ["model-old.safetensors", "other.safetensors", "model-mine.safetensors"] {
        fs::write(folder.join(name), "").unwrap();
    }
    fs::write(directory.join("model-outside.safetensors"), "").unwrap();
    let old = json!({ "weight_map": {
        "a": "model-old.safetensors", "b": "other.safetensors", "c": "../model-outside.safetensors"
    } });
    fs::write(folder.join(INDEX), old.to_string()).unwrap();
    let out = ["--out", "set", "--max-shard-size", "5GB"];
    succeed(&directory, &[&["--model", "list.json"], &out[..]].concat());
    let left =
        ["model-00001-of-00001.safetensors", "model-mine.safetensors", INDEX, "other.safetensors"];
    assert_eq!(names(&folder), left);
    assert_eq!(names(&directory), ["list.json", "model-outside.safetensors", "set"]);
}

/// What a loader reads: the index, then every shard that it names. None if the index was replaced
/// meanwhile, so that a shard of it is gone.
fn load(folder: &Path) -> Option<BTreeMap<String, Vec<u8>>> {
    let before = fs::read(folder.join(INDEX)).unwrap();
    let index: Value = serde_json::from_slice(&before).unwrap();
    let mut first = BTreeMap::new();
    for (name, shard) in index["weight_map"].as_object().unwrap() {
        let Ok(mut file) = File::open(folder.join(shard.as_str().unwrap())) else {
            assert_ne!(fs::read(folder.join(INDEX)).unwrap(), before, "{shard} is missing");
            return None;
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let shard = tensors(&bytes);
        first.insert(name.clone(), shard[name].values[0].to_le_bytes().to_vec());
    }
    Some(first)
}

#[test]
fn a_reader_never_finds_shards_of_two_sets() {
    let directory = directory("set_read");
    write_list(&directory, &list_of(4));
    let write = |seed: &str| {
        let out = ["--out", "set", "--max-shard-size", "1MiB", "--seed", seed];
        assert!(
            run(&directory, &[&["--model", "list.json", "--quiet"], &out[..]].concat())
                .status
                .success()
        );
    };
    let folder = directory.join("set");
    let known = ["1", "2"].map(|seed| {
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
        for _ in 0..10 {
            write("1");
            write("2");
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(reads[0] > 0 && reads[1] > 0, "{reads:?}");
}
