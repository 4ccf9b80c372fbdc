//! Orthogonal matrices of several shapes; `benches/peers/orthogonal.py` has the same of PyTorch.
//!
//! ```text
//! cargo bench --bench orthogonal
//! ```

#![allow(clippy::doc_markdown, missing_docs)] // PyTorch is a name; and criterion's macros have no docs.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ndarray_init::ndarray::{Array2, ShapeBuilder};
use ndarray_init::{Element, InitExt, Key, Orthogonal};
use rayon::ThreadPoolBuilder;
use std::any::type_name;
use std::time::Duration;

/// The small ones are those of a trial.
const SHAPES: [(usize, usize); 6] =
    [(64, 64), (256, 256), (1024, 1024), (2048, 2048), (4096, 1024), (1024, 4096)];

criterion_main!(benches);
criterion_group! {
    name = benches;
    config = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(10)
        .nresamples(10_000);
    targets = fresh::<f32>, fresh::<f64>
}

fn fresh<A: Element>(criterion: &mut Criterion) {
    let is_trial = !std::env::args().any(|argument| argument == "--bench");
    for threads in [1, 2] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let plural = if threads == 1 { "" } else { "s" };
        let name = format!("orthogonal/{}/{threads}_thread{plural}", type_name::<A>());
        let mut group = criterion.benchmark_group(name);
        for shape in &SHAPES[..if is_trial { 2 } else { SHAPES.len() }] {
            for (order, fortran) in [("c", false), ("fortran", true)] {
                let (rows, columns) = *shape;
                let id = BenchmarkId::new(order, format!("{rows}x{columns}"));
                let mut keys = (0..).map(|i| Key::new(1).fork_index(i));
                let mut draw = || {
                    let key = keys.next().expect("as many as wanted");
                    let shape = shape.set_f(fortran);
                    Array2::<A>::init(shape, &Orthogonal::default(), key).expect("a matrix")
                };
                group.bench_function(id, |bencher| pool.install(|| bencher.iter(&mut draw)));
            }
        }
    }
}
