//! Why initial weights matter: one deep network learns to read handwritten digits, from eight
//! initializers.
//!
//! ```text
//! cargo run --release --example digits
//! ```
//!
//! prints
//!
//! ```text
//! 16 layers of 48 × 48 with ReLU between the first and the last; 1500 images a pass
//!
//!                                                   loss at pass                       digits read
//! hidden layers                        1        2        5       10       20       30
//! he_normal                       2.2510   1.9817   1.1222   0.5134   0.0977   0.2215    88.6 %   ▇▇▆▅▄▄▃▂▂▂▂▂▁▁▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁
//! he_uniform                      2.2349   1.9362   1.2776   0.4386   0.0872   0.0326    86.9 %   ▇▆▆▅▄▃▃▂▂▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
//! kaiming_normal                  2.2749   2.0303   1.2931   0.4906   0.1152   0.0239    88.9 %   ▇▇▆▅▄▄▃▃▂▂▃▂▁▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁
//! glorot_uniform, gain √2         2.2349   1.9362   1.2776   0.4386   0.0872   0.0326    86.9 %   ▇▆▆▅▄▃▃▂▂▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
//! glorot_uniform, no gain         2.3026   2.3022   2.3009   2.2973   2.2690   1.7868    25.6 %   ███████████████████▇▇▇▇▇▇▇▇▆▆▆
//! he_normal, gain √2 again        6.7e33   2.3026   2.3026   2.3026   2.3026   2.3026    10.1 %   ██████████████████████████████
//! he_normal, fans of the stack    2.3027   2.3027   2.3026   2.3026   2.3026   2.3026    10.1 %   ██████████████████████████████
//! he_normal, one key a neuron     2.3027   2.3027   2.3026   2.3026   2.3026   2.3026    10.1 %   ██████████████████████████████
//! ```
//!
//! and draws the losses to `digits.svg`. The numbers are the same on every machine.
//!
//! Guessing has a loss of ln 10 = 2.3026, and reads one digit in ten. The first four initializers suit
//! the network. `he_uniform` and `glorot_uniform` with ReLU's gain are one law where fan_in is fan_out, so
//! their values are the same. The others show what goes wrong in practice:
//!
//! - Without ReLU's gain, signals lose half of their variance in every layer. The network learns late.
//! - `he_normal` has the gain already. With another one, signals double in every layer, and overflow
//!   into weights that no longer learn.
//! - The kernels of all hidden layers are one array, (layer, in, out). With a layout that takes the first
//!   axis for a receptive field, every fan is 16 times too large.
//! - With one key for every neuron, all neurons of a layer compute the same.

mod images;
mod network;
mod report;
mod starts;

#[path = "../chart/mod.rs"]
mod chart;

use ndarray_init::Key;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let images = images::load();
    print!("{}", report::head());
    let mut runs = Vec::new();
    for start in starts::starts(Key::new(report::SEED))? {
        let run = report::Run::of(start, &images);
        print!("{run}");
        runs.push(run);
    }
    std::fs::write("digits.svg", report::drawing(&runs)?)?;
    println!("\ndrawn to digits.svg");
    Ok(())
}
