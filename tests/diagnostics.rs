//! Compiler messages for code that does not fit: the sentence that helps is among them.
//!
//! Programs that must not compile are checked, each a binary of a package made for them, against the
//! crate as it is here.

use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

struct Case {
    name: &'static str,
    /// The body of `main`.
    code: &'static str,
    /// Sentences of the messages.
    messages: &'static [&'static str],
}

const OF_ANOTHER_RAND: [&str; 3] = [
    "neither a key, nor a `u64`, nor a `&mut` of a generator of rand 0.9",
    "re-exported as `ndarray_init::rand`",
    "`Key::new(rng.next_u64())`",
];
const NO_GENERATOR: [&str; 2] = [
    "constructors named after presets take `&mut rng` alone",
    "`Array::init(shape, &VarianceScaling::he_normal(), 42)`",
];

const CASES: [Case; 13] = [
    Case {
        name: "generator_of_another_rand",
        code: "let _ = Array2::<f32>::he_normal((2, 2), &mut OtherRng);",
        messages: &OF_ANOTHER_RAND,
    },
    Case {
        name: "generator_of_another_rand_for_a_configuration",
        code: "let cfg = VarianceScaling::he_normal();
               let _ = Array2::<f32>::variance_scaling((2, 2), cfg, &mut OtherRng);",
        messages: &OF_ANOTHER_RAND,
    },
    Case {
        name: "generator_of_another_rand_for_a_key",
        code: "let _ = Array2::<f32>::init((2, 2), &Zeros, &mut OtherRng);",
        messages: &OF_ANOTHER_RAND,
    },
    Case {
        name: "generator_without_its_borrow",
        code: "use rand::SeedableRng;
               let rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(1);
               let _ = Array2::<f32>::zeros((2, 2)).fill_init(&Zeros, rng);",
        messages: &["`Xoshiro256PlusPlus` gives no key", "consider mutably borrowing here"],
    },
    Case {
        name: "literal_for_a_generator",
        code: "let _ = Array2::<f32>::he_normal((2, 2), &mut 42);",
        messages: &NO_GENERATOR,
    },
    Case {
        name: "key_for_a_generator",
        code: "let _ = Array2::<f32>::he_normal((2, 2), &mut Key::new(42));",
        messages: &NO_GENERATOR,
    },
    Case {
        name: "result_for_a_new_array",
        code: "let _ = Array2::<f32>::init((2, 2), &Normal::new(0.0, 1.0), Key::new(1));",
        messages: &["such as `Normal::new(0.0, 0.02)`, needs a `?`"],
    },
    Case {
        name: "result_for_an_array_that_is_there",
        code: "let mut array = Array2::<f32>::zeros((2, 2));
               let _ = array.fill_init(&Normal::new(0.0, 1.0), Key::new(1));",
        messages: &["such as `Normal::new(0.0, 0.02)`, needs a `?`"],
    },
    Case {
        name: "no_initializer",
        code: "let _ = Array2::<f32>::init((2, 2), &OtherRng, Key::new(1));",
        messages: &[
            "`OtherRng` does not initialize arrays of `f32`",
            "the crate's documentation lists the initializers",
        ],
    },
    Case {
        name: "integers_by_init",
        code: "let _ = Array2::<i32>::init((2, 2), &Zeros, Key::new(1));",
        messages: &[
            "arrays of `i32` have no initial weights here",
            "the element types are `f32` and `f64`, `f16` and `bf16` with the feature `half`, `Complex<f32>` and",
        ],
    },
    Case {
        name: "integers_by_a_preset",
        code: "let _ = Array2::<i32>::he_normal((2, 2), &mut rand::rng());",
        messages: &["arrays of `i32` have no initial weights here"],
    },
    Case {
        name: "integers_in_place",
        code: "let _ = Array2::<i32>::zeros((2, 2)).fill_init(&Zeros, Key::new(1));",
        messages: &["arrays of `i32` have no initial weights here"],
    },
    Case {
        name: "integers",
        code: "let _: Array2<i32> = Array2::init((2, 2), &Zeros, Key::new(1)).unwrap();",
        messages: &[
            "arrays of `i32` have no initial weights here",
            "the element types are `f32` and `f64`, `f16` and `bf16` with the feature `half`, `Complex<f32>` and",
        ],
    },
];

/// A package with a binary for each case, which finds its dependencies where this one has them.
fn write_package(folder: &Path) {
    let this = env!("CARGO_MANIFEST_DIR");
    let manifest = format!(
        "[package]\nname = \"cases\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\nndarray-init = {{ path = {this:?}, default-features = false }}\n\
         [workspace]\n"
    );
    fs::create_dir_all(folder.join("src/bin")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(Path::new(this).join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    for case in &CASES {
        let program = format!(
            "#![allow(unused)]\nuse ndarray_init::{{ndarray::Array2, *}};\n\
             struct OtherRng;\nfn main() {{\n{}\n}}\n",
            case.code
        );
        fs::write(folder.join("src/bin").join(case.name).with_extension("rs"), program).unwrap();
    }
}

/// Every error's text, as it is shown, behind the name of its case.
fn errors() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diagnostics");
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
    for case in &CASES {
        let shown = errors.iter().filter(|(name, _)| name == case.name);
        let shown: String = shown.map(|(_, text)| text.as_str()).collect();
        for message in case.messages.iter().filter(|&&message| !shown.contains(message)) {
            writeln!(missing, "{}: {message:?} is not in\n{shown}", case.name).unwrap();
        }
    }
    assert!(missing.is_empty(), "{missing}");
}
