//! An explanation as text: the fans with their factors, the law with its numbers, and a call of each
//! framework.

use super::explanation::{Drawn, Explanation, Tuple, joined, product};
use super::frameworks::FRAMEWORKS;
use crate::error::{AxisRole, Number};
use crate::fans::FanMode;
use crate::laws::Law;
use std::fmt;

/// Significant digits of a number, unless the format asks for others.
const DIGITS: usize = 5;

impl Explanation {
    /// A fan as a product: the receptive field, the axes of this role, and the groups by which
    /// they are divided.
    fn factors(&self, counted: AxisRole, groups: usize, fan: usize) -> String {
        let field = self.field();
        let field = (!field.is_empty()).then(|| product(&field));
        let axes =
            self.axes().filter(|&(role, _)| role == counted || role == AxisRole::InputAndOutput);
        let factors: Vec<usize> = field.into_iter().chain(axes.map(|(_, n)| n)).collect();
        match (groups, factors.len()) {
            (1, 0 | 1) => fan.to_string(),
            (1, _) => format!("{} = {fan}", Factors(&factors)),
            _ => format!("{} / {groups} groups = {fan}", Factors(&factors)),
        }
    }

    fn kernel_lines(&self) -> Vec<Line> {
        let layout = self.configuration.layout();
        let mut lines = vec![Line::new("shape", Tuple(&self.shape).to_string())];
        let width = self.shape.iter().map(|n| n.to_string().len()).max().unwrap_or(0);
        lines.extend(self.axes().enumerate().map(|(axis, (role, n))| {
            let note = if role == AxisRole::Batch { ": in no fan" } else { "" };
            Line::new(format!("axis {axis}"), format!("{n:width$}  {role}{note}"))
        }));
        if layout.is_transposed() {
            lines.push(Line::new("transposed", "the layer's input is stored as output"));
        }
        if layout.group_count() > 1 {
            lines.push(Line::new("groups", layout.group_count().to_string()));
        }
        lines
    }

    fn fan_lines(&self) -> Vec<Line> {
        let (field, layout) = (self.field(), self.configuration.layout());
        let field_product = match field[..] {
            [] | [_] => product(&field).to_string(),
            _ => format!("{} = {}", Factors(&field), product(&field)),
        };
        // The axis stored as output holds the channels of all groups.
        let (groups_in, groups_out) = if layout.is_transposed() {
            (layout.group_count(), 1)
        } else {
            (1, layout.group_count())
        };
        vec![
            Line::new("receptive field", field_product),
            Line::new("fan_in", self.factors(AxisRole::Input, groups_in, self.fans.fan_in)),
            Line::new("fan_out", self.factors(AxisRole::Output, groups_out, self.fans.fan_out)),
        ]
    }

    fn law_lines(&self, digits: usize) -> Vec<Line> {
        let short = |value| Number::rounded(value, digits);
        let mode = self.configuration.mode();
        let formula = match mode {
            FanMode::FanIn => "fan_in",
            FanMode::FanOut => "fan_out",
            FanMode::FanAvg => "(fan_in + fan_out) / 2",
            FanMode::FanGeoAvg => "√(fan_in · fan_out)",
        };
        // A mean of two integers is exact.
        let n = self.n();
        let n = if mode == FanMode::FanGeoAvg { short(n).to_string() } else { n.to_string() };
        let std = self.law.std_dev();
        let formula =
            if self.shape.contains(&0) { format!("max({formula}, 1)") } else { formula.to_owned() };
        let mut lines = vec![
            Line::new("scale", short(self.configuration.scale()).to_string()),
            Line::new("mode", format!("{mode}: n = {formula} = {n}")),
        ];
        match self.law {
            Law::Uniform(law) => {
                let b = short(law.high());
                lines.extend([
                    Line::new("law", format!("U[-b, b] = U[-{b}, {b}]")),
                    Line::new("b", format!("√(3 · scale / n) = {b}")),
                ]);
            }
            Law::Normal(_) => {
                lines.push(Line::new("law", format!("N(0, std²) = N(0, {}²)", short(std))));
            }
            Law::TruncatedNormal(law) => {
                let (s, bound) = (short(law.parent_std_dev()), short(law.upper()));
                let cut = Number(self.configuration.cut().unwrap_or_default());
                let ratio = short(self.configuration.std_at_cut());
                let law =
                    format!("N(0, s²) on [-{cut} s, {cut} s] = N(0, {s}²) on [-{bound}, {bound}]");
                lines.extend([
                    Line::new("law", law),
                    Line::new("s", format!("√(scale / n) / {ratio} = {s}")),
                    Line::new(format!("{cut} s"), bound.to_string()),
                ]);
            }
        }
        lines.push(Line::new("std", format!("√(scale / n) = {}", short(std))));
        if let Some(Drawn { name, law, .. }) = &self.element {
            lines.push(Line::new(format!("as {name}"), law.as_str()));
        }
        lines
    }

    fn call_lines(&self) -> Vec<Line> {
        let calls = FRAMEWORKS.iter().map(|framework| (framework.name, framework.call(self)));
        let calls = calls.filter(|(name, _)| self.complex().is_none() || *name == "JAX");
        let lines = calls.flat_map(|(name, call)| {
            let same = call.same.into_iter().map(|same| format!("= {same}"));
            let below = same.chain(call.notes).map(|line| Line::new("", line));
            std::iter::once(Line::new(name, call.text)).chain(below)
        });
        lines.collect()
    }
}

/// Numbers have five significant digits, or those of the precision, as in `{:.16}`. Numbers in calls are exact,
/// so that a call gives this very law.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let law = self.law_lines(f.precision().unwrap_or(DIGITS));
        let sections = [self.kernel_lines(), self.fan_lines(), law, self.call_lines()];
        for (i, lines) in sections.iter().enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            for (i, Line { label, text }) in lines.iter().enumerate() {
                let end = if i > 0 { "\n" } else { "" };
                write!(f, "{end}{label:<15}  {text}")?;
            }
        }
        Ok(())
    }
}

/// One line of the report.
struct Line {
    label: String,
    text: String,
}

impl Line {
    fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self { label: label.into(), text: text.into() }
    }
}

/// A product with its factors.
struct Factors<'a>(&'a [usize]);

impl fmt::Display for Factors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("1"),
            all => f.write_str(&joined(all, " · ")),
        }
    }
}
