//! Uses of the public types: threads, names, keys, pointers, getters and generic code.

use crate::common::{Counting, assert_same_bits, normal, uniform};
use ndarray_init::ndarray::{Array1, Array2, ArrayRef2, Dim, array};
use ndarray_init::presets::{jax, keras};
use ndarray_init::rand::RngCore;
use ndarray_init::{
    Activation, AnyInitializer, AxisRole, Blocks, Center, Constant, DeltaOrthogonal, Dirac,
    Distribution, Element, Explanation, FanMode, Fans, Identity, InitError, InitExt, InitRefExt,
    Initializer, Key, KeySource, Law, Layout, Mup, MupRole, MupScaling, Nonlinearity, Normal, Ones,
    Orthogonal, Siren, Sparse, TorchDefault, TruncatedNormal, Uniform, Values, VarianceScaling,
    Zeros,
};
use std::fmt::{Debug, Display};
use std::str::FromStr;
use std::sync::Arc;

const KEY: Key = Key::new(7);

// --- types --------------------------------------------------------------------------------------

macro_rules! all_are_send_sync_and_debug {
    ($($type:ty,)*) => {
        const fn check<T: Send + Sync + Debug>() {}
        const _: () = { $(check::<$type>();)* };
    };
}
all_are_send_sync_and_debug! {
    Activation, AnyInitializer, AxisRole, Blocks<AnyInitializer>, Center, Constant<f32>,
    Constant<f64>, Dirac, Distribution, Explanation, FanMode, Fans, Identity, InitError, Key, Law,
    Layout, Mup, MupRole, MupScaling, Nonlinearity, Normal, Ones, Siren, Sparse,
    keras::Stft, TorchDefault, TruncatedNormal, Uniform, Values<f32>, Values<f64>,
    VarianceScaling, Zeros, jax::Axes, DeltaOrthogonal, Orthogonal,
}

// --- names --------------------------------------------------------------------------------------

#[test]
fn modes_and_distributions_have_the_names_of_the_frameworks() {
    #[track_caller]
    fn check<T>(value: T, name: &str)
    where
        T: Copy + PartialEq + Debug + Display + FromStr<Err = InitError>,
    {
        assert_eq!(value.to_string(), name);
        assert_eq!(name.parse::<T>(), Ok(value));
    }
    check(FanMode::FanIn, "fan_in");
    check(FanMode::FanOut, "fan_out");
    check(FanMode::FanAvg, "fan_avg");
    check(FanMode::FanGeoAvg, "fan_geo_avg");
    check(Distribution::TruncatedNormal, "truncated_normal");
    check(Distribution::UntruncatedNormal, "untruncated_normal");
    check(Distribution::Uniform, "uniform");
}

const SHOWN: &str =
    "variance_scaling(scale 2, fan_geo_avg, truncated_normal at ±3 sigmas, torch, 2 groups)";

#[test]
fn layouts_scalings_and_laws_are_shown_in_one_line() -> Result<(), InitError> {
    let torch = Layout::torch;
    let he = VarianceScaling::he_normal;
    let three = he().with_cut(3.0)?.with_layout(torch().groups(2)).with_mode(FanMode::FanGeoAvg);
    // So many digits that bounds can be told apart.
    let (low, high) = (1.0 + 2.0_f64.powi(-40), 1.0 + 2.0_f64.powi(-39));
    let narrow = TruncatedNormal::new(1.0, 0.5, low, high)?;
    let shown: [(&dyn Display, &str); 16] = [
        (&Layout::default(), "keras"),
        (&torch(), "torch"),
        (&Layout::depthwise(), "depthwise"),
        (&Layout::axes(&[0], &[1, -1]), "axes [0] to [1, -1]"),
        (&Layout::einsum("btd,dhk->bthk")?, "einsum btd,dhk->bthk"),
        (&Layout::keras().batch(&[0, -3]), "keras, batch [0, -3]"),
        (&torch().transposed().groups(4), "torch, transposed, 4 groups"),
        (&torch().batch(&[0]).transposed().groups(2), "torch, batch [0], transposed, 2 groups"),
        (&torch().transposed().transposed().groups(1), "torch"),
        (&he(), "variance_scaling(scale 2, fan_in, truncated_normal, keras)"),
        (&three, SHOWN),
        (&uniform(-0.5, 0.25), "U[-0.5, 0.25]"),
        (&uniform(f64::MIN, f64::MAX), "U[-1.7976931348623157e308, 1.7976931348623157e308]"),
        (&uniform(1.0, 1.0 + f64::EPSILON), "U[1, 1.0000000000000002]"),
        (&uniform(low, high), "U[1.000000000001, 1.000000000002]"),
        (&narrow, "N(1, 0.5²) on [1.000000000001, 1.000000000002]"),
    ];
    for (value, text) in shown {
        assert_eq!(value.to_string(), text);
    }
    Ok(())
}

// --- keys ---------------------------------------------------------------------------------------

#[test]
fn a_key_is_shown_as_its_number_and_made_from_it() {
    for number in [0, 42, u64::MAX] {
        assert_eq!(Key::new(number).to_string(), number.to_string());
        assert_eq!(format!("{:>22}", Key::new(number)), format!("{number:>22}"));
        assert_eq!(Key::from(number), Key::new(number));
        assert_eq!(Key::from(number).as_u64(), number);
    }
}

#[test]
fn a_key_takes_one_double_word_of_any_generator() {
    let (mut rng, mut other) = (Counting::new(1), Counting::new(1));
    let mut keys = vec![Key::from(&mut rng), (&mut rng).into_key(), Key::from_rng(&mut rng)];
    assert_eq!((rng.words, rng.double_words), (0, 3), "next_u32 and next_u64");
    // Behind a pointer, too.
    let object: &mut dyn RngCore = &mut rng;
    keys.extend([Key::from(&mut *object), Key::from_rng(object)]);
    let mut boxed: Box<dyn RngCore> = Box::new(rng);
    keys.extend([Key::from(&mut boxed), Key::from(&mut *boxed)]);
    let kernel = Array1::<f32>::he_normal(5, &mut boxed);
    assert_eq!(keys, [(); 7].map(|()| Key::new(other.next_u64())));
    assert_eq!(kernel, Array1::<f32>::he_normal(5, &mut other));
}

/// A layer whose parameters draw their keys one after the other.
fn layer<R: RngCore + ?Sized>(rng: &mut R) -> [Array2<f32>; 3] {
    let kernel = Array2::glorot_uniform((3, 4), rng);
    let other = Array2::variance_scaling((4, 5), VarianceScaling::he_uniform(), rng).unwrap();
    let mut third = Array2::init((2, 2), &normal(0.0, 1.0), &mut *rng).unwrap();
    third.fill_init(&normal(0.0, 1.0), rng).unwrap();
    [kernel, other, third]
}

#[test]
fn a_generic_function_can_pass_its_generator_on_more_than_once() {
    let mut rng = Counting::new(1);
    let layers = [layer(&mut rng), layer(&mut rng)];
    assert_eq!((rng.words, rng.double_words), (0, 8));
    assert_ne!(layers[0], layers[1]);

    let mut rng = Counting::new(1);
    let rng: &mut dyn RngCore = &mut rng;
    assert_eq!([layer(rng), layer(rng)], layers);
}

/// A source of keys that is neither a generator nor a seed.
struct Named(&'static str);

impl From<Named> for Key {
    fn from(Named(name): Named) -> Self {
        KEY.fork(name)
    }
}

impl KeySource for Named {}

#[test]
fn a_seed_and_a_type_of_the_users_can_be_a_source_of_keys() {
    let init = |key: Key| Array2::<f32>::init((3, 4), &normal(0.0, 1.0), key).unwrap();
    let seeded = Array2::<f32>::init((3, 4), &normal(0.0, 1.0), 42).unwrap();
    assert_eq!(seeded, init(Key::new(42)));
    let mut filled = Array2::<f32>::zeros((3, 4));
    filled.fill_init(&normal(0.0, 1.0), 42).unwrap();
    assert_eq!(filled, seeded);
    let named = Array2::<f32>::init((3, 4), &normal(0.0, 1.0), Named("dense")).unwrap();
    assert_eq!(named, init(KEY.fork("dense")));
}

/// All names of the crate, with a name of rand beside them, of which the crate has the same.
mod everything {
    use ndarray_init::*;
    use rand::{Rng, SeedableRng};

    #[test]
    fn the_crate_can_be_imported_whole_beside_rand() {
        let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(1);
        assert_ne!(rng.random::<u64>(), rng.random::<u64>());
        assert_eq!(ndarray::Array1::<f32>::he_normal(3, &mut rng).len(), 3);
    }
}

// --- pointers -----------------------------------------------------------------------------------

#[track_caller]
fn assert_same_array(initializer: &(impl Initializer<f32> + ?Sized), expected: &Array2<f32>) {
    let new = Array2::init(expected.dim(), initializer, KEY).unwrap();
    assert_same_bits(&new, expected, "new");
    let mut filled = Array2::from_elem(expected.dim(), 12_345.0);
    filled.fill_init(initializer, KEY).unwrap();
    assert_same_bits(&filled, expected, "filled");
}

/// That every pointer to the initializer is one, too.
#[track_caller]
fn assert_pointers<I: Initializer<f32> + Clone + 'static>(initializer: &I) {
    let expected = Array2::<f32>::init((6, 4), initializer, KEY).unwrap();
    let object: &dyn Initializer<f32> = initializer;
    let boxed: Box<dyn Initializer<f32>> = Box::new(initializer.clone());
    let shared: Arc<dyn Initializer<f32>> = Arc::new(initializer.clone());
    let (own, atomic) = (Box::new(initializer.clone()), Arc::new(initializer.clone()));
    let twice = Box::new(Arc::clone(&shared));
    let pointers: [&dyn Initializer<f32>; 10] =
        [object, &object, &initializer, &own, &atomic, &*boxed, &boxed, &*shared, &shared, &twice];
    for pointer in pointers {
        assert_same_array(pointer, &expected);
    }
    let blocks = Array2::<f32>::init((12, 4), &Blocks::equal(shared, 0, 2), KEY).unwrap();
    let direct = Array2::<f32>::init((12, 4), &Blocks::equal(initializer, 0, 2), KEY).unwrap();
    assert_same_bits(&blocks, &direct, "blocks");
}

#[test]
fn a_pointer_to_an_initializer_is_one() {
    assert_pointers(&VarianceScaling::he_normal());
    assert_pointers(&normal(0.0, 0.02));
    assert_pointers(&Identity::default());
    assert_pointers(&Constant(0.5_f32));
    assert_pointers(&AnyInitializer::from(Sparse::normal(0.5, 1.0).unwrap()));
    assert_pointers(&array![1.0_f32, 2.0, 3.0, 4.0]);
    assert_pointers(&array![[1.0_f32, 2.0, 3.0, 4.0]].into_shared());
}

#[test]
fn arrays_views_and_references_to_arrays_are_initializers() {
    let whole = Array2::from_shape_fn((4, 3), |(i, j)| (3 * i + j) as f32);
    let reference: &ArrayRef2<f32> = &whole;
    assert_same_array(reference, &whole);
    assert_same_array(&whole.view(), &whole);
    let expected = Array2::from_shape_fn((2, 3), |(_, j)| j as f32);
    assert_same_array(&whole.row(0), &expected);
}

// --- getters ------------------------------------------------------------------------------------

#[test]
fn a_law_has_the_numbers_that_it_was_made_of() -> Result<(), InitError> {
    let law = uniform(-0.25, 0.75);
    assert_eq!((law.low(), law.high(), law.mean()), (-0.25, 0.75, 0.25));
    let law = normal(-0.5, 0.02);
    assert_eq!((law.mean(), law.std_dev()), (-0.5, 0.02));
    for (law, bounds) in [
        (TruncatedNormal::new(0.5, 2.0, -1.0, f64::INFINITY)?, (-1.0, f64::INFINITY)),
        (TruncatedNormal::in_sigmas(0.5, 2.0, -1.0, 3.0)?, (-1.5, 6.5)),
    ] {
        assert_eq!((law.lower(), law.upper()), bounds);
        assert_eq!((law.parent_mean(), law.parent_std_dev()), (0.5, 2.0));
        assert_eq!((Law::from(law).mean(), Law::from(law).std_dev()), (law.mean(), law.std_dev()));
    }
    Ok(())
}

#[test]
fn a_scaling_has_what_it_was_given() -> Result<(), InitError> {
    let layout = Layout::torch().batch(&[0]).batch(&[-1]).transposed().groups(4);
    let of = |layout: &Layout| {
        (layout.batch_axes().to_vec(), layout.is_transposed(), layout.group_count())
    };
    assert_eq!([of(&layout), of(&Layout::keras())], [(vec![0, -1], true, 4), (vec![], false, 1)]);

    let of = |scaling: &VarianceScaling| {
        (scaling.scale(), scaling.mode(), scaling.distribution(), scaling.layout().clone())
    };
    let keras = Layout::keras();
    let kernel = VarianceScaling::new(3.0, FanMode::FanOut, Distribution::Uniform)?;
    assert_eq!(of(&kernel), (3.0, FanMode::FanOut, Distribution::Uniform, keras.clone()));
    let other = kernel.clone().with_gain(2.0)?.with_mode(FanMode::FanAvg);
    let other = other.with_distribution(Distribution::TruncatedNormal).with_layout(layout.clone());
    let expected = (12.0, FanMode::FanAvg, Distribution::TruncatedNormal, layout.clone());
    assert_eq!(of(&other), expected);
    let explanation = kernel.explain(&[8, 4])?;
    assert_eq!((explanation.configuration(), explanation.shape()), (&kernel, &[8, 4][..]));

    let mup = Mup::new(1024, 256)?;
    assert_eq!((mup.width_multiplier(), mup.has_multipliers()), (4.0, true));
    let mup = mup.without_multipliers();
    assert_eq!((mup.width_multiplier(), mup.has_multipliers()), (4.0, false));
    let scaling = mup.scaling(MupRole::Output, kernel.clone());
    assert_eq!((scaling.mup(), scaling.role(), scaling.base()), (mup, MupRole::Output, &kernel));
    assert_eq!(scaling.with_layout(layout.clone()).base().layout(), &layout);

    assert_eq!((Siren::first().omega_0(), Siren::first().layout()), (None, &keras));
    let later = Siren::later(20.0)?.with_layout(layout.clone());
    assert_eq!((later.omega_0(), later.layout()), (Some(20.0), &layout));
    assert_eq!(TorchDefault::new().layout(), &Layout::torch());
    assert_eq!(TorchDefault::new().with_layout(keras.clone()).layout(), &keras);
    Ok(())
}

#[test]
fn a_structure_has_what_it_was_given() -> Result<(), InitError> {
    let (keras, torch) = (Layout::keras(), Layout::torch());
    assert_eq!((Identity::default().gain(), Identity::new(0.5)?.gain()), (1.0, 0.5));
    let dirac = Dirac::default();
    assert_eq!((dirac.layout(), dirac.center()), (&keras, Center::Upper));
    let dirac = dirac.with_layout(Layout::torch()).with_center(Center::Lower);
    assert_eq!((dirac.layout(), dirac.center()), (&torch, Center::Lower));
    let sparse = Sparse::new(0.1, uniform(0.0, 1.0))?;
    assert_eq!((sparse.sparsity(), sparse.law()), (0.1, uniform(0.0, 1.0).into()));
    assert_eq!(Sparse::normal(0.1, 0.01)?.law(), normal(0.0, 0.01).into());
    let matrices = [Orthogonal::default(), Orthogonal::new(2.0)?.with_layout(Layout::torch())];
    assert_eq!(matrices.each_ref().map(|q| (q.gain(), q.layout())), [(1.0, &keras), (2.0, &torch)]);
    let kernels =
        [DeltaOrthogonal::default(), DeltaOrthogonal::new(2.0)?.with_layout(Layout::torch())];
    assert_eq!(kernels.each_ref().map(|q| (q.gain(), q.layout())), [(1.0, &keras), (2.0, &torch)]);

    let (half, more) = (Constant(0.5), Constant(1.5));
    for (blocks, axis, initializers) in [
        (Blocks::equal(half, -1, 3), -1, vec![&half]),
        (Blocks::sizes(half, 1, &[1, 2]), 1, vec![&half; 2]),
        (Blocks::of(0, [(1, half), (2, more)]), 0, vec![&half, &more]),
    ] {
        let found = blocks.initializers().collect::<Vec<_>>();
        assert_eq!((blocks.axis(), found), (axis, initializers));
    }
    Ok(())
}

// --- generic code -------------------------------------------------------------------------------

/// A trait of numbers with the names that the crate uses for its own.
trait Number: Copy {
    const ZERO: Self;
    fn from_f64(value: f64) -> Self;
    fn is_negative(self) -> bool;
    fn clamp_to(self, low: Self, high: Self) -> Self;
}

impl Number for f32 {
    const ZERO: Self = 0.0;

    fn from_f64(value: f64) -> Self {
        value as f32
    }

    fn is_negative(self) -> bool {
        self < 0.0
    }

    fn clamp_to(self, low: Self, high: Self) -> Self {
        self.clamp(low, high)
    }
}

#[test]
fn generic_code_has_the_operations_of_its_own_trait() {
    fn check<A: Element + Number>() {
        let weights = Array2::<A>::init((20, 30), &normal(0.0, 1.0), KEY).unwrap();
        let held = weights.mapv(|w| w.clamp_to(A::ZERO, A::from_f64(0.5)));
        assert!(weights.iter().any(|w| w.is_negative()));
        assert!(!held.iter().any(|w| w.is_negative()));
    }
    check::<f32>();
}

/// An initializer of the user's own that is generic over elements.
struct Filled<A>(A);

impl<A: Element> Initializer<A> for Filled<A> {
    fn values(&self, _: &[usize], _: Key) -> Result<Values<A>, InitError> {
        Ok(Values::constant(self.0))
    }
}

#[test]
fn generic_code_can_be_generic_over_arrays_too() -> Result<(), InitError> {
    fn made<T: InitExt<Elem: Element>>(shape: T::Dim, value: T::Elem) -> Result<T, InitError> {
        T::init(shape, &Filled(value), KEY)
    }
    let array: Array1<f32> = made(Dim(3), 0.5)?;
    assert_eq!(array, array![0.5, 0.5, 0.5]);
    Ok(())
}
