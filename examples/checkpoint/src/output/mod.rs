//! Writing a checkpoint, so that nothing is lost: under temporary names beside the target,
//! synchronized, and renamed at the end.

mod disk;
mod npz;
mod plan;
mod set;
mod temporary;

pub(crate) use npz::descriptor;
pub(crate) use temporary::remove_on_signals;

use crate::generate::{Chunk, Failure, Generator};
use crate::model::Model;
use crate::statistics::Sums;
use disk::Space;
use indicatif::ProgressBar;
use plan::Plan;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use temporary::{NewFolder, Temporary, folder_of};

/// What is written where.
pub(crate) enum Target {
    /// One .safetensors file.
    File(PathBuf),
    /// NumPy's archive, one tensor after the other.
    Npz(PathBuf),
    /// A folder with .safetensors files of such a size at most, and their index.
    Set { folder: PathBuf, max_shard_size: u64 },
}

/// A checkpoint that was written.
pub(crate) struct Written {
    /// Of each parameter, if they were to be measured.
    pub(crate) sums: Vec<Sums>,
    pub(crate) files: Vec<PathBuf>,
}

/// How a model is to be written.
pub(crate) struct Writing<'a> {
    pub(crate) model: &'a Model,
    pub(crate) seed: u64,
    /// Whether the values are to be measured.
    pub(crate) measure: bool,
    /// Counts bytes.
    pub(crate) progress: &'a ProgressBar,
}

impl Writing<'_> {
    pub(crate) fn to(&self, target: &Target) -> Result<Written, Failure> {
        match target {
            Target::File(path) => self.file(path),
            Target::Npz(path) => npz::write(self, path),
            Target::Set { folder, max_shard_size } => set::write(self, folder, *max_shard_size),
        }
    }

    fn file(&self, path: &Path) -> Result<Written, Failure> {
        let path = disk::target(path)?;
        let plan = Plan::new(self.model, None)?;
        let space = Space::check(folder_of(&path), plan.bytes())?;
        let (file, temporary) = Temporary::beside(&path)?;
        let sums = self.fill(&plan, std::slice::from_ref(&file), &space)?;
        temporary.replace(&path, Vec::new())?;
        disk::synchronize_name(&path)?;
        Ok(Written { sums, files: vec![path] })
    }

    /// Writes the tensors at their places, then waits until the disk has them.
    fn fill(&self, plan: &Plan, files: &[File], space: &Space) -> Result<Vec<Sums>, Failure> {
        for (file, planned) in files.iter().zip(&plan.files) {
            file.write_all_at(&planned.header, 0).map_err(|error| space.explain(error))?;
        }
        let measured = Measured::of(self.model);
        let early = EarlySync::default();
        self.generator().all(&|chunk| {
            let (file, start) = plan.places[chunk.parameter];
            let size = self.model.parameters[chunk.parameter].dtype.size();
            let offset = start + (chunk.first * size) as u64;
            files[file].write_all_at(chunk.bytes, offset).map_err(|error| space.explain(error))?;
            measured.add(chunk);
            self.progress.inc(chunk.bytes.len() as u64);
            early.wrote(&files[file], chunk.bytes.len()).map_err(|error| space.explain(error))
        })?;
        self.progress.set_message("waiting for the disk");
        for file in files {
            file.sync_all().map_err(|error| space.explain(error))?;
        }
        Ok(measured.sums())
    }

    fn generator(&self) -> Generator<'_> {
        Generator::new(self.model, self.seed, self.measure)
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

    fn wrote(&self, file: &File, bytes: usize) -> io::Result<()> {
        let bytes = bytes as u64;
        if self.unsynchronized.fetch_add(bytes, Ordering::Relaxed) + bytes >= Self::AT
            && let Ok(_waiting) = self.waiting.try_lock()
        {
            self.unsynchronized.store(0, Ordering::Relaxed);
            return file.sync_data();
        }
        Ok(())
    }
}

/// Sums of every parameter, as several threads find them.
struct Measured(Mutex<Vec<Sums>>);

impl Measured {
    fn of(model: &Model) -> Self {
        Self(Mutex::new(vec![Sums::default(); model.parameters.len()]))
    }

    fn add(&self, chunk: &Chunk<'_>) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sums[chunk.parameter].add(chunk.sums);
    }

    fn sums(self) -> Vec<Sums> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
