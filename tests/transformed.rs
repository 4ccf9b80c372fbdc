//! Laws whose draws go through increasing functions.

use crate::common::{normal, uniform};
use ndarray_init::ndarray::Array1;
use ndarray_init::{InitError, InitExt, Key, Step, Transformed};

/// The bias of Mamba's time steps.
fn dt_bias() -> Result<Transformed, InitError> {
    let law = uniform(0.001_f64.ln(), 0.1_f64.ln());
    Transformed::new(law, &[Step::Exp, Step::AtLeast(0.002), Step::InverseSoftplus])
}

#[test]
fn a_value_is_the_laws_own_through_the_steps() -> Result<(), InitError> {
    let law = dt_bias()?;
    assert_eq!(law.to_string(), "U[-6.9078, -2.3026] → exp → ≥ 0.002 → softplus⁻¹");
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
    let law = uniform(0.1, 3.0);
    let x = Array1::<f64>::init(2000, &law, 5)?;
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
        let found = Array1::<f64>::init(2000, &Transformed::new(law, &[step])?, 5)?;
        for (&x, y) in x.iter().zip(found) {
            let (expected, accuracy) = (function(x), 1e-14 * function(x).abs().max(0.1));
            assert!((y - expected).abs() <= accuracy, "{step:?} of {x}: {y}");
        }
    }
    Ok(())
}

#[test]
fn moments_and_bounds_are_those_of_the_draws() -> Result<(), InitError> {
    // Log-normal: mean e^(σ²/2), variance (e^σ² − 1) e^σ².
    let law = Transformed::new(normal(0.0, 0.5), &[Step::Exp])?;
    assert!((law.mean() - 0.125_f64.exp()).abs() < 1e-4, "{}", law.mean());
    let std = (0.25_f64.exp_m1() * 0.25_f64.exp()).sqrt();
    assert!((law.std_dev() - std).abs() < 1e-3, "{} not {std}", law.std_dev());
    // Log-uniform on [a, b]: mean (b − a) / ln(b / a).
    let law = Transformed::new(uniform(0.001_f64.ln(), 0.1_f64.ln()), &[Step::Exp])?;
    assert!((law.mean() - 0.099 / 100.0_f64.ln()).abs() < 1e-8);
    let w = Array1::<f32>::init(90_000, &law, Key::new(1))?;
    // Five standard errors of the mean of 90 000 draws.
    let error = 5.0 * law.std_dev() / 300.0;
    assert!((f64::from(w.mean().unwrap()) - law.mean()).abs() < error);
    assert!(w.iter().all(|x| (0.001_f64..=0.1).contains(&f64::from(*x))));
    Ok(())
}
