//! A classifier of dense layers: how large its signals are, by He's law and by Glorot's.

use ndarray_init::ndarray::Array2;
use ndarray_init::{InitError, InitExt, Key, Normal, VarianceScaling};

const WIDTHS: [usize; 6] = [784, 512, 512, 256, 256, 10];

fn main() -> Result<(), InitError> {
    // ReLU discards half of the variance. He's law makes up for it, Glorot's does not.
    let he = signals(&VarianceScaling::he_normal())?;
    let glorot = signals(&VarianceScaling::glorot_uniform())?;
    println!("root mean square of the signals after each layer\n");
    println!("layer           he_normal   glorot_uniform");
    for (layer, (he, glorot)) in he.iter().zip(&glorot).enumerate() {
        let (fan_in, fan_out) = (WIDTHS[layer], WIDTHS[layer + 1]);
        println!("{fan_in:>4} → {fan_out:<6}   {he:>9.3}   {glorot:>14.3}");
    }
    Ok(())
}

/// The root mean square of what leaves each layer, for inputs from N(0, 1).
fn signals(hidden: &VarianceScaling) -> Result<Vec<f32>, InitError> {
    let model = Key::new(42);
    // No ReLU follows the last layer.
    let last = VarianceScaling::lecun_normal();
    let mut x = Array2::<f32>::init((256, 784), &Normal::new(0.0, 1.0)?, model.fork("inputs"))?;
    let mut sizes = Vec::new();
    for (i, widths) in WIDTHS.windows(2).enumerate() {
        let is_last = i + 2 == WIDTHS.len();
        let initializer = if is_last { &last } else { hidden };
        let key = model.fork(&format!("dense{i}/kernel"));
        x = x.dot(&Array2::init((widths[0], widths[1]), initializer, key)?);
        if !is_last {
            x.mapv_inplace(|x| x.max(0.0));
        }
        sizes.push(x.mapv(|x| x * x).mean().unwrap_or(0.0).sqrt());
    }
    Ok(sizes)
}
