//! Tables of the README, the guide and MIGRATING.md: every expression compiles and runs and has the law or the fans
//! that stand beside it, and every function of the presets is in a table.

use ndarray_init::ndarray::{Array2, ArrayD, Dimension, IxDyn};
use ndarray_init::presets::{jax, keras, llm, mindspore, timm, torch};
use ndarray_init::{
    Activation, AnyInitializer, Blocks, Constant, DeltaOrthogonal, Dirac, Distribution, FanMode,
    Fans, Identity, InitError, InitExt, InitRefExt, Initializer, Key, Law, Layout, Nonlinearity,
    Normal, Ones, Orthogonal, Siren, Sparse, TorchDefault, TruncatedNormal, Uniform,
    VarianceScaling, Zeros, depth_gain, derived_gain, residual_gain, small_init, wang_init,
};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::identity;

const MIGRATING: &str = include_str!("../docs/MIGRATING.md");
const PAGES: [&str; 3] = [
    include_str!("../README.md"),
    include_str!("../docs/guide/choosing.md"),
    include_str!("../docs/guide/layouts.md"),
];

// --- what stands in the tables --------------------------------------------------------------------

/// The value of each expression, by its text.
// One after the other: the code of a list with a hundred early returns is quadratic in its length.
macro_rules! expressions {
    ($of:path; $($expression:expr;)*) => {{
        let mut map = BTreeMap::new();
        $(map.insert(without_spaces(stringify!($expression)), $of($expression));)*
        map
    }};
}

type Advised = Box<dyn Initializer<f32>>;

fn advised(initializer: impl Initializer<f32> + 'static) -> Advised {
    Box::new(initializer)
}

fn initializers() -> Result<BTreeMap<String, Advised>, InitError> {
    // An activation of the reader's own, a block's index, and an embedding of 48 rows.
    let (f, i) = (|x: f64| x.max(0.0), 7);
    let padded: [(usize, AnyInitializer); 2] =
        [(1, Zeros.into()), (47, Normal::new(0.0, 0.02)?.into())];
    let gates: [(usize, AnyInitializer); 2] = [(24, Zeros.into()), (24, Ones.into())];
    Ok(expressions! { advised;
        VarianceScaling::he_normal(); VarianceScaling::lecun_normal();
        VarianceScaling::lecun_normal().with_gain(Nonlinearity::leaky_relu().gain()?)?;
        VarianceScaling::lecun_normal().with_gain(Activation::Gelu.derived_gain())?;
        VarianceScaling::lecun_normal().with_gain(Activation::Silu.derived_gain())?;
        VarianceScaling::lecun_normal().with_gain(Activation::Elu.derived_gain())?;
        VarianceScaling::lecun_normal().with_gain(derived_gain(f)?)?;
        VarianceScaling::lecun_normal().with_gain(residual_gain(12)?)?;
        VarianceScaling::glorot_uniform();
        VarianceScaling::glorot_uniform().with_gain(Nonlinearity::Tanh.gain()?)?; Siren::first();
        Siren::later(Siren::OMEGA_0)?; Zeros; Ones; Normal::new(0.0, 0.02)?;
        Blocks::equal(VarianceScaling::glorot_uniform(), 1, 3);
        Blocks::equal(VarianceScaling::glorot_uniform(), 1, 4); Blocks::of(0, padded);
        Blocks::of(0, gates); Normal::new(0.0, 0.02 * residual_gain(12)?)?;
        VarianceScaling::lecun_normal().with_cut(3.0)?.with_gain(depth_gain(i))?;
        small_init(4096)?; wang_init(32, 4096)?; torch::linear_weight();
        Blocks::equal(Orthogonal::default(), 1, 4); Orthogonal::new(2.0_f64.sqrt())?;
        Orthogonal::new(0.01)?; Orthogonal::new(1.0)?;
    })
}

fn layouts() -> Result<BTreeMap<String, Layout>, InitError> {
    Ok(expressions! { identity;
        Layout::keras(); Layout::keras().batch(&[0]); Layout::keras().groups(4);
        Layout::keras().transposed(); Layout::torch(); Layout::torch().batch(&[0]);
        Layout::torch().groups(4); Layout::torch().groups(64); Layout::torch().transposed();
        Layout::depthwise(); Layout::einsum("btd,dhk->bthk")?; Layout::einsum("bthk,hkd->btd")?;
        Layout::axes(&[0], &[-1]);
    })
}

fn ours(value: impl Ours + 'static) -> Box<dyn Ours> {
    Box::new(value)
}

fn presets() -> Result<BTreeMap<String, Box<dyn Ours>>, InitError> {
    Ok(expressions! { ours;
        keras::zeros(); keras::ones(); keras::constant(0.5); keras::identity(2.0)?;
        keras::random_normal(None, None)?; keras::random_normal(None, 0.02)?;
        keras::truncated_normal(None, 0.02)?; keras::random_uniform(None, None)?;
        keras::variance_scaling(None, None, None)?;
        keras::variance_scaling(4.0, FanMode::FanAvg, Distribution::Uniform)?;
        keras::variance_scaling(None, None, Distribution::UntruncatedNormal)?;
        keras::glorot_uniform(); keras::glorot_normal(); keras::lecun_uniform();
        keras::lecun_normal(); keras::he_uniform(); keras::he_normal();
        keras::glorot_uniform().with_layout(Layout::axes(&[0], &[1, 2]));
        keras::Stft::new("real", Some("hann"), Some("density"), false)?;
        keras::Stft::new("imag", None, Some("density"), false)?;
        torch::uniform(None, None)?; torch::uniform(-0.1, 0.1)?; torch::normal(None, 0.02)?;
        torch::trunc_normal(None, 0.02, None, None)?;
        torch::trunc_normal(None, 0.02, -0.04, 0.04)?; torch::constant(0.5); torch::ones();
        torch::zeros(); torch::eye(); torch::dirac(None); torch::dirac(2);
        torch::xavier_uniform(None)?; torch::xavier_uniform(2.0)?; torch::xavier_normal(None)?;
        torch::kaiming_uniform(None, None, None)?;
        torch::kaiming_uniform(5.0_f64.sqrt(), None, None)?;
        torch::kaiming_normal(None, None, None)?;
        torch::kaiming_normal(None, FanMode::FanOut, Nonlinearity::Relu)?;
        torch::sparse(0.1, None)?; torch::calculate_gain(Nonlinearity::Tanh, None)?;
        torch::calculate_gain(Nonlinearity::leaky_relu(), 0.2)?; torch::linear_weight();
        torch::linear_bias(&[128, 256])?; torch::conv_weight();
        torch::conv_bias(&[128, 64, 3, 3])?; torch::embedding()?; torch::recurrent(128)?;
        mindspore::zero(); mindspore::one(); mindspore::constant(0.5); mindspore::identity();
        mindspore::normal(None, None)?; mindspore::normal(0.02, 1.0)?; mindspore::uniform(None)?;
        mindspore::truncated_normal(None, None, None, None)?;
        mindspore::truncated_normal(0.02, 0.0, -0.04, 0.04)?; mindspore::xavier_uniform(2.0)?;
        mindspore::xavier_normal(None)?; mindspore::he_uniform(None, None, None)?;
        mindspore::he_uniform(5.0_f64.sqrt(), None, None)?;
        mindspore::he_normal(None, FanMode::FanOut, Nonlinearity::Relu)?;
        mindspore::variance_scaling(None, None, None)?;
        mindspore::variance_scaling(4.0, FanMode::FanAvg, Distribution::Uniform)?;
        mindspore::sparse(0.1, None)?; mindspore::dirac(2);
        jax::zeros(); jax::ones(); jax::constant(0.5); jax::uniform(None)?; jax::normal(0.02)?;
        jax::truncated_normal(0.02, None, None)?; jax::truncated_normal(0.02, -3.0, None)?;
        jax::variance_scaling(4.0, FanMode::FanAvg, Distribution::Uniform, None, None, None)?;
        jax::variance_scaling(1.0, FanMode::FanIn, Distribution::UntruncatedNormal, None, None, None)?;
        jax::glorot_uniform(None, None, None); jax::glorot_uniform(0, [1, 2], None);
        jax::glorot_uniform(None, None, 0); jax::glorot_normal(None, None, None);
        jax::lecun_uniform(None, None, None); jax::lecun_normal(None, None, None);
        jax::he_uniform(None, None, None); jax::he_normal(None, None, None);
        jax::xavier_uniform(None, None, None); jax::xavier_normal(None, None, None);
        jax::kaiming_uniform(None, None, None); jax::kaiming_normal(None, None, None);
        jax::variance_scaling(1.0, FanMode::FanIn, Distribution::UntruncatedNormal, 1, 0, None)?;
        timm::trunc_normal(None, 0.02, None, None)?;
        timm::trunc_normal_tf(None, 0.02, None, None)?; timm::variance_scaling(None, None, None)?;
        timm::variance_scaling(None, None, Distribution::TruncatedNormal)?; timm::lecun_normal();
        llm::small_init(1000)?; llm::wang_init(20, 10_000)?; llm::scaled_init(0.02, 8)?;
        llm::mitchell(4096, None)?; llm::mitchell(4096, 7)?; llm::depth_init(7)?;
        keras::orthogonal(None)?; keras::orthogonal(2.0)?;
        torch::orthogonal(None)?;
        mindspore::orthogonal(2.0)?;
        jax::orthogonal(None, None)?; jax::orthogonal(2.0, 0)?; jax::delta_orthogonal(None)?;
    })
}

// --- the README and the guide -----------------------------------------------------------------------

#[test]
fn initializers_and_layouts_in_the_tables_fill_arrays_and_have_the_fans_beside_them()
-> Result<(), InitError> {
    let (initializers, layouts) = (initializers()?, layouts()?);
    let (mut advised, mut laid_out) = (BTreeSet::new(), BTreeSet::new());
    for (head, cells) in PAGES.into_iter().flat_map(rows) {
        let column = |name| head.iter().position(|&of| of == name).map(|column| cells[column]);
        for span in column("initializer").into_iter().flat_map(spans) {
            let initializer = initializers.get(&span).unwrap_or_else(|| panic!("unknown: {span}"));
            ArrayD::<f32>::init(IxDyn(&[48, 12]), initializer, Key::new(1))?;
            advised.insert(span);
        }
        if let Some(span) = column("layout").and_then(|cell| spans(cell).next()) {
            let layout = layouts.get(&span).unwrap_or_else(|| panic!("unknown: {span}"));
            if let Some(fans) = column("fan_in, fan_out") {
                let [fan_in, fan_out] = numbers(fans)[..] else { panic!("{cells:?}") };
                assert_eq!(layout.fans(&numbers(cells[0]))?, Fans { fan_in, fan_out }, "{cells:?}");
            }
            laid_out.insert(span);
        }
    }
    assert_eq!(advised, initializers.into_keys().collect(), "what is tested is in the tables");
    assert_eq!(laid_out, layouts.into_keys().collect(), "what is tested is in the tables");
    Ok(())
}

// --- MIGRATING.md ---------------------------------------------------------------------------------

#[test]
fn presets_in_the_tables_have_the_law_beside_them() -> Result<(), InitError> {
    let presets = presets()?;
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for Row { ours, shape, law, .. } in rows_of_laws() {
        let preset =
            presets.get(&without_spaces(ours)).unwrap_or_else(|| panic!("unknown: {ours}"));
        used.insert(without_spaces(ours));
        let found = preset.law(&shape);
        if found != law {
            wrong.push(format!("{ours} at {shape:?}: {found}, not {law}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(used, presets.into_keys().collect(), "what is tested is in the tables");
    Ok(())
}

/// Of both: the functions of a module of presets, and the initializers of a framework.
#[test]
fn every_function_is_in_the_table_of_its_framework() {
    #[rustfmt::skip]
    let frameworks = [
        ("keras/initializers",
         "Zeros Ones Constant Identity RandomNormal TruncatedNormal RandomUniform VarianceScaling GlorotUniform \
          GlorotNormal LecunUniform LecunNormal HeUniform HeNormal Orthogonal STFT"),
        ("torch",
         "uniform_ normal_ trunc_normal_ constant_ ones_ zeros_ eye_ dirac_ xavier_uniform_ xavier_normal_ \
          kaiming_uniform_ kaiming_normal_ orthogonal_ sparse_ calculate_gain"),
        ("mindspore",
         "Zero One Constant Identity Normal Uniform TruncatedNormal XavierUniform XavierNormal HeUniform HeNormal \
          VarianceScaling Sparse Dirac Orthogonal"),
        ("jax",
         "constant delta_orthogonal glorot_normal glorot_uniform he_normal he_uniform kaiming_normal \
          kaiming_uniform lecun_normal lecun_uniform normal orthogonal truncated_normal uniform \
          variance_scaling xavier_normal xavier_uniform"),
        ("timm", "trunc_normal_ trunc_normal_tf_ variance_scaling_ lecun_normal_"),
        ("llm",
         "small_init_init_method wang_init_method scaled_init_method_normal mitchell depth_init"),
    ];
    for (file, theirs) in frameworks {
        let source = format!("{}/../src/presets/{file}.rs", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(source).unwrap();
        let framework = file.split('/').next().unwrap();
        let functions = functions(&source);
        assert!(functions.len() > 2, "{framework} has {functions:?}");
        for name in functions {
            let call = format!("{framework}::{name}(");
            assert!(rows_of_laws().any(|row| row.ours.starts_with(&call)), "no row has {call}");
        }
        let prefix = format!("{framework}::");
        for name in theirs.split(' ') {
            let call = format!("`{name}(");
            let is_row = |row: Row| row.theirs.starts_with(&call) && row.ours.starts_with(&prefix);
            assert!(rows_of_laws().any(is_row), "no row has {name} of {framework}");
        }
    }
}

/// The public functions of a module, those of its tables among them.
fn functions(source: &str) -> Vec<&str> {
    let mut in_table = false;
    let mut names = Vec::new();
    for line in source.lines() {
        in_table = line.ends_with("s! {") || in_table && line != "}";
        let signature = line.strip_prefix("pub fn ").or_else(|| line.strip_prefix("pub const fn "));
        let row =
            line.strip_prefix("    ").filter(|row| in_table && row.starts_with(char::is_lowercase));
        names.extend(signature.or(row).and_then(|code| code.split(['(', '<', ' ']).next()));
    }
    names
}

#[test]
fn expressions_in_the_text_compile() -> Result<(), InitError> {
    fn built<T>(_: T) {}
    let (key, model) = (Key::new(1), Key::new(2));
    let mut w = Array2::<f32>::zeros((128, 256));
    let parts: [(usize, AnyInitializer); 2] = [(64, Zeros.into()), (64, Ones.into())];
    let expressions = expressions! { built;
        model.fork("encoder/0/kernel");
        Array2::<f32>::init((128, 256), &torch::xavier_uniform(2.0)?, key)?;
        w.fill_init(&torch::xavier_uniform(None)?, key)?;
        Blocks::equal(torch::xavier_uniform(None)?, 0, 3);
        Blocks::of(0, parts);
        VarianceScaling::xavier_uniform();
        Nonlinearity::leaky_relu();
        Layout::keras().transposed();
        Layout::torch().transposed();
        Layout::depthwise();
        keras::he_normal();
        torch::kaiming_normal(None, None, None)?;
        // The bias of a layer without inputs.
        torch::linear_bias(&[5, 0])?;
    };
    for (text, ()) in expressions {
        assert!(without_spaces(MIGRATING).contains(&text), "{text} is not in MIGRATING.md");
    }
    Ok(())
}

// --- reading tables -------------------------------------------------------------------------------

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
        if let Some(head) = &head {
            return Some((Vec::clone(head), cells));
        }
        head = Some(cells);
        None
    })
}

/// A row of a table of laws.
struct Row {
    theirs: &'static str,
    ours: &'static str,
    shape: Vec<usize>,
    law: &'static str,
}

/// The rows of MIGRATING.md's tables of laws. A law is that at the shape in the head, or in the row.
fn rows_of_laws() -> impl Iterator<Item = Row> {
    rows(MIGRATING).filter_map(|(head, cells)| {
        let (&[.., head], &[theirs, ours, law]) = (&head[..], &cells[..]) else { return None };
        let (_, shape) = head.split_once("law, at ")?;
        let (shape, law) = law.split_once("`: ").unwrap_or((shape, law));
        Some(Row { theirs, ours: ours.trim_matches('`'), shape: numbers(shape), law })
    })
}

/// Text between backticks.
fn spans(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(without_spaces)
}

/// Of a shape, or of fans.
fn numbers(list: &str) -> Vec<usize> {
    let numbers = list.trim_matches(['(', ')', '`', '[', ']']).split(", ");
    numbers.map(|number| number.parse().expect("a size")).collect()
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

// --- the laws -------------------------------------------------------------------------------------

/// Types of MIGRATING.md's expressions.
trait Ours {
    /// The last column's text for a shape.
    fn law(&self, shape: &[usize]) -> String;
}

macro_rules! ours {
    ($($type:ty)* => |$this:ident, $shape:ident| $law:expr) => {$(
        impl Ours for $type {
            fn law(&self, $shape: &[usize]) -> String {
                let $this = self;
                $law
            }
        }
    )*};
}
ours!(VarianceScaling TorchDefault => |this, shape| this.law(shape).unwrap().to_string());
ours!(Law => |this, _shape| this.to_string());
ours!(Uniform Normal TruncatedNormal => |this, _shape| Law::from(*this).to_string());
ours!(f64 => |this, _shape| format!("{this:.4}"));
ours!(Option<AnyInitializer> => |this, shape| Ours::law(this.as_ref().expect("set"), shape));
ours!(Zeros => |_this, _shape| "0".into());
ours!(Ones => |_this, _shape| "1".into());
ours!(Constant<f32> => |this, _shape| this.0.to_string());
ours!(Identity => |this, _shape| format!("{} on the diagonal", this.gain()));
ours!(Orthogonal => |this, shape| orthonormal(shape, this.gain()));
ours!(DeltaOrthogonal => |this, shape| {
    format!("{} at index {}, else 0", orthonormal(&shape[1..], this.gain()), (shape[0] - 1) / 2)
});
ours!(AnyInitializer => |this, shape| match this {
    Self::VarianceScaling(this) => Ours::law(this, shape),
    Self::Law(this) => Ours::law(this, shape),
    other => panic!("no row has {other:?}"),
});
ours!(Sparse => |this, shape| {
    let (law, rows) = (Sparse::law(this), shape[0]);
    format!("{law}, but {} of {rows} zeros in each column", this.zeros(rows))
});
// By its configuration: `stft.rs` has the values.
ours!(keras::Stft => |this, shape| {
    let config = serde_json::to_value(this).unwrap();
    let side = if config["side"] == "real" { "cos" } else { "−sin" };
    assert_eq!(config["scaling"], "density");
    let window = |name| format!(" · {name} / √∑ {name}²");
    let window = config["window"].as_str().map(window).unwrap_or_default();
    format!("{side}(2π t k / {}){window}", 2 * (shape[2] - 1))
});
ours!(Dirac => |this, shape| {
    let w = ArrayD::<f32>::init(IxDyn(shape), this, Key::new(1)).unwrap();
    let ones = w.indexed_iter().filter(|&(_, &x)| x == 1.0);
    let ones: Vec<_> = ones.map(|(place, _)| format!("{:?}", place.slice())).collect();
    let (last, others) = ones.split_last().expect("one");
    format!("1 at {} and {last}", others.join(", "))
});

/// The shorter side of a matrix, the axes but the last taken together, is orthonormal.
fn orthonormal(shape: &[usize], gain: f64) -> String {
    let (columns, rows) = shape.split_last().expect("a matrix");
    let side = if rows.iter().product::<usize>() < *columns { "rows" } else { "columns" };
    let times = if gain == 1.0 { String::new() } else { format!(", times {gain}") };
    format!("orthonormal {side}{times}")
}
