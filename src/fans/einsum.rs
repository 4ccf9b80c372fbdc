//! Roles of axes by an einsum equation.

use crate::error::{AxisRole, InitError};
use std::fmt;

/// An equation with two operands, and the roles of the second operand's axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Equation {
    text: String,
    roles: Vec<AxisRole>,
}

impl Equation {
    pub(super) fn parse(text: &str) -> Result<Self, InitError> {
        match roles(text) {
            Ok(roles) => Ok(Self { text: text.to_owned(), roles }),
            Err(rule) => Err(InitError::Equation { equation: text.to_owned(), rule }),
        }
    }

    /// The role of each axis of the second operand.
    pub(super) fn roles(&self) -> &[AxisRole] {
        &self.roles
    }
}

impl fmt::Display for Equation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The roles of the second operand's axes, or the rule that the equation breaks.
fn roles(equation: &str) -> Result<Vec<AxisRole>, String> {
    let compact: String = equation.chars().filter(|c| !c.is_whitespace()).collect();
    let (operands, result) =
        compact.split_once("->").ok_or("it must name its result after \"->\"")?;
    let operands: Vec<&str> = operands.split(',').collect();
    let [left, right] = operands[..] else {
        return Err(format!("it must have two operands, but has {}", operands.len()));
    };
    let left = letters(left, "the first operand", true)?;
    let right = letters(right, "the second operand", false)?;
    let result = letters(result, "the result", true)?;
    if let Some(c) = result.chars().find(|&c| !left.contains(c) && !right.contains(c)) {
        return Err(format!("axis {c:?} of the result is in neither operand"));
    }
    right
        .chars()
        .map(|c| match (left.contains(c), result.contains(c)) {
            (true, false) => Ok(AxisRole::Input),
            (false, true) => Ok(AxisRole::Output),
            (true, true) => Ok(AxisRole::Batch),
            (false, false) => Err(format!("axis {c:?} is in the second operand alone")),
        })
        .collect()
}

/// The letters of one term, without its ellipsis.
fn letters(term: &str, place: &str, ellipsis: bool) -> Result<String, String> {
    let letters = if ellipsis { term.replacen("...", "", 1) } else { term.to_owned() };
    for (i, c) in letters.char_indices() {
        if !c.is_alphabetic() {
            return Err(format!("{c:?} in {place} is not a letter"));
        }
        if letters[..i].contains(c) {
            return Err(format!("axis {c:?} is twice in {place}"));
        }
    }
    Ok(letters)
}
