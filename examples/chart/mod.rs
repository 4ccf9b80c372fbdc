//! Charts as SVG: curves and bars on two axes, and their names beside them.
//!
//! The background is solid, so that a chart reads the same on light and on dark pages.

#![allow(dead_code, unused_imports)] // Examples share this, and not all of them use all of it.

pub(crate) mod law;
pub(crate) mod matrix;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::ops::Range;

pub(crate) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

const PAPER: RGBColor = RGBColor(250, 250, 248);
const INK: RGBColor = RGBColor(40, 40, 44);
const GRID: RGBColor = RGBColor(222, 222, 218);
/// Okabe and Ito's colors, which color-blind readers tell apart.
pub(crate) const COLORS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(90, 90, 94),
    RGBColor(150, 110, 60),
];
/// The width of a name beside the chart, in pixels a letter.
const LETTER: usize = 7;

/// A picture of this size, as the text of an SVG file.
pub(crate) fn picture(
    size: (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> Outcome,
) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        area.fill(&PAPER)?;
        draw(&area)?;
        area.present()?;
    }
    Ok(text)
}

/// One axis of a chart.
pub(crate) struct Axis {
    label: &'static str,
    range: Range<f64>,
    /// Digits after the point; none if the range is that of decimal exponents.
    digits: Option<usize>,
}

impl Axis {
    pub(crate) const fn numbers(label: &'static str, range: Range<f64>, digits: usize) -> Self {
        Self { label, range, digits: Some(digits) }
    }

    pub(crate) const fn powers(label: &'static str, range: Range<f64>) -> Self {
        Self { label, range, digits: None }
    }

    /// The label at a value that plotters chose.
    fn tick(&self, value: f64) -> String {
        let Some(digits) = self.digits else {
            return if value.fract() == 0.0 { power(value as i32) } else { String::new() };
        };
        let text = format!("{value:.digits$}");
        let is_zero = text.bytes().all(|byte| b"-0.".contains(&byte));
        text.replace('-', if is_zero { "" } else { "−" })
    }
}

/// 10 to this power.
fn power(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = |c: char| c.to_digit(10).map_or('⁻', |digit| RAISED[digit as usize]);
    format!("10{}", exponent.to_string().chars().map(raised).collect::<String>())
}

/// The quantity on an axis, with its name.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) color: RGBColor,
    pub(crate) mark: Mark,
    pub(crate) points: Vec<(f64, f64)>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mark {
    Line,
    Dashes,
    /// Upright bars of this width around their x.
    Bars(f64),
}

/// Draws a chart; what leaves its axes is drawn at their edge, what is not finite is left out.
pub(crate) fn chart(
    area: &Area<'_>,
    title: &str,
    x: &Axis,
    y: &Axis,
    series: &[Series],
) -> Outcome {
    let letters = series.iter().map(|series| series.name.chars().count()).max().unwrap_or(0);
    let width_beside = if letters > 0 { 44 + LETTER * letters } else { 16 };
    let width = area.dim_in_pixel().0;
    let (plot, beside) = area.split_horizontally(width as i32 - width_beside as i32);
    let text = |size: i32| ("sans-serif", size, &INK);

    let mut context = ChartBuilder::on(&plot)
        .caption(title, text(20))
        .margin(10)
        .margin_right(18)
        .x_label_area_size(46)
        .y_label_area_size(66)
        .build_cartesian_2d(x.range.clone(), y.range.clone())?;
    context
        .configure_mesh()
        .x_desc(x.label)
        .y_desc(y.label)
        .x_label_formatter(&|&value| x.tick(value))
        .y_label_formatter(&|&value| y.tick(value))
        .x_labels((width as usize / 75).clamp(3, 8))
        .y_labels(7)
        .label_style(text(15))
        .axis_desc_style(text(16))
        .axis_style(INK)
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .draw()?;
    for Series { color, mark, points, .. } in series {
        let inside = |&(px, py): &(f64, f64)| {
            (px.clamp(x.range.start, x.range.end), py.clamp(y.range.start, y.range.end))
        };
        let finite: Vec<_> =
            points.iter().filter(|(px, py)| !(px.is_nan() || py.is_nan())).map(inside).collect();
        match *mark {
            Mark::Line => {
                context.draw_series(LineSeries::new(finite, color.stroke_width(2)))?;
            }
            Mark::Dashes => {
                let style = color.stroke_width(2);
                context.draw_series(DashedLineSeries::new(finite, 7, 5, style))?;
            }
            Mark::Bars(width) => {
                let bars = finite.into_iter().map(|(px, py)| {
                    let corners = [(px - width / 2.0, 0.0), (px + width / 2.0, py)];
                    Rectangle::new(corners, color.mix(0.35).filled())
                });
                context.draw_series(bars)?;
            }
        }
    }
    if letters > 0 { legend(&beside, series) } else { Ok(()) }
}

/// Writes the names of what is drawn, each beside its mark.
pub(crate) fn legend(area: &Area<'_>, series: &[Series]) -> Outcome {
    let named = series.iter().filter(|series| !series.name.is_empty());
    for (i, Series { name, color, mark, .. }) in named.enumerate() {
        let middle = 56 + 24 * i as i32;
        match mark {
            Mark::Bars(_) => {
                let corners = [(2, middle - 6), (22, middle + 6)];
                area.draw(&Rectangle::new(corners, color.mix(0.35).filled()))?;
            }
            Mark::Dashes => {
                for from in [2, 14] {
                    let dash = vec![(from, middle), (from + 8, middle)];
                    area.draw(&PathElement::new(dash, color.stroke_width(2)))?;
                }
            }
            Mark::Line => {
                let line = vec![(2, middle), (22, middle)];
                area.draw(&PathElement::new(line, color.stroke_width(2)))?;
            }
        }
        let beside = Pos::new(HPos::Left, VPos::Center);
        let style = TextStyle::from(("sans-serif", 15).into_font()).color(&INK).pos(beside);
        area.draw_text(name, &style, (30, middle))?;
    }
    Ok(())
}
