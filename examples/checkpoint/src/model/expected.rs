//! What the values of a tensor should measure, by their laws.

use ndarray_init::{AnyInitializer, InitError, Law, TruncatedNormal};

/// What the values of a tensor should measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) mean: f64,
    pub(crate) std: f64,
    /// Of the standard deviation that is measured.
    pub(crate) standard_error: f64,
}

impl Expected {
    /// Of an array of this shape; none if its values are neither drawn nor constant, or if there are
    /// none.
    pub(crate) fn of(rule: &AnyInitializer, shape: &[usize]) -> Result<Option<Self>, InitError> {
        let mut groups = Vec::new();
        let is_known = groups_of(rule, shape, 1.0, &mut groups)?;
        Ok((is_known && !groups.is_empty()).then(|| Self::of_groups(&groups)))
    }

    /// So many values of each law, rather than values of a law chosen anew each time.
    fn of_groups(groups: &[Group]) -> Self {
        let n: f64 = groups.iter().map(|group| group.count).sum();
        let mean: f64 = groups.iter().map(|group| group.count / n * group.mean).sum();
        // Fourth powers of numbers as they are could overflow, or vanish.
        let unit = groups.iter().map(|group| group.std.max((group.mean - mean).abs()));
        let unit = unit.fold(0.0, f64::max);
        if unit == 0.0 {
            return Self { mean, std: 0.0, standard_error: 0.0 };
        }
        let (mut variance, mut variance_of_squares) = (0.0_f64, 0.0_f64);
        for &Group { count, mean: of_group, std, skewness, kurtosis } in groups {
            // Of (e + d)², with e the value from its group's mean, and d that mean from all others'.
            let (d, std) = ((of_group - mean) / unit, std / unit);
            let squared = std * std;
            variance += count / n * (squared + d * d);
            let of_squares =
                squared * ((kurtosis - 1.0) * squared + 4.0 * d * skewness * std + 4.0 * d * d);
            variance_of_squares += count / n * of_squares.max(0.0);
        }
        let std = variance.sqrt();
        let standard_error = (variance_of_squares / n).sqrt() / (2.0 * std);
        Self { mean, std: unit * std, standard_error: unit * standard_error }
    }
}

/// Values of one law.
struct Group {
    count: f64,
    mean: f64,
    std: f64,
    skewness: f64,
    kurtosis: f64,
}

/// Adds the groups of an array's values, each so many times. False if one's law is not known.
fn groups_of(
    rule: &AnyInitializer,
    shape: &[usize],
    times: f64,
    groups: &mut Vec<Group>,
) -> Result<bool, InitError> {
    let count = times * shape.iter().map(|&n| n as f64).product::<f64>();
    if count == 0.0 {
        return Ok(true);
    }
    if let Some(mean) = constant(rule) {
        groups.push(Group { count, mean, std: 0.0, skewness: 0.0, kurtosis: 0.0 });
    } else if let Some(law) = rule.law(shape)? {
        let (skewness, kurtosis) = match &law {
            Law::Uniform(_) => (0.0, 9.0 / 5.0),
            Law::Normal(_) => (0.0, 3.0),
            Law::TruncatedNormal(law) => truncated_shape(law),
        };
        groups.push(Group { count, mean: law.mean(), std: law.std_dev(), skewness, kurtosis });
    } else if let AnyInitializer::Blocks(blocks) = rule {
        let mut parts = blocks.parts(shape)?.peekable();
        let axis = blocks.axis().rem_euclid(shape.len() as isize) as usize;
        let mut block = shape.to_vec();
        while let Some((size, initializer)) = parts.next() {
            // Blocks that are alike are one group.
            let is_alike = |&(other, its): &(usize, &AnyInitializer)| {
                other == size && std::ptr::eq(its, initializer)
            };
            let mut alike = 1.0;
            while parts.next_if(is_alike).is_some() {
                alike += 1.0;
            }
            block[axis] = size;
            if !groups_of(initializer, &block, times * alike, groups)? {
                return Ok(false);
            }
        }
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// The number that all values are.
pub(crate) fn constant(rule: &AnyInitializer) -> Option<f64> {
    match rule {
        AnyInitializer::Zeros => Some(0.0),
        AnyInitializer::Ones => Some(1.0),
        AnyInitializer::Constant(value) => Some(*value),
        _ => None,
    }
}

/// Skewness and kurtosis, by Simpson's rule over the density, as far out as it matters.
fn truncated_shape(law: &TruncatedNormal) -> (f64, f64) {
    const STEPS: usize = 2000;
    const FAR: f64 = 9.0;
    let (mean, std) = (law.parent_mean(), law.parent_std_dev());
    let [lower, upper] = [law.lower(), law.upper()].map(|bound| (bound - mean) / std);
    let (low, high) = (lower.max(-FAR), upper.min(FAR));
    if low >= high {
        // Bounds in one tail leave what is close to an exponential law there.
        return (2.0_f64.copysign(lower), 9.0);
    }
    let step = (high - low) / STEPS as f64;
    // Counted from the largest density, so that nothing is lost in a tail.
    let peak = 0.0_f64.clamp(low, high);
    let density = |z: f64| (0.5 * (peak * peak - z * z)).exp();
    let centre = (law.mean() - mean) / std;
    let moment = |power: i32| -> f64 {
        let term = |i: usize| {
            let z = low + step * i as f64;
            let weight = if i == 0 || i == STEPS { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
            weight * (z - centre).powi(power) * density(z)
        };
        (0..=STEPS).map(term).sum()
    };
    let variance = moment(2) / moment(0);
    (moment(3) / moment(0) / variance.powf(1.5), moment(4) / moment(0) / variance.powi(2))
}

#[cfg(test)]
mod tests {
    use super::{Expected, truncated_shape};
    use ndarray_init::ndarray::ArrayD;
    use ndarray_init::{
        AnyInitializer, Blocks, Identity, InitExt, Key, Law, Normal, TruncatedNormal, Uniform,
    };

    #[test]
    fn the_kurtosis_of_a_truncated_normal_lies_between_uniform_and_normal() {
        let kurtosis = |lower, upper| {
            truncated_shape(&TruncatedNormal::in_sigmas(1.0, 3.0, lower, upper).unwrap()).1
        };
        // Closed forms: 3 without bounds; 9/5 for bounds so close that the density is flat.
        assert!((kurtosis(-40.0, 40.0) - 3.0).abs() < 1e-6);
        assert!((kurtosis(-0.01, 0.01) - 1.8).abs() < 1e-4);
        // A half-normal's: 3 + 8 (π − 3) / (π − 2)².
        let pi = std::f64::consts::PI;
        let half = 3.0 + 8.0 * (pi - 3.0) / (pi - 2.0).powi(2);
        assert!((kurtosis(0.0, 40.0) - half).abs() < 1e-6);
    }

    #[test]
    fn the_skewness_of_a_half_normal_is_the_closed_form() {
        let skewness = |lower, upper| {
            truncated_shape(&TruncatedNormal::in_sigmas(1.0, 3.0, lower, upper).unwrap()).0
        };
        // √2 (4 − π) / (π − 2)^1.5.
        let pi = std::f64::consts::PI;
        let half = 2.0_f64.sqrt() * (4.0 - pi) / (pi - 2.0).powf(1.5);
        assert!((skewness(0.0, 40.0) - half).abs() < 1e-6);
        assert!((skewness(-40.0, 0.0) + half).abs() < 1e-6);
        assert!(skewness(-2.0, 2.0).abs() < 1e-12);
    }

    /// Rules of blocks, with the deviation that they should have where a formula says it.
    fn blocks() -> Vec<(AnyInitializer, Option<f64>)> {
        let law = |law: Law| AnyInitializer::from(law);
        let normal = |mean, std| law(Normal::new(mean, std).unwrap().into());
        let skewed = TruncatedNormal::in_sigmas(0.5, 1.0, 0.0, f64::INFINITY).unwrap();
        let uniform = law(Uniform::new(-3.0, 3.0).unwrap().into());
        vec![
            // A quarter ones, as the forget gate of an LSTM's bias.
            (
                Blocks::of(
                    0,
                    [
                        (100, AnyInitializer::Zeros),
                        (100, AnyInitializer::Ones),
                        (200, AnyInitializer::Zeros),
                    ],
                )
                .into(),
                Some((0.25_f64 * 0.75).sqrt()),
            ),
            (Blocks::equal(normal(0.5, 2.0), 1, 5).into(), Some(2.0)),
            (
                Blocks::of(0, [(399, normal(0.0, 1.0)), (1, AnyInitializer::Zeros)]).into(),
                Some((399.0_f64 / 400.0).sqrt()),
            ),
            // Means that differ, a skewed law, and blocks of blocks.
            (Blocks::of(0, [(100, normal(4.0, 1.0)), (300, law(skewed.into()))]).into(), None),
            (
                Blocks::of(
                    -2,
                    [(200, Blocks::equal(uniform, -1, 2).into()), (200, normal(-1.0, 0.1))],
                )
                .into(),
                None,
            ),
        ]
    }

    #[test]
    fn the_deviation_of_blocks_is_that_of_their_values_together() {
        for (rule, std) in blocks() {
            let expected = Expected::of(&rule, &[400, 250]).unwrap().unwrap();
            if let Some(std) = std {
                assert!((expected.std - std).abs() < 1e-12, "{rule:?}: {expected:?}");
            }
            let array = ArrayD::<f64>::init(vec![400, 250], &rule, Key::new(3)).unwrap();
            let (mean, n) = (array.mean().unwrap(), array.len() as f64);
            // Six standard errors of the mean, of a key that is fixed.
            assert!(
                (mean - expected.mean).abs() <= 6.0 * expected.std / n.sqrt(),
                "{rule:?}: {mean}"
            );
        }
    }

    /// Over so many keys, measured deviations vary by their standard error: within 15 %, three times the
    /// standard error of a deviation of 200 numbers.
    #[test]
    fn measured_deviations_vary_by_the_standard_error() {
        for (rule, _) in blocks() {
            let shape = [400, 10];
            let expected = Expected::of(&rule, &shape).unwrap().unwrap();
            let measured =
                |key| ArrayD::<f64>::init(&shape[..], &rule, Key::new(key)).unwrap().std(0.0);
            let errors = (0..200).map(|key| (measured(key) - expected.std).powi(2));
            let found = (errors.sum::<f64>() / 200.0).sqrt();
            assert!(
                (found - expected.standard_error).abs() <= 0.15 * expected.standard_error + 1e-9,
                "{rule:?}: {found}, not {expected:?}"
            );
        }
    }

    #[test]
    fn huge_and_tiny_deviations_neither_overflow_nor_vanish() {
        for std in [1e-300, 1e300] {
            let law = Normal::new(0.5 * std, std).unwrap();
            let parts = [(300, AnyInitializer::from(Law::from(law))), (100, AnyInitializer::Zeros)];
            let expected = Expected::of(&Blocks::of(0, parts).into(), &[400]).unwrap().unwrap();
            // Of 1, and of means that lie 0.125 and 0.375 from the mean of all.
            let relative = (0.75 * (1.0 + 0.125_f64.powi(2)) + 0.25 * 0.375_f64.powi(2)).sqrt();
            assert!((expected.std / std - relative).abs() < 1e-12, "{expected:?}");
            assert!((0.02..0.06).contains(&(expected.standard_error / std)), "{expected:?}");
        }
    }

    #[test]
    fn nothing_is_expected_of_values_without_a_law() {
        let unknown = Blocks::of(
            0,
            [(2, AnyInitializer::Zeros), (3, AnyInitializer::Identity(Identity::default()))],
        );
        assert!(Expected::of(&unknown.into(), &[5, 3]).unwrap().is_none());
        assert!(Expected::of(&AnyInitializer::Zeros, &[0, 3]).unwrap().is_none());
    }
}
