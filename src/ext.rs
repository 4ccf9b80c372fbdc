//! The face of the crate: initializers as methods of arrays.

use crate::element::Element;
use crate::error::InitError;
use crate::fill::{self, Target};
use crate::initializer::{Initializer, Values};
use crate::key::Key;
use crate::variance_scaling::VarianceScaling;
use ndarray::{ArrayBase, ArrayRef, DataOwned, Dimension, ShapeBuilder};
use ndarray_rand::rand::Rng;
use std::borrow::Borrow;

/// Constructors named after presets, each with its law.
macro_rules! presets {
    ($($(#[$doc:meta])* $preset:ident)*) => {$(
        $(#[$doc])*
        fn $preset<Sh, R>(shape: Sh, rng: &mut R) -> Self
        where
            Sh: ShapeBuilder<Dim = Self::Dim>,
            R: Rng + ?Sized,
        {
            match Self::variance_scaling(shape, VarianceScaling::$preset(), rng) {
                Ok(array) => array,
                Err(error) => unreachable!("Keras' layout fits every shape: {error}"),
            }
        }
    )*};
}

/// Constructors of owned arrays with initial weights: `Array`, `ArcArray`, `CowArray`, of any
/// dimension.
///
/// `shape` is whatever ndarray's own constructors take: `(784, 256)`, `IxDyn(&[3, 3, 64, 128])`,
/// `(784, 256).f()` for Fortran order. The values are the same in every memory order.
///
/// Those that take a generator draw one `u64` from it, for the array's [`Key`], whatever the
/// shape; those named after a preset are for [Keras' layout](crate::Layout::keras), in which every
/// shape has fans. For other layouts, pass the preset to
/// [`variance_scaling`](Self::variance_scaling).
///
/// ```
/// use ndarray_init::ndarray::{Array2, ArrayD, IxDyn};
/// use ndarray_init::{InitExt, Layout, VarianceScaling, rand::SeedableRng};
/// use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
///
/// let mut rng = Xoshiro256PlusPlus::seed_from_u64(42);
/// let dense = Array2::<f32>::xavier_uniform((784, 256), &mut rng);
/// let torch = VarianceScaling::kaiming_normal().with_layout(Layout::torch());
/// let conv = ArrayD::<f32>::variance_scaling(IxDyn(&[128, 64, 3, 3]), torch, &mut rng)?;
/// # assert_eq!(dense.dim(), (784, 256));
/// # assert_eq!(conv.shape(), [128, 64, 3, 3]);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub trait InitExt: Sized {
    /// The element type.
    type Elem: Element;
    /// The type of dimension.
    type Dim: Dimension;

    /// An array of this shape, filled by the initializer under the key.
    ///
    /// # Errors
    /// If the shape or the element type does not suit the initializer.
    fn init<Sh, I>(shape: Sh, initializer: &I, key: Key) -> Result<Self, InitError>
    where
        Sh: ShapeBuilder<Dim = Self::Dim>,
        I: Initializer<Self::Elem> + ?Sized;

    /// A kernel whose variance is scale / n, n being a fan of its shape.
    ///
    /// # Errors
    /// If the configuration's layout does not fit the shape.
    fn variance_scaling<Sh, R>(
        shape: Sh,
        cfg: impl Borrow<VarianceScaling>,
        rng: &mut R,
    ) -> Result<Self, InitError>
    where
        Sh: ShapeBuilder<Dim = Self::Dim>,
        R: Rng + ?Sized,
    {
        Self::init(shape, cfg.borrow(), Key::from_rng(rng))
    }

    presets! {
        /// U\[−b, b], b = √(6 / (fan_in + fan_out)) (Glorot & Bengio 2010).
        glorot_uniform
        /// A normal of variance 2 / (fan_in + fan_out), truncated at two sigmas (Keras, JAX).
        glorot_normal
        /// U\[−b, b], b = √(6 / fan_in) (He et al. 2015).
        he_uniform
        /// A normal of variance 2 / fan_in, truncated at two sigmas (Keras, JAX).
        he_normal
        /// U\[−b, b], b = √(3 / fan_in) (LeCun et al. 1998).
        lecun_uniform
        /// A normal of variance 1 / fan_in, truncated at two sigmas (Keras, JAX).
        lecun_normal
        /// U\[−b, b], b = √(6 / (fan_in + fan_out)) (Glorot & Bengio 2010).
        xavier_uniform
        /// A normal of variance 2 / (fan_in + fan_out), not truncated (PyTorch, MindSpore).
        xavier_normal
        /// U\[−b, b], b = √(6 / fan_in) (He et al. 2015).
        kaiming_uniform
        /// A normal of variance 2 / fan_in, not truncated (PyTorch, MindSpore).
        kaiming_normal
    }
}

/// Initializers onto arrays that are there already: arrays, views and slices, whatever their
/// strides.
///
/// ```
/// use ndarray_init::ndarray::{Array3, s};
/// use ndarray_init::{InitRefExt, Key, Normal, Zeros};
///
/// let mut experts = Array3::<f32>::zeros((4, 512, 128));
/// experts.slice_mut(s![..2, .., ..;2]).fill_init(&Normal::new(0.0, 0.02)?, Key::new(1))?;
/// experts.slice_mut(s![3, .., ..]).fill_init(&Zeros, Key::new(2))?;
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub trait InitRefExt<A: Element> {
    /// Fills the array in place. Nothing is allocated for laws and numbers, and little for the rest
    /// but orthogonal matrices; on an error, nothing is written.
    ///
    /// # Errors
    /// If the shape or the element type does not suit the initializer. An array without elements
    /// suits every one.
    fn fill_init<I>(&mut self, initializer: &I, key: Key) -> Result<(), InitError>
    where
        I: Initializer<A> + ?Sized;
}

impl<A, S, D> InitExt for ArrayBase<S, D>
where
    A: Element,
    S: DataOwned<Elem = A>,
    D: Dimension,
{
    type Elem = A;
    type Dim = D;

    fn init<Sh, I>(shape: Sh, initializer: &I, key: Key) -> Result<Self, InitError>
    where
        Sh: ShapeBuilder<Dim = D>,
        I: Initializer<A> + ?Sized,
    {
        let shape = shape.into_shape_with_order();
        let values = match shape.raw_dim().size() {
            0 => Values::constant(A::ZERO),
            _ => initializer.values(shape.raw_dim().slice(), key)?,
        };
        Ok(fill::fresh(shape, &values))
    }
}

impl<A: Element, D: Dimension> InitRefExt<A> for ArrayRef<A, D> {
    fn fill_init<I>(&mut self, initializer: &I, key: Key) -> Result<(), InitError>
    where
        I: Initializer<A> + ?Sized,
    {
        if !self.is_empty() {
            let values = initializer.values(self.shape(), key)?;
            values.write(Target::of(self));
        }
        Ok(())
    }
}
