//! Hints on memory, which change the speed of filling it and nothing else. Knows no elements.

use std::ops::Range;

/// Asks for the memory of a range that will be written soon, as far as it is there.
///
/// While the next words are turned into values, the lines that those will go to are on their way:
/// the processor's own prefetching comes too late, since it sees no store for that long.
#[inline(always)]
pub(super) fn prefetch<T>(out: &[T], range: Range<usize>) {
    #[cfg(target_arch = "x86_64")]
    for place in (range.start..range.end.min(out.len())).step_by(64 / size_of::<T>()) {
        use std::arch::x86_64::{_MM_HINT_ET0, _mm_prefetch};
        // SAFETY: a prefetch reads and writes nothing, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_ET0>(out.as_ptr().wrapping_add(place).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (out, range);
}

/// From how many bytes on it pays, as in `NumPy`.
#[cfg(target_os = "linux")]
const LARGE: usize = 1 << 22;

/// Asks the system for huge pages behind these bytes, before their first touch. Where it refuses,
/// nothing changes.
///
/// A fresh allocation of many megabytes is not memory yet: the system finds and clears a page at
/// the first touch of each, and with pages of 4 KiB that takes several times as long as filling
/// them. Linux hands out pages of 2 MiB where it is asked to, which is what `NumPy` does too.
#[cfg(target_os = "linux")]
pub(super) fn advise_huge_pages<T>(start: *const T, bytes: usize) {
    if bytes < LARGE {
        return;
    }
    // SAFETY: asks for a constant of the system.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    let Ok(page @ 1..) = usize::try_from(page) else { return };
    // Only whole pages of the allocation's own can be advised on.
    let skipped = start.addr().next_multiple_of(page) - start.addr();
    let whole = (bytes - skipped) / page * page;
    let start = start.cast_mut().cast::<u8>().wrapping_add(skipped);
    // SAFETY: this advice changes neither contents nor addresses, whatever the memory.
    unsafe { libc::madvise(start.cast(), whole, libc::MADV_HUGEPAGE) };
}

/// Other systems decide on their own.
#[cfg(not(target_os = "linux"))]
pub(super) fn advise_huge_pages<T>(_start: *const T, _bytes: usize) {}
