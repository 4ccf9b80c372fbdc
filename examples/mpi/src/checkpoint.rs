//! The files of all ranks, read as one checkpoint: whole tensors by name, whoever wrote which part.

use crate::cut::Part;
use crate::shard::{Place, SHARDING_INFO};
use ndarray_init::ndarray::{ArrayD, Axis, IxDyn, Slice};
use safetensors::tensor::{Dtype, Metadata};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// A folder of files that have every element of every tensor once.
pub struct Checkpoint {
    tensors: BTreeMap<String, Tensor>,
}

/// A tensor in parts.
struct Tensor {
    shape: Vec<usize>,
    pieces: Vec<Stored>,
}

/// A part of a tensor, and where its bytes are.
struct Stored {
    file: PathBuf,
    first_byte: u64,
    part: Part,
}

impl Checkpoint {
    /// Reads the headers of all `.safetensors` files of a folder.
    ///
    /// # Errors
    /// If a file cannot be read, says not where its tensors lie in the whole, or has other elements
    /// than `f32`; and if an element of a tensor is in no file, or in two.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let mut tensors = BTreeMap::new();
        for file in files(folder)? {
            add(&file, &mut tensors).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        for (name, tensor) in &tensors {
            tensor.check().map_err(|error| format!("tensor {name:?}: {error}"))?;
        }
        Ok(Self { tensors })
    }

    /// The names of all tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// A whole tensor, from all files that have a part of it.
    ///
    /// # Errors
    /// If there is none of this name, or a file cannot be read.
    pub fn load(&self, name: &str) -> Result<ArrayD<f32>, String> {
        let tensor = self.tensors.get(name).ok_or_else(|| format!("no tensor {name:?}"))?;
        let mut whole = ArrayD::zeros(IxDyn(&tensor.shape));
        for piece in &tensor.pieces {
            let values =
                piece.read().map_err(|error| format!("{}: {error}", piece.file.display()))?;
            let Part { offset, shape } = &piece.part;
            let mut place = whole.view_mut();
            for axis in 0..shape.len() {
                let range = Slice::from(offset[axis]..offset[axis] + shape[axis]);
                place.slice_axis_inplace(Axis(axis), range);
            }
            place.assign(&values);
        }
        Ok(whole)
    }
}

/// All files of a checkpoint.
///
/// # Errors
/// If the folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let of_folder = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(|error| of_folder(&error))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| of_folder(&error))?.path();
        if path.extension().is_some_and(|extension| extension == "safetensors") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Adds what a file has to the tensors.
fn add(path: &Path, tensors: &mut BTreeMap<String, Tensor>) -> Result<(), String> {
    let (header, metadata) = header(path)?;
    let places = metadata.metadata().as_ref().and_then(|metadata| metadata.get(SHARDING_INFO));
    let places = places.ok_or_else(|| format!("it has no {SHARDING_INFO}"))?;
    let mut places: BTreeMap<String, Place> = serde_json::from_str(places)
        .map_err(|error| format!("its {SHARDING_INFO} cannot be read: {error}"))?;
    for (name, info) in metadata.tensors() {
        let place = places.remove(&name).ok_or_else(|| format!("no place for {name:?}"))?;
        if info.dtype != Dtype::F32 {
            return Err(format!("{name:?} has elements of {:?}, not of f32", info.dtype));
        }
        let Place { saved_offsets: offset, global_shape: shape } = place;
        let rank = info.shape.len();
        if offset.len() != rank || shape.len() != rank {
            return Err(format!("{name:?} has a part of {rank} axes in a shape {shape:?}"));
        }
        let tensor = tensors
            .entry(name.clone())
            .or_insert_with(|| Tensor { shape: shape.clone(), pieces: Vec::new() });
        if tensor.shape != shape {
            let other = &tensor.shape;
            return Err(format!("{name:?} is of shape {shape:?} here, {other:?} elsewhere"));
        }
        tensor.pieces.push(Stored {
            file: path.to_owned(),
            first_byte: header + info.data_offsets.0 as u64,
            part: Part { offset, shape: info.shape.clone() },
        });
    }
    Ok(())
}

/// How many bytes come before the tensors of a file, and what they say.
fn header(path: &Path) -> Result<(u64, Metadata), String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let bytes = file.metadata().map_err(|error| error.to_string())?.len();
    let mut length = [0; 8];
    file.read_exact(&mut length).map_err(|_| "it is too short for a header".to_owned())?;
    let length = u64::from_le_bytes(length);
    let begin = length.checked_add(8).filter(|&begin| begin <= bytes);
    let begin = begin.ok_or_else(|| format!("a header of {length} bytes in a file of {bytes}"))?;
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).map_err(|error| error.to_string())?;
    let metadata: Metadata = serde_json::from_slice(&header).map_err(|error| error.to_string())?;
    let expected = begin + metadata.data_len() as u64;
    if expected != bytes {
        return Err(format!("it has {bytes} bytes, not {expected} as its header says"));
    }
    Ok((begin, metadata))
}

impl Tensor {
    /// Whether the parts have every element once.
    fn check(&self) -> Result<(), String> {
        let Self { shape, pieces } = self;
        for (i, Stored { file, part, .. }) in pieces.iter().enumerate() {
            let Part { offset, shape: size } = part;
            let ends = offset.iter().zip(size).map(|(begin, size)| begin.checked_add(*size));
            if ends.zip(shape).any(|(end, &most)| end.is_none_or(|end| end > most)) {
                let file = file.display();
                return Err(format!("{file} has {size:?} at {offset:?}, not within {shape:?}"));
            }
            if let Some(other) = pieces[..i].iter().find(|other| other.part.overlaps(part)) {
                let files = (file.display(), other.file.display());
                return Err(format!("{} and {} have an element in common", files.0, files.1));
            }
        }
        // Parts that lie within the shape and have nothing in common leave nothing out if they have
        // as many elements.
        let (all, found) =
            (shape.iter().product::<usize>(), pieces.iter().map(|piece| piece.part.elements()));
        let found: usize = found.sum();
        if found != all {
            return Err(format!("the files have {found} of {all} elements of shape {shape:?}"));
        }
        Ok(())
    }
}

impl Part {
    fn overlaps(&self, other: &Self) -> bool {
        (0..self.shape.len()).all(|axis| {
            self.offset[axis] < other.offset[axis] + other.shape[axis]
                && other.offset[axis] < self.offset[axis] + self.shape[axis]
        })
    }
}

impl Stored {
    fn read(&self) -> Result<ArrayD<f32>, String> {
        let mut bytes = vec![0; self.part.elements() * size_of::<f32>()];
        let mut file = File::open(&self.file).map_err(|error| error.to_string())?;
        file.seek(SeekFrom::Start(self.first_byte)).map_err(|error| error.to_string())?;
        file.read_exact(&mut bytes).map_err(|error| error.to_string())?;
        let values = bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        ArrayD::from_shape_vec(IxDyn(&self.part.shape), values).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shard::{self, Piece};
    use tempfile::TempDir;

    /// The number that an element of the whole has.
    fn value(row: usize, column: usize) -> f32 {
        (10 * row + column) as f32
    }

    /// A folder with a file for each of these parts of a tensor "w" of shape 5 × 4.
    fn folder(parts: &[[[usize; 2]; 2]]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (rank, &[offset, shape]) in parts.iter().enumerate() {
            let array =
                ArrayD::from_shape_fn(&shape[..], |i| value(offset[0] + i[0], offset[1] + i[1]));
            let part = Part { offset: offset.to_vec(), shape: shape.to_vec() };
            let piece = || Piece { name: "w", global_shape: &[5, 4], part: &part, array: &array };
            let path = folder.path().join(shard::file_name(rank));
            shard::write(&path, std::iter::repeat_with(piece).take(1)).unwrap();
        }
        folder
    }

    #[track_caller]
    fn refused(folder: &TempDir) -> String {
        match Checkpoint::open(folder.path()) {
            Ok(_) => panic!("a checkpoint"),
            Err(error) => error,
        }
    }

    const QUARTERS: [[[usize; 2]; 2]; 4] =
        [[[0, 0], [2, 3]], [[0, 3], [2, 1]], [[2, 0], [3, 3]], [[2, 3], [3, 1]]];

    #[test]
    fn a_tensor_comes_together_from_four_files() {
        let folder = folder(&QUARTERS);
        let checkpoint = Checkpoint::open(folder.path()).unwrap();
        assert_eq!(checkpoint.names().collect::<Vec<_>>(), ["w"]);
        let expected = ArrayD::from_shape_fn(&[5, 4][..], |i| value(i[0], i[1]));
        assert_eq!(checkpoint.load("w").unwrap(), expected);
        assert_eq!(checkpoint.load("v").unwrap_err(), "no tensor \"v\"");
    }

    #[test]
    fn any_missing_file_is_seen() {
        for (missing, [_, shape]) in QUARTERS.iter().enumerate() {
            let folder = folder(&QUARTERS);
            fs::remove_file(folder.path().join(shard::file_name(missing))).unwrap();
            let found = 20 - shape.iter().product::<usize>();
            let expected =
                format!("tensor \"w\": the files have {found} of 20 elements of shape [5, 4]");
            assert_eq!(refused(&folder), expected);
        }
    }

    #[test]
    fn an_element_in_two_files_is_seen() {
        // As many elements as the whole has.
        let folder = folder(&[[[0, 0], [3, 4]], [[2, 0], [2, 4]]]);
        assert!(refused(&folder).ends_with("have an element in common"));
    }

    #[test]
    fn a_part_outside_the_whole_is_seen() {
        let folder = folder(&[[[0, 0], [5, 4]], [[4, 4], [2, 1]]]);
        assert!(refused(&folder).ends_with("has [2, 1] at [4, 4], not within [5, 4]"));
    }

    #[test]
    fn a_file_that_was_cut_off_is_seen() {
        let folder = folder(&QUARTERS);
        let path = folder.path().join(shard::file_name(2));
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let (found, all) = (bytes.len() - 1, bytes.len());
        let expected = format!("it has {found} bytes, not {all} as its header says");
        assert!(refused(&folder).ends_with(&expected));
        for length in [0, 7, 8, 40] {
            fs::write(&path, &bytes[..length]).unwrap();
            refused(&folder);
        }
    }

    #[test]
    fn parts_without_elements_are_left_out() {
        let folder = folder(&[[[0, 0], [5, 4]], [[5, 0], [0, 4]]]);
        assert_eq!(Checkpoint::open(folder.path()).unwrap().load("w").unwrap().len(), 20);
    }
}
