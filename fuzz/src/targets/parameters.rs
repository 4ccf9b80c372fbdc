use crate::dtype::Dtype;
use crate::model::{Model, Tensor, Values};
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{AnyInitializer, Element, InitError, InitExt, Key, Region};

/// Lists of parameters: any text is read or refused. Every tensor of a list that is read can be
/// filled, and so can its last element alone, however large it is.
pub fn parameters(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    for dtype in [None, Some(Dtype::F16)] {
        match Model::parse(text, dtype) {
            Ok(model) => check(&model),
            Err(error) => assert!(!error.is_empty()),
        }
    }
}

fn check(model: &Model) {
    let bytes: u128 = model.tensors.iter().map(|tensor| u128::from(tensor.bytes())).sum();
    assert_eq!(u128::from(model.bytes()), bytes);
    assert!(model.elements() <= model.bytes());
    for tensor in &model.tensors {
        let rule = match &tensor.values {
            Values::Initializer(rule) => rule,
            Values::Data(bytes) => {
                assert_eq!(bytes.len() as u64, tensor.bytes());
                continue;
            }
            Values::Range { .. } => continue,
        };
        let filled = match tensor.dtype {
            Dtype::F32 => fill::<f32>(tensor, rule),
            Dtype::F16 => fill::<f16>(tensor, rule),
            Dtype::BF16 => fill::<bf16>(tensor, rule),
            _ => fill::<f64>(tensor, rule),
        };
        filled.unwrap_or_else(|error| panic!("{:?} was accepted: {error}", tensor.name));
    }
}

/// Fills a small tensor, and the last element of any that need not be made whole.
fn fill<A: Element>(tensor: &Tensor, rule: &AnyInitializer) -> Result<(), InitError> {
    const SMALL: usize = 2048;
    let shape = &tensor.shape;
    if tensor.elements() <= SMALL {
        let array = ArrayD::<A>::init(IxDyn(shape), rule, Key::new(1))?;
        assert_eq!(array.shape(), shape);
    }
    if tensor.elements() > 0 && !tensor.values.is_whole() {
        let last: Vec<_> = shape.iter().map(|n| n - 1).collect();
        let one = IxDyn(&vec![1; shape.len()]);
        let element = Region::new(shape, &last)
            .and_then(|region| ArrayD::<A>::init_region(one, rule, Key::new(1), &region))?;
        assert_eq!(element.len(), 1);
    }
    Ok(())
}
