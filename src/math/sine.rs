//! Sines and cosines, with the same bits on every machine: of parts of a turn by libm's polynomials, and
//! of random angles by polynomials of our own, which loops over elements can contain.
//!
//! The tables come from `sine.py` beside this file.

use super::float::Float;
use super::normal_quantile::polynomial;
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
    [cos, -sin, -cos, sin][quadrant]
}

/// [`Float::half_turn`], by polynomials for the sine and the cosine.
#[inline(always)]
pub(super) fn half_turn<const FUSED: bool, A: Float, const N: usize>(
    x: A,
    rest: A,
    sine: &[A; N],
    cosine: &[A; N],
) -> (A, A) {
    // From 0 to a quarter of a turn, then to an eighth: ½ − a is exact from a = ¼ on.
    let a = if x < rest { x } else { rest };
    let b = A::one() / A::TWO - a;
    let is_small = a < b;
    let g = if is_small { a } else { b };
    let y = g * g;
    let (sin, cos) = (g * polynomial::<FUSED, A, N>(sine, y), polynomial::<FUSED, A, N>(cosine, y));
    let (sin, cos) = if is_small { (sin, cos) } else { (cos, sin) };
    (if x < rest { cos } else { -cos }, sin)
}

// sine, f32: relative error 3.4e-9
pub(super) const SINE_32: [f32; 4] = [3.14159264, -5.16770782, 2.54976696, -5.89075099e-1];
// cosine, f32: relative error 3.9e-8
pub(super) const COSINE_32: [f32; 4] = [9.99999972e-1, -4.93478803, 4.05757714, -1.30612214];
#[expect(clippy::approx_constant, reason = "as the script prints it")]
// sine, f64: relative error 3.5e-18
pub(super) const SINE_64: [f64; 7] = [
    3.1415926535897932, -5.1677127800499545, 2.5501640398733761, -5.9926452893964493e-1,
    8.2145869180001746e-2, -7.3700215869077703e-3, 4.61531855383581e-4,
];
// cosine, f64: relative error 6.7e-17
pub(super) const COSINE_64: [f64; 7] = [
    9.9999999999999995e-1, -4.9348022005446054, 4.0587121263978357, -1.3352627670365804,
    2.3533054721066519e-1, -2.5804938510627626e-2, 1.9068093183945778e-3,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_turn_is_that_of_libm() {
        let (mut narrow, mut wide) = (0.0_f64, 0.0_f64);
        for i in 0..=2_000_000 {
            let x = f64::from(i) / 2e6;
            let (cos, sin) = f64::half_turn::<true>(x, 1.0 - x);
            let (a, b) = (x.min(1.0 - x), (x - 0.5).abs());
            let pi = std::f64::consts::PI;
            let exact_sin = if a < 0.25 { libm::sin(pi * a) } else { libm::cos(pi * b) };
            let exact_cos = if a < 0.25 { libm::cos(pi * a) } else { libm::sin(pi * b) };
            let exact_cos = if x > 0.5 { -exact_cos } else { exact_cos };
            wide = wide.max((sin - exact_sin).abs()).max((cos - exact_cos).abs());
            let (cos, sin) = f32::half_turn::<true>(x as f32, (1.0 - x) as f32);
            narrow = narrow.max((f64::from(sin) - exact_sin).abs());
            narrow = narrow.max((f64::from(cos) - exact_cos).abs());
        }
        println!("largest errors: f32 {narrow:.1e}, f64 {wide:.1e}");
        assert!(narrow < 3e-7 && wide < 4e-15, "f32 {narrow:e}, f64 {wide:e}");
    }
}
