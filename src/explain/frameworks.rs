//! The law as a call of each framework: the fans that the call reads off the kernel, and the framework's
//! names for that scale, mode and distribution.

use super::explanation::{Explanation, Tuple, product};
use crate::error::AxisRole;
use crate::fans::FanMode::{FanAvg, FanGeoAvg, FanIn, FanOut};
use crate::fans::Layout;
use crate::laws::Law;
use crate::presets::keras::class_name;
use crate::scaling::VarianceScaling;

/// A framework's names for the same laws. Names are templates, whose blanks `filled` fills.
pub(super) struct Framework {
    pub(super) name: &'static str,
    module: &'static str,
    /// The framework's reading of this kernel's fans, or the reason why there is none.
    reading: fn(&Explanation) -> Result<Reading, String>,
    /// `{law}` in the order of [`Distribution`](crate::Distribution), or the reason why no initializer that is
    /// scaled by fans has it.
    laws: [Result<&'static str, &'static str>; 3],
    /// A preset's own call, by its name in JAX.
    preset: Option<fn(&str) -> String>,
    /// The calls for a mean of fans and any scale, and for one fan and the scales 2 and 1.
    mean_two_one: [Option<&'static str>; 3],
    /// The call for any scale, mode and distribution.
    general: Option<&'static str>,
    has_fan_geo_avg: bool,
    /// An argument that is left out, since it is the framework's default.
    default: &'static str,
    /// The cut of its truncated normal, if there is no choice.
    only_cut: Option<f64>,
    /// The law by its numbers, in the order of [`Distribution`](crate::Distribution).
    numbers: [&'static str; 3],
}

pub(super) const FRAMEWORKS: [Framework; 4] = [
    Framework {
        name: "Keras",
        module: "keras.initializers.",
        reading: keras_reading,
        laws: [Ok("truncated_normal"), Ok("untruncated_normal"), Ok("uniform")],
        preset: Some(|name| format!("{}()", class_name(name))),
        mean_two_one: [None; 3],
        general: Some(r#"VarianceScaling(scale={scale}, mode="{mode}", distribution="{law}")"#),
        has_fan_geo_avg: false,
        default: "scale=1.0, ",
        only_cut: Some(2.0),
        numbers: [
            "TruncatedNormal(stddev={std})",
            "RandomNormal(stddev={std})",
            "RandomUniform(minval={low}, maxval={high})",
        ],
    },
    Framework {
        name: "JAX",
        module: "jax.nn.initializers.",
        reading: jax_reading,
        laws: [Ok("truncated_normal"), Ok("normal"), Ok("uniform")],
        preset: Some(|name| format!("{name}()")),
        mean_two_one: [None; 3],
        general: Some(r#"variance_scaling(scale={scale}, mode="{mode}", distribution="{law}")"#),
        has_fan_geo_avg: true,
        default: "",
        only_cut: None,
        numbers: [
            "truncated_normal(stddev={std}, lower=-{cut}, upper={cut})",
            "normal(stddev={std})",
            // jax.nn.initializers.uniform begins at 0.
            "jax.random.uniform(key, {shape}, minval={low}, maxval={high})",
        ],
    },
    Framework {
        name: "PyTorch",
        module: "torch.nn.init.",
        reading: torch_reading,
        laws: [Err("PyTorch's xavier and kaiming are not truncated"), Ok("normal"), Ok("uniform")],
        preset: None,
        mean_two_one: [
            Some("xavier_{law}_(w, gain={gain})"),
            Some(r#"kaiming_{law}_(w, mode="{mode}", nonlinearity="relu")"#),
            Some(r#"kaiming_{law}_(w, mode="{mode}", nonlinearity="linear")"#),
        ],
        general: None,
        has_fan_geo_avg: false,
        default: ", gain=1.0",
        only_cut: None,
        numbers: [
            "trunc_normal_(w, 0.0, {std}, {low}, {high})",
            "normal_(w, 0.0, {std})",
            "uniform_(w, {low}, {high})",
        ],
    },
    Framework {
        name: "MindSpore",
        module: "mindspore.common.initializer.",
        reading: torch_reading,
        laws: [
            Err("MindSpore's VarianceScaling draws a uniform law for \"truncated_normal\""),
            Ok("Normal"),
            Ok("Uniform"),
        ],
        preset: None,
        mean_two_one: [
            Some("Xavier{law}(gain={gain})"),
            Some(r#"He{law}(mode="{mode}", nonlinearity="relu")"#),
            None,
        ],
        general: Some(
            r#"VarianceScaling(scale={scale}, mode="{mode}", distribution="{distribution}")"#,
        ),
        has_fan_geo_avg: false,
        default: "",
        only_cut: None,
        numbers: [
            "TruncatedNormal(sigma={std}, mean=0.0, a={low}, b={high})",
            "Normal(sigma={std})",
            "Uniform(scale={high})",
        ],
    },
];

/// A framework's reading of fans: off a kernel of this shape, by this layout, with these arguments.
struct Reading {
    shape: Vec<usize>,
    layout: Layout,
    /// Its fan_in is the kernel's fan_out, and the other way round.
    swapped: bool,
    arguments: Vec<String>,
}

impl Reading {
    /// A reading of the kernel as stored, that of a transposed convolution, too.
    fn as_stored(kernel: &Explanation, layout: Layout, shape: Vec<usize>) -> Self {
        let swapped = kernel.configuration.layout().is_transposed();
        Self { shape, layout, swapped, arguments: Vec::new() }
    }

    /// A reading by the axes that the call names.
    fn by_axes(kernel: &Explanation, arguments: Vec<String>) -> Self {
        let [input, output, batch] = axes(kernel);
        let layout = Layout::axes(&input, &output).batch(&batch);
        Self { shape: kernel.shape.clone(), layout, swapped: false, arguments }
    }
}

impl Framework {
    /// The call that fits, and lines of notes on it.
    pub(super) fn call(&self, kernel: &Explanation) -> Vec<String> {
        if kernel.shape.contains(&0) {
            return vec!["nothing to draw: no elements".to_owned()];
        }
        self.by_name(kernel).unwrap_or_else(|reason| match self.by_numbers(kernel) {
            Some(call) => vec![call, format!("by its numbers: {reason}")],
            None => vec!["no call".to_owned(), reason],
        })
    }

    fn by_name(&self, kernel: &Explanation) -> Result<Vec<String>, String> {
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
        let mut lines = self.initializer(configuration.clone().with_mode(its_mode))?;
        for call in &mut lines {
            *call = with_arguments(call, &arguments);
        }
        if shape != kernel.shape {
            lines.push(format!("for a kernel of shape {}", Tuple(&shape)));
        }
        if its_mode != mode {
            lines.push(format!(
                "its {its_mode} is this {mode}: it reads the kernel as it is stored"
            ));
        }
        if kernel.complex().is_some() && configuration.cut().is_some() {
            // √(1 − 4 / (e⁴ − 1)) / √(1 − 5 e⁻⁴), squared.
            lines.push("its variance is 1.0187 times as large".to_owned());
        }
        Ok(lines)
    }

    /// The initializer with this scale, mode and distribution, and below a preset its general form; or the reason
    /// why there is none.
    fn initializer(&self, asked: VarianceScaling) -> Result<Vec<String>, String> {
        let (scale, mode, distribution) = (asked.scale(), asked.mode(), asked.distribution());
        let law = self.laws[distribution as usize]?;
        if asked.cut().is_some_and(|cut| cut != 2.0) {
            return Err(format!("{} cuts at 2 sigmas", self.name));
        }
        if mode == FanGeoAvg && !self.has_fan_geo_avg {
            return Err(format!("{} has no fan_geo_avg", self.name));
        }
        let written = |template| {
            let blanks = [
                ("{scale}", format!("{scale:?}")),
                // The gain of Xavier's formula, whose square is the scale.
                ("{gain}", format!("{:?}", scale.sqrt())),
                ("{mode}", mode.to_string()),
                ("{law}", law.to_owned()),
                ("{distribution}", distribution.to_string()),
            ];
            self.filled(template, &blanks).replace(self.default, "")
        };
        let general = self.general.map(written);
        let asked = asked.with_layout(Layout::keras());
        let preset = VarianceScaling::PRESETS.iter().find(|(_, preset)| *preset == asked);
        if let (Some(call), Some((name, _))) = (self.preset, preset) {
            let call = format!("{}{}", self.module, call(name));
            let general = general.map(|general| format!("= {general}"));
            return Ok([call].into_iter().chain(general).collect());
        }
        let [mean, two, one] = self.mean_two_one;
        let named = match (mode, scale) {
            (FanAvg, _) => mean,
            (_, 2.0) => two,
            (_, 1.0) => one,
            _ => None,
        };
        let call = named.map(written).or(general);
        Ok(vec![call.ok_or_else(|| format!("no nonlinearity has the gain √{scale}"))?])
    }

    /// The law by its numbers, if the framework has it.
    fn by_numbers(&self, kernel: &Explanation) -> Option<String> {
        let configuration = &kernel.configuration;
        let (std, [low, high]) = match kernel.law {
            Law::Uniform(law) => (law.std_dev(), [law.low(), law.high()]),
            Law::Normal(law) => (law.std_dev(), [f64::NEG_INFINITY, f64::INFINITY]),
            Law::TruncatedNormal(law) => (law.parent_std_dev(), [law.lower(), law.upper()]),
        };
        let template = self.numbers[configuration.distribution() as usize];
        let cut = configuration.cut().unwrap_or(2.0);
        if kernel.complex().is_some() || self.only_cut.is_some_and(|only| cut != only) {
            return None;
        }
        let numbers = [("{std}", std), ("{low}", low), ("{high}", high), ("{cut}", cut)];
        let numbers = numbers.map(|(blank, number)| (blank, format!("{number:?}")));
        Some(self.filled(template, &numbers).replace("{shape}", &Tuple(&kernel.shape).to_string()))
    }

    /// A call of this module's with its blanks filled; templates that name another module keep it.
    fn filled(&self, template: &str, blanks: &[(&str, String)]) -> String {
        let module = if template.starts_with("jax.") { "" } else { self.module };
        let text = format!("{module}{template}");
        blanks.iter().fold(text, |text, (blank, filling)| text.replace(blank, filling))
    }
}

/// The call, with more arguments.
fn with_arguments(call: &str, more: &[String]) -> String {
    let open = call.strip_suffix(')').unwrap_or(call);
    let separator = if more.is_empty() || open.ends_with('(') { "" } else { ", " };
    format!("{open}{separator}{})", more.join(", "))
}

// --- fans -----------------------------------------------------------------------------------

/// By (spatial…, in, out), or by axes. Keras leaves the receptive field out of fans by axes: a kernel by axes
/// must have none.
#[expect(clippy::unnecessary_wraps, reason = "others are refused")]
fn keras_reading(kernel: &Explanation) -> Result<Reading, String> {
    if let Some((field, input, output)) = convolution(kernel) {
        let shape = [field, vec![input, output]].concat();
        return Ok(Reading::as_stored(kernel, Layout::keras(), shape));
    }
    if kernel.shape.len() < 2 || product(&kernel.field()) > 1 || kernel.has_shared_axis() {
        return Ok(Reading::as_stored(kernel, Layout::keras(), kernel.shape.clone()));
    }
    let [input, output, _] = axes(kernel);
    let arguments = vec![format!("input_axes={input:?}"), format!("output_axes={output:?}")];
    Ok(Reading::by_axes(kernel, arguments))
}

/// By axes; axes that are not named have JAX's defaults.
fn jax_reading(kernel: &Explanation) -> Result<Reading, String> {
    if kernel.has_shared_axis() {
        return Err("JAX gives an axis one role".to_owned());
    }
    let rank = kernel.shape.len() as isize;
    let [input, output, batch] = axes(kernel);
    let named = [
        ("in_axis", input, vec![rank - 2]),
        ("out_axis", output, vec![rank - 1]),
        ("batch_axis", batch, vec![]),
    ];
    let dtype = kernel.complex().map(|name| {
        let bits = if name == "Complex<f64>" { 128 } else { 64 };
        format!("dtype=jnp.complex{bits}")
    });
    let arguments = named
        .into_iter()
        .filter(|(_, axes, default)| axes != default)
        .map(|(name, axes, _)| match axes[..] {
            [axis] => format!("{name}={axis}"),
            _ => format!("{name}={}", Tuple(&axes)),
        })
        .chain(dtype)
        .collect();
    Ok(Reading::by_axes(kernel, arguments))
}

/// By (out, in, spatial…).
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
