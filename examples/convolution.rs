//! Kernels of convolutions: one law, and the fans that each layout reads off a shape.

use ndarray_init::ndarray::{Array4, Ix4};
use ndarray_init::{InitError, InitExt, Key, Layout, VarianceScaling};

fn main() -> Result<(), InitError> {
    let model = Key::new(42);
    println!("kernel                  shape             fan_in  fan_out      std  drawn");
    for (name, shape, layout) in [
        ("Keras", Ix4(3, 3, 64, 128), Layout::keras()),
        ("PyTorch", Ix4(128, 64, 3, 3), Layout::torch()),
        ("PyTorch, 4 groups", Ix4(128, 16, 3, 3), Layout::torch().groups(4)),
        ("PyTorch, transposed", Ix4(128, 64, 3, 3), Layout::torch().transposed()),
        ("Keras, depthwise", Ix4(3, 3, 64, 2), Layout::depthwise()),
        ("Keras, pointwise", Ix4(1, 1, 64, 128), Layout::keras()),
        // Read in the wrong layout: 3 outputs, 3 inputs, 64 × 128 pixels.
        ("Keras, as PyTorch's", Ix4(3, 3, 64, 128), Layout::torch()),
    ] {
        let he = VarianceScaling::he_normal().with_layout(layout);
        let kernel = Array4::<f32>::init(shape, &he, model.fork(name))?;
        let (fans, law) = (he.fans(kernel.shape())?, he.law(kernel.shape())?);
        println!(
            "{name:<22}  {:<16}  {:>6}  {:>7}  {:.5}  {:.5}",
            format!("{:?}", kernel.shape()),
            fans.fan_in,
            fans.fan_out,
            law.std_dev(),
            kernel.std(0.0),
        );
    }
    Ok(())
}
