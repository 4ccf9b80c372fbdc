//! Digests of what ndarray-init draws: one line for each array, to be compared between machines.
//!
//! `.ci/portability` does that, with `tests/data/digests.txt`.

#[allow(
    clippy::duplicate_mod,
    reason = "this file is part of the suite, too, which has that one already"
)]
#[path = "../../common/elements.rs"]
mod elements;
#[cfg(target_family = "wasm")]
mod wasm;

use elements::{Listed, each_type, suits};
use ndarray_init::ndarray::{Array, ArrayD, IxDyn, ShapeBuilder, s};
use ndarray_init::presets::keras::Stft;
use ndarray_init::{
    Blocks, Dirac, Element, Identity, InitError, InitExt, InitRefExt, Initializer, Key, Law,
    Layout, Normal, Region, Sparse, TruncatedNormal, Uniform, VarianceScaling,
};
#[cfg(feature = "complex")]
use ndarray_init::{
    ComplexNormal, ComplexTruncatedNormal, Disc,
    num_complex::{Complex32, Complex64},
};

const KEY: Key = Key::new(42);

/// The lines, `name type digest` each.
///
/// # Errors
/// If a law or an initializer refuses its numbers or a shape. None of these should.
pub fn lines() -> Result<Vec<String>, InitError> {
    let mut lines = Vec::new();
    each_type!(A => lines.extend(digests::<A>()?));
    #[cfg(feature = "complex")]
    {
        lines.extend(circular_digests::<Complex32>()?);
        lines.extend(circular_digests::<Complex64>()?);
    }
    Ok(lines)
}

fn laws<A: Listed>() -> Result<Vec<(&'static str, Law)>, InitError> {
    let infinity = f64::INFINITY;
    let all: [(_, Law); 9] = [
        ("uniform-symmetric", Uniform::new(-0.05, 0.05)?.into()),
        ("uniform", Uniform::new(-0.3, 1.7)?.into()),
        ("normal", Normal::new(0.0, 0.02)?.into()),
        ("normal-with-mean", Normal::new(-0.75, 0.3)?.into()),
        ("truncated", TruncatedNormal::in_sigmas(0.0, 0.05, -2.0, 2.0)?.into()),
        ("truncated-asymmetric", TruncatedNormal::in_sigmas(0.1, 0.7, -1.0, 2.5)?.into()),
        ("far", TruncatedNormal::in_sigmas(0.0, 1.0, 8.0, infinity)?.into()),
        ("far-mirrored", TruncatedNormal::in_sigmas(0.0, 1.0, -infinity, -8.0)?.into()),
        ("half-line", TruncatedNormal::in_sigmas(0.0, 1.0, 0.0, infinity)?.into()),
    ];
    Ok(all.into_iter().filter(|(_, law)| suits::<A>(law)).collect())
}

type Filling<A> = fn(&dyn Initializer<A>, Key) -> Result<ArrayD<A>, InitError>;

/// Ways to fill an array.
///
/// Words come in blocks of 1024, and 64 blocks are one task. A view whose memory order is not its
/// logical order is filled in tiles of 64 × 1024 if its lines are long enough, else element by
/// element; each of these has a filling here.
#[rustfmt::skip]
fn fillings<A: Listed>() -> [(&'static str, Filling<A>); 12] {
    [
        ("1", |law, key| new(1, law, key)),
        ("15", |law, key| new(15, law, key)),
        ("1000", |law, key| new(1000, law, key)),
        ("1025", |law, key| new(1025, law, key)),
        ("5000", |law, key| new(5000, law, key)),
        ("70000", |law, key| new(70_000, law, key)),
        ("fortran", |law, key| new((70, 300).f(), law, key)),
        ("every-2nd-column", |law, key| part_of((70, 80), |all| all.slice_mut(s![.., ..;2]).fill_init(law, key))),
        ("every-2nd-column-fortran", |law, key| {
            part_of((70, 600).f(), |all| all.slice_mut(s![.., ..;2]).fill_init(law, key))
        }),
        ("transposed", |law, key| part_of((80, 70), |all| all.view_mut().reversed_axes().fill_init(law, key))),
        ("backward", |law, key| part_of(5000, |all| all.slice_mut(s![..;-1]).fill_init(law, key))),
        ("permuted", |law, key| {
            part_of((6, 20, 15), |all| all.view_mut().permuted_axes([1, 2, 0]).fill_init(law, key))
        }),
    ]
}

fn presets() -> [(&'static str, VarianceScaling); 10] {
    macro_rules! presets {
        ($($name:ident)*) => {[$((stringify!($name), VarianceScaling::$name())),*]};
    }
    presets!(
        glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal
        xavier_uniform xavier_normal kaiming_uniform kaiming_normal
    )
}

/// Every third row of a larger array, from a place within a block on.
fn part<A: Element>() -> Result<ArrayD<A>, InitError> {
    let region = Region::new(&[1 << 20, 700], &[1_000_005, 100])?.with_steps(&[3, 1])?;
    ArrayD::init_region(IxDyn(&[20, 600]), &Normal::new(0.0, 1.0)?, KEY, &region)
}

fn line<A: Listed>(name: &str, array: &ArrayD<A>) -> String {
    format!("{name} {} {:016x}", A::TYPE, digest(array))
}

/// A line for each way to fill an array.
fn filled<A: Listed>(
    law_name: &str,
    law: &dyn Initializer<A>,
) -> impl Iterator<Item = Result<String, InitError>> {
    fillings::<A>()
        .into_iter()
        .map(move |(name, fill)| Ok(line(&format!("{law_name}/{name}"), &fill(law, KEY)?)))
}

/// The lines of one element type.
fn digests<A: Listed>() -> Result<Vec<String>, InitError> {
    let mut lines = Vec::new();
    for (name, law) in laws::<A>()? {
        lines.extend(filled::<A>(name, &law).collect::<Result<Vec<_>, _>>()?);
    }
    let mut line = |name: &str, array: ArrayD<A>| lines.push(line(name, &array));
    for (name, key) in [
        ("key-0", Key::new(0)),
        ("key-fork", KEY.fork("encoder/layer3")),
        ("key-fork-index", KEY.fork_index(7)),
        ("key-forks", KEY.fork("größer").fork("kernel").fork_index(u64::MAX)),
    ] {
        line(name, new(1000, &Normal::new(0.0, 1.0)?, key)?);
    }
    for (layout_name, layout) in [("keras", Layout::keras()), ("torch", Layout::torch())] {
        for (name, preset) in presets() {
            let preset = preset.with_layout(layout.clone());
            line(&format!("{name}/{layout_name}"), new((24, 16, 3, 5), &preset, KEY)?);
        }
    }
    let dirac = Dirac::default().with_layout(Layout::torch());
    let sparse = Sparse::new(0.3, Normal::new(0.0, 0.01)?)?;
    let stft = Stft::new("real", Some("hann"), Some("density"), false)?;
    let blocks = Blocks::equal(VarianceScaling::he_normal(), 1, 4);
    line("identity", new((30, 20), &Identity::new(0.7)?, KEY)?);
    line("dirac", new((8, 6, 3, 4), &dirac, KEY)?);
    line("sparse", new((100, 40), &sparse, KEY)?);
    line("stft", new((60, 1, 33), &stft, KEY)?);
    line("blocks", new((30, 40, 10), &blocks, KEY)?);
    line("part", part()?);
    Ok(lines)
}

/// The lines of the circular laws in one complex type.
#[cfg(feature = "complex")]
fn circular_digests<A>() -> Result<Vec<String>, InitError>
where
    A: Listed,
    ComplexNormal: Initializer<A>,
    Disc: Initializer<A>,
    ComplexTruncatedNormal: Initializer<A>,
{
    let laws: [(_, &dyn Initializer<A>); 4] = [
        ("complex-normal", &ComplexNormal::new(0.02)?),
        ("disc", &Disc::new(0.05)?),
        ("complex-truncated", &ComplexTruncatedNormal::in_sigmas(0.05, 2.0)?),
        ("complex-truncated-close", &ComplexTruncatedNormal::in_sigmas(1.0, 0.1)?),
    ];
    laws.into_iter().flat_map(|(name, law)| filled(name, law)).collect()
}

/// A new array.
fn new<A, Sh, I>(shape: Sh, initializer: &I, key: Key) -> Result<ArrayD<A>, InitError>
where
    A: Element,
    Sh: ShapeBuilder,
    I: Initializer<A> + ?Sized,
{
    Ok(Array::init(shape, initializer, key)?.into_dyn())
}

/// An array of zeros, of which a part is then filled in place. The digest is that of the whole
/// array: the rest must still be zero.
fn part_of<A, Sh>(
    shape: Sh,
    fill: impl Fn(&mut Array<A, Sh::Dim>) -> Result<(), InitError>,
) -> Result<ArrayD<A>, InitError>
where
    A: Listed,
    Sh: ShapeBuilder,
{
    let mut all = Array::from_elem(shape, A::default());
    fill(&mut all)?;
    Ok(all.into_dyn())
}

/// 64-bit FNV-1a (Fowler, Noll & Vo) over the elements' bits, little end first, in row-major order.
fn digest<A: Listed>(array: &ArrayD<A>) -> u64 {
    let bytes = array.iter().flat_map(|&element| {
        let bits = element.bits().to_le_bytes();
        bits.into_iter().take(size_of::<A>())
    });
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}
