//! The advice of the README and the guide: every initializer and layout in their tables compiles and
//! fills an array, and every layout has the fans that stand beside it.

use ndarray_init::Orthogonal;
use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::presets::torch;
use ndarray_init::{
    Activation, AnyInitializer, Blocks, Fans, InitError, InitExt, Initializer, Key, Layout,
    Nonlinearity, Normal, Ones, Siren, VarianceScaling, Zeros, depth_gain, derived_gain,
    residual_gain, small_init, wang_init,
};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::identity;

const PAGES: [&str; 3] = [
    include_str!("../README.md"),
    include_str!("../docs/guide/choosing.md"),
    include_str!("../docs/guide/layouts.md"),
];

type Advised = Box<dyn Initializer<f32>>;

fn advised(initializer: impl Initializer<f32> + 'static) -> Advised {
    Box::new(initializer)
}

/// The value of each expression, by its text.
macro_rules! expressions {
    ($of:path; $($expression:expr;)*) => {
        [$((without_spaces(stringify!($expression)), $of($expression))),*]
    };
}

fn initializers() -> Result<BTreeMap<String, Advised>, InitError> {
    // An activation of the reader's own, a block's index, and an embedding of 48 rows.
    let (f, i) = (|x: f64| x.max(0.0), 7);
    let padded: [(usize, AnyInitializer); 2] =
        [(1, Zeros.into()), (47, Normal::new(0.0, 0.02)?.into())];
    let gates: [(usize, AnyInitializer); 2] = [(24, Zeros.into()), (24, Ones.into())];
    Ok(BTreeMap::from(expressions! { advised;
        VarianceScaling::he_normal();
        VarianceScaling::lecun_normal();
        VarianceScaling::lecun_normal().with_gain(Nonlinearity::leaky_relu().gain()?)?;
        VarianceScaling::lecun_normal().with_gain(Activation::Gelu.derived_gain())?;
        VarianceScaling::lecun_normal().with_gain(Activation::Silu.derived_gain())?;
        VarianceScaling::lecun_normal().with_gain(Activation::Elu.derived_gain())?;
        VarianceScaling::lecun_normal().with_gain(derived_gain(f)?)?;
        VarianceScaling::lecun_normal().with_gain(residual_gain(12)?)?;
        VarianceScaling::glorot_uniform();
        VarianceScaling::glorot_uniform().with_gain(Nonlinearity::Tanh.gain()?)?;
        Siren::first();
        Siren::later(Siren::OMEGA_0)?;
        Zeros;
        Ones;
        Normal::new(0.0, 0.02)?;
        Blocks::equal(VarianceScaling::glorot_uniform(), 1, 3);
        Blocks::equal(VarianceScaling::glorot_uniform(), 1, 4);
        Blocks::of(0, padded);
        Blocks::of(0, gates);
        Normal::new(0.0, 0.02 * residual_gain(12)?)?;
        VarianceScaling::lecun_normal().with_cut(3.0)?.with_gain(depth_gain(i))?;
        small_init(4096)?;
        wang_init(32, 4096)?;
        torch::linear_weight();
        Blocks::equal(Orthogonal::default(), 1, 4);
        Orthogonal::new(2.0_f64.sqrt())?;
        Orthogonal::new(0.01)?;
        Orthogonal::new(1.0)?;
    }))
}

fn layouts() -> Result<BTreeMap<String, Layout>, InitError> {
    Ok(BTreeMap::from(expressions! { identity;
        Layout::keras();
        Layout::keras().batch(&[0]);
        Layout::keras().groups(4);
        Layout::keras().transposed();
        Layout::torch();
        Layout::torch().batch(&[0]);
        Layout::torch().groups(4);
        Layout::torch().groups(64);
        Layout::torch().transposed();
        Layout::depthwise();
        Layout::einsum("btd,dhk->bthk")?;
        Layout::einsum("bthk,hkd->btd")?;
        Layout::axes(&[0], &[-1]);
    }))
}

#[test]
fn every_initializer_in_the_tables_fills_an_array() -> Result<(), InitError> {
    let known = initializers()?;
    let mut used = BTreeSet::new();
    for (head, cells) in PAGES.into_iter().flat_map(rows) {
        let Some(column) = head.iter().position(|&name| name == "initializer") else { continue };
        for span in spans(cells[column]) {
            let initializer = known.get(&span).unwrap_or_else(|| panic!("{span} is not known"));
            ArrayD::<f32>::init(IxDyn(&[48, 12]), initializer, Key::new(1))?;
            used.insert(span);
        }
    }
    assert_eq!(used, known.into_keys().collect(), "what is tested is in the tables");
    Ok(())
}

#[test]
fn every_layout_in_the_tables_has_the_fans_beside_it() -> Result<(), InitError> {
    let known = layouts()?;
    let mut used = BTreeSet::new();
    for (head, cells) in PAGES.into_iter().flat_map(rows) {
        let Some(column) = head.iter().position(|&name| name == "layout") else { continue };
        let span = spans(cells[column]).next().expect("a layout");
        let layout = known.get(&span).unwrap_or_else(|| panic!("{span} is not known"));
        if head.last() == Some(&"fan_in, fan_out") {
            let [fan_in, fan_out] = numbers(cells[3])[..] else { panic!("{cells:?}") };
            assert_eq!(layout.fans(&numbers(cells[0]))?, Fans { fan_in, fan_out }, "{cells:?}");
        }
        used.insert(span);
    }
    assert_eq!(used, known.into_keys().collect(), "what is tested is in the tables");
    Ok(())
}

/// The rows of a page's tables, each with the names of its columns.
fn rows(page: &str) -> impl Iterator<Item = (Vec<&str>, Vec<&str>)> {
    let mut head = None;
    page.lines().filter_map(move |line| {
        let Some(cells) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else {
            // The line under a head is of the table, as yet.
            head = head.take().filter(|_| line.starts_with("|---"));
            return None;
        };
        let cells: Vec<&str> = cells.split(" | ").collect();
        let Some(head) = &head else {
            head = Some(cells);
            return None;
        };
        Some((head.clone(), cells))
    })
}

/// Text between backticks.
fn spans(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(without_spaces)
}

fn numbers(list: &str) -> Vec<usize> {
    let numbers = list.trim_matches(['(', ')']).split(", ");
    numbers.map(|number| number.parse().expect("a size")).collect()
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}
