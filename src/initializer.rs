//! What an array can be filled by.

use crate::distr::{AnyKernel, Law, Normal, TruncatedNormal, Uniform};
use crate::element::Element;
use crate::error::InitError;
use crate::fill::Target;
use crate::key::Key;
use crate::structured::Structure;
use crate::variance_scaling::VarianceScaling;
use ndarray::{ArcArray, Dimension, IxDyn};

/// What the elements of an array of any shape are to be.
///
/// Implemented by [`VarianceScaling`], by the laws themselves, and by all else in [the crate's
/// table](crate#initializers); `&dyn Initializer<f32>` works wherever one of them does.
///
/// An implementation of your own says what the values are, by one of [`Values`]' constructors:
///
/// ```
/// use ndarray_init::{InitError, InitExt, Initializer, Key, Normal, Values, ndarray::Array2};
///
/// /// N(0, 1 / number of elements).
/// struct PerElement;
///
/// impl Initializer<f32> for PerElement {
///     fn values(&self, shape: &[usize], key: Key) -> Result<Values<f32>, InitError> {
///         let n: usize = shape.iter().product();
///         Values::drawn(&Normal::new(0.0, (1.0 / n as f64).sqrt())?.into(), key)
///     }
/// }
///
/// let embedding = Array2::init((100, 20), &PerElement, Key::new(1))?;
/// assert!((embedding.mapv(|x| x * x).sum() - 1.0).abs() < 0.1);
/// # Ok::<(), InitError>(())
/// ```
pub trait Initializer<A: Element> {
    /// The values of an array of this shape, under this key. Not called for an array without
    /// elements.
    ///
    /// # Errors
    /// If the shape or the element type does not suit the initializer.
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError>;
}

/// The values of an array of one shape, for which they were made: writing them cannot fail.
///
/// An [`Initializer`] that returns those of another shape, got from some other initializer, may
/// make [`init`](crate::InitExt::init) and [`fill_init`](crate::InitRefExt::fill_init) panic.
#[derive(Debug)]
#[must_use]
pub struct Values<A>(Kind<A>);

#[derive(Debug)]
enum Kind<A> {
    Constant(A),
    Drawn(AnyKernel<A>, Key),
    Array(ArcArray<A, IxDyn>),
    Structured(Box<dyn Structure<A>>),
}

impl<A: Element> Values<A> {
    /// One value for every element.
    pub const fn constant(value: A) -> Self {
        Self(Kind::Constant(value))
    }

    /// Draws from a law, by the stream of the key.
    ///
    /// # Errors
    /// [`InitError::Unrepresentable`] if the element type cannot hold the law's values.
    pub fn drawn(law: &Law, key: Key) -> Result<Self, InitError> {
        law.check::<A>()?;
        Ok(Self(Kind::Drawn(law.kernel(), key)))
    }

    /// The elements of an array, broadcast to the shape.
    ///
    /// # Errors
    /// [`InitError::Shape`] if it cannot be broadcast to the shape.
    pub fn array<D: Dimension>(array: ArcArray<A, D>, shape: &[usize]) -> Result<Self, InitError> {
        let array = array.into_dyn();
        if array.broadcast(shape).is_none() {
            return Err(InitError::Shape {
                initializer: "a constant array",
                rule: format!("a shape that its own, {:?}, can be broadcast to", array.shape()),
                shape: shape.to_vec(),
            });
        }
        Ok(Self(Kind::Array(array)))
    }

    /// Whatever the structure writes.
    pub(crate) fn structured(structure: impl Structure<A> + 'static) -> Self {
        Self(Kind::Structured(Box::new(structure)))
    }

    /// Writes every element.
    pub(crate) fn write(&self, target: Target<'_, A>) {
        match &self.0 {
            Kind::Array(array) => {
                let target = target.view();
                let array = array.broadcast(target.raw_dim()).expect("checked when made");
                array.assign_to(target);
            }
            Kind::Structured(structure) => structure.write(target.view()),
            &Kind::Constant(value) => target.fill(value),
            &Kind::Drawn(AnyKernel::Uniform(kernel), key) => target.draw(kernel, key),
            &Kind::Drawn(AnyKernel::Normal(kernel), key) => target.draw(kernel, key),
            &Kind::Drawn(AnyKernel::Central(kernel), key) => target.draw(kernel, key),
            &Kind::Drawn(AnyKernel::Truncated(kernel), key) => target.draw(kernel, key),
            &Kind::Drawn(AnyKernel::Far(kernel), key) => target.draw(kernel, key),
        }
    }
}

impl<A: Element> Initializer<A> for VarianceScaling {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        Values::drawn(&self.law(shape)?, key)
    }
}

macro_rules! laws {
    ($($law:ident)*) => {$(
        impl<A: Element> Initializer<A> for $law {
            fn values(&self, _: &[usize], key: Key) -> Result<Values<A>, InitError> {
                Values::drawn(&Law::from(*self), key)
            }
        }
    )*};
}
laws!(Law Uniform Normal TruncatedNormal);

impl<A: Element, I: Initializer<A> + ?Sized> Initializer<A> for &I {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        (**self).values(shape, key)
    }
}

impl<A: Element, I: Initializer<A> + ?Sized> Initializer<A> for Box<I> {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        (**self).values(shape, key)
    }
}
