//! Attention's query, key and value in one array: with the fans of each, or by mistake of the whole.

use ndarray_init::ndarray::{Array2, s};
use ndarray_init::{Blocks, InitError, InitExt, Initializer, Key, Normal, VarianceScaling};
use ndarray_init::{Layout, residual_gain};

const TOKENS: usize = 256;
const MODEL: usize = 512;

fn main() -> Result<(), InitError> {
    let glorot = VarianceScaling::glorot_uniform();
    println!("packed (512, 3 · 512), Glorot's law        std of q·k / √512");
    println!(
        "one block each for query, key and value    {:.3}",
        scores(&Blocks::equal(&glorot, 1, 3))?
    );
    println!("the whole as one kernel                    {:.3}", scores(&glorot)?);

    // A kernel for 8 heads of 64: its roles are read off the equation of the layer.
    let heads = VarianceScaling::glorot_uniform().with_layout(Layout::einsum("btd,dhk->bthk")?);
    println!("\nbtd,dhk->bthk (512, 8, 64)                 {}", heads.law(&[MODEL, 8, 64])?);
    // The projection back, in each of 12 blocks that add to one residual stream.
    let back = VarianceScaling::glorot_uniform()
        .with_layout(Layout::einsum("bthk,hkd->btd")?)
        .with_gain(residual_gain(12)?)?;
    println!("bthk,hkd->btd (8, 64, 512), 12 blocks      {}", back.law(&[8, 64, MODEL])?);
    Ok(())
}

/// The deviation of attention's logits, for tokens from N(0, 1): it should be 1.
fn scores(initializer: &dyn Initializer<f32>) -> Result<f32, InitError> {
    let model = Key::new(42);
    let normal = Normal::new(0.0, 1.0)?;
    let tokens = Array2::<f32>::init((TOKENS, MODEL), &normal, model.fork("tokens"))?;
    let packed = Array2::init((MODEL, 3 * MODEL), initializer, model.fork("attention/qkv"))?;
    let projected = tokens.dot(&packed);
    let query = projected.slice(s![.., ..MODEL]);
    let key = projected.slice(s![.., MODEL..2 * MODEL]);
    Ok(query.dot(&key.t()).std(0.0) / (MODEL as f32).sqrt())
}
