//! The table for a terminal, grouped by kinds of modules, and the totals under it.

use super::recorded::{agrees, comparison};
use super::{Report, groups};
use crate::model::Parameter;
use comfy_table::{CellAlignment, Table, TableComponent, presets};
use indicatif::{HumanBytes, HumanCount};
use std::fmt::Write;

impl Report<'_> {
    /// One line for equal entries, or one for each.
    pub(crate) fn table(&self, full: bool) -> String {
        let compared = full && self.model.parameters.iter().any(|p| p.recorded.is_some());
        let mut header = vec!["parameter", "count", "shape", "fans", "law", "expected std"];
        header.extend(self.written.map(|_| "measured std"));
        let whose = format!("{}'s std", self.model.framework());
        header.extend(compared.then_some(whose.as_str()));
        let columns = header.len();

        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_header(header);
        table.set_style(TableComponent::HeaderLines, '─');
        table.set_style(TableComponent::MiddleHeaderIntersections, '─');
        for kind in groups::kinds(self.model, full) {
            if !kind.name.is_empty() {
                let mut row = vec![kind.name.to_owned()];
                row.resize(columns, String::new());
                table.add_row(row);
            }
            let indent = if kind.name.is_empty() { "" } else { "  " };
            for groups::Group { members, name } in kind.groups {
                let parameter = &self.model.parameters[members[0]];
                let mut row = vec![
                    format!("{indent}{name}"),
                    members.len().to_string(),
                    format!("{:?}", parameter.shape),
                    parameter
                        .fans
                        .map_or_else(String::new, |f| format!("{}, {}", f.fan_in, f.fan_out)),
                    short(&law(parameter)),
                    parameter.expected.map_or_else(String::new, |expected| digits(expected.std)),
                ];
                row.extend(self.written.map(|_| self.measured_range(&members)));
                row.extend(compared.then(|| recorded(parameter)));
                table.add_row(row);
            }
        }
        for column in [1, 5, 6, 7] {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        format!("{}\n\n{}", table.trim_fmt(), self.totals())
    }

    /// The measured deviation of one parameter, or the least and the greatest of several.
    fn measured_range(&self, members: &[usize]) -> String {
        let stds = || members.iter().filter_map(|&i| self.measured(i));
        let least = digits(stds().fold(f64::INFINITY, f64::min));
        let greatest = digits(stds().fold(0.0, f64::max));
        if least == greatest { least } else { format!("{least} to {greatest}") }
    }

    fn totals(&self) -> String {
        let bytes = self.model.bytes();
        let mut lines = format!(
            "{}: {} parameters, {} elements, {} bytes\n",
            self.model.name,
            self.model.parameters.len(),
            HumanCount(self.model.elements()),
            HumanCount(bytes),
        );
        // Writing to a string cannot fail.
        if !self.model.ties.is_empty() {
            let ties = self.model.ties.iter().map(|(name, to)| format!("{name} to {to}"));
            let ties: Vec<_> = ties.collect();
            let _ = writeln!(lines, "tied, and not written: {}", ties.join(", "));
        }
        lines += &comparison(self.model).unwrap_or_default();
        if let Some((parameter, deviation)) = self.largest_deviation() {
            let name = &self.model.parameters[parameter].name;
            let _ = writeln!(
                lines,
                "largest deviation of a measured std: {:.2} standard errors, of {name} (5 would be suspect)",
                deviation.abs(),
            );
        }
        if let Some(written) = self.written {
            let rate = HumanBytes((bytes as f64 / self.seconds.max(1e-9)) as u64);
            let files = match &written.files[..] {
                [file] => file.display().to_string(),
                files => {
                    let index = files.last().map(|file| file.display().to_string());
                    format!("{} shards and {}", files.len() - 1, index.unwrap_or_default())
                }
            };
            let _ = writeln!(lines, "written in {:.2} s, {rate}/s, to {files}", self.seconds);
        }
        lines
    }
}

/// What a parameter is drawn from or, if it is not drawn, what it is.
pub(super) fn law(parameter: &Parameter) -> String {
    match (parameter.constant(), parameter.law) {
        (Some(value), _) => value.to_string(),
        (None, Some(law)) => law.to_string(),
        (None, None) => serde_json::to_string(&parameter.rule).unwrap_or_default(),
    }
}

/// Of a text that may be as long as a constant array, what a line has room for.
fn short(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Six decimals, or as many digits of a small number.
fn digits(std: f64) -> String {
    if std == 0.0 {
        "0".to_owned()
    } else if std < 1e-3 {
        format!("{std:.4e}")
    } else {
        format!("{std:.6}")
    }
}

fn recorded(parameter: &Parameter) -> String {
    match parameter.recorded {
        None => String::new(),
        Some(recorded) if agrees(parameter, recorded) => digits(recorded.std),
        Some(recorded) => format!("≠ {}", digits(recorded.std)),
    }
}
