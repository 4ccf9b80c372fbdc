//! Files under temporary names, which go when dropped unless they are kept. Nothing can remove them after
//! SIGKILL or a power failure.

use crate::generate::Failure;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use tempfile::{Builder, TempPath};

/// The signal that asked the program to end, or 0.
static STOPPED_BY: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// From here on, SIGINT, SIGTERM and SIGHUP are an error of the next write, and so is a limit on the
/// size of files.
pub(crate) fn signals_are_errors() -> io::Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register_usize(signal, Arc::clone(&STOPPED_BY), signal as usize)?;
    }
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    Ok(())
}

/// The signal that ended the program, if one did.
pub(crate) fn signal() -> Option<i32> {
    Some(STOPPED_BY.load(Ordering::Relaxed) as i32).filter(|&signal| signal > 0)
}

pub(super) fn check_signals() -> Result<(), Failure> {
    match signal() {
        None => Ok(()),
        Some(_) => Err("stopped by a signal; what was written so far is removed".into()),
    }
}

/// A new file in the target's folder, since renaming it must not copy it.
pub(super) fn beside(target: &Path) -> io::Result<(File, TempPath)> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    let mut builder = Builder::new();
    // Less the umask, as for any new file.
    builder.prefix(&prefix).suffix(".tmp").permissions(Permissions::from_mode(0o666));
    Ok(builder.tempfile_in(folder_of(target))?.into_parts())
}

/// The folder that a path lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}
