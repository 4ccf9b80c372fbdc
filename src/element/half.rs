//! `f16` and `bf16` among the numbers of `f32`.

use super::Format;
use crate::math::Float;
use half::{bf16, f16};

macro_rules! format {
    ($element:ident) => {
        impl Format for $element {
            type Arithmetic = f32;
            type Real = Self;

            const ELEMENT_NAME: &'static str = stringify!($element);
            const GREATEST_VALUE: f64 = $element::MAX.to_f64_const();
            const LEAST_VALUE: f64 = $element::from_bits(1).to_f64_const();

            #[inline(always)]
            fn rounded_from(value: f32) -> Self {
                Self::from_f32(value)
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
format!(f16);
format!(bf16);

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Every number whose bits are a multiple of a prime, and all those next to where rounding turns.
    pub(crate) fn numbers() -> impl Iterator<Item = f32> {
        let turns = (0..=u16::MAX).flat_map(|bits| {
            let [a, b] = [f16::from_bits(bits).to_f32(), bf16::from_bits(bits).to_f32()];
            let next = f16::from_bits(bits.wrapping_add(1)).to_f32();
            let middle = f32::midpoint(a, next);
            let ties = f32::from_bits(b.to_bits() | 0x8000);
            [a, b, middle, ties].into_iter().flat_map(|x| [x.next_down(), x, x.next_up()])
        });
        turns.chain((0..=u32::MAX).step_by(997).map(f32::from_bits)).filter(|x| !x.is_nan())
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
