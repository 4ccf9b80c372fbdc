//! A deep network of dense layers with ReLU, learned by gradient descent, in plain ndarray.
//!
//! Its numbers are the same on every machine. Sums are written out in one order, since ndarray's `dot`
//! orders and fuses them as the processor likes, and `exp` and `ln` are those of the crate libm.

use super::images::Images;
use ndarray_init::ndarray::{
    Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayView1, ArrayView2, Axis, s,
};

/// Neurons of a hidden layer.
pub(crate) const WIDTH: usize = 48;
/// Kernels between hidden layers.
pub(crate) const DEPTH: usize = 16;
const BATCH: usize = 50;
const RATE: f32 = 0.02;

/// Kernels (in, out), for `x.dot(&w)`, and biases.
#[derive(Clone)]
pub(crate) struct Network {
    pub(crate) first: Array2<f32>,
    /// Those of all hidden layers: (layer, in, out).
    pub(crate) hidden: Array3<f32>,
    pub(crate) last: Array2<f32>,
    pub(crate) biases: Vec<Array1<f32>>,
}

/// How a network learned.
pub(crate) struct Record {
    /// The mean cross-entropy, in nats, over each pass through the images: before each step, that of
    /// the images that the step learns from.
    pub(crate) losses: Vec<f64>,
    /// The part of the images held out whose digit is found in the end.
    pub(crate) found: f64,
}

impl Network {
    /// Passes through the images so many times, and says how it went.
    pub(crate) fn learn(mut self, [learned, held_out]: &[Images; 2], passes: usize) -> Record {
        let losses = (0..passes).map(|_| self.pass(learned)).collect();
        Record { losses, found: self.found(held_out) }
    }

    /// Learns from every image once, and returns their mean loss.
    fn pass(&mut self, images: &Images) -> f64 {
        let starts = (0..images.digits.len()).step_by(BATCH);
        let batches = starts.map(|start| start..start + BATCH);
        let loss = batches.fold(0.0, |loss, batch| {
            let pixels = images.pixels.slice(s![batch.clone(), ..]);
            loss + self.step(&pixels, &images.digits[batch])
        });
        loss / images.digits.len() as f64
    }

    fn kernel(&self, layer: usize) -> ArrayView2<'_, f32> {
        match layer {
            0 => self.first.view(),
            _ if layer <= DEPTH => self.hidden.index_axis(Axis(0), layer - 1),
            _ => self.last.view(),
        }
    }

    /// The input of each layer, and at the end the logits.
    fn forward(&self, pixels: &ArrayRef2<f32>) -> Vec<Array2<f32>> {
        let mut values = vec![pixels.to_owned()];
        for layer in 0..DEPTH + 2 {
            let mut sums = product(&values[layer], &self.kernel(layer));
            sums += &self.biases[layer];
            if layer <= DEPTH {
                sums.mapv_inplace(|x| if x > 0.0 { x } else { 0.0 });
            }
            values.push(sums);
        }
        values
    }

    /// One step down the gradient of the mean loss. Returns the sum of the losses before it.
    fn step(&mut self, pixels: &ArrayRef2<f32>, digits: &[usize]) -> f64 {
        let mut values = self.forward(pixels);
        let mut gradient = values.pop().expect("logits");
        let mut loss = 0.0;
        for (mut row, &digit) in gradient.rows_mut().into_iter().zip(digits) {
            let logarithms = log_softmax(&row);
            loss -= logarithms[digit];
            row.assign(&logarithms.mapv(|log| libm::exp(log) as f32));
            row[digit] -= 1.0;
        }
        gradient /= digits.len() as f32;
        for layer in (0..DEPTH + 2).rev() {
            let input = &values[layer];
            let of_kernel = product(&input.t(), &gradient);
            let of_biases = gradient.sum_axis(Axis(0));
            if layer > 0 {
                let transposed = self.kernel(layer).t().as_standard_layout().into_owned();
                gradient = product(&gradient, &transposed);
                gradient.zip_mut_with(input, |g, &x| *g = if x > 0.0 { *g } else { 0.0 });
            }
            match layer {
                0 => self.first.scaled_add(-RATE, &of_kernel),
                _ if layer <= DEPTH => {
                    self.hidden.index_axis_mut(Axis(0), layer - 1).scaled_add(-RATE, &of_kernel);
                }
                _ => self.last.scaled_add(-RATE, &of_kernel),
            }
            self.biases[layer].scaled_add(-RATE, &of_biases);
        }
        loss
    }

    /// The part of the images whose digit has the largest logit.
    fn found(&self, images: &Images) -> f64 {
        let logits = self.forward(&images.pixels).pop().expect("logits");
        let is_found = |(row, &digit): (ArrayView1<'_, f32>, &usize)| {
            row.iter().enumerate().all(|(i, &x)| i == digit || x < row[digit])
        };
        let found = logits.rows().into_iter().zip(&images.digits).filter(|&row| is_found(row));
        found.count() as f64 / images.digits.len() as f64
    }
}

/// The logarithms of the probabilities that these logits stand for.
fn log_softmax(logits: &ArrayRef1<f32>) -> Array1<f64> {
    let largest = logits.fold(f32::NEG_INFINITY, |largest, &x| largest.max(x));
    let below = logits.mapv(|x| f64::from(x - largest));
    let sum = below.fold(0.0, |sum, &x| sum + libm::exp(x));
    below - libm::log(sum)
}

/// a · b, each sum in the order of the index.
fn product(a: &ArrayRef2<f32>, b: &ArrayRef2<f32>) -> Array2<f32> {
    let mut product = Array2::zeros((a.nrows(), b.ncols()));
    for (mut sums, factors) in product.rows_mut().into_iter().zip(a.rows()) {
        for (&factor, row) in factors.iter().zip(b.rows()) {
            sums.scaled_add(factor, &row);
        }
    }
    product
}
