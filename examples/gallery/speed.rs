//! Nanoseconds an element, here, in memory and in other libraries (`examples/data/speed.csv`).

use crate::chart::{Axis, COLORS, Mark, Series, Ticks, chart, picture};
use std::error::Error;

const LAWS: [&str; 4] = ["fill", "Xavier uniform", "Kaiming normal", "truncated normal"];

pub(crate) fn draw() -> Result<String, Box<dyn Error>> {
    let mut systems: Vec<String> = Vec::new();
    let mut points = LAWS.map(|_| Vec::new());
    for line in include_str!("../data/speed.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [system, law, time] = fields[..] else { return Err(line.into()) };
        let place = systems.iter().position(|name| name == system).unwrap_or_else(|| {
            systems.push(system.to_owned());
            systems.len() - 1
        });
        let law = LAWS.iter().position(|&name| name == law).ok_or("no such law")?;
        points[law].push((libm::log10(time.parse()?), place as f64));
    }
    // The first stands on top.
    let last = systems.len() as f64 - 1.0;
    systems.reverse();
    let series: Vec<Series> = LAWS
        .iter()
        .zip(points)
        .zip([COLORS[6], COLORS[0], COLORS[1], COLORS[2]])
        .map(|((&name, points), color)| Series {
            name: name.to_owned(),
            color,
            mark: Mark::Dots(5),
            points: points.into_iter().map(|(time, place)| (time, last - place)).collect(),
        })
        .collect();
    picture((1000, 520), |area| {
        let x = Axis {
            label: "nanoseconds an element",
            range: -0.3..2.0,
            ticks: Ticks::At(
                [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
                    .map(|time: f64| (libm::log10(time), time.to_string()))
                    .to_vec(),
            ),
        };
        let y = Axis {
            label: "",
            range: -0.6..last + 0.6,
            ticks: Ticks::At((0..).map(f64::from).zip(systems).collect()),
        };
        chart(area, "A new 4096 × 4096 kernel of f32, one thread", &x, &y, &series)
    })
}
