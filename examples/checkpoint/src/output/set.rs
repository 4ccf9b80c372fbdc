//! A sharded set, as Hugging Face's loaders expect one: `model-00001-of-00003.safetensors` and so
//! on, and `model.safetensors.index.json`, which says in which of them a tensor lies.
//!
//! A reader begins with the index. So new shards get names that no file has, the new index takes the
//! old one's place in one step, and only then do the shards of the old set go: whoever reads the
//! index at any moment finds all of one set.

use super::{NewFolder, Plan, Space, Temporary, Writing, Written, disk};
use crate::generate::Failure;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

const INDEX: &str = "model.safetensors.index.json";

/// Loaders read this one in place of a set, if it is there.
const SINGLE: &str = "model.safetensors";

pub(super) fn write(
    writing: &Writing<'_>,
    folder: &Path,
    max_shard_size: u64,
) -> Result<Written, Failure> {
    let plan = Plan::new(writing.model, Some(max_shard_size))?;
    if folder.exists() && !folder.is_dir() {
        return Err("a sharded set needs a folder, and this is none".into());
    }
    if folder.join(SINGLE).exists() {
        let why = "which loaders would read in place of the sharded set; move it away";
        return Err(format!("the folder has a {SINGLE}, {why}").into());
    }
    let _folder = NewFolder::at(folder)?;
    let index_path = disk::target(&folder.join(INDEX))?;
    let old = shards_of(&index_path);
    let space = Space::check(folder, plan.bytes())?;

    let (mut files, mut temporaries) = (Vec::new(), Vec::new());
    for _ in &plan.files {
        let (file, temporary) = Temporary::beside(&index_path)?;
        files.push(file);
        temporaries.push(temporary);
    }
    let sums = writing.fill(&plan, &files, &space)?;
    let (mut index_file, index) = Temporary::beside(&index_path)?;
    let names = free_names(folder, files.len());
    index_file
        .write_all(&contents(writing, &plan, &names)?)
        .and_then(|()| index_file.sync_all())
        .map_err(|error| space.explain(error))?;

    let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
    let placed = temporaries.into_iter().zip(&paths).map(|(file, path)| file.place(path));
    let placed = placed.collect::<Result<Vec<_>, _>>()?;
    disk::synchronize_name(&index_path)?;
    // From here on, the new set is the one that readers find.
    index.replace(&index_path, placed)?;
    disk::synchronize_name(&index_path)?;
    for shard in old.iter().filter(|&shard| !names.contains(shard)) {
        // The set is whole with an old shard beside it, too.
        let _ = fs::remove_file(folder.join(shard));
    }
    Ok(Written { sums, files: paths.into_iter().chain([index_path]).collect() })
}

/// Names of shards that no file in the folder has: those that Hugging Face's tools use or, if the
/// set that stands there has them, others.
fn free_names(folder: &Path, count: usize) -> Vec<String> {
    let names = |mark: &str| -> Vec<String> {
        let name = |i| format!("model{mark}-{i:05}-of-{count:05}.safetensors");
        (1..=count).map(name).collect()
    };
    let is_free = |names: &Vec<String>| names.iter().all(|name| !folder.join(name).exists());
    let marks = std::iter::once(String::new()).chain((2_u64..).map(|n| format!("-{n}")));
    marks.map(|mark| names(&mark)).find(is_free).unwrap_or_default()
}

/// The shards of the set that stands in the folder, as far as they are this format's.
fn shards_of(index: &Path) -> Vec<String> {
    let index = File::open(index).ok().and_then(|file| serde_json::from_reader(file).ok());
    let index: Value = index.unwrap_or_default();
    let files = index["weight_map"].as_object().into_iter().flat_map(serde_json::Map::values);
    let mut shards: Vec<String> = files.filter_map(Value::as_str).map(str::to_owned).collect();
    shards.sort();
    shards.dedup();
    // No path out of the folder, and nothing of another kind.
    shards.retain(|shard| {
        let is_shard = shard.starts_with("model-") && shard.ends_with(".safetensors");
        is_shard && !shard.contains(['/', '\\'])
    });
    shards
}

fn contents(writing: &Writing<'_>, plan: &Plan, names: &[String]) -> Result<Vec<u8>, Failure> {
    let parameters = writing.model.parameters.iter().zip(&plan.places);
    let weight_map: serde_json::Map<_, _> = parameters
        .map(|(parameter, &(file, _))| (parameter.name.clone(), names[file].clone().into()))
        .collect();
    let index = json!({
        "metadata": { "total_size": writing.model.bytes() },
        "weight_map": weight_map,
    });
    let mut contents = serde_json::to_vec_pretty(&index)?;
    contents.push(b'\n');
    Ok(contents)
}
