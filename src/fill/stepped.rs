//! words × law onto a slice, from words at one distance from each other. Knows no array.

use super::draw::{Rare, Rows, write};
use crate::laws::Sampler;
use crate::stream::{Key, ROW, Reader};
use pulp::NullaryFnOnce;
use std::mem::MaybeUninit;

/// A write of the values of words first, first + step, …, to be compiled for every instruction set.
pub(super) struct RunStepped<'a, A, R> {
    pub(super) rows: R,
    pub(super) key: Key,
    pub(super) first: u64,
    pub(super) step: u64,
    pub(super) out: &'a mut [MaybeUninit<A>],
}

impl<A: Copy + Default, R: Rows<A>> NullaryFnOnce for RunStepped<'_, A, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { rows: by_rows, key, first, step, out } = self;
        let sampler = by_rows.sampler();
        let mut reader = Reader::new(key);
        let mut rare = Rare::new();
        for place in (0..out.len()).step_by(ROW) {
            let len = ROW.min(out.len() - place);
            let mut row = [<R::Sampler as Sampler<A>>::Word::default(); ROW];
            reader.read(first + place as u64 * step, step, &mut row[..len]);
            let (values, any_rare) = by_rows.values(&row);
            write(&mut out[place..][..len], &values[..len]);
            if any_rare {
                rare.collect(sampler, &row, 0..len, place);
                rare.mend(sampler, out);
            }
        }
    }
}
