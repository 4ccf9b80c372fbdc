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
//! he_normal                       2.1905   1.9696   1.3637   0.5510   0.1031   0.0906    85.2 %   ▇▇▆▅▅▄▃▃▂▂▂▁▁▁▁▂▁▁▁▁▁▁▁▂▃▁▂▁▁▁
//! he_uniform                      2.2375   2.0149   1.1049   0.3809   0.2014   0.0230    89.2 %   ▇▇▆▅▄▅▃▃▂▂▂▁▁▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
//! kaiming_normal                  2.2276   1.9840   1.2586   0.4883   0.0913   0.2110    85.5 %   ▇▇▇▅▄▄▃▂▂▂▂▂▂▂▁▂▁▁▁▁▁▁▁▁▁▁▁▁▂▁
//! glorot_uniform, gain √2         2.2375   2.0149   1.1049   0.3809   0.2014   0.0230    89.2 %   ▇▇▆▅▄▅▃▃▂▂▂▁▁▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
//! glorot_uniform, no gain         2.3021   2.3013   2.2994   2.2928   2.0222   1.5974    24.6 %   ██████████████▇▇▇▇▇▇▆▆▆▆▆▆▆▆▆▅
//! he_normal, gain √2 again         2.4e7   2.3028   2.3027   2.3027   2.3026   2.3026    10.1 %   ██████████████████████████████
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
