//! The digests that `.ci/portability` compares on other machines, on this one.

#[expect(unreachable_pub, reason = "it is a library of its own, too")]
#[path = "portability/src/lib.rs"]
mod digests;

#[test]
fn the_digests_are_the_pinned_ones() {
    let found = digests::lines().unwrap();
    let pinned: Vec<_> = include_str!("data/digests.txt").lines().collect();
    assert_eq!(found, pinned);
}
