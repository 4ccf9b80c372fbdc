//! The command line.

use crate::dtype::Dtype;
use bytesize::ByteSize;
use clap::Parser;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::ops::RangeInclusive;
use std::path::PathBuf;

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
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) seed: Option<u64>,

    /// The .safetensors file to write. With --max-shard-size, the folder.
    #[arg(long, value_name = "PATH", default_value = "checkpoint.safetensors")]
    pub(crate) out: PathBuf,

    /// The type of all tensors whose entries name none, in place of the list's.
    #[arg(long, value_parser = floats())]
    pub(crate) dtype: Option<Dtype>,

    /// Write a sharded set into a folder: files of this size at most, such as 5GB or 500MiB, and the
    /// model.safetensors.index.json that Hugging Face's loaders begin with.
    ///
    /// A tensor that is larger has a file of its own.
    #[arg(long, value_name = "SIZE")]
    pub(crate) max_shard_size: Option<ByteSize>,

    /// Write or verify these shards of the set alone, such as 7 or 7-9, counted from 1.
    ///
    /// They have the names and the bytes that they have in the whole set, so several machines can
    /// write a part each.
    #[arg(long, value_name = "N", value_parser = shards, requires = "max_shard_size")]
    pub(crate) shards: Option<RangeInclusive<usize>>,

    /// Write nothing, and compare this checkpoint with what the seed, list and dtype give: a
    /// .safetensors file or a set's .index.json. Exit status 1 if a tensor differs.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "dry_run"])]
    pub(crate) verify: Option<PathBuf>,

    /// Print the table, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print nothing but errors.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// The types that a list's may be replaced by.
fn floats() -> impl TypedValueParser<Value = Dtype> {
    let names = PossibleValuesParser::new(["f32", "f16", "bf16"]);
    names.map(|name| match name.as_str() {
        "f16" => Dtype::F16,
        "bf16" => Dtype::BF16,
        _ => Dtype::F32,
    })
}

/// `7` or `7-9`.
fn shards(text: &str) -> Result<RangeInclusive<usize>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if 0 < first && first <= last => Ok(first..=last),
        _ => Err("shards are a number of at least 1, or two such as 7-9".to_owned()),
    }
}
