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
        as_product(&factors, groups, fan)
    }

    fn kernel_lines(&self) -> Vec<String> {
        let layout = self.configuration.layout();
        let mut lines = vec![line("shape", Tuple(&self.shape))];
        let width = self.shape.iter().map(|n| n.to_string().len()).max().unwrap_or(0);
        lines.extend(self.axes().enumerate().map(|(axis, (role, n))| {
            let note = if role == AxisRole::Batch { ": in no fan" } else { "" };
            line(&format!("axis {axis}"), format!("{n:width$}  {role}{note}"))
        }));
        if layout.is_transposed() {
            lines.push(line("transposed", "the layer's input is stored as output"));
        }
        if layout.group_count() > 1 {
            lines.push(line("groups", layout.group_count()));
        }
        lines
    }

    fn fan_lines(&self) -> Vec<String> {
        let (field, layout) = (self.field(), self.configuration.layout());
        // The axis stored as output holds the channels of all groups.
        let groups = layout.group_count();
        let (groups_in, groups_out) =
            if layout.is_transposed() { (groups, 1) } else { (1, groups) };
        vec![
            line("receptive field", as_product(&field, 1, product(&field))),
            line("fan_in", self.factors(AxisRole::Input, groups_in, self.fans.fan_in)),
            line("fan_out", self.factors(AxisRole::Output, groups_out, self.fans.fan_out)),
        ]
    }

    fn law_lines(&self, digits: usize) -> Vec<String> {
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
            line("scale", short(self.configuration.scale())),
            line("mode", format!("{mode}: n = {formula} = {n}")),
        ];
        match self.law {
            Law::Uniform(law) => {
                let b = short(law.high());
                lines.extend([
                    line("law", format!("U[-b, b] = U[-{b}, {b}]")),
                    line("b", format!("√(3 · scale / n) = {b}")),
                ]);
            }
            Law::Normal(_) => {
                lines.push(line("law", format!("N(0, std²) = N(0, {}²)", short(std))));
            }
            Law::TruncatedNormal(law) => {
                let (s, bound) = (short(law.parent_std_dev()), short(law.upper()));
                let cut = Number(self.configuration.cut().unwrap_or_default());
                let ratio = short(self.configuration.std_at_cut());
                let law =
                    format!("N(0, s²) on [-{cut} s, {cut} s] = N(0, {s}²) on [-{bound}, {bound}]");
                lines.extend([
                    line("law", law),
                    line("s", format!("√(scale / n) / {ratio} = {s}")),
                    line(&format!("{cut} s"), bound),
                ]);
            }
        }
        lines.push(line("std", format!("√(scale / n) = {}", short(std))));
        if let Some(Drawn { name, law, .. }) = &self.element {
            lines.push(line(&format!("as {name}"), law));
        }
        lines
    }

    fn call_lines(&self) -> Vec<String> {
        let shown = FRAMEWORKS.iter().filter(|each| self.complex().is_none() || each.name == "JAX");
        let lines = shown.flat_map(|framework| {
            let names = std::iter::once(framework.name).chain(std::iter::repeat(""));
            names.zip(framework.call(self)).map(|(name, text)| line(name, text))
        });
        lines.collect()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let law = self.law_lines(f.precision().unwrap_or(DIGITS));
        let sections = [self.kernel_lines(), self.fan_lines(), law, self.call_lines()];
        f.write_str(&sections.map(|lines| lines.join("\n")).join("\n\n"))
    }
}

fn line(label: &str, text: impl fmt::Display) -> String {
    format!("{label:<15}  {text}")
}

/// A number and the factors that it is the product of, if there are several, divided by groups.
fn as_product(factors: &[usize], groups: usize, product: usize) -> String {
    match (groups, factors) {
        (1, [] | [_]) => product.to_string(),
        (1, _) => format!("{} = {product}", joined(factors, " · ")),
        _ => format!("{} / {groups} groups = {product}", joined(factors, " · ")),
    }
}
