//! shape → fans: the number of connections on either side of a layer's unit.

mod einsum;
mod layout;

pub use layout::Layout;
#[cfg(feature = "serde")]
pub(crate) use layout::Roles;
pub(crate) use layout::resolve;

use crate::error::{InitError, named};
use std::fmt;
use std::str::FromStr;

/// The number of connections into and out of a unit, by which a kernel's variance is scaled.
///
/// With the receptive field R, the product of the axes without a role:
/// fan_in = R · ∏ input axes, fan_out = R · ∏ output axes. [`Layout`](crate::Layout) says which
/// axes these are.
///
/// ```
/// use ndarray_init::{Fans, Layout};
///
/// let Fans { fan_in, fan_out } = Layout::torch().fans(&[128, 64, 3, 3])?;
/// assert_eq!((fan_in, fan_out), (3 * 3 * 64, 3 * 3 * 128));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fans {
    /// Connections into an output unit.
    pub fan_in: usize,
    /// Connections out of an input unit.
    pub fan_out: usize,
}

/// The fan that a variance is divided by.
///
/// `Display` and `FromStr` have the frameworks' spelling: `fan_in`, `fan_out`, `fan_avg`,
/// `fan_geo_avg`.
///
/// ```
/// use ndarray_init::{FanMode, Fans};
///
/// let fans = Fans { fan_in: 300, fan_out: 100 };
/// assert_eq!(FanMode::FanAvg.n(fans), 200.0);
/// assert_eq!("fan_out".parse::<FanMode>()?, FanMode::FanOut);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum FanMode {
    /// n = fan_in: keeps the variance of activations from layer to layer.
    #[default]
    FanIn,
    /// n = fan_out: keeps the variance of gradients.
    FanOut,
    /// n = (fan_in + fan_out) / 2: Glorot and Bengio's compromise.
    FanAvg,
    /// n = √(`fan_in` · `fan_out`): the geometric mean, of JAX.
    FanGeoAvg,
}

impl FanMode {
    /// n for these fans; at least 1, as in Keras and MindSpore.
    pub fn n(self, fans: Fans) -> f64 {
        self.of(fans.fan_in as f64, fans.fan_out as f64)
    }

    pub(crate) fn of(self, fan_in: f64, fan_out: f64) -> f64 {
        let n = match self {
            Self::FanIn => fan_in,
            Self::FanOut => fan_out,
            Self::FanAvg => fan_in.midpoint(fan_out),
            Self::FanGeoAvg => (fan_in * fan_out).sqrt(),
        };
        n.max(1.0)
    }

    /// The modes with their names in the frameworks.
    const NAMES: [(&'static str, Self); 4] = [
        ("fan_in", Self::FanIn),
        ("fan_out", Self::FanOut),
        ("fan_avg", Self::FanAvg),
        ("fan_geo_avg", Self::FanGeoAvg),
    ];
}

impl fmt::Display for FanMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(named::name(&Self::NAMES, self))
    }
}

impl FromStr for FanMode {
    type Err = InitError;

    fn from_str(name: &str) -> Result<Self, InitError> {
        named::find(&Self::NAMES, "mode", name)
    }
}
