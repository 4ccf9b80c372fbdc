//! The values that are written: those of the library, for every initializer, type and form of file.

use crate::common::{checkpoint, directory, succeed, tensors};
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::presets::keras;
use ndarray_init::{AnyInitializer, Element, InitExt, Initializer, Key};
use safetensors::SafeTensors;
use serde_json::{Value, json};
use std::fs;

/// The array that the library makes of a tensor, seed 42.
fn array<A: Element>(name: &str, shape: &[usize], rule: &dyn Initializer<A>) -> Vec<A> {
    let array = ArrayD::init(IxDyn(shape), rule, Key::new(42).fork(name)).unwrap();
    array.into_raw_vec_and_offset().0
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Large ones are made in pieces.
#[test]
fn tensors_have_the_values_of_the_library_s_arrays() {
    let blocks = json!({"blocks": {"axis": 0, "equal": 3, "initializer": "xavier_uniform"}});
    let cases = [
        ("rows", json!([700, 1000]), json!({"normal": {"std": 1}})),
        ("long", json!([3, 400_001]), json!({"uniform": {"low": -1, "high": 2}})),
        ("deep", json!([2, 3, 50, 2000]), json!("he_normal")),
        ("torch", json!([40, 60]), json!({"he_normal": {"layout": "torch"}})),
        ("keras", json!([40, 60]), json!({"class_name": "HeNormal", "config": {"seed": null}})),
        ("blocks", json!([900, 500]), blocks),
        ("identity", json!([800, 900]), json!("identity")),
        ("dirac", json!([3, 3, 300, 200]), json!("dirac")),
        ("array", json!([2, 3]), json!({"constant": [0.5, -1, 2]})),
        ("none", json!([0, 8]), json!("he_normal")),
        ("one", json!([]), json!("ones")),
        (
            "sparse",
            json!([600, 700]),
            json!({"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 1}}}}),
        ),
        ("orthogonal", json!([300, 1200]), json!({"orthogonal": {"gain": 2}})),
    ];
    let entry = |(name, shape, initializer): &(&str, Value, Value)| {
        ((*name).to_owned(), json!({ "shape": shape, "initializer": initializer }))
    };
    let list: Value = cases.iter().map(entry).collect();
    let found = tensors(&checkpoint(&directory("values"), &list, ""));
    assert_eq!(found.len(), cases.len());
    for (name, _, initializer) in cases {
        let rule: AnyInitializer = match name {
            "keras" => keras::from_config(&initializer).unwrap(),
            _ => serde_json::from_value(initializer).unwrap(),
        };
        let (shape, found) = &found[name];
        assert!(*found == bytes(&array(name, shape, &rule)), "{name}");
    }
}

#[test]
fn the_first_pattern_that_matches_gives_an_initializer_and_the_entry_s_own_goes_before() {
    let directory = directory("patterns");
    let list = r#"{
        "initializers": {"norm.*": "ones", "*.bias": {"constant": 2}, "*": {"constant": 3}},
        "tensors": {"norm.bias": [1], "fc.bias": [1], "fc.weight": [1],
                    "own.bias": {"shape": [1], "initializer": {"constant": 4}}}
    }"#;
    fs::write(directory.join("list.json"), list).unwrap();
    succeed(&directory, "--out out.safetensors");
    let found = tensors(&fs::read(directory.join("out.safetensors")).unwrap());
    let values = [("norm.bias", 1.0), ("fc.bias", 2.0), ("fc.weight", 3.0), ("own.bias", 4.0)];
    for (name, value) in values {
        assert_eq!(found[name].1, bytes(&[value]), "{name}");
    }
}

#[test]
fn values_of_other_tensors_are_written_again_or_not_at_all() {
    let directory = directory("aliases");
    let list = json!({
        "ema": {"same_as": "copy"},
        "copy": {"same_as": "wte", "shape": [50, 8]},
        "head": {"tied_to": "wte"},
        "wte": {"shape": [50, 8], "initializer": "xavier_normal"},
        "wpe": {"shape": [50, 8], "initializer": "xavier_normal"},
    });
    let found = tensors(&checkpoint(&directory, &list, ""));
    assert_eq!(found.keys().collect::<Vec<_>>(), ["copy", "ema", "wpe", "wte"]);
    assert!(found["ema"] == found["wte"] && found["copy"] == found["wte"]);
    assert!(found["wpe"] != found["wte"]);
    let report = succeed(&directory, "--dry-run");
    assert!(report.contains("tied, and not written: head to wte"), "{report}");
}

#[test]
fn a_seed_gives_the_same_bytes_and_a_tensor_more_changes_no_other() {
    let directory = directory("seeds");
    let kernel = json!({"shape": [9, 5], "initializer": "he_normal"});
    let two = json!({"a": kernel, "b": kernel});
    let file = checkpoint(&directory, &two, "--seed 1");
    assert!(checkpoint(&directory, &two, "--seed 1") == file);
    let found = tensors(&file);
    assert!(tensors(&checkpoint(&directory, &json!({"b": kernel}), "--seed 1"))["b"] == found["b"]);
    assert!(tensors(&checkpoint(&directory, &two, "--seed 2"))["b"] != found["b"]);
    assert!(found["a"] != found["b"]);
}

/// Data are [1, 0, 1] as zlib streams of 3 BOOL and of 3 F32: `zlib.compress(array.tobytes())`.
fn list_of_types() -> Value {
    let normal = json!({"normal": {"std": 1}});
    json!({
        "bf16": {"shape": [7, 11], "initializer": normal, "dtype": "BF16"},
        "default": {"shape": [7, 11], "initializer": normal},
        "f64": {"shape": [7, 11], "initializer": normal, "dtype": "F64"},
        "mask": {"shape": [3], "initializer": {"data": "eNpjZGAEAAAHAAM="}, "dtype": "BOOL"},
        "positions": {"shape": [2, 3], "initializer": {"range": {"start": 5, "step": -2}}, "dtype": "I64"},
        "slopes": {"shape": [3], "initializer": {"range": {"start": 0.5, "step": 0.25}}},
        "short": {"shape": [2], "initializer": {"constant": [-3, 300]}, "dtype": "I16"},
        "data": {"shape": [3], "initializer": {"data": "eNpjYGiwZwCDBnsACIIBfw=="}},
        "u8": {"shape": [2], "initializer": "ones", "dtype": "U8"},
        "i32": {"shape": [], "initializer": "zeros", "dtype": "I32"},
        "i8": {"shape": [2], "initializer": {"constant": -128}, "dtype": "I8"},
    })
}

#[test]
fn every_type_is_written_little_endian_and_aligned() {
    let file = checkpoint(&directory("types"), &list_of_types(), "--dtype f16");
    let file = SafeTensors::deserialize(&file).unwrap();
    let normal = ndarray_init::Normal::new(0.0, 1.0).unwrap();
    macro_rules! little_endian {
        ($values:expr) => {
            $values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>()
        };
    }
    let halves = |values: [f32; 3]| little_endian!(values.map(f16::from_f32));
    let expected = [
        ("bf16", "BF16", little_endian!(array::<bf16>("bf16", &[7, 11], &normal))),
        ("default", "F16", little_endian!(array::<f16>("default", &[7, 11], &normal))),
        ("f64", "F64", little_endian!(array::<f64>("f64", &[7, 11], &normal))),
        ("mask", "BOOL", vec![1, 0, 1]),
        ("positions", "I64", little_endian!([5_i64, 3, 1, 5, 3, 1])),
        ("slopes", "F16", halves([0.5, 0.75, 1.0])),
        ("short", "I16", little_endian!([-3_i16, 300])),
        ("data", "F16", halves([1.0, 0.0, 1.0])),
        ("u8", "U8", vec![1, 1]),
        ("i32", "I32", vec![0; 4]),
        ("i8", "I8", vec![0x80; 2]),
    ];
    let widest = file.tensor("f64").unwrap().data().as_ptr() as usize;
    for (name, dtype, bytes) in expected {
        let tensor = file.tensor(name).unwrap();
        assert_eq!(
            (tensor.dtype().to_string().as_str(), tensor.data()),
            (dtype, &bytes[..]),
            "{name}"
        );
        let size = bytes.len() / tensor.shape().iter().product::<usize>();
        assert_eq!((tensor.data().as_ptr() as usize - widest) % size, 0, "{name}");
    }
}
