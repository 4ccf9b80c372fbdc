//! Functions of numbers, with the same bits on every machine: the normal quantile, areas and moments
//! between bounds, sines, and the instruction set that loops over them are compiled for. Knows no
//! law, no stream and no array.

mod area;
mod checked;
mod multiply_add;
mod normal_quantile;
mod simd;
mod sine;

pub(crate) use area::Slice;
pub(crate) use checked::{Checked, IN_SOFTWARE, InDoubt, MulAdd};
pub(crate) use normal_quantile::Centre;
pub(crate) use normal_quantile::{depth, exp_neg, far_tails, ln, tail, tail_depth};
pub(crate) use simd::{Simd, Vectorized};
pub(crate) use sine::{Polar, cosine};
