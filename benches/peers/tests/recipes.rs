//! The guide's recipe for tensors, which the crate itself cannot compile: it knows no candle and no burn.

#[test]
fn the_recipe_for_tensors_is_the_example() {
    let recipes = include_str!("../../../docs/guide/recipes.md");
    let example = include_str!("../examples/tensors.rs");
    let (_, code) = example.split_once("\n\n").expect("a line of documentation comes first");
    assert!(recipes.contains(&format!("```text\n{code}```\n")), "copy the example anew");
}
