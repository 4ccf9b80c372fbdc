//! The eigenvalues of an orthogonal kernel, beside those of a normal one.

use crate::chart::{Axis, COLORS, Mark, Series, chart, picture};
use faer::Mat;
use ndarray_init::ndarray::Array2;
use ndarray_init::{InitExt, Initializer, Key, Normal, Orthogonal};
use std::error::Error;

const SIDE: usize = 256;

pub(crate) fn draw() -> Result<String, Box<dyn Error>> {
    // An entry of an orthogonal matrix has this deviation, too.
    let normal = Normal::new(0.0, 1.0 / (SIDE as f64).sqrt())?;
    let circle = (0..=720).map(|i| f64::from(i).to_radians() / 2.0);
    let series = [
        Series {
            name: "normal, std 1/16".into(),
            color: COLORS[1],
            mark: Mark::Dots(3),
            points: eigenvalues(&normal)?,
        },
        Series {
            name: "orthogonal".into(),
            color: COLORS[0],
            mark: Mark::Dots(3),
            points: eigenvalues(&Orthogonal::default())?,
        },
        Series {
            name: "unit circle".into(),
            color: COLORS[6],
            mark: Mark::Line,
            points: circle.map(|angle| (libm::cos(angle), libm::sin(angle))).collect(),
        },
    ];
    picture((760, 620), |area| {
        let x = Axis::numbers("real part", -1.2..1.2, 1);
        let y = Axis::numbers("imaginary part", -1.2..1.2, 1);
        chart(area, "Eigenvalues of 256 × 256 kernels", &x, &y, &series)
    })
}

fn eigenvalues(initializer: &dyn Initializer<f64>) -> Result<Vec<(f64, f64)>, Box<dyn Error>> {
    let kernel = Array2::<f64>::init((SIDE, SIDE), initializer, Key::new(1))?;
    let matrix = Mat::from_fn(SIDE, SIDE, |i, j| kernel[[i, j]]);
    let values = matrix.eigenvalues().map_err(|error| format!("{error:?}"))?;
    Ok(values.into_iter().map(|value| (value.re, value.im)).collect())
}
