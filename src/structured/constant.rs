//! Given numbers: one for all elements, an array of them, or a function of the index.

use super::number;
use crate::error::{InitError, checked};
use crate::fill::{self, Element};
use crate::initializer::{Initializer, Values};
use crate::stream::Key;
use ndarray::{ArcArray, ArrayBase, ArrayRef, Data, Dimension, IxDyn, indices};

/// Equal elements, of a number that is not NaN.
///
/// ```
/// use ndarray_init::{Constant, InitExt, Key, ndarray::Array1};
///
/// // The logit of a class that one example in a hundred has.
/// let bias = Array1::<f32>::init(80, &Constant((0.01_f32 / 0.99).ln()), Key::new(1))?;
/// assert!((bias[79] + 4.595).abs() < 1e-3);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Constant<A>(pub A);

impl<A: Element> Initializer<A> for Constant<A> {
    #[expect(clippy::eq_op, reason = "NaN is the one number that differs from itself")]
    fn values(&self, _: &[usize], _: Key) -> Result<Values<A>, InitError> {
        checked("constant", f64::NAN, self.0 == self.0, "a number")?;
        Ok(Values::constant(self.0))
    }
}

/// Every element 0.
///
/// ```
/// use ndarray_init::ndarray::{Array2, s};
/// use ndarray_init::{InitRefExt, Key, Zeros};
///
/// let mut embedding = Array2::<f32>::ones((5000, 64));
/// embedding.slice_mut(s![0, ..]).fill_init(&Zeros, Key::new(1))?;
/// assert_eq!((embedding[[0, 0]], embedding[[1, 0]]), (0.0, 1.0));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Zeros;

impl<A: Element> Initializer<A> for Zeros {
    fn values(&self, _: &[usize], _: Key) -> Result<Values<A>, InitError> {
        Ok(Values::constant(A::default()))
    }
}

/// Every element 1.
///
/// ```
/// use ndarray_init::{InitExt, Key, Ones, ndarray::Array1};
///
/// // The scale of a normalization over 64 channels.
/// let scale = Array1::<f32>::init(64, &Ones, Key::new(1))?;
/// assert_eq!(scale.sum(), 64.0);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Ones;

impl<A: Element> Initializer<A> for Ones {
    fn values(&self, _: &[usize], _: Key) -> Result<Values<A>, InitError> {
        Ok(Values::constant(A::nearest_to(1.0)))
    }
}

/// The array's own elements, broadcast to the shape that is filled. They are copied first, unless the array is a
/// shared one (`ArcArray`).
///
/// NaN is copied, too, as ndarray's `assign` does: a search would take as long as the copy.
///
/// ```
/// use ndarray_init::ndarray::{Array2, array};
/// use ndarray_init::{InitExt, Key};
///
/// let bias = array![0.0_f32, 1.0, 0.0];
/// let rows = Array2::init((2, 3), &bias, Key::new(1))?;
/// assert_eq!(rows, array![[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
impl<A: Element, D: Dimension> Initializer<A> for ArrayRef<A, D> {
    fn values(&self, shape: &[usize], _: Key) -> Result<Values<A>, InitError> {
        Values::array(self.to_owned().into_shared(), shape)
    }
}

/// Every array and view dereferences to `ArrayRef`, whose implementation this is.
impl<A: Element, S: Data<Elem = A>, D: Dimension> Initializer<A> for ArrayBase<S, D> {
    fn values(&self, shape: &[usize], _: Key) -> Result<Values<A>, InitError> {
        Values::array(self.to_shared(), shape)
    }
}

impl<A: Element> Values<A> {
    /// The values of a function of the index, rounded to the element type.
    ///
    /// The function is called for every index in row-major order, before the first element is written. For
    /// a part of an array ([`Region`](crate::Region)), it is called for the whole.
    ///
    /// ```
    /// use ndarray_init::ndarray::Array2;
    /// use ndarray_init::{Element, InitError, InitExt, Initializer, Key, Values};
    ///
    /// /// Sinusoidal positions (Vaswani et al. 2017) of shape (position, channel).
    /// struct Positions;
    ///
    /// impl<A: Element> Initializer<A> for Positions {
    ///     fn values(&self, shape: &[usize], _: Key) -> Result<Values<A>, InitError> {
    ///         let &[_, width] = shape else {
    ///             let (initializer, rule) = ("a table of positions", "2 axes".to_owned());
    ///             return Err(InitError::Shape { initializer, rule, shape: shape.to_vec() });
    ///         };
    ///         Values::from_fn(shape, |index| {
    ///             let (position, channel) = (index[0] as f64, index[1]);
    ///             let angle = position / 10_000_f64.powf((channel - channel % 2) as f64 / width as f64);
    ///             if channel % 2 == 0 { angle.sin() } else { angle.cos() }
    ///         })
    ///     }
    /// }
    ///
    /// let w = Array2::<f32>::init((50, 16), &Positions, 42)?;
    /// assert_eq!((w[[0, 1]], w[[3, 0]]), (1.0, 3.0_f64.sin() as f32));
    /// # Ok::<(), InitError>(())
    /// ```
    ///
    /// # Errors
    /// [`InitError::Parameter`] if the function gives NaN, [`InitError::Unrepresentable`] if the element type
    /// has no such number (infinities pass), and [`InitError::Memory`] if the values do not fit memory.
    #[expect(clippy::missing_panics_doc, reason = "there are as many elements as the shape has")]
    pub fn from_fn(shape: &[usize], mut f: impl FnMut(&[usize]) -> f64) -> Result<Self, InitError> {
        let len = shape.iter().try_fold(1, |len: usize, &n| len.checked_mul(n));
        let mut elements = fill::room::<A, A>(len.unwrap_or(usize::MAX), shape)?;
        for index in indices(IxDyn(shape)) {
            elements.push(number("value", f(index.slice()))?);
        }
        let array = ArcArray::from_shape_vec(IxDyn(shape), elements);
        Self::array(array.expect("as many elements"), shape)
    }
}
