use super::assert_same;
use crate::choose::{self, Cut, Plan};
use crate::elements::{Listed, each_type};
use crate::memory;
use crate::stream::{element_of, part};
use arbitrary::{Arbitrary, Result, Unstructured};
use ndarray_init::ndarray::{ArrayD, ArrayViewMutD, Axis, IxDyn, ShapeBuilder, Slice};
use ndarray_init::{
    AnyInitializer, AxisRole, Center, Dirac, InitError, InitExt, InitRefExt, Key, Region,
};

/// Elements that an array has at most.
const MOST: usize = 1500;

/// Arrays: any initializer fills an array of any shape, element type and memory layout, or a region of
/// one, or says why not. Every element is what the naive oracle says of its index, whatever lies around
/// it. An array that is refused stays as it was. An array larger than memory is an error.
pub fn fill(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let Ok(Some(case)) = Case::choose(&mut u) else { return };
    let mut types = 0;
    each_type!(A => {
        if types == case.element {
            case.check::<A>();
        }
        types += 1;
    });
}

#[derive(Debug)]
struct Case {
    /// The place in the list of element types.
    element: usize,
    key: Key,
    plan: Plan,
    /// The shape of the whole array.
    whole: Vec<usize>,
    /// None where the whole array is filled.
    part: Option<Part>,
    memory: Memory,
    column_major: bool,
}

/// A part of an array, which need not lie within it.
#[derive(Debug)]
struct Part {
    shape: Vec<usize>,
    offset: Vec<usize>,
    steps: Vec<usize>,
}

/// How an array lies in memory.
#[derive(Debug)]
struct Memory {
    /// The axes, the one with the largest strides first.
    order: Vec<usize>,
    /// Along each axis, the distance from one element to the next.
    steps: Vec<isize>,
    /// Along each axis, how many places lie before it and behind.
    margins: Vec<usize>,
}

impl Case {
    fn choose(u: &mut Unstructured) -> Result<Option<Self>> {
        let (element, key) = (u.int_in_range(0..=5)?, Key::new(u64::arbitrary(u)?));
        let (whole, part) = match u.int_in_range(0..=9)? {
            0..=3 => (choose::shape(u, MOST)?, None),
            4..=6 => {
                let whole = choose::shape(u, MOST)?;
                let part = Part::within(u, &whole)?;
                (whole, Some(part))
            }
            7 => {
                let whole = sizes(u)?;
                let part = Part::within(u, &whole)?;
                (whole, Some(part))
            }
            8 => {
                let shape = choose::shape(u, MOST)?;
                let part = Part { offset: sizes(u)?, steps: sizes(u)?, shape };
                (sizes(u)?, Some(part))
            }
            _ => (sizes(u)?, None),
        };
        let Some(plan) = choose::plan(u, &whole, 0)? else { return Ok(None) };
        let memory = Memory::choose(u, part.as_ref().map_or(&whole, |part| &part.shape))?;
        let column_major = bool::arbitrary(u)?;
        let case = Self { element, key, plan, whole, part, memory, column_major };
        Ok((!case.takes_long()).then_some(case))
    }

    /// Sparse matrices take the time of all rows, orthogonal ones that of the whole matrix, and no time
    /// is left for large arrays that fit memory.
    fn takes_long(&self) -> bool {
        let n = elements(&self.whole);
        let is_large = n > MOST as u128;
        let fits = n < 2 * memory::MOST as u128;
        let is_whole = |initializer: &AnyInitializer| match initializer {
            AnyInitializer::Sparse(_) => true,
            AnyInitializer::Orthogonal(_) | AnyInitializer::DeltaOrthogonal(_) => fits,
            _ => false,
        };
        is_large && (self.part.is_none() && fits || self.plan.any(&is_whole))
    }

    fn check<A: Listed>(&self) {
        let initializer = self.plan.initializer();
        let region = match &self.part {
            None => None,
            Some(part) => match part.region(&self.whole) {
                Ok(region) => Some(region),
                Err(error) => return assert!(matches!(error, InitError::Region { .. })),
            },
        };
        let shape = self.part.as_ref().map_or(&self.whole, |part| &part.shape);
        let order = || IxDyn(shape).set_f(self.column_major);
        let fresh = match &region {
            None => ArrayD::<A>::init(order(), &initializer, self.key),
            Some(region) => ArrayD::init_region(order(), &initializer, self.key, region),
        };
        if let Some(part) = &self.part {
            let is_outside = matches!(fresh, Err(InitError::Region { .. }));
            assert_eq!(is_outside, !part.lies_within(&self.whole), "{self:?}");
        }
        if elements(shape) > MOST as u128 || shape.iter().any(|&n| n > MOST) {
            assert!(fresh.is_err() || shape.contains(&0), "{self:?} is larger than memory");
            return;
        }

        // Margins around an array without elements can take any amount.
        let bytes = elements(&self.memory.all_places(shape)) * size_of::<A>() as u128;
        if bytes > memory::MOST as u128 {
            return;
        }
        let mut memory = self.memory.of(shape);
        let mut view = self.memory.view(&mut memory, shape);
        let filled = match &region {
            None => view.fill_init(&initializer, self.key),
            Some(region) => view.fill_init_region(&initializer, self.key, region),
        };
        match (fresh, filled) {
            (Ok(fresh), Ok(())) => {
                assert_eq!(fresh.shape(), shape);
                self.compare(&fresh, region.as_ref());
                assert_same_bits(view.iter().zip(&fresh), self);
                view.fill(untouched());
            }
            // Strides of an array without elements can be too large for a new one.
            (Err(InitError::Memory { .. }), Ok(())) if view.is_empty() => {}
            (Err(error), Err(of_view)) => {
                assert_same(&of_view.to_string(), &error.to_string(), "in place");
            }
            (fresh, filled) => panic!("new: {fresh:?}, in place: {filled:?}, {self:?}"),
        }
        let is_untouched = |x: &A| x.bits() == untouched::<A>().bits();
        assert!(memory.iter().all(is_untouched), "{self:?} wrote beside the array");
    }

    /// Compares every element with the oracle.
    fn compare<A: Listed>(&self, array: &ArrayD<A>, region: Option<&Region>) {
        // A part without elements asks nothing of its initializer, the whole array may be refused.
        if array.is_empty() {
            return;
        }
        let whole = self.whole_if_needed::<A>();
        let may_be_infinite = self.plan.any(&|initializer| match initializer {
            AnyInitializer::Constant(value) => value.is_infinite(),
            AnyInitializer::Array(array) => array.iter().any(|value| value.is_infinite()),
            _ => false,
        });
        for (place, &found) in array.indexed_iter() {
            let index: Vec<_> = (0..array.ndim())
                .map(|axis| match region {
                    None => place[axis],
                    Some(region) => region.offset()[axis] + place[axis] * region.steps()[axis],
                })
                .collect();
            assert!(
                may_be_infinite || found.parts().iter().all(|part| part.is_finite()),
                "{found:?} at {index:?} of {self:?}"
            );
            let expected = element::<A>(&self.plan, &self.whole, self.key, &index)
                .or_else(|| whole.as_ref().map(|whole| whole[&index[..]]))
                .unwrap_or_else(|| self.alone(&index));
            assert_same_bits([(&found, &expected)], (&index, self));
        }
        if let (Plan::One(AnyInitializer::Sparse(sparse)), Some(whole)) = (&self.plan, &whole) {
            assert_is_sparse(whole, sparse, self.key);
        }
    }

    /// The whole array, if the oracle does not know its elements one by one.
    fn whole_if_needed<A: Listed>(&self) -> Option<ArrayD<A>> {
        let is_needed = elements(&self.whole) <= MOST as u128 && !self.whole.contains(&0);
        let build = || ArrayD::init(IxDyn(&self.whole), &self.plan.initializer(), self.key);
        is_needed.then(|| build().expect("a part of it was filled"))
    }

    /// The element by itself.
    fn alone<A: Listed>(&self, index: &[usize]) -> A {
        let region = Region::new(&self.whole, index).expect("a part at it was filled");
        let one = IxDyn(&vec![1; index.len()]);
        let alone = ArrayD::init_region(one, &self.plan.initializer(), self.key, &region);
        alone.expect("a part with it was filled").into_iter().next().expect("one element")
    }
}

impl Part {
    /// One that lies within the whole array, if that has an element.
    fn within(u: &mut Unstructured, whole: &[usize]) -> Result<Self> {
        let mut part = Self { shape: vec![], offset: vec![], steps: vec![] };
        let mut left = MOST;
        for &n in whole {
            let offset = if n == 0 { 0 } else { usize::arbitrary(u)? % n };
            let step =
                if u.ratio(1, 8)? { choose::size(u)?.max(1) } else { u.int_in_range(1..=9)? };
            let most = (n - offset).div_ceil(step).min(left);
            let len = most - u.int_in_range(0..=most)?;
            left /= len.max(1);
            part.shape.push(len);
            part.offset.push(offset);
            part.steps.push(step);
        }
        Ok(part)
    }

    fn region(&self, whole: &[usize]) -> std::result::Result<Region, InitError> {
        Region::new(whole, &self.offset)?.with_steps(&self.steps)
    }

    /// `true` if its last element is one of the whole array.
    fn lies_within(&self, whole: &[usize]) -> bool {
        let Self { shape, offset, steps } = self;
        shape.len() == whole.len()
            && (0..whole.len()).all(|axis| {
                let [n, offset, step] = [shape[axis], offset[axis], steps[axis]].map(|n| n as u128);
                let end = if n == 0 { offset } else { offset + (n - 1) * step + 1 };
                end <= whole[axis] as u128
            })
    }
}

impl Memory {
    /// One that has room for an array of this shape.
    fn choose(u: &mut Unstructured, shape: &[usize]) -> Result<Self> {
        let mut order: Vec<_> = (0..shape.len()).collect();
        for i in (1..shape.len()).rev() {
            order.swap(i, u.int_in_range(0..=i)?);
        }
        let mut left = 24_u128;
        let (mut steps, mut margins) = (Vec::new(), Vec::new());
        for &n in shape {
            let (mut step, mut margin) = (1_isize, 0);
            if left > 8 && u.ratio(1, 3)? {
                step = *u.choose(&[-1, 2, -2, 3])?;
            }
            if left > 8 && u.ratio(1, 3)? {
                margin = 1;
            }
            let places = (n as u128 * step.unsigned_abs() as u128).saturating_add(2 * margin);
            left /= places.div_ceil((n as u128).max(1)).max(1);
            steps.push(step);
            margins.push(margin as usize);
        }
        Ok(Self { order, steps, margins })
    }

    /// Places of memory that an axis takes.
    fn places(&self, axis: usize, n: usize) -> usize {
        n * self.steps[axis].unsigned_abs() + 2 * self.margins[axis]
    }

    /// Places of memory that each axis of such an array takes, in memory's order.
    fn all_places(&self, shape: &[usize]) -> Vec<usize> {
        self.order.iter().map(|&axis| self.places(axis, shape[axis])).collect()
    }

    /// Memory for an array of this shape.
    fn of<A: Listed>(&self, shape: &[usize]) -> ArrayD<A> {
        ArrayD::from_elem(self.all_places(shape), untouched())
    }

    /// The array, as it lies in its memory.
    fn view<'a, A>(&self, memory: &'a mut ArrayD<A>, shape: &[usize]) -> ArrayViewMutD<'a, A> {
        let mut places = vec![0; shape.len()];
        for (place, &axis) in self.order.iter().enumerate() {
            places[axis] = place;
        }
        let mut view = memory.view_mut().permuted_axes(places);
        for (axis, &n) in shape.iter().enumerate() {
            let (start, step) = (self.margins[axis] as isize, self.steps[axis]);
            let end = start + n as isize * step.abs();
            view.slice_axis_inplace(Axis(axis), Slice::new(start, Some(end), step));
        }
        assert_eq!(view.shape(), shape);
        view
    }
}

/// Sizes of any magnitude.
fn sizes(u: &mut Unstructured) -> Result<Vec<usize>> {
    (0..u.int_in_range(0..=4)?).map(|_| choose::size(u)).collect()
}

/// The number of elements of an array, or as many as fit a number if these are fewer.
fn elements(shape: &[usize]) -> u128 {
    if shape.contains(&0) {
        return 0;
    }
    shape.iter().fold(1, |product: u128, &n| product.saturating_mul(n as u128))
}

/// The content of places of memory that belong to no array.
fn untouched<A: Listed>() -> A {
    A::rounded(7.25)
}

#[track_caller]
fn assert_same_bits<'a, A: Listed>(
    pairs: impl IntoIterator<Item = (&'a A, &'a A)>,
    what: impl std::fmt::Debug,
) {
    for (found, expected) in pairs {
        assert!(found.bits() == expected.bits(), "{found:?} is not {expected:?}: {what:?}");
    }
}

/// The oracle: an element of an array by itself, from its index alone. None for initializers whose
/// elements depend on each other.
fn element<A: Listed>(plan: &Plan, shape: &[usize], key: Key, index: &[usize]) -> Option<A> {
    let initializer = match plan {
        Plan::One(initializer) => initializer,
        Plan::Blocks { axis, cut } => return in_blocks(*axis, cut, shape, key, index),
    };
    Some(match initializer {
        AnyInitializer::Zeros => number(0.0),
        AnyInitializer::Ones => number(1.0),
        AnyInitializer::Constant(value) => number(*value),
        AnyInitializer::Array(array) => {
            let last = &index[index.len() - array.ndim()..];
            let own: Vec<_> =
                last.iter().zip(array.shape()).map(|(&i, &n)| if n == 1 { 0 } else { i }).collect();
            number(array[&own[..]])
        }
        AnyInitializer::Identity(identity) => {
            number(if index[0] == index[1] { identity.gain() } else { 0.0 })
        }
        AnyInitializer::Dirac(dirac) => number(of_dirac(dirac, shape, index)),
        other => {
            let law = other.law(shape).expect("the array was filled")?;
            let row_major = index.iter().zip(shape).fold(0, |sum, (i, n)| sum * n + i);
            element_of(&law, key, row_major)
        }
    })
}

/// An element of blocks: that of the block's own array.
fn in_blocks<A: Listed>(
    axis: isize,
    cut: &Cut,
    shape: &[usize],
    key: Key,
    index: &[usize],
) -> Option<A> {
    let axis = if axis < 0 {
        shape.len().checked_add_signed(axis).expect("an axis")
    } else {
        axis as usize
    };
    let mut index = index.to_vec();
    let (block, size, plan) = match cut {
        Cut::Equal(plan, blocks) => {
            let size = shape[axis] / blocks;
            let block = index[axis] / size;
            index[axis] %= size;
            (block, size, &**plan)
        }
        Cut::Sizes(plan, sizes) => {
            let block = block_at(&mut index[axis], sizes.iter().copied());
            (block, sizes[block], &**plan)
        }
        Cut::Parts(parts) => {
            let block = block_at(&mut index[axis], parts.iter().map(|(size, _)| *size));
            (block, parts[block].0, &parts[block].1)
        }
    };
    let mut shape = shape.to_vec();
    shape[axis] = size;
    element(plan, &shape, part(key, block as u64), &index)
}

/// The block that a place lies in, which becomes the place within it.
fn block_at(place: &mut usize, sizes: impl Iterator<Item = usize>) -> usize {
    for (block, size) in sizes.enumerate() {
        if *place < size {
            return block;
        }
        *place -= size;
    }
    unreachable!("the sizes add up to the axis")
}

/// 1 at the center of the receptive field, from each channel of a group to itself.
fn of_dirac(dirac: &Dirac, shape: &[usize], index: &[usize]) -> f64 {
    let layout = dirac.layout();
    let roles = layout.roles(shape).expect("the array was filled");
    let axis = |role| roles.iter().position(|&found| found == role);
    let is_at_center = (0..shape.len()).all(|axis| {
        let (n, i) = (shape[axis], index[axis]);
        let center = match dirac.center() {
            Center::Upper => n / 2,
            Center::Lower => (n - 1) / 2,
        };
        roles[axis] != AxisRole::ReceptiveField || i == center
    });
    let (all, of_group) = if layout.is_transposed() {
        (axis(AxisRole::Input), axis(AxisRole::Output))
    } else {
        (axis(AxisRole::Output), axis(AxisRole::Input))
    };
    let all = all.expect("the array was filled");
    let channel = index[all] % (shape[all] / layout.group_count());
    let is_own = channel == of_group.map_or(0, |axis| index[axis]);
    f64::from(u8::from(is_at_center && is_own))
}

/// The nearest number; for types that are computed in `f32`, that of the nearest `f32`.
fn number<A: Listed>(value: f64) -> A {
    let is_short = size_of::<A>() == 2;
    A::rounded(if is_short { f64::from(value as f32) } else { value })
}

/// Each column has its zeros, and other elements are the law's.
fn assert_is_sparse<A: Listed>(whole: &ArrayD<A>, sparse: &ndarray_init::Sparse, key: Key) {
    let (rows, columns) = (whole.shape()[0], whole.shape()[1]);
    for column in 0..columns {
        let (mut zeros, mut drawn_zeros) = (0, 0);
        for row in 0..rows {
            let drawn: A = element_of(&sparse.law(), key, row * columns + column);
            let found = whole[[row, column]];
            zeros += usize::from(found == A::default());
            drawn_zeros += usize::from(drawn == A::default());
            assert!(found == A::default() || found.bits() == drawn.bits());
        }
        let expected = sparse.zeros(rows);
        assert!((expected..=expected + drawn_zeros).contains(&zeros), "{sparse:?}: {zeros}");
    }
}
