//! Complex elements: their laws are the same in all directions, the modulus or real part comes from the
//! first word, the angle or imaginary part from the second.

#![cfg(feature = "complex")]

use crate::common::{GAMMA, assert_refused, mix64, part, word, word64};
use ndarray_init::ndarray::{Array1, Array2, Array3, ArrayD, IxDyn, ShapeBuilder, array, s};
use ndarray_init::num_complex::{Complex, Complex32, Complex64};
use ndarray_init::presets::keras::Stft;
use ndarray_init::rand::SeedableRng;
use ndarray_init::rand_distr::Distribution as _;
use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
use ndarray_init::{
    AnyInitializer, Blocks, ComplexNormal, ComplexTruncatedNormal, Constant, Dirac, Disc,
    Distribution, Element, FanMode, Identity, InitError, InitExt, InitRefExt, Initializer, Key,
    Layout, Normal, Ones, Sparse, TruncatedNormal, Uniform, VarianceScaling, Zeros,
};
use statrs::distribution::{ContinuousCDF, Normal as Standard};
use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

const N: usize = 1_000_000;
const K: u64 = 2026;
const KEY: Key = Key::new(K);
/// The key of second words.
const fn second(key: u64) -> u64 {
    key ^ GAMMA.wrapping_mul(2)
}

/// The parts of an element as `f64`.
trait Parts: Element {
    fn wide(self) -> Complex64;
    /// The words of element i as numbers from −½ to ½.
    fn fractions(i: usize) -> [f64; 2];
    /// The first word of element i as a number from 0 to 1, and what is left to 1: each rounded by
    /// itself, so that small ones have all their digits.
    fn first(i: usize) -> [f64; 2];
}

impl Parts for Complex32 {
    fn wide(self) -> Complex64 {
        Complex::new(self.re.into(), self.im.into())
    }

    fn fractions(i: usize) -> [f64; 2] {
        [K, mix64(second(K))].map(|key| (f64::from(word(key, i) as i32) + 0.5) / 2.0_f64.powi(32))
    }

    fn first(i: usize) -> [f64; 2] {
        let word = word(K, i) ^ 1 << 31;
        [word, !word].map(|word| (f64::from(word) + 0.5) / 2.0_f64.powi(32))
    }
}

impl Parts for Complex64 {
    fn wide(self) -> Complex64 {
        self
    }

    fn fractions(i: usize) -> [f64; 2] {
        [K, mix64(second(K))].map(|key| (word64(key, i) as i64 as f64) / 2.0_f64.powi(64))
    }

    fn first(i: usize) -> [f64; 2] {
        let word = word64(K, i) ^ 1 << 63;
        [word, !word].map(|word| (word as f64 + 0.5) / 2.0_f64.powi(64))
    }
}

fn drawn<A: Parts>(initializer: &impl Initializer<A>) -> Vec<Complex64> {
    Array1::<A>::init(N, initializer, KEY).unwrap().into_iter().map(Parts::wide).collect()
}

fn truncated(sigmas: f64) -> ComplexTruncatedNormal {
    ComplexTruncatedNormal::in_sigmas(0.5, sigmas).unwrap()
}

#[test]
fn parts_of_a_normal_are_arrays_of_two_keys() {
    fn check<T: Element>(part_of: impl Fn(&Array1<Complex<T>>, usize) -> Array1<T>)
    where
        Complex<T>: Element,
    {
        let law = ComplexNormal::new(0.3).unwrap();
        let part = Normal::new(0.0, law.part_std_dev()).unwrap();
        let z = Array1::<Complex<T>>::init(20_000, &law, KEY).unwrap();
        assert_eq!(part_of(&z, 0), Array1::init(20_000, &part, KEY).unwrap());
        let second = Key::new(mix64(second(K)));
        assert_eq!(part_of(&z, 1), Array1::init(20_000, &part, second).unwrap());
    }
    check::<f32>(|z, i| z.mapv(|z| if i == 0 { z.re } else { z.im }));
    check::<f64>(|z, i| z.mapv(|z| if i == 0 { z.re } else { z.im }));
}

/// That elements are modulus(u₁, 1 − u₁) e^(2πi u₂), to an accuracy relative to the greatest modulus.
#[track_caller]
fn assert_polar<A: Parts>(
    initializer: &impl Initializer<A>,
    modulus: impl Fn(f64, f64) -> f64,
    accuracy: f64,
) {
    let z = Array1::<A>::init(5000, initializer, KEY).unwrap();
    let mut largest = 0.0_f64;
    for (i, z) in z.iter().enumerate() {
        let ([_, second], [u, rest]) = (A::fractions(i), A::first(i));
        let modulus = modulus(u, rest);
        let expected = Complex64::from_polar(modulus, TAU * (0.5 + second));
        largest = largest.max((z.wide() - expected).norm());
    }
    println!("largest error: {largest:.1e}");
    assert!(largest <= accuracy * modulus(1.0, 0.0), "{largest:e}");
}

#[test]
fn modulus_and_angle_come_from_the_two_words() {
    let disc = Disc::new(0.7).unwrap();
    assert_polar::<Complex32>(&disc, |u, _| 0.7 * u.sqrt(), 6e-7);
    assert_polar::<Complex64>(&disc, |u, _| 0.7 * u.sqrt(), 4e-15);
    for sigmas in [0.01_f64, 0.5, 2.0, 4.0] {
        let mass = -(-sigmas * sigmas).exp_m1();
        let modulus = |u: f64, rest: f64| {
            let above = (-sigmas * sigmas).exp() + mass * rest;
            0.5 * if mass * u < 0.3 { -(-mass * u).ln_1p() } else { -above.ln() }.sqrt()
        };
        assert_polar::<Complex32>(&truncated(sigmas), modulus, 6e-7);
        assert_polar::<Complex64>(&truncated(sigmas), modulus, 4e-15);
    }
}

#[test]
fn moduli_are_within_the_bound() {
    fn check<T>()
    where
        Complex<T>: Parts,
    {
        for radius in [0.7, 1.0, 1.1754944e-38, 3.4e38, 0.1] {
            let disc = Disc::new(radius).unwrap();
            let law = ComplexTruncatedNormal::in_sigmas(radius, 1.0).unwrap();
            let within = |z: &Complex64| z.re.hypot(z.im) <= radius;
            assert!(drawn::<Complex<T>>(&disc).iter().all(within), "{radius}");
            assert!(drawn::<Complex<T>>(&law).iter().all(within), "{radius}");
        }
    }
    check::<f32>();
    check::<f64>();
}

/// √n times the largest distance of the sample from its distribution function; K(1.95) = 0.999.
#[track_caller]
fn assert_distributed(what: &str, sample: impl Iterator<Item = f64>, cdf: impl Fn(f64) -> f64) {
    let mut u: Vec<f64> = sample.map(cdf).collect();
    u.sort_by(f64::total_cmp);
    let n = u.len() as f64;
    let distance = |(i, &u): (usize, &f64)| ((i as f64 + 0.5) / n - u).abs();
    let largest = u.iter().enumerate().map(distance).fold(0.0, f64::max) * n.sqrt();
    assert!(largest < 1.95, "{what}: {largest}");
}

#[test]
fn parts_moduli_and_angles_are_distributed_as_they_should_be() {
    fn check<T>()
    where
        Complex<T>: Parts,
    {
        let turn = |z: &Complex64| z.arg().rem_euclid(TAU);
        let z = drawn::<Complex<T>>(&Disc::new(2.0).unwrap());
        let semicircle =
            |x: f64| 0.5 + (x / 2.0 * (1.0 - x * x / 4.0).sqrt() + (x / 2.0).asin()) / PI;
        assert_distributed("re, disc", z.iter().map(|z| z.re), semicircle);
        assert_distributed("im, disc", z.iter().map(|z| z.im), semicircle);
        assert_distributed("modulus, disc", z.iter().map(|z| z.norm()), |r| r * r / 4.0);
        assert_distributed("angle, disc", z.iter().map(turn), |a| a / TAU);

        let z = drawn::<Complex<T>>(&ComplexNormal::new(0.5).unwrap());
        let normal = Standard::standard();
        let part = |x: f64| normal.cdf(x / (0.5 * FRAC_1_SQRT_2));
        assert_distributed("re, normal", z.iter().map(|z| z.re), part);
        assert_distributed("im, normal", z.iter().map(|z| z.im), part);
        assert_distributed("modulus, normal", z.iter().map(|z| z.norm()), |r| {
            -(-4.0 * r * r).exp_m1()
        });
        assert_distributed("angle, normal", z.iter().map(turn), |a| a / TAU);

        for sigmas in [0.5_f64, 2.0] {
            let z = drawn::<Complex<T>>(&truncated(sigmas));
            assert_distributed("modulus, truncated", z.iter().map(|z| z.norm()), |r| {
                (-4.0 * r * r).exp_m1() / (-sigmas * sigmas).exp_m1()
            });
            assert_distributed("angle, truncated", z.iter().map(turn), |a| a / TAU);
        }
    }
    check::<f32>();
    check::<f64>();
}

fn correlation(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let n = pairs.clone().count() as f64;
    let mean = pairs.clone().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let sums = pairs.fold([0.0; 3], |[xx, yy, xy], (x, y)| {
        let (x, y) = (x - mean.0, y - mean.1);
        [xx + x * x, yy + y * y, xy + x * y]
    });
    sums[2] / (sums[0] * sums[1]).sqrt()
}

#[test]
fn parts_have_nothing_to_do_with_each_other() {
    let limit = 3.29 / (N as f64).sqrt();
    let normal = drawn::<Complex32>(&ComplexNormal::new(1.0).unwrap());
    let disc = drawn::<Complex64>(&Disc::new(1.0).unwrap());
    for (what, found) in [
        ("re and im", correlation(normal.iter().map(|z| (z.re, z.im)))),
        ("their squares", correlation(normal.iter().map(|z| (z.re * z.re, z.im * z.im)))),
        ("neighbours", correlation(normal.iter().zip(&normal[1..]).map(|(a, b)| (a.re, b.im)))),
        ("re and im on a disc", correlation(disc.iter().map(|z| (z.re, z.im)))),
        ("modulus and angle", correlation(disc.iter().map(|z| (z.norm(), z.arg())))),
    ] {
        assert!(found.abs() < limit, "{what}: {found}");
    }
}

/// That the mean square is that variance, within 3.29 of its own deviations.
#[track_caller]
fn assert_variance(z: &[Complex64], variance: f64) {
    let squares: Vec<f64> = z.iter().map(|z| z.norm_sqr() / variance).collect();
    let n = squares.len() as f64;
    let mean = squares.iter().sum::<f64>() / n;
    let spread = squares.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    let error = (mean - 1.0) / (spread / n).sqrt();
    assert!(error.abs() < 3.29, "{mean} of the variance, {error} deviations");
    let re = z.iter().map(|z| z.re * z.re / variance).sum::<f64>() / n;
    assert!((re - 0.5).abs() < 0.005, "the real part has {re} of the variance");
}

#[test]
fn variances_are_those_of_the_scaling_and_of_the_laws() {
    fn check<T>()
    where
        Complex<T>: Parts,
    {
        for distribution in
            [Distribution::Uniform, Distribution::UntruncatedNormal, Distribution::TruncatedNormal]
        {
            let cfg = VarianceScaling::new(3.0, FanMode::FanIn, distribution).unwrap();
            let z = Array2::<Complex<T>>::init((600, 1000), &cfg, KEY).unwrap();
            let z: Vec<_> = z.iter().map(|z| z.wide()).collect();
            assert_variance(&z, 3.0 / 600.0);
            if distribution == Distribution::TruncatedNormal {
                // Two deviations of the parent, whose variance is the whole divided by 1 − 4/(e⁴ − 1).
                let bound = 2.0 * (0.005 / (1.0 - 4.0 / (4.0_f64.exp() - 1.0))).sqrt();
                let largest = z.iter().map(|z| z.norm()).fold(0.0, f64::max);
                assert!((0.9999..=1.0 + 1e-15).contains(&(largest / bound)), "{}", largest / bound);
            }
        }
        assert_variance(&drawn::<Complex<T>>(&Disc::new(0.3).unwrap()), 0.045);
        for sigmas in [0.2, 1.0, 2.0, 3.0] {
            assert_variance(
                &drawn::<Complex<T>>(&truncated(sigmas)),
                truncated(sigmas).std_dev().powi(2),
            );
        }
        // A real law stands for the circular one of the same mean and variance.
        let law = TruncatedNormal::new(0.0, 0.2, -0.1, 0.1).unwrap();
        assert_variance(&drawn::<Complex<T>>(&law), law.std_dev().powi(2));
        let law = Uniform::new(-0.1, 0.1).unwrap();
        assert_variance(&drawn::<Complex<T>>(&law), law.std_dev().powi(2));
        let z = drawn::<Complex<T>>(&Normal::new(3.0, 0.5).unwrap());
        let centered: Vec<_> = z.iter().map(|z| z - 3.0).collect();
        assert_variance(&centered, 0.25);
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn single_precision_is_double_precision_rounded() {
    for (law, tolerance) in [
        (VarianceScaling::glorot_uniform(), 6e-7),
        (VarianceScaling::he_normal(), 6e-7),
        (VarianceScaling::kaiming_normal(), 2e-4),
    ] {
        let narrow = Array2::<Complex32>::init((300, 300), &law, KEY).unwrap();
        let wide = Array2::<Complex64>::init((300, 300), &law, KEY).unwrap();
        let std = law.law(&[300, 300]).unwrap().std_dev();
        for (a, b) in narrow.iter().zip(&wide) {
            assert!((a.wide() - b).norm() <= tolerance * 3.0 * std, "{a}, {b}");
        }
    }
}

#[test]
fn layouts_sizes_and_threads_have_the_same_values() {
    fn check<A: Parts>(initializer: &dyn Initializer<A>) {
        let shape = (48, 56, 20);
        let whole = Array3::<A>::init(shape, initializer, KEY).unwrap();
        assert_eq!(Array3::<A>::init(shape.f(), initializer, KEY).unwrap(), whole);
        let mut owner = Array3::<A>::from_elem((40, 56, 48), A::default());
        let mut view = owner.slice_mut(s![..;2, ..;-1, ..]).reversed_axes();
        view.fill_init(initializer, KEY).unwrap();
        assert_eq!(view, whole);
        let zero = A::default();
        assert!(owner.slice(s![1..;2, .., ..]).iter().all(|&z| z == zero));
        for len in [1, 17, 1023, 1025, 5000] {
            let flat = Array1::<A>::init(len, initializer, KEY).unwrap();
            assert!(flat.iter().eq(whole.iter().take(len)), "{len} elements");
        }
    }
    let laws: [&dyn Initializer<Complex32>; 3] =
        [&Disc::new(0.5).unwrap(), &ComplexNormal::new(0.5).unwrap(), &truncated(2.0)];
    for law in laws {
        check(law);
    }
    check::<Complex64>(&truncated(2.0));
    check::<Complex64>(&ComplexNormal::new(0.5).unwrap());

    let fill = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Array2::<Complex32>::init((700, 700), &truncated(2.0), KEY)).unwrap()
    };
    assert_eq!(fill(1), fill(3));
}

#[test]
fn laws_that_no_complex_number_has_are_errors() {
    let direction = "the same in all directions";
    for law in [Uniform::new(-0.1, 0.2).unwrap(), Uniform::new(0.0, 1.0).unwrap()] {
        assert_refused::<Complex32>(&law, "Complex<f32>", direction);
    }
    for law in [
        TruncatedNormal::in_sigmas(0.0, 1.0, -1.0, 2.0).unwrap(),
        TruncatedNormal::in_sigmas(0.5, 1.0, -2.0, 2.0).unwrap(),
        TruncatedNormal::in_sigmas(0.0, 1.0, 0.0, f64::INFINITY).unwrap(),
    ] {
        assert_refused::<Complex64>(&law, "Complex<f64>", direction);
    }
    let (large, small) = ("too large", "below the least positive numbers");
    assert_refused::<Complex32>(&Disc::new(3.5e38).unwrap(), "Complex<f32>", large);
    assert_refused::<Complex32>(&Disc::new(1e-39).unwrap(), "Complex<f32>", small);
    assert_refused::<Complex32>(&ComplexNormal::new(1e38).unwrap(), "Complex<f32>", large);
    assert_refused::<Complex32>(&ComplexNormal::new(1e-46).unwrap(), "Complex<f32>", small);
    let law = ComplexTruncatedNormal::new(1e38, 1e39).unwrap();
    assert_refused::<Complex32>(&law, "Complex<f32>", large);
}

#[test]
fn parameters_are_checked_where_a_law_is_made() {
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(ComplexNormal::new(value), Err(InitError::Parameter { .. })));
        assert!(matches!(Disc::new(value), Err(InitError::Parameter { .. })));
        for (std, bound) in [(value, 1.0), (1.0, value)] {
            let law = ComplexTruncatedNormal::new(std, bound);
            assert!(matches!(law, Err(InitError::Parameter { .. })));
        }
    }
    assert!(ComplexTruncatedNormal::new(1e200, 1e-200).is_err());
}

#[test]
fn moments_are_those_of_the_formulas() {
    assert_eq!(ComplexNormal::new(0.3).unwrap().std_dev(), 0.3);
    assert!((Disc::new(0.3).unwrap().std_dev() - 0.3 * FRAC_1_SQRT_2).abs() < 1e-16);
    let law = ComplexTruncatedNormal::new(0.5, 1.0).unwrap();
    assert_eq!((law.parent_std_dev(), law.bound()), (0.5, 1.0));
    assert!((law.std_dev() - 0.5 * 0.961_961_828_008_213_5).abs() < 1e-15);
    assert!((law.part_std_dev() * 2.0_f64.sqrt() - law.std_dev()).abs() < 1e-15);
    // A bound that is close leaves a disc.
    let law = truncated(1e-8);
    assert!((law.std_dev() / (0.5e-8 * FRAC_1_SQRT_2) - 1.0).abs() < 1e-14);
}

#[test]
fn laws_are_distributions() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let law = Disc::new(0.5).unwrap();
    let z: Vec<Complex32> = law.sample_iter(&mut rng).take(1000).collect();
    assert!(z.iter().all(|z| z.norm() <= 0.5) && z.iter().any(|z| z.im < -0.3));
    let law = ComplexNormal::new(0.1).unwrap();
    let z: Vec<Complex64> = law.sample_iter(&mut rng).take(10_000).collect();
    let sum: Complex64 = z.iter().sum();
    // The mean of 10⁴ has a standard deviation of 0.001.
    assert!((sum / 1e4).norm() < 0.005);
}

#[test]
fn structured_initializers_are_those_of_real_numbers() {
    #[track_caller]
    fn check<I: Initializer<f64> + Initializer<Complex64>>(initializer: &I, shape: &[usize]) {
        let real = ArrayD::<f64>::init(IxDyn(shape), initializer, KEY).unwrap();
        let complex = ArrayD::<Complex64>::init(IxDyn(shape), initializer, KEY).unwrap();
        assert_eq!(complex, real.mapv(Complex64::from));
    }
    check(&Zeros, &[3, 4]);
    check(&Ones, &[3, 4]);
    check(&Identity::new(0.7).unwrap(), &[3, 4]);
    check(&Dirac::default().with_layout(Layout::torch()), &[4, 3, 5]);
    check(&Stft::new("real", Some("hann"), Some("density"), false).unwrap(), &[40, 1, 17]);
    let any: [AnyInitializer; 2] =
        [AnyInitializer::Constant(0.1), array![[0.1, 1e4], [1.0 / 3.0, -7.0]].into()];
    for initializer in &any {
        check(initializer, &[2, 2]);
    }

    let i = Complex32::new(0.0, 1.0);
    let w = Array1::init(5, &Constant(i), KEY).unwrap();
    assert!(w.iter().all(|&z| z == i));
    let nan = Constant(Complex32::new(0.0, f32::NAN));
    assert!(matches!(Array1::init(5, &nan, KEY), Err(InitError::Parameter { .. })));

    let sparse = Sparse::normal(0.3, 0.01).unwrap();
    let w = Array2::<Complex32>::init((100, 30), &sparse, KEY).unwrap();
    let zero = Complex32::new(0.0, 0.0);
    assert!(w.columns().into_iter().all(|c| c.iter().filter(|&&z| z == zero).count() == 30));
    let blocks = Blocks::equal(ComplexNormal::new(1.0).unwrap(), 0, 2);
    let w = Array2::<Complex32>::init((8, 3), &blocks, KEY).unwrap();
    let block = Array2::init((4, 3), &ComplexNormal::new(1.0).unwrap(), part(KEY, 1)).unwrap();
    assert_eq!(w.slice(s![4.., ..]), block);
}

mod unitary {
    use super::*;
    use ndarray_init::ndarray::Axis;
    use ndarray_init::{DeltaOrthogonal, Orthogonal};

    /// The largest entry of Q* Q − I, or of Q Q* − I where there are fewer rows.
    fn distance_from_unitary(q: &Array2<Complex64>) -> f64 {
        let adjoint = q.t().mapv(|z| z.conj());
        let product = if q.nrows() < q.ncols() { q.dot(&adjoint) } else { adjoint.dot(q) };
        let identity = Array2::<Complex64>::eye(product.nrows());
        (product - identity).iter().map(|z| z.norm()).fold(0.0, f64::max)
    }

    #[test]
    fn matrices_are_unitary() {
        fn check<T>(accuracy: f64)
        where
            Complex<T>: Parts,
        {
            for shape in [(1, 1), (2, 3), (20, 10), (64, 64), (97, 300), (250, 200), (1, 50)] {
                let q = Array2::<Complex<T>>::init(shape, &Orthogonal::default(), KEY).unwrap();
                let distance = distance_from_unitary(&q.mapv(Parts::wide));
                assert!(distance < accuracy, "{shape:?}: {distance:e}");
                let fortran = Array2::init(shape.f(), &Orthogonal::default(), KEY).unwrap();
                assert_eq!(q, fortran);
            }
            let twice = Orthogonal::new(2.0).unwrap().with_layout(Layout::torch());
            let q = ArrayD::<Complex<T>>::init(IxDyn(&[30, 4, 5]), &twice, KEY).unwrap();
            let q = q.mapv(|z| z.wide() / 2.0).into_shape_with_order((30, 20)).unwrap();
            assert!(distance_from_unitary(&q) < accuracy);
            let delta = DeltaOrthogonal::default();
            let w = Array3::<Complex<T>>::init((3, 4, 6), &delta, KEY).unwrap();
            let center = w.index_axis(Axis(0), 1).mapv(Parts::wide);
            assert!(distance_from_unitary(&center) < accuracy);
            let zero = Complex::<T>::default();
            assert!(w.index_axis(Axis(0), 2).iter().all(|&z| z == zero));
        }
        check::<f32>(1e-5);
        check::<f64>(1e-12);
    }

    #[test]
    fn the_law_is_that_of_haar() {
        // Of U(n): entries have the variance 1/n and all phases, |q|² the law 1 − (1 − x)^(n − 1), and
        // the trace of U(n) has E|tr|² = 1, that of its square 2 (Diaconis and Shahshahani 1994).
        const COUNT: usize = 20_000;
        const SIDE: usize = 5;
        let layout = Layout::keras().batch(&[0]);
        let cfg = Orthogonal::default().with_layout(layout);
        let all = Array3::<Complex64>::init((COUNT, SIDE, SIDE), &cfg, KEY).unwrap();
        for (row, column) in [(0, 0), (0, 3), (4, 0), (2, 2), (4, 4)] {
            let entries = || all.outer_iter().map(move |q| q[[row, column]]);
            let angles = entries().map(|z| z.arg().rem_euclid(TAU));
            assert_distributed("angles", angles, |a| a / TAU);
            let squares = entries().map(|z| z.norm_sqr());
            assert_distributed("squares", squares, |x| 1.0 - (1.0 - x).powi(SIDE as i32 - 1));
        }
        let (mut first, mut second) = (0.0, 0.0);
        for q in all.outer_iter() {
            first += q.diag().sum().norm_sqr() / COUNT as f64;
            second += q.dot(&q).diag().sum().norm_sqr() / COUNT as f64;
        }
        // The trace is nearly a complex normal: |tr|² has the deviation 1, and 2 for the square.
        let limit = 3.29 / (COUNT as f64).sqrt();
        assert!((first - 1.0).abs() < limit, "{first}");
        assert!((second - 2.0).abs() < 2.0 * limit, "{second}");
    }

    #[test]
    fn the_matrix_in_double_precision_has_more_digits() {
        let narrow = Array2::<Complex32>::init((40, 30), &Orthogonal::default(), KEY).unwrap();
        let wide = Array2::<Complex64>::init((40, 30), &Orthogonal::default(), KEY).unwrap();
        assert!(narrow.iter().zip(&wide).all(|(a, b)| (a.wide() - b).norm() < 1e-4));
    }
}
