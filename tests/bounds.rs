//! No value is outside of its law's bounds, in any element type: a bound that the type does not have is
//! rounded inwards, and complex elements keep to a circle.

use crate::common::{Listed, each_type, uniform};
use ndarray_init::ndarray::Array1;
#[cfg(feature = "complex")]
use ndarray_init::{
    ComplexTruncatedNormal, Disc, Element,
    num_complex::{Complex, Complex32, Complex64},
};
use ndarray_init::{InitRefExt, Initializer, Key, TruncatedNormal, VarianceScaling};

/// Values that are drawn before the next look at them: fewer in debug, where they take long.
const PIECE: usize = 250_000;

/// A law with its bounds; those of a circular one are bounds of the modulus.
type Bounded<A> = (Box<dyn Initializer<A>>, [f64; 2]);

/// Laws with bounds that no element type has, but `f64` perhaps.
fn laws<A: Listed>() -> Vec<Bounded<A>> {
    if A::HAS_PARTS {
        return Vec::new();
    }
    // By the contract, the bound of a symmetric uniform law is the nearest number of `f32`.
    let symmetric = |bound: f64| {
        let bound = if A::TYPE == "f32" { f64::from(bound as f32) } else { bound };
        [-bound, bound]
    };
    let truncated = |mean, std, low, high| {
        Box::new(TruncatedNormal::new(mean, std, low, high).unwrap()) as Box<dyn Initializer<A>>
    };
    vec![
        (Box::new(uniform(-0.05, 0.05)), symmetric(0.05)),
        (Box::new(uniform(-0.3, 1.7)), [-0.3, 1.7]),
        (truncated(0.0, 0.02, -0.04, 0.04), [-0.04, 0.04]),
        (truncated(0.1, 0.7, -0.6, 1.85), [-0.6, 1.85]),
        (Box::new(VarianceScaling::he_uniform()), symmetric((6.0 / PIECE as f64).sqrt())),
    ]
}

#[cfg(feature = "complex")]
fn circular_laws<T>() -> Vec<Bounded<Complex<T>>>
where
    Complex<T>: Element,
{
    let cut = |std, bound| ComplexTruncatedNormal::new(std, bound).unwrap();
    let mut laws: Vec<Bounded<Complex<T>>> =
        vec![(Box::new(cut(0.05, 0.1)), [0.0, 0.1]), (Box::new(cut(0.3, 0.001)), [0.0, 0.001])];
    // From the least normal number of f32 to almost its greatest.
    for radius in [1.1754944e-38, 0.1, 0.7, 1.0, 3.4e38] {
        laws.push((Box::new(Disc::new(radius).unwrap()), [0.0, radius]));
        laws.push((Box::new(cut(radius, radius)), [0.0, radius]));
    }
    laws
}

/// Draws so many pieces, each under a key of its own.
fn assert_within<A: Listed>(laws: Vec<Bounded<A>>, pieces: u64) {
    let mut values = Array1::from_elem(PIECE, A::default());
    for (law, [low, high]) in laws {
        for i in 0..pieces {
            values.fill_init(&law, Key::new(42).fork_index(i)).unwrap();
            let outside = values.iter().find(|element| {
                let [re, im] = element.parts();
                let place = if A::HAS_PARTS { re.hypot(im) } else { re };
                !(low..=high).contains(&place)
            });
            assert_eq!(outside, None, "on [{low}, {high}] as {}", A::TYPE);
        }
    }
}

fn assert_all_within(pieces: u64) {
    each_type!(A => assert_within::<A>(laws(), pieces));
    #[cfg(feature = "complex")]
    {
        assert_within::<Complex32>(circular_laws(), pieces);
        assert_within::<Complex64>(circular_laws(), pieces);
    }
}

#[test]
fn values_of_every_type_are_within_the_bounds() {
    assert_all_within(1);
}

#[test]
#[ignore = "10⁸ values of each law and type: `.ci/release long_tests`"]
fn a_hundred_million_values_of_every_type_are_within_the_bounds() {
    assert_all_within(400);
}
