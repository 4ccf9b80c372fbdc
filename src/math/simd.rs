//! The instruction set that loops over words are compiled for, chosen at run time.

use std::sync::LazyLock;

/// Work to be compiled for every instruction set. Every function that `run` calls must be
/// `#[inline(always)]`, which a closure cannot be.
pub(crate) trait Vectorized {
    /// The output. It is passed separately from `self` so that the compiler can assume they do not alias.
    type Target: ?Sized;
    type Output;

    /// `FUSED` as for [`Float`](super::Float).
    fn run<const FUSED: bool>(self, target: &mut Self::Target) -> Self::Output;
}

/// True if portable code calls `mul_add`: the target has the instruction, or is 32-bit x86 without SSE2, which
/// rounds operations in `f64` twice and so needs the platform's function.
const FUSED_ANYWAY: bool = !cfg!(any(
    target_family = "wasm",
    all(
        any(target_arch = "x86", target_arch = "x86_64"),
        target_feature = "sse2",
        not(target_feature = "fma")
    )
));

/// An instruction set that the machine has: only this module makes a value, after a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Simd(Level);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// The instructions that every processor of the target has.
    Portable,
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    Avx2,
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    Avx512,
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(never)]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<V: Vectorized>(work: V, target: &mut V::Target) -> V::Output {
    work.run::<true>(target)
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(never)]
#[target_feature(enable = "avx512bw,avx512dq,avx512vl")]
fn with_avx512<V: Vectorized>(work: V, target: &mut V::Target) -> V::Output {
    work.run::<true>(target)
}

#[inline(never)]
fn portably<V: Vectorized>(work: V, target: &mut V::Target) -> V::Output {
    work.run::<FUSED_ANYWAY>(target)
}

impl Simd {
    /// The best instruction set that this machine has and the environment allows.
    ///
    /// `NDARRAY_INIT_SIMD` holds it down to `avx2` or `portable`, so that tests can show that all
    /// give the same bits. Read once; another value is reported on the standard error, and ignored.
    pub(crate) fn best() -> Self {
        static BEST: LazyLock<Simd> = LazyLock::new(|| {
            let allowed = match std::env::var("NDARRAY_INIT_SIMD").as_deref() {
                Ok("portable") => 1,
                Ok("avx2") => 2,
                Ok("" | "avx512") | Err(_) => usize::MAX,
                Ok(other) => {
                    eprintln!(
                        "NDARRAY_INIT_SIMD is {other:?}, which is none of portable, avx2 and avx512: \
                         it is ignored"
                    );
                    usize::MAX
                }
            };
            let available = Simd::available();
            available[allowed.min(available.len()) - 1]
        });
        *BEST
    }

    /// The instruction sets of this machine, the portable one first.
    pub(crate) fn available() -> Vec<Self> {
        #[cfg_attr(not(any(target_arch = "x86", target_arch = "x86_64")), expect(unused_mut))]
        let mut all = vec![Self(Level::Portable)];
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            all.push(Self(Level::Avx2));
            if is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
            {
                all.push(Self(Level::Avx512));
            }
        }
        all
    }

    /// Does the work by this instruction set.
    #[inline(always)]
    #[cfg_attr(
        any(target_arch = "x86", target_arch = "x86_64"),
        expect(
            unsafe_code,
            reason = "the only unsafe code outside of `fill`: a value of this type is the proof"
        )
    )]
    pub(crate) fn run<V: Vectorized>(self, work: V, target: &mut V::Target) -> V::Output {
        match self.0 {
            Level::Portable => portably(work, target),
            // SAFETY: a value is only made where the processor has these features.
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx2 => unsafe { with_avx2(work, target) },
            // SAFETY: as above.
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx512 => unsafe { with_avx512(work, target) },
        }
    }
}
