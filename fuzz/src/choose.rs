//! Bytes → numbers, shapes, layouts and initializers. Most of what is chosen is well-formed, and some
//! of it is not.

use arbitrary::{Arbitrary, Result, Unstructured};
use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::presets::keras::Stft;
use ndarray_init::{
    AnyInitializer, Blocks, Center, ComplexNormal, ComplexTruncatedNormal, Constant, Dirac, Disc,
    Distribution, FanMode, Identity, InitError, Layout, Mup, MupRole, Normal, Ones, Siren, Sparse,
    TorchDefault, TruncatedNormal, Uniform, VarianceScaling, Zeros,
};
use ndarray_init::{DeltaOrthogonal, Orthogonal};

type Bytes<'a, 'b> = &'b mut Unstructured<'a>;

/// An initializer, and the blocks that it is made of.
#[derive(Debug)]
pub(crate) enum Plan {
    One(AnyInitializer),
    Blocks { axis: isize, cut: Cut },
}

#[derive(Debug)]
pub(crate) enum Cut {
    Equal(Box<Plan>, usize),
    Sizes(Box<Plan>, Vec<usize>),
    Parts(Vec<(usize, Plan)>),
}

impl Plan {
    pub(crate) fn initializer(&self) -> AnyInitializer {
        match self {
            Self::One(initializer) => initializer.clone(),
            Self::Blocks { axis, cut } => match cut {
                Cut::Equal(plan, blocks) => {
                    Blocks::equal(plan.initializer(), *axis, *blocks).into()
                }
                Cut::Sizes(plan, sizes) => Blocks::sizes(plan.initializer(), *axis, sizes).into(),
                Cut::Parts(parts) => {
                    let parts = parts.iter().map(|(size, plan)| (*size, plan.initializer()));
                    Blocks::of(*axis, parts).into()
                }
            },
        }
    }

    /// `true` if one of its initializers is like this.
    pub(crate) fn any(&self, is: &impl Fn(&AnyInitializer) -> bool) -> bool {
        match self {
            Self::One(initializer) => is(initializer),
            Self::Blocks { cut: Cut::Equal(plan, _) | Cut::Sizes(plan, _), .. } => plan.any(is),
            Self::Blocks { cut: Cut::Parts(parts), .. } => {
                parts.iter().any(|(_, plan)| plan.any(is))
            }
        }
    }
}

/// Any number; more often one that a configuration may have.
pub(crate) fn number(u: Bytes) -> Result<f64> {
    let special = [
        0.0,
        1.0,
        f64::from_bits(1),
        f64::MIN_POSITIVE,
        65504.0,
        f64::from(f32::MAX),
        f64::MAX,
        f64::INFINITY,
        f64::NAN,
    ];
    Ok(match u.int_in_range(0..=7)? {
        0..=3 => f64::from(i16::arbitrary(u)?) / 1024.0 + 0.25,
        4 => *u.choose(&special)?,
        5 => -*u.choose(&special)?,
        6 => f32::arbitrary(u)?.into(),
        _ => f64::arbitrary(u)?,
    })
}

fn positive(u: Bytes) -> Result<f64> {
    number(u).map(f64::abs)
}

/// A shape of so many elements at most.
pub(crate) fn shape(u: Bytes, most: usize) -> Result<Vec<usize>> {
    let mut left = most;
    let rank = u.int_in_range(0..=6)?;
    (0..rank)
        .map(|_| {
            let n = match u.int_in_range(0..=9)? {
                0..=6 => u.int_in_range(1..=12)?,
                7 | 8 => u.int_in_range(1..=1400)?,
                _ => 0,
            };
            let n = n.min(left);
            left /= n.max(1);
            Ok(n)
        })
        .collect()
}

/// A size of any magnitude.
pub(crate) fn size(u: Bytes) -> Result<usize> {
    let bits = u.int_in_range(0..=63)?;
    Ok(usize::arbitrary(u)? >> bits)
}

fn axis(u: Bytes) -> Result<isize> {
    if u.ratio(1, 20)? { isize::arbitrary(u) } else { u.int_in_range(-6..=6) }
}

fn axes(u: Bytes) -> Result<Vec<isize>> {
    (0..u.int_in_range(0..=3)?).map(|_| axis(u)).collect()
}

pub(crate) fn layout(u: Bytes) -> Result<Layout> {
    let equations =
        ["ab,bc->ac", "btd,dhk->bthk", "bthk,hkd->btd", "ebd,edf->ebf", "...a,abcd->...bcd"];
    let mut layout = match u.int_in_range(0..=5)? {
        0 => Layout::keras(),
        1 | 2 => Layout::torch(),
        3 => Layout::depthwise(),
        4 => Layout::axes(&axes(u)?, &axes(u)?),
        _ => Layout::einsum(u.choose(&equations)?).expect("a well-formed equation"),
    };
    if u.ratio(1, 4)? {
        layout = layout.batch(&axes(u)?);
    }
    if u.ratio(1, 4)? {
        layout = layout.transposed();
    }
    if u.ratio(1, 4)? {
        layout = layout.groups(if u.ratio(1, 10)? { size(u)? } else { u.int_in_range(1..=6)? });
    }
    Ok(layout)
}

fn scaling(u: Bytes) -> Result<std::result::Result<VarianceScaling, InitError>> {
    use Distribution::{TruncatedNormal, Uniform, UntruncatedNormal};
    let modes = [FanMode::FanIn, FanMode::FanOut, FanMode::FanAvg, FanMode::FanGeoAvg];
    let distribution = *u.choose(&[TruncatedNormal, UntruncatedNormal, Uniform])?;
    let scaling = VarianceScaling::new(positive(u)?, *u.choose(&modes)?, distribution);
    let (gain, layout) = (positive(u)?, layout(u)?);
    let gained = u.ratio(1, 3)?;
    Ok(scaling.and_then(|scaling| {
        let scaling = scaling.with_layout(layout);
        if gained { scaling.with_gain(gain) } else { Ok(scaling) }
    }))
}

fn law(u: Bytes) -> Result<std::result::Result<AnyInitializer, InitError>> {
    let (mean, std, lower, upper) = (number(u)?, positive(u)?, number(u)?, number(u)?);
    Ok(match u.int_in_range(0..=4)? {
        0 => Uniform::new(lower, upper).map(Into::into),
        1 => Uniform::new(-std, std).map(Into::into),
        2 => Normal::new(mean, std).map(Into::into),
        3 => TruncatedNormal::new(mean, std, lower, upper).map(Into::into),
        _ => TruncatedNormal::in_sigmas(mean, std, lower, upper).map(Into::into),
    })
}

fn stft(u: Bytes) -> Result<Stft> {
    let names = ["hann", "hamming", "blackman", "bartlett", "rectangular", "boxcar"];
    let window = names.get(u.int_in_range(0..=7)?).copied();
    let scaling = *u.choose(&[Some("density"), Some("spectrum"), None])?;
    let side = *u.choose(&["real", "imag"])?;
    let stft = Stft::new(side, window, scaling, bool::arbitrary(u)?).expect("names of Keras");
    if window.is_some() || bool::arbitrary(u)? {
        return Ok(stft);
    }
    let weights = (0..u.int_in_range(0..=8)?).map(|_| number(u)).collect::<Result<_>>()?;
    Ok(stft.clone().with_window(weights).unwrap_or(stft))
}

fn array(u: Bytes) -> Result<ArrayD<f64>> {
    let shape = shape(u, 60)?;
    let numbers = [number(u)?, number(u)?, number(u)?];
    let mut i = 0;
    Ok(ArrayD::from_shape_simple_fn(IxDyn(&shape), || {
        i += 1;
        numbers[i % 3]
    }))
}

/// One initializer, or why there is none of these numbers.
fn one(u: Bytes) -> Result<std::result::Result<AnyInitializer, InitError>> {
    let mup_roles = [MupRole::Input, MupRole::Hidden, MupRole::Output];
    Ok(Ok(match u.int_in_range(0..=18)? {
        0 | 1 => return Ok(scaling(u)?.map(Into::into)),
        2 | 3 => return law(u),
        4 => Zeros.into(),
        5 => Ones.into(),
        6 => Constant(number(u)?).into(),
        7 => array(u)?.into(),
        8 => return Ok(Identity::new(positive(u)?).map(Into::into)),
        9 => {
            let center = *u.choose(&[Center::Upper, Center::Lower])?;
            Dirac::default().with_layout(layout(u)?).with_center(center).into()
        }
        10 => {
            let sparsity = f64::from(u8::arbitrary(u)?) / 250.0;
            let AnyInitializer::Law(law) = (match law(u)? {
                Ok(law) => law,
                Err(error) => return Ok(Err(error)),
            }) else {
                unreachable!("a law");
            };
            return Ok(Sparse::new(sparsity, law).map(Into::into));
        }
        11 => stft(u)?.into(),
        12 if bool::arbitrary(u)? => Siren::first().with_layout(layout(u)?).into(),
        12 => {
            let (siren, layout) = (Siren::later(positive(u)?), layout(u)?);
            return Ok(siren.map(|siren| siren.with_layout(layout).into()));
        }
        13 => TorchDefault::new().with_layout(layout(u)?).into(),
        14 => {
            let (mup, role) = (Mup::new(size(u)?, size(u)?), *u.choose(&mup_roles)?);
            let (with, base) = (bool::arbitrary(u)?, scaling(u)?);
            return Ok(mup.and_then(|mup| {
                let mup = if with { mup } else { mup.without_multipliers() };
                Ok(mup.scaling(role, base?).into())
            }));
        }
        15 => {
            let (gain, layout) = (positive(u)?, layout(u)?);
            return Ok(Orthogonal::new(gain).map(|matrix| matrix.with_layout(layout).into()));
        }
        16 => {
            let (gain, layout) = (positive(u)?, layout(u)?);
            return Ok(DeltaOrthogonal::new(gain).map(|kernel| kernel.with_layout(layout).into()));
        }
        17 => {
            let (std, bound) = (positive(u)?, positive(u)?);
            return Ok(if bool::arbitrary(u)? {
                ComplexTruncatedNormal::in_sigmas(std, bound).map(Into::into)
            } else {
                ComplexTruncatedNormal::new(std, bound).map(Into::into)
            });
        }
        _ => {
            let number = positive(u)?;
            return Ok(if bool::arbitrary(u)? {
                Disc::new(number).map(Into::into)
            } else {
                ComplexNormal::new(number).map(Into::into)
            });
        }
    }))
}

/// An initializer, perhaps of blocks that fit an array of this shape; blocks lie in each other twice at
/// most. None if a constructor refuses its numbers.
pub(crate) fn plan(u: Bytes, shape: &[usize], depth: usize) -> Result<Option<Plan>> {
    if depth == 2 || !u.ratio(1, 6)? {
        let initializer = one(u)?;
        if let Err(error) = &initializer {
            assert!(!error.to_string().is_empty());
        }
        return Ok(initializer.ok().map(Plan::One));
    }
    let along = u.int_in_range(0..=5)?;
    let n = shape.get(along).copied().unwrap_or(6);
    let from_end = bool::arbitrary(u)?;
    let axis = if from_end { along as isize - shape.len() as isize } else { along as isize };
    let cut = match u.int_in_range(0..=3)? {
        0 => {
            let blocks = u.int_in_range(1..=4)?;
            let blocks = if n.is_multiple_of(blocks) { blocks } else { 1 };
            plan(u, shape, depth + 1)?.map(|plan| Cut::Equal(Box::new(plan), blocks))
        }
        1 => {
            // So many that they fit memory, but not the time that there is, are left out.
            let blocks = Some(size(u)?).filter(|blocks| !(2000..1 << 24).contains(blocks));
            let blocks = blocks.unwrap_or(1);
            plan(u, shape, depth + 1)?.map(|plan| Cut::Equal(Box::new(plan), blocks))
        }
        2 => {
            let sizes = sizes(u, n)?;
            plan(u, shape, depth + 1)?.map(|plan| Cut::Sizes(Box::new(plan), sizes))
        }
        _ => {
            let mut parts = Vec::new();
            for size in sizes(u, n)? {
                match plan(u, shape, depth + 1)? {
                    Some(plan) => parts.push((size, plan)),
                    None => return Ok(None),
                }
            }
            Some(Cut::Parts(parts))
        }
    };
    Ok(cut.map(|cut| Plan::Blocks { axis, cut }))
}

/// Sizes that most often add up to n.
fn sizes(u: Bytes, n: usize) -> Result<Vec<usize>> {
    let mut left = n;
    let mut sizes = Vec::new();
    for _ in 0..u.int_in_range(0..=3)? {
        let size = u.int_in_range(0..=left)?;
        sizes.push(size);
        left -= size;
    }
    if !u.ratio(1, 20)? {
        sizes.push(left);
    }
    Ok(sizes)
}
