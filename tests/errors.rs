//! Every error: when it comes, which variant it is, and what it says.

use ndarray_init::ndarray::{Array2, Array3, ArrayD, IxDyn, s};
use ndarray_init::rand::{RngCore, SeedableRng};
use ndarray_init::{
    AxisRole, Constant, Distribution, FanMode, InitError, InitExt, InitRefExt, Initializer, Key,
    Law, Layout, Normal, TruncatedNormal, Uniform, Values, VarianceScaling,
    rand_xoshiro::Xoshiro256PlusPlus,
};
use std::fmt::Debug;

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

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

// --- numbers --------------------------------------------------------------------------------

/// What neither a scale, nor a gain, nor a standard deviation may be, with its text.
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
        let message = format!("std is {text}, but must be positive and finite");
        assert_error!(Normal::new(0.0, std), InitError::Parameter { name: "std", .. }, message);
        assert_error!(
            TruncatedNormal::new(0.0, std, -1.0, 1.0),
            InitError::Parameter { name: "std", .. },
            message
        );
        assert_error!(
            TruncatedNormal::in_sigmas(0.0, std, -1.0, 1.0),
            InitError::Parameter { name: "std", .. },
            message
        );
    }
}

#[test]
fn a_mean_must_be_finite() {
    for (mean, text) in [(NAN, "NaN"), (INFINITY, "inf"), (-INFINITY, "-inf")] {
        let message = format!("mean is {text}, but must be finite");
        assert_error!(Normal::new(mean, 1.0), InitError::Parameter { name: "mean", .. }, message);
        assert_error!(
            TruncatedNormal::new(mean, 1.0, -1.0, 1.0),
            InitError::Parameter { name: "mean", .. },
            message
        );
        assert_error!(
            TruncatedNormal::in_sigmas(mean, 1.0, -1.0, 1.0),
            InitError::Parameter { name: "mean", .. },
            message
        );
    }
}

#[test]
fn a_constant_must_be_a_number() {
    assert_error!(
        ArrayD::init(IxDyn(&[2]), &Constant(f32::NAN), Key::new(1)),
        InitError::Parameter { name: "constant", .. },
        "constant is NaN, but must be a number"
    );
    assert!(ArrayD::init(IxDyn(&[2]), &Constant(f32::INFINITY), Key::new(1)).is_ok());
}

// --- bounds ---------------------------------------------------------------------------------

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
        assert_error!(
            TruncatedNormal::new(0.0, 1.0, lower, upper),
            InitError::Bounds { .. },
            message
        );
        assert_error!(
            TruncatedNormal::in_sigmas(0.0, 1.0, lower, upper),
            InitError::Bounds { .. },
            message
        );
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

// --- laws that cannot be --------------------------------------------------------------------

#[test]
fn a_scale_whose_law_vanishes_has_none() {
    let law = |distribution| {
        let smallest = f64::from_bits(1);
        VarianceScaling::new(smallest, FanMode::FanIn, distribution)
            .and_then(|configuration| configuration.law(&[1000, 1]))
    };
    assert_error!(
        law(Distribution::UntruncatedNormal),
        InitError::Parameter { name: "std", .. },
        "std is 0, but must be positive and finite"
    );
    assert_error!(
        law(Distribution::TruncatedNormal),
        InitError::Parameter { name: "std", .. },
        "std is 0, but must be positive and finite"
    );
    assert_error!(
        law(Distribution::Uniform),
        InitError::Bounds { .. },
        "the bounds are -0 and 0, but must be finite, the lower below the upper"
    );
}

/// Asserts that an array of two elements of this type cannot be drawn from the law.
macro_rules! assert_unrepresentable {
    ($float:ident, $law:expr, $message:expr) => {
        assert_error!(
            ArrayD::<$float>::init(IxDyn(&[2]), &Law::from($law?), Key::new(1)),
            InitError::Unrepresentable { element: stringify!($float), .. },
            $message
        );
    };
}

#[test]
fn values_that_are_too_large_for_the_element_type_are_an_error() -> Result<(), InitError> {
    assert_unrepresentable!(
        f32,
        Uniform::new(-1e300, 1e300),
        "U[-1e300, 1e300] cannot be drawn as f32: its bounds are too large"
    );
    assert_unrepresentable!(
        f32,
        Uniform::new(0.0, 1e39),
        "U[0, 1e39] cannot be drawn as f32: its bounds are too large"
    );
    assert_unrepresentable!(
        f32,
        Normal::new(0.0, 1e38),
        "N(0, 1e38²) cannot be drawn as f32: its values are too large"
    );
    assert_unrepresentable!(
        f32,
        Normal::new(-1e39, 1.0),
        "N(-1e39, 1²) cannot be drawn as f32: its values are too large"
    );
    assert_unrepresentable!(
        f64,
        Normal::new(0.0, 1e308),
        "N(0, 1e308²) cannot be drawn as f64: its values are too large"
    );
    assert_unrepresentable!(
        f32,
        TruncatedNormal::new(0.0, 1e39, -1.0, 1.0),
        "N(0, 1e39²) on [-1, 1] cannot be drawn as f32: \
         its parent's mean or standard deviation is too large"
    );
    assert_unrepresentable!(
        f32,
        TruncatedNormal::new(1e39, 1e38, -1.0, 1e37),
        "N(1e39, 1e38²) on [-1, 1e37] cannot be drawn as f32: \
         its parent's mean or standard deviation is too large"
    );
    Ok(())
}

#[test]
fn bounds_without_a_value_of_the_element_type_are_an_error() -> Result<(), InitError> {
    // Between 1 and the next f32, 1.00000012.
    assert_unrepresentable!(
        f32,
        Uniform::new(1.000_000_01, 1.000_000_02),
        "U[1.00000001, 1.00000002] cannot be drawn as f32: it has no value between the bounds"
    );
    assert_unrepresentable!(
        f32,
        TruncatedNormal::new(1.0, 0.5, 1.000_000_01, 1.000_000_02),
        "N(1, 0.5²) on [1.00000001, 1.00000002] cannot be drawn as f32: it has no value between the bounds"
    );
    // Beyond the largest f32.
    assert_unrepresentable!(
        f32,
        TruncatedNormal::new(0.0, 1e38, 1e39, INFINITY),
        "N(0, 1e38²) on [1e39, inf] cannot be drawn as f32: its values are too large"
    );
    Ok(())
}

#[test]
fn the_other_element_type_may_well_have_the_values() -> Result<(), InitError> {
    let key = Key::new(1);
    assert!(ArrayD::<f64>::init(IxDyn(&[2]), &Uniform::new(-1e300, 1e300)?, key).is_ok());
    assert!(ArrayD::<f64>::init(IxDyn(&[2]), &Normal::new(0.0, 1e38)?, key).is_ok());
    let narrow = TruncatedNormal::new(1.0, 0.5, 1.000_000_01, 1.000_000_02)?;
    assert!(ArrayD::<f64>::init(IxDyn(&[2]), &narrow, key).is_ok());
    Ok(())
}

// --- axes -----------------------------------------------------------------------------------

#[test]
fn torch_and_depthwise_need_two_axes() {
    for (layout, name) in [(Layout::torch(), "torch"), (Layout::depthwise(), "depthwise")] {
        let needs = format!("the {name} layout needs at least 2 axes beside its batch axes");
        assert_error!(
            layout.fans(&[]),
            InitError::TooFewAxes { required: 2, found: 0, .. },
            format!("{needs}, but shape [] leaves 0")
        );
        assert_error!(
            layout.fans(&[7]),
            InitError::TooFewAxes { required: 2, found: 1, .. },
            format!("{needs}, but shape [7] leaves 1")
        );
        assert_error!(
            layout.batch(&[0]).fans(&[8, 7]),
            InitError::TooFewAxes { required: 2, found: 1, .. },
            format!("{needs}, but shape [8, 7] leaves 1")
        );
    }
}

#[test]
fn an_axis_must_be_in_range() {
    assert_error!(
        Layout::axes(&[2], &[1]).fans(&[3, 5]),
        InitError::AxisOutOfRange { axis: 2, role: AxisRole::Input, .. },
        "input axis 2 is out of range for shape [3, 5] of 2 axes"
    );
    assert_error!(
        Layout::axes(&[0], &[-3]).fans(&[3, 5]),
        InitError::AxisOutOfRange { axis: -3, role: AxisRole::Output, .. },
        "output axis -3 is out of range for shape [3, 5] of 2 axes"
    );
    assert_error!(
        Layout::torch().batch(&[4]).fans(&[3, 5, 1, 1]),
        InitError::AxisOutOfRange { axis: 4, role: AxisRole::Batch, .. },
        "batch axis 4 is out of range for shape [3, 5, 1, 1] of 4 axes"
    );
    assert_error!(
        Layout::keras().batch(&[0]).fans(&[]),
        InitError::AxisOutOfRange { axis: 0, role: AxisRole::Batch, .. },
        "batch axis 0 is out of range for shape [] of 0 axes"
    );
    for axis in [isize::MIN, isize::MAX] {
        assert_error!(
            Layout::axes(&[axis], &[]).fans(&[3, 5]),
            InitError::AxisOutOfRange { .. },
            format!("input axis {axis} is out of range for shape [3, 5] of 2 axes")
        );
    }
}

#[test]
fn an_axis_must_not_be_named_twice() -> Result<(), InitError> {
    assert_error!(
        Layout::axes(&[1, -1], &[0]).fans(&[3, 5]),
        InitError::AxisRepeated { axis: 1, role: AxisRole::Input, .. },
        "axis 1 of shape [3, 5] is named twice as input axis"
    );
    assert_error!(
        Layout::axes(&[0], &[-1, 1]).fans(&[3, 5]),
        InitError::AxisRepeated { axis: 1, role: AxisRole::Output, .. },
        "axis 1 of shape [3, 5] is named twice as output axis"
    );
    assert_error!(
        Layout::keras().batch(&[0]).batch(&[0]).fans(&[8, 3, 5]),
        InitError::AxisRepeated { axis: 0, role: AxisRole::Batch, .. },
        "axis 0 of shape [8, 3, 5] is named twice as batch axis"
    );
    // The equation says so already.
    assert_error!(
        Layout::einsum("ebi,eio->ebo")?.batch(&[0]).fans(&[8, 3, 5]),
        InitError::AxisRepeated { axis: 0, role: AxisRole::Batch, .. },
        "axis 0 of shape [8, 3, 5] is named twice as batch axis"
    );
    // What is one axis in this shape is two in another.
    assert!(Layout::axes(&[1, -1], &[0]).fans(&[3, 5, 7]).is_ok());
    Ok(())
}

#[test]
fn an_axis_must_not_have_two_roles() -> Result<(), InitError> {
    assert_error!(
        Layout::axes(&[1], &[-1]).fans(&[3, 5]),
        InitError::AxisInTwoRoles { axis: 1, roles: [AxisRole::Input, AxisRole::Output], .. },
        "axis 1 of shape [3, 5] is both input and output axis"
    );
    assert_error!(
        Layout::axes(&[0], &[1]).batch(&[-2]).fans(&[3, 5]),
        InitError::AxisInTwoRoles { axis: 0, roles: [AxisRole::Input, AxisRole::Batch], .. },
        "axis 0 of shape [3, 5] is both input and batch axis"
    );
    assert_error!(
        Layout::einsum("bi,io->bo")?.batch(&[1]).fans(&[3, 5]),
        InitError::AxisInTwoRoles { axis: 1, roles: [AxisRole::Output, AxisRole::Batch], .. },
        "axis 1 of shape [3, 5] is both output and batch axis"
    );
    Ok(())
}

// --- groups and sizes -----------------------------------------------------------------------

#[test]
fn groups_must_be_at_least_one_and_divide_the_channels() {
    for (layout, shape, role, name) in [
        (Layout::torch(), [64, 16, 3, 3], AxisRole::Output, "output"),
        (Layout::keras(), [3, 3, 16, 64], AxisRole::Output, "output"),
        (Layout::torch().transposed(), [64, 16, 3, 3], AxisRole::Input, "input"),
        (Layout::keras().transposed(), [3, 3, 16, 64], AxisRole::Input, "input"),
    ] {
        // 128 would leave less than a channel to each.
        for groups in [0, 3, 128] {
            let error = refused(layout.clone().groups(groups).fans(&shape));
            assert_eq!(
                error,
                InitError::Groups { groups, channels: 64, role, shape: shape.to_vec() }
            );
            assert_eq!(
                error.to_string(),
                format!(
                    "{groups} groups must be at least 1 and divide the 64 {name} channels \
                     of shape {shape:?}"
                )
            );
        }
    }
}

#[test]
fn no_groups_are_an_error_whatever_the_shape() {
    for shape in [&[] as &[usize], &[7], &[0, 4], &[4, 0]] {
        let error = refused(Layout::keras().groups(0).fans(shape));
        assert!(matches!(error, InitError::Groups { groups: 0, .. }), "{error:?}");
    }
}

#[test]
fn fans_must_not_overflow() {
    assert_error!(
        Layout::keras().fans(&[2, usize::MAX, 3]),
        InitError::FanOverflow { .. },
        format!("the fans of shape [2, {}, 3] are larger than {}", usize::MAX, usize::MAX)
    );
}

// --- equations ------------------------------------------------------------------------------

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
        // What is not a letter.
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
    for (shape, text) in [(&[] as &[usize], "0"), (&[512, 8], "2"), (&[512, 8, 64, 1], "4")] {
        assert_error!(
            layout.fans(shape),
            InitError::EquationRank { expected: 3, .. },
            format!(
                "the second operand of equation \"btd, dhk -> bthk\" has 3 axes, \
                 but shape {shape:?} has {text}"
            )
        );
    }
    Ok(())
}

// --- arrays ---------------------------------------------------------------------------------

/// An initializer that always fails.
struct Broken;

impl Initializer<f32> for Broken {
    fn values(&self, shape: &[usize], _: Key) -> Result<Values<f32>, InitError> {
        Err(InitError::FanOverflow { shape: shape.to_vec() })
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
        assert!(array.fill_init(initializer, Key::new(1)).is_err(), "{i}");
        let mut part = array.slice_mut(s![1..3, .., ..;-2]);
        assert!(part.fill_init(initializer, Key::new(1)).is_err(), "{i}");
        assert_eq!(array, before, "{i}");
        assert!(Array3::init((4, 5, 6), initializer, Key::new(1)).is_err(), "{i}");
    }
    Ok(())
}

#[test]
fn an_array_without_elements_is_filled_by_doing_nothing() -> Result<(), InitError> {
    for (i, initializer) in failing()?.iter().enumerate() {
        for shape in [(0, 5, 6), (4, 0, 6), (4, 5, 0), (0, 0, 0)] {
            let mut array = Array3::init(shape, initializer, Key::new(1))?;
            assert_eq!(array.dim(), shape, "{i}");
            array.fill_init(initializer, Key::new(1))?;
        }
        let mut array = Array3::<f32>::ones((4, 5, 6));
        array.slice_mut(s![.., 2..2, ..]).fill_init(initializer, Key::new(1))?;
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
