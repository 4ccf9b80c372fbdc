//! Every law onto arrays of every size, layout and element type, beside a plain fill of memory and
//! the loop over rand_distr that it replaces.
//!
//! ```text
//! cargo bench --bench fill                                # all of it
//! cargo bench --bench fill -- in_place/f32/1_thread       # a part, by a regular expression
//! ```
//!
//! | name | what is timed |
//! |---|---|
//! | `in_place/f32/1_thread/normal/1024` | a fill of a contiguous array of so many elements |
//! | `in_place/bf16/1_thread/normal/1024` | the same with the feature `half`; `c32` and `c64` with `complex` |
//! | `fresh/f64/2_threads/normal/16777216` | to make a new array, and to drop it |
//! | `layout/transposed/2_threads/normal` | a fill of some 10⁷ `f32` in another memory order |
//! | `region/columns/1_thread/normal` | a fill of a part of a 65 536 × 65 536 array of `f32`; `in_one_piece` is an array of as many elements |
//! | `region/columns_of_8192/1_thread/normal` | a fill of 64 columns of an 8192 × 8192 array; `whole_and_slice` fills all of it, and copies them |
//!
//! In place of a law, `memory_fill` and `rand_distr_…` say what it is compared with. Sizes at which
//! the crate never wakes a second thread have no entry for two.

#![allow(clippy::doc_markdown, missing_docs)] // rand_distr is a name; and criterion's macros have no docs.

mod common;

use common::{Draw, Real, Source, is_trial, pool};
use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
#[cfg(any(feature = "half", feature = "complex"))]
use ndarray_init::Element;
use ndarray_init::Region;
use ndarray_init::ndarray::{
    Array1, Array2, ArrayD, ArrayViewMutD, Axis, IxDyn, ShapeBuilder, Slice,
};
use rayon::ThreadPool;
use std::any::type_name;
use std::hint::black_box;
use std::time::Duration;

const SIZES: [usize; 4] = [64, 1024, 65_536, 16_777_216];
/// From here on a second thread may be of use.
const PARALLEL: usize = 1 << 17;
const THREADS: [usize; 2] = [1, 2];

criterion_main!(benches);
criterion_group! {
    name = benches;
    config = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(10)
        .nresamples(10_000);
    targets =
        in_place::<f32>, in_place::<f64>, other_types, fresh::<f32>, fresh::<f64>, layouts, regions
}

fn in_place<A: Real>(criterion: &mut Criterion) {
    for threads in THREADS {
        let mut group = Group::new(criterion, &format!("in_place/{}", type_name::<A>()), threads);
        for n in sizes(threads) {
            let mut array = Array1::<A>::zeros(n);
            let mut case = |name: &str, fill: &mut (dyn FnMut(&mut Array1<A>) + Send)| {
                group.measure(BenchmarkId::new(name, n), n, || fill(black_box(&mut array)));
            };
            for draw in Draw::ALL {
                let mut source = Source::new(draw);
                case(draw.name(), &mut |array| source.fill(array));
            }
            if threads > 1 {
                continue;
            }
            case("memory_fill", &mut |array| array.fill(A::FILLER));
            for draw in Draw::USUAL {
                let mut fill = A::rand_distr(draw);
                let name = format!("rand_distr_{}", draw.name());
                case(&name, &mut |array| fill(array.as_slice_mut().expect("one stretch")));
            }
        }
    }
}

/// The element types that no loop over rand_distr draws.
fn other_types(criterion: &mut Criterion) {
    #[cfg(feature = "half")]
    {
        use ndarray_init::half::{bf16, f16};
        laws_in_place::<f16>(criterion, "f16");
        laws_in_place::<bf16>(criterion, "bf16");
    }
    #[cfg(feature = "complex")]
    {
        use ndarray_init::num_complex::{Complex32, Complex64};
        laws_in_place::<Complex32>(criterion, "c32");
        laws_in_place::<Complex64>(criterion, "c64");
    }
    #[cfg(not(any(feature = "half", feature = "complex")))]
    let _ = criterion;
}

#[cfg(any(feature = "half", feature = "complex"))]
fn laws_in_place<A: Element>(criterion: &mut Criterion, name: &str) {
    for threads in THREADS {
        let mut group = Group::new(criterion, &format!("in_place/{name}"), threads);
        for n in sizes(threads) {
            let mut array = Array1::from_elem(n, A::default());
            for draw in Draw::USUAL {
                let mut source = Source::new(draw);
                let id = BenchmarkId::new(draw.name(), n);
                group.measure(id, n, || source.fill(black_box(&mut array)));
            }
            if threads == 1 {
                let id = BenchmarkId::new("memory_fill", n);
                group.measure(id, n, || black_box(&mut array).fill(A::default()));
            }
        }
    }
}

fn fresh<A: Real>(criterion: &mut Criterion) {
    for threads in THREADS {
        let mut group = Group::new(criterion, &format!("fresh/{}", type_name::<A>()), threads);
        for n in sizes(threads) {
            for draw in Draw::ALL {
                let mut source = Source::new(draw);
                group.measure(BenchmarkId::new(draw.name(), n), n, || source.fresh::<A>(n));
            }
            if threads == 1 {
                group.measure(BenchmarkId::new("zeros_and_memory_fill", n), n, || {
                    let mut array = Array1::<A>::zeros(n);
                    array.fill(A::FILLER);
                    array
                });
            }
        }
    }
}

/// The sizes that so many threads can be of use for; of them, a trial takes the small ones.
fn sizes(threads: usize) -> impl Iterator<Item = usize> {
    let useful = move |n| if n < PARALLEL { threads == 1 } else { !is_trial() };
    SIZES.into_iter().filter(move |&n| useful(n))
}

/// An array and the view of it that is to be filled.
struct Layout {
    name: &'static str,
    owner: fn(usize) -> ArrayD<f32>,
    view: for<'a> fn(&'a mut ArrayD<f32>) -> ArrayViewMutD<'a, f32>,
}

const LAYOUTS: [Layout; 6] = [
    Layout {
        name: "c",
        owner: |side| ArrayD::zeros(IxDyn(&[side, side])),
        view: |array| array.view_mut(),
    },
    Layout {
        name: "fortran",
        owner: |side| ArrayD::zeros(IxDyn(&[side, side]).f()),
        view: |array| array.view_mut(),
    },
    Layout {
        name: "transposed",
        owner: |side| ArrayD::zeros(IxDyn(&[side, side])),
        view: |array| array.view_mut().reversed_axes(),
    },
    Layout {
        name: "strided",
        owner: |side| ArrayD::zeros(IxDyn(&[side, 2 * side])),
        view: |array| array.slice_axis_mut(Axis(1), Slice::new(0, None, 2)),
    },
    Layout {
        name: "conv_reversed",
        owner: |side| ArrayD::zeros(IxDyn(&[side / 4, side / 4, 3, 3])),
        view: |array| array.view_mut().reversed_axes(),
    },
    Layout {
        name: "inverted_axis",
        owner: |side| ArrayD::zeros(IxDyn(&[side, side])),
        view: |array| array.slice_axis_mut(Axis(1), Slice::new(0, None, -1)),
    },
];

fn layouts(criterion: &mut Criterion) {
    let side = if is_trial() { 64 } else { 4096 };
    for layout in &LAYOUTS {
        let mut owner = (layout.owner)(side);
        let mut view = (layout.view)(&mut owner);
        for threads in THREADS {
            let mut group = Group::new(criterion, &format!("layout/{}", layout.name), threads);
            for draw in Draw::USUAL {
                let mut source = Source::new(draw);
                let id = BenchmarkId::from_parameter(draw.name());
                group.measure(id, view.len(), || source.fill(black_box(&mut view)));
            }
        }
    }
}

/// A part of a square array: its shape and its offset, for a side.
type Part = fn(usize) -> [[usize; 2]; 2];

const PARTS: [(&str, Part); 4] = [
    ("columns", |side| [[side, 64], [0, side / 2 + 320]]),
    ("one_row", |side| [[1, side], [side / 3, 0]]),
    ("rows", |side| [[64, side], [side / 3, 0]]),
    // 1 GiB.
    ("block", |side| [[side / 4, side / 4], [side / 3, side / 3]]),
];

fn regions(criterion: &mut Criterion) {
    let side = if is_trial() { 2048 } else { 65_536 };
    for (name, part) in PARTS {
        let [shape, offset] = part(side);
        let region = Region::new(&[side, side], &offset).expect("within the array");
        let mut array = Array2::<f32>::zeros(shape);
        for threads in THREADS {
            let mut group = Group::new(criterion, &format!("region/{name}"), threads);
            for draw in Draw::USUAL {
                let mut source = Source::new(draw);
                let id = BenchmarkId::from_parameter(format!("{}_in_one_piece", draw.name()));
                group.measure(id, array.len(), || source.fill(black_box(&mut array)));
                let id = BenchmarkId::from_parameter(draw.name());
                let n = array.len();
                group.measure(id, n, || source.fill_part(black_box(&mut array), &region));
            }
        }
    }
    wholes(criterion);
}

/// The work without regions: to fill the whole, of which this one fits memory, and to keep
/// a part.
fn wholes(criterion: &mut Criterion) {
    let side = if is_trial() { 512 } else { 8192 };
    let columns = Slice::from(side / 2 + 192..side / 2 + 256);
    let region = Region::new(&[side, side], &[0, side / 2 + 192]).expect("within the array");
    let mut whole = Array2::<f32>::zeros([side, side]);
    let mut part = Array2::<f32>::zeros([side, 64]);
    for threads in THREADS {
        let mut group = Group::new(criterion, "region/columns_of_8192", threads);
        for draw in Draw::USUAL {
            let mut source = Source::new(draw);
            let n = part.len();
            let id = BenchmarkId::from_parameter(format!("{}_whole_and_slice", draw.name()));
            group.measure(id, n, || {
                source.fill(black_box(&mut whole));
                part.assign(&whole.slice_axis(Axis(1), columns));
            });
            let id = BenchmarkId::from_parameter(draw.name());
            group.measure(id, n, || source.fill_part(black_box(&mut part), &region));
        }
    }
}

/// A group of criterion's, on so many threads.
struct Group<'a> {
    group: BenchmarkGroup<'a, WallTime>,
    pool: ThreadPool,
}

impl<'a> Group<'a> {
    fn new(criterion: &'a mut Criterion, name: &str, threads: usize) -> Self {
        let plural = if threads == 1 { "" } else { "s" };
        let group = criterion.benchmark_group(format!("{name}/{threads}_thread{plural}"));
        Self { group, pool: pool(threads) }
    }

    /// Times work on n elements.
    fn measure<R>(&mut self, id: BenchmarkId, n: usize, mut work: impl FnMut() -> R + Send) {
        let Self { group, pool } = self;
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(id, |bencher| pool.install(|| bencher.iter(&mut work)));
    }
}
