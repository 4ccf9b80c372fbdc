//! Recorded lists of real models, against the numbers that the frameworks themselves drew: the tensors of
//! the tool and those of the framework must come from one law, tensor by tensor.

use crate::dtype::{Dtype, Number};
use crate::model::{Model, Tensor, Values};
use crate::pieces::Pieces;
use miniz_oxide::inflate::decompress_to_vec;
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::ArrayD;
use ndarray_init::{AnyInitializer, Element, InitExt, Key, Law};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

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
    quantiles: Vec<f64>,
}

/// The probabilities of the quantiles.
const PROBABILITIES: [f64; 9] = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999];

/// Standard errors that a comparison may be off: two right laws differ by more once in 5 · 10⁸ times. Both
/// sides have their error, by their numbers of elements. The seeds are fixed.
const SIGMAS: f64 = 6.0;

/// Of n elements, this many may lie beyond the greatest of n others, which happens once in 10⁶ times.
const BEYOND: f64 = 20.0;

/// Elements of a tensor that are drawn, at most, or a little more.
const DRAWN: usize = 1 << 18;

/// Relative, of numbers that were rounded to f32 and printed.
const ROUNDING: f64 = 1e-5;

/// The recorded models, by name.
fn recorded() -> Vec<(String, Recorded)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/models");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "gz"));
    let read = |path: std::path::PathBuf| {
        // The header of a gzip file without a name has 10 bytes, its end 8.
        let file = fs::read(&path).unwrap();
        let text = decompress_to_vec(&file[10..file.len() - 8]).unwrap();
        (path.display().to_string(), serde_json::from_slice(&text).unwrap())
    };
    files.map(read).collect()
}

/// Elements of a tensor, each with a weight.
struct Sample {
    /// From the least to the greatest.
    elements: Vec<f64>,
    /// The share of all weights before each element, and 1.
    before: Vec<f64>,
}

impl Sample {
    fn of(tensor: &Tensor, values: &Values) -> Self {
        let mut sample = Vec::new();
        let key = Key::new(1).fork(&tensor.key_name);
        match values {
            Values::Initializer(rule) => draw(rule, &tensor.shape, key, tensor.dtype, &mut sample),
            Values::Data(bytes) => {
                sample.extend(tensor.dtype.decode(bytes).into_iter().map(|x| (x, 1.0)));
            }
            Values::Range { start, step } => {
                let row = *tensor.shape.last().unwrap();
                sample.extend((0..row).map(|i| (start + step * i as f64, 1.0)));
            }
        }
        sample.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut before, mut sum) = (vec![0.0], 0.0);
        for (_, weight) in &sample {
            sum += weight;
            before.push(sum);
        }
        for share in &mut before {
            *share /= sum;
        }
        Self { elements: sample.into_iter().map(|(x, _)| x).collect(), before }
    }

    /// The share of the elements below x, and the share up to x itself.
    fn shares(&self, x: f64, slack: f64) -> [f64; 2] {
        let below = self.elements.partition_point(|&element| element < x - slack);
        let until = self.elements.partition_point(|&element| element <= x + slack);
        [self.before[below], self.before[until]]
    }

    fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        let weights = self.before.windows(2).map(|shares| shares[1] - shares[0]);
        self.elements.iter().zip(weights).map(|(&x, weight)| weight * f(x)).sum()
    }

    /// Compares with a framework's numbers.
    ///
    /// An extreme at the bound of a truncated normal law says nothing: one uniform in 2²⁴ of PyTorch's is
    /// 1 in f32, whose quantile is infinite, and the clamp after it leaves the bound, 100 deviations away.
    fn compare(&self, drawn: &Drawn, law: Option<Law>) -> Result<(), String> {
        let Drawn { count, mean, std, min, max, zeros, .. } = *drawn;
        let n = self.elements.len() as f64;
        let both = 1.0 / n + 1.0 / count;
        let slack = ROUNDING * min.abs().max(max.abs());
        let check = |what: &str, here: f64, there: f64, error: f64| {
            let is_near = (here - there).abs() <= SIGMAS * error + slack;
            is_near.then_some(()).ok_or_else(|| format!("{what} {here}, not {there} ± {error}"))
        };
        let center = self.mean(|x| x);
        let variance = self.mean(|x| (x - center).powi(2));
        let fourth = self.mean(|x| (x - center).powi(4));
        check("mean", center, mean, (variance * both).sqrt())?;
        let [lower, upper] = match law {
            Some(Law::TruncatedNormal(law)) => [law.lower(), law.upper()],
            _ => [f64::NEG_INFINITY, f64::INFINITY],
        };
        let clamped = [min <= lower + slack, max >= upper - slack];
        let mut of_variance = ((fourth - variance * variance).max(0.0) * both).sqrt();
        if clamped.contains(&true) {
            of_variance += min.abs().max(max.abs()).powi(2) / count;
        }
        check("std", variance.sqrt(), std, of_variance / (2.0 * std.max(f64::MIN_POSITIVE)))?;
        let [below, until] = self.shares(0.0, 0.0);
        let [here, there] = [until - below, zeros / count];
        let of_zeros = (here * (1.0 - here) * both).sqrt().max(1.0 / n.min(count));
        if (here - there).abs() > SIGMAS * of_zeros {
            return Err(format!("zeros {here}, not {there} ± {of_zeros}"));
        }
        for (&probability, &quantile) in PROBABILITIES.iter().zip(&drawn.quantiles) {
            let [below, until] = self.shares(quantile, slack);
            // In the tails, where few elements lie, the error is Poisson's.
            let error = SIGMAS * (probability * (1.0 - probability) * both).sqrt() + BEYOND * both;
            if below > probability + error || until < probability - error {
                return Err(format!("quantile {probability}: {below} to {until} below {quantile}"));
            }
        }
        let greatest: Vec<f64> = self.elements.iter().rev().take(64).copied().collect();
        let least: Vec<f64> = self.elements.iter().take(64).map(|x| -x).collect();
        let beyond = [1.0 - self.shares(max, slack)[1], self.shares(min, slack)[0]];
        if !clamped[1] {
            compare_greatest(&greatest, max, beyond[0], [n, count], slack)?;
        }
        if clamped[0] {
            Ok(())
        } else {
            compare_greatest(&least, -min, beyond[1], [n, count], slack)
        }
    }
}

/// Compares the first of the greatest elements of n with that of `count` others, which a share of
/// the n lies beyond.
fn compare_greatest(
    few: &[f64],
    greatest: f64,
    beyond: f64,
    [n, count]: [f64; 2],
    slack: f64,
) -> Result<(), String> {
    // Beyond the greatest, a tail falls off at least as fast as the exponential of the few before.
    let last = few[few.len() - 1];
    let excess = few.iter().map(|x| x - last).sum::<f64>() / few.len() as f64;
    let most = few[0] + excess * ((1.0 + count / n).ln() + BEYOND) + slack;
    if beyond > BEYOND / n + BEYOND / count || greatest > most {
        return Err(format!("extreme {} of {n}, not {greatest} of {count}", few[0]));
    }
    Ok(())
}

/// Draws a part of each block's elements, or all.
fn draw(
    rule: &AnyInitializer,
    shape: &[usize],
    key: Key,
    dtype: Dtype,
    sample: &mut Vec<(f64, f64)>,
) {
    fn elements<A: Element + Number>(rule: &AnyInitializer, shape: &[usize], key: Key) -> Vec<f64> {
        let pieces = Pieces::of(shape);
        let wanted = DRAWN.div_ceil(Pieces::ELEMENTS);
        let mut found = Vec::new();
        for i in (0..pieces.count()).step_by(pieces.count().div_ceil(wanted).max(1)) {
            let piece = pieces.get(i);
            let region = piece.region(shape).unwrap();
            let part =
                ArrayD::<A>::init_region(piece.shape.as_slice(), rule, key, &region).unwrap();
            found.extend(part.iter().map(|x| x.number()));
        }
        found
    }

    if let AnyInitializer::Blocks(blocks) = rule {
        let axis = blocks.axis().rem_euclid(shape.len() as isize) as usize;
        let mut block = shape.to_vec();
        for (i, (size, initializer)) in blocks.parts(shape).unwrap().enumerate() {
            block[axis] = size;
            draw(initializer, &block, key.fork_index(i as u64), dtype, sample);
        }
        return;
    }
    let found = match dtype {
        Dtype::F32 => elements::<f32>(rule, shape, key),
        Dtype::F16 => elements::<f16>(rule, shape, key),
        Dtype::Bf16 => elements::<bf16>(rule, shape, key),
        _ => elements::<f64>(rule, shape, key),
    };
    let each = shape.iter().map(|&n| n as f64).product::<f64>() / found.len().max(1) as f64;
    sample.extend(found.into_iter().map(|x| (x, each)));
}

#[test]
fn tensors_are_drawn_from_the_laws_that_the_frameworks_draw_from() {
    let models = recorded();
    assert!(!models.is_empty());
    for (path, Recorded { list, drawn }) in models {
        let model =
            Model::parse(list.get(), None).unwrap_or_else(|error| panic!("{path}: {error}"));
        let names = model.tensors.iter().map(|tensor| &tensor.name);
        assert!(names.eq(drawn.keys()) || drawn.len() == model.tensors.len(), "{path}");
        for tensor in model.tensors.iter().filter(|tensor| tensor.elements() > 0) {
            let found =
                Sample::of(tensor, &tensor.values).compare(&drawn[&tensor.name], tensor.law);
            found.unwrap_or_else(|error| panic!("{path}: {}: {error}", tensor.name));
        }
    }
}

/// The negative control: laws that are a little wrong are found, wherever there are elements enough.
#[test]
fn a_deviation_a_bound_and_a_row_of_zeros_that_are_wrong_are_found() {
    const ENOUGH: usize = 30_000;
    let mut found = [0; 3];
    for (path, Recorded { list, drawn }) in recorded() {
        let model = Model::parse(list.get(), None).unwrap();
        for tensor in model.tensors.iter().filter(|tensor| tensor.elements() >= ENOUGH) {
            let Values::Initializer(rule) = &tensor.values else { continue };
            let wrong = [
                scaled(rule, &["normal", "truncated_normal"], "std"),
                scaled(rule, &["uniform"], "high"),
                without_zeros(rule, tensor.shape[0]),
            ];
            for (count, wrong) in found.iter_mut().zip(wrong) {
                let Some(wrong) = wrong else { continue };
                let compared = Sample::of(tensor, &Values::Initializer(wrong.clone()));
                let compared = compared.compare(&drawn[&tensor.name], tensor.law);
                assert!(compared.is_err(), "{path}: {}: {wrong:?} passes", tensor.name);
                *count += 1;
            }
        }
    }
    assert!(found.into_iter().all(|count| count > 0), "{found:?}");
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
