//! The roles of a kernel's axes.

use super::Fans;
use super::einsum::Equation;
use crate::error::{AxisRole, InitError};
use std::fmt;

/// The roles of a kernel's axes: input, output, batch, and the rest, its receptive field.
///
/// | layout | shape | for |
/// |---|---|---|
/// | [`keras`](Self::keras), the default | (spatial…, in, out) | Keras, TensorFlow, JAX, `x.dot(&w)` |
/// | [`torch`](Self::torch) | (out, in, spatial…) | PyTorch, MindSpore, `w.dot(&x)` |
/// | [`depthwise`](Self::depthwise) | (spatial…, in, multiplier) | Keras' depthwise convolutions |
/// | [`axes`](Self::axes) | any | axes by number |
/// | [`einsum`](Self::einsum) | any | attention, and every layer with an equation |
///
/// [`fans`](Self::fans) checks a layout against a shape, and a mismatch is an error. The guide has
/// [the table of shapes](crate::guide::layouts), with pictures.
///
/// `use ndarray::*` beside `use ndarray_init::*` makes the name ambiguous, since ndarray has a `Layout`, too:
/// import one of the crates by its prelude, or this type by its name.
///
/// ```
/// use ndarray_init::{Fans, Layout};
///
/// // 64 filters of 3 × 3 over 32 channels, as each framework stores them.
/// let fans = Fans { fan_in: 3 * 3 * 32, fan_out: 3 * 3 * 64 };
/// assert_eq!(Layout::keras().fans(&[3, 3, 32, 64])?, fans);
/// assert_eq!(Layout::torch().fans(&[64, 32, 3, 3])?, fans);
/// // Eight experts' dense kernels in one array.
/// let experts = Layout::keras().batch(&[0]);
/// assert_eq!(experts.fans(&[8, 512, 2048])?, Fans { fan_in: 512, fan_out: 2048 });
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Layout {
    roles: Roles,
    batch: Vec<isize>,
    transposed: bool,
    groups: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Roles {
    Keras,
    Torch,
    Depthwise,
    Axes { input: Vec<isize>, output: Vec<isize> },
    Einsum(Equation),
}

impl Default for Layout {
    fn default() -> Self {
        Self::keras()
    }
}

impl Layout {
    pub(crate) const fn new(roles: Roles) -> Self {
        Self { roles, batch: Vec::new(), transposed: false, groups: 1 }
    }

    /// (spatial…, in, out): Keras, TensorFlow, JAX, and the `w` of `x.dot(&w)`. The default.
    ///
    /// Every shape has fans here: without axes they are 1 and 1, and with one axis of n, n and n.
    pub const fn keras() -> Self {
        Self::new(Roles::Keras)
    }

    /// (out, in, spatial…): PyTorch, MindSpore, and the `w` of `w.dot(&x)`.
    ///
    /// Fewer than two axes are an error.
    pub const fn torch() -> Self {
        Self::new(Roles::Torch)
    }

    /// (spatial…, in, multiplier): Keras' depthwise kernels, one small kernel for each channel.
    ///
    /// An output unit sees one channel, so fan_in is the receptive field R, and fan_out is
    /// R · multiplier. Keras itself takes R · in for fan_in, which scales such layers down by
    /// the number of channels. Fewer than two axes are an error.
    pub const fn depthwise() -> Self {
        Self::new(Roles::Depthwise)
    }

    /// Any axes, by number; a negative one counts from the end. Those without a role are the
    /// receptive field.
    ///
    /// ```
    /// use ndarray_init::{Fans, Layout};
    ///
    /// // A query projection (model, heads, head size), contracted over its first axis.
    /// let query = Layout::axes(&[0], &[1, 2]);
    /// assert_eq!(query.fans(&[512, 8, 64])?, Fans { fan_in: 512, fan_out: 512 });
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    pub fn axes(input: &[isize], output: &[isize]) -> Self {
        Self::new(Roles::Axes { input: input.to_vec(), output: output.to_vec() })
    }

    /// The roles of the second operand's axes, read off an einsum equation with two operands.
    ///
    /// | axis of the second operand | in the first operand | in the result |
    /// |---|---|---|
    /// | input | yes | no, summed over |
    /// | batch | yes | yes |
    /// | output | no | yes |
    ///
    /// An axis that packs several projections is an output axis by the equation; [`batch`](Self::batch) makes it
    /// a batch axis. The first operand and the result may have an ellipsis for leading axes.
    ///
    /// ```
    /// use ndarray_init::{Fans, Layout};
    ///
    /// let heads = Layout::einsum("btd,dhk->bthk")?;
    /// assert_eq!(heads.fans(&[512, 8, 64])?, Fans { fan_in: 512, fan_out: 512 });
    /// let merge = Layout::einsum("bthk,hkd->btd")?;
    /// assert_eq!(merge.fans(&[8, 64, 512])?, Fans { fan_in: 512, fan_out: 512 });
    /// // Query, key and value in one kernel: three kernels of 512 outputs each, not one of 1536.
    /// let packed = Layout::einsum("btd,cdhk->cbthk")?.batch(&[0]);
    /// assert_eq!(packed.fans(&[3, 512, 8, 64])?, Fans { fan_in: 512, fan_out: 512 });
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    ///
    /// # Errors
    /// [`InitError::Equation`] if the equation cannot be read, or leaves an axis without a role.
    pub fn einsum(equation: &str) -> Result<Self, InitError> {
        Ok(Self::new(Roles::Einsum(Equation::parse(equation)?)))
    }

    /// Makes these axes batch axes: they separate independent kernels, such as the experts of one layer, and are
    /// in no fan. [`keras`](Self::keras), [`torch`](Self::torch) and [`depthwise`](Self::depthwise) apply to
    /// the other axes. Of [`einsum`](Self::einsum)'s axes, only output axes may become batch axes.
    pub fn batch(mut self, axes: &[isize]) -> Self {
        self.batch.extend_from_slice(axes);
        self
    }

    /// The kernel of a transposed convolution: the axes stored as input are its output, and the other way
    /// round.
    pub const fn transposed(mut self) -> Self {
        self.transposed = !self.transposed;
        self
    }

    /// A convolution in n groups. The axis that holds the channels of all groups is divided by n:
    /// the output axis, or the input axis of a transposed convolution. The other axis holds the channels
    /// of one group already.
    pub const fn groups(mut self, n: usize) -> Self {
        self.groups = n;
        self
    }

    /// The number of groups of a convolution.
    pub const fn group_count(&self) -> usize {
        self.groups
    }

    /// True for the kernel of a transposed convolution.
    pub const fn is_transposed(&self) -> bool {
        self.transposed
    }

    /// The batch axes, as they were named.
    pub fn batch_axes(&self) -> &[isize] {
        &self.batch
    }

    /// The roles of the axes, without the builders' additions.
    #[cfg(feature = "serde")]
    pub(crate) const fn stored_roles(&self) -> &Roles {
        &self.roles
    }

    /// The role of each axis of a kernel of this shape. In a transposed convolution, the axes stored as
    /// input have the role of output, and the other way round.
    ///
    /// ```
    /// use ndarray_init::{AxisRole::{Input, Output, ReceptiveField}, Layout};
    ///
    /// let conv = Layout::torch();
    /// assert_eq!(conv.roles(&[16, 4, 3])?, [Output, Input, ReceptiveField]);
    /// assert_eq!(conv.transposed().roles(&[16, 4, 3])?, [Input, Output, ReceptiveField]);
    /// # Ok::<(), ndarray_init::InitError>(())
    /// ```
    ///
    /// # Errors
    /// [`InitError::Layout`] if the shape has too few axes, or another number than the equation; or if an axis is
    /// out of range, named twice or in two roles.
    pub fn roles(&self, shape: &[usize]) -> Result<Vec<AxisRole>, InitError> {
        self.check(shape)?;
        Ok((0..shape.len()).map(|axis| self.role(axis, shape.len())).collect())
    }

    /// The fans of a kernel of this shape.
    ///
    /// # Errors
    /// Those of [`roles`](Self::roles); and if the groups do not divide the channels, or a fan is not below the
    /// largest `usize`.
    pub fn fans(&self, shape: &[usize]) -> Result<Fans, InitError> {
        self.check(shape)?;
        let checked = |fan: usize| match fan {
            usize::MAX => Err(self.refuse(shape, format!("its fans must be below {fan}"))),
            _ => Ok(fan),
        };
        // An overflow stays at the largest number, unless a factor is 0.
        let [mut field, mut input, mut output] = [1_usize; 3];
        for (axis, &n) in shape.iter().enumerate() {
            match self.role(axis, shape.len()) {
                AxisRole::Input => input = input.saturating_mul(n),
                AxisRole::Output => output = output.saturating_mul(n),
                // The only axis that counts.
                AxisRole::InputAndOutput => [input, output] = [n; 2],
                AxisRole::ReceptiveField => field = field.saturating_mul(n),
                AxisRole::Batch => {}
            }
        }
        let mut channels = [input, output];
        // The division takes longest here, and most kernels have no groups.
        if self.groups != 1 {
            let whole = &mut channels[usize::from(!self.transposed)];
            checked(*whole)?;
            if whole.checked_rem(self.groups) != Some(0) {
                let (groups, divided) = (self.groups, self.grouped_role());
                return Err(self.refuse(
                    shape,
                    format!(
                        "{groups} groups must be at least 1 and divide the {whole} {divided} channels"
                    ),
                ));
            }
            *whole /= self.groups;
        }
        let [fan_in, fan_out] = channels.map(|n| field.saturating_mul(n));
        Ok(Fans { fan_in: checked(fan_in)?, fan_out: checked(fan_out)? })
    }

    /// The role of the axis that holds the channels of all groups. This axis is stored as the output, and is
    /// the input of a transposed convolution.
    pub(crate) const fn grouped_role(&self) -> AxisRole {
        if self.transposed { AxisRole::Input } else { AxisRole::Output }
    }

    /// The role of an axis of a shape that was checked.
    fn role(&self, axis: usize, rank: usize) -> AxisRole {
        let Some(position) = self.position(axis, rank) else { return AxisRole::Batch };
        let left = rank - self.batch.len();
        let from_end = left - position;
        let stored = match &self.roles {
            Roles::Keras if left == 1 => AxisRole::InputAndOutput,
            Roles::Keras if from_end == 2 => AxisRole::Input,
            Roles::Torch if position == 1 => AxisRole::Input,
            Roles::Torch if position == 0 => AxisRole::Output,
            Roles::Keras | Roles::Depthwise if from_end == 1 => AxisRole::Output,
            Roles::Depthwise if from_end == 2 => AxisRole::Batch,
            Roles::Axes { input, .. } if names(input, axis, rank) => AxisRole::Input,
            Roles::Axes { output, .. } if names(output, axis, rank) => AxisRole::Output,
            Roles::Einsum(equation) => equation.roles()[axis],
            _ => AxisRole::ReceptiveField,
        };
        if self.transposed { stored.swapped() } else { stored }
    }

    /// The position of an axis among the axes that are no batch axes; `None` for a batch axis.
    fn position(&self, axis: usize, rank: usize) -> Option<usize> {
        let before = self.batch.iter().filter(|&&a| resolve(a, rank) < Some(axis)).count();
        (!names(&self.batch, axis, rank)).then(|| axis - before)
    }

    /// Checks that the shape has the axes that this layout names and needs, each in one role.
    fn check(&self, shape: &[usize]) -> Result<(), InitError> {
        match &self.roles {
            // A fast path for small kernels: most of their layouts name no axis.
            Roles::Keras | Roles::Torch | Roles::Depthwise if self.batch.is_empty() => {}
            Roles::Axes { input, output } => self.check_named(input, output, shape)?,
            Roles::Einsum(equation) if shape.len() != equation.roles().len() => {
                let axes = equation.roles().len();
                let rule = format!("the second operand of the equation has {axes} axes");
                return Err(self.refuse(shape, rule));
            }
            _ => self.check_named(&[], &[], shape)?,
        }
        let left = shape.len() - self.batch.len();
        if left < 2 && matches!(self.roles, Roles::Torch | Roles::Depthwise) {
            let rule = format!("it needs at least 2 axes beside its batch axes, not {left}");
            return Err(self.refuse(shape, rule));
        }
        Ok(())
    }

    /// Checks that the shape has the named axes, each in one role.
    fn check_named(
        &self,
        input: &[isize],
        output: &[isize],
        shape: &[usize],
    ) -> Result<(), InitError> {
        // An axis that packs several projections is output by the equation, and batch by `batch`.
        let mut roles: Vec<_> = match &self.roles {
            Roles::Einsum(equation) => equation
                .roles()
                .iter()
                .map(|&role| Some(role).filter(|&r| r != AxisRole::Output))
                .collect(),
            _ => vec![None; shape.len()],
        };
        let batch = (AxisRole::Batch, &self.batch[..]);
        for (role, names) in [(AxisRole::Input, input), (AxisRole::Output, output), batch] {
            for &name in names {
                let Some(axis) = resolve(name, shape.len()) else {
                    return Err(self.refuse(shape, format!("{role} axis {name} is out of range")));
                };
                let rule = match roles[axis].replace(role) {
                    None => continue,
                    Some(other) if other == role => {
                        format!("axis {axis} is named twice as {role} axis")
                    }
                    Some(other) => format!("axis {axis} is both {other} and {role} axis"),
                };
                return Err(self.refuse(shape, rule));
            }
        }
        Ok(())
    }

    #[cold]
    fn refuse(&self, shape: &[usize], rule: String) -> InitError {
        InitError::Layout { layout: self.to_string(), shape: shape.to_vec(), rule }
    }
}

/// True if the axis is among those that are named.
fn names(named: &[isize], axis: usize, rank: usize) -> bool {
    named.iter().any(|&name| resolve(name, rank) == Some(axis))
}

/// The layout in a few words, such as `torch, transposed, 4 groups`.
impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.roles {
            Roles::Keras => f.write_str("keras")?,
            Roles::Torch => f.write_str("torch")?,
            Roles::Depthwise => f.write_str("depthwise")?,
            Roles::Axes { input, output } => write!(f, "axes {input:?} to {output:?}")?,
            Roles::Einsum(equation) => write!(f, "einsum {equation}")?,
        }
        if !self.batch.is_empty() {
            write!(f, ", batch {:?}", self.batch)?;
        }
        if self.transposed {
            f.write_str(", transposed")?;
        }
        if self.groups != 1 {
            write!(f, ", {} groups", self.groups)?;
        }
        Ok(())
    }
}

/// The axis of this number, counted from the end if the number is negative.
pub(crate) fn resolve(axis: isize, rank: usize) -> Option<usize> {
    let index = if axis < 0 { rank.checked_add_signed(axis)? } else { axis.cast_unsigned() };
    (index < rank).then_some(index)
}
