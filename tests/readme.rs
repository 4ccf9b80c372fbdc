//! What the README says twice.

/// The cells of the table of initializers, without links and what only Markdown needs.
fn table(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(|line| line.trim_start_matches("//! "));
    let rows = lines.skip_while(|line| !line.starts_with("| initializer |"));
    let cell = |cell: &str| {
        let mut plain = cell.trim().replace('\\', "");
        while let Some((before, link)) = plain.split_once("](") {
            let after = link.split_once(')').expect("a link ends").1;
            plain = format!("{before}]{after}");
        }
        plain.replace("[`", "`").replace("`]", "`")
    };
    rows.take_while(|line| line.starts_with('|'))
        .map(|row| row.split('|').map(cell).collect())
        .collect()
}

#[test]
fn the_table_of_initializers_is_the_same_in_the_crates_docs() {
    let readme = table(include_str!("../README.md"));
    assert_eq!(readme, table(include_str!("../src/lib.rs")));
    assert!(readme.len() > 20, "{readme:?}");
}
