use ndarray_init::{AxisRole, InitError, Layout};

/// Equations: any text is read or refused. One that is read has a role for each axis, with blanks or
/// without, and is the same once it was written and read again.
pub fn einsum(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let layout = match Layout::einsum(text) {
        Ok(layout) => layout,
        Err(InitError::Equation { equation, rule }) => {
            assert!(equation == text && !rule.is_empty());
            return;
        }
        Err(other) => panic!("{text:?}: {other}"),
    };
    let json = serde_json::to_string(&layout).expect("a layout can be written");
    let read: Layout = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{json}: {e}"));
    assert_eq!(read, layout);
    assert_eq!(layout.to_string(), format!("einsum {text}"));

    let rank = rank(text);
    let shape: Vec<_> = (2..).take(rank).collect();
    let roles = layout.roles(&shape).expect("the rank is that of the second operand");
    for (role, letter) in roles.iter().zip(second(text).chars()) {
        assert_eq!(*role, role_of(letter, text));
    }
    let fans = layout.fans(&shape);
    assert!(matches!(fans, Ok(_) | Err(InitError::Layout { .. })), "{fans:?}");
    let other_rank = layout.fans(&[shape, vec![2]].concat());
    assert!(matches!(other_rank, Err(InitError::Layout { .. })), "{other_rank:?}");

    let spread: String = text.chars().flat_map(|letter| [letter, ' ']).collect();
    let spread = Layout::einsum(&spread).expect("blanks mean nothing");
    assert_eq!(spread.roles(&(2..).take(rank).collect::<Vec<_>>()), Ok(roles));
}

/// The second operand's letters, of an equation that could be read.
fn second(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    let (left, _) = text.split_once("->").expect("a result");
    left.split(',').nth(1).expect("a second operand").to_owned()
}

fn rank(text: &str) -> usize {
    second(text).chars().count()
}

/// The role of a letter of the second operand: summed over, new in the result, or in all three terms.
fn role_of(letter: char, text: &str) -> AxisRole {
    match (text.matches(letter).count(), text.rsplit('>').next().unwrap_or("").contains(letter)) {
        (2, false) => AxisRole::Input,
        (2, true) => AxisRole::Output,
        (3, true) => AxisRole::Batch,
        other => panic!("{letter:?} of {text:?}: {other:?}"),
    }
}
