//! The speed of the processor during this run: neighbors on a shared machine take part of it.

use std::hint::black_box;
use std::time::Instant;

const STEPS: u32 = 20_000_000;

/// Nanoseconds of an addition that waits for the one before, which tell the clock rate; and of a vector of
/// four fused multiply-adds that waits for nothing, which tell how much of the arithmetic is free.
pub(crate) fn speeds() -> (f64, Option<f64>) {
    let addition = nanoseconds(|| (0..STEPS).fold(0.0, |sum, _| sum + black_box(0.5)));
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has both features.
        return (addition, Some(nanoseconds(|| unsafe { fused() }) / CHAINS as f64));
    }
    (addition, None)
}

/// The least time of five runs, divided by the steps.
fn nanoseconds(work: impl Fn() -> f64) -> f64 {
    let times = (0..5).map(|_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_nanos() as f64 / f64::from(STEPS)
    });
    times.fold(f64::INFINITY, f64::min)
}

/// More than the operations that a processor has under way.
#[cfg(target_arch = "x86_64")]
const CHAINS: usize = 10;

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn fused() -> f64 {
    use std::arch::x86_64::{_mm256_cvtsd_f64, _mm256_fmadd_pd, _mm256_set1_pd};

    let [factor, summand] = [0.999, 0.001].map(|x| _mm256_set1_pd(black_box(x)));
    let mut sums = [_mm256_set1_pd(1.0); CHAINS];
    for _ in 0..STEPS {
        for sum in &mut sums {
            *sum = _mm256_fmadd_pd(*sum, factor, summand);
        }
    }
    sums.map(|sum| _mm256_cvtsd_f64(sum)).iter().sum()
}
