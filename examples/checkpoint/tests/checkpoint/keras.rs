//! Keras lists: laws, layouts, seeds and keys.

use crate::common::{
    NORMAL, TRUNCATED, Tensor, UNIFORM, checkpoint, directory, tensors, torch_list,
};
use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{InitExt, Initializer, Key, Layout, VarianceScaling};
use serde_json::{Value, json};

/// A Keras kernel, and what its values should be.
pub(crate) struct Kernel {
    pub(crate) name: String,
    layer: &'static str,
    shape: Vec<usize>,
    initializer: Value,
    std: f64,
    farthest: (f64, f64),
}

fn class(name: &str) -> Value {
    json!({ "class": name })
}

fn scaling(scale: f64, mode: &str, distribution: &str) -> Value {
    json!({
        "class": "VarianceScaling", "scale": scale, "mode": mode, "distribution": distribution
    })
}

/// Every class, on a dense kernel of 40 × 60: fans whose mean is 50.
pub(crate) fn classes() -> impl Iterator<Item = Kernel> {
    let normal = json!({ "class": "RandomNormal", "mean": 2, "stddev": 0.5, "seed": 1 });
    let truncated = (0.05 * 0.879_625_66_f64).powi(2);
    let kernels = [
        ("glorot_uniform", class("GlorotUniform"), 1.0 / 50.0, UNIFORM),
        ("glorot_normal", class("GlorotNormal"), 1.0 / 50.0, TRUNCATED),
        ("he_uniform", class("HeUniform"), 2.0 / 40.0, UNIFORM),
        ("he_normal", class("HeNormal"), 2.0 / 40.0, TRUNCATED),
        ("lecun_uniform", class("LecunUniform"), 1.0 / 40.0, UNIFORM),
        ("lecun_normal", class("LecunNormal"), 1.0 / 40.0, TRUNCATED),
        ("scaling", class("VarianceScaling"), 1.0 / 40.0, TRUNCATED),
        ("fan_out", scaling(3.0, "fan_out", "uniform"), 3.0 / 60.0, UNIFORM),
        ("fan_avg", scaling(0.5, "fan_avg", "untruncated_normal"), 0.5 / 50.0, NORMAL),
        ("fan_geo_avg", scaling(1.0, "fan_geo_avg", "normal"), 2400_f64.powf(-0.5), TRUNCATED),
        ("random_uniform", class("RandomUniform"), 0.05 * 0.05 / 3.0, UNIFORM),
        ("random_normal", normal, 0.25, NORMAL),
        ("truncated_normal", class("TruncatedNormal"), truncated, TRUNCATED),
    ];
    kernels.into_iter().map(|(name, initializer, variance, farthest)| Kernel {
        name: format!("{name}/kernel"),
        layer: "Dense",
        shape: vec![40, 60],
        initializer,
        std: variance.sqrt(),
        farthest,
    })
}

/// Every kind of layer, under a uniform law of variance scale / n.
pub(crate) fn layers() -> impl Iterator<Item = Kernel> {
    let axes = json!({ "class": "LecunUniform", "input_axes": [0, 1], "output_axes": [-1] });
    let glorot = || class("GlorotUniform");
    let he = || class("HeUniform");
    let kernels = [
        ("conv/kernel", "Conv2D", vec![3, 3, 20, 30], glorot(), 1.0 / (9.0 * 25.0)),
        ("deep/kernel", "DepthwiseConv2D", vec![5, 5, 60, 3], glorot(), 1.0 / (25.0 * 2.0)),
        ("deep/bias", "DepthwiseConv2D", vec![3000], he(), 2.0 / 3000.0),
        ("up/kernel", "Conv2DTranspose", vec![3, 3, 20, 30], he(), 2.0 / (9.0 * 30.0)),
        ("two/depthwise_kernel", "SeparableConv2D", vec![5, 5, 60, 3], he(), 2.0 / 25.0),
        ("two/pointwise_kernel", "SeparableConv2D", vec![1, 1, 40, 60], he(), 2.0 / 40.0),
        ("words/embeddings", "Embedding", vec![60, 40], he(), 2.0 / 60.0),
        ("heads/kernel", "EinsumDense", vec![8, 10, 40], axes, 1.0 / 80.0),
    ];
    kernels.into_iter().map(|(name, layer, shape, initializer, variance)| Kernel {
        name: name.to_owned(),
        layer,
        shape,
        initializer,
        std: f64::sqrt(variance),
        farthest: UNIFORM,
    })
}

pub(crate) fn keras_list() -> Value {
    let kernel = |kernel: Kernel| {
        let Kernel { name, layer, shape, initializer, .. } = kernel;
        json!({ "name": name, "layer": layer, "shape": shape, "initializer": initializer })
    };
    let vector = |name: &str, initializer: Value| {
        json!({
            "name": name, "layer": "BatchNormalization", "shape": [7], "initializer": initializer
        })
    };
    let mut parameters: Vec<Value> = classes().chain(layers()).map(kernel).collect();
    parameters.extend([
        vector("bn/gamma", class("Ones")),
        vector("bn/beta", class("Zeros")),
        vector("bn/scale", json!({ "class": "Constant", "value": 0.25 })),
        json!({
            "name": "grouped/kernel", "layer": "Conv2D", "shape": [3, 3, 10, 40], "groups": 4,
            "initializer": { "class": "GlorotUniform" }
        }),
    ]);
    json!({ "model": "small", "framework": "keras", "parameters": parameters })
}

#[test]
fn keras_parameters_have_the_laws_of_their_entries() {
    let file = checkpoint(&directory("keras"), &keras_list(), &[]);
    let tensors = tensors(&file);
    assert_eq!(tensors.len(), classes().chain(layers()).count() + 4);
    for Kernel { name, shape, std, farthest, .. } in classes().chain(layers()) {
        println!("{name}");
        assert_eq!(tensors[&name].shape, shape);
        tensors[&name].assert_spread(std, farthest);
    }
    assert_eq!(tensors["bn/gamma"].constant(), 1.0);
    assert_eq!(tensors["bn/beta"].constant(), 0.0);
    assert_eq!(tensors["bn/scale"].constant(), 0.25);
    assert!((tensors["random_normal/kernel"].mean() - 2.0).abs() < 0.05);
    // 10 channels in and 10 out, for each of four groups.
    tensors["grouped/kernel"].assert_spread((1.0 / 90.0_f64).sqrt(), UNIFORM);
}

#[test]
fn a_seed_and_a_list_give_the_same_bytes() {
    let directory = directory("seeds");
    for list in [keras_list(), torch_list("another", &[("fc.weight", "Linear", json!([9, 5]))])] {
        let seed_1 = checkpoint(&directory, &list, &["--seed", "1"]);
        assert_eq!(checkpoint(&directory, &list, &["--seed", "1"]), seed_1);
        let seed_2 = tensors(&checkpoint(&directory, &list, &["--seed", "2"]));
        for (name, tensor) in tensors(&seed_1) {
            let constant = name.starts_with("bn/");
            assert_eq!(seed_2[&name] == tensor, constant, "{name}");
        }
    }
}

#[test]
fn values_are_those_of_the_key_with_the_parameter_s_name() {
    let file = checkpoint(&directory("values"), &keras_list(), &["--seed", "11"]);
    let tensors = tensors(&file);
    let same = |name: &str, initializer: &dyn Initializer<f32>| {
        let Tensor { shape, values } = &tensors[name];
        let array: ArrayD<f32> =
            ArrayD::init(IxDyn(shape), initializer, Key::new(11).fork(name)).unwrap();
        assert_eq!(array.as_slice().unwrap(), values, "{name}");
    };
    same("glorot_normal/kernel", &VarianceScaling::glorot_normal());
    same("deep/kernel", &VarianceScaling::glorot_uniform().with_layout(Layout::depthwise()));
    same("up/kernel", &VarianceScaling::he_uniform().with_layout(Layout::keras().transposed()));
}

#[test]
fn a_parameter_added_leaves_the_others_as_they_were() {
    let directory = directory("added");
    let mut list = keras_list();
    let all = tensors(&checkpoint(&directory, &list, &[]));
    list["parameters"].as_array_mut().unwrap().remove(0);
    for (name, tensor) in tensors(&checkpoint(&directory, &list, &[])) {
        assert_eq!(tensor, all[&name], "{name}");
    }
}

#[test]
fn a_distribution_overrides_that_of_the_kernels_alone() {
    let directory = directory("distribution");
    let names = [("uniform", UNIFORM), ("normal", NORMAL), ("truncated-normal", TRUNCATED)];
    let plain = tensors(&checkpoint(&directory, &keras_list(), &[]));
    for (name, farthest) in names {
        let options = ["--distribution", name];
        let tensors = tensors(&checkpoint(&directory, &keras_list(), &options));
        tensors["glorot_uniform/kernel"].assert_spread((1.0 / 50.0_f64).sqrt(), farthest);
        tensors["deep/kernel"].assert_spread((1.0 / 50.0_f64).sqrt(), farthest);
        tensors["scaling/kernel"].assert_spread((1.0 / 40.0_f64).sqrt(), farthest);
        assert_eq!(tensors["random_uniform/kernel"], plain["random_uniform/kernel"]);
        assert_eq!(tensors["random_normal/kernel"], plain["random_normal/kernel"]);
        assert_eq!(tensors["bn/gamma"], plain["bn/gamma"]);
    }
}
