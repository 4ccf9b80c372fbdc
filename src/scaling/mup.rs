//! muP: laws that follow the network's width.

use super::variance_scaling::VarianceScaling;
use crate::error::{InitError, at_least_one};
use crate::fans::{FanMode, Fans, Layout};
use crate::laws::{Law, Normal};

/// The maximal update parametrization, muP: carries hyperparameters from a base width to another width.
///
/// For m = width / base width, each kind of weight has factors on the values tuned at the base width, where all
/// factors are 1:
///
/// | | [`Input`](MupRole::Input) | [`Hidden`](MupRole::Hidden) | [`Output`](MupRole::Output) |
/// |---|---|---|---|
/// | [`std_factor`](Self::std_factor), initial standard deviation | 1 | 1/√m | 1 (1/m) |
/// | [`multiplier`](Self::multiplier), of the layer's output | 1 | 1 | 1/m (1) |
/// | [`adam_factor`](Self::adam_factor), learning rate | 1 | 1/m | 1 (1/m) |
/// | [`sgd_factor`](Self::sgd_factor), learning rate | m | 1 | m (1/m) |
///
/// This is table 8 of the paper and the package `mup`; table 3, in brackets, has
/// no multipliers: [`without_multipliers`](Self::without_multipliers). The paper writes fans for
/// m: a variance of 1 / fan_in for input and hidden weights; for output weights, 1 in table 8 and
/// that number's square in table 3. muP also divides attention's logits by the heads' size instead
/// of its root, outside of initial weights.
///
/// Source: Yang, Hu et al. 2022, Tensor Programs V: Tuning Large Neural Networks via Zero-Shot
/// Hyperparameter Transfer.
///
/// ```
/// use ndarray_init::ndarray::Array2;
/// use ndarray_init::{InitExt, Key, Mup, MupRole, VarianceScaling};
///
/// // Tuned at width 256, trained at 1024.
/// let (mup, key) = (Mup::new(1024, 256)?, Key::new(1));
/// let embedding = mup.normal(MupRole::Input, 0.02)?;
/// assert_eq!(embedding.std_dev(), 0.02);
/// let hidden = mup.normal(MupRole::Hidden, 0.02)?;
/// assert_eq!(hidden.std_dev(), 0.01);
/// let w = Array2::<f32>::init((1024, 1024), &hidden, key.fork("mlp"))?;
///
/// // Weights whose law follows their fans; logits = mup.multiplier(…) · x.dot(&readout).
/// let output = mup.scaling(MupRole::Output, VarianceScaling::glorot_uniform());
/// let readout = Array2::<f32>::init((1024, 10), &output, key.fork("readout"))?;
/// assert_eq!(mup.multiplier(MupRole::Output), 0.25);
/// assert_eq!(mup.adam_factor(MupRole::Hidden), 0.25);
/// # assert_eq!((w.len(), readout.len()), (1 << 20, 10240));
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Mup {
    /// m.
    pub(crate) width_multiplier: f64,
    pub(crate) multipliers: bool,
}

/// The sides of a weight that grow with the network's width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum MupRole {
    /// The output alone: input and embedding weights; also biases, and the scales and shifts of
    /// normalizations.
    Input,
    /// Input and output: all between.
    Hidden,
    /// The input alone: the readout, or unembedding.
    Output,
}

impl Mup {
    /// For a network of this width, with values tuned at the base width.
    ///
    /// The width is the growing size: model size, channels or hidden units. If parts of the network
    /// grow by different factors, each has a parametrization of its own, by the widths of its
    /// layers' inputs.
    ///
    /// # Errors
    /// [`InitError::Parameter`] if one of the widths is 0.
    pub fn new(width: usize, base_width: usize) -> Result<Self, InitError> {
        let width = at_least_one("width", width)?;
        let base_width = at_least_one("base_width", base_width)?;
        Ok(Self { width_multiplier: width / base_width, multipliers: true })
    }

    /// This network by table 3: no layer's output is multiplied; the output weights have
    /// smaller values and learning rates instead.
    pub const fn without_multipliers(self) -> Self {
        Self { multipliers: false, ..self }
    }

    /// m = width / base width.
    pub const fn width_multiplier(&self) -> f64 {
        self.width_multiplier
    }

    /// True if layers' outputs are multiplied, as in table 8.
    pub const fn has_multipliers(&self) -> bool {
        self.multipliers
    }

    /// A column of the table: 1 / `std_factor`², `multiplier`, `adam_factor` and `sgd_factor`.
    fn factors(&self, role: MupRole) -> [f64; 4] {
        let m = self.width_multiplier;
        match role {
            MupRole::Input => [1.0, 1.0, 1.0, m],
            MupRole::Hidden => [m, 1.0, 1.0 / m, 1.0],
            MupRole::Output if self.multipliers => [1.0, 1.0 / m, 1.0, m],
            MupRole::Output => [m * m, 1.0, 1.0 / m, 1.0 / m],
        }
    }

    /// The factor of the initial standard deviation at the base width.
    pub fn std_factor(&self, role: MupRole) -> f64 {
        1.0 / self.factors(role)[0].sqrt()
    }

    /// The factor of the layer's product of input and weight, in every forward pass.
    pub fn multiplier(&self, role: MupRole) -> f64 {
        self.factors(role)[1]
    }

    /// The factor of the learning rate at the base width, for Adam and any other
    /// optimizer that normalizes each gradient.
    ///
    /// `mup` divides the weight decay by the same factor, so that their product stays.
    pub fn adam_factor(&self, role: MupRole) -> f64 {
        self.factors(role)[2]
    }

    /// The factor of the learning rate at the base width, for stochastic gradient descent.
    ///
    /// `mup` divides the weight decay by the same factor, so that their product stays.
    pub fn sgd_factor(&self, role: MupRole) -> f64 {
        self.factors(role)[3]
    }

    /// N(0, s²) for s = `base_std` · [`std_factor`](Self::std_factor).
    ///
    /// # Errors
    /// [`InitError::Parameter`] if `base_std`, or s, is not positive and finite.
    pub fn normal(&self, role: MupRole, base_std: f64) -> Result<Normal, InitError> {
        Normal::new(0.0, base_std * self.std_factor(role))
    }

    /// Weights whose law at the base width is this one.
    pub const fn scaling(&self, role: MupRole, base: VarianceScaling) -> MupScaling {
        MupScaling { mup: *self, role, base }
    }

    /// n by the fans that the weight has at the base width.
    fn base_n(&self, mode: FanMode, role: MupRole, Fans { fan_in, fan_out }: Fans) -> f64 {
        let (fan_in, fan_out) = (fan_in as f64, fan_out as f64);
        let base = |fan: f64| fan / self.width_multiplier;
        match role {
            MupRole::Input => mode.of(fan_in, base(fan_out)),
            MupRole::Hidden => mode.of(base(fan_in), base(fan_out)),
            MupRole::Output => mode.of(base(fan_in), fan_out),
        }
    }
}

/// A [`VarianceScaling`] under [`Mup`]: its law for the fans at the base width, with
/// [`std_factor`](Mup::std_factor) times the standard deviation.
///
/// [`Mup::scaling`] makes it. Hidden weights, and input weights scaled by fan_in alone, keep their law: the
/// variance follows the fans already. Output weights keep the standard deviation of the base width, or have 1/m
/// of this deviation [without multipliers](Mup::without_multipliers).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[must_use]
pub struct MupScaling {
    mup: Mup,
    role: MupRole,
    base: VarianceScaling,
}

impl MupScaling {
    /// The network's parametrization.
    pub const fn mup(&self) -> Mup {
        self.mup
    }

    /// The sides of the weight that grow with the network's width.
    pub const fn role(&self) -> MupRole {
        self.role
    }

    /// The law at the base width.
    pub const fn base(&self) -> &VarianceScaling {
        &self.base
    }

    /// This scaling for kernels of another layout.
    pub fn with_layout(self, layout: Layout) -> Self {
        Self { base: self.base.with_layout(layout), ..self }
    }

    /// The law that the elements of a kernel of this shape are drawn from; the shape is that at
    /// the network's own width.
    ///
    /// # Errors
    /// If the layout does not fit the shape, or the law's bounds or standard deviation overflow or
    /// vanish.
    pub fn law(&self, shape: &[usize]) -> Result<Law, InitError> {
        let (mode, fans) = (self.base.mode(), self.base.fans(shape)?);
        let widening = mode.n(fans) / self.mup.base_n(mode, self.role, fans);
        let gain = (widening / self.mup.factors(self.role)[0]).sqrt();
        self.base.clone().with_gain(gain)?.law(shape)
    }
}
