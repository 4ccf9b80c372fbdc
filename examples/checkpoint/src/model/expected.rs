//! The mean and the standard deviation that a tensor's values should have, by their laws.

use ndarray_init::{AnyInitializer, InitError};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) mean: f64,
    pub(crate) std: f64,
}

impl Expected {
    /// Of an array of this shape; none if its values are neither drawn nor constant, or if there are
    /// none.
    pub(crate) fn of(rule: &AnyInitializer, shape: &[usize]) -> Result<Option<Self>, InitError> {
        if shape.contains(&0) {
            return Ok(None);
        }
        if let Some(mean) = constant(rule) {
            return Ok(Some(Self { mean, std: 0.0 }));
        }
        if let Some(law) = rule.law(shape)? {
            return Ok(Some(Self { mean: law.mean(), std: law.std_dev() }));
        }
        if let AnyInitializer::Transformed(law) = rule {
            return Ok(Some(Self { mean: law.mean(), std: law.std_dev() }));
        }
        let AnyInitializer::Blocks(blocks) = rule else { return Ok(None) };
        let axis = blocks.axis().rem_euclid(shape.len() as isize) as usize;
        let mut block = shape.to_vec();
        let (mut all, mut count) = (Self { mean: 0.0, std: 0.0 }, 0.0);
        for (size, initializer) in blocks.parts(shape)? {
            if size == 0 {
                continue;
            }
            block[axis] = size;
            let Some(part) = Self::of(initializer, &block)? else { return Ok(None) };
            all = all.with(count, part, size as f64);
            count += size as f64;
        }
        Ok(Some(all))
    }

    /// So many values of this law, and so many of another one.
    fn with(self, count: f64, other: Self, others: f64) -> Self {
        let share = others / (count + others);
        let distance = other.mean - self.mean;
        // By hypotenuses, since squares could overflow or vanish.
        let within = ((1.0 - share).sqrt() * self.std).hypot(share.sqrt() * other.std);
        let between = (share * (1.0 - share)).sqrt() * distance;
        Self { mean: self.mean + share * distance, std: within.hypot(between) }
    }
}

/// The number that all values are.
pub(super) fn constant(rule: &AnyInitializer) -> Option<f64> {
    match rule {
        AnyInitializer::Zeros => Some(0.0),
        AnyInitializer::Ones => Some(1.0),
        AnyInitializer::Constant(value) => Some(*value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Expected;
    use ndarray_init::ndarray::ArrayD;
    use ndarray_init::{
        AnyInitializer, Blocks, Identity, InitExt, Key, Normal, Ones, Step, Transformed,
        TruncatedNormal, Uniform, Zeros,
    };

    /// Means that differ, skewed laws, and blocks of blocks: six standard errors of 10⁵ values.
    #[test]
    fn blocks_are_expected_to_measure_what_their_values_do() {
        let skewed = TruncatedNormal::in_sigmas(0.5, 1.0, 0.0, f64::INFINITY).unwrap();
        let halves: AnyInitializer = Blocks::equal(Uniform::new(-3.0, 3.0).unwrap(), -1, 2).into();
        let logs = Uniform::new(-3.0, 1.0).unwrap();
        let exponentials = Transformed::new(logs, &[Step::Exp]).unwrap();
        let parts: [(usize, AnyInitializer); 5] = [
            (100, skewed.into()),
            (100, halves),
            (1, Zeros.into()),
            (99, Ones.into()),
            (100, exponentials.into()),
        ];
        let rule = Blocks::of(-2, parts).into();
        let expected = Expected::of(&rule, &[400, 250]).unwrap().unwrap();
        let array = ArrayD::<f64>::init(vec![400, 250], &rule, Key::new(3)).unwrap();
        let error = 6.0 * expected.std / (array.len() as f64).sqrt();
        assert!((array.mean().unwrap() - expected.mean).abs() < error, "{expected:?}");
        assert!((array.std(0.0) - expected.std).abs() < error, "{expected:?}");
    }

    #[test]
    fn huge_and_tiny_deviations_neither_overflow_nor_vanish() {
        for std in [1e-300, 1e300] {
            let law = Normal::new(0.5 * std, std).unwrap();
            let parts = [(300, AnyInitializer::from(law)), (100, AnyInitializer::Zeros)];
            let expected = Expected::of(&Blocks::of(0, parts).into(), &[400]).unwrap().unwrap();
            // Three quarters of variance 1; means that lie 0.5 apart.
            let relative = (0.75 + 0.75 * 0.25 * 0.25_f64).sqrt();
            assert!((expected.std / std - relative).abs() < 1e-12, "{expected:?}");
        }
    }

    #[test]
    fn nothing_is_expected_of_values_without_a_law() {
        let parts = [(2, AnyInitializer::Zeros), (3, Identity::default().into())];
        assert!(Expected::of(&Blocks::of(0, parts).into(), &[5, 3]).unwrap().is_none());
        assert!(Expected::of(&AnyInitializer::Zeros, &[0, 3]).unwrap().is_none());
    }
}
