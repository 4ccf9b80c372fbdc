//! New arrays: memory for a shape, or an error that names it.

use super::target::Target;
use super::{Content, Indices, memory};
use super::Element;
use crate::error::InitError;
use ndarray::{ArrayBase, ArrayViewD, ArrayViewMut, DataOwned, Dimension, Shape};
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
    // SAFETY: filling a target writes every element.
    unsafe { built(shape, |mut array| content.write(Target::of_new(&mut array), indices)) }
}

/// A new array with the elements of another one, which can be broadcast to its shape. A shape that is
/// larger than memory cannot be broadcast to, and is refused before.
pub(crate) fn copied<A, S, D>(
    shape: Shape<D>,
    elements: &ArrayViewD<'_, A>,
) -> Result<ArrayBase<S, D>, InitError>
where
    A: Element,
    S: DataOwned<Elem = A>,
    D: Dimension,
{
    let write = |array: ArrayViewMut<'_, MaybeUninit<A>, D>| {
        let elements = elements.broadcast(array.shape()).expect("it can be broadcast");
        elements.assign_to(array.into_dyn());
    };
    // SAFETY: assigning to an array writes every element, or panics if the shapes differ.
    unsafe { built(shape, write) }
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
    let mut elements: Vec<A> = zeros.map_err(|()| refused::<A, D>(shape.raw_dim()))?;
    memory::advise_huge_pages(elements.as_ptr(), len * size_of::<A>());
    let array = ArrayViewMut::from_shape(shape.clone(), &mut elements);
    write(array.expect("as many elements as the shape has"));
    Ok(ArrayBase::from_shape_vec(shape, elements).expect("as many elements as the shape has"))
}

/// A new array, each element of which the function writes.
///
/// # Safety
/// It must do so, or panic.
unsafe fn built<A, S, D>(
    shape: Shape<D>,
    write: impl FnOnce(ArrayViewMut<'_, MaybeUninit<A>, D>),
) -> Result<ArrayBase<S, D>, InitError>
where
    A: Element,
    S: DataOwned<Elem = A>,
    D: Dimension,
{
    let len = checked_len::<A, D>(shape.raw_dim())?;
    let mut elements = Vec::new();
    if elements.try_reserve_exact(len).is_err() {
        return Err(refused::<A, D>(shape.raw_dim()));
    }
    memory::advise_huge_pages(elements.as_ptr(), len * size_of::<A>());
    let start = elements.spare_capacity_mut().as_mut_ptr();
    // SAFETY: there is room for as many elements as the shape has, and nobody else uses it.
    write(unsafe { ArrayViewMut::from_shape_ptr(shape.clone(), start) });
    // SAFETY: by the contract, all of them were written.
    unsafe { elements.set_len(len) };
    // SAFETY: a shape without strides of its own has its elements one after the other, in either order.
    Ok(unsafe { ArrayBase::from_shape_vec_unchecked(shape, elements) })
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
    items.try_reserve_exact(len).map_err(|_| InitError::Memory {
        element: A::ELEMENT_NAME,
        shape: shape.to_vec(),
        rule: format!("the system refused {} bytes", len as u128 * size_of::<T>() as u128),
    })?;
    Ok(items)
}

#[cold]
fn refused<A: Element, D: Dimension>(shape: &D) -> InitError {
    let shape = shape.slice().to_vec();
    let bytes = shape.iter().product::<usize>() * size_of::<A>();
    let rule = format!("the system refused {bytes} bytes");
    InitError::Memory { element: A::ELEMENT_NAME, shape, rule }
}
