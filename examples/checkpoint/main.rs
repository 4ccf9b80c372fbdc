//! Initializes a real network and writes a checkpoint that other tools load.
//!
//! ```text
//! cargo run --release --example checkpoint -- --model gpt2_transformers --seed 7
//! ```
//!
//! It shows three things. A key forked by each parameter's name, so that a file depends on the
//! seed and the list of parameters alone, and a layer added to the list leaves the others as they
//! were. Initializers read from Keras' own configurations. And layouts: a depthwise or a
//! transposed kernel gets the fans that it has.
//!
//! | module | what it does |
//! |---|---|
//! | `parameters` | a parameter, its rule, and the check of both |
//! | `keras`, `torch` | what an entry of a list says, to rules |
//! | `writer` | the `.safetensors` file, one parameter at a time |
//! | `report` | the table and the totals |

// PyTorch is a name, not code, and the options' comments are what --help prints.
#![allow(clippy::doc_markdown)]

mod keras;
mod parameters;
mod report;
mod torch;
mod writer;

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use ndarray_init::ndarray::ArrayD;
use ndarray_init::{Distribution, InitExt, Key};
use parameters::{Model, Parameter};
use report::{Filled, Moments};
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use writer::Writer;

/// Initializes a network and writes its weights to a .safetensors file.
///
/// The same seed and list give the same bytes, on every machine.
#[derive(Parser)]
#[command(name = "checkpoint")]
struct Options {
    /// The list of parameters: a JSON file, or one of the built-in lists resnet50_keras,
    /// mobilenet_v2_keras, vit_b16_timm and gpt2_transformers.
    ///
    /// Entries of a Keras list name their initializers. Those of a PyTorch list follow the rules
    /// of transformers if the model is named gpt2…, of timm if it is named vit_…, and the defaults
    /// of PyTorch's modules otherwise.
    #[arg(long, value_name = "FILE", default_value = "resnet50_keras")]
    model: PathBuf,

    /// What all weights are derived from.
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,

    /// The file to write.
    #[arg(long, value_name = "FILE", default_value = "checkpoint.safetensors")]
    out: PathBuf,

    /// The distribution of the kernels whose variance is scaled by their fans, in place of the one
    /// that the list names. The variance stays.
    #[arg(long, value_enum)]
    distribution: Option<Form>,

    /// Print the table without measured values, and write nothing.
    #[arg(long)]
    dry_run: bool,

    /// Print nothing but errors.
    #[arg(long)]
    quiet: bool,
}

/// [`Distribution`], by the names that the command line has for it.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Uniform,
    Normal,
    TruncatedNormal,
}

impl From<Form> for Distribution {
    fn from(form: Form) -> Self {
        match form {
            Form::Uniform => Self::Uniform,
            Form::Normal => Self::UntruncatedNormal,
            Form::TruncatedNormal => Self::TruncatedNormal,
        }
    }
}

/// The lists that the program comes with.
const BUILT_IN: [(&str, &str); 4] = [
    ("resnet50_keras", include_str!("../data/resnet50_keras.json")),
    ("mobilenet_v2_keras", include_str!("../data/mobilenet_v2_keras.json")),
    ("vit_b16_timm", include_str!("../data/vit_b16_timm.json")),
    ("gpt2_transformers", include_str!("../data/gpt2_transformers.json")),
];

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let distribution = options.distribution.map(Distribution::from);
    let model = Model::parse(&list(&options.model)?, distribution)
        .map_err(|error| format!("{}: {error}", options.model.display()))?;
    let filled = if options.dry_run {
        None
    } else {
        let filled = write(&model, options)
            .map_err(|error| format!("cannot write {}: {error}", options.out.display()))?;
        Some(filled)
    };
    if options.quiet { Ok(()) } else { print(&report::table(&model, filled.as_ref())) }
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

/// Fills one parameter after the other and writes each before the next is made: the memory that
/// this takes is the largest parameter's.
fn write(model: &Model, options: &Options) -> Result<Filled, Box<dyn Error>> {
    let root = Key::new(options.seed);
    let bar = progress_bar(model, options.quiet);
    let mut moments = Vec::new();
    let (mut filling, mut writing) = (Duration::ZERO, Duration::ZERO);

    let mut writer = timed(&mut writing, || Writer::create(&options.out, model))?;
    for Parameter { name, shape, rule, .. } in &model.parameters {
        let key = root.fork(name);
        let weights = timed(&mut filling, || ArrayD::init(shape.as_slice(), rule, key))?;
        timed(&mut writing, || writer.write(&weights))?;
        if !options.quiet {
            moments.push(Moments::of(&weights));
        }
        bar.inc(weights.len() as u64);
    }
    timed(&mut writing, || writer.finish())?;
    bar.finish_and_clear();
    Ok(Filled { moments, filling, writing, out: options.out.clone() })
}

/// The progress in elements, on stderr; indicatif hides it if that is not a terminal.
fn progress_bar(model: &Model, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} elements")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(model.elements() as u64).with_style(style)
}

fn timed<T>(total: &mut Duration, task: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = task();
    *total += start.elapsed();
    result
}

/// Prints to stdout. Whoever reads it may stop before the end, as `head` does.
fn print(text: &str) -> Result<(), Box<dyn Error>> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot print the report: {error}").into())
        }
        _ => Ok(()),
    }
}
