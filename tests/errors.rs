//! Every error: when it comes, and what it says. No other file asserts the text of an error.

use crate::common::{Counting, Listed, each_type, normal, uniform};
#[cfg(feature = "half")]
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::{Array1, Array2, ArrayD, IxDyn, Slice, array};
use ndarray_init::presets::keras::Stft;
use ndarray_init::presets::{jax, keras, llm, mindspore, torch};
use ndarray_init::{
    AnyInitializer, Blocks, Constant, DeltaOrthogonal, Distribution, FanMode, Identity, InitError,
    InitExt, InitRefExt, Initializer, Key, Law, Layout, Mup, MupRole, Nonlinearity, Normal, Ones,
    Orthogonal, Region, Rules, Siren, Sparse, Step, Transformed, TruncatedNormal, Uniform, Values,
    VarianceScaling, Zeros, derived_gain, residual_gain, small_init, wang_init,
};
#[cfg(feature = "complex")]
use ndarray_init::{
    ComplexNormal, ComplexTruncatedNormal, Disc,
    num_complex::{Complex, Complex32, Complex64},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::fmt::Debug;

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

/// Asserts that an array of this shape is an error with this message, a new one and a part of one that is there,
/// which stays as it was, and that an array without elements is none.
#[track_caller]
fn fill_says<A: Listed>(initializer: &dyn Initializer<A>, shape: &[usize], message: &str) {
    says(ArrayD::init(IxDyn(shape), initializer, KEY), message);
    let wide: Vec<usize> = shape.iter().map(|n| 2 * n + 1).collect();
    let mut there = ArrayD::from_elem(IxDyn(&wide), A::rounded(7.0));
    let mut part = there.view_mut();
    part.slice_each_axis_inplace(|_| Slice::new(1, None, -2));
    says(part.fill_init(initializer, KEY), message);
    part.slice_each_axis_inplace(|_| Slice::from(0..0));
    assert!(shape.is_empty() || part.fill_init(initializer, KEY).is_ok(), "without elements");
    assert!(there.iter().all(|&x| x == A::rounded(7.0)), "something was written");
}

// --- numbers --------------------------------------------------------------------------------

#[test]
fn parameters_must_be_positive_and_finite() {
    let mup = Mup::new(4, 2).unwrap();
    let scaling = VarianceScaling::he_normal;
    for x in [NAN, INFINITY, -INFINITY, 0.0, -0.0, -1.5e-5] {
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
            let message = format!("{name} is {x}, but must be positive and finite{hint}");
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
    for mean in [NAN, INFINITY, -INFINITY] {
        let message = format!("mean is {mean}, but must be finite");
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
fn bounds_must_be_in_order_and_those_of_a_uniform_law_finite() {
    let rule = "the lower below the upper";
    let uniform = |low, high| {
        let message = format!("the bounds are {low} and {high}, but must be finite, {rule}");
        says(Uniform::new(low, high), &message);
    };
    for (low, high) in [
        (1.0, 1.0),
        (0.5, -0.25),
        (-0.0, 0.0),
        (NAN, 1.0),
        (1.0, NAN),
        (INFINITY, INFINITY),
        (-INFINITY, -INFINITY),
        (INFINITY, -INFINITY),
    ] {
        uniform(low, high);
        let message = format!("the bounds are {low} and {high}, but must be numbers, {rule}");
        says(TruncatedNormal::new(0.0, 1.0, low, high), &message);
        says(TruncatedNormal::in_sigmas(0.0, 1.0, low, high), &message);
    }
    for (low, high) in [(-INFINITY, 1.0), (1.0, INFINITY), (-INFINITY, INFINITY)] {
        uniform(low, high);
        assert!(TruncatedNormal::new(0.0, 1.0, low, high).is_ok());
        assert!(TruncatedNormal::in_sigmas(0.0, 1.0, low, high).is_ok());
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
    {
        let close = ComplexTruncatedNormal::new(1e200, 1e-200);
        says(close, "bound / std is 0, but must be at least 1e-70");
    }
}

/// Without the law there is no report, and the error is that of the law.
#[test]
fn a_scaling_must_have_a_law_for_its_fans() {
    let says = |scale, distribution, shape: &[usize], message: &str| {
        let scaling = VarianceScaling::new(scale, FanMode::FanIn, distribution).unwrap();
        says(scaling.law(shape), message);
        assert_eq!(scaling.explain(shape).unwrap_err(), scaling.law(shape).unwrap_err());
    };
    let least = f64::from_bits(1);
    let message = format!("std is 0, but must be positive and finite{HINT}");
    says(least, Distribution::UntruncatedNormal, &[1000, 1], &message);
    says(least, Distribution::TruncatedNormal, &[1000, 1], &message);
    let bounds =
        |bounds| format!("the bounds are {bounds}, but must be finite, the lower below the upper");
    says(least, Distribution::Uniform, &[1000, 1], &bounds("-0 and 0"));
    says(1e308, Distribution::Uniform, &[1, 1], &bounds("-inf and inf"));
    let siren = Siren::later(1e-320).unwrap().law(&[2, 2]);
    assert_eq!(refused(siren).to_string(), bounds("-inf and inf"));
}

// --- element types --------------------------------------------------------------------------

/// Rows of a table: a shape and a configuration in JSON, and what the error says.
fn rows<T: DeserializeOwned>(table: &str) -> impl Iterator<Item = (Vec<usize>, T, Vec<&str>)> {
    table.lines().filter(|row| !row.is_empty()).map(|row| {
        let fields: Vec<_> = row.split(" | ").map(str::trim).collect();
        let shape = serde_json::from_str(fields[0]).expect(row);
        (shape, serde_json::from_str(fields[1]).expect(row), fields[2..].to_vec())
    })
}

/// Asserts that arrays of this type cannot be drawn from initializers in JSON, by their text and the rule; where
/// they are one law, neither can those with zeros among the elements.
#[track_caller]
fn cannot_draw<A: Listed>(element: &str, table: &str) {
    for (shape, initializer, fault) in rows::<AnyInitializer>(table) {
        let message = format!("{} cannot be drawn as {element}: {}", fault[0], fault[1]);
        fill_says::<A>(&initializer, &shape, &message);
        if let Some(law) = initializer.law(&shape).unwrap() {
            fill_says::<A>(&Sparse::new(0.5, law).unwrap(), &[5, 5], &message);
            draws::<f64>(law);
        }
    }
}

/// Asserts that values are finite, and not all equal.
#[track_caller]
fn draws<A: Listed>(law: impl Into<Law>) {
    let law = law.into();
    let w = Array1::<A>::init(2000, &law, KEY).unwrap();
    assert!(w.iter().all(|x| x.parts()[0].is_finite()), "{law}");
    assert!(w.iter().any(|&x| x != w[0]), "{law}");
}

/// Numbers beyond the greatest or below the least, and bounds between 1 and the next number. `f64` has all of them.
#[test]
fn the_element_type_must_have_the_values_of_an_initializer() {
    cannot_draw::<f32>(
        "f32",
        r#"
[5] | {"uniform": {"low": 0, "high": 1e39}} | U[0, 1e39] | its bounds are too large
[5] | {"uniform": {"low": 0, "high": 1.2e-45}} | U[0, 1.2e-45] | its width is below the least positive number of the type
[5] | {"uniform": {"low": 1.00000001, "high": 1.00000002}} | U[1.00000001, 1.00000002] | it has no value between the bounds
[5] | {"normal": {"std": 1e38}} | N(0, 1e38²) | its values are too large
[5] | {"normal": {"mean": -1e39, "std": 1e30}} | N(-1e39, 1e30²) | its values are too large
[5] | {"normal": {"std": 1.2e-45}} | N(0, 1.2e-45²) | its standard deviation is below the least positive number of the type
[5] | {"truncated_normal": {"mean": 1, "std": 0.5, "bounds": {"absolute": {"lower": 1.00000001, "upper": 1.00000002}}}} | N(1, 0.5²) on [1.00000001, 1.00000002] | it has no value between the bounds
[5] | {"truncated_normal": {"mean": 1e39, "std": 1e38, "bounds": {"absolute": {"lower": -1, "upper": 1e37}}}} | N(1e39, 1e38²) on [-1, 1e37] | its parent's mean or standard deviation is too large
[5] | {"truncated_normal": {"std": 1e39, "bounds": {"absolute": {"lower": -1, "upper": 1}}}} | N(0, 1e39²) on [-1, 1] | its parent's mean or standard deviation is too large
[5] | {"truncated_normal": {"std": 3e38, "bounds": {"absolute": {"upper": -1}}}} | N(0, 3e38²) on [-inf, -1] | its values are too large
[5] | {"truncated_normal": {"std": 6e37, "bounds": {"absolute": {}}}} | N(0, 6e37²) on [-inf, inf] | its values are too large
[5] | {"truncated_normal": {"std": 1e38, "bounds": {"absolute": {"lower": -3.5e38, "upper": 3e38}}}} | N(0, 1e38²) on [-3.5e38, 3e38] | its values are too large
[5] | {"truncated_normal": {"std": 1e-46, "bounds": {"absolute": {}}}} | N(0, 1e-46²) on [-inf, inf] | its parent's standard deviation is below the least positive number of the type
[2, 2] | {"he_normal": {"gain": 1e-100}} | N(0, 1.1368e-100²) on [-2.2737e-100, 2.2737e-100] | its parent's standard deviation is below the least positive number of the type
[3] | {"transformed": {"law": {"uniform": {"low": 0, "high": 200}}, "steps": ["exp"]}} | U[0, 200] → exp | its values are too large

[5] | {"blocks": {"axis": 0, "parts": [{"size": 2, "initializer": "ones"}, {"size": 3, "initializer": {"constant": 1e39}}]}} | constant 1e39 | it is too large
[2] | {"constant": 1e39} | constant 1e39 | it is too large
[2] | {"constant": [1, 1e300]} | constant 1e300 | it is too large
[2, 2] | {"identity": {"gain": 1e39}} | gain 1e39 | it is too large
[2, 2] | {"orthogonal": {"gain": 1e39}} | gain 1e39 | it is too large
[4, 4] | {"orthogonal": {"gain": 1e-300}} | gain 1e-300 | it is below the least positive number of the type
[3, 4, 4] | {"delta_orthogonal": {"gain": 1e-300}} | gain 1e-300 | it is below the least positive number of the type
[100, 100] | {"orthogonal": {"gain": 7e-45}} | the standard deviation of an orthogonal matrix' entries, 7e-46 | it is below the least positive number of the type
"#,
    );
    says(
        Array1::<f64>::init(5, &normal(0.0, 1e308), KEY),
        "N(0, 1e308²) cannot be drawn as f64: its values are too large",
    );
    let scaling = VarianceScaling::he_normal().with_gain(1e-100).unwrap();
    let found = Array2::<f32>::init((2, 2), &scaling, KEY).map(|_| ());
    assert_eq!(scaling.explain_as::<f32>(&[2, 2]).map(|_| ()), found);
    assert!(scaling.explain_as::<f64>(&[2, 2]).is_ok());
}

#[cfg(feature = "half")]
#[test]
fn half_types_must_have_the_values_of_an_initializer() {
    cannot_draw::<f16>(
        "f16",
        r#"
[5] | {"normal": {"std": 1e4}} | N(0, 10000²) | its values are too large
[5] | {"normal": {"std": 5e-8}} | N(0, 5e-8²) | its standard deviation is below the least positive number of the type
[5] | {"uniform": {"low": 0, "high": 65505}} | U[0, 65505] | its bounds are too large
[5] | {"uniform": {"low": -2.5e-8, "high": 2.5e-8}} | U[-2.5e-8, 2.5e-8] | its width is below the least positive number of the type
[5] | {"uniform": {"low": 1.0001, "high": 1.0002}} | U[1.0001, 1.0002] | it has no value between the bounds
[5] | {"truncated_normal": {"std": 1e5, "bounds": {"absolute": {"lower": -1e5, "upper": 1e5}}}} | N(0, 100000²) on [-100000, 100000] | its values are too large
[5] | {"truncated_normal": {"std": 5e-8}} | N(0, 5e-8²) on [-1e-7, 1e-7] | its parent's standard deviation is below the least positive number of the type
[2, 2] | {"identity": {"gain": 1e5}} | gain 100000 | it is too large
[2] | {"constant": 1e-8} | constant 1e-8 | it is below the least positive number of the type
"#,
    );
    // The least number of bf16 is 2⁻¹³³, or 9.2e-41.
    cannot_draw::<bf16>(
        "bf16",
        r#"
[5] | {"normal": {"std": 3.7e37}} | N(0, 3.7e37²) | its values are too large
[5] | {"normal": {"std": 8.2e-41}} | N(0, 8.2e-41²) | its standard deviation is below the least positive number of the type
"#,
    );
}

#[cfg(feature = "complex")]
#[test]
fn laws_of_complex_numbers_are_the_same_in_all_directions_and_no_others_are() {
    cannot_draw::<Complex64>(
        "Complex<f64>",
        r#"
[5] | {"uniform": {"low": -0.1, "high": 0.2}} | U[-0.1, 0.2] | bounds of complex numbers are the same in all directions, around 0
[5] | {"truncated_normal": {"std": 1, "bounds": {"sigmas": {"lower": -1, "upper": 2}}}} | N(0, 1²) on [-1, 2] | bounds of complex numbers are the same in all directions, around 0
[5] | {"truncated_normal": {"std": 1, "bounds": {"sigmas": {"lower": 0}}}} | N(0, 1²) on [0, inf] | bounds of complex numbers are the same in all directions, around 0
[5] | {"truncated_normal": {"mean": 0.5, "std": 1, "bounds": {"absolute": {"lower": -2, "upper": 2}}}} | N(0.5, 1²) on [-2, 2] | bounds of complex numbers are the same in all directions, around 0
[5] | {"transformed": {"law": {"normal": {"std": 1}}, "steps": ["exp"]}} | N(0, 1²) → exp | it is a law of real numbers
"#,
    );
    cannot_draw::<Complex32>(
        "Complex<f32>",
        r#"
[5] | {"disc": {"radius": 3.5e38}} | U on |z| ≤ 3.5e38 | its values are too large
[5] | {"disc": {"radius": 1e-39}} | U on |z| ≤ 1e-39 | its values are below the least positive numbers of the type
[5] | {"complex_normal": {"std": 1e38}} | CN(0, 1e38²) | its values are too large
[5] | {"complex_normal": {"std": 1e-46}} | CN(0, 1e-46²) | its values are below the least positive numbers of the type
[5] | {"complex_truncated_normal": {"std": 1e38, "bound": {"absolute": 1e39}}} | CN(0, 1e38²) on |z| ≤ 1e39 | its values are too large
"#,
    );
    cannot_draw::<f32>(
        "f32",
        r#"
[5] | {"disc": {"radius": 1}} | U on |z| ≤ 1 | it is a law of complex numbers
[5] | {"complex_normal": {"std": 1}} | CN(0, 1²) | it is a law of complex numbers
[5] | {"complex_truncated_normal": {"std": 1}} | CN(0, 1²) on |z| ≤ 2 | it is a law of complex numbers
[5] | {"blocks": {"axis": 0, "initializer": {"disc": {"radius": 1}}, "equal": 1}} | U on |z| ≤ 1 | it is a law of complex numbers
"#,
    );
    let disc = AnyInitializer::from(Disc::new(1.0).unwrap());
    assert_eq!(disc.law(&[5]), Ok(None));
}

/// Bounds within the greatest number are drawn however wide the parent.
#[test]
fn laws_that_the_element_type_just_has_are_drawn() {
    let between = |std, lower, upper| TruncatedNormal::new(0.0, std, lower, upper).unwrap();
    let [least, least_f64] = [f32::from_bits(1).into(), f64::from_bits(1)];
    draws::<f32>(normal(0.0, least));
    draws::<f64>(normal(0.0, least_f64));
    draws::<f32>(uniform(-least, least));
    draws::<f64>(uniform(-least_f64, least_f64));
    assert_eq!(uniform(-f64::MAX, f64::MAX).std_dev(), f64::MAX / 3.0_f64.sqrt());
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
    let orthogonal = Orthogonal::new(1e-40).unwrap();
    let w = Array2::<f32>::init((4, 4), &orthogonal, KEY).unwrap();
    assert!(w.iter().all(|&x| x != 0.0));
    // Nothing is held at the greatest number.
    for law in [between(3.5e37, -INFINITY, INFINITY).into(), Law::from(normal(0.0, 3.69e37))] {
        let w = Array1::<f32>::init(1 << 20, &law, Key::new(3)).unwrap();
        assert!(w.iter().all(|x| x.abs() < f32::MAX), "{law}");
    }
}

#[test]
fn steps_must_be_taken_from_every_value() {
    let ln = "the least draw is -1, but must be positive before a logarithm";
    for (high, steps, message) in [
        (1.0, &[Step::Ln][..], ln),
        (1.0, &[Step::InverseSoftplus], ln),
        (1.0, &[Step::Scale(-1.0), Step::Ln], ln),
        (1.0, &[Step::Scale(0.0)], "scale is 0, but must be finite and not 0"),
        (1.0, &[Step::Shift(NAN)], "a step's number is NaN, but must be finite"),
        (1.0, &[Step::AtMost(INFINITY)], "a step's number is inf, but must be finite"),
        (800.0, &[Step::Exp], "a value is inf, but must be finite after every step"),
    ] {
        says(Transformed::new(uniform(-1.0, high), steps), message);
    }
}

// --- layouts --------------------------------------------------------------------------------

/// Twice an axis can be named by the equation, too; 128 groups would leave less than a channel to each.
#[cfg(target_pointer_width = "64")]
#[test]
fn a_layout_must_fit_the_shape() {
    for (shape, layout, rule) in rows::<Layout>(
        r#"
[] | "torch" | it needs at least 2 axes beside its batch axes, not 0
[7] | "torch" | it needs at least 2 axes beside its batch axes, not 1
[8, 7] | {"roles": "torch", "batch": [0]} | it needs at least 2 axes beside its batch axes, not 1
[] | "depthwise" | it needs at least 2 axes beside its batch axes, not 0
[7] | "depthwise" | it needs at least 2 axes beside its batch axes, not 1
[8, 7] | {"roles": "depthwise", "batch": [0]} | it needs at least 2 axes beside its batch axes, not 1

[3, 5] | {"axes": {"input": [2], "output": [1]}} | input axis 2 is out of range
[3, 5] | {"axes": {"input": [0], "output": [-3]}} | output axis -3 is out of range
[3, 5, 1, 1] | {"roles": "torch", "batch": [4]} | batch axis 4 is out of range
[] | {"batch": [0]} | batch axis 0 is out of range
[3, 5] | {"axes": {"input": [-9223372036854775808], "output": []}} | input axis -9223372036854775808 is out of range

[3, 5] | {"axes": {"input": [1, -1], "output": [0]}} | axis 1 is named twice as input axis
[3, 5] | {"axes": {"input": [0], "output": [-1, 1]}} | axis 1 is named twice as output axis
[8, 3, 5] | {"batch": [0, 0]} | axis 0 is named twice as batch axis
[8, 3, 5] | {"einsum": "ebi,eio->ebo", "batch": [0]} | axis 0 is named twice as batch axis
[3, 5] | {"einsum": "bi,io->bo", "batch": [1, -1]} | axis 1 is named twice as batch axis
[3, 5] | {"axes": {"input": [1], "output": [-1]}} | axis 1 is both input and output axis
[3, 5] | {"axes": {"input": [0], "output": [1]}, "batch": [-2]} | axis 0 is both input and batch axis
[3, 5] | {"einsum": "bi,io->bo", "batch": [0]} | axis 0 is both input and batch axis

[64, 16, 3, 3] | {"roles": "torch", "groups": 0} | 0 groups must be at least 1 and divide the 64 output channels
[64, 16, 3, 3] | {"roles": "torch", "groups": 3} | 3 groups must be at least 1 and divide the 64 output channels
[64, 16, 3, 3] | {"roles": "torch", "groups": 128} | 128 groups must be at least 1 and divide the 64 output channels
[3, 3, 16, 64] | {"roles": "keras", "groups": 3} | 3 groups must be at least 1 and divide the 64 output channels
[64, 16, 3, 3] | {"roles": "torch", "transposed": true, "groups": 3} | 3 groups must be at least 1 and divide the 64 input channels
[3, 3, 16, 64] | {"roles": "keras", "transposed": true, "groups": 3} | 3 groups must be at least 1 and divide the 64 input channels
[] | {"groups": 0} | 0 groups must be at least 1 and divide the 1 output channels
[0, 4] | {"groups": 0} | 0 groups must be at least 1 and divide the 4 output channels
[4, 0] | {"groups": 0} | 0 groups must be at least 1 and divide the 0 output channels

[2, 18446744073709551615, 3] | "keras" | its fans must be below 18446744073709551615
[] | {"einsum": "btd,dhk->bthk"} | the second operand of the equation has 3 axes
[512, 8] | {"einsum": "btd,dhk->bthk"} | the second operand of the equation has 3 axes
"#,
    ) {
        let rule = rule[0];
        let message = format!("the layout \"{layout}\" does not fit shape {shape:?}: {rule}");
        says(layout.fans(&shape), &message);
    }
    // 1 and −1 are one axis of two, and two axes of three.
    assert!(Layout::axes(&[1, -1], &[0]).fans(&[3, 5, 7]).is_ok());
}

#[test]
fn an_equation_must_be_one_of_two_operands_and_a_result() {
    for (equation, rule) in [
        // Its parts.
        ("", "it must name its result after \"->\""),
        ("btd,dhk", "it must name its result after \"->\""),
        ("btd->bt", "it must have two operands, but has 1"),
        ("bi,io,o->bo", "it must have two operands, but has 3"),
        // Characters that are no letters.
        ("b1,1o->bo", "'1' in the first operand is not a letter"),
        ("bi,i_->b_", "'_' in the second operand is not a letter"),
        ("bi,io->b*o", "'*' in the result is not a letter"),
        // Only the first operand and the result have axes that nobody names, and once.
        ("bi,...io->bo", "'.' in the second operand is not a letter"),
        ("...b...i,io->bo", "'.' in the first operand is not a letter"),
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

// --- structured initializers ----------------------------------------------------------------

/// Arrays of `f32` by initializers in JSON.
#[test]
fn an_initializer_needs_a_shape_of_its_kind() {
    for (shape, initializer, needs) in rows::<AnyInitializer>(
        r#"
[2, 4] | {"constant": [1, 2, 3]} | a constant array needs a shape that its own, [3], can be broadcast to
[3] | "identity" | the identity needs 2 axes
[3, 3, 3] | "identity" | the identity needs 2 axes

[3, 3] | {"dirac": {"layout": "torch"}} | a Dirac kernel needs an input axis, an output axis and 1 to 3 axes of receptive field
[2, 2, 3, 3, 3, 3] | {"dirac": {"layout": "torch"}} | a Dirac kernel needs an input axis, an output axis and 1 to 3 axes of receptive field
[2, 2, 2, 3] | {"dirac": {"layout": {"axes": {"input": [0, 1], "output": [2]}}}} | a Dirac kernel needs an input axis, an output axis and 1 to 3 axes of receptive field
[4, 4] | "delta_orthogonal" | a delta-orthogonal kernel needs an input axis, an output axis and 1 to 3 axes of receptive field
[1, 1, 1, 1, 4, 4] | "delta_orthogonal" | a delta-orthogonal kernel needs an input axis, an output axis and 1 to 3 axes of receptive field
[3, 6, 5] | "delta_orthogonal" | a delta-orthogonal kernel needs fan_in ≤ fan_out, which are 18 and 15
[5, 6, 3] | {"delta_orthogonal": {"layout": "torch"}} | a delta-orthogonal kernel needs fan_in ≤ fan_out, which are 18 and 15
[6, 5, 3] | {"delta_orthogonal": {"layout": {"roles": "torch", "transposed": true}}} | a delta-orthogonal kernel needs fan_in ≤ fan_out, which are 18 and 15
[3, 6, 10] | {"delta_orthogonal": {"layout": {"groups": 2}}} | a delta-orthogonal kernel needs fan_in ≤ fan_out, which are 18 and 15

[5] | "orthogonal" | an orthogonal matrix needs an output axis and another one, batch axes aside
[4, 5] | {"orthogonal": {"layout": {"batch": [0]}}} | an orthogonal matrix needs an output axis and another one, batch axes aside
[4, 5] | {"orthogonal": {"layout": {"axes": {"input": [0], "output": []}}}} | an orthogonal matrix needs an output axis and another one, batch axes aside
[2, 2, 2] | {"orthogonal": {"layout": {"axes": {"input": [0], "output": [1, 2]}, "groups": 2}}} | an orthogonal matrix needs a single axis to be cut into groups

[4] | {"sparse": {"sparsity": 0.5, "law": {"normal": {"std": 1}}}} | a sparse matrix needs 2 axes, axis 0 shorter than 2³²
[1] | {"sparse": {"sparsity": 0.5, "law": {"normal": {"std": 1}}, "axis": -1}} | a sparse matrix needs 2 axes, axis 1 shorter than 2³²
[6, 5] | {"blocks": {"axis": 0, "initializer": "zeros", "equal": 4}} | a cut into blocks needs an axis 0 that 4 blocks divide
[6, 5] | {"blocks": {"axis": 1, "initializer": "zeros", "equal": 0}} | a cut into blocks needs an axis 1 that 0 blocks divide
[6, 5] | {"blocks": {"axis": 2, "initializer": "zeros", "equal": 1}} | a cut into blocks needs an axis 2
[6, 5] | {"blocks": {"axis": -3, "initializer": "zeros", "equal": 1}} | a cut into blocks needs an axis -3
[6, 5] | {"blocks": {"axis": 0, "initializer": "zeros", "sizes": [3, 2]}} | a cut into blocks needs an axis 0 of the sizes [3, 2] together
[6, 5] | {"blocks": {"axis": 0, "initializer": "zeros", "sizes": [18446744073709551615, 7]}} | a cut into blocks needs an axis 0 of the sizes [18446744073709551615, 7] together

[7] | "kaiming_normal" | the layout "torch" does not fit shape [7]: it needs at least 2 axes beside its batch axes, not 1
[7] | {"mup": {"mup": {"width_multiplier": 2}, "role": "hidden", "base": "kaiming_normal"}} | the layout "torch" does not fit shape [7]: it needs at least 2 axes beside its batch axes, not 1
[7] | {"siren": {"layer": "first", "layout": "torch"}} | the layout "torch" does not fit shape [7]: it needs at least 2 axes beside its batch axes, not 1
[7] | "torch_default" | the layout "torch" does not fit shape [7]: it needs at least 2 axes beside its batch axes, not 1
[7] | {"dirac": {"layout": "torch"}} | the layout "torch" does not fit shape [7]: it needs at least 2 axes beside its batch axes, not 1
[7] | {"orthogonal": {"layout": "torch"}} | the layout "torch" does not fit shape [7]: it needs at least 2 axes beside its batch axes, not 1

[8, 5] | "stft" | STFT needs axes (frame, 1, bins) with at least 2 bins
[8, 1, 1] | "stft" | STFT needs axes (frame, 1, bins) with at least 2 bins
[1, 8, 1, 5] | "stft" | STFT needs axes (frame, 1, bins) with at least 2 bins
[4, 1, 3] | {"stft": {"window": [1, 2]}} | STFT needs a frame of 2 samples, as its window has
[2, 1, 3] | "stft" | STFT needs a frame whose window is not 0 everywhere
[2, 1, 3] | {"stft": {"window": "blackman"}} | STFT needs a frame whose window is not 0 everywhere
[3, 1, 3] | {"stft": {"window": [0.0, -0.0, 0.0]}} | STFT needs a frame whose window is not 0 everywhere
"#,
    ) {
        let needs = needs[0];
        let end = if needs.contains("does not fit") {
            ""
        } else {
            &format!(", but the shape is {shape:?}")
        };
        fill_says::<f32>(&initializer, &shape, &format!("{needs}{end}"));
    }
}

fn stft(window: &str) -> Stft {
    Stft::new("real", Some(window), Some("density"), false).unwrap()
}

#[test]
fn a_weight_of_a_window_must_be_finite() {
    for weight in [NAN, INFINITY] {
        let message = format!("a weight of a window is {weight}, but must be finite");
        says(stft("hann").with_window(vec![1.0, weight]), &message);
    }
}

#[test]
fn a_sparse_matrix_has_a_sparsity_between_0_and_1_and_an_axis() {
    for sparsity in [-0.1, 1.1, NAN, INFINITY] {
        let message = format!("sparsity is {sparsity}, but must be between 0 and 1");
        says(Sparse::normal(sparsity, 0.01), &message);
    }
    let sparse = Sparse::normal(0.5, 0.01).unwrap();
    for axis in [2, -3] {
        let rule = "must be an axis of a matrix: 0, 1, -1 or -2";
        says(sparse.with_axis(axis), &format!("axis is {axis}, but {rule}"));
    }
    let by_rows = sparse.with_axis(1).unwrap();
    let long = Initializer::<f32>::values(&by_rows, &[1 << 32, 0], KEY).map(|_| ());
    assert_eq!(long, Ok(()));
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

// --- scalings -------------------------------------------------------------------------------

#[test]
fn a_slope_must_be_finite_and_leave_a_gain() {
    for negative_slope in [NAN, INFINITY, -INFINITY] {
        let message = format!("negative_slope is {negative_slope}, but must be finite");
        let leaky = Nonlinearity::LeakyRelu { negative_slope };
        says(leaky.gain(), &message);
        let (mode, distribution) = (FanMode::FanIn, Distribution::Uniform);
        says(VarianceScaling::for_nonlinearity(leaky, mode, distribution), &message);
    }
    let steep = Nonlinearity::LeakyRelu { negative_slope: 1e200 };
    says(steep.gain(), "gain is 0, but must be positive and finite");
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
    let rule = "but must be finite, the lower below the upper";
    says(jax::uniform(-0.5), &format!("the bounds are 0 and -0.5, {rule}"));
    says(mindspore::uniform(-0.5), &format!("the bounds are 0.5 and -0.5, {rule}"));
    says(llm::mitchell(0, 7), "d is 0, but must be at least 1");
    says(llm::scaled_init(0.02, 0), "blocks is 0, but must be at least 1");
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
        ("gaussian", format!("{second}, {first}")),
        ("Uniform", format!("{second}, {first}")),
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
        r#"{"low": 1.0, "high": 0.0} ⇒ the bounds are 1 and 0, but must be finite"#,
    );
    unread_as::<Normal>(r#"{"mean": 0.0, "std": -1.0} ⇒ std is -1, but must be positive"#);
    unread_as::<Normal>(r#"{"mean": 0.0, "stddev": 1.0} ⇒ unknown field `stddev`"#);
    unread_as::<TruncatedNormal>(r#"{"mean": 0.0} ⇒ missing field `std`"#);
    unread_as::<Layout>(r#"{"einsum": "ab"} ⇒ equation "ab""#);
    unread_as::<Layout>(r#"{"roles": "torch", "group": 2} ⇒ unknown field `group`"#);
    unread_as::<Layout>(r#"{"roles": "torch", "einsum": "a,a->"} ⇒ one of roles, axes and einsum"#);
    unread_as::<Layout>(r#"{"roles": {"einsum": "ab,bc->ac"}} ⇒ expected a string"#);
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
{"siren": {"layer": "first", "omega_0": 30}} ⇒ its layer is "first"
"normal" ⇒ missing field `std`
{"uniform": {"low": 0}} ⇒ missing field `high`
"constant" ⇒ a number, or a list
{"blocks": {"axis": 0}} ⇒ either equal or sizes, or else parts
{"blocks": {"axis": 0, "equal": 2, "parts": []}} ⇒ either equal or sizes

"he_norm" ⇒ "he_norm" is no initializer; there are (nearest first) he_normal,
"glorot_normale" ⇒ (nearest first) glorot_normal,
{"law": {"normal": {"std": 0.02}}} ⇒ "law" is no initializer
{"he_normal": {"scale": 2}} ⇒ unknown field `scale`, expected one of `mode`,
{"zeros": {"value": 2}} ⇒ unknown field `value`
{"he_normal": {"layout": "pytorch"}} ⇒ "pytorch" is no layout; there are (nearest first) torch
{"he_normal": {}, "layout": "torch"} ⇒ with "he_normal" and "layout"
{} ⇒ without the name of an initializer
{"constant": [1, [2]]} ⇒ of shapes [] and [1]
{"variance_scaling": {"mode": "fan"}} ⇒ unknown variant `fan`, expected one of `fan_in`,

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
{"class_name": "Ones", "config": {}, "gain": 1} ⇒ unknown field `gain` beside
{"class_name": "Zeros", "class": "Zeros"} ⇒ either a class_name or a class
3 ⇒ an object or a string
{"class": "Constant", "value": [1, [2]]} ⇒ nested lists of one shape
{"class": "VarianceScaling", "mode": "fan"} ⇒ unknown variant `fan`, expected one of `fan_in`
{"class": "HeNormal", "input_axes": [0]} ⇒ together or not at all
{"class": "STFT", "scaling": "l2"} ⇒ "l2" is no scaling; there are (nearest first) density, spectrum
{"class": "STFT", "window": "tukey"} ⇒ "tukey" is no window; there are (nearest first)
{"class": "STFT", "window": [[1.0]]} ⇒ window must be the name of a window or a list of weights
"#,
        |config| {
            let found = keras::from_config(&config.parse().unwrap());
            assert!(matches!(found, Err(InitError::Configuration { .. })), "{found:?}");
            found
        },
    );
    let rule = "it must have either a class_name or a class, a string";
    let message = format!("the configuration {{\"config\":{{}}}} cannot be read: {rule}");
    says(keras::from_config(&json!({"config": {}})), &message);
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
    let [stft, lasting] = ["hann", "rectangular"].map(stft);
    let blocks = Blocks::equal(Zeros, 0, 1 << 60);
    let nested = Blocks::equal(Blocks::equal(Ones, 0, 1 << 50), 1, 3);
    let fails = |found: Result<ArrayD<f32>, InitError>| {
        assert!(matches!(found, Err(InitError::Memory { .. })), "{found:?}");
    };
    let cases: [(&dyn Initializer<f32>, &[usize]); 7] = [
        (&stft, &[1 << 60, 1, 2]),
        (&lasting, &[1 << 50, 1, 2]),
        (&lasting, &[2, 1, 1 << 60]),
        (&stft, &[4, 1, 1 << 50]),
        (&blocks, &[1 << 60]),
        (&blocks, &[1 << 60, 2]),
        (&nested, &[1 << 50, 3]),
    ];
    for (initializer, shape) in cases {
        fails(ArrayD::init(IxDyn(shape), initializer, KEY));
        let one = IxDyn(&vec![1; shape.len()]);
        let region = Region::new(shape, &vec![0; shape.len()]).unwrap();
        fails(ArrayD::init_region(one, initializer, KEY, &region));
    }
    fails(ArrayD::init(IxDyn(&[usize::MAX, 1, usize::MAX]), &stft, KEY));
    fails(ArrayD::init(IxDyn(&[usize::MAX, 3, 2]), &array![1.0_f32, 2.0], KEY));
    fails(ArrayD::init(IxDyn(&[usize::MAX, 3, 2]), &AnyInitializer::from(array![1.0, 2.0]), KEY));
}

#[test]
fn a_refused_array_takes_its_key() {
    let mut rng = Counting::new(1);
    let torch = VarianceScaling::kaiming_normal();
    assert!(ArrayD::<f32>::variance_scaling(IxDyn(&[7]), &torch, &mut rng).is_err());
    assert_eq!((rng.words, rng.double_words), (0, 1));
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
