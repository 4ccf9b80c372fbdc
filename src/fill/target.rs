//! Values onto an array's memory, whatever its strides.

use super::columns::Line;
use super::draw::{Scratch, Source};
use super::memory::LEAST_STREAMED;
use super::strides::{self, Axis, Strides};
use super::threads::{each, in_ranges};
use super::tiles::Tiles;
use crate::element::Format;
use crate::stream::BLOCK;
use ndarray::{ArrayRef, ArrayViewMut, Dimension};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// An array to be written, without its type of dimension, its owner and its old elements, so that
/// one function fills them all.
pub struct Target<'a, A> {
    start: *mut A,
    shape: &'a [usize],
    strides: &'a [isize],
    array: PhantomData<&'a mut [A]>,
}

// SAFETY: a target is shared only between tasks that write different elements.
unsafe impl<A: Send> Sync for Target<'_, A> {}

impl<'a, A: Format> Target<'a, A> {
    pub(super) fn of<D: Dimension>(array: &'a mut ArrayRef<A, D>) -> Self {
        let start = array.as_mut_ptr();
        // SAFETY: the elements of a mutable array are distinct.
        unsafe { Self::new(start, array.shape(), array.strides()) }
    }

    /// An array that need not be initialized.
    pub(super) fn of_new<D: Dimension>(array: &'a mut ArrayViewMut<'_, MaybeUninit<A>, D>) -> Self {
        let start = array.as_mut_ptr().cast();
        // SAFETY: the elements of a mutable array are distinct, and `MaybeUninit<A>` has the
        // layout of `A`.
        unsafe { Self::new(start, array.shape(), array.strides()) }
    }

    /// # Safety
    /// `start` must be the first element of an array with this shape and these strides, whose
    /// elements are distinct and may be written, initialized or not, while this value lives.
    unsafe fn new(start: *mut A, shape: &'a [usize], strides: &'a [isize]) -> Self {
        Self { start, shape, strides, array: PhantomData }
    }

    pub(super) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Writes one value to every element.
    pub(super) fn fill(self, value: A) {
        if let Some(len) = strides::contiguous_len(self.shape, self.strides) {
            in_ranges(len, 64 * BLOCK, |first, count| {
                // SAFETY: elements of the array, and no other task's.
                unsafe { self.stretch(first as i64, count) }.fill(MaybeUninit::new(value));
            });
        } else {
            self.fill_strided(value);
        }
    }

    #[cold]
    fn fill_strided(&self, value: A) {
        let len = self.len();
        if len == 0 {
            return;
        }
        let axes = Strides::new(self.shape, self.strides).in_memory_order();
        in_ranges(len, 64 * BLOCK, |first, count| {
            strides::stretches(axes.as_slice(), first, count, |_, start, axis| {
                if axis.stride == 1 {
                    // SAFETY: elements of the array, and no other task's.
                    unsafe { self.stretch(start, axis.len) }.fill(MaybeUninit::new(value));
                    return;
                }
                for i in 0..axis.len as i64 {
                    // SAFETY: an element of the array, and no other task's.
                    unsafe { self.write(start + i * axis.stride, MaybeUninit::new(value)) };
                }
            });
        });
    }

    /// Writes every element.
    pub(super) fn draw(self, source: &Source<'_, A>) {
        if let Some(len) = strides::contiguous_len(self.shape, self.strides) {
            in_ranges(len, 64 * BLOCK, |first, count| {
                // SAFETY: elements of the array, and no other task's.
                let out = unsafe { self.stretch(first as i64, count) };
                source.write(&mut Scratch::new(), first, out);
            });
        } else {
            self.draw_strided(source, LEAST_STREAMED);
        }
    }

    /// Writes every element, in tiles past the caches if the array has at least so many bytes.
    #[cold]
    pub(super) fn draw_strided(&self, source: &Source<'_, A>, least_streamed: usize) {
        let axes = Strides::new(self.shape, self.strides);
        let scattered = |first, count| {
            // SAFETY: ranges have no elements in common, and each is one task's.
            unsafe { self.draw_scattered(source, axes.as_slice(), first, count) };
        };
        let Some(tiles) = Tiles::new(&axes) else {
            return in_ranges(self.len(), 16 * BLOCK, scattered);
        };
        let streamed = self.len() * size_of::<A>() >= least_streamed;
        each(tiles.count(), self.len(), Vec::<Line<A>>::new, |lines, i| {
            if lines.try_reserve_exact(Tiles::HEIGHT).is_err() {
                let tile = tiles.get(i);
                for line in 0..tile.height {
                    scattered(tile.first + line * tiles.line_len, tile.width);
                }
                return;
            }
            let lines = &mut lines.spare_capacity_mut()[..Tiles::HEIGHT];
            // SAFETY: these are the target's tiles, which have no elements in common; each is one task's.
            unsafe { self.draw_tile(source, &tiles, i, lines, streamed) };
        });
    }

    /// Elements that lie one after the other, from an offset on.
    ///
    /// # Safety
    /// They must be elements of the array, and no other thread may use them.
    #[expect(clippy::mut_from_ref, reason = "a target is a pointer that tasks share")]
    pub(super) unsafe fn stretch(&self, offset: i64, len: usize) -> &mut [MaybeUninit<A>] {
        // SAFETY: by the contract, these are elements of the array and nobody else's.
        unsafe { std::slice::from_raw_parts_mut(self.start.offset(offset as isize).cast(), len) }
    }

    /// Writes a range of elements in logical order, wherever that leads in memory.
    ///
    /// # Safety
    /// They must be elements of the array, and no other thread may use them.
    unsafe fn draw_scattered(
        &self,
        source: &Source<'_, A>,
        axes: &[Axis],
        first: usize,
        count: usize,
    ) {
        /// So many that they stay on the stack.
        const PIECE: usize = BLOCK / 4;
        let mut scratch = Scratch::new();
        let mut values = [MaybeUninit::uninit(); PIECE];
        for place in (first..first + count).step_by(PIECE) {
            let values = &mut values[..PIECE.min(first + count - place)];
            source.write(&mut scratch, place, values);
            strides::stretches(axes, place, values.len(), |place, start, axis| {
                let values = &values[place..place + axis.len];
                if axis.stride == 1 {
                    // SAFETY: elements of the array, and no other task's.
                    unsafe { self.stretch(start, axis.len) }.copy_from_slice(values);
                    return;
                }
                for (i, &value) in values.iter().enumerate() {
                    // SAFETY: an element of the array, and no other task's.
                    unsafe { self.write(start + i as i64 * axis.stride, value) };
                }
            });
        }
    }

    /// The address at an offset, be it of an element or not.
    #[inline(always)]
    pub(super) fn address(&self, offset: i64) -> *const A {
        self.start.wrapping_offset(offset as isize)
    }

    /// # Safety
    /// The offset must be that of an element, which no other thread uses.
    #[inline(always)]
    pub(super) unsafe fn write(&self, offset: i64, value: MaybeUninit<A>) {
        // SAFETY: by the contract, this is an element of the array.
        unsafe { self.start.offset(offset as isize).cast::<MaybeUninit<A>>().write(value) };
    }
}
