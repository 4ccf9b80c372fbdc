//! Signals and gradients through 50 layers, for each initializer and activation.

use crate::chart::{Axis, COLORS, Mark, Series, chart, legend, picture};
use ndarray_init::derived_gain;
use ndarray_init::ndarray::Array2;
use ndarray_init::{InitError, InitExt, Initializer, Key, Normal, TorchDefault, VarianceScaling};
use std::error::Error;

const DEPTH: usize = 50;
const WIDTH: usize = 256;
const SAMPLES: usize = 64;

type Function = fn(f64) -> f64;

/// Activations by their formulas; sines, exponentials and the like are the same on every machine.
const ACTIVATIONS: [(&str, Function); 6] = [
    ("ReLU", |x| x.max(0.0)),
    ("tanh", libm::tanh),
    ("GELU", |x| x / 2.0 * libm::erfc(-x / std::f64::consts::SQRT_2)),
    ("SiLU", |x| x / (1.0 + libm::exp(-x))),
    ("SELU", |x| {
        let scaled = if x > 0.0 { x } else { 1.6732632423543772 * libm::expm1(x) };
        1.0507009873554805 * scaled
    }),
    ("sigmoid", |x| 1.0 / (1.0 + libm::exp(-x))),
];

pub(crate) fn activations() -> Result<String, Box<dyn Error>> {
    draw("Signals", |run| &run.signals)
}

pub(crate) fn gradients() -> Result<String, Box<dyn Error>> {
    draw("Gradients", |run| &run.gradients)
}

fn draw(what: &str, values: fn(&Run) -> &Vec<f64>) -> Result<String, Box<dyn Error>> {
    let logarithm = |&value: &f64| if value > 0.0 { libm::log10(value) } else { f64::NEG_INFINITY };
    picture((1120, 600), |area| {
        let (plots, beside) = area.split_horizontally(960);
        let mut all = Vec::new();
        for ((name, activation), plot) in ACTIVATIONS.into_iter().zip(plots.split_evenly((2, 3))) {
            let gain = derived_gain(activation)?;
            let mut series = Vec::new();
            for ((name, kernel), color) in initializers(gain)?.into_iter().zip(COLORS) {
                let run = Run::new(activation, &kernel)?;
                let points = (0..).map(f64::from).zip(values(&run).iter().map(logarithm)).collect();
                series.push(Series { name: String::new(), color, mark: Mark::Line, points });
                if all.len() < series.len() {
                    let (name, points) = (name.to_owned(), Vec::new());
                    all.push(Series { name, color, mark: Mark::Line, points });
                }
            }
            let x = Axis::numbers("layer", 0.0..DEPTH as f64, 0);
            let y = Axis::powers("mean square", -12.0..8.0);
            chart(&plot, &format!("{what}: {name}, gain {gain:.3}"), &x, &y, &series)?;
        }
        legend(&beside, &all)
    })
}

type Named = (&'static str, Box<dyn Initializer<f32>>);

/// For an activation with this gain, by `derived_gain`.
fn initializers(gain: f64) -> Result<Vec<Named>, InitError> {
    let lecun = VarianceScaling::lecun_normal();
    Ok(vec![
        ("lecun_normal", Box::new(lecun.clone())),
        ("he_normal", Box::new(VarianceScaling::he_normal())),
        ("lecun_normal, gain", Box::new(lecun.with_gain(gain)?)),
        ("TorchDefault", Box::new(TorchDefault::new())),
        ("N(0, 0.02²)", Box::new(Normal::new(0.0, 0.02)?)),
        ("orthogonal, gain", Box::new(ndarray_init::Orthogonal::new(gain)?)),
    ])
}

/// Mean squares before the first layer, and after each.
struct Run {
    signals: Vec<f64>,
    gradients: Vec<f64>,
}

impl Run {
    fn new(activation: Function, kernel: &dyn Initializer<f32>) -> Result<Self, InitError> {
        let key = Key::new(1);
        let normal = Normal::new(0.0, 1.0)?;
        let mut x = Array2::<f32>::init((SAMPLES, WIDTH), &normal, key.fork("inputs"))?;
        let mut signals = vec![mean_square(&x)];
        let mut layers = Vec::new();
        for layer in 0..DEPTH {
            let key = key.fork_index(layer as u64);
            let kernel = Array2::<f32>::init((WIDTH, WIDTH), kernel, key)?;
            let sums = x.dot(&kernel);
            x = sums.mapv(|x| activation(f64::from(x)) as f32);
            signals.push(mean_square(&x));
            layers.push((kernel, sums));
        }
        let mut gradient = Array2::<f32>::init((SAMPLES, WIDTH), &normal, key.fork("gradients"))?;
        let mut gradients = vec![mean_square(&gradient)];
        while let Some((kernel, sums)) = layers.pop() {
            gradient.zip_mut_with(&sums, |g, &x| *g *= slope(activation, f64::from(x)) as f32);
            gradient = gradient.dot(&kernel.t());
            gradients.push(mean_square(&gradient));
        }
        gradients.reverse();
        Ok(Self { signals, gradients })
    }
}

/// The derivative.
fn slope(activation: Function, x: f64) -> f64 {
    let step = 1e-4;
    (activation(x + step) - activation(x - step)) / (2.0 * step)
}

fn mean_square(values: &Array2<f32>) -> f64 {
    values.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / values.len() as f64
}
