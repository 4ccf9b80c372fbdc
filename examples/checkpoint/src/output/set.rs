//! Sharded sets, as Hugging Face's loaders expect one: `model-00001-of-00003.safetensors` and so
//! on, and `model.safetensors.index.json`, which says in which of them a tensor lies.
//!
//! A reader begins with the index. So new shards get names that no file has, the new index takes the
//! old one's place in one step, and only then do the shards of the old set go: whoever reads the
//! index at any moment finds all of one set.
//!
//! Shards that are written by themselves get the names that they have in the whole set, and its index.

use super::plan::{Plan, cut};
use super::temporary::beside;
use super::{Writing, disk};
use crate::generate::Failure;
use crate::model::Model;
use serde_json::{Value, json};
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

const INDEX: &str = "model.safetensors.index.json";

/// Loaders read this one in place of a set, if it is there.
const SINGLE: &str = "model.safetensors";

/// How a model is cut into shards.
pub(crate) struct Shards {
    max_size: u64,
    /// The number of shards in the whole set.
    pub(crate) count: usize,
    /// The shards that are written, counted from 1.
    part: RangeInclusive<usize>,
    /// The bytes of all tensors, and the shard of each, counted from 0.
    bytes: u64,
    places: Vec<(String, usize)>,
}

impl Shards {
    /// Shards of this size at most. If only some are wanted, the model keeps their tensors alone.
    pub(crate) fn of(
        model: &mut Model,
        max_size: u64,
        wanted: Option<RangeInclusive<usize>>,
    ) -> Result<Self, String> {
        if max_size == 0 {
            return Err("--max-shard-size is 0 bytes, and must be at least 1".to_owned());
        }
        let shards = cut(model, Some(max_size));
        let (count, bytes) = (shards.len(), model.bytes());
        let mut places = Vec::new();
        for (shard, tensors) in shards.iter().enumerate() {
            places.extend(tensors.clone().map(|i| (model.tensors[i].name.clone(), shard)));
        }
        let part = wanted.unwrap_or(1..=count);
        if *part.end() > count {
            return Err(format!("there is no shard {}: the set has {count}", part.end()));
        }
        model.tensors.truncate(shards[part.end() - 1].end);
        model.tensors.drain(..shards[part.start() - 1].start);
        Ok(Self { max_size, count, part, bytes, places })
    }

    fn is_part(&self) -> bool {
        self.part.clone().count() < self.count
    }
}

/// Writes shards and their index. A folder that was made for them goes again if nothing came into it.
pub(super) fn write(
    writing: &Writing<'_>,
    folder: &Path,
    shards: &Shards,
) -> Result<Vec<PathBuf>, Failure> {
    if folder.extension().is_some_and(|extension| extension == "safetensors") {
        return Err("--max-shard-size writes a folder, and this is the name of a file".into());
    }
    let is_new = match fs::create_dir(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
        made => made.map(|()| true)?,
    };
    let written = write_into(writing, folder, shards);
    if written.is_err() && is_new {
        let _ = fs::remove_dir(folder);
    }
    written
}

fn write_into(
    writing: &Writing<'_>,
    folder: &Path,
    shards: &Shards,
) -> Result<Vec<PathBuf>, Failure> {
    let plan = Plan::new(writing, Some(shards.max_size))?;
    if !folder.is_dir() {
        return Err("a sharded set needs a folder, and this is none".into());
    }
    if folder.join(SINGLE).exists() {
        let why = "which loaders would read in place of the sharded set; move it away";
        return Err(format!("the folder has a {SINGLE}, {why}").into());
    }
    let index_path = disk::target(&folder.join(INDEX))?;
    let names =
        if shards.is_part() { names(shards.count, "") } else { free_names(folder, shards.count) };
    let contents = contents(writing, shards, &names)?;
    let old = fs::read(&index_path).unwrap_or_default();
    if shards.is_part() && !old.is_empty() && old != contents {
        let why = "another seed, list or size of shards";
        return Err(format!("the folder has shards of another set, by its index: {why}").into());
    }
    disk::check_space(folder, plan.bytes)?;

    let temporaries = plan.headers.iter().map(|_| beside(&index_path));
    let (files, temporaries): (Vec<_>, Vec<_>) =
        temporaries.collect::<io::Result<Vec<_>>>()?.into_iter().unzip();
    writing.fill(&plan, &files)?;
    let (mut index_file, index) = beside(&index_path)?;
    index_file.write_all(&contents)?;
    index_file.sync_all()?;

    let part = &names[shards.part.start() - 1..*shards.part.end()];
    let paths: Vec<PathBuf> = part.iter().map(|name| folder.join(name)).collect();
    // New shards go again if the index cannot be replaced.
    let mut placed = Vec::new();
    for (file, path) in temporaries.into_iter().zip(&paths) {
        if shards.is_part() {
            file.persist(path)?;
        } else {
            file.persist_noclobber(path)?;
            placed.push(TempPath::try_from_path(path)?);
        }
    }
    disk::synchronize_name(&index_path)?;
    // From here on, the new set is the one that readers find.
    index.persist(&index_path)?;
    // On Unix, keeping a path where it is does nothing that could fail.
    placed.into_iter().try_for_each(|path| path.keep().map(drop))?;
    disk::synchronize_name(&index_path)?;
    for shard in shards_of(&old).iter().filter(|&shard| !names.contains(shard)) {
        // The set is whole with an old shard beside it, too.
        let _ = fs::remove_file(folder.join(shard));
    }
    Ok(paths.into_iter().chain([index_path]).collect())
}

/// Names as Hugging Face's tools have them.
fn names(count: usize, mark: &str) -> Vec<String> {
    (1..=count).map(|i| format!("model{mark}-{i:05}-of-{count:05}.safetensors")).collect()
}

/// Names that no file in the folder has: with a mark, if the set that stands there has those without.
fn free_names(folder: &Path, count: usize) -> Vec<String> {
    let is_free = |names: &Vec<String>| names.iter().all(|name| !folder.join(name).exists());
    let marks = std::iter::once(String::new()).chain((2_u64..).map(|n| format!("-{n}")));
    marks.map(|mark| names(count, &mark)).find(is_free).unwrap_or_default()
}

/// The shards of the set with this index, as far as they are this format's.
fn shards_of(index: &[u8]) -> Vec<String> {
    let index: Value = serde_json::from_slice(index).unwrap_or_default();
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

/// The index, with the metadata of the shards.
fn contents(writing: &Writing<'_>, shards: &Shards, names: &[String]) -> Result<Vec<u8>, Failure> {
    let places = shards.places.iter();
    let weight_map: serde_json::Map<_, _> =
        places.map(|(tensor, shard)| (tensor.clone(), names[*shard].clone().into())).collect();
    let mut metadata = json!(writing.metadata);
    metadata["total_size"] = shards.bytes.into();
    let index = json!({ "metadata": metadata, "weight_map": weight_map });
    let mut contents = serde_json::to_vec_pretty(&index)?;
    contents.push(b'\n');
    Ok(contents)
}
