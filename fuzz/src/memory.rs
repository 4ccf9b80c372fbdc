//! A system with little memory: it refuses every piece of more than 16 MiB. So a target may ask for
//! arrays of any size, and whoever does not expect to be refused ends the program.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;

/// The largest piece that there is, in bytes.
pub(crate) const MOST: usize = 16 << 20;

struct Little;

#[global_allocator]
static MEMORY: Little = Little;

// SAFETY: every piece is the system's. A null pointer says that there is none, which is always allowed.
unsafe impl GlobalAlloc for Little {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > MOST {
            return ptr::null_mut();
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() > MOST {
            return ptr::null_mut();
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > MOST {
            return ptr::null_mut();
        }
        // SAFETY: the caller's promise.
        unsafe { System.realloc(piece, layout, size) }
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(piece, layout) }
    }
}
