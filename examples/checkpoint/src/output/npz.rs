//! `.npz`, NumPy's archive: one tensor after the other, each a `.npy` file.

use super::{Measured, Space, Temporary, Writing, Written, disk, folder_of};
use crate::dtype::Dtype;
use crate::generate::{Failure, Generator};
use ndarray_npy::npy::header::{Header, Layout};
use ndarray_npy::{NpzWriter, WriteNpyError, WriteNpyExt};
use py_literal::Value;
use std::cell::Cell;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;

/// More than what the archive adds to a tensor, but for its name, which stands there twice.
const OVERHEAD: u64 = 512;

pub(super) fn write(writing: &Writing<'_>, path: &Path) -> Result<Written, Failure> {
    let path = disk::target(path)?;
    for parameter in &writing.model.parameters {
        descriptor(parameter.dtype)
            .map_err(|error| format!("parameter {:?}: {error}", parameter.name))?;
    }
    let names: usize = writing.model.parameters.iter().map(|p| 2 * p.name.len()).sum();
    let overhead = OVERHEAD * writing.model.parameters.len() as u64 + names as u64;
    let space = Space::check(folder_of(&path), writing.model.bytes() + overhead)?;
    let (file, temporary) = Temporary::beside(&path)?;

    // A tensor may be larger than 4 GiB.
    let options = SimpleFileOptions::default().large_file(true);
    let mut npz = NpzWriter::new_with_options(BufWriter::new(file), options);
    let measured = Measured::of(writing.model);
    let generator = writing.generator();
    for (i, parameter) in writing.model.parameters.iter().enumerate() {
        let failure = Cell::new(None);
        let tensor =
            Streamed { writing, generator: &generator, parameter: i, measured: &measured, failure };
        let added = npz.add_array(parameter.name.as_str(), &tensor);
        if let Err(error) = added {
            let failure = tensor.failure.take().unwrap_or_else(|| error.into());
            // Dropped, it would try to end the archive, and print that this failed as well.
            std::mem::forget(npz);
            return Err(space.explain(failure));
        }
    }
    let file = npz.finish().map_err(|error| space.explain(error))?;
    let file = file.into_inner().map_err(|error| space.explain(error.into_error()))?;
    writing.progress.set_message("waiting for the disk");
    file.sync_all().map_err(|error| space.explain(error))?;
    temporary.replace(&path, Vec::new())?;
    disk::synchronize_name(&path)?;
    Ok(Written { sums: measured.sums(), files: vec![path] })
}

/// A tensor that ndarray-npy takes for an array, though memory never holds all of it.
struct Streamed<'a> {
    writing: &'a Writing<'a>,
    generator: &'a Generator<'a>,
    parameter: usize,
    measured: &'a Measured,
    /// The archive's own errors cannot say what went wrong here.
    failure: Cell<Option<Failure>>,
}

impl WriteNpyExt for Streamed<'_> {
    fn write_npy<W: Write>(&self, mut writer: W) -> Result<(), WriteNpyError> {
        let parameter = &self.writing.model.parameters[self.parameter];
        let descriptor = descriptor(parameter.dtype).map_err(io::Error::other)?;
        let shape = parameter.shape.clone();
        let header = Header {
            type_descriptor: Value::String(descriptor.to_owned()),
            layout: Layout::Standard,
            shape,
        };
        header.write(&mut writer)?;
        let streamed = self.generator.one(self.parameter, &mut |chunk| {
            writer.write_all(chunk.bytes)?;
            self.measured.add(chunk);
            self.writing.progress.inc(chunk.bytes.len() as u64);
            Ok(())
        });
        if let Err(failure) = streamed {
            self.failure.set(Some(failure));
            return Err(io::Error::other("the tensor was not written").into());
        }
        writer.flush()?;
        Ok(())
    }
}

/// NumPy's name for a type, whose bytes are little-endian.
pub(crate) fn descriptor(dtype: Dtype) -> Result<&'static str, String> {
    match dtype {
        Dtype::F64 => Ok("<f8"),
        Dtype::F32 => Ok("<f4"),
        Dtype::F16 => Ok("<f2"),
        Dtype::I64 => Ok("<i8"),
        Dtype::Bf16 => {
            Err("NumPy has no BF16; take --dtype f16 or f32, or write .safetensors".to_owned())
        }
    }
}
