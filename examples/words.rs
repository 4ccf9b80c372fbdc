//! Writes the raw words of the stream to a pipe, 32 bits each, for batteries of statistical tests:
//!
//! ```text
//! cargo run --release --example words -- stream | dieharder -g 200 -a
//! ```
//!
//! An array does not show all bits of its words, so the words are computed here from the documented
//! contract, with `rand_xoshiro`. Before the first word is written, arrays are compared with them.
//! `docs/STREAM.md` has the results.

use clap::{Parser, ValueEnum};
use ndarray_init::ndarray::Array1;
use ndarray_init::rand::{RngCore, SeedableRng};
use ndarray_init::rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};
use ndarray_init::{InitError, InitExt, Key, Uniform};
use std::error::Error;
use std::io::{self, BufWriter, ErrorKind, Write};

/// Writes the raw words of the stream, 32 bits each, in the byte order of the machine.
#[derive(Parser)]
#[command(name = "words")]
struct Options {
    /// Which words.
    #[arg(value_enum)]
    selection: Selection,

    /// The key, or the first of them.
    #[arg(long, default_value_t = 1)]
    key: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Selection {
    /// The words of one key: what an f32 array takes.
    Stream,
    /// The words of one key, each above the word of its low half: what an f64 array takes.
    Double,
    /// The words of one key, each before the second word of a complex element.
    Complex,
    /// The lowest bit of each word of one key, 32 of them together.
    LowBits,
    /// The words of the first of eight lanes, block after block.
    Lane,
    /// The columns of 4096 × 4096 matrices, one key each.
    Columns,
    /// The first word of consecutive keys.
    Keys,
    /// The first word of the keys i · GAMMA.
    GammaKeys,
    /// The first word of the keys forked by the names "layer0/kernel", "layer1/kernel", …
    Names,
}

/// 2⁶⁴ divided by the golden ratio.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;
/// The ASCII bytes of "ndarray!", mixed into every key.
const SALT: u64 = u64::from_be_bytes(*b"ndarray!");
const BLOCK: usize = 1024;
/// Rows and columns of a matrix.
const SIDE: usize = 4096;

/// The output function of `SplitMix64`.
fn mix64(z: u64) -> u64 {
    SplitMix64::seed_from_u64(z.wrapping_sub(GAMMA)).next_u64()
}

/// Lane n of a key.
fn lane(key: u64, n: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(mix64(key ^ SALT).wrapping_add(GAMMA.wrapping_mul(4 * n)))
}

/// The word of element 0.
fn first(key: u64) -> u32 {
    lane(key, 0).next_u64() as u32
}

/// The words of the elements 1024 b … 1024 b + 1023.
fn block(key: u64, b: u64) -> [u32; BLOCK] {
    let mut words = [0; BLOCK];
    for n in 0..8 {
        let mut lane = lane(key, 8 * b + n as u64);
        for row in words.as_chunks_mut::<16>().0 {
            let output = lane.next_u64();
            (row[2 * n], row[2 * n + 1]) = (output as u32, (output >> 32) as u32);
        }
    }
    words
}

/// The key of the low halves of an `f64` array's words.
fn low_half(key: u64) -> u64 {
    mix64(key ^ GAMMA)
}

/// The key of the second words of a complex array.
fn second_word(key: u64) -> u64 {
    mix64(key ^ GAMMA.wrapping_mul(2))
}

/// Each word of one stream before that of another.
fn in_turn(a: &[u32; BLOCK], b: &[u32; BLOCK]) -> Vec<u32> {
    a.iter().zip(b).flat_map(|(&a, &b)| [a, b]).collect()
}

impl Selection {
    /// The key of the i-th array, where there is more than one.
    fn key(self, key: u64, i: u64) -> u64 {
        match self {
            Self::Columns => Key::new(key).fork_index(i).as_u64(),
            Self::Keys => key.wrapping_add(i),
            Self::GammaKeys => key.wrapping_add(i).wrapping_mul(GAMMA),
            Self::Names => Key::new(key).fork(&format!("layer{i}/kernel")).as_u64(),
            _ => key,
        }
    }

    /// The n-th part of the words.
    fn chunk(self, key: u64, n: u64) -> Vec<u32> {
        let size = BLOCK as u64;
        match self {
            Self::Stream => block(key, n).to_vec(),
            Self::Double => in_turn(&block(low_half(key), n), &block(key, n)),
            Self::Complex => in_turn(&block(key, n), &block(second_word(key), n)),
            Self::LowBits => {
                let packed = |words: &[u32; 32]| words.iter().fold(0, |all, w| all << 1 | w & 1);
                block(key, n).as_chunks::<32>().0.iter().map(packed).collect()
            }
            Self::Lane => {
                let mut lane = lane(key, 8 * n);
                let outputs = std::iter::repeat_with(|| lane.next_u64()).take(BLOCK / 16);
                outputs.flat_map(|output| [output as u32, (output >> 32) as u32]).collect()
            }
            Self::Columns => {
                let key = self.key(key, n);
                let matrix: Vec<u32> =
                    (0..(SIDE * SIDE / BLOCK) as u64).flat_map(|b| block(key, b)).collect();
                let column = |c| matrix[c..].iter().step_by(SIDE).copied();
                (0..SIDE).flat_map(column).collect()
            }
            Self::Keys | Self::GammaKeys | Self::Names => {
                (n * size..(n + 1) * size).map(|i| first(self.key(key, i))).collect()
            }
        }
    }

    /// Compares the arrays whose words are written, or the first of them, with their words: the
    /// number of elements that were compared.
    fn check(self, key: u64) -> Result<usize, InitError> {
        let (arrays, n) = match self {
            Self::Keys | Self::GammaKeys | Self::Names => (10_000, 1),
            Self::Columns => (1, SIDE * SIDE),
            _ => (1, 1 << 22),
        };
        for key in (0..arrays).map(|i| self.key(key, i)) {
            check_array(key, n)?;
            if matches!(self, Self::Complex) {
                check_array(second_word(key), n)?;
            }
        }
        Ok(arrays as usize * n)
    }
}

/// That `f32` and `f64` arrays under this key have the words that are written.
fn check_array(key: u64, n: usize) -> Result<(), InitError> {
    let law = Uniform::new(-1.0, 1.0)?;
    let single = Array1::<f32>::init(n, &law, Key::new(key))?;
    let double = Array1::<f64>::init(n, &law, Key::new(key))?;
    for (b, (single, double)) in
        single.to_vec().chunks(BLOCK).zip(double.to_vec().chunks(BLOCK)).enumerate()
    {
        let words = block(key, b as u64).into_iter().zip(block(low_half(key), b as u64));
        for (i, (high, low)) in words.enumerate().take(single.len()) {
            let word = u64::from(high) << 32 | u64::from(low);
            let expected =
                (high as i32 as f32 / 2.0_f32.powi(31), word as i64 as f64 / 2.0_f64.powi(63));
            assert_eq!((single[i], double[i]), expected, "key {key}, element {}", BLOCK * b + i);
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let Options { selection, key } = Options::parse();
    eprintln!("{} elements of arrays have these words", selection.check(key)?);
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    for n in 0.. {
        for word in selection.chunk(key, n) {
            match out.write_all(&word.to_ne_bytes()) {
                // The reader has enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                result => result?,
            }
        }
    }
    Ok(())
}
