use super::Structure;
use crate::element::Element;
use crate::error::InitError;
use crate::fill::Target;
use crate::initializer::{Initializer, Values};
use crate::key::Key;
use crate::layout::resolve;
use ndarray::{ArrayViewMutD, Axis};
use std::mem::MaybeUninit;

/// The same initializer for every one of several blocks along an axis, each with the fans of its own
/// shape and a key of its own.
///
/// For weights that are kept in one array but are several: packed projections of attention, the
/// gates of an LSTM, heads, experts. Block number i has the values that the initializer gives an
/// array of the block's shape under `key.fork_index(i)`; if it refuses one, the error is about the
/// block's shape. Blocks of blocks work, too.
///
/// ```
/// use ndarray_init::ndarray::{Array2, s};
/// use ndarray_init::{Blocks, InitExt, Key, Layout, VarianceScaling};
///
/// // Query, key and value projections, packed as PyTorch's MultiheadAttention has them.
/// let xavier = VarianceScaling::xavier_uniform().with_layout(Layout::torch());
/// let packed = Blocks::equal(&xavier, 0, 3);
/// let w = Array2::<f32>::init((3 * 64, 64), &packed, Key::new(1))?;
/// let values = Array2::<f32>::init((64, 64), &xavier, Key::new(1).fork_index(2))?;
/// assert_eq!(w.slice(s![128.., ..]), values);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[must_use]
pub struct Blocks<I> {
    initializer: I,
    axis: isize,
    cut: Cut,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
enum Cut {
    Equal(usize),
    Sizes(Vec<usize>),
}

impl<I> Blocks<I> {
    /// So many blocks of one size along an axis; a negative axis counts from the end.
    ///
    /// Filling an array is an error if it has no such axis, or the blocks do not divide it.
    pub const fn equal(initializer: I, axis: isize, blocks: usize) -> Self {
        Self { initializer, axis, cut: Cut::Equal(blocks) }
    }

    /// Blocks of these sizes along an axis, for example the query's, key's and value's heads of
    /// grouped attention.
    ///
    /// Filling an array is an error if it has no such axis, or the sizes do not add up to it.
    pub fn sizes(initializer: I, axis: isize, sizes: &[usize]) -> Self {
        Self { initializer, axis, cut: Cut::Sizes(sizes.to_vec()) }
    }

    pub(crate) fn map<J>(self, f: impl FnOnce(I) -> J) -> Blocks<J> {
        Blocks { initializer: f(self.initializer), axis: self.axis, cut: self.cut }
    }

    /// Each block's size along the axis of an array of this shape.
    fn cut(&self, axis: usize, shape: &[usize]) -> Result<Vec<usize>, InitError> {
        let n = shape[axis];
        let rule = match &self.cut {
            &Cut::Equal(blocks) => match n.checked_rem(blocks) {
                Some(0) => return Ok(vec![n / blocks; blocks]),
                _ => format!("an axis {axis} that {blocks} blocks divide"),
            },
            Cut::Sizes(sizes) => match sizes.iter().try_fold(0, |a: usize, &b| a.checked_add(b)) {
                Some(sum) if sum == n => return Ok(sizes.clone()),
                _ => format!("an axis {axis} of the sizes {sizes:?} together"),
            },
        };
        Err(shape_error(rule, shape))
    }
}

fn shape_error(rule: String, shape: &[usize]) -> InitError {
    InitError::Shape { initializer: "a cut into blocks", rule, shape: shape.to_vec() }
}

impl<A: Element, I: Initializer<A>> Initializer<A> for Blocks<I> {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        let Some(axis) = resolve(self.axis, shape.len()) else {
            return Err(shape_error(format!("an axis {}", self.axis), shape));
        };
        let mut block = shape.to_vec();
        let blocks = (0..).zip(self.cut(axis, shape)?).map(|(i, size)| {
            block[axis] = size;
            Ok(match size {
                0 => (size, Values::constant(A::ZERO)),
                _ => (size, self.initializer.values(&block, key.fork_index(i))?),
            })
        });
        Ok(Values::structured(Parts {
            axis: Axis(axis),
            blocks: blocks.collect::<Result<_, _>>()?,
        }))
    }
}

#[derive(Debug)]
struct Parts<A> {
    axis: Axis,
    /// Their sizes along the axis, and their values.
    blocks: Vec<(usize, Values<A>)>,
}

impl<A: Element> Structure<A> for Parts<A> {
    fn write(&self, mut rest: ArrayViewMutD<'_, MaybeUninit<A>>) {
        for (size, values) in &self.blocks {
            let (mut block, others) = rest.split_at(self.axis, *size);
            if !block.is_empty() {
                values.write(Target::of_view(&mut block));
            }
            rest = others;
        }
        assert!(rest.is_empty(), "values of a shorter array");
    }
}
