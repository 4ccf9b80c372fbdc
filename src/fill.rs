//! Values onto an array: memory orders and threads. What is unsafe is here, but for the hints of
//! `memory`.

use crate::axes::{self, Axes, Axis};
use crate::distr::Kernel;
use crate::element::Element;
use crate::initializer::Values;
use crate::key::Key;
use crate::memory;
use crate::run::Source;
use crate::simd;
use crate::stream::{BLOCK, ROW};
use crate::tiles::Tiles;
use ndarray::{ArrayBase, ArrayRef, ArrayViewMutD, DataOwned, Dimension, IxDyn, ShapeBuilder};
use pulp::NullaryFnOnce;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// An array to be written, without its type of dimension, its owner and its old elements, so that
/// one function fills them all.
pub(crate) struct Target<'a, A> {
    start: *mut A,
    shape: &'a [usize],
    strides: &'a [isize],
    array: PhantomData<&'a mut [A]>,
}

// SAFETY: a target is shared only between tasks that write different elements.
unsafe impl<A: Send> Sync for Target<'_, A> {}

/// A new array with these values.
pub(crate) fn fresh<A, S, D, Sh>(shape: Sh, values: &Values<A>) -> ArrayBase<S, D>
where
    A: Element,
    S: DataOwned<Elem = A>,
    D: Dimension,
    Sh: ShapeBuilder<Dim = D>,
{
    let array = ArrayBase::<S, D>::build_uninit(shape, |mut array| {
        let start = array.as_mut_ptr().cast::<A>();
        memory::advise_huge_pages(start, array.len() * size_of::<A>());
        // SAFETY: the array is mutable, and `MaybeUninit<A>` has the layout of `A`.
        values.write(unsafe { Target::new(start, array.shape(), array.strides()) });
    });
    // SAFETY: every element was written: values of another shape would have panicked.
    unsafe { array.assume_init() }
}

impl<'a, A: Element> Target<'a, A> {
    pub(crate) fn of<D: Dimension>(array: &'a mut ArrayRef<A, D>) -> Self {
        // SAFETY: the elements of a mutable array are distinct.
        unsafe { Self::new(array.as_mut_ptr(), array.shape(), array.strides()) }
    }

    /// The same as a view, which need not be initialised.
    pub(crate) fn of_view(array: &'a mut ArrayViewMutD<'_, MaybeUninit<A>>) -> Self {
        let start = array.as_mut_ptr().cast();
        // SAFETY: the elements of a mutable array are distinct, and `MaybeUninit<A>` has the
        // layout of `A`.
        unsafe { Self::new(start, array.shape(), array.strides()) }
    }

    /// # Safety
    /// `start` must be the first element of an array with this shape and these strides, whose
    /// elements are distinct and may be written, initialised or not, while this value lives.
    unsafe fn new(start: *mut A, shape: &'a [usize], strides: &'a [isize]) -> Self {
        Self { start, shape, strides, array: PhantomData }
    }

    /// The array as ndarray sees it.
    pub(crate) fn view(self) -> ArrayViewMutD<'a, MaybeUninit<A>> {
        // ndarray takes a pointer to the least element, and turns axes around afterwards.
        let backward = |&(_, (&n, &stride)): &(usize, (&usize, &isize))| n > 0 && stride < 0;
        let axes = || self.shape.iter().zip(self.strides).enumerate();
        let least: isize =
            axes().filter(backward).map(|(_, (&n, &stride))| (n as isize - 1) * stride).sum();
        let strides: Vec<usize> = self.strides.iter().map(|stride| stride.unsigned_abs()).collect();
        let shape = IxDyn(self.shape).strides(IxDyn(&strides));
        // SAFETY: the elements are distinct, may be written, and nobody else's while 'a lasts.
        let mut view =
            unsafe { ArrayViewMutD::from_shape_ptr(shape, self.start.offset(least).cast()) };
        for (axis, _) in axes().filter(backward) {
            view.invert_axis(ndarray::Axis(axis));
        }
        view
    }

    fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Writes one value to every element.
    pub(crate) fn fill(self, value: A) {
        if self.len() == 0 {
            return;
        }
        let axes = Axes::new(self.shape, self.strides).in_memory_order();
        self.in_ranges(64 * BLOCK, |first, count| {
            axes::stretches(axes.as_slice(), first, count, |_, start, axis| {
                if axis.stride == 1 {
                    // SAFETY: elements of the array, and no other task's.
                    unsafe { self.stretch(start, axis.len) }.fill(MaybeUninit::new(value));
                    return;
                }
                for i in 0..axis.len as isize {
                    // SAFETY: an element of the array, and no other task's.
                    unsafe { self.write(start + i * axis.stride, MaybeUninit::new(value)) };
                }
            });
        });
    }

    /// Writes every element: the one with the row-major index i is the kernel's value of word i.
    pub(crate) fn draw<K: Kernel<A>>(self, kernel: K, key: Key) {
        let source = Source { kernel, key };
        if axes::is_contiguous(self.shape, self.strides) {
            self.in_ranges(64 * BLOCK, |first, count| {
                // SAFETY: elements of the array, and no other task's.
                source.run(first, unsafe { self.stretch(first as isize, count) });
            });
        } else {
            self.draw_strided(&source);
        }
    }

    #[cold]
    fn draw_strided<K: Kernel<A>>(&self, source: &Source<K>) {
        let axes = Axes::new(self.shape, self.strides);
        if let Some(tiles) = Tiles::new(&axes) {
            each(tiles.count(), self.len(), |i| self.draw_tile(source, &tiles, i));
        } else {
            self.in_ranges(16 * BLOCK, |first, count| {
                self.draw_scattered(source, axes.as_slice(), first, count);
            });
        }
    }

    /// Calls `f` for all elements, a range of so many at a time.
    fn in_ranges(&self, size: usize, f: impl Fn(usize, usize) + Send + Sync) {
        let len = self.len();
        each(len.div_ceil(size), len, |i| f(i * size, size.min(len - i * size)));
    }

    /// Elements that lie one after the other, from an offset on.
    ///
    /// # Safety
    /// They must be elements of the array, and no other thread may use them.
    #[expect(clippy::mut_from_ref, reason = "a target is a pointer that tasks share")]
    unsafe fn stretch(&self, offset: isize, len: usize) -> &mut [MaybeUninit<A>] {
        // SAFETY: by the contract, these are elements of the array and nobody else's.
        unsafe { std::slice::from_raw_parts_mut(self.start.offset(offset).cast(), len) }
    }

    /// In logical order, wherever that leads in memory.
    fn draw_scattered<K: Kernel<A>>(
        &self,
        source: &Source<K>,
        axes: &[Axis],
        first: usize,
        count: usize,
    ) {
        let mut values = [MaybeUninit::uninit(); BLOCK];
        for block in (first..first + count).step_by(BLOCK) {
            let values = &mut values[..BLOCK.min(first + count - block)];
            // While the values are drawn, the memory that they will go to is on its way.
            axes::stretches(axes, block, values.len(), |_, start, axis| {
                if axis.stride == 1 {
                    // SAFETY: elements of the array, and no other task's.
                    memory::prefetch(unsafe { self.stretch(start, axis.len) }, 0..axis.len);
                }
            });
            source.run(block, values);
            axes::stretches(axes, block, values.len(), |place, start, axis| {
                let values = &values[place..place + axis.len];
                if axis.stride == 1 {
                    // SAFETY: elements of the array, and no other task's.
                    unsafe { self.stretch(start, axis.len) }.copy_from_slice(values);
                    return;
                }
                for (i, &value) in values.iter().enumerate() {
                    // SAFETY: an element of the array, and no other task's.
                    unsafe { self.write(start + i as isize * axis.stride, value) };
                }
            });
        }
    }

    /// A few lines of the axis that is closest in memory, drawn one by one, then written together.
    fn draw_tile<K: Kernel<A>>(&self, source: &Source<K>, tiles: &Tiles, i: usize) {
        let tile = tiles.get(i);
        let mut lines: Lines<A> = [[MaybeUninit::uninit(); Tiles::WIDTH + ROW]; Tiles::HEIGHT];
        for (i, line) in lines[..tile.height].iter_mut().enumerate() {
            source.run(tile.first + i * tiles.line_len, &mut line[..tile.width]);
        }
        axes::stretches(tiles.along, tile.column, tile.width, |place, start, axis| {
            let start = tile.offset + start;
            if tiles.across.stride == 1 {
                let lines = &lines[..tile.height];
                // The tile's elements, and no other's.
                return simd::dispatch(Columns { target: self, lines, place, start, axis });
            }
            for j in 0..axis.len {
                let start = start + j as isize * axis.stride;
                for (i, line) in lines[..tile.height].iter().enumerate() {
                    let offset = start + i as isize * tiles.across.stride;
                    // SAFETY: an element of the array, and no other tile's.
                    unsafe { self.write(offset, line[place + j]) };
                }
            }
        });
    }

    /// # Safety
    /// The offset must be that of an element, which no other thread uses.
    #[inline(always)]
    unsafe fn write(&self, offset: isize, value: MaybeUninit<A>) {
        // SAFETY: by the contract, this is an element of the array.
        unsafe { self.start.offset(offset).cast::<MaybeUninit<A>>().write(value) };
    }
}

/// The lines of a tile. Longer than they need be, so that elements above each other do not share
/// a set of the cache.
type Lines<A> = [Line<A>; Tiles::HEIGHT];
type Line<A> = [MaybeUninit<A>; Tiles::WIDTH + ROW];

/// How many columns ahead memory is asked for.
const AHEAD: usize = 32;

/// A write of a tile's columns, each of which is one piece of memory: whole cache lines at once
/// keep more of them on their way than elements one by one.
///
/// Whoever makes one vouches that the columns are elements of the array, and no other task's.
struct Columns<'a, A> {
    target: &'a Target<'a, A>,
    lines: &'a [Line<A>],
    /// Of the first column, in its line.
    place: usize,
    /// Of the first column, in the array.
    start: isize,
    /// How many columns, and how far apart.
    axis: Axis,
}

impl<A: Element> NullaryFnOnce for Columns<'_, A> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { target, lines, place, start, axis } = self;
        // SAFETY: by that word.
        let column =
            |j: usize| unsafe { target.stretch(start + j as isize * axis.stride, lines.len()) };
        let (whole, rest) = lines.as_chunks::<ROW>();
        for j in 0..axis.len {
            if j + AHEAD < axis.len {
                memory::prefetch(column(j + AHEAD), 0..lines.len());
            }
            let (pieces, last) = column(j).as_chunks_mut::<ROW>();
            for (piece, lines) in pieces.iter_mut().zip(whole) {
                *piece = std::array::from_fn(|i| lines[i][place + j]);
            }
            for (element, line) in last.iter_mut().zip(rest) {
                *element = line[place + j];
            }
        }
    }
}

/// Runs all tasks: on the threads of rayon's current pool, if there are elements enough to pay
/// for waking them.
#[cfg(feature = "rayon")]
fn each(tasks: usize, elements: usize, task: impl Fn(usize) + Send + Sync) {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};

    const WORTHWHILE: usize = 1 << 17;
    if tasks > 1 && elements >= WORTHWHILE && rayon::current_num_threads() > 1 {
        (0..tasks).into_par_iter().for_each(task);
    } else {
        (0..tasks).for_each(task);
    }
}

/// Runs all tasks.
#[cfg(not(feature = "rayon"))]
fn each(tasks: usize, _elements: usize, task: impl Fn(usize)) {
    (0..tasks).for_each(task);
}
