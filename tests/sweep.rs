//! Every `f32` word, or a sweep over the `f64` ones, in order: elements rise with their word.

mod common;

use common::value_of;
use ndarray_init::{Element, Normal, TruncatedNormal, Uniform, rand_distr::Distribution};

/// The largest step down between neighbouring words, in units in the last place.
fn largest_step_down_f32(law: &impl Distribution<f32>, words: impl Iterator<Item = i32>) -> i64 {
    let ordered = |x: f32| i64::from(x.to_bits() as i32 ^ ((x.to_bits() as i32 >> 31) & i32::MAX));
    let mut last = i64::MIN;
    let mut worst = 0;
    for word in words {
        let value: f32 = value_of(law, word as u32);
        assert!(value.is_finite());
        let now = ordered(value);
        worst = worst.max(last.saturating_sub(now));
        last = now;
    }
    worst
}
