//! Values onto an array's memory, whatever its strides.

use super::columns::LINE_LEN;
use super::draw::{Scratch, Source};
use super::element::Element;
use super::memory::LEAST_STREAMED;
use super::strides::{self, Axis, Strides};
use super::threads::{each, in_ranges};
use super::tiles::Tiles;
use crate::stream::BLOCK;
use ndarray::{ArrayRef, Dimension};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// An array to be written. The type names neither dimension nor owner, so that one function fills all arrays.
///
/// `start` is the first element of an array with this shape and these strides. The elements are distinct,
/// initialized or not, and may be written while this value lives.
pub struct Target<'a, A> {
    start: *mut A,
    shape: &'a [usize],
    strides: &'a [isize],
    array: PhantomData<&'a mut [A]>,
}

// SAFETY: a target is shared only between tasks that write different elements.
unsafe impl<A: Send> Sync for Target<'_, A> {}

/// Writes elements first, first + 1, … that lie one after the other.
// The scratch buffer is in a frame of its own, so that no frame has those of two ways to draw, or one for each
// of rayon's nested calls.
#[inline(never)]
fn draw_contiguous<A: Element>(source: &Source<'_, A>, first: usize, out: &mut [MaybeUninit<A>]) {
    source.write(&mut Scratch::new(), first, out);
}

impl<'a, A: Element> Target<'a, A> {
    pub(super) fn of<D: Dimension>(array: &'a mut ArrayRef<A, D>) -> Self {
        let start = array.as_mut_ptr();
        Self { start, shape: array.shape(), strides: array.strides(), array: PhantomData }
    }

    /// An array that need not be initialized.
    pub(super) fn of_new<D: Dimension>(array: &'a mut ArrayRef<MaybeUninit<A>, D>) -> Self {
        let start = array.as_mut_ptr().cast();
        Self { start, shape: array.shape(), strides: array.strides(), array: PhantomData }
    }

    pub(super) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Writes every element.
    pub(super) fn draw(self, source: &Source<'_, A>) {
        if let Some(len) = strides::contiguous_len(self.shape, self.strides) {
            in_ranges(len, 64 * BLOCK, |first, count| {
                // SAFETY: elements of the array, and no other task's.
                let out = unsafe { self.stretch(first as i64, count) };
                draw_contiguous(source, first, out);
            });
        } else {
            self.draw_strided(source, LEAST_STREAMED);
        }
    }

    /// Writes every element. Tiles are written past the caches if the array has at least `least_streamed` bytes.
    #[cold]
    #[inline(never)]
    pub(super) fn draw_strided(&self, source: &Source<'_, A>, least_streamed: usize) {
        let axes = Strides::new(self.shape, self.strides);
        let scattered = |first, count| {
            // SAFETY: ranges have no elements in common, and each is one task's.
            unsafe {
                // A block, or half a block of the largest elements: at most 8 KiB of the stack.
                if size_of::<A>() <= 8 {
                    self.draw_scattered::<BLOCK>(source, axes.as_slice(), first, count);
                } else {
                    self.draw_scattered::<{ BLOCK / 2 }>(source, axes.as_slice(), first, count);
                }
            }
        };
        let Some(tiles) = Tiles::new(&axes) else {
            return in_ranges(self.len(), 16 * BLOCK, scattered);
        };
        let streamed = self.len() * size_of::<A>() >= least_streamed;
        let buffer = || Vec::<A>::with_capacity(Tiles::HEIGHT * LINE_LEN);
        each(tiles.count(), self.len(), buffer, |buffer, i| {
            let (lines, _) = buffer.spare_capacity_mut().as_chunks_mut();
            // SAFETY: these are the target's tiles, which have no elements in common; each is one task's.
            unsafe { self.draw_tile(source, &tiles, i, lines, streamed) };
        });
    }

    /// `len` contiguous elements, from an offset on.
    ///
    /// # Safety
    /// They must be elements of the array, and no other thread may use them.
    #[expect(clippy::mut_from_ref, reason = "a target is a pointer that tasks share")]
    pub(super) unsafe fn stretch(&self, offset: i64, len: usize) -> &mut [MaybeUninit<A>] {
        // SAFETY: by the contract, these are elements of the array and nobody else's.
        unsafe { std::slice::from_raw_parts_mut(self.start.offset(offset as isize).cast(), len) }
    }

    /// Writes a range of elements in logical order, wherever that leads in memory, `N` at a time.
    ///
    /// # Safety
    /// They must be elements of the array, and no other thread may use them.
    // Not inlined: otherwise one stack frame would hold the buffers of two ways to draw.
    #[inline(never)]
    unsafe fn draw_scattered<const N: usize>(
        &self,
        source: &Source<'_, A>,
        axes: &[Axis],
        first: usize,
        count: usize,
    ) {
        let mut scratch = Scratch::new();
        let mut values = [MaybeUninit::uninit(); N];
        for place in (first..first + count).step_by(N) {
            let values = &mut values[..N.min(first + count - place)];
            source.write(&mut scratch, place, values);
            strides::stretches(axes, place, values.len(), |place, start, axis| {
                let values = &values[place..place + axis.len];
                // SAFETY: by the contract.
                unsafe { self.put(start, axis, |i| values[i]) };
            });
        }
    }

    /// The address at an offset, whether an element lies there or not.
    #[inline(always)]
    pub(super) fn address(&self, offset: i64) -> *const A {
        self.start.wrapping_offset(offset as isize)
    }

    /// Writes elements along an axis, from an offset on.
    ///
    /// # Safety
    /// They must be elements of the array, and no other thread may use them.
    #[inline(always)]
    pub(super) unsafe fn put(
        &self,
        start: i64,
        axis: Axis,
        value: impl Fn(usize) -> MaybeUninit<A>,
    ) {
        if axis.stride == 1 {
            // SAFETY: by the contract.
            let elements = unsafe { self.stretch(start, axis.len) };
            for (i, element) in elements.iter_mut().enumerate() {
                *element = value(i);
            }
            return;
        }
        for i in 0..axis.len {
            let offset = start as isize + i as isize * axis.stride as isize;
            // SAFETY: by the contract, an element of the array.
            unsafe { self.start.offset(offset).cast::<MaybeUninit<A>>().write(value(i)) };
        }
    }
}
