//! Rules of libraries that draw PyTorch's modules anew. A list's model name says whose it is.

use super::list::{Entry, List};
use ndarray_init::{AnyInitializer, InitError, Normal, TruncatedNormal, Zeros, residual_gain};

/// Whose initialization it is.
#[derive(Clone, Copy)]
pub(super) enum Library {
    /// PyTorch: what each module's `reset_parameters` does.
    Torch,
    /// transformers' GPT-2, with so many layers.
    Gpt2 { layers: usize },
    /// timm's Vision Transformers, in their default mode.
    Vit,
}

impl Library {
    pub(super) fn of(list: &List) -> Self {
        match list.model.as_str() {
            model if model.starts_with("gpt2") => {
                // A layer has one attention.
                let projections = |entry: &&Entry| entry.name.ends_with("attn.c_proj.weight");
                Self::Gpt2 { layers: list.parameters.iter().filter(projections).count() }
            }
            model if model.starts_with("vit_") => Self::Vit,
            _ => Self::Torch,
        }
    }

    /// The library's rule; none where it leaves what PyTorch drew.
    pub(super) fn rule(self, entry: &Entry) -> Option<Result<AnyInitializer, InitError>> {
        match self {
            Self::Torch => None,
            Self::Gpt2 { layers } => gpt2(entry, layers),
            Self::Vit => vit(entry),
        }
    }
}

/// transformers, `GPT2PreTrainedModel._init_weights`, with its `initializer_range` of 0.02.
/// What is added to the residual stream, twice a layer, is made smaller by the square root of
/// how often that happens (Radford et al. 2019).
fn gpt2(entry: &Entry, layers: usize) -> Option<Result<AnyInitializer, InitError>> {
    Some(match (entry.kind(), entry.role()) {
        ("Conv1D" | "Linear", "weight") if entry.name.ends_with("c_proj.weight") => {
            residual_gain(layers).and_then(|gain| normal(0.02 * gain))
        }
        ("Conv1D" | "Linear" | "Embedding", "weight") => normal(0.02),
        ("Conv1D" | "Linear", "bias") => Ok(Zeros.into()),
        _ => return None,
    })
}

/// timm, `VisionTransformer.init_weights` and `init_weights_vit_timm`. Its truncated normal
/// has absolute bounds, which at this std are a hundred sigmas away.
fn vit(entry: &Entry) -> Option<Result<AnyInitializer, InitError>> {
    Some(match (entry.kind(), entry.role()) {
        ("VisionTransformer", "cls_token" | "reg_token") => normal(1e-6),
        ("VisionTransformer", "pos_embed") | ("Linear", "weight") => {
            TruncatedNormal::new(0.0, 0.02, -2.0, 2.0).map(Into::into)
        }
        ("Linear", "bias") => Ok(Zeros.into()),
        _ => return None,
    })
}

fn normal(std: f64) -> Result<AnyInitializer, InitError> {
    Ok(Normal::new(0.0, std)?.into())
}
