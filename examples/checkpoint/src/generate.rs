//! The bytes of tensors, made a piece at a time: neither a tensor nor a file has to fit memory.

use crate::dtype::{Dtype, bytes_of};
use crate::model::{Model, Tensor, Values};
use crate::pieces::{ELEMENTS, Piece, pieces};
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::ArrayD;
use ndarray_init::{AnyInitializer, Element, InitExt, Key};
use num_traits::ToBytes;
use rayon::ThreadPoolBuilder;
use rayon::iter::{ParallelBridge, ParallelIterator};
use std::error::Error;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// A run of a tensor's elements.
pub(crate) struct Chunk<'a> {
    /// The tensor's place in the model.
    pub(crate) tensor: usize,
    /// The row-major index of the first element.
    pub(crate) first: usize,
    /// The elements, little-endian.
    pub(crate) bytes: &'a [u8],
}

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// The receiver of chunks. Not generic, so that each element type is compiled once.
type Take<'a> = dyn Fn(&Chunk<'_>) -> Result<(), Failure> + Sync + 'a;

/// Makes all tensors of a model.
pub(crate) struct Generator<'a> {
    model: &'a Model,
    root: Key,
    /// Held while a tensor is made whole, so that memory holds one of them.
    whole: Mutex<()>,
}

impl<'a> Generator<'a> {
    pub(crate) fn new(model: &'a Model, seed: u64) -> Self {
        Self { model, root: Key::new(seed), whole: Mutex::new(()) }
    }

    /// Hands over every chunk of every tensor, by several threads and in no order. The first error
    /// ends it.
    pub(crate) fn all(&self, take: &Take<'_>) -> Result<(), Failure> {
        let tensors = self.model.tensors.iter().enumerate();
        let tasks = tensors.flat_map(|(i, Tensor { shape, values, .. })| {
            let most = if values.is_whole() { 1 } else { usize::MAX };
            pieces(shape).take(most).map(move |piece| (i, piece))
        });
        // One more than there are processors, since one waits for the disk. More than these would all
        // wait for it, and each has its buffers.
        let threads = thread::available_parallelism().map_or(1, usize::from).min(7) + 1;
        let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
        pool.install(|| tasks.par_bridge().try_for_each(|(i, piece)| self.piece(i, &piece, take)))
    }

    fn piece(&self, tensor: usize, piece: &Piece, take: &Take<'_>) -> Result<(), Failure> {
        let Tensor { shape, dtype, values, .. } = &self.model.tensors[tensor];
        let hand_over = |bytes: &[u8]| take(&Chunk { tensor, first: piece.first, bytes });
        match values {
            Values::Initializer(rule) => match dtype {
                Dtype::F64 => self.draw::<f64>(rule, tensor, piece, take),
                Dtype::F32 => self.draw::<f32>(rule, tensor, piece, take),
                Dtype::F16 => self.draw::<f16>(rule, tensor, piece, take),
                Dtype::BF16 => self.draw::<bf16>(rule, tensor, piece, take),
                // Integers are constant, and were checked to be integers.
                _ => hand_over(&dtype.encode(contiguous(&self.array(rule, tensor, piece)?))),
            },
            Values::Range { start, step } => {
                let row = shape.last().copied().unwrap_or(1);
                let numbers = piece.indices().map(|i| step.mul_add((i % row) as f64, *start));
                hand_over(&dtype.encode(&numbers.collect::<Vec<_>>()))
            }
            Values::Data(bytes) => {
                let Range { start, end } = piece.indices();
                hand_over(&bytes[start * dtype.size()..end * dtype.size()])
            }
        }
    }

    fn draw<A: Element + ToBytes>(
        &self,
        rule: &AnyInitializer,
        tensor: usize,
        piece: &Piece,
        take: &Take<'_>,
    ) -> Result<(), Failure> {
        let is_whole = self.model.tensors[tensor].values.is_whole();
        let _alone = is_whole.then(|| self.whole.lock().unwrap_or_else(PoisonError::into_inner));
        let array = self.array::<A>(rule, tensor, piece)?;
        for (i, elements) in contiguous(&array).chunks(ELEMENTS).enumerate() {
            let (first, bytes) = (piece.first + i * ELEMENTS, &bytes_of(elements));
            take(&Chunk { tensor, first, bytes })?;
        }
        Ok(())
    }

    /// The values of a piece, or of a tensor that is made whole.
    fn array<A: Element>(
        &self,
        rule: &AnyInitializer,
        tensor: usize,
        piece: &Piece,
    ) -> Result<ArrayD<A>, Failure> {
        let Tensor { name, key_name, shape, values, .. } = &self.model.tensors[tensor];
        let key = self.root.fork(key_name);
        let array = if values.is_whole() {
            ArrayD::init(shape.as_slice(), rule, key)
        } else {
            let region = piece.region(shape)?;
            ArrayD::init_region(piece.shape.as_slice(), rule, key, &region)
        };
        array.map_err(|error| format!("tensor {name:?}: {error}").into())
    }
}

fn contiguous<A>(array: &ArrayD<A>) -> &[A] {
    array.as_slice().expect("a new array is in standard order")
}
