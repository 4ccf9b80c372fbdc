//! PyTorch lists: the rules of torch.nn against what PyTorch itself recorded, and those of libraries.

use crate::common::{
    NORMAL, UNIFORM, checkpoint, directory, succeed, tensors, torch_list, write_list,
};
use safetensors::{Dtype, SafeTensors};
use serde_json::{Value, json};

#[test]
fn pytorch_modules_have_their_own_defaults() {
    let list = torch_list(
        "another",
        &[
            ("fc.weight", "Linear", json!([60, 40])),
            ("fc.bias", "Linear", json!([2000])),
            ("conv.weight", "Conv2d", json!([30, 20, 3, 3])),
            ("up.weight", "ConvTranspose2d", json!([20, 30, 3, 3])),
            ("wte.weight", "Embedding", json!([50, 60])),
            ("norm.weight", "BatchNorm2d", json!([7])),
            ("norm.bias", "BatchNorm2d", json!([7])),
            ("norm.running_mean", "BatchNorm2d", json!([7])),
            ("norm.running_var", "BatchNorm2d", json!([7])),
        ],
    );
    let tensors = tensors(&checkpoint(&directory("torch"), &list, &[]));
    let kernel = |fan_in: f64| (1.0 / (3.0 * fan_in)).sqrt();
    tensors["fc.weight"].assert_spread(kernel(40.0), UNIFORM);
    tensors["fc.bias"].assert_spread(kernel(40.0), UNIFORM);
    tensors["conv.weight"].assert_spread(kernel(180.0), UNIFORM);
    // PyTorch reads the kernel of a transposed convolution as it is stored.
    tensors["up.weight"].assert_spread(kernel(270.0), UNIFORM);
    tensors["wte.weight"].assert_spread(1.0, NORMAL);
    assert_eq!(tensors["norm.weight"].constant(), 1.0);
    assert_eq!(tensors["norm.bias"].constant(), 0.0);
    assert_eq!(tensors["norm.running_mean"].constant(), 0.0);
    assert_eq!(tensors["norm.running_var"].constant(), 1.0);
}

#[test]
fn gpt2_and_vit_have_their_libraries_rules() {
    let list = torch_list(
        "gpt2-tiny",
        &[
            ("h.0.attn.c_attn.weight", "Conv1D", json!([40, 60])),
            ("h.0.attn.c_attn.bias", "Conv1D", json!([60])),
            ("h.0.attn.c_proj.weight", "Conv1D", json!([40, 60])),
            ("h.0.mlp.c_proj.weight", "Conv1D", json!([40, 60])),
            ("h.1.attn.c_proj.weight", "Conv1D", json!([40, 60])),
            ("ln_f.weight", "LayerNorm", json!([7])),
        ],
    );
    let gpt2 = tensors(&checkpoint(&directory("gpt2"), &list, &[]));
    gpt2["h.0.attn.c_attn.weight"].assert_spread(0.02, NORMAL);
    gpt2["h.0.mlp.c_proj.weight"].assert_spread(0.01, NORMAL);
    gpt2["h.1.attn.c_proj.weight"].assert_spread(0.01, NORMAL);
    assert_eq!(gpt2["h.0.attn.c_attn.bias"].constant(), 0.0);
    assert_eq!(gpt2["ln_f.weight"].constant(), 1.0);

    let list = torch_list(
        "vit_tiny",
        &[
            ("cls_token", "VisionTransformer", json!([1, 1, 3000])),
            ("pos_embed", "VisionTransformer", json!([1, 50, 60])),
            ("patch_embed.proj.weight", "Conv2d", json!([60, 3, 4, 4])),
            ("blocks.0.mlp.fc1.weight", "Linear", json!([60, 40])),
            ("blocks.0.mlp.fc1.bias", "Linear", json!([60])),
        ],
    );
    let vit = tensors(&checkpoint(&directory("vit"), &list, &[]));
    vit["cls_token"].assert_spread(1e-6, NORMAL);
    vit["pos_embed"].assert_spread(0.02, NORMAL);
    vit["patch_embed.proj.weight"].assert_spread(1.0 / 12.0, UNIFORM);
    vit["blocks.0.mlp.fc1.weight"].assert_spread(0.02, NORMAL);
    assert_eq!(vit["blocks.0.mlp.fc1.bias"].constant(), 0.0);
}

/// A module of torch.nn, as PyTorch constructed it.
struct Module {
    code: String,
    entries: Vec<Value>,
}

/// `tests/data/torch_modules.jsonl`, which `torch_modules.py` wrote.
fn recorded_modules() -> Vec<Module> {
    let lines = include_str!("../data/torch_modules.jsonl").lines().skip(1);
    let module = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let code = line["module"].as_str().unwrap().to_owned();
        Module { code, entries: line["parameters"].as_array().unwrap().clone() }
    };
    lines.map(module).collect()
}

/// The entries without what PyTorch measured.
fn list_of(module: &Module) -> Value {
    let mut entries = module.entries.clone();
    for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
        for measured in ["std", "max_abs", "zeros"] {
            entry.remove(measured);
        }
    }
    json!({ "model": "module", "framework": "pytorch", "parameters": entries })
}

#[test]
fn every_module_of_torch_nn_begins_as_pytorch_recorded_it() {
    let directory = directory("torch_modules");
    let modules = recorded_modules();
    assert_eq!(modules.len(), 40);
    for module in &modules {
        let file = checkpoint(&directory, &list_of(module), &[]);
        let file = SafeTensors::deserialize(&file).unwrap();
        assert_eq!(file.len(), module.entries.len());
        for entry in &module.entries {
            let name = entry["name"].as_str().unwrap();
            println!("{} {name}", module.code);
            let tensor = file.tensor(name).unwrap();
            if entry["dtype"] == "torch.int64" {
                assert_eq!((tensor.dtype(), tensor.data()), (Dtype::I64, &[0; 8][..]));
                continue;
            }
            let values: Vec<f64> = tensor
                .data()
                .chunks_exact(4)
                .map(|bytes| f64::from(f32::from_le_bytes(bytes.try_into().unwrap())))
                .collect();
            let number = |field: &str| entry[field].as_f64().unwrap();
            assert_same_law(&values, number("std"), number("max_abs"), number("zeros"));
        }
    }
}

/// Two samples of one law: equal constants, or deviations within what chance explains, and the same
/// bound if the law has one.
fn assert_same_law(values: &[f64], std: f64, max_abs: f64, zeros: f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let ours = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    let largest = values.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    assert_eq!(values.iter().filter(|&&x| x == 0.0).count() as f64, zeros);
    if std == 0.0 {
        assert_eq!((ours, largest), (0.0, max_abs));
        return;
    }
    // Each is σ ± σ / √2n at most; five of their difference.
    assert!((ours / std - 1.0).abs() < 5.0 / n.sqrt(), "{ours}, recorded {std}");
    let is_uniform = max_abs < 1.8 * std;
    if is_uniform {
        assert!((largest / max_abs - 1.0).abs() < 20.0 / n, "{largest}, recorded {max_abs}");
    } else {
        assert!((0.7..1.4).contains(&(largest / max_abs)), "{largest}, recorded {max_abs}");
    }
}

#[test]
fn a_transposed_kernel_in_groups_is_read_as_it_is_stored() {
    let directory = directory("transposed");
    let entry = json!({
        "name": "up.weight", "module": "ConvTranspose2d", "shape": [16, 8, 3, 3], "groups": 4
    });
    let list = json!({ "model": "m", "framework": "pytorch", "parameters": [entry] });
    write_list(&directory, &list);
    let report = succeed(&directory, &["--model", "list.json", "--dry-run"]);
    assert!(report.contains("U[-0.11785, 0.11785]"), "{report}");
}

#[test]
fn the_row_of_padding_is_zero_and_no_other() {
    let directory = directory("padding");
    let entry = json!({
        "name": "wte.weight", "module": "Embedding", "shape": [50, 8], "padding_idx": 3
    });
    let list = json!({ "model": "m", "framework": "pytorch", "parameters": [entry] });
    let tensors = tensors(&checkpoint(&directory, &list, &[]));
    for (row, values) in tensors["wte.weight"].values.chunks(8).enumerate() {
        assert_eq!(values.iter().all(|&x| x == 0.0), row == 3, "{row}");
    }
}
