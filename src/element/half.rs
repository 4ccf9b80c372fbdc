//! `f16` and `bf16`: how numbers of `f32` are rounded to them.
//!
//! By operations on bits that become vector code on every target, and have the same bits on all of
//! them.

use super::Format;
use crate::math::Float;
use half::{bf16, f16};

/// The bits of the nearest `bf16`, the even one of two; the number must not be NaN.
#[inline(always)]
fn bfloat16(value: f32) -> u16 {
    let bits = value.to_bits();
    // The digits that are cut off count as half a unit in the last place or more, if with this they carry.
    let half = 0x7FFF + (bits >> 16 & 1);
    (bits.wrapping_add(half) >> 16) as u16
}

/// The bits of the nearest `f16`, the even one of two; the number must not be NaN.
#[inline(always)]
fn binary16(value: f32) -> u16 {
    /// 2¹⁶, which is infinite.
    const INFINITE: u32 = (127 + 16) << 23;
    /// 2⁻¹⁴, the least number with all its digits.
    const LEAST_NORMAL: u32 = (127 - 14) << 23;
    let bits = value.to_bits();
    let sign = bits >> 16 & 0x8000;
    let magnitude = (bits & 0x7FFF_FFFF).min(INFINITE);
    let power = (magnitude & 0x7F80_0000).max(LEAST_NORMAL);
    // The last place of 2¹³ times the number's power of two is worth what the last place of the `f16` is: the
    // sum is rounded there, and its last digits are the number's, from 0 to 2048.
    let large = power + (13 << 23);
    let sum = f32::from_bits(magnitude) + f32::from_bits(large);
    let digits = sum.to_bits() - large;
    // A subnormal number has the exponent 0, and others have the 1 in front of their digits added to it.
    let unsigned = ((power - LEAST_NORMAL) >> 13) + digits;
    (sign | unsigned) as u16
}

macro_rules! format {
    ($element:ident, $round:ident) => {
        impl Format for $element {
            type Arithmetic = f32;
            type Real = Self;

            const ELEMENT_NAME: &'static str = stringify!($element);
            const GREATEST_VALUE: f64 = $element::MAX.to_f64_const();
            const LEAST_VALUE: f64 = $element::from_bits(1).to_f64_const();

            #[inline(always)]
            fn rounded_from(value: f32) -> Self {
                Self::from_bits($round(value))
            }

            fn nearest_to(value: f64) -> Self {
                let (least, greatest) = (Self::MIN.to_f32(), Self::MAX.to_f32());
                Self::rounded_from(f32::from_f64(value).clamp_to(least, greatest))
            }

            fn least_from(value: f64) -> f32 {
                let nearest = Self::nearest_to(value);
                if nearest.to_f64() < value && nearest < Self::MAX {
                    // Numbers of one sign are in the order of their bits, or in the opposite one.
                    let bits = nearest.to_bits();
                    let up = if nearest.is_sign_negative() { bits - 1 } else { bits + 1 };
                    Self::from_bits(up).to_f32()
                } else {
                    nearest.to_f32()
                }
            }
        }
    };
}
format!(f16, binary16);
format!(bf16, bfloat16);

#[cfg(test)]
mod tests {
    use super::*;

    /// Every number whose bits are a multiple of a prime, and all those next to where rounding turns.
    fn numbers() -> impl Iterator<Item = f32> {
        let turns = (0..=u16::MAX).flat_map(|bits| {
            let [a, b] = [f16::from_bits(bits).to_f32(), bf16::from_bits(bits).to_f32()];
            let next = f16::from_bits(bits.wrapping_add(1)).to_f32();
            let middle = f32::midpoint(a, next);
            let ties = f32::from_bits(b.to_bits() | 0x8000);
            [a, b, middle, ties].into_iter().flat_map(|x| [x.next_down(), x, x.next_up()])
        });
        turns.chain((0..=u32::MAX).step_by(997).map(f32::from_bits)).filter(|x| !x.is_nan())
    }

    #[test]
    fn rounding_is_that_of_the_half_crate() {
        for x in numbers() {
            assert_eq!(binary16(x), f16::from_f32(x).to_bits(), "{x:e}");
            assert_eq!(bfloat16(x), bf16::from_f32(x).to_bits(), "{x:e}");
        }
    }

    #[track_caller]
    fn assert_rounded_up<E: Format<Arithmetic = f32>>(to_f64: impl Fn(E) -> f64) {
        for x in numbers().map(f64::from).filter(|x| x.abs() <= E::GREATEST_VALUE) {
            let up = f64::from(E::least_from(x));
            let down = f64::from(E::greatest_to(x));
            let nearest = to_f64(E::nearest_to(x));
            assert!(down <= x && x <= up, "{x:e} between {down:e} and {up:e}");
            assert!(nearest == up || nearest == down, "{x:e}: {nearest:e}, {down:e}, {up:e}");
            for bound in [up, down] {
                assert_eq!(to_f64(E::nearest_to(bound)), bound, "{x:e}");
            }
        }
    }

    #[test]
    fn bounds_are_the_numbers_next_to_the_value() {
        assert_rounded_up(f16::to_f64);
        assert_rounded_up(bf16::to_f64);
        let tiny = 1e-30;
        assert_eq!(f64::from(<f16 as Format>::least_from(tiny)), 0.5_f64.powi(24));
        assert!(<f16 as Format>::least_from(-tiny).is_sign_negative());
    }
}
