//! The command line.

use crate::dtype::Dtype;
use crate::model::Choices;
use crate::output::Target;
use clap::{Parser, ValueEnum};
use ndarray_init::Distribution;
use std::path::{Path, PathBuf};

/// Initializes a network and writes its weights to a checkpoint, or verifies one.
///
/// The same seed, list and options give the same bytes on every machine, but for the last digits of
/// orthogonal tensors. Neither a tensor nor the file has to
/// fit memory; only orthogonal and sparse tensors are made whole, one at a time, in about twice their size.
///
/// A file is written under a temporary name beside its target, .NAME.*.tmp, and renamed when the disk
/// has it: what stood there before is replaced whole or not at all. The temporary file goes on
/// errors and on SIGINT, SIGTERM and SIGHUP; after a SIGKILL it may be deleted.
#[derive(Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(name = "checkpoint")]
pub(crate) struct Options {
    /// The list of parameters: a JSON file, or one of the built-in lists resnet50_keras,
    /// mobilenet_v2_keras, vit_b16_timm and gpt2_transformers.
    ///
    /// An entry names its initializer, or follows the rules of its framework: of PyTorch's modules, of
    /// Flax's, of transformers if a PyTorch model is named gpt2…, of timm if it is named vit_….
    /// scripts/parameters.py writes the list of any nn.Module, Keras model or Flax variable tree.
    #[arg(long, value_name = "FILE", default_value = "resnet50_keras")]
    pub(crate) model: PathBuf,

    /// What all weights are derived from: a whole number from 0 to 18446744073709551615.
    #[arg(long, value_name = "N", default_value = "42", value_parser = seed, allow_hyphen_values = true)]
    pub(crate) seed: u64,

    /// The file to write: NumPy's archive if its name ends in .npz, .safetensors otherwise. With
    /// --max-shard-size, the folder.
    #[arg(long, value_name = "PATH", default_value = "checkpoint.safetensors")]
    out: PathBuf,

    /// The type of all tensors whose entries name none.
    #[arg(long, value_enum, default_value = "f32")]
    dtype: Float,

    /// Write a sharded set into a folder: files of this size at most, such as 5GB or 500MiB, and the
    /// model.safetensors.index.json that Hugging Face's loaders begin with.
    ///
    /// A tensor that is larger has a file of its own.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_shard_size: Option<u64>,

    /// The distribution of the kernels whose variance is scaled by their fans, in place of the one
    /// that the list names. The variance stays.
    #[arg(long, value_enum)]
    distribution: Option<Form>,

    /// Write nothing, and compare this checkpoint with what the seed, list and dtype give: a
    /// .safetensors file, a set's .index.json, or an .npz file. Exit status 1 if anything differs.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "max_shard_size", "dry_run"])]
    pub(crate) verify: Option<PathBuf>,

    /// Print the table without measured values, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print a line for every parameter, not one for equal ones.
    #[arg(long)]
    pub(crate) full: bool,

    /// Print JSON, with every parameter.
    #[arg(long)]
    pub(crate) json: bool,

    /// Print nothing but errors.
    #[arg(long, conflicts_with_all = ["full", "json"])]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Float {
    F32,
    F16,
    Bf16,
}

/// [`Distribution`], by the names that the command line has for it.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Uniform,
    Normal,
    TruncatedNormal,
}

impl Options {
    pub(crate) fn choices(&self) -> Choices {
        let dtype = match self.dtype {
            Float::F32 => Dtype::F32,
            Float::F16 => Dtype::F16,
            Float::Bf16 => Dtype::Bf16,
        };
        let distribution = self.distribution.map(|form| match form {
            Form::Uniform => Distribution::Uniform,
            Form::Normal => Distribution::UntruncatedNormal,
            Form::TruncatedNormal => Distribution::TruncatedNormal,
        });
        Choices { dtype, distribution }
    }

    pub(crate) fn target(&self) -> Result<Target, String> {
        let extension = self.out.extension().unwrap_or_default();
        let is_file = extension == "npz" || extension == "safetensors";
        match self.max_shard_size {
            Some(_) if is_file => {
                let out = self.out.display();
                Err(format!(
                    "--max-shard-size writes a folder, and {out} is the name of a file; name a folder by --out"
                ))
            }
            Some(max_shard_size) => Ok(Target::Set { folder: self.out.clone(), max_shard_size }),
            None if extension == "npz" => Ok(Target::Npz(self.out.clone())),
            None => Ok(Target::File(self.out.clone())),
        }
    }

    /// What is written to, or compared.
    pub(crate) fn path(&self) -> &Path {
        self.verify.as_ref().unwrap_or(&self.out)
    }
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

/// As Hugging Face writes sizes: GB is 10⁹ bytes, GiB 2³⁰.
fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 9] = [
        ("KIB", 1 << 10),
        ("MIB", 1 << 20),
        ("GIB", 1 << 30),
        ("TIB", 1 << 40),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("B", 1),
    ];
    let text = text.trim().to_uppercase();
    let unit = UNITS.iter().find_map(|&(unit, bytes)| Some((text.strip_suffix(unit)?, bytes)));
    let (number, unit) = unit.unwrap_or((&text, 1));
    let bytes = number.trim().parse().ok().and_then(|number: u64| number.checked_mul(unit));
    let rule = "a size is a whole number of at least 1, and a unit such as MB, GB or GiB";
    bytes.filter(|&bytes| bytes > 0).ok_or_else(|| rule.to_owned())
}
