//! Two pieces of work in turns, and the medians of their times.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long a measurement may take.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    /// As long as medians ask for.
    Measured,
    /// One round on small arrays.
    Trial,
}

impl Pace {
    /// cargo asks for a measurement by `--bench`; nobody measures with `--test`.
    pub(crate) fn from_args() -> Self {
        let given = |option| std::env::args().any(|argument| argument == option);
        if given("--bench") && !given("--test") { Self::Measured } else { Self::Trial }
    }

    /// So many bytes, or the little that a trial takes.
    pub(crate) fn at_most(self, bytes: usize) -> usize {
        if self == Self::Measured { bytes } else { bytes.min(1 << 18) }
    }
}

/// Medians, in nanoseconds an element.
pub(crate) struct Pair {
    pub(crate) ours: f64,
    pub(crate) theirs: f64,
    /// Of ours / theirs.
    pub(crate) ratio: f64,
}

/// Times two pieces of work on one state in turns. Each comes with the number of its elements;
/// what it returns is dropped when the clock has stopped.
pub(crate) fn in_turns<S, R, Q>(
    pace: Pace,
    state: &mut S,
    (elements, mut ours): (usize, impl FnMut(&mut S) -> R),
    (their_elements, mut theirs): (usize, impl FnMut(&mut S) -> Q),
) -> Pair {
    // The first run of each brings in pages and code, the second tells how long it takes.
    let [_, once] = [(); 2].map(|()| time(1, || ours(state)).max(time(1, || theirs(state))));
    let (rounds, [repeats, their_repeats]) = match pace {
        Pace::Trial => (1, [1, 1]),
        Pace::Measured => {
            (rounds(once), [repeats(time(1, || ours(state))), repeats(time(1, || theirs(state)))])
        }
    };
    let times: Vec<(f64, f64)> = (0..rounds)
        .map(|_| {
            let ours = time(repeats, || ours(state)).as_nanos() as f64;
            let theirs = time(their_repeats, || theirs(state)).as_nanos() as f64;
            let their_total = their_elements * their_repeats as usize;
            (ours / (elements * repeats as usize) as f64, theirs / their_total as f64)
        })
        .collect();
    let median_of = |f: fn(&(f64, f64)) -> f64| median(times.iter().map(f).collect());
    Pair {
        ours: median_of(|times| times.0),
        theirs: median_of(|times| times.1),
        ratio: median_of(|times| times.0 / times.1),
    }
}

/// An odd number of rounds, which take some two seconds.
fn rounds(once: Duration) -> u32 {
    let affordable = Duration::from_secs(1).as_nanos() / once.as_nanos().max(1);
    affordable.clamp(3, 21) as u32 | 1
}

/// How often to repeat what is too short for the clock and for the scheduler's slices.
fn repeats(once: Duration) -> u32 {
    (Duration::from_millis(2).as_nanos() / once.as_nanos().max(1)).clamp(1, 100_000) as u32
}

fn time<R>(repeats: u32, mut work: impl FnMut() -> R) -> Duration {
    let start = Instant::now();
    for _ in 1..repeats {
        black_box(work());
    }
    let last = black_box(work());
    let elapsed = start.elapsed();
    drop(last);
    elapsed
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
