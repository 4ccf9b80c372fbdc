//! Entries that are equal but for their names, in one line.

use crate::model::{Model, Parameter};
use std::collections::HashMap;

/// Parameters of one kind, role, shape, type and rule.
pub(super) struct Group {
    /// Their places in the model.
    pub(super) members: Vec<usize>,
    /// Their name, with a `*` for what differs.
    pub(super) name: String,
}

/// Modules of one kind, in the order in which the model has the first of each.
pub(super) struct Kind<'a> {
    pub(super) name: &'a str,
    pub(super) groups: Vec<Group>,
}

/// All parameters. If each is to have a line of its own, no two are equal.
pub(super) fn kinds(model: &Model, full: bool) -> Vec<Kind<'_>> {
    let mut kinds: Vec<Kind<'_>> = Vec::new();
    let mut found = HashMap::new();
    for (i, parameter) in model.parameters.iter().enumerate() {
        let position = kinds.iter().position(|kind| kind.name == parameter.kind);
        let kind = position.unwrap_or_else(|| {
            kinds.push(Kind { name: &parameter.kind, groups: Vec::new() });
            kinds.len() - 1
        });
        let groups = &mut kinds[kind].groups;
        let alone = full.then_some(i);
        let group = *found.entry((kind, key(parameter), alone)).or_insert_with(|| {
            groups.push(Group { members: Vec::new(), name: String::new() });
            groups.len() - 1
        });
        groups[group].members.push(i);
    }
    for group in kinds.iter_mut().flat_map(|kind| &mut kind.groups) {
        let names = group.members.iter().map(|&i| model.parameters[i].name.as_str());
        group.name = pattern(names);
    }
    kinds
}

/// What two parameters of one line have in common.
fn key(parameter: &Parameter) -> String {
    let Parameter { name, shape, dtype, .. } = parameter;
    let role = name.rsplit(['.', '/']).next();
    format!("{role:?} {shape:?} {dtype} {}", super::table::law(parameter))
}

/// The names, with a `*` for each part that differs: `h.*.attn.c_attn.weight`.
fn pattern<'a>(mut names: impl Iterator<Item = &'a str>) -> String {
    let mut common: Vec<String> = parts(names.next().unwrap_or_default());
    for name in names {
        let parts = parts(name);
        if parts.len() == common.len() {
            for (common, part) in common.iter_mut().zip(parts) {
                if *common != part {
                    "*".clone_into(common);
                }
            }
        } else {
            // What they end with is the same: the role.
            let same = |(a, b): &(&String, &String)| a == b;
            let same = common.iter().rev().zip(parts.iter().rev()).take_while(same).count();
            common = common.split_off(common.len() - same);
            common.insert(0, "*".to_owned());
        }
    }
    let mut pattern = common.concat();
    while pattern.contains("**") {
        pattern = pattern.replace("**", "*");
    }
    pattern
}

/// A name as numbers, words and what separates them.
fn parts(name: &str) -> Vec<String> {
    let class = |c: char| (c.is_ascii_digit(), c.is_alphabetic());
    let mut parts: Vec<String> = Vec::new();
    let mut last = None;
    for c in name.chars() {
        match parts.last_mut() {
            Some(part) if last == Some(class(c)) => part.push(c),
            _ => parts.push(c.to_string()),
        }
        last = Some(class(c));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn what_differs_between_names_is_a_star() {
        let pattern = |names: &[&str]| pattern(names.iter().copied());
        assert_eq!(pattern(&["fc.weight"]), "fc.weight");
        assert_eq!(pattern(&["h.0.ln_1.bias", "h.11.ln_2.bias"]), "h.*.ln_*.bias");
        assert_eq!(pattern(&["a.b.c.weight", "d.weight", "e.1.weight"]), "*.weight");
    }
}
