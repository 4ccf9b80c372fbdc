//! Words from anywhere in a stream.

use super::key::Key;
use super::lanes::Room;
use super::word::Word;
use super::{BLOCK, CHUNK, LANES, ROW, Row};
use crate::math::Simd;

/// The streams of a complex element's words of 64 bits.
const MOST_STREAMS: usize = 4;

/// Reads a key's words at indices that rise, or nearly so: going back costs a block's first rows.
pub(crate) struct Reader<W: Word> {
    key: Key,
    simd: Simd,
    lanes: W::Lanes,
    block: u64,
    /// Chunks drawn of the block: the last of them is `words`.
    drawn: usize,
    words: [W; CHUNK],
    /// What is drawn before it is words.
    rows: [Row; MOST_STREAMS * CHUNK / ROW],
}

impl<W: Word> Reader<W> {
    #[inline(always)]
    pub(crate) fn new(key: Key) -> Self {
        let simd = Simd::best();
        Self {
            key,
            simd,
            lanes: W::lanes(key, 0, 0, simd),
            block: 0,
            drawn: 0,
            words: [W::default(); CHUNK],
            rows: [[0; LANES]; MOST_STREAMS * CHUNK / ROW],
        }
    }

    /// The words with the indices first, first + 1, …: at most so many, and at least one.
    #[inline(always)]
    pub(crate) fn neighbors(&mut self, first: u64, most: usize) -> &[W] {
        let place = self.draw_to(first);
        &self.words[place..CHUNK.min(place + most)]
    }

    /// The words with the indices first, first + step, ….
    #[inline(always)]
    pub(crate) fn read(&mut self, first: u64, step: u64, out: &mut [impl Room<W>]) {
        if step >= BLOCK as u64 {
            return self.read_apart(first, step, out);
        }
        let mut index = first;
        let mut rest = out;
        while !rest.is_empty() {
            let place = self.draw_to(index);
            let here = ((CHUNK - place) as u64).div_ceil(step) as usize;
            let (now, later) = rest.split_at_mut(here.min(rest.len()));
            for (word, place) in
                now.iter_mut().zip((place..).step_by(step.min(CHUNK as u64) as usize))
            {
                word.put(self.words[place]);
            }
            index += now.len() as u64 * step;
            rest = later;
        }
    }

    /// The same for words each of which has a block of its own: one row of that is enough.
    fn read_apart(&mut self, first: u64, step: u64, out: &mut [impl Room<W>]) {
        let simd = self.simd;
        let row = &mut self.rows[..W::STREAMS];
        let mut index = first;
        for word in out {
            let place = (index % BLOCK as u64) as usize;
            let mut lanes = W::lanes(self.key, index / BLOCK as u64, place / ROW, simd);
            W::draw(&mut lanes, row, simd);
            word.put(W::words(row, 0..ROW)(place % ROW));
            index = index.wrapping_add(step);
        }
    }

    /// Draws the chunk with this index, and says where in it the word is.
    #[inline(always)]
    fn draw_to(&mut self, index: u64) -> usize {
        const ROWS: usize = CHUNK / ROW;
        let simd = self.simd;
        let (block, place) = (index / BLOCK as u64, (index % BLOCK as u64) as usize);
        let chunk = place / CHUNK;
        if block != self.block || chunk + 1 < self.drawn {
            self.lanes = W::lanes(self.key, block, chunk * ROWS, simd);
        } else if chunk >= self.drawn {
            W::skip(&mut self.lanes, (chunk - self.drawn) * ROWS, simd);
        } else {
            return place % CHUNK;
        }
        let rows = &mut self.rows[..W::STREAMS * ROWS];
        W::draw(&mut self.lanes, rows, simd);
        let drawn = W::words(rows, 0..CHUNK);
        for (i, word) in self.words.iter_mut().enumerate() {
            *word = drawn(i);
        }
        (self.block, self.drawn) = (block, chunk + 1);
        place % CHUNK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words 0 to n − 1, drawn block by block.
    fn all<W: Word>(key: Key, n: usize) -> Vec<W> {
        let mut words = Vec::new();
        for block in 0..n.div_ceil(BLOCK) as u64 {
            let mut lanes = W::lanes(key, block, 0, Simd::best());
            let mut rows = vec![[0; LANES]; W::STREAMS * BLOCK / ROW];
            W::draw(&mut lanes, &mut rows, Simd::best());
            words.extend((0..BLOCK).map(W::words(&rows, 0..BLOCK)));
        }
        words
    }

    fn assert_reads<W: Word + PartialEq + std::fmt::Debug>() {
        let key = Key::new(3);
        let all = all::<W>(key, 8 * BLOCK);
        let mut reader = Reader::<W>::new(key);
        for step in [1, 2, 3, 16, 17, 255, 256, 257, 1000, 1024, 1500] {
            for first in [0, 1, 15, 300, 1023, 1024, 2000] {
                let mut words = vec![W::default(); (all.len() - first).div_ceil(step)];
                reader.read(first as u64, step as u64, &mut words);
                let expected: Vec<_> = all[first..].iter().copied().step_by(step).collect();
                assert_eq!(words, expected, "from {first} on in steps of {step}");
            }
        }
    }

    #[test]
    fn words_are_read_at_any_index_and_step() {
        assert_reads::<u32>();
        assert_reads::<u64>();
    }
}
