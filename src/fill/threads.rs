//! Tasks onto threads. Knows no arrays.

/// Runs all tasks: on the threads of rayon's current pool, if there are elements enough to pay
/// for waking them.
#[cfg(feature = "rayon")]
pub(super) fn each(tasks: usize, elements: usize, task: impl Fn(usize) + Send + Sync) {
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
pub(super) fn each(tasks: usize, _elements: usize, task: impl Fn(usize)) {
    (0..tasks).for_each(task);
}

/// Calls `f` with a first element and a number of elements, for as many ranges of at most `size` as
/// `elements` are divided into.
pub(super) fn in_ranges(elements: usize, size: usize, f: impl Fn(usize, usize) + Send + Sync) {
    each(elements.div_ceil(size), elements, |i| f(i * size, size.min(elements - i * size)));
}
