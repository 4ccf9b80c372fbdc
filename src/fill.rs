//! words × law onto an array: blocks, memory orders. The one file with unsafe code.

use crate::axes::{self, Axes, Axis};
use crate::distr::Kernel;
use crate::element::Element;
use crate::initializer::Values;
use crate::key::Key;
use crate::simd;
use crate::stream::{BLOCK, ROW};
use ndarray::{ArrayBase, ArrayRef, DataOwned, Dimension, ShapeBuilder};
use pulp::NullaryFnOnce;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// An array to be written, without its type of dimension, its owner and its old elements, so that
/// one function fills them all.
pub(crate) struct Target<'a, A> {
    start: *mut A,
    axes: Axes,
    len: usize,
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
    unsafe fn new(start: *mut A, shape: &[usize], strides: &[isize]) -> Self {
        let len = shape.iter().product();
        let axes = if len == 0 { Axes::new(&[], &[]) } else { Axes::new(shape, strides) };
        Self { start, axes, len, array: PhantomData }
    }

    /// Writes one value to every element.
    pub(crate) fn fill(mut self, value: A) {
        self.axes = self.axes.in_memory_order();
        self.in_ranges(64 * BLOCK, |first, count| {
            if self.axes.is_contiguous() {
                // SAFETY: no other task's elements.
                unsafe { self.contiguous(first, count) }.fill(MaybeUninit::new(value));
            } else {
                axes::stretches(self.axes.as_slice(), first, count, |_, start, axis| {
                    for i in 0..axis.len as isize {
                        // SAFETY: an element of the array, and no other task's.
                        unsafe { self.write(start + i * axis.stride, MaybeUninit::new(value)) };
                    }
                });
            }
        });
    }

    /// Writes every element: the one with the row-major index i is the kernel's value of word i.
    pub(crate) fn draw<K: Kernel<A>>(self, kernel: K, key: Key) {
        let source = Source { kernel, key };
        if self.axes.is_contiguous() {
            self.in_ranges(64 * BLOCK, |first, count| {
                // SAFETY: no other task's elements.
                source.run(&mut Scratch::new(), first, unsafe { self.contiguous(first, count) });
            });
        } else if let Some(tiles) = Tiles::new(&self.axes) {
            each(tiles.count(), self.len, |i| self.draw_tile(&source, &tiles, i));
        } else {
            self.in_ranges(16 * BLOCK, |first, count| self.draw_scattered(&source, first, count));
        }
    }

    /// Calls `f` for all elements, a range of so many at a time.
    fn in_ranges(&self, size: usize, f: impl Fn(usize, usize) + Sync) {
        each(self.len.div_ceil(size), self.len, |i| {
            let first = i * size;
            f(first, size.min(self.len - first));
        });
    }

    /// Elements first … first + count of an array that lies in memory as it is counted.
    ///
    /// # Safety
    /// No other thread may use them, and the axes must be contiguous.
    #[expect(clippy::mut_from_ref, reason = "a target is a pointer that tasks share")]
    unsafe fn contiguous(&self, first: usize, count: usize) -> &mut [MaybeUninit<A>] {
        debug_assert!(self.axes.is_contiguous() && first + count <= self.len);
        // SAFETY: by the contract, these are elements of the array and nobody else's.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(first).cast(), count) }
    }

    /// In logical order, wherever that leads in memory.
    fn draw_scattered<K: Kernel<A>>(&self, source: &Source<K>, first: usize, count: usize) {
        let scratch = &mut Scratch::new();
        let mut values = [MaybeUninit::uninit(); BLOCK];
        for block in (first..first + count).step_by(BLOCK) {
            let values = &mut values[..BLOCK.min(first + count - block)];
            source.run(scratch, block, values);
            axes::stretches(self.axes.as_slice(), block, values.len(), |place, start, axis| {
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
        let scratch = &mut Scratch::new();
        // Longer than they need be, so that equal columns do not share a set of the cache.
        let mut lines = [[MaybeUninit::uninit(); Tiles::WIDTH + ROW]; Tiles::HEIGHT];
        for (i, line) in lines[..tile.height].iter_mut().enumerate() {
            source.run(scratch, tile.first + i * tiles.line_len, &mut line[..tile.width]);
        }
        axes::stretches(tiles.along, tile.column, tile.width, |place, start, axis| {
            for j in 0..axis.len {
                let start = tile.offset + start + j as isize * axis.stride;
                for (i, line) in lines[..tile.height].iter().enumerate() {
                    // SAFETY: an element of the array, and no other tile's.
                    unsafe {
                        self.write(start + i as isize * tiles.across.stride, line[place + j])
                    };
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

/// Runs all tasks.
fn each(tasks: usize, _elements: usize, task: impl Fn(usize) + Sync) {
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

/// What one task needs, and no more than that is allocated anywhere: a block's words.
struct Scratch<A: Element> {
    words: A::Block,
    rare: [u16; BLOCK],
}

impl<A: Element> Scratch<A> {
    #[inline(always)]
    fn new() -> Self {
        Self { words: A::new_block(), rare: [0; BLOCK] }
    }
}

impl<K> Source<K> {
    /// Writes elements first, first + 1, … of the array.
    fn run<A: Element>(&self, scratch: &mut Scratch<A>, first: usize, out: &mut [MaybeUninit<A>])
    where
        K: Kernel<A>,
    {
        simd::dispatch(Run { source: self, scratch, first, out });
    }
}

/// A call of [`Source::run`], to be compiled for every instruction set.
struct Run<'a, A: Element, K> {
    source: &'a Source<K>,
    scratch: &'a mut Scratch<A>,
    first: usize,
    out: &'a mut [MaybeUninit<A>],
}

impl<A: Element, K: Kernel<A>> NullaryFnOnce for Run<'_, A, K> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { source, scratch, mut first, mut out } = self;
        while !out.is_empty() {
            let skip = first % BLOCK;
            let (now, later) = out.split_at_mut(out.len().min(BLOCK - skip));
            A::draw(&mut scratch.words, source.key, (first / BLOCK) as u64, skip + now.len());
            scratch.apply(&source.kernel, skip, now);
            first += now.len();
            out = later;
        }
    }
}

impl<A: Element> Scratch<A> {
    /// Writes the values of words skip, skip + 1, … of the block.
    #[inline(always)]
    fn apply<K: Kernel<A>>(&mut self, kernel: &K, skip: usize, out: &mut [MaybeUninit<A>]) {
        let Self { words, rare } = self;
        if !K::HAS_RARE {
            return A::map(words, skip, out, |word| kernel.common(word));
        }
        let end = skip + out.len();
        let mut count = 0;
        for i in skip / ROW..end.div_ceil(ROW) {
            let row = A::row(words, i);
            let mut values = [A::ZERO; ROW];
            let mut any_rare = false;
            for (value, &word) in values.iter_mut().zip(&row) {
                *value = kernel.common(word);
                any_rare |= kernel.is_rare(word);
            }
            let (first, last) = (skip.max(i * ROW), end.min((i + 1) * ROW));
            if last - first == ROW {
                out[first - skip..][..ROW].write_copy_of_slice(&values);
            } else {
                for j in first..last {
                    out[j - skip].write(values[j % ROW]);
                }
            }
            if any_rare {
                let mut flags = [0; ROW];
                for (flag, &word) in flags.iter_mut().zip(&A::row(words, i)) {
                    *flag = u8::from(kernel.is_rare(word));
                }
                let mut flags = u128::from_le_bytes(flags);
                while flags != 0 {
                    let j = i * ROW + flags.trailing_zeros() as usize / 8;
                    flags &= flags - 1;
                    if (first..last).contains(&j) {
                        rare[count] = j as u16;
                        count += 1;
                    }
                }
            }
        }
        // So many at once as fill a vector of f64, in which they are computed.
        for group in rare[..count].chunks(8) {
            let mut group_words = [A::Word::default(); 8];
            for (word, &j) in group_words.iter_mut().zip(group) {
                let j = usize::from(j);
                *word = A::row(words, j / ROW)[j % ROW];
            }
            let mut values = [A::ZERO; 8];
            for (value, &word) in values.iter_mut().zip(&group_words) {
                *value = kernel.rare(word);
            }
            for (value, &j) in values.into_iter().zip(group) {
                out[usize::from(j) - skip].write(value);
            }
        }
    }
}
