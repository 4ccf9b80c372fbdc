//! Initializers as methods of arrays.

use crate::error::InitError;
use crate::fans::Layout;
use crate::fill::{Element, Region};
use crate::initializer::{self, Initializer};
use crate::scaling::VarianceScaling;
use crate::stream::KeySource;
use ndarray::{ArrayBase, ArrayRef, DataOwned, Dimension, ShapeBuilder};
use std::borrow::Borrow;

/// Constructors named after presets, each with its law.
macro_rules! presets {
    ($($(#[$doc:meta])* $preset:ident)*) => {$(
        $(#[$doc])*
        fn $preset<'r, Sh, R>(shape: Sh, rng: &'r mut R) -> Self
        where
            Self::Elem: Element,
            Sh: ShapeBuilder<Dim = Self::Dim>,
            R: ?Sized,
            // Not `for<'r>`: the compiler then shows the trait's own message.
            &'r mut R: KeySource,
        {
            let shape = shape.into_shape_with_order();
            let mut preset = VarianceScaling::$preset();
            if shape.raw_dim().ndim() < 2 {
                preset = preset.with_layout(Layout::keras());
            }
            match Self::init(shape, &preset, rng) {
                Ok(array) => array,
                Err(error) => panic!("{error}"),
            }
        }
    )*};
}

/// Constructors of owned arrays with initial weights: `Array`, `ArcArray`, `CowArray`, of any
/// dimension.
///
/// `shape` is any shape of ndarray's own constructors: `(784, 256)`, `IxDyn(&[3, 3, 64, 128])`,
/// `(784, 256).f()` for Fortran order. The values are the same in every memory order.
///
/// [`init`](Self::init) takes a [`Key`](crate::Key), a `u64` such as `42`, or a generator of rand 0.9, `&mut rng`
/// ([`KeySource`]). One `u64` of a generator is the array's key, whatever the shape. `&mut rand::rng()`
/// gives other values in every run.
///
/// A constructor named after a preset reads the shape as the preset's framework does:
/// `glorot_*`, `he_*` and `lecun_*` as (spatial…, in, out), `xavier_*` and `kaiming_*` as
/// (out, in, spatial…). A shape with fewer than two axes has Keras' fans under either name: 1 and 1
/// without axes, n and n for n elements. For any other layout, pass the preset to
/// [`variance_scaling`](Self::variance_scaling).
///
/// # Panics
/// If an array does not fit memory, the constructors named after presets panic, as ndarray's own
/// constructors do. The other constructors return an error.
///
/// ```
/// use ndarray_init::ndarray::{Array2, Array4, ArrayD, IxDyn};
/// use ndarray_init::{InitExt, Layout, Normal, VarianceScaling, rand::SeedableRng};
/// use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
///
/// let mut rng = Xoshiro256PlusPlus::seed_from_u64(42);
/// // 784 inputs, 256 outputs, for x.dot(&w).
/// let dense = Array2::<f32>::glorot_uniform((784, 256), &mut rng);
/// // 128 filters of 3 × 3 over 64 channels, as PyTorch stores them.
/// let conv = Array4::<f32>::kaiming_normal((128, 64, 3, 3), &mut rng);
/// // PyTorch's law for a kernel (in, out).
/// let cfg = VarianceScaling::kaiming_normal().with_layout(Layout::keras());
/// let other = ArrayD::<f32>::variance_scaling(IxDyn(&[784, 256]), &cfg, &mut rng)?;
/// // Any initializer.
/// let embedding = Array2::<f32>::init((5000, 64), &Normal::new(0.0, 0.02)?, &mut rng)?;
/// # assert_eq!((dense.dim(), conv.dim()), ((784, 256), (128, 64, 3, 3)));
/// # assert_eq!((other.len(), embedding.len()), (784 * 256, 5000 * 64));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub trait InitExt: Sized {
    /// The element type.
    type Elem;
    /// The type of dimension.
    type Dim: Dimension;

    /// An array of this shape, filled by the initializer under the key: a [`Key`](crate::Key), a `u64`, or
    /// `&mut rng`.
    ///
    /// ```
    /// use ndarray_init::ndarray::Array1;
    /// use ndarray_init::{InitExt, Key, Normal, rand};
    ///
    /// let normal = Normal::new(0.0, 0.02)?;
    /// let seeded = Array1::<f32>::init(64, &normal, 42)?;
    /// let named = Array1::<f32>::init(64, &normal, Key::new(42).fork("bias"))?;
    /// let drawn = Array1::<f32>::init(64, &normal, &mut rand::rng())?;
    /// # assert!(named != drawn && named != seeded);
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    ///
    /// # Errors
    /// If the shape or the element type does not suit the initializer, or the array does not fit
    /// memory.
    fn init<Sh, I>(shape: Sh, initializer: &I, key: impl KeySource) -> Result<Self, InitError>
    where
        Self::Elem: Element,
        Sh: ShapeBuilder<Dim = Self::Dim>,
        I: Initializer<Self::Elem> + ?Sized;

    /// The part of a larger array that the region and this shape describe. An element equals that of the whole
    /// array at the same place. Only the part takes memory and time.
    ///
    /// ```
    /// use ndarray_init::ndarray::Array2;
    /// use ndarray_init::{InitExt, Key, Region, VarianceScaling};
    ///
    /// // 64 columns of a matrix of 2⁴⁰ elements.
    /// let region = Region::new(&[1 << 20, 1 << 20], &[0, 640])?;
    /// let glorot = VarianceScaling::glorot_uniform();
    /// let shard = Array2::<f32>::init_region((1000, 64), &glorot, Key::new(1), &region)?;
    /// // Its law has the fans of the whole.
    /// assert!(shard.iter().all(|x| x.abs() < 0.0018));
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    ///
    /// Orthogonal matrices are computed whole, and the part is kept.
    ///
    /// # Errors
    /// If the part does not lie within the global shape, that shape or the element type does not suit
    /// the initializer, or the array does not fit memory.
    fn init_region<Sh, I>(
        shape: Sh,
        initializer: &I,
        key: impl KeySource,
        region: &Region,
    ) -> Result<Self, InitError>
    where
        Self::Elem: Element,
        Sh: ShapeBuilder<Dim = Self::Dim>,
        I: Initializer<Self::Elem> + ?Sized;

    /// A kernel whose variance is scale / n, n being a fan of its shape.
    ///
    /// # Errors
    /// If the configuration's layout does not fit the shape, or the array does not fit memory.
    #[rustfmt::skip] // It would put the comment where rustc does not show it, as below.
    fn variance_scaling<'r, Sh, R>( // with a key: `init(shape, &cfg, 42)`
        shape: Sh,
        cfg: impl Borrow<VarianceScaling>,
        rng: &'r mut R,
    ) -> Result<Self, InitError>
    where
        Self::Elem: Element,
        Sh: ShapeBuilder<Dim = Self::Dim>,
        R: ?Sized,
        &'r mut R: KeySource,
    {
        Self::init(shape, cfg.borrow(), rng)
    }

    // Where an argument does not fit, rustc shows the line with the function's name: so it says how to pass a key.
    presets! {
        /// (spatial…, in, out): U\[−b, b], b = √(6 / (fan_in + fan_out)) (Keras, JAX).
        glorot_uniform // with a key: `init(shape, &VarianceScaling::glorot_uniform(), 42)`
        /// (spatial…, in, out): a normal of variance 2 / (fan_in + fan_out), truncated at two sigmas
        /// (Keras, JAX).
        glorot_normal // with a key: `init(shape, &VarianceScaling::glorot_normal(), 42)`
        /// (spatial…, in, out): U\[−b, b], b = √(6 / fan_in) (Keras, JAX).
        he_uniform // with a key: `init(shape, &VarianceScaling::he_uniform(), 42)`
        /// (spatial…, in, out): a normal of variance 2 / fan_in, truncated at two sigmas (Keras, JAX).
        he_normal // with a key: `init(shape, &VarianceScaling::he_normal(), 42)`
        /// (spatial…, in, out): U\[−b, b], b = √(3 / fan_in) (Keras, JAX).
        lecun_uniform // with a key: `init(shape, &VarianceScaling::lecun_uniform(), 42)`
        /// (spatial…, in, out): a normal of variance 1 / fan_in, truncated at two sigmas (Keras, JAX).
        lecun_normal // with a key: `init(shape, &VarianceScaling::lecun_normal(), 42)`
        /// (out, in, spatial…): U\[−b, b], b = √(6 / (fan_in + fan_out)) (PyTorch, MindSpore).
        ///
        /// For (in, out), as in `x.dot(&w)`: [`glorot_uniform`](Self::glorot_uniform).
        xavier_uniform // with a key: `init(shape, &VarianceScaling::xavier_uniform(), 42)`
        /// (out, in, spatial…): a normal of variance 2 / (fan_in + fan_out) (PyTorch, MindSpore).
        ///
        /// For (in, out), as in `x.dot(&w)`: [`glorot_normal`](Self::glorot_normal), which is truncated.
        xavier_normal // with a key: `init(shape, &VarianceScaling::xavier_normal(), 42)`
        /// (out, in, spatial…): U\[−b, b], b = √(6 / fan_in) (PyTorch, MindSpore).
        ///
        /// For (in, out), as in `x.dot(&w)`: [`he_uniform`](Self::he_uniform).
        kaiming_uniform // with a key: `init(shape, &VarianceScaling::kaiming_uniform(), 42)`
        /// (out, in, spatial…): a normal of variance 2 / fan_in (PyTorch, MindSpore).
        ///
        /// For (in, out), as in `x.dot(&w)`: [`he_normal`](Self::he_normal), which is truncated.
        kaiming_normal // with a key: `init(shape, &VarianceScaling::kaiming_normal(), 42)`
    }
}

/// Initializers onto existing arrays and views, whatever their strides.
///
/// A `Vec<f32>` or a slice `&mut [f32]` is filled through a view of ndarray.
///
/// ```
/// use ndarray_init::ndarray::{Array3, ArrayViewMut2, s};
/// use ndarray_init::{InitRefExt, Key, Normal, VarianceScaling, Zeros, rand};
///
/// let mut experts = Array3::<f32>::zeros((4, 512, 128));
/// let normal = Normal::new(0.0, 0.02)?;
/// experts.slice_mut(s![0, .., ..]).fill_init(&normal, Key::new(42).fork("expert 0"))?;
/// experts.slice_mut(s![1..3, .., ..;2]).fill_init(&normal, &mut rand::rng())?;
/// experts.slice_mut(s![3, .., ..]).fill_init(&Zeros, 2)?;
///
/// // A Vec<f32>, or any &mut [f32], as a kernel of 784 inputs and 256 outputs.
/// let mut weights = vec![0.0_f32; 784 * 256];
/// let mut kernel = ArrayViewMut2::from_shape((784, 256), &mut weights)?;
/// kernel.fill_init(&VarianceScaling::he_normal(), 42)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait InitRefExt<A> {
    /// Fills the array in place. On an error, nothing is written.
    ///
    /// Laws, except `Transformed`, allocate nothing if the last axis has the smallest stride, as in row-major order. In
    /// other memory orders, each task allocates at most one buffer of 64 × 1040 elements. A constant allocates nothing,
    /// unless a view with gaps has more than four dynamic axes: then ndarray copies the shape.
    /// `Orthogonal` allocates its matrix, and [`Values::from_fn`](crate::Values::from_fn) its values.
    ///
    /// # Errors
    /// If the shape or the element type does not suit the initializer. An array without elements suits
    /// every initializer.
    fn fill_init<I>(&mut self, initializer: &I, key: impl KeySource) -> Result<(), InitError>
    where
        A: Element,
        I: Initializer<A> + ?Sized;

    /// Fills the array in place with the values of [`InitExt::init_region`]: the array is a part of a larger one.
    ///
    /// # Errors
    /// Those of `init_region`. An array without elements suits every initializer, if the region lies in the global
    /// shape.
    fn fill_init_region<I>(
        &mut self,
        initializer: &I,
        key: impl KeySource,
        region: &Region,
    ) -> Result<(), InitError>
    where
        A: Element,
        I: Initializer<A> + ?Sized;
}

impl<A, S, D> InitExt for ArrayBase<S, D>
where
    S: DataOwned<Elem = A>,
    D: Dimension,
{
    type Elem = A;
    type Dim = D;

    fn init<Sh, I>(shape: Sh, initializer: &I, key: impl KeySource) -> Result<Self, InitError>
    where
        A: Element,
        Sh: ShapeBuilder<Dim = D>,
        I: Initializer<A> + ?Sized,
    {
        initializer::build(shape.into_shape_with_order(), initializer, key.into_key(), None)
    }

    fn init_region<Sh, I>(
        shape: Sh,
        initializer: &I,
        key: impl KeySource,
        region: &Region,
    ) -> Result<Self, InitError>
    where
        A: Element,
        Sh: ShapeBuilder<Dim = D>,
        I: Initializer<A> + ?Sized,
    {
        initializer::build(shape.into_shape_with_order(), initializer, key.into_key(), Some(region))
    }
}

impl<A, D: Dimension> InitRefExt<A> for ArrayRef<A, D> {
    fn fill_init<I>(&mut self, initializer: &I, key: impl KeySource) -> Result<(), InitError>
    where
        A: Element,
        I: Initializer<A> + ?Sized,
    {
        initializer::write(self, initializer, key.into_key(), None)
    }

    fn fill_init_region<I>(
        &mut self,
        initializer: &I,
        key: impl KeySource,
        region: &Region,
    ) -> Result<(), InitError>
    where
        A: Element,
        I: Initializer<A> + ?Sized,
    {
        initializer::write(self, initializer, key.into_key(), Some(region))
    }
}
