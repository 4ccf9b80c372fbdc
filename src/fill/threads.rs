//! Tasks onto threads. Knows no arrays.

/// From how many elements on waking other threads pays.
#[cfg(feature = "rayon")]
const WORTHWHILE: usize = 1 << 17;

/// Elements that one task copies or reads: a part of what a core's cache holds.
const PIECE: usize = 1 << 15;

/// Runs all tasks: on the threads of rayon's current pool, if there are elements enough to pay
/// for waking them.
#[cfg(feature = "rayon")]
pub(super) fn each(tasks: usize, elements: usize, task: impl Fn(usize) + Send + Sync) {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};

    if tasks > 1 && pays(elements) {
        (0..tasks).into_par_iter().for_each(task);
    } else {
        (0..tasks).for_each(task);
    }
}

/// Runs all tasks.
#[cfg(not(feature = "rayon"))]
pub(super) fn each(tasks: usize, _elements: usize, task: impl Fn(usize)) {
    (0..tasks).for_each(task);
}

/// Whether so many elements are enough to pay for waking the threads of rayon's current pool.
#[cfg(feature = "rayon")]
fn pays(elements: usize) -> bool {
    elements >= WORTHWHILE && rayon::current_num_threads() > 1
}

/// Copies a slice onto another one of its length.
pub(super) fn copy<T: Copy + Send + Sync>(from: &[T], to: &mut [T]) {
    #[cfg(feature = "rayon")]
    if pays(from.len()) {
        use rayon::iter::{IndexedParallelIterator, ParallelIterator};
        use rayon::slice::{ParallelSlice, ParallelSliceMut};

        let pairs = to.par_chunks_mut(PIECE).zip(from.par_chunks(PIECE));
        return pairs.for_each(|(to, from)| to.copy_from_slice(from));
    }
    to.copy_from_slice(from);
}

/// Whether any piece of the slice has what is looked for.
pub(super) fn any<T: Sync>(slice: &[T], has: impl Fn(&[T]) -> bool + Send + Sync) -> bool {
    #[cfg(feature = "rayon")]
    if pays(slice.len()) {
        use rayon::iter::ParallelIterator;
        use rayon::slice::ParallelSlice;

        return slice.par_chunks(PIECE).any(has);
    }
    slice.chunks(PIECE).any(has)
}
