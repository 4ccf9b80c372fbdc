//! The formats of complex numbers: those of their parts.

use super::{ByKind, Entry, Format};
use num_complex::Complex;

macro_rules! format {
    ($($part:ident $name:literal)*) => {$(
        impl Format<Self> for Complex<$part> {
            const NAME: &'static str = $name;
            const GREATEST: f64 = <$part as Format<$part>>::GREATEST;
            const LEAST: f64 = <$part as Format<$part>>::LEAST;
            const IS_ARITHMETIC: bool = false;
            const IS_COMPLEX: bool = true;

            fn round(value: $part) -> Self {
                value.into()
            }

            #[inline(always)]
            fn of_parts(re: $part, im: $part) -> Self {
                Self::new(re, im)
            }

            fn nearest(value: f64) -> Self {
                <$part as Format<$part>>::nearest(value).into()
            }

            fn round_up(value: f64) -> $part {
                <$part as Format<$part>>::round_up(value)
            }

            #[inline]
            fn by_kind<K: ByKind>(work: K) -> K::Output {
                work.complex()
            }
        }

        impl Entry for Complex<$part> {
            #[inline(always)]
            fn parts(self) -> [$part; 2] {
                [self.re, self.im]
            }
        }
    )*};
}
format!(f32 "Complex<f32>" f64 "Complex<f64>");
