//! Recorded lists of real models, against the numbers that the frameworks themselves drew: the tensors of
//! the tool and those of the framework must come from one law, tensor by tensor.

use crate::generate::Generator;
use crate::model::{Model, Tensor, Values};
use miniz_oxide::inflate::decompress_to_vec;
use ndarray_init::AnyInitializer;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A recorded model. `tests/data/models/README.md` describes the form.
#[derive(Deserialize)]
struct Recorded {
    list: Box<RawValue>,
    drawn: BTreeMap<String, Drawn>,
}

/// The framework's own numbers of one tensor, of several seeds together.
#[derive(Deserialize)]
struct Drawn {
    count: f64,
    mean: f64,
    std: f64,
    min: f64,
    max: f64,
    zeros: f64,
    quantiles: [f64; 9],
}

/// The probabilities of the quantiles, and of the extremes.
const PROBABILITIES: [f64; 11] = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.0, 1.0];

/// Standard errors that a comparison may be off: two right laws differ by more once in 5 · 10⁸ times. Both
/// sides have their error, by their numbers of elements. The seeds are fixed.
const SIGMAS: f64 = 6.0;

/// Of n elements, this many may lie beyond the greatest of n others, which happens once in 10⁶ times.
const BEYOND: f64 = 20.0;

/// Relative, of numbers that were rounded to f32 and printed.
const ROUNDING: f64 = 1e-5;

/// The recorded models, by name.
fn recorded() -> impl Iterator<Item = (String, Recorded)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/models");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "gz"));
    files.map(|path: PathBuf| {
        // The header of a gzip file without a name has 10 bytes, its end 8.
        let file = fs::read(&path).unwrap();
        let text = decompress_to_vec(&file[10..file.len() - 8]).unwrap();
        (path.display().to_string(), serde_json::from_slice(&text).unwrap())
    })
}

/// The elements of each tensor, from the least to the greatest.
fn elements(model: &Model) -> Vec<Vec<f64>> {
    let elements = Mutex::new(vec![Vec::new(); model.tensors.len()]);
    let take = |chunk: &crate::generate::Chunk<'_>| {
        let numbers = model.tensors[chunk.tensor].dtype.decode(chunk.bytes);
        elements.lock().unwrap()[chunk.tensor].extend(numbers);
        Ok(())
    };
    Generator::new(model, 1).all(&take).unwrap();
    let mut elements = elements.into_inner().unwrap();
    for elements in &mut elements {
        elements.sort_unstable_by(f64::total_cmp);
    }
    elements
}

/// Compares elements with a framework's numbers.
fn compare(elements: &[f64], drawn: &Drawn) -> Result<(), String> {
    let Drawn { count, mean, std, min, max, zeros, quantiles } = *drawn;
    let n = elements.len() as f64;
    let both = 1.0 / n + 1.0 / count;
    let largest = min.abs().max(max.abs());
    let slack = ROUNDING * largest;
    let check = |what: &str, here: f64, there: f64, error: f64, slack: f64| {
        let is_near = (here - there).abs() <= SIGMAS * error + slack;
        is_near.then_some(()).ok_or_else(|| format!("{what} {here}, not {there} ± {error}"))
    };
    let power = |p| elements.iter().map(|x| (x - mean).powi(p)).sum::<f64>() / n;
    let [shift, variance, fourth] = [1, 2, 4].map(power);
    check("mean", mean + shift, mean, (variance * both).sqrt(), slack)?;
    let mut of_variance = ((fourth - variance * variance).max(0.0) * both).sqrt();
    if largest > 20.0 * std {
        // One uniform in 2²⁴ of PyTorch's is 1 in f32. Its quantile is infinite, and the clamp of a truncated
        // normal law leaves the bound, 100 deviations away.
        of_variance += largest.powi(2) / count;
    }
    let of_std = of_variance / (2.0 * std.max(f64::MIN_POSITIVE));
    check("std", (variance - shift * shift).max(0.0).sqrt(), std, of_std, slack)?;
    let [here, there] = [elements.iter().filter(|&&x| x == 0.0).count() as f64 / n, zeros / count];
    let of_zeros = (here * (1.0 - here) * both).sqrt().max(1.0 / n.min(count));
    check("zeros", here, there, of_zeros, 0.0)?;
    for (probability, quantile) in
        PROBABILITIES.into_iter().zip(quantiles.into_iter().chain([min, max]))
    {
        let share = |x: f64| elements.partition_point(|&element| element < x) as f64 / n;
        let [below, until] = [share(quantile - slack), share((quantile + slack).next_up())];
        // In the tails, where few elements lie, the error is Poisson's.
        let error = SIGMAS * (probability * (1.0 - probability) * both).sqrt() + BEYOND * both;
        if below > probability + error || until < probability - error {
            return Err(format!("quantile {probability}: {below} to {until} below {quantile}"));
        }
    }
    Ok(())
}

#[test]
fn tensors_are_drawn_from_the_laws_that_the_frameworks_draw_from() {
    let mut models = 0;
    for (path, Recorded { list, drawn }) in recorded() {
        let model =
            Model::parse(list.get(), None).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(model.tensors.len(), drawn.len(), "{path}");
        for (Tensor { name, .. }, elements) in model.tensors.iter().zip(elements(&model)) {
            let found = if elements.is_empty() { Ok(()) } else { compare(&elements, &drawn[name]) };
            found.unwrap_or_else(|error| panic!("{path}: {name}: {error}"));
        }
        models += 1;
    }
    assert!(models > 0);
}

/// The negative control: laws that are a little wrong are found, wherever there are elements enough.
#[test]
fn a_deviation_a_bound_and_a_row_of_zeros_that_are_wrong_are_found() {
    const ENOUGH: usize = 30_000;
    type Wrong = fn(&AnyInitializer, &[usize]) -> Option<AnyInitializer>;
    let wrong: [Wrong; 3] = [
        |rule, _| scaled(rule, &["normal", "truncated_normal"], "std"),
        |rule, _| scaled(rule, &["uniform"], "high"),
        |rule, shape| without_zeros(rule, shape[0]),
    ];
    for wrong in wrong {
        let mut found = 0;
        for (path, Recorded { list, drawn }) in recorded() {
            let mut model = Model::parse(list.get(), None).unwrap();
            model.tensors.retain(|tensor| tensor.elements() >= ENOUGH);
            model.tensors.retain_mut(|Tensor { values, shape, .. }| {
                let Values::Initializer(rule) = values else { return false };
                wrong(rule, shape).map(|wrong| *rule = wrong).is_some()
            });
            for (Tensor { name, .. }, elements) in model.tensors.iter().zip(elements(&model)) {
                assert!(compare(&elements, &drawn[name]).is_err(), "{path}: {name} passes");
                found += 1;
            }
        }
        assert!(found > 0);
    }
}

/// The law with this number multiplied by 1.05.
fn scaled(rule: &AnyInitializer, laws: &[&str], field: &str) -> Option<AnyInitializer> {
    let mut rule = serde_json::to_value(rule).unwrap();
    let law = laws.iter().find(|law| rule.get(law).is_some())?;
    let number = rule[law][field].as_f64()?;
    rule[law][field] = (1.05 * number).into();
    Some(serde_json::from_value(rule).unwrap())
}

/// Blocks along the first axis, whose zeros are drawn like the block beside; if these are enough to be
/// missed, one in 20 000.
fn without_zeros(rule: &AnyInitializer, rows: usize) -> Option<AnyInitializer> {
    let mut rule = serde_json::to_value(rule).unwrap();
    let parts = rule.get_mut("blocks")?.get_mut("parts")?.as_array_mut()?;
    let drawn = parts.iter().map(|part| part["initializer"].clone()).find(Value::is_object)?;
    let zeros = parts.iter_mut().find(|part| part["initializer"] == "zeros")?;
    (zeros["size"].as_u64()? * 20_000 >= rows as u64).then_some(())?;
    zeros["initializer"] = drawn;
    Some(serde_json::from_value(rule).unwrap())
}
