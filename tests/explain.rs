//! A report says how a law comes about, and writes it as a call of each framework.

use ndarray_init::{Distribution, Explanation, FanMode, InitError, Law, Layout, VarianceScaling};

const FRAMEWORKS: [&str; 4] = ["Keras", "JAX", "PyTorch", "MindSpore"];

const PRESETS: [(&str, VarianceScaling); 10] = [
    ("glorot_uniform", VarianceScaling::glorot_uniform()),
    ("glorot_normal", VarianceScaling::glorot_normal()),
    ("he_uniform", VarianceScaling::he_uniform()),
    ("he_normal", VarianceScaling::he_normal()),
    ("lecun_uniform", VarianceScaling::lecun_uniform()),
    ("lecun_normal", VarianceScaling::lecun_normal()),
    ("xavier_uniform", VarianceScaling::xavier_uniform()),
    ("xavier_normal", VarianceScaling::xavier_normal()),
    ("kaiming_uniform", VarianceScaling::kaiming_uniform()),
    ("kaiming_normal", VarianceScaling::kaiming_normal()),
];

/// Layouts with a shape of each.
fn kernels() -> Result<Vec<(Layout, Vec<usize>)>, InitError> {
    Ok(vec![
        (Layout::keras(), vec![]),
        (Layout::keras(), vec![7]),
        (Layout::keras(), vec![784, 256]),
        (Layout::keras(), vec![3, 3, 64, 128]),
        (Layout::keras().groups(4), vec![3, 3, 16, 128]),
        (Layout::keras().transposed(), vec![3, 3, 64, 128]),
        (Layout::keras().batch(&[0]), vec![8, 512, 2048]),
        (Layout::keras().batch(&[0]), vec![8, 512]),
        (Layout::torch(), vec![128, 64, 3, 3]),
        (Layout::torch().transposed().groups(2), vec![64, 16, 5]),
        (Layout::depthwise(), vec![3, 3, 32, 2]),
        (Layout::axes(&[0, -1], &[2]), vec![4, 3, 8, 5]),
        (Layout::einsum("btd,dhk->bthk")?, vec![512, 8, 64]),
    ])
}

fn explain(
    configuration: VarianceScaling,
    layout: Layout,
    shape: &[usize],
) -> Result<Explanation, InitError> {
    configuration.with_layout(layout).explain(shape)
}

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

// --- element types --------------------------------------------------------------------------

#[test]
fn a_report_for_an_element_type_names_it() {
    let glorot = VarianceScaling::glorot_uniform();
    let plain = glorot.explain(&[784, 256]).unwrap();
    let of_f32 = glorot.explain_as::<f32>(&[784, 256]).unwrap();
    assert_eq!(part(&of_f32, "as f32"), ["U[-0.075955, 0.075955]"]);
    assert!(!plain.to_string().contains("as f32"));
    for framework in FRAMEWORKS {
        assert_eq!(part(&of_f32, framework), part(&plain, framework));
    }
    let tiny =
        VarianceScaling::new(1e-100, FanMode::FanIn, Distribution::UntruncatedNormal).unwrap();
    let error = tiny.explain_as::<f32>(&[4, 4]).unwrap_err();
    assert!(matches!(error, InitError::Unrepresentable { element: "f32", .. }), "{error:?}");
    assert!(tiny.explain_as::<f64>(&[4, 4]).is_ok());
}

#[cfg(feature = "half")]
#[test]
fn a_report_for_a_half_type_has_the_bounds_that_its_elements_keep_to() {
    use ndarray_init::half::{bf16, f16};
    let shape = [784, 256];
    // Multiples of 2⁻¹¹ and 2⁻¹⁴ below 0.075955.
    let glorot = VarianceScaling::glorot_uniform();
    let report = glorot.explain_as::<bf16>(&shape).unwrap();
    let expected = "U[-0.075955, 0.075955] in f32, rounded, on [-0.075684, 0.075684]";
    assert_eq!(part(&report, "as bf16"), [expected]);
    let report = glorot.explain_as::<f16>(&shape).unwrap();
    let expected = "U[-0.075955, 0.075955] in f32, rounded, on [-0.075928, 0.075928]";
    assert_eq!(part(&report, "as f16"), [expected]);
    let report = VarianceScaling::xavier_normal().explain_as::<bf16>(&shape).unwrap();
    assert_eq!(part(&report, "as bf16"), ["N(0, 0.043853²) in f32, rounded"]);
}

#[cfg(feature = "complex")]
#[test]
fn a_report_for_a_complex_type_has_the_circular_law_and_the_call_of_jax() {
    use ndarray_init::num_complex::{Complex32, Complex64};
    let shape = [784, 256];
    let report = VarianceScaling::glorot_uniform().explain_as::<Complex32>(&shape).unwrap();
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
    let explanation =
        explain(VarianceScaling::glorot_uniform(), Layout::keras(), &[3, 3, 64, 128])?;
    assert_eq!(explanation.to_string(), expected);
    Ok(())
}

#[test]
fn a_report_names_every_factor_of_a_transposed_convolution_in_groups() -> Result<(), InitError> {
    let configuration = VarianceScaling::new(1.0, FanMode::FanIn, Distribution::TruncatedNormal)?;
    let explanation =
        explain(configuration, Layout::torch().transposed().groups(2), &[64, 16, 3, 3])?;
    let expected = "\
shape            (64, 16, 3, 3)
axis 0           64  input
axis 1           16  output
axis 2            3  receptive field
axis 3            3  receptive field
transposed       the layer's input is stored as output
groups           2

receptive field  3 · 3 = 9
fan_in           9 · 64 / 2 groups = 288
fan_out          9 · 16 = 144

scale            1
mode             fan_in: n = fan_in = 288
law              N(0, s²) on [-2 s, 2 s] = N(0, 0.066989²) on [-0.13398, 0.13398]
s                √(scale / n) / 0.87963 = 0.066989
2 s              0.13398
std              √(scale / n) = 0.058926

Keras            keras.initializers.TruncatedNormal(stddev=0.06698936571449711)
                 by its numbers: Keras has fan_in 144 and fan_out 576 for a kernel of shape (3, 3, 16, 64)
";
    assert_eq!(explanation.to_string().split("JAX").next(), Some(expected));
    Ok(())
}

// --- calls ----------------------------------------------------------------------------------

/// Each preset as a call of each framework, for a convolution without groups.
const CALLS: [(&str, [&str; 4]); 10] = [
    (
        "glorot_uniform",
        ["GlorotUniform()", "glorot_uniform()", "xavier_uniform_(w)", "XavierUniform(gain=1.0)"],
    ),
    ("glorot_normal", ["GlorotNormal()", "glorot_normal()", "trunc_normal_", "TruncatedNormal"]),
    (
        "he_uniform",
        [
            "HeUniform()",
            "he_uniform()",
            r#"kaiming_uniform_(w, mode="fan_in", nonlinearity="relu")"#,
            r#"HeUniform(mode="fan_in", nonlinearity="relu")"#,
        ],
    ),
    ("he_normal", ["HeNormal()", "he_normal()", "trunc_normal_", "TruncatedNormal"]),
    (
        "lecun_uniform",
        [
            "LecunUniform()",
            "lecun_uniform()",
            r#"kaiming_uniform_(w, mode="fan_in", nonlinearity="linear")"#,
            r#"VarianceScaling(scale=1.0, mode="fan_in", distribution="uniform")"#,
        ],
    ),
    ("lecun_normal", ["LecunNormal()", "lecun_normal()", "trunc_normal_", "TruncatedNormal"]),
    (
        "xavier_uniform",
        ["GlorotUniform()", "glorot_uniform()", "xavier_uniform_(w)", "XavierUniform(gain=1.0)"],
    ),
    (
        "xavier_normal",
        [
            r#"VarianceScaling(mode="fan_avg", distribution="untruncated_normal")"#,
            r#"variance_scaling(scale=1.0, mode="fan_avg", distribution="normal")"#,
            "xavier_normal_(w)",
            "XavierNormal(gain=1.0)",
        ],
    ),
    (
        "kaiming_uniform",
        [
            "HeUniform()",
            "he_uniform()",
            r#"kaiming_uniform_(w, mode="fan_in", nonlinearity="relu")"#,
            r#"HeUniform(mode="fan_in", nonlinearity="relu")"#,
        ],
    ),
    (
        "kaiming_normal",
        [
            r#"VarianceScaling(scale=2.0, mode="fan_in", distribution="untruncated_normal")"#,
            r#"variance_scaling(scale=2.0, mode="fan_in", distribution="normal")"#,
            r#"kaiming_normal_(w, mode="fan_in", nonlinearity="relu")"#,
            r#"HeNormal(mode="fan_in", nonlinearity="relu")"#,
        ],
    ),
];

const MODULES: [&str; 4] = [
    "keras.initializers.",
    "jax.nn.initializers.",
    "torch.nn.init.",
    "mindspore.common.initializer.",
];

#[test]
fn every_preset_is_a_call_of_every_framework() -> Result<(), InitError> {
    for ((name, configuration), (same_name, calls)) in PRESETS.into_iter().zip(CALLS) {
        assert_eq!(name, same_name);
        for (layout, shape, axes) in [
            (Layout::keras(), [3, 3, 64, 128], ""),
            (Layout::torch(), [128, 64, 3, 3], "in_axis=1, out_axis=0"),
        ] {
            let explanation = explain(configuration.clone(), layout, &shape)?;
            for (i, framework) in FRAMEWORKS.into_iter().enumerate() {
                let (same, found): (Vec<_>, Vec<_>) = part(&explanation, framework)
                    .into_iter()
                    .partition(|line| line.starts_with("= "));
                let is_special =
                    ["Keras", "JAX"].contains(&framework) && !calls[i].contains("ariance");
                assert_eq!(same.len(), usize::from(is_special), "{name}: {framework} has {same:?}");
                let mut expected = format!("{}{}", MODULES[i], calls[i]);
                if framework == "JAX" && !axes.is_empty() {
                    let open = expected.trim_end_matches(')');
                    let separator = if open.ends_with('(') { "" } else { ", " };
                    expected = format!("{open}{separator}{axes})");
                }
                if expected.ends_with(')') {
                    assert_eq!(found[0], expected, "{name}");
                    let stored = match framework {
                        "Keras" => "(3, 3, 64, 128)",
                        "PyTorch" | "MindSpore" => "(128, 64, 3, 3)",
                        _ => "",
                    };
                    let own = explanation
                        .to_string()
                        .starts_with(&format!("shape            {stored}\n"));
                    let note = format!("for a kernel of shape {stored}");
                    let notes = if own || stored.is_empty() { vec![] } else { vec![note] };
                    assert_eq!(found[1..], notes, "{name}");
                } else {
                    // PyTorch's and MindSpore's normals are not truncated.
                    assert!(found[0].starts_with(&format!("{expected}(")), "{name}: {}", found[0]);
                    assert!(found[1].starts_with("by its numbers: "), "{name}: {}", found[1]);
                }
            }
        }
    }
    Ok(())
}

#[test]
fn a_special_case_stands_above_the_same_law_by_variance_scaling() -> Result<(), InitError> {
    let glorot = VarianceScaling::glorot_uniform().explain(&[3, 3, 64, 128])?;
    assert_eq!(
        part(&glorot, "Keras"),
        [
            "keras.initializers.GlorotUniform()",
            r#"= keras.initializers.VarianceScaling(mode="fan_avg", distribution="uniform")"#,
        ]
    );
    assert_eq!(
        part(&glorot, "MindSpore")[0],
        "mindspore.common.initializer.XavierUniform(gain=1.0)"
    );
    // In PyTorch's layout, JAX must be told the axes in both calls.
    let he = explain(VarianceScaling::he_normal(), Layout::torch(), &[128, 64, 3, 3])?;
    assert_eq!(
        part(&he, "JAX"),
        [
            "jax.nn.initializers.he_normal(in_axis=1, out_axis=0)",
            r#"= jax.nn.initializers.variance_scaling(scale=2.0, mode="fan_in", distribution="truncated_normal", in_axis=1, out_axis=0)"#,
        ]
    );
    let keras = [
        "keras.initializers.HeNormal()",
        r#"= keras.initializers.VarianceScaling(scale=2.0, mode="fan_in", distribution="truncated_normal")"#,
        "for a kernel of shape (3, 3, 64, 128)",
    ];
    assert_eq!(part(&he, "Keras"), keras);
    Ok(())
}

#[test]
fn a_gain_is_a_gain_where_there_are_gains_and_a_scale_where_there_are_none() -> Result<(), InitError>
{
    let explanation = VarianceScaling::xavier_normal().with_gain(1.5)?.explain(&[4, 6])?;
    let calls = FRAMEWORKS.map(|framework| part(&explanation, framework).swap_remove(0));
    assert_eq!(
        calls,
        [
            r#"keras.initializers.VarianceScaling(scale=2.25, mode="fan_avg", distribution="untruncated_normal")"#,
            r#"jax.nn.initializers.variance_scaling(scale=2.25, mode="fan_avg", distribution="normal", in_axis=1, out_axis=0)"#,
            "torch.nn.init.xavier_normal_(w, gain=1.5)",
            "mindspore.common.initializer.XavierNormal(gain=1.5)",
        ]
    );
    Ok(())
}

#[test]
fn roles_that_a_framework_can_name_are_named() -> Result<(), InitError> {
    let he = VarianceScaling::he_normal;
    for (layout, shape, framework, expected) in [
        (
            Layout::einsum("btd,dhk->bthk")?,
            &[512, 8, 64][..],
            "Keras",
            "HeNormal(input_axes=[0], output_axes=[1, 2])",
        ),
        (
            Layout::einsum("btd,dhk->bthk")?,
            &[512, 8, 64],
            "JAX",
            "he_normal(in_axis=0, out_axis=(1, 2))",
        ),
        (
            Layout::keras().batch(&[0]),
            &[8, 512, 2048],
            "Keras",
            "HeNormal(input_axes=[1], output_axes=[2])",
        ),
        (Layout::keras().batch(&[0]), &[8, 512, 2048], "JAX", "he_normal(batch_axis=0)"),
        (Layout::keras().batch(&[0]), &[8, 3, 5, 7], "JAX", "he_normal(batch_axis=0)"),
        (Layout::depthwise(), &[3, 3, 32, 2], "JAX", "he_normal(in_axis=(), batch_axis=2)"),
        (Layout::keras(), &[7], "Keras", "HeNormal()"),
        (Layout::keras(), &[], "Keras", "HeNormal()"),
        (Layout::keras(), &[], "JAX", "he_normal(in_axis=(), out_axis=())"),
        // fan_in is right, in groups too: each output channel sees one of them.
        (Layout::keras().groups(4), &[3, 3, 16, 128], "Keras", "HeNormal()"),
    ] {
        let found = part(&explain(he(), layout, shape)?, framework);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].starts_with("= "), "{found:?}");
        assert_eq!(found[0].rsplit_once("initializers.").unwrap().1, expected);
    }
    Ok(())
}

#[test]
fn a_transposed_convolution_asks_for_the_fan_as_it_is_stored() -> Result<(), InitError> {
    let kaiming = VarianceScaling::kaiming_normal();
    let explanation = explain(kaiming, Layout::torch().transposed(), &[64, 32, 3, 3])?;
    let note = "its fan_out is this fan_in: it reads the kernel as it is stored";
    assert_eq!(
        part(&explanation, "PyTorch"),
        [r#"torch.nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu")"#, note,]
    );
    assert_eq!(
        part(&explanation, "Keras"),
        [
            r#"keras.initializers.VarianceScaling(scale=2.0, mode="fan_out", distribution="untruncated_normal")"#,
            "for a kernel of shape (3, 3, 32, 64)",
            note,
        ]
    );
    assert_eq!(
        part(&explanation, "JAX"),
        [
            r#"jax.nn.initializers.variance_scaling(scale=2.0, mode="fan_in", distribution="normal", in_axis=0, out_axis=1)"#,
        ]
    );
    Ok(())
}

#[test]
fn where_a_framework_has_no_such_initializer_the_report_says_why() -> Result<(), InitError> {
    let scaled = |scale, mode, distribution| VarianceScaling::new(scale, mode, distribution);
    let geometric = || scaled(1.0, FanMode::FanGeoAvg, Distribution::Uniform);
    let shapes_only = "it has fans for kernels (out, in, spatial…) only";
    for (configuration, layout, shape, framework, reason) in [
        (
            VarianceScaling::he_normal(),
            Layout::torch(),
            &[6, 4][..],
            "PyTorch",
            "PyTorch's xavier and kaiming are not truncated",
        ),
        (
            VarianceScaling::he_normal(),
            Layout::torch(),
            &[6, 4],
            "MindSpore",
            "MindSpore's VarianceScaling draws a uniform law for \"truncated_normal\"",
        ),
        (geometric()?, Layout::torch(), &[6, 4], "PyTorch", "PyTorch has no fan_geo_avg"),
        (geometric()?, Layout::torch(), &[6, 4], "MindSpore", "MindSpore has no fan_geo_avg"),
        (geometric()?, Layout::torch(), &[6, 4], "Keras", "Keras has no fan_geo_avg"),
        (
            scaled(0.5, FanMode::FanOut, Distribution::Uniform)?,
            Layout::torch(),
            &[6, 4],
            "PyTorch",
            "no nonlinearity has the gain √0.5",
        ),
        (VarianceScaling::he_uniform(), Layout::keras(), &[7], "PyTorch", shapes_only),
        (VarianceScaling::he_uniform(), Layout::keras(), &[7], "JAX", "JAX gives an axis one role"),
        (
            VarianceScaling::he_uniform(),
            Layout::keras().batch(&[0]),
            &[8, 4, 5],
            "MindSpore",
            shapes_only,
        ),
        (
            VarianceScaling::he_uniform(),
            Layout::einsum("btd,dhk->bthk")?,
            &[512, 8, 64],
            "PyTorch",
            shapes_only,
        ),
        (
            VarianceScaling::glorot_uniform(),
            Layout::torch().groups(4),
            &[128, 16, 3],
            "PyTorch",
            "PyTorch has fan_in 48 and fan_out 384 for a kernel of shape (128, 16, 3)",
        ),
        (
            VarianceScaling::glorot_uniform(),
            Layout::torch().groups(4),
            &[128, 16, 3],
            "JAX",
            "JAX has fan_in 48 and fan_out 384 for a kernel of shape (128, 16, 3)",
        ),
        (
            VarianceScaling::he_normal(),
            Layout::depthwise(),
            &[3, 3, 32, 2],
            "Keras",
            "Keras has fan_in 288 and fan_out 18 for a kernel of shape (3, 3, 32, 2)",
        ),
        (
            VarianceScaling::he_normal(),
            Layout::axes(&[0, 3], &[2]),
            &[4, 3, 8, 5],
            "Keras",
            "Keras has fan_in 96 and fan_out 60 for a kernel of shape (4, 3, 8, 5)",
        ),
    ] {
        let found = part(&explain(configuration, layout, shape)?, framework);
        assert_eq!(found[1..], [format!("by its numbers: {reason}")]);
    }
    Ok(())
}

/// Keras, alone of the four, has no law that is cut elsewhere than at two sigmas.
#[test]
fn a_cut_at_three_sigmas_is_written_by_its_numbers() -> Result<(), InitError> {
    let olmo = VarianceScaling::lecun_normal().with_cut(3.0)?.with_layout(Layout::torch());
    let explanation = olmo.explain(&[128, 256])?;
    let law = "N(0, s²) on [-3 s, 3 s] = N(0, 0.06335²) on [-0.19005, 0.19005]";
    assert_eq!(part(&explanation, "law"), [law]);
    assert_eq!(part(&explanation, "s"), ["√(scale / n) / 0.98658 = 0.06335"]);
    assert_eq!(part(&explanation, "3 s"), ["0.19005"]);
    assert_eq!(part(&explanation, "Keras"), ["no call", "Keras cuts at 2 sigmas"]);
    let Law::TruncatedNormal(law) = explanation.law() else { panic!("not truncated") };
    let (s, b) = (law.parent_std_dev(), law.upper());
    for (framework, call) in [
        ("JAX", format!("jax.nn.initializers.truncated_normal(stddev={s}, lower=-3.0, upper=3.0)")),
        ("PyTorch", format!("torch.nn.init.trunc_normal_(w, 0.0, {s}, {}, {b})", -b)),
        (
            "MindSpore",
            format!(
                "mindspore.common.initializer.TruncatedNormal(sigma={s}, mean=0.0, a={}, b={b})",
                -b
            ),
        ),
    ] {
        assert_eq!(part(&explanation, framework)[0], call);
    }
    Ok(())
}

#[test]
fn a_kernel_without_elements_needs_no_call() -> Result<(), InitError> {
    let explanation = VarianceScaling::he_uniform().explain(&[0, 4])?;
    assert_eq!(part(&explanation, "mode"), ["fan_in: n = max(fan_in, 1) = 1"]);
    for framework in FRAMEWORKS {
        assert_eq!(part(&explanation, framework), ["nothing to draw: no elements"]);
    }
    Ok(())
}

// --- numbers --------------------------------------------------------------------------------

#[test]
fn numbers_of_seventeen_digits_are_those_of_the_law_to_the_last_bit() -> Result<(), InitError> {
    for (name, configuration) in PRESETS {
        for (layout, shape) in kernels()? {
            let explanation = explain(configuration.clone(), layout, &shape)?;
            let report = format!("{explanation:.17}");
            let last = |label| numbers(&part_of(&report, label)[0]).pop().unwrap();
            assert_eq!(last("std"), explanation.law().std_dev(), "{name} {shape:?}");
            assert_eq!(last("fan_in"), explanation.fans().fan_in as f64, "{name} {shape:?}");
            assert_eq!(last("fan_out"), explanation.fans().fan_out as f64, "{name} {shape:?}");
            assert!(part(&explanation, "law")[0].ends_with(&explanation.law().to_string()));
            match explanation.law() {
                Law::Uniform(law) => assert_eq!(last("b"), law.high()),
                Law::Normal(_) => {}
                Law::TruncatedNormal(law) => {
                    assert_eq!([last("s"), last("2 s")], [law.parent_std_dev(), law.upper()]);
                }
            }
        }
    }
    Ok(())
}

#[test]
fn numbers_have_as_many_digits_as_are_asked_for() -> Result<(), InitError> {
    let explanation = VarianceScaling::glorot_uniform().explain(&[3, 3, 64, 128])?;
    let b = |report: &str| part_of(report, "b").remove(0);
    for (report, expected) in [
        (format!("{explanation}"), "0.058926"),
        (format!("{explanation:.5}"), "0.058926"),
        (format!("{explanation:.2}"), "0.059"),
        (format!("{explanation:.1}"), "0.06"),
        (format!("{explanation:.0}"), "0.06"),
        (format!("{explanation:.16}"), "0.05892556509887896"),
        (format!("{explanation:.17}"), "0.05892556509887896"),
        (format!("{explanation:.99}"), "0.05892556509887896"),
    ] {
        assert_eq!(b(&report), format!("√(3 · scale / n) = {expected}"));
        let law = part_of(&report, "law").remove(0);
        assert_eq!(law, format!("U[-b, b] = U[-{expected}, {expected}]"));
    }
    // A mean of fans is a number of weights, and exact.
    let wide = VarianceScaling::glorot_uniform().explain(&[12_345_679, 2])?;
    assert_eq!(part(&wide, "mode"), ["fan_avg: n = (fan_in + fan_out) / 2 = 6172840.5"]);
    Ok(())
}

#[test]
fn a_call_by_numbers_has_those_of_the_law_to_the_last_bit() -> Result<(), InitError> {
    let mut calls = 0;
    for (name, configuration) in PRESETS {
        for (layout, shape) in kernels()? {
            let explanation = explain(configuration.clone(), layout, &shape)?;
            for framework in FRAMEWORKS {
                let found = part(&explanation, framework);
                if !found.last().unwrap().starts_with("by its numbers") {
                    continue;
                }
                calls += 1;
                let expected = match (explanation.law(), framework) {
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

// --- kernels --------------------------------------------------------------------------------

#[test]
fn every_axis_has_its_role_and_every_fan_its_factors() -> Result<(), InitError> {
    for (layout, shape, label, expected) in [
        (Layout::keras(), &[7][..], "shape", "(7,)"),
        (Layout::keras(), &[7], "axis 0", "7  input and output"),
        (Layout::keras(), &[], "shape", "()"),
        (Layout::keras(), &[], "fan_in", "1"),
        (Layout::keras(), &[784, 256], "receptive field", "1"),
        (Layout::keras(), &[784, 256], "axis 1", "256  output"),
        (Layout::keras(), &[5, 6, 7], "receptive field", "5"),
        (Layout::keras(), &[5, 6, 7], "fan_out", "5 · 7 = 35"),
        (Layout::torch(), &[6, 7, 3, 3], "axis 1", "7  input"),
        (Layout::torch(), &[6, 7, 3, 3], "axis 3", "3  receptive field"),
        (Layout::torch().groups(2), &[6, 7, 3, 3], "groups", "2"),
        (Layout::torch().groups(2), &[6, 7, 3, 3], "fan_out", "9 · 6 / 2 groups = 27"),
        (Layout::torch().transposed(), &[6, 7, 3, 3], "axis 0", "6  input"),
        (Layout::keras().batch(&[0]), &[8, 5, 6], "axis 0", "8  batch: in no fan"),
        (Layout::depthwise(), &[3, 3, 32, 2], "fan_in", "9"),
        (Layout::depthwise(), &[3, 3, 32, 2], "fan_out", "9 · 2 = 18"),
        (Layout::axes(&[0, -1], &[2]), &[4, 3, 8, 5], "fan_in", "3 · 4 · 5 = 60"),
        (Layout::einsum("btd,dhk->bthk")?, &[512, 8, 64], "fan_out", "8 · 64 = 512"),
    ] {
        let explanation = explain(VarianceScaling::default(), layout, shape)?;
        assert_eq!(part(&explanation, label), [expected], "{shape:?}");
    }
    Ok(())
}

#[test]
fn an_explanation_has_the_configurations_own_fans_and_law() -> Result<(), InitError> {
    for (layout, shape) in kernels()? {
        let configuration = VarianceScaling::he_normal().with_layout(layout);
        let explanation = configuration.explain(&shape)?;
        assert_eq!(explanation.fans(), configuration.fans(&shape)?);
        assert_eq!(explanation.law(), configuration.law(&shape)?);
    }
    Ok(())
}

#[test]
fn what_cannot_be_drawn_cannot_be_explained() {
    let he = VarianceScaling::he_normal;
    for (layout, shape) in [
        (Layout::torch(), &[7][..]),
        (Layout::axes(&[4], &[0]), &[2, 3]),
        (Layout::keras().groups(3), &[4, 4]),
        (Layout::keras(), &[usize::MAX, 2, 2]),
    ] {
        let configuration = he().with_layout(layout);
        assert_eq!(
            configuration.explain(shape).unwrap_err(),
            configuration.law(shape).unwrap_err()
        );
    }
    let extreme = VarianceScaling::new(1e308, FanMode::FanIn, Distribution::Uniform).unwrap();
    assert_eq!(extreme.explain(&[1, 1]).unwrap_err(), extreme.law(&[1, 1]).unwrap_err());
}
