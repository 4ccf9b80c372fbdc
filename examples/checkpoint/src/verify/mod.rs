//! Comparing a checkpoint with what its seed and its list give, a piece at a time.

mod header;
mod npz;
mod safetensors;

use crate::dtype::Dtype;
use crate::generate::{Chunk, Failure};
use crate::model::{Model, Parameter};
use indicatif::ProgressBar;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Compares a checkpoint of any form that this program writes.
pub(crate) fn verify(
    model: &Model,
    seed: u64,
    path: &Path,
    progress: &ProgressBar,
) -> Result<Findings, Failure> {
    let name = path.to_string_lossy();
    if name.ends_with(".npz") {
        npz::verify(model, seed, path, progress)
    } else if name.ends_with(".index.json") {
        safetensors::verify_set(model, seed, path, progress)
    } else {
        safetensors::verify_file(model, seed, path, progress)
    }
}

/// All that differs. Nothing does if this is empty.
#[derive(Default, Serialize)]
pub(crate) struct Findings {
    /// Tensors of the list that the checkpoint does not have.
    pub(crate) missing: Vec<String>,
    /// Tensors of the checkpoint that the list does not have.
    pub(crate) additional: Vec<String>,
    /// Of another shape or type.
    pub(crate) misshapen: Vec<Misshapen>,
    /// What is wrong with the files around the tensors.
    pub(crate) files: Vec<String>,
    /// In the list's order.
    pub(crate) differing: Vec<Differing>,
}

#[derive(Serialize)]
pub(crate) struct Misshapen {
    pub(crate) name: String,
    pub(crate) found: String,
    pub(crate) expected: String,
}

/// A tensor whose values differ.
#[derive(Serialize)]
pub(crate) struct Differing {
    pub(crate) name: String,
    /// Of the first element that differs.
    pub(crate) index: Vec<usize>,
    pub(crate) found: String,
    pub(crate) expected: String,
    /// How many elements differ.
    pub(crate) elements: u64,
}

impl Findings {
    pub(crate) fn is_empty(&self) -> bool {
        let Self { missing, additional, misshapen, files, differing } = self;
        [missing, additional, files].iter().all(|list| list.is_empty())
            && misshapen.is_empty()
            && differing.is_empty()
    }

    /// Compares the tensors' names, shapes and types. What is left is to be compared by value.
    fn of_tensors(model: &Model, found: &BTreeMap<String, (String, Vec<usize>)>) -> Self {
        let mut findings = Self::default();
        for Parameter { name, shape, dtype, .. } in &model.parameters {
            match found.get(name) {
                None => findings.missing.push(name.clone()),
                Some((found_type, found_shape)) => {
                    if found_shape != shape || found_type != dtype.name() {
                        findings.misshapen.push(Misshapen {
                            name: name.clone(),
                            found: format!("{found_type} {found_shape:?}"),
                            expected: format!("{dtype} {shape:?}"),
                        });
                    }
                }
            }
        }
        let expected: Vec<_> = model.parameters.iter().map(|parameter| &parameter.name).collect();
        let expected: std::collections::HashSet<_> = expected.into_iter().collect();
        findings.additional =
            found.keys().filter(|name| !expected.contains(name)).cloned().collect();
        findings
    }

    /// The parameters whose values can be compared.
    fn comparable(&self, model: &Model) -> Vec<bool> {
        let wrong = |name: &String| {
            self.missing.contains(name) || self.misshapen.iter().any(|found| found.name == *name)
        };
        model.parameters.iter().map(|parameter| !wrong(&parameter.name)).collect()
    }
}

/// What differs in each tensor, as several threads find it.
struct Differences(Mutex<BTreeMap<usize, Difference>>);

struct Difference {
    first: usize,
    found: Vec<u8>,
    expected: Vec<u8>,
    elements: u64,
}

impl Differences {
    const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Compares a chunk with what was found in its place.
    fn compare(&self, chunk: &Chunk<'_>, dtype: Dtype, found: &[u8]) {
        if chunk.bytes == found {
            return;
        }
        let elements = chunk.bytes.chunks(dtype.size()).zip(found.chunks(dtype.size()));
        let mut differing = elements.enumerate().filter(|(_, (expected, found))| expected != found);
        let Some((i, (expected, found))) = differing.next() else { return };
        let here = Difference {
            first: chunk.first + i,
            found: found.to_vec(),
            expected: expected.to_vec(),
            elements: 1 + differing.count() as u64,
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let together = match all.remove(&chunk.parameter) {
            None => here,
            Some(other) => {
                let elements = here.elements + other.elements;
                let first = if here.first < other.first { here } else { other };
                Difference { elements, ..first }
            }
        };
        all.insert(chunk.parameter, together);
    }

    fn of(self, model: &Model) -> Vec<Differing> {
        let all = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let of_parameter = |(parameter, difference): (usize, Difference)| {
            let Parameter { name, shape, dtype, .. } = &model.parameters[parameter];
            Differing {
                name: name.clone(),
                index: index(difference.first, shape),
                found: dtype.show(&difference.found),
                expected: dtype.show(&difference.expected),
                elements: difference.elements,
            }
        };
        all.into_iter().map(of_parameter).collect()
    }
}

/// An index along each axis, of a row-major one.
fn index(mut row_major: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (i, n) in index.iter_mut().zip(shape).rev() {
        *i = row_major % n;
        row_major /= n;
    }
    index
}
