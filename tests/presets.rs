//! The frameworks' own functions: every recorded call through the function of its name, the defaults and the order of
//! arguments that the tables of MIGRATING.md leave out (`tables.rs`), and structures.

mod recorded;

use ndarray_init::ndarray::{ArrayD, Dimension, IxDyn};
use ndarray_init::presets::{jax, keras, llm, mindspore, timm, torch};
use ndarray_init::{
    Constant, DeltaOrthogonal, Distribution, FanMode, Fans, InitError, InitExt, Key, Law, Layout,
    Nonlinearity, Normal, Ones, Orthogonal, Sparse, TruncatedNormal, Uniform, VarianceScaling,
    Zeros,
};
use recorded::Outcome::{BothRefuse, DividedByZero, LeftAlone, Same, UniformInstead};
use recorded::{Call, Configured, compare};

const KEY: Key = Key::new(3);

// --- recorded calls -----------------------------------------------------------------------------

#[test]
fn recorded_calls_of_keras_have_our_fans_and_laws() {
    let configure = |call: &Call| {
        let preset = match call.function {
            "VarianceScaling" => {
                keras::variance_scaling(call.number("scale"), call.mode(), call.distribution())?
            }
            "GlorotNormal" => keras::glorot_normal(),
            "GlorotUniform" => keras::glorot_uniform(),
            "HeNormal" => keras::he_normal(),
            "HeUniform" => keras::he_uniform(),
            "LecunNormal" => keras::lecun_normal(),
            "LecunUniform" => keras::lecun_uniform(),
            other => panic!("unknown function {other}"),
        };
        Ok(match (call.axes("input_axes"), call.axes("output_axes")) {
            (Some(input), Some(output)) => preset.with_layout(Layout::axes(&input, &output)),
            _ => preset,
        })
    };
    compare(include_str!("data/keras.txt"), configure, &[(Same, 34)]);
}

#[test]
fn recorded_calls_of_jax_have_our_fans_and_laws() {
    let configure = |call: &Call| {
        assert_eq!(call.function, "variance_scaling");
        let [input, output, batch] = ["in_axis", "out_axis", "batch_axis"]
            .map(|name| call.axes(name).map_or(jax::Axes::default(), |axes| axes[..].into()));
        let (scale, mode, distribution) = (call.number("scale"), call.mode(), call.distribution());
        jax::variance_scaling(scale, mode, distribution, input, output, batch)
    };
    let counts = [(Same, 74), (BothRefuse, 5), (DividedByZero, 5)];
    compare(include_str!("data/jax.txt"), configure, &counts);
}

#[test]
fn recorded_calls_of_pytorch_have_our_fans_and_laws() {
    let configure = |call: &Call| match call.function {
        "xavier_uniform_" => torch::xavier_uniform(call.number("gain")),
        "xavier_normal_" => torch::xavier_normal(call.number("gain")),
        "kaiming_uniform_" => kaiming(call, "a", torch::kaiming_uniform),
        "kaiming_normal_" => kaiming(call, "a", torch::kaiming_normal),
        other => panic!("unknown function {other}"),
    };
    let counts = [(Same, 44), (BothRefuse, 9), (LeftAlone, 7)];
    compare(include_str!("data/pytorch.txt"), configure, &counts);
}

#[test]
fn recorded_calls_of_mindspore_have_our_fans_and_laws() {
    let configure = |call: &Call| match call.function {
        "VarianceScaling" => {
            mindspore::variance_scaling(call.number("scale"), call.mode(), call.distribution())
        }
        "XavierUniform" => mindspore::xavier_uniform(call.number("gain")),
        "XavierNormal" => mindspore::xavier_normal(call.number("gain")),
        "HeUniform" => kaiming(call, "negative_slope", mindspore::he_uniform),
        "HeNormal" => kaiming(call, "negative_slope", mindspore::he_normal),
        other => panic!("unknown function {other}"),
    };
    let counts = [(Same, 43), (BothRefuse, 8), (DividedByZero, 1), (UniformInstead, 5)];
    compare(include_str!("data/mindspore.txt"), configure, &counts);
}

fn kaiming(
    call: &Call,
    slope: &str,
    preset: impl Fn(f64, FanMode, Nonlinearity) -> Configured,
) -> Configured {
    let nonlinearity = match call.text("nonlinearity") {
        "linear" => Nonlinearity::Linear,
        "sigmoid" => Nonlinearity::Sigmoid,
        "tanh" => Nonlinearity::Tanh,
        "relu" => Nonlinearity::Relu,
        // Its slope is the call's.
        "leaky_relu" => Nonlinearity::leaky_relu(),
        "selu" => Nonlinearity::Selu,
        other => panic!("unknown nonlinearity {other}"),
    };
    preset(call.number(slope), call.mode(), nonlinearity)
}

// --- laws: defaults and order -------------------------------------------------------------------

#[test]
fn plain_laws_have_the_defaults_and_the_order_of_their_framework() -> Result<(), InitError> {
    // Those that MIGRATING.md has not.
    let rows: [(Law, &str); 11] = [
        (keras::random_uniform(-1.0, 2.0)?.into(), "U[-1, 2]"),
        (mindspore::uniform(0.5)?.into(), "U[-0.5, 0.5]"),
        (torch::normal(None, None)?.into(), "N(0, 1²)"),
        (jax::normal(None)?.into(), "N(0, 0.01²)"),
        (keras::truncated_normal(None, None)?.into(), "N(0, 0.05²) on [-0.1, 0.1]"),
        (keras::truncated_normal(0.5, 2.0)?.into(), "N(0.5, 2²) on [-3.5, 4.5]"),
        (torch::trunc_normal(None, None, None, None)?.into(), "N(0, 1²) on [-2, 2]"),
        (timm::trunc_normal(None, None, None, None)?.into(), "N(0, 1²) on [-2, 2]"),
        (timm::trunc_normal_tf(None, None, None, None)?.into(), "N(0, 1²) on [-2, 2]"),
        (timm::trunc_normal_tf(0.5, 2.0, -3.0, 4.0)?.into(), "N(0.5, 2²) on [-5.5, 8.5]"),
        (jax::truncated_normal(None, None, 4.0)?.into(), "N(0, 0.01²) on [-0.02, 0.04]"),
    ];
    for (law, text) in rows {
        assert_eq!(law.to_string(), text);
    }
    assert_eq!(torch::recurrent(16)?, Uniform::new(-0.25, 0.25)?);
    assert_eq!(llm::small_init(4000)?, Normal::new(0.0, 0.01)?);
    assert_eq!(llm::mitchell(4096, 7)?, TruncatedNormal::in_sigmas(0.0, 1.0 / 256.0, -3.0, 3.0)?);
    Ok(())
}

/// The constructors of `VarianceScaling` are the functions that the recorded calls go through.
#[test]
fn scaled_laws_have_the_defaults_and_the_layout_of_their_framework() -> Result<(), InitError> {
    use Distribution::{TruncatedNormal, Uniform, UntruncatedNormal};
    use VarianceScaling as V;

    let fan_in = |form| V::new(1.0, FanMode::FanIn, form).unwrap();
    let fan_out = V::new(3.0, FanMode::FanOut, Uniform)?;
    let torch_layout = |preset: V| preset.with_layout(Layout::torch());
    let pairs = [
        (keras::variance_scaling(None, None, None)?, V::default()),
        (keras::glorot_uniform(), V::glorot_uniform()),
        (keras::glorot_normal(), V::glorot_normal()),
        (keras::he_uniform(), V::he_uniform()),
        (keras::he_normal(), V::he_normal()),
        (keras::lecun_uniform(), V::lecun_uniform()),
        (keras::lecun_normal(), V::lecun_normal()),
        (torch::xavier_uniform(None)?, V::xavier_uniform()),
        (torch::xavier_normal(None)?, V::xavier_normal()),
        (torch::kaiming_uniform(None, None, None)?, V::kaiming_uniform()),
        (torch::kaiming_normal(None, None, None)?, V::kaiming_normal()),
        (mindspore::xavier_uniform(None)?, V::xavier_uniform()),
        (mindspore::xavier_normal(None)?, V::xavier_normal()),
        (mindspore::he_uniform(None, None, None)?, V::kaiming_uniform()),
        (mindspore::he_normal(None, None, None)?, V::kaiming_normal()),
        (mindspore::variance_scaling(None, None, None)?, torch_layout(fan_in(TruncatedNormal))),
        (timm::lecun_normal(), torch_layout(fan_in(TruncatedNormal))),
        (timm::variance_scaling(None, None, None)?, torch_layout(fan_in(UntruncatedNormal))),
        (timm::variance_scaling(3.0, FanMode::FanOut, Uniform)?, torch_layout(fan_out)),
    ];
    for (theirs, ours) in pairs {
        let shape = [128, 64, 3, 3];
        let of = |preset: &V| (preset.layout().clone(), preset.fans(&shape), preset.law(&shape));
        assert_eq!(of(&theirs), of(&ours), "{theirs}");
    }
    Ok(())
}

/// With the axes left out, their laws are in MIGRATING.md.
#[test]
fn jax_builders_take_their_axes() -> Result<(), InitError> {
    macro_rules! check {
        ($($builder:ident)*) => {$({
            let (mut expected, found) = (jax::$builder(None, None, None), jax::$builder(1, [2, -1], [0]));
            assert_eq!(expected.layout(), &Layout::axes(&[-2], &[-1]));
            expected = expected.with_layout(Layout::axes(&[1], &[2, -1]).batch(&[0]));
            assert_eq!(found, expected, stringify!($builder));
            assert_eq!(found.fans(&[7, 5, 2, 3])?, Fans { fan_in: 5, fan_out: 6 });
        })*};
    }
    check!(
        glorot_uniform glorot_normal lecun_uniform lecun_normal he_uniform he_normal
        xavier_uniform xavier_normal kaiming_uniform kaiming_normal
    );
    Ok(())
}

#[test]
fn a_slope_is_that_of_a_leaky_relu_alone() -> Result<(), InitError> {
    let slope = |negative_slope| Nonlinearity::LeakyRelu { negative_slope };
    for (nonlinearity, param, gain) in [
        (Nonlinearity::Tanh, Some(0.2), 5.0 / 3.0),
        (slope(0.3), None, (2.0 / 1.09_f64).sqrt()),
        (slope(0.3), Some(0.2), (2.0 / (1.0 + 0.2 * 0.2_f64)).sqrt()),
        // PyTorch's own tests have these.
        (Nonlinearity::leaky_relu(), Some(10.0), 0.140_719_508_946_058_36),
        (Nonlinearity::leaky_relu(), Some(0.0), 2.0_f64.sqrt()),
        (Nonlinearity::leaky_relu(), None, (2.0 / 1.0001_f64).sqrt()),
    ] {
        assert_eq!(torch::calculate_gain(nonlinearity, param)?, gain, "{nonlinearity:?} {param:?}");
    }
    let (default, steep) =
        (torch::kaiming_normal(None, None, None)?, torch::kaiming_normal(0.3, None, None)?);
    assert_eq!(torch::kaiming_normal(None, None, slope(0.3))?, steep);
    assert_ne!(steep, default);
    assert_eq!(torch::kaiming_normal(0.3, None, Nonlinearity::Relu)?, default);
    Ok(())
}

// --- what is not a law --------------------------------------------------------------------------

/// Element by element, in PyTorch's layout: the channels of each group.
#[test]
fn dirac_kernels_have_a_one_at_the_center_for_each_channel_that_they_hand_on() {
    for (groups, outputs) in (1..=3).flat_map(|groups| (1..=5).map(move |n| (groups, n))) {
        for (inputs, axes) in (1..=5 * groups).flat_map(|n| (3..=5).map(move |axes| (n, axes))) {
            let shape = &[outputs * groups, inputs, 3, 2, 5][..axes];
            let kernel = ArrayD::<f32>::init(IxDyn(shape), &torch::dirac(groups), KEY).unwrap();
            for (place, &x) in kernel.indexed_iter() {
                let place = place.slice();
                let is_center = place[2..].iter().zip(&shape[2..]).all(|(&i, k)| i == k / 2);
                let is_one = is_center && place[0] % outputs == place[1];
                assert_eq!(x, f32::from(u8::from(is_one)), "{place:?} in {groups} groups");
            }
        }
        assert_eq!(mindspore::dirac(groups), torch::dirac(groups));
    }
}

#[test]
fn constants_and_structures_have_the_defaults_of_their_framework() -> Result<(), InitError> {
    let zeros = [keras::zeros(), torch::zeros(), mindspore::zero(), jax::zeros()];
    let ones = [keras::ones(), torch::ones(), mindspore::one(), jax::ones()];
    assert_eq!((zeros, ones), ([Zeros; 4], [Ones; 4]));
    let constants: [fn(f32) -> Constant<f32>; 4] =
        [|x| keras::constant(x), torch::constant, mindspore::constant, jax::constant];
    assert_eq!(constants.map(|constant| constant(0.5)), [Constant(0.5); 4]);
    assert_eq!(keras::constant(None), Constant(0.0_f64));
    assert_eq!([torch::dirac(None), mindspore::dirac(None)], [torch::dirac(1), torch::dirac(1)]);
    let sparse = |std| Sparse::normal(0.1, std);
    assert_eq!([torch::sparse(0.1, None), torch::sparse(0.1, 0.5)], [sparse(0.01), sparse(0.5)]);
    assert_eq!(
        [mindspore::sparse(0.1, None), mindspore::sparse(0.1, 0.5)],
        [sparse(0.01), sparse(0.5)]
    );
    assert_eq!([keras::identity(None)?, torch::eye()], [mindspore::identity(); 2]);

    assert_eq!([keras::orthogonal(None), keras::orthogonal(2.0)], [1.0, 2.0].map(Orthogonal::new));
    let torch =
        [1.0, 2.0].map(|gain| Orthogonal::new(gain).map(|this| this.with_layout(Layout::torch())));
    assert_eq!([torch::orthogonal(None), torch::orthogonal(2.0)], torch);
    assert_eq!([mindspore::orthogonal(None), mindspore::orthogonal(2.0)], torch);
    let columns = |gain, axis: isize| {
        Orthogonal::new(gain).map(|this| this.with_layout(Layout::axes(&[], &[axis])))
    };
    assert_eq!(
        [jax::orthogonal(None, None), jax::orthogonal(2.0, 1)],
        [columns(1.0, -1), columns(2.0, 1)]
    );
    let delta = [1.0, 2.0].map(DeltaOrthogonal::new);
    assert_eq!([jax::delta_orthogonal(None), jax::delta_orthogonal(2.0)], delta);
    Ok(())
}
