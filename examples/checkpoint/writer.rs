//! The `.safetensors` file: a header with all names and shapes, then the weights, one parameter
//! at a time.

use crate::parameters::{Framework, Model, Parameter};
use ndarray_init::ndarray::ArrayD;
use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// A file to which the parameters are to be written in the model's order.
///
/// The crate's own `serialize_to_file` asks for all weights at once. Its header is all that is
/// needed to write them as they are made.
pub(crate) struct Writer(BufWriter<File>);

impl Writer {
    pub(crate) fn create(path: &Path, model: &Model) -> Result<Self, Box<dyn Error>> {
        let header = header(model)?;
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(&header)?;
        Ok(Self(file))
    }

    pub(crate) fn write(&mut self, weights: &ArrayD<f32>) -> io::Result<()> {
        match weights.as_slice() {
            // The file is little-endian, too.
            Some(weights) if cfg!(target_endian = "little") => {
                self.0.write_all(bytemuck::cast_slice(weights))
            }
            _ => weights.iter().try_for_each(|weight| self.0.write_all(&weight.to_le_bytes())),
        }
    }

    /// Writes what is still buffered. Without this, an error would go unseen.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn header(model: &Model) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut end = 0;
    let info = |parameter: &Parameter| {
        let start = end;
        end += parameter.elements() * size_of::<f32>();
        let shape = parameter.shape.clone();
        let info = TensorInfo { dtype: Dtype::F32, shape, data_offsets: (start, end) };
        (parameter.name.clone(), info)
    };
    let tensors = model.parameters.iter().map(info).collect();
    let mut header = serde_json::to_vec(&Metadata::new(metadata(model), tensors)?)?;
    // Spaces, so that the weights are aligned.
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}

/// transformers loads only files that say for which framework they are. One entry and no more: a
/// map's order is another in every run.
fn metadata(model: &Model) -> Option<HashMap<String, String>> {
    let torch = model.framework == Framework::Pytorch;
    torch.then(|| HashMap::from([("format".to_owned(), "pt".to_owned())]))
}
