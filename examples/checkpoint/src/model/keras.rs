//! Keras lists: every entry names its initializer, and its layer says how the kernel lies.

use super::list::Entry;
use ndarray_init::{AnyInitializer, Layout};

/// The initializer, with the layer's layout unless it has its own.
pub(super) fn with_layout_of_layer(
    rule: AnyInitializer,
    entry: &Entry,
    shape: &[usize],
) -> Result<AnyInitializer, String> {
    Ok(match rule {
        AnyInitializer::VarianceScaling(kernel) if *kernel.layout() == Layout::keras() => {
            kernel.with_layout(layout(entry, shape)?).into()
        }
        rule => rule,
    })
}

/// How the layer's kernel lies.
///
/// Keras itself reads a depthwise kernel and a transposed one as if they were plain, and so
/// scales them by other fans; see [`Layout::depthwise`].
fn layout(entry: &Entry, shape: &[usize]) -> Result<Layout, String> {
    let separable = ["SeparableConv1D", "SeparableConv2D"].contains(&entry.kind());
    Ok(match entry.kind() {
        // A bias, whatever the layer.
        _ if shape.len() < 2 => Layout::keras(),
        "DepthwiseConv1D" | "DepthwiseConv2D" => Layout::depthwise(),
        _ if separable && entry.role() == "depthwise_kernel" => Layout::depthwise(),
        "Conv1DTranspose" | "Conv2DTranspose" | "Conv3DTranspose" => {
            Layout::keras().transposed().groups(entry.groups)
        }
        "Dense" | "Embedding" | "Conv1D" | "Conv2D" | "Conv3D" => {
            Layout::keras().groups(entry.groups)
        }
        _ if separable => Layout::keras(),
        // A recurrent layer's gates share one kernel, whose fans Keras takes as they are.
        "SimpleRNN" | "SimpleRNNCell" | "GRU" | "GRUCell" | "LSTM" | "LSTMCell" => Layout::keras(),
        layer => {
            let layer = if layer.is_empty() { "nameless layer's" } else { layer };
            let needed =
                "which its initializer needs: give input_axes and output_axes, or a layout";
            return Err(format!("the axes of a {layer} kernel are not known, {needed}"));
        }
    })
}
