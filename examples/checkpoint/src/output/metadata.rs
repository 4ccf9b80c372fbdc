//! The metadata of a checkpoint: what its values come from.

use crate::model::Model;
use ndarray_init::STREAM_VERSION;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The metadata of a model's checkpoint. The list is that which the model was read from.
pub(crate) fn metadata(model: &Model, list: &str, seed: u64) -> BTreeMap<String, String> {
    let mut digest = String::new();
    for byte in Sha256::digest(list) {
        // Writing to a string cannot fail.
        let _ = write!(digest, "{byte:02x}");
    }
    let versions = model.versions.iter().map(|(name, version)| format!("{name} {version}"));
    let versions = versions.collect::<Vec<_>>().join(", ");
    let entries = [
        // Hugging Face's loaders refuse a file that has metadata and no format among them.
        ("format", Some("pt".to_owned())),
        ("seed", Some(seed.to_string())),
        ("stream_version", Some(STREAM_VERSION.to_string())),
        ("list_sha256", Some(digest)),
        ("model", model.name.clone()),
        ("versions", Some(versions).filter(|versions| !versions.is_empty())),
    ];
    entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}
