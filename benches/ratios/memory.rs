//! The memory of the process, and the number of its allocations.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The system's allocator, but for a count of what it is asked.
struct Counting;

// SAFETY: all is the system's doing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: by the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: by the contract, which is the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: by the contract, which is the same.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        // SAFETY: by the contract, which is the same.
        unsafe { System.dealloc(old, layout) }
    }
}

/// How often any thread allocates meanwhile.
pub(crate) fn allocations_of(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.load(Relaxed);
    work();
    ALLOCATIONS.load(Relaxed) - before
}

/// The most bytes that the process holds in addition during some work, where Linux tells.
pub(crate) fn peak_of<R>(work: impl FnOnce() -> R) -> (R, Option<usize>) {
    // The peak so far is to be forgotten: proc(5), clear_refs.
    let before = fs::write("/proc/self/clear_refs", "5")
        .ok()
        .and_then(|()| field("/proc/self/status", "VmHWM:"));
    let result = work();
    let after = field("/proc/self/status", "VmHWM:");
    (result, after.zip(before).map(|(after, before)| after.saturating_sub(before)))
}

/// The bytes that the machine can still give, where Linux tells.
pub(crate) fn available() -> Option<usize> {
    field("/proc/meminfo", "MemAvailable:")
}

/// A line `name: n kB`.
fn field(file: &str, name: &str) -> Option<usize> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: usize = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}
