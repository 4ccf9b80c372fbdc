//! Requests to the machine that change the speed of filling memory, and nothing else. Miri, which knows none of
//! them, sees ordinary stores.

use std::mem::MaybeUninit;

/// Bytes of a cache line.
pub(super) const LINE: usize = 64;

/// The least size of an array, in bytes, that is written past the caches. On Zen 4, ordinary stores are faster
/// up to 4 MiB, and as fast at 8. Only x86-64 has these stores here.
pub(super) const LEAST_STREAMED: usize =
    if cfg!(target_arch = "x86_64") { 1 << 24 } else { usize::MAX };

/// The number of elements before the slice's first whole cache line, if cache lines begin with elements.
#[inline(always)]
pub(super) fn up_to_line<T>(elements: &[T]) -> usize {
    let bytes = elements.as_ptr().addr().wrapping_neg() % LINE;
    (bytes / size_of::<T>()).min(elements.len())
}

/// Stores values past the caches if they fill a cache line.
///
/// An ordinary store reads its cache line first and evicts others, and columns a power of two apart
/// collide in the cache's sets. Without these stores, Fortran order takes 1.2 to 1.9 times as long (2048²
/// to 5000², Zen 3). [`finish_streaming`] must follow before other threads read the line.
#[inline(always)]
pub(super) fn stream<T: Copy, const N: usize>(
    line: &mut [MaybeUninit<T>; N],
    values: &[MaybeUninit<T>; N],
) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    if size_of_val(line) == LINE && line.as_ptr().addr().is_multiple_of(LINE) {
        use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
        let to = line.as_mut_ptr().cast::<__m128i>();
        let from = values.as_ptr().cast::<__m128i>();
        for quarter in 0..4 {
            // SAFETY: both have four quarters. Every processor of this kind has the instruction.
            unsafe { _mm_stream_si128(to.add(quarter), _mm_loadu_si128(from.add(quarter))) };
        }
        return;
    }
    *line = *values;
}

/// Has the stores of [`stream`] come before later ones for other threads, too.
pub(super) fn finish_streaming() {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: every processor of this kind has the instruction.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

/// Asks for the cache line at an address that will be written soon. Without this, Fortran order takes 2
/// to 3 times as long (2048² to 5000², Zen 3): the lines at both ends of a column are written in part, and
/// so have to be read.
#[inline(always)]
pub(super) fn prefetch<T>(address: *const T) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use std::arch::x86_64::{_MM_HINT_ET0, _mm_prefetch};
        // SAFETY: a prefetch reads and writes nothing, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_ET0>(address.cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = address;
}

/// Asks Linux for pages of 2 MiB behind these bytes, before their first touch: fresh arrays of 4 MiB and
/// more are filled 4 times as fast as with pages of 4 KiB. Where the system refuses, nothing changes.
pub(super) fn advise_huge_pages<T>(start: *const T, bytes: usize) {
    #[cfg(target_os = "linux")]
    if bytes >= 1 << 22 {
        const HUGE_PAGE: usize = 1 << 21;
        // Only whole pages of the allocation's own can be advised on.
        let skipped = start.addr().next_multiple_of(HUGE_PAGE) - start.addr();
        let start = start.cast_mut().cast::<libc::c_void>().wrapping_byte_add(skipped);
        let whole = (bytes - skipped) / HUGE_PAGE * HUGE_PAGE;
        // SAFETY: this advice changes neither contents nor addresses, whatever the memory.
        unsafe { libc::madvise(start, whole, libc::MADV_HUGEPAGE) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (start, bytes);
}
