//! What the program prints: a line for every parameter, then totals.

use crate::parameters::{Model, Parameter, Peer};
use comfy_table::{CellAlignment, Table, TableComponent, presets};
use indicatif::HumanCount;
use ndarray_init::Law;
use ndarray_init::ndarray::ArrayD;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

/// What filling and writing a model came to.
pub(crate) struct Filled {
    /// Of each parameter, in the model's order.
    pub(crate) moments: Vec<Moments>,
    /// The time spent allocating and filling.
    pub(crate) filling: Duration,
    pub(crate) writing: Duration,
    pub(crate) out: PathBuf,
}

/// What was measured on one parameter's values.
#[derive(Clone, Copy)]
pub(crate) struct Moments {
    std: f64,
}

impl Moments {
    /// The standard deviation; 0 without elements.
    pub(crate) fn of(weights: &ArrayD<f32>) -> Self {
        let Some(&first) = weights.first() else { return Self { std: 0.0 } };
        // Counted from one of the values, so that equal ones give 0 exactly.
        let origin = f64::from(first);
        let (sum, squares) = weights.iter().fold((0.0, 0.0), |(sum, squares), &weight| {
            let x = f64::from(weight) - origin;
            (sum + x, squares + x * x)
        });
        let n = weights.len() as f64;
        let variance = squares / n - (sum / n) * (sum / n);
        Self { std: variance.max(0.0).sqrt() }
    }
}

/// The whole report; without what was filled, that of a dry run.
pub(crate) fn table(model: &Model, filled: Option<&Filled>) -> String {
    let compared = model.parameters.iter().any(|parameter| parameter.peer.is_some());
    let mut header = vec!["parameter", "shape", "fans", "law", "expected std"];
    header.extend(filled.map(|_| "measured std"));
    header.extend(compared.then_some("peer's std"));

    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    table.set_style(TableComponent::HeaderLines, '─');
    table.set_style(TableComponent::MiddleHeaderIntersections, '─');
    for (i, parameter) in model.parameters.iter().enumerate() {
        let mut row = vec![
            parameter.name.clone(),
            format!("{:?}", parameter.shape),
            parameter.fans.map_or_else(String::new, |f| format!("{}, {}", f.fan_in, f.fan_out)),
            law(parameter),
            parameter.std_dev().map_or_else(String::new, digits),
        ];
        row.extend(filled.map(|filled| digits(filled.moments[i].std)));
        row.extend(compared.then(|| peer(parameter)));
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{table}\n\n{}", totals(model, filled))
}

fn law(parameter: &Parameter) -> String {
    match (parameter.constant(), parameter.law) {
        (Some(value), _) => value.to_string(),
        (None, Some(law)) => law.to_string(),
        (None, None) => serde_json::to_string(&parameter.rule).unwrap_or_default(),
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

fn peer(parameter: &Parameter) -> String {
    match parameter.peer {
        None => String::new(),
        Some(peer) if agrees(parameter, peer) => digits(peer.std),
        Some(peer) => format!("≠ {}", digits(peer.std)),
    }
}

/// Whether the peer's weights may come from this parameter's law. For each test, about one law in
/// ten thousand that is right fails.
fn agrees(parameter: &Parameter, peer: Peer) -> bool {
    let n = parameter.elements() as f64;
    let std = parameter.std_dev().unwrap_or(f64::NAN);
    // A normal's standard deviation is measured to σ / √2n; those of the other laws more closely.
    let spread = (peer.std / std - 1.0).abs() <= 4.0 / (2.0 * n).sqrt();
    let largest = peer.max_abs;
    match (parameter.constant(), parameter.law) {
        (Some(value), _) => peer.std == 0.0 && largest == value.abs(),
        (_, Some(Law::Uniform(law))) => {
            let bound = law.low().abs().max(law.high().abs());
            // Rounding to f32 may lead out of the bounds, in other frameworks.
            spread && largest <= bound * (1.0 + 1e-6) && largest >= bound * (1.0 - 10.0 / n)
        }
        (_, Some(Law::TruncatedNormal(law))) if law.upper() < 8.0 * std => {
            spread && largest <= law.upper() * (1.0 + 1e-6)
        }
        _ => {
            // Of many, the largest lies near this; of few, it may lie anywhere.
            let typical = std * (2.0 * n.ln()).sqrt();
            spread && (n < 100.0 || (0.7 * typical..1.4 * typical).contains(&largest))
        }
    }
}

fn totals(model: &Model, filled: Option<&Filled>) -> String {
    let elements = model.elements();
    let bytes = elements * size_of::<f32>();
    let mut lines = format!(
        "{}: {} parameters, {} elements, {} bytes\n",
        model.name,
        model.parameters.len(),
        HumanCount(elements as u64),
        HumanCount(bytes as u64),
    );
    if let Some(comparison) = comparison(model) {
        lines += &comparison;
    }
    if let Some(Filled { filling, writing, out, .. }) = filled {
        let rate = |time: &Duration| bytes as f64 / time.as_secs_f64() / 1e9;
        let nanoseconds = filling.as_secs_f64() * 1e9 / elements.max(1) as f64;
        // Writing to a string cannot fail.
        let _ = write!(
            lines,
            "filling: {:.3} s, {nanoseconds:.2} ns an element, {:.1} GB/s\n\
             writing: {:.3} s, {:.1} GB/s, to {}\n",
            filling.as_secs_f64(),
            rate(filling),
            writing.as_secs_f64(),
            rate(writing),
            out.display(),
        );
    }
    lines
}

/// How many of the rules the peer's own weights bear out, and which they do not.
fn comparison(model: &Model) -> Option<String> {
    let compared = || model.parameters.iter().filter_map(|p| Some((p, p.peer?)));
    let differ = compared().filter(|&(parameter, peer)| !agrees(parameter, peer));
    let differ: Vec<_> = differ.map(|(parameter, _)| parameter.name.as_str()).collect();
    let (all, agree) = (compared().count(), compared().count() - differ.len());
    let names =
        if differ.is_empty() { String::new() } else { format!("; not {}", differ.join(", ")) };
    (all > 0).then(|| format!("peer's weights: {agree} of {all} agree with the law{names}\n"))
}
