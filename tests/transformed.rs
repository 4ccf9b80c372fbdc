//! Laws whose draws go through increasing functions.

use ndarray_init::ndarray::{Array1, Array2};
use ndarray_init::{
    AnyInitializer, InitError, InitExt, Key, Law, Normal, Step, Transformed, Uniform,
};
use serde_json::json;

fn dt_bias() -> Result<Transformed, InitError> {
    let law = Uniform::new(0.001_f64.ln(), 0.1_f64.ln())?;
    Transformed::new(law, &[Step::Exp, Step::AtLeast(0.002), Step::InverseSoftplus])
}

#[test]
fn a_value_is_the_laws_own_through_the_steps() -> Result<(), InitError> {
    let law = dt_bias()?;
    let drawn = Array1::<f64>::init(5000, law.law(), 3)?;
    let found = Array1::<f64>::init(5000, &law, 3)?;
    for (x, y) in drawn.iter().zip(&found) {
        let dt = x.exp().max(0.002);
        let expected = dt + libm::log(-libm::expm1(-dt));
        assert!((y - expected).abs() < 1e-14 * expected.abs(), "{x}: {y}, not {expected}");
    }
    let narrow = Array1::<f32>::init(5000, &law, 3)?;
    let far = narrow.iter().zip(&found).find(|&(x, y)| (f64::from(*x) - y).abs() > 1e-5);
    assert_eq!(far, None);
    Ok(())
}

#[test]
fn each_step_is_its_function() -> Result<(), InitError> {
    type Function = fn(f64) -> f64;
    let uniform = Uniform::new(0.1, 3.0)?;
    let x = Array1::<f64>::init(2000, &uniform, 5)?;
    let through = |steps: &[Step]| Array1::<f64>::init(2000, &Transformed::new(uniform, steps)?, 5);
    let cases: [(Step, Function); 7] = [
        (Step::Exp, libm::exp),
        (Step::Ln, libm::log),
        (Step::InverseSoftplus, |x| libm::log(libm::expm1(x))),
        (Step::Scale(-2.0), |x| -2.0 * x),
        (Step::Shift(0.5), |x| x + 0.5),
        (Step::AtLeast(1.0), |x| x.max(1.0)),
        (Step::AtMost(1.0), |x| x.min(1.0)),
    ];
    for (step, function) in cases {
        for (&x, y) in x.iter().zip(through(&[step])?) {
            let expected = function(x);
            assert!(
                (y - expected).abs() <= 1e-14 * expected.abs().max(0.1),
                "{step:?} of {x}: {y}"
            );
        }
    }
    Ok(())
}

#[test]
fn moments_and_bounds_are_those_of_the_draws() -> Result<(), InitError> {
    // Log-normal: mean e^(σ²/2), variance (e^σ² − 1) e^σ².
    let law = Transformed::new(Normal::new(0.0, 0.5)?, &[Step::Exp])?;
    assert!((law.mean() - 0.125_f64.exp()).abs() < 1e-4, "{}", law.mean());
    let std = (0.25_f64.exp_m1() * 0.25_f64.exp()).sqrt();
    assert!((law.std_dev() - std).abs() < 1e-3, "{} not {std}", law.std_dev());
    // Log-uniform on [a, b]: mean (b − a) / ln(b / a).
    let law = Transformed::new(Uniform::new(0.001_f64.ln(), 0.1_f64.ln())?, &[Step::Exp])?;
    assert!((law.mean() - 0.099 / 100.0_f64.ln()).abs() < 1e-8);
    let w = Array2::<f32>::init((300, 300), &law, Key::new(1))?;
    // Five standard errors of the mean of 90 000 draws.
    let error = 5.0 * law.std_dev() / 300.0;
    assert!((f64::from(w.mean().unwrap()) - law.mean()).abs() < error);
    assert!(w.iter().all(|x| (0.001_f64..=0.1).contains(&f64::from(*x))));
    Ok(())
}

#[test]
fn transformed_laws_are_read_and_written() -> Result<(), Box<dyn std::error::Error>> {
    let config = json!({"transformed": {
        "law": {"uniform": {"low": 0.001_f64.ln(), "high": 0.1_f64.ln()}},
        "steps": ["exp", {"at_least": 0.002}, "inverse_softplus"],
    }});
    let read: AnyInitializer = serde_json::from_value(config.clone())?;
    assert_eq!(read, dt_bias()?.into());
    assert_eq!(serde_json::to_value(&read)?, config);
    assert_eq!(dt_bias()?.to_string(), "U[-6.9078, -2.3026] → exp → ≥ 0.002 → softplus⁻¹");
    Ok(())
}

#[test]
fn steps_that_cannot_be_taken_are_refused() -> Result<(), InitError> {
    let law: Law = Uniform::new(-1.0, 1.0)?.into();
    let refused = |law: Law, steps: &[Step], message: &str| {
        let error = Transformed::new(law, steps).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    };
    refused(law, &[Step::Ln], "-1");
    refused(law, &[Step::InverseSoftplus], "positive before a logarithm");
    refused(law, &[Step::Scale(0.0)], "scale");
    refused(law, &[Step::Shift(f64::NAN)], "NaN");
    refused(law, &[Step::Exp; 7], "at most 6");
    refused(Uniform::new(0.0, 800.0)?.into(), &[Step::Exp], "finite after every step");
    let law = Transformed::new(Uniform::new(0.0, 200.0)?, &[Step::Exp])?;
    let error = Array1::<f32>::init(3, &law, 1).unwrap_err().to_string();
    assert!(error.contains("too large") && error.contains("f32"), "{error}");
    Ok(())
}
