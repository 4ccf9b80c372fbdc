//! Every error: when it comes, which variant it is, and what it says.
//!
//! The text of an `InitError` is asserted here and nowhere else, but for the texts of serde and of the
//! command line. The tests of each initializer assert which error it is.

use ndarray_init::ndarray::{Array1, Array2, Array3, ArrayD, IxDyn, array, s};
use ndarray_init::presets::keras::Stft;
use ndarray_init::presets::{jax, keras, llm, mindspore, torch};
use ndarray_init::rand::{RngCore, SeedableRng};
use ndarray_init::{
    AnyInitializer, Blocks, Constant, Dirac, Distribution, FanMode, Identity, InitError, InitExt,
    InitRefExt, Initializer, Key, Law, Layout, Mup, MupRole, Nonlinearity, Normal, Ones, Region,
    Rules, Siren, Sparse, TruncatedNormal, Uniform, Values, VarianceScaling, Zeros, derived_gain,
    rand_xoshiro::Xoshiro256PlusPlus, residual_gain, small_init, wang_init,
};
use ndarray_init::{DeltaOrthogonal, Orthogonal};
use serde_json::json;
use std::collections::HashSet;
use std::fmt::Debug;
use std::mem::discriminant;

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const KEY: Key = Key::new(1);

/// Asserts that a result is an error of this variant, with this message.
macro_rules! assert_error {
    ($result:expr, $variant:pat, $message:expr) => {
        let error = refused($result);
        assert!(matches!(error, $variant), "{error:?}");
        assert_eq!(error.to_string(), $message);
    };
}

#[track_caller]
fn refused<T: Debug>(result: Result<T, InitError>) -> InitError {
    result.expect_err("this must be an error")
}

/// Asserts that a result is an error with this message.
#[track_caller]
fn says<T: Debug>(result: Result<T, InitError>, message: &str) {
    assert_eq!(refused(result).to_string(), message);
}

/// Asserts that an array of this shape, a new one as one that is there, is an error with this
/// message.
#[track_caller]
fn fill_says(initializer: &dyn Initializer<f32>, shape: &[usize], message: &str) {
    says(ArrayD::init(IxDyn(shape), initializer, KEY), message);
    says(ArrayD::zeros(IxDyn(shape)).fill_init(initializer, KEY), message);
}

/// The message of an initializer that needs another shape.
#[track_caller]
fn needs(initializer: &dyn Initializer<f32>, shape: &[usize], needs: &str) {
    fill_says(initializer, shape, &format!("{needs}, but the shape is {shape:?}"));
}

// --- names ----------------------------------------------------------------------------------

#[test]
fn a_name_must_be_matched_by_a_rule() {
    let rules = Rules::new().with("*.bias", Zeros).with("*/kernel", Ones);
    assert_error!(
        rules.of("dense.kernel", KEY),
        InitError::NoRule { .. },
        r#"no rule matches the name "dense.kernel"; the patterns are ["*.bias", "*/kernel"]"#
    );
}

// --- numbers --------------------------------------------------------------------------------

/// Numbers that are no scale, no gain and no standard deviation, with their texts.
const NOT_POSITIVE: [(f64, &str); 6] = [
    (NAN, "NaN"),
    (INFINITY, "inf"),
    (-INFINITY, "-inf"),
    (0.0, "0"),
    (-0.0, "-0"),
    (-1.5, "-1.5"),
];

#[test]
fn a_scale_must_be_positive_and_finite() {
    for (scale, text) in NOT_POSITIVE {
        assert_error!(
            VarianceScaling::new(scale, FanMode::FanIn, Distribution::Uniform),
            InitError::Parameter { name: "scale", .. },
            format!("scale is {text}, but must be positive and finite")
        );
    }
}

#[test]
fn a_gain_must_be_positive_and_finite() {
    for (gain, text) in NOT_POSITIVE {
        assert_error!(
            VarianceScaling::xavier_uniform().with_gain(gain),
            InitError::Parameter { name: "gain", .. },
            format!("gain is {text}, but must be positive and finite")
        );
    }
}

#[test]
fn a_gain_must_leave_the_scale_positive_and_finite() {
    assert_error!(
        VarianceScaling::xavier_uniform().with_gain(1e200),
        InitError::Parameter { name: "scale × gain²", value: INFINITY, .. },
        "scale × gain² is inf, but must be positive and finite"
    );
    assert_error!(
        VarianceScaling::xavier_uniform().with_gain(1e-200),
        InitError::Parameter { name: "scale × gain²", value: 0.0, .. },
        "scale × gain² is 0, but must be positive and finite"
    );
}

#[test]
fn a_standard_deviation_must_be_positive_and_finite() {
    for (std, text) in NOT_POSITIVE {
        let hint = if std == 0.0 { "; equal elements are `Constant` or `Zeros`" } else { "" };
        let message = format!("std is {text}, but must be positive and finite{hint}");
        assert_error!(Normal::new(0.0, std), InitError::Parameter { name: "std", .. }, message);
        for law in [TruncatedNormal::new, TruncatedNormal::in_sigmas] {
            let law = law(0.0, std, -1.0, 1.0);
            assert_error!(law, InitError::Parameter { name: "std", .. }, message);
        }
    }
}

#[test]
fn a_mean_must_be_finite() {
    for (mean, text) in [(NAN, "NaN"), (INFINITY, "inf"), (-INFINITY, "-inf")] {
        let message = format!("mean is {text}, but must be finite");
        assert_error!(Normal::new(mean, 1.0), InitError::Parameter { name: "mean", .. }, message);
        for law in [TruncatedNormal::new, TruncatedNormal::in_sigmas] {
            let law = law(mean, 1.0, -1.0, 1.0);
            assert_error!(law, InitError::Parameter { name: "mean", .. }, message);
        }
    }
}

#[test]
fn a_constant_must_be_a_number() {
    assert_error!(
        ArrayD::init(IxDyn(&[2]), &Constant(f32::NAN), KEY),
        InitError::Parameter { name: "constant", .. },
        "constant is NaN, but must be a number"
    );
    assert!(ArrayD::init(IxDyn(&[2]), &Constant(f32::INFINITY), KEY).is_ok());
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
        assert_error!(
            Uniform::new(low, high),
            InitError::Bounds { .. },
            format!("the bounds are {text}, but must be finite, the lower below the upper")
        );
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
        for law in [TruncatedNormal::new, TruncatedNormal::in_sigmas] {
            assert_error!(law(0.0, 1.0, lower, upper), InitError::Bounds { .. }, message);
        }
    }
    // Infinite bounds do bound, on either side or on both.
    for (lower, upper) in [(-INFINITY, 1.0), (1.0, INFINITY), (-INFINITY, INFINITY)] {
        assert!(TruncatedNormal::new(0.0, 1.0, lower, upper).is_ok());
        assert!(TruncatedNormal::in_sigmas(0.0, 1.0, lower, upper).is_ok());
    }
}

#[test]
fn the_bounds_of_a_truncated_normal_must_differ_in_units_and_in_deviations() {
    let rule = "must be apart, in units and in standard deviations";
    // Both are −1e300 deviations from the mean.
    assert_error!(
        TruncatedNormal::new(1e300, 1.0, 0.0, 1.0),
        InitError::Bounds { .. },
        format!("the bounds are 0 and 1, but {rule}")
    );
    // Half a deviation from 1e16 is 1e16.
    assert_error!(
        TruncatedNormal::in_sigmas(1e16, 1.0, 0.0, 0.5),
        InitError::Bounds { .. },
        format!("the bounds are 0 and 0.5, but {rule}")
    );
}

#[test]
fn a_truncated_normal_must_begin_where_its_density_can_be_computed() {
    let far = 10.0_f64.powi(151);
    for (lower, upper) in [(far, INFINITY), (-INFINITY, -far), (far, 2.0 * far)] {
        assert_error!(
            TruncatedNormal::in_sigmas(0.0, 1.0, lower, upper),
            InitError::Bounds { .. },
            format!(
                "the bounds are {lower:e} and {upper:e}, \
                 but must be within 1e150 standard deviations of the mean"
            )
        );
    }
    assert!(TruncatedNormal::in_sigmas(0.0, 1.0, -far, far).is_ok());
}

#[test]
fn a_scale_whose_law_vanishes_has_none() {
    let law = |distribution| {
        let smallest = f64::from_bits(1);
        VarianceScaling::new(smallest, FanMode::FanIn, distribution)
            .and_then(|configuration| configuration.law(&[1000, 1]))
    };
    for distribution in [Distribution::UntruncatedNormal, Distribution::TruncatedNormal] {
        let message =
            "std is 0, but must be positive and finite; equal elements are `Constant` or `Zeros`";
        assert_error!(law(distribution), InitError::Parameter { name: "std", .. }, message);
    }
    assert_error!(
        law(Distribution::Uniform),
        InitError::Bounds { .. },
        "the bounds are -0 and 0, but must be finite, the lower below the upper"
    );
}

/// Asserts that an array of two elements of this type cannot be drawn from the law.
macro_rules! assert_unrepresentable {
    ($float:ident, $law:expr, $text:expr, $rule:expr) => {
        assert_error!(
            ArrayD::<$float>::init(IxDyn(&[2]), &$law, KEY),
            InitError::Unrepresentable { element: stringify!($float), .. },
            format!("{} cannot be drawn as {}: {}", $text, stringify!($float), $rule)
        );
    };
}

#[test]
fn values_that_are_too_large_for_the_element_type_are_an_error() -> Result<(), InitError> {
    let parent = "its parent's mean or standard deviation is too large";
    for (law, text, rule) in [
        (Law::from(Uniform::new(-1e300, 1e300)?), "U[-1e300, 1e300]", "its bounds are too large"),
        (Uniform::new(0.0, 1e39)?.into(), "U[0, 1e39]", "its bounds are too large"),
        (Normal::new(0.0, 1e38)?.into(), "N(0, 1e38²)", "its values are too large"),
        (Normal::new(-1e39, 1.0)?.into(), "N(-1e39, 1²)", "its values are too large"),
        (TruncatedNormal::new(0.0, 1e39, -1.0, 1.0)?.into(), "N(0, 1e39²) on [-1, 1]", parent),
        (
            TruncatedNormal::new(1e39, 1e38, -1.0, 1e37)?.into(),
            "N(1e39, 1e38²) on [-1, 1e37]",
            parent,
        ),
        // Beyond the largest f32.
        (
            TruncatedNormal::new(0.0, 1e38, 1e39, INFINITY)?.into(),
            "N(0, 1e38²) on [1e39, inf]",
            "its values are too large",
        ),
    ] {
        assert_unrepresentable!(f32, law, text, rule);
    }
    let law = Normal::new(0.0, 1e308)?;
    assert_unrepresentable!(f64, law, "N(0, 1e308²)", "its values are too large");
    Ok(())
}

#[test]
fn bounds_without_a_value_of_the_element_type_are_an_error() -> Result<(), InitError> {
    // Between 1 and the next f32, 1.00000012.
    let (low, high, bounds) = (1.000_000_01, 1.000_000_02, "[1.00000001, 1.00000002]");
    let rule = "it has no value between the bounds";
    assert_unrepresentable!(f32, Uniform::new(low, high)?, format!("U{bounds}"), rule);
    let law = TruncatedNormal::new(1.0, 0.5, low, high)?;
    assert_unrepresentable!(f32, law, format!("N(1, 0.5²) on {bounds}"), rule);
    Ok(())
}

#[test]
fn the_other_element_type_may_well_have_the_values() -> Result<(), InitError> {
    let key = KEY;
    assert!(ArrayD::<f64>::init(IxDyn(&[2]), &Uniform::new(-1e300, 1e300)?, key).is_ok());
    assert!(ArrayD::<f64>::init(IxDyn(&[2]), &Normal::new(0.0, 1e38)?, key).is_ok());
    let narrow = TruncatedNormal::new(1.0, 0.5, 1.000_000_01, 1.000_000_02)?;
    assert!(ArrayD::<f64>::init(IxDyn(&[2]), &narrow, key).is_ok());
    Ok(())
}

// --- layouts --------------------------------------------------------------------------------

/// Asserts that a layout does not fit a shape, and why.
#[track_caller]
fn unfit(layout: &Layout, shape: &[usize], rule: &str) {
    let error = refused(layout.fans(shape));
    assert!(matches!(error, InitError::Layout { .. }), "{error:?}");
    let message = format!("the layout \"{layout}\" does not fit shape {shape:?}: {rule}");
    assert_eq!(error.to_string(), message);
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
fn an_axis_must_not_be_named_twice() -> Result<(), InitError> {
    let twice = |axis, role| format!("axis {axis} is named twice as {role} axis");
    unfit(&Layout::axes(&[1, -1], &[0]), &[3, 5], &twice(1, "input"));
    unfit(&Layout::axes(&[0], &[-1, 1]), &[3, 5], &twice(1, "output"));
    unfit(&Layout::keras().batch(&[0]).batch(&[0]), &[8, 3, 5], &twice(0, "batch"));
    // Once by the equation.
    unfit(&Layout::einsum("ebi,eio->ebo")?.batch(&[0]), &[8, 3, 5], &twice(0, "batch"));
    unfit(&Layout::einsum("bi,io->bo")?.batch(&[1, -1]), &[3, 5], &twice(1, "batch"));
    // 1 and −1 are one axis of two, and two axes of three.
    assert!(Layout::axes(&[1, -1], &[0]).fans(&[3, 5, 7]).is_ok());
    Ok(())
}

#[test]
fn an_axis_must_not_have_two_roles() -> Result<(), InitError> {
    let both = |axis, a, b| format!("axis {axis} is both {a} and {b} axis");
    unfit(&Layout::axes(&[1], &[-1]), &[3, 5], &both(1, "input", "output"));
    unfit(&Layout::axes(&[0], &[1]).batch(&[-2]), &[3, 5], &both(0, "input", "batch"));
    unfit(&Layout::einsum("bi,io->bo")?.batch(&[0]), &[3, 5], &both(0, "input", "batch"));
    Ok(())
}

#[test]
fn groups_must_be_at_least_one_and_divide_the_channels() {
    for (layout, shape, role) in [
        (Layout::torch(), [64, 16, 3, 3], "output"),
        (Layout::keras(), [3, 3, 16, 64], "output"),
        (Layout::torch().transposed(), [64, 16, 3, 3], "input"),
        (Layout::keras().transposed(), [3, 3, 16, 64], "input"),
    ] {
        // 128 would leave less than a channel to each.
        for groups in [0, 3, 128] {
            let divide = format!("must be at least 1 and divide the 64 {role} channels");
            let rule = format!("{groups} groups {divide}");
            unfit(&layout.clone().groups(groups), &shape, &rule);
        }
    }
}

#[test]
fn no_groups_are_an_error_whatever_the_shape() {
    for (shape, channels) in [(&[] as &[usize], 1), (&[7], 7), (&[0, 4], 4), (&[4, 0], 0)] {
        let rule = format!("0 groups must be at least 1 and divide the {channels} output channels");
        unfit(&Layout::keras().groups(0), shape, &rule);
    }
}

#[test]
fn fans_must_not_overflow() {
    let rule = format!("its fans are larger than {}", usize::MAX);
    unfit(&Layout::keras(), &[2, usize::MAX, 3], &rule);
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
        assert_error!(
            Layout::einsum(equation),
            InitError::Equation { .. },
            format!("equation {equation:?}: {rule}")
        );
    }
}

#[test]
fn a_shape_must_have_the_axes_of_its_equation() -> Result<(), InitError> {
    let layout = Layout::einsum("btd, dhk -> bthk")?;
    for shape in [&[] as &[usize], &[512, 8], &[512, 8, 64, 1]] {
        unfit(&layout, shape, "the second operand of the equation has 3 axes");
    }
    Ok(())
}

// --- structured initializers ----------------------------------------------------------------

#[test]
fn a_constant_array_must_broadcast_to_the_shape() {
    let row = array![1.0_f32, 2.0, 3.0];
    let rule = "a constant array needs a shape that its own, [3], can be broadcast to";
    needs(&row, &[2, 4], rule);
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
fn an_identity_needs_two_axes() {
    for shape in [&[][..], &[3], &[3, 3, 3]] {
        needs(&Identity::default(), shape, "the identity needs 2 axes");
    }
}

#[test]
fn a_dirac_kernel_needs_one_to_three_spatial_axes() {
    let torch = Dirac::default().with_layout(Layout::torch());
    let rule = "an input axis, an output axis and 1 to 3 axes of receptive field";
    for shape in [&[3, 3][..], &[2, 2, 3, 3, 3, 3]] {
        needs(&torch, shape, &format!("a Dirac kernel needs {rule}"));
    }
    let heads = Dirac::default().with_layout(Layout::axes(&[0, 1], &[2]));
    needs(&heads, &[2, 2, 2, 3], &format!("a Dirac kernel needs {rule}"));
    for groups in [0, 3] {
        let grouped = Dirac::default().with_layout(Layout::torch().groups(groups));
        let error = refused(Array3::<f32>::init((4, 4, 3), &grouped, KEY));
        assert!(matches!(error, InitError::Layout { .. }), "{error}");
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
    let [short, long] = [&[1][..], &[1 << 32, 0]]
        .map(|shape| Initializer::<f32>::values(&by_rows, shape, KEY).map(|_| ()));
    says(short, "a sparse matrix needs 2 axes, axis 1 shorter than 2³², but the shape is [1]");
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
    ] {
        needs(&blocks, &[6, 5], &format!("a cut into blocks needs {rule}"));
    }
}

fn stft(window: Option<&str>) -> Stft {
    Stft::new("real", window, Some("density"), false).unwrap()
}

#[test]
fn an_stft_needs_a_frame_one_channel_and_two_bins() {
    for shape in [&[][..], &[8], &[8, 5], &[8, 2, 5], &[8, 1, 1], &[1, 8, 1, 5]] {
        let rule = "STFT needs axes (frame, 1, bins) with at least 2 bins";
        needs(&stft(Some("hann")), shape, rule);
    }
}

#[test]
fn the_window_of_an_stft_must_suit_the_frame() {
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
    for (stft, message) in [
        (
            Stft::new("imaginary", None, None, false),
            r#""imaginary" is no side; there are (nearest first) imag, real"#,
        ),
        (
            Stft::new("real", None, Some("l2"), false),
            r#""l2" is no scaling; there are (nearest first) density, spectrum"#,
        ),
    ] {
        says(stft, message);
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
}

#[test]
fn an_orthogonal_matrix_needs_a_layout_that_fits_and_a_gain_of_the_element_type() {
    let with = |layout| Orthogonal::default().with_layout(layout);
    let channels = "must be at least 1 and divide the 4 output channels";
    for (layout, shape, rule) in [
        (Layout::torch(), &[5][..], "it needs at least 2 axes beside its batch axes, not 1"),
        (Layout::axes(&[], &[3]), &[4, 5], "output axis 3 is out of range"),
        (Layout::axes(&[], &[-3]), &[4, 5], "output axis -3 is out of range"),
        (Layout::torch().groups(3), &[4, 5], &format!("3 groups {channels}")),
    ] {
        let message = format!("the layout \"{layout}\" does not fit shape {shape:?}: {rule}");
        fill_says(&with(layout), shape, &message);
    }
    let message = "gain 1e39 cannot be drawn as f32: it is too large";
    fill_says(&Orthogonal::new(1e39).unwrap(), &[2, 2], message);
}

#[test]
fn a_delta_orthogonal_kernel_needs_one_to_three_spatial_axes_and_no_more_inputs_than_outputs() {
    let with = |layout| DeltaOrthogonal::default().with_layout(layout);
    for (layout, shape) in [
        (Layout::keras(), [3, 6, 5]),
        (Layout::torch(), [5, 6, 3]),
        (Layout::keras().groups(2), [3, 6, 10]),
    ] {
        let rule = "fan_in ≤ fan_out, which are 18 and 15";
        needs(&with(layout), &shape, &format!("a delta-orthogonal kernel needs {rule}"));
    }
    for shape in [&[4][..], &[4, 4], &[1, 1, 1, 1, 4, 4]] {
        let rule = "an input axis, an output axis and 1 to 3 axes of receptive field";
        let rule = format!("a delta-orthogonal kernel needs {rule}");
        needs(&DeltaOrthogonal::default(), shape, &rule);
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
    no_moment(&|x| (x * x / 2.0).exp(), "inf");
    no_moment(&|_| 1e200, "inf");
}

#[test]
fn depth_width_and_frequency_must_be_positive() {
    says(residual_gain(0), "blocks is 0, but must be at least 1");
    says(small_init(0), "d is 0, but must be at least 1");
    says(wang_init(0, 4096), "layers is 0, but must be at least 1");
    says(wang_init(28, 0), "d is 0, but must be at least 1");
    for (cut, text) in [(0.0, "0"), (-2.0, "-2"), (NAN, "NaN"), (INFINITY, "inf")] {
        let message = format!("cut is {text}, but must be positive and finite");
        says(VarianceScaling::he_normal().with_cut(cut), &message);
    }
    says(Mup::new(0, 64), "width is 0, but must be at least 1");
    says(Mup::new(64, 0), "base_width is 0, but must be at least 1");
    let mup = Mup::new(4, 2).unwrap();
    says(mup.normal(MupRole::Input, NAN), "std is NaN, but must be positive and finite");
    for (omega_0, text) in [(0.0, "0"), (-30.0, "-30"), (NAN, "NaN"), (INFINITY, "inf")] {
        let message = format!("omega_0 is {text}, but must be positive and finite");
        says(Siren::later(omega_0), &message);
    }
}

// --- presets --------------------------------------------------------------------------------

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

// --- arrays ---------------------------------------------------------------------------------

#[cfg(target_pointer_width = "64")]
#[test]
fn an_array_must_fit_memory() {
    let most = "an array can have 9223372036854775807 bytes";
    for (shape, rule) in [
        (&[usize::MAX, 2][..], most),
        (&[1 << 32, 1 << 32], most),
        (&[usize::MAX / 4], most),
        (&[1 << 60], "the system refused 4611686018427387904 bytes"),
        (&[1 << 45], "the system refused 140737488355328 bytes"),
        (&[0, usize::MAX, 3], most),
    ] {
        let what = format!("an array of shape {shape:?} and elements of f32");
        let found = ArrayD::<f32>::init(IxDyn(shape), &Normal::new(0.0, 1.0).unwrap(), KEY);
        says(found, &format!("{what} does not fit memory: {rule}"));
    }
}

#[test]
fn a_constant_array_broadcast_beyond_memory_is_an_error() {
    let row = array![1.0_f32, 2.0];
    let any = AnyInitializer::from(array![1.0, 2.0]);
    let initializers: [&dyn Initializer<f32>; 2] = [&row, &any];
    for initializer in initializers {
        let found = ArrayD::init(IxDyn(&[usize::MAX, 3, 2]), initializer, KEY);
        assert!(matches!(found, Err(InitError::Memory { .. })), "{found:?}");
    }
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
    for (initializer, shape) in cases {
        let one = IxDyn(&vec![1; shape.len()]);
        let region = Region::new(shape, &vec![0; shape.len()]).unwrap();
        for found in [
            ArrayD::init(IxDyn(shape), initializer, KEY),
            ArrayD::init_region(one.clone(), initializer, KEY, &region),
        ] {
            assert!(matches!(found, Err(InitError::Memory { .. })), "{shape:?}: {found:?}");
        }
    }
    let found = ArrayD::<f32>::init(IxDyn(&[usize::MAX, 1, usize::MAX]), &stft, KEY);
    assert!(matches!(found, Err(InitError::Memory { .. })), "{found:?}");
}

#[cfg(target_pointer_width = "64")]
#[test]
#[should_panic(expected = "does not fit memory")]
fn a_preset_constructor_says_what_does_not_fit() {
    let _ = Array2::<f32>::he_normal((1 << 40, 1 << 40), &mut ndarray_init::rand::rng());
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
    Ok(vec![
        Box::new(kernel(Layout::axes(&[3], &[0]))),
        Box::new(kernel(Layout::axes(&[0], &[0]))),
        Box::new(kernel(Layout::torch().batch(&[0, 1]))),
        Box::new(kernel(Layout::keras().groups(0))),
        Box::new(kernel(Layout::einsum("bi,io->bo")?)),
        Box::new(Uniform::new(-1e300, 1e300)?),
        Box::new(Normal::new(0.0, 1e300)?),
        Box::new(TruncatedNormal::new(0.0, 1e300, -1.0, 1.0)?),
        Box::new(Law::from(Uniform::new(1.000_000_01, 1.000_000_02)?)),
        Box::new(Constant(f32::NAN)),
        Box::new(Broken),
    ])
}

#[test]
fn on_an_error_an_array_stays_as_it_was() -> Result<(), InitError> {
    let before = Array3::from_shape_fn((4, 5, 6), |(i, j, k)| (i * 30 + j * 6 + k) as f32);
    for (i, initializer) in failing()?.iter().enumerate() {
        let mut array = before.clone();
        assert!(array.fill_init(initializer, KEY).is_err(), "{i}");
        let mut part = array.slice_mut(s![1..3, .., ..;-2]);
        assert!(part.fill_init(initializer, KEY).is_err(), "{i}");
        assert_eq!(array, before, "{i}");
        assert!(Array3::init((4, 5, 6), initializer, KEY).is_err(), "{i}");
    }
    Ok(())
}

#[test]
fn an_array_without_elements_is_filled_by_doing_nothing() -> Result<(), InitError> {
    for (i, initializer) in failing()?.iter().enumerate() {
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
fn an_error_can_be_sent_kept_and_compared() {
    fn assert_is<T: std::error::Error + Clone + PartialEq + Send + Sync + 'static>(_: &T) {}
    let error = refused(Layout::torch().fans(&[7]));
    assert_is(&error);
    assert_eq!(error.clone(), error);
}

// --- every variant --------------------------------------------------------------------------

/// The texts of all fields of an error: the value, the rule and, where there is one, the shape.
fn fields(error: &InitError) -> Vec<String> {
    /// Fields as they are shown, and those that are written as in Rust: shapes and what is quoted.
    macro_rules! texts {
        ($($shown:expr),*; $($written:expr),*) => {
            vec![$($shown.to_string(),)* $(format!("{:?}", $written)),*]
        };
    }
    match error {
        InitError::Parameter { name, value, rule } => texts![name, value, rule;],
        InitError::Bounds { lower, upper, rule } => texts![lower, upper, rule;],
        InitError::Unrepresentable { law, element, rule } => texts![law, element, rule;],
        InitError::Configuration { config, rule } => texts![config, rule;],
        InitError::Name { name, what, names } => texts![what, names; name],
        InitError::NoRule { name, patterns } => texts![; name, patterns],
        InitError::Shape { initializer, rule, shape } => texts![initializer, rule; shape],
        InitError::Memory { element, shape, rule } => texts![element, rule; shape],
        InitError::Layout { layout, shape, rule } => texts![rule; layout, shape],
        InitError::Region { region, global_shape, rule } => texts![region, rule; global_shape],
        InitError::Equation { equation, rule } => texts![rule; equation],
        other => panic!("which fields has {other:?}?"),
    }
}

#[test]
fn the_message_of_every_variant_names_the_value_the_rule_and_the_shape() -> Result<(), InitError> {
    let (most, largest) = (isize::MAX, usize::MAX);
    let fill = |initializer: &dyn Initializer<f32>, shape: &[usize]| {
        refused(ArrayD::init(IxDyn(shape), initializer, KEY))
    };
    let table = [
        (refused(Normal::new(0.0, -1.5)), "std is -1.5, but must be positive and finite"),
        (
            refused(Uniform::new(0.5, -0.25)),
            "the bounds are 0.5 and -0.25, but must be finite, the lower below the upper",
        ),
        (
            fill(&Normal::new(0.0, 1e38)?, &[2]),
            "N(0, 1e38²) cannot be drawn as f32: its values are too large",
        ),
        (
            refused(keras::from_config(&json!({"config": {}}))),
            "the configuration {\"config\":{}} cannot be read: \
             it must have either a class_name or a class, a string",
        ),
        (
            refused("fan".parse::<FanMode>()),
            "\"fan\" is no mode; there are (nearest first) fan_in, fan_out, fan_avg, fan_geo_avg",
        ),
        (
            refused(Rules::new().with("*.bias", Zeros).initializer("w")),
            "no rule matches the name \"w\"; the patterns are [\"*.bias\"]",
        ),
        (fill(&Identity::default(), &[3]), "the identity needs 2 axes, but the shape is [3]"),
        (
            fill(&Zeros, &[largest, 2]),
            &format!(
                "an array of shape [{largest}, 2] and elements of f32 does not fit memory: \
                 an array can have {most} bytes"
            ),
        ),
        (
            refused(Region::new(&[4, 5], &[1, 6])),
            "a region at offset [1, 6] does not fit the global shape [4, 5]: \
             along axis 1 it begins at 6, not within 5",
        ),
        (
            refused(Layout::torch().groups(3).fans(&[64, 16])),
            "the layout \"torch, 3 groups\" does not fit shape [64, 16]: \
             3 groups must be at least 1 and divide the 64 output channels",
        ),
        (
            refused(Layout::einsum("bi,io->bko")),
            "equation \"bi,io->bko\": axis 'k' of the result is in neither operand",
        ),
    ];
    let mut variants = HashSet::new();
    for (error, message) in table {
        assert_eq!(error.to_string(), message);
        for field in fields(&error) {
            assert!(message.contains(&field), "{field:?} is not in {message:?}");
        }
        assert!(variants.insert(discriminant(&error)), "two errors of the variant of {error:?}");
    }
    // As many as have a message, hence all.
    assert_eq!(variants.len(), include_str!("../src/error.rs").matches("#[error(").count());
    Ok(())
}

#[test]
fn a_part_must_lie_within_its_whole() {
    let region = |global_shape: &[usize], offset: &[usize]| Region::new(global_shape, offset);
    assert_error!(
        region(&[4, 5], &[1, 2, 3]),
        InitError::Region { .. },
        "a region at offset [1, 2, 3] does not fit the global shape [4, 5]: it has 3 axes, not 2"
    );
    assert_error!(
        region(&[4, 5], &[1, 6]),
        InitError::Region { .. },
        "a region at offset [1, 6] does not fit the global shape [4, 5]: \
         along axis 1 it begins at 6, not within 5"
    );
    assert_error!(
        region(&[1 << 32, 1 << 31, 2], &[0, 0, 0]),
        InitError::Region { .. },
        "a region at offset [0, 0, 0] does not fit the global shape [4294967296, 2147483648, 2]: \
         that has more than 2⁶³ elements"
    );
    let whole = region(&[4, 5], &[1, 1]).unwrap();
    assert_error!(
        whole.clone().with_steps(&[2]),
        InitError::Region { .. },
        "a region with steps [2] does not fit the global shape [4, 5]: it has 1 axes, not 2"
    );
    assert_error!(
        whole.clone().with_steps(&[2, 0]),
        InitError::Region { .. },
        "a region with steps [2, 0] does not fit the global shape [4, 5]: \
         the step along axis 1 must be at least 1"
    );
    let steps = whole.clone().with_steps(&[1, usize::MAX]).unwrap();
    let part = |shape: [usize; 2], region| {
        Array2::<f32>::init_region((shape[0], shape[1]), &Zeros, Key::new(1), region)
    };
    assert!(part([3, 1], &steps).is_ok());
    assert_error!(
        part([3, 2], &steps),
        InitError::Region { .. },
        "a region of shape [3, 2] at offset [1, 1] with steps [1, 18446744073709551615] \
         does not fit the global shape [4, 5]: \
         along axis 1 it ends beyond 18446744073709551615, not within 5"
    );
    assert_error!(
        part([4, 2], &whole),
        InitError::Region { .. },
        "a region of shape [4, 2] at offset [1, 1] with steps [1, 1] \
         does not fit the global shape [4, 5]: along axis 0 it ends at 5, not within 4"
    );
    assert_error!(
        Array1::<f32>::init_region(4, &Zeros, Key::new(1), &whole),
        InitError::Region { .. },
        "a region of shape [4] at offset [1, 1] with steps [1, 1] \
         does not fit the global shape [4, 5]: it has 1 axes, not 2"
    );
}
