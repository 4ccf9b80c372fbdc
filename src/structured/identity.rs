//! The identity matrix.

use super::number;
use crate::error::{InitError, positive};
use crate::fill::{Element, Region};
use crate::initializer::{Initializer, Structure, Values};
use crate::stream::Key;
use ndarray::ArrayViewMutD;

/// The identity matrix times a gain: w\[i, i] = gain, and 0 elsewhere, for shapes of two axes.
///
/// A matrix need not be square: as in Keras' `Identity`, PyTorch's `eye_` and MindSpore's
/// `Identity`, a longer side is padded with zeros.
///
/// ```
/// use ndarray_init::ndarray::{Array2, array};
/// use ndarray_init::{Identity, InitExt, Key};
///
/// let w = Array2::<f32>::init((2, 3), &Identity::new(0.5)?, Key::new(1))?;
/// assert_eq!(w, array![[0.5, 0.0, 0.0], [0.0, 0.5, 0.0]]);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
#[doc(alias = "eye")]
pub struct Identity {
    gain: f64,
}

impl Identity {
    /// The identity times this gain.
    ///
    /// # Errors
    /// [`InitError::Parameter`] if the gain is not positive and finite.
    pub fn new(gain: f64) -> Result<Self, InitError> {
        Ok(Self { gain: positive("gain", gain)? })
    }

    /// The number on the diagonal.
    pub const fn gain(&self) -> f64 {
        self.gain
    }
}

/// The identity itself: gain 1.
impl Default for Identity {
    fn default() -> Self {
        Self { gain: 1.0 }
    }
}

impl<A: Element> Initializer<A> for Identity {
    fn values(&self, shape: &[usize], _: Key) -> Result<Values<A>, InitError> {
        if shape.len() != 2 {
            return Err(InitError::shape("the identity", "2 axes", shape));
        }
        let value = number::<A>("gain", self.gain)?;
        Ok(Values::structured(shape, Diagonal { value, region: Region::whole(shape) }))
    }
}

#[derive(Debug)]
struct Diagonal<A> {
    value: A,
    /// The part of the matrix that is written.
    region: Region,
}

impl<A: Element> Structure<A> for Diagonal<A> {
    fn is_on_zeros(&self) -> bool {
        true
    }

    fn write(&self, mut array: ArrayViewMutD<'_, A>) {
        for row in 0..array.shape()[0] {
            let column = self.region.coordinate(0, row);
            if let Some(column) = self.region.place(1, column, array.shape()[1]) {
                array[[row, column]] = self.value;
            }
        }
    }

    fn part(self: Box<Self>, region: &Region, shape: &[usize]) -> Result<Values<A>, InitError> {
        Ok(Values::structured(shape, Self { region: region.clone(), ..*self }))
    }
}
