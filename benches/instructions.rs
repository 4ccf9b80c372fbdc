//! Instructions an element takes, counted by callgrind: the same on every machine, whatever else it
//! does. Fails where a count is more than 5 % above the one in `benches/instructions/counts.txt`.
//!
//! ```sh
//! cargo bench --all-features --bench instructions                        # compare
//! NDARRAY_INIT_RENEW=1 cargo bench --all-features --bench instructions   # write new counts
//! ```
//!
//! Valgrind knows AVX2 and no AVX-512, so these are the counts of AVX2, and of the portable code.

use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::{Array1, Array2};
use ndarray_init::num_complex::{Complex32, Complex64};
use ndarray_init::{
    Element, InitExt, InitRefExt, Key, Law, Normal, TruncatedNormal, Uniform, VarianceScaling,
};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::{env, fs};

const CASE: &str = "NDARRAY_INIT_CASE";
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions/counts.txt");
/// The elements in the cache of a core.
const ELEMENTS: usize = 1 << 16;
/// How much a count may grow.
const MOST: f64 = 1.05;

fn laws() -> [(&'static str, Law); 6] {
    let truncated =
        |lower, upper| TruncatedNormal::in_sigmas(0.0, 1.0, lower, upper).expect("valid").into();
    [
        ("uniform", Uniform::new(-0.1, 0.1).expect("valid").into()),
        ("uniform_general", Uniform::new(-0.1, 0.3).expect("valid").into()),
        ("normal", Normal::new(0.0, 0.02).expect("valid").into()),
        ("truncated", truncated(-2.0, 2.0)),
        ("truncated_asymmetric", truncated(-1.0, 2.5)),
        ("truncated_far", truncated(8.0, f64::INFINITY)),
    ]
}

/// In place of a law's name: one call for 64 elements, with its configuration; and a kernel of 8 × 8, made and
/// freed, with its configuration and a forked key.
const CALL: &str = "a_call_for_64";
const KERNEL: &str = "a_new_kernel";

/// Instruction set, element type and law of each line.
fn cases() -> Vec<[&'static str; 3]> {
    let with_avx2 = ["f32", "f64", "f16", "bf16", "complex32", "complex64"].map(|e| ["avx2", e]);
    let portable = ["f32", "f64"].map(|e| ["portable", e]);
    let laws = laws().map(|(law, _)| law).into_iter().chain([CALL, KERNEL]);
    let each = with_avx2.into_iter().chain(portable);
    let all = each.flat_map(|[simd, element]| laws.clone().map(move |law| [simd, element, law]));
    all.filter(|[_, element, law]| !element.starts_with("complex") || has_circular(law)).collect()
}

/// A line of the table.
fn line([simd, element, law]: [&str; 3]) -> String {
    // Both counts have what a process and a call take apart from their elements.
    let more =
        |few, many| (count(simd, law, element, many) - count(simd, law, element, few)) as f64;
    if [CALL, KERNEL].contains(&law) {
        format!("{simd} {element} {law} {:.0}\n", more(0, 1000) / 1000.0)
    } else {
        format!("{simd} {element} {law} {:.2}\n", more(1, 2) / ELEMENTS as f64)
    }
}

/// Complex elements have a law of this name.
fn has_circular(law: &str) -> bool {
    ["uniform", "normal", "truncated", CALL, KERNEL].contains(&law)
}

fn main() -> ExitCode {
    if let Ok(case) = env::var(CASE) {
        run(&case);
        return ExitCode::SUCCESS;
    }
    // Counts do not depend on what else runs.
    let table: String = cases().into_par_iter().map(line).collect();
    print!("{table}");
    if env::var_os("NDARRAY_INIT_RENEW").is_some() {
        fs::write(PATH, table).expect("the counts can be written");
        return ExitCode::SUCCESS;
    }
    let kept = fs::read_to_string(PATH).expect("the counts are there");
    let grown: Vec<_> =
        table.lines().zip(kept.lines()).filter(|(now, kept)| grew(now, kept)).collect();
    for (now, kept) in &grown {
        println!("more than 5 % above {kept:?}: {now:?}");
    }
    let complete = table.lines().count() == kept.lines().count();
    if grown.is_empty() && complete { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `true` if the count of a line is too far above the kept one, or is another line's.
fn grew(now: &str, kept: &str) -> bool {
    let parts = |line: &str| {
        let (name, count) = line.rsplit_once(' ').expect("a name and a count");
        (name.to_owned(), count.parse::<f64>().expect("a number"))
    };
    let ((name, now), (kept_name, kept)) = (parts(now), parts(kept));
    name != kept_name || now > kept * MOST
}

/// The instructions of this program with a case, as callgrind counts them.
fn count(simd: &str, law: &str, element: &str, times: usize) -> u64 {
    let program = env::current_exe().expect("this program has a path");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .env(CASE, format!("{law} {element} {times}"))
        .env("NDARRAY_INIT_SIMD", simd)
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .expect("valgrind is installed");
    let report = String::from_utf8_lossy(&output.stderr);
    let count = report.split("Collected :").nth(1).and_then(|rest| rest.trim().lines().next());
    count.and_then(|count| count.trim().parse().ok()).unwrap_or_else(|| panic!("{report}"))
}

/// A case, as the environment names it.
fn run(case: &str) {
    let [law, element, times] = case.split(' ').collect::<Vec<_>>()[..] else { panic!("{case}") };
    let times = times.parse().expect("a number");
    match element {
        "f32" => fill::<f32>(law, times),
        "f64" => fill::<f64>(law, times),
        "f16" => fill::<f16>(law, times),
        "bf16" => fill::<bf16>(law, times),
        "complex32" => fill::<Complex32>(law, times),
        "complex64" => fill::<Complex64>(law, times),
        _ => panic!("{element}"),
    }
}

fn fill<A: Element>(name: &str, times: usize) {
    match name {
        CALL => {
            let mut array = Array1::from_elem(64, A::default());
            for i in 0..times {
                let law = Uniform::new(black_box(-0.1), 0.1).expect("valid");
                array.fill_init(&law, Key::new(i as u64)).expect("fits");
                black_box(&mut array);
            }
        }
        KERNEL => {
            for i in 0..times {
                let key = Key::new(black_box(7)).fork_index(i as u64);
                let glorot = black_box(VarianceScaling::glorot_uniform());
                black_box(Array2::<A>::init((8, 8), &glorot, key).expect("fits"));
            }
        }
        _ => {
            let (_, law) = laws().into_iter().find(|&(law, _)| law == name).expect("a law's name");
            let mut array = Array1::from_elem(ELEMENTS, A::default());
            for i in 0..times {
                array.fill_init(black_box(&law), Key::new(i as u64)).expect("fits");
                black_box(&mut array);
            }
        }
    }
}
