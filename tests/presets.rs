//! The frameworks' own functions: every recorded call through the function of its name, every
//! default and argument order, and what is not a law by its values.

use crate::common::recorded::{self, Call, Configured};
use crate::common::{Listed, each_type, suits};
use ndarray_init::ndarray::Axis;
use ndarray_init::ndarray::{Array1, Array2, ArrayD, IxDyn, array};
use ndarray_init::presets::{jax, keras, llm, mindspore, timm, torch};
use ndarray_init::{
    AnyInitializer, Distribution, Element, FanMode, Fans, InitError, InitExt, Initializer, Key,
    Law, Layout, Nonlinearity, Normal, Sparse, TruncatedNormal, Uniform, VarianceScaling,
};

const KEY: Key = Key::new(3);

// --- recorded calls -----------------------------------------------------------------------------

#[test]
fn keras_functions_are_those_of_keras() {
    recorded::keras(|call| {
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
    });
}

#[test]
fn jax_functions_are_those_of_jax() {
    recorded::jax(|call| {
        assert_eq!(call.function, "variance_scaling");
        let [input, output, batch] = ["in_axis", "out_axis", "batch_axis"]
            .map(|name| call.axes(name).map_or(jax::Axes::default(), |axes| axes[..].into()));
        let (scale, mode, distribution) = (call.number("scale"), call.mode(), call.distribution());
        jax::variance_scaling(scale, mode, distribution, input, output, batch)
    });
}

#[test]
fn torch_functions_are_those_of_pytorch() {
    recorded::pytorch(|call| match call.function {
        "xavier_uniform_" => torch::xavier_uniform(call.number("gain")),
        "xavier_normal_" => torch::xavier_normal(call.number("gain")),
        "kaiming_uniform_" => kaiming(call, "a", torch::kaiming_uniform),
        "kaiming_normal_" => kaiming(call, "a", torch::kaiming_normal),
        other => panic!("unknown function {other}"),
    });
}

#[test]
fn mindspore_functions_are_those_of_mindspore() {
    recorded::mindspore(|call| {
        let slope = "negative_slope";
        match call.function {
            "VarianceScaling" => {
                mindspore::variance_scaling(call.number("scale"), call.mode(), call.distribution())
            }
            "XavierUniform" => mindspore::xavier_uniform(call.number("gain")),
            "XavierNormal" => mindspore::xavier_normal(call.number("gain")),
            "HeUniform" => kaiming(call, slope, mindspore::he_uniform),
            "HeNormal" => kaiming(call, slope, mindspore::he_normal),
            other => panic!("unknown function {other}"),
        }
    });
}

fn kaiming(
    call: &Call,
    slope: &str,
    preset: impl Fn(f64, FanMode, Nonlinearity) -> Configured,
) -> Configured {
    let nonlinearity = match call.required("nonlinearity") {
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

/// The constructors of `VarianceScaling` are the functions that the recorded calls went through.
#[test]
fn constructors_are_the_functions_of_their_frameworks() -> Result<(), InitError> {
    let pairs = [
        (VarianceScaling::glorot_uniform(), keras::glorot_uniform()),
        (VarianceScaling::glorot_normal(), keras::glorot_normal()),
        (VarianceScaling::he_uniform(), keras::he_uniform()),
        (VarianceScaling::he_normal(), keras::he_normal()),
        (VarianceScaling::lecun_uniform(), keras::lecun_uniform()),
        (VarianceScaling::lecun_normal(), keras::lecun_normal()),
        (VarianceScaling::xavier_uniform(), torch::xavier_uniform(None)?),
        (VarianceScaling::xavier_normal(), torch::xavier_normal(None)?),
        (VarianceScaling::kaiming_uniform(), torch::kaiming_uniform(None, None, None)?),
        (VarianceScaling::kaiming_normal(), torch::kaiming_normal(None, None, None)?),
    ];
    for (ours, theirs) in pairs {
        let shape = [128, 64, 3, 3];
        assert_eq!(
            (ours.fans(&shape)?, ours.law(&shape)?),
            (theirs.fans(&shape)?, theirs.law(&shape)?)
        );
    }
    Ok(())
}

// --- defaults and order -------------------------------------------------------------------------

#[test]
fn the_plain_laws_have_the_defaults_and_the_order_of_their_framework() {
    let uniform = |low, high| Ok(Uniform::new(low, high).unwrap());
    assert_eq!(
        [keras::random_uniform(None, None), keras::random_uniform(-1.0, 2.0)],
        [uniform(-0.05, 0.05), uniform(-1.0, 2.0)],
    );
    assert_eq!(
        [torch::uniform(None, None), torch::uniform(-1.0, 2.0)],
        [uniform(0., 1.), uniform(-1., 2.)],
    );
    assert_eq!(
        [mindspore::uniform(None), mindspore::uniform(0.5)],
        [uniform(-0.07, 0.07), uniform(-0.5, 0.5)],
    );
    assert_eq!([jax::uniform(None), jax::uniform(0.5)], [uniform(0.0, 0.01), uniform(0.0, 0.5)]);

    let normal = |mean, std| Ok(Normal::new(mean, std).unwrap());
    assert_eq!(
        [keras::random_normal(None, None), keras::random_normal(0.5, 2.0)],
        [normal(0.0, 0.05), normal(0.5, 2.0)],
    );
    assert_eq!(
        [torch::normal(None, None), torch::normal(0.5, 2.0)],
        [normal(0., 1.), normal(0.5, 2.0)]
    );
    assert_eq!(
        [mindspore::normal(None, None), mindspore::normal(2.0, 0.5)],
        [normal(0.0, 0.01), normal(0.5, 2.0)],
    );
    assert_eq!([jax::normal(None), jax::normal(2.0)], [normal(0.0, 0.01), normal(0.0, 2.0)]);

    let absolute = |mean, std, a, b| Ok(TruncatedNormal::new(mean, std, a, b).unwrap());
    let in_sigmas = |mean, std, a, b| Ok(TruncatedNormal::in_sigmas(mean, std, a, b).unwrap());
    assert_eq!(
        [keras::truncated_normal(None, None), keras::truncated_normal(0.5, 2.0)],
        [in_sigmas(0.0, 0.05, -2.0, 2.0), in_sigmas(0.5, 2.0, -2.0, 2.0)],
    );
    assert_eq!(
        [torch::trunc_normal(None, None, None, None), torch::trunc_normal(0.5, 2.0, -3.0, 4.0)],
        [absolute(0.0, 1.0, -2.0, 2.0), absolute(0.5, 2.0, -3.0, 4.0)],
    );
    assert_eq!(
        [timm::trunc_normal(None, None, None, None), timm::trunc_normal(0.5, 2.0, -3.0, 4.0)],
        [absolute(0.0, 1.0, -2.0, 2.0), absolute(0.5, 2.0, -3.0, 4.0)],
    );
    assert_eq!(
        [timm::trunc_normal_tf(None, None, None, None), timm::trunc_normal_tf(0.5, 2.0, -3.0, 4.0)],
        [in_sigmas(0.0, 1.0, -2.0, 2.0), in_sigmas(0.5, 2.0, -3.0, 4.0)],
    );
    assert_eq!(
        [
            mindspore::truncated_normal(None, None, None, None),
            mindspore::truncated_normal(2.0, 0.5, -3.0, 4.0),
        ],
        [absolute(0.0, 0.01, -2.0, 2.0), absolute(0.5, 2.0, -3.0, 4.0)],
    );
    assert_eq!(
        [jax::truncated_normal(None, None, None), jax::truncated_normal(2.0, -3.0, 4.0)],
        [in_sigmas(0.0, 0.01, -2.0, 2.0), in_sigmas(0.0, 2.0, -3.0, 4.0)],
    );
}

#[test]
fn the_scaled_laws_have_the_defaults_of_their_framework() -> Result<(), InitError> {
    assert_eq!(keras::variance_scaling(None, None, None)?, VarianceScaling::default());

    let [uniform, normal] = [VarianceScaling::xavier_uniform(), VarianceScaling::xavier_normal()];
    assert_eq!(torch::xavier_uniform(None)?, torch_layout(uniform.clone()));
    assert_eq!(torch::xavier_normal(None)?, torch_layout(normal.clone()));
    assert_eq!(mindspore::xavier_uniform(None)?, torch_layout(uniform));
    assert_eq!(mindspore::xavier_normal(None)?, torch_layout(normal));

    let [uniform, normal] = [VarianceScaling::kaiming_uniform(), VarianceScaling::kaiming_normal()];
    assert_eq!(torch::kaiming_uniform(None, None, None)?, torch_layout(uniform.clone()));
    assert_eq!(torch::kaiming_normal(None, None, None)?, torch_layout(normal.clone()));
    assert_eq!(mindspore::he_uniform(None, None, None)?, torch_layout(uniform));
    assert_eq!(mindspore::he_normal(None, None, None)?, torch_layout(normal));

    let cut = VarianceScaling::new(1.0, FanMode::FanIn, Distribution::TruncatedNormal)?;
    assert_eq!(mindspore::variance_scaling(None, None, None)?, torch_layout(cut.clone()));
    assert_eq!(timm::lecun_normal(), torch_layout(cut));
    let plain = VarianceScaling::new(1.0, FanMode::FanIn, Distribution::UntruncatedNormal)?;
    assert_eq!(timm::variance_scaling(None, None, None)?, torch_layout(plain));
    let (mode, distribution) = (FanMode::FanOut, Distribution::Uniform);
    let other = VarianceScaling::new(3.0, mode, distribution)?;
    assert_eq!(timm::variance_scaling(3.0, mode, distribution)?, torch_layout(other));
    Ok(())
}

#[test]
fn jax_builders_are_variance_scaling_with_their_axes() -> Result<(), InitError> {
    use Distribution::{TruncatedNormal, Uniform};
    use FanMode::{FanAvg, FanIn};

    macro_rules! check {
        ($($builder:ident $scale:literal $mode:ident $distribution:ident;)*) => {$(
            assert_eq!(
                jax::$builder(None, None, None),
                jax::variance_scaling($scale, $mode, $distribution, None, None, None)?,
            );
            assert_eq!(
                jax::$builder(1, [2, -1], [0]),
                jax::variance_scaling($scale, $mode, $distribution, 1, [2, -1], [0])?,
            );
        )*};
    }
    check! {
        glorot_uniform 1.0 FanAvg Uniform;
        glorot_normal 1.0 FanAvg TruncatedNormal;
        lecun_uniform 1.0 FanIn Uniform;
        lecun_normal 1.0 FanIn TruncatedNormal;
        he_uniform 2.0 FanIn Uniform;
        he_normal 2.0 FanIn TruncatedNormal;
        xavier_uniform 1.0 FanAvg Uniform;
        xavier_normal 1.0 FanAvg TruncatedNormal;
        kaiming_uniform 2.0 FanIn Uniform;
        kaiming_normal 2.0 FanIn TruncatedNormal;
    }
    let experts = jax::glorot_uniform(1, [2, -1], [0]);
    assert_eq!(experts.fans(&[7, 5, 2, 3])?, Fans { fan_in: 5, fan_out: 6 });
    assert_eq!(experts.layout(), &Layout::axes(&[1], &[2, -1]).batch(&[0]));
    Ok(())
}

#[test]
fn a_slope_is_that_of_a_leaky_relu_alone() -> Result<(), InitError> {
    let slope = |negative_slope| Nonlinearity::LeakyRelu { negative_slope };
    assert_eq!(torch::calculate_gain(Nonlinearity::Tanh, 0.2)?, 5.0 / 3.0);
    assert_eq!(torch::calculate_gain(slope(0.3), None)?, (2.0 / 1.09_f64).sqrt());
    assert_eq!(torch::calculate_gain(slope(0.3), 0.2)?, (2.0 / (1.0 + 0.2 * 0.2_f64)).sqrt());
    assert_eq!(
        torch::kaiming_normal(None, None, slope(0.3))?,
        torch::kaiming_normal(0.3, None, None)?
    );
    assert_ne!(torch::kaiming_normal(0.3, None, None)?, torch::kaiming_normal(None, None, None)?);
    let relu = torch::kaiming_normal(0.3, None, Nonlinearity::Relu)?;
    assert_eq!(relu, torch::kaiming_normal(None, None, None)?);
    Ok(())
}

#[test]
fn modules_of_pytorch_begin_as_pytorch_has_them() -> Result<(), InitError> {
    let bound = 1.0 / 27.0_f64.sqrt();
    let kernel = [8, 3, 3, 3];
    let expected = Ok(Law::from(Uniform::new(-bound, bound)?));
    assert_eq!(torch::conv_weight().law(&kernel), expected);
    assert_eq!(torch::conv_bias(&kernel), expected);
    let expected = Ok(Law::from(Uniform::new(-0.25, 0.25)?));
    assert_eq!(torch::linear_weight().law(&[8, 16]), expected);
    assert_eq!(torch::linear_bias(&[8, 16]), expected);
    assert_eq!(torch::recurrent(16)?, Uniform::new(-0.25, 0.25)?);
    assert_eq!(torch::embedding()?, Normal::new(0.0, 1.0)?);
    // The call of nn.Linear.
    let kaiming = torch::kaiming_uniform(5.0_f64.sqrt(), None, None)?.law(&[8, 16])?;
    assert!((kaiming.std_dev() * 3.0_f64.sqrt() - 0.25).abs() < 1e-15);
    assert!(torch::linear_bias(&[8]).is_err());
    Ok(())
}

/// A preset and its law for a matrix.
fn with_law<A, I>(preset: I) -> (Law, Box<dyn Initializer<A>>)
where
    A: Element,
    I: Initializer<A> + Clone + Into<AnyInitializer> + 'static,
{
    let law = preset.clone().into().law(&[300, 400]);
    (law.unwrap().expect("one law"), Box::new(preset))
}

fn assert_variances<A: Listed>() -> Result<(), InitError> {
    let presets: [(Law, Box<dyn Initializer<A>>); 12] = [
        with_law(keras::glorot_uniform()),
        with_law(keras::he_normal()),
        with_law(keras::truncated_normal(0.5, 0.02)?),
        with_law(torch::xavier_normal(None)?),
        with_law(torch::kaiming_uniform(5.0_f64.sqrt(), None, None)?),
        with_law(torch::normal(1.0, 0.02)?),
        with_law(torch::linear_weight()),
        with_law(mindspore::he_uniform(None, None, None)?),
        with_law(mindspore::uniform(None)?),
        with_law(jax::lecun_normal(None, None, None)),
        with_law(jax::uniform(None)?),
        with_law(timm::trunc_normal(None, 0.02, -0.04, 0.04)?),
    ];
    for (law, preset) in presets {
        if suits::<A>(&law) {
            let w = Array2::<A>::init((300, 400), &preset, KEY)?;
            let squares = w.mapv(|element| {
                let [re, im] = element.parts();
                (re - law.mean()).powi(2) + im * im
            });
            // The mean square of so many normal numbers has a deviation of 0.4 %.
            let ratio = squares.mean().unwrap() / law.std_dev().powi(2);
            assert!((ratio - 1.0).abs() < 0.02, "{law} as {}: {ratio} of the variance", A::TYPE);
        }
    }
    Ok(())
}

#[test]
fn presets_have_their_variance_in_every_element_type() {
    each_type!(A => assert_variances::<A>().unwrap());
}

fn torch_layout(preset: VarianceScaling) -> VarianceScaling {
    preset.with_layout(Layout::torch())
}

// --- what is not a law --------------------------------------------------------------------------

fn filled<I: Initializer<f32>>(initializer: &I, shape: &[usize]) -> ArrayD<f32> {
    ArrayD::init(IxDyn(shape), initializer, KEY).unwrap()
}

#[test]
fn constants_are_constant_in_every_element_type() {
    fn check<A: Element + std::ops::Add<Output = A>>(half: A) {
        let array = |initializer: &dyn Initializer<A>| Array1::init(3, initializer, KEY).unwrap();
        for zeros in [keras::zeros(), torch::zeros(), mindspore::zero(), jax::zeros()] {
            assert_eq!(array(&zeros), Array1::from_elem(3, A::default()));
        }
        for ones in [keras::ones(), torch::ones(), mindspore::one(), jax::ones()] {
            assert_eq!(array(&ones), Array1::from_elem(3, half + half));
        }
        let constants = [
            keras::constant(half),
            torch::constant(half),
            mindspore::constant(half),
            jax::constant(half),
        ];
        for constant in constants {
            assert_eq!(array(&constant), Array1::from_elem(3, half));
        }
        assert_eq!(array(&keras::constant(None)), Array1::from_elem(3, A::default()));
    }
    each_type!(A => check::<A>(A::rounded(0.5)));
}

#[test]
fn identities_are_identities() -> Result<(), InitError> {
    let wide = |gain: f32| array![[gain, 0.0, 0.0], [0.0, gain, 0.0]].into_dyn();
    assert_eq!(filled(&keras::identity(None)?, &[2, 3]), wide(1.0));
    assert_eq!(filled(&keras::identity(0.5)?, &[2, 3]), wide(0.5));
    assert_eq!(filled(&torch::eye(), &[2, 3]), wide(1.0));
    assert_eq!(filled(&mindspore::identity(), &[2, 3]), wide(1.0));
    Ok(())
}

#[test]
fn dirac_hands_on_the_channels_of_each_group() {
    for (preset, outputs) in [
        (torch::dirac(None), [0, 1]),
        (mindspore::dirac(None), [0, 1]),
        (torch::dirac(2), [0, 2]),
        (mindspore::dirac(2), [0, 2]),
    ] {
        // (out, in, kernel): in two groups, outputs 0 and 1 belong to the first. The center of 4
        // is place 2.
        let mut expected = ArrayD::<f32>::zeros(IxDyn(&[4, 2, 4]));
        if outputs == [0, 1] {
            expected[[0, 0, 2]] = 1.0;
            expected[[1, 1, 2]] = 1.0;
        } else {
            for (output, input) in [(0, 0), (1, 1), (2, 0), (3, 1)] {
                expected[[output, input, 2]] = 1.0;
            }
        }
        assert_eq!(filled(&preset, &[4, 2, 4]), expected);
    }
}

#[test]
fn sparse_has_its_sparsity_in_every_column_and_the_deviation_elsewhere() -> Result<(), InitError> {
    assert_eq!(torch::sparse(0.1, None)?, Sparse::normal(0.1, 0.01)?);
    assert_eq!(torch::sparse(0.1, 0.5)?, Sparse::normal(0.1, 0.5)?);
    assert_eq!(mindspore::sparse(0.1, None)?, Sparse::normal(0.1, 0.01)?);
    assert_eq!(mindspore::sparse(0.1, 0.5)?, Sparse::normal(0.1, 0.5)?);
    let w = filled(&torch::sparse(0.35, None)?, &[10, 7]);
    for column in w.columns() {
        assert_eq!(column.iter().filter(|&&x| x == 0.0).count(), 4);
    }
    Ok(())
}

#[test]
fn laws_of_large_language_models_are_those_of_their_code() -> Result<(), InitError> {
    assert_eq!(llm::small_init(4000)?, Normal::new(0.0, 0.01)?);
    assert_eq!(llm::wang_init(20, 10_000)?, Normal::new(0.0, 0.001)?);
    assert_eq!(llm::scaled_init(0.02, 8)?, Normal::new(0.0, 0.005)?);
    let cut = |std| TruncatedNormal::in_sigmas(0.0, std, -3.0, 3.0);
    assert_eq!(llm::mitchell(4096, None)?, cut(1.0 / 64.0)?);
    assert_eq!(llm::mitchell(4096, 7)?, cut(1.0 / 256.0)?);
    assert_eq!(llm::depth_init(7)?, TruncatedNormal::new(0.0, 0.005, -2.0, 2.0)?);
    Ok(())
}

#[test]
fn orthogonal_matrices_have_the_columns_of_their_framework() -> Result<(), InitError> {
    use ndarray_init::{DeltaOrthogonal, Orthogonal};

    assert_eq!(keras::orthogonal(None)?, Orthogonal::default());
    assert_eq!(keras::orthogonal(2.0)?, Orthogonal::new(2.0)?);
    let torch = |gain| Orthogonal::new(gain).map(|this| this.with_layout(Layout::torch()));
    assert_eq!([torch::orthogonal(None), torch::orthogonal(2.0)], [torch(1.0), torch(2.0)]);
    assert_eq!([mindspore::orthogonal(None), mindspore::orthogonal(2.0)], [torch(1.0), torch(2.0)]);
    assert_eq!(jax::delta_orthogonal(None)?, DeltaOrthogonal::default());
    assert_eq!(jax::delta_orthogonal(2.0)?, DeltaOrthogonal::new(2.0)?);

    // Which axis is the columns', the others being the rows'.
    let shape = [2, 3, 5];
    for (initializer, columns, gain) in [
        (keras::orthogonal(2.0)?, 2, 2.0),
        (torch::orthogonal(2.0)?, 0, 2.0),
        (mindspore::orthogonal(None)?, 0, 1.0),
        (jax::orthogonal(None, None)?, 2, 1.0),
        (jax::orthogonal(2.0, 1)?, 1, 2.0),
        (jax::orthogonal(None, -3)?, 0, 1.0),
    ] {
        let w = ArrayD::<f64>::init(IxDyn(&shape), &initializer, KEY)?;
        let columns = Array2::from_shape_fn((shape[columns], 30 / shape[columns]), |(i, j)| {
            w.index_axis(Axis(columns), i).iter().copied().nth(j).unwrap()
        });
        let gram = columns.dot(&columns.t());
        let expected = Array2::<f64>::eye(gram.nrows()) * gain * gain;
        assert!((gram - expected).iter().all(|x| x.abs() < 1e-12), "{initializer:?}");
    }
    Ok(())
}
