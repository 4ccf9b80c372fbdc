//! Comparing a checkpoint with what its seed and its list give, a piece at a time.

mod files;
mod header;

use crate::dtype::Dtype;
use crate::generate::{Chunk, Failure, Generator};
use crate::model::{Model, Tensor};
pub(crate) use files::Files;
use indicatif::ProgressBar;
use std::collections::{BTreeMap, HashSet};
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, PoisonError};

/// All that differs, a line each.
pub(crate) struct Findings {
    /// Nothing but the metadata differs if this is empty.
    pub(crate) tensors: Vec<String>,
    pub(crate) metadata: Vec<String>,
}

impl Files {
    /// The seed that the metadata have.
    pub(crate) fn seed(&self) -> Option<u64> {
        self.opened.iter().find_map(|(_, _, metadata)| metadata.get("seed")?.parse().ok())
    }

    /// Compares the tensors with a model's. The metadata explain a difference, and are none.
    pub(crate) fn compare(
        &self,
        model: &Model,
        seed: u64,
        metadata: &BTreeMap<String, String>,
        progress: &ProgressBar,
    ) -> Result<Findings, Failure> {
        let mut of_metadata = Vec::new();
        for (name, _, found) in &self.opened {
            of_metadata.extend(metadata.iter().filter_map(|(key, expected)| {
                let found = found.get(key).filter(|found| *found != expected)?;
                Some(format!("metadata of {name}: {key} is {found}, not {expected}"))
            }));
        }
        let (comparable, faults) = self.compare_shapes(model);
        let differences = Differences::default();
        Generator::new(model, seed).all(&|chunk| {
            progress.inc(chunk.bytes.len() as u64);
            let Tensor { name, dtype, .. } = &model.tensors[chunk.tensor];
            let Some((file, stored)) = self.tensors.get(name) else { return Ok(()) };
            if !comparable[chunk.tensor] {
                return Ok(());
            }
            let mut found = vec![0; chunk.bytes.len()];
            let offset = stored.offset + (chunk.first * dtype.size()) as u64;
            self.opened[*file].1.read_exact_at(&mut found, offset)?;
            differences.compare(chunk, *dtype, &found);
            Ok(())
        })?;
        let mut tensors = differences.lines(model);
        tensors.extend(faults);
        tensors.extend(self.faults.iter().cloned());
        Ok(Findings { tensors, metadata: of_metadata })
    }

    /// Compares the tensors' names, shapes and types. The tensors that agree in these can be compared
    /// by value.
    fn compare_shapes(&self, model: &Model) -> (Vec<bool>, Vec<String>) {
        let mut faults = Vec::new();
        let comparable = |Tensor { name, shape, dtype, .. }: &Tensor| match self.tensors.get(name) {
            None => {
                faults.push(format!("missing: {name:?}"));
                false
            }
            Some((_, found)) if found.shape != *shape || found.dtype != dtype.to_string() => {
                let found = format!("{} {:?}", found.dtype, found.shape);
                faults.push(format!("misshapen: {name:?} is {found}, not {dtype} {shape:?}"));
                false
            }
            Some(_) => true,
        };
        let comparable = model.tensors.iter().map(comparable).collect();
        let expected: HashSet<_> = model.tensors.iter().map(|tensor| &tensor.name).collect();
        let additional = self.tensors.keys().filter(|name| !expected.contains(name));
        faults.extend(additional.map(|name| format!("additional: {name:?}")));
        (comparable, faults)
    }
}

/// The differences in each tensor, as several threads find them.
#[derive(Default)]
struct Differences(Mutex<BTreeMap<usize, Difference>>);

struct Difference {
    first: usize,
    found: Vec<u8>,
    expected: Vec<u8>,
    elements: u64,
}

impl Differences {
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
        let both: Vec<_> = all.remove(&chunk.tensor).into_iter().chain([here]).collect();
        let elements = both.iter().map(|difference| difference.elements).sum();
        let first = both.into_iter().min_by_key(|difference| difference.first);
        all.extend(first.map(|first| (chunk.tensor, Difference { elements, ..first })));
    }

    /// In the list's order.
    fn lines(self, model: &Model) -> Vec<String> {
        let all = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let line = |(i, (tensor, difference)): (usize, (usize, Difference))| {
            let Tensor { name, shape, dtype, .. } = &model.tensors[tensor];
            let Difference { first, found, expected, elements } = difference;
            let start = if i == 0 { "first difference" } else { "also differs" };
            let others = match elements {
                1 => String::new(),
                n => format!(", and {} more elements differ", n - 1),
            };
            let (index, found, expected) =
                (index(first, shape), dtype.show(&found), dtype.show(&expected));
            format!("{start}: {name:?} at {index:?} is {found}, not {expected}{others}")
        };
        all.into_iter().enumerate().map(line).collect()
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
