//! The gain that follows from an activation: the mean of its square over a standard normal.

use crate::error::{InitError, positive};
use crate::math::exp_neg;

/// The gain that follows from an activation φ: 1/√E\[φ(z)²], z ~ N(0, 1).
///
/// If a layer's inputs are φ of standard normals, and its weights have variance gain² / fan_in,
/// its outputs have variance 1 again: so He et al. 2015 found √2 for ReLU and √(2 / (1 + a²)) for
/// its leaky form. It is *not* what PyTorch's table says of other activations: tanh has 1.5925
/// here and 5/3 there. For that table, see [`Nonlinearity`](crate::Nonlinearity); for the
/// activations in general use, [`Activation`].
///
/// The gain belongs on a law of variance 1 / fan_in, such as `lecun_normal`. `he_*` and `kaiming_*`
/// have ReLU's gain already, and [`with_gain`](crate::VarianceScaling::with_gain) would multiply it.
///
/// ```
/// use ndarray_init::{VarianceScaling, derived_gain};
///
/// let hard_swish = |x: f64| x * (x + 3.0).clamp(0.0, 6.0) / 6.0;
/// let gain = derived_gain(hard_swish)?;
/// assert!((gain - 1.73665721276654).abs() < 1e-10);
/// let kernel = VarianceScaling::lecun_normal().with_gain(gain)?;
/// # assert!((kernel.scale() - gain * gain).abs() < 1e-15);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
///
/// The result is right to 10⁻¹⁰ of itself, kinks and jumps included, unless φ has details that
/// are narrower than 1/32. It takes some ten thousand calls of `activation`, a millisecond, and
/// has the same bits on every machine if the activation has.
///
/// # Errors
/// [`InitError::Parameter`]
/// - if φ(z) is infinite or not a number anywhere from −37 to 37, beyond which the normal has
///   less than 10⁻²⁹⁷ of its density;
/// - if E\[φ(z)²] is 0 or infinite;
/// - if φ is too rough for that accuracy: calculated in `f32`, for example.
pub fn derived_gain(activation: impl Fn(f64) -> f64) -> Result<f64, InitError> {
    Ok(1.0 / second_moment(activation)?.sqrt())
}

/// An activation whose derived gain is known: 1/√E\[φ(z)²], z ~ N(0, 1), to the last digit.
///
/// | activation | φ(x) | gain |
/// |---|---|---|
/// | [`Elu`](Self::Elu) | x above zero, eˣ − 1 below | 1.24519830… |
/// | [`Gelu`](Self::Gelu) | x Φ(x) | 1.53353044… |
/// | [`Mish`](Self::Mish) | x tanh(ln(1 + eˣ)) | 1.48684758… |
/// | [`Silu`](Self::Silu) | x / (1 + e⁻ˣ) | 1.67653247… |
/// | [`Softplus`](Self::Softplus) | ln(1 + eˣ) | 1.04186683… |
///
/// [`derived_gain`] says what such a gain is for, and computes that of any other activation.
///
/// ```
/// use ndarray_init::{Activation, VarianceScaling};
///
/// // What He's law is for ReLU, for GELU: on LeCun's law, which has no gain of its own.
/// let kernel = VarianceScaling::lecun_normal().with_gain(Activation::Gelu.derived_gain())?;
/// let std = kernel.law(&[256, 1024])?.std_dev();
/// assert!((std - 1.533530441195535 / 16.0).abs() < 1e-15);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Activation {
    /// The exponential linear unit with α = 1 (Clevert et al. 2015).
    Elu,
    /// The Gaussian error linear unit (Hendrycks & Gimpel 2016), with Φ itself. Its approximation
    /// by tanh has the same gain to four digits.
    Gelu,
    /// Mish (Misra 2019).
    Mish,
    /// The sigmoid linear unit (Elfwing et al. 2017), also called swish.
    Silu,
    /// The smooth form of ReLU (Dugas et al. 2000).
    Softplus,
}

impl Activation {
    /// 1/√E\[φ(z)²], z ~ N(0, 1).
    #[must_use]
    pub const fn derived_gain(self) -> f64 {
        // As tests/data/derived_gains.py prints them. Constants, since the libraries' exp and erf
        // may change their last bits, and with them those of all weights.
        match self {
            Self::Elu => 1.245198300700706550287,
            Self::Gelu => 1.533530441195535233768,
            Self::Mish => 1.486847581273208102008,
            Self::Silu => 1.676532470331091158604,
            Self::Softplus => 1.041866835535301708044,
        }
    }
}

/// Where the normal ends: its density is e^(−684.5) there, near the least number.
const REACH: f64 = 37.0;
/// The first panels' width; their points are a fourth of it apart.
const WIDTH: f64 = 0.125;
/// Of the moment's relative error, which is twice that of the gain.
const TOLERANCE: f64 = 1e-11;
/// What no activation needs that is smooth but for some jumps and kinks.
const MOST_PANELS: usize = 1 << 17;

/// E\[φ(z)²], positive and finite, by panels which are halved until they agree with their halves.
fn second_moment(activation: impl Fn(f64) -> f64) -> Result<f64, InitError> {
    let integrand = |z: f64| {
        let value = activation(z);
        if !value.is_finite() {
            let (name, rule) = ("an activation's value", "finite from −37 to 37");
            return Err(InitError::Parameter { name, value, rule });
        }
        // Squared last, so that an activation that grows as fast as it may does not overflow.
        let root = value * exp_neg(z * z / 4.0);
        Ok(root * root / std::f64::consts::TAU.sqrt())
    };
    let moment = |value| positive("E[φ(z)²]", value);

    let mut panels = Vec::new();
    for i in 0..(2.0 * REACH / WIDTH) as u32 {
        panels.push(Panel::new(integrand, f64::from(i).mul_add(WIDTH, -REACH), WIDTH)?);
    }
    loop {
        let total: f64 = panels.iter().map(Panel::integral).sum();
        let error: f64 = panels.iter().map(Panel::error).sum();
        let ends = integrand(-REACH)? + integrand(REACH)?;
        if ends > TOLERANCE * total || total.is_infinite() {
            return moment(f64::INFINITY);
        }
        if error <= TOLERANCE * total {
            return moment(total);
        }
        if panels.len() > MOST_PANELS {
            let (name, rule) = (
                "the relative error of E[φ(z)²]",
                "below 1e-11, for which it must be calculated in f64",
            );
            return Err(InitError::Parameter { name, value: error / total, rule });
        }
        // Whatever is left alone adds up to half the error that is allowed.
        let share = TOLERANCE * total / (2 * panels.len()) as f64;
        let mut halved = Vec::with_capacity(2 * panels.len());
        for panel in panels {
            if panel.error() > share {
                halved.extend(panel.halves(integrand)?);
            } else {
                halved.push(panel);
            }
        }
        panels = halved;
    }
}

/// A piece of the line, with a function's values at five points, evenly spaced from end to end.
struct Panel {
    from: f64,
    width: f64,
    values: [f64; 5],
}

impl Panel {
    fn new<E>(f: impl Fn(f64) -> Result<f64, E>, from: f64, width: f64) -> Result<Self, E> {
        let at = |quarters: f64| f(width.mul_add(quarters / 4.0, from));
        Ok(Self { from, width, values: [at(0.0)?, at(1.0)?, at(2.0)?, at(3.0)?, at(4.0)?] })
    }

    /// The integral, by Boole's rule.
    fn integral(&self) -> f64 {
        let [a, b, c, d, e] = self.values;
        self.width / 90.0 * (7.0 * (a + e) + 32.0 * (b + d) + 12.0 * c)
    }

    /// How far Simpson's rule on the panel is from Simpson's rule on its halves.
    ///
    /// Boole's rule is far better than that where the function is smooth, and at a jump at most
    /// 2.1 times as bad. A jump cannot hide: the partial sums 1, −3, 3, −1 of the weights are what
    /// it counts for, wherever it is. Gauss' rules, blind between their outermost points and the
    /// ends, would miss some.
    fn error(&self) -> f64 {
        let [a, b, c, d, e] = self.values;
        self.width / 12.0 * (a + e - 4.0 * (b + d) + 6.0 * c).abs()
    }

    fn halves<E>(&self, f: impl Fn(f64) -> Result<f64, E>) -> Result<[Self; 2], E> {
        let width = self.width / 2.0;
        let at = |quarters: f64| f(width.mul_add(quarters / 4.0, self.from));
        let [a, b, c, d, e] = self.values;
        Ok([
            Self { from: self.from, width, values: [a, at(1.0)?, b, at(3.0)?, c] },
            Self { from: self.from + width, width, values: [c, at(5.0)?, d, at(7.0)?, e] },
        ])
    }
}
