//! Convolutions that copy their input.

use crate::error::{AxisRole, InitError};
use crate::fans::Layout;
use crate::fill::{Element, Region};
use crate::initializer::{Initializer, Structure, Values};
use crate::stream::Key;
use ndarray::{ArrayViewMutD, Axis};

/// A convolution that copies its input channels: 1 at the center of the receptive field where
/// input and output channel are the same, and 0 elsewhere.
///
/// The receptive field has one to three axes, by the [`Layout`]. Each group of the convolution copies its own
/// channels. Where a group has more output than input channels, the other outputs are zero. PyTorch's `dirac_`
/// and MindSpore's `Dirac` have [`Layout::torch`]. Every entry of a batch axis holds a kernel.
///
/// ```
/// use ndarray_init::ndarray::{Array3, array};
/// use ndarray_init::{Dirac, InitExt, Key, Layout};
///
/// // Two output channels, two input channels, a kernel of 3, as PyTorch stores them.
/// let dirac = Dirac::default().with_layout(Layout::torch());
/// let w = Array3::<f32>::init((2, 2, 3), &dirac, Key::new(1))?;
/// assert_eq!(w, array![[[0., 1., 0.], [0., 0., 0.]], [[0., 0., 0.], [0., 1., 0.]]]);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[must_use]
pub struct Dirac {
    layout: Layout,
    center: Center,
}

/// The choice between the two middle places of an even kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Center {
    /// k / 2: PyTorch and MindSpore.
    #[default]
    Upper,
    /// (k − 1) / 2: JAX.
    Lower,
}

impl Center {
    /// The center of an axis of k places.
    const fn of(self, k: usize) -> usize {
        match self {
            Self::Upper => k / 2,
            Self::Lower => k.saturating_sub(1) / 2,
        }
    }
}

impl Dirac {
    /// For kernels of another layout than [Keras'](Layout::keras).
    pub fn with_layout(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    /// With another center of even kernels.
    pub fn with_center(self, center: Center) -> Self {
        Self { center, ..self }
    }

    /// The layout of the kernel.
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The center of an even kernel.
    pub const fn center(&self) -> Center {
        self.center
    }
}

impl<A: Element> Initializer<A> for Dirac {
    fn values(&self, shape: &[usize], _: Key) -> Result<Values<A>, InitError> {
        self.layout.fans(shape)?;
        let roles = self.layout.roles(shape)?;
        let axes = [self.layout.grouped_role(), self.layout.grouped_role().swapped()]
            .map(|role| axes_of(&roles, role));
        match (Middle::new(&roles, shape, self.center), &axes) {
            (Some(middle), [whole, part]) if whole.len() == 1 && part.len() <= 1 => {
                let (whole, part) = (whole[0], part.first().copied());
                let groups = self.layout.group_count();
                let region = Region::whole(shape);
                Ok(Values::structured(shape, Channels { middle, whole, part, groups, region }))
            }
            _ => Err(InitError::shape("a Dirac kernel", CONVOLUTION, shape)),
        }
    }
}

/// The shapes that have a center.
pub(super) const CONVOLUTION: &str =
    "an input axis, an output axis and 1 to 3 axes of receptive field";

/// The axes of this role.
pub(super) fn axes_of(roles: &[AxisRole], role: AxisRole) -> Vec<usize> {
    (0..roles.len()).filter(|&axis| roles[axis] == role).collect()
}

/// The middle of a receptive field: its axes, and the place on each.
#[derive(Debug)]
pub(super) struct Middle(Vec<(usize, usize)>);

impl Middle {
    /// `None` unless the field has one to three axes.
    pub(super) fn new(roles: &[AxisRole], shape: &[usize], center: Center) -> Option<Self> {
        let field = axes_of(roles, AxisRole::ReceptiveField);
        let place = |axis| (axis, center.of(shape[axis]));
        (1..=3).contains(&field.len()).then(|| Self(field.into_iter().map(place).collect()))
    }

    /// Reduces a kernel, or a part of one, to its middle. False if the part does not hold the middle.
    pub(super) fn take<A>(&self, kernel: &mut ArrayViewMutD<'_, A>, region: &Region) -> bool {
        self.0.iter().all(|&(axis, center)| {
            let place = region.place(axis, center, kernel.len_of(Axis(axis)));
            if let Some(place) = place {
                kernel.collapse_axis(Axis(axis), place);
            }
            place.is_some()
        })
    }
}

#[derive(Debug)]
struct Channels {
    middle: Middle,
    /// The axis with the channels of all groups.
    whole: usize,
    /// The axis with the channels of one group; `None` if a kernel of one channel has no such axis.
    part: Option<usize>,
    groups: usize,
    /// The part of the kernel that is written.
    region: Region,
}

impl<A: Element> Structure<A> for Channels {
    fn is_on_zeros(&self) -> bool {
        true
    }

    fn write(&self, mut array: ArrayViewMutD<'_, A>) {
        let Self { middle, whole, part, groups, region } = self;
        if !middle.take(&mut array, region) {
            return;
        }
        let channels = array.len_of(Axis(*whole));
        let len = |axis: usize| region.global_shape()[axis];
        let (group_len, part_len) = (len(*whole) / groups, part.map_or(1, len));
        for place in 0..channels {
            let channel = region.coordinate(*whole, place) % group_len;
            if channel >= part_len {
                continue;
            }
            let mut ones = array.view_mut();
            ones.collapse_axis(Axis(*whole), place);
            if let Some(axis) = *part {
                let Some(place) = region.place(axis, channel, ones.len_of(Axis(axis))) else {
                    continue;
                };
                ones.collapse_axis(Axis(axis), place);
            }
            ones.fill(A::nearest_to(1.0));
        }
    }

    fn part(self: Box<Self>, region: &Region, shape: &[usize]) -> Result<Values<A>, InitError> {
        Ok(Values::structured(shape, Self { region: region.clone(), ..*self }))
    }
}
