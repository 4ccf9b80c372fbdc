//! Which tensor lies where: the files of a checkpoint, their headers and offsets.

use crate::dtype::Dtype;
use crate::generate::Failure;
use crate::model::{Model, Parameter};
use safetensors::tensor::{Dtype as Stored, Metadata, TensorInfo};
use std::cmp::Reverse;
use std::collections::HashMap;

/// A checkpoint in the format .safetensors, of one file or several.
pub(crate) struct Plan {
    pub(crate) files: Vec<PlannedFile>,
    /// For each parameter, its file and the offset in it.
    pub(crate) places: Vec<(usize, u64)>,
}

/// A file before it is written.
pub(crate) struct PlannedFile {
    /// Its length and its JSON, as they stand before the tensors.
    pub(crate) header: Vec<u8>,
    /// With the header.
    pub(crate) len: u64,
}

impl Plan {
    /// With a greatest size, tensors go into a file as long as it stays below that; a larger
    /// tensor has a file of its own.
    pub(crate) fn new(model: &Model, max_shard_size: Option<u64>) -> Result<Self, Failure> {
        let mut shards = vec![Vec::new()];
        let mut size = 0;
        for (i, parameter) in model.parameters.iter().enumerate() {
            size += parameter.bytes();
            let is_full = max_shard_size.is_some_and(|max| size > max);
            if is_full && shards.last().is_some_and(|shard| !shard.is_empty()) {
                shards.push(Vec::new());
                size = parameter.bytes();
            }
            if let Some(shard) = shards.last_mut() {
                shard.push(i);
            }
        }
        let mut places = vec![(0, 0); model.parameters.len()];
        let mut files = Vec::new();
        for mut shard in shards {
            // The widest elements first, so that all are aligned; readers rely on that.
            shard.sort_by_key(|&i| Reverse(model.parameters[i].dtype.size()));
            let header = header(model, &shard)?;
            let mut end = header.len() as u64;
            for i in shard {
                places[i] = (files.len(), end);
                end += model.parameters[i].bytes();
            }
            files.push(PlannedFile { header, len: end });
        }
        Ok(Self { files, places })
    }

    /// The size of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.len).sum()
    }
}

fn header(model: &Model, parameters: &[usize]) -> Result<Vec<u8>, Failure> {
    let mut end = 0;
    let info = |&i: &usize| {
        let Parameter { name, shape, dtype, .. } = &model.parameters[i];
        let start = end;
        end += model.parameters[i].elements() * dtype.size();
        let info =
            TensorInfo { dtype: stored(*dtype), shape: shape.clone(), data_offsets: (start, end) };
        (name.clone(), info)
    };
    let tensors = parameters.iter().map(info).collect();
    let json = serde_json::to_vec(&Metadata::new(metadata(model), tensors)?)?;
    let mut header = (json.len().next_multiple_of(8) as u64).to_le_bytes().to_vec();
    header.extend(json);
    // Spaces, so that the weights are aligned.
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}

/// One entry and no more: a map's order is another in every run.
fn metadata(model: &Model) -> Option<HashMap<String, String>> {
    let format = model.format()?;
    Some(HashMap::from([("format".to_owned(), format.to_owned())]))
}

/// The format's name for a type.
fn stored(dtype: Dtype) -> Stored {
    match dtype {
        Dtype::F64 => Stored::F64,
        Dtype::F32 => Stored::F32,
        Dtype::F16 => Stored::F16,
        Dtype::Bf16 => Stored::BF16,
        Dtype::I64 => Stored::I64,
    }
}
