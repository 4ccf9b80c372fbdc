//! A report says how a law comes about, and writes it as a call of each framework.

use crate::common::PRESETS;
use ndarray_init::{Explanation, InitError, Law, Layout, VarianceScaling};

const FRAMEWORKS: [&str; 4] = ["Keras", "JAX", "PyTorch", "MindSpore"];

/// The text after a label, up to the next one.
#[track_caller]
fn part(explanation: &Explanation, label: &str) -> Vec<String> {
    part_of(&explanation.to_string(), label)
}

#[track_caller]
fn part_of(report: &str, label: &str) -> Vec<String> {
    let mut lines = report.lines().skip_while(|line| field(line).0 != label);
    let first = lines.next().unwrap_or_else(|| panic!("no {label:?} in\n{report}"));
    let rest = lines.take_while(|line| line.starts_with(' '));
    std::iter::once(first).chain(rest).map(|line| field(line).1.to_owned()).collect()
}

/// The label and the text of a line.
fn field(line: &str) -> (&str, &str) {
    let at = line.char_indices().nth(15).map_or(line.len(), |(at, _)| at);
    (line[..at].trim_end(), line[at..].trim())
}

/// Every number of a text, as Python would read it.
fn numbers(text: &str) -> Vec<f64> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "+-._".contains(c)))
        .filter_map(|word| word.parse().ok())
        .collect()
}

/// Rows of an initializer, a layout and a shape in JSON, a label, and the lines after this label in the report.
/// Dots stand for all other lines.
#[track_caller]
fn check(table: &str) {
    for row in table.lines().filter(|row| !row.is_empty()) {
        let fields: Vec<_> = row.split(" | ").map(str::trim).collect();
        let [configuration, layout, shape, label, expected] = fields[..] else { panic!("{row}") };
        let configuration: VarianceScaling = serde_json::from_str(configuration).expect(row);
        let shape: Vec<usize> = serde_json::from_str(shape).expect(row);
        let layout = serde_json::from_str(layout).expect(row);
        let explanation = configuration.with_layout(layout).explain(&shape).expect(row);
        let found = part(&explanation, label).join(" / ");
        match (expected.strip_prefix("… / "), expected.strip_suffix(" / …")) {
            (Some(end), _) => assert!(found.ends_with(&format!(" / {end}")), "{row}\nhas {found}"),
            (_, Some(start)) => {
                assert!(found.starts_with(&format!("{start} / ")), "{row}\nhas {found}");
            }
            _ => assert_eq!(found, expected, "{row}"),
        }
    }
}

// --- element types --------------------------------------------------------------------------

#[test]
fn a_report_for_an_element_type_has_the_law_that_its_elements_keep_to() {
    let glorot = VarianceScaling::glorot_uniform();
    let shape = [784, 256];
    let plain = glorot.explain(&shape).unwrap();
    let of_f32 = glorot.explain_as::<f32>(&shape).unwrap();
    assert_eq!(part(&of_f32, "as f32"), ["U[-0.075955, 0.075955]"]);
    assert!(!plain.to_string().contains("as f32"));
    for framework in FRAMEWORKS {
        assert_eq!(part(&of_f32, framework), part(&plain, framework));
    }
    #[cfg(feature = "half")]
    {
        use ndarray_init::half::{bf16, f16};
        // Multiples of 2⁻¹¹ and 2⁻¹⁴ below 0.075955.
        let report = glorot.explain_as::<bf16>(&shape).unwrap();
        let expected = "U[-0.075955, 0.075955] in f32, rounded, on [-0.075684, 0.075684]";
        assert_eq!(part(&report, "as bf16"), [expected]);
        let report = glorot.explain_as::<f16>(&shape).unwrap();
        let expected = "U[-0.075955, 0.075955] in f32, rounded, on [-0.075928, 0.075928]";
        assert_eq!(part(&report, "as f16"), [expected]);
        let report = VarianceScaling::xavier_normal().explain_as::<bf16>(&shape).unwrap();
        assert_eq!(part(&report, "as bf16"), ["N(0, 0.043853²) in f32, rounded"]);
    }
}

#[cfg(feature = "complex")]
#[test]
fn a_report_for_a_complex_type_has_the_circular_law_and_the_call_of_jax() {
    use ndarray_init::num_complex::{Complex32, Complex64};
    let report = VarianceScaling::glorot_uniform().explain_as::<Complex32>(&[784, 256]).unwrap();
    assert_eq!(part(&report, "as Complex<f32>"), ["U on |z| ≤ 0.062017"]);
    let general = "= jax.nn.initializers.variance_scaling(scale=1.0, mode=\"fan_avg\", \
                   distribution=\"uniform\", dtype=jnp.complex64)";
    let named = "jax.nn.initializers.glorot_uniform(dtype=jnp.complex64)";
    assert_eq!(part(&report, "JAX"), [named, general]);
    for framework in ["Keras", "PyTorch", "MindSpore"] {
        assert!(!report.to_string().contains(framework));
    }
    // Two deviations of the parent, which is 1 / 0.96196 times as wide.
    let report = VarianceScaling::lecun_normal().explain_as::<Complex64>(&[100, 3]).unwrap();
    assert_eq!(part(&report, "as Complex<f64>"), ["CN(0, 0.10395²) on |z| ≤ 0.20791"]);
    let jax = part(&report, "JAX");
    assert_eq!(jax[0], "jax.nn.initializers.lecun_normal(dtype=jnp.complex128)");
    assert_eq!(jax.last().unwrap(), "its variance is 1.0187 times as large");
    let vector = VarianceScaling::lecun_normal().explain_as::<Complex64>(&[100]).unwrap();
    assert_eq!(part(&vector, "JAX"), ["no call", "JAX gives an axis one role"]);
}

// --- whole reports --------------------------------------------------------------------------

#[test]
fn the_example_prints_what_its_docs_say() -> Result<(), InitError> {
    let source = include_str!("../examples/explain.rs");
    let docs = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    let block = docs.skip_while(|&line| line != "prints").skip(3).take_while(|&line| line != "```");
    let expected = block.collect::<Vec<_>>().join("\n");
    let explanation = VarianceScaling::glorot_uniform().explain(&[3, 3, 64, 128])?;
    assert_eq!(explanation.to_string(), expected);
    Ok(())
}

#[test]
fn every_axis_has_its_role_and_every_fan_its_factors() {
    check(
        r#"
"he_normal" | "keras" | [7] | shape | (7,)
"he_normal" | "keras" | [7] | axis 0 | 7  input and output
"he_normal" | "keras" | [] | shape | ()
"he_normal" | "keras" | [] | fan_in | 1
"he_normal" | "keras" | [784, 256] | receptive field | 1
"he_normal" | "keras" | [784, 256] | axis 1 | 256  output
"he_normal" | "keras" | [5, 6, 7] | receptive field | 5
"he_normal" | "keras" | [5, 6, 7] | fan_out | 5 · 7 = 35
"he_normal" | "torch" | [6, 7, 3, 3] | axis 1 | 7  input
"he_normal" | {"roles": "torch", "groups": 2} | [6, 7, 3, 3] | fan_out | 9 · 6 / 2 groups = 27
"lecun_normal" | {"roles": "torch", "transposed": true, "groups": 2} | [64, 16, 3, 3] | axis 0 | 64  input
"lecun_normal" | {"roles": "torch", "transposed": true, "groups": 2} | [64, 16, 3, 3] | transposed | the layer's input is stored as output
"lecun_normal" | {"roles": "torch", "transposed": true, "groups": 2} | [64, 16, 3, 3] | groups | 2
"lecun_normal" | {"roles": "torch", "transposed": true, "groups": 2} | [64, 16, 3, 3] | fan_in | 9 · 64 / 2 groups = 288
"lecun_normal" | {"roles": "torch", "transposed": true, "groups": 2} | [64, 16, 3, 3] | law | N(0, s²) on [-2 s, 2 s] = N(0, 0.066989²) on [-0.13398, 0.13398]
"lecun_normal" | {"roles": "torch", "transposed": true, "groups": 2} | [64, 16, 3, 3] | s | √(scale / n) / 0.87963 = 0.066989
"he_normal" | {"batch": [0]} | [8, 5, 6] | axis 0 | 8  batch: in no fan
"he_normal" | "depthwise" | [3, 3, 32, 2] | fan_in | 9
"he_normal" | "depthwise" | [3, 3, 32, 2] | fan_out | 9 · 2 = 18
"he_normal" | {"axes": {"input": [0, -1], "output": [2]}} | [4, 3, 8, 5] | fan_in | 3 · 4 · 5 = 60
"he_normal" | {"einsum": "btd,dhk->bthk"} | [512, 8, 64] | fan_out | 8 · 64 = 512
"he_uniform" | "keras" | [0, 4] | mode | fan_in: n = max(fan_in, 1) = 1
"glorot_uniform" | "keras" | [12345679, 2] | mode | fan_avg: n = (fan_in + fan_out) / 2 = 6172840.5
"#,
    );
}

// --- calls ----------------------------------------------------------------------------------

/// Presets and their calls in the order of [`FRAMEWORKS`], for a convolution without groups.
const CALLS: &str = r#"
glorot_uniform | GlorotUniform() | glorot_uniform() | xavier_uniform_(w) | XavierUniform(gain=1.0)
glorot_normal | GlorotNormal() | glorot_normal() | trunc_normal_ | TruncatedNormal
he_uniform | HeUniform() | he_uniform() | kaiming_uniform_(w, mode="fan_in", nonlinearity="relu") | HeUniform(mode="fan_in", nonlinearity="relu")
he_normal | HeNormal() | he_normal() | trunc_normal_ | TruncatedNormal
lecun_uniform | LecunUniform() | lecun_uniform() | kaiming_uniform_(w, mode="fan_in", nonlinearity="linear") | VarianceScaling(scale=1.0, mode="fan_in", distribution="uniform")
lecun_normal | LecunNormal() | lecun_normal() | trunc_normal_ | TruncatedNormal
xavier_uniform | GlorotUniform() | glorot_uniform() | xavier_uniform_(w) | XavierUniform(gain=1.0)
xavier_normal | VarianceScaling(mode="fan_avg", distribution="untruncated_normal") | variance_scaling(scale=1.0, mode="fan_avg", distribution="normal") | xavier_normal_(w) | XavierNormal(gain=1.0)
kaiming_uniform | HeUniform() | he_uniform() | kaiming_uniform_(w, mode="fan_in", nonlinearity="relu") | HeUniform(mode="fan_in", nonlinearity="relu")
kaiming_normal | VarianceScaling(scale=2.0, mode="fan_in", distribution="untruncated_normal") | variance_scaling(scale=2.0, mode="fan_in", distribution="normal") | kaiming_normal_(w, mode="fan_in", nonlinearity="relu") | HeNormal(mode="fan_in", nonlinearity="relu")
"#;

const MODULES: [&str; 4] = [
    "keras.initializers.",
    "jax.nn.initializers.",
    "torch.nn.init.",
    "mindspore.common.initializer.",
];

#[test]
fn every_preset_is_a_call_of_every_framework() -> Result<(), InitError> {
    for ((name, configuration), row) in PRESETS.into_iter().zip(CALLS.trim().lines()) {
        let calls: Vec<_> = row.split(" | ").collect();
        assert_eq!(calls[0], name);
        let keras = configuration.clone().with_layout(Layout::keras()).explain(&[3, 3, 64, 128])?;
        let torch = configuration.with_layout(Layout::torch()).explain(&[128, 64, 3, 3])?;
        for ((framework, module), call) in FRAMEWORKS.into_iter().zip(MODULES).zip(&calls[1..]) {
            let call = format!("{module}{call}");
            let parts = [part(&keras, framework), part(&torch, framework)];
            // PyTorch's and MindSpore's normals are not truncated.
            let Some(open) = call.strip_suffix(')') else {
                for found in parts {
                    assert!(found[0].starts_with(&format!("{call}(")), "{name}: {found:?}");
                    assert!(found[1].starts_with("by its numbers: "), "{name}: {found:?}");
                }
                continue;
            };
            let comma = if open.ends_with('(') { "" } else { ", " };
            let (in_torch, stored) = match framework {
                "JAX" => (format!("{open}{comma}in_axis=1, out_axis=0)"), [None, None]),
                "Keras" => (call.clone(), [None, Some("(3, 3, 64, 128)")]),
                _ => (call.clone(), [Some("(128, 64, 3, 3)"), None]),
            };
            for ((found, call), stored) in parts.iter().zip([call, in_torch]).zip(stored) {
                let note = stored.map(|shape| format!("for a kernel of shape {shape}"));
                let rest: Vec<_> =
                    found[1..].iter().filter(|line| !line.starts_with("= ")).collect();
                assert_eq!((&found[0], rest), (&call, note.iter().collect()), "{name}");
            }
        }
    }
    Ok(())
}

/// A special case stands above the same law by variance scaling; roles that a framework can name are named; a gain
/// is a gain where there are gains, and a scale where there are none; a transposed convolution asks for the fan as
/// it is stored.
#[test]
fn calls_have_the_arguments_of_their_framework() {
    check(
        r#"
"glorot_uniform" | "keras" | [3, 3, 64, 128] | Keras | keras.initializers.GlorotUniform() / = keras.initializers.VarianceScaling(mode="fan_avg", distribution="uniform")
"he_normal" | "torch" | [128, 64, 3, 3] | JAX | jax.nn.initializers.he_normal(in_axis=1, out_axis=0) / = jax.nn.initializers.variance_scaling(scale=2.0, mode="fan_in", distribution="truncated_normal", in_axis=1, out_axis=0)
"he_normal" | "torch" | [128, 64, 3, 3] | Keras | keras.initializers.HeNormal() / = keras.initializers.VarianceScaling(scale=2.0, mode="fan_in", distribution="truncated_normal") / for a kernel of shape (3, 3, 64, 128)

"he_normal" | {"einsum": "btd,dhk->bthk"} | [512, 8, 64] | Keras | keras.initializers.HeNormal(input_axes=[0], output_axes=[1, 2]) / …
"he_normal" | {"einsum": "btd,dhk->bthk"} | [512, 8, 64] | JAX | jax.nn.initializers.he_normal(in_axis=0, out_axis=(1, 2)) / …
"he_normal" | {"batch": [0]} | [8, 512, 2048] | Keras | keras.initializers.HeNormal(input_axes=[1], output_axes=[2]) / …
"he_normal" | {"batch": [0]} | [8, 512, 2048] | JAX | jax.nn.initializers.he_normal(batch_axis=0) / …
"he_normal" | {"batch": [0]} | [8, 3, 5, 7] | JAX | jax.nn.initializers.he_normal(batch_axis=0) / …
"he_normal" | "depthwise" | [3, 3, 32, 2] | JAX | jax.nn.initializers.he_normal(in_axis=(), batch_axis=2) / …
"he_normal" | "keras" | [7] | Keras | keras.initializers.HeNormal() / …
"he_normal" | "keras" | [] | Keras | keras.initializers.HeNormal() / …
"he_normal" | "keras" | [] | JAX | jax.nn.initializers.he_normal(in_axis=(), out_axis=()) / …
"he_normal" | {"groups": 4} | [3, 3, 16, 128] | Keras | keras.initializers.HeNormal() / …

{"scale": 2.25, "mode": "fan_avg", "distribution": "untruncated_normal"} | "torch" | [4, 6] | Keras | keras.initializers.VarianceScaling(scale=2.25, mode="fan_avg", distribution="untruncated_normal") / for a kernel of shape (6, 4)
{"scale": 2.25, "mode": "fan_avg", "distribution": "untruncated_normal"} | "torch" | [4, 6] | JAX | jax.nn.initializers.variance_scaling(scale=2.25, mode="fan_avg", distribution="normal", in_axis=1, out_axis=0)
{"scale": 2.25, "mode": "fan_avg", "distribution": "untruncated_normal"} | "torch" | [4, 6] | PyTorch | torch.nn.init.xavier_normal_(w, gain=1.5)
{"scale": 2.25, "mode": "fan_avg", "distribution": "untruncated_normal"} | "torch" | [4, 6] | MindSpore | mindspore.common.initializer.XavierNormal(gain=1.5)

"kaiming_normal" | {"roles": "torch", "transposed": true} | [64, 32, 3, 3] | PyTorch | torch.nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu") / its fan_out is this fan_in: it reads the kernel as it is stored
{"scale": 2, "mode": "fan_out", "distribution": "untruncated_normal"} | {"roles": "torch", "transposed": true} | [64, 32, 3, 3] | Keras | keras.initializers.VarianceScaling(scale=2.0, mode="fan_in", distribution="untruncated_normal") / for a kernel of shape (3, 3, 32, 64) / its fan_in is this fan_out: it reads the kernel as it is stored
"kaiming_normal" | {"roles": "torch", "transposed": true} | [64, 32, 3, 3] | JAX | jax.nn.initializers.variance_scaling(scale=2.0, mode="fan_in", distribution="normal", in_axis=0, out_axis=1)
"#,
    );
}

#[test]
fn where_a_framework_has_no_such_initializer_the_report_says_why() {
    check(
        r#"
"he_normal" | "torch" | [6, 4] | PyTorch | … / by its numbers: PyTorch's xavier and kaiming are not truncated
"he_normal" | "torch" | [6, 4] | MindSpore | … / by its numbers: MindSpore's VarianceScaling draws a uniform law for "truncated_normal"
{"mode": "fan_geo_avg", "distribution": "uniform"} | "torch" | [6, 4] | PyTorch | … / by its numbers: PyTorch has no fan_geo_avg
{"mode": "fan_geo_avg", "distribution": "uniform"} | "torch" | [6, 4] | MindSpore | … / by its numbers: MindSpore has no fan_geo_avg
{"mode": "fan_geo_avg", "distribution": "uniform"} | "torch" | [6, 4] | Keras | … / by its numbers: Keras has no fan_geo_avg
{"scale": 0.5, "mode": "fan_out", "distribution": "uniform"} | "torch" | [6, 4] | PyTorch | … / by its numbers: no nonlinearity has the gain √0.5
"he_uniform" | "keras" | [7] | PyTorch | … / by its numbers: it has fans for kernels (out, in, spatial…) only
"he_uniform" | "keras" | [7] | JAX | … / by its numbers: JAX gives an axis one role
"he_uniform" | {"batch": [0]} | [8, 4, 5] | MindSpore | … / by its numbers: it has fans for kernels (out, in, spatial…) only
"he_uniform" | {"einsum": "btd,dhk->bthk"} | [512, 8, 64] | PyTorch | … / by its numbers: it has fans for kernels (out, in, spatial…) only
"glorot_uniform" | {"roles": "torch", "groups": 4} | [128, 16, 3] | PyTorch | … / by its numbers: PyTorch has fan_in 48 and fan_out 384 for a kernel of shape (128, 16, 3)
"glorot_uniform" | {"roles": "torch", "groups": 4} | [128, 16, 3] | JAX | … / by its numbers: JAX has fan_in 48 and fan_out 384 for a kernel of shape (128, 16, 3)
"lecun_normal" | {"roles": "torch", "transposed": true, "groups": 2} | [64, 16, 3, 3] | Keras | keras.initializers.TruncatedNormal(stddev=0.06698936571449711) / by its numbers: Keras has fan_in 144 and fan_out 576 for a kernel of shape (3, 3, 16, 64)
"he_normal" | "depthwise" | [3, 3, 32, 2] | Keras | … / by its numbers: Keras has fan_in 288 and fan_out 18 for a kernel of shape (3, 3, 32, 2)
"he_normal" | {"axes": {"input": [0, 3], "output": [2]}} | [4, 3, 8, 5] | Keras | … / by its numbers: Keras has fan_in 96 and fan_out 60 for a kernel of shape (4, 3, 8, 5)
"he_uniform" | "keras" | [0, 4] | Keras | nothing to draw: no elements
"he_uniform" | "keras" | [0, 4] | PyTorch | nothing to draw: no elements
"#,
    );
}

/// Keras, alone of the four, has no law that is cut elsewhere than at two sigmas.
#[test]
fn a_cut_at_three_sigmas_is_written_by_its_numbers() {
    check(
        r#"
{"cut": 3} | "torch" | [128, 256] | law | N(0, s²) on [-3 s, 3 s] = N(0, 0.06335²) on [-0.19005, 0.19005]
{"cut": 3} | "torch" | [128, 256] | s | √(scale / n) / 0.98658 = 0.06335
{"cut": 3} | "torch" | [128, 256] | 3 s | 0.19005
{"cut": 3} | "torch" | [128, 256] | Keras | no call / Keras cuts at 2 sigmas
{"cut": 3} | "torch" | [128, 256] | JAX | jax.nn.initializers.truncated_normal(stddev=0.06335026235263794, lower=-3.0, upper=3.0) / by its numbers: JAX cuts at 2 sigmas
{"cut": 3} | "torch" | [128, 256] | PyTorch | torch.nn.init.trunc_normal_(w, 0.0, 0.06335026235263794, -0.1900507870579138, 0.1900507870579138) / …
{"cut": 3} | "torch" | [128, 256] | MindSpore | mindspore.common.initializer.TruncatedNormal(sigma=0.06335026235263794, mean=0.0, a=-0.1900507870579138, b=0.1900507870579138) / …
"#,
    );
}

// --- numbers --------------------------------------------------------------------------------

/// Layouts with a shape of each.
fn kernels() -> Result<[(Layout, Vec<usize>); 11], InitError> {
    Ok([
        (Layout::keras(), vec![]),
        (Layout::keras(), vec![7]),
        (Layout::keras(), vec![784, 256]),
        (Layout::keras().groups(4), vec![3, 3, 16, 128]),
        (Layout::keras().transposed(), vec![3, 3, 64, 128]),
        (Layout::keras().batch(&[0]), vec![8, 512, 2048]),
        (Layout::torch(), vec![128, 64, 3, 3]),
        (Layout::torch().transposed().groups(2), vec![64, 16, 5]),
        (Layout::depthwise(), vec![3, 3, 32, 2]),
        (Layout::axes(&[0, -1], &[2]), vec![4, 3, 8, 5]),
        (Layout::einsum("btd,dhk->bthk")?, vec![512, 8, 64]),
    ])
}

#[test]
fn numbers_of_a_report_and_its_calls_are_those_of_the_law_to_the_last_bit() -> Result<(), InitError>
{
    let mut calls = 0;
    for (name, configuration) in PRESETS {
        for (layout, shape) in kernels()? {
            let configuration = configuration.clone().with_layout(layout);
            let explanation = configuration.explain(&shape)?;
            let (fans, law) = (configuration.fans(&shape)?, configuration.law(&shape)?);
            assert_eq!((explanation.fans(), explanation.law()), (fans, law));
            let report = format!("{explanation:.17}");
            let last = |label| numbers(&part_of(&report, label)[0]).pop().unwrap();
            assert_eq!(last("std"), law.std_dev(), "{name} {shape:?}");
            assert_eq!(last("fan_in"), fans.fan_in as f64, "{name} {shape:?}");
            assert_eq!(last("fan_out"), fans.fan_out as f64, "{name} {shape:?}");
            assert!(part(&explanation, "law")[0].ends_with(&law.to_string()));
            match law {
                Law::Uniform(law) => assert_eq!(last("b"), law.high()),
                Law::Normal(_) => {}
                Law::TruncatedNormal(law) => {
                    assert_eq!([last("s"), last("2 s")], [law.parent_std_dev(), law.upper()]);
                }
            }
            for framework in FRAMEWORKS {
                let found = part(&explanation, framework);
                if !found.last().unwrap().starts_with("by its numbers") {
                    continue;
                }
                calls += 1;
                let expected = match (law, framework) {
                    (Law::Uniform(law), "MindSpore") => vec![law.high()],
                    (Law::Uniform(law), "JAX") => {
                        let shape = shape.iter().map(|&n| n as f64);
                        shape.chain([law.low(), law.high()]).collect()
                    }
                    (Law::Uniform(law), _) => vec![law.low(), law.high()],
                    (Law::Normal(law), "PyTorch") => vec![0.0, law.std_dev()],
                    (Law::Normal(law), _) => vec![law.std_dev()],
                    (Law::TruncatedNormal(law), "PyTorch") => {
                        vec![0.0, law.parent_std_dev(), law.lower(), law.upper()]
                    }
                    (Law::TruncatedNormal(law), "MindSpore") => {
                        vec![law.parent_std_dev(), 0.0, law.lower(), law.upper()]
                    }
                    (Law::TruncatedNormal(law), "JAX") => vec![law.parent_std_dev(), -2.0, 2.0],
                    (Law::TruncatedNormal(law), _) => vec![law.parent_std_dev()],
                };
                let arguments = found[0].split_once('(').unwrap().1;
                assert_eq!(numbers(arguments), expected, "{name} {shape:?}: {}", found[0]);
            }
        }
    }
    assert!(calls > 100, "only {calls} calls by numbers");
    Ok(())
}

#[test]
fn numbers_have_as_many_digits_as_are_asked_for() -> Result<(), InitError> {
    let explanation = VarianceScaling::glorot_uniform().explain(&[3, 3, 64, 128])?;
    for (report, expected) in [
        (format!("{explanation}"), "0.058926"),
        (format!("{explanation:.5}"), "0.058926"),
        (format!("{explanation:.2}"), "0.059"),
        (format!("{explanation:.1}"), "0.06"),
        (format!("{explanation:.0}"), "0.06"),
        (format!("{explanation:.16}"), "0.05892556509887896"),
        (format!("{explanation:.99}"), "0.05892556509887896"),
    ] {
        assert_eq!(part_of(&report, "b"), [format!("√(3 · scale / n) = {expected}")]);
        let law = format!("U[-b, b] = U[-{expected}, {expected}]");
        assert_eq!(part_of(&report, "law"), [law]);
    }
    Ok(())
}
