//! Matrices with random zeros.

use crate::error::{InitError, checked};
use crate::fans::resolve;
use crate::fill::{Element, Region};
use crate::initializer::{Initializer, Structure, Values};
use crate::laws::{Law, Normal};
use crate::stream::{self, BLOCK, Key};
use ndarray::{ArrayViewMutD, Ix2};

/// Sets ⌈sparsity · rows⌉ random elements of every column to 0 and draws the rest from a law
/// (Martens 2010; PyTorch's `sparse_`, MindSpore's `Sparse`).
///
/// Shapes have two axes, rows and columns. [`with_axis(1)`](Self::with_axis) sets ⌈sparsity · columns⌉
/// elements of every row instead: in `w.dot(&x)`, every unit then has as many inputs as any other.
///
/// All choices of a column's zeros are equally likely, up to 2⁻³² in the probability of each element.
///
/// For a part of a matrix ([`Region`]), each column is drawn from the first row of the whole on, since a zero
/// depends on those above it: cut a large matrix by columns, not by rows.
///
/// ⌈sparsity · rows⌉ is computed without the rounding error of the product: 0.07 of 100 rows are 7. PyTorch
/// has 8, as the nearest floating-point number to 0.07 is a little more.
///
/// ```
/// use ndarray_init::ndarray::Array2;
/// use ndarray_init::{InitExt, Key, Normal, Sparse};
///
/// let sparse = Sparse::new(0.07, Normal::new(0.0, 0.01)?)?;
/// let w = Array2::<f32>::init((100, 20), &sparse, Key::new(1))?;
/// for column in w.columns() {
///     assert_eq!(column.iter().filter(|&&x| x == 0.0).count(), 7);
/// }
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Sparse {
    sparsity: f64,
    law: Law,
    axis: usize,
}

impl Sparse {
    /// Draws from this law, with a part of zeros in every column.
    ///
    /// # Errors
    /// [`InitError::Parameter`] if the sparsity is not between 0 and 1.
    pub fn new(sparsity: f64, law: impl Into<Law>) -> Result<Self, InitError> {
        let holds = (0.0..=1.0).contains(&sparsity);
        let sparsity = checked("sparsity", sparsity, holds, "between 0 and 1")?;
        Ok(Self { sparsity, law: law.into(), axis: 0 })
    }

    /// Counts the zeros along this axis: 0, the default, is for equally many in every column, 1 for equally many
    /// in every row. A negative axis counts from the end.
    ///
    /// ```
    /// use ndarray_init::ndarray::Array2;
    /// use ndarray_init::{InitExt, Key, Sparse, Uniform};
    ///
    /// // An echo state network of 300 units, each with 10 inputs.
    /// let sparse = Sparse::new(1.0 - 10.0 / 300.0, Uniform::new(-1.0, 1.0)?)?.with_axis(1)?;
    /// let w = Array2::<f64>::init((300, 300), &sparse, Key::new(1))?;
    /// assert!(w.rows().into_iter().all(|row| row.iter().filter(|&&x| x != 0.0).count() == 10));
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    ///
    /// # Errors
    /// [`InitError::Parameter`] if a matrix has no such axis.
    pub fn with_axis(self, axis: isize) -> Result<Self, InitError> {
        let (name, value, rule) = ("axis", axis as f64, "an axis of a matrix: 0, 1, -1 or -2");
        let axis = resolve(axis, 2).ok_or(InitError::Parameter { name, value, rule })?;
        Ok(Self { axis, ..self })
    }

    /// N(0, std²) with zeros, as in PyTorch and MindSpore, where the default std is 0.01.
    ///
    /// # Errors
    /// [`InitError::Parameter`] if the sparsity is not between 0 and 1, or std not positive and
    /// finite.
    pub fn normal(sparsity: f64, std: f64) -> Result<Self, InitError> {
        Self::new(sparsity, Normal::new(0.0, std)?)
    }

    /// The axis that the zeros are counted along: 0 for those of a column, 1 for those of a row.
    pub const fn axis(&self) -> usize {
        self.axis
    }

    /// The part of zeros.
    pub const fn sparsity(&self) -> f64 {
        self.sparsity
    }

    /// The law of the other elements.
    pub const fn law(&self) -> Law {
        self.law
    }

    /// The number of zeros in a column of n rows, or in a row of n columns: ⌈sparsity · n⌉.
    pub fn zeros(&self, n: usize) -> usize {
        let product = self.sparsity * n as f64;
        let nearest = product.round();
        // Within the rounding error of the two factors, the product is an integer.
        let is_integer = (product - nearest).abs() <= 2.0 * f64::EPSILON * product;
        if is_integer { nearest as usize } else { product.ceil() as usize }
    }
}

impl<A: Element> Initializer<A> for Sparse {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        let axis = self.axis;
        if shape.len() != 2 || u32::try_from(shape[axis]).is_err() {
            let rule = format!("2 axes, axis {axis} shorter than 2³²");
            return Err(InitError::shape("a sparse matrix", rule, shape));
        }
        let (values, zeros) = (Values::drawn(&self.law, key)?, self.zeros(shape[axis]));
        let (key, region) = (key.part(0), Region::whole(shape));
        Ok(Values::structured(shape, Holes { values, axis, zeros, key, region }))
    }
}

#[derive(Debug)]
struct Holes<A: Element> {
    values: Values<A>,
    /// The axis that the zeros are counted along.
    axis: usize,
    /// The number of zeros in each column, or row.
    zeros: usize,
    key: Key,
    /// The part of the matrix that is written.
    region: Region,
}

/// Selection sampling in all columns at once (Knuth, The Art of Computer Programming 2, 3.4.2 S): going down
/// the rows, an element becomes zero with the probability zeros left / rows left. The word of the element's index
/// decides. So the number of zeros is exact. In a part of a matrix, the columns begin at the first row of the
/// whole. Zeros in rows are those of the transposed matrix.
impl<A: Element> Structure<A> for Holes<A> {
    fn write(&self, mut array: ArrayViewMutD<'_, A>) {
        self.values.write(&mut array);
        let mut array = array.into_dimensionality::<Ix2>().expect("checked when made");
        let Self { axis: down, zeros, key, ref region, .. } = *self;
        let along = 1 - down;
        if down == 1 {
            array.swap_axes(0, 1);
        }
        let [all_rows, all_columns] = [down, along].map(|axis| region.global_shape()[axis] as u64);
        let (rows, columns) = array.dim();
        let (first, step) = (region.offset()[along] as u64, region.steps()[along]);
        let mut zeros_left = vec![zeros as u64; columns];
        let mut stream = Stream { key, block: None, words: [0; BLOCK] };
        // The next row of the part.
        let mut place = 0;
        for row in 0..=region.coordinate(down, rows - 1) {
            let mut here = (row == region.coordinate(down, place)).then(|| array.row_mut(place));
            let rows_left = all_rows - row as u64;
            let mut start = 0;
            while start < columns {
                let index = row as u64 * all_columns + first + (start * step) as u64;
                let words = stream.from(index).iter().step_by(step);
                let begin = start;
                for (&word, zeros_left) in words.zip(&mut zeros_left[begin..]) {
                    let is_zero = (u64::from(word) * rows_left) >> 32 < *zeros_left;
                    *zeros_left -= u64::from(is_zero);
                    if let (true, Some(row)) = (is_zero, &mut here) {
                        row[start] = A::default();
                    }
                    start += 1;
                }
            }
            place += usize::from(here.is_some());
        }
    }

    fn part(self: Box<Self>, region: &Region, shape: &[usize]) -> Result<Values<A>, InitError> {
        let values = self.values.part(region, shape)?;
        Ok(Values::structured(shape, Self { values, region: region.clone(), ..*self }))
    }
}

/// A stream's words at indices that rise, a block at a time.
struct Stream {
    key: Key,
    /// The block's number; `None` before the first.
    block: Option<u64>,
    words: [u32; BLOCK],
}

impl Stream {
    /// The words with the indices index, index + 1, … to the end of their block.
    fn from(&mut self, index: u64) -> &[u32] {
        let block = index / BLOCK as u64;
        if self.block != Some(block) {
            self.words = stream::block(self.key, block);
            self.block = Some(block);
        }
        &self.words[(index % BLOCK as u64) as usize..]
    }
}
