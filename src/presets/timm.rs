//! `timm.layers`: kernels are (out, in, spatial…), as in PyTorch.
//!
//! ```
//! use ndarray_init::presets::timm;
//!
//! // The bounds of one are absolute, those of the other count in deviations.
//! let absolute = timm::trunc_normal(None, 0.02, None, None)?;
//! let in_sigmas = timm::trunc_normal_tf(None, 0.02, None, None)?;
//! assert_eq!((absolute.upper(), in_sigmas.upper()), (2.0, 0.04));
//! # Ok::<(), ndarray_init::InitError>(())
//! ```

use super::{keras, or, torch};
use crate::error::InitError;
use crate::fans::{FanMode, Layout};
use crate::laws::{Normal, TruncatedNormal};
use crate::scaling::{Distribution, VarianceScaling};
use crate::structured::{AnyInitializer, Zeros};

/// `trunc_normal_`: N(mean, std²) on \[a, b], **absolute** bounds; mean 0, std 1, ±2 by default.
///
/// For std = 0.02 the default bounds lie 100 deviations out: that is a plain normal.
///
/// ```
/// use ndarray_init::presets::timm;
///
/// // trunc_normal_(w, std=0.02)
/// let law = timm::trunc_normal(None, 0.02, None, None)?;
/// assert_eq!(law.to_string(), "N(0, 0.02²) on [-2, 2]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn trunc_normal(
    mean: impl Into<Option<f64>>,
    std: impl Into<Option<f64>>,
    a: impl Into<Option<f64>>,
    b: impl Into<Option<f64>>,
) -> Result<TruncatedNormal, InitError> {
    torch::trunc_normal(mean, std, a, b)
}

/// `trunc_normal_tf_`: N(mean, std²) on \[mean + a · std, mean + b · std]; mean 0, std 1, ±2 by
/// default.
///
/// ```
/// use ndarray_init::presets::timm;
///
/// // trunc_normal_tf_(w, std=0.02)
/// let law = timm::trunc_normal_tf(None, 0.02, None, None)?;
/// assert_eq!(law.to_string(), "N(0, 0.02²) on [-0.04, 0.04]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn trunc_normal_tf(
    mean: impl Into<Option<f64>>,
    std: impl Into<Option<f64>>,
    a: impl Into<Option<f64>>,
    b: impl Into<Option<f64>>,
) -> Result<TruncatedNormal, InitError> {
    TruncatedNormal::in_sigmas(or(mean, 0.0), or(std, 1.0), or(a, -2.0), or(b, 2.0))
}

/// `variance_scaling_`: variance scale / n; scale 1, `fan_in` and a **plain** normal by default.
///
/// ```
/// use ndarray_init::{Distribution, presets::timm};
///
/// // variance_scaling_(w, distribution="truncated_normal")
/// let initializer = timm::variance_scaling(None, None, Distribution::TruncatedNormal)?;
/// assert_eq!(initializer.law(&[128, 256])?.to_string(), "N(0, 0.071053²) on [-0.14211, 0.14211]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn variance_scaling(
    scale: impl Into<Option<f64>>,
    mode: impl Into<Option<FanMode>>,
    distribution: impl Into<Option<Distribution>>,
) -> Result<VarianceScaling, InitError> {
    let distribution = or(distribution, Distribution::UntruncatedNormal);
    Ok(keras::variance_scaling(scale, mode, distribution)?.with_layout(Layout::torch()))
}

/// `lecun_normal_`: a normal of variance 1 / fan_in, cut at two sigmas.
///
/// ```
/// use ndarray_init::presets::timm;
///
/// // lecun_normal_(w)
/// let law = timm::lecun_normal().law(&[128, 256])?;
/// assert_eq!(law.to_string(), "N(0, 0.071053²) on [-0.14211, 0.14211]");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn lecun_normal() -> VarianceScaling {
    VarianceScaling::lecun_normal().with_layout(Layout::torch())
}

/// The modules whose parameters [`init_weight_vit`] and [`init_weight_jax`] set.
///
/// ```
/// use ndarray_init::presets::timm::{self, Module};
///
/// // The patch embedding is a convolution, whose bias timm leaves as it is.
/// let patches = timm::init_weight_vit(Module::Conv, "patch_embed.proj", None, None, None)?;
/// assert_eq!(patches.bias, None);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Module {
    /// `Linear`.
    Linear,
    /// A convolution.
    Conv,
}

/// What a module's parameters begin as.
///
/// ```
/// use ndarray_init::ndarray::{Array1, Array2};
/// use ndarray_init::presets::timm::{self, Module, Parameters};
/// use ndarray_init::{InitExt, Key};
///
/// let (name, key) = ("blocks.0.attn.qkv", Key::new(1).fork("blocks.0.attn.qkv"));
/// let Parameters { weight, bias } = timm::init_weight_jax(Module::Linear, name, None, None)?;
/// let weight = Array2::<f32>::init((192, 64), &weight, key.fork("weight"))?;
/// if let Some(bias) = bias {
///     let bias = Array1::<f32>::init(192, &bias, key.fork("bias"))?;
///     assert_eq!(bias.sum(), 0.0);
/// }
/// # assert_eq!(weight.len(), 192 * 64);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// The weight.
    pub weight: AnyInitializer,
    /// The bias, if there is one; `None` if it is left as PyTorch has it, [`torch::conv_bias`].
    pub bias: Option<AnyInitializer>,
}

impl Parameters {
    fn new(weight: impl Into<AnyInitializer>, bias: impl Into<AnyInitializer>) -> Self {
        Self { weight: weight.into(), bias: Some(bias.into()) }
    }

    /// Of the classifier, if the name says that the module is one.
    fn of_head<'a>(
        name: &str,
        head_bias: impl Into<Option<f64>>,
        classifier_name: impl Into<Option<&'a str>>,
    ) -> Option<Self> {
        let head = || Self::new(Zeros, AnyInitializer::Constant(or(head_bias, 0.0)));
        name.starts_with(or(classifier_name, "head")).then(head)
    }
}

/// `init_weight_vit`: weights N(0, 0.02²) on ±2, absolute, and linear biases `init_bias`; a module
/// whose name begins with `classifier_name` has weights 0 and biases `head_bias`.
///
/// By default, `init_bias` is 0.02, `head_bias` 0 and `classifier_name` "head".
///
/// ```
/// use ndarray_init::presets::timm::{self, Module};
/// use ndarray_init::{AnyInitializer, Zeros};
///
/// let mlp = timm::init_weight_vit(Module::Linear, "blocks.0.mlp.fc1", None, None, None)?;
/// assert_eq!(mlp.bias, Some(AnyInitializer::Constant(0.02)));
/// let head = timm::init_weight_vit(Module::Linear, "head", None, -6.9, None)?;
/// assert_eq!((head.weight, head.bias), (Zeros.into(), Some(AnyInitializer::Constant(-6.9))));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn init_weight_vit<'a>(
    module: Module,
    name: &str,
    init_bias: impl Into<Option<f64>>,
    head_bias: impl Into<Option<f64>>,
    classifier_name: impl Into<Option<&'a str>>,
) -> Result<Parameters, InitError> {
    if let Some(head) = Parameters::of_head(name, head_bias, classifier_name) {
        return Ok(head);
    }
    let bias = AnyInitializer::Constant(or(init_bias, 0.02));
    Ok(Parameters {
        weight: trunc_normal(None, 0.02, None, None)?.into(),
        bias: (module == Module::Linear).then_some(bias),
    })
}

/// `init_weight_jax`: linear weights [`torch::xavier_uniform`], their biases N(0, 10⁻¹²) where
/// "mlp" is in the name, else 0; convolutions of two dimensions [`lecun_normal`], their biases 0;
/// a linear module whose name begins with `classifier_name` has weights 0 and biases `head_bias`.
///
/// By default, `head_bias` is 0 and `classifier_name` "head".
///
/// ```
/// use ndarray_init::presets::timm::{self, Module};
/// use ndarray_init::{Normal, Zeros};
///
/// let mlp = timm::init_weight_jax(Module::Linear, "blocks.0.mlp.fc1", None, None)?;
/// assert_eq!(mlp.bias, Some(Normal::new(0.0, 1e-6)?.into()));
/// let head = timm::init_weight_jax(Module::Linear, "head", None, None)?;
/// assert_eq!(head.weight, Zeros.into());
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
pub fn init_weight_jax<'a>(
    module: Module,
    name: &str,
    head_bias: impl Into<Option<f64>>,
    classifier_name: impl Into<Option<&'a str>>,
) -> Result<Parameters, InitError> {
    if module == Module::Conv {
        return Ok(Parameters::new(lecun_normal(), Zeros));
    }
    if let Some(head) = Parameters::of_head(name, head_bias, classifier_name) {
        return Ok(head);
    }
    let weight = torch::xavier_uniform(None)?;
    Ok(if name.contains("mlp") {
        Parameters::new(weight, Normal::new(0.0, 1e-6)?)
    } else {
        Parameters::new(weight, Zeros)
    })
}
