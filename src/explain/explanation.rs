//! The facts of a report: fans, roles of axes and law of a configuration for a shape.

use crate::error::{AxisRole, InitError};
use crate::fans::Fans;
use crate::fill::Element;
use crate::laws::Law;
use crate::scaling::VarianceScaling;
use std::fmt;

impl VarianceScaling {
    /// A report on the law of a kernel of this shape: the fans, the numbers, and a call of each framework.
    ///
    /// A call is for the kernel as that framework stores it; a line below names the shape if it differs. Where a
    /// framework would read other fans off the shape, or has no initializer with this scale, mode and
    /// distribution, the call has the law by its numbers, and the report the reason.
    ///
    /// ```
    /// use ndarray_init::VarianceScaling;
    ///
    /// let explanation = VarianceScaling::glorot_uniform().with_gain(2.0)?.explain(&[784, 256])?;
    /// assert_eq!(
    ///     explanation.to_string(),
    ///     r#"
    /// shape            (784, 256)
    /// axis 0           784  input
    /// axis 1           256  output
    ///
    /// receptive field  1
    /// fan_in           784
    /// fan_out          256
    ///
    /// scale            4
    /// mode             fan_avg: n = (fan_in + fan_out) / 2 = 520
    /// law              U[-b, b] = U[-0.15191, 0.15191]
    /// b                √(3 · scale / n) = 0.15191
    /// std              √(scale / n) = 0.087706
    ///
    /// Keras            keras.initializers.VarianceScaling(scale=4.0, mode="fan_avg", distribution="uniform")
    /// JAX              jax.nn.initializers.variance_scaling(scale=4.0, mode="fan_avg", distribution="uniform")
    /// PyTorch          torch.nn.init.xavier_uniform_(w, gain=2.0)
    ///                  for a kernel of shape (256, 784)
    /// MindSpore        mindspore.common.initializer.XavierUniform(gain=2.0)
    ///                  for a kernel of shape (256, 784)
    /// "#
    ///     .trim()
    /// );
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    ///
    /// Numbers have five significant digits; `{:.16}` gives sixteen. Numbers in calls are exact.
    ///
    /// Below a named initializer of Keras or JAX stands its law as a call of variance scaling.
    /// With `mode="fan_avg"` and `distribution="uniform"`, that is `GlorotUniform` there, and
    /// `XavierUniform` in MindSpore, whose gain is the root of the scale.
    ///
    /// ```
    /// use ndarray_init::VarianceScaling;
    ///
    /// let report = VarianceScaling::glorot_uniform().explain(&[3, 3, 64, 128])?.to_string();
    /// for call in [
    ///     "keras.initializers.GlorotUniform()",
    ///     r#"= keras.initializers.VarianceScaling(mode="fan_avg", distribution="uniform")"#,
    ///     "mindspore.common.initializer.XavierUniform(gain=1.0)",
    /// ] {
    ///     assert!(report.contains(call));
    /// }
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    ///
    /// The calls are those of Keras 3.15, JAX 0.10, PyTorch 2.15 and MindSpore 2.10.
    ///
    /// # Errors
    /// Those of [`law`](Self::law).
    pub fn explain(&self, shape: &[usize]) -> Result<Explanation, InitError> {
        Ok(Explanation {
            configuration: self.clone(),
            shape: shape.to_vec(),
            roles: self.layout().roles(shape)?,
            fans: self.fans(shape)?,
            law: self.law(shape)?,
            element: None,
        })
    }

    /// A report for arrays of one element type: half types have a line on rounding, and complex types a line on
    /// the circular law that stands for the real one.
    ///
    /// Of the frameworks, only JAX has variance scaling of complex kernels.
    ///
    /// ```
    /// use ndarray_init::VarianceScaling;
    ///
    /// let report = VarianceScaling::glorot_uniform().explain_as::<f64>(&[784, 256])?.to_string();
    /// assert!(report.contains("as f64           U[-0.075955, 0.075955]"));
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`law`](Self::law), and if the element type cannot hold the law's values.
    pub fn explain_as<A: Element>(&self, shape: &[usize]) -> Result<Explanation, InitError> {
        let explanation = self.explain(shape)?;
        let (name, law) = (A::ELEMENT_NAME, explanation.law.drawn_as::<A>()?);
        let element = Some(Drawn { name, law, is_complex: A::IS_COMPLEX });
        Ok(Explanation { element, ..explanation })
    }
}

/// A report on the law of one kernel, made by [`VarianceScaling::explain`]: its text is what
/// `Display` writes.
///
/// ```
/// use ndarray_init::VarianceScaling;
///
/// let explanation = VarianceScaling::he_normal().explain(&[3, 3, 64, 128])?;
/// assert_eq!((explanation.shape(), explanation.fans().fan_in), (&[3, 3, 64, 128][..], 576));
/// // Five digits of each number, or sixteen.
/// println!("{explanation}\n\n{explanation:.16}");
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Explanation {
    pub(super) configuration: VarianceScaling,
    pub(super) shape: Vec<usize>,
    roles: Vec<AxisRole>,
    pub(super) fans: Fans,
    pub(super) law: Law,
    pub(super) element: Option<Drawn>,
}

/// The law as elements of one type are drawn from it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawn {
    pub(super) name: &'static str,
    pub(super) law: String,
    pub(super) is_complex: bool,
}

impl Explanation {
    /// The fans of the kernel.
    pub const fn fans(&self) -> Fans {
        self.fans
    }

    /// The kernel's shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The configuration.
    pub const fn configuration(&self) -> &VarianceScaling {
        &self.configuration
    }

    /// The law of the kernel's elements, if they are real numbers.
    pub const fn law(&self) -> Law {
        self.law
    }

    /// The name of the element type, if it is complex.
    pub(super) fn complex(&self) -> Option<&'static str> {
        self.element.as_ref().filter(|element| element.is_complex).map(|element| element.name)
    }

    pub(super) fn n(&self) -> f64 {
        self.configuration.mode().n(self.fans)
    }

    /// The role and size of every axis.
    pub(super) fn axes(&self) -> impl Iterator<Item = (AxisRole, usize)> {
        self.roles.iter().copied().zip(self.shape.iter().copied())
    }

    /// The role and size of every axis as the kernel is stored: a transposed convolution swaps input and output.
    pub(super) fn stored(&self) -> impl Iterator<Item = (AxisRole, usize)> {
        let transposed = self.configuration.layout().is_transposed();
        self.axes().map(move |(role, n)| (if transposed { role.swapped() } else { role }, n))
    }

    /// True if an axis is input and output at once.
    pub(super) fn has_shared_axis(&self) -> bool {
        self.roles.contains(&AxisRole::InputAndOutput)
    }

    /// The receptive field's axes.
    pub(super) fn field(&self) -> Vec<usize> {
        self.axes().filter(|&(role, _)| role == AxisRole::ReceptiveField).map(|(_, n)| n).collect()
    }
}

/// A shape as Python writes it.
pub(super) struct Tuple<'a, T>(pub(super) &'a [T]);

impl<T: fmt::Display> fmt::Display for Tuple<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [one] => write!(f, "({one},)"),
            all => write!(f, "({})", joined(all, ", ")),
        }
    }
}

pub(super) fn joined<T: fmt::Display>(numbers: &[T], separator: &str) -> String {
    numbers.iter().map(T::to_string).collect::<Vec<_>>().join(separator)
}

/// The fans were computed, so the product overflows only beside a zero.
pub(super) fn product(factors: &[usize]) -> usize {
    factors.iter().fold(1, |product, &n| product.saturating_mul(n))
}
