use crate::dtype::Dtype;
use crate::header::{Header, Stored};
use safetensors::tensor::Metadata;

/// The header of a .safetensors file: any file is read or refused. In one that is read, the tensors
/// follow each other from the header's end to the file's, each with the bytes of its shape.
pub fn header(data: &[u8]) {
    // The bytes as a whole file, and as a header in front of as many bytes as it asks for.
    read(data, data.len() as u64);
    let start = 8 + data.len() as u64;
    let metadata = serde_json::from_slice::<Metadata>(data);
    let tensors = metadata.map_or(0, |metadata| metadata.data_len() as u64);
    let file = [&(data.len() as u64).to_le_bytes(), data].concat();
    read(&file, start.wrapping_add(tensors));
    read(&file, start);
    read(&file, u64::MAX);
}

fn read(file: &[u8], len: u64) {
    let header = match Header::read(&mut &*file, len) {
        Ok(header) => header,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let mut length = [0; 8];
    length.copy_from_slice(&file[..8]);
    let mut place = u128::from(8 + u64::from_le_bytes(length));
    let tensors = header.tensors.values().map(|tensor| Some((tensor.offset, bytes(tensor)?)));
    let Some(mut tensors) = tensors.collect::<Option<Vec<_>>>() else { return };
    tensors.sort_unstable();
    for (offset, bytes) in tensors {
        assert_eq!(u128::from(offset), place);
        place += bytes;
    }
    assert_eq!(place, u128::from(len));
}

/// The bytes of a tensor; None for types that the tool does not write.
fn bytes(tensor: &Stored) -> Option<u128> {
    let dtype: Dtype = serde_json::from_value(tensor.dtype.as_str().into()).ok()?;
    let elements: u128 = tensor.shape.iter().map(|&n| n as u128).product();
    Some(elements * dtype.size() as u128)
}
