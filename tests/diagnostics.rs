//! Compiler messages for code that does not fit: the sentence that helps is among them.
//!
//! Programs that must not compile are checked, each a binary of a package made for them, against the
//! crate as it is here.

use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

const OF_ANOTHER_RAND: [&str; 3] = [
    "neither a key, nor a `u64`, nor a `&mut` of a generator of rand 0.9",
    "re-exported as `ndarray_init::rand`",
    "`Key::new(rng.next_u64())`",
];
const NO_GENERATOR: [&str; 2] = [
    "constructors named after presets take `&mut rng` alone",
    "`Array::init(shape, &VarianceScaling::he_normal(), 42)`",
];

const INTEGERS: [&str; 2] = [
    "arrays of `i32` have no initial weights here",
    "the element types are `f32` and `f64`, `f16` and `bf16` with the feature `half`, `Complex<f32>` and",
];
const A_RESULT: [&str; 1] = ["such as `Normal::new(0.0, 0.02)`, needs a `?`"];

/// Bodies of `main`, and sentences of their messages.
const CASES: [(&str, &[&str]); 15] = [
    ("let _ = Array2::<f32>::he_normal((2, 2), &mut OtherRng);", &OF_ANOTHER_RAND),
    (
        "let cfg = VarianceScaling::he_normal();
         let _ = Array2::<f32>::variance_scaling((2, 2), cfg, &mut OtherRng);",
        &OF_ANOTHER_RAND,
    ),
    ("let _ = Array2::<f32>::init((2, 2), &Zeros, &mut OtherRng);", &OF_ANOTHER_RAND),
    (
        "use rand::SeedableRng;
         let rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(1);
         let _ = Array2::<f32>::zeros((2, 2)).fill_init(&Zeros, rng);",
        &["`Xoshiro256PlusPlus` gives no key", "consider mutably borrowing here"],
    ),
    (
        "let _ = Array2::<f32>::he_normal((2, 2), 42);",
        &["with a key: `init(shape, &VarianceScaling::he_normal(), 42)`"],
    ),
    (
        "let _ = Array2::<f32>::xavier_uniform((2, 2), Key::new(42));",
        &["with a key: `init(shape, &VarianceScaling::xavier_uniform(), 42)`"],
    ),
    (
        "let cfg = VarianceScaling::he_normal();
         let _ = Array2::<f32>::variance_scaling((2, 2), cfg, 42);",
        &["with a key: `init(shape, &cfg, 42)`"],
    ),
    ("let _ = Array2::<f32>::he_normal((2, 2), &mut 42);", &NO_GENERATOR),
    ("let _ = Array2::<f32>::he_normal((2, 2), &mut Key::new(42));", &NO_GENERATOR),
    ("let _ = Array2::<f32>::init((2, 2), &Normal::new(0.0, 1.0), Key::new(1));", &A_RESULT),
    (
        "let mut array = Array2::<f32>::zeros((2, 2));
         let _ = array.fill_init(&Normal::new(0.0, 1.0), Key::new(1));",
        &A_RESULT,
    ),
    (
        "let _ = Array2::<f32>::init((2, 2), &OtherRng, Key::new(1));",
        &[
            "`OtherRng` does not initialize arrays of `f32`",
            "the crate's documentation lists the initializers",
        ],
    ),
    ("let _ = Array2::<i32>::init((2, 2), &Zeros, Key::new(1));", &INTEGERS),
    ("let _ = Array2::<i32>::he_normal((2, 2), &mut rand::rng());", &[INTEGERS[0]]),
    ("let _ = Array2::<i32>::zeros((2, 2)).fill_init(&Zeros, Key::new(1));", &[INTEGERS[0]]),
];

fn name(case: usize) -> String {
    format!("case_{case}")
}

/// A package with a binary for each case, which finds its dependencies where this one has them.
fn write_package(folder: &Path) {
    let this = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let manifest = format!(
        "[package]\nname = \"cases\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\nndarray-init = {{ path = {this:?}, default-features = false }}\n\
         [workspace]\n"
    );
    fs::create_dir_all(folder.join("src/bin")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(Path::new(this).join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    for (i, (code, _)) in CASES.iter().enumerate() {
        let program = format!(
            "#![allow(unused)]\nuse ndarray_init::{{ndarray::Array2, *}};\n\
             struct OtherRng;\nfn main() {{\n{code}\n}}\n"
        );
        fs::write(folder.join("src/bin").join(name(i)).with_extension("rs"), program).unwrap();
    }
}

/// Every error's text, as it is shown, behind the name of its case.
fn errors() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diagnostics");
    // Cases of another version of this file would be checked, too.
    let _ = fs::remove_dir_all(folder.join("src"));
    write_package(&folder);
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--bins", "--keep-going", "--message-format", "json"])
        .arg("--target-dir")
        .arg(folder.join("target"))
        .current_dir(&folder)
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let messages = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let errors: Vec<_> = messages
        .filter(|line| line["message"]["level"] == "error")
        .map(|line| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&line["target"]["name"]), text(&line["message"]["rendered"]))
        })
        .collect();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.is_empty(), "cargo has checked nothing:\n{log}");
    errors
}

#[test]
fn the_compiler_says_what_helps() {
    let errors = errors();
    let mut missing = String::new();
    for (i, (code, messages)) in CASES.iter().enumerate() {
        let shown = errors.iter().filter(|(case, _)| *case == name(i));
        let shown: String = shown.map(|(_, text)| text.as_str()).collect();
        for message in messages.iter().filter(|&&message| !shown.contains(message)) {
            writeln!(missing, "{code}: {message:?} is not in\n{shown}").unwrap();
        }
    }
    assert!(missing.is_empty(), "{missing}");
}
