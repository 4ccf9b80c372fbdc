//! Any initializer, as one type.

use super::{
    Blocks, Constant, DeltaOrthogonal, Dirac, Identity, Ones, Orthogonal, Sparse, Stft, Zeros,
    number,
};
use crate::error::InitError;
use crate::fans::Layout;
use crate::fill::Element;
use crate::initializer::{Initializer, Values};
#[cfg(feature = "complex")]
use crate::laws::{ComplexNormal, ComplexTruncatedNormal, Disc};
use crate::laws::{Law, Normal, Transformed, TruncatedNormal, Uniform};
use crate::scaling::{MupScaling, Siren, TorchDefault, VarianceScaling};
use crate::stream::Key;
use ndarray::{Array, ArrayD, Dimension};

/// Any initializer of this crate, as one type: for the description of a network, and for configuration files.
/// The type is `Clone`, `Debug` and `PartialEq`, as `Box<dyn Initializer<f32>>` is not.
///
/// ```
/// use ndarray_init::{AnyInitializer, InitExt, Key, VarianceScaling, Zeros, ndarray::ArrayD};
///
/// let parameters: [(&str, &[usize], AnyInitializer); 2] = [
///     ("dense/kernel", &[784, 10], VarianceScaling::glorot_uniform().into()),
///     ("dense/bias", &[10], Zeros.into()),
/// ];
/// for (name, shape, initializer) in &parameters {
///     let values = ArrayD::<f32>::init(*shape, initializer, Key::new(1).fork(name))?;
///     # assert_eq!(values.shape(), *shape);
/// }
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
///
/// With the feature `serde`, a configuration is a name, or an object whose one key is the name and
/// whose value has the parameters. A parameter may be left out if the initializer's constructor has a default.
///
/// | configuration | means |
/// |---|---|
/// | `"he_normal"`, and every other preset of [`VarianceScaling`] | that preset |
/// | `{"kaiming_normal": {"mode": "fan_out", "gain": {"leaky_relu": 0.2}, "layout": "keras"}}` | the same by another fan, with another gain, for another layout |
/// | `{"variance_scaling": {"scale": 2.0, "mode": "fan_in", "distribution": "uniform", "layout": "torch"}}` | `gain`, too; by default [`VarianceScaling::default`] |
/// | `{"variance_scaling": {"cut": 3}}` | truncated at three sigmas instead of two: [`with_cut`](VarianceScaling::with_cut) |
/// | `{"uniform": {"low": -0.1, "high": 0.1}}` | [`Uniform`] |
/// | `{"normal": {"std": 0.02}}` | [`Normal`]; `mean` is 0 by default |
/// | `{"truncated_normal": {"std": 0.02, "bounds": {"sigmas": {"lower": -3, "upper": 3}}}}` | [`TruncatedNormal`]; `mean` is 0 and the bounds are ±2 sigmas by default; `"absolute"` bounds, too; a bound that is left out of either is infinite |
/// | `{"complex_normal": {"std": 0.02}}`, `{"disc": {"radius": 0.1}}` | [`ComplexNormal`](crate::ComplexNormal) and [`Disc`](crate::Disc), with the feature `complex` |
/// | `{"complex_truncated_normal": {"std": 0.02, "bound": {"sigmas": 3}}}` | [`ComplexTruncatedNormal`](crate::ComplexTruncatedNormal), with the feature `complex`; the bound is 2 sigmas by default; an `"absolute"` bound, too |
/// | `{"transformed": {"law": {"uniform": {"low": -7, "high": -2}}, "steps": ["exp", {"at_least": 1e-4}, "inverse_softplus"]}}` | [`Transformed`]; `ln`, `scale`, `shift` and `at_most`, too |
/// | `"zeros"`, `"ones"`, `{"constant": 0.5}` | that number |
/// | `{"constant": [[1, 2], [3, 4]]}` | an array, broadcast |
/// | `"identity"`, `{"identity": {"gain": 0.5}}` | [`Identity`] |
/// | `"dirac"`, `{"dirac": {"layout": "torch", "center": "lower"}}` | [`Dirac`] |
/// | `{"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 0.01}}, "axis": 1}}` | [`Sparse`]; `axis` is 0 by default |
/// | `"orthogonal"`, `{"orthogonal": {"gain": 2, "layout": "torch"}}`, the same for `"delta_orthogonal"` | [`Orthogonal`], [`DeltaOrthogonal`] |
/// | `"stft"`, `{"stft": {"side": "imag", "window": "hamming", "scaling": null, "periodic": true}}` | [`Stft`] |
/// | `{"siren": {"layer": "first"}}`, `{"siren": {"layer": "later", "omega_0": 30}}` | [`Siren`]; `layout`, too |
/// | `"torch_default"`, `{"torch_default": {"layout": {"groups": 4}}}` | [`TorchDefault`] |
/// | `{"torch_default": {"bias_of": [128, 256]}}` | the bias beside a weight of that shape: [`TorchDefault::bias_law`] |
/// | `{"torch_recurrent": {"hidden_size": 128}}` | [`presets::torch::recurrent`](crate::presets::torch::recurrent) |
/// | `{"mup": {"mup": {"width_multiplier": 4}, "role": "hidden", "base": "he_normal"}}` | [`MupScaling`] |
/// | `{"blocks": {"axis": 0, "initializer": "xavier_uniform", "equal": 3}}`, or `"sizes": [64, 8, 8]` | [`Blocks`] |
/// | `{"blocks": {"axis": 0, "parts": [{"size": 1, "initializer": "zeros"}, …]}}` | [`Blocks::of`] |
///
/// A gain is a number or an activation, such as `"gelu"` or `{"leaky_relu": 0.2}`. A number multiplies the
/// preset's gain. An activation's gain replaces the preset's: with `"tanh"`, `kaiming_normal` has 5/3 instead
/// of ReLU's √2. The names are those of [`Nonlinearity`](crate::Nonlinearity) and
/// [`Activation`](crate::Activation).
///
/// A layout is `"keras"`, `"torch"`, `"depthwise"`, `{"axes": {"input": [0], "output": [1, 2]}}` or
/// `{"einsum": "btd,dhk->bthk"}`. An object may also have `batch`, `transposed` and `groups`, and names the
/// first three as `roles`: `{"roles": "torch", "batch": [0], "transposed": true, "groups": 4}`. Without roles,
/// the layout has those of the initializer's constructor.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[must_use]
pub enum AnyInitializer {
    /// Every element 0.
    Zeros,
    /// Every element 1.
    Ones,
    /// Equal elements of this number.
    Constant(f64),
    /// The elements of an array, broadcast.
    Array(ArrayD<f64>),
    /// Scaled by the kernel's fans.
    VarianceScaling(VarianceScaling),
    /// Draws from a law that is the same for every shape.
    Law(Law),
    /// Draws from a law, through increasing functions.
    Transformed(Transformed),
    /// The identity matrix.
    Identity(Identity),
    /// A convolution that copies its input.
    Dirac(Dirac),
    /// Draws from a law, with a part of zeros.
    Sparse(Sparse),
    /// The kernel of a short-time Fourier transform.
    Stft(Stft),
    /// The kernel of a network of sines.
    Siren(Siren),
    /// The law of PyTorch's layers.
    TorchDefault(TorchDefault),
    /// Scaled by the fans and by the network's width.
    Mup(MupScaling),
    /// Several kernels in one array.
    Blocks(Box<Blocks<AnyInitializer>>),
    /// The complex normal law. Arrays of real numbers refuse it, as they do the next two.
    #[cfg(feature = "complex")]
    ComplexNormal(ComplexNormal),
    /// The uniform law on a disc.
    #[cfg(feature = "complex")]
    Disc(Disc),
    /// The complex normal law, truncated in modulus.
    #[cfg(feature = "complex")]
    ComplexTruncatedNormal(ComplexTruncatedNormal),
    /// A random orthogonal matrix.
    Orthogonal(Orthogonal),
    /// A convolution with an orthogonal matrix at its center.
    DeltaOrthogonal(DeltaOrthogonal),
}

impl AnyInitializer {
    /// The law that the elements of an array of this shape are drawn from, if all are drawn from one law.
    /// `None` for laws of complex numbers, which are no [`Law`].
    ///
    /// # Errors
    /// If the shape does not suit the initializer.
    pub fn law(&self, shape: &[usize]) -> Result<Option<Law>, InitError> {
        match self {
            Self::VarianceScaling(this) => this.law(shape).map(Some),
            Self::Law(law) => Ok(Some(*law)),
            Self::Siren(this) => this.law(shape).map(Some),
            Self::TorchDefault(this) => this.law(shape).map(Some),
            Self::Mup(this) => this.law(shape).map(Some),
            _ => Ok(None),
        }
    }

    /// For kernels of another layout, if the layout matters.
    pub fn with_layout(self, layout: Layout) -> Self {
        match self {
            Self::VarianceScaling(this) => this.with_layout(layout).into(),
            Self::Dirac(this) => this.with_layout(layout).into(),
            Self::Siren(this) => this.with_layout(layout).into(),
            Self::TorchDefault(this) => this.with_layout(layout).into(),
            Self::Mup(this) => this.with_layout(layout).into(),
            Self::Blocks(this) => (*this).map(|block| block.with_layout(layout.clone())).into(),
            Self::Orthogonal(this) => this.with_layout(layout).into(),
            Self::DeltaOrthogonal(this) => this.with_layout(layout).into(),
            _ => self,
        }
    }
}

impl<A: Element> Initializer<A> for AnyInitializer {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        match self {
            Self::Zeros => Ok(Values::constant(A::default())),
            Self::Ones => Ok(Values::constant(A::nearest_to(1.0))),
            &Self::Constant(value) => Ok(Values::constant(number("constant", value)?)),
            Self::Array(array) => {
                let elements = array.iter().map(|&value| number("constant", value));
                let elements = elements.collect::<Result<Vec<A>, _>>()?;
                let array = Array::from_shape_vec(array.raw_dim(), elements);
                Values::array(array.expect("as many elements"), shape)
            }
            Self::VarianceScaling(this) => this.values(shape, key),
            Self::Law(this) => this.values(shape, key),
            #[cfg(feature = "complex")]
            Self::ComplexNormal(this) => Values::circular(&this.circular(), key),
            #[cfg(feature = "complex")]
            Self::Disc(this) => Values::circular(&this.circular(), key),
            #[cfg(feature = "complex")]
            Self::ComplexTruncatedNormal(this) => Values::circular(&this.circular(), key),
            Self::Transformed(this) => this.values(shape, key),
            Self::Identity(this) => this.values(shape, key),
            Self::Dirac(this) => this.values(shape, key),
            Self::Sparse(this) => this.values(shape, key),
            Self::Orthogonal(this) => this.values(shape, key),
            Self::DeltaOrthogonal(this) => this.values(shape, key),
            Self::Stft(this) => this.values(shape, key),
            Self::Siren(this) => this.values(shape, key),
            Self::TorchDefault(this) => this.values(shape, key),
            Self::Mup(this) => this.values(shape, key),
            Self::Blocks(this) => this.values(shape, key),
        }
    }
}

macro_rules! from {
    ($($type:ty),*: $this:ident => $any:expr) => {$(
        impl From<$type> for AnyInitializer {
            fn from($this: $type) -> Self {
                $any
            }
        }
    )*};
    ($($type:ident)*) => { $(from!($type: this => Self::$type(this));)* };
}
from!(VarianceScaling Transformed Identity Dirac Sparse Stft Siren TorchDefault Orthogonal DeltaOrthogonal);
#[cfg(feature = "complex")]
from!(ComplexNormal Disc ComplexTruncatedNormal);
from!(Uniform, Normal, TruncatedNormal: law => Law::from(law).into());
from!(MupScaling: this => Self::Mup(this));
from!(Constant<f64>: constant => Self::Constant(constant.0));
from!(Zeros: _zeros => Self::Zeros);
from!(Ones: _ones => Self::Ones);

/// PyTorch's bias of a layer without inputs, whose law has no width, is [`Zeros`](Self::Zeros).
impl From<Law> for AnyInitializer {
    fn from(law: Law) -> Self {
        match law {
            Law::Uniform(uniform) if uniform.low() == uniform.high() => Self::Zeros,
            _ => Self::Law(law),
        }
    }
}

impl<D: Dimension> From<Array<f64, D>> for AnyInitializer {
    fn from(array: Array<f64, D>) -> Self {
        Self::Array(array.into_dyn())
    }
}

impl<I: Into<AnyInitializer>> From<Blocks<I>> for AnyInitializer {
    fn from(this: Blocks<I>) -> Self {
        Self::Blocks(Box::new(this.map(Into::into)))
    }
}
