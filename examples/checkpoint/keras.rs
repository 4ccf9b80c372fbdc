//! Keras lists: every entry names its initializer, and its layer says how the kernel lies.

use crate::parameters::{Entry, List, Rule};
use ndarray_init::{Distribution, FanMode, InitError, Layout, TruncatedNormal, VarianceScaling};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A parameter of a Keras model.
#[derive(Deserialize)]
pub(crate) struct Weight {
    name: String,
    layer: String,
    shape: Vec<usize>,
    initializer: Config,
    #[serde(default = "one")]
    groups: usize,
}

fn one() -> usize {
    1
}

/// The configuration of a Keras initializer: its class, and the fields of all classes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    class: String,
    value: Option<f32>,
    mean: Option<f64>,
    stddev: Option<f64>,
    minval: Option<f64>,
    maxval: Option<f64>,
    scale: Option<f64>,
    #[serde(default, with = "Mode")]
    mode: FanMode,
    #[serde(default, with = "Form")]
    distribution: Distribution,
    input_axes: Option<Vec<isize>>,
    output_axes: Option<Vec<isize>>,
    /// Keras' seeds lead to other values; ours come from the command line.
    #[serde(rename = "seed")]
    _seed: Option<IgnoredAny>,
}

/// [`FanMode`], by Keras' names.
#[derive(Deserialize)]
#[serde(remote = "FanMode", rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "they are those of the original")]
enum Mode {
    FanIn,
    FanOut,
    FanAvg,
    FanGeoAvg,
}

/// [`Distribution`], by Keras' names.
#[derive(Deserialize)]
#[serde(remote = "Distribution", rename_all = "snake_case")]
enum Form {
    /// "normal" is its older name.
    #[serde(alias = "normal")]
    TruncatedNormal,
    UntruncatedNormal,
    Uniform,
}

/// The rule of every parameter.
pub(crate) fn rules(list: List<Weight>) -> Result<Vec<Entry>, String> {
    let entry = |weight: Weight| {
        let rule = weight.rule().map_err(|e| format!("parameter {:?}: {e}", weight.name))?;
        Ok(Entry { name: weight.name, shape: weight.shape, rule, peer: None })
    };
    list.parameters.into_iter().map(entry).collect()
}

impl Weight {
    /// The initializer, with Keras' defaults for what its configuration leaves out.
    fn rule(&self) -> Result<Rule, String> {
        let config = &self.initializer;
        let (mean, stddev) = (config.mean.unwrap_or(0.0), config.stddev.unwrap_or(0.05));
        let (minval, maxval) = (config.minval.unwrap_or(-0.05), config.maxval.unwrap_or(0.05));
        let law = match config.class.as_str() {
            "Zeros" => return Ok(Rule::Constant(0.0)),
            "Ones" => return Ok(Rule::Constant(1.0)),
            "Constant" => return Ok(Rule::Constant(config.value.unwrap_or(0.0))),
            "RandomUniform" => Rule::uniform(minval, maxval),
            "RandomNormal" => Rule::normal(mean, stddev),
            "TruncatedNormal" => {
                Rule::truncated(TruncatedNormal::in_sigmas(mean, stddev, -2.0, 2.0))
            }
            _ => return Ok(Rule::Kernel(self.kernel()?.with_layout(self.layout()?))),
        };
        law.map_err(|error| error.to_string())
    }

    /// The initializers that are scaled by the fans.
    fn kernel(&self) -> Result<VarianceScaling, String> {
        let Config { class, scale, mode, distribution, .. } = &self.initializer;
        Ok(match class.as_str() {
            "GlorotUniform" => VarianceScaling::glorot_uniform(),
            "GlorotNormal" => VarianceScaling::glorot_normal(),
            "HeUniform" => VarianceScaling::he_uniform(),
            "HeNormal" => VarianceScaling::he_normal(),
            "LecunUniform" => VarianceScaling::lecun_uniform(),
            "LecunNormal" => VarianceScaling::lecun_normal(),
            "VarianceScaling" => VarianceScaling::new(scale.unwrap_or(1.0), *mode, *distribution)
                .map_err(|error: InitError| error.to_string())?,
            _ => return Err(format!("unknown initializer {class:?}")),
        })
    }

    /// How the kernel lies: as its initializer says, or else its layer.
    ///
    /// Keras itself reads a depthwise kernel and a transposed one as if they were plain, and so
    /// scales them by other fans; see [`Layout::depthwise`].
    fn layout(&self) -> Result<Layout, String> {
        match (&self.initializer.input_axes, &self.initializer.output_axes) {
            (Some(input), Some(output)) => return Ok(Layout::axes(input, output)),
            (None, None) => {}
            _ => return Err("input_axes and output_axes come together or not at all".to_owned()),
        }
        let weight = self.name.rsplit('/').next().unwrap_or_default();
        Ok(match self.layer.as_str() {
            // A bias, whatever the layer.
            _ if self.shape.len() < 2 => Layout::keras(),
            "DepthwiseConv1D" | "DepthwiseConv2D" => Layout::depthwise(),
            "SeparableConv1D" | "SeparableConv2D" if weight == "depthwise_kernel" => {
                Layout::depthwise()
            }
            "Conv1DTranspose" | "Conv2DTranspose" | "Conv3DTranspose" => {
                Layout::keras().transposed().groups(self.groups)
            }
            "Dense" | "Embedding" | "Conv1D" | "Conv2D" | "Conv3D" | "SeparableConv1D"
            | "SeparableConv2D" => Layout::keras().groups(self.groups),
            layer => {
                let needed = "which its initializer needs: give input_axes and output_axes";
                return Err(format!("the axes of a {layer} kernel are not known, {needed}"));
            }
        })
    }
}
