//! Fans and laws are those of Keras, JAX, PyTorch and MindSpore: every call that `data/` records.

use crate::common::recorded::{self, Call, Configured};
use ndarray_init::{Layout, VarianceScaling};

#[test]
fn keras() {
    recorded::keras(|call| {
        let configuration = match call.function {
            "VarianceScaling" => variance_scaling(call)?,
            "GlorotNormal" => VarianceScaling::glorot_normal(),
            "GlorotUniform" => VarianceScaling::glorot_uniform(),
            "HeNormal" => VarianceScaling::he_normal(),
            "HeUniform" => VarianceScaling::he_uniform(),
            "LecunNormal" => VarianceScaling::lecun_normal(),
            "LecunUniform" => VarianceScaling::lecun_uniform(),
            other => panic!("unknown function {other}"),
        };
        Ok(configuration.with_layout(match (call.axes("input_axes"), call.axes("output_axes")) {
            (Some(input), Some(output)) => Layout::axes(&input, &output),
            _ => Layout::keras(),
        }))
    });
}

#[test]
fn jax() {
    recorded::jax(|call| {
        assert_eq!(call.function, "variance_scaling");
        let axes = |name, default: &[isize]| call.axes(name).unwrap_or(default.to_vec());
        let layout = Layout::axes(&axes("in_axis", &[-2]), &axes("out_axis", &[-1]))
            .batch(&axes("batch_axis", &[]));
        Ok(variance_scaling(call)?.with_layout(layout))
    });
}

#[test]
fn pytorch() {
    recorded::pytorch(|call| {
        let configuration = match call.function {
            "xavier_uniform_" => {
                VarianceScaling::xavier_uniform().with_gain(call.number("gain"))?
            }
            "xavier_normal_" => VarianceScaling::xavier_normal().with_gain(call.number("gain"))?,
            "kaiming_uniform_" => kaiming(call, VarianceScaling::kaiming_uniform(), "a")?,
            "kaiming_normal_" => kaiming(call, VarianceScaling::kaiming_normal(), "a")?,
            other => panic!("unknown function {other}"),
        };
        Ok(configuration.with_layout(Layout::torch()))
    });
}

#[test]
fn mindspore() {
    recorded::mindspore(|call| {
        let slope = "negative_slope";
        let configuration = match call.function {
            "VarianceScaling" => variance_scaling(call)?,
            "XavierUniform" => VarianceScaling::xavier_uniform().with_gain(call.number("gain"))?,
            "XavierNormal" => VarianceScaling::xavier_normal().with_gain(call.number("gain"))?,
            "HeUniform" => kaiming(call, VarianceScaling::kaiming_uniform(), slope)?,
            "HeNormal" => kaiming(call, VarianceScaling::kaiming_normal(), slope)?,
            other => panic!("unknown function {other}"),
        };
        Ok(configuration.with_layout(Layout::torch()))
    });
}

fn variance_scaling(call: &Call) -> Configured {
    VarianceScaling::new(call.number("scale"), call.mode(), call.distribution())
}

/// The preset where the call is what the preset stands for, else the same with another mode and
/// the nonlinearity's gain.
fn kaiming(call: &Call, preset: VarianceScaling, slope: &str) -> Configured {
    let slope = call.number(slope);
    let gain = match call.required("nonlinearity") {
        "linear" | "sigmoid" => 1.0,
        "tanh" => 5.0 / 3.0,
        // It has no slope, whatever the call says.
        "relu" => 2.0_f64.sqrt(),
        "leaky_relu" => (2.0 / (1.0 + slope * slope)).sqrt(),
        "selu" => 0.75,
        other => panic!("unknown nonlinearity {other}"),
    };
    if gain == 2.0_f64.sqrt() && call.mode() == preset.mode() {
        return Ok(preset);
    }
    VarianceScaling::new(1.0, call.mode(), preset.distribution())?.with_gain(gain)
}
