//! No value is outside of its law's bounds, in any element type: a bound that the type does not have is
//! rounded inwards, and complex elements keep to a circle.

mod common;

use common::{Listed, each_type, uniform};
use ndarray_init::ndarray::Array1;
use ndarray_init::{AnyInitializer, InitRefExt, Key, TruncatedNormal, VarianceScaling};
#[cfg(feature = "complex")]
use ndarray_init::{ComplexTruncatedNormal, Disc};

/// Values that are drawn before the next look at them.
const PIECE: usize = 1_000_000;

/// Laws with bounds that no element type has, but `f64` perhaps.
fn laws<A: Listed>() -> Vec<(AnyInitializer, [f64; 2])> {
    #[cfg(feature = "complex")]
    if A::IS_COMPLEX {
        return vec![
            (Disc::new(0.1).unwrap().into(), [0.0, 0.1]),
            (ComplexTruncatedNormal::new(0.05, 0.1).unwrap().into(), [0.0, 0.1]),
            (ComplexTruncatedNormal::new(0.3, 0.001).unwrap().into(), [0.0, 0.001]),
        ];
    }
    let he_uniform = VarianceScaling::he_uniform();
    let bound = (6.0 / PIECE as f64).sqrt();
    vec![
        (uniform(-0.05, 0.05).into(), [-0.05, 0.05]),
        (uniform(-0.3, 1.7).into(), [-0.3, 1.7]),
        (TruncatedNormal::new(0.0, 0.02, -0.04, 0.04).unwrap().into(), [-0.04, 0.04]),
        (TruncatedNormal::new(0.1, 0.7, -0.6, 1.85).unwrap().into(), [-0.6, 1.85]),
        (he_uniform.into(), [-bound, bound]),
    ]
}

/// Draws so many pieces, each under a key of its own.
fn assert_within<A: Listed>(pieces: u64) {
    let mut values = Array1::from_elem(PIECE, A::default());
    for (law, [low, high]) in laws::<A>() {
        for i in 0..pieces {
            values.fill_init(&law, Key::new(42).fork_index(i)).unwrap();
            let outside = values.iter().find(|element| {
                let [re, im] = element.parts();
                let place = if A::IS_COMPLEX { re.hypot(im) } else { re };
                !(low..=high).contains(&place)
            });
            assert_eq!(outside, None, "{law:?} as {}", A::TYPE);
        }
    }
}

#[test]
fn a_million_values_of_every_type_are_within_the_bounds() {
    each_type!(A => assert_within::<A>(1));
}

#[test]
#[ignore = "10⁸ values of each law and type: minutes in debug"]
fn a_hundred_million_values_of_every_type_are_within_the_bounds() {
    each_type!(A => assert_within::<A>(100));
}
