//! `f32` and `f64` as the laws compute in them: operations that IEEE 754 rounds exactly, so that every
//! machine has the same bits.

use super::normal_quantile::{LEAST_D_32, LEAST_D_64, TABLE_32, TABLE_64, Table, rational};
use super::sine::{COSINE_32, COSINE_64, SINE_32, SINE_64, half_turn};
use bytemuck::Zeroable;
use std::fmt::Debug;
use std::hint::black_box;

/// An element's arithmetic.
///
/// A *word* is the random integer behind a value. An `f32` takes the high 32 bits of a `u64`, an `f64`
/// all 64 of them.
///
/// `FUSED` says that the code around is compiled for a processor with fused multiply-adds. The bits are
/// the same without: `f32` computes them in `f64`, and `f64` calls the platform's function.
pub trait Float: num_traits::Float + Debug + Default + Zeroable + Send + Sync + 'static {
    /// The coefficients of the normal quantile's center.
    type Table: Copy + Debug + Send + Sync;

    /// The type's name, for messages, and that of complex numbers of it.
    const NAME: &'static str;
    const COMPLEX_NAME: &'static str;
    /// The greatest and the least positive number.
    const GREATEST: f64;
    const LEAST: f64;
    const TWO: Self;
    /// 2^(1−B) for words of B bits.
    const UNIT: Self;
    /// Where the normal quantile's center ends.
    const LEAST_D: Self;
    /// Words have 64 bits.
    const IS_WIDE: bool;

    /// self · factor + summand, rounded once.
    fn multiply_add<const FUSED: bool>(self, factor: Self, summand: Self) -> Self;
    /// [`multiply_add`](Self::multiply_add) where, for `f32`, no inexact sum in `f64` is a tie. Without the instruction,
    /// the result is rounded from this sum. Tests try every argument of the polynomials, and every word's center.
    #[inline(always)]
    fn tieless_multiply_add<const FUSED: bool>(self, factor: Self, summand: Self) -> Self {
        self.multiply_add::<FUSED>(factor, summand)
    }

    /// The word as a signed integer, rounded.
    fn signed(word: u64) -> Self;
    /// (|x|, 1 − |x|) for x = (w + ½) · 2^(1−B), w the signed word. Each is rounded by itself, so that
    /// the second is as accurate as the first. w and −1 − w give equal results.
    fn fold<const FUSED: bool>(word: u64) -> (Self, Self);
    /// The value with its sign changed where the signed word is negative.
    fn flip(self, word: u64) -> Self;

    /// The coefficients behind a `black_box`. LLVM would otherwise rebuild the vector of each constant in
    /// the loop. Coefficients that are unknown to LLVM stay in memory, as operands of the instructions.
    fn table() -> Self::Table;
    /// The rational function r and 1.5 x of z = x r + 1.5 x, given d = 1 − x² of at least
    /// [`LEAST_D`](Self::LEAST_D).
    fn center<const FUSED: bool>(table: &Self::Table, x: Self, d: Self) -> (Self, Self);
    /// The cosine and sine of π x for x from 0 to 1, given 1 − x as well: to 3 · 10⁻⁷ (`f32`) and
    /// 4 · 10⁻¹⁵ (`f64`).
    fn half_turn<const FUSED: bool>(x: Self, rest: Self) -> (Self, Self);

    /// The nearest finite value of this type.
    fn from_f64(value: f64) -> Self;
    fn into_f64(self) -> f64;
    /// The least value of this type that is not below `value`, but at least −MAX.
    fn at_least(value: f64) -> Self;

    /// The greatest value of this type that is not above `value`, but at most MAX.
    fn at_most(value: f64) -> Self {
        -Self::at_least(-value)
    }

    /// As the standard library's `clamp`, but without a panic for bounds in the wrong order.
    #[inline(always)]
    fn clamp_to(self, low: Self, high: Self) -> Self {
        let raised = if self < low { low } else { self };
        if raised > high { high } else { raised }
    }
}

/// The signed word is below zero.
#[inline(always)]
pub(crate) fn is_negative(word: u64) -> bool {
    (word as i64) < 0
}

macro_rules! common {
    ($float:ident, $bits:ident, $terms:literal, $table:ident, $least_d:ident, $sine:ident, $cosine:ident) => {
        type Table = Table<$float, $terms>;

        const NAME: &'static str = stringify!($float);
        const COMPLEX_NAME: &'static str = concat!("Complex<", stringify!($float), ">");
        const GREATEST: f64 = $float::MAX as f64;
        const LEAST: f64 = $float::from_bits(1) as f64;
        const TWO: Self = 2.0;
        const UNIT: Self = 1.0 / (1_u64 << ($bits::BITS - 1)) as $float;
        const LEAST_D: Self = $least_d;
        const IS_WIDE: bool = $bits::BITS == 64;

        #[inline(always)]
        fn flip(self, word: u64) -> Self {
            let word = (word >> (64 - $bits::BITS)) as $bits;
            $float::from_bits(self.to_bits() ^ (word & (1 << ($bits::BITS - 1))))
        }

        #[inline(always)]
        fn table() -> Self::Table {
            *black_box(&$table)
        }

        #[inline(always)]
        fn center<const FUSED: bool>(table: &Self::Table, x: Self, d: Self) -> (Self, Self) {
            let rest = rational::<FUSED, Self, $terms>(&table.numerator, &table.denominator, d);
            (rest, x * table.middle)
        }

        #[inline(always)]
        fn half_turn<const FUSED: bool>(x: Self, rest: Self) -> (Self, Self) {
            half_turn::<FUSED, Self, _>(x, rest, &$sine, &$cosine)
        }

        #[inline(always)]
        fn from_f64(value: f64) -> Self {
            (value as $float).clamp_to($float::MIN, $float::MAX)
        }

        #[inline(always)]
        fn into_f64(self) -> f64 {
            self.into()
        }

        fn at_least(value: f64) -> Self {
            let nearest = value as $float;
            let up = if nearest.into_f64() < value { nearest.next_up() } else { nearest };
            up.max($float::MIN)
        }
    };
}

impl Float for f32 {
    common!(f32, u32, 7, TABLE_32, LEAST_D_32, SINE_32, COSINE_32);

    #[inline(always)]
    fn multiply_add<const FUSED: bool>(self, factor: f32, summand: f32) -> f32 {
        if FUSED {
            self.mul_add(factor, summand)
        } else {
            mul_add_in_f64::<BRANCHES>(self, factor, summand)
        }
    }

    #[inline(always)]
    fn tieless_multiply_add<const FUSED: bool>(self, factor: f32, summand: f32) -> f32 {
        if FUSED {
            self.mul_add(factor, summand)
        } else {
            (f64::from(self) * f64::from(factor) + f64::from(summand)) as f32
        }
    }

    #[inline(always)]
    fn signed(word: u64) -> f32 {
        (word >> 32) as i32 as f32
    }

    // The products are exact, so that no fused operation is needed for the bits.
    #[inline(always)]
    fn fold<const FUSED: bool>(word: u64) -> (f32, f32) {
        let word = (word >> 32) as i32;
        let magnitude = word ^ (word >> 31);
        let fraction =
            |n: i32| fused_if_cheap::<FUSED, f32>(n as f32, Self::UNIT, Self::UNIT / 2.0);
        (fraction(magnitude), fraction(magnitude ^ i32::MAX))
    }
}

impl Float for f64 {
    common!(f64, u64, 13, TABLE_64, LEAST_D_64, SINE_64, COSINE_64);

    #[inline(always)]
    fn multiply_add<const FUSED: bool>(self, factor: f64, summand: f64) -> f64 {
        self.mul_add(factor, summand)
    }

    // By halves: every vector unit can convert 32-bit integers. Only the sum is rounded.
    #[inline(always)]
    fn signed(word: u64) -> f64 {
        f64::from((word >> 32) as i32) * TWO_32 + f64::from(word as u32)
    }

    /// By halves: |x| = high · 2⁻³¹ + below, and 1 − |x| = (2³¹ − 1 − high) · 2⁻³¹ + (2⁻³¹ − below). All terms
    /// are exact, and each of the two sums is rounded once.
    #[inline(always)]
    fn fold<const FUSED: bool>(word: u64) -> (f64, f64) {
        /// 2⁻³¹.
        const STEP: f64 = f64::UNIT * TWO_32;
        /// The exponent of 2⁻¹¹, whose last bit is worth 2⁻⁶³.
        const EXPONENT: u64 = (1023 - 11) << 52;
        let (high, low) = ((word >> 32) as i32, word as u32);
        let sign = high >> 31;
        let (high, low) = (f64::from(high ^ sign), low ^ sign as u32);
        let below = f64::from_bits(EXPONENT | u64::from(low))
            - (f64::from_bits(EXPONENT) - f64::UNIT / 2.0);
        let rest = f64::from(i32::MAX) - high;
        (
            fused_if_cheap::<FUSED, f64>(high, STEP, below),
            fused_if_cheap::<FUSED, f64>(rest, STEP, STEP - below),
        )
    }
}

/// 2³².
const TWO_32: f64 = 4_294_967_296.0;

/// a · b + c where the product is exact, so that both ways have the same bits.
#[inline(always)]
fn fused_if_cheap<const FUSED: bool, A: Float>(a: A, b: A, c: A) -> A {
    if FUSED { a.multiply_add::<FUSED>(b, c) } else { a * b + c }
}

/// The code is not made of vectors, so that a branch takes half the time.
const BRANCHES: bool = cfg!(all(target_family = "wasm", not(target_feature = "simd128")));

/// The bits of [`f32::mul_add`] without the instruction.
///
/// The product p is exact in `f64`. The sum is cut to 25 digits there, `near`, and one unit in the last
/// place of the `f64` stands for the rest d = p + c − `near`, in its direction. No tie of `f32` has more
/// than 25 digits, so rounding that to `f32` is right (Boldo and Melquiond, "Emulation of FMA and correctly
/// rounded sums: proved algorithms using rounding to odd", IEEE Transactions on Computers 57, 2008).
///
/// The sign of d: p − RN(`near` − c) is 0 or has the sign of d, as rounding is monotone and keeps p. So
/// does c − RN(`near` − p), and the difference from the larger operand is exact. An infinite or undefined
/// sum makes both comparisons false, and is the result. A normal sum that is no tie need not be looked at: a
/// branch leaves it as it is.
#[inline(always)]
fn mul_add_in_f64<const BRANCHES: bool>(a: f32, b: f32, c: f32) -> f32 {
    let (product, c) = (f64::from(a) * f64::from(b), f64::from(c));
    let sum = product + c;
    if BRANCHES && sum.abs() >= f64::from(f32::MIN_POSITIVE) && sum.to_bits() << 35 != 1 << 63 {
        return sum as f32;
    }
    let near = f64::from_bits(sum.to_bits() & !((1 << 28) - 1));
    let rest = (product - (near - c) + (c - (near - product))) * near;
    let unit = u64::from(rest > 0.0).wrapping_sub(u64::from(rest < 0.0));
    f64::from_bits(near.to_bits().wrapping_add(unit)) as f32
}

#[cfg(test)]
mod tests {
    use super::super::normal_quantile::polynomial;
    use super::super::{Simd, Vectorized};
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;
    use std::ops::Range;

    /// A number with this exponent and at most so many digits.
    fn number(rng: &mut impl Rng, exponent: i32, digits: u32) -> f32 {
        let fraction = rng.random::<u32>() & (u32::MAX << (24 - digits)) & 0x007F_FFFF;
        let sign = if rng.random() { 1.0 } else { -1.0 };
        // In f64, so that numbers below the least normal one are rounded, not lost.
        let power = f64::from_bits(((exponent + 1023) as u64) << 52);
        (sign * power * f64::from(fraction | 0x0080_0000) / f64::from(0x0080_0000)) as f32
    }

    #[track_caller]
    fn assert_exact([a, b, c]: [f32; 3]) {
        let right = a.mul_add(b, c);
        for found in [mul_add_in_f64::<false>(a, b, c), mul_add_in_f64::<true>(a, b, c)] {
            let same = found.to_bits() == right.to_bits() || found.is_nan() && right.is_nan();
            assert!(same, "{a:e} * {b:e} + {c:e} = {right:e}, not {found:e}");
        }
    }

    #[test]
    fn a_multiply_add_without_the_instruction_has_its_bits() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(1);
        for _ in 0..if cfg!(debug_assertions) { 100_000 } else { 3_000_000 } {
            // All bits, and so all exponents, infinities and NaN.
            assert_exact([0; 3].map(|_| f32::from_bits(rng.random())));
            // Products and summands that overlap or nearly do, down to subnormal numbers, with any
            // number of digits: exact sums, ties, long operands beside short ones.
            let (i, j) = (rng.random_range(-120..120), rng.random_range(-60..60));
            let apart = rng.random_range(-60..60);
            let [x, y, z] = [0; 3].map(|_| rng.random_range(1..=24));
            let (a, b) = (number(rng, i, x), number(rng, j, y));
            assert_exact([a, b, number(rng, (i + j + apart).clamp(-160, 127), z)]);
            // The product's negative but for the last places.
            let places = rng.random_range(-4..=4_i32) << rng.random_range(0..21);
            assert_exact([a, b, f32::from_bits((-(a * b)).to_bits().wrapping_add(places as u32))]);
            // An odd number of halves of the summand's last place, and a tiny amount beside it.
            let c = number(rng, 0, 24);
            let tiny = 2.0_f32.powi(-rng.random_range(1..24));
            let half = 2.0_f32.powi(rng.random_range(-26..-22));
            assert_exact([half * (1.0 + tiny), 1.0 - tiny, c]);
            assert_exact([half * (1.0 + tiny), -1.0, c]);
        }
    }

    #[test]
    fn special_operands_have_the_bits_of_the_instruction() {
        let special = [0.0, -0.0, 1.0, f32::MAX, f32::INFINITY, f32::NAN, f32::from_bits(1)];
        let signed: Vec<f32> = special.into_iter().flat_map(|x| [x, -x]).collect();
        for &a in &signed {
            for &b in &signed {
                for &c in &signed {
                    assert_exact([a, b, c]);
                }
            }
        }
    }

    /// Counts arguments for which a polynomial has other bits without the instruction.
    struct Differences<const N: usize> {
        coefficients: [f32; N],
        is_of_squares: bool,
    }

    impl<const N: usize> Vectorized for Differences<N> {
        type Target = Range<f32>;
        type Output = u32;

        #[inline(always)]
        fn run<const FUSED: bool>(self, arguments: &mut Range<f32>) -> u32 {
            let (first, end) = (arguments.start.to_bits(), arguments.end.to_bits());
            let step = if cfg!(debug_assertions) { 10_007 } else { 1 };
            let mut count = 0;
            for i in 0..(end - first) / step {
                let x = f32::from_bits(first + i * step);
                let x = if self.is_of_squares { x * x } else { x };
                let right = polynomial::<true, f32, N>(&self.coefficients, x);
                count += u32::from(polynomial::<false, f32, N>(&self.coefficients, x) != right);
            }
            count
        }
    }

    #[test]
    fn polynomials_have_the_bits_of_the_instruction_for_every_argument() {
        let best = *Simd::available().last().unwrap();
        // The d of truncated laws are rounded, some of them beyond 1.
        for coefficients in [TABLE_32.numerator, TABLE_32.denominator] {
            let differences = Differences { coefficients, is_of_squares: false };
            assert_eq!(best.run(differences, &mut (LEAST_D_32..1.001)), 0);
        }
        // An angle is at most an eighth of a turn, and the least word's is 2⁻³² of half a turn.
        for coefficients in [SINE_32, COSINE_32] {
            let differences = Differences { coefficients, is_of_squares: true };
            assert_eq!(best.run(differences, &mut (2.0_f32.powi(-33)..0.251)), 0);
        }
    }

    /// The center of a positive word, and its x, with or without the instruction.
    #[inline(always)]
    fn center<const FUSED: bool>(word: i32) -> (f32, f32) {
        let (x, q) = f32::fold::<true>((word as u64) << 32);
        let (rest, most) = f32::center::<FUSED>(&TABLE_32, x, q * (2.0 - q));
        (x.tieless_multiply_add::<FUSED>(rest, most), x)
    }

    /// Counts words whose center has other bits without the instruction.
    struct Centers;

    impl Vectorized for Centers {
        type Target = Range<i32>;
        type Output = u32;

        #[inline(always)]
        fn run<const FUSED: bool>(self, words: &mut Range<i32>) -> u32 {
            let step = if cfg!(debug_assertions) { 10_007 } else { 1 };
            let mut count = 0;
            for i in 0..(words.end - words.start) / step {
                let word = words.start + i * step;
                count += u32::from(center::<true>(word) != center::<false>(word));
            }
            count
        }
    }

    /// x · rest + 1.5 x is exact in `f64` unless |rest| < 2⁻⁵: the product has 48 digits, and at most 5 places lie
    /// above them. z / x rises with x.
    #[test]
    fn centers_have_the_bits_of_the_instruction_for_every_word() {
        let [first, last] = [0.68, 0.755].map(|x: f64| (x * 2.0_f64.powi(31)) as i32);
        for (word, share) in [(first, 1.5 - 1.0 / 32.0), (last, 1.5 + 1.0 / 32.0)] {
            let (z, x) = center::<true>(word);
            assert!((z / x < share) == (share < 1.5), "{x}: {z}");
        }
        assert_eq!(Simd::available().last().unwrap().run(Centers, &mut (first..last)), 0);
    }
}
