//! Functions of numbers, with the same bits on every machine: the normal quantile, areas and moments
//! between bounds, sines, and the instruction set that loops over words are compiled for.

mod area;
mod float;
mod normal_quantile;
mod simd;
mod sine;

pub(crate) use area::Slice;
pub(crate) use float::{Float, is_negative};
#[cfg(feature = "complex")]
pub(crate) use normal_quantile::depth;
pub(crate) use normal_quantile::{exp, exp_m1, far_tail, ln, tail, tail_depth};
pub(crate) use simd::{Simd, Vectorized};
pub(crate) use sine::cosine;
