//! The disk: its space, the names on it, and what it holds for certain.

use super::temporary::folder_of;
use crate::generate::Failure;
use indicatif::HumanBytes;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Refuses files that cannot fit. An older file of the same name stays until the end, so its space does not
/// count as free.
pub(super) fn check_space(folder: &Path, needed: u64) -> Result<(), Failure> {
    // A file system that does not say how much space there is has no blocks.
    let disk = rustix::fs::statvfs(folder).ok().filter(|disk| disk.f_blocks > 0);
    let available = disk.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    match available {
        Some(available) if available < needed => {
            let [needed, available] = [needed, available].map(HumanBytes);
            let folder = folder.display();
            Err(format!("the disk is full: {folder} has {available}, and {needed} are needed")
                .into())
        }
        _ => Ok(()),
    }
}

/// The file that is to be written: that which a link points to, not the link.
///
/// Refuses what is not a file: a folder, a device or a pipe is not replaced.
pub(super) fn target(path: &Path) -> Result<PathBuf, Failure> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(path.to_path_buf()),
        Err(error) => return Err(error.into()),
    };
    if found.is_dir() {
        return Err("it is a folder: name a file, or ask for shards by --max-shard-size".into());
    }
    if !found.is_file() {
        return Err("it is neither a file nor a new name, but a device or a pipe".into());
    }
    Ok(fs::canonicalize(path)?)
}

/// Returns when a file's name is on the disk, too: its folder has it.
pub(super) fn synchronize_name(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}
