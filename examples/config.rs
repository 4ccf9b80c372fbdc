//! A network whose layers and initializers stand in a configuration file (feature `serde`).

use ndarray_init::ndarray::ArrayD;
use ndarray_init::{AnyInitializer, InitExt, Key};
use serde::Deserialize;
use std::error::Error;

const NETWORK: &str = r#"{
    "seed": 42,
    "parameters": [
        { "name": "embedding",    "shape": [5000, 64],        "initializer": { "normal": { "std": 0.02 } } },
        { "name": "conv/kernel",  "shape": [128, 64, 3, 3],   "initializer": "kaiming_normal" },
        { "name": "dense/kernel", "shape": [784, 256],        "initializer": "he_uniform" },
        { "name": "dense/bias",   "shape": [256],             "initializer": "zeros" },
        { "name": "out/kernel",   "shape": [256, 10],         "initializer": { "variance_scaling": {
              "scale": 0.5, "mode": "fan_avg", "distribution": "uniform" } } }
    ]
}"#;

#[derive(Deserialize)]
struct Network {
    seed: Key,
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
struct Parameter {
    name: String,
    shape: Vec<usize>,
    initializer: AnyInitializer,
}

fn main() -> Result<(), Box<dyn Error>> {
    let network: Network = serde_json::from_str(NETWORK)?;
    println!("parameter     elements      std  greatest");
    for Parameter { name, shape, initializer } in &network.parameters {
        let values = ArrayD::<f32>::init(&shape[..], initializer, network.seed.fork(name))?;
        let (n, std) = (values.len(), values.std(0.0));
        let greatest = values.iter().fold(0.0_f32, |greatest, &x| greatest.max(x));
        println!("{name:<12} {n:>9}  {std:.5}  {greatest:>8.5}");
    }
    Ok(())
}
