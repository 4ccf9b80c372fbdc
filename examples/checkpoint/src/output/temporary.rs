//! Files under temporary names, which go unless they are kept: when dropped, and when a signal ends
//! the program. Nothing can remove them after SIGKILL or a power failure.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use tempfile::TempPath;

/// What is to be removed. Whoever renames or keeps a file holds the lock meanwhile, so that a
/// signal comes before or after.
static PATHS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn paths() -> MutexGuard<'static, Vec<PathBuf>> {
    PATHS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on, SIGINT, SIGTERM and SIGHUP remove all temporary files before they end the program,
/// and a limit on the size of files is an error of the write instead of a signal.
pub(crate) fn remove_on_signals() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    thread::spawn(move || {
        // The first one ends the program.
        if let Some(signal) = signals.forever().next() {
            let paths = paths();
            for path in paths.iter().rev() {
                // Whatever goes wrong now, the program ends.
                let _ = fs::remove_file(path);
                let _ = fs::remove_dir(path);
            }
            let removed =
                if paths.is_empty() { "" } else { "; what was written so far is removed" };
            eprintln!("stopped by a signal{removed}");
            // So that a shell sees which signal it was.
            let _ = emulate_default_handler(signal);
            process::exit(128 + signal);
        }
    });
    Ok(())
}

/// A file that goes unless it is kept.
pub(crate) struct Temporary(Option<TempPath>);

impl Temporary {
    /// A new file in the target's folder, since renaming it must not copy it.
    pub(crate) fn beside(target: &Path) -> io::Result<(File, Self)> {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let mut paths = paths();
        let file = tempfile::Builder::new()
            .prefix(&format!(".{name}."))
            .suffix(".tmp")
            // Less the umask, as for any new file.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder_of(target))?;
        let (file, path) = file.into_parts();
        paths.push(path.to_path_buf());
        Ok((file, Self(Some(path))))
    }

    /// Gives the file its name, in place of what stood there, and keeps it; and with it others,
    /// which go if that fails.
    pub(crate) fn replace(mut self, target: &Path, with: Vec<Self>) -> io::Result<()> {
        let mut paths = paths();
        let Some(path) = self.0.take() else { return Ok(()) };
        paths.retain(|other| **other != *path);
        path.persist(target).map_err(|error| error.error)?;
        for path in with.into_iter().filter_map(|mut file| file.0.take()) {
            paths.retain(|other| **other != *path);
            // On Unix, keeping a path where it is does nothing that could fail.
            let _ = path.keep();
        }
        Ok(())
    }

    /// Gives the file a name that is not taken; there it still goes unless it is kept.
    pub(crate) fn place(mut self, target: &Path) -> io::Result<Self> {
        let mut paths = paths();
        let Some(path) = self.0.take() else { return Ok(self) };
        paths.retain(|other| **other != *path);
        path.persist_noclobber(target).map_err(|error| error.error)?;
        let path = TempPath::try_from_path(target)?;
        paths.push(path.to_path_buf());
        Ok(Self(Some(path)))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            let mut paths = paths();
            paths.retain(|other| **other != *path);
            // An error of removing it would hide the one that led here.
            drop(path);
        }
    }
}

/// A folder that was made for the output, and goes if nothing came into it.
pub(crate) struct NewFolder(Option<PathBuf>);

impl NewFolder {
    /// Makes the folder, unless it is there.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        let mut paths = paths();
        match fs::create_dir(path) {
            Ok(()) => {
                // Files that follow are in it: a signal removes in the opposite order.
                paths.push(path.to_path_buf());
                Ok(Self(Some(path.to_path_buf())))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            paths().retain(|other| other != path);
            // It stays if there is something in it.
            let _ = fs::remove_dir(path);
        }
    }
}

/// The folder that a path lies in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}
