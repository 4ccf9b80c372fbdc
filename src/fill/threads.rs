//! Tasks onto threads.

/// Runs all tasks, on the threads of rayon's current pool if there are enough elements to pay for waking them.
/// `room` makes the scratch space, which consecutive tasks of a thread share.
#[cfg_attr(not(feature = "rayon"), expect(unused_variables, reason = "one thread runs all tasks"))]
pub(super) fn each<T>(
    tasks: usize,
    elements: usize,
    room: impl Fn() -> T + Send + Sync,
    task: impl Fn(&mut T, usize) + Send + Sync,
) {
    #[cfg(feature = "rayon")]
    if tasks > 1 && elements >= 1 << 17 && rayon::current_num_threads() > 1 {
        use rayon::iter::{IntoParallelIterator, ParallelIterator};

        return (0..tasks).into_par_iter().for_each_init(room, task);
    }
    let mut room = room();
    (0..tasks).for_each(|i| task(&mut room, i));
}

/// Divides `elements` into ranges of at most `size`, and calls `f` with the first element and the length of each.
pub(super) fn in_ranges(elements: usize, size: usize, f: impl Fn(usize, usize) + Send + Sync) {
    let range = |(): &mut (), i: usize| f(i * size, size.min(elements - i * size));
    each(elements.div_ceil(size), elements, || (), range);
}
