//! The files of a checkpoint in the format .safetensors: which tensor lies where, headers and offsets.

use super::Writing;
use crate::generate::Failure;
use crate::model::{Model, Tensor};
use serde::Serializer;
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::ops::Range;

pub(super) struct Plan {
    /// The header of each file: its length and its JSON, which stand before the tensors.
    pub(super) headers: Vec<Vec<u8>>,
    /// For each tensor, its file and the offset in it.
    pub(super) places: Vec<(usize, u64)>,
    /// The size of all files.
    pub(super) bytes: u64,
}

impl Plan {
    /// One file, or shards of this size at most.
    pub(super) fn new(writing: &Writing<'_>, max_shard_size: Option<u64>) -> Result<Self, Failure> {
        let tensors = &writing.model.tensors;
        let (mut headers, mut places, mut bytes) = (Vec::new(), vec![(0, 0); tensors.len()], 0);
        for shard in cut(writing.model, max_shard_size) {
            // The widest elements first, so that all are aligned; readers rely on that.
            let mut shard: Vec<usize> = shard.collect();
            shard.sort_by_key(|&i| Reverse(tensors[i].dtype.size()));
            let header = header(writing, &shard)?;
            let mut end = header.len() as u64;
            for i in shard {
                places[i] = (headers.len(), end);
                end += tensors[i].bytes();
            }
            headers.push(header);
            bytes += end;
        }
        Ok(Self { headers, places, bytes })
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
