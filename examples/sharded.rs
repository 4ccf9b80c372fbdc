//! One kernel in the memory of several processes: each fills its own part, and asks nobody.

use ndarray_init::ndarray::{Array2, s};
use ndarray_init::{InitError, InitExt, Key, Region, VarianceScaling};

const SHAPE: [usize; 2] = [512, 2048];

fn main() -> Result<(), InitError> {
    let (he, key) = (VarianceScaling::he_normal(), Key::new(42).fork("mlp/kernel"));
    let whole = Array2::<f32>::init(SHAPE, &he, key)?;
    println!("process  rows        columns        equal  std");
    // Four processes have a quarter of the columns each; eight, one row of eight.
    for (processes, axis) in [(4, 1), (8, 0)] {
        for process in 0..processes {
            let (mut offset, mut steps, mut shape) = ([0, 0], [1, 1], SHAPE);
            shape[axis] /= processes;
            if axis == 1 {
                offset[1] = process * shape[1];
            } else {
                (offset[0], steps[0]) = (process, processes);
            }
            let region = Region::new(&SHAPE, &offset)?.with_steps(&steps)?;
            let part = Array2::<f32>::init_region(shape, &he, key, &region)?;
            let here = whole.slice(s![offset[0]..;steps[0], offset[1]..offset[1] + shape[1]]);
            let rows = format!("{}, {}, …", offset[0], offset[0] + steps[0]);
            let columns = format!("{}, {}, …", offset[1], offset[1] + steps[1]);
            let (equal, std) = (part == here, part.std(0.0));
            println!("{process} of {processes}   {rows:<10}  {columns:<13}  {equal}  {std:.5}");
        }
        println!();
    }
    // Part of a kernel that no memory holds: its fans are those of the whole.
    let (huge, corner) = ([1 << 30, 1 << 30], [1 << 29, 3]);
    let part = Array2::<f32>::init_region((2, 3), &he, key, &Region::new(&huge, &corner)?)?;
    println!("six of 2⁶⁰ elements, of deviation {:.2e}\n{part:+.2e}", he.law(&huge)?.std_dev());
    Ok(())
}
