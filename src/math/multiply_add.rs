//! Fused multiply-add, bit for bit, from operations that every vector unit has.
//!
//! `mul_add` of the standard library is a call of libm's wherever the target has no such
//! instruction. These functions are additions, multiplications and operations on bits instead, and
//! a loop over them becomes vector code.
//!
//! - [`mul_add_f32`] has no branch and is right for all operands.
//! - [`try_mul_add_f32`] costs less than half of that, and [`try_mul_add_f64`] is all there is for
//!   `f64`. Both return a second word, whose bit [`DOUBT_F32`] or [`DOUBT_F64`] is set unless the
//!   value is proven right. A loop combines these words with `|`, and repeats a block of elements
//!   that is in doubt. Random operands are so once in 2¹⁹ calls (`f32`) or next to never (`f64`).
//!   Operands of few digits often are. So are exact results of `f32`, always: x · 1 + 0 is one for
//!   [`mul_add_f32`].
//!
//! RN is rounding to the nearest number, ties to even, to the 53 digits of `f64` or (RN₂₄) to
//! `f32`. It is monotone and keeps the numbers that it rounds to, and the proofs need no more. A
//! tie is a number between two of these, where RN jumps. The errors of sums and products are
//! numbers: see Knuth, "The Art of Computer Programming", volume 2, section 4.2.2, and Dekker, "A
//! floating-point technique for extending the available precision", Numerische Mathematik 18
//! (1971). That a last digit can stand for all that follow is from Boldo and Melquiond, "Emulation
//! of FMA and correctly rounded sums: proved algorithms using rounding to odd", IEEE Transactions
//! on Computers 57 (2008).
//!
//! Excess precision, as of the x87, and modes that flush subnormal numbers to zero are not IEEE
//! 754's operations, and break all of this.

/// The bit of [`try_mul_add_f32`]'s second word that says that the value may be wrong.
pub(super) const DOUBT_F32: u32 = 1 << 30;

/// The bit of [`try_mul_add_f64`]'s second word that says that the value may be wrong.
pub(super) const DOUBT_F64: u64 = 1 << 62;

/// The digits of an `f64` beyond 25, which are those of an `f32` and one more.
const BEYOND_25: u64 = (1 << 28) - 1;

/// RN₂₄(a · b + c), the bits of [`f32::mul_add`], without branches.
///
/// The product p is exact, since 24 + 24 digits fit 53. No tie of RN₂₄ has more than 25 digits, be
/// it between normal or subnormal numbers, below the least of them or beyond the greatest. RN₂₄ is
/// therefore constant between neighbours of 25 digits, and two things determine it: `near`, which
/// is the rounded sum cut to 25 digits, and the sign of the rest d = p + c − `near`. One unit in
/// the last place of `near` as an `f64`, in the direction of d, stands for d.
///
/// The sign of d: p − RN(`near` − c) = p − RN(p − d) is 0 or has the sign of d, as RN is monotone
/// and keeps p. So does c − RN(c − d). Where the inner difference is exact, the outer one is RN(d),
/// which is 0 only if d is. For the larger operand m, be it p or c, the difference m' = `near` − m
/// is exact, and it is an inner one. With 2^k the power of two in m: `near` lies between 0 and 2m,
/// so that |m'| ≤ |m| < 2^(k+1), and it remains to show that m' is a multiple of 2^(k−52). If the
/// sum is at least 2^(k−28), then `near` is such a multiple, and m, of 48 digits, always is. If the
/// sum is smaller, the operands nearly cancel, the other one is at least 2^(k−1), and both are
/// multiples of 2^(k−48). So are their sum, which is then exact, and `near`.
///
/// Nothing overflows or underflows in `f64`: what is not 0 lies between 2^−298 and 2^257, and the
/// product that compares signs between 2^−596 and 2^461. An infinite or undefined sum makes d
/// undefined and both comparisons false, and is the result. A sum of ±0 has d = 0, and keeps its
/// sign.
#[inline(always)]
pub(super) fn mul_add_f32(a: f32, b: f32, c: f32) -> f32 {
    let (p, c) = (f64::from(a) * f64::from(b), f64::from(c));
    let near = f64::from_bits((p + c).to_bits() & !BEYOND_25);
    let rest = (p - (near - c)) + (c - (near - p));
    let outwards = rest * near;
    let unit = u64::from(outwards > 0.0).wrapping_sub(u64::from(outwards < 0.0));
    f64::from_bits(near.to_bits().wrapping_add(unit)) as f32
}

/// The bits of [`f32::mul_add`], unless in doubt.
///
/// A sum of `f64` with more than 25 digits is no tie of RN₂₄, and not beyond one from the exact
/// sum, as RN is monotone and keeps ties. The second word is −1 for one with no more digits.
#[inline(always)]
pub(super) fn try_mul_add_f32(a: f32, b: f32, c: f32) -> (f32, u32) {
    let sum = f64::from(a) * f64::from(b) + f64::from(c);
    (sum as f32, ((sum.to_bits() & BEYOND_25) as u32).wrapping_sub(1))
}

/// RN(a · b + c), the bits of [`f64::mul_add`]: what a loop does in the end, for the tests.
#[cfg(test)]
fn mul_add_f64(a: f64, b: f64, c: f64) -> f64 {
    let (value, doubt) = try_mul_add_f64(a, b, c);
    if doubt & DOUBT_F64 == 0 { value } else { a.mul_add(b, c) }
}

/// The bits of [`f64::mul_add`], unless in doubt.
///
/// The exact value is `high` + y, where y is the error of the sum plus that of the product, and the
/// result RN(`high` + `low`) with `low` = RN(y). It is wrong only if a tie t lies between `high` + y
/// and `high` + `low`. Then both errors are nonzero, for y would be `low` otherwise. An error of
/// the sum means that its operands do not nearly cancel, and that the product is at most
/// 2 · |`high`|. The errors are thus at most half a unit and one unit in the last place of `high`. Ties
/// are multiples of a quarter unit there, and t − `high` is at most six of these. Such a number RN
/// keeps, and as it is between y and RN(y), it is `low`. So `low` ≠ 0 with less than 6 digits is in
/// doubt, and nothing else. Zero with its 53 digits is an exact value, `high`.
///
/// As integers, `low` | −`low` has ones from the lowest one of `low` upwards. Adding 2⁴⁷ clears the
/// highest bits if that is one of the lowest 48 bits, and keeps them otherwise, but for the sign's.
///
/// The value must be from 2^−511 to 2^513, or its exponent sets the bit. Zeros, whose signs differ,
/// are too small, and so is all that may have been rounded by underflow: where the product is below
/// 2^−968, the error of the product is wrong by at most 2^−1073, and the other operand makes up the
/// value. An error y below 2^−600 does not matter then, and a larger one has a last digit above
/// 2^−1073, so that `low` is t − `high` as before if t is between the right y and the wrong one.
/// What is infinite or undefined stays so until the value, which is too large.
#[inline(always)]
pub(super) fn try_mul_add_f64(a: f64, b: f64, c: f64) -> (f64, u64) {
    /// 2^−511, but for the bias of the exponent.
    const LEAST: u64 = 512 << 52;

    let product = a * b;
    let high = product + c;
    // In this order, which takes less time than others.
    let low = product_error(a, b, product) + sum_error(c, product, high);
    let value = high + low;
    let bits = low.to_bits();
    let short = (bits | bits.wrapping_neg()).wrapping_add(1 << 47);
    (value, short | value.to_bits().wrapping_sub(LEAST))
}

/// x + y − `sum`, with `sum` = RN(x + y): Knuth's.
#[inline(always)]
fn sum_error(x: f64, y: f64, sum: f64) -> f64 {
    let from_y = sum - x;
    (x - (sum - from_y)) + (y - from_y)
}

/// a · b − `product`, with `product` = RN(a · b): Dekker's, unless something underflows.
///
/// Its halves come from masks, which cost less than Veltkamp's products. The first factor is cut
/// into 26 and 27 digits. The second is rounded to 26, which leaves 26 and a sign, for 27 + 27
/// digits would be too many. Each sum is exact: in units of a's last place times b's, they are
/// multiples of 2⁵², 2²⁷, 2²⁷ and 1, and less than 2⁸¹, 2⁸⁰, 2⁵⁴ and 2⁵³.
#[inline(always)]
fn product_error(a: f64, b: f64, product: f64) -> f64 {
    const LOW: u64 = (1 << 27) - 1;
    let a_high = f64::from_bits(a.to_bits() & !LOW);
    let b_high = f64::from_bits(b.to_bits().wrapping_add(1 << 26) & !LOW);
    let (a_low, b_low) = (a - a_high, b - b_high);
    (((a_high * b_high - product) + a_high * b_low) + a_low * b_high) + a_low * b_low
}

#[cfg(test)]
mod tests {
    struct SplitMix64(u64);

    impl SplitMix64 {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        }

        /// From `low` to `high`, both included.
        fn between(&mut self, low: i32, high: i32) -> i32 {
            let count = (high - low + 1) as u64;
            low + (((self.next() >> 32) * count) >> 32) as i32
        }
    }

    /// How often a value was in doubt, and how often it was then wrong.
    #[derive(Debug, Default)]
    struct Doubts {
        cases: u64,
        doubtful: u64,
        wrong: u64,
    }

    macro_rules! tests {
        ($float:ident, $bits:ident, $exact:ident, $try:ident, $in_doubt:ident) => {
            mod $float {
                use super::super::*;
                use super::{Doubts, SplitMix64};

                const CASES: u64 = 1_000_000;
                const DIGITS: i32 = $float::MANTISSA_DIGITS as i32;
                const BIAS: i32 = $float::MAX_EXP - 1;
                const FRACTION: $bits = (1 << (DIGITS - 1)) - 1;
                /// The exponent of the least number.
                const LEAST: i32 = $float::MIN_EXP - DIGITS;

                type Operands = [$float; 3];

                fn check([a, b, c]: Operands, doubts: &mut Doubts) {
                    let right = a.mul_add(b, c);
                    let same =
                        |x: $float| x.to_bits() == right.to_bits() || x.is_nan() && right.is_nan();
                    let value = $exact(a, b, c);
                    assert!(same(value), "{a:e} * {b:e} + {c:e} = {right:e}, not {value:e}");
                    let (value, doubt) = $try(a, b, c);
                    let sure = doubt & $in_doubt == 0;
                    assert!(
                        same(value) || !sure,
                        "{a:e} * {b:e} + {c:e} = {right:e}, not {value:e} without doubt"
                    );
                    doubts.cases += 1;
                    doubts.doubtful += u64::from(!sure);
                    doubts.wrong += u64::from(!same(value));
                }

                fn check_all(operands: fn(&mut SplitMix64) -> Operands) -> Doubts {
                    let (mut random, mut doubts) = (SplitMix64(1), Doubts::default());
                    for _ in 0..CASES {
                        check(operands(&mut random), &mut doubts);
                    }
                    println!("{doubts:?}");
                    doubts
                }

                /// A number of at most `digits` digits and with this exponent, or of fewer digits
                /// where the exponent is too small.
                fn number(random: &mut SplitMix64, exponent: i32, digits: i32) -> $float {
                    let random = random.next();
                    let fraction = (random >> 1) as $bits & FRACTION & !(FRACTION >> (digits - 1));
                    let (sign, one) = ((random as $bits) << ($bits::BITS - 1), 1 << (DIGITS - 1));
                    let exponent = exponent.min(BIAS);
                    let bits = if exponent > -BIAS {
                        ((exponent + BIAS) as $bits * one) | fraction
                    } else {
                        (one | fraction).checked_shr((1 - BIAS - exponent) as u32).unwrap_or(0)
                    };
                    $float::from_bits(sign | bits)
                }

                fn full(random: &mut SplitMix64, exponent: i32) -> $float {
                    number(random, exponent, DIGITS)
                }

                fn power_of_two(exponent: i32) -> $float {
                    number(&mut SplitMix64(0), exponent, 1).abs()
                }

                /// A number with an odd last digit.
                fn odd(random: &mut SplitMix64, exponent: i32, digits: i32) -> $float {
                    let x = number(random, exponent, (digits - 1).max(1));
                    if digits == 1 {
                        x
                    } else {
                        x + power_of_two(exponent - digits + 1).copysign(x)
                    }
                }

                /// All bits, and so all exponents, infinities and NaN.
                fn any(random: &mut SplitMix64) -> Operands {
                    [0; 3].map(|_| $float::from_bits(random.next() as $bits))
                }

                /// All exponents, but so that the products and the summands overlap or nearly do.
                fn overlapping(random: &mut SplitMix64) -> Operands {
                    let i = random.between(LEAST, BIAS);
                    let j = random.between((-BIAS).max(-BIAS - i), BIAS.min(BIAS - i));
                    let apart = random.between(-3 * DIGITS, 3 * DIGITS);
                    [full(random, i), full(random, j), full(random, i + j + apart)]
                }

                /// Any numbers of digits: exact sums, ties, long operands next to short ones.
                fn short(random: &mut SplitMix64) -> Operands {
                    let (i, j) = (random.between(-40, 40), random.between(-40, 40));
                    let apart = random.between(-DIGITS - 4, DIGITS + 4);
                    [i, j, i + j + apart].map(|exponent| {
                        let digits = random.between(1, DIGITS);
                        number(random, exponent, digits)
                    })
                }

                /// Summands that are the product's negative but for the last places.
                fn cancelling(random: &mut SplitMix64) -> Operands {
                    let (i, j) = (random.between(-60, 60), random.between(-60, 60));
                    let (a, b) = (full(random, i), full(random, j));
                    let places = i64::from(random.between(-4, 4)) << random.between(0, DIGITS - 3);
                    let c = (-(a * b)).to_bits().wrapping_add(places as $bits);
                    [a, b, $float::from_bits(c)]
                }

                /// Products of an odd number of halves of the summand's last place, or of a tiny
                /// amount less or more.
                fn tie_by_product(random: &mut SplitMix64) -> Operands {
                    let (i, j) = (random.between(-30, 30), random.between(-30, 30));
                    let c = full(random, i);
                    let half = i - DIGITS + random.between(-1, 1);
                    let tiny = power_of_two(-random.between(1, DIGITS - 1));
                    // (1 + ε)(1 − ε) = 1 − ε² is closest to 1.
                    let (one, other) = match random.between(0, 4) {
                        0 => (1.0, 1.0),
                        1 => (1.0 + tiny, 1.0 - tiny),
                        2 => (1.0 + tiny, 1.0 + 2.0 * tiny),
                        3 => (1.0, 1.0 + tiny),
                        _ => (1.0, 1.0 - tiny),
                    };
                    let [halves, sign] =
                        [random.between(0, 3) * 2 + 1, random.between(0, 1) * 2 - 1];
                    let a = power_of_two(j) * one * $float::from(sign as i8);
                    [a, power_of_two(half - j) * other * $float::from(halves as i8), c]
                }

                /// Products with one digit too many, and tiny summands or none.
                fn tie_by_summand(random: &mut SplitMix64) -> Operands {
                    let (i, j) = (random.between(-30, 30), random.between(-30, 30));
                    let digits = random.between(1, DIGITS);
                    let (a, b) = (odd(random, i, digits), odd(random, j, DIGITS + 1 - digits));
                    let below = random.between(DIGITS - 2, 4 * DIGITS);
                    let c = full(random, i + j - below);
                    [a, b, if random.between(0, 3) == 0 { 0.0 } else { c }]
                }

                /// Products and summands around the least normal and the least of all numbers,
                /// full, short and cancelling ones.
                fn subnormal(random: &mut SplitMix64) -> Operands {
                    let sum = LEAST + random.between(-DIGITS, 3 * DIGITS);
                    let i = random.between(sum / 2 - 60, sum / 2 + 60);
                    let [p, q, r] = [0; 3].map(|_| random.between(1, DIGITS));
                    let (a, b) = (number(random, i, p), number(random, sum - i, q));
                    let c = match random.between(0, 3) {
                        0 => {
                            let near = random.between(LEAST - 2, LEAST + DIGITS + 2);
                            number(random, near, r)
                        }
                        1 => $float::from_bits((-(a * b)).to_bits() ^ (random.next() as $bits & 3)),
                        2 => number(random, sum, r),
                        _ => full(random, sum),
                    };
                    [a, b, c]
                }

                /// Products, summands and results around the greatest number.
                fn huge(random: &mut SplitMix64) -> Operands {
                    let sum = BIAS + random.between(-3, 2);
                    let i = random.between(sum / 2 - 60, sum / 2 + 60);
                    let mut large = |exponent: i32| {
                        let x = full(random, exponent);
                        // Every other one just below a power of two, which its halves round to.
                        let ones = if random.between(0, 1) == 0 { FRACTION & !3 } else { 0 };
                        $float::from_bits(x.to_bits() | ones)
                    };
                    let (a, b, c) = (large(i), large(sum - i), large(BIAS));
                    [a, b, if random.between(0, 1) == 0 { c } else { -(a * b) }]
                }

                /// Zeros, infinities, NaN, and the numbers at the ends.
                fn special(random: &mut SplitMix64) -> Operands {
                    [0; 3].map(|_| {
                        let x = match random.between(0, 11) {
                            0 | 1 => 0.0,
                            2 => $float::INFINITY,
                            3 => $float::NAN,
                            4 => $float::MAX,
                            5 => $float::MIN_POSITIVE,
                            6 => $float::from_bits(1),
                            7 => 1.0,
                            8 => 0.5,
                            9 => 1.0 + $float::EPSILON,
                            10 => $float::MIN_POSITIVE.next_down(),
                            _ => full(random, 0),
                        };
                        if random.between(0, 1) == 0 { x } else { -x }
                    })
                }

                const KINDS: [fn(&mut SplitMix64) -> Operands; 9] = [
                    any,
                    overlapping,
                    short,
                    cancelling,
                    tie_by_product,
                    tie_by_summand,
                    subnormal,
                    huge,
                    special,
                ];

                #[test]
                fn operands_of_all_exponents() {
                    check_all(any);
                    let doubts = check_all(overlapping);
                    assert!(doubts.doubtful < CASES / 2, "{doubts:?}");
                    check_all(short);
                }

                #[test]
                fn cancellation() {
                    check_all(cancelling);
                }

                #[test]
                fn ties() {
                    assert!(check_all(tie_by_product).wrong > CASES / 100);
                    assert!(check_all(tie_by_summand).cases == CASES);
                }

                #[test]
                fn subnormal_numbers() {
                    check_all(subnormal);
                }

                #[test]
                fn overflow() {
                    check_all(huge);
                }

                #[test]
                fn zeros_infinities_and_nan() {
                    check_all(special);
                }

                #[test]
                #[ignore = "10⁹ operands: minutes in release"]
                fn many_operands() {
                    let (mut random, mut doubts) = (SplitMix64(2), Doubts::default());
                    for i in 0..1_000_000_000 {
                        check(KINDS[i % KINDS.len()](&mut random), &mut doubts);
                    }
                    println!("{doubts:?}");
                }
            }
        };
    }

    tests!(f32, u32, mul_add_f32, try_mul_add_f32, DOUBT_F32);
    tests!(f64, u64, mul_add_f64, try_mul_add_f64, DOUBT_F64);
}
