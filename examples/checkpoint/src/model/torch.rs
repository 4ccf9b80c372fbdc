//! The rules of `torch.nn`: what each module's `reset_parameters` does.

use super::list::{self, Entry};
use ndarray_init::presets::torch;
use ndarray_init::{AnyInitializer, Blocks, InitError, Ones, VarianceScaling, Zeros};
use std::collections::HashMap;

/// The rule of an entry, of whose siblings a bias needs the weight.
pub(super) fn rule(
    entry: &Entry,
    shape: &[usize],
    by_name: &HashMap<&str, &Entry>,
) -> Result<AnyInitializer, String> {
    let rule = match entry.inside.as_deref() {
        // `Transformer._reset_parameters` draws every matrix inside of it anew.
        Some("Transformer") if shape.len() > 1 => {
            Some(Ok(VarianceScaling::xavier_uniform().into()))
        }
        None | Some("Transformer") => module_rule(entry, shape, by_name),
        Some(other) => {
            let why = format!("what a {other:?} does to the modules inside of it is not known");
            return Err(list::needs_initializer(&why));
        }
    };
    match rule {
        Some(rule) => rule.map_err(|error| error.to_string()),
        None => Err(unknown(entry, by_name)),
    }
}

fn module_rule(
    entry: &Entry,
    shape: &[usize],
    by_name: &HashMap<&str, &Entry>,
) -> Option<Result<AnyInitializer, InitError>> {
    let (module, role) = (without_lazy(entry.kind()), entry.role());
    Some(match (module, role) {
        (_, "num_batches_tracked") => Ok(Zeros.into()),
        (norm, "weight" | "running_var") if is_norm(norm) => Ok(Ones.into()),
        (norm, "bias" | "running_mean") if is_norm(norm) => Ok(Zeros.into()),
        ("Embedding" | "EmbeddingBag", "weight") => embedding(shape, entry.padding_idx),
        ("PReLU", "weight") => Ok(torch::constant(0.25).into()),
        ("MultiheadAttention", role) => return attention(role),
        // The bias of the projection that a MultiheadAttention ends with.
        ("NonDynamicallyQuantizableLinear", "bias") => Ok(Zeros.into()),
        (cell, role) if gates(cell).is_some() => return recurrent(gates(cell)?, role, shape),
        (module, "weight") if is_kernel(module) => Ok(torch::linear_weight().into()),
        // A bilinear form reads its bound off the first of its two inputs, as these functions do.
        ("Bilinear", "weight") => bilinear(shape),
        ("Bilinear", "bias") => bilinear(weight_beside(entry, by_name)?),
        (module, "bias") if is_kernel(module) => {
            torch::linear_bias(weight_beside(entry, by_name)?).map(Into::into)
        }
        _ => return None,
    })
}

/// A lazy module, which takes its sizes from its first input, is the module of the name without
/// "Lazy" from then on.
fn without_lazy(module: &str) -> &str {
    module.strip_prefix("Lazy").unwrap_or(module)
}

/// `BatchNorm2d`, `SyncBatchNorm`, `InstanceNorm1d`, `LayerNorm`, `GroupNorm`, `RMSNorm`.
fn is_norm(module: &str) -> bool {
    module.trim_end_matches(['1', '2', '3', 'd']).ends_with("Norm")
}

/// Modules that begin with `kaiming_uniform_(a=√5)`, of gain √(2 / (1 + 5)), which comes to
/// U(±1/√fan_in). The kernel of a transposed convolution is read as it is stored, in groups or not.
fn is_kernel(module: &str) -> bool {
    matches!(
        module,
        "Linear"
            | "NonDynamicallyQuantizableLinear"
            | "Conv1d"
            | "Conv2d"
            | "Conv3d"
            | "ConvTranspose1d"
            | "ConvTranspose2d"
            | "ConvTranspose3d"
    )
}

/// The shape of the weight that a bias belongs to.
fn weight_beside<'a>(entry: &Entry, by_name: &HashMap<&str, &'a Entry>) -> Option<&'a [usize]> {
    let weight = format!("{}weight", entry.name.strip_suffix("bias")?);
    by_name.get(weight.as_str())?.shape.as_deref()
}

/// U(±1/√in1), the same for the bias.
fn bilinear(weight_shape: &[usize]) -> Result<AnyInitializer, InitError> {
    let inputs = weight_shape.get(1).copied().unwrap_or(0);
    torch::recurrent(inputs).map(Into::into)
}

/// N(0, 1), but for a row of zeros.
fn embedding(shape: &[usize], padding: Option<usize>) -> Result<AnyInitializer, InitError> {
    let normal: AnyInitializer = torch::embedding()?.into();
    let Some(padding) = padding else { return Ok(normal) };
    let rows = shape.first().copied().unwrap_or(0);
    let parts = [
        (padding, normal.clone()),
        (1, Zeros.into()),
        // If there is no such row, the sizes do not add up, and checking them says so.
        (rows.saturating_sub(padding).saturating_sub(1), normal),
    ];
    Ok(Blocks::of(0, parts).into())
}

/// `MultiheadAttention._reset_parameters`: the packed projection is one matrix to it.
fn attention(role: &str) -> Option<Result<AnyInitializer, InitError>> {
    Some(Ok(match role {
        "in_proj_weight" | "q_proj_weight" | "k_proj_weight" | "v_proj_weight" => {
            VarianceScaling::xavier_uniform().into()
        }
        "bias_k" | "bias_v" => VarianceScaling::xavier_normal().into(),
        "in_proj_bias" => Zeros.into(),
        _ => return None,
    }))
}

/// How many gates a recurrent module stacks along the first axis of its weights.
fn gates(module: &str) -> Option<usize> {
    match module {
        "RNN" | "RNNCell" => Some(1),
        "LSTM" | "LSTMCell" => Some(4),
        "GRU" | "GRUCell" => Some(3),
        _ => None,
    }
}

/// U(±1/√hidden), weights and biases alike.
fn recurrent(
    gates: usize,
    role: &str,
    shape: &[usize],
) -> Option<Result<AnyInitializer, InitError>> {
    let hidden = match role {
        // The projection of an LSTM with proj_size: (proj, hidden).
        _ if role.starts_with("weight_hr") => *shape.get(1)?,
        _ if ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
            .iter()
            .any(|&r| role.starts_with(r)) =>
        {
            shape.first()? / gates
        }
        _ => return None,
    };
    Some(torch::recurrent(hidden).map(Into::into))
}

fn unknown(entry: &Entry, by_name: &HashMap<&str, &Entry>) -> String {
    let (module, role) = (entry.kind(), entry.role());
    if role == "bias" && is_kernel(without_lazy(module)) && weight_beside(entry, by_name).is_none()
    {
        return "a bias needs the fans of a weight, and there is none beside it".to_owned();
    }
    let others = by_name.values().filter(|other| {
        other.kind() == module && other.role() == role && other.initializer.is_none()
    });
    let others = match others.count() - 1 {
        0 => String::new(),
        n => format!(", of which the list has {n} more"),
    };
    let why = format!("torch.nn has no rule for the {role:?} of a {module:?} module{others}");
    list::needs_initializer(&why)
}
