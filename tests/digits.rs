//! The example that learns digits: its numbers and its picture are those of its documentation.

#[path = "../examples/chart/mod.rs"]
mod chart;
#[path = "../examples/digits/images.rs"]
mod images;
#[path = "../examples/digits/network.rs"]
mod network;
#[path = "../examples/digits/report.rs"]
mod report;
#[path = "../examples/digits/starts.rs"]
mod starts;

use ndarray_init::Key;

/// The block of the example's documentation.
fn documented() -> String {
    let source = include_str!("../examples/digits/main.rs");
    let docs = source.lines().map_while(|line| line.strip_prefix("//!"));
    let lines = docs.map(|line| line.strip_prefix(' ').unwrap_or(line));
    let block = lines.skip_while(|&line| line != "prints").skip(3);
    block.take_while(|&line| line != "```").flat_map(|line| [line, "\n"]).collect()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimization")]
fn it_prints_and_draws_what_its_documentation_shows() {
    let images = images::load();
    let starts = starts::starts(Key::new(report::SEED)).unwrap();
    let runs: Vec<_> = starts.into_iter().map(|start| report::Run::of(start, &images)).collect();
    let printed = runs.iter().fold(report::head(), |text, run| format!("{text}{run}"));
    assert_eq!(printed, documented());
    let drawn = report::drawing(&runs).unwrap();
    assert!(drawn == include_str!("../docs/digits.svg"), "draw docs/digits.svg anew");
}

#[test]
fn images_are_those_of_the_repository() {
    let [learned, held_out] = images::load();
    assert_eq!((learned.digits.len(), held_out.digits.len()), (1500, 297));
    // The numbers of each digit that UCI's page gives for this set.
    let mut counts = [0; 10];
    for &digit in learned.digits.iter().chain(&held_out.digits) {
        counts[digit] += 1;
    }
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let pixels = learned.pixels.iter().chain(&held_out.pixels);
    // 561718 is the sum of all pixels, of 0 to 16.
    assert_eq!(pixels.map(|x| (x + 1.0) * 8.0).sum::<f32>(), 561718.0);
}
