//! The files of a checkpoint, and where each of its tensors lies in them.

use super::header::{Header, Stored};
use crate::dtype::Dtype;
use crate::generate::Failure;
use crate::model::Model;
use ndarray_npy::npy::header::Header as NpyHeader;
use py_literal::Value;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use zip::{CompressionMethod, ZipArchive};

/// A checkpoint in any form that this program writes.
#[derive(Default)]
pub(crate) struct Files {
    /// The name of each file, with the metadata.
    pub(super) opened: Vec<(String, File, HashMap<String, String>)>,
    /// Each tensor, with its file's place.
    pub(super) tensors: BTreeMap<String, (usize, Stored)>,
    /// Faults of the files around the tensors.
    pub(super) faults: Vec<String>,
}

impl Files {
    /// Opens an .npz, the set of an .index.json, or a .safetensors file. Of a set, the shards of the
    /// model's tensors are enough.
    pub(crate) fn open(path: &Path, model: &Model) -> Result<Self, Failure> {
        let name = path.to_string_lossy();
        let mut files = Self::default();
        if name.ends_with(".npz") {
            files.add_npz(path)?;
        } else if name.ends_with(".index.json") {
            files.add_set(path, model)?;
        } else {
            files.add(path, name.to_string())?;
        }
        Ok(files)
    }

    fn add(&mut self, path: &Path, name: String) -> Result<(), Failure> {
        let mut file = File::open(path)?;
        let len = file.metadata()?.len();
        let Header { tensors, metadata } = Header::read(&mut file, len)?;
        let place = self.opened.len();
        self.tensors.extend(tensors.into_iter().map(|(tensor, stored)| (tensor, (place, stored))));
        self.opened.push((name, file, metadata));
        Ok(())
    }

    fn add_set(&mut self, path: &Path, model: &Model) -> Result<(), Failure> {
        /// The part of an index that says where the tensors are.
        #[derive(Deserialize)]
        struct Index {
            weight_map: BTreeMap<String, String>,
        }

        let Index { mut weight_map } = serde_json::from_reader(BufReader::new(File::open(path)?))?;
        let wanted: BTreeSet<String> = model
            .tensors
            .iter()
            .filter_map(|tensor| weight_map.get(&tensor.name).cloned())
            .collect();
        weight_map.retain(|_, shard| wanted.contains(shard));
        let folder = path.parent().unwrap_or(Path::new(""));
        for shard in wanted {
            self.add(&folder.join(&shard), shard.clone())
                .map_err(|error| format!("{shard}: {error}"))?;
        }
        let found =
            |tensor: &String| self.tensors.get(tensor).map(|&(file, _)| &self.opened[file].0);
        for (tensor, shard) in &weight_map {
            if found(tensor) != Some(shard) {
                let fault =
                    format!("the index has {tensor:?} in {shard}, which has no such tensor");
                self.faults.push(fault);
            }
        }
        let all = self.tensors.keys().filter(|tensor| !weight_map.contains_key(*tensor));
        self.faults.extend(all.map(|tensor| format!("{tensor:?} is not in the index")));
        Ok(())
    }

    fn add_npz(&mut self, path: &Path) -> Result<(), Failure> {
        let mut archive = ZipArchive::new(BufReader::new(File::open(path)?))?;
        for i in 0..archive.len() {
            let mut entry = archive.by_index(i)?;
            let name = entry.name().strip_suffix(".npy").unwrap_or(entry.name()).to_owned();
            if entry.compression() != CompressionMethod::Stored {
                return Err(
                    format!("{name:?} is compressed: numpy.savez writes it as it is").into()
                );
            }
            let (start, size) = (entry.data_start(), entry.size());
            let mut counted = Counted { reader: &mut entry, bytes: 0 };
            let header = NpyHeader::from_reader(&mut counted);
            let header = header.map_err(|error| format!("{name:?}: {error}"))?;
            let (offset, dtype) = (start + counted.bytes, dtype(&header));
            let elements = header.shape.iter().map(|&n| n as u128).product::<u128>();
            if let Ok(known) = dtype.parse::<Dtype>()
                && elements * known.size() as u128 != u128::from(size - counted.bytes)
            {
                self.faults.push(format!("{name:?} has not as many bytes as its shape"));
            }
            self.tensors.insert(name, (0, Stored { dtype, shape: header.shape, offset }));
        }
        self.opened.push((path.display().to_string(), File::open(path)?, HashMap::new()));
        Ok(())
    }
}

/// The type's name in .safetensors files, or NumPy's for what this program does not write.
fn dtype(header: &NpyHeader) -> String {
    let Value::String(found) = &header.type_descriptor else {
        return header.type_descriptor.to_string();
    };
    let order = if header.layout.is_fortran() { " in Fortran order" } else { "" };
    format!("{}{order}", Dtype::from_numpy(found).map_or(found.as_str(), |dtype| dtype.name()))
}

/// Counts the bytes that were read.
struct Counted<R> {
    reader: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}
