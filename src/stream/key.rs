//! Keys: the seeds of arrays.

use rand_xoshiro::rand_core::RngCore;
use std::fmt;

/// 2⁶⁴ divided by the golden ratio, the increment of SplitMix64.
pub(super) const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The ASCII bytes of "ndarray!". Without this salt, lane 0 of key 0 would be `seed_from_u64(0)`.
const SALT: u64 = 0x6E64_6172_7261_7921;

/// The seed of one array's stream of random words.
///
/// Equal keys give equal values. Keys forked from one parent under different names or indices give
/// unrelated values. So a network needs one key, from which each parameter's key is forked by name: no
/// two parameters share their weights, and a new parameter leaves the others as they were.
///
/// ```
/// use ndarray_init::Key;
///
/// let model = Key::new(42);
/// let layer = model.fork("encoder/layer3");
/// assert_ne!(layer.fork("kernel"), layer.fork("bias"));
/// assert_eq!(layer.fork_index(7), model.fork("encoder/layer3").fork_index(7));
/// ```
///
/// A function that takes a key takes a `u64` or a generator, too ([`KeySource`]). [`Key::from_rng`] draws a key
/// to be stored.
///
/// `Display` writes the key's number. With the feature `serde`, a configuration holds this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use]
pub struct Key(u64);

impl Key {
    /// The key with this number, say a seed from the command line.
    pub const fn new(key: u64) -> Self {
        Self(key)
    }

    /// A key drawn from a generator, by exactly one `next_u64`.
    pub fn from_rng<R: RngCore + ?Sized>(rng: &mut R) -> Self {
        Self(rng.next_u64())
    }

    /// The key of a named child: `mix64(k ^ mix64(fnv1a64(name) + GAMMA))`.
    ///
    /// A name is its UTF-8 bytes; `fork("a/b")` is not `fork("a").fork("b")`.
    pub const fn fork(self, name: &str) -> Self {
        self.child(mix64(fnv1a64(name.as_bytes()).wrapping_add(GAMMA)))
    }

    /// The key of a numbered child: `mix64(k ^ mix64(index + 2·GAMMA))`.
    pub const fn fork_index(self, index: u64) -> Self {
        self.child(mix64(index.wrapping_add(GAMMA.wrapping_mul(2))))
    }

    /// The key of part i of an array that draws several streams: `mix64(k ^ mix64(i + 3·GAMMA))`. `fork` returns
    /// this key for no name, and `fork_index` for no index in use.
    pub(crate) const fn part(self, i: u64) -> Self {
        self.child(mix64(i.wrapping_add(GAMMA.wrapping_mul(3))))
    }

    /// The key as a number, for logs and checkpoints.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The state of `SplitMix64` that the lanes of this key are seeded from. Mixing makes keys with an arithmetic
    /// relation, such as multiples of GAMMA, share nothing. The salt is needed since `mix64(0)` is 0.
    pub(super) const fn origin(self) -> u64 {
        mix64(self.0 ^ SALT)
    }

    /// The keys of the streams that an element's 32-bit words come from. Each word of the element has a high half
    /// and, if words are wide, a low half. The order is high, low of the first word, then of the second word,
    /// without the halves that the element lacks; this key fills the unused places.
    pub(crate) const fn streams(self, is_wide: bool, is_complex: bool) -> [Self; 4] {
        let (low, second) = (self.child(GAMMA), self.child(GAMMA.wrapping_mul(2)));
        match (is_wide, is_complex) {
            (false, false) => [self; 4],
            (true, false) => [self, low, self, self],
            (false, true) => [self, second, self, self],
            (true, true) => [self, low, second, second.child(GAMMA)],
        }
    }

    const fn child(self, label: u64) -> Self {
        Self(mix64(self.0 ^ label))
    }
}

impl From<u64> for Key {
    fn from(key: u64) -> Self {
        Self::new(key)
    }
}

impl<R: RngCore + ?Sized> From<&mut R> for Key {
    fn from(rng: &mut R) -> Self {
        Self::from_rng(rng)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A key, or something that gives one: a `u64`, or a generator of rand 0.9, of which exactly one `next_u64`
/// is taken.
///
/// ```
/// use ndarray_init::ndarray::Array2;
/// use ndarray_init::{InitExt, Key, Normal, rand::SeedableRng, rand_xoshiro::Xoshiro256PlusPlus};
///
/// let normal = Normal::new(0.0, 0.02)?;
/// let mut rng = Xoshiro256PlusPlus::seed_from_u64(42);
/// let seeded = Array2::<f32>::init((784, 256), &normal, 42)?;
/// let drawn = Array2::<f32>::init((784, 256), &normal, &mut rng)?;
/// let named = Array2::<f32>::init((784, 256), &normal, Key::new(42).fork("dense"))?;
/// # assert!(drawn != named && seeded != named);
/// # Ok::<(), ndarray_init::InitError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no key",
    label = "neither a key, nor a `u64`, nor a `&mut` of a generator of rand 0.9",
    note = "constructors named after presets take `&mut rng` alone; with a seed or a key, write \
            `Array::init(shape, &VarianceScaling::he_normal(), 42)`",
    note = "rand 0.9 is re-exported as `ndarray_init::rand`; for a generator of another version, make the \
            key yourself: `Key::new(rng.next_u64())`"
)]
pub trait KeySource: Into<Key> {
    /// The key.
    fn into_key(self) -> Key {
        self.into()
    }
}

impl KeySource for Key {}
impl KeySource for u64 {}
impl<R: RngCore + ?Sized> KeySource for &mut R {}

/// The output function of SplitMix64 (Steele, Lea & Flood 2014, with Stafford's variant 13).
pub(super) const fn mix64(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The 64-bit FNV-1a hash (Fowler, Noll & Vo).
const fn fnv1a64(bytes: &[u8]) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01B3);
        i += 1;
    }
    hash
}
