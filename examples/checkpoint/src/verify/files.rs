//! The files of a checkpoint, and where each of its tensors lies in them.

use super::header::{Header, Stored};
use crate::generate::Failure;
use crate::model::{Model, Tensor};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

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
    /// Opens the set of an .index.json, or a .safetensors file. Of a set, the shards of the
    /// model's tensors are enough.
    pub(crate) fn open(path: &Path, model: &Model) -> Result<Self, Failure> {
        let name = path.to_string_lossy();
        let mut files = Self::default();
        if name.ends_with(".index.json") {
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
        let shard = |tensor: &Tensor| weight_map.get(&tensor.name).cloned();
        let wanted: BTreeSet<String> = model.tensors.iter().filter_map(shard).collect();
        weight_map.retain(|_, shard| wanted.contains(shard));
        let folder = path.parent().unwrap_or(Path::new(""));
        for shard in wanted {
            self.add(&folder.join(&shard), shard.clone())
                .map_err(|error| format!("{shard}: {error}"))?;
        }
        let place = |tensor| self.tensors.get(tensor).map(|&(file, _)| &self.opened[file].0);
        let missing = weight_map.iter().filter(|&(tensor, shard)| place(tensor) != Some(shard));
        self.faults.extend(missing.map(|(tensor, shard)| {
            format!("the index has {tensor:?} in {shard}, which has no such tensor")
        }));
        let all = self.tensors.keys().filter(|tensor| !weight_map.contains_key(*tensor));
        self.faults.extend(all.map(|tensor| format!("{tensor:?} is not in the index")));
        Ok(())
    }
}
