//! The instruction set that loops over words are compiled for, chosen at run time.

use pulp::{Arch, NullaryFnOnce};
use std::sync::LazyLock;

/// The best instruction set that this machine has and the environment allows.
///
/// `NDARRAY_INIT_SIMD` holds it down to `avx2` or `portable`, so that tests can show that all give
/// the same bits. Read once.
static ARCH: LazyLock<Arch> = LazyLock::new(|| {
    let allowed = std::env::var("NDARRAY_INIT_SIMD").unwrap_or_default();
    match allowed.as_str() {
        "portable" => Arch::Scalar,
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        "avx2" => pulp::x86::V3::try_new().map_or(Arch::Scalar, Arch::V3),
        _ => Arch::new(),
    }
});

/// Whether that is what the target has anyway.
pub(crate) fn is_portable() -> bool {
    matches!(*ARCH, Arch::Scalar)
}

/// Runs an operation compiled for that instruction set: its `call` and all that it calls must be
/// `#[inline(always)]`, which a closure cannot be.
pub(crate) fn dispatch<Op: NullaryFnOnce>(operation: Op) -> Op::Output {
    ARCH.dispatch(operation)
}

/// Every instruction set that loops are compiled for and this machine has, the portable one first.
#[cfg(test)]
pub(crate) fn available() -> Vec<Arch> {
    let mut all = vec![Arch::Scalar];
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    all.extend(pulp::x86::V3::try_new().map(Arch::V3));
    #[cfg(target_arch = "x86_64")]
    all.extend(pulp::x86::V4::try_new().map(Arch::V4));
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    all.push(Arch::new());
    all
}
