//! Writing a checkpoint, so that nothing is lost: under temporary names beside the target,
//! synchronized, and renamed at the end.

mod disk;
mod metadata;
mod plan;
mod set;
mod temporary;

pub(crate) use metadata::metadata;
pub(crate) use set::Shards;
pub(crate) use temporary::{signal, signals_are_errors};

use crate::generate::{Chunk, Failure, Generator};
use crate::model::Model;
use indicatif::ProgressBar;
use plan::Plan;
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// A model that is to be written.
pub(crate) struct Writing<'a> {
    pub(crate) model: &'a Model,
    pub(crate) seed: u64,
    /// Of every .safetensors file.
    pub(crate) metadata: BTreeMap<String, String>,
    /// Counts bytes.
    pub(crate) progress: &'a ProgressBar,
}

impl Writing<'_> {
    /// Writes a .safetensors file, or a folder of shards and their index. Names its files.
    pub(crate) fn to(&self, out: &Path, shards: Option<&Shards>) -> Result<Vec<PathBuf>, Failure> {
        shards.map_or_else(|| self.file(out), |shards| set::write(self, out, shards))
    }

    fn file(&self, path: &Path) -> Result<Vec<PathBuf>, Failure> {
        let target = disk::target(path)?;
        if path.extension().is_none_or(|extension| extension != "safetensors") {
            return Err("the name of a file must end in .safetensors".into());
        }
        let plan = Plan::new(self, None)?;
        disk::check_space(temporary::folder_of(&target), plan.bytes)?;
        let (file, temporary) = temporary::beside(&target)?;
        self.fill(&plan, std::slice::from_ref(&file))?;
        temporary.persist(&target)?;
        disk::synchronize_name(&target)?;
        Ok(vec![target])
    }

    /// Writes the tensors at their places, then waits until the disk has them.
    fn fill(&self, plan: &Plan, files: &[File]) -> Result<(), Failure> {
        for (file, header) in files.iter().zip(&plan.headers) {
            file.write_all_at(header, 0)?;
        }
        let early = EarlySync::default();
        Generator::new(self.model, self.seed).all(&|chunk| {
            let (file, start) = plan.places[chunk.tensor];
            let size = self.model.tensors[chunk.tensor].dtype.size();
            files[file].write_all_at(chunk.bytes, start + (chunk.first * size) as u64)?;
            early.wrote(&files[file], chunk)?;
            self.progress.inc(chunk.bytes.len() as u64);
            temporary::check_signals()
        })?;
        self.progress.set_message("waiting for the disk");
        Ok(files.iter().try_for_each(File::sync_all)?)
    }
}

/// Has the disk begin while values are still drawn: left to itself, the system may keep gigabytes for
/// the end.
#[derive(Default)]
struct EarlySync {
    unsynchronized: AtomicU64,
    /// Held by the one thread that waits for the disk; the others go on.
    waiting: Mutex<()>,
}

impl EarlySync {
    const AT: u64 = 64 << 20;

    fn wrote(&self, file: &File, chunk: &Chunk<'_>) -> Result<(), Failure> {
        let bytes = chunk.bytes.len() as u64;
        if self.unsynchronized.fetch_add(bytes, Ordering::Relaxed) + bytes >= Self::AT
            && let Ok(_waiting) = self.waiting.try_lock()
        {
            self.unsynchronized.store(0, Ordering::Relaxed);
            file.sync_data()?;
        }
        Ok(())
    }
}
