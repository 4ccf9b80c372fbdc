//! `.npz`, NumPy's archive: one tensor after the other, each a `.npy` file.

use super::{Writing, disk, temporary};
use crate::generate::{Failure, Generator};
use ndarray_npy::npy::header::{Header, Layout};
use ndarray_npy::{NpzWriter, WriteNpyError, WriteNpyExt};
use py_literal::Value;
use std::cell::Cell;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;

/// More than what the archive adds to a tensor, but for its name, which stands there twice.
const OVERHEAD: u64 = 512;

pub(super) fn write(writing: &Writing<'_>, path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let path = disk::target(path)?;
    let tensors = &writing.model.tensors;
    if let Some(tensor) = tensors.iter().find(|tensor| tensor.dtype.numpy().is_none()) {
        let (name, dtype) = (&tensor.name, tensor.dtype);
        let why = "take --dtype f16 or f32, or write .safetensors";
        return Err(format!("tensor {name:?}: NumPy has no {dtype}; {why}").into());
    }
    let overhead: u64 = tensors.iter().map(|tensor| OVERHEAD + 2 * tensor.name.len() as u64).sum();
    disk::check_space(temporary::folder_of(&path), writing.model.bytes() + overhead)?;
    let (file, temporary) = temporary::beside(&path)?;

    // A tensor may be larger than 4 GiB.
    let options = SimpleFileOptions::default().large_file(true);
    let mut npz = NpzWriter::new_with_options(BufWriter::new(file), options);
    let generator = writing.generator();
    for (i, tensor) in tensors.iter().enumerate() {
        let streamed =
            Streamed { writing, generator: &generator, tensor: i, failure: Cell::new(None) };
        let added = npz.add_array(tensor.name.as_str(), &streamed);
        if let Err(error) = added {
            // Dropped, it would try to end the archive, and print that this failed as well.
            std::mem::forget(npz);
            return Err(streamed.failure.take().unwrap_or_else(|| error.into()));
        }
    }
    let file = npz.finish()?.into_inner()?;
    writing.progress.set_message("waiting for the disk");
    file.sync_all()?;
    temporary.persist(&path)?;
    disk::synchronize_name(&path)?;
    Ok(vec![path])
}

/// A tensor that ndarray-npy takes for an array, though memory never holds all of it.
struct Streamed<'a> {
    writing: &'a Writing<'a>,
    generator: &'a Generator<'a>,
    tensor: usize,
    /// The archive's own errors cannot say what went wrong here.
    failure: Cell<Option<Failure>>,
}

impl WriteNpyExt for Streamed<'_> {
    fn write_npy<W: Write>(&self, mut writer: W) -> Result<(), WriteNpyError> {
        let tensor = &self.writing.model.tensors[self.tensor];
        let descriptor = tensor.dtype.numpy().unwrap_or_default();
        let header = Header {
            type_descriptor: Value::String(descriptor.to_owned()),
            layout: Layout::Standard,
            shape: tensor.shape.clone(),
        };
        header.write(&mut writer)?;
        let streamed = self.generator.one(self.tensor, &mut |chunk| {
            writer.write_all(chunk.bytes)?;
            self.writing.wrote(chunk)
        });
        if let Err(failure) = streamed {
            self.failure.set(Some(failure));
            return Err(io::Error::other("the tensor was not written").into());
        }
        writer.flush()?;
        Ok(())
    }
}
