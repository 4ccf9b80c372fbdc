//! The values of a tensor: an initializer's, or numbers that the list has.

use crate::dtype::Dtype;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use ndarray_init::AnyInitializer;
use ndarray_init::presets::keras::from_config;
use serde::Deserialize;
use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    /// Those that the crate's initializer gives.
    Initializer(AnyInitializer),
    /// start + step · i along the last axis, broadcast over the others.
    Range { start: f64, step: f64 },
    /// All elements, row-major, little-endian.
    Data(Vec<u8>),
}

/// A tensor that values are read for.
pub(super) struct Place<'a> {
    pub(super) shape: &'a [usize],
    /// The type that the list gives the tensor, and so its data.
    pub(super) listed: Dtype,
    /// The type that is written.
    pub(super) written: Dtype,
}

impl Values {
    /// Reads an initializer in this crate's form or in Keras', a range or data.
    pub(super) fn read(value: &Value, place: &Place<'_>) -> Result<Self, String> {
        let read = || {
            if let Some(range) = value.get("range") {
                Self::range(range, place)
            } else if let Some(data) = value.get("data") {
                Self::data(data, place)
            } else if value.get("class_name").is_some() {
                from_config(value).map(Self::Initializer).map_err(|error| error.to_string())
            } else {
                let initializer = AnyInitializer::deserialize(value);
                initializer.map(Self::Initializer).map_err(|error| error.to_string())
            }
        };
        read().map_err(|error| format!("initializer {}: {error}", short(&value.to_string())))
    }

    fn range(value: &Value, place: &Place<'_>) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Range {
            start: f64,
            step: f64,
        }

        let Range { start, step } = Range::deserialize(value).map_err(|error| error.to_string())?;
        let n = *place.shape.last().ok_or("a range needs an axis")?;
        let end = step.mul_add(n.saturating_sub(1) as f64, start);
        for number in [start, step, end] {
            place.written.check(&AnyInitializer::Constant(number), &[])?;
        }
        Ok(Self::Range { start, step })
    }

    fn data(value: &Value, place: &Place<'_>) -> Result<Self, String> {
        let Place { shape, listed, written } = *place;
        let size = shape.iter().product::<usize>() * listed.size();
        let text = value.as_str().ok_or("data is a string")?;
        let packed = STANDARD.decode(text).map_err(|error| format!("no base64: {error}"))?;
        let bytes = decompress_to_vec_zlib_with_limit(&packed, size)
            .map_err(|error| format!("no zlib stream of at most {size} bytes: {error}"))?;
        if bytes.len() != size {
            let found = bytes.len();
            return Err(format!("{found} bytes, but shape {shape:?} of {listed} needs {size}"));
        }
        if listed == Dtype::BOOL {
            listed.check_numbers(&listed.decode(&bytes))?;
        }
        let is_listed = listed == written;
        Ok(Self::Data(if is_listed { bytes } else { written.encode(&listed.decode(&bytes)) }))
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Initializer(rule) => short(&serde_json::to_string(rule).unwrap_or_default()),
            Self::Range { start, step } => format!("{start}, {}, …", start + step),
            Self::Data(_) => "the list's numbers".to_owned(),
        }
    }

    /// The tensor is made whole, since a part of it would take as long.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self, Self::Initializer(rule) if is_whole(rule))
    }
}

/// Orthogonal matrices have no parts of their own. The zeros of a sparse one are chosen from its
/// first row on.
fn is_whole(rule: &AnyInitializer) -> bool {
    match rule {
        AnyInitializer::Orthogonal(_)
        | AnyInitializer::DeltaOrthogonal(_)
        | AnyInitializer::Sparse(_) => true,
        AnyInitializer::Blocks(blocks) => blocks.initializers().any(is_whole),
        _ => false,
    }
}

/// The beginning of a text that may be as long as data.
fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
