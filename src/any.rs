use crate::element::Element;
use crate::error::InitError;
use crate::initializer::{Initializer, Values};
use crate::key::Key;
use crate::structured::element;
use crate::{
    Blocks, Constant, Dirac, Identity, Law, Layout, MupScaling, Normal, Ones, Siren, Sparse, Stft,
    TorchDefault, TruncatedNormal, Uniform, VarianceScaling, Zeros,
};
#[cfg(feature = "orthogonal")]
use crate::{DeltaOrthogonal, Orthogonal};

/// Any initializer of this crate but an array, as one type: for a network's description, and for
/// configuration files.
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
/// With the feature `serde`, that is written like this:
///
/// ```json
/// {"variance_scaling": {
///     "scale": 2.0, "mode": "fan_in", "distribution": "untruncated_normal",
///     "layout": {"roles": "torch", "groups": 4}
/// }}
/// ```
///
/// A layout, or a part of one, that is left out is Keras', and [`Zeros`](Self::Zeros) is `"zeros"`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
#[must_use]
pub enum AnyInitializer {
    /// Every element 0.
    Zeros,
    /// Every element 1.
    Ones,
    /// Every element the same number.
    Constant(f64),
    /// Scaled by the kernel's fans.
    VarianceScaling(VarianceScaling),
    /// Draws from a law that is the same for every shape.
    Law(Law),
    /// The identity matrix.
    Identity(Identity),
    /// A convolution that hands its input on.
    Dirac(Dirac),
    /// Draws of which a part is zero.
    Sparse(Sparse),
    /// The kernel of a short-time Fourier transform.
    Stft(Stft),
    /// The kernel of a network of sines.
    Siren(Siren),
    /// What PyTorch's layers start from.
    TorchDefault(TorchDefault),
    /// Scaled by the fans and by the network's width.
    Mup(MupScaling),
    /// Several kernels in one array.
    Blocks(Box<Blocks<AnyInitializer>>),
    /// A random orthogonal matrix.
    #[cfg(feature = "orthogonal")]
    Orthogonal(Orthogonal),
    /// A convolution with an orthogonal matrix at its centre.
    #[cfg(feature = "orthogonal")]
    DeltaOrthogonal(DeltaOrthogonal),
}

impl AnyInitializer {
    /// The law that the elements of an array of this shape are drawn from, if they are drawn from
    /// one law, all of them.
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

    /// The same for kernels of another layout, if the layout matters.
    pub fn with_layout(self, layout: Layout) -> Self {
        match self {
            Self::VarianceScaling(this) => this.with_layout(layout).into(),
            Self::Dirac(this) => this.with_layout(layout).into(),
            Self::Siren(this) => this.with_layout(layout).into(),
            Self::TorchDefault(this) => this.with_layout(layout).into(),
            Self::Mup(this) => this.with_layout(layout).into(),
            Self::Blocks(this) => (*this).map(|blocks| blocks.with_layout(layout)).into(),
            #[cfg(feature = "orthogonal")]
            Self::Orthogonal(this) => this.with_layout(layout).into(),
            #[cfg(feature = "orthogonal")]
            Self::DeltaOrthogonal(this) => this.with_layout(layout).into(),
            _ => self,
        }
    }
}

impl<A: Element> Initializer<A> for AnyInitializer {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        match self {
            Self::Zeros => Zeros.values(shape, key),
            Self::Ones => Ones.values(shape, key),
            &Self::Constant(value) => Constant::<A>(element("constant", value)?).values(shape, key),
            Self::VarianceScaling(this) => this.values(shape, key),
            Self::Law(this) => this.values(shape, key),
            Self::Identity(this) => this.values(shape, key),
            Self::Dirac(this) => this.values(shape, key),
            Self::Sparse(this) => this.values(shape, key),
            #[cfg(feature = "orthogonal")]
            Self::Orthogonal(this) => this.values(shape, key),
            #[cfg(feature = "orthogonal")]
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
    ($($type:ident)*) => {$(
        impl From<$type> for AnyInitializer {
            fn from(this: $type) -> Self {
                Self::$type(this)
            }
        }
    )*};
}
from!(VarianceScaling Law Identity Dirac Sparse Stft Siren TorchDefault);
#[cfg(feature = "orthogonal")]
from!(Orthogonal DeltaOrthogonal);

macro_rules! from_law {
    ($($law:ident)*) => {$(
        impl From<$law> for AnyInitializer {
            fn from(law: $law) -> Self {
                Self::Law(law.into())
            }
        }
    )*};
}
from_law!(Uniform Normal TruncatedNormal);

impl From<Zeros> for AnyInitializer {
    fn from(_: Zeros) -> Self {
        Self::Zeros
    }
}

impl From<Ones> for AnyInitializer {
    fn from(_: Ones) -> Self {
        Self::Ones
    }
}

impl From<Constant<f64>> for AnyInitializer {
    fn from(Constant(value): Constant<f64>) -> Self {
        Self::Constant(value)
    }
}

impl From<MupScaling> for AnyInitializer {
    fn from(this: MupScaling) -> Self {
        Self::Mup(this)
    }
}

impl<I: Into<AnyInitializer>> From<Blocks<I>> for AnyInitializer {
    fn from(this: Blocks<I>) -> Self {
        Self::Blocks(Box::new(this.map(Into::into)))
    }
}
