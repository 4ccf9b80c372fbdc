//! Parts of larger arrays: which elements of the whole they are.

use super::strides::{self, Axis, Strides};
use crate::error::InitError;

/// Where a part of an array lies in the whole: a shard, a row, a piece of a file.
///
/// Element (i₀, i₁, …) of the part is element (offset₀ + i₀ · steps₀, offset₁ + i₁ · steps₁, …) of an
/// array of the global shape. Under the same key, both elements have the same value: fans come from the
/// global shape, and an element's word from its row-major index in the whole. So every process fills its
/// own part and asks nobody.
///
/// A global shape may be larger than memory; it has 2⁶³ elements at most.
///
/// ```
/// use ndarray_init::ndarray::{Array2, s};
/// use ndarray_init::{InitExt, InitRefExt, Key, Region, VarianceScaling};
///
/// let (he, key) = (VarianceScaling::he_normal(), Key::new(1).fork("mlp/kernel"));
/// let whole = Array2::<f32>::init((1024, 4096), &he, key)?;
/// // The columns of the second of four processes.
/// let region = Region::new(&[1024, 4096], &[0, 1024])?;
/// let shard = Array2::<f32>::init_region((1024, 1024), &he, key, &region)?;
/// assert_eq!(shard, whole.slice(s![.., 1024..2048]));
/// // Every fourth row from the third on, in place.
/// let region = Region::new(&[1024, 4096], &[3, 0])?.with_steps(&[4, 1])?;
/// let mut rows = Array2::<f32>::zeros((256, 4096));
/// rows.fill_init_region(&he, key, &region)?;
/// assert_eq!(rows, whole.slice(s![3..;4, ..]));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct Region {
    global_shape: Vec<usize>,
    offset: Vec<usize>,
    steps: Vec<usize>,
}

impl Region {
    /// A part whose first element has this index in an array of the global shape.
    ///
    /// # Errors
    /// [`InitError::Region`] unless both have as many axes, the offset is within the shape, and the
    /// shape has no more than 2⁶³ elements.
    pub fn new(global_shape: &[usize], offset: &[usize]) -> Result<Self, InitError> {
        let whole = Self::whole(global_shape);
        let region = format!("a region at offset {offset:?}");
        if offset.len() != global_shape.len() {
            let rule = format!("it has {} axes, not {}", offset.len(), global_shape.len());
            return Err(whole.refused(region, rule));
        }
        let largest = global_shape.iter().filter(|&&n| n > 0).try_fold(1_u64, |product, &n| {
            product.checked_mul(n as u64).filter(|&product| product <= 1 << 63)
        });
        if largest.is_none() {
            return Err(whole.refused(region, "that has more than 2⁶³ elements".to_owned()));
        }
        if let Some(axis) = (0..offset.len()).find(|&axis| offset[axis] > global_shape[axis]) {
            let (begin, end) = (offset[axis], global_shape[axis]);
            let rule = format!("along axis {axis} it begins at {begin}, not within {end}");
            return Err(whole.refused(region, rule));
        }
        Ok(Self { offset: offset.to_vec(), ..whole })
    }

    /// This region with a step for each axis: the distance in the whole between neighbors in the part. The
    /// default is 1.
    ///
    /// # Errors
    /// [`InitError::Region`] unless there is a step for each axis, and each is at least 1.
    pub fn with_steps(self, steps: &[usize]) -> Result<Self, InitError> {
        let rule = if steps.len() != self.offset.len() {
            format!("it has {} axes, not {}", steps.len(), self.offset.len())
        } else if let Some(axis) = steps.iter().position(|&step| step == 0) {
            format!("the step along axis {axis} must be at least 1")
        } else {
            return Ok(Self { steps: steps.to_vec(), ..self });
        };
        Err(self.refused(format!("a region with steps {steps:?}"), rule))
    }

    /// All of an array.
    pub(crate) fn whole(shape: &[usize]) -> Self {
        let (offset, steps) = (vec![0; shape.len()], vec![1; shape.len()]);
        Self { global_shape: shape.to_vec(), offset, steps }
    }

    /// The shape of the whole array.
    pub fn global_shape(&self) -> &[usize] {
        &self.global_shape
    }

    /// The index of the part's first element in the whole.
    pub fn offset(&self) -> &[usize] {
        &self.offset
    }

    /// Places of the whole from one element of the part to the next, along each axis.
    pub fn steps(&self) -> &[usize] {
        &self.steps
    }

    /// An error unless a part of this shape lies within the whole array.
    pub(crate) fn check(&self, shape: &[usize]) -> Result<(), InitError> {
        let Self { global_shape, offset, steps } = self;
        let region =
            || format!("a region of shape {shape:?} at offset {offset:?} with steps {steps:?}");
        if shape.len() != global_shape.len() {
            let rule = format!("it has {} axes, not {}", shape.len(), global_shape.len());
            return Err(self.refused(region(), rule));
        }
        for axis in 0..shape.len() {
            let end = shape[axis].checked_sub(1).map_or(Some(offset[axis]), |last| {
                last.checked_mul(steps[axis])?.checked_add(offset[axis])?.checked_add(1)
            });
            if end.is_none_or(|end| end > global_shape[axis]) {
                let end = end.map_or(format!("beyond {}", usize::MAX), |end| format!("at {end}"));
                let rule =
                    format!("along axis {axis} it ends {end}, not within {}", global_shape[axis]);
                return Err(self.refused(region(), rule));
            }
        }
        Ok(())
    }

    fn refused(&self, region: String, rule: String) -> InitError {
        InitError::Region { region, global_shape: self.global_shape.clone(), rule }
    }

    /// The coordinate in the whole of the part's place i along an axis.
    pub(crate) fn coordinate(&self, axis: usize, i: usize) -> usize {
        self.offset[axis] + i * self.steps[axis]
    }

    /// The number of places of the part that lie before a coordinate of the whole, along an axis.
    pub(crate) fn places_before(&self, axis: usize, coordinate: usize) -> usize {
        coordinate.saturating_sub(self.offset[axis]).div_ceil(self.steps[axis])
    }

    /// The place of the part, of `len` along an axis, that lies at a coordinate of the whole, if any does.
    pub(crate) fn place(&self, axis: usize, coordinate: usize, len: usize) -> Option<usize> {
        let place = self.places_before(axis, coordinate);
        (place < len && self.coordinate(axis, place) == coordinate).then_some(place)
    }

    /// The part within one block of the whole, as a region of this block. The block has the coordinates
    /// `from..from + size` of the axis, and `first` is the part's first place in the block.
    pub(crate) fn within(&self, axis: usize, from: usize, size: usize, first: usize) -> Self {
        let mut inner = self.clone();
        inner.global_shape[axis] = size;
        inner.offset[axis] = self.coordinate(axis, first) - from;
        inner
    }

    /// The indices in the whole of a part of this shape, for which `check` passed.
    pub(crate) fn indices(&self, shape: &[usize]) -> Indices {
        let mut axes = Vec::new();
        let (mut span, mut first) = (1_u64, 0);
        for axis in (0..shape.len()).rev() {
            first += self.offset[axis] as u64 * span;
            // A step that is never taken may be larger than any array.
            let stride = (self.steps[axis] as u64).wrapping_mul(span) as i64;
            axes.push(Axis { len: shape[axis], stride });
            span *= self.global_shape[axis] as u64;
        }
        Indices { first, axes: Strides::merge(axes.into_iter().rev()) }
    }
}

/// The row-major indices in a whole array of the elements of a part.
#[derive(Clone, Debug)]
pub struct Indices {
    first: u64,
    axes: Strides,
}

/// Elements that lie in the whole array at equal distances.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// The first one's index in the whole array.
    pub(super) index: u64,
    pub(super) len: usize,
    pub(super) step: u64,
}

impl Indices {
    /// Calls `f` with the runs of elements from `first` on, `count` of them, in their order.
    #[inline(always)]
    pub(super) fn runs(&self, first: usize, count: usize, mut f: impl FnMut(Run)) {
        strides::stretches(self.axes.as_slice(), first, count, |_, offset, axis| {
            let step = if axis.len == 1 { 1 } else { axis.stride as u64 };
            let index = self.first.wrapping_add(offset as u64);
            f(Run { index, len: axis.len, step });
        });
    }
}
