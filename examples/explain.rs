//! Says what an initializer makes of a kernel's shape, and how other frameworks write the same.
//!
//! ```text
//! cargo run --example explain -- --layout keras --shape 3,3,64,128 glorot_uniform
//! ```
//!
//! prints
//!
//! ```text
//! shape            (3, 3, 64, 128)
//! axis 0             3  receptive field
//! axis 1             3  receptive field
//! axis 2            64  input
//! axis 3           128  output
//!
//! receptive field  3 · 3 = 9
//! fan_in           9 · 64 = 576
//! fan_out          9 · 128 = 1152
//!
//! scale            1
//! mode             fan_avg: n = (fan_in + fan_out) / 2 = 864
//! law              U[-b, b] = U[-0.058926, 0.058926]
//! b                √(3 · scale / n) = 0.058926
//! std              √(scale / n) = 0.034021
//!
//! Keras            keras.initializers.GlorotUniform()
//!                  = keras.initializers.VarianceScaling(mode="fan_avg", distribution="uniform")
//! JAX              jax.nn.initializers.glorot_uniform()
//!                  = jax.nn.initializers.variance_scaling(scale=1.0, mode="fan_avg", distribution="uniform")
//! PyTorch          torch.nn.init.xavier_uniform_(w)
//!                  for a kernel of shape (128, 64, 3, 3)
//! MindSpore        mindspore.common.initializer.XavierUniform(gain=1.0)
//!                  for a kernel of shape (128, 64, 3, 3)
//! ```
//!
//! The kernel is read in the layout of the framework that the initializer is named after, unless
//! another layout is given. Initializers and layouts are names, or configurations as JSON:
//!
//! ```text
//! explain --layout torch --shape 256,784 kaiming_normal
//! explain --layout '{"einsum": "btd,dhk->bthk"}' --shape 512,8,64 lecun_normal
//! explain --layout '{"batch": [0]}' --shape 8,512,2048 he_uniform
//! explain --layout '{"roles": "torch", "transposed": true, "groups": 2}' --shape 64,32,3,3 xavier_normal
//! explain --shape 784,256 '{"scale": 0.5, "mode": "fan_out", "distribution": "uniform"}'
//! ```

// PyTorch is a name, not code.
#![allow(clippy::doc_markdown)]

use clap::Parser;
use ndarray_init::{Layout, VarianceScaling};
use serde::de::DeserializeOwned;
use std::process::ExitCode;

/// Says what an initializer makes of a kernel's shape, and how other frameworks write the same.
#[derive(Parser)]
#[command(name = "explain")]
struct Options {
    /// The initializer: a name such as he_normal, or its configuration as JSON.
    #[arg(value_parser = read::<VarianceScaling>)]
    initializer: VarianceScaling,

    /// The kernel's shape, as in 3,3,64,128.
    #[arg(long, value_name = "N,…", value_delimiter = ',', required = true)]
    shape: Vec<usize>,

    /// The kernel's layout: keras, torch, depthwise, or a configuration as JSON.
    #[arg(long, value_parser = read::<Layout>)]
    layout: Option<Layout>,
}

/// Reads JSON, or the name that JSON would have in quotes.
fn read<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    match text.strip_prefix('{') {
        Some(_) => serde_json::from_str(text),
        None => serde_json::from_value(text.into()),
    }
}

fn main() -> ExitCode {
    let Options { mut initializer, shape, layout } = Options::parse();
    if let Some(layout) = layout {
        initializer = initializer.with_layout(layout);
    }
    match initializer.explain(&shape) {
        Ok(explanation) => println!("{explanation}"),
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
