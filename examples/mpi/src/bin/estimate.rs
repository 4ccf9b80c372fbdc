//! What a trillion parameters take, for 1 to 1024 ranks: each rank's parts are filled here, one rank
//! after the other, on one core.
//!
//! ```text
//! cargo run --release --bin estimate
//! ```

use cpu_time::ThreadTime;
use ndarray_init::ndarray::ArrayD;
use ndarray_init::{InitError, Key, Normal, Zeros};
use shards::cut::{Cut, Part};
use shards::model::{Parameter, Place};
use std::time::Duration;

/// The largest network of Narayanan et al., Efficient Large-Scale Language Model Training on GPU
/// Clusters Using Megatron-LM, 2021: 1008 billion parameters.
const LAYERS: usize = 128;
const HIDDEN: usize = 25_600;
const TOKENS: usize = 51_200;
const POSITIONS: usize = 2048;

/// How many elements of a part are filled: a larger part is measured by its first rows.
const SAMPLE: usize = 1 << 22;
const REPEATS: usize = 5;

fn main() -> Result<(), InitError> {
    let network = network()?;
    let elements: usize = network.iter().map(|(count, whole)| count * whole.elements()).sum();
    println!("{elements} parameters, f32, on one core of each rank\n");
    println!("ranks   GiB a rank   embedding   attention      MLP   vectors   seconds a rank");
    println!("                          nanoseconds of processor an element");
    for ranks in (0..=10).map(|power| 1_usize << power) {
        // One in the middle, where no part begins at 0.
        let rank = ranks / 2;
        let mut seconds = 0.0;
        let mut held = 0;
        let mut each = [(0.0, 0.0); 4];
        for (count, whole) in &network {
            let part = Cut::Mixed.part(whole, rank, ranks);
            let cost = cost(whole, &part)?;
            let elements = (count * part.elements()) as f64;
            held += count * part.elements();
            seconds += cost * elements / 1e9;
            let (sum, weight) = &mut each[whole.place as usize];
            *sum += cost * elements;
            *weight += elements;
        }
        let [embedding, attention, mlp, vectors] = each.map(|(sum, weight)| sum / weight);
        let gib = (held * size_of::<f32>()) as f64 / f64::from(1 << 30);
        println!(
            "{ranks:>5} {gib:>12.2} {embedding:>11.2} {attention:>11.2} {mlp:>8.2} \
             {vectors:>9.2} {seconds:>16.2}"
        );
    }
    Ok(())
}

/// The parameters, and how many there are of each.
fn network() -> Result<Vec<(usize, Parameter)>, InitError> {
    let normal = Normal::new(0.0, 0.02)?;
    let matrix = |count, place, rows, columns| {
        let (name, shape, initializer) = (String::new(), vec![rows, columns], normal.into());
        (count, Parameter { name, shape, place, initializer })
    };
    let vector = |count, len| {
        let (name, shape, initializer) = (String::new(), vec![len], Zeros.into());
        (count, Parameter { name, shape, place: Place::Vector, initializer })
    };
    Ok(vec![
        matrix(1, Place::Embedding, TOKENS, HIDDEN),
        matrix(1, Place::Embedding, POSITIONS, HIDDEN),
        matrix(LAYERS, Place::Attention, HIDDEN, 3 * HIDDEN),
        matrix(LAYERS, Place::Attention, HIDDEN, HIDDEN),
        matrix(LAYERS, Place::Mlp, HIDDEN, 4 * HIDDEN),
        matrix(LAYERS, Place::Mlp, 4 * HIDDEN, HIDDEN),
        // Biases, and the scales and shifts of two normalizations.
        vector(LAYERS, 3 * HIDDEN),
        vector(LAYERS, 4 * HIDDEN),
        vector(6 * LAYERS, HIDDEN),
    ])
}

/// Nanoseconds of processor time that an element of the part takes, in memory that is there: the
/// median of some fills.
fn cost(whole: &Parameter, part: &Part) -> Result<f64, InitError> {
    let mut sample = part.clone();
    let width: usize = sample.shape[1..].iter().product();
    sample.shape[0] = sample.shape[0].min((SAMPLE / width).max(1));
    let mut array = ArrayD::from_elem(&sample.shape[..], 1.0);
    let mut times = [Duration::ZERO; REPEATS];
    for (key, time) in (0..).map(Key::new).zip(&mut times) {
        let start = ThreadTime::now();
        whole.refill(key, &sample, &mut array)?;
        *time = start.elapsed();
    }
    times.sort_unstable();
    Ok(times[REPEATS / 2].as_nanos() as f64 / array.len() as f64)
}
