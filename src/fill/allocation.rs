//! New arrays: memory for a shape, or an error that names it.

use super::target::Target;
use super::{Content, Element, Indices, memory};
use crate::error::InitError;
use ndarray::{ArrayBase, ArrayViewMut, DataOwned, Dimension, Shape};
use std::mem::MaybeUninit;

/// A new array with this content, which is a part of a larger one if there are indices.
pub(crate) fn filled<A, S, D>(
    shape: Shape<D>,
    content: &Content<A>,
    indices: Option<&Indices>,
) -> Result<ArrayBase<S, D>, InitError>
where
    A: Element,
    S: DataOwned<Elem = A>,
    D: Dimension,
{
    let len = checked_len::<A, D>(shape.raw_dim())?;
    let mut elements = room::<A, A>(len, shape.raw_dim().slice())?;
    memory::advise_huge_pages(elements.as_ptr(), len * size_of::<A>());
    let room = &mut elements.spare_capacity_mut()[..len];
    let mut array = ArrayViewMut::from_shape(shape.clone(), room).expect("as many elements");
    match content {
        Content::Constant(value) => array.fill(MaybeUninit::new(*value)),
        Content::Drawn(law, key) => A::draw(Target::of_new(&mut array), law, *key, indices),
    }
    // SAFETY: `fill` and `draw` write every element. A shape without strides of its own has its elements one
    // after the other, in either order.
    Ok(unsafe {
        elements.set_len(len);
        ArrayBase::from_shape_vec_unchecked(shape, elements)
    })
}

/// A new array of zeros, which the function may overwrite.
pub(crate) fn written<A, S, D>(
    shape: Shape<D>,
    write: impl FnOnce(ArrayViewMut<'_, A, D>),
) -> Result<ArrayBase<S, D>, InitError>
where
    A: Element,
    S: DataOwned<Elem = A>,
    D: Dimension,
{
    let len = checked_len::<A, D>(shape.raw_dim())?;
    // The system hands out large pieces as zeros already.
    let zeros = bytemuck::allocation::try_zeroed_vec(len);
    let mut elements: Vec<A> = zeros.map_err(|()| refused::<A, A>(shape.raw_dim().slice(), len))?;
    memory::advise_huge_pages(elements.as_ptr(), len * size_of::<A>());
    let array = ArrayViewMut::from_shape(shape.clone(), &mut elements);
    write(array.expect("as many elements as the shape has"));
    Ok(ArrayBase::from_shape_vec(shape, elements).expect("as many elements as the shape has"))
}

/// The number of elements of the shape, if an array of them can exist.
fn checked_len<A: Element, D: Dimension>(shape: &D) -> Result<usize, InitError> {
    // ndarray counts axes of 0 elements as if they had 1: its strides must not overflow.
    let axes = shape.slice().iter().copied().filter(|&n| n > 0);
    let most = axes.clone().try_fold(1, usize::checked_mul);
    let bytes = most.and_then(|len| len.checked_mul(size_of::<A>()));
    match bytes {
        Some(bytes) if isize::try_from(bytes).is_ok() => Ok(shape.slice().iter().product()),
        _ => Err(InitError::Memory {
            element: A::ELEMENT_NAME,
            shape: shape.slice().to_vec(),
            rule: format!("an array can have {} bytes", isize::MAX),
        }),
    }
}

/// A list with room for as many items as an array of this shape needs beside its elements.
pub(crate) fn room<A: Element, T>(len: usize, shape: &[usize]) -> Result<Vec<T>, InitError> {
    let mut items = Vec::new();
    items.try_reserve_exact(len).map_err(|_| refused::<A, T>(shape, len))?;
    Ok(items)
}

#[cold]
fn refused<A: Element, T>(shape: &[usize], len: usize) -> InitError {
    let rule = format!("the system refused {} bytes", len as u128 * size_of::<T>() as u128);
    InitError::Memory { element: A::ELEMENT_NAME, shape: shape.to_vec(), rule }
}
