//! The laws, the loop over rand_distr that each is held against, and pools of threads.

use ndarray_init::ndarray::{Array1, Array2, ArrayRef, Dimension, NdFloat};
use ndarray_init::rand::SeedableRng;
use ndarray_init::rand_distr::{self, Distribution as _};
use ndarray_init::rand_xoshiro::Xoshiro256PlusPlus;
use ndarray_init::{
    Element, InitExt, InitRefExt, Key, Law, Normal, Region, TruncatedNormal, Uniform,
};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// √(6 / (784 + 256)) or so: what a dense layer asks for.
pub(crate) const BOUND: f64 = 0.076;
/// And its standard deviation.
const STD: f64 = 0.044;

/// A law to be measured.
#[derive(Clone, Copy)]
pub(crate) enum Draw {
    Uniform,
    Normal,
    /// At two sigmas, as initializers cut it.
    Truncated,
    /// From eight sigmas on.
    FarOut,
}

impl Draw {
    pub(crate) const ALL: [Self; 4] = [Self::Uniform, Self::Normal, Self::Truncated, Self::FarOut];
    /// Those that rand_distr draws, too.
    pub(crate) const USUAL: [Self; 3] = [Self::Uniform, Self::Normal, Self::Truncated];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Normal => "normal",
            Self::Truncated => "truncated",
            Self::FarOut => "far_out",
        }
    }

    pub(crate) fn law(self) -> Law {
        let truncated = |lower, upper| TruncatedNormal::in_sigmas(0.0, STD, lower, upper);
        match self {
            Self::Uniform => Uniform::new(-BOUND, BOUND).map(Law::from),
            Self::Normal => Normal::new(0.0, STD).map(Law::from),
            Self::Truncated => truncated(-2.0, 2.0).map(Law::from),
            Self::FarOut => truncated(8.0, f64::INFINITY).map(Law::from),
        }
        .expect("a law")
    }
}

/// A way to overwrite a slice.
pub(crate) type Loop<A> = Box<dyn FnMut(&mut [A]) + Send>;

/// `f32` and `f64`, and how their users draw them without this crate.
pub(crate) trait Real: Element + NdFloat {
    /// The number that memory is filled with.
    const FILLER: Self;

    /// rand_distr's loop with Xoshiro256++, for one of the usual laws.
    fn rand_distr(draw: Draw) -> Loop<Self>;
}

macro_rules! real {
    ($($float:ident)*) => {$(
        impl Real for $float {
            const FILLER: Self = 0.5;

            fn rand_distr(draw: Draw) -> Loop<Self> {
                let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
                let (bound, cut) = (BOUND as $float, 2.0 * STD as $float);
                let uniform = rand_distr::Uniform::new(-bound, bound).expect("bounds");
                let normal = rand_distr::Normal::new(0.0, STD as $float).expect("a deviation");
                match draw {
                    Draw::Uniform => Box::new(move |out| {
                        for x in out {
                            *x = uniform.sample(&mut rng);
                        }
                    }),
                    Draw::Normal => Box::new(move |out| {
                        for x in out {
                            *x = normal.sample(&mut rng);
                        }
                    }),
                    Draw::Truncated => Box::new(move |out| {
                        for x in out {
                            *x = loop {
                                let x = normal.sample(&mut rng);
                                if x.abs() <= cut {
                                    break x;
                                }
                            };
                        }
                    }),
                    Draw::FarOut => unreachable!("it would redraw a thousand million times"),
                }
            }
        }
    )*};
}
real!(f32 f64);

/// A law and keys to draw it under: a new one each time, as constructors that take a generator do,
/// so that no branch predictor learns the values.
pub(crate) struct Source {
    law: Law,
    keys: Xoshiro256PlusPlus,
}

impl Source {
    pub(crate) fn new(draw: Draw) -> Self {
        Self { law: draw.law(), keys: Xoshiro256PlusPlus::seed_from_u64(2) }
    }

    /// Fills what is there.
    pub(crate) fn fill<A: Element, D: Dimension>(&mut self, array: &mut ArrayRef<A, D>) {
        let key = Key::from_rng(&mut self.keys);
        array.fill_init(&self.law, key).expect("a law for every array");
    }

    /// Fills what is there as a part of a larger array.
    pub(crate) fn fill_part(&mut self, array: &mut Array2<f32>, region: &Region) {
        let key = Key::from_rng(&mut self.keys);
        array.fill_init_region(&self.law, key, region).expect("a law for every part");
    }

    /// A new array of n elements.
    pub(crate) fn fresh<A: Element>(&mut self, n: usize) -> Array1<A> {
        let key = Key::from_rng(&mut self.keys);
        Array1::init(n, &self.law, key).expect("a law for every array")
    }
}

/// Threads of which parallel fills may use as many.
pub(crate) fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads")
}
