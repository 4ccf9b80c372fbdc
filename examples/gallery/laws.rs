//! A million values of each law beside its density.

use crate::chart::{law::law_chart, picture};
use ndarray_init::VarianceScaling;
use ndarray_init::ndarray::Array1;
use ndarray_init::{InitExt, Key, Law, Normal, Siren, TorchDefault, TruncatedNormal, Uniform};
use std::error::Error;

const SHAPE: [usize; 2] = [256, 128];

pub(crate) fn draw() -> Result<String, Box<dyn Error>> {
    let laws: [(&str, Law); 9] = [
        ("Uniform", Uniform::new(-1.0, 2.0)?.into()),
        ("Normal", Normal::new(0.5, 1.0)?.into()),
        ("TruncatedNormal, ±2σ", TruncatedNormal::in_sigmas(0.0, 1.0, -2.0, 2.0)?.into()),
        ("TruncatedNormal, −0.5σ to 3σ", TruncatedNormal::in_sigmas(0.0, 1.0, -0.5, 3.0)?.into()),
        ("TruncatedNormal, 5σ to 6σ", TruncatedNormal::in_sigmas(0.0, 1.0, 5.0, 6.0)?.into()),
        ("glorot_uniform (256, 128)", VarianceScaling::glorot_uniform().law(&SHAPE)?),
        ("he_normal (256, 128)", VarianceScaling::he_normal().law(&SHAPE)?),
        ("TorchDefault (256, 128)", TorchDefault::new().law(&SHAPE)?),
        ("Siren, later layers (256, 128)", Siren::later(30.0)?.law(&SHAPE)?),
    ];
    picture((1500, 900), |area| {
        for ((name, law), panel) in laws.iter().zip(area.split_evenly((3, 3))) {
            let values = Array1::<f32>::init(1_000_000, law, Key::new(1).fork(name))?;
            law_chart(&panel, name, law, &values.to_vec())?;
        }
        Ok(())
    })
}
