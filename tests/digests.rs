//! The digests that `.ci/portability` compares on other machines, on this one.

#[expect(unreachable_pub, reason = "it is a library of its own, too")]
#[path = "portability/src/lib.rs"]
mod digests;

#[test]
fn the_digests_are_the_pinned_ones() {
    let found = digests::lines().unwrap();
    let pinned = include_str!("data/digests.txt").lines();
    // Those of element types that this build has.
    let is_there = |line: &&str| match line.split(' ').nth(1) {
        Some("f16" | "bf16") => cfg!(feature = "half"),
        Some("c32" | "c64") => cfg!(feature = "complex"),
        _ => true,
    };
    assert_eq!(found, pinned.filter(is_there).collect::<Vec<_>>());
}
