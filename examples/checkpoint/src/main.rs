//! Initializes a network of any size and writes a checkpoint that other tools load, or verifies one.
//!
//! ```text
//! cargo run --release -p checkpoint -- --model gpt2_transformers --dtype bf16
//! ```
//!
//! The key of every tensor is forked by its name, so a layer added to the list of parameters leaves the
//! others as they were.
//!
//! | module | what it does |
//! |---|---|
//! | `options` | the command line |
//! | `dtype` | the element types of tensors |
//! | `model` | a list of parameters, the rules of frameworks, and the check of both |
//! | `pieces`, `generate` | the bytes of tensors, a piece at a time, by several threads |
//! | `output` | files, sharded sets and archives, replaced whole or not at all |
//! | `verify` | a checkpoint against what its seed and list give |
//! | `statistics`, `report` | what was measured; the table, the totals, JSON |

// PyTorch is a name, not code, and the options' comments are what --help prints.
#![allow(clippy::doc_markdown)]
#![forbid(unsafe_code)]

mod dtype;
mod generate;
mod model;
mod options;
mod output;
mod pieces;
mod report;
mod statistics;
mod verify;

use clap::Parser;
use generate::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use model::Model;
use options::Options;
use output::{Writing, Written};
use report::Report;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// The lists that the program comes with.
const BUILT_IN: [(&str, &str); 4] = [
    ("resnet50_keras", include_str!("../../data/resnet50_keras.json")),
    ("mobilenet_v2_keras", include_str!("../../data/mobilenet_v2_keras.json")),
    ("vit_b16_timm", include_str!("../../data/vit_b16_timm.json")),
    ("gpt2_transformers", include_str!("../../data/gpt2_transformers.json")),
];

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<ExitCode, Failure> {
    let model = Model::parse(&list(&options.model)?, options.choices())
        .map_err(|error| format!("{}: {error}", options.model.display()))?;
    if options.verify.is_some() {
        return verify(options, &model);
    }
    let written = if options.dry_run { None } else { Some(write(options, &model)?) };
    let report = Report::new(&model, options, written.as_ref());
    if options.json {
        print(&report.json()?)?;
    } else if !options.quiet {
        print(&report.table(options.full))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(options: &Options, model: &Model) -> Result<(Written, f64), Failure> {
    let target = options.target()?;
    output::remove_on_signals()?;
    let progress = progress_bar(model, options);
    let start = Instant::now();
    let writing =
        Writing { model, seed: options.seed, measure: !options.quiet, progress: &progress };
    let written = writing.to(&target);
    progress.finish_and_clear();
    let written =
        written.map_err(|error| format!("cannot write {}: {error}", options.path().display()))?;
    Ok((written, start.elapsed().as_secs_f64()))
}

fn verify(options: &Options, model: &Model) -> Result<ExitCode, Failure> {
    let path = options.path();
    let progress = progress_bar(model, options);
    let findings = verify::verify(model, options.seed, path, &progress);
    progress.finish_and_clear();
    let findings =
        findings.map_err(|error| format!("cannot verify {}: {error}", path.display()))?;
    if options.json {
        print(&report::findings_json(path, &findings)?)?;
    } else if !options.quiet || !findings.is_empty() {
        print(&report::findings(path, model, &findings))?;
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The text of a list.
fn list(name: &Path) -> Result<String, String> {
    if let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| name == Path::new(built_in)) {
        return Ok((*text).to_owned());
    }
    fs::read_to_string(name).map_err(|error| {
        let names = BUILT_IN.map(|(name, _)| name).join(", ");
        format!("cannot read {}: {error} (the built-in lists are {names})", name.display())
    })
}

/// The progress in bytes, on stderr; indicatif hides it if that is not a terminal.
fn progress_bar(model: &Model, options: &Options) -> ProgressBar {
    if options.quiet {
        return ProgressBar::hidden();
    }
    let template = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left {msg}";
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(model.bytes()).with_style(style)
}

/// Prints to stdout. Whoever reads it may stop before the end, as `head` does.
fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot print the report: {error}").into())
        }
        _ => Ok(()),
    }
}
