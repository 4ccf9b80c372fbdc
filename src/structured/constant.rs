//! Numbers that are given: one for all elements, or an array of them.

use crate::fill::Element;
use crate::error::InitError;
use crate::initializer::{Initializer, Values};
use crate::stream::Key;
use ndarray::{ArrayBase, ArrayRef, ArrayViewD, Data, Dimension};

/// Every element the same number, which must not be NaN.
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
        if self.0 != self.0 {
            let (name, value, rule) = ("constant", f64::NAN, "a number");
            return Err(InitError::Parameter { name, value, rule });
        }
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

/// The array's own elements, broadcast to the shape that is filled.
///
/// They are taken as they are, NaN included, as ndarray's `assign` does: to search them would take as
/// long as to copy them.
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

    fn as_array(&self) -> Option<ArrayViewD<'_, A>> {
        Some(self.view().into_dyn())
    }
}

/// As for `ArrayRef`, to which every array and view dereferences.
impl<A: Element, S: Data<Elem = A>, D: Dimension> Initializer<A> for ArrayBase<S, D> {
    fn values(&self, shape: &[usize], _: Key) -> Result<Values<A>, InitError> {
        Values::array(self.to_shared(), shape)
    }

    fn as_array(&self) -> Option<ArrayViewD<'_, A>> {
        (**self).as_array()
    }
}
