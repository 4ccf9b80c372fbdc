//! The part of a parameter that each of several ranks holds.

use crate::model::{Parameter, Place};
use clap::ValueEnum;
use ndarray_init::ndarray::{Axis, AxisDescription, Slice};

/// A way to cut a network's parameters into parts, one for each rank.
///
/// However a parameter is cut, the parts have no element in common and leave none out. Where an axis
/// cannot be divided evenly, the sizes of two parts differ by 1 at most; some are empty if there are
/// more ranks than places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Cut {
    /// Embeddings by rows, the MLP by columns, attention by a grid of both.
    Mixed,
    /// Every parameter along its first axis.
    Rows,
    /// Every parameter along its last axis.
    Columns,
    /// Every matrix along both axes.
    Grid,
}

/// Where a part lies in the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The index of its first element.
    pub offset: Vec<usize>,
    /// How far it reaches from there.
    pub shape: Vec<usize>,
}

impl Cut {
    /// The part of one of so many ranks.
    pub fn part(self, parameter: &Parameter, rank: usize, ranks: usize) -> Part {
        let shape = &parameter.shape;
        let last = shape.len().saturating_sub(1);
        let mut part = Part { offset: vec![0; shape.len()], shape: shape.clone() };
        match (self, parameter.place) {
            // A vector has one axis.
            (_, Place::Vector) | (Self::Rows, _) | (Self::Mixed, Place::Embedding) => {
                part.keep(0, rank, ranks);
            }
            (Self::Columns, _) | (Self::Mixed, Place::Mlp) => part.keep(last, rank, ranks),
            (Self::Grid, _) | (Self::Mixed, Place::Attention) => {
                // As many rows as columns, or the next smaller divisor.
                let is_divisor = |rows: &usize| ranks.is_multiple_of(*rows);
                let rows = (1..=ranks.isqrt()).rev().find(is_divisor).unwrap_or(1);
                let columns = ranks / rows;
                part.keep(0, rank / columns, rows);
                part.keep(last, rank % columns, columns);
            }
        }
        part
    }
}

impl Part {
    /// The indices along an axis of the whole.
    pub fn along(&self, AxisDescription { axis: Axis(axis), .. }: AxisDescription) -> Slice {
        Slice::from(self.offset[axis]..self.offset[axis] + self.shape[axis])
    }

    /// Keeps one of so many pieces along an axis.
    fn keep(&mut self, axis: usize, piece: usize, pieces: usize) {
        let Some(size) = self.shape.get_mut(axis) else { return };
        let (begin, end) = (*size * piece / pieces, *size * (piece + 1) / pieces);
        *size = end - begin;
        self.offset[axis] += begin;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray_init::Zeros;
    use ndarray_init::ndarray::ArrayD;

    fn part(cut: Cut, place: Place, shape: &[usize], rank: usize, ranks: usize) -> Part {
        let (name, shape, initializer) = (String::new(), shape.to_vec(), Zeros.into());
        cut.part(&Parameter { name, shape, place, initializer }, rank, ranks)
    }

    #[test]
    fn parts_have_every_element_once() {
        let places = [Place::Embedding, Place::Attention, Place::Mlp, Place::Vector];
        for (&cut, place) in Cut::value_variants().iter().flat_map(|cut| places.map(|p| (cut, p))) {
            for ranks in 1..=13 {
                let shape: &[usize] = if place == Place::Vector { &[7] } else { &[11, 6] };
                let mut counts = ArrayD::<u8>::zeros(shape);
                for rank in 0..ranks {
                    let part = part(cut, place, shape, rank, ranks);
                    counts.slice_each_axis_mut(|axis| part.along(axis)).map_inplace(|n| *n += 1);
                }
                assert!(counts.iter().all(|&n| n == 1), "{cut:?} {place:?} {ranks} {counts:?}");
            }
        }
    }

    #[test]
    fn each_cut_divides_the_axes_that_it_names() {
        let shape_of = |cut, place, ranks| part(cut, place, &[48, 96], 0, ranks).shape;
        assert_eq!(shape_of(Cut::Mixed, Place::Embedding, 4), [12, 96]);
        assert_eq!(shape_of(Cut::Mixed, Place::Mlp, 4), [48, 24]);
        assert_eq!(shape_of(Cut::Mixed, Place::Attention, 6), [24, 32]);
        assert_eq!(shape_of(Cut::Rows, Place::Mlp, 4), [12, 96]);
        assert_eq!(shape_of(Cut::Columns, Place::Embedding, 4), [48, 24]);
    }
}
