//! Laws that an element type cannot show are errors, and what is almost one is drawn rightly.

use ndarray_init::ndarray::{Array1, Array2, ArrayD, IxDyn};
use ndarray_init::{DeltaOrthogonal, Orthogonal};
use ndarray_init::{
    Element, InitError, InitExt, InitRefExt, Initializer, Key, Law, Normal, Sparse,
    TruncatedNormal, Uniform, VarianceScaling,
};

const INFINITY: f64 = f64::INFINITY;
/// The least positive numbers.
const LEAST_32: f64 = f32::from_bits(1) as f64;
const LEAST_64: f64 = f64::from_bits(1);

#[track_caller]
fn assert_refused<A: Element>(initializer: &dyn Initializer<A>, shape: &[usize]) {
    let error = ArrayD::<A>::init(IxDyn(shape), initializer, Key::new(1)).unwrap_err();
    assert!(matches!(error, InitError::Unrepresentable { .. }), "{error:?}");
    let mut there = ArrayD::from_elem(IxDyn(shape), A::default());
    assert_eq!(there.fill_init(initializer, Key::new(1)), Err(error));
    assert!(there.iter().all(|&x| x == A::default()), "something was written");
}

/// That the element type has the law: no value is infinite, and they are not all the same.
#[track_caller]
fn assert_drawn<A: Element + Into<f64>>(law: &Law) {
    let w = Array1::<A>::init(2000, law, Key::new(1)).unwrap();
    let values: Vec<f64> = w.iter().map(|&x| x.into()).collect();
    assert!(values.iter().all(|x| x.is_finite()), "{law}");
    assert!(values.iter().any(|&x| x != values[0]), "{law}");
}

fn truncated(std: f64, lower: f64, upper: f64) -> Law {
    TruncatedNormal::new(0.0, std, lower, upper).unwrap().into()
}

#[test]
fn laws_that_vanish_in_the_element_type_are_errors() {
    let laws: [Law; 6] = [
        Normal::new(0.0, 1e-46).unwrap().into(),
        Normal::new(0.0, LEAST_32 * 0.9).unwrap().into(),
        Uniform::new(-1e-46, 1e-46).unwrap().into(),
        Uniform::new(0.0, LEAST_32 * 0.9).unwrap().into(),
        truncated(1e-46, -INFINITY, INFINITY),
        truncated(1e-46, -2e-46, 2e-46),
    ];
    for law in laws {
        assert_refused::<f32>(&law, &[5]);
        assert_refused::<f32>(&Sparse::new(0.5, law).unwrap(), &[5, 5]);
        assert_drawn::<f64>(&law);
    }
    for preset in [
        VarianceScaling::glorot_uniform(),
        VarianceScaling::he_normal(),
        VarianceScaling::kaiming_normal(),
    ] {
        assert_refused::<f32>(&preset.with_gain(1e-45).unwrap(), &[50, 50]);
    }
}

#[test]
fn deviations_of_the_least_positive_number_are_drawn() {
    assert_drawn::<f32>(&Normal::new(0.0, LEAST_32).unwrap().into());
    assert_drawn::<f64>(&Normal::new(0.0, LEAST_64).unwrap().into());
    assert_drawn::<f32>(&Uniform::new(-LEAST_32, LEAST_32).unwrap().into());
    assert_drawn::<f64>(&Uniform::new(-LEAST_64, LEAST_64).unwrap().into());
}

#[test]
fn laws_with_values_beyond_the_greatest_are_errors() {
    for law in [
        truncated(3e38, -INFINITY, INFINITY),
        truncated(3e38, 0.0, INFINITY),
        truncated(3e38, -INFINITY, -1.0),
        truncated(6e37, -INFINITY, INFINITY),
        truncated(1e38, -3.5e38, 3e38),
    ] {
        assert_refused::<f32>(&law, &[5]);
        assert_drawn::<f64>(&law);
    }
    assert_refused::<f64>(&truncated(1e308, -INFINITY, INFINITY), &[5]);
}

#[test]
fn bounds_within_the_greatest_number_are_drawn_however_wide_the_parent() {
    assert_drawn::<f32>(&truncated(3e38, -3e38, 3e38));
    assert_drawn::<f32>(&truncated(3e38, -1.0, 1.0));
    assert_drawn::<f32>(&truncated(2e37, 8.0 * 2e37, INFINITY));
    assert_drawn::<f64>(&truncated(1e308, -1e308, 1e308));
}

/// The greatest deviation that `Normal` and an infinite `TruncatedNormal` take: nothing is held at the
/// greatest number.
#[test]
fn nothing_piles_up_at_the_greatest_number() {
    for law in [truncated(3.5e37, -INFINITY, INFINITY), Normal::new(0.0, 3.69e37).unwrap().into()] {
        let w = Array1::<f32>::init(1 << 20, &law, Key::new(3)).unwrap();
        assert!(w.iter().all(|x| x.abs() < f32::MAX), "{law}");
    }
}

#[test]
fn orthogonal_matrices_whose_entries_vanish_are_errors() {
    assert_refused::<f32>(&Orthogonal::new(1e-300).unwrap(), &[4, 4]);
    assert_refused::<f32>(&DeltaOrthogonal::new(1e-300).unwrap(), &[3, 4, 4]);
    // Entries of a deviation of 1/√100 of that.
    assert_refused::<f32>(&Orthogonal::new(5.0 * LEAST_32).unwrap(), &[100, 100]);
    let w = Array2::<f32>::init((4, 4), &Orthogonal::new(1e-40).unwrap(), Key::new(1)).unwrap();
    assert!(w.iter().all(|&x| x != 0.0));
}

#[test]
fn the_digits_of_a_law_tell_its_bounds_apart() {
    let text = |low, high| Uniform::new(low, high).unwrap().to_string();
    assert_eq!(text(-0.5, 0.25), "U[-0.5, 0.25]");
    assert_eq!(text(f64::MIN, f64::MAX), "U[-1.7976931348623157e308, 1.7976931348623157e308]");
    assert_eq!(text(1.0, 1.0 + f64::EPSILON), "U[1, 1.0000000000000002]");
    let (low, high) = (1.0 + 2.0_f64.powi(-40), 1.0 + 2.0_f64.powi(-39));
    assert_eq!(text(low, high), "U[1.000000000001, 1.000000000002]");
    let law = TruncatedNormal::new(1.0, 0.5, low, high).unwrap();
    assert_eq!(law.to_string(), "N(1, 0.5²) on [1.000000000001, 1.000000000002]");
}

#[test]
fn arrays_that_memory_cannot_hold_are_errors_with_the_shape() {
    let huge = [
        vec![usize::MAX, 2],
        vec![1 << 32, 1 << 32],
        vec![usize::MAX / 4],
        vec![1 << 60],
        vec![1 << 45],
        vec![0, usize::MAX, 3],
    ];
    for shape in huge {
        let error =
            ArrayD::<f32>::init(IxDyn(&shape), &Normal::new(0.0, 1.0).unwrap(), Key::new(1))
                .unwrap_err();
        assert!(matches!(&error, InitError::Memory { shape: found, .. } if *found == shape));
    }
    let mut rng = ndarray_init::rand::rng();
    let cfg = VarianceScaling::he_normal();
    let found = Array2::<f64>::variance_scaling((1 << 30, 1 << 30), &cfg, &mut rng);
    assert!(matches!(found, Err(InitError::Memory { .. })));
}

#[test]
fn a_bias_without_inputs_is_zero_as_in_pytorch() {
    use ndarray_init::presets::torch;
    for law in [torch::linear_bias(&[5, 0]).unwrap(), torch::conv_bias(&[5, 0, 3, 3]).unwrap()] {
        assert_eq!(law.to_string(), "U[0, 0]");
        assert_eq!((law.mean(), law.std_dev()), (0.0, 0.0));
        assert_eq!(Array1::<f32>::init(5, &law, Key::new(1)).unwrap(), Array1::<f32>::zeros(5));
        assert_eq!(Array1::<f64>::init(5, &law, Key::new(1)).unwrap(), Array1::<f64>::zeros(5));
    }
}
