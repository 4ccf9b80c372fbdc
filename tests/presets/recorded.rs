//! The calls that `data/` records, compared with ours.

use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{
    Distribution, FanMode, Fans, InitError, InitExt, InitRefExt, Key, Law, VarianceScaling,
};
use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

/// A call as this crate's initializer.
pub(super) type Configured = Result<VarianceScaling, InitError>;

/// How a call of a framework compares with ours. The first two are agreement, the others the exceptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// The fans are equal, and so is the law.
    Same,
    /// Two axes are needed, and both say so.
    BothRefuse,
    /// A size of zero makes JAX and MindSpore divide by zero. There is no element to draw, so that
    /// ours succeeds.
    DividedByZero,
    /// PyTorch leaves a tensor without elements alone and computes no law. So do we; fans are equal.
    LeftAlone,
    /// `VarianceScaling(distribution="truncated_normal")` of MindSpore 2.10 draws from a uniform
    /// law: that of `distribution="uniform"`, in fact. Ours draws what it is asked for.
    UniformInstead,
}
use Outcome::{BothRefuse, DividedByZero, LeftAlone, Same, UniformInstead};

/// Compares a file's calls with ours, as `configure` translates them. So many have each outcome.
#[track_caller]
pub(super) fn compare(
    file: &'static str,
    configure: impl Fn(&Call) -> Configured,
    expected: &[(Outcome, usize)],
) {
    let mut counts = BTreeMap::new();
    let mut call = None;
    for line in file.lines() {
        let Some(kernel) = line.strip_prefix(' ') else {
            call = Some(Call::parse(line));
            continue;
        };
        let call = call.as_ref().expect("a file begins with a call");
        let ours = configure(call).unwrap_or_else(|error| panic!("{call:?}: {error}"));
        let outcome = outcome(call, kernel, &ours);
        let outcome = outcome.unwrap_or_else(|ours| panic!("{call:?}: {kernel}: we give {ours}"));
        *counts.entry(outcome).or_insert(0) += 1;
    }
    assert_eq!(counts, expected.iter().copied().collect());
}

/// The outcome of one line, or the fans and the law that differ from the framework's.
fn outcome(call: &Call, kernel: &str, ours: &VarianceScaling) -> Result<Outcome, String> {
    let columns: Vec<&str> = kernel.split(' ').collect();
    let shape: Vec<usize> = list(columns[0]);
    let (fans, law) = (ours.fans(&shape), ours.law(&shape));
    let differs = || Err(format!("{fans:?}, {law:?}"));
    let is_empty = || shape.contains(&0) && fills_nothing(ours, &shape);
    let (&[fan_in, fan_out, form, ref numbers @ ..], Ok(law)) = (&columns[1..], &law) else {
        return match (&columns[1..], &law) {
            (["error", "ValueError"], Err(InitError::Layout { .. })) if shape.len() < 2 => {
                Ok(BothRefuse)
            }
            (["error", "ZeroDivisionError"], Ok(_)) if is_empty() => Ok(DividedByZero),
            _ => differs(),
        };
    };
    if fans != Ok(Fans { fan_in: number(fan_in), fan_out: number(fan_out) }) || law.mean() != 0.0 {
        return differs();
    }
    let (our_form, our_numbers) = match law {
        Law::Uniform(law) => ("uniform", vec![law.high()]),
        Law::Normal(law) => ("normal", vec![law.std_dev()]),
        Law::TruncatedNormal(law) => {
            let std = law.parent_std_dev();
            ("truncated_normal", vec![std, law.lower() / std, law.upper() / std])
        }
    };
    let numbers: Vec<f64> = numbers.iter().copied().map(number).collect();
    // A uniform law's bound is √3 times its standard deviation.
    let bound = law.std_dev() * 3.0_f64.sqrt();
    match (form, our_form) {
        ("no_op", _) if is_empty() => Ok(LeftAlone),
        _ if form == our_form && close(&our_numbers, &numbers) => Ok(Same),
        ("uniform", "truncated_normal")
            if call.function == "VarianceScaling" && close(&[bound], &numbers) =>
        {
            Ok(UniformInstead)
        }
        _ => differs(),
    }
}

/// True if an array that has no elements can be made and filled.
fn fills_nothing(configuration: &VarianceScaling, shape: &[usize]) -> bool {
    let key = Key::new(1);
    ArrayD::<f32>::init(IxDyn(shape), configuration, key)
        .is_ok_and(|mut array| array.is_empty() && array.fill_init(configuration, key).is_ok())
}

/// True if numbers are equal to 12 digits.
fn close(ours: &[f64], theirs: &[f64]) -> bool {
    let is_close = |(ours, theirs): (&f64, &f64)| (ours - theirs).abs() <= 1e-12 * theirs.abs();
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(is_close)
}

/// A function of a framework with its arguments.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) function: &'static str,
    arguments: HashMap<&'static str, &'static str>,
}

impl Call {
    fn parse(line: &'static str) -> Self {
        let (function, arguments) = line.split_once(' ').unwrap_or((line, ""));
        let argument = |word: &'static str| word.split_once('=').expect("name=value");
        Self { function, arguments: arguments.split_whitespace().map(argument).collect() }
    }

    pub(super) fn text(&self, name: &str) -> &'static str {
        self.arguments.get(name).unwrap_or_else(|| panic!("{self:?} has no {name}"))
    }

    pub(super) fn number(&self, name: &str) -> f64 {
        number(self.text(name))
    }

    pub(super) fn mode(&self) -> FanMode {
        self.text("mode").parse().expect("a mode")
    }

    pub(super) fn distribution(&self) -> Distribution {
        match self.text("distribution") {
            // JAX' name for that of Keras and MindSpore.
            "normal" => Distribution::UntruncatedNormal,
            other => other.parse().expect("a distribution"),
        }
    }

    /// The axes of this name, where the call has them.
    pub(super) fn axes(&self, name: &str) -> Option<Vec<isize>> {
        self.arguments.get(name).map(|axes| list(axes))
    }
}

/// Numbers with commas between them; `()` is none.
fn list<T: FromStr>(text: &str) -> Vec<T> {
    if text == "()" { Vec::new() } else { text.split(',').map(number).collect() }
}

fn number<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is not a number"))
}
