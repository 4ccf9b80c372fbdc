//! Memory that filling an array takes beside the array: stack and allocations.

use crate::common::{Listed, each_type, normal};
use ndarray_init::ndarray::{Array2, Array3, ArrayViewMut, Dimension, ShapeBuilder, s};
use ndarray_init::{Constant, InitRefExt, Initializer, Key, Orthogonal, VarianceScaling};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

const KEY: Key = Key::new(42);

/// Bytes that this thread has allocated and not freed, the most of them at one time, and its allocations.
#[derive(Clone, Copy, Debug, Default)]
struct Allocated {
    now: isize,
    most: isize,
    count: usize,
}

thread_local! {
    static ALLOCATED: Cell<Allocated> = const { Cell::new(Allocated { now: 0, most: 0, count: 0 }) };
}

/// The system's allocator, counted.
struct Counted;

#[global_allocator]
static ALLOCATOR: Counted = Counted;

impl Counted {
    fn count(bytes: isize) {
        let Allocated { now, most, count } = ALLOCATED.get();
        let now = now + bytes;
        let count = count + usize::from(bytes > 0);
        ALLOCATED.set(Allocated { now, most: most.max(now), count });
    }
}

// SAFETY: all is the system allocator's. Growing and zeroing go by way of `alloc`, as is the default.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size() as isize);
        // SAFETY: the caller's promise is the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        Self::count(-(layout.size() as isize));
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Fills the view twice, and counts the second time: the first may set up what every call shares.
fn allocated_by<A: Listed, D: Dimension>(
    mut view: ArrayViewMut<'_, A, D>,
    initializer: &dyn Initializer<A>,
) -> Allocated {
    view.fill_init(initializer, KEY).unwrap();
    ALLOCATED.set(Allocated::default());
    view.fill_init(initializer, KEY).unwrap();
    ALLOCATED.get()
}

/// So few elements are filled by one thread.
const SIDE: usize = 350;

#[test]
fn filling_in_logical_order_allocates_nothing() {
    fn check<A: Listed>() {
        let initializers: [&dyn Initializer<A>; 3] =
            [&normal(0.0, 1.0), &VarianceScaling::glorot_uniform(), &Constant(A::rounded(0.5))];
        for initializer in initializers {
            let mut memory = Array2::<A>::default((SIDE, SIDE));
            let mut cube = Array3::<A>::default((50, 40, 60));
            for (name, found) in [
                ("contiguous", allocated_by(memory.view_mut(), initializer)),
                ("a slice of columns", allocated_by(memory.slice_mut(s![.., 3..300]), initializer)),
                ("every other column", allocated_by(memory.slice_mut(s![.., ..;2]), initializer)),
                ("every other row", allocated_by(memory.slice_mut(s![..;2, ..]), initializer)),
                ("three axes", allocated_by(cube.slice_mut(s![..;2, 1.., ..;3]), initializer)),
            ] {
                assert_eq!(found.count, 0, "{}, {name}: {found:?}", A::TYPE);
            }
        }
    }
    each_type!(A => check::<A>());
}

#[test]
fn filling_in_another_order_allocates_one_buffer_at_a_time() {
    fn check<A: Listed>() {
        let mut memory = Array2::<A>::default((SIDE, SIDE).f());
        let found = allocated_by(memory.view_mut(), &normal(0.0, 1.0));
        let buffer = 64 * 1040 * size_of::<A>() as isize;
        let one = found.count > 0 && found.most <= buffer && found.now == 0;
        assert!(one, "{}: {found:?}", A::TYPE);
        let found = allocated_by(memory.view_mut(), &Constant(A::rounded(0.5)));
        assert_eq!(found.count, 0, "{}: {found:?}", A::TYPE);
    }
    each_type!(A => check::<A>());
}

/// On a thread with 64 KiB of stack, and what code without optimization needs for its copies of the block's words,
/// rayon's pool being that thread alone.
#[test]
fn arrays_and_orthogonal_matrices_are_filled_on_a_small_stack() {
    const STACK: usize = if cfg!(debug_assertions) { 256 << 10 } else { 64 << 10 };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).build().unwrap();
    each_type!(A => pool.install(|| {
        let law = normal(0.0, 1.0);
        // In release large enough for stores past the caches, in every type.
        let side = if cfg!(debug_assertions) { 600 } else { 3000 };
        let mut array = Array2::<A>::default((side, side).f());
        array.fill_init(&law, KEY).unwrap();
        array.slice_mut(s![..;2, ..;2]).reversed_axes().fill_init(&law, KEY).unwrap();
        array.slice_mut(s![..100, ..;2]).fill_init(&law, KEY).unwrap();
        array.slice_mut(s![..200, ..150]).fill_init(&Orthogonal::default(), KEY).unwrap();
    }));
}
