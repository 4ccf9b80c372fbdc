//! What a framework's own weights measured, against the laws of this program.

use crate::model::{Expected, Model, Parameter, Recorded};
use ndarray_init::Law;

/// Whether the recorded weights may come from this parameter's law. For each test, about one law in
/// ten thousand that is right fails.
pub(super) fn agrees(parameter: &Parameter, recorded: Recorded) -> bool {
    let n = parameter.elements();
    let largest = recorded.max_abs;
    if let Some(value) = parameter.constant() {
        return recorded.std == 0.0 && largest == value.abs();
    }
    let Some(Expected { std, standard_error, .. }) = parameter.expected else { return false };
    let spread = (recorded.std - std).abs() <= 4.0 * standard_error;
    // Rounding to f32 may lead out of the bounds, in other frameworks.
    let within = |bound: f64| largest <= bound * (1.0 + 1e-6);
    spread
        && match parameter.law {
            // Of several laws together, nothing is said about the largest.
            None => true,
            Some(Law::Uniform(law)) => {
                let bound = law.low().abs().max(law.high().abs());
                within(bound) && largest >= bound * (1.0 - 10.0 / n as f64)
            }
            Some(Law::TruncatedNormal(law)) if law.upper() < 8.0 * std => within(law.upper()),
            _ => {
                // Of many, the largest lies near this; of few, it may lie anywhere.
                let typical = std * (2.0 * (n as f64).ln()).sqrt();
                n < 100 || (0.7 * typical..1.4 * typical).contains(&largest)
            }
        }
}

/// How many of the rules the framework's own weights bear out, and which they do not.
pub(super) fn comparison(model: &Model) -> Option<String> {
    let compared = || model.parameters.iter().filter_map(|p| Some((p, p.recorded?)));
    let differ = compared().filter(|&(parameter, recorded)| !agrees(parameter, recorded));
    let differ: Vec<_> = differ.map(|(parameter, _)| parameter.name.as_str()).collect();
    let (all, agree) = (compared().count(), compared().count() - differ.len());
    let names =
        if differ.is_empty() { String::new() } else { format!("; not {}", differ.join(", ")) };
    let whose = model.framework();
    let line = format!(
        "of {whose}'s own weights, as the list records them, {agree} of {all} agree with the law{names}\n"
    );
    (all > 0).then_some(line)
}
