//! The table and the chart of the example.

use super::chart::{self, Axis, COLORS, Mark, Series};
use super::images::Images;
use super::network::{DEPTH, Record, WIDTH};
use super::starts::Start;
use std::error::Error;
use std::fmt;

pub(crate) const SEED: u64 = 1;
/// Passes through the images.
const PASSES: usize = 30;
/// Those whose loss is printed.
const PRINTED: [usize; 6] = [1, 2, 5, 10, 20, 30];
/// The loss of a network that has learned nothing is ln 10 = 2.303: that of guessing.
const HIGHEST: f64 = 2.6;

/// A network that learned.
pub(crate) struct Run {
    name: &'static str,
    is_right: bool,
    record: Record,
}

impl Run {
    pub(crate) fn of(start: Start, images: &[Images; 2]) -> Self {
        let record = start.network.learn(images, PASSES);
        Self { name: start.name, is_right: start.is_right, record }
    }
}

pub(crate) fn head() -> String {
    let passes = PRINTED.map(|pass| format!("{pass:>9}")).concat();
    format!(
        "{DEPTH} layers of {WIDTH} × {WIDTH} with ReLU between the first and the last; 1500 images a pass\n\n\
         {:<29}{:^54}  digits read\n{:<29}{passes}\n",
        "", "loss at pass", "hidden layers"
    )
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<29}", self.name)?;
        for pass in PRINTED {
            let loss = self.record.losses[pass - 1];
            if loss < 1000.0 {
                write!(f, "{loss:>9.4}")?;
            } else {
                write!(f, "{loss:>9.1e}")?;
            }
        }
        let curve: String = self.record.losses.iter().copied().map(bar).collect();
        writeln!(f, "{:>8.1} %   {curve}", 100.0 * self.record.found)
    }
}

/// A loss as the height of a letter.
fn bar(loss: f64) -> char {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    HEIGHTS[((loss / HIGHEST * 8.0) as usize).min(7)]
}

/// The losses against the steps.
pub(crate) fn drawing(runs: &[Run]) -> Result<String, Box<dyn Error>> {
    let series: Vec<Series> = runs
        .iter()
        .zip(COLORS.iter().cycle())
        .map(|(run, &color)| Series {
            name: run.name.to_owned(),
            color,
            mark: if run.is_right { Mark::Line } else { Mark::Dashes },
            points: (1..).map(f64::from).zip(run.record.losses.iter().copied()).collect(),
        })
        .collect();
    chart::picture((900, 420), |area| {
        chart::chart(
            area,
            "Reading digits: one network, eight initializers",
            &Axis::numbers("passes through 1500 images", 0.0..PASSES as f64, 0),
            &Axis::numbers("loss (nats)", 0.0..HIGHEST, 1),
            &series,
        )
    })
}
