//! The files of the ranks: each has the rank's parts, and metadata that say where they lie.

use crate::cut::Part;
use crate::model::Parameter;
use ndarray_init::Key;
use ndarray_init::ndarray::ArrayD;
use safetensors::tensor::{Dtype, View};
use safetensors::{SafeTensors, serialize_to_file};
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The entry of the metadata. PyTorch's `HuggingFaceStorageReader` reads it, and `saved_offsets` in it.
const SHARDING_INFO: &str = "DCP_SHARDING_INFO";

/// A part of a parameter, with its values.
pub struct Piece<'a> {
    pub parameter: &'a Parameter,
    pub part: &'a Part,
    pub array: &'a ArrayD<f32>,
}

impl View for &Piece<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.part.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.array.iter().flat_map(|x| x.to_le_bytes()).collect()
    }

    fn data_len(&self) -> usize {
        self.array.len() * size_of::<f32>()
    }
}

/// The name of a rank's file, as PyTorch's writer has it.
pub fn name(rank: usize) -> String {
    format!("shard-{:05}-model-00001-of-00001.safetensors", rank + 1)
}

/// Writes a rank's file. Parts without elements are left out.
pub fn write(path: &Path, pieces: &[Piece<'_>]) -> Result<(), String> {
    let pieces = pieces.iter().filter(|piece| !piece.array.is_empty());
    let name = |piece: &Piece<'_>| piece.parameter.name.clone();
    // PyTorch needs no `global_shape`. With it, a file of another network is found.
    let place = |piece: &Piece<'_>| {
        let (offset, shape) = (&piece.part.offset, &piece.parameter.shape);
        json!({ "saved_offsets": offset, "global_shape": shape })
    };
    let places: Value = pieces.clone().map(|piece| (name(piece), place(piece))).collect();
    let metadata = HashMap::from([(SHARDING_INFO.to_owned(), places.to_string())]);
    serialize_to_file(pieces.map(|piece| (name(piece), piece)), Some(metadata), path)
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// All safetensors files of a folder.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(wrong)?.collect::<Result<Vec<_>, _>>();
    let mut files: Vec<_> = entries.map_err(wrong)?.iter().map(fs::DirEntry::path).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "safetensors"));
    Ok(files)
}

/// Compares the files of all ranks with what a single process makes, bit by bit: every element must
/// be in one file, and in no other.
pub fn compare(folder: &Path, parameters: &[Parameter], network: Key) -> Result<(), String> {
    let read = |path: PathBuf| fs::read(&path).map(|bytes| (path, bytes));
    let files: Result<Vec<_>, _> = files(folder)?.into_iter().map(read).collect();
    let files = files.map_err(|error| format!("{}: {error}", folder.display()))?;
    for parameter in parameters {
        let whole = parameter.whole(network)?;
        let mut is_missing = ArrayD::from_elem(whole.raw_dim(), true);
        for (path, bytes) in &files {
            compare_file(bytes, &parameter.name, &whole, &mut is_missing)
                .map_err(|error| format!("{}: {:?} {error}", path.display(), parameter.name))?;
        }
        let missing = is_missing.iter().filter(|&&is_missing| is_missing).count();
        if missing > 0 {
            return Err(format!("{:?}: {missing} elements are in no file", parameter.name));
        }
    }
    println!("the files have what one process makes, to the bit");
    Ok(())
}

fn compare_file(
    bytes: &[u8],
    name: &str,
    whole: &ArrayD<f32>,
    is_missing: &mut ArrayD<bool>,
) -> Result<(), String> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let Ok(found) = tensors.tensor(name) else { return Ok(()) };
    let places = metadata.metadata().as_ref().and_then(|metadata| metadata.get(SHARDING_INFO));
    let places = serde_json::from_str::<Value>(places.ok_or("has no place in the whole")?);
    let places = places.map_err(|error| error.to_string())?;
    let [offset, global_shape] = ["saved_offsets", "global_shape"]
        .map(|field| Vec::<usize>::deserialize(&places[name][field]).unwrap_or_default());
    let shape = found.shape();
    let is_inside = offset.len() == whole.ndim()
        && shape.len() == whole.ndim()
        && (0..whole.ndim()).all(|axis| offset[axis] + shape[axis] <= whole.shape()[axis]);
    if global_shape != whole.shape() || !is_inside {
        return Err(format!("has {shape:?} at {offset:?}, not within {:?}", whole.shape()));
    }
    let part = Part { offset, shape: shape.to_vec() };
    let expected = whole.slice_each_axis(|axis| part.along(axis));
    let is_missing = is_missing.slice_each_axis_mut(|axis| part.along(axis));
    let elements = found.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
    for ((found, expected), is_missing) in elements.zip(expected).zip(is_missing) {
        if found.to_bits() != expected.to_bits() {
            return Err(format!("has {found:?}, {expected:?} in one process"));
        }
        if !std::mem::replace(is_missing, false) {
            return Err("has an element that another file has".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;
    use ndarray_init::Normal;

    /// Compares files with these parts of a 5 × 4 parameter with the whole.
    fn compared(parts: &[[[usize; 2]; 2]], change: impl Fn(&Path)) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let initializer = Normal::new(0.0, 1.0).unwrap().into();
        let (name, shape, place) = ("w".to_owned(), vec![5, 4], Place::Mlp);
        let parameter = Parameter { name, shape, place, initializer };
        for (rank, &[offset, shape]) in parts.iter().enumerate() {
            let part = Part { offset: offset.to_vec(), shape: shape.to_vec() };
            let array = parameter.part(Key::new(1), &part).unwrap();
            let piece = Piece { parameter: &parameter, part: &part, array: &array };
            write(&folder.path().join(super::name(rank)), &[piece]).unwrap();
        }
        change(&folder.path().join(super::name(0)));
        compare(folder.path(), &[parameter], Key::new(1))
    }

    const QUARTERS: [[[usize; 2]; 2]; 4] =
        [[[0, 0], [2, 3]], [[0, 3], [2, 1]], [[2, 0], [3, 3]], [[2, 3], [3, 1]]];

    #[test]
    fn files_with_every_element_once_and_right_pass_and_others_do_not() {
        compared(&QUARTERS, |_| ()).unwrap();
        // A part without elements is left out.
        compared(&[[[0, 0], [5, 4]], [[5, 0], [0, 4]]], |_| ()).unwrap();
        let error = compared(&QUARTERS[1..], |_| ()).unwrap_err();
        assert_eq!(error, "\"w\": 6 elements are in no file");
        let error = compared(&[[[0, 0], [3, 4]], [[2, 0], [3, 4]]], |_| ()).unwrap_err();
        assert!(error.ends_with("has an element that another file has"), "{error}");
        let error = compared(&QUARTERS, |path| {
            let mut bytes = fs::read(path).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(path, bytes).unwrap();
        });
        assert!(error.unwrap_err().ends_with("in one process"));
        for length in [0, 7, 8, 40, 190] {
            let cut = |path: &Path| fs::write(path, &fs::read(path).unwrap()[..length]).unwrap();
            assert!(compared(&QUARTERS, cut).is_err(), "{length}");
        }
    }
}
