//! Initial weights for `ndarray` arrays of any dimension: the right law for the kernel's fans, and the
//! same bits for the same seed on every machine. Uniform weights are drawn nearly as fast as memory is
//! filled.
//!
//! The [`guide`] is a book: a [first array](guide::first_array), [choosing](guide::choosing) an initializer,
//! [recipes](guide::recipes) for whole networks, [random matrices](guide::random_matrices) outside networks.
//!
//! ```
//! use ndarray_init::ndarray::{Array2, Array4};
//! use ndarray_init::{InitExt, Key, VarianceScaling};
//!
//! let model = Key::new(42);
//! // 784 inputs, 256 outputs, for x.dot(&w): Keras' name, Keras' order of axes.
//! let glorot = VarianceScaling::glorot_uniform();
//! let dense = Array2::<f32>::init((784, 256), &glorot, model.fork("dense/kernel"))?;
//! // 128 filters of 3 × 3 over 64 channels: PyTorch's name, PyTorch's order of axes.
//! let kaiming = VarianceScaling::kaiming_normal();
//! let conv = Array4::<f32>::init((128, 64, 3, 3), &kaiming, model.fork("conv/kernel"))?;
//! # assert_eq!((dense.len(), conv.len()), (784 * 256, 128 * 64 * 9));
//! # Ok::<(), ndarray_init::InitError>(())
//! ```
//!
//! # Pipeline
//!
//! ```text
//! shape ──Layout──▶ Fans ──VarianceScaling──▶ Law ──┐
//!                                                    ├──▶ elements
//! generator or name ──────▶ Key ──stream──▶ words ───┘
//! ```
//!
//! - [`Layout`] says which axes of a kernel are its input, its output and its receptive field, and
//!   so gives its [`Fans`].
//! - [`VarianceScaling`] is the one algorithm behind Glorot's, He's and LeCun's initializers: it
//!   scales a [`Law`] by the fans. [`Uniform`], [`Normal`] and [`TruncatedNormal`] also serve on
//!   their own, with [`rand_distr`] and ndarray-rand.
//! - [`VarianceScaling::explain`] reports roles, fans and law for one shape, with
//!   a call of Keras, JAX, PyTorch and MindSpore.
//! - A [`Key`] is the seed of one array, forked by name. A `u64` or a generator will do in its place
//!   ([`KeySource`]). An element is a pure function of its key, its row-major index and the law. Elements do not
//!   depend on threads, vector units, memory order, strides or the array's size.
//! - [`InitExt`] constructs arrays, and [`InitRefExt`] fills existing ones; a `Vec` or a slice `&mut [f32]` is
//!   filled through `ArrayViewMut::from_shape`. Both take an [`Initializer`].
//!
//! `use ndarray_init::prelude::*;` imports all that most programs need. `use ndarray_init::*;` beside
//! `use ndarray::*;` makes [`Layout`] ambiguous. The methods exist for ndarray 0.17 alone: with another version,
//! the compiler finds "no function or associated item named `init`". A generator of another rand than 0.9 is
//! "neither a key, nor a `u64`, nor a `&mut` of a generator of rand 0.9". [`ndarray`] and [`rand`] are re-exported
//! in the versions that fit.
//!
//! # Initializers
//!
//! | initializer | kernel | law | source | in |
//! |---|---|---|---|---|
//! | [`glorot_uniform`](VarianceScaling::glorot_uniform) | (…, in, out) | U\[−b, b], b = √(6 / (fan_in + fan_out)) | Glorot & Bengio 2010 | Keras, JAX |
//! | [`xavier_uniform`](VarianceScaling::xavier_uniform) | (out, in, …) | the same | Glorot & Bengio 2010 | PyTorch, MindSpore |
//! | [`glorot_normal`](VarianceScaling::glorot_normal) | (…, in, out) | truncated normal, variance 2 / (fan_in + fan_out) | Glorot & Bengio 2010 | Keras, JAX |
//! | [`xavier_normal`](VarianceScaling::xavier_normal) | (out, in, …) | normal, variance 2 / (fan_in + fan_out) | Glorot & Bengio 2010 | PyTorch, MindSpore |
//! | [`he_uniform`](VarianceScaling::he_uniform) | (…, in, out) | U\[−b, b], b = √(6 / fan_in) | He et al. 2015 | Keras, JAX |
//! | [`kaiming_uniform`](VarianceScaling::kaiming_uniform) | (out, in, …) | the same | He et al. 2015 | PyTorch, MindSpore |
//! | [`he_normal`](VarianceScaling::he_normal) | (…, in, out) | truncated normal, variance 2 / fan_in | He et al. 2015 | Keras, JAX |
//! | [`kaiming_normal`](VarianceScaling::kaiming_normal) | (out, in, …) | normal, variance 2 / fan_in | He et al. 2015 | PyTorch, MindSpore |
//! | [`lecun_uniform`](VarianceScaling::lecun_uniform) | (…, in, out) | U\[−b, b], b = √(3 / fan_in) | LeCun et al. 1998 | Keras, JAX |
//! | [`lecun_normal`](VarianceScaling::lecun_normal) | (…, in, out) | truncated normal, variance 1 / fan_in | LeCun et al. 1998 | Keras, JAX, timm |
//! | [`VarianceScaling::new`] | (…, in, out) | variance scale / n; n: fan_in, fan_out, their mean, or √(fan_in · fan_out) | | Keras, JAX, MindSpore, timm |
//! | [`TorchDefault`] | (out, in, …) | U\[−b, b], b = 1 / √fan_in, for weight and bias | | PyTorch's layers |
//! | [`Siren`] | (…, in, out) | U\[−b, b], b = 1 / fan_in; later √(6 / fan_in) / ω₀ | Sitzmann et al. 2020 | |
//! | [`MupScaling`] | its base's | variance scaled by fans and by the network's width | Yang, Hu et al. 2022 | mup |
//! | [`small_init`] | any | N(0, 2 / (5 d)) | Nguyen & Salazar 2019 | GPT-NeoX, xLSTM |
//! | [`wang_init`] | any | N(0, s²), s = 2 / (layers · √d) | Wang & Komatsuzaki 2021 | GPT-NeoX, xLSTM |
//! | [`Uniform`], [`Normal`], [`TruncatedNormal`] | any | as configured | | all |
//! | [`Transformed`] | any | a law through exp, ln, softplus⁻¹, scales, shifts and bounds: log-uniform, Mamba's `dt_bias` | Gu & Dao 2023 | |
//! | `ComplexNormal`, `Disc`, `ComplexTruncatedNormal` | any, complex | circular: normal, uniform on a disc, normal truncated in modulus | | JAX |
//! | [`Zeros`], [`Ones`], [`Constant`], any array | any | a number, or an array broadcast to the shape | | all |
//! | [`Identity`] | two axes | gain on the diagonal, else 0 | | Keras, PyTorch, MindSpore |
//! | [`Dirac`] | (…, in, out) | 1 at the center where input and output channel are the same, else 0 | Zagoruyko & Komodakis 2017 | PyTorch, MindSpore |
//! | [`Sparse`] | two axes | any law, with ⌈sparsity · rows⌉ zeros in every column, or as many in every row | Martens 2010 | PyTorch, MindSpore |
//! | [`Orthogonal`] | (…, in, out) | gain · Q, Q uniform among the matrices with orthonormal columns, or rows | Saxe et al. 2014 | Keras, PyTorch, MindSpore, JAX |
//! | [`DeltaOrthogonal`] | (…, in, out) | an orthogonal matrix at the center of a convolution, else 0 | Xiao et al. 2018 | JAX |
//! | [`Stft`](presets::keras::Stft) | (frame, 1, bins) | the kernel of a short-time Fourier transform | | Keras |
//! | [`Blocks`] | any | several blocks along an axis: one initializer for all of them, or one for each | | |
//!
//! A name has the law and the order of axes of the framework that it comes from. `glorot_*`, `he_*` and
//! `lecun_*` read a kernel as (spatial…, in, out), for `x.dot(&w)`; `xavier_*` and
//! `kaiming_*` read it as (out, in, spatial…). `with_layout` takes any other [`Layout`]. For a
//! shape with fewer than two axes, the constructors named after presets use Keras' fans.
//!
//! A gain multiplies the standard deviation. [`Nonlinearity`] has PyTorch's table of gains, and
//! [`derived_gain`] computes the gain of any activation. [`VarianceScaling::with_gain`] multiplies on
//! top of the preset's gain: `he_*` and `kaiming_*` have ReLU's gain already.
//! [`VarianceScaling::for_nonlinearity`] sets the gain instead. [`residual_gain`] is for deep residual
//! networks, [`depth_gain`] for scaling by the layer's index.
//!
//! [`Blocks`] are several kernels in one array, such as packed projections or the gates of an LSTM.
//! All blocks share an initializer ([`Blocks::equal`], [`Blocks::sizes`]), or each has its own
//! ([`Blocks::of`]).
//!
//! [`presets`] has every initializer of Keras, PyTorch, MindSpore, JAX and timm under its name there, and
//! the initializations of large language models. [`AnyInitializer`] is one type for every initializer of
//! the table. It can be cloned, unlike a `Box<dyn Initializer<f32>>`. [`Rules`] give parameters their
//! initializers by patterns of names.
//!
//! The laws of complex numbers need the feature `complex`.
//!
//! # Features
//!
//! | feature | effect |
//! |---|---|
//! | `rayon`, on by default | large arrays are drawn by the threads of the current pool; the values do not depend on the feature |
//! | `ndarray-rand`, on by default | `ndarray_rand` is re-exported, and [`rand`] has the features that `ndarray_rand` needs, `rand::rng()` among them. A build for browsers without this feature needs no settings for getrandom |
//! | `half` | arrays of `f16` and `bf16`; the crate half is re-exported |
//! | `complex` | arrays of `Complex<f32>` and `Complex<f64>`, and laws of their own; num-complex is re-exported |
//! | `serde` | initializers and layouts are read from configurations and written to them |
//! | `keras-config` | `presets::keras::from_config` reads Keras' own configurations; it brings `serde` and `serde_json` |
//!
//! # Reproducibility
//!
//! The bits of every element are the same on every platform, and in all releases with the same
//! [`STREAM_VERSION`]. A release that changes bits raises that version, and is tagged **value-breaking** in
//! the CHANGELOG. [The guide](guide::reproducibility) lists the exceptions, the last digits of
//! orthogonal matrices among them.
//!
//! Bits hold within one element type. An `f64` element is the `f32` element with more digits. The two differ
//! by the rounding of `f32` arithmetic, and in the far tail of a normal by more: compare them with a
//! tolerance.
//!
//! The environment variable `NDARRAY_INIT_SIMD`, read once, limits the vector unit to `avx2` or
//! `portable`; a misspelled value is reported on the standard error. The values stay the same.
//!
//! # Speed
//!
//! The loops are compiled with this crate. These lines in a program's `Cargo.toml` make its debug builds fill
//! arrays 35 times faster:
//!
//! ```toml
//! [profile.dev.package.ndarray-init]
//! opt-level = 3
//! ```
//!
//! Normals of `f64` are slow where the target has no fused multiply-add (wasm32, x86-64 before 2013):
//! [the guide](guide::performance) has figures.

#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Hides the "doc only" badges that rustdoc would put on the guide.
#![cfg_attr(docsrs, doc(auto_cfg(hide(doc, doctest))))]

// In the order of the pipeline: a module uses the modules above it.
mod error;
mod math;
mod stream;
mod element;
mod laws;
mod fans;
mod scaling;
#[expect(
    unsafe_code,
    reason = "the one place for memory that threads share, or that is not yet written"
)]
mod fill;
mod initializer;
mod structured;
mod ext;
pub mod presets;
mod explain;
mod config;
#[cfg(any(doc, doctest))]
pub mod guide;

pub use config::Rules;
pub use error::{AxisRole, InitError};
pub use explain::Explanation;
pub use ext::{InitExt, InitRefExt};
pub use fans::{FanMode, Fans, Layout};
pub use fill::{Element, Region};
pub use initializer::{Initializer, Values};
#[cfg(feature = "complex")]
pub use laws::{ComplexNormal, ComplexTruncatedNormal, Disc};
pub use laws::{Law, Normal, Step, Transformed, TruncatedNormal, Uniform};
pub use scaling::{
    Activation, Distribution, Mup, MupRole, MupScaling, Nonlinearity, Siren, TorchDefault,
    VarianceScaling, depth_gain, derived_gain, residual_gain, small_init, wang_init,
};
pub use stream::{Key, KeySource};
pub use structured::{
    AnyInitializer, Blocks, Center, Constant, DeltaOrthogonal, Dirac, Identity, Ones, Orthogonal,
    Sparse, Zeros,
};

#[cfg(feature = "half")]
pub use half;
pub use ndarray;
#[cfg(feature = "ndarray-rand")]
pub use ndarray_rand;
#[cfg(feature = "complex")]
pub use num_complex;
pub use {rand, rand_distr, rand_xoshiro};

/// The traits and the types that most programs need: `use ndarray_init::prelude::*;`.
///
/// `use ndarray_init::*` beside `use ndarray::*` is ambiguous: both have a type [`Layout`]. The prelude has none.
///
/// ```
/// use ndarray_init::prelude::*;
/// use ndarray_init::ndarray::Array2;
///
/// let w = Array2::<f32>::init((784, 256), &VarianceScaling::he_normal(), 42)?;
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub mod prelude {
    pub use crate::{InitExt, InitRefExt, Initializer, Key, VarianceScaling};
}

/// The version of the stream, to which the values belong: a release that changes a value raises this number.
pub const STREAM_VERSION: u32 = 3;

/// The README's examples, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
