//! Initializers whose values depend on their place: kernels as pictures, and the laws of their entries.

use crate::chart::law::density_chart;
use crate::chart::{Area, Outcome, matrix::matrix, picture};
use ndarray_init::ndarray::{Array2, Array3, s};
use ndarray_init::presets::keras::Stft;
use ndarray_init::{AnyInitializer, Normal, Ones, VarianceScaling, Zeros};
use ndarray_init::{Blocks, DeltaOrthogonal, Dirac, Identity, Orthogonal, Sparse};
use ndarray_init::{InitExt, Initializer, Key};
use std::error::Error;

const SIDE: usize = 24;

pub(crate) fn draw() -> Result<String, Box<dyn Error>> {
    picture((1550, 670), |area| {
        let panels = area.split_evenly((2, 5));
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
        orthogonal(&panels[5..])
    })
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
