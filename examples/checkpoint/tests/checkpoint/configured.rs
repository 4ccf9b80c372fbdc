//! Entries that say what fills them: initializers of both forms, layouts, types and ties.

use crate::common::{checkpoint, directory, succeed, tensors, write_list};
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::{ArrayD, IxDyn};
use ndarray_init::{
    AnyInitializer, Element, InitExt, Initializer, Key, Layout, Normal, VarianceScaling,
};
use safetensors::{Dtype, SafeTensors};
use serde_json::{Value, json};

fn list(parameters: &Value) -> Value {
    json!({ "model": "own", "parameters": parameters })
}

/// The array that the library makes of a parameter, seed 42.
fn array<A: Element>(name: &str, shape: &[usize], rule: &dyn Initializer<A>) -> Vec<A> {
    let array = ArrayD::init(IxDyn(shape), rule, Key::new(42).fork(name)).unwrap();
    array.into_raw_vec_and_offset().0
}

#[test]
fn an_initializer_is_read_in_the_crate_s_form_or_in_keras() {
    let he = VarianceScaling::he_normal;
    let cases: [(Value, AnyInitializer); 7] = [
        (json!("he_normal"), he().into()),
        (json!({"he_normal": {"layout": "torch"}}), he().with_layout(Layout::torch()).into()),
        (json!({"normal": {"std": 0.02}}), Normal::new(0.0, 0.02).unwrap().into()),
        (json!({"class_name": "HeNormal", "config": {"seed": null}}), he().into()),
        (json!({"class": "HeNormal"}), he().into()),
        (json!("HeNormal"), he().into()),
        // Keras' deviation, since this crate's form has none of its own.
        (json!("normal"), Normal::new(0.0, 0.05).unwrap().into()),
    ];
    let entry = |(i, (initializer, _)): (usize, &(Value, AnyInitializer))| json!({ "name": format!("{i}/kernel"), "shape": [40, 60], "initializer": initializer });
    let entries: Value = cases.iter().enumerate().map(entry).collect();
    let tensors = tensors(&checkpoint(&directory("forms"), &list(&entries), &[]));
    for (i, (form, rule)) in cases.iter().enumerate() {
        let name = format!("{i}/kernel");
        assert_eq!(tensors[&name].values, array::<f32>(&name, &[40, 60], rule), "{form}");
    }
}

#[test]
fn a_layout_in_the_entry_gives_the_fans() {
    let entries = json!([
        {
            "name": "a", "shape": [64, 8, 16], "initializer": "lecun_uniform",
            "layout": {"einsum": "btd,dhk->bthk"}
        },
        {
            "name": "b", "shape": [8, 16, 64], "initializer": {"class": "LecunUniform"},
            "layout": {"axes": {"input": [0, 1], "output": [2]}}
        }
    ]);
    let directory = directory("layouts");
    write_list(&directory, &list(&entries));
    let report = succeed(&directory, &["--model", "list.json", "--dry-run"]);
    assert!(report.contains(" 64, 128 ") && report.contains(" 128, 64 "), "{report}");
}

#[test]
fn a_type_in_the_entry_is_honored_and_the_others_have_the_option_s() {
    let normal = Normal::new(0.0, 1.0).unwrap();
    let entry = |name: &str, dtype: &str| {
        json!({
            "name": name, "shape": [7, 11], "initializer": {"normal": {"std": 1}}, "dtype": dtype
        })
    };
    let entries = json!([
        {"name": "plain", "shape": [7, 11], "initializer": {"normal": {"std": 1}}},
        entry("double", "float64"),
        entry("single", "F32"),
        entry("half", "torch.float16"),
        {"name": "positions", "shape": [3], "initializer": {"constant": [0, 1, 2]}, "dtype": "int64"},
    ]);
    let file = checkpoint(&directory("dtypes"), &list(&entries), &["--dtype", "bf16"]);
    let file = SafeTensors::deserialize(&file).unwrap();
    let assert = |name: &str, dtype: Dtype, bytes: Vec<u8>| {
        let tensor = file.tensor(name).unwrap();
        assert_eq!((tensor.dtype(), tensor.data()), (dtype, &bytes[..]), "{name}");
        let start = tensor.data().as_ptr() as usize
            - file.tensor("double").unwrap().data().as_ptr() as usize;
        assert_eq!(start % (bytes.len() / tensor.shape().iter().product::<usize>()), 0, "{name}");
    };
    macro_rules! bytes {
        ($type:ty, $name:literal) => {
            array::<$type>($name, &[7, 11], &normal).iter().flat_map(|x| x.to_le_bytes()).collect()
        };
    }
    assert("plain", Dtype::BF16, bytes!(bf16, "plain"));
    assert("double", Dtype::F64, bytes!(f64, "double"));
    assert("single", Dtype::F32, bytes!(f32, "single"));
    assert("half", Dtype::F16, bytes!(f16, "half"));
    assert("positions", Dtype::I64, [0_i64, 1, 2].iter().flat_map(|i| i.to_le_bytes()).collect());
}

#[test]
fn a_tied_entry_writes_nothing_and_is_named() {
    let entries = json!([
        {"name": "wte.weight", "shape": [50, 8], "initializer": "xavier_normal"},
        {"name": "head.weight", "shape": [50, 8], "tied_to": "wte.weight"},
    ]);
    let directory = directory("tied");
    let tensors = tensors(&checkpoint(&directory, &list(&entries), &[]));
    assert_eq!(tensors.keys().collect::<Vec<_>>(), ["wte.weight"]);
    let report = succeed(&directory, &["--model", "list.json", "--dry-run"]);
    assert!(report.contains("tied, and not written: head.weight to wte.weight"), "{report}");
    assert!(report.contains("own: 1 parameters, 400 elements"), "{report}");
}

#[test]
fn tensors_that_are_cut_have_the_values_of_whole_arrays() {
    let blocks = json!({"blocks": {"axis": 0, "equal": 3, "initializer": "xavier_uniform"}});
    let cases: [(&str, Value, Value); 7] = [
        ("rows", json!([700, 1000]), json!({"normal": {"std": 1}})),
        ("long", json!([3, 400_001]), json!({"uniform": {"low": -1, "high": 2}})),
        ("deep", json!([2, 3, 50, 2000]), json!("he_normal")),
        ("blocks", json!([900, 500]), blocks),
        ("identity", json!([800, 900]), json!("identity")),
        ("dirac", json!([3, 3, 300, 200]), json!("dirac")),
        (
            "sparse",
            json!([600, 700]),
            json!({"sparse": {"sparsity": 0.1, "law": {"normal": {"std": 1}}}}),
        ),
    ];
    let entry = |(name, shape, initializer): &(&str, Value, Value)| json!({ "name": name, "shape": shape, "initializer": initializer });
    let entries: Value = cases.iter().map(entry).collect();
    let tensors = tensors(&checkpoint(&directory("pieces"), &list(&entries), &[]));
    for (name, _, initializer) in &cases {
        let rule: AnyInitializer = serde_json::from_value(initializer.clone()).unwrap();
        let tensor = &tensors[*name];
        assert!(tensor.values == array::<f32>(name, &tensor.shape, &rule), "{name}");
    }
}

#[test]
fn flax_variables_have_the_rules_of_their_names() {
    let entry = |name: &str, shape: Value| json!({ "name": name, "shape": shape });
    let entries = json!([
        entry("params/Dense_0/kernel", json!([40, 60])),
        entry("params/Dense_0/bias", json!([60])),
        entry("params/Embed_0/embedding", json!([60, 40])),
        entry("params/Attention_0/query/kernel", json!([40, 4, 10])),
        entry("params/Attention_0/out/kernel", json!([4, 10, 40])),
        entry("batch_stats/BatchNorm_0/var", json!([7])),
        entry("params/LayerNorm_0/scale", json!([7])),
    ]);
    let list = json!({ "model": "m", "framework": "flax", "parameters": entries });
    let tensors = tensors(&checkpoint(&directory("flax"), &list, &[]));
    let std = (1.0 / 40.0_f64).sqrt();
    let truncated = crate::common::TRUNCATED;
    tensors["params/Dense_0/kernel"].assert_spread(std, truncated);
    tensors["params/Embed_0/embedding"].assert_spread(std, crate::common::NORMAL);
    tensors["params/Attention_0/query/kernel"].assert_spread(std, truncated);
    tensors["params/Attention_0/out/kernel"].assert_spread(std, truncated);
    assert_eq!(tensors["params/Dense_0/bias"].constant(), 0.0);
    assert_eq!(tensors["batch_stats/BatchNorm_0/var"].constant(), 1.0);
    assert_eq!(tensors["params/LayerNorm_0/scale"].constant(), 1.0);
}

/// In both forms, and by Flax's rule for what multiplies a state.
fn orthogonal_list() -> Value {
    let entries = json!([
        {"name": "own/kernel", "shape": [300, 1200], "initializer": "orthogonal"},
        {"name": "keras/kernel", "shape": [40, 60], "initializer": {"class": "Orthogonal", "gain": 2.0}},
        {"name": "GRUCell_0/hn/kernel", "shape": [40, 40]},
    ]);
    json!({ "model": "m", "framework": "flax", "parameters": entries })
}

#[test]
fn orthogonal_matrices_are_written_and_verified() {
    use ndarray_init::Orthogonal;

    let directory = directory("orthogonal");
    let tensors = tensors(&checkpoint(&directory, &orthogonal_list(), &[]));
    for (name, gain) in [("own/kernel", 1.0), ("keras/kernel", 2.0), ("GRUCell_0/hn/kernel", 1.0)] {
        let rule = Orthogonal::new(gain).unwrap();
        assert!(tensors[name].values == array::<f32>(name, &tensors[name].shape, &rule), "{name}");
    }
    succeed(&directory, &["--model", "list.json", "--verify", "out.safetensors"]);
}
