//! JAX.

use super::{KEY, assert_follows, filled, refused, truncated_of, uniform_of};
use crate::common::{Listed, each_type, normal};
use ndarray_init::presets::jax;
use ndarray_init::{Distribution, FanMode, InitError, Initializer, Law, VarianceScaling};

/// The shapes that JAX takes for each of its initializers.
const SHAPES: [&[usize]; 7] =
    [&[2], &[2, 2], &[2, 3], &[3, 2], &[2, 3, 4], &[4, 3, 2], &[2, 3, 4, 5]];

/// The law for a fan_in and a fan_out.
type ByFans = fn(f64, f64) -> Law;

/// Initializers that follow the fans.
fn scaled() -> [(VarianceScaling, ByFans); 7] {
    let geometric = FanMode::FanGeoAvg;
    let plain = Distribution::UntruncatedNormal;
    [
        (jax::he_normal(None, None, None), |fan_in, _| truncated_of((2.0 / fan_in).sqrt())),
        (jax::he_uniform(None, None, None), |fan_in, _| uniform_of((2.0 / fan_in).sqrt())),
        (jax::glorot_normal(None, None, None), |i, o| truncated_of((2.0 / (i + o)).sqrt())),
        (jax::glorot_uniform(None, None, None), |i, o| uniform_of((2.0 / (i + o)).sqrt())),
        (jax::lecun_normal(None, None, None), |fan_in, _| truncated_of(fan_in.recip().sqrt())),
        (jax::lecun_uniform(None, None, None), |fan_in, _| uniform_of(fan_in.recip().sqrt())),
        (jax::variance_scaling(1.0, geometric, plain, None, None, None).unwrap(), |i, o| {
            normal(0.0, (i * o).sqrt().recip().sqrt()).into()
        }),
    ]
}

#[track_caller]
fn assert_fills<A: Listed>(initializer: &dyn Initializer<A>, shape: &[usize]) {
    let w = filled(initializer, shape, KEY);
    assert_eq!(w.shape(), shape);
    assert!(w.iter().all(|x| x.parts().iter().all(|part| part.is_finite())), "{}", A::TYPE);
    let first = w.first().unwrap().bits();
    assert!(w.iter().any(|x| x.bits() != first), "{} at {shape:?} is constant", A::TYPE);
    // Both parts of complex elements are drawn.
    assert!(!A::HAS_PARTS || w.iter().all(|x| x.parts().iter().all(|&part| part != 0.0)));
}

fn fills_every_shape<A: Listed>() {
    let (plain, cut) =
        (jax::normal(None).unwrap(), jax::truncated_normal(None, None, None).unwrap());
    for shape in SHAPES {
        assert_fills::<A>(&plain, shape);
        assert_fills::<A>(&cut, shape);
        for (initializer, _) in scaled() {
            if shape.len() > 1 {
                assert_fills::<A>(&initializer, shape);
            }
        }
        // U[0, 0.01] is no law of complex numbers, here as there.
        if !A::HAS_PARTS {
            assert_fills::<A>(&jax::uniform(None).unwrap(), shape);
        }
    }
}

/// Of every element type, where JAX takes real ones alone for the plain truncated normal, for
/// geometric means and for orthogonal kernels.
#[test]
fn every_initializer_fills_every_shape_in_every_element_type() {
    each_type!(A => fills_every_shape::<A>());
}

#[test]
fn orthogonal_initializers_fill_their_shapes_in_every_element_type() {
    fn check<A: Listed>() {
        let orthogonal = jax::orthogonal(None, None).unwrap();
        for shape in [[2, 2], [2, 3], [3, 2]] {
            assert_fills::<A>(&orthogonal, &shape);
        }
        // Zero but for the center.
        let delta = filled::<A>(&jax::delta_orthogonal(None).unwrap(), &[2, 3, 4, 5], KEY);
        assert_eq!(delta.iter().filter(|x| x.parts() != [0.0, 0.0]).count(), 4 * 5);
    }
    each_type!(A => check::<A>());
}

#[cfg(feature = "complex")]
#[test]
fn a_one_sided_law_is_refused_for_complex_elements() {
    use ndarray_init::ndarray::Array1;
    use ndarray_init::{InitExt, num_complex::Complex32};

    let error = Array1::<Complex32>::init(2, &jax::uniform(None).unwrap(), KEY).unwrap_err();
    assert!(matches!(error, InitError::Unrepresentable { .. }), "{error:?}");
}

/// JAX compares shapes and types. Here the elements have the law of the fans, too.
#[test]
fn elements_follow_the_law_of_the_last_two_axes_and_the_receptive_field() {
    for (shape, fan_in, fan_out) in
        [(&[2, 3][..], 2.0, 3.0), (&[4, 3, 2], 12.0, 8.0), (&[2, 3, 4, 5], 24.0, 30.0)]
    {
        for (initializer, law) in scaled() {
            assert_follows::<f32>(&initializer, shape, &law(fan_in, fan_out));
        }
    }
}

/// Axes 0 and 1 are inputs, the last two outputs: 6 and 20.
#[test]
fn several_axes_of_a_role_are_one_fan() {
    let (mode, cut) = (FanMode::FanAvg, Distribution::TruncatedNormal);
    let initializer = jax::variance_scaling(1.0, mode, cut, [0, 1], [-2, -1], None).unwrap();
    assert_follows::<f32>(&initializer, &[2, 3, 4, 5], &truncated_of((1.0 / 13.0_f64).sqrt()));
}

/// Axis 1 is in neither fan: 2 and 20.
#[test]
fn a_batch_axis_is_in_no_fan() {
    let (mode, cut) = (FanMode::FanAvg, Distribution::TruncatedNormal);
    let initializer = jax::variance_scaling(1.0, mode, cut, 0, [2, 3], 1).unwrap();
    assert_follows::<f32>(&initializer, &[2, 3, 4, 5], &truncated_of((1.0 / 11.0_f64).sqrt()));
}

#[test]
fn a_vector_has_no_fans() {
    for (initializer, _) in scaled() {
        let error = refused(&initializer, &[5]);
        assert!(matches!(error, InitError::Layout { .. }), "{error:?}");
    }
}

/// A scale in single precision does not make the array so: its type is its own.
#[cfg(feature = "half")]
#[test]
fn the_type_of_a_number_does_not_change_that_of_the_array() {
    use ndarray_init::half::bf16;
    use ndarray_init::ndarray::ArrayD;

    let scale = f64::from(1.0_f32);
    let laws: [Law; 3] = [
        jax::uniform(scale).unwrap().into(),
        jax::normal(scale).unwrap().into(),
        jax::truncated_normal(scale, None, None).unwrap().into(),
    ];
    for law in laws {
        let narrow: ArrayD<bf16> = filled(&law, &[4, 4], KEY);
        let wide: ArrayD<f32> = filled(&law, &[4, 4], KEY);
        assert!(narrow.iter().zip(&wide).all(|(&x, &y)| (x.to_f32() - y).abs() <= y.abs() / 256.0));
    }
}
