//! `.npz`, NumPy's archive.

use super::{Differences, Findings};
use crate::dtype::Dtype;
use crate::generate::{Failure, Generator};
use crate::model::Model;
use crate::output::descriptor;
use indicatif::ProgressBar;
use ndarray_npy::npy::header::Header;
use py_literal::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use zip::ZipArchive;

pub(super) fn verify(
    model: &Model,
    seed: u64,
    path: &Path,
    progress: &ProgressBar,
) -> Result<Findings, Failure> {
    let mut archive = ZipArchive::new(BufReader::new(File::open(path)?))?;
    let mut found = BTreeMap::new();
    for i in 0..archive.len() {
        let mut file = archive.by_index(i)?;
        let name = file.name().strip_suffix(".npy").unwrap_or(file.name()).to_owned();
        let header =
            Header::from_reader(&mut file).map_err(|error| format!("{name:?}: {error}"))?;
        found.insert(name, (dtype(&header), header.shape.clone()));
    }
    let mut findings = Findings::of_tensors(model, &found);
    let comparable = findings.comparable(model);
    let differences = Differences::new();
    let generator = Generator::new(model, seed, false);
    let mut buffer = Vec::new();
    for (i, parameter) in model.parameters.iter().enumerate() {
        progress.inc(parameter.bytes());
        if !comparable[i] {
            continue;
        }
        let named = |error: Failure| format!("{:?}: {error}", parameter.name);
        let mut file = archive.by_name(&format!("{}.npy", parameter.name))?;
        Header::from_reader(&mut file)?;
        let mut differs = false;
        generator
            .one(i, &mut |chunk| {
                buffer.resize(chunk.bytes.len(), 0);
                file.read_exact(&mut buffer)?;
                differs |= buffer != chunk.bytes;
                differences.compare(chunk, parameter.dtype, &buffer);
                Ok(())
            })
            .map_err(named)?;
        // At the end the archive's own checksum is compared, which says no more where values differ.
        let end = file.read_to_end(&mut Vec::new());
        if !differs {
            match end {
                Ok(0) => {}
                Ok(_) => findings
                    .files
                    .push(format!("{:?} has more bytes than its shape", parameter.name)),
                Err(error) => findings.files.push(format!("{:?}: {error}", parameter.name)),
            }
        }
    }
    findings.differing = differences.of(model);
    Ok(findings)
}

/// The type's name in .safetensors files, or NumPy's for what this program does not write.
fn dtype(header: &Header) -> String {
    let Value::String(found) = &header.type_descriptor else {
        return header.type_descriptor.to_string();
    };
    let known = [Dtype::F64, Dtype::F32, Dtype::F16, Dtype::I64];
    let known = known.into_iter().find(|&dtype| descriptor(dtype) == Ok(found));
    let order = if header.layout.is_fortran() { " in Fortran order" } else { "" };
    format!("{}{order}", known.map_or(found.as_str(), |dtype| dtype.name()))
}
