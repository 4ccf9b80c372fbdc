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

use super::{Result, torch};
use crate::fans::{FanMode, Layout};
use crate::laws::TruncatedNormal;
use crate::scaling::{Distribution, VarianceScaling};

presets! {
    /// `trunc_normal_`: N(mean, std²) on \[a, b], **absolute** bounds: of std = 0.02, ±2 cut nothing.
    trunc_normal(mean: f64 = 0.0, std: f64 = 1.0, a: f64 = -2.0, b: f64 = 2.0) -> Result<TruncatedNormal>
        = torch::trunc_normal(mean, std, a, b);
    /// `trunc_normal_tf_`: N(mean, std²) on \[mean + a · std, mean + b · std].
    trunc_normal_tf(mean: f64 = 0.0, std: f64 = 1.0, a: f64 = -2.0, b: f64 = 2.0) -> Result<TruncatedNormal>
        = TruncatedNormal::in_sigmas(mean, std, a, b);
    /// `variance_scaling_`: variance scale / n, a **plain** normal by default.
    variance_scaling(
        scale: f64 = 1.0,
        mode: FanMode = FanMode::FanIn,
        distribution: Distribution = Distribution::UntruncatedNormal
    ) -> Result<VarianceScaling>
        = Ok(VarianceScaling::new(scale, mode, distribution)?.with_layout(Layout::torch()));
    /// `lecun_normal_`: a normal of variance 1 / fan_in, cut at two sigmas.
    lecun_normal() -> VarianceScaling = VarianceScaling::lecun_normal().with_layout(Layout::torch());
}
