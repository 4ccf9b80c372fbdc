//! Numbers that are given: one for all elements, or an array of them.

use crate::element::{Element, Format};
use crate::error::InitError;
use crate::initializer::{Initializer, Values};
use crate::stream::Key;
use ndarray::{ArrayBase, ArrayRef, ArrayViewD, Data, Dimension};

/// Every element the same number, which must not be NaN.
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Zeros;

impl<A: Element> Initializer<A> for Zeros {
    fn values(&self, _: &[usize], _: Key) -> Result<Values<A>, InitError> {
        Ok(Values::constant(A::default()))
    }
}

/// Every element 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Ones;

impl<A: Element> Initializer<A> for Ones {
    fn values(&self, _: &[usize], _: Key) -> Result<Values<A>, InitError> {
        Ok(Values::constant(A::Format::nearest(1.0)))
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
