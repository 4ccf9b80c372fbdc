//! Arrays of weights as tensors of candle and of burn.

use burn_core::tensor as burn;
use candle_core as candle;
use ndarray_init::ndarray::Array2;
use ndarray_init::{InitExt, Key, Layout, VarianceScaling};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (he, key) = (VarianceScaling::he_normal(), Key::new(42).fork("hidden"));

    let torch = he.clone().with_layout(Layout::torch());
    let w = Array2::<f32>::init((256, 784), &torch, key)?;
    let elements = w.as_slice().expect("in C order, as `init` makes it");
    let weight = candle::Tensor::from_slice(elements, w.dim(), &candle::Device::Cpu)?;
    assert_eq!(weight.get(1)?.to_vec1::<f32>()?, w.row(1).to_vec());

    let w = Array2::<f32>::init((784, 256), &he, key)?;
    // From any memory order.
    let elements: Vec<f32> = w.iter().copied().collect();
    let data = burn::TensorData::new(elements, [784, 256]);
    let weight = burn::Tensor::<2>::from_data(data, &burn::Device::flex());
    assert_eq!(weight.slice([1..2]).into_data().try_to_vec::<f32>()?, w.row(1).to_vec());
    Ok(())
}
