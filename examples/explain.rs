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
//! another layout is given. Other kernels, other roles:
//!
//! ```text
//! explain --layout torch --shape 256,784 kaiming_normal
//! explain --einsum btd,dhk->bthk --shape 512,8,64 lecun_normal
//! explain --batch 0 --shape 8,512,2048 he_uniform
//! explain --layout torch --transposed --groups 2 --shape 64,32,3,3 xavier_normal --gain 2
//! explain --shape 784,256 variance_scaling --scale 0.5 --mode fan_out --distribution uniform
//! ```

// PyTorch is a name, not code, and the options' comments are what --help prints.
#![allow(clippy::doc_markdown)]

use clap::{Parser, ValueEnum};
use ndarray_init::VarianceScaling;
use ndarray_init::{Distribution, FanMode, InitError, Layout};
use std::process::ExitCode;
use std::str::FromStr;

/// Says what an initializer makes of a kernel's shape, and how other frameworks write the same.
#[derive(Parser)]
#[command(name = "explain")]
struct Options {
    /// The initializer.
    #[arg(value_enum)]
    initializer: Name,

    /// The kernel's shape, as in 3,3,64,128; "" for a shape without axes.
    #[arg(long, value_name = "N,…")]
    shape: List<usize>,

    /// How the kernel's axes are ordered; by default as the initializer's framework has them.
    #[arg(long, value_enum)]
    layout: Option<Order>,

    /// The equation whose second operand the kernel is, instead of a layout.
    #[arg(long, value_name = "EQUATION", conflicts_with_all = ["layout", "input_axes"])]
    einsum: Option<String>,

    /// The input axes, instead of a layout; negative ones count from the end.
    #[arg(long, value_name = "AXIS,…", requires = "output_axes", conflicts_with = "layout")]
    #[arg(allow_hyphen_values = true)]
    input_axes: Option<List<isize>>,

    /// The output axes.
    #[arg(long, value_name = "AXIS,…", requires = "input_axes", allow_hyphen_values = true)]
    output_axes: Option<List<isize>>,

    /// Axes that separate independent kernels.
    #[arg(long, value_name = "AXIS,…", default_value = "", allow_hyphen_values = true)]
    batch: List<isize>,

    /// The groups of a convolution.
    #[arg(long, value_name = "N", default_value_t = 1)]
    groups: usize,

    /// The kernel of a transposed convolution.
    #[arg(long)]
    transposed: bool,

    /// Multiplies the standard deviation.
    #[arg(long, default_value_t = 1.0, allow_hyphen_values = true)]
    gain: f64,

    /// Another scale than the initializer's; that of variance_scaling is 1.
    #[arg(long, allow_hyphen_values = true)]
    scale: Option<f64>,

    /// Another mode than the initializer's, which for variance_scaling is fan_in: fan_in, fan_out,
    /// fan_avg, fan_geo_avg.
    #[arg(long)]
    mode: Option<FanMode>,

    /// Another distribution than the initializer's, which for variance_scaling is truncated_normal:
    /// truncated_normal, untruncated_normal, uniform.
    #[arg(long)]
    distribution: Option<Distribution>,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Name {
    GlorotUniform,
    GlorotNormal,
    HeUniform,
    HeNormal,
    LecunUniform,
    LecunNormal,
    XavierUniform,
    XavierNormal,
    KaimingUniform,
    KaimingNormal,
    VarianceScaling,
}

#[derive(Clone, Copy, ValueEnum)]
enum Order {
    /// (spatial…, in, out): Keras, TensorFlow, JAX.
    Keras,
    /// (out, in, spatial…): PyTorch, MindSpore.
    Torch,
    /// (spatial…, in, multiplier).
    Depthwise,
}

/// Numbers between commas.
#[derive(Clone)]
struct List<T>(Vec<T>);

impl<T: FromStr> FromStr for List<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        let numbers = text.split_terminator(',').map(|number| number.trim().parse());
        numbers.collect::<Result<_, _>>().map(Self)
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), InitError> {
    let initializer = initializer(options)?.with_gain(options.gain)?;
    println!("{}", initializer.explain(&options.shape.0)?);
    Ok(())
}

fn initializer(options: &Options) -> Result<VarianceScaling, InitError> {
    let named = match options.initializer {
        Name::GlorotUniform => VarianceScaling::glorot_uniform(),
        Name::GlorotNormal => VarianceScaling::glorot_normal(),
        Name::HeUniform => VarianceScaling::he_uniform(),
        Name::HeNormal => VarianceScaling::he_normal(),
        Name::LecunUniform => VarianceScaling::lecun_uniform(),
        Name::LecunNormal => VarianceScaling::lecun_normal(),
        Name::XavierUniform => VarianceScaling::xavier_uniform(),
        Name::XavierNormal => VarianceScaling::xavier_normal(),
        Name::KaimingUniform => VarianceScaling::kaiming_uniform(),
        Name::KaimingNormal => VarianceScaling::kaiming_normal(),
        Name::VarianceScaling => VarianceScaling::default(),
    };
    let scaling = VarianceScaling::new(
        options.scale.unwrap_or(named.scale()),
        options.mode.unwrap_or(named.mode()),
        options.distribution.unwrap_or(named.distribution()),
    )?;
    Ok(scaling.with_layout(layout(options, named.layout())?))
}

fn layout(options: &Options, default: &Layout) -> Result<Layout, InitError> {
    let roles = match (&options.einsum, &options.input_axes, &options.output_axes) {
        (Some(equation), ..) => Layout::einsum(equation)?,
        (None, Some(input), Some(output)) => Layout::axes(&input.0, &output.0),
        _ => match options.layout {
            None => default.clone(),
            Some(Order::Keras) => Layout::keras(),
            Some(Order::Torch) => Layout::torch(),
            Some(Order::Depthwise) => Layout::depthwise(),
        },
    };
    let layout = roles.batch(&options.batch.0).groups(options.groups);
    Ok(if options.transposed { layout.transposed() } else { layout })
}
