use crate::dtype::Dtype;
use crate::model::{Choices, Model, Parameter};
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{Distribution, Element, InitError, InitExt, Key, Region};

/// Lists of parameters: any text is read or refused. Every parameter of a list that is read can be
/// filled, and so can its last element alone, however large it is.
pub fn parameters(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let choices = [
        Choices { dtype: Dtype::F32, distribution: None },
        Choices { dtype: Dtype::F16, distribution: Some(Distribution::Uniform) },
    ];
    for choices in choices {
        match Model::parse(text, choices) {
            Ok(model) => check(&model),
            Err(error) => assert!(!error.is_empty()),
        }
    }
}

fn check(model: &Model) {
    let bytes: u128 = model.parameters.iter().map(|parameter| u128::from(parameter.bytes())).sum();
    assert_eq!(u128::from(model.bytes()), bytes);
    assert!(model.elements() <= model.bytes());
    for parameter in &model.parameters {
        let filled = match parameter.dtype {
            Dtype::F32 => fill::<f32>(parameter),
            Dtype::F16 => fill::<f16>(parameter),
            Dtype::Bf16 => fill::<bf16>(parameter),
            Dtype::F64 | Dtype::I64 => fill::<f64>(parameter),
        };
        filled.unwrap_or_else(|error| panic!("{:?} was accepted: {error}", parameter.name));
    }
}

/// Fills a small parameter, and the last element of any that need not be made whole.
fn fill<A: Element>(parameter: &Parameter) -> Result<(), InitError> {
    const SMALL: usize = 2048;
    let Parameter { shape, rule, .. } = parameter;
    if parameter.elements() <= SMALL {
        let array = ArrayD::<A>::init(IxDyn(shape), rule, Key::new(1))?;
        assert_eq!(array.shape(), shape);
    }
    if parameter.elements() > 0 && !parameter.is_whole() {
        let last: Vec<_> = shape.iter().map(|n| n - 1).collect();
        let one = IxDyn(&vec![1; shape.len()]);
        let element = Region::new(shape, &last)
            .and_then(|region| ArrayD::<A>::init_region(one, rule, Key::new(1), &region))?;
        assert_eq!(element.len(), 1);
    }
    Ok(())
}
