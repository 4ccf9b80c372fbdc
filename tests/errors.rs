//! Every error: when it comes, and what it says. No other file asserts the text of an error.

use crate::common::{Listed, each_type, normal, truncated, uniform};
#[cfg(feature = "half")]
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::{Array1, Array2, Array3, ArrayD, IxDyn, array, s};
use ndarray_init::presets::keras::Stft;
use ndarray_init::presets::{jax, keras, llm, mindspore, torch};
use ndarray_init::rand::{RngCore, SeedableRng};
use ndarray_init::{
    AnyInitializer, Blocks, Constant, DeltaOrthogonal, Dirac, Distribution, FanMode, Identity,
    InitError, InitExt, InitRefExt, Initializer, Key, Law, Layout, Mup, MupRole, Nonlinearity,
    Normal, Ones, Orthogonal, Region, Rules, Siren, Sparse, Step, TorchDefault, Transformed,
    TruncatedNormal, Uniform, Values, VarianceScaling, Zeros, derived_gain,
    rand_xoshiro::Xoshiro256PlusPlus, residual_gain, small_init, wang_init,
};
#[cfg(feature = "complex")]
use ndarray_init::{
    ComplexNormal, ComplexTruncatedNormal, Disc,
    num_complex::{Complex, Complex32, Complex64},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::collections::HashSet;
use std::fmt::Debug;
use std::mem::discriminant;

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const KEY: Key = Key::new(1);

#[track_caller]
fn refused<T: Debug>(result: Result<T, InitError>) -> InitError {
    result.expect_err("this must be an error")
}

/// Asserts that a result is an error with this message, which every variant begins in its own way.
#[track_caller]
fn says<T: Debug>(result: Result<T, InitError>, message: &str) {
    assert_eq!(refused(result).to_string(), message);
}

/// Asserts that an array of this shape is an error with this message: a new one, and one that is there, which
/// stays as it was.
#[track_caller]
fn fill_says<A: Listed>(initializer: &dyn Initializer<A>, shape: &[usize], message: &str) {
    says(ArrayD::init(IxDyn(shape), initializer, KEY), message);
    let mut there = ArrayD::from_elem(IxDyn(shape), A::rounded(7.0));
    says(there.fill_init(initializer, KEY), message);
    assert!(there.iter().all(|&x| x == A::rounded(7.0)), "something was written");
}

/// The message of an initializer that needs another shape.
#[track_caller]
fn needs(initializer: &dyn Initializer<f32>, shape: &[usize], needs: &str) {
    fill_says(initializer, shape, &format!("{needs}, but the shape is {shape:?}"));
}

// --- numbers --------------------------------------------------------------------------------

#[test]
fn parameters_must_be_positive_and_finite() {
    let mup = Mup::new(4, 2).unwrap();
    let scaling = VarianceScaling::he_normal;
    for (x, text) in [
        (NAN, "NaN"),
        (INFINITY, "inf"),
        (-INFINITY, "-inf"),
        (0.0, "0"),
        (-0.0, "-0"),
        (-1.5, "-1.5"),
    ] {
        for (error, name) in [
            (refused(VarianceScaling::new(x, FanMode::FanIn, Distribution::Uniform)), "scale"),
            (refused(scaling().with_gain(x)), "gain"),
            (refused(scaling().with_cut(x)), "cut"),
            (refused(Normal::new(0.0, x)), "std"),
            (refused(TruncatedNormal::new(0.0, x, -1.0, 1.0)), "std"),
            (refused(TruncatedNormal::in_sigmas(0.0, x, -1.0, 1.0)), "std"),
            (refused(mup.normal(MupRole::Input, x)), "std"),
            (refused(Siren::later(x)), "omega_0"),
            (refused(Identity::new(x)), "gain"),
            (refused(Orthogonal::new(x)), "gain"),
            (refused(DeltaOrthogonal::new(x)), "gain"),
            #[cfg(feature = "complex")]
            (refused(ComplexNormal::new(x)), "std"),
            #[cfg(feature = "complex")]
            (refused(ComplexTruncatedNormal::new(x, 1.0)), "std"),
            #[cfg(feature = "complex")]
            (refused(ComplexTruncatedNormal::new(1.0, x)), "bound"),
            #[cfg(feature = "complex")]
            (refused(ComplexTruncatedNormal::in_sigmas(1.0, x)), "sigmas"),
            #[cfg(feature = "complex")]
            (refused(Disc::new(x)), "radius"),
        ] {
            let hint = if (x, name) == (0.0, "std") { HINT } else { "" };
            let message = format!("{name} is {text}, but must be positive and finite{hint}");
            assert_eq!(error.to_string(), message);
        }
    }
}

/// The way to a law without a deviation.
const HINT: &str = "; equal elements are `Constant` or `Zeros`";

#[test]
fn a_gain_must_leave_the_scale_positive_and_finite() {
    for (gain, scale) in [(1e200, "inf"), (1e-200, "0")] {
        let message = format!("scale × gain² is {scale}, but must be positive and finite");
        says(VarianceScaling::xavier_uniform().with_gain(gain), &message);
    }
}

#[test]
fn a_mean_must_be_finite_and_a_constant_a_number() {
    for (mean, text) in [(NAN, "NaN"), (INFINITY, "inf"), (-INFINITY, "-inf")] {
        let message = format!("mean is {text}, but must be finite");
        says(Normal::new(mean, 1.0), &message);
        says(TruncatedNormal::new(mean, 1.0, -1.0, 1.0), &message);
        says(TruncatedNormal::in_sigmas(mean, 1.0, -1.0, 1.0), &message);
    }
    let message = "constant is NaN, but must be a number";
    each_type!(A => fill_says::<A>(&Constant(A::rounded(NAN)), &[2], message));
    fill_says::<f32>(&AnyInitializer::Constant(NAN), &[2], message);
    fill_says::<f32>(&AnyInitializer::from(array![1.0, NAN]), &[2], message);
    #[cfg(feature = "complex")]
    fill_says(&Constant(Complex::new(0.0, f32::NAN)), &[2], message);
}

// --- laws -----------------------------------------------------------------------------------

#[test]
fn the_bounds_of_a_uniform_law_must_be_finite_and_in_order() {
    for (low, high, text) in [
        (1.0, 1.0, "1 and 1"),
        (0.5, -0.25, "0.5 and -0.25"),
        (-0.0, 0.0, "-0 and 0"),
        (NAN, 1.0, "NaN and 1"),
        (1.0, NAN, "1 and NaN"),
        (-INFINITY, 1.0, "-inf and 1"),
        (1.0, INFINITY, "1 and inf"),
    ] {
        let rule = "but must be finite, the lower below the upper";
        says(Uniform::new(low, high), &format!("the bounds are {text}, {rule}"));
    }
}

#[test]
fn the_bounds_of_a_truncated_normal_must_be_numbers_in_order() {
    for (lower, upper, text) in [
        (1.0, 1.0, "1 and 1"),
        (2.0, -2.0, "2 and -2"),
        (NAN, 1.0, "NaN and 1"),
        (1.0, NAN, "1 and NaN"),
        (INFINITY, INFINITY, "inf and inf"),
        (-INFINITY, -INFINITY, "-inf and -inf"),
        (INFINITY, -INFINITY, "inf and -inf"),
    ] {
        let message =
            format!("the bounds are {text}, but must be numbers, the lower below the upper");
        says(TruncatedNormal::new(0.0, 1.0, lower, upper), &message);
        says(TruncatedNormal::in_sigmas(0.0, 1.0, lower, upper), &message);
    }
    // Infinite bounds do bound, on either side or on both.
    for (lower, upper) in [(-INFINITY, 1.0), (1.0, INFINITY), (-INFINITY, INFINITY)] {
        assert!(TruncatedNormal::new(0.0, 1.0, lower, upper).is_ok());
        assert!(TruncatedNormal::in_sigmas(0.0, 1.0, lower, upper).is_ok());
    }
}

#[test]
fn the_bounds_of_a_truncated_normal_must_be_apart_and_near_the_mean() {
    let rule = "must be apart, in units and in standard deviations";
    // Both are −1e300 deviations from the mean.
    let far = TruncatedNormal::new(1e300, 1.0, 0.0, 1.0);
    says(far, &format!("the bounds are 0 and 1, but {rule}"));
    // Half a deviation from 1e16 is 1e16.
    let close = TruncatedNormal::in_sigmas(1e16, 1.0, 0.0, 0.5);
    says(close, &format!("the bounds are 0 and 0.5, but {rule}"));
    let far = 10.0_f64.powi(151);
    for (lower, upper) in [(far, INFINITY), (-INFINITY, -far), (far, 2.0 * far)] {
        let rule = "must be within 1e150 standard deviations of the mean";
        let message = format!("the bounds are {lower:e} and {upper:e}, but {rule}");
        says(TruncatedNormal::in_sigmas(0.0, 1.0, lower, upper), &message);
    }
    assert!(TruncatedNormal::in_sigmas(0.0, 1.0, -far, far).is_ok());
    #[cfg(feature = "complex")]
    says(
        ComplexTruncatedNormal::new(1e200, 1e-200),
        "bound / std is 0, but must be at least 1e-70",
    );
}

#[test]
fn a_scaling_must_have_a_law_for_its_fans() {
    let law = |scale, distribution, shape: &[usize]| {
        VarianceScaling::new(scale, FanMode::FanIn, distribution).and_then(|cfg| cfg.law(shape))
    };
    let (least, rule) = (f64::from_bits(1), "but must be finite, the lower below the upper");
    for distribution in [Distribution::UntruncatedNormal, Distribution::TruncatedNormal] {
        let message = format!("std is 0, but must be positive and finite{HINT}");
        says(law(least, distribution, &[1000, 1]), &message);
    }
    let vanishing = law(least, Distribution::Uniform, &[1000, 1]);
    says(vanishing, &format!("the bounds are -0 and 0, {rule}"));
    let infinite = law(1e308, Distribution::Uniform, &[1, 1]);
    says(infinite, &format!("the bounds are -inf and inf, {rule}"));
    says(
        Siren::later(1e-320).unwrap().law(&[2, 2]),
        &format!("the bounds are -inf and inf, {rule}"),
    );
}

/// Without the law there is no report, and the error is that of the law.
#[test]
fn a_law_that_cannot_be_drawn_cannot_be_explained() {
    let he = VarianceScaling::he_normal;
    let extreme = VarianceScaling::new(1e308, FanMode::FanIn, Distribution::Uniform).unwrap();
    for (cfg, shape) in [
        (he().with_layout(Layout::torch()), &[7][..]),
        (he().with_layout(Layout::keras().groups(3)), &[4, 4]),
        (he(), &[usize::MAX, 2, 2]),
        (extreme, &[1, 1]),
    ] {
        assert_eq!(cfg.explain(shape).unwrap_err(), cfg.law(shape).unwrap_err());
    }
    let tiny = he().with_gain(1e-100).unwrap();
    let message = "N(0, 1.1368e-100²) on [-2.2737e-100, 2.2737e-100] cannot be drawn as f32: ";
    says(tiny.explain_as::<f32>(&[2, 2]), &format!("{message}{SMALL_PARENT}"));
    assert!(tiny.explain_as::<f64>(&[2, 2]).is_ok());
}

// --- element types --------------------------------------------------------------------------

const LARGE: &str = "its values are too large";
const WIDE: &str = "its bounds are too large";
const PARENT: &str = "its parent's mean or standard deviation is too large";
const SMALL: &str = "its standard deviation is below the least positive number of the type";
const SMALL_PARENT: &str =
    "its parent's standard deviation is below the least positive number of the type";
const NARROW: &str = "its width is below the least positive number of the type";
const EMPTY: &str = "it has no value between the bounds";

/// The least positive `f32`.
const LEAST: f64 = f32::from_bits(1) as f64;

/// Asserts that arrays of this element type cannot be drawn from the law, dense ones or sparse.
#[track_caller]
fn cannot_draw<A: Listed>(law: impl Into<Law>, rule: &str) {
    let law = law.into();
    let element = match A::TYPE {
        "c32" => "Complex<f32>",
        "c64" => "Complex<f64>",
        name => name,
    };
    let message = format!("{law} cannot be drawn as {element}: {rule}");
    fill_says::<A>(&law, &[5], &message);
    fill_says::<A>(&Sparse::new(0.5, law).unwrap(), &[5, 5], &message);
}

/// Asserts that values are finite, and not all equal.
#[track_caller]
fn draws<A: Listed>(law: impl Into<Law>) {
    let law = law.into();
    let w = Array1::<A>::init(2000, &law, KEY).unwrap();
    assert!(w.iter().all(|x| x.parts()[0].is_finite()), "{law}");
    assert!(w.iter().any(|&x| x != w[0]), "{law}");
}

fn between(std: f64, lower: f64, upper: f64) -> TruncatedNormal {
    TruncatedNormal::new(0.0, std, lower, upper).unwrap()
}

/// `f64` has them all.
#[test]
fn the_element_type_must_have_the_values_of_a_law() {
    let of = |mean, std, lower, upper| TruncatedNormal::new(mean, std, lower, upper).unwrap();
    let laws: [(Law, &str); 20] = [
        (uniform(-1e300, 1e300).into(), WIDE),
        (uniform(0.0, 1e39).into(), WIDE),
        (uniform(-1e-46, 1e-46).into(), NARROW),
        (uniform(0.0, LEAST * 0.9).into(), NARROW),
        // Between 1 and the next f32, 1.00000012.
        (uniform(1.000_000_01, 1.000_000_02).into(), EMPTY),
        (normal(0.0, 1e38).into(), LARGE),
        (normal(-1e39, 1e30).into(), LARGE),
        (normal(0.0, 1e-46).into(), SMALL),
        (normal(0.0, LEAST * 0.9).into(), SMALL),
        (of(1.0, 0.5, 1.000_000_01, 1.000_000_02).into(), EMPTY),
        (of(1e39, 1e38, -1.0, 1e37).into(), PARENT),
        (between(1e39, -1.0, 1.0).into(), PARENT),
        (between(1e38, 1e39, INFINITY).into(), LARGE),
        (between(3e38, -INFINITY, INFINITY).into(), LARGE),
        (between(3e38, 0.0, INFINITY).into(), LARGE),
        (between(3e38, -INFINITY, -1.0).into(), LARGE),
        (between(6e37, -INFINITY, INFINITY).into(), LARGE),
        (between(1e38, -3.5e38, 3e38).into(), LARGE),
        (between(1e-46, -INFINITY, INFINITY).into(), SMALL_PARENT),
        (between(1e-46, -2e-46, 2e-46).into(), SMALL_PARENT),
    ];
    for (law, rule) in laws {
        cannot_draw::<f32>(law, rule);
        draws::<f64>(law);
    }
    cannot_draw::<f64>(normal(0.0, 1e308), LARGE);
    cannot_draw::<f64>(between(1e308, -INFINITY, INFINITY), LARGE);
}

#[cfg(feature = "half")]
#[test]
fn half_types_must_have_the_values_of_a_law() {
    let laws: [(Law, &str); 8] = [
        (normal(0.0, 1e4).into(), LARGE),
        (normal(0.0, 5e-8).into(), SMALL),
        (uniform(0.0, 65_505.0).into(), WIDE),
        (uniform(-5e-8, 5e-8).into(), NARROW),
        (uniform(1.0001, 1.0002).into(), EMPTY),
        (between(1e5, -1e5, 1e5).into(), LARGE),
        (between(5e-8, -1e-7, 1e-7).into(), SMALL_PARENT),
        (TruncatedNormal::new(1.0, 0.1, 1.0001, 1.0002).unwrap().into(), EMPTY),
    ];
    for (law, rule) in laws {
        cannot_draw::<f16>(law, rule);
        draws::<f32>(law);
    }
    cannot_draw::<bf16>(normal(0.0, 3.7e37), LARGE);
    // 2⁻¹³³ is its least number.
    cannot_draw::<bf16>(normal(0.0, 0.9 * 2.0_f64.powi(-133)), SMALL);
    let large = "gain 100000 cannot be drawn as f16: it is too large";
    fill_says::<f16>(&Identity::new(1e5).unwrap(), &[2, 2], large);
    fill_says::<f16>(&Orthogonal::new(1e5).unwrap(), &[2, 2], large);
    let small =
        "constant 1e-8 cannot be drawn as f16: it is below the least positive number of the type";
    fill_says::<f16>(&AnyInitializer::Constant(1e-8), &[2, 2], small);
}

#[test]
fn laws_that_the_element_type_just_has_are_drawn() {
    draws::<f32>(normal(0.0, LEAST));
    draws::<f64>(normal(0.0, f64::from_bits(1)));
    draws::<f32>(uniform(-LEAST, LEAST));
    draws::<f64>(uniform(-f64::from_bits(1), f64::from_bits(1)));
    // Bounds within the greatest number are drawn however wide the parent.
    draws::<f32>(between(3e38, -3e38, 3e38));
    draws::<f32>(between(3e38, -1.0, 1.0));
    draws::<f32>(between(2e37, 8.0 * 2e37, INFINITY));
    draws::<f64>(between(1e308, -1e308, 1e308));
    #[cfg(feature = "half")]
    {
        draws::<f16>(uniform(-65_504.0, 65_504.0));
        draws::<f16>(between(1e5, -6e4, 6e4));
        draws::<f16>(normal(0.0, 2.0_f64.powi(-24)));
    }
    // Nothing is held at the greatest number.
    for law in [between(3.5e37, -INFINITY, INFINITY).into(), Law::from(normal(0.0, 3.69e37))] {
        let w = Array1::<f32>::init(1 << 20, &law, Key::new(3)).unwrap();
        assert!(w.iter().all(|x| x.abs() < f32::MAX), "{law}");
    }
}

#[cfg(feature = "complex")]
#[test]
fn laws_of_complex_numbers_are_the_same_in_all_directions_and_no_others_are() {
    let rule = "bounds of complex numbers are the same in all directions, around 0";
    cannot_draw::<Complex32>(uniform(-0.1, 0.2), rule);
    cannot_draw::<Complex32>(uniform(0.0, 1.0), rule);
    cannot_draw::<Complex64>(truncated(-1.0, 2.0), rule);
    cannot_draw::<Complex64>(truncated(0.0, INFINITY), rule);
    cannot_draw::<Complex64>(TruncatedNormal::new(0.5, 1.0, -1.5, 2.5).unwrap(), rule);
    let steps = Transformed::new(normal(0.0, 1.0), &[Step::Exp]).unwrap();
    let complex = "N(0, 1²) → exp cannot be drawn as Complex<f32>: it is a law of real numbers";
    fill_says::<Complex32>(&steps, &[5], complex);

    let small = "its values are below the least positive numbers of the type";
    let of = |std, bound| ComplexTruncatedNormal::new(std, bound).unwrap();
    let laws: [(AnyInitializer, &str, &str); 5] = [
        (Disc::new(3.5e38).unwrap().into(), "U on |z| ≤ 3.5e38", LARGE),
        (Disc::new(1e-39).unwrap().into(), "U on |z| ≤ 1e-39", small),
        (ComplexNormal::new(1e38).unwrap().into(), "CN(0, 1e38²)", LARGE),
        (ComplexNormal::new(1e-46).unwrap().into(), "CN(0, 1e-46²)", small),
        (of(1e38, 1e39).into(), "CN(0, 1e38²) on |z| ≤ 1e39", LARGE),
    ];
    for (law, text, rule) in laws {
        let says = |element, rule| format!("{text} cannot be drawn as {element}: {rule}");
        fill_says::<Complex32>(&law, &[5], &says("Complex<f32>", rule));
        let rule = "it is a law of complex numbers";
        fill_says::<f32>(&law, &[5], &says("f32", rule));
        fill_says::<f64>(&Blocks::equal(law.clone(), 0, 1), &[5], &says("f64", rule));
        assert_eq!(law.law(&[5]), Ok(None));
    }
}

#[test]
fn a_gain_or_a_constant_must_be_a_number_of_the_element_type() {
    let (large, small) = ("it is too large", "it is below the least positive number of the type");
    let orthogonal = |gain| Orthogonal::new(gain).unwrap();
    let text = |what, rule| format!("{what} cannot be drawn as f32: {rule}");
    fill_says::<f32>(&AnyInitializer::Constant(1e39), &[2], &text("constant 1e39", large));
    let array = AnyInitializer::from(array![1.0, 1e300]);
    fill_says::<f32>(&array, &[2], &text("constant 1e300", large));
    fill_says::<f32>(&Identity::new(1e39).unwrap(), &[2, 2], &text("gain 1e39", large));
    fill_says::<f32>(&orthogonal(1e39), &[2, 2], &text("gain 1e39", large));
    let delta = DeltaOrthogonal::new(1e-300).unwrap();
    fill_says::<f32>(&orthogonal(1e-300), &[4, 4], &text("gain 1e-300", small));
    fill_says::<f32>(&delta, &[3, 4, 4], &text("gain 1e-300", small));
    // Entries of a deviation of 1/√100 of that.
    let entries = "the standard deviation of an orthogonal matrix' entries, 7.006492321624085e-46";
    fill_says::<f32>(&orthogonal(5.0 * LEAST), &[100, 100], &text(entries, small));
    let w = Array2::<f32>::init((4, 4), &orthogonal(1e-40), KEY).unwrap();
    assert!(w.iter().all(|&x| x != 0.0));
}

#[test]
fn steps_must_be_taken_from_every_value() {
    for (law, steps, message) in [
        (
            uniform(-1.0, 1.0),
            &[Step::Ln][..],
            "the least draw is -1, but must be positive before a logarithm",
        ),
        (
            uniform(-1.0, 1.0),
            &[Step::InverseSoftplus],
            "the least draw is -1, but must be positive before a logarithm",
        ),
        (uniform(-1.0, 1.0), &[Step::Scale(0.0)], "scale is 0, but must be finite and not 0"),
        (uniform(-1.0, 1.0), &[Step::Shift(NAN)], "a step's number is NaN, but must be finite"),
        (
            uniform(-1.0, 1.0),
            &[Step::AtMost(INFINITY)],
            "a step's number is inf, but must be finite",
        ),
        (uniform(-1.0, 1.0), &[Step::Exp; 7], "the number of steps is 7, but must be at most 6"),
        (uniform(0.0, 800.0), &[Step::Exp], "a value is inf, but must be finite after every step"),
    ] {
        says(Transformed::new(law, steps), message);
    }
    let law = Transformed::new(uniform(0.0, 200.0), &[Step::Exp]).unwrap();
    let message = format!("U[0, 200] → exp cannot be drawn as f32: {LARGE}");
    fill_says::<f32>(&law, &[3], &message);
}

// --- layouts --------------------------------------------------------------------------------

/// Asserts that a layout does not fit a shape, and why.
#[track_caller]
fn unfit(layout: &Layout, shape: &[usize], rule: &str) {
    let message = format!("the layout \"{layout}\" does not fit shape {shape:?}: {rule}");
    says(layout.fans(shape), &message);
}

#[test]
fn torch_and_depthwise_need_two_axes() {
    let needs = |left| format!("it needs at least 2 axes beside its batch axes, not {left}");
    for layout in [Layout::torch(), Layout::depthwise()] {
        unfit(&layout, &[], &needs(0));
        unfit(&layout, &[7], &needs(1));
        unfit(&layout.batch(&[0]), &[8, 7], &needs(1));
    }
}

#[test]
fn an_axis_must_be_in_range() {
    unfit(&Layout::axes(&[2], &[1]), &[3, 5], "input axis 2 is out of range");
    unfit(&Layout::axes(&[0], &[-3]), &[3, 5], "output axis -3 is out of range");
    unfit(&Layout::torch().batch(&[4]), &[3, 5, 1, 1], "batch axis 4 is out of range");
    unfit(&Layout::keras().batch(&[0]), &[], "batch axis 0 is out of range");
    for axis in [isize::MIN, isize::MAX] {
        let rule = format!("input axis {axis} is out of range");
        unfit(&Layout::axes(&[axis], &[]), &[3, 5], &rule);
    }
}

#[test]
fn an_axis_must_not_be_named_twice_or_have_two_roles() -> Result<(), InitError> {
    let twice = |axis, role| format!("axis {axis} is named twice as {role} axis");
    unfit(&Layout::axes(&[1, -1], &[0]), &[3, 5], &twice(1, "input"));
    unfit(&Layout::axes(&[0], &[-1, 1]), &[3, 5], &twice(1, "output"));
    unfit(&Layout::keras().batch(&[0]).batch(&[0]), &[8, 3, 5], &twice(0, "batch"));
    // Once by the equation.
    unfit(&Layout::einsum("ebi,eio->ebo")?.batch(&[0]), &[8, 3, 5], &twice(0, "batch"));
    unfit(&Layout::einsum("bi,io->bo")?.batch(&[1, -1]), &[3, 5], &twice(1, "batch"));
    // 1 and −1 are one axis of two, and two axes of three.
    assert!(Layout::axes(&[1, -1], &[0]).fans(&[3, 5, 7]).is_ok());
    let both = |axis, a, b| format!("axis {axis} is both {a} and {b} axis");
    unfit(&Layout::axes(&[1], &[-1]), &[3, 5], &both(1, "input", "output"));
    unfit(&Layout::axes(&[0], &[1]).batch(&[-2]), &[3, 5], &both(0, "input", "batch"));
    unfit(&Layout::einsum("bi,io->bo")?.batch(&[0]), &[3, 5], &both(0, "input", "batch"));
    Ok(())
}

#[test]
fn groups_must_be_at_least_one_and_divide_the_channels() {
    let rule = |groups, channels, role| {
        format!("{groups} groups must be at least 1 and divide the {channels} {role} channels")
    };
    for (layout, shape, role) in [
        (Layout::torch(), [64, 16, 3, 3], "output"),
        (Layout::keras(), [3, 3, 16, 64], "output"),
        (Layout::torch().transposed(), [64, 16, 3, 3], "input"),
        (Layout::keras().transposed(), [3, 3, 16, 64], "input"),
    ] {
        // 128 would leave less than a channel to each.
        for groups in [0, 3, 128] {
            unfit(&layout.clone().groups(groups), &shape, &rule(groups, 64, role));
        }
    }
    for (shape, channels) in [(&[] as &[usize], 1), (&[7], 7), (&[0, 4], 4), (&[4, 0], 0)] {
        unfit(&Layout::keras().groups(0), shape, &rule(0, channels, "output"));
    }
}

#[test]
fn an_equation_must_be_one_of_two_operands_and_a_result() {
    for (equation, rule) in [
        // Its parts.
        ("", "it must name its result after \"->\""),
        ("btd,dhk", "it must name its result after \"->\""),
        ("btd,dhk=bthk", "it must name its result after \"->\""),
        ("->", "it must have two operands, but has 1"),
        ("btd->bt", "it must have two operands, but has 1"),
        ("bi,io,o->bo", "it must have two operands, but has 3"),
        // Characters that are no letters.
        ("b1,1o->bo", "'1' in the first operand is not a letter"),
        ("bi,i_->b_", "'_' in the second operand is not a letter"),
        ("bi,io->b*o", "'*' in the result is not a letter"),
        ("bi,io->bo->b", "'-' in the result is not a letter"),
        // Only the first operand and the result have axes that nobody names, and once.
        ("bi,...io->bo", "'.' in the second operand is not a letter"),
        ("...b...i,io->bo", "'.' in the first operand is not a letter"),
        ("..bi,io->bo", "'.' in the first operand is not a letter"),
        ("...bi,io->......bo", "'.' in the result is not a letter"),
        // An axis' name stands for one axis.
        ("bbi,io->bo", "axis 'b' is twice in the first operand"),
        ("bi,ioi->bo", "axis 'i' is twice in the second operand"),
        ("bi,io->boo", "axis 'o' is twice in the result"),
        // Every axis comes from somewhere and goes somewhere.
        ("bi,io->bko", "axis 'k' of the result is in neither operand"),
        ("bi,iko->bo", "axis 'k' is in the second operand alone"),
    ] {
        says(Layout::einsum(equation), &format!("equation {equation:?}: {rule}"));
    }
}

#[test]
fn fans_must_not_overflow_and_a_shape_must_have_the_axes_of_its_equation() {
    let rule = format!("its fans are larger than {}", usize::MAX);
    unfit(&Layout::keras(), &[2, usize::MAX, 3], &rule);
    let layout = Layout::einsum("btd, dhk -> bthk").unwrap();
    for shape in [&[] as &[usize], &[512, 8], &[512, 8, 64, 1]] {
        unfit(&layout, shape, "the second operand of the equation has 3 axes");
    }
}

#[test]
fn every_initializer_with_a_layout_needs_one_that_fits() -> Result<(), InitError> {
    let torch = Layout::torch;
    let message = "the layout \"torch\" does not fit shape [7]: \
                   it needs at least 2 axes beside its batch axes, not 1";
    let mup = Mup::new(4, 2)?;
    let kernels: [&dyn Initializer<f32>; 6] = [
        &VarianceScaling::kaiming_normal(),
        &mup.scaling(MupRole::Hidden, VarianceScaling::kaiming_normal()),
        &Siren::first().with_layout(torch()),
        &TorchDefault::new(),
        &Dirac::default().with_layout(torch()),
        &Orthogonal::default().with_layout(torch()),
    ];
    for kernel in kernels {
        fill_says(kernel, &[7], message);
    }
    let message = "the layout \"torch, 3 groups\" does not fit shape [4, 4, 3]: \
                   3 groups must be at least 1 and divide the 4 output channels";
    fill_says::<f32>(&Dirac::default().with_layout(torch().groups(3)), &[4, 4, 3], message);
    fill_says::<f32>(&Orthogonal::default().with_layout(torch().groups(3)), &[4, 4, 3], message);
    Ok(())
}

// --- structured initializers ----------------------------------------------------------------

#[test]
fn a_constant_array_must_broadcast_to_the_shape() {
    let rule = "a constant array needs a shape that its own, [3], can be broadcast to";
    needs(&array![1.0_f32, 2.0, 3.0], &[2, 4], rule);
    needs(&AnyInitializer::from(array![1.0, 2.0, 3.0]), &[4], rule);
}

#[test]
fn a_function_must_give_numbers_of_the_element_type() {
    let of = |value: f64| Values::<f32>::from_fn(&[2, 3], move |index| value * index[1] as f64);
    says(of(NAN), "value is NaN, but must be a number");
    says(of(1e39), "value 1e39 cannot be drawn as f32: it is too large");
    let rule = "it is below the least positive number of the type";
    says(of(1e-60), &format!("value 1e-60 cannot be drawn as f32: {rule}"));
    for shape in [[usize::MAX, 1], [usize::MAX, 2]] {
        let error = refused(Values::<f32>::from_fn(&shape, |_| 0.0));
        assert!(matches!(error, InitError::Memory { .. }), "{error:?}");
    }
}

#[test]
fn an_identity_needs_two_axes_and_a_kernel_one_to_three_spatial_ones() {
    for shape in [&[][..], &[3], &[3, 3, 3]] {
        needs(&Identity::default(), shape, "the identity needs 2 axes");
    }
    let rule = "an input axis, an output axis and 1 to 3 axes of receptive field";
    for shape in [&[3, 3][..], &[2, 2, 3, 3, 3, 3]] {
        let torch = Dirac::default().with_layout(Layout::torch());
        needs(&torch, shape, &format!("a Dirac kernel needs {rule}"));
    }
    let heads = Dirac::default().with_layout(Layout::axes(&[0, 1], &[2]));
    needs(&heads, &[2, 2, 2, 3], &format!("a Dirac kernel needs {rule}"));
    for shape in [&[4][..], &[4, 4], &[1, 1, 1, 1, 4, 4]] {
        let rule = format!("a delta-orthogonal kernel needs {rule}");
        needs(&DeltaOrthogonal::default(), shape, &rule);
    }
}

#[test]
fn a_sparsity_must_be_between_0_and_1_and_a_sparse_matrix_needs_two_axes() {
    for (sparsity, text) in [(-0.1, "-0.1"), (1.1, "1.1"), (NAN, "NaN"), (INFINITY, "inf")] {
        let message = format!("sparsity is {text}, but must be between 0 and 1");
        says(Sparse::normal(sparsity, 0.01), &message);
    }
    let sparse = Sparse::normal(0.5, 0.01).unwrap();
    needs(&sparse, &[4], "a sparse matrix needs 2 axes, axis 0 shorter than 2³²");
    let by_rows = sparse.with_axis(-1).unwrap();
    needs(&by_rows, &[1], "a sparse matrix needs 2 axes, axis 1 shorter than 2³²");
    let long = Initializer::<f32>::values(&by_rows, &[1 << 32, 0], KEY).map(|_| ());
    assert_eq!(long, Ok(()));
    for axis in [2, -3] {
        let rule = "must be an axis of a matrix: 0, 1, -1 or -2";
        says(sparse.with_axis(axis), &format!("axis is {axis}, but {rule}"));
    }
}

#[test]
fn blocks_must_fit_their_axis() {
    for (blocks, rule) in [
        (Blocks::equal(Zeros, 0, 4), "an axis 0 that 4 blocks divide"),
        (Blocks::equal(Zeros, 1, 0), "an axis 1 that 0 blocks divide"),
        (Blocks::equal(Zeros, 2, 1), "an axis 2"),
        (Blocks::equal(Zeros, -3, 1), "an axis -3"),
        (Blocks::sizes(Zeros, 0, &[3, 2]), "an axis 0 of the sizes [3, 2] together"),
        (Blocks::of(0, [(3, Zeros), (2, Zeros)]), "an axis 0 of the sizes [3, 2] together"),
    ] {
        needs(&blocks, &[6, 5], &format!("a cut into blocks needs {rule}"));
    }
    let huge = Blocks::sizes(Zeros, 0, &[usize::MAX, 7]);
    assert!(matches!(refused(Array1::<f32>::init(6, &huge, KEY)), InitError::Shape { .. }));
}

fn stft(window: Option<&str>) -> Stft {
    Stft::new("real", window, Some("density"), false).unwrap()
}

#[test]
fn an_stft_needs_a_frame_that_suits_its_window_one_channel_and_two_bins() {
    for shape in [&[][..], &[8], &[8, 5], &[8, 2, 5], &[8, 1, 1], &[1, 8, 1, 5]] {
        let rule = "STFT needs axes (frame, 1, bins) with at least 2 bins";
        needs(&stft(Some("hann")), shape, rule);
    }
    let own = |weights: &[f64]| stft(None).with_window(weights.to_vec());
    let custom = |weights: &[f64]| own(weights).unwrap();
    let rule = "STFT needs a frame of 2 samples, as its window has";
    needs(&custom(&[1.0, 2.0]), &[4, 1, 3], rule);
    for (stft, frame) in [
        (stft(Some("hann")), 2),
        (stft(Some("blackman")), 2),
        (stft(Some("bartlett")), 2),
        (custom(&[0.0, -0.0, 0.0]), 3),
    ] {
        needs(&stft, &[frame, 1, 3], "STFT needs a frame whose window is not 0 everywhere");
    }
    for (weight, text) in [(NAN, "NaN"), (INFINITY, "inf")] {
        let message = format!("a weight of a window is {text}, but must be finite");
        says(own(&[1.0, weight]), &message);
    }
}

#[test]
fn an_orthogonal_matrix_needs_rows_and_columns() {
    let with = |layout| Orthogonal::default().with_layout(layout);
    for (layout, shape) in [
        (Layout::keras(), &[5][..]),
        (Layout::keras(), &[]),
        (Layout::keras().batch(&[0]), &[4, 5]),
        (Layout::axes(&[0], &[]), &[4, 5]),
        (Layout::axes(&[], &[0, 1]), &[4, 5]),
    ] {
        let rule = "an orthogonal matrix needs an output axis and another one, batch axes aside";
        needs(&with(layout), shape, rule);
    }
    let rule = "an orthogonal matrix needs a single axis to be cut into groups";
    needs(&with(Layout::axes(&[0], &[1, 2]).groups(2)), &[2, 2, 2], rule);
    for (layout, shape) in [
        (Layout::keras(), [3, 6, 5]),
        (Layout::torch(), [5, 6, 3]),
        (Layout::torch().transposed(), [6, 5, 3]),
        (Layout::keras().groups(2), [3, 6, 10]),
    ] {
        let delta = DeltaOrthogonal::default().with_layout(layout);
        let rule = "fan_in ≤ fan_out, which are 18 and 15";
        needs(&delta, &shape, &format!("a delta-orthogonal kernel needs {rule}"));
    }
}

// --- scalings -------------------------------------------------------------------------------

#[test]
fn a_slope_must_be_finite_and_leave_a_gain() {
    for (negative_slope, message) in [
        (NAN, "negative_slope is NaN, but must be finite"),
        (INFINITY, "negative_slope is inf, but must be finite"),
        (-INFINITY, "negative_slope is -inf, but must be finite"),
        (1e200, "gain is 0, but must be positive and finite"),
    ] {
        says(Nonlinearity::LeakyRelu { negative_slope }.gain(), message);
    }
    let steep = Nonlinearity::LeakyRelu { negative_slope: NAN };
    let of = VarianceScaling::for_nonlinearity(steep, FanMode::FanIn, Distribution::Uniform);
    says(of, "negative_slope is NaN, but must be finite");
}

#[test]
fn an_activation_must_be_finite_and_have_a_second_moment() {
    let no_value = |activation: &dyn Fn(f64) -> f64, text| {
        let rule = "must be finite from −37 to 37";
        says(derived_gain(activation), &format!("an activation's value is {text}, but {rule}"));
    };
    no_value(&f64::sqrt, "NaN");
    no_value(&|x| if x > 8.0 { NAN } else { x }, "NaN");
    no_value(&|x| x.exp().exp(), "inf");
    no_value(&|x| (-INFINITY).max(x.ln().min(0.0)), "-inf");
    let no_moment = |activation: &dyn Fn(f64) -> f64, text| {
        let rule = "must be positive and finite";
        says(derived_gain(activation), &format!("E[φ(z)²] is {text}, but {rule}"));
    };
    no_moment(&|_| 0.0, "0");
    no_moment(&|x| (x * x / 4.0).exp(), "inf");
    no_moment(&|_| 1e200, "inf");
}

#[test]
fn depth_and_width_must_be_positive() {
    says(residual_gain(0), "blocks is 0, but must be at least 1");
    says(small_init(0), "d is 0, but must be at least 1");
    says(wang_init(0, 4096), "layers is 0, but must be at least 1");
    says(wang_init(28, 0), "d is 0, but must be at least 1");
    says(Mup::new(0, 64), "width is 0, but must be at least 1");
    says(Mup::new(64, 0), "base_width is 0, but must be at least 1");
}

#[test]
fn a_preset_names_the_argument_that_is_out_of_range() {
    says(torch::xavier_uniform(0.0), "gain is 0, but must be positive and finite");
    says(torch::kaiming_normal(NAN, None, None), "negative_slope is NaN, but must be finite");
    says(keras::random_normal(None, -1.0), "std is -1, but must be positive and finite");
    says(keras::variance_scaling(0.0, None, None), "scale is 0, but must be positive and finite");
    says(keras::identity(INFINITY), "gain is inf, but must be positive and finite");
    let rule = "but must be finite, the lower below the upper";
    says(jax::uniform(-0.5), &format!("the bounds are 0 and -0.5, {rule}"));
    says(mindspore::uniform(-0.5), &format!("the bounds are 0.5 and -0.5, {rule}"));
    let rule = "but must be numbers, the lower below the upper";
    says(jax::truncated_normal(None, 1.0, -1.0), &format!("the bounds are 1 and -1, {rule}"));
    says(llm::mitchell(0, 7), "d is 0, but must be at least 1");
    says(llm::scaled_init(0.02, 0), "blocks is 0, but must be at least 1");
    says(mindspore::sparse(1.5, None), "sparsity is 1.5, but must be between 0 and 1");
}

// --- names and configurations ---------------------------------------------------------------

#[test]
fn an_unknown_name_is_shown_beside_the_names_that_there_are() {
    let near = "(nearest first)";
    for name in ["", "fan-in", "FanIn", "fan_in ", "FAN_IN", "fanin"] {
        let all = "fan_in, fan_out, fan_avg, fan_geo_avg";
        says(name.parse::<FanMode>(), &format!("{name:?} is no mode; there are {near} {all}"));
    }
    let [first, second] = ["truncated_normal, untruncated_normal", "uniform"];
    for (name, all) in [
        ("", format!("{second}, {first}")),
        ("gaussian", format!("{second}, {first}")),
        ("Uniform", format!("{second}, {first}")),
        ("uniform ", format!("{second}, {first}")),
        ("truncated", format!("{first}, {second}")),
        // Keras' is truncated, and JAX' is not.
        ("normal", format!("{first}, {second}")),
    ] {
        let message = format!("{name:?} is no distribution; there are {near} {all}");
        says(name.parse::<Distribution>(), &message);
    }
    let side = r#""imaginary" is no side; there are (nearest first) imag, real"#;
    says(Stft::new("imaginary", None, None, false), side);
    let scaling = r#""l2" is no scaling; there are (nearest first) density, spectrum"#;
    says(Stft::new("real", None, Some("l2"), false), scaling);
    let rules = Rules::new().with("*.bias", Zeros).with("*/kernel", Ones);
    let message =
        r#"no rule matches the name "dense.kernel"; the patterns are ["*.bias", "*/kernel"]"#;
    says(rules.of("dense.kernel", KEY).map(|(_, key)| key), message);
}

/// Lines of a configuration in JSON and a part of its error.
#[track_caller]
fn unread<T: Debug, E: Debug + ToString>(table: &str, read: impl Fn(&str) -> Result<T, E>) {
    for line in table.lines().filter(|line| !line.is_empty()) {
        let (config, rule) = line.split_once(" ⇒ ").expect(line);
        let error = read(config).expect_err(line).to_string();
        assert!(error.contains(rule), "{config} says {error}");
    }
}

#[track_caller]
fn unread_as<T: Debug + DeserializeOwned>(table: &str) {
    unread(table, |config| serde_json::from_value::<T>(config.parse()?));
}

#[test]
fn a_law_or_a_layout_is_read_with_the_checks_of_its_constructor() {
    unread_as::<Uniform>(
        r#"
{"low": 1.0, "high": 0.0} ⇒ the bounds are 1 and 0, but must be finite, the lower below the upper
{"low": 0.0, "high": 0.0} ⇒ the lower below the upper
"#,
    );
    unread_as::<Normal>(
        r#"
{"mean": 0.0, "std": -1.0} ⇒ std is -1, but must be positive
{"mean": 0.0, "stddev": 1.0} ⇒ unknown field `stddev`
"#,
    );
    unread_as::<TruncatedNormal>(
        r#"
{"mean": 0.0} ⇒ missing field `std`
{"std": 1.0, "bounds": {"sigmas": {"lower": 2.0, "upper": -2.0}}} ⇒ the bounds are 2 and -2
"#,
    );
    unread_as::<Layout>(
        r#"
{"einsum": "ab"} ⇒ equation "ab"
{"roles": "torch", "group": 2} ⇒ unknown field `group`
{"roles": "torch", "axes": {"input": [0], "output": [1]}} ⇒ one of roles, axes and einsum
{"roles": {"einsum": "ab,bc->ac"}} ⇒ expected a string
"#,
    );
    unread(
        r#"
[["*", "zeros"], ["*", "ones"]] ⇒ the pattern "*" is there twice
[["*", "zeros", 1]] ⇒ trailing
[["*"]] ⇒ invalid length 1
"zeros" ⇒ an object of patterns and initializers, or a list of pairs
{"*": "zeroes"} ⇒ zeroes
{"*": "zeros", "a": "ones", "*": "ones"} ⇒ the pattern "*" is there twice
"#,
        |config| serde_json::from_str::<Rules>(config),
    );
}

/// Without a default, of an unknown name, of a wrong number, and in the form of other libraries, whose
/// objects have the name beside a key.
#[test]
fn an_initializer_that_cannot_be_read_says_why() {
    unread_as::<AnyInitializer>(
        r#"
{"siren": {}} ⇒ its layer is "first", or "later" and has an omega_0
"siren" ⇒ its layer is "first"
{"siren": {"layer": "later"}} ⇒ its layer is "first"
{"siren": {"layer": "first", "omega_0": 30}} ⇒ its layer is "first"
"normal" ⇒ missing field `std`
{"truncated_normal": {}} ⇒ missing field `std`
{"uniform": {"low": 0}} ⇒ missing field `high`
"constant" ⇒ a number, or a list
{"blocks": {"axis": 0}} ⇒ either equal or sizes, or else parts
{"blocks": {"axis": 0, "initializer": "zeros"}} ⇒ either equal or sizes
{"blocks": {"axis": 0, "equal": 2, "parts": []}} ⇒ either equal or sizes

"he_norm" ⇒ "he_norm" is no initializer; there are (nearest first) he_normal,
{"he_norm": {}} ⇒ "he_norm" is no initializer; there are (nearest first) he_normal,
"glorot_normale" ⇒ (nearest first) glorot_normal,
"zeroes" ⇒ (nearest first) zeros,
{"law": {"normal": {"std": 0.02}}} ⇒ "law" is no initializer
{"he_normal": {"scale": 2}} ⇒ unknown field `scale`, expected one of `mode`,
{"zeros": {"value": 2}} ⇒ unknown field `value`
{"he_normal": {"layout": "pytorch"}} ⇒ "pytorch" is no layout; there are (nearest first) torch
{"he_normal": {}, "layout": "torch"} ⇒ with "he_normal" and "layout"
{} ⇒ without the name of an initializer
{"constant": [1, [2]]} ⇒ of shapes [] and [1]
{"variance_scaling": {"mode": "fan"}} ⇒ "fan" is no mode; there are (nearest first) fan_in,

{"identity": {"gain": 0.0}} ⇒ gain is 0, but must be positive and finite
{"variance_scaling": {"scale": 0}} ⇒ scale is 0, but must be positive and finite
{"variance_scaling": {"cut": 0}} ⇒ cut is 0, but must be positive
{"variance_scaling": {"cut": 3, "distribution": "uniform"}} ⇒ a cut is of the distribution truncated_normal
{"variance_scaling": {"scale": 3, "gain": "gelu"}} ⇒ the gain of an activation is a scale
{"sparse": {"sparsity": 2.0, "law": {"normal": {"std": 1.0}}}} ⇒ sparsity is 2, but must be between 0 and 1
{"he_normal": {"gain": -1}} ⇒ gain is -1, but must be positive and finite
{"he_normal": {"gain": "gleu"}} ⇒ "gleu" is no activation; there are (nearest first)
{"he_normal": {"gain": {"elu": 1}}} ⇒ a gain is a number, an activation's name or {leaky_relu: slope}
{"torch_default": {"bias_of": [5]}} ⇒ does not fit shape [5]
{"torch_recurrent": {"hidden_size": 0}} ⇒ hidden_size is 0, but must be at least 1

{"type": "normal", "std": 0.02} ⇒ the one key of an initializer is its name: write {"normal": {"std": 0.02}}
{"name": "he_normal", "gain": 2, "layout": "torch", "batch": [0]} ⇒ write {"he_normal": {"batch": …, "gain": 2, "layout": "torch"}}
{"type": "nrmal", "std": 1} ⇒ "std" is no initializer; there are
{"type": 3} ⇒ "type" is no initializer; there are
"#,
    );
    let of_complex = if cfg!(feature = "complex") {
        r#"
"disc" ⇒ missing field `radius`
{"disc": {"radius": 0}} ⇒ radius is 0, but must be positive
{"complex_normal": {"std": 1, "mean": 0}} ⇒ unknown field `mean`
{"complex_truncated_normal": {"std": 1, "bound": {"sigmas": -1}}} ⇒ sigmas is -1, but must be positive
"#
    } else {
        r#"
"complex_normal" ⇒ needs the feature `complex`
"disc" ⇒ needs the feature `complex`
"complex_truncated_normal" ⇒ needs the feature `complex`
"#
    };
    unread_as::<AnyInitializer>(of_complex);
    for (text, rule) in [
        ("type = \"normal\"\nstd = 0.02", "write {\"normal\": {\"std\": 0.02}}"),
        ("constant = nan", "constant is NaN, but must be a number"),
        ("constant = -nan", "constant is NaN, but must be a number"),
        ("constant = [1.0, nan]", "constant is NaN, but must be a number"),
    ] {
        let error = toml::from_str::<AnyInitializer>(text).unwrap_err().to_string();
        assert!(error.contains(rule), "{error}");
    }
}

#[test]
fn a_configuration_of_keras_that_is_wrong_is_shown() {
    unread(
        r#"
"glorot_uniformly" ⇒ no class of Keras is "glorot_uniformly"; there are Zeros
{"class_name": "Zeros", "config": {"value": 1}} ⇒ unknown field `value`
{"class": "HeNormal", "stddev": 1} ⇒ unknown field `stddev`
{"class_name": "HeNormal", "config": [1]} ⇒ config is [1]
{"config": {}} ⇒ either a class_name or a class
{"class_name": "Ones", "config": {}, "gain": 1} ⇒ unknown field `gain` beside
{"class_name": "Ones", "gain": 1} ⇒ unknown field `gain`
{"class_name": "Zeros", "class": "Zeros"} ⇒ either a class_name or a class
3 ⇒ an object or a string
{"class": "Constant", "value": [1, [2]]} ⇒ nested lists of one shape
{"class": "VarianceScaling", "mode": "fan"} ⇒ "fan" is no mode; there are (nearest first) fan_in
{"class": "HeNormal", "input_axes": [0]} ⇒ together or not at all
{"class": "STFT", "side": "imaginary"} ⇒ "imaginary" is no side; there are (nearest first) imag, real
{"class": "STFT", "scaling": "l2"} ⇒ "l2" is no scaling; there are (nearest first) density, spectrum
{"class": "STFT", "window": "tukey"} ⇒ "tukey" is no window; there are (nearest first)
{"class": "STFT", "window": [[1.0]]} ⇒ window must be the name of a window or a list of weights
{"class": "STFT", "window": 1.0} ⇒ window must be the name of a window or a list of weights
"#,
        |config| {
            let found = keras::from_config(&config.parse().unwrap());
            assert!(matches!(found, Err(InitError::Configuration { .. })), "{found:?}");
            found
        },
    );
    let error = refused(keras::from_config(&json!({"class": "RandomNormal", "stddev": -1.0})));
    assert_eq!(error, refused(Normal::new(0.0, -1.0)));
}

// --- arrays ---------------------------------------------------------------------------------

#[cfg(target_pointer_width = "64")]
#[test]
fn an_array_must_fit_memory() {
    let most = "an array can have 9223372036854775807 bytes";
    let law = normal(0.0, 1.0);
    for (shape, rule) in [
        (&[usize::MAX, 2][..], most),
        (&[1 << 32, 1 << 32], most),
        (&[usize::MAX / 4], most),
        (&[1 << 60], "the system refused 4611686018427387904 bytes"),
        (&[1 << 45], "the system refused 140737488355328 bytes"),
        (&[0, usize::MAX, 3], most),
    ] {
        let what = format!("an array of shape {shape:?} and elements of f32 does not fit memory");
        let message = format!("{what}: {rule}");
        says(ArrayD::<f32>::init(IxDyn(shape), &law, KEY), &message);
    }
    let (rng, scaling) = (&mut ndarray_init::rand::rng(), VarianceScaling::he_normal());
    let found = Array2::<f64>::variance_scaling((1 << 30, 1 << 30), scaling, rng);
    assert!(matches!(found, Err(InitError::Memory { .. })), "{found:?}");
}

#[cfg(target_pointer_width = "64")]
#[test]
#[should_panic(expected = "does not fit memory")]
fn a_preset_constructor_says_what_does_not_fit() {
    let _ = Array2::<f32>::he_normal((1 << 40, 1 << 40), &mut ndarray_init::rand::rng());
}

/// An initializer's own memory must fit, too, even where a small part of the array is filled.
#[cfg(target_pointer_width = "64")]
#[test]
fn what_an_array_needs_beside_its_elements_must_fit_memory() {
    let [stft, lasting] = ["hann", "rectangular"].map(|window| stft(Some(window)));
    let blocks = Blocks::equal(Zeros, 0, 1 << 60);
    let nested = Blocks::equal(Blocks::equal(Ones, 0, 1 << 50), 1, 3);
    let cases: [(&dyn Initializer<f32>, &[usize]); 7] = [
        (&stft, &[1 << 60, 1, 2]),
        (&lasting, &[1 << 50, 1, 2]),
        (&lasting, &[2, 1, 1 << 60]),
        (&stft, &[4, 1, 1 << 50]),
        (&blocks, &[1 << 60]),
        (&blocks, &[1 << 60, 2]),
        (&nested, &[1 << 50, 3]),
    ];
    let fails = |found: Result<ArrayD<f32>, InitError>| {
        assert!(matches!(found, Err(InitError::Memory { .. })), "{found:?}");
    };
    for (initializer, shape) in cases {
        fails(ArrayD::init(IxDyn(shape), initializer, KEY));
        let one = IxDyn(&vec![1; shape.len()]);
        let region = Region::new(shape, &vec![0; shape.len()]).unwrap();
        fails(ArrayD::init_region(one, initializer, KEY, &region));
    }
    let [row, any] = [array![1.0_f32, 2.0], array![1.0, 2.0]];
    let cases: [(&dyn Initializer<f32>, &[usize]); 3] = [
        (&stft, &[usize::MAX, 1, usize::MAX]),
        (&row, &[usize::MAX, 3, 2]),
        (&any, &[usize::MAX, 3, 2]),
    ];
    for (initializer, shape) in cases {
        fails(ArrayD::init(IxDyn(shape), initializer, KEY));
    }
}

/// An initializer that always fails.
struct Broken;

impl Initializer<f32> for Broken {
    fn values(&self, shape: &[usize], _: Key) -> Result<Values<f32>, InitError> {
        let (initializer, rule, shape) = ("this", "another one".into(), shape.to_vec());
        Err(InitError::Shape { initializer, rule, shape })
    }
}

/// Initializers that fail on any array of `f32` with three axes, one for each place where they do.
fn failing() -> Result<Vec<Box<dyn Initializer<f32>>>, InitError> {
    let kernel = |layout| VarianceScaling::he_normal().with_layout(layout);
    let too_large = Law::from(uniform(-1e300, 1e300));
    let second: [(usize, AnyInitializer); 2] = [(2, Ones.into()), (2, too_large.into())];
    Ok(vec![
        Box::new(kernel(Layout::axes(&[3], &[0]))),
        Box::new(kernel(Layout::axes(&[0], &[0]))),
        Box::new(kernel(Layout::torch().batch(&[0, 1]))),
        Box::new(kernel(Layout::keras().groups(0))),
        Box::new(kernel(Layout::einsum("bi,io->bo")?)),
        Box::new(too_large),
        Box::new(normal(0.0, 1e300)),
        Box::new(between(1e300, -1.0, 1.0)),
        Box::new(Law::from(uniform(1.000_000_01, 1.000_000_02))),
        Box::new(Constant(f32::NAN)),
        Box::new(Blocks::of(0, second)),
        Box::new(Broken),
    ])
}

#[test]
fn on_an_error_an_array_stays_as_it_was() -> Result<(), InitError> {
    let before = Array3::from_shape_fn((4, 5, 6), |(i, j, k)| (i * 30 + j * 6 + k) as f32);
    for (i, initializer) in failing()?.iter().enumerate() {
        let mut array = before.clone();
        assert!(array.fill_init(initializer, KEY).is_err(), "{i}");
        let mut part = array.slice_mut(s![..4, .., ..;-2]);
        assert!(part.fill_init(initializer, KEY).is_err(), "{i}");
        assert_eq!(array, before, "{i}");
        assert!(Array3::init((4, 5, 6), initializer, KEY).is_err(), "{i}");
    }
    Ok(())
}

/// Whether the initializer would fail or not.
#[test]
fn an_array_without_elements_is_filled_by_doing_nothing() -> Result<(), InitError> {
    let mut all = failing()?;
    all.push(Box::new(VarianceScaling::he_normal()));
    all.push(Box::new(Mup::new(64, 32)?.scaling(MupRole::Hidden, VarianceScaling::default())));
    all.push(Box::new(Siren::first()));
    all.push(Box::new(TorchDefault::new()));
    all.push(Box::new(Orthogonal::default()));
    all.push(Box::new(DeltaOrthogonal::default()));
    all.push(Box::new(Identity::default()));
    for (i, initializer) in all.iter().enumerate() {
        for shape in [(0, 5, 6), (4, 0, 6), (4, 5, 0), (0, 0, 0)] {
            let mut array = Array3::init(shape, initializer, KEY)?;
            assert_eq!(array.dim(), shape, "{i}");
            array.fill_init(initializer, KEY)?;
        }
        let mut array = Array3::<f32>::ones((4, 5, 6));
        array.slice_mut(s![.., 2..2, ..]).fill_init(initializer, KEY)?;
        assert_eq!(array, Array3::<f32>::ones((4, 5, 6)), "{i}");
    }
    Ok(())
}

#[test]
fn an_array_takes_its_key_whether_or_not_it_can_be_filled() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut others = rng.clone();
    let torch = VarianceScaling::kaiming_normal().with_layout(Layout::torch());
    assert!(ArrayD::<f32>::variance_scaling(IxDyn(&[7]), &torch, &mut rng).is_err());
    assert!(ArrayD::<f32>::variance_scaling(IxDyn(&[0]), &torch, &mut rng).is_ok());
    let _ = Array2::<f32>::xavier_uniform((0, 4), &mut rng);
    for _ in 0..3 {
        others.next_u64();
    }
    assert_eq!(rng, others);
}

#[test]
fn a_part_must_lie_within_its_whole() {
    let of_4_by_5 = |result: Result<Region, InitError>, region, rule| {
        says(result, &format!("a region {region} does not fit the global shape [4, 5]: {rule}"));
    };
    let whole = Region::new(&[4, 5], &[1, 1]).unwrap();
    let offset = Region::new(&[4, 5], &[1, 2, 3]);
    of_4_by_5(offset, "at offset [1, 2, 3]", "it has 3 axes, not 2");
    let rule = "along axis 1 it begins at 6, not within 5";
    of_4_by_5(Region::new(&[4, 5], &[1, 6]), "at offset [1, 6]", rule);
    of_4_by_5(whole.clone().with_steps(&[2]), "with steps [2]", "it has 1 axes, not 2");
    let rule = "the step along axis 1 must be at least 1";
    of_4_by_5(whole.clone().with_steps(&[2, 0]), "with steps [2, 0]", rule);
    says(
        Region::new(&[1 << 32, 1 << 31, 2], &[0, 0, 0]),
        "a region at offset [0, 0, 0] does not fit the global shape [4294967296, 2147483648, 2]: \
         that has more than 2⁶³ elements",
    );

    let part_says = |shape: &[usize], region: &Region, steps, rule| {
        let part = format!("a region of shape {shape:?} at offset [1, 1] with steps {steps}");
        let found = ArrayD::<f32>::init_region(IxDyn(shape), &Zeros, KEY, region);
        says(found, &format!("{part} does not fit the global shape [4, 5]: {rule}"));
    };
    part_says(&[4, 2], &whole, "[1, 1]", "along axis 0 it ends at 5, not within 4");
    part_says(&[4], &whole, "[1, 1]", "it has 1 axes, not 2");
    let steps = whole.with_steps(&[1, usize::MAX]).unwrap();
    let rule = "along axis 1 it ends beyond 18446744073709551615, not within 5";
    part_says(&[3, 2], &steps, "[1, 18446744073709551615]", rule);
    assert!(Array2::<f32>::init_region((3, 1), &Zeros, KEY, &steps).is_ok());
}

// --- every variant --------------------------------------------------------------------------

#[test]
fn every_variant_begins_in_its_own_way() {
    fn assert_is<T: std::error::Error + Clone + PartialEq + Send + Sync + 'static>(_: &T) {}
    let fill = |initializer: &dyn Initializer<f32>, shape: &[usize]| {
        refused(ArrayD::init(IxDyn(shape), initializer, KEY))
    };
    let table = [
        (refused(Normal::new(0.0, -1.5)), "std is -1.5, but must be "),
        (refused(Uniform::new(0.5, -0.25)), "the bounds are 0.5 and -0.25, but must be "),
        (fill(&normal(0.0, 1e38), &[2]), "N(0, 1e38²) cannot be drawn as f32: "),
        (
            refused(keras::from_config(&json!({"config": {}}))),
            "the configuration {\"config\":{}} cannot be read: ",
        ),
        (refused("fan".parse::<FanMode>()), "\"fan\" is no mode; there are (nearest first) "),
        (refused(Rules::new().with("b", Zeros).of("w", KEY)), "no rule matches the name \"w\"; "),
        (fill(&Identity::default(), &[3]), "the identity needs "),
        (fill(&Zeros, &[usize::MAX, 2]), "an array of shape [18446744073709551615, 2] and "),
        (refused(Region::new(&[4, 5], &[1, 6])), "a region at offset [1, 6] does not fit the "),
        (refused(Layout::torch().fans(&[7])), "the layout \"torch\" does not fit shape [7]: "),
        (refused(Layout::einsum("bi,io->bko")), "equation \"bi,io->bko\": "),
    ];
    let mut variants = HashSet::new();
    for (error, begin) in table {
        assert!(error.to_string().starts_with(begin), "{error}");
        assert!(variants.insert(discriminant(&error)), "two errors of the variant of {error:?}");
        assert_is(&error);
        assert_eq!(error.clone(), error);
    }
    // As many as have a message, hence all.
    assert_eq!(variants.len(), include_str!("../src/error.rs").matches("#[error(").count());
}
