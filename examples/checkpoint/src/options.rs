//! The command line.

use crate::dtype::Dtype;
use clap::{Parser, ValueEnum};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// Initializes a model and writes its weights to a checkpoint, or verifies one.
///
/// Equal seeds, lists and options give equal bytes on every machine, but for the last digits of
/// orthogonal tensors. Neither a tensor nor the file has to fit memory; only orthogonal and sparse
/// tensors are made whole, one at a time, in about twice their size.
///
/// A file is written under a temporary name beside its target, .NAME.*.tmp, and renamed when the disk
/// has it: what stood there before is replaced whole or not at all. The temporary file goes on
/// errors and on SIGINT, SIGTERM and SIGHUP; after a SIGKILL it may be deleted.
#[derive(Parser)]
#[command(name = "checkpoint")]
pub(crate) struct Options {
    /// The list of parameters: a JSON file, or one of the built-in lists resnet50_keras,
    /// mobilenet_v2_keras, vit_b16_timm and gpt2_transformers.
    ///
    /// A list names each tensor, its shape and its initializer. scripts/record.py writes the list of a
    /// model of PyTorch, timm, torchvision or transformers; examples/data/README.md describes the form.
    #[arg(long, value_name = "FILE", default_value = "resnet50_keras")]
    pub(crate) model: PathBuf,

    /// The number that all weights are derived from, from 0 to 18446744073709551615: 42, or that in the
    /// metadata of the checkpoint that is verified.
    #[arg(long, value_name = "N", value_parser = seed, allow_hyphen_values = true)]
    pub(crate) seed: Option<u64>,

    /// The file to write: NumPy's archive if its name ends in .npz, .safetensors otherwise. With
    /// --max-shard-size, the folder.
    #[arg(long, value_name = "PATH", default_value = "checkpoint.safetensors")]
    pub(crate) out: PathBuf,

    /// The type of all tensors whose entries name none, in place of the list's.
    #[arg(long, value_enum)]
    dtype: Option<Float>,

    /// Write a sharded set into a folder: files of this size at most, such as 5GB or 500MiB, and the
    /// model.safetensors.index.json that Hugging Face's loaders begin with.
    ///
    /// A tensor that is larger has a file of its own.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_shard_size: Option<u64>,

    /// Write or verify these shards of the set alone, such as 7 or 7-9, counted from 1.
    ///
    /// They have the names and the bytes that they have in the whole set, so several machines can
    /// write a part each.
    #[arg(long, value_name = "N", value_parser = shards, requires = "max_shard_size")]
    pub(crate) shards: Option<RangeInclusive<usize>>,

    /// Write nothing, and compare this checkpoint with what the seed, list and dtype give: a
    /// .safetensors file, a set's .index.json, or an .npz file. Exit status 1 if a tensor differs.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "dry_run"])]
    pub(crate) verify: Option<PathBuf>,

    /// Print the table without measured values, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print nothing but errors.
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Float {
    F32,
    F16,
    Bf16,
}

impl Options {
    pub(crate) fn dtype(&self) -> Option<Dtype> {
        self.dtype.map(|dtype| match dtype {
            Float::F32 => Dtype::F32,
            Float::F16 => Dtype::F16,
            Float::Bf16 => Dtype::Bf16,
        })
    }

    /// The checkpoint that is written, or compared.
    pub(crate) fn path(&self) -> &Path {
        self.verify.as_ref().unwrap_or(&self.out)
    }
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

/// `7` or `7-9`.
fn shards(text: &str) -> Result<RangeInclusive<usize>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if 0 < first && first <= last => Ok(first..=last),
        _ => Err("shards are a number of at least 1, or two such as 7-9".to_owned()),
    }
}

/// As Hugging Face writes sizes: GB is 10⁹ bytes, GiB 2³⁰.
fn size(text: &str) -> Result<u64, String> {
    let text = text.trim().to_uppercase();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim() {
        "" | "B" => Some(1),
        "KB" => Some(1_000),
        "MB" => Some(1_000_000),
        "GB" => Some(1_000_000_000),
        "TB" => Some(1_000_000_000_000),
        "KIB" => Some(1 << 10),
        "MIB" => Some(1 << 20),
        "GIB" => Some(1 << 30),
        "TIB" => Some(1 << 40),
        _ => None,
    };
    let bytes = number.parse().ok().zip(unit).and_then(|(n, unit): (u64, u64)| n.checked_mul(unit));
    let rule = "a size is a whole number of at least 1, and a unit such as MB, GB or GiB";
    bytes.filter(|&bytes| bytes > 0).ok_or_else(|| rule.to_owned())
}
