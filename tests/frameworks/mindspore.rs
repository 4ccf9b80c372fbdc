//! MindSpore.

use super::{KEY, assert_follows, assert_hands_on, filled, refused, truncated_of, uniform_of};
use crate::common::{normal, uniform};
use ndarray_init::ndarray::{ArrayD, Axis, IxDyn, array, concatenate};
use ndarray_init::presets::mindspore;
use ndarray_init::{
    AnyInitializer, Distribution, FanMode, InitError, InitExt, Initializer, Key, Region,
    TruncatedNormal, VarianceScaling,
};

/// A dense kernel and a convolution, with fan_in and fan_out.
const KERNELS: [(&[usize], f64, f64); 2] =
    [(&[20, 22], 22.0, 20.0), (&[20, 22, 5, 5], 550.0, 500.0)];

#[test]
fn xavier_and_he_arrays_follow_the_law_of_their_fans() {
    for (shape, fan_in, fan_out) in KERNELS {
        let std = (2.0 / (fan_in + fan_out)).sqrt();
        let law = uniform_of(std);
        assert_follows::<f32>(&mindspore::xavier_uniform(None).unwrap(), shape, &law);
        let law = uniform_of(1.2 * std);
        assert_follows::<f32>(&mindspore::xavier_uniform(1.2).unwrap(), shape, &law);
        let law = uniform_of((2.0 / fan_in).sqrt());
        assert_follows::<f32>(&mindspore::he_uniform(None, None, None).unwrap(), shape, &law);
        let law = normal(0.0, (2.0 / fan_in).sqrt()).into();
        assert_follows::<f32>(&mindspore::he_normal(None, None, None).unwrap(), shape, &law);
    }
}

/// MindSpore compares with a second sample, and allows p > 0.05.
#[test]
fn plain_laws_have_their_moments_and_their_form() {
    for shape in [&[11, 512][..], &[10_000], &[5, 4]] {
        let law = uniform(-1.0, 1.0).into();
        assert_follows::<f32>(&mindspore::uniform(1.0).unwrap(), shape, &law);
        assert_follows::<f32>(
            &mindspore::normal(1.0, None).unwrap(),
            shape,
            &normal(0.0, 1.0).into(),
        );
        let cut = mindspore::truncated_normal(1.0, 0.0, -2.0, 2.0).unwrap();
        let law = TruncatedNormal::new(0.0, 1.0, -2.0, 2.0).unwrap().into();
        assert_follows::<f32>(&cut, shape, &law);
    }
    let wide = filled::<f32>(&mindspore::uniform(10.0).unwrap(), &[5, 4], KEY);
    assert!(wide.iter().all(|x| x.abs() <= 10.0) && wide.iter().any(|x| x.abs() > 5.0));
}

/// MindSpore's own test pins the values of its seed 0. Its truncated normals are uniform in 2.10. Here they
/// are what the name says.
#[test]
fn variance_scaling_draws_the_law_that_its_name_says() {
    let shape = [2, 3];
    let scaling = |scale: f64, mode, distribution| {
        mindspore::variance_scaling(scale, mode, distribution).unwrap()
    };
    let default = mindspore::variance_scaling(None, None, None).unwrap();
    assert_follows::<f32>(&default, &shape, &truncated_of((1.0 / 3.0_f64).sqrt()));
    let plain = scaling(1.0, FanMode::FanOut, Distribution::UntruncatedNormal);
    assert_follows::<f32>(&plain, &shape, &normal(0.0, 0.5_f64.sqrt()).into());
    let cut = scaling(2.0, FanMode::FanIn, Distribution::TruncatedNormal);
    assert_follows::<f32>(&cut, &shape, &truncated_of((2.0 / 3.0_f64).sqrt()));
    let uniform = scaling(3.0, FanMode::FanAvg, Distribution::Uniform);
    assert_follows::<f32>(&uniform, &shape, &uniform_of((3.0 / 2.5_f64).sqrt()));
}

// --- structures -------------------------------------------------------------------------------------

#[test]
fn an_identity_is_padded_on_either_side() {
    let identity = |shape: &[usize]| filled::<f32>(&mindspore::identity(), shape, KEY);
    let square = array![[1., 0., 0.], [0., 1., 0.], [0., 0., 1.]].into_dyn();
    assert_eq!(identity(&[3, 3]), square);
    let wide = array![[1., 0., 0., 0.], [0., 1., 0., 0.], [0., 0., 1., 0.]].into_dyn();
    assert_eq!(identity(&[3, 4]), wide);
    assert_eq!(identity(&[4, 3]), wide.reversed_axes());
}

#[test]
fn a_fifth_of_five_rows_is_one_zero_in_every_column() {
    let w = filled::<f32>(&mindspore::sparse(0.2, 0.01).unwrap(), &[5, 6], KEY);
    for column in w.axis_iter(Axis(1)) {
        assert_eq!(column.iter().filter(|&&x| x != 0.0).count(), 4);
    }
}

#[test]
fn a_dirac_kernel_hands_on_the_channels_of_one_two_and_three_groups() {
    for shape in [&[6, 2, 3][..], &[6, 4, 3, 3], &[6, 2, 3, 3, 3]] {
        for groups in 1..=3 {
            let kernel = filled(&mindspore::dirac(groups), shape, KEY);
            assert_hands_on(&kernel, groups);
            let handed_on = groups * (6 / groups).min(shape[1]);
            assert_eq!(kernel.sum(), handed_on as f32, "{shape:?} in {groups} groups");
        }
    }
}

#[test]
fn an_orthogonal_matrix_of_two_rows_is_as_exact_as_mindspore_asks() {
    for key in 0..100 {
        let w = filled(&mindspore::orthogonal(1.0).unwrap(), &[2, 2], Key::new(key));
        assert!(super::defect(&w, 1.0) < 1e-6);
    }
}

// --- keys and parts ---------------------------------------------------------------------------------

/// MindSpore cuts a matrix of 32 rows into four parts for eight ranks: ranks 0 and 4 have the same part.
/// Its test compares the parts with each other. Here they are compared with the whole, too.
#[test]
fn ranks_have_the_parts_of_one_array() {
    let initializers: [(AnyInitializer, bool); 8] = [
        (mindspore::uniform(None).unwrap().into(), true),
        (mindspore::normal(None, None).unwrap().into(), true),
        (mindspore::truncated_normal(None, None, None, None).unwrap().into(), true),
        (mindspore::he_uniform(None, None, None).unwrap().into(), true),
        (mindspore::he_normal(None, None, None).unwrap().into(), true),
        (mindspore::xavier_uniform(None).unwrap().into(), true),
        (mindspore::one().into(), false),
        (mindspore::zero().into(), false),
    ];
    let key = Key::new(1);
    for (initializer, drawn) in initializers {
        let part = |rank: usize, key: Key| {
            let region = Region::new(&[32, 32], &[rank % 4 * 8, 0]).unwrap();
            ArrayD::<f32>::init_region(IxDyn(&[8, 32]), &initializer, key, &region).unwrap()
        };
        let w1 = key.fork("w1");
        assert_eq!(part(0, w1), part(4, w1), "{initializer:?}");
        assert_eq!(part(0, w1) != part(1, w1), drawn, "{initializer:?}");
        // With `set_seed`, MindSpore's two weights are the same.
        assert_eq!(part(0, w1) != part(0, key.fork("w2")), drawn, "{initializer:?}");
        let [a, b, c, d] = [0, 1, 2, 3].map(|rank| part(rank, w1));
        let whole = concatenate![Axis(0), a, b, c, d];
        assert_eq!(whole, filled::<f32>(&initializer, &[32, 32], w1), "{initializer:?}");
    }
}

#[test]
fn one_key_gives_every_law_the_same_values_again() {
    let laws: [&dyn Initializer<f32>; 3] = [
        &mindspore::uniform(None).unwrap(),
        &mindspore::normal(None, None).unwrap(),
        &mindspore::truncated_normal(None, None, None, None).unwrap(),
    ];
    for law in laws {
        let [one, same, other] =
            [1234, 1234, 1235].map(|key| filled(law, &[12, 34], Key::new(key)));
        assert_eq!(one, same);
        assert!(one.iter().zip(&other).all(|(x, y)| x != y));
    }
}

// --- errors -----------------------------------------------------------------------------------------

#[test]
fn shapes_that_mindspore_refuses_are_refused() {
    let xavier = mindspore::xavier_uniform(None).unwrap();
    let he = mindspore::he_uniform(None, None, None).unwrap();
    for initializer in [&xavier, &he] {
        let error = refused(initializer, &[6]);
        assert!(matches!(error, InitError::Layout { .. }), "{error:?}");
    }
    let error = refused(&mindspore::dirac(2), &[5, 4, 6]);
    assert!(matches!(error, InitError::Layout { .. }), "{error:?}");
    let (sparse, dirac) = (mindspore::sparse(0.1, None).unwrap(), mindspore::dirac(1));
    let shapes: [(&dyn Initializer<f32>, &[usize]); 4] = [
        (&mindspore::identity(), &[5, 4, 6]),
        (&sparse, &[5, 4, 6]),
        (&dirac, &[5, 4]),
        (&dirac, &[5, 4, 6, 7, 8, 9]),
    ];
    for (initializer, shape) in shapes {
        let error = refused(initializer, shape);
        assert!(matches!(&error, InitError::Shape { shape: s, .. } if s == shape), "{error:?}");
    }
    assert!(matches!(
        refused(&mindspore::orthogonal(None).unwrap(), &[5]),
        InitError::Layout { .. }
    ));
}

#[test]
fn arguments_that_mindspore_refuses_are_refused() {
    let error = mindspore::variance_scaling(-0.1, None, None).unwrap_err();
    assert!(matches!(error, InitError::Parameter { name: "scale", value: -0.1, .. }), "{error:?}");
    let error = "fans".parse::<FanMode>().unwrap_err();
    assert!(matches!(error, InitError::Name { .. }), "{error:?}");
    let error = "uniformal".parse::<Distribution>().unwrap_err();
    assert!(matches!(error, InitError::Name { .. }), "{error:?}");
    // An initializer by its name is a configuration here, and the empty name is none.
    assert!(serde_json::from_str::<AnyInitializer>("\"\"").is_err());
    let named: AnyInitializer = serde_json::from_str("\"xavier_uniform\"").unwrap();
    assert_eq!(named, VarianceScaling::xavier_uniform().into());
}
