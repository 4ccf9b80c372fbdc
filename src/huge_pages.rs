//! Fewer page faults for large new arrays. Knows no elements.
//!
//! A fresh allocation of many megabytes is not memory yet: the kernel finds and clears a page at
//! the first touch of each, and with pages of 4 KiB that takes several times as long as filling
//! them. Linux hands out pages of 2 MiB where it is asked to, and that is what `NumPy` does too.

/// From how many bytes on it pays, as in `NumPy`.
#[cfg(target_os = "linux")]
const LARGE: usize = 1 << 22;

/// Asks the kernel for huge pages behind these bytes, which must not have been touched yet for it
/// to matter. Where it refuses, nothing changes.
#[cfg(target_os = "linux")]
pub(crate) fn advise<T>(start: *const T, bytes: usize) {
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
pub(crate) fn advise<T>(_start: *const T, _bytes: usize) {}
