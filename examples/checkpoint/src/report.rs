//! The report: a table of what was written, and the totals under it.

use crate::generate::Failure;
use crate::model::{Model, Tensor};
use crate::output::Shards;
use crate::statistics::Sums;
use crate::verify::Findings;
use indicatif::{HumanBytes, HumanCount};
use std::collections::HashMap;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};

/// A checkpoint that was written.
pub(crate) struct Written {
    /// Of each tensor.
    pub(crate) sums: Vec<Sums>,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) seconds: f64,
}

/// A model, and what became of it.
pub(crate) struct Report<'a> {
    pub(crate) model: &'a Model,
    pub(crate) shards: Option<&'a Shards>,
    /// None of a dry run.
    pub(crate) written: Option<Written>,
}

impl Report<'_> {
    /// A line for equal tensors, and the totals.
    pub(crate) fn text(&self) -> String {
        let mut header = vec!["tensors", "count", "shape", "dtype", "values", "expected std"];
        header.extend(self.written.as_ref().map(|_| "measured std"));
        let mut rows = vec![header.into_iter().map(str::to_owned).collect()];
        for (name, members) in groups(self.model) {
            let tensor @ Tensor { shape, dtype, expected, .. } = &self.model.tensors[members[0]];
            let expected = expected.map_or_else(String::new, |expected| digits(expected.std));
            let (count, shape) = (members.len().to_string(), format!("{shape:?}"));
            let mut row = vec![name, count, shape, dtype.to_string(), values(tensor), expected];
            row.extend(self.written.as_ref().map(|written| range(&written.sums, &members)));
            rows.push(row);
        }
        aligned(&rows) + "\n" + &self.totals()
    }

    fn totals(&self) -> String {
        let Self { model, shards, written } = self;
        let (tensors, bytes) = (model.tensors.len(), model.bytes());
        let (elements, size) = (HumanCount(model.elements()), HumanCount(bytes));
        let name = model.name.as_deref().unwrap_or("the model");
        let mut lines = format!("{name}: {tensors} tensors, {elements} elements, {size} bytes\n");
        let mut line = |text: String| lines.extend([text.as_str(), "\n"]);
        if !model.ties.is_empty() {
            let ties = model.ties.iter().map(|(name, to)| format!("{name} to {to}"));
            line(format!("tied, and not written: {}", ties.collect::<Vec<_>>().join(", ")));
        }
        if let Some(shards) = shards {
            line(format!("the whole set has {} shards", shards.count));
        }
        let Some(Written { sums, files, seconds }) = written else { return lines };
        let deviation = |(tensor, sums): (_, &Sums)| Some((tensor, sums.deviation(tensor)?.abs()));
        let deviations = model.tensors.iter().zip(sums).filter_map(deviation);
        if let Some((Tensor { name, .. }, most)) = deviations.max_by(|a, b| a.1.total_cmp(&b.1)) {
            let suspect = "(5 would be suspect)";
            line(format!(
                "largest deviation of a measured std: {most:.2} standard errors, of {name} {suspect}"
            ));
        }
        let rate = HumanBytes((bytes as f64 / seconds.max(1e-9)) as u64);
        let last = files.last().map(|file| file.display().to_string()).unwrap_or_default();
        let shards = match files.len() {
            1 => String::new(),
            n => format!("{} shards and ", n - 1),
        };
        line(format!("written in {seconds:.2} s, {rate}/s, to {shards}{last}"));
        lines
    }
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
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Prints to stdout. Whoever reads it may stop before the end, as `head` does.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    match io::Write::write_all(&mut io::stdout(), text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot print the report: {error}").into())
        }
        _ => Ok(()),
    }
}

/// Tensors of one shape, type and law whose names differ in numbers alone, under their names with a
/// `*` for each number: `h.*.attn.c_attn.weight`.
fn groups(model: &Model) -> Vec<(String, Vec<usize>)> {
    let (mut groups, mut found) = (Vec::new(), HashMap::new());
    for (i, tensor) in model.tensors.iter().enumerate() {
        let Tensor { name, shape, dtype, .. } = tensor;
        let parts = name.split(|c: char| c.is_ascii_digit());
        // Between the digits of a number, parts are empty.
        let parts: Vec<_> = parts.collect();
        let mut starred = parts.join("*");
        while starred.contains("**") {
            starred = starred.replace("**", "*");
        }
        let key = (starred.clone(), shape, *dtype, values(tensor));
        let group = *found.entry(key).or_insert_with(|| {
            groups.push((starred, Vec::new()));
            groups.len() - 1
        });
        groups[group].1.push(i);
    }
    for (name, members) in &mut groups {
        if let [one] = members[..] {
            name.clone_from(&model.tensors[one].name);
        }
    }
    groups
}

/// The law of a tensor or, if it is not drawn, its content.
fn values(tensor: &Tensor) -> String {
    match (tensor.values.constant(), tensor.law) {
        (Some(value), _) => value.to_string(),
        (None, Some(law)) => law.to_string(),
        (None, None) => tensor.values.text(),
    }
}

/// The measured deviation of one tensor, or the least and the greatest of several.
fn range(sums: &[Sums], members: &[usize]) -> String {
    let stds = || members.iter().map(|&i| sums[i].std());
    let least = digits(stds().fold(f64::INFINITY, f64::min));
    let greatest = digits(stds().fold(0.0, f64::max));
    if least == greatest { least } else { format!("{least} to {greatest}") }
}

/// Six decimals, or as many digits of a small number.
fn digits(std: f64) -> String {
    match std {
        0.0 => "0".to_owned(),
        ..1e-3 => format!("{std:.4e}"),
        _ => format!("{std:.6}"),
    }
}

/// Rows of cells, each column as wide as its longest cell.
fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<_> = (0..rows[0].len()).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.extend([line.trim_end(), "\n"]);
    }
    text
}
