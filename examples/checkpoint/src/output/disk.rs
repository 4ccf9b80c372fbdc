//! What the disk has to offer, and what it holds for certain.

use super::temporary::folder_of;
use crate::generate::Failure;
use indicatif::HumanBytes;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// How much is needed of a folder's disk, and how much was there at the start.
pub(crate) struct Space {
    folder: PathBuf,
    needed: u64,
    available: Option<u64>,
}

impl Space {
    /// Refuses what cannot fit. What stood under the name before stays until the end, so its space
    /// does not count.
    pub(crate) fn check(folder: &Path, needed: u64) -> Result<Self, Failure> {
        let space = Self { folder: folder.to_path_buf(), needed, available: available(folder) };
        match space.available {
            Some(available) if available < needed => Err(space.too_little().into()),
            _ => Ok(space),
        }
    }

    fn too_little(&self) -> String {
        let folder = self.folder.display();
        let needed = amount(self.needed);
        let there = self.available.map_or_else(String::new, |available| {
            format!(", of which {} were available at the start", amount(available))
        });
        format!("the disk is full: {needed} are needed in {folder}{there}")
    }

    /// An error of writing, with what was needed if space is what lacked.
    pub(crate) fn explain(&self, error: impl Into<Failure>) -> Failure {
        let error = error.into();
        match io_kind(&*error) {
            Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                format!("{} ({error})", self.too_little()).into()
            }
            Some(ErrorKind::FileTooLarge) => {
                let needed = amount(self.needed);
                format!("{needed} are needed, more than a file may have here ({error})").into()
            }
            _ => error,
        }
    }
}

/// What the operating system found wrong, if it is the cause.
fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => Some(error.kind()),
        None => io_kind(error.source()?),
    }
}

fn amount(bytes: u64) -> String {
    format!("{} ({bytes} bytes)", HumanBytes(bytes))
}

/// What an unprivileged user may still write; none where the file system does not say.
fn available(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    (disk.f_blocks > 0).then(|| disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Where a file is to be written: what a link points to, not the link.
///
/// Refuses what is not a file: a folder, a device or a pipe is not replaced.
pub(crate) fn target(path: &Path) -> Result<PathBuf, Failure> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(path.to_path_buf()),
        Err(error) => return Err(error.into()),
    };
    if found.is_dir() {
        return Err(
            "it is a folder: name a file, or ask for a sharded set by --max-shard-size".into()
        );
    }
    if !found.is_file() {
        return Err("it is neither a file nor a new name, but a device or a pipe".into());
    }
    Ok(fs::canonicalize(path)?)
}

/// Returns when a file's name is on the disk, too: its folder has it.
pub(crate) fn synchronize_name(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}
