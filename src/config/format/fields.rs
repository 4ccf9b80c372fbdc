//! Initializers with a few numbers and a layout.

use super::layout::Patch;
use crate::error::{InitError, positive};
use crate::fans::Layout;
#[cfg(feature = "complex")]
use crate::laws::{ComplexNormal, ComplexTruncatedNormal, Disc};
use crate::laws::{Law, Normal, Step, Transformed, Uniform};
use crate::presets::torch;
use crate::scaling::{Mup, Siren, TorchDefault};
use crate::structured::{AnyInitializer, Identity, Orthogonal, Sparse, Stft, Window};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
#[cfg(feature = "complex")]
use serde::{Serialize, Serializer};

/// Reads the fields of each type, then calls its constructor.
macro_rules! checked {
    ($($type:ident { $($(#[$attribute:meta])? $field:ident: $of:ty),* } => $make:expr;)*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Unchecked { $($(#[$attribute])? $field: $of),* }

                let Unchecked { $($field),* } = Unchecked::deserialize(deserializer)?;
                let checked = || -> Result<Self, InitError> { $make };
                checked().map_err(D::Error::custom)
            }
        }
    )*};
}

checked! {
    Uniform { low: f64, high: f64 } => Uniform::new(low, high);
    Normal { #[serde(default)] mean: f64, std: f64 } => Normal::new(mean, std);
    Transformed { law: Law, steps: Vec<Step> } => Transformed::new(law, &steps);
    Identity { gain: Option<f64> } => Identity::new(gain.unwrap_or(1.0));
    Sparse { sparsity: f64, law: Law, #[serde(default)] axis: isize } =>
        Sparse::new(sparsity, law)?.with_axis(axis);
    Mup { width_multiplier: f64, multipliers: Option<bool> } => Ok(Mup {
        width_multiplier: positive("width_multiplier", width_multiplier)?,
        multipliers: multipliers.unwrap_or(true),
    });
    TorchDefault { #[serde(default)] layout: Patch } =>
        Ok(TorchDefault::new().with_layout(layout.on(&Layout::torch())?));
    TorchLayer { bias_of: Option<Vec<usize>>, #[serde(default)] layout: Patch } => {
        let default = TorchDefault::new().with_layout(layout.on(&Layout::torch())?);
        Ok(TorchLayer(match bias_of {
            None => default.into(),
            Some(weight) => default.bias_law(&weight)?.into(),
        }))
    };
    TorchRecurrent { hidden_size: usize } => torch::recurrent(hidden_size).map(TorchRecurrent);
    Stft {
        side: Option<String>,
        #[serde(default = "hann")] window: Option<Window>,
        #[serde(default = "density")] scaling: Option<String>,
        #[serde(default)] periodic: bool
    } => Stft::of(side.unwrap_or_else(|| "real".to_owned()), window, scaling, periodic);
    Orthogonal { gain: Option<f64>, #[serde(default)] layout: Layout } =>
        Ok(Orthogonal::new(gain.unwrap_or(1.0))?.with_layout(layout));
    Siren { layer: Option<Layer>, omega_0: Option<f64>, #[serde(default)] layout: Layout } => {
        let siren = match (layer, omega_0) {
            (Some(Layer::First), None) => Siren::first(),
            (Some(Layer::Later) | None, Some(omega_0)) => Siren::later(omega_0)?,
            _ => {
                let rule = "its layer is \"first\", or \"later\" and has an omega_0";
                return Err(InitError::configuration("of a siren", rule));
            }
        };
        Ok(siren.with_layout(layout))
    };
}

#[cfg(feature = "complex")]
checked! {
    ComplexNormal { std: f64 } => ComplexNormal::new(std);
    Disc { radius: f64 } => Disc::new(radius);
    ComplexTruncatedNormal { std: f64, #[serde(default = "two_sigmas")] bound: Bound } => match bound {
        Bound::Sigmas(sigmas) => ComplexTruncatedNormal::in_sigmas(std, sigmas),
        Bound::Absolute(bound) => ComplexTruncatedNormal::new(std, bound),
    };
}

/// Written as an absolute bound, which is the only one that the law has.
#[cfg(feature = "complex")]
impl Serialize for ComplexTruncatedNormal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields {
            std: f64,
            bound: Bound,
        }

        Fields { std: self.parent_std_dev(), bound: Bound::Absolute(self.bound()) }
            .serialize(serializer)
    }
}

#[cfg(feature = "complex")]
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Bound {
    /// Counted in std.
    Sigmas(f64),
    Absolute(f64),
}

/// The bound of JAX's variance scaling.
#[cfg(feature = "complex")]
const fn two_sigmas() -> Bound {
    Bound::Sigmas(2.0)
}

/// The law of PyTorch's layers, or that of the bias beside a weight of the shape `bias_of`.
pub(super) struct TorchLayer(AnyInitializer);

impl From<TorchLayer> for AnyInitializer {
    fn from(TorchLayer(initializer): TorchLayer) -> Self {
        initializer
    }
}

/// The law of every parameter of PyTorch's recurrent layers.
pub(super) struct TorchRecurrent(Uniform);

impl From<TorchRecurrent> for AnyInitializer {
    fn from(TorchRecurrent(law): TorchRecurrent) -> Self {
        law.into()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a field's default")]
fn hann() -> Option<Window> {
    Some(Window::Named("hann".to_owned()))
}

#[expect(clippy::unnecessary_wraps, reason = "a field's default")]
fn density() -> Option<String> {
    Some("density".to_owned())
}

/// The layer of a network of sines that a kernel belongs to.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Layer {
    First,
    Later,
}
