//! words × law onto an array: blocks, memory orders. The one file with unsafe code.

use crate::axes::{self, Axes, Axis};
use crate::distr::Kernel;
use crate::element::Element;
use crate::initializer::Values;
use crate::key::Key;
use crate::simd;
use crate::stream::{BLOCK, CHUNK, ROW};
use ndarray::{ArrayBase, ArrayRef, DataOwned, Dimension, ShapeBuilder};
use pulp::NullaryFnOnce;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

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
pub(crate) fn fresh<A, S, D, Sh>(shape: Sh, values: Values<A>) -> ArrayBase<S, D>
where
    A: Element,
    S: DataOwned<Elem = A>,
    D: Dimension,
    Sh: ShapeBuilder<Dim = D>,
{
    let array = ArrayBase::<S, D>::build_uninit(shape, |mut array| {
        let start = array.as_mut_ptr().cast();
        // SAFETY: the array is mutable, and `MaybeUninit<A>` has the layout of `A`.
        values.write(unsafe { Target::new(start, array.shape(), array.strides()) });
    });
    // SAFETY: every element was written.
    unsafe { array.assume_init() }
}

impl<'a, A: Element> Target<'a, A> {
    pub(crate) fn of<D: Dimension>(array: &'a mut ArrayRef<A, D>) -> Self {
        // SAFETY: the elements of a mutable array are distinct.
        unsafe { Self::new(array.as_mut_ptr(), array.shape(), array.strides()) }
    }

    /// # Safety
    /// `start` must be the first element of an array with this shape and these strides, whose
    /// elements are distinct and may be written, initialised or not, while this value lives.
    unsafe fn new(start: *mut A, shape: &'a [usize], strides: &'a [isize]) -> Self {
        Self { start, shape, strides, array: PhantomData }
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
            source.run(block, values);
            axes::stretches(axes, block, values.len(), |place, start, axis| {
                for (i, &value) in values[place..place + axis.len].iter().enumerate() {
                    // SAFETY: an element of the array, and no other task's.
                    unsafe { self.write(start + i as isize * axis.stride, value) };
                }
            });
        }
    }

    /// A few lines of the axis that is closest in memory, drawn one by one, then written together.
    fn draw_tile<K: Kernel<A>>(&self, source: &Source<K>, tiles: &Tiles, i: usize) {
        let tile = tiles.get(i);
        // Longer than they need be, so that equal columns do not share a set of the cache.
        let mut lines = [[MaybeUninit::uninit(); Tiles::WIDTH + ROW]; Tiles::HEIGHT];
        for (i, line) in lines[..tile.height].iter_mut().enumerate() {
            source.run(tile.first + i * tiles.line_len, &mut line[..tile.width]);
        }
        axes::stretches(tiles.along, tile.column, tile.width, |place, start, axis| {
            for j in 0..axis.len {
                let start = tile.offset + start + j as isize * axis.stride;
                for (i, line) in lines[..tile.height].iter().enumerate() {
                    // SAFETY: an element of the array, and no other tile's.
                    unsafe {
                        self.write(start + i as isize * tiles.across.stride, line[place + j]);
                    }
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

/// A cut of an array into tiles, for when its elements are counted along one axis but lie closest
/// together along another.
struct Tiles<'a> {
    /// The axes before that other one.
    outer: &'a [Axis],
    /// The axis that is closest in memory.
    across: Axis,
    /// The axes after it: in logical order, each of its elements is a line of all of theirs.
    along: &'a [Axis],
    line_len: usize,
}

/// One tile: `height` lines, `width` elements of each.
struct Tile {
    /// The logical index of its first element.
    first: usize,
    /// Where the first element of its first line lies.
    offset: isize,
    /// Which element of the line its first one is.
    column: usize,
    width: usize,
    height: usize,
}

impl<'a> Tiles<'a> {
    /// So many `f32` fill a cache line.
    const HEIGHT: usize = 16;
    const WIDTH: usize = BLOCK;
    /// Drawing a shorter piece of a line would cost more than scattered writes.
    const SHORTEST: usize = BLOCK / 4;

    fn new(axes: &'a Axes) -> Option<Self> {
        let closest = axes.closest();
        let (outer, rest) = axes.as_slice().split_at(closest);
        let (&across, along) = rest.split_first()?;
        let line_len = axes::len(along);
        (line_len >= Self::SHORTEST).then_some(Self { outer, across, along, line_len })
    }

    fn per_line(&self) -> usize {
        self.line_len.div_ceil(Self::WIDTH)
    }

    fn heaps(&self) -> usize {
        self.across.len.div_ceil(Self::HEIGHT)
    }

    fn count(&self) -> usize {
        axes::len(self.outer) * self.heaps() * self.per_line()
    }

    fn get(&self, i: usize) -> Tile {
        let column = i % self.per_line() * Self::WIDTH;
        let line = i / self.per_line() % self.heaps() * Self::HEIGHT;
        let outer = i / (self.per_line() * self.heaps());
        Tile {
            first: (outer * self.across.len + line) * self.line_len + column,
            offset: axes::offset(self.outer, outer) + line as isize * self.across.stride,
            column,
            width: Self::WIDTH.min(self.line_len - column),
            height: Self::HEIGHT.min(self.across.len - line),
        }
    }
}

/// What an array's elements come from.
struct Source<K> {
    kernel: K,
    key: Key,
}

impl<K> Source<K> {
    /// Writes elements first, first + 1, … of the array.
    fn run<A: Element>(&self, first: usize, out: &mut [MaybeUninit<A>])
    where
        K: Kernel<A>,
    {
        let &Self { kernel, key } = self;
        simd::dispatch(Run { kernel, key, first, out });
    }
}

/// A call of [`Source::run`], to be compiled for every instruction set.
struct Run<'a, A, K> {
    kernel: K,
    key: Key,
    first: usize,
    out: &'a mut [MaybeUninit<A>],
}

impl<A: Element, K: Kernel<A>> NullaryFnOnce for Run<'_, A, K> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { kernel, key, first, out } = self;
        let mut words = A::zeros();
        let mut rare = Rare::new();
        let mut place = 0;
        while place < out.len() {
            let mut lanes = A::lanes(key, ((first + place) / BLOCK) as u64);
            let mut skip = (first + place) % BLOCK;
            let end = place + (BLOCK - skip).min(out.len() - place);
            while place < end {
                let rows = (skip + end - place).div_ceil(ROW).min(CHUNK / ROW);
                A::draw(&mut lanes, &mut words, rows);
                let range = skip.min(CHUNK)..CHUNK.min(skip + end - place);
                skip -= range.start;
                if K::HAS_RARE {
                    apply(&kernel, &words, range.clone(), out, place, &mut rare);
                } else {
                    let out = &mut out[place..][..range.len()];
                    A::map(&words, range.start, out, |word| kernel.common(word));
                }
                place += range.len();
            }
        }
        rare.mend(&kernel, out);
    }
}

/// Writes the values of the chunk's words in the range to `out`, from `place` on.
#[inline(always)]
fn apply<A: Element, K: Kernel<A>>(
    kernel: &K,
    words: &A::Words,
    range: Range<usize>,
    out: &mut [MaybeUninit<A>],
    mut place: usize,
    rare: &mut Rare<A>,
) {
    // Whole rows, and parts of one at either end.
    let first = range.start.next_multiple_of(ROW).min(range.end);
    let last = first.max(range.end / ROW * ROW);
    for part in [range.start..first, last..range.end] {
        if !part.is_empty() {
            let row = A::row(words, part.start / ROW);
            let (values, _) = row_values(kernel, &row);
            let place = place + part.start - range.start;
            let part = part.start % ROW..part.start % ROW + part.len();
            write(&mut out[place..][..part.len()], &values[part.clone()]);
            rare.collect(kernel, &row, part, place);
        }
    }
    place += first - range.start;
    for i in first / ROW..last / ROW {
        let row = A::row(words, i);
        let (values, any_rare) = row_values(kernel, &row);
        write(&mut out[place..][..ROW], &values);
        if any_rare {
            rare.collect(kernel, &row, 0..ROW, place);
            if rare.count > RARE - 3 * ROW {
                rare.mend(kernel, out);
            }
        }
        place += ROW;
    }
}

#[inline(always)]
fn write<A: Copy>(out: &mut [MaybeUninit<A>], values: &[A]) {
    for (out, &value) in out.iter_mut().zip(values) {
        out.write(value);
    }
}

/// The values of a row, right where they are not rare, and whether any is.
#[inline(always)]
fn row_values<A: Element, K: Kernel<A>>(kernel: &K, row: &[A::Word; ROW]) -> ([A; ROW], bool) {
    let mut values = [A::ZERO; ROW];
    let mut any_rare = false;
    for (value, &word) in values.iter_mut().zip(row) {
        *value = kernel.common(word);
        any_rare |= kernel.is_rare(word);
    }
    (values, any_rare)
}

/// How many rare words can be kept until they are mended together.
const RARE: usize = 80;

/// Words that need their kernel's other arm, and where their elements go.
///
/// Kept for a while, since a few of them at once would spend their time waiting for each other's
/// divisions.
struct Rare<A: Element> {
    count: usize,
    words: [A::Word; RARE],
    places: [usize; RARE],
}

impl<A: Element> Rare<A> {
    #[inline(always)]
    fn new() -> Self {
        Self { count: 0, words: [A::Word::default(); RARE], places: [0; RARE] }
    }

    /// Takes the rare words of a part of a row, whose first element's place is given.
    #[inline(always)]
    fn collect<K: Kernel<A>>(
        &mut self,
        kernel: &K,
        row: &[A::Word; ROW],
        part: Range<usize>,
        place: usize,
    ) {
        for j in part.clone() {
            // Overwritten by the next word if this one is not rare.
            self.words[self.count] = row[j];
            self.places[self.count] = place + j - part.start;
            self.count += usize::from(kernel.is_rare(row[j]));
        }
    }

    /// Writes their elements.
    #[inline(always)]
    fn mend<K: Kernel<A>>(&mut self, kernel: &K, out: &mut [MaybeUninit<A>]) {
        // As many at once as `f64`s fill a vector, in which they are computed.
        const GROUP: usize = 8;
        let words = self.words.as_chunks::<GROUP>().0;
        let places = self.places[..self.count].chunks(GROUP);
        for (words, places) in words.iter().zip(places) {
            let mut values = [A::ZERO; GROUP];
            for (value, &word) in values.iter_mut().zip(words) {
                *value = kernel.rare(word);
            }
            for (value, &place) in values.into_iter().zip(places) {
                out[place].write(value);
            }
        }
        self.count = 0;
    }
}
