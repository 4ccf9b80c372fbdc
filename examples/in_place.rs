//! Arrays that are there already: views, slices and memory orders, filled without allocation.

use ndarray_init::ndarray::{Array2, Array3, ShapeBuilder, s};
use ndarray_init::{InitError, InitExt, InitRefExt, Key, Layout, Normal, VarianceScaling};

fn main() -> Result<(), InitError> {
    let model = Key::new(42);
    let normal = Normal::new(0.0, 0.02)?;

    // New columns for an embedding that has grown: the old ones stay.
    let mut embedding = Array2::<f32>::ones((3, 8));
    embedding.slice_mut(s![.., 4..]).fill_init(&normal, model.fork("embedding/grown"))?;
    println!("an embedding with new columns\n{embedding:+.4}\n");

    // The value depends on the logical index: a view in any order has the values of a new array.
    let fresh = Array2::<f32>::init((4, 6), &normal, model.fork("w"))?;
    let mut memory = Array3::<f32>::zeros((7, 8, 9).f());
    let mut strided = memory.slice_mut(s![..4, 1..;3, 0]).reversed_axes();
    strided.fill_init(&normal, model.fork("strided"))?;
    let mut fortran = Array2::<f32>::zeros((4, 6).f());
    fortran.fill_init(&normal, model.fork("w"))?;
    println!(
        "strides {:?} and {:?}: equal is {}",
        fresh.strides(),
        fortran.strides(),
        fresh == fortran
    );
    let written = memory.iter().filter(|&&x| x != 0.0).count();
    println!("a view of 3 × 4 of 7 · 8 · 9 elements: {written} written\n");

    // A layout that does not fit is an error, and leaves the array as it was.
    let grouped = VarianceScaling::he_normal().with_layout(Layout::torch().groups(3));
    let error = fortran.fill_init(&grouped, model.fork("w")).unwrap_err();
    println!("error: {error}\nunchanged is {}", fresh == fortran);
    Ok(())
}
