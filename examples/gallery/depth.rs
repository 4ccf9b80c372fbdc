//! Signals and gradients through 50 layers, for each initializer and activation.

use crate::chart::{Axis, COLORS, Mark, Series, chart, picture};
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
    draw("Mean square of the signals after each layer", |run| &run.signals)
}

pub(crate) fn gradients() -> Result<String, Box<dyn Error>> {
    draw("Mean square of the gradients before each layer", |run| &run.gradients)
}

fn draw(title: &str, values: fn(&Run) -> &Vec<f64>) -> Result<String, Box<dyn Error>> {
    picture((1500, 760), |area| {
        for ((name, activation), panel) in ACTIVATIONS.into_iter().zip(area.split_evenly((2, 3))) {
            let mut series = Vec::new();
            for ((initializer, kernel), color) in initializers(activation)?.into_iter().zip(COLORS)
            {
                let run = Run::new(activation, &kernel)?;
                let logarithm = |&value: &f64| if value > 0.0 { libm::log10(value) } else { -99.0 };
                let points = (0..).map(f64::from).zip(values(&run).iter().map(logarithm)).collect();
                series.push(Series { name: initializer, color, mark: Mark::Line, points });
            }
            let x = Axis::numbers("layer", 0.0..DEPTH as f64, 0);
            let y = Axis::powers("", -12.0..8.0);
            chart(&panel, &format!("{title}: {name}"), &x, &y, &series)?;
        }
        Ok(())
    })
}

type Named = (String, Box<dyn Initializer<f32>>);

fn initializers(activation: Function) -> Result<Vec<Named>, InitError> {
    let gain = derived_gain(activation)?;
    let lecun = VarianceScaling::lecun_normal();
    let all: Vec<Named> = vec![
        ("lecun_normal".into(), Box::new(lecun.clone())),
        ("he_normal".into(), Box::new(VarianceScaling::he_normal())),
        (format!("gain {gain:.3}"), Box::new(lecun.with_gain(gain)?)),
        ("TorchDefault".into(), Box::new(TorchDefault::new())),
        ("N(0, 0.02²)".into(), Box::new(Normal::new(0.0, 0.02)?)),
        #[cfg(feature = "orthogonal")]
        (format!("orthogonal · {gain:.2}"), Box::new(ndarray_init::Orthogonal::new(gain)?)),
    ];
    Ok(all)
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
