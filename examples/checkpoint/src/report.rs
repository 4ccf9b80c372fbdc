//! The report: a table of what was written, and the totals under it.

use crate::generate::Failure;
use crate::model::{Model, Tensor};
use crate::output::Shards;
use crate::verify::Findings;
use indicatif::{HumanBytes, HumanCount};
use std::array;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A checkpoint that was written.
pub(crate) struct Written {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) seconds: f64,
}

/// A line for equal tensors, and the totals. Nothing was written in a dry run.
pub(crate) fn report(model: &Model, shards: Option<&Shards>, written: Option<&Written>) -> String {
    let header = ["tensors", "count", "shape", "dtype", "values"];
    let mut rows = vec![header.map(str::to_owned)];
    for (name, count, tensor) in groups(model) {
        let (count, shape) = (count.to_string(), format!("{:?}", tensor.shape));
        rows.push([name, count, shape, tensor.dtype.to_string(), values(tensor)]);
    }
    let (tensors, bytes) = (model.tensors.len(), model.bytes());
    let (elements, size) = (HumanCount(model.elements()), HumanCount(bytes));
    let name = model.name.as_deref().unwrap_or("the model");
    let mut lines = vec![format!("{name}: {tensors} tensors, {elements} elements, {size} bytes")];
    if !model.ties.is_empty() {
        let ties: Vec<_> = model.ties.iter().map(|(name, to)| format!("{name} to {to}")).collect();
        lines.push(format!("tied, and not written: {}", ties.join(", ")));
    }
    lines.extend(shards.map(|shards| format!("the whole set has {} shards", shards.count)));
    if let Some(Written { files, seconds }) = written {
        let rate = HumanBytes((bytes as f64 / seconds.max(1e-9)) as u64);
        let last = files.last().map(|file| file.display().to_string()).unwrap_or_default();
        let shards = match files.len() {
            1 => String::new(),
            n => format!("{} shards and ", n - 1),
        };
        lines.push(format!("written in {seconds:.2} s, {rate}/s, to {shards}{last}"));
    }
    format!("{}\n{}\n", aligned(&rows), lines.join("\n"))
}

/// The findings of a verification: the first difference at length, then the others.
pub(crate) fn findings(path: &Path, model: &Model, findings: &Findings) -> String {
    let (name, tensors) = (path.display(), model.tensors.len());
    let mut text = if findings.tensors.is_empty() {
        let elements = HumanCount(model.elements());
        format!("{name}: the same, {tensors} tensors of {elements} elements\n")
    } else {
        format!("{name}: not the same\n")
    };
    for line in findings.tensors.iter().chain(&findings.metadata) {
        text.extend([line, "\n"]);
    }
    text
}

/// Prints to stdout. Whoever reads it may stop before the end, as `head` does.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot print the report: {error}").into())
        }
        _ => Ok(()),
    }
}

/// Tensors of one shape, type and law whose names differ in numbers alone, under their names with a
/// `*` for each number: `h.*.attn.c_attn.weight`. With their count, and the first of them.
fn groups(model: &Model) -> Vec<(String, usize, &Tensor)> {
    let (mut groups, mut places) = (Vec::<(String, usize, &Tensor)>::new(), HashMap::new());
    for tensor in &model.tensors {
        let Tensor { name, shape, dtype, .. } = tensor;
        let mut starred = name.replace(|c: char| c.is_ascii_digit(), "*");
        while starred.contains("**") {
            starred = starred.replace("**", "*");
        }
        match places.entry((starred.clone(), shape, dtype, values(tensor))) {
            Entry::Vacant(place) => {
                place.insert(groups.len());
                groups.push((name.clone(), 1, tensor));
            }
            Entry::Occupied(place) => {
                let (name, count, _) = &mut groups[*place.get()];
                *name = starred;
                *count += 1;
            }
        }
    }
    groups
}

/// The law of a tensor or, if it is not drawn, its initializer.
fn values(tensor: &Tensor) -> String {
    tensor.law.map_or_else(|| tensor.values.text(), |law| law.to_string())
}

/// Rows of cells, each column as wide as its longest cell.
fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; N] = array::from_fn(|column| width(column).unwrap_or(0));
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.extend([line.trim_end(), "\n"]);
    }
    text
}
