//! Cosines of parts of a turn, by libm's polynomials: the same bits on every machine.

use std::cmp::Ordering;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2};

/// The cosine of `quarters` / `of` quarters of a turn, by an angle of at most half a quarter.
pub(crate) fn cosine(quarters: usize, of: usize) -> f64 {
    let (quadrant, part) = (quarters / of % 4, quarters % of);
    let angle = FRAC_PI_2 * (part.min(of - part) as f64 / of as f64);
    let (sin, cos) = match (2 * part).cmp(&of) {
        Ordering::Less => (libm::sin(angle), libm::cos(angle)),
        Ordering::Equal => (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
        Ordering::Greater => (libm::cos(angle), libm::sin(angle)),
    };
    match quadrant {
        0 => cos,
        1 => -sin,
        2 => -cos,
        _ => sin,
    }
}
