//! Draws what this crate promises, as SVG files: laws beside their densities, structured initializers,
//! signals and gradients through 50 layers.
//!
//! ```text
//! cargo run --release --example gallery   # to the folder gallery
//! ```

#[path = "../chart/mod.rs"]
mod chart;
mod depth;
mod laws;
mod structured;

use std::error::Error;
use std::fs;
use std::path::Path;

type Drawing = fn() -> Result<String, Box<dyn Error>>;

const DRAWINGS: &[(&str, Drawing)] = &[
    ("laws", laws::draw),
    ("structured", structured::draw),
    ("activations", depth::activations),
    ("gradients", depth::gradients),
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("gallery");
    fs::create_dir_all(folder)?;
    for (name, draw) in DRAWINGS {
        let file = folder.join(name).with_extension("svg");
        fs::write(&file, draw()?)?;
        println!("{}", file.display());
    }
    Ok(())
}
