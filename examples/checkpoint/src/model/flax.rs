//! The rules of `flax.linen` and `flax.nnx`: a variable's name says what it is.

use super::list::{self, Entry};
use ndarray_init::{AnyInitializer, Distribution, FanMode, Layout, Ones, VarianceScaling, Zeros};

/// The default of the variable's module.
pub(super) fn rule(entry: &Entry, shape: &[usize]) -> Result<AnyInitializer, String> {
    let mut path = entry.name.rsplit(['.', '/']);
    let (variable, module) = (path.next().unwrap_or_default(), path.next().unwrap_or_default());
    Ok(match variable {
        "kernel" if is_recurrent(module) => list::initializer(&"orthogonal".into())?,
        "kernel" => VarianceScaling::lecun_normal().with_layout(layout(module, shape)).into(),
        "embedding" => embedding()?,
        "bias" | "mean" => Zeros.into(),
        "scale" | "var" => Ones.into(),
        _ => {
            let why = format!("Flax has no rule for a variable named {variable:?}");
            return Err(list::needs_initializer(&why));
        }
    })
}

/// What multiplies the state in a `SimpleCell` (h), a `GRUCell` (hr, hz, hn) or an LSTM cell (hi, hf,
/// hg, ho).
fn is_recurrent(module: &str) -> bool {
    matches!(module, "h" | "hi" | "hf" | "hg" | "ho" | "hr" | "hz" | "hn")
}

/// A kernel is (spatial…, in, out), but for those of attention, which have an axis of heads.
fn layout(module: &str, shape: &[usize]) -> Layout {
    match module {
        "query" | "key" | "value" if shape.len() == 3 => Layout::axes(&[0], &[1, 2]),
        "out" if shape.len() == 3 => Layout::axes(&[0, 1], &[2]),
        _ => Layout::keras(),
    }
}

/// `variance_scaling(1.0, "fan_in", "normal", out_axis=0)`: the features are the fan_in.
fn embedding() -> Result<AnyInitializer, String> {
    VarianceScaling::new(1.0, FanMode::FanIn, Distribution::UntruncatedNormal)
        .map(|scaling| scaling.with_layout(Layout::torch()).into())
        .map_err(|error| error.to_string())
}
