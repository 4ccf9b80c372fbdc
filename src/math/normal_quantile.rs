//! The standard normal quantile, from operations that IEEE 754 rounds exactly.
//!
//! Only + − × ÷ √ and fused multiply-add, each in one written order, so that the values have the
//! same bits on every machine; no `ln` or `exp` of the platform's. With x = 2p − 1, q = 1 − |x| and
//! d = 1 − x²:
//!
//! - the center needs no logarithm: z/x is smooth in d until d is small, and a rational function
//!   of d gives it with one division, which the processor hides behind the multiplications;
//! - the tail, one element in 200, is a rational function of √(−ln q);
//! - beyond the reach of probabilities, [`far_tail`] solves for z from the logarithm of p.
//!
//! The tables come from `normal_quantile.py` beside this file, which also says what each of them fits.

use super::float::Float;

/// z/x is the middle and a rational function of d, by ascending powers.
#[derive(Clone, Copy, Debug)]
pub struct Table<F, const N: usize> {
    pub(super) middle: F,
    pub(super) numerator: [F; N],
    pub(super) denominator: [F; N],
}

/// z/x is this number plus a rational function with values from −¼ to 1.2 or so. The split makes rounding errors
/// of the rational function weigh less: elements rise with their words, but for two units in the last place.
const MIDDLE: f64 = 1.5;

/// Where the center ends.
pub(super) const LEAST_D_32: f32 = 0.0125;
pub(super) const LEAST_D_64: f64 = 0.015;

// center, f32: z/x - 1.5 on d from 0.0125 to 1, relative error 3.0e-8
pub(super) static TABLE_32: Table<f32, 7> = Table {
    middle: MIDDLE as f32,
    numerator: [
        3.44776819e-7, 1.08329276e-4, 4.97438806e-3, 4.36213069e-2, 1.23497236e-2, -2.14730009e-1,
        -9.30099086e-2,
    ],
    denominator: [
        1.59201167e-7, 7.33764053e-5, 5.09254041e-3, 8.5317014e-2, 3.8602744e-1, 4.38328457e-1,
        8.51610134e-2,
    ],
};

// center, f64: z/x - 1.5 on d from 0.015 to 1, relative error 7.8e-16
pub(super) static TABLE_64: Table<f64, 13> = Table {
    middle: MIDDLE,
    numerator: [
        4.3692274746134724e-14, 5.8138846614522455e-11, 1.6294352266334571e-8,
        1.5630092399563988e-6, 6.1605022539285676e-5, 1.0706547456494426e-3, 8.1090243515073478e-3,
        2.2298308858865257e-2, -7.1274352973128831e-3, -1.0748003775853218e-1,
        -1.2216217268227352e-1, -3.8891950752461275e-2, -2.5654385342550043e-3,
    ],
    denominator: [
        1.7777304717431269e-14, 3.0790938326116329e-11, 1.0648095053783316e-8,
        1.2604969692768096e-6, 6.2958533021868421e-5, 1.4686332372029928e-3, 1.6814657016963142e-2,
        9.6076005863929987e-2, 2.7093045482111965e-1, 3.6130897400150675e-1, 2.0820174441999724e-1,
        4.3102694095046741e-2, 2.03260683533858e-3,
    ],
};

/// z > 0 with 2 (1 − Φ(z)) = q, for q from e^−54.5 to 0.0076.
#[inline(always)]
pub(crate) fn tail(q: f64) -> f64 {
    let s = (-ln(q)).sqrt();
    let rest = by_f64(&TAIL_N, s) / by_f64(&TAIL_D, s);
    s.mul_add(TAIL_SLOPE, rest)
}

/// z ≥ 4 with −ln(1 − Φ(z)) = `depth`, however deep.
///
/// Newton's method on the logarithm, where it converges fastest: the derivative of ln(1 − Φ) is
/// −1/R, R being Mills' ratio (1 − Φ)/φ.
#[inline(always)]
pub(crate) fn far_tail(depth: f64) -> f64 {
    let squared = 2.0 * depth - LN_TAU;
    let mut z = (squared - ln(squared)).sqrt();
    for _ in 0..3 {
        let mills = mills_ratio(z);
        z -= mills * (z.mul_add(z / 2.0, LN_TAU / 2.0) - ln(mills) - depth);
    }
    z
}

/// −ln(1 − Φ(z)) for z ≥ 4.
pub(crate) fn tail_depth(z: f64) -> f64 {
    z.mul_add(z / 2.0, LN_TAU / 2.0) - ln(mills_ratio(z))
}

/// (1 − Φ(z)) / φ(z) for z ≥ 4.
#[inline(always)]
fn mills_ratio(z: f64) -> f64 {
    rational::<true, f64, 7>(&MILLS_N, &MILLS_D, 1.0 / (z * z)) / z
}

/// The natural logarithm of a positive normal number.
#[inline(always)]
pub(crate) fn ln(a: f64) -> f64 {
    let exponent = (a.to_bits().wrapping_sub(SQRT_HALF.to_bits()) as i64) >> 52;
    let mantissa = f64::from_bits(a.to_bits().wrapping_sub((exponent << 52) as u64));
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let y = s * s;
    let rest = s * y * by_f64(&LOG, y);
    // An exponent fits 32 bits, which every vector unit converts.
    let exponent = f64::from(exponent as i32);
    exponent.mul_add(LN_2_HIGH, exponent.mul_add(LN_2_LOW, 2.0_f64.mul_add(s, rest)))
}

/// −ln a for a = 1 − t from 0 to 1, given both: as accurate as t where a is close to 1, and as a
/// elsewhere.
#[cfg(feature = "complex")]
#[inline(always)]
pub(crate) fn depth(t: f64, a: f64) -> f64 {
    // −ln(1 − t) = 2 artanh(t / (2 − t)), by the series that `ln` takes.
    let s = t / (2.0 - t);
    let y = s * s;
    let near = 2.0_f64.mul_add(s, s * y * by_f64(&LOG, y));
    let far = -ln(a);
    if t < 0.25 { near } else { far }
}

/// 1.5 · 2⁵²: adding it rounds to an integer and leaves that in the low bits.
const SHIFT: f64 = 6_755_399_441_055_744.0;

/// e^x.
pub(crate) fn exp(x: f64) -> f64 {
    if x.abs() > 700.0 {
        return if x < 0.0 { 0.0 } else { f64::INFINITY };
    }
    let shifted = x.mul_add(std::f64::consts::LOG2_E, SHIFT);
    let power = shifted - SHIFT;
    let r = power.mul_add(-LN_2_LOW, power.mul_add(-LN_2_HIGH, x));
    let mantissa = (r * r).mul_add(by_f64(&EXP, r), r) + 1.0;
    f64::from_bits(mantissa.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// e^x − 1 for x > 0.
pub(crate) fn exp_m1(x: f64) -> f64 {
    // As far as `exp` takes its polynomial by itself, nothing cancels.
    if x < 0.34 { (x * x).mul_add(by_f64(&EXP, x), x) } else { exp(x) - 1.0 }
}

#[inline(always)]
pub(super) fn rational<const FUSED: bool, A: Float, const N: usize>(
    numerator: &[A; N],
    denominator: &[A; N],
    x: A,
) -> A {
    polynomial::<FUSED, A, N>(numerator, x) / polynomial::<FUSED, A, N>(denominator, x)
}

/// The polynomial with these ascending coefficients.
///
/// Horner's rule in x² over pairs of coefficients: for one multiplication more, half as many
/// operations wait for each other, and half as many roundings add up.
#[inline(always)]
pub(super) fn polynomial<const FUSED: bool, A: Float, const N: usize>(c: &[A; N], x: A) -> A {
    let squared = x * x;
    let mut sum = c[N - 1];
    if N.is_multiple_of(2) {
        sum = sum.tieless_multiply_add::<FUSED>(x, c[N - 2]);
    }
    for i in (0..(N - 1) / 2).rev() {
        // x first: the other order costs a copy of x for each pair with AVX2.
        let pair = x.tieless_multiply_add::<FUSED>(c[2 * i + 1], c[2 * i]);
        sum = sum.tieless_multiply_add::<FUSED>(squared, pair);
    }
    sum
}

/// [`polynomial`] in `f64`, where `FUSED` makes no difference.
#[inline(always)]
fn by_f64<const N: usize>(c: &[f64; N], x: f64) -> f64 {
    polynomial::<true, f64, N>(c, x)
}

const SQRT_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;
/// ln 2 with its last 21 bits cleared, so that a product with an exponent is exact, and the rest.
const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);
/// ln 2π.
const LN_TAU: f64 = 1.837_877_066_409_345_6;

/// z in the tail is this times √(−ln q) and a small rational function, for the same reason.
const TAIL_SLOPE: f64 = 1.375;
// tail: z - 1.375 s, relative error 9.8e-17
const TAIL_N: [f64; 9] = [
    -2.9517375101166599e-1, 4.9374777472914779e-1, 1.2713821845190558, 1.3070240133103499e+1,
    5.2895547061216745, -6.4411231317367335e-2, -1.1430865458234378e-1, -5.6343180671236906e-3,
    1.7841932801478144e-7,
];
const TAIL_D: [f64; 8] = [
    1.0, -3.8200004940142666, -7.2367434977749661, -1.4807892387965152e+1, -1.3417087477303269e+1,
    -2.9736280151542822, -1.4307132231810915e-1, -1.2975951128347741e-7,
];

// Mills' ratio, error 1.1e-17
const MILLS_N: [f64; 7] = [
    9.9999999999999999e-1, 5.3263381161721812e+1, 9.742909092927507e+2, 7.4713488297630782e+3,
    2.3349969061427152e+4, 2.3771315799753344e+4, 3.4299493060492878e+3,
];
const MILLS_D: [f64; 7] = [
    1.0, 5.4263381161721723e+1, 1.0255542904545945e+3, 8.3491129766673323e+3,
    2.9331369902455954e+4, 3.8686002954185944e+4, 1.2559599704323816e+4,
];

// log, error 4.5e-16
const LOG: [f64; 7] = [
    6.6666666666666697e-1, 3.9999999999899178e-1, 2.8571428626105728e-1, 2.2222211115870476e-1,
    1.8182890367060648e-1, 1.5331684059749111e-1, 1.4616875168305025e-1,
];

// exp, error 2.7e-18
const EXP: [f64; 11] = [
    5.0e-1, 1.6666666666666671e-1, 4.1666666666666618e-2, 8.3333333333261602e-3,
    1.3888888888918106e-3, 1.9841269874742571e-4, 2.4801587245535957e-5, 2.7557255490209246e-6,
    2.7557349708868245e-7, 2.5105182476321618e-8, 2.0889372328839767e-9,
];
