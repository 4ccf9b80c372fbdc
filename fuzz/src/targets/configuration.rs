use super::assert_same;
use crate::elements::{Listed, each_type};
use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::presets::keras;
use ndarray_init::{AnyInitializer, InitExt, Key, Layout};
use serde::Deserialize;
use serde_json::Value;

/// Shapes of all ranks that initializers know.
const SHAPES: [&[usize]; 7] =
    [&[], &[6], &[6, 12], &[3, 6, 12], &[3, 4, 6, 12], &[4, 1, 12], &[0, 2]];

/// Configurations as JSON: any text is read or refused, in this crate's form and in Keras'. A configuration
/// survives being written and read again. It fills an array with finite numbers, or gives an error.
pub fn configuration(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(layout) = serde_json::from_str(text) {
        check_layout(&layout);
    }
    if let Ok(initializer) = serde_json::from_str(text) {
        check(&initializer);
    }
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    if let Ok(initializer) = AnyInitializer::deserialize(&value) {
        check(&initializer);
    }
    match keras::from_config(&value) {
        Ok(initializer) => check(&initializer),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn check_layout(layout: &Layout) {
    let json = serde_json::to_string(layout).expect("a layout can be written");
    let read: Layout = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{json}: {e}"));
    assert_eq!(read, *layout, "{json}");
    for shape in SHAPES {
        match (layout.roles(shape), layout.fans(shape)) {
            (Ok(roles), Ok(_)) => assert_eq!(roles.len(), shape.len()),
            (Err(error), Ok(_)) => panic!("{layout} has fans for {shape:?}, but {error}"),
            (_, Err(error)) => assert!(!error.to_string().is_empty()),
        }
    }
}

fn check(initializer: &AnyInitializer) {
    let json = serde_json::to_string(initializer).expect("an initializer can be written");
    let read: AnyInitializer =
        serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert_eq!(read, *initializer, "{json}");
    let again = serde_json::to_string(&read).expect("an initializer can be written");
    assert_same(&again, &json, "written again");
    for shape in SHAPES {
        each_type!(A => fill::<A>(initializer, &read, shape));
        if let AnyInitializer::VarianceScaling(scaling) = initializer
            && let Ok(explanation) = scaling.explain(shape)
        {
            assert!(!explanation.to_string().contains("NaN"), "{json} for {shape:?}");
        }
    }
}

/// That both fill an array with the same bits, and with finite numbers.
fn fill<A: Listed>(initializer: &AnyInitializer, read: &AnyInitializer, shape: &[usize]) {
    let fill =
        |initializer: &AnyInitializer| ArrayD::<A>::init(IxDyn(shape), initializer, Key::new(1));
    match (fill(initializer), fill(read)) {
        (Ok(array), Ok(of_read)) => {
            for (&x, &y) in array.iter().zip(&of_read) {
                assert_eq!(x.bits(), y.bits(), "{initializer:?} of {}", A::TYPE);
                assert!(x.parts().iter().all(|part| part.is_finite()), "{initializer:?}: {x:?}");
            }
        }
        (Err(error), Err(of_read)) => {
            assert_same(&of_read.to_string(), &error.to_string(), "read again");
        }
        (array, of_read) => panic!("{initializer:?}: {array:?} and then {of_read:?}"),
    }
}
