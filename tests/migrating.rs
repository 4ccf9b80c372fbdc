//! MIGRATING.md: every expression in its tables compiles, runs and has the law that stands beside
//! it; and every function of the presets is in the tables.

use ndarray_init::ndarray::{Array1, Array2, ArrayD, Axis, Dimension, IxDyn};
use ndarray_init::presets::{jax, keras, llm, mindspore, timm, torch};
use ndarray_init::{
    AnyInitializer, Blocks, Constant, Dirac, Distribution, FanMode, Identity, InitError, InitExt,
    InitRefExt, Initializer, Key, Law, Layout, Nonlinearity, Normal, Ones, Sparse, TorchDefault,
    TruncatedNormal, Uniform, VarianceScaling, Zeros,
};
use ndarray_init::{rand::SeedableRng, rand_xoshiro::Xoshiro256PlusPlus};
use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::TAU;

const GUIDE: &str = include_str!("../docs/MIGRATING.md");

/// The text of an expression, and the function that makes it.
type Expression = (&'static str, Make);
type Make = fn() -> Result<Box<dyn Ours>, InitError>;

macro_rules! expressions {
    ($($expression:expr;)*) => {
        [$({
            fn make() -> Result<Box<dyn Ours>, InitError> {
                Ok(Box::new($expression))
            }
            (stringify!($expression), make as Make)
        },)*]
    };
}

const EXPRESSIONS: &[Expression] = &expressions! {
    keras::zeros();
    keras::ones();
    keras::constant(0.5);
    keras::identity(2.0)?;
    keras::random_normal(None, None)?;
    keras::random_normal(None, 0.02)?;
    keras::truncated_normal(None, 0.02)?;
    keras::random_uniform(None, None)?;
    keras::variance_scaling(None, None, None)?;
    keras::variance_scaling(4.0, FanMode::FanAvg, Distribution::Uniform)?;
    keras::variance_scaling(None, None, Distribution::UntruncatedNormal)?;
    keras::glorot_uniform();
    keras::glorot_normal();
    keras::lecun_uniform();
    keras::lecun_normal();
    keras::he_uniform();
    keras::he_normal();
    keras::glorot_uniform().with_layout(Layout::axes(&[0], &[1, 2]));
    keras::Stft::new("real", Some("hann"), Some("density"), false)?;
    keras::Stft::new("imag", None, Some("density"), false)?;
    torch::uniform(None, None)?;
    torch::uniform(-0.1, 0.1)?;
    torch::normal(None, 0.02)?;
    torch::trunc_normal(None, 0.02, None, None)?;
    torch::trunc_normal(None, 0.02, -0.04, 0.04)?;
    torch::constant(0.5);
    torch::ones();
    torch::zeros();
    torch::eye();
    torch::dirac(None);
    torch::dirac(2);
    torch::xavier_uniform(None)?;
    torch::xavier_uniform(2.0)?;
    torch::xavier_normal(None)?;
    torch::kaiming_uniform(None, None, None)?;
    torch::kaiming_uniform(5.0_f64.sqrt(), None, None)?;
    torch::kaiming_normal(None, None, None)?;
    torch::kaiming_normal(None, FanMode::FanOut, Nonlinearity::Relu)?;
    torch::sparse(0.1, None)?;
    torch::calculate_gain(Nonlinearity::Tanh, None)?;
    torch::calculate_gain(Nonlinearity::leaky_relu(), 0.2)?;
    torch::linear_weight();
    torch::linear_bias(&[128, 256])?;
    torch::conv_weight();
    torch::conv_bias(&[128, 64, 3, 3])?;
    torch::embedding()?;
    torch::recurrent(128)?;
    mindspore::zero();
    mindspore::one();
    mindspore::constant(0.5);
    mindspore::identity();
    mindspore::normal(None, None)?;
    mindspore::normal(0.02, 1.0)?;
    mindspore::uniform(None)?;
    mindspore::truncated_normal(None, None, None, None)?;
    mindspore::truncated_normal(0.02, 0.0, -0.04, 0.04)?;
    mindspore::xavier_uniform(2.0)?;
    mindspore::xavier_normal(None)?;
    mindspore::he_uniform(None, None, None)?;
    mindspore::he_uniform(5.0_f64.sqrt(), None, None)?;
    mindspore::he_normal(None, FanMode::FanOut, Nonlinearity::Relu)?;
    mindspore::variance_scaling(None, None, None)?;
    mindspore::variance_scaling(4.0, FanMode::FanAvg, Distribution::Uniform)?;
    mindspore::sparse(0.1, None)?;
    mindspore::dirac(2);
    jax::zeros();
    jax::ones();
    jax::constant(0.5);
    jax::uniform(None)?;
    jax::normal(0.02)?;
    jax::truncated_normal(0.02, None, None)?;
    jax::truncated_normal(0.02, -3.0, None)?;
    jax::variance_scaling(4.0, FanMode::FanAvg, Distribution::Uniform, None, None, None)?;
    jax::variance_scaling(1.0, FanMode::FanIn, Distribution::UntruncatedNormal, None, None, None)?;
    jax::glorot_uniform(None, None, None);
    jax::glorot_uniform(0, [1, 2], None);
    jax::glorot_uniform(None, None, 0);
    jax::glorot_normal(None, None, None);
    jax::lecun_uniform(None, None, None);
    jax::lecun_normal(None, None, None);
    jax::he_uniform(None, None, None);
    jax::he_normal(None, None, None);
    jax::xavier_uniform(None, None, None);
    jax::xavier_normal(None, None, None);
    jax::kaiming_uniform(None, None, None);
    jax::kaiming_normal(None, None, None);
    jax::variance_scaling(1.0, FanMode::FanIn, Distribution::UntruncatedNormal, 1, 0, None)?;
    timm::trunc_normal(None, 0.02, None, None)?;
    timm::trunc_normal_tf(None, 0.02, None, None)?;
    timm::variance_scaling(None, None, None)?;
    timm::variance_scaling(None, None, Distribution::TruncatedNormal)?;
    timm::lecun_normal();
    llm::small_init(1000)?;
    llm::wang_init(20, 10_000)?;
    llm::scaled_init(0.02, 8)?;
    llm::mitchell(4096, None)?;
    llm::mitchell(4096, 7)?;
    llm::depth_init(7)?;
};

const ORTHOGONAL: &[Expression] = &expressions! {
    keras::orthogonal(None)?;
    keras::orthogonal(2.0)?;
    torch::orthogonal(None)?;
    mindspore::orthogonal(2.0)?;
    jax::orthogonal(None, None)?;
    jax::orthogonal(2.0, 0)?;
    jax::delta_orthogonal(None)?;
};

#[test]
fn the_tables_are_what_the_expressions_are() {
    let expressions: BTreeMap<String, _> = EXPRESSIONS
        .iter()
        .chain(ORTHOGONAL)
        .map(|(text, make)| (without_spaces(text), make))
        .collect();
    let rows: Vec<Row> = rows().collect();

    let compiled: BTreeSet<&str> = expressions.keys().map(String::as_str).collect();
    let written: Vec<String> = rows.iter().map(|row| without_spaces(row.ours)).collect();
    let written: BTreeSet<&str> = written.iter().map(String::as_str).collect();
    let differing: Vec<_> = compiled.symmetric_difference(&written).collect();
    assert!(differing.is_empty(), "only here, or only in MIGRATING.md: {differing:#?}");

    let mut wrong = Vec::new();
    for row in rows {
        let make = expressions[&without_spaces(row.ours)];
        let law = make().unwrap_or_else(|error| panic!("{}: {error}", row.ours)).law(&row.shape);
        if law != row.law {
            wrong.push(format!("{} at {:?}: {law}, not {}", row.ours, row.shape, row.law));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_function_of_the_presets_is_in_the_table_of_its_framework() {
    let sources = [
        ("keras", include_str!("../src/presets/keras/initializers.rs")),
        ("torch", include_str!("../src/presets/torch.rs")),
        ("mindspore", include_str!("../src/presets/mindspore.rs")),
        ("jax", include_str!("../src/presets/jax.rs")),
        ("timm", include_str!("../src/presets/timm.rs")),
        ("llm", include_str!("../src/presets/llm.rs")),
    ];
    for (framework, source) in sources {
        let names = functions(source);
        assert!(names.len() > 2, "{framework} has {names:?}");
        for name in names {
            let call = format!("{framework}::{name}(");
            assert!(rows().any(|row| row.ours.starts_with(&call)), "{call} is in no table");
        }
    }
}

#[test]
fn every_initializer_of_a_framework_is_in_its_table() {
    let names = [
        "Zeros Ones Constant Identity RandomNormal TruncatedNormal RandomUniform VarianceScaling \
         GlorotUniform GlorotNormal LecunUniform LecunNormal HeUniform HeNormal Orthogonal \
         STFT",
        "uniform_ normal_ trunc_normal_ constant_ ones_ zeros_ eye_ dirac_ xavier_uniform_ \
         xavier_normal_ kaiming_uniform_ kaiming_normal_ orthogonal_ sparse_ calculate_gain",
        "Zero One Constant Identity Normal Uniform TruncatedNormal XavierUniform XavierNormal \
         HeUniform HeNormal VarianceScaling Sparse Dirac Orthogonal",
        "constant delta_orthogonal glorot_normal glorot_uniform he_normal he_uniform \
         kaiming_normal kaiming_uniform lecun_normal lecun_uniform normal orthogonal \
         truncated_normal uniform variance_scaling xavier_normal xavier_uniform",
        "trunc_normal_ trunc_normal_tf_ variance_scaling_ lecun_normal_",
        "small_init_init_method wang_init_method scaled_init_method_normal mitchell depth_init",
    ];
    let frameworks = ["keras", "torch", "mindspore", "jax", "timm", "llm"];
    for (framework, names) in frameworks.into_iter().zip(names) {
        for name in names.split(' ') {
            let (theirs, ours) = (format!("`{name}("), format!("{framework}::"));
            let is_it = |row: Row| row.theirs.starts_with(&theirs) && row.ours.starts_with(&ours);
            assert!(rows().any(is_it), "{name} of {framework} is in no table");
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
fn what_the_text_says_compiles_and_is_so() -> Result<(), InitError> {
    /// An expression that stands in the guide.
    macro_rules! in_guide {
        ($expression:expr) => {{
            let text = without_spaces(stringify!($expression));
            assert!(without_spaces(GUIDE).contains(&text), "{text} is not in MIGRATING.md");
            $expression
        }};
    }

    let key = Key::new(1);
    let model = key;
    let key = in_guide!(model.fork("encoder/0/kernel"));
    let mut w = in_guide!(Array2::<f32>::init((128, 256), &torch::xavier_uniform(2.0)?, key)?);
    assert!(w.iter().any(|x| x.abs() > 0.125));
    in_guide!(w.fill_init(&torch::xavier_uniform(None)?, key)?);
    assert!(w.iter().all(|x| x.abs() <= 0.125));

    // Each projection has the fans of its own shape.
    let packed = in_guide!(Blocks::equal(torch::xavier_uniform(None)?, 0, 3));
    let packed = Array2::<f32>::init((3 * 128, 128), &packed, key)?;
    let largest = packed.iter().fold(0.0_f32, |max, x| max.max(x.abs()));
    assert!((0.1529..0.1531).contains(&largest), "√(6 / 256), not {largest}");

    // The names outside of the presets have their framework's layout, with presets and without.
    let shape = [30, 20];
    let xavier = in_guide!(VarianceScaling::xavier_uniform());
    assert_eq!(xavier.fans(&shape)?, Layout::torch().fans(&shape)?);
    let of_jax = jax::xavier_uniform(None, None, None);
    assert_eq!(of_jax.fans(&shape)?, Layout::keras().fans(&shape)?);
    let of_mindspore = mindspore::he_uniform(None, None, None)?;
    assert_eq!(of_mindspore.fans(&shape)?, Layout::torch().fans(&shape)?);
    let vector = Array1::<f64>::kaiming_normal(100_000, &mut Xoshiro256PlusPlus::seed_from_u64(1));
    assert!((vector.std(0.0) / (2.0 / 100_000_f64).sqrt() - 1.0).abs() < 0.02, "fans n and n");

    // The bias of an LSTM of 64 units, and that of a layer without inputs.
    let parts: [(usize, AnyInitializer); 3] =
        [(64, Zeros.into()), (64, Ones.into()), (128, Zeros.into())];
    let bias = Array1::<f32>::init(256, &in_guide!(Blocks::of(0, parts)), key)?;
    assert!(bias.iter().enumerate().all(|(i, &x)| (x == 1.0) == (64..128).contains(&i)));
    let bias = Array1::<f32>::init(5, &in_guide!(torch::linear_bias(&[5, 0])?), key)?;
    assert!(bias.iter().all(|&x| x == 0.0));

    // PyTorch's "leaky_relu" without a slope.
    let named = in_guide!(Nonlinearity::leaky_relu());
    assert_eq!(named, Nonlinearity::LeakyRelu { negative_slope: 0.01 });
    assert_eq!(torch::kaiming_normal(None, None, None)?.scale(), 2.0);

    let transposed = in_guide!(Layout::keras().transposed());
    assert_eq!(transposed.fans(&[3, 3, 128, 64])?, Layout::keras().fans(&[3, 3, 64, 128])?);
    let transposed = in_guide!(Layout::torch().transposed());
    assert_eq!(transposed.fans(&[64, 128, 3, 3])?, Layout::torch().fans(&[128, 64, 3, 3])?);
    let depthwise = keras::he_normal().with_layout(in_guide!(Layout::depthwise()));
    assert_eq!(depthwise.fans(&[3, 3, 64, 1])?.fan_in, 9);
    assert_ne!(
        in_guide!(keras::he_normal()).with_layout(Layout::torch()),
        in_guide!(torch::kaiming_normal(None, None, None)?)
    );
    Ok(())
}

#[cfg(feature = "keras-config")]
#[test]
fn what_the_guide_says_of_keras_configurations_is_so() -> Result<(), InitError> {
    use serde_json::json;

    let normal = json!({"class_name": "RandomNormal", "config": {"mean": 2.0, "stddev": 0.0}});
    assert_eq!(keras::from_config(&normal)?, AnyInitializer::Constant(2.0));
    let uniform = json!({"class_name": "RandomUniform", "config": {"minval": 0.5, "maxval": 0.5}});
    assert_eq!(keras::from_config(&uniform)?, AnyInitializer::Constant(0.5));
    let nested = json!({"class_name": "Constant", "config": {"value": [[1, 2], [3, 4]]}});
    let array = ArrayD::from_shape_vec(IxDyn(&[2, 2]), vec![1.0, 2.0, 3.0, 4.0]);
    assert_eq!(keras::from_config(&nested)?, AnyInitializer::Array(array.expect("four")));
    Ok(())
}

// --- the guide ------------------------------------------------------------------------------------

/// A row of a table of laws.
struct Row {
    theirs: &'static str,
    ours: &'static str,
    shape: Vec<usize>,
    law: &'static str,
}

/// The rows of all tables of laws.
fn rows() -> impl Iterator<Item = Row> {
    let mut table = None;
    GUIDE.lines().filter_map(move |line| {
        let cells = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |"));
        let cells: Vec<&str> = cells.map(|cells| cells.split(" | ").collect()).unwrap_or_default();
        let &[theirs, ours, law] = cells.as_slice() else {
            // The line under a head is of the table, as yet.
            table = table.take().filter(|_| line.starts_with("|---"));
            return None;
        };
        let Some(shape) = &table else {
            let (_, shape) = law.split_once("law, at ").expect("the head says the shape");
            table = Some(numbers(shape));
            return None;
        };
        let ours = ours.trim_matches('`');
        Some(match law.split_once("`: ") {
            Some((shape, law)) => Row { theirs, ours, shape: numbers(shape), law },
            None => Row { theirs, ours, shape: shape.clone(), law },
        })
    })
}

/// Of a shape.
fn numbers(text: &str) -> Vec<usize> {
    let numbers = text.trim_matches(['`', '[', ']']).split(", ");
    numbers.map(|number| number.parse().expect("a size")).collect()
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

// --- the laws -------------------------------------------------------------------------------------

/// Types of the guide's expressions.
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
ours!(Zeros Ones Constant<f32> Identity Dirac => |this, shape| by_value(this, shape));
ours!(ndarray_init::Orthogonal ndarray_init::DeltaOrthogonal => |this, shape| by_value(this, shape));

impl Ours for f64 {
    fn law(&self, _: &[usize]) -> String {
        format!("{self:.4}")
    }
}

impl Ours for Sparse {
    fn law(&self, shape: &[usize]) -> String {
        let w = array(self, shape);
        let zeros =
            |column: usize| w.index_axis(Axis(1), column).iter().filter(|&&x| x == 0.0).count();
        assert!((0..shape[1]).all(|column| zeros(column) == zeros(0)));
        let (law, zeros, rows) = (Sparse::law(self), zeros(0), shape[0]);
        format!("{law}, but {zeros} of {rows} zeros in each column")
    }
}

impl Ours for keras::Stft {
    fn law(&self, shape: &[usize]) -> String {
        let &[frame, 1, bins] = shape else { panic!("{shape:?}") };
        let n = 2 * (bins - 1);
        let hann = |t: usize| 0.5 - 0.5 * (TAU * t as f64 / (frame - 1) as f64).cos();
        let norm = (0..frame).map(|t| hann(t).powi(2)).sum::<f64>().sqrt();
        let w = array(self, shape);
        // The first sample of a Hann window is 0, and so is the first bin of the imaginary side.
        let (real, windowed) = (w.iter().step_by(bins).any(|&x| x != 0.0), w[[0, 0, 0]] == 0.0);
        let windowed = windowed && real;
        for ((t, k), x) in (0..frame).flat_map(|t| (0..bins).map(move |k| (t, k))).zip(&w) {
            let phase = TAU * (t * k) as f64 / n as f64;
            let side = if real { phase.cos() } else { -phase.sin() };
            let window = if windowed { hann(t) / norm } else { 1.0 };
            assert!((f64::from(*x) - side * window).abs() < 1e-6, "{t} {k}");
        }
        let side = if real { "cos" } else { "−sin" };
        let window = if windowed { " · hann / √∑ hann²" } else { "" };
        format!("{side}(2π t k / {n}){window}")
    }
}

impl Ours for AnyInitializer {
    fn law(&self, shape: &[usize]) -> String {
        match self {
            Self::VarianceScaling(this) => Ours::law(this, shape),
            Self::Law(this) => Ours::law(this, shape),
            _ => by_value(self, shape),
        }
    }
}

impl Ours for Option<AnyInitializer> {
    fn law(&self, shape: &[usize]) -> String {
        Ours::law(self.as_ref().expect("set"), shape)
    }
}

fn array(initializer: &dyn Initializer<f32>, shape: &[usize]) -> ArrayD<f32> {
    ArrayD::init(IxDyn(shape), initializer, Key::new(1)).unwrap()
}

/// The description of an initializer that draws from no law, by its values.
fn by_value(initializer: &dyn Initializer<f32>, shape: &[usize]) -> String {
    let w = array(initializer, shape);
    let nonzero = w.indexed_iter().filter(|&(_, &x)| x != 0.0);
    let (places, values): (Vec<_>, Vec<f32>) =
        nonzero.map(|(place, &x)| (place.slice().to_vec(), x)).unzip();
    let Some((&value, &[first, ..])) = values.first().zip(places.first().map(Vec::as_slice)) else {
        return "0".into();
    };
    let one_value = values.iter().all(|&x| x == value);
    if one_value && values.len() == w.len() {
        return value.to_string();
    }
    if one_value && shape.len() == 2 {
        let diagonal: Vec<_> = (0..shape[0].min(shape[1])).map(|i| vec![i, i]).collect();
        assert_eq!(places, diagonal);
        return format!("{value} on the diagonal");
    }
    if one_value {
        let mut places: Vec<_> = places.iter().map(|place| format!("{place:?}")).collect();
        let last = places.pop().expect("one");
        return format!("{value} at {} and {last}", places.join(", "));
    }
    if places.iter().all(|place| place[0] == first) {
        let matrix = w.index_axis(Axis(0), first).to_owned();
        return format!("{} at index {first}, else 0", orthonormal(&matrix));
    }
    orthonormal(&w)
}

/// Which side of a matrix, the axes but the last taken together, is orthonormal.
fn orthonormal(w: &ArrayD<f32>) -> String {
    let columns = w.shape()[w.ndim() - 1];
    let w = w.to_shape((w.len() / columns, columns)).unwrap();
    let (side, gram) =
        if w.nrows() >= w.ncols() { ("columns", w.t().dot(&w)) } else { ("rows", w.dot(&w.t())) };
    let gain = gram[[0, 0]].sqrt();
    let expected = Array2::<f32>::eye(gram.nrows()) * gain * gain;
    assert!((gram - expected).iter().all(|x| x.abs() < 1e-5), "no orthonormal {side}");
    match format!("{gain:.4}").trim_end_matches('0').trim_end_matches('.') {
        "1" => format!("orthonormal {side}"),
        gain => format!("orthonormal {side}, times {gain}"),
    }
}
