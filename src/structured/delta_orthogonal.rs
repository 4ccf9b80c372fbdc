//! Convolutions with an orthogonal matrix at their center.

use super::dirac::{CONVOLUTION, Center, Middle, axes_of};
use super::orthogonal::Orthogonal;
use crate::error::{AxisRole, InitError};
use crate::fans::Layout;
use crate::fill::Element;
use crate::initializer::{Initializer, Values};
use crate::stream::Key;

/// A convolution that multiplies the norm of every input by a gain: an orthogonal matrix
/// at the center of the receptive field, and 0 elsewhere (Xiao et al. 2018).
///
/// The receptive field has one to three axes, and there are no fewer output than input channels:
/// fan_in ≤ fan_out. The center of k places is (k − 1) / 2. The default layout, [`Layout::keras`], is that of
/// JAX's `delta_orthogonal`; JAX's `column_axis` only transposes the matrix, and does not change the law. Each
/// group of a convolution and each entry of a batch axis has a matrix of its own. [`Orthogonal`] describes the
/// matrix and its reproducibility.
///
/// ```
/// use ndarray_init::ndarray::{Array2, Array3, Axis};
/// use ndarray_init::{DeltaOrthogonal, InitExt, Key};
///
/// let w = Array3::<f64>::init((3, 4, 6), &DeltaOrthogonal::default(), Key::new(1))?;
/// let center = w.index_axis(Axis(0), 1);
/// assert!((center.dot(&center.t()) - Array2::<f64>::eye(4)).iter().all(|x| x.abs() < 1e-12));
/// assert!(w.index_axis(Axis(0), 2).iter().all(|&x| x == 0.0));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
#[must_use]
pub struct DeltaOrthogonal {
    matrix: Orthogonal,
}

impl DeltaOrthogonal {
    /// A convolution that multiplies norms by `gain`, in [Keras' layout](Layout::keras).
    ///
    /// # Errors
    /// [`InitError::Parameter`] if the gain is not positive and finite.
    pub fn new(gain: f64) -> Result<Self, InitError> {
        Ok(Self { matrix: Orthogonal::new(gain)? })
    }

    /// This law for kernels of another layout.
    pub fn with_layout(self, layout: Layout) -> Self {
        Self { matrix: self.matrix.with_layout(layout) }
    }

    /// The factor of norms.
    pub const fn gain(&self) -> f64 {
        self.matrix.gain()
    }

    /// The layout of the kernel.
    pub const fn layout(&self) -> &Layout {
        self.matrix.layout()
    }
}

impl<A: Element> Initializer<A> for DeltaOrthogonal {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        let fans = self.layout().fans(shape)?;
        let refused = |rule: &str| InitError::shape("a delta-orthogonal kernel", rule, shape);
        let roles = self.layout().roles(shape)?;
        let channels = [AxisRole::Input, AxisRole::Output].map(|role| axes_of(&roles, role).len());
        let (Some(middle), [1, 1]) = (Middle::new(&roles, shape, Center::Lower), channels) else {
            return Err(refused(CONVOLUTION));
        };
        if fans.fan_in > fans.fan_out {
            let (fan_in, fan_out) = (fans.fan_in, fans.fan_out);
            return Err(refused(&format!("fan_in ≤ fan_out, which are {fan_in} and {fan_out}")));
        }
        let mut matrices = self.matrix.matrices::<A>(shape, key)?;
        matrices.middle = Some(middle);
        Ok(Values::structured(shape, matrices))
    }
}
