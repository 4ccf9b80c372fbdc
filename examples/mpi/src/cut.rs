//! Which part of a parameter each of several ranks holds.

use crate::model::{Parameter, Place};
use clap::ValueEnum;

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
    #[must_use]
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
                let columns = ranks / rows_of_grid(ranks);
                part.keep(0, rank / columns, ranks / columns);
                part.keep(last, rank % columns, columns);
            }
        }
        part
    }
}

impl Part {
    /// How many elements the part has.
    #[must_use]
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// Keeps one of so many pieces along an axis.
    fn keep(&mut self, axis: usize, piece: usize, pieces: usize) {
        let Some(size) = self.shape.get_mut(axis) else { return };
        let (begin, end) = (*size * piece / pieces, *size * (piece + 1) / pieces);
        *size = end - begin;
        self.offset[axis] += begin;
    }
}

/// How many rows the grid of so many ranks has: as many as columns, or the next smaller divisor.
fn rows_of_grid(ranks: usize) -> usize {
    (1..=ranks.isqrt()).rev().find(|rows| ranks.is_multiple_of(*rows)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray_init::Zeros;

    #[test]
    fn parts_have_every_element_once() {
        let places = [Place::Embedding, Place::Attention, Place::Mlp, Place::Vector];
        for cut in Cut::value_variants() {
            for ranks in 1..=13 {
                for place in places {
                    let shape = if place == Place::Vector { vec![7] } else { vec![11, 6] };
                    let initializer = Zeros.into();
                    let parameter = Parameter { name: String::new(), shape, place, initializer };
                    let mut counts = vec![0; parameter.elements()];
                    for rank in 0..ranks {
                        let Part { offset, shape } = cut.part(&parameter, rank, ranks);
                        let width = *parameter.shape.last().unwrap();
                        let (rows, columns) = match offset[..] {
                            [row, column] => (row..row + shape[0], column..column + shape[1]),
                            _ => (0..1, offset[0]..offset[0] + shape[0]),
                        };
                        for row in rows {
                            columns.clone().for_each(|column| counts[row * width + column] += 1);
                        }
                    }
                    assert!(counts.iter().all(|&n| n == 1), "{cut:?} {place:?} {ranks} {counts:?}");
                }
            }
        }
    }

    #[test]
    fn each_cut_divides_the_axes_that_it_names() {
        let shape_of = |cut: Cut, place, ranks| {
            let (name, shape, initializer) = (String::new(), vec![48, 96], Zeros.into());
            cut.part(&Parameter { name, shape, place, initializer }, 0, ranks).shape
        };
        assert_eq!(shape_of(Cut::Mixed, Place::Embedding, 4), [12, 96]);
        assert_eq!(shape_of(Cut::Mixed, Place::Mlp, 4), [48, 24]);
        assert_eq!(shape_of(Cut::Mixed, Place::Attention, 4), [24, 48]);
        assert_eq!(shape_of(Cut::Mixed, Place::Attention, 6), [24, 32]);
        assert_eq!(shape_of(Cut::Rows, Place::Mlp, 4), [12, 96]);
        assert_eq!(shape_of(Cut::Columns, Place::Embedding, 4), [48, 24]);
        assert_eq!(shape_of(Cut::Grid, Place::Embedding, 4), [24, 48]);
    }
}
