//! Buffers, and hints on memory, which change the speed of filling it and nothing else. Knows no
//! elements.

use std::mem::MaybeUninit;
use std::ops::Range;

/// Room for so many items, none of which is there at first.
#[repr(align(64))]
pub(super) struct Buffer<T, const N: usize>([MaybeUninit<T>; N]);

impl<T: Copy, const N: usize> Buffer<T, N> {
    #[inline(always)]
    pub(super) const fn new() -> Self {
        Self([MaybeUninit::uninit(); N])
    }

    /// Where the first `len` items go.
    #[inline(always)]
    pub(super) fn room(&mut self, len: usize) -> &mut [MaybeUninit<T>] {
        &mut self.0[..len]
    }

    /// The first `len` items.
    ///
    /// # Safety
    /// They must have been written.
    #[inline(always)]
    pub(super) unsafe fn written(&self, len: usize) -> &[T] {
        let items = &self.0[..len];
        // SAFETY: by the contract, each was written.
        unsafe { std::slice::from_raw_parts(items.as_ptr().cast(), len) }
    }
}

/// Asks for the memory of a range that will be written soon, if all of it is there.
///
/// While words are drawn, the first lines that their values will go to are on their way. The processor's
/// own prefetching goes on from there; by itself it begins too late, since it sees no store for that long.
#[inline(always)]
pub(super) fn prefetch<T>(out: &[T], range: Range<usize>) {
    #[cfg(target_arch = "x86_64")]
    if let Some(part) = out.get(range) {
        use std::arch::x86_64::{_MM_HINT_ET0, _mm_prefetch};
        for i in (0..part.len()).step_by(LINE / size_of::<T>()) {
            // SAFETY: a prefetch reads and writes nothing, whatever the address.
            unsafe { _mm_prefetch::<_MM_HINT_ET0>(part.as_ptr().wrapping_add(i).cast()) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (out, range);
}

/// Bytes of a cache line, where it matters.
const LINE: usize = 64;

/// How many of the elements lie before the first whole cache line.
#[inline(always)]
pub(super) fn up_to_line<T>(elements: &[T]) -> usize {
    (elements.as_ptr().addr().wrapping_neg() % LINE / size_of::<T>()).min(elements.len())
}

/// Writes of whole cache lines that leave the caches alone.
///
/// An ordinary write fetches its line first and has other lines leave. Where columns are a power of
/// two apart, they even compete for a few places. These writes come before later ones for other
/// threads, too, once this value is dropped.
pub(super) struct PastCaches(());

impl PastCaches {
    /// Smaller arrays fit into caches. On Zen 4, ordinary writes are the faster ones up to 4 MiB, and
    /// as fast at 8. Unit tests have no such large arrays, and other processors no such writes.
    const LEAST: usize = match cfg!(target_arch = "x86_64") {
        true if cfg!(test) => 1 << 18,
        true => 1 << 24,
        false => usize::MAX,
    };

    /// For an array of so many bytes, if they pay there.
    pub(super) fn for_bytes(bytes: usize) -> Option<Self> {
        (bytes >= Self::LEAST).then_some(Self(()))
    }

    /// Writes a cache line.
    #[expect(clippy::unused_self, reason = "a fence must follow, which comes when it is dropped")]
    #[inline(always)]
    pub(super) fn write<T: Copy, const N: usize>(
        &self,
        line: &mut [MaybeUninit<T>; N],
        values: &[MaybeUninit<T>; N],
    ) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
            assert!(size_of_val(line) == LINE && line.as_ptr().addr().is_multiple_of(LINE));
            let line: *mut __m128i = (&raw mut *line).cast();
            let values: *const __m128i = (&raw const *values).cast();
            for quarter in 0..4 {
                // SAFETY: both have four quarters, and a cache line's are aligned. Every processor
                // of this kind has the instruction. The fence that must follow comes with `drop`.
                unsafe {
                    _mm_stream_si128(line.add(quarter), _mm_loadu_si128(values.add(quarter)));
                }
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            *line = *values;
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Drop for PastCaches {
    fn drop(&mut self) {
        // SAFETY: every processor of this kind has it.
        unsafe { std::arch::x86_64::_mm_sfence() };
    }
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
