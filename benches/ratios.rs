//! The ratios that the crate is built for, each beside the bar it is to clear: what
//! `cargo bench --all-features` ends with.
//!
//! ```text
//! cargo bench --all-features --bench ratios                        # four minutes
//! cargo bench --all-features --bench ratios -- "two threads"       # the rows with these words
//! ```
//!
//! A fill and its yardstick take turns, and the medians are those of their times and of the ratio
//! of neighbours: whatever else the machine does hits both alike. It reports and does not judge:
//! the exit code is 0 whatever the ratios are. Without cargo's `--bench`, or with `--test`, every
//! row is run once on small arrays, to see that it works.
//!
//! | module | what it does |
//! |---|---|
//! | `timing` | two pieces of work in turns |
//! | `report` | the table, row by row |
//! | `machine` | how fast the processor is in this run |
//! | `memory` | what the process holds, and how often it allocates |
//! | `source` | the laws, and the loops over rand_distr that they are held against |

#![allow(clippy::doc_markdown)] // rand_distr is a name.

#[path = "ratios/machine.rs"]
mod machine;
#[path = "ratios/memory.rs"]
mod memory;
#[path = "ratios/report.rs"]
mod report;
#[path = "ratios/source.rs"]
mod source;
#[path = "ratios/timing.rs"]
mod timing;

use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::linalg::general_mat_mul;
use ndarray_init::ndarray::{
    Array1, Array2, ArrayD, ArrayViewMutD, Axis, IxDyn, NdFloat, ShapeBuilder, Slice,
};
use ndarray_init::num_complex::{Complex32, Complex64};
use ndarray_init::rand::SeedableRng;
use ndarray_init::rand_distr::{self, Distribution as _};
use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
use ndarray_init::{
    Blocks, Element, Identity, InitRefExt, Initializer, Key, Orthogonal, Region, Sparse, Uniform,
    VarianceScaling, Zeros,
};
use rayon::ThreadPool;
use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSliceMut;
use report::{Bar, Report};
use source::{BOUND, Draw, Loop, Real, Source, pool};
use std::any::type_name;
use std::hint::black_box;
use std::process::Command;
use timing::{Pace, in_turns};

const MIB: usize = 1 << 20;
const LEVEL: &str = "NDARRAY_INIT_SIMD";
/// The usual laws, and how many times as long as a memory fill they may take.
const BESIDE_FILL: [(Draw, f64); 3] =
    [(Draw::Uniform, 1.3), (Draw::Normal, 2.5), (Draw::Truncated, 2.5)];

fn main() {
    let words = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let bench = Bench {
        pace: Pace::from_args(),
        report: Report::new(&words.unwrap_or_default()),
        one: pool(1),
        two: pool(2),
        level: std::env::var(LEVEL).ok(),
    };
    // A run of itself that is held down takes up its parent's table.
    match bench.level.as_deref() {
        None => bench.all(),
        Some("avx2") => bench.with_avx2(),
        Some(_) => bench.portably(),
    }
}

/// A memory order: an array with elements of a square of this side, and the view of it that is filled.
type Layout =
    (&'static str, fn(usize) -> ArrayD<f32>, fn(ArrayViewMutD<'_, f32>) -> ArrayViewMutD<'_, f32>);

const LAYOUTS: [Layout; 5] = [
    ("Fortran order", |side| ArrayD::zeros(IxDyn(&[side; 2]).f()), |all| all),
    ("transposed", |side| ArrayD::zeros(IxDyn(&[side; 2])), |all| all.reversed_axes()),
    (
        "kernels of 3 × 3 reversed",
        |side| ArrayD::zeros(IxDyn(&[side / 3, side / 3, 3, 3])),
        |all| all.reversed_axes(),
    ),
    (
        "every other column",
        |side| ArrayD::zeros(IxDyn(&[side, 2 * side])),
        |all| all.slice_axis_move(Axis(1), Slice::new(0, None, 2)),
    ),
    (
        "rows backwards",
        |side| ArrayD::zeros(IxDyn(&[side; 2])),
        |all| all.slice_axis_move(Axis(1), Slice::new(0, None, -1)),
    ),
];

/// How often work for two threads is repeated at a time: one that wakes up may have to share a core
/// with the one that woke it, until the scheduler looks again.
const TURNS: usize = 8;

struct Bench {
    pace: Pace,
    report: Report,
    one: ThreadPool,
    two: ThreadPool,
    /// The instruction set that this run is held down to.
    level: Option<String>,
}

impl Bench {
    fn all(&self) {
        report::head();
        self.against_fill();
        self.large::<f32>("64 MiB", 64 * MIB, [7.0, 8.0, 8.0].map(Some));
        self.large::<f64>("64 MiB", 64 * MIB, [Some(4.0); 3]);
        self.hold_down("avx2");
        self.hold_down("portable");
        self.two_threads();
        self.fresh();
        self.small::<f32>();
        self.small::<f64>();
        self.with_their_laws();
        self.far_out();
        self.half_types();
        self.complex_types();
        self.layouts();
        self.parts();
        self.whole_and_slice();
        self.structured();
        self.orthogonal::<f32>();
        self.orthogonal::<f64>();
        self.sizes();
        self.allocations();
    }

    fn with_avx2(&self) {
        self.against_fill();
        self.large::<f32>("64 MiB", 64 * MIB, [3.5, 3.0, 3.0].map(Some));
        self.large::<f64>("64 MiB", 64 * MIB, [None; 3]);
        self.small::<f32>();
        self.with_their_laws();
        self.far_out();
        self.half_types();
    }

    /// Without fused multiply-add, nobody is to wait for more than 4 MiB.
    fn portably(&self) {
        self.large::<f32>("4 MiB", 4 * MIB, [None; 3]);
        self.large::<f64>("4 MiB", 4 * MIB, [None; 3]);
    }

    /// A row's name, which tells the instruction set that the run is held down to.
    fn name(&self, what: &str) -> String {
        match &self.level {
            Some(level) => format!("{what}, {level}"),
            None => what.to_owned(),
        }
    }

    /// The number of elements of so many bytes, or the few of a trial.
    fn elements<A>(&self, bytes: usize) -> usize {
        self.pace.at_most(bytes) / size_of::<A>()
    }

    fn against_fill(&self) {
        for (draw, times) in BESIDE_FILL {
            let what = self.name(&format!("{} f32, 64 MiB", draw.name()));
            self.report.compare(&what, "memory fill", Bar::Time(Some(times)), || {
                let n = self.elements::<f32>(64 * MIB);
                self.in_place(draw, n, Box::new(|out| out.fill(f32::FILLER)))
            });
        }
    }

    fn large<A: Real>(&self, size: &str, bytes: usize, times: [Option<f64>; 3]) {
        for (draw, times) in Draw::USUAL.into_iter().zip(times) {
            self.against_rand_distr::<A>(draw, size, self.elements::<A>(bytes), times);
        }
    }

    fn small<A: Real>(&self) {
        for (n, times) in [(64, 1.0), (1024, 3.0)] {
            for draw in Draw::USUAL {
                self.against_rand_distr::<A>(draw, &format!("{n} elements"), n, Some(times));
            }
        }
    }

    /// Our speed over rand_distr's is to be `times`.
    fn against_rand_distr<A: Real>(&self, draw: Draw, size: &str, n: usize, times: Option<f64>) {
        let what = self.name(&format!("{} {}, {size}", draw.name(), type_name::<A>()));
        self.report.compare(&what, "rand_distr", Bar::Speed(times), || {
            self.in_place(draw, n, A::rand_distr(draw))
        });
    }

    /// A law and another way to overwrite the same elements, by one thread.
    fn in_place<A: Real>(&self, draw: Draw, n: usize, mut theirs: Loop<A>) -> timing::Pair {
        let mut array = Array1::<A>::zeros(n);
        let mut source = Source::new(draw);
        self.one.install(|| {
            in_turns(
                self.pace,
                &mut array,
                (n, |array| source.fill(array)),
                (n, |array| theirs(array.as_slice_mut().expect("one stretch"))),
            )
        })
    }

    /// Small kernels, as a layer's constructor makes them: from the configuration on.
    fn with_their_laws(&self) {
        let bound = || black_box(BOUND);
        self.with_its_law("U[-b, b] and 64 elements of it", || {
            Uniform::new(-bound(), bound()).expect("bounds")
        });
        self.with_its_law("glorot_uniform and a kernel of 8 × 8", || {
            black_box(VarianceScaling::glorot_uniform())
        });
    }

    fn with_its_law<I: Initializer<f32>>(&self, what: &str, initializer: impl Fn() -> I) {
        self.report.compare(&self.name(what), "rand_distr", Bar::Speed(Some(1.0)), || {
            let mut array = Array2::<f32>::zeros((8, 8));
            let mut keys = Xoshiro256PlusPlus::seed_from_u64(1);
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
            in_turns(
                self.pace,
                &mut array,
                (64, |array| array.fill_init(&initializer(), &mut keys).expect("a law")),
                (64, |array| {
                    let bound = black_box(BOUND as f32);
                    let uniform = rand_distr::Uniform::new(-bound, bound).expect("bounds");
                    for x in array {
                        *x = uniform.sample(&mut rng);
                    }
                }),
            )
        });
    }

    /// Where every value takes the second arm.
    fn far_out(&self) {
        self.report.compare(
            &self.name("truncated from 8σ on, 64 KiB"),
            "normal",
            Bar::Time(None),
            || {
                let n = self.elements::<f32>(MIB / 16);
                let mut array = Array1::<f32>::zeros(n);
                let (mut source, mut theirs) =
                    (Source::new(Draw::FarOut), Source::new(Draw::Normal));
                in_turns(
                    self.pace,
                    &mut array,
                    (n, |array| source.fill(array)),
                    (n, |array| theirs.fill(array)),
                )
            },
        );
    }

    fn half_types(&self) {
        self.against::<f16, f32>(1, Some(1.3));
        self.against::<bf16, f32>(1, Some(1.3));
    }

    fn complex_types(&self) {
        self.against::<Complex32, f32>(2, None);
        self.against::<Complex64, f64>(2, None);
    }

    /// Elements of a type with so many parts, beside as many parts of type `B`.
    fn against<A: Element, B: Element>(&self, parts: usize, times: Option<f64>) {
        let name = type_name::<A>().rsplit("::").next().unwrap_or_default();
        for draw in Draw::USUAL {
            let what = self.name(&format!("{} {name}, 64 Mi numbers", draw.name()));
            self.report.compare(&what, type_name::<B>(), Bar::Time(times), || {
                let n = self.pace.at_most(64 * MIB);
                let mut arrays = (Array1::<A>::default(n / parts), Array1::<B>::default(n));
                let (mut source, mut theirs) = (Source::new(draw), Source::new(draw));
                self.one.install(|| {
                    in_turns(
                        self.pace,
                        &mut arrays,
                        (n, |(array, _)| source.fill(array)),
                        (n, |(_, array)| theirs.fill(array)),
                    )
                })
            });
        }
    }

    /// Runs this program once more, held down to an instruction set, which is chosen only once.
    fn hold_down(&self, level: &str) {
        let program = std::env::current_exe().and_then(|program| {
            Command::new(program).args(std::env::args_os().skip(1)).env(LEVEL, level).status()
        });
        if let Err(error) = program {
            self.report.say(&format!("held down to {level}: {error}"));
        }
    }

    fn two_threads(&self) {
        let n = self.elements::<f32>(64 * MIB);
        for draw in [Draw::Normal, Draw::Truncated] {
            let what = format!("{} f32, 64 MiB, two threads", draw.name());
            self.report.compare(&what, "one thread", Bar::Speed(Some(1.8)), || {
                let mut array_and_source = (Array1::<f32>::zeros(n), Source::new(draw));
                let fill = |pool: &ThreadPool, (array, source): &mut (Array1<f32>, Source)| {
                    pool.install(|| (0..TURNS).for_each(|_| source.fill(array)));
                };
                in_turns(
                    self.pace,
                    &mut array_and_source,
                    (TURNS * n, |state| fill(&self.two, state)),
                    (TURNS * n, |state| fill(&self.one, state)),
                )
            });
        }
        let what = "uniform f32, 64 MiB, two threads";
        self.report.compare(what, "memory fill, two threads", Bar::Time(Some(1.3)), || {
            let mut array = Array1::<f32>::zeros(n);
            let mut source = Source::new(Draw::Uniform);
            self.two.install(|| {
                in_turns(
                    self.pace,
                    &mut array,
                    (n, |array| source.fill(array)),
                    (n, |array| {
                        let elements = array.as_slice_mut().expect("one stretch");
                        elements.par_chunks_mut(1 << 16).for_each(|part| part.fill(f32::FILLER));
                    }),
                )
            })
        });
    }

    fn fresh(&self) {
        let what = "uniform f32, fresh 64 MiB, two threads";
        self.report.compare(what, "zeros, then fill", Bar::Speed(Some(2.0)), || {
            let n = self.elements::<f32>(64 * MIB);
            let mut source = Source::new(Draw::Uniform);
            let zeros_then_fill = |_| {
                let mut array = Array1::<f32>::zeros(n);
                array.fill(f32::FILLER);
                array
            };
            let mut ours = || (0..TURNS).map(|_| source.fresh::<f32>(n)).collect::<Vec<_>>();
            let theirs = || (0..TURNS).map(zeros_then_fill).collect::<Vec<_>>();
            self.two.install(|| {
                in_turns(
                    self.pace,
                    &mut (),
                    (TURNS * n, |(): &mut ()| ours()),
                    (TURNS * n, |(): &mut ()| theirs()),
                )
            })
        });
    }

    fn layouts(&self) {
        let side = self.elements::<f32>(64 * MIB).isqrt();
        for (layout, owner, view) in LAYOUTS {
            for draw in Draw::USUAL {
                let what = format!("{} f32, 64 MiB, {layout}", draw.name());
                self.report.compare(&what, "C order", Bar::Time(Some(2.5)), || {
                    let c_order = Array1::<f32>::zeros(side * side);
                    let mut state = (owner(side), c_order, Source::new(draw));
                    let n = view(state.0.view_mut()).len();
                    self.one.install(|| {
                        in_turns(
                            self.pace,
                            &mut state,
                            (n, |(owner, _, source)| source.fill(&mut view(owner.view_mut()))),
                            (side * side, |(_, c_order, source)| source.fill(c_order)),
                        )
                    })
                });
            }
        }
    }

    /// Parts of an array that no memory holds, beside as many elements in one piece.
    fn parts(&self) {
        let side = if self.pace == Pace::Measured { 65_536 } else { 2048 };
        let parts = [
            ("64 columns", [side, 64], [0, side / 2 + 320]),
            ("a row", [1, side], [side / 3, 0]),
            ("64 rows", [64, side], [side / 3, 0]),
            ("a sixteenth", [side / 4; 2], [side / 3; 2]),
        ];
        for (part, shape, offset) in parts {
            let region = Region::new(&[side; 2], &offset).expect("within the array");
            for draw in Draw::USUAL {
                let what = format!("{} f32, {part} of 65536 × 65536", draw.name());
                self.report.compare(&what, "in one piece", Bar::Time(None), || {
                    let mut state = (Array2::<f32>::zeros(shape), Source::new(draw));
                    let n = state.0.len();
                    self.one.install(|| {
                        in_turns(
                            self.pace,
                            &mut state,
                            (n, |(array, source)| source.fill_part(array, &region)),
                            (n, |(array, source)| source.fill(array)),
                        )
                    })
                });
            }
        }
    }

    /// A part beside the work without regions: to fill the whole, and to copy the part.
    fn whole_and_slice(&self) {
        let side = self.elements::<f32>(256 * MIB).isqrt();
        let columns = side / 2 + 64..side / 2 + 128;
        let region = Region::new(&[side; 2], &[0, columns.start]).expect("within the array");
        for draw in Draw::USUAL {
            let what = format!("{} f32, 64 columns of 8192 × 8192", draw.name());
            self.report.compare(&what, "fill all, copy", Bar::Speed(None), || {
                let arrays = [[side, 64], [side, side]].map(Array2::<f32>::zeros);
                let mut state = (arrays, Source::new(draw));
                let n = side * 64;
                self.one.install(|| {
                    in_turns(
                        self.pace,
                        &mut state,
                        (n, |([part, _], source)| source.fill_part(part, &region)),
                        (n, |([part, whole], source)| {
                            source.fill(whole);
                            part.assign(&whole.slice_axis(Axis(1), columns.clone().into()));
                        }),
                    )
                })
            });
        }
    }

    /// Structured initializers, beside the work that they are made of.
    fn structured(&self) {
        type Any<'a> = &'a dyn Initializer<f32>;
        let side = self.elements::<f32>(64 * MIB).isqrt();
        let n = side * side;
        let normal = Draw::Normal.law();
        let sparse = Sparse::new(0.1, normal).expect("a part");
        let blocks = Blocks::equal(normal, 0, 4);
        let interleaved = Blocks::equal(normal, 1, 64);
        let identity = Identity::default();
        let cases: [(&str, Any, &str, Any); 4] = [
            ("identity", &identity, "zeros", &Zeros),
            ("a tenth of zeros in a normal", &sparse, "normal", &normal),
            ("4 blocks of rows, normal", &blocks, "one", &normal),
            ("64 blocks of columns, normal", &interleaved, "one", &normal),
        ];
        for (name, ours, yardstick, theirs) in cases {
            let what = format!("{name}, 4096 × 4096 f32");
            self.report.compare(&what, yardstick, Bar::Time(None), || {
                let mut array = Array2::<f32>::zeros((side, side));
                let fill = |array: &mut Array2<f32>, initializer: &dyn Initializer<f32>| {
                    array.fill_init(initializer, Key::new(1)).expect("what fits the shape");
                };
                in_turns(
                    self.pace,
                    &mut array,
                    (n, |array| fill(array, ours)),
                    (n, |array| fill(array, theirs)),
                )
            });
        }
    }

    /// Beside one matrix product of as many multiplications as LAPACK's `orgqr` takes to form an m × n matrix from
    /// its reflections: n² (m − n / 3).
    fn orthogonal<A: Element + NdFloat>(&self) {
        for (m, n) in [(256, 256), (1024, 1024), (4096, 1024)] {
            let what = format!("orthogonal {}, {m} × {n}", type_name::<A>());
            self.report.compare(&what, "a product", Bar::Time(None), || {
                let [m, n] = [m, n].map(|n| if self.pace == Pace::Measured { n } else { n / 16 });
                let inner = n - n * n / (3 * m);
                let ones = Array2::<A>::ones;
                let mut state = [ones((m, n)), ones((m, inner)), ones((inner, n))];
                let mut keys = (0..).map(|i| Key::new(1).fork_index(i));
                self.one.install(|| {
                    in_turns(
                        self.pace,
                        &mut state,
                        (m * n, |[matrix, ..]| {
                            let key = keys.next().expect("as many as wanted");
                            matrix.fill_init(&Orthogonal::default(), key).expect("a matrix");
                        }),
                        (m * n, |[matrix, a, b]| {
                            general_mat_mul(A::one(), a, b, A::zero(), matrix);
                        }),
                    )
                })
            });
        }
    }

    /// From the first-level cache to as much as there is, beside 64 MiB.
    fn sizes(&self) {
        // Of 64 MiB and more; what fits a cache may be faster.
        let flat = Bar::Time(Some(1.25));
        let sizes = [
            ("1 KiB", MIB / 1024, Bar::Time(None)),
            ("64 KiB", MIB / 16, Bar::Time(None)),
            ("4 MiB", 4 * MIB, Bar::Time(None)),
            ("256 MiB", 256 * MIB, flat),
            ("1 GiB", 1024 * MIB, flat),
            ("4 GiB", 4096 * MIB, flat),
        ];
        for (name, bytes, bar) in sizes {
            let bytes = self.pace.at_most(bytes);
            if memory::available().is_some_and(|available| available < bytes + 512 * MIB) {
                self.report.say(&format!("{name}: there is not so much memory"));
                continue;
            }
            for draw in [Draw::Uniform, Draw::Normal] {
                let what = format!("{} f32, {name}", draw.name());
                self.report.compare(&what, "64 MiB", bar, || self.against_64_mib(draw, bytes));
            }
            if bytes >= 256 * MIB {
                self.held_memory(name, bytes);
            }
        }
    }

    fn against_64_mib(&self, draw: Draw, bytes: usize) -> timing::Pair {
        let (n, usual) = (bytes / size_of::<f32>(), self.elements::<f32>(64 * MIB));
        let mut source = Source::new(draw);
        let mut arrays = (source.fresh::<f32>(n), source.fresh::<f32>(usual), source);
        self.one.install(|| {
            in_turns(
                self.pace,
                &mut arrays,
                (n, |(array, _, source)| source.fill(array)),
                (usual, |(_, array, source)| source.fill(array)),
            )
        })
    }

    /// The most that the process holds while it makes an array, on two threads.
    fn held_memory(&self, name: &str, bytes: usize) {
        self.report.show(&format!("memory for a fresh {name}"), "the array", || {
            let mut source = Source::new(Draw::Normal);
            let make = || source.fresh::<f32>(bytes / size_of::<f32>());
            let (array, peak) = memory::peak_of(|| self.two.install(make));
            drop(array);
            let mib = |bytes: usize| format!("{:.1} MiB", bytes as f64 / MIB as f64);
            let Some(peak) = peak else { return report::Shown::unknown() };
            report::Shown {
                ours: mib(peak),
                theirs: mib(bytes),
                ratio: format!("{:.3}", peak as f64 / bytes as f64),
                met: Some(peak < bytes + bytes / 100),
            }
        });
    }

    /// In place, in either memory order.
    fn allocations(&self) {
        const TIMES: usize = 32;
        let side = (self.pace.at_most(4 * MIB) / size_of::<f32>()).isqrt();
        for draw in Draw::ALL {
            let array = || (Array2::<f32>::zeros((side, side)), Source::new(draw));
            let fill = |(array, source): &mut (Array2<f32>, Source)| {
                source.fill(array);
                source.fill(&mut array.view_mut().reversed_axes());
            };
            let shown = |count: usize, met| report::Shown {
                ours: count.to_string(),
                theirs: TIMES.to_string(),
                ratio: String::new(),
                met,
            };
            let what = format!("allocations, {} f32, {} fills", draw.name(), 2 * TIMES);
            self.report.show(&what, "a buffer for each transposed", || {
                let mut array = array();
                let count = self.one.install(|| {
                    fill(&mut array);
                    memory::allocations_of(|| (0..TIMES).for_each(|_| fill(&mut array)))
                });
                shown(count, Some(count <= TIMES))
            });
            // Called from outside of the pool, as most callers are: what it counts is rayon's.
            self.report.show(&format!("{what}, two threads"), "", || {
                let mut array = array();
                let mut parallel = || self.two.install(|| fill(&mut array));
                parallel();
                let count = memory::allocations_of(|| (0..TIMES).for_each(|_| parallel()));
                shown(count, None)
            });
        }
    }
}
