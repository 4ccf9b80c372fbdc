//! The header of a file in the format .safetensors. It may be anyone's: nothing in it is believed before
//! it was checked.

use safetensors::tensor::Metadata;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::io::Read;

/// No header of a real network is as long; the format's own readers have this limit, too.
const LONGEST: u64 = 100_000_000;

/// The part of a file that describes its tensors.
pub(crate) struct Header {
    pub(crate) tensors: BTreeMap<String, Stored>,
    pub(crate) metadata: HashMap<String, String>,
}

/// A tensor in a file.
pub(crate) struct Stored {
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    /// Where its first byte lies in the file.
    pub(crate) offset: u64,
}

impl Header {
    /// Reads the header of a file of `len` bytes, from its start.
    pub(crate) fn read(
        file: &mut impl Read,
        len: u64,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(|_| "it ends before its header")?;
        let length = u64::from_le_bytes(length);
        if length > LONGEST || length > len.saturating_sub(8) {
            return Err(format!("its header cannot have {length} bytes in a file of {len}").into());
        }
        let mut header = vec![0; length as usize];
        file.read_exact(&mut header)?;
        // Reading it checks that the tensors follow each other, and have the bytes of their shapes.
        let metadata: Metadata = serde_json::from_slice(&header)
            .map_err(|error| format!("its header cannot be read: {error}"))?;
        let (start, data) = (8 + length, metadata.data_len() as u64);
        if start.checked_add(data) != Some(len) {
            // Of a false header, the sum can be larger than its summands' type.
            let all = u128::from(start) + u128::from(data);
            return Err(format!("it has {len} bytes, but its header and tensors {all}").into());
        }
        let tensors = metadata.tensors().into_iter().map(|(name, info)| {
            let offset = start + info.data_offsets.0 as u64;
            let (dtype, shape) = (info.dtype.to_string(), info.shape.clone());
            (name, Stored { dtype, shape, offset })
        });
        let tensors = tensors.collect();
        Ok(Self { tensors, metadata: metadata.metadata().clone().unwrap_or_default() })
    }
}
