//! Initializes a model of any size and writes a checkpoint that other tools load, or verifies one.
//!
//! ```text
//! cargo run --release -p checkpoint -- --model gpt2_transformers --dtype bf16
//! ```
//!
//! The key of every tensor is forked by its name, so a tensor added to the list leaves the others as
//! they were.
//!
//! | module | what it does |
//! |---|---|
//! | `options` | the command line |
//! | `dtype` | the element types of tensors |
//! | `model` | a list of tensors and initializers, and its check |
//! | `pieces`, `generate` | the bytes of tensors, a piece at a time, by several threads |
//! | `output` | files and sharded sets, replaced whole or not at all |
//! | `verify` | a checkpoint against what its seed and list give |
//! | `report` | the table and the totals |

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
mod verify;

#[cfg(test)]
mod recorded;

use clap::Parser;
use generate::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use model::Model;
use options::Options;
use output::{Shards, Writing, metadata};
use report::{Written, print, report};
use signal_hook::low_level::emulate_default_handler;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use verify::Files;

/// The lists that the program comes with.
const BUILT_IN: [(&str, &str); 4] = [
    ("resnet50_keras", include_str!("../../data/resnet50_keras.json")),
    ("mobilenet_v2_keras", include_str!("../../data/mobilenet_v2_keras.json")),
    ("vit_b16_timm", include_str!("../../data/vit_b16_timm.json")),
    ("gpt2_transformers", include_str!("../../data/gpt2_transformers.json")),
];

/// The seed of a checkpoint that no other is given for.
const SEED: u64 = 42;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            // So that a shell sees which signal it was.
            output::signal().map(emulate_default_handler);
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<ExitCode, Failure> {
    let list = list(&options.model)?;
    let of_list = |error| format!("{}: {error}", options.model.display());
    let mut model = Model::parse(&list, options.dtype).map_err(of_list)?;
    let shards = options.max_shard_size;
    let shards = shards.map(|size| Shards::of(&mut model, size.0, options.shards.clone()));
    let shards = shards.transpose()?;
    if let Some(path) = &options.verify {
        return verify(path, options, &list, &model);
    }
    let shards = shards.as_ref();
    let is_written = !options.dry_run;
    let written = is_written.then(|| write(options, &list, &model, shards)).transpose()?;
    if !options.quiet {
        print(&report(&model, shards, written.as_ref()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(
    options: &Options,
    list: &str,
    model: &Model,
    shards: Option<&Shards>,
) -> Result<Written, Failure> {
    output::signals_are_errors()?;
    let start = Instant::now();
    let seed = options.seed.unwrap_or(SEED);
    let writing = Writing {
        model,
        seed,
        metadata: metadata(model, list, seed),
        progress: &progress_bar(model, options),
    };
    let files = writing.to(&options.out, shards);
    writing.progress.finish_and_clear();
    let files =
        files.map_err(|error| format!("cannot write {}: {error}", options.out.display()))?;
    Ok(Written { files, seconds: start.elapsed().as_secs_f64() })
}

fn verify(path: &Path, options: &Options, list: &str, model: &Model) -> Result<ExitCode, Failure> {
    let progress = progress_bar(model, options);
    let compare = || {
        let files = Files::open(path, model)?;
        let seed = options.seed.or_else(|| files.seed()).unwrap_or(SEED);
        files.compare(model, seed, &metadata(model, list, seed), &progress)
    };
    let findings = compare();
    progress.finish_and_clear();
    let findings =
        findings.map_err(|error| format!("cannot verify {}: {error}", path.display()))?;
    let is_same = findings.tensors.is_empty();
    if !options.quiet || !is_same {
        print(&report::findings(path, model, &findings))?;
    }
    Ok(if is_same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
    let style = ProgressStyle::with_template(template).expect("a template");
    ProgressBar::new(model.bytes()).with_style(style)
}
