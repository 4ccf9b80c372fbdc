//! The handwritten digits: 1797 images of 8 × 8 pixels, 0 to 16 (`examples/data/README.md`).

use ndarray_init::ndarray::Array2;

const PIXELS: usize = 64;
/// Images to learn from; the others are held out.
const LEARNED: usize = 1500;

/// Images and their digits.
pub(crate) struct Images {
    /// One image a row, its pixels from −1 to 1.
    pub(crate) pixels: Array2<f32>,
    pub(crate) digits: Vec<usize>,
}

/// The images to learn from, and those held out.
pub(crate) fn load() -> [Images; 2] {
    let lines: Vec<&str> = include_str!("../data/digits.txt").lines().collect();
    let (learned, held_out) = lines.split_at(LEARNED);
    [learned, held_out].map(parse)
}

/// Of lines such as `0 aafnjb…`: the digit, and a letter for each pixel.
fn parse(lines: &[&str]) -> Images {
    let pixel = |letter: u8| f32::from(letter - b'a') / 8.0 - 1.0;
    let letters = lines.iter().flat_map(|line| line.as_bytes()[2..].iter().copied());
    let pixels = Array2::from_shape_vec((lines.len(), PIXELS), letters.map(pixel).collect());
    Images {
        pixels: pixels.expect("64 letters a line"),
        digits: lines.iter().map(|line| usize::from(line.as_bytes()[0] - b'0')).collect(),
    }
}
