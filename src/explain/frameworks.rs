//! The law as a call of each framework: which fans the call reads off the kernel, and how the
//! initializer with that scale, mode and distribution is named.

use super::explanation::{Explanation, Tuple, product};
use crate::error::AxisRole;
use crate::fans::FanMode::{self, FanAvg, FanGeoAvg, FanIn, FanOut};
use crate::fans::Layout;
use crate::laws::Law;
use crate::presets::keras::class_name;
use crate::scaling::Distribution::{self, TruncatedNormal, Uniform, UntruncatedNormal};
use crate::scaling::VarianceScaling;

const KERAS: &str = "keras.initializers.";
const JAX: &str = "jax.nn.initializers.";
const TORCH: &str = "torch.nn.init.";
const MINDSPORE: &str = "mindspore.common.initializer.";

pub(super) const FRAMEWORKS: [Framework; 4] = [
    Framework {
        name: "Keras",
        reading: keras_reading,
        named: keras,
        general: Some(keras_general),
        numbers: keras_numbers,
    },
    Framework {
        name: "JAX",
        reading: jax_reading,
        named: jax,
        general: Some(jax_general),
        numbers: jax_numbers,
    },
    Framework {
        name: "PyTorch",
        reading: torch_reading,
        named: torch,
        general: None,
        numbers: torch_numbers,
    },
    Framework {
        name: "MindSpore",
        reading: torch_reading,
        named: mindspore,
        general: None,
        numbers: mindspore_numbers,
    },
];

pub(super) struct Framework {
    pub(super) name: &'static str,
    /// How it reads the fans off this kernel, or why it cannot.
    reading: fn(&Explanation) -> Result<Reading, String>,
    /// Its initializer with this scale, mode and distribution, or why there is none.
    named: fn(f64, FanMode, Distribution) -> Result<Function, String>,
    /// Its general initializer with these, where its named ones are special cases of that.
    general: Option<fn(f64, FanMode, Distribution) -> Function>,
    /// The law by its numbers.
    numbers: fn(&Explanation) -> String,
}

/// What is written, and what must be said about it.
pub(super) struct Call {
    pub(super) text: String,
    /// The same by the framework's general initializer, if the call is by a name of its own.
    pub(super) same: Option<String>,
    pub(super) notes: Vec<String>,
}

/// How a framework reads fans: off a kernel of this shape, by this layout, when told so.
struct Reading {
    shape: Vec<usize>,
    layout: Layout,
    /// Its fan_in is the kernel's fan_out, and the other way round.
    swapped: bool,
    arguments: Vec<String>,
}

impl Reading {
    /// Off the kernel as it is stored, also that of a transposed convolution.
    fn as_stored(kernel: &Explanation, layout: Layout, shape: Vec<usize>) -> Self {
        let swapped = kernel.configuration.layout().is_transposed();
        Self { shape, layout, swapped, arguments: Vec::new() }
    }

    /// Off the axes that the call names.
    fn by_axes(kernel: &Explanation, axes: [&[isize]; 3], arguments: Vec<String>) -> Self {
        let [input, output, batch] = axes;
        let layout = Layout::axes(input, output).batch(batch);
        Self { shape: kernel.shape.clone(), layout, swapped: false, arguments }
    }
}

/// An initializer, and what it is called with.
struct Function {
    name: String,
    arguments: Vec<String>,
}

impl Function {
    fn new(name: String, arguments: impl IntoIterator<Item = String>) -> Self {
        Self { name, arguments: arguments.into_iter().collect() }
    }

    /// The call, with more arguments.
    fn called_with(&self, more: &[String]) -> String {
        format!("{}({})", self.name, [&self.arguments, more].concat().join(", "))
    }
}

impl Framework {
    pub(super) fn call(&self, kernel: &Explanation) -> Call {
        if kernel.shape.contains(&0) {
            let text = "nothing to draw: no elements".to_owned();
            return Call { text, same: None, notes: Vec::new() };
        }
        self.by_name(kernel).unwrap_or_else(|reason| {
            let (text, note) = match kernel.complex() {
                None => ((self.numbers)(kernel), format!("by its numbers: {reason}")),
                Some(_) => ("no call".to_owned(), reason),
            };
            Call { text, same: None, notes: vec![note] }
        })
    }

    fn by_name(&self, kernel: &Explanation) -> Result<Call, String> {
        let configuration = &kernel.configuration;
        let mode = configuration.mode();
        let Reading { shape, layout, swapped, arguments } = (self.reading)(kernel)?;
        let fans = layout.fans(&shape).map_err(|error| error.to_string())?;
        let its_mode = match mode {
            FanIn if swapped => FanOut,
            FanOut if swapped => FanIn,
            _ => mode,
        };
        if its_mode.n(fans) != kernel.n() {
            return Err(format!(
                "{} has fan_in {} and fan_out {} for a kernel of shape {}",
                self.name,
                fans.fan_in,
                fans.fan_out,
                Tuple(&shape)
            ));
        }
        let (scale, distribution) = (configuration.scale(), configuration.distribution());
        let function = (self.named)(scale, its_mode, distribution)?;
        let general = self.general.map(|general| general(scale, its_mode, distribution));
        let same = general.filter(|general| general.name != function.name);
        let mut notes = Vec::new();
        if shape != kernel.shape {
            notes.push(format!("for a kernel of shape {}", Tuple(&shape)));
        }
        if its_mode != mode {
            notes.push(format!(
                "its {its_mode} is this {mode}: it reads the kernel as it is stored"
            ));
        }
        if kernel.complex().is_some() && distribution == TruncatedNormal {
            // √(1 − 4 / (e⁴ − 1)) / √(1 − 5 e⁻⁴), squared.
            notes.push("its variance is 1.0187 times as large".to_owned());
        }
        Ok(Call {
            text: function.called_with(&arguments),
            same: same.map(|general| general.called_with(&arguments)),
            notes,
        })
    }
}

// --- fans -----------------------------------------------------------------------------------

/// Off (spatial…, in, out), or by axes. Keras leaves the receptive field out of fans by axes, so
/// that there must be none.
#[expect(clippy::unnecessary_wraps, reason = "others are refused")]
fn keras_reading(kernel: &Explanation) -> Result<Reading, String> {
    if let Some((field, input, output)) = convolution(kernel) {
        return Ok(Reading::as_stored(
            kernel,
            Layout::keras(),
            [field, vec![input, output]].concat(),
        ));
    }
    let has_field = product(&kernel.field()) > 1;
    if kernel.shape.len() < 2
        || has_field
        || kernel.axes().any(|(role, _)| role == AxisRole::InputAndOutput)
    {
        return Ok(Reading::as_stored(kernel, Layout::keras(), kernel.shape.clone()));
    }
    let [input, output, batch] = axes(kernel);
    let arguments = vec![format!("input_axes={input:?}"), format!("output_axes={output:?}")];
    Ok(Reading::by_axes(kernel, [&input, &output, &batch], arguments))
}

/// By axes; those that are not named have its defaults.
fn jax_reading(kernel: &Explanation) -> Result<Reading, String> {
    if kernel.axes().any(|(role, _)| role == AxisRole::InputAndOutput) {
        return Err("JAX gives an axis one role".to_owned());
    }
    let rank = kernel.shape.len() as isize;
    let [input, output, batch] = axes(kernel);
    let named = [
        ("in_axis", &input, vec![rank - 2]),
        ("out_axis", &output, vec![rank - 1]),
        ("batch_axis", &batch, vec![]),
    ];
    let dtype = match kernel.complex() {
        None => None,
        Some("Complex<f64>") => Some("dtype=jnp.complex128".to_owned()),
        Some(_) => Some("dtype=jnp.complex64".to_owned()),
    };
    let arguments = named
        .into_iter()
        .filter(|(_, axes, default)| *axes != default)
        .map(|(name, axes, _)| match axes[..] {
            [axis] => format!("{name}={axis}"),
            _ => format!("{name}={}", Tuple(axes)),
        })
        .chain(dtype)
        .collect();
    Ok(Reading::by_axes(kernel, [&input, &output, &batch], arguments))
}

/// Off (out, in, spatial…).
fn torch_reading(kernel: &Explanation) -> Result<Reading, String> {
    let Some((field, input, output)) = convolution(kernel) else {
        return Err("it has fans for kernels (out, in, spatial…) only".to_owned());
    };
    Ok(Reading::as_stored(kernel, Layout::torch(), [vec![output, input], field].concat()))
}

/// The receptive field, and the axes stored as input and as output, if there is one of each: a
/// dense layer, or a convolution.
fn convolution(kernel: &Explanation) -> Option<(Vec<usize>, usize, usize)> {
    let (mut field, mut input, mut output) = (Vec::new(), None, None);
    for (role, n) in kernel.stored() {
        match role {
            AxisRole::ReceptiveField => field.push(n),
            AxisRole::Input if input.is_none() => input = Some(n),
            AxisRole::Output if output.is_none() => output = Some(n),
            _ => return None,
        }
    }
    Some((field, input?, output?))
}

/// The input, output and batch axes.
fn axes(kernel: &Explanation) -> [Vec<isize>; 3] {
    [AxisRole::Input, AxisRole::Output, AxisRole::Batch].map(|counted| {
        let axes = kernel.axes().zip(0..).filter(|&((role, _), _)| role == counted);
        axes.map(|(_, axis)| axis).collect()
    })
}

// --- initializers ---------------------------------------------------------------------------

fn keras(scale: f64, mode: FanMode, distribution: Distribution) -> Result<Function, String> {
    match (preset(scale, mode, distribution), mode) {
        (Some(name), _) => Ok(Function::new(format!("{KERAS}{}", class_name(name)), [])),
        (None, FanGeoAvg) => Err("Keras has no fan_geo_avg".to_owned()),
        (None, _) => Ok(Function::new(
            format!("{KERAS}VarianceScaling"),
            variance_scaling(scale, mode, &distribution.to_string()),
        )),
    }
}

fn keras_general(scale: f64, mode: FanMode, distribution: Distribution) -> Function {
    let arguments = variance_scaling(scale, mode, &distribution.to_string());
    // A scale of 1 is Keras' default.
    let defaults = usize::from(scale == 1.0);
    Function::new(format!("{KERAS}VarianceScaling"), arguments.into_iter().skip(defaults))
}

#[expect(clippy::unnecessary_wraps, reason = "others lack some")]
fn jax(scale: f64, mode: FanMode, distribution: Distribution) -> Result<Function, String> {
    Ok(match preset(scale, mode, distribution) {
        Some(name) => Function::new(format!("{JAX}{name}"), []),
        None => jax_general(scale, mode, distribution),
    })
}

fn jax_general(scale: f64, mode: FanMode, distribution: Distribution) -> Function {
    let name = match distribution {
        UntruncatedNormal => "normal".to_owned(),
        other => other.to_string(),
    };
    Function::new(format!("{JAX}variance_scaling"), variance_scaling(scale, mode, &name))
}

fn torch(scale: f64, mode: FanMode, distribution: Distribution) -> Result<Function, String> {
    let law = match distribution {
        Uniform => "uniform_",
        UntruncatedNormal => "normal_",
        TruncatedNormal => return Err("PyTorch's xavier and kaiming are not truncated".to_owned()),
    };
    let w = || "w".to_owned();
    let kaiming = |nonlinearity| {
        let arguments =
            [w(), keyword("mode", &mode.to_string()), keyword("nonlinearity", nonlinearity)];
        Ok(Function::new(format!("{TORCH}kaiming_{law}"), arguments))
    };
    match (mode, scale) {
        (FanAvg, _) => {
            // 1 is PyTorch's default.
            let gain = (scale != 1.0).then(|| gain(scale));
            let arguments = std::iter::once(w()).chain(gain);
            Ok(Function::new(format!("{TORCH}xavier_{law}"), arguments))
        }
        (FanGeoAvg, _) => Err("PyTorch has no fan_geo_avg".to_owned()),
        (FanIn | FanOut, 2.0) => kaiming("relu"),
        (FanIn | FanOut, 1.0) => kaiming("linear"),
        (FanIn | FanOut, _) => Err(format!("no nonlinearity has the gain √{scale}")),
    }
}

fn mindspore(scale: f64, mode: FanMode, distribution: Distribution) -> Result<Function, String> {
    let law = match distribution {
        Uniform => "Uniform",
        UntruncatedNormal => "Normal",
        TruncatedNormal => {
            let reason = "MindSpore's VarianceScaling draws a uniform law for \"truncated_normal\"";
            return Err(reason.to_owned());
        }
    };
    match (mode, scale) {
        (FanAvg, _) => Ok(Function::new(format!("{MINDSPORE}Xavier{law}"), [gain(scale)])),
        (FanGeoAvg, _) => Err("MindSpore has no fan_geo_avg".to_owned()),
        (FanIn | FanOut, 2.0) => Ok(Function::new(
            format!("{MINDSPORE}He{law}"),
            [keyword("mode", &mode.to_string()), keyword("nonlinearity", "relu")],
        )),
        (FanIn | FanOut, _) => Ok(Function::new(
            format!("{MINDSPORE}VarianceScaling"),
            variance_scaling(scale, mode, &distribution.to_string()),
        )),
    }
}

/// The gain of Xavier's formula, whose square is the scale.
fn gain(scale: f64) -> String {
    format!("gain={:?}", scale.sqrt())
}

/// The preset of Keras and JAX with these parameters, by its name in JAX.
fn preset(scale: f64, mode: FanMode, distribution: Distribution) -> Option<&'static str> {
    let asked = VarianceScaling::new(scale, mode, distribution).ok()?;
    let found = VarianceScaling::PRESETS.iter().find(|(_, preset)| *preset == asked);
    found.map(|&(name, _)| name)
}

fn variance_scaling(scale: f64, mode: FanMode, distribution: &str) -> [String; 3] {
    [
        format!("scale={scale:?}"),
        keyword("mode", &mode.to_string()),
        keyword("distribution", distribution),
    ]
}

fn keyword(name: &str, value: &str) -> String {
    format!("{name}=\"{value}\"")
}

// --- numbers --------------------------------------------------------------------------------

fn keras_numbers(kernel: &Explanation) -> String {
    let call = match kernel.law {
        Law::Uniform(law) => {
            format!("RandomUniform(minval={:?}, maxval={:?})", law.low(), law.high())
        }
        Law::Normal(law) => format!("RandomNormal(stddev={:?})", law.std_dev()),
        Law::TruncatedNormal(law) => format!("TruncatedNormal(stddev={:?})", law.parent_std_dev()),
    };
    format!("{KERAS}{call}")
}

fn jax_numbers(kernel: &Explanation) -> String {
    match kernel.law {
        // jax.nn.initializers.uniform begins at 0.
        Law::Uniform(law) => format!(
            "jax.random.uniform(key, {}, minval={:?}, maxval={:?})",
            Tuple(&kernel.shape),
            law.low(),
            law.high()
        ),
        Law::Normal(law) => format!("{JAX}normal(stddev={:?})", law.std_dev()),
        Law::TruncatedNormal(law) => {
            format!("{JAX}truncated_normal(stddev={:?})", law.parent_std_dev())
        }
    }
}

fn torch_numbers(kernel: &Explanation) -> String {
    let call = match kernel.law {
        Law::Uniform(law) => format!("uniform_(w, {:?}, {:?})", law.low(), law.high()),
        Law::Normal(law) => format!("normal_(w, 0.0, {:?})", law.std_dev()),
        Law::TruncatedNormal(law) => format!(
            "trunc_normal_(w, 0.0, {:?}, {:?}, {:?})",
            law.parent_std_dev(),
            law.lower(),
            law.upper()
        ),
    };
    format!("{TORCH}{call}")
}

fn mindspore_numbers(kernel: &Explanation) -> String {
    let call = match kernel.law {
        Law::Uniform(law) => format!("Uniform(scale={:?})", law.high()),
        Law::Normal(law) => format!("Normal(sigma={:?})", law.std_dev()),
        Law::TruncatedNormal(law) => format!(
            "TruncatedNormal(sigma={:?}, mean=0.0, a={:?}, b={:?})",
            law.parent_std_dev(),
            law.lower(),
            law.upper()
        ),
    };
    format!("{MINDSPORE}{call}")
}
