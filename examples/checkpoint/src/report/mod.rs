//! What the program prints: a table of what was written, what a verification found, or JSON.

mod groups;
mod recorded;
mod table;

use crate::generate::Failure;
use crate::model::{Model, Parameter};
use crate::options::Options;
use crate::output::Written;
use crate::statistics::deviation;
use crate::verify::{Differing, Findings, Misshapen};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// A model, and what became of it.
pub(crate) struct Report<'a> {
    model: &'a Model,
    seed: u64,
    written: Option<&'a Written>,
    seconds: f64,
}

impl<'a> Report<'a> {
    /// Of what was written, and in how many seconds; of a dry run, without that.
    pub(crate) fn new(
        model: &'a Model,
        options: &Options,
        written: Option<&'a (Written, f64)>,
    ) -> Self {
        let (written, seconds) = match written {
            Some((written, seconds)) => (Some(written), *seconds),
            None => (None, 0.0),
        };
        Self { model, seed: options.seed, written, seconds }
    }

    /// The standard deviation of a parameter's values, if they were measured.
    fn measured(&self, parameter: usize) -> Option<f64> {
        self.written.map(|written| written.sums[parameter].std())
    }

    /// In standard errors.
    fn deviation(&self, parameter: usize) -> Option<f64> {
        deviation(&self.model.parameters[parameter], self.measured(parameter)?)
    }

    /// The parameter whose measured deviation is farthest from the expected one, and how far.
    fn largest_deviation(&self) -> Option<(usize, f64)> {
        let deviations =
            (0..self.model.parameters.len()).filter_map(|i| Some((i, self.deviation(i)?)));
        deviations.max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()))
    }

    pub(crate) fn json(&self) -> Result<String, Failure> {
        let parameter = |(i, parameter): (usize, &Parameter)| {
            let Parameter { name, kind, shape, dtype, rule, law, .. } = parameter;
            json!({
                "name": name,
                "kind": kind,
                "shape": shape,
                "dtype": dtype.name(),
                "initializer": rule,
                "fans": parameter.fans.map(|fans| [fans.fan_in, fans.fan_out]),
                "law": law.map(|law| law.to_string()),
                "expected_std": parameter.expected.map(|expected| expected.std),
                "measured_std": self.measured(i),
                "deviation_in_standard_errors": self.deviation(i),
                "recorded_std": parameter.recorded.map(|recorded| recorded.std),
                "agrees_with_recorded": parameter.recorded.map(|peer| recorded::agrees(parameter, peer)),
            })
        };
        let parameters: Vec<Value> =
            self.model.parameters.iter().enumerate().map(parameter).collect();
        let largest = self.largest_deviation().map(|(i, deviation)| {
            json!({ "name": self.model.parameters[i].name, "in_standard_errors": deviation })
        });
        let report = json!({
            "model": self.model.name,
            "seed": self.seed,
            "parameters": parameters,
            "tied": self.model.ties.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "elements": self.model.elements(),
            "bytes": self.model.bytes(),
            "largest_deviation": largest,
            "files": self.written.map(|written| &written.files),
            "seconds": self.written.map(|_| self.seconds),
        });
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }
}

/// The findings of a verification, as JSON.
pub(crate) fn findings_json(path: &Path, findings: &Findings) -> Result<String, Failure> {
    let report = json!({ "file": path, "same": findings.is_empty(), "findings": findings });
    Ok(serde_json::to_string_pretty(&report)? + "\n")
}

/// The findings of a verification: the first difference at length, then the others.
pub(crate) fn findings(path: &Path, model: &Model, findings: &Findings) -> String {
    let (name, parameters) = (path.display(), model.parameters.len());
    if findings.is_empty() {
        let elements = indicatif::HumanCount(model.elements());
        return format!("{name}: the same, {parameters} tensors of {elements} elements\n");
    }
    let mut lines = format!("{name}: not the same\n");
    let mut line = |text: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{text}");
    };
    for (i, Differing { name, index, found, expected, elements }) in
        findings.differing.iter().enumerate()
    {
        let others = match elements {
            1 => String::new(),
            n => format!(", and {} more elements differ", n - 1),
        };
        let first = if i == 0 { "first difference: " } else { "also differs: " };
        line(format!("{first}{name:?} at {index:?} is {found}, not {expected}{others}"));
    }
    let lists = [("missing", &findings.missing), ("additional", &findings.additional)];
    for (what, names) in lists {
        for name in names {
            line(format!("{what}: {name:?}"));
        }
    }
    for Misshapen { name, found, expected } in &findings.misshapen {
        line(format!("misshapen: {name:?} is {found}, not {expected}"));
    }
    for fault in &findings.files {
        line(fault.clone());
    }
    lines
}
