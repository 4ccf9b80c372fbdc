//! PyTorch lists: entries name no initializer, so these are the rules that the libraries' own
//! code follows, with what their weights measured to compare with.

use crate::parameters::{Entry, List, Peer};
use ndarray_init::{
    AnyInitializer, InitError, Normal, Ones, TorchDefault, TruncatedNormal, Zeros, residual_gain,
};
use serde::Deserialize;

/// A parameter of a PyTorch model.
#[derive(Deserialize)]
pub(crate) struct Weight {
    name: String,
    module: String,
    shape: Vec<usize>,
    /// No initializer of PyTorch's depends on it.
    #[serde(default, rename = "groups")]
    _groups: usize,
    peer_std: Option<f64>,
    peer_max_abs: Option<f64>,
}

/// Whose initialization it is.
#[derive(Clone, Copy)]
enum Library {
    /// PyTorch: what each module's `reset_parameters` does.
    Torch,
    /// transformers' GPT-2, with so many layers.
    Gpt2 { layers: usize },
    /// timm's Vision Transformers, in their default mode.
    Vit,
}

/// The rule of every parameter.
pub(crate) fn rules(model: &str, list: &List<Weight>) -> Result<Vec<Entry>, String> {
    let weights = &list.parameters;
    let library = match model {
        _ if model.starts_with("gpt2") => Library::Gpt2 { layers: layers(weights) },
        _ if model.starts_with("vit_") => Library::Vit,
        _ => Library::Torch,
    };
    let entry = |weight: &Weight| {
        let rule = weight
            .rule(library, weights)
            .map_err(|error| format!("parameter {:?}: {error}", weight.name))?;
        let Weight { name, shape, .. } = weight;
        Ok(Entry { name: name.clone(), shape: shape.clone(), rule, peer: weight.peer() })
    };
    weights.iter().map(entry).collect()
}

/// A GPT-2's layers have one attention each.
fn layers(weights: &[Weight]) -> usize {
    weights.iter().filter(|weight| weight.name.ends_with("attn.c_proj.weight")).count()
}

impl Weight {
    fn peer(&self) -> Option<Peer> {
        Some(Peer { std: self.peer_std?, max_abs: self.peer_max_abs? })
    }

    /// What follows the last dot of the name.
    fn role(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    /// The rule of the library or, where it does not touch what PyTorch drew, PyTorch's.
    fn rule(&self, library: Library, all: &[Self]) -> Result<AnyInitializer, String> {
        let rule = match library {
            Library::Torch => None,
            Library::Gpt2 { layers } => self.gpt2(layers),
            Library::Vit => self.vit(),
        };
        match rule {
            Some(rule) => rule.map_err(|error| error.to_string()),
            None => self.torch(all),
        }
    }

    /// transformers, `GPT2PreTrainedModel._init_weights`, with its `initializer_range` of 0.02.
    /// What is added to the residual stream, twice a layer, is made smaller by the square root of
    /// how often that happens (Radford et al. 2019).
    fn gpt2(&self, layers: usize) -> Option<Result<AnyInitializer, InitError>> {
        Some(match (self.module.as_str(), self.role()) {
            ("Conv1D" | "Linear", "weight") if self.name.ends_with("c_proj.weight") => {
                residual_gain(layers).and_then(|gain| normal(0.02 * gain))
            }
            ("Conv1D" | "Linear" | "Embedding", "weight") => normal(0.02),
            ("Conv1D" | "Linear", "bias") => Ok(Zeros.into()),
            _ => return None,
        })
    }

    /// timm, `VisionTransformer.init_weights` and `init_weights_vit_timm`. Its truncated normal
    /// has absolute bounds, which at this std are a hundred sigmas away.
    fn vit(&self) -> Option<Result<AnyInitializer, InitError>> {
        Some(match (self.module.as_str(), self.role()) {
            ("VisionTransformer", "cls_token" | "reg_token") => normal(1e-6),
            ("VisionTransformer", "pos_embed") | ("Linear", "weight") => {
                TruncatedNormal::new(0.0, 0.02, -2.0, 2.0).map(Into::into)
            }
            ("Linear", "bias") => Ok(Zeros.into()),
            _ => return None,
        })
    }

    /// PyTorch's modules. Kernels are `kaiming_uniform_(a=√5)`, of gain √(2 / (1 + 5)), which
    /// comes to U(±1/√fan_in); their biases have the same law.
    fn torch(&self, all: &[Self]) -> Result<AnyInitializer, String> {
        let Self { module, name, .. } = self;
        let norm = module.trim_end_matches(['1', '2', '3', 'd']).ends_with("Norm");
        match (module.as_str(), self.role()) {
            (_, "weight" | "running_var") if norm => Ok(Ones.into()),
            (_, "bias" | "running_mean") if norm => Ok(Zeros.into()),
            ("Embedding", "weight") => normal(1.0).map_err(|e| e.to_string()),
            (_, "weight") => Ok(self.kernel()?.into()),
            (_, "bias") => {
                let kernel = name.strip_suffix("bias").map(|module| format!("{module}weight"));
                let kernel = all.iter().find(|weight| Some(&weight.name) == kernel.as_ref());
                kernel.ok_or("a bias needs the fans of a weight, and there is none")?.bias()
            }
            _ => Err(self.unknown()),
        }
    }

    fn unknown(&self) -> String {
        format!("no rule for the {:?} of a {:?} module", self.role(), self.module)
    }

    /// The default of PyTorch's layers, which reads the kernel of a transposed convolution as it is
    /// stored.
    fn kernel(&self) -> Result<TorchDefault, String> {
        match self.module.as_str() {
            "Linear" | "Conv1d" | "Conv2d" | "Conv3d" | "ConvTranspose1d" | "ConvTranspose2d"
            | "ConvTranspose3d" => Ok(TorchDefault::new()),
            _ => Err(self.unknown()),
        }
    }

    /// The rule of the bias beside this kernel.
    fn bias(&self) -> Result<AnyInitializer, String> {
        let law = self.kernel()?.bias_law(&self.shape).map_err(|error| error.to_string())?;
        Ok(law.into())
    }
}

fn normal(std: f64) -> Result<AnyInitializer, InitError> {
    Ok(Normal::new(0.0, std)?.into())
}
