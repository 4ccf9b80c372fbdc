//! Several kernels in one array.

use crate::error::InitError;
use crate::fans::resolve;
use crate::fill::{self, Element, Region};
use crate::initializer::{Initializer, Structure, Values};
use crate::stream::Key;
use ndarray::{ArrayViewMutD, Axis};

/// Several blocks along an axis, each with the fans of its own shape and a key of its own.
///
/// Blocks are several weights in one array, such as packed projections of attention, the gates of an LSTM, or
/// experts. Block i has the values of an array of the block's shape under the block's key,
/// `mix64(key ^ mix64(i + 3·GAMMA))` in the terms of [`Key::fork_index`]; no fork of the key equals this key.
/// If an initializer refuses a block, the error names the block's shape. Blocks of blocks work, too.
///
/// The blocks share one initializer ([`equal`](Self::equal), [`sizes`](Self::sizes)), or each has its
/// own ([`of`](Self::of)).
///
/// ```
/// use ndarray_init::ndarray::{Array1, Array2};
/// use ndarray_init::{AnyInitializer, Blocks, InitExt, Key, Ones, VarianceScaling, Zeros};
///
/// // Query, key and value projections, packed as PyTorch's MultiheadAttention has them.
/// let xavier = VarianceScaling::xavier_uniform();
/// let packed = Blocks::equal(&xavier, 0, 3);
/// let w = Array2::<f32>::init((3 * 64, 64), &packed, Key::new(1))?;
/// // Each has the law of its own shape, (64, 64): U[-0.2165, 0.2165]. That of (192, 64) is U[-0.1531, 0.1531].
/// assert!(w.iter().any(|x| *x > 0.21));
///
/// // The bias of an LSTM of 64 units: gates i, f, g, o, of which the forget gate starts at 1.
/// let gates: [(usize, AnyInitializer); 3] =
///     [(64, Zeros.into()), (64, Ones.into()), (128, Zeros.into())];
/// let bias = Array1::<f32>::init(256, &Blocks::of(0, gates), Key::new(2))?;
/// assert_eq!((bias[63], bias[64], bias[127], bias[128]), (0.0, 1.0, 1.0, 0.0));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Blocks<I> {
    axis: isize,
    #[cfg_attr(feature = "serde", serde(flatten))]
    cut: Cut<I>,
}

/// The sizes and the initializers of the blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
pub(crate) enum Cut<I> {
    Equal { initializer: I, equal: usize },
    Parts { parts: Vec<Part<I>> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(crate) struct Part<I> {
    size: usize,
    initializer: I,
}

impl<I> Blocks<I> {
    /// A number of blocks of one size along an axis; a negative axis counts from the end.
    ///
    /// Filling an array is an error if it has no such axis, or the blocks do not divide it.
    pub const fn equal(initializer: I, axis: isize, blocks: usize) -> Self {
        Self::new(axis, Cut::Equal { initializer, equal: blocks })
    }

    /// Blocks of these sizes along an axis, for example the query's, key's and value's heads of
    /// grouped attention.
    ///
    /// Filling an array is an error if it has no such axis, or the sizes do not add up to it.
    pub fn sizes(initializer: I, axis: isize, sizes: &[usize]) -> Self
    where
        I: Clone,
    {
        Self::of(axis, sizes.iter().map(|&size| (size, initializer.clone())))
    }

    /// Blocks with a size and an initializer each, for example the gates of an LSTM, or an embedding
    /// with a row of zeros for padding.
    ///
    /// Filling an array is an error if it has no such axis, or the sizes do not add up to it.
    pub fn of(axis: isize, parts: impl IntoIterator<Item = (usize, I)>) -> Self {
        let parts = parts.into_iter().map(|(size, initializer)| Part { size, initializer });
        Self::new(axis, Cut::Parts { parts: parts.collect() })
    }

    pub(crate) const fn new(axis: isize, cut: Cut<I>) -> Self {
        Self { axis, cut }
    }

    /// The axis that is cut, as it was named.
    pub const fn axis(&self) -> isize {
        self.axis
    }

    /// The initializers: the one of all equal blocks, or one for each block.
    pub fn initializers(&self) -> impl Iterator<Item = &I> {
        let (shared, parts): (_, &[Part<I>]) = match &self.cut {
            Cut::Equal { initializer, .. } => (Some(initializer), &[]),
            Cut::Parts { parts } => (None, parts),
        };
        shared.into_iter().chain(parts.iter().map(|part| &part.initializer))
    }

    /// These blocks by other initializers.
    pub(crate) fn map<J>(self, mut f: impl FnMut(I) -> J) -> Blocks<J> {
        let cut = match self.cut {
            Cut::Equal { initializer, equal } => Cut::Equal { initializer: f(initializer), equal },
            Cut::Parts { parts } => {
                let f = |part: Part<I>| Part { size: part.size, initializer: f(part.initializer) };
                Cut::Parts { parts: parts.into_iter().map(f).collect() }
            }
        };
        Blocks { axis: self.axis, cut }
    }

    /// Each block of an array of this shape: its size along the axis, and its initializer.
    ///
    /// # Errors
    /// If the array has no such axis, or the blocks do not add up to it.
    ///
    /// ```
    /// use ndarray_init::{Blocks, Law, Normal, Uniform};
    ///
    /// let [gate, rest]: [Law; 2] = [Uniform::new(-0.1, 0.1)?.into(), Normal::new(0.0, 0.02)?.into()];
    /// let blocks = Blocks::of(-1, [(64, gate), (192, rest)]);
    /// let parts: Vec<_> = blocks.parts(&[10, 256])?.collect();
    /// assert_eq!(parts, [(64, &gate), (192, &rest)]);
    /// assert!(blocks.parts(&[10, 255]).is_err());
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    pub fn parts(
        &self,
        shape: &[usize],
    ) -> Result<impl ExactSizeIterator<Item = (usize, &I)>, InitError> {
        let axis = self.axis_of(shape)?;
        let n = shape[axis];
        let count = match &self.cut {
            Cut::Equal { equal, .. } => *equal,
            Cut::Parts { parts } => parts.len(),
        };
        let parts = (0..count).map(move |i| match &self.cut {
            Cut::Equal { initializer, equal } => (n / equal, initializer),
            Cut::Parts { parts } => (parts[i].size, &parts[i].initializer),
        });
        let sizes = || parts.clone().map(|(size, _)| size);
        let rule = match self.cut {
            Cut::Equal { equal, .. } if n.checked_rem(equal) != Some(0) => {
                format!("that {equal} blocks divide")
            }
            Cut::Parts { .. } if sizes().try_fold(0, usize::checked_add) != Some(n) => {
                format!("of the sizes {:?} together", sizes().collect::<Vec<_>>())
            }
            _ => return Ok(parts),
        };
        Err(InitError::shape("a cut into blocks", format!("an axis {axis} {rule}"), shape))
    }

    fn axis_of(&self, shape: &[usize]) -> Result<usize, InitError> {
        resolve(self.axis, shape.len()).ok_or_else(|| {
            InitError::shape("a cut into blocks", format!("an axis {}", self.axis), shape)
        })
    }
}

impl<A: Element, I: Initializer<A>> Initializer<A> for Blocks<I> {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        let axis = self.axis_of(shape)?;
        let mut block = shape.to_vec();
        let parts = self.parts(shape)?;
        let mut values = fill::room::<A, _>(parts.len(), shape)?;
        for (i, (size, initializer)) in (0..).zip(parts) {
            block[axis] = size;
            // A block without elements has no values.
            if size > 0 {
                let part = initializer.values(&block, key.part(i))?;
                // Before any block is written.
                part.check_shape(&block);
                values.push((size, part));
            }
        }
        Ok(Values::structured(shape, Parts { axis: Axis(axis), values }))
    }
}

#[derive(Debug)]
struct Parts<A: Element> {
    axis: Axis,
    /// The blocks' sizes along the axis, and their values.
    values: Vec<(usize, Values<A>)>,
}

impl<A: Element> Structure<A> for Parts<A> {
    fn write(&self, mut rest: ArrayViewMutD<'_, A>) {
        for (size, values) in &self.values {
            let (mut block, others) = rest.split_at(self.axis, *size);
            values.write(&mut block);
            rest = others;
        }
    }

    fn part(self: Box<Self>, region: &Region, shape: &[usize]) -> Result<Values<A>, InitError> {
        let axis = self.axis.index();
        let mut piece = shape.to_vec();
        let mut values = fill::room::<A, _>(self.values.len(), shape)?;
        let mut from = 0;
        for (size, block) in self.values {
            let places = [from, from + size];
            let [first, end] =
                places.map(|place| region.places_before(axis, place).min(shape[axis]));
            if first < end {
                piece[axis] = end - first;
                let region = region.within(axis, from, size, first);
                values.push((end - first, block.part(&region, &piece)?));
            }
            from += size;
        }
        Ok(Values::structured(shape, Self { axis: self.axis, values }))
    }
}
