//! The table, row by row as they are measured.

use crate::timing::Pair;

/// A comparison, and its bar unless it is for information.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    /// Our time over the yardstick's: at most this.
    Time(Option<f64>),
    /// At least so many times as fast as the yardstick.
    Speed(Option<f64>),
}

/// The columns of a row that are no time.
pub(crate) struct Shown {
    pub(crate) ours: String,
    pub(crate) theirs: String,
    pub(crate) ratio: String,
    /// Unless it is for information.
    pub(crate) met: Option<bool>,
}

impl Shown {
    /// For machines that do not tell.
    pub(crate) fn unknown() -> Self {
        Self { ours: "?".into(), theirs: "?".into(), ratio: "?".into(), met: None }
    }
}

/// The head of the table.
pub(crate) fn head() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    if let Some(load) = load.split_whitespace().next() {
        println!("\nMedians of runs in turns; the machine's load was {load} before.");
    }
    let (addition, fused) = crate::machine::speeds();
    print!("A dependent addition of f64 took {addition:.2} ns");
    if let Some(fused) = fused {
        print!(", a vector of four fused multiply-adds {fused:.3} ns");
    }
    println!(".");
    println!("The ratio is of times where it is to be small, of speeds where it is to be large.\n");
    row("", "ours", "yardstick", "its own", "ratio", "bar", "met");
}

pub(crate) struct Report {
    /// The words that a row must contain, in any order.
    words: Vec<String>,
}

impl Report {
    pub(crate) fn new(words: &str) -> Self {
        Self { words: words.split_whitespace().map(str::to_owned).collect() }
    }

    /// A row of times, measured if it is asked for.
    pub(crate) fn compare(
        &self,
        what: &str,
        yardstick: &str,
        bar: Bar,
        measure: impl FnOnce() -> Pair,
    ) {
        if !self.wants(what, yardstick) {
            return;
        }
        let Pair { ours, theirs, ratio } = measure();
        let (shown, sign, limit, met) = match bar {
            Bar::Time(limit) => (ratio, '≤', limit, limit.map(|limit| ratio <= limit)),
            Bar::Speed(limit) => (1.0 / ratio, '≥', limit, limit.map(|limit| 1.0 / ratio >= limit)),
        };
        let bar = limit.map_or(String::new(), |limit| format!("{sign} {limit}"));
        let nanoseconds = |time: f64| format!("{time:.3} ns");
        row(
            what,
            &nanoseconds(ours),
            yardstick,
            &nanoseconds(theirs),
            &format!("{shown:.2}"),
            &bar,
            verdict(met),
        );
    }

    /// A row of something else.
    pub(crate) fn show(&self, what: &str, yardstick: &str, measure: impl FnOnce() -> Shown) {
        if self.wants(what, yardstick) {
            let Shown { ours, theirs, ratio, met } = measure();
            row(what, &ours, yardstick, &theirs, &ratio, "", verdict(met));
        }
    }

    /// A remark in the place of rows.
    pub(crate) fn say(&self, remark: &str) {
        if self.wants(remark, "") {
            println!("{remark}");
        }
    }

    fn wants(&self, what: &str, yardstick: &str) -> bool {
        self.words.iter().all(|word| what.contains(word) || yardstick.contains(word))
    }
}

fn verdict(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}

fn row(what: &str, ours: &str, yardstick: &str, theirs: &str, ratio: &str, bar: &str, met: &str) {
    println!("{what:50}{ours:>12}  {yardstick:24}{theirs:>12}{ratio:>8}{bar:>8}  {met}");
}
