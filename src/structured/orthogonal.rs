//! Random orthogonal matrices as kernels.

use super::dirac::{Middle, axes_of};
use super::haar::haar;
use super::number;
use crate::element::Entry;
use crate::error::{AxisRole, InitError, positive};
use crate::fans::Layout;
use crate::fill::{Element, Region};
use crate::initializer::{Initializer, Structure, Values};
use crate::math::Float;
use crate::stream::Key;
use ndarray::{ArrayViewMutD, Axis, Dimension, IxDyn, Zip, indices};
use std::ops::Range;

/// A random orthogonal matrix times a gain (Saxe et al. 2014).
///
/// The kernel is read as a matrix Q, whose columns are the output axes and whose rows are the other axes. Each
/// entry of a batch axis and each group of a convolution has a matrix of its own. With g as the gain,
///
/// - Qᵀ Q = g² I if there are no more columns than rows;
/// - Q Qᵀ = g² I if there are no more rows than columns.
///
/// Complex kernels are unitary: Qᵀ is the conjugate transpose of Q there.
///
/// Every such matrix is as likely as any other (the law of Haar), as in the frameworks:
///
/// | like | layout |
/// |---|---|
/// | Keras' `Orthogonal`, JAX's `orthogonal` | [`Layout::keras`], the default |
/// | PyTorch's `orthogonal_`, MindSpore's `Orthogonal`: the transpose, with the same law | [`Layout::torch`] |
/// | JAX's `orthogonal` with a `column_axis` | [`Layout::axes`]`(&[], &[column_axis])` |
///
/// Values depend on the key and the shape alone, not on memory order or the number of threads. But the
/// matrix products are ndarray's, by the crate matrixmultiply or by a BLAS. Both sum in an order that suits
/// the processor: machines and releases may differ in the last digits.
///
/// ```
/// use ndarray_init::ndarray::Array2;
/// use ndarray_init::{InitExt, Key, Orthogonal};
///
/// let w = Array2::<f64>::init((20, 10), &Orthogonal::default(), Key::new(1))?;
/// assert!((w.t().dot(&w) - Array2::<f64>::eye(10)).iter().all(|x| x.abs() < 1e-12));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
#[doc(alias("haar", "unitary"))]
pub struct Orthogonal {
    gain: f64,
    layout: Layout,
}

/// A gain of 1, in [Keras' layout](Layout::keras).
impl Default for Orthogonal {
    fn default() -> Self {
        Self { gain: 1.0, layout: Layout::keras() }
    }
}

impl Orthogonal {
    /// A matrix with singular values of `gain`, in [Keras' layout](Layout::keras).
    ///
    /// # Errors
    /// [`InitError::Parameter`] if the gain is not positive and finite.
    pub fn new(gain: f64) -> Result<Self, InitError> {
        Ok(Self { gain: positive("gain", gain)?, ..Self::default() })
    }

    /// This law for kernels of another layout, whose output axes are the columns.
    pub fn with_layout(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    /// The singular values.
    pub const fn gain(&self) -> f64 {
        self.gain
    }

    /// The layout of the kernel.
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The matrices of a kernel of this shape.
    pub(super) fn matrices<A: Element>(
        &self,
        shape: &[usize],
        key: Key,
    ) -> Result<Matrices<A::Arithmetic>, InitError> {
        self.layout.fans(shape)?;
        let roles = self.layout.roles(shape)?;
        let [batch, outputs, grouped] =
            [AxisRole::Batch, AxisRole::Output, self.layout.grouped_role()]
                .map(|role| axes_of(&roles, role));
        let is_other = |axis: &usize| !batch.contains(axis) && !outputs.contains(axis);
        let others: Vec<_> = (0..shape.len()).filter(is_other).collect();
        let groups = self.layout.group_count();
        let refused = |rule| InitError::shape("an orthogonal matrix", rule, shape);
        if outputs.is_empty() || others.is_empty() {
            return Err(refused("an output axis and another one, batch axes aside"));
        }
        if groups > 1 && grouped.len() != 1 {
            return Err(refused("a single axis to be cut into groups"));
        }
        // An entry's deviation is 1/√n in a matrix whose longer side is n.
        let side = |axes: &[usize]| axes.iter().map(|&axis| shape[axis] as f64).product::<f64>();
        number::<A>("gain", self.gain)?;
        let gain = A::Arithmetic::from_f64(self.gain);
        let deviation = self.gain / side(&outputs).max(side(&others)).sqrt();
        number::<A>("the standard deviation of an orthogonal matrix' entries,", deviation)?;
        // In memory order, so that copying is fast; the law of the transpose is equal.
        let transposed = outputs[0] < others[0];
        let before = batch.len() + if transposed { 0 } else { others.len() };
        let sides = if transposed { [&outputs, &others] } else { [&others, &outputs] };
        let order: Vec<_> = [&batch, sides[0], sides[1]].into_iter().flatten().copied().collect();
        Ok(Matrices {
            middle: None,
            gain,
            key,
            outputs: before..before + outputs.len(),
            batch: batch.len(),
            // One group can be cut from any axis.
            grouped: order.iter().position(|axis| grouped.first() == Some(axis)).unwrap_or(before),
            order,
            groups,
        })
    }
}

impl<A: Element> Initializer<A> for Orthogonal {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        Ok(Values::structured(shape, self.matrices::<A>(shape, key)?))
    }
}

/// Orthogonal matrices all over an array, or in its middle.
#[derive(Debug)]
pub(super) struct Matrices<A> {
    /// The middle of a kernel of zeros that they are in.
    pub(super) middle: Option<Middle>,
    gain: A,
    key: Key,
    /// The axes in this order: batch axes, rows, columns.
    order: Vec<usize>,
    /// The number of batch axes.
    batch: usize,
    /// The places of the output axes in `order`.
    outputs: Range<usize>,
    /// The place in `order` of the axis that holds the channels of all groups.
    grouped: usize,
    /// The number of matrices that share that axis.
    groups: usize,
}

impl<A: Element> Structure<A> for Matrices<A::Arithmetic> {
    fn is_on_zeros(&self) -> bool {
        self.middle.is_some()
    }

    fn write(&self, mut array: ArrayViewMutD<'_, A>) {
        if let Some(middle) = &self.middle {
            let whole = Region::whole(array.shape());
            middle.take(&mut array, &whole);
        }
        let mut array = array.permuted_axes(self.order.as_slice());
        let batch = indices(IxDyn(&array.shape()[..self.batch]));
        let group_len = array.len_of(Axis(self.grouped)) / self.groups;
        for (i, places) in batch.into_iter().enumerate() {
            let mut kernel = array.view_mut();
            for (axis, &place) in places.slice().iter().enumerate() {
                kernel.collapse_axis(Axis(axis), place);
            }
            let groups = kernel.axis_chunks_iter_mut(Axis(self.grouped), group_len);
            for (group, matrix) in groups.enumerate() {
                self.write_one(matrix, (i * self.groups + group) as u64);
            }
        }
    }

    fn part(self: Box<Self>, region: &Region, shape: &[usize]) -> Result<Values<A>, InitError> {
        Values::part_of_whole(*self, region, shape)
    }
}

impl<A: Float> Matrices<A> {
    fn write_one<E: Element<Arithmetic = A>>(&self, mut kernel: ArrayViewMutD<'_, E>, index: u64) {
        let outputs: usize = kernel.shape()[self.outputs.clone()].iter().product();
        let others = kernel.len() / outputs;
        let (rows, columns) =
            if self.outputs.start == self.batch { (outputs, others) } else { (others, outputs) };
        let matrix = haar::<E::Entry>(rows, columns, self.key.part(index));
        let matrix = matrix.into_shape_with_order(kernel.raw_dim()).expect("as many elements");
        let greatest = A::from_f64(E::GREATEST_VALUE);
        // A few rows at once, so that each cache line of a kernel in Fortran order is loaded once.
        let rows = Axis(self.batch);
        let kernels = kernel.axis_chunks_iter_mut(rows, 16);
        for (mut kernel, matrix) in kernels.zip(matrix.axis_chunks_iter(rows, 16)) {
            Zip::from(&mut kernel).and(&matrix).for_each(|element, q| {
                // An entry of 1 may have been rounded up.
                let scaled = |part| (self.gain * part).clamp_to(-greatest, greatest);
                let [re, im] = q.parts().map(scaled);
                *element = E::from_parts(re, im);
            });
        }
    }
}
