//! One task in ndarray-init and in the other libraries of Rust: a 4096 × 4096 kernel of f32, drawn from
//! three laws, fresh and in place. Prints one row of a table for each.

use burn_core::tensor::{Device, Tensor};
use burn_nn::Initializer;
use candle_core::DType;
use candle_nn::init::{DEFAULT_KAIMING_NORMAL, Init};
use ndarray_init::ndarray::Array2;
use ndarray_init::rand::{Rng, SeedableRng};
use ndarray_init::rand_distr::{Distribution, Normal, StandardNormal, Uniform};
use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
use ndarray_init::{InitExt, InitRefExt, Key, VarianceScaling};
use ndarray_rand::RandomExt;
use rayon::prelude::*;
use std::hint::black_box;
use std::time::{Duration, Instant};

const SHAPE: (usize, usize) = (4096, 4096);
const RUNS: usize = 7;

const XAVIER_UNIFORM: &str = "Xavier uniform";
const KAIMING_NORMAL: &str = "Kaiming normal";
const TRUNCATED_NORMAL: &str = "truncated normal";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let threads = rayon::current_num_threads();
    memory(threads);
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    single.install(|| ndarray_init(1));
    if threads > 1 {
        ndarray_init(threads);
    }
    ndarray_rand()?;
    candle();
    burn("burn, flex", &Device::flex());
    #[expect(deprecated, reason = "its successor is measured too")]
    burn("burn, ndarray", &Device::ndarray());
    Ok(())
}

fn memory(threads: usize) {
    let system = System { name: "memory", version: "", threads: 1 };
    let mut w = Array2::<f32>::zeros(SHAPE);
    system.in_place("fill", || black_box(&mut w).fill(0.5));
    if threads > 1 {
        System { threads, ..system }.in_place("fill", || {
            let w = black_box(&mut w).as_slice_mut().expect("contiguous");
            w.par_chunks_mut(1 << 16).for_each(|chunk| chunk.fill(0.5));
        });
    }
    system.fresh("fill", || {
        let mut w = black_box(Array2::<f32>::zeros(SHAPE));
        w.fill(0.5);
        w
    });
}

fn ndarray_init(threads: usize) {
    let system = System::of("ndarray-init", threads);
    let mut w = Array2::<f32>::zeros(SHAPE);
    for (law, initializer) in [
        (XAVIER_UNIFORM, VarianceScaling::xavier_uniform()),
        (KAIMING_NORMAL, VarianceScaling::kaiming_normal()),
        (TRUNCATED_NORMAL, VarianceScaling::he_normal()),
    ] {
        system.in_place(law, || {
            black_box(&mut w).fill_init(&initializer, Key::new(1)).expect("the shape has fans");
        });
        system.fresh(law, || {
            Array2::<f32>::init(SHAPE, &initializer, Key::new(1)).expect("the shape has fans")
        });
    }
}

fn ndarray_rand() -> Result<(), Box<dyn std::error::Error>> {
    let (bound, std) = bound_and_std();
    rand_distr(XAVIER_UNIFORM, &Uniform::new(-bound as f32, bound as f32)?);
    rand_distr(KAIMING_NORMAL, &Normal::new(0.0, std as f32)?);
    rand_distr(TRUNCATED_NORMAL, &Redrawn { std: std as f32 / 0.879_625_6 });
    Ok(())
}

fn rand_distr(law: &str, distribution: &impl Distribution<f32>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut w = Array2::<f32>::zeros(SHAPE);
    System::of("rand_distr", 1).in_place(law, || {
        black_box(&mut w).map_inplace(|x| *x = distribution.sample(&mut rng));
    });
    System::of("ndarray-rand", 1)
        .fresh(law, || Array2::random_using(SHAPE, distribution, &mut rng));
}

/// A normal truncated at two sigmas by drawing again, for `rand_distr` has none.
struct Redrawn {
    std: f32,
}

impl Distribution<f32> for Redrawn {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f32 {
        loop {
            let z: f32 = StandardNormal.sample(rng);
            if z.abs() <= 2.0 {
                return self.std * z;
            }
        }
    }
}

/// candle draws on one thread, into new tensors, and has no truncated law.
fn candle() {
    let system = System::of("candle-nn", 1);
    let (bound, _) = bound_and_std();
    for (law, init) in [
        (XAVIER_UNIFORM, Init::Uniform { lo: -bound, up: bound }),
        (KAIMING_NORMAL, DEFAULT_KAIMING_NORMAL),
    ] {
        system.fresh(law, || {
            init.var(SHAPE, DType::F32, &candle_core::Device::Cpu).expect("candle draws these")
        });
    }
}

/// burn draws on one thread, into new tensors, and has no truncated law.
fn burn(name: &'static str, device: &Device) {
    let system = System { name, ..System::of("burn-core", 1) };
    for (law, initializer) in [
        (XAVIER_UNIFORM, Initializer::XavierUniform { gain: 1.0 }),
        (KAIMING_NORMAL, Initializer::KaimingNormal { gain: 2_f64.sqrt(), fan_out_only: false }),
    ] {
        // Parameters are drawn when they are first asked for: hence `val`.
        system.fresh(law, || -> Tensor<2> {
            let (fan_in, fan_out) = SHAPE;
            initializer.init_with([fan_in, fan_out], Some(fan_in), Some(fan_out), device).val()
        });
    }
}

/// Of Xavier's uniform and of Kaiming's normal law for the kernel.
fn bound_and_std() -> (f64, f64) {
    let (fan_in, fan_out) = (SHAPE.0 as f64, SHAPE.1 as f64);
    ((6.0 / (fan_in + fan_out)).sqrt(), (2.0 / fan_in).sqrt())
}

/// The columns of a row about the system that it measures.
#[derive(Clone, Copy)]
struct System {
    name: &'static str,
    version: &'static str,
    threads: usize,
}

impl System {
    /// A package of the lock file, which knows its version.
    fn of(package: &'static str, threads: usize) -> Self {
        let version = include_str!("../Cargo.lock")
            .split("[[package]]")
            .find_map(|entry| {
                let rest = entry.trim_start().strip_prefix("name = \"")?;
                let rest = rest.strip_prefix(package)?.strip_prefix("\"\nversion = \"")?;
                rest.split('"').next()
            })
            .expect("a dependency");
        Self { name: package, version, threads }
    }

    fn in_place<T>(self, law: &str, draw: impl FnMut() -> T) {
        self.row(law, "in place", draw);
    }

    fn fresh<T>(self, law: &str, draw: impl FnMut() -> T) {
        self.row(law, "fresh", draw);
    }

    /// The median of some runs, after one that does not count. Dropping the array is not timed.
    fn row<T>(self, law: &str, how: &str, mut draw: impl FnMut() -> T) {
        let time = |_| {
            let start = Instant::now();
            let drawn = black_box(draw());
            let time = start.elapsed();
            drop(drawn);
            time
        };
        let mut times: Vec<Duration> = (0..=RUNS).map(time).skip(1).collect();
        times.sort_unstable();
        let ns = times[RUNS / 2].as_secs_f64() * 1e9 / (SHAPE.0 * SHAPE.1) as f64;
        let Self { name, version, threads } = self;
        println!(
            "| {name:<20} | {version:<8} | {law:<16} | {how:<8} | {threads:>7} | {ns:>13.2} |"
        );
    }
}
