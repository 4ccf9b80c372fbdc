//! The files of a checkpoint in the format .safetensors: which tensor lies where, headers and offsets.

use super::Writing;
use crate::generate::Failure;
use crate::model::{Model, Tensor};
use serde::Serializer;
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::ops::Range;

pub(super) struct Plan {
    pub(super) files: Vec<PlannedFile>,
    /// For each tensor, its file and the offset in it.
    pub(super) places: Vec<(usize, u64)>,
}

/// A file before it is written.
pub(super) struct PlannedFile {
    /// Its length and its JSON, as they stand before the tensors.
    pub(super) header: Vec<u8>,
    /// With the header.
    len: u64,
}

impl Plan {
    /// One file, or shards of this size at most.
    pub(super) fn new(writing: &Writing<'_>, max_shard_size: Option<u64>) -> Result<Self, Failure> {
        let tensors = &writing.model.tensors;
        let mut places = vec![(0, 0); tensors.len()];
        let mut files = Vec::new();
        for shard in cut(writing.model, max_shard_size) {
            // The widest elements first, so that all are aligned; readers rely on that.
            let mut shard: Vec<usize> = shard.collect();
            shard.sort_by_key(|&i| Reverse(tensors[i].dtype.size()));
            let header = header(writing, &shard)?;
            let mut end = header.len() as u64;
            for i in shard {
                places[i] = (files.len(), end);
                end += tensors[i].bytes();
            }
            files.push(PlannedFile { header, len: end });
        }
        Ok(Self { files, places })
    }

    /// The size of all files.
    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.len).sum()
    }
}

/// The tensors of each shard: as many as stay below the greatest size, in the list's order. A larger
/// tensor has a shard of its own.
pub(super) fn cut(model: &Model, max_shard_size: Option<u64>) -> Vec<Range<usize>> {
    let (mut shards, mut start, mut size) = (Vec::new(), 0, 0);
    for (i, tensor) in model.tensors.iter().enumerate() {
        size += tensor.bytes();
        if i > start && max_shard_size.is_some_and(|max| size > max) {
            shards.push(start..i);
            (start, size) = (i, tensor.bytes());
        }
    }
    shards.push(start..model.tensors.len());
    shards
}

fn header(writing: &Writing<'_>, tensors: &[usize]) -> Result<Vec<u8>, Failure> {
    let mut end = 0;
    let entry = |&i: &usize| -> (&str, Value) {
        let tensor @ Tensor { name, shape, dtype, .. } = &writing.model.tensors[i];
        let start = end;
        end += tensor.bytes();
        (name, json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, end] }))
    };
    let metadata = ("__metadata__", json!(writing.metadata));
    let mut json = Vec::new();
    let entries = std::iter::once(metadata).chain(tensors.iter().map(entry));
    serde_json::Serializer::new(&mut json).collect_map(entries)?;
    let mut header = (json.len().next_multiple_of(8) as u64).to_le_bytes().to_vec();
    header.extend(json);
    // Spaces, so that the weights are aligned.
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}
