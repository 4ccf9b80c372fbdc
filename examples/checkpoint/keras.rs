//! Keras lists: every entry names its initializer, and its layer says how the kernel lies.

use crate::parameters::{Entry, List};
use ndarray_init::presets::keras::from_config;
use ndarray_init::{AnyInitializer, Layout};
use serde::Deserialize;
use serde_json::Value;

/// A parameter of a Keras model.
#[derive(Deserialize)]
pub(crate) struct Weight {
    name: String,
    layer: String,
    shape: Vec<usize>,
    initializer: Value,
    #[serde(default = "one")]
    groups: usize,
}

fn one() -> usize {
    1
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
    /// The initializer, with the layer's layout unless it says its own.
    fn rule(&self) -> Result<AnyInitializer, String> {
        let rule = from_config(&self.initializer).map_err(|error| error.to_string())?;
        Ok(match rule {
            AnyInitializer::VarianceScaling(kernel) if *kernel.layout() == Layout::keras() => {
                kernel.with_layout(self.layout()?).into()
            }
            rule => rule,
        })
    }

    /// How the layer's kernel lies.
    ///
    /// Keras itself reads a depthwise kernel and a transposed one as if they were plain, and so
    /// scales them by other fans; see [`Layout::depthwise`].
    fn layout(&self) -> Result<Layout, String> {
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
