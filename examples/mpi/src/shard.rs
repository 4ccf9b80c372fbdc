//! The file of one rank, and the metadata that make it a part of a checkpoint.

use crate::cut::Part;
use ndarray_init::ndarray::ArrayD;
use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// The entry of a file's metadata that says where its tensors lie in the whole.
///
/// The name, and `saved_offsets` in it, are those of PyTorch's `torch.distributed.checkpoint`, whose
/// `HuggingFaceStorageReader` loads a folder of such files as one checkpoint.
pub const SHARDING_INFO: &str = "DCP_SHARDING_INFO";

/// Where a tensor of a file lies in the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The index of its first element.
    pub saved_offsets: Vec<usize>,
    /// The shape of the whole: without it, a missing file at the end would go unseen. PyTorch does
    /// not ask for it.
    pub global_shape: Vec<usize>,
}

/// A part of a tensor, with its values.
pub struct Piece<'a> {
    /// The tensor's name.
    pub name: &'a str,
    /// The shape of the whole tensor.
    pub global_shape: &'a [usize],
    /// Which part of it this is.
    pub part: &'a Part,
    /// Its values.
    pub array: &'a ArrayD<f32>,
}

/// The name of a rank's file, as PyTorch's writer has it.
#[must_use]
pub fn file_name(rank: usize) -> String {
    format!("shard-{:05}-model-00001-of-00001.safetensors", rank + 1)
}

/// Writes a rank's file. Parts without elements are left out.
///
/// # Errors
/// If the file cannot be written.
pub fn write<'a>(
    path: &Path,
    pieces: impl Iterator<Item = Piece<'a>> + Clone,
) -> Result<(), String> {
    let pieces = pieces.filter(|piece| piece.part.elements() > 0);
    write_all(path, &header(pieces.clone())?, pieces)
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn write_all<'a>(
    path: &Path,
    header: &[u8],
    pieces: impl Iterator<Item = Piece<'a>>,
) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header)?;
    for Piece { array, .. } in pieces {
        match array.as_slice() {
            Some(values) if cfg!(target_endian = "little") => {
                file.write_all(bytemuck::cast_slice(values))?;
            }
            _ => array.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))?,
        }
    }
    file.flush()
}

/// The names, shapes and places of a file's tensors, as the format has them.
fn header<'a>(pieces: impl Iterator<Item = Piece<'a>>) -> Result<Vec<u8>, String> {
    let mut end = 0;
    let (mut tensors, mut places) = (Vec::new(), BTreeMap::new());
    for Piece { name, global_shape, part, .. } in pieces {
        let start = end;
        end += part.elements() * size_of::<f32>();
        let shape = part.shape.clone();
        let info = TensorInfo { dtype: Dtype::F32, shape, data_offsets: (start, end) };
        tensors.push((name.to_owned(), info));
        let (saved_offsets, global_shape) = (part.offset.clone(), global_shape.to_vec());
        places.insert(name, Place { saved_offsets, global_shape });
    }
    let places = serde_json::to_string(&places).map_err(|error| error.to_string())?;
    // One entry and no more, since a map's order is another in every run.
    let metadata = HashMap::from([(SHARDING_INFO.to_owned(), places)]);
    let metadata = Metadata::new(Some(metadata), tensors).map_err(|error| error.to_string())?;
    let mut header = serde_json::to_vec(&metadata).map_err(|error| error.to_string())?;
    // Spaces, so that the values are aligned.
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}
