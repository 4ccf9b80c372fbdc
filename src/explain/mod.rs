//! What a configuration makes of a shape, in words: the fans with their factors, the law with its
//! numbers, and the same law as a call of each framework.

mod frameworks;

use crate::error::{AxisRole, InitError};
use crate::fans::{FanMode, Fans};
use crate::laws::{Law, TruncatedNormal};
use crate::scaling::VarianceScaling;
use frameworks::FRAMEWORKS;
use std::fmt;

impl VarianceScaling {
    /// How the law of a kernel of this shape comes about, and how other frameworks write it.
    ///
    /// A call is for the kernel as that framework stores it, whose shape is said where it is
    /// another one. A framework that would read other fans off it, or has no initializer with this
    /// scale, mode and distribution, is given the law by its numbers, and the report says why.
    ///
    /// ```
    /// use ndarray_init::VarianceScaling;
    ///
    /// let explanation = VarianceScaling::xavier_uniform().with_gain(2.0)?.explain(&[784, 256])?;
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
    /// b                √(3 · scale / n) = 0.15191090506255
    /// std              √(scale / n) = 0.08770580193070293
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
    /// The calls are those of Keras 3.15, JAX 0.10, PyTorch 2.15 and MindSpore 2.10.
    ///
    /// # Errors
    /// As [`law`](Self::law).
    pub fn explain(&self, shape: &[usize]) -> Result<Explanation, InitError> {
        Ok(Explanation {
            configuration: self.clone(),
            shape: shape.to_vec(),
            roles: self.layout().roles(shape)?,
            fans: self.fans(shape)?,
            law: self.law(shape)?,
        })
    }
}

/// A report on the law of one kernel, made by [`VarianceScaling::explain`]: its text is what
/// `Display` writes.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Explanation {
    configuration: VarianceScaling,
    shape: Vec<usize>,
    roles: Vec<AxisRole>,
    fans: Fans,
    law: Law,
}

impl Explanation {
    /// The fans of the kernel.
    #[must_use]
    pub const fn fans(&self) -> Fans {
        self.fans
    }

    /// The kernel's shape.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What is explained.
    pub const fn configuration(&self) -> &VarianceScaling {
        &self.configuration
    }

    /// The law of the kernel's elements.
    pub const fn law(&self) -> Law {
        self.law
    }

    fn n(&self) -> f64 {
        self.configuration.mode().n(self.fans)
    }

    /// Every axis' role and size.
    fn axes(&self) -> impl Iterator<Item = (AxisRole, usize)> {
        self.roles.iter().copied().zip(self.shape.iter().copied())
    }

    /// The same as the kernel is stored: a transposed convolution swaps input and output.
    fn stored(&self) -> impl Iterator<Item = (AxisRole, usize)> {
        let transposed = self.configuration.layout().is_transposed();
        self.axes().map(move |(role, n)| (if transposed { role.swapped() } else { role }, n))
    }

    /// The receptive field's axes.
    fn field(&self) -> Vec<usize> {
        self.axes().filter(|&(role, _)| role == AxisRole::ReceptiveField).map(|(_, n)| n).collect()
    }

    /// A fan as a product: the receptive field, the axes of this role, and the groups by which
    /// they are divided.
    fn factors(&self, counted: AxisRole, groups: usize, fan: usize) -> String {
        let field = self.field();
        let field = (!field.is_empty()).then(|| product(&field));
        let axes =
            self.axes().filter(|&(role, _)| role == counted || role == AxisRole::InputAndOutput);
        let factors: Vec<usize> = field.into_iter().chain(axes.map(|(_, n)| n)).collect();
        match (groups, factors.len()) {
            (1, 0 | 1) => fan.to_string(),
            (1, _) => format!("{} = {fan}", Factors(&factors)),
            _ => format!("{} / {groups} groups = {fan}", Factors(&factors)),
        }
    }

    fn kernel_lines(&self) -> Vec<Line> {
        let layout = self.configuration.layout();
        let mut lines = vec![Line::new("shape", Tuple(&self.shape).to_string())];
        let width = self.shape.iter().map(|n| n.to_string().len()).max().unwrap_or(0);
        lines.extend(self.axes().enumerate().map(|(axis, (role, n))| {
            let note = if role == AxisRole::Batch { ": in no fan" } else { "" };
            Line::new(format!("axis {axis}"), format!("{n:width$}  {role}{note}"))
        }));
        if layout.is_transposed() {
            lines.push(Line::new("transposed", "the layer's input is stored as output"));
        }
        if layout.group_count() > 1 {
            lines.push(Line::new("groups", layout.group_count().to_string()));
        }
        lines
    }

    fn fan_lines(&self) -> Vec<Line> {
        let (field, layout) = (self.field(), self.configuration.layout());
        let field_product = match field[..] {
            [] | [_] => product(&field).to_string(),
            _ => format!("{} = {}", Factors(&field), product(&field)),
        };
        // The axis stored as output holds the channels of all groups.
        let (groups_in, groups_out) = if layout.is_transposed() {
            (layout.group_count(), 1)
        } else {
            (1, layout.group_count())
        };
        vec![
            Line::new("receptive field", field_product),
            Line::new("fan_in", self.factors(AxisRole::Input, groups_in, self.fans.fan_in)),
            Line::new("fan_out", self.factors(AxisRole::Output, groups_out, self.fans.fan_out)),
        ]
    }

    fn law_lines(&self) -> Vec<Line> {
        let mode = self.configuration.mode();
        let formula = match mode {
            FanMode::FanIn => "fan_in",
            FanMode::FanOut => "fan_out",
            FanMode::FanAvg => "(fan_in + fan_out) / 2",
            FanMode::FanGeoAvg => "√(fan_in · fan_out)",
        };
        let n = self.n();
        let formula =
            if self.shape.contains(&0) { format!("max({formula}, 1)") } else { formula.to_owned() };
        let mut lines = vec![
            Line::new("scale", self.configuration.scale().to_string()),
            Line::new("mode", format!("{}: n = {formula} = {n}", mode)),
        ];
        match self.law {
            Law::Uniform(law) => lines.extend([
                Line::new("law", format!("U[-b, b] = {}", self.law)),
                Line::new("b", format!("√(3 · scale / n) = {:?}", law.high())),
            ]),
            Law::Normal(_) => lines.push(Line::new("law", format!("N(0, std²) = {}", self.law))),
            Law::TruncatedNormal(law) => lines.extend([
                Line::new("law", format!("N(0, s²) on [-2 s, 2 s] = {}", self.law)),
                Line::new(
                    "s",
                    format!(
                        "√(scale / n) / {:?} = {:?}",
                        TruncatedNormal::STD_AT_TWO_SIGMAS,
                        law.parent_std_dev()
                    ),
                ),
                Line::new("2 s", format!("{:?}", law.upper())),
            ]),
        }
        lines.push(Line::new("std", format!("√(scale / n) = {:?}", self.law.std_dev())));
        lines
    }

    fn call_lines(&self) -> Vec<Line> {
        let calls = FRAMEWORKS.iter().map(|framework| (framework.name, framework.call(self)));
        let lines = calls.flat_map(|(name, call)| {
            let notes = call.notes.into_iter().map(|note| Line::new("", note));
            std::iter::once(Line::new(name, call.text)).chain(notes)
        });
        lines.collect()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sections = [self.kernel_lines(), self.fan_lines(), self.law_lines(), self.call_lines()];
        for (i, lines) in sections.iter().enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            for (i, Line { label, text }) in lines.iter().enumerate() {
                let end = if i > 0 { "\n" } else { "" };
                write!(f, "{end}{label:<15}  {text}")?;
            }
        }
        Ok(())
    }
}

/// One line of the report.
struct Line {
    label: String,
    text: String,
}

impl Line {
    fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self { label: label.into(), text: text.into() }
    }
}

/// A shape as Python writes it.
struct Tuple<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Tuple<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [one] => write!(f, "({one},)"),
            all => write!(f, "({})", joined(all, ", ")),
        }
    }
}

/// A product with its factors.
struct Factors<'a>(&'a [usize]);

impl fmt::Display for Factors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("1"),
            all => f.write_str(&joined(all, " · ")),
        }
    }
}

fn joined<T: fmt::Display>(numbers: &[T], separator: &str) -> String {
    numbers.iter().map(T::to_string).collect::<Vec<_>>().join(separator)
}

/// Overflows only beside a zero, which wins: the fans were computed.
fn product(factors: &[usize]) -> usize {
    factors.iter().fold(1, |product, &n| product.saturating_mul(n))
}
