//! Truncated normals of this crate and of the frameworks, for a kernel with fan_in 1.
//!
//! The frameworks' laws are those that MIGRATING.md and `tests/data` record.

use crate::chart::law::{density, histogram, points};
use crate::chart::{Axis, COLORS, Mark, Series, chart, picture};
use ndarray_init::ndarray::Array1;
use ndarray_init::presets::{keras, mindspore, torch};
use ndarray_init::{Distribution, InitExt, Key, Law, VarianceScaling};
use std::error::Error;

const BARS: usize = 280;

pub(crate) fn draw() -> Result<String, Box<dyn Error>> {
    let ours = VarianceScaling::default().law(&[1, 1])?;
    // Each beside the deviation that it was asked for.
    let peers: [(&str, Law, f64); 4] = [
        ("Keras, JAX: VarianceScaling", keras::lecun_normal().law(&[1, 1])?, 1.0),
        ("Keras: TruncatedNormal", keras::truncated_normal(None, 0.02)?.into(), 0.02),
        // Bounds of -2 and 2, which are a hundred deviations out.
        (
            "PyTorch: trunc_normal_(std=0.02)",
            torch::trunc_normal(None, 0.02, None, None)?.into(),
            0.02,
        ),
        (
            "MindSpore 2.10: VarianceScaling",
            mindspore::variance_scaling(None, None, Distribution::Uniform)?.law(&[1, 1])?,
            1.0,
        ),
    ];
    let range = -3.5..3.5;
    let values = Array1::<f32>::init(1_000_000, &ours, Key::new(1))?.to_vec();
    let mut series = vec![Series {
        name: "here: VarianceScaling, std 1.00".into(),
        color: COLORS[5],
        mark: Mark::Bars((range.end - range.start) / BARS as f64),
        points: histogram(&values, &range, BARS),
    }];
    for ((name, law, std), color) in peers.iter().zip([COLORS[0], COLORS[4], COLORS[2], COLORS[1]])
    {
        series.push(Series {
            name: format!("{name}, std {:.2}", law.std_dev() / std),
            color,
            mark: Mark::Line,
            points: points(&range, 700).map(|x| (x, std * density(law, std * x))).collect(),
        });
    }
    picture((1150, 440), |area| {
        let x = Axis::numbers("value / deviation that was asked for", range, 1);
        let y = Axis::numbers("density", 0.0..0.5, 1);
        chart(area, "What is called a truncated normal", &x, &y, &series)
    })
}
