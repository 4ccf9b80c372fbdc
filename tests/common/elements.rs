//! The list of the element types, and what tests ask of all of them. `tests/portability` has it, too.

#![allow(dead_code)] // Not everyone who has it asks for all of this.

use bytemuck::Pod;
use ndarray_init::rand::RngCore;
use ndarray_init::rand_distr::Distribution;
use ndarray_init::{Element, Law};

/// The statement once for each element type, with its name for it.
macro_rules! each_type {
    ($name:ident => $statement:expr) => {{
        each_type!($name => $statement; f32 f64);
        #[cfg(feature = "half")]
        each_type!($name => $statement; ndarray_init::half::f16 ndarray_init::half::bf16);
        #[cfg(feature = "complex")]
        each_type!($name => $statement;
            ndarray_init::num_complex::Complex32 ndarray_init::num_complex::Complex64);
    }};
    ($name:ident => $statement:expr; $($type:ty)*) => {$({
        type $name = $type;
        $statement;
    })*};
}
pub(crate) use each_type;

/// An element type of the list.
pub(crate) trait Listed: Element + Pod {
    /// Its name in the files of `tests/data`.
    const TYPE: &'static str;
    /// The distance from 1 to the next larger number.
    const EPSILON: f64;
    /// True if an element has a real and an imaginary part.
    const HAS_PARTS: bool = false;

    /// The bits; of complex numbers, those of the real part above those of the imaginary one.
    fn bits(self) -> u128;
    /// The nearest number.
    fn rounded(value: f64) -> Self;
    /// The real and the imaginary part.
    fn parts(self) -> [f64; 2];
    /// The element that the law makes of the generator's next words.
    fn drawn(law: &Law, rng: &mut dyn RngCore) -> Self;
}

/// True if elements of this type can be drawn from the law: complex ones have no bounds but those
/// around 0.
pub(crate) fn suits<A: Listed>(law: &Law) -> bool {
    !A::HAS_PARTS || matches!(law, Law::Normal(_)) || law.mean() == 0.0
}

macro_rules! real {
    ($($real:ident: $epsilon:expr, $rounded:expr;)*) => {$(
        impl Listed for $real {
            const TYPE: &'static str = stringify!($real);
            const EPSILON: f64 = $epsilon;

            fn bits(self) -> u128 {
                self.to_bits().into()
            }

            fn rounded(value: f64) -> Self {
                $rounded(value)
            }

            fn parts(self) -> [f64; 2] {
                [self.into(), 0.0]
            }

            fn drawn(law: &Law, rng: &mut dyn RngCore) -> Self {
                law.sample(rng)
            }
        }
    )*};
}
real! {
    f32: f32::EPSILON as f64, |value| value as f32;
    f64: f64::EPSILON, |value| value;
}

#[cfg(feature = "half")]
mod half {
    use super::{Distribution, Law, Listed, RngCore};
    use ndarray_init::half::{bf16, f16};
    real! {
        f16: f16::EPSILON.to_f64_const(), f16::from_f64;
        bf16: bf16::EPSILON.to_f64_const(), bf16::from_f64;
    }
}

#[cfg(feature = "complex")]
mod complex {
    use super::{Distribution, Element, Law, Listed, Pod, RngCore};
    use ndarray_init::num_complex::Complex;
    use ndarray_init::{ComplexTruncatedNormal, Disc, Normal};

    impl<T: Listed> Listed for Complex<T>
    where
        Self: Element + Pod,
        Disc: Distribution<Self>,
        ComplexTruncatedNormal: Distribution<Self>,
    {
        const TYPE: &'static str = if size_of::<T>() == 4 { "c32" } else { "c64" };
        const EPSILON: f64 = T::EPSILON;
        const HAS_PARTS: bool = true;

        fn bits(self) -> u128 {
            self.re.bits() << (8 * size_of::<T>()) | self.im.bits()
        }

        fn rounded(value: f64) -> Self {
            Self::new(T::rounded(value), T::default())
        }

        fn parts(self) -> [f64; 2] {
            [self.re, self.im].map(|part| part.parts()[0])
        }

        fn drawn(law: &Law, rng: &mut dyn RngCore) -> Self {
            // The circular law of the same variance.
            match law {
                Law::Uniform(law) => {
                    Disc::new(law.high() * (2.0_f64 / 3.0).sqrt()).unwrap().sample(rng)
                }
                Law::Normal(law) => {
                    let part = law.std_dev() * std::f64::consts::FRAC_1_SQRT_2;
                    let parts = [law.mean(), 0.0].map(|mean| Normal::new(mean, part).unwrap());
                    let [re, im] = parts.map(|part| T::drawn(&part.into(), rng));
                    Self::new(re, im)
                }
                Law::TruncatedNormal(law) => {
                    let sigmas = law.upper() / law.parent_std_dev();
                    let of_one = ComplexTruncatedNormal::new(1.0, sigmas).unwrap();
                    let std = law.std_dev() / of_one.std_dev();
                    ComplexTruncatedNormal::new(std, sigmas * std).unwrap().sample(rng)
                }
            }
        }
    }
}
