//! What an array's values are derived from. Knows nothing of arrays or laws.

use rand_xoshiro::rand_core::RngCore;

/// 2⁶⁴ divided by the golden ratio, the increment of SplitMix64.
pub(crate) const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The seed of one array's stream of random words.
///
/// Equal keys give equal values; keys forked from one parent under different names or indices
/// give unrelated ones. So a network needs one key, and each parameter forks its own by name: no
/// two parameters share their weights, and adding one leaves the others as they were.
///
/// ```
/// use ndarray_init::Key;
///
/// let model = Key::new(42);
/// let layer = model.fork("encoder/layer3");
/// assert_ne!(layer.fork("kernel"), layer.fork("bias"));
/// assert_eq!(layer.fork_index(7), model.fork("encoder/layer3").fork_index(7));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

    /// The key as a number, for logs and checkpoints.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The key of the stream that holds the low halves of 64-bit words.
    pub(crate) const fn low_half(self) -> Self {
        self.child(GAMMA)
    }

    const fn child(self, label: u64) -> Self {
        Self(mix64(self.0 ^ label))
    }
}

/// The output function of SplitMix64 (Steele, Lea & Flood 2014, with Stafford's variant 13).
#[inline]
pub(crate) const fn mix64(mut z: u64) -> u64 {
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
