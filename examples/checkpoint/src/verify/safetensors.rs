//! Files in the format .safetensors, and sets of them.

use super::header::Header;
use super::{Differences, Findings};
use crate::generate::{Failure, Generator};
use crate::model::Model;
use indicatif::ProgressBar;
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

pub(super) fn verify_file(
    model: &Model,
    seed: u64,
    path: &Path,
    progress: &ProgressBar,
) -> Result<Findings, Failure> {
    let shard = Shard::open(path)?;
    compare(model, seed, &[shard], Vec::new(), progress)
}

/// The part of an index that says where the tensors are.
#[derive(Deserialize)]
struct Index {
    metadata: IndexMetadata,
    weight_map: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct IndexMetadata {
    total_size: u64,
}

pub(super) fn verify_set(
    model: &Model,
    seed: u64,
    path: &Path,
    progress: &ProgressBar,
) -> Result<Findings, Failure> {
    let index: Index = serde_json::from_reader(std::io::BufReader::new(File::open(path)?))?;
    let mut wrong = Vec::new();
    let bytes = model.bytes();
    if index.metadata.total_size != bytes {
        let total = index.metadata.total_size;
        wrong.push(format!("the index says that the tensors have {total} bytes, not {bytes}"));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let names: BTreeSet<&String> = index.weight_map.values().collect();
    let open = |name: &&String| {
        Shard::open(&folder.join(name)).map_err(|error| format!("{name}: {error}"))
    };
    let shards = names.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    for (name, shard) in names.iter().zip(&shards) {
        for tensor in shard.header.tensors.keys() {
            match index.weight_map.get(tensor) {
                Some(place) if place == *name => {}
                Some(place) => wrong.push(format!("{tensor:?} is in {name}, not in {place}")),
                None => wrong.push(format!("{tensor:?} is in {name}, but not in the index")),
            }
        }
    }
    for (tensor, name) in &index.weight_map {
        let shard = names.iter().position(|other| *other == name).map(|i| &shards[i]);
        if shard.is_some_and(|shard| !shard.header.tensors.contains_key(tensor)) {
            wrong.push(format!("the index has {tensor:?} in {name}, which does not"));
        }
    }
    compare(model, seed, &shards, wrong, progress)
}

/// A file whose header was read.
struct Shard {
    file: File,
    header: Header,
}

impl Shard {
    fn open(path: &Path) -> Result<Self, Failure> {
        let mut file = File::open(path)?;
        let len = file.metadata()?.len();
        let header = Header::read(&mut file, len)?;
        Ok(Self { file, header })
    }
}

fn compare(
    model: &Model,
    seed: u64,
    shards: &[Shard],
    mut wrong: Vec<String>,
    progress: &ProgressBar,
) -> Result<Findings, Failure> {
    for shard in shards {
        let found = &shard.header.format;
        if found.as_deref() != model.format() {
            let expected = model.format();
            wrong.push(format!("the format in the metadata is {found:?}, not {expected:?}"));
        }
    }
    let mut found = BTreeMap::new();
    let mut places = BTreeMap::new();
    for (i, shard) in shards.iter().enumerate() {
        for (name, tensor) in &shard.header.tensors {
            found.insert(name.clone(), (tensor.dtype.clone(), tensor.shape.clone()));
            places.insert(name.as_str(), (i, tensor.offset));
        }
    }
    let mut findings = Findings::of_tensors(model, &found);
    let comparable = findings.comparable(model);
    let differences = Differences::new();
    Generator::new(model, seed, false).all(&|chunk| {
        thread_local!(static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) });
        progress.inc(chunk.bytes.len() as u64);
        let parameter = &model.parameters[chunk.parameter];
        let Some(&(shard, start)) = places.get(parameter.name.as_str()) else { return Ok(()) };
        if !comparable[chunk.parameter] {
            return Ok(());
        }
        BUFFER.with_borrow_mut(|buffer| {
            buffer.resize(chunk.bytes.len(), 0);
            let offset = start + (chunk.first * parameter.dtype.size()) as u64;
            shards[shard].file.read_exact_at(buffer, offset)?;
            differences.compare(chunk, parameter.dtype, buffer);
            Ok(())
        })
    })?;
    findings.differing = differences.of(model);
    findings.files = wrong;
    Ok(findings)
}
