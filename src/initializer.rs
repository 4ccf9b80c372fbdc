//! The trait of initializers, and the values that an initializer returns.

use crate::error::InitError;
use crate::fill::{self, Content, Element, Indices, Region};
use crate::laws::{AnyLaw, Law, Normal, Transformed, TruncatedNormal, Uniform};
#[cfg(feature = "complex")]
use crate::laws::{Circular, ComplexNormal, ComplexTruncatedNormal, Disc};
use crate::scaling::{MupScaling, Siren, TorchDefault, VarianceScaling};
use crate::stream::Key;
use ndarray::{
    ArcArray, ArrayBase, ArrayRef, ArrayViewMutD, Axis, DataOwned, Dimension, IxDyn, Shape, Slice,
};
#[cfg(feature = "complex")]
use num_complex::Complex;
use std::fmt::Debug;
use std::sync::Arc;

/// A rule for the elements of an array of any shape.
///
/// Every type of [the crate's table](crate#initializers) implements this trait, [`VarianceScaling`] and the laws
/// among them. So do `&I`, `Box<I>` and `Arc<I>` if `I` does, `dyn Initializer<f32>` included. A box cannot be
/// cloned or compared; an [`AnyInitializer`](crate::AnyInitializer) can.
///
/// An implementation of your own returns [`Values`]: [`drawn`](Values::drawn) from a law,
/// [`from_fn`](Values::from_fn) of the index, an [`array`](Values::array), or a [`constant`](Values::constant).
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not initialize arrays of `{A}`",
    label = "no initializer of `{A}`",
    note = "the element types are `f32` and `f64`, `f16` and `bf16` with the feature `half`, \
            `Complex<f32>` and `Complex<f64>` with the feature `complex`; \
            the crate's documentation lists the initializers",
    note = "a constructor that returns a `Result`, such as `Normal::new(0.0, 0.02)`, needs a `?`"
)]
pub trait Initializer<A: Element> {
    /// The values of an array of this shape, under this key. An array without elements needs none: the method is
    /// not called.
    ///
    /// # Errors
    /// If the shape or the element type does not suit the initializer.
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError>;
}

/// The values of an array of one shape. All checks are made when they are constructed: writing them cannot fail.
///
/// An [`Initializer`] may return the `Values` that another initializer made for the same shape. For the wrong
/// shape, [`init`](crate::InitExt::init) and [`fill_init`](crate::InitRefExt::fill_init) panic before they
/// write, unless the values suit every shape, as constants and laws do.
#[derive(Debug)]
#[must_use]
pub struct Values<A: Element> {
    kind: Kind<A>,
    /// The shape that the values were made for, unless they suit every shape.
    shape: Option<Vec<usize>>,
}

#[derive(Debug)]
enum Kind<A: Element> {
    /// For a part of a larger array, the content at these indices.
    Content(Content<A>, Option<Box<Indices>>),
    /// Elements to broadcast.
    Array(ArcArray<A, IxDyn>),
    Structured(Box<dyn Structure<A>>),
}

/// Values that depend on their place in the array. Writing them cannot fail.
pub(crate) trait Structure<A: Element>: Debug + Send + Sync {
    /// True if [`write`](Self::write) skips the elements that are 0: the array must be zeroed first.
    fn is_on_zeros(&self) -> bool {
        false
    }

    /// Writes the elements.
    fn write(&self, array: ArrayViewMutD<'_, A>);

    /// The values of the whole array at the places of a part of this shape.
    fn part(self: Box<Self>, region: &Region, shape: &[usize]) -> Result<Values<A>, InitError>;
}

impl<A: Element> Values<A> {
    /// One value for every element.
    pub const fn constant(value: A) -> Self {
        Self { kind: Kind::Content(Content::Constant(value), None), shape: None }
    }

    fn of_law(law: AnyLaw, key: Key) -> Self {
        Self { kind: Kind::Content(Content::Drawn(law, key), None), shape: None }
    }

    fn of_shape(shape: &[usize], kind: Kind<A>) -> Self {
        Self { kind, shape: Some(shape.to_vec()) }
    }

    /// Draws from a law, by the stream of the key.
    ///
    /// # Errors
    /// [`InitError::Unrepresentable`] if the element type cannot hold the law's values.
    pub fn drawn(law: &Law, key: Key) -> Result<Self, InitError> {
        law.check::<A>()?;
        Ok(Self::of_law(AnyLaw::Law(*law), key))
    }

    /// Draws from a circular law; the element type must be complex.
    #[cfg(feature = "complex")]
    pub(crate) fn circular(law: &Circular, key: Key) -> Result<Self, InitError> {
        law.check::<A>()?;
        Ok(Self::of_law(AnyLaw::Circular(*law), key))
    }

    /// The elements of an array, broadcast to the shape.
    ///
    /// ```
    /// use ndarray_init::ndarray::{Array3, array};
    /// use ndarray_init::{InitError, InitExt, Initializer, Key, Values};
    ///
    /// /// A blur along the last axis.
    /// struct Blur;
    ///
    /// impl Initializer<f32> for Blur {
    ///     fn values(&self, shape: &[usize], _: Key) -> Result<Values<f32>, InitError> {
    ///         Values::array(array![0.25, 0.5, 0.25], shape)
    ///     }
    /// }
    ///
    /// let kernel = Array3::init((8, 1, 3), &Blur, 42)?;
    /// assert_eq!(kernel[[7, 0, 1]], 0.5);
    /// # Ok::<(), InitError>(())
    /// ```
    ///
    /// # Errors
    /// [`InitError::Shape`] if the array cannot be broadcast to the shape.
    pub fn array<D: Dimension>(
        array: impl Into<ArcArray<A, D>>,
        shape: &[usize],
    ) -> Result<Self, InitError> {
        let array = array.into().into_dyn();
        let mut sides = array.shape().iter().rev().zip(shape.iter().rev());
        if array.ndim() > shape.len() || !sides.all(|(&n, &to)| n == to || n == 1) {
            let rule = format!("a shape that its own, {:?}, can be broadcast to", array.shape());
            let initializer = "a constant array";
            return Err(InitError::Shape { initializer, rule, shape: shape.to_vec() });
        }
        Ok(Self::of_shape(shape, Kind::Array(array)))
    }

    /// The values of a part of a structure that can only be computed whole.
    pub(crate) fn part_of_whole(
        structure: impl Structure<A> + 'static,
        region: &Region,
        shape: &[usize],
    ) -> Result<Self, InitError> {
        use ndarray::ShapeBuilder;

        let global_shape = region.global_shape();
        let whole = Self::structured(global_shape, structure);
        let array: ArcArray<A, IxDyn> = whole.build(IxDyn(global_shape).into_shape_with_order())?;
        Self::array(array, global_shape)?.part(region, shape)
    }

    /// The elements that the structure writes to an array of this shape.
    pub(crate) fn structured(shape: &[usize], structure: impl Structure<A> + 'static) -> Self {
        Self::of_shape(shape, Kind::Structured(Box::new(structure)))
    }

    /// Panics if the values depend on a shape, and were made for another one.
    #[track_caller]
    pub(crate) fn check_shape(&self, shape: &[usize]) {
        if let Some(made_for) = &self.shape {
            assert!(
                shape == made_for,
                "an initializer returned values of shape {made_for:?} for an array of shape {shape:?}"
            );
        }
    }

    /// The values of the whole array at the places of a part. Its shape was checked against the region.
    pub(crate) fn part(self, region: &Region, shape: &[usize]) -> Result<Self, InitError> {
        self.check_shape(region.global_shape());
        let kind = match self.kind {
            Kind::Content(content, _) => Kind::Content(content, Some(region.indices(shape).into())),
            Kind::Array(array) => Kind::Array(cut(array, region, shape)),
            Kind::Structured(structure) => return structure.part(region, shape),
        };
        Ok(Self::of_shape(shape, kind))
    }

    /// Writes every element.
    pub(crate) fn write<D: Dimension>(&self, array: &mut ArrayRef<A, D>) {
        self.check_shape(array.shape());
        match &self.kind {
            Kind::Content(content, indices) => fill::onto(array, content, indices.as_deref()),
            Kind::Array(elements) => assign(array, elements),
            Kind::Structured(structure) => {
                if structure.is_on_zeros() {
                    array.fill(A::default());
                }
                structure.write(array.view_mut().into_dyn());
            }
        }
    }

    /// A new array of these values.
    pub(crate) fn build<S, D>(&self, shape: Shape<D>) -> Result<ArrayBase<S, D>, InitError>
    where
        S: DataOwned<Elem = A>,
        D: Dimension,
    {
        self.check_shape(shape.raw_dim().slice());
        match &self.kind {
            Kind::Content(content, indices) => fill::filled(shape, content, indices.as_deref()),
            Kind::Array(elements) => fill::written(shape, |mut array| assign(&mut array, elements)),
            Kind::Structured(inner) => fill::written(shape, |array| inner.write(array.into_dyn())),
        }
    }
}

fn assign<A: Element, D: Dimension>(array: &mut ArrayRef<A, D>, elements: &ArcArray<A, IxDyn>) {
    let elements = elements.broadcast(array.raw_dim());
    array.assign(&elements.expect("checked when the values were made"));
}

/// A new array of this shape, by the initializer under the key: a whole array, or the part of a larger one.
pub(crate) fn build<A, I, S, D>(
    shape: Shape<D>,
    initializer: &I,
    key: Key,
    region: Option<&Region>,
) -> Result<ArrayBase<S, D>, InitError>
where
    A: Element,
    I: Initializer<A> + ?Sized,
    S: DataOwned<Elem = A>,
    D: Dimension,
{
    values_for(initializer, shape.raw_dim().slice(), key, region)?.build(shape)
}

/// Writes every element of an existing array, by the initializer under the key: a whole array, or the part of
/// a larger one.
pub(crate) fn write<A, I, D>(
    array: &mut ArrayRef<A, D>,
    initializer: &I,
    key: Key,
    region: Option<&Region>,
) -> Result<(), InitError>
where
    A: Element,
    I: Initializer<A> + ?Sized,
    D: Dimension,
{
    // By reference: moving a law takes as long as drawing some elements.
    match values_for(initializer, array.shape(), key, region) {
        Ok(ref values) => values.write(array),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The values of an array of this shape: a whole array, or the part of a larger one.
fn values_for<A: Element, I: Initializer<A> + ?Sized>(
    initializer: &I,
    shape: &[usize],
    key: Key,
    region: Option<&Region>,
) -> Result<Values<A>, InitError> {
    region.map(|region| region.check(shape)).transpose()?;
    if shape.contains(&0) {
        return Ok(Values::constant(A::default()));
    }
    match region {
        None => initializer.values(shape, key),
        Some(region) => initializer.values(region.global_shape(), key)?.part(region, shape),
    }
}

/// The constant array cut down to a part of this shape, along the axes that are not broadcast.
fn cut<A>(mut array: ArcArray<A, IxDyn>, region: &Region, shape: &[usize]) -> ArcArray<A, IxDyn> {
    let added = shape.len() - array.ndim();
    for (axis, &len) in shape.iter().enumerate().skip(added) {
        let own = Axis(axis - added);
        if array.len_of(own) == region.global_shape()[axis] {
            let start = region.offset()[axis] as isize;
            let end = region.coordinate(axis, len - 1) as isize + 1;
            let step = if len == 1 { 1 } else { region.steps()[axis] as isize };
            array.slice_axis_inplace(own, Slice::new(start, Some(end), step));
        }
    }
    array
}

macro_rules! drawn {
    ([$($initializer:ident)*] of $element:ty: $this:ident, $shape:ident => $draw:ident($law:expr)) => {$(
        impl<A> Initializer<$element> for $initializer
        where
            $element: Element,
        {
            fn values(&self, $shape: &[usize], key: Key) -> Result<Values<$element>, InitError> {
                let $this = self;
                Values::$draw(&$law, key)
            }
        }
    )*};
}
drawn!([VarianceScaling MupScaling Siren TorchDefault] of A: this, shape => drawn(this.law(shape)?));
drawn!([Law] of A: this, _shape => drawn(*this));
drawn!([Uniform Normal TruncatedNormal] of A: this, _shape => drawn(Law::from(*this)));
#[cfg(feature = "complex")]
drawn!([ComplexNormal Disc ComplexTruncatedNormal] of Complex<A>: this, _shape => circular(this.circular()));

impl<A: Element> Initializer<A> for Transformed {
    fn values(&self, _: &[usize], key: Key) -> Result<Values<A>, InitError> {
        self.check::<A>()?;
        Ok(Values::of_law(AnyLaw::Transformed(Box::new(self.clone())), key))
    }
}

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

impl<A: Element, I: Initializer<A> + ?Sized> Initializer<A> for Arc<I> {
    fn values(&self, shape: &[usize], key: Key) -> Result<Values<A>, InitError> {
        (**self).values(shape, key)
    }
}
