//! No panic, no NaN, nothing outside the bounds: for any shape, layout and numbers.

use crate::common::{Real, cases, value_of};
use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{
    Distribution, FanMode, Fans, InitError, InitExt, InitRefExt, Key, Law, Layout, Normal,
    TruncatedNormal, Uniform, VarianceScaling,
};
use proptest::collection::vec;
use proptest::num;
use proptest::prelude::*;
use proptest::sample::select;

type Checked = Result<(), TestCaseError>;

// --- what there is to choose from -----------------------------------------------------------

fn shape() -> impl Strategy<Value = Vec<usize>> {
    vec(0_usize..10, 0..7)
}

/// An axis' number, most often one that a shape may have.
fn axis() -> impl Strategy<Value = isize> {
    prop_oneof![9 => -7_isize..7, 1 => any::<isize>()]
}

fn groups() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(1), 2 => 0_usize..10, 1 => any::<usize>()]
}

/// Any layout: few shapes fit those with axes of their own.
fn layout() -> impl Strategy<Value = Layout> {
    let named = select(vec![Layout::keras(), Layout::torch(), Layout::depthwise()]);
    let axes = (vec(axis(), 0..4), vec(axis(), 0..4)).prop_map(|(i, o)| Layout::axes(&i, &o));
    let batch = prop_oneof![2 => Just(vec![]), 1 => vec(axis(), 0..4)];
    let equations = ["bi,io->bo", "...d,dhk->...hk", "ebi,eiop->ebop", "b,->b", "abc,abc->"];
    let equations = select(equations.map(|text| Layout::einsum(text).unwrap()).to_vec());
    let roles = prop_oneof![4 => named, 2 => axes, 2 => equations];
    (roles, batch, any::<bool>(), groups()).prop_map(|(layout, batch, transposed, groups)| {
        let layout = layout.batch(&batch).groups(groups);
        if transposed { layout.transposed() } else { layout }
    })
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    Input,
    Output,
    Batch,
    Field,
}

/// A shape with a role for each axis, which is named from the start or from the end.
fn kernel() -> impl Strategy<Value = Vec<(usize, Role, bool)>> {
    let roles = select(vec![Role::Input, Role::Output, Role::Batch, Role::Field]);
    vec((0_usize..10, roles, any::<bool>()), 0..7)
}

/// Any `f64`: NaN, the infinities, numbers of ordinary size, of every size, and any bits.
fn number() -> impl Strategy<Value = f64> {
    let special = [0.0, 1.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NAN];
    let size = prop_oneof![2 => select(special.to_vec()), 3 => positive()];
    let signed = (size, any::<bool>()).prop_map(|(x, negative)| if negative { -x } else { x });
    prop_oneof![5 => signed, 3 => -10.0..10.0, 2 => num::f64::ANY]
}

/// Positive and finite numbers of every size.
fn positive() -> impl Strategy<Value = f64> {
    prop_oneof![
        2 => 1e-3..1e3,
        2 => (-323.3..308.2).prop_map(|exponent: f64| 10.0_f64.powf(exponent)),
        1 => select(vec![1.0, 1e-45, 1e38, f64::from_bits(1), f64::MIN_POSITIVE, f64::MAX]),
    ]
}

/// A configuration of any mode and form.
fn scaling(scale: impl Strategy<Value = f64>) -> impl Strategy<Value = VarianceScaling> {
    use Distribution::{TruncatedNormal, Uniform, UntruncatedNormal};
    use FanMode::{FanAvg, FanGeoAvg, FanIn, FanOut};
    let mode = select(vec![FanIn, FanOut, FanAvg, FanGeoAvg]);
    let distribution = select(vec![TruncatedNormal, UntruncatedNormal, Uniform]);
    (scale, mode, distribution)
        .prop_map(|(scale, mode, form)| VarianceScaling::new(scale, mode, form).unwrap())
}

fn key() -> impl Strategy<Value = Key> {
    any::<u64>().prop_map(Key::new)
}

// --- what must hold -------------------------------------------------------------------------

/// The least and the greatest value that a law may give in this element type.
fn bounds<A: Real>(law: &Law) -> (f64, f64) {
    match law {
        // Around zero it is the bound that is rounded.
        Law::Uniform(law) if law.low() == -law.high() => {
            let bound: f64 = A::rounded(law.high()).into();
            (-bound, bound)
        }
        Law::Uniform(law) => (law.low(), law.high()),
        Law::TruncatedNormal(law) => (law.lower(), law.upper()),
        Law::Normal(law) => {
            // No quantile is larger, rounding errors included; those of denormal numbers are not
            // relative.
            let smallest = if A::BITS == 32 { f32::from_bits(1).into() } else { f64::from_bits(1) };
            let reach = 9.2 * law.std_dev();
            let slack = A::EPSILON * (law.mean().abs() + reach) + 16.0 * smallest;
            (law.mean() - reach - slack, law.mean() + reach + slack)
        }
    }
}

fn inside<A: Real>(law: &Law, values: impl IntoIterator<Item = A>) -> Checked {
    let (low, high) = bounds::<A>(law);
    for value in values {
        let value: f64 = value.into();
        prop_assert!(value.is_finite(), "{law:?} gives {value:e}");
        prop_assert!((low..=high).contains(&value), "{law:?} gives {value:e}");
    }
    Ok(())
}

/// Draws from a law, the outermost and the innermost words too, unless it is refused.
fn draws_inside<A: Real>(law: &Law, key: Key) -> Checked {
    match ArrayD::<A>::init(IxDyn(&[1100]), law, key) {
        Ok(array) => {
            inside(law, array)?;
            let middle = 1_u64 << (A::BITS - 1);
            let words = [0, 1, middle - 1, middle, middle + 1, u64::MAX >> (64 - A::BITS)];
            inside(law, words.map(|word| value_of::<A>(law, word)))
        }
        Err(InitError::Unrepresentable { .. }) => Ok(()),
        Err(error) => Err(TestCaseError::fail(format!("{law:?}: {error}"))),
    }
}

/// A law that could be made has moments and gives values.
fn is_sound(law: Law, key: Key) -> Checked {
    has_moments(&law)?;
    prop_assert!(!law.to_string().contains("NaN"));
    draws_inside::<f32>(&law, key)?;
    draws_inside::<f64>(&law, key)
}

/// A mean between the bounds, and a deviation that fits between them.
fn has_moments(law: &Law) -> Checked {
    let (low, high, widest) = match law {
        Law::Uniform(law) => (law.low(), law.high(), f64::INFINITY),
        // A normal has finite moments, and no bounds.
        Law::Normal(_) => (-f64::MAX, f64::MAX, f64::MAX),
        // A cut never widens a normal.
        Law::TruncatedNormal(law) => {
            (law.lower(), law.upper(), law.parent_std_dev() * (1.0 + 1e-12))
        }
    };
    // But for the rounding of the bounds, counted in deviations.
    let widest = widest.min((high - low) * (1.0 + 1e-9));
    let (mean, std) = (law.mean(), law.std_dev());
    prop_assert!((low..=high).contains(&mean), "{law:?} has mean {mean:e}");
    prop_assert!((0.0..=widest).contains(&std), "{law:?} has standard deviation {std:e}");
    Ok(())
}

// --- kernels --------------------------------------------------------------------------------

/// An array of a kernel is there, or the error is that of its law or its element type.
fn initializes<A: Real>(shape: &[usize], configuration: &VarianceScaling, key: Key) -> Checked {
    let array = ArrayD::<A>::init(IxDyn(shape), configuration, key);
    if shape.contains(&0) {
        prop_assert!(array?.is_empty());
        return Ok(());
    }
    match (array, configuration.law(shape)) {
        (Ok(array), Ok(law)) => {
            prop_assert_eq!(array.shape(), shape);
            inside(&law, array)
        }
        (Err(InitError::Unrepresentable { .. }), Ok(_)) => Ok(()),
        (Err(error), Err(expected)) => {
            prop_assert_eq!(&error, &expected);
            let mut array = ArrayD::from_elem(IxDyn(shape), A::rounded(7.25));
            prop_assert_eq!(array.fill_init(configuration, key), Err(expected));
            prop_assert!(array.iter().all(|&x| x == A::rounded(7.25)));
            prop_assert!(!error.to_string().is_empty());
            Ok(())
        }
        (array, law) => Err(TestCaseError::fail(format!("{array:?}, but {law:?}"))),
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn no_kernel_panics_or_has_a_nan(
        shape in shape(),
        layout in layout(),
        scaling in scaling(positive()),
        key in key(),
    ) {
        let configuration = scaling.with_layout(layout);
        if let Ok(Fans { fan_in, fan_out }) = configuration.fans(&shape) {
            prop_assert!(fan_in > 0 && fan_out > 0 || shape.contains(&0));
        }
        if let Ok(law) = configuration.law(&shape) {
            prop_assert_eq!(law.mean(), 0.0);
            prop_assert!(law.std_dev() > 0.0 && law.std_dev().is_finite());
        }
        initializes::<f32>(&shape, &configuration, key)?;
        initializes::<f64>(&shape, &configuration, key)?;
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn fans_are_the_products_of_their_axes(
        kernel in kernel(),
        transposed in any::<bool>(),
        groups in groups(),
    ) {
        let rank = kernel.len() as isize;
        let shape: Vec<usize> = kernel.iter().map(|&(n, ..)| n).collect();
        let axes = |wanted| -> Vec<isize> {
            let named = (0..).zip(&kernel).filter(|&(_, &(_, role, _))| role == wanted);
            named.map(|(i, &(.., from_end))| if from_end { i - rank } else { i }).collect()
        };
        let product = |wanted| -> usize {
            kernel.iter().filter(|&&(_, role, _)| role == wanted).map(|&(n, ..)| n).product()
        };
        let layout = Layout::axes(&axes(Role::Input), &axes(Role::Output))
            .batch(&axes(Role::Batch))
            .groups(groups);
        let (field, input, output) =
            (product(Role::Field), product(Role::Input), product(Role::Output));
        if groups == 0 || output % groups != 0 {
            let error = layout.fans(&shape).expect_err("groups do not divide the channels");
            let rule = format!("{groups} groups must be at least 1 and divide the {output} ");
            prop_assert!(error.to_string().contains(&rule), "{error}");
            return Ok(());
        }
        let (stored_in, stored_out) = (field * input, field * (output / groups));
        let (layout, [fan_in, fan_out]) = if transposed {
            (layout.transposed(), [stored_out, stored_in])
        } else {
            (layout, [stored_in, stored_out])
        };
        prop_assert_eq!(layout.fans(&shape)?, Fans { fan_in, fan_out });
    }

    #[test]
    fn shapes_of_any_size_have_fans_or_an_error(
        shape in vec(prop_oneof![0_usize..10, any::<usize>(), Just(usize::MAX)], 0..7),
        layout in layout(),
        scaling in scaling(Just(1.0)),
    ) {
        let configuration = scaling.with_layout(layout);
        match (configuration.fans(&shape), configuration.law(&shape)) {
            (Ok(fans), Ok(law)) => {
                prop_assert!(configuration.mode().n(fans) >= 1.0);
                prop_assert!(law.std_dev() > 0.0 && law.std_dev() < 1.01);
            }
            (fans, law) => prop_assert_eq!(fans.err(), law.err()),
        }
    }

    #[test]
    fn equations_of_any_text_are_read_or_refused(
        text in prop_oneof![
            "\\PC*",
            any::<String>(),
            "[a-e. ]{0,5},[a-e. ]{0,5}->[a-e. ]{0,5}",
            "[a-cé.>, -]{0,12}",
        ],
        shape in shape(),
    ) {
        match Layout::einsum(&text) {
            Ok(layout) => match layout.fans(&shape) {
                Ok(_) | Err(InitError::Layout { .. }) => {}
                Err(error) => return Err(error.into()),
            },
            Err(InitError::Equation { equation, rule }) => {
                prop_assert_eq!(equation, text);
                prop_assert!(!rule.is_empty());
            }
            Err(error) => return Err(error.into()),
        }
    }
}

// --- laws -----------------------------------------------------------------------------------

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_configuration_of_any_numbers_is_sound_or_refused(
        scaling in scaling(positive()),
        [scale, gain] in [number(), number()],
        key in key(),
    ) {
        let found = VarianceScaling::new(scale, scaling.mode(), scaling.distribution());
        prop_assert_eq!(found.is_ok(), scale > 0.0 && scale.is_finite());
        if let Ok(gained) = scaling.with_gain(gain) {
            prop_assert!(gain > 0.0 && gain.is_finite());
            prop_assert!(gained.scale() > 0.0 && gained.scale().is_finite());
            if let Ok(law) = gained.law(&[3, 5]) {
                is_sound(law, key)?;
            }
        }
    }

    #[test]
    fn laws_of_any_numbers_are_sound_or_refused(
        [a, b, c, d] in [number(), number(), number(), number()],
        key in key(),
    ) {
        let finite = a.is_finite() && b.is_finite();
        let law = Uniform::new(a, b);
        prop_assert_eq!(law.is_ok(), a < b && finite);
        law.map_or(Ok(()), |law| is_sound(law.into(), key))?;
        let law = Normal::new(a, b);
        prop_assert_eq!(law.is_ok(), b > 0.0 && finite);
        law.map_or(Ok(()), |law| is_sound(law.into(), key))?;
        for make in [TruncatedNormal::new, TruncatedNormal::in_sigmas] {
            if let Ok(law) = make(a, b, c, d) {
                prop_assert!(c < d && b > 0.0 && finite);
                is_sound(law.into(), key)?;
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(300))]

    /// On one side, between neighbors, and between bounds that are `relative` of their size apart.
    #[test]
    fn a_truncated_normal_keeps_to_its_bounds_however_far_and_narrow(
        mean in prop_oneof![Just(0.0), -10.0..10.0],
        std in positive(),
        lower in prop_oneof![-10.0..10.0, -1e7..1e7, -1e140..1e140, select(vec![0.0, 4.0, -4.0])],
        relative in prop_oneof![(-17.0..0.0), (-330.0..0.0)],
        key in key(),
    ) {
        let lower: f64 = lower;
        let width = 10.0_f64.powf(relative) * lower.abs().max(1e-300);
        for (lower, upper) in [
            (lower, f64::INFINITY),
            (f64::NEG_INFINITY, lower),
            (lower, lower + width),
            (lower, lower.next_up()),
            (lower, lower.next_up().next_up()),
            (lower.next_down(), lower),
        ] {
            for make in [TruncatedNormal::new, TruncatedNormal::in_sigmas] {
                if let Ok(law) = make(mean, std, lower, upper) {
                    is_sound(law.into(), key)?;
                }
            }
        }
    }
}

#[test]
fn moments_hold_however_narrow_the_slice() -> Result<(), InitError> {
    #[track_caller]
    fn assert_close(found: f64, expected: f64, law: &TruncatedNormal) {
        assert!((found / expected - 1.0).abs() < 2e-14, "{law:?}: {found}, not {expected}");
    }
    for exponent in (20..=308).step_by(16) {
        // To such a parent, [0, 1] is flat.
        let law = TruncatedNormal::new(0.0, 10.0_f64.powi(exponent), 0.0, 1.0)?;
        assert_close(law.mean(), 0.5, &law);
        assert_close(law.std_dev(), 1.0 / 12.0_f64.sqrt(), &law);
    }
    for exponent in (10..=140).step_by(10) {
        // So far out, what remains is exponential, of mean and deviation 1 / bound.
        let bound = 10.0_f64.powi(exponent);
        let law = TruncatedNormal::in_sigmas(0.0, 1.0, bound, f64::INFINITY)?;
        assert_close(law.std_dev(), 1.0 / bound, &law);
    }
    // The narrowest of all.
    let law = TruncatedNormal::new(0.0, 1.0, 0.0, f64::from_bits(1))?;
    assert!((law.lower()..=law.upper()).contains(&law.mean()), "{law:?}: {}", law.mean());
    assert!(!law.std_dev().is_nan());
    Ok(())
}
