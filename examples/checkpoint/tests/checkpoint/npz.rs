//! `.npz`, read by ndarray-npy.

use crate::common::{checkpoint, directory, fail, run, succeed, tensors};
use crate::keras::keras_list;
use ndarray_init::ndarray::ArrayD;
use ndarray_npy::NpzReader;
use serde_json::json;
use std::fs::File;
use std::io::Read;
use zip::ZipArchive;

#[test]
fn an_archive_has_the_tensors_of_the_file() {
    let directory = directory("npz");
    let expected = tensors(&checkpoint(&directory, &keras_list(), &[]));
    succeed(&directory, &["--model", "list.json", "--out", "out.npz"]);
    let mut archive = NpzReader::new(File::open(directory.join("out.npz")).unwrap()).unwrap();
    assert_eq!(archive.len(), expected.len());
    for (name, tensor) in expected {
        let array: ArrayD<f32> = archive.by_name(&name).unwrap();
        assert_eq!(
            (array.shape(), array.as_slice().unwrap()),
            (&tensor.shape[..], &tensor.values[..])
        );
    }
}

#[test]
fn numpy_s_types_are_written_and_bf16_is_refused_by_name() {
    let directory = directory("npz_types");
    let entries = json!([
        {"name": "half", "shape": [2, 3], "initializer": "ones"},
        {"name": "double", "shape": [], "initializer": {"constant": 0.1}, "dtype": "f64"},
        {"name": "count", "shape": [2], "initializer": {"constant": [3, -1]}, "dtype": "i64"},
    ]);
    crate::common::write_list(&directory, &json!({ "model": "own", "parameters": entries }));
    let arguments = ["--model", "list.json", "--out", "out.npz", "--dtype"];
    succeed(&directory, &[&arguments[..], &["f16"]].concat());
    let mut archive = NpzReader::new(File::open(directory.join("out.npz")).unwrap()).unwrap();
    let double: ArrayD<f64> = archive.by_name("double").unwrap();
    let count: ArrayD<i64> = archive.by_name("count").unwrap();
    assert_eq!(
        (double.into_iter().collect::<Vec<_>>(), count.into_raw_vec_and_offset().0),
        (vec![0.1], vec![3, -1])
    );
    let mut zip = ZipArchive::new(File::open(directory.join("out.npz")).unwrap()).unwrap();
    let mut half = Vec::new();
    zip.by_name("half.npy").unwrap().read_to_end(&mut half).unwrap();
    assert!(
        String::from_utf8_lossy(&half)
            .contains("'descr': '<f2', 'fortran_order': False, 'shape': (2, 3)")
    );
    assert_eq!(half[half.len() - 12..], [0, 0x3c].repeat(6));
    let error = fail(&directory, &[&arguments[..], &["bf16"]].concat());
    assert!(error.contains("parameter \"half\": NumPy has no BF16"), "{error}");
    // The old archive stands.
    assert!(
        run(&directory, &["--model", "list.json", "--verify", "out.npz", "--dtype", "f16"])
            .status
            .success()
    );
}
