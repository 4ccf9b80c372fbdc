//! A matrix as a picture: blue below zero, orange above.

use super::{Area, COLORS, INK, Outcome, PAPER};
use ndarray_init::ndarray::Array2;
use plotters::prelude::*;

/// Draws the entries of a matrix, each in the color of its value.
pub(crate) fn matrix(area: &Area<'_>, title: &str, entries: &Array2<f32>) -> Outcome {
    let style = TextStyle::from(("sans-serif", 18).into_font()).color(&INK);
    let area = area.margin(8, 8, 8, 8).titled(title, style)?;
    let (width, height) = area.dim_in_pixel();
    let (rows, columns) = entries.dim();
    let side = (width as usize / columns).min(height as usize / rows) as i32;
    let left = (width as i32 - side * columns as i32) / 2;
    let largest = entries.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
    for ((row, column), &value) in entries.indexed_iter() {
        let (x, y) = (left + side * column as i32, side * row as i32);
        let color = color(f64::from(value / largest));
        area.draw(&Rectangle::new([(x, y), (x + side, y + side)], color.filled()))?;
    }
    let frame = [(left, 0), (left + side * columns as i32, side * rows as i32)];
    area.draw(&Rectangle::new(frame, INK.mix(0.4)))?;
    Ok(())
}

/// Between −1 and 1: from blue by white to orange.
fn color(value: f64) -> RGBColor {
    let end = if value < 0.0 { COLORS[0] } else { COLORS[1] };
    let between = |end: u8, paper: u8| {
        (f64::from(paper) + value.abs() * (f64::from(end) - f64::from(paper))).round() as u8
    };
    RGBColor(between(end.0, PAPER.0), between(end.1, PAPER.1), between(end.2, PAPER.2))
}
