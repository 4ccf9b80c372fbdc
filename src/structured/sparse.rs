use super::Structure;
use crate::distr::{Law, Normal};
use crate::element::Element;
use crate::error::InitError;
use crate::fill::Target;
use crate::initializer::{Initializer, Values};
use crate::key::Key;
use ndarray::{ArrayViewMutD, Ix2};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use std::mem::MaybeUninit;

/// Draws from a law of which a fixed part of every column is zero: as many elements as
/// ⌈sparsity · rows⌉, whichever (Martens 2010; PyTorch's `sparse_`, MindSpore's `Sparse`).
///
/// Shapes have two axes, rows and columns. Which rows of a column are zero depends on the key and
/// the column alone, each choice being as likely as any other.
///
/// The product is the one of the numbers as they are written: 0.07 of 100 rows are 7, though the
/// nearest floating-point number to 0.07 is a little more, for which PyTorch takes 8.
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
}

impl Sparse {
    /// Draws from this law, but for a part of zeros in every column.
    ///
    /// # Errors
    /// [`InitError::Parameter`] if the sparsity is not between 0 and 1.
    pub fn new(sparsity: f64, law: impl Into<Law>) -> Result<Self, InitError> {
        if !(0.0..=1.0).contains(&sparsity) {
            let (name, rule) = ("sparsity", "between 0 and 1");
            return Err(InitError::Parameter { name, value: sparsity, rule });
        }
        Ok(Self { sparsity, law: law.into() })
    }

    /// N(0, std²) but for the zeros: what PyTorch and MindSpore draw, by default with a standard
    /// deviation of 0.01.
    ///
    /// # Errors
    /// [`InitError::Parameter`] if the sparsity is not between 0 and 1, or std not positive and
    /// finite.
    pub fn normal(sparsity: f64, std: f64) -> Result<Self, InitError> {
        Self::new(sparsity, Normal::new(0.0, std)?)
    }

    /// The part of zeros.
    #[must_use]
    pub const fn sparsity(&self) -> f64 {
        self.sparsity
    }

    /// What the other elements are drawn from.
    pub const fn law(&self) -> Law {
        self.law
    }

    /// How many of so many rows are zero in each column: ⌈sparsity · rows⌉.
    #[must_use]
    pub fn zeros(&self, rows: usize) -> usize {
        let product = self.sparsity * rows as f64;
        let nearest = product.round();
        // The product of two numbers that were rounded is an integer, as far as anyone can tell.
        let is_integer = (product - nearest).abs() <= 2.0 * f64::EPSILON * product;
        if is_integer { nearest as usize } else { product.ceil() as usize }
    }
}

impl<A: Element> Initializer<A> for Sparse {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        let &[rows, _] = shape else {
            return Err(InitError::Shape {
                initializer: "a sparse matrix",
                rule: "2 axes".into(),
                shape: shape.to_vec(),
            });
        };
        let values = Values::drawn(&self.law, key)?;
        let zeros = self.zeros(rows);
        Ok(Values::structured(Columns { values, zeros, key: key.fork("zeros") }))
    }
}

#[derive(Debug)]
struct Columns<A> {
    values: Values<A>,
    /// In each column.
    zeros: usize,
    key: Key,
}

impl<A: Element> Structure<A> for Columns<A> {
    fn write(&self, mut array: ArrayViewMutD<'_, MaybeUninit<A>>) {
        self.values.write(Target::of_view(&mut array));
        let mut array = array.into_dimensionality::<Ix2>().expect("checked when made");
        let rows = array.nrows();
        let mut order = Vec::with_capacity(rows);
        for (index, mut column) in (0..).zip(array.columns_mut()) {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(self.key.fork_index(index).as_u64());
            order.clear();
            order.extend(0..rows);
            // The first steps of Fisher and Yates' shuffle.
            for i in 0..self.zeros {
                let left = (rows - i) as u128;
                let chosen = i + ((u128::from(rng.next_u64()) * left) >> 64) as usize;
                order.swap(i, chosen);
                column[order[i]] = MaybeUninit::new(A::ZERO);
            }
        }
    }
}
