//! The digests that `.ci/portability` compares on other machines, on this one.

#[expect(unreachable_pub, reason = "it is a library of its own, too")]
#[path = "portability/src/lib.rs"]
mod portability;

#[test]
fn the_digests_are_the_pinned_ones() {
    let found = portability::lines().unwrap();
    let mut pinned: Vec<_> = include_str!("data/digests.txt").lines().collect();
    if cfg!(not(feature = "half")) {
        pinned.retain(|line| !line.contains("f16 "));
    }
    if cfg!(not(feature = "complex")) {
        pinned.retain(|line| !line.contains(" c"));
    }
    assert_eq!(found, pinned);
}
