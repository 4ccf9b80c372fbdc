//! Draws what this crate promises, as SVG files: laws beside their densities, structured initializers,
//! signals and gradients through 50 layers, truncation here and elsewhere, speed.
//!
//! ```text
//! cargo run --release --example gallery   # to the folder gallery
//! ```

#[path = "../chart/mod.rs"]
mod chart;
mod depth;
mod laws;
mod speed;
mod structured;
mod truncation;

use clap::Parser;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

/// Draws laws, structured initializers, deep networks, truncation and speed, as SVG files.
#[derive(Parser)]
#[command(name = "gallery")]
struct Options {
    /// The folder to draw to.
    #[arg(long, value_name = "FOLDER", default_value = "gallery")]
    out: PathBuf,
}

type Drawing = fn() -> Result<String, Box<dyn Error>>;

const DRAWINGS: &[(&str, Drawing)] = &[
    ("laws", laws::draw),
    ("structured", structured::draw),
    ("activations", depth::activations),
    ("gradients", depth::gradients),
    ("truncation", truncation::draw),
    ("speed", speed::draw),
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Options::parse().out;
    let at = |file: &PathBuf, error| format!("{}: {error}", file.display());
    fs::create_dir_all(&folder).map_err(|error| at(&folder, error))?;
    for (name, draw) in DRAWINGS {
        let file = folder.join(name).with_extension("svg");
        fs::write(&file, draw()?).map_err(|error| at(&file, error))?;
        println!("{}", file.display());
    }
    Ok(())
}
