//! The calls that `data/` records, compared with ours.

use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{
    Distribution, FanMode, Fans, InitError, InitExt, InitRefExt, Key, Law, VarianceScaling,
};
use std::collections::HashMap;

/// Compares Keras' calls with ours, as `configure` translates them.
#[track_caller]
pub(crate) fn keras(configure: impl Fn(&Call) -> Configured) {
    let expected = Counts { same: 100, ..Counts::default() };
    compare(include_str!("../data/keras.txt"), configure, &expected);
}

/// JAX' calls.
#[track_caller]
pub(crate) fn jax(configure: impl Fn(&Call) -> Configured) {
    let expected = Counts { same: 125, both_refuse: 16, divided_by_zero: 15, ..Counts::default() };
    compare(include_str!("../data/jax.txt"), configure, &expected);
}

/// PyTorch's calls.
#[track_caller]
pub(crate) fn pytorch(configure: impl Fn(&Call) -> Configured) {
    let expected = Counts { same: 131, both_refuse: 27, left_alone: 22, ..Counts::default() };
    compare(include_str!("../data/pytorch.txt"), configure, &expected);
}

/// MindSpore's calls.
#[track_caller]
pub(crate) fn mindspore(configure: impl Fn(&Call) -> Configured) {
    let expected = Counts {
        same: 118,
        both_refuse: 25,
        divided_by_zero: 5,
        uniform_instead: 23,
        ..Counts::default()
    };
    compare(include_str!("../data/mindspore.txt"), configure, &expected);
}

/// A call as this crate's initializer.
pub(crate) type Configured = Result<VarianceScaling, InitError>;

/// Calls by their outcome: the first two are agreement, the others the exceptions.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    /// The fans are equal, and so is the law.
    same: usize,
    /// Two axes are needed, and both say so.
    both_refuse: usize,
    /// A size of zero makes JAX and MindSpore divide by zero. There is no element to draw, so that
    /// ours succeeds.
    divided_by_zero: usize,
    /// PyTorch leaves a tensor without elements alone and computes no law. So do we; fans are equal.
    left_alone: usize,
    /// `VarianceScaling(distribution="truncated_normal")` of MindSpore 2.10 draws from a uniform
    /// law: that of `distribution="uniform"`, in fact. Ours draws what it is asked for.
    uniform_instead: usize,
}

#[track_caller]
fn compare(file: &'static str, configure: impl Fn(&Call) -> Configured, expected: &Counts) {
    let mut counts = Counts::default();
    let mut call = None;
    for line in file.lines() {
        let Some(kernel) = line.strip_prefix(' ') else {
            call = Some(Call::parse(line));
            continue;
        };
        let call = call.as_ref().expect("a file begins with a call");
        let ours = configure(call).unwrap_or_else(|error| panic!("{call:?}: {error}"));
        let counter = verdict(call, kernel, &ours, &mut counts)
            .unwrap_or_else(|difference| panic!("{call:?}: {kernel}: {difference}"));
        *counter += 1;
    }
    assert_eq!(&counts, expected);
}

/// Which of the counts one call belongs to, or how it differs.
fn verdict<'a>(
    call: &Call,
    kernel: &str,
    ours: &VarianceScaling,
    counts: &'a mut Counts,
) -> Result<&'a mut usize, String> {
    let columns: Vec<&str> = kernel.split(' ').collect();
    let shape: Vec<usize> = list(columns[0]);

    if let ["error", class] = columns[1..] {
        return match (class, ours.law(&shape)) {
            ("ValueError", Err(InitError::Layout { .. })) if shape.len() < 2 => {
                Ok(&mut counts.both_refuse)
            }
            ("ZeroDivisionError", Ok(_)) if shape.contains(&0) => {
                fill_empty(ours, &shape).map_err(|error| error.to_string())?;
                Ok(&mut counts.divided_by_zero)
            }
            (_, law) => Err(format!("we give {law:?}")),
        };
    }

    let fans = Fans { fan_in: number(columns[1]), fan_out: number(columns[2]) };
    let (our_fans, our_law) = ours
        .fans(&shape)
        .and_then(|fans| Ok((fans, ours.law(&shape)?)))
        .map_err(|error| error.to_string())?;
    if our_fans != fans {
        return Err(format!("we give {our_fans:?}"));
    }
    let law: Vec<f64> = columns[4..].iter().copied().map(number).collect();
    match (columns[3], our_law) {
        ("no_op", _) if shape.contains(&0) => {
            fill_empty(ours, &shape).map_err(|error| error.to_string())?;
            Ok(&mut counts.left_alone)
        }
        ("uniform", Law::Uniform(ours)) if close(&[ours.high(), -ours.low()], &[law[0]; 2]) => {
            Ok(&mut counts.same)
        }
        ("normal", Law::Normal(ours)) if close(&[ours.std_dev()], &law) && ours.mean() == 0.0 => {
            Ok(&mut counts.same)
        }
        ("truncated_normal", Law::TruncatedNormal(ours))
            if close(
                &[
                    ours.parent_std_dev(),
                    ours.lower() / ours.parent_std_dev(),
                    ours.upper() / ours.parent_std_dev(),
                ],
                &law,
            ) && ours.parent_mean() == 0.0 =>
        {
            Ok(&mut counts.same)
        }
        ("uniform", Law::TruncatedNormal(ours))
            if call.function == "VarianceScaling"
                // A uniform law's bound is √3 times its standard deviation, and only the form of
                // the law may differ.
                && close(&[ours.std_dev() * 3.0_f64.sqrt()], &law) =>
        {
            Ok(&mut counts.uniform_instead)
        }
        (_, law) => Err(format!("we give {law:?}")),
    }
}

/// Makes and fills an array that has no elements.
fn fill_empty(configuration: &VarianceScaling, shape: &[usize]) -> Result<(), InitError> {
    let mut array = ArrayD::<f32>::init(IxDyn(shape), configuration, Key::new(1))?;
    assert!(array.is_empty());
    array.fill_init(configuration, Key::new(1))
}

/// True if numbers are equal to 12 digits.
fn close(ours: &[f64], theirs: &[f64]) -> bool {
    ours.len() == theirs.len()
        && ours
            .iter()
            .zip(theirs)
            .all(|(ours, theirs)| (ours - theirs).abs() <= 1e-12 * theirs.abs())
}

/// A function of a framework with its arguments.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) function: &'static str,
    arguments: HashMap<&'static str, &'static str>,
}

impl Call {
    fn parse(line: &'static str) -> Self {
        let (function, arguments) = line.split_once(' ').unwrap_or((line, ""));
        let argument = |word: &'static str| word.split_once('=').expect("name=value");
        Self { function, arguments: arguments.split_whitespace().map(argument).collect() }
    }

    fn get(&self, name: &str) -> Option<&'static str> {
        self.arguments.get(name).copied()
    }

    pub(crate) fn required(&self, name: &str) -> &'static str {
        self.get(name).unwrap_or_else(|| panic!("{self:?} has no {name}"))
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        number(self.required(name))
    }

    pub(crate) fn mode(&self) -> FanMode {
        match self.required("mode") {
            "fan_in" => FanMode::FanIn,
            "fan_out" => FanMode::FanOut,
            "fan_avg" => FanMode::FanAvg,
            "fan_geo_avg" => FanMode::FanGeoAvg,
            other => panic!("unknown mode {other}"),
        }
    }

    pub(crate) fn distribution(&self) -> Distribution {
        match self.required("distribution") {
            "truncated_normal" => Distribution::TruncatedNormal,
            // JAX' name, and that of Keras and MindSpore.
            "normal" | "untruncated_normal" => Distribution::UntruncatedNormal,
            "uniform" => Distribution::Uniform,
            other => panic!("unknown distribution {other}"),
        }
    }

    /// The axes of this name, where the call has them.
    pub(crate) fn axes(&self, name: &str) -> Option<Vec<isize>> {
        self.get(name).map(list)
    }
}

/// Numbers with commas between them; `()` is none.
fn list<T: std::str::FromStr>(text: &str) -> Vec<T> {
    if text == "()" { Vec::new() } else { text.split(',').map(number).collect() }
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is not a number"))
}
