//! Initial weights for `ndarray` arrays of any dimension: the right law for the kernel's fans, the
//! same bits for the same seed on every machine, at the speed of memory.
//!
//! ```
//! use ndarray_init::ndarray::{Array2, Array4};
//! use ndarray_init::{InitExt, Key, Layout, VarianceScaling};
//!
//! let model = Key::new(42);
//! // 784 inputs, 256 outputs, for x.dot(&w).
//! let dense = Array2::<f32>::init(
//!     (784, 256),
//!     &VarianceScaling::xavier_uniform(),
//!     model.fork("dense/kernel"),
//! )?;
//! // 128 filters of 3 × 3 over 64 channels, as PyTorch stores them.
//! let torch = VarianceScaling::kaiming_normal().with_layout(Layout::torch());
//! let conv = Array4::<f32>::init((128, 64, 3, 3), &torch, model.fork("conv/kernel"))?;
//! # assert_eq!((dense.len(), conv.len()), (784 * 256, 128 * 64 * 9));
//! # Ok::<(), ndarray_init::InitError>(())
//! ```
//!
//! # The way through
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
//! - [`VarianceScaling::explain`] reports all that for one shape, and writes the same law as
//!   a call of Keras, JAX, PyTorch and MindSpore.
//! - A [`Key`] is the seed of one array. An element is a pure function of its key, its row-major
//!   index and the law: not of threads, vector units, memory order, strides or the array's size.
//! - [`InitExt`] constructs arrays, [`InitRefExt`] fills those that are there; [`Initializer`] is
//!   what both take.
//!
//! # Initializers
//!
//! | initializer | law | source | in |
//! |---|---|---|---|
//! | [`glorot_uniform`](VarianceScaling::glorot_uniform), [`xavier_uniform`](VarianceScaling::xavier_uniform) | U\[−b, b], b = √(6 / (fan_in + fan_out)) | Glorot & Bengio 2010 | Keras, JAX; PyTorch, MindSpore |
//! | [`glorot_normal`](VarianceScaling::glorot_normal) | truncated normal, variance 2 / (fan_in + fan_out) | Glorot & Bengio 2010 | Keras, JAX |
//! | [`xavier_normal`](VarianceScaling::xavier_normal) | normal, variance 2 / (fan_in + fan_out) | Glorot & Bengio 2010 | PyTorch, MindSpore |
//! | [`he_uniform`](VarianceScaling::he_uniform), [`kaiming_uniform`](VarianceScaling::kaiming_uniform) | U\[−b, b], b = √(6 / fan_in) | He et al. 2015 | Keras, JAX; PyTorch, MindSpore |
//! | [`he_normal`](VarianceScaling::he_normal) | truncated normal, variance 2 / fan_in | He et al. 2015 | Keras, JAX |
//! | [`kaiming_normal`](VarianceScaling::kaiming_normal) | normal, variance 2 / fan_in | He et al. 2015 | PyTorch, MindSpore |
//! | [`lecun_uniform`](VarianceScaling::lecun_uniform) | U\[−b, b], b = √(3 / fan_in) | LeCun et al. 1998 | Keras, JAX |
//! | [`lecun_normal`](VarianceScaling::lecun_normal) | truncated normal, variance 1 / fan_in | LeCun et al. 1998 | Keras, JAX, timm |
//! | [`VarianceScaling::new`] | variance scale / n; n: fan_in, fan_out, their mean, or √(fan_in · fan_out) | | Keras, JAX, MindSpore, timm |
//! | [`TorchDefault`] | U\[−b, b], b = 1 / √fan_in, for weight and bias | | PyTorch's layers |
//! | [`Siren`] | U\[−b, b], b = 1 / fan_in; later √(6 / fan_in) / ω₀ | Sitzmann et al. 2020 | |
//! | [`MupScaling`] | variance scaled by fans and by the network's width | Yang, Hu et al. 2022 | mup |
//! | [`Uniform`], [`Normal`], [`TruncatedNormal`] | as configured | | all |
//! | [`Zeros`], [`Ones`], [`Constant`], any array | a number, or an array broadcast to the shape | | all |
//! | [`Identity`] | gain on the diagonal, else 0 | | Keras, PyTorch, MindSpore |
//! | [`Dirac`] | 1 at the centre where input and output channel are the same, else 0 | Zagoruyko & Komodakis 2017 | PyTorch, MindSpore |
//! | [`Sparse`] | any law, with ⌈sparsity · rows⌉ zeros in every column | Martens 2010 | PyTorch, MindSpore |
//! | [`Orthogonal`] | gain · Q, Q uniform among the matrices with orthonormal columns, or rows | Saxe et al. 2014 | Keras, PyTorch, MindSpore, JAX |
//! | [`DeltaOrthogonal`] | an orthogonal matrix at the centre of a convolution, else 0 | Xiao et al. 2018 | JAX |
//! | [`Stft`] | the kernel of a short-time Fourier transform | | Keras |
//! | [`Blocks`] | the same initializer for every one of several blocks along an axis | | |
//!
//! The `orthogonal` ones need that feature. Gains are in [`Nonlinearity`], PyTorch's table, and in
//! [`derived_gain`] for any activation; [`residual_gain`] is that of deep residual networks.
//! [`presets`] has every initializer of Keras, PyTorch, MindSpore, JAX and timm under its name
//! there, [`VarianceScaling::explain`] writes a law as their calls, and [`AnyInitializer`] is one
//! type for all but arrays.
//!
//! # Features
//!
//! - `rayon`, on by default, fills large arrays with the threads of the current pool.
//! - `serde` reads and writes initializers and layouts, and reads Keras' own configurations.
//! - `orthogonal` adds orthogonal matrices, and faer, whose products of matrices they are made by.
//!
//! # Reproducibility
//!
//! The bits of every element are stable on every platform, in all releases with the same first
//! nonzero number in their version; changing one is a breaking change, tagged *value-breaking* in
//! the CHANGELOG. The README says what is covered; orthogonal matrices are not.
//!
//! `NDARRAY_INIT_SIMD`, read once, holds the vector unit down to `avx2` or `portable`: values stay
//! the same.

#![deny(unsafe_code)]

// In the order of the pipeline: a module uses what stands above it.
mod error;
mod math;
mod stream;
mod element;
mod laws;
mod fans;
mod scaling;
#[expect(
    unsafe_code,
    reason = "the one place for it: memory shared by threads, and not yet written"
)]
mod fill;
mod initializer;
mod structured;
mod ext;
pub mod presets;
mod explain;
#[cfg(feature = "serde")]
mod config;

pub use element::Element;
pub use error::{AxisRole, InitError};
pub use explain::Explanation;
pub use ext::{InitExt, InitRefExt};
pub use fans::{FanMode, Fans, Layout};
pub use initializer::{Initializer, Values};
pub use laws::{Law, Normal, TruncatedNormal, Uniform};
pub use scaling::{
    Activation, Distribution, Mup, MupRole, MupScaling, Nonlinearity, Siren, TorchDefault,
    VarianceScaling, derived_gain, residual_gain,
};
pub use stream::{Key, KeySource};
pub use structured::{
    AnyInitializer, Blocks, Centre, Constant, Dirac, Identity, Ones, Sparse, Stft, StftScaling,
    StftSide, StftWindow, Zeros,
};
#[cfg(feature = "orthogonal")]
pub use structured::{DeltaOrthogonal, Orthogonal};

pub use ndarray;
pub use ndarray_rand::{rand, rand_distr};
pub use rand_xoshiro;

/// The README's examples, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
