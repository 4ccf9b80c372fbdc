//! Initializers whose values depend on their place: kernels as pictures, and the laws of their entries.

use crate::chart::law::density_chart;
use crate::chart::{Area, Axis, COLORS, Mark, Outcome, Series, chart, matrix::matrix, picture};
use ndarray_init::ndarray::{Array2, Array3, s};
use ndarray_init::presets::keras::Stft;
use ndarray_init::{AnyInitializer, Normal, Ones, VarianceScaling, Zeros};
use ndarray_init::{Blocks, DeltaOrthogonal, Dirac, Identity, Orthogonal, Sparse};
use ndarray_init::{InitExt, Initializer, Key};
use std::error::Error;

const SIDE: usize = 24;

pub(crate) fn draw() -> Result<String, Box<dyn Error>> {
    picture((1240, 1000), |area| {
        let panels = area.split_evenly((3, 4));
        let square = |initializer: &dyn Initializer<f32>| {
            Array2::init((SIDE, SIDE), initializer, Key::new(1))
        };
        matrix(&panels[0], "Identity", &square(&Identity::default())?)?;
        let dirac = Array3::<f32>::init((3, 8, 8), &Dirac::default(), Key::new(1))?;
        let taps = dirac.into_shape_with_order((24, 8))?;
        matrix(&panels[1], "Dirac (3, 8, 8): three taps", &taps)?;
        matrix(&panels[2], "Sparse, half of each column", &square(&Sparse::normal(0.5, 0.01)?)?)?;
        let stft = Stft::new("real", Some("hann"), Some("density"), false)?;
        let stft = Array3::<f32>::init((32, 1, 17), &stft, Key::new(1))?;
        matrix(&panels[3], "Stft (32, 1, 17)", &stft.slice(s![.., 0, ..]).to_owned())?;
        let parts: [(usize, AnyInitializer); 4] = [
            (6, Zeros.into()),
            (6, Ones.into()),
            (6, Normal::new(0.0, 0.5)?.into()),
            (6, VarianceScaling::glorot_uniform().into()),
        ];
        matrix(&panels[4], "Blocks of rows", &square(&Blocks::of(0, parts))?)?;
        sparse(&panels[5])?;
        spike(&panels[6])?;
        orthogonal(&panels[7..])
    })
}

/// The entries of a sparse matrix that are not zero, and the normal that they are drawn from.
fn sparse(area: &Area<'_>) -> Outcome {
    let matrix = Array2::<f32>::init((1000, 1000), &Sparse::normal(0.3, 1.0)?, Key::new(1))?;
    let values: Vec<f32> = matrix.into_iter().filter(|&x| x != 0.0).collect();
    let normal = |x: f64| libm::exp(-x * x / 2.0) / std::f64::consts::TAU.sqrt();
    density_chart(area, "Sparse: entries not 0", &values, -4.0..4.0, 50, normal)
}

/// Zeros in each column of a sparse matrix.
fn spike(area: &Area<'_>) -> Outcome {
    let matrix = Array2::<f32>::init((1000, 60), &Sparse::normal(0.3, 1.0)?, Key::new(1))?;
    let zeros = matrix.columns().into_iter().map(|c| c.iter().filter(|&&x| x == 0.0).count());
    let points = zeros.enumerate().map(|(i, zeros)| (i as f64 + 0.5, zeros as f64)).collect();
    let series = Series { name: String::new(), color: COLORS[0], mark: Mark::Bars(0.8), points };
    let x = Axis::numbers("column", 0.0..60.0, 0);
    let y = Axis::numbers("zeros of 1000", 0.0..390.0, 0);
    chart(area, "Sparse: zeros a column", &x, &y, &[series])
}

/// Orthogonal matrices as pictures, and the law of their entries.
fn orthogonal(panels: &[Area<'_>]) -> Outcome {
    let wide = Array2::<f32>::init((24, 24), &Orthogonal::default(), Key::new(1))?;
    matrix(&panels[0], "Orthogonal", &wide)?;
    let products = wide.t().dot(&wide);
    matrix(&panels[1], "Orthogonal: products of columns", &products)?;
    let delta = Array3::<f32>::init((3, 8, 8), &DeltaOrthogonal::default(), Key::new(1))?;
    matrix(&panels[2], "DeltaOrthogonal (3, 8, 8)", &delta.into_shape_with_order((24, 8))?)?;
    // A column of n is uniform on the sphere: x² has the law Beta(1/2, (n − 1)/2).
    for (panel, n) in panels[3..5].iter().zip([4, 8]) {
        let mut values = Vec::new();
        for i in 0..40_000 / n {
            let key = Key::new(1).fork_index(i as u64);
            values.extend(Array2::<f32>::init((n, n), &Orthogonal::default(), key)?);
        }
        let half = n as f64 / 2.0;
        let constant = libm::tgamma(half) / libm::tgamma(half - 0.5) / std::f64::consts::PI.sqrt();
        let density = move |x: f64| constant * (1.0 - x * x).max(0.0).powf(half - 1.5);
        let title = format!("Orthogonal ({n}, {n}): entries");
        density_chart(panel, &title, &values, -1.0..1.0, 50, density)?;
    }
    Ok(())
}
