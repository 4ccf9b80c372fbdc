//! The bytes of tensors, made a piece at a time: neither a tensor nor a file has to fit memory.

use crate::dtype::{Dtype, Number, bytes_of};
use crate::model::{Model, Tensor, Values};
use crate::pieces::{Piece, Pieces};
use crate::statistics::Sums;
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::ArrayD;
use ndarray_init::{AnyInitializer, Element, InitExt, Key};
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
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
    pub(crate) sums: Sums,
}

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// The receiver of chunks. Not generic, so that each element type is compiled once.
type Take<'a> = dyn FnMut(&Chunk<'_>) -> Result<(), Failure> + 'a;

/// Makes all tensors of a model.
pub(crate) struct Generator<'a> {
    model: &'a Model,
    root: Key,
    /// Chunks have sums.
    measure: bool,
    /// Held while a tensor is made whole, so that memory holds one of them.
    whole: Mutex<()>,
}

impl<'a> Generator<'a> {
    pub(crate) fn new(model: &'a Model, seed: u64, measure: bool) -> Self {
        Self { model, root: Key::new(seed), measure, whole: Mutex::new(()) }
    }

    /// Hands over every chunk of every tensor, by several threads and in no order. The first error
    /// ends it.
    pub(crate) fn all(
        &self,
        take: &(dyn Fn(&Chunk<'_>) -> Result<(), Failure> + Sync),
    ) -> Result<(), Failure> {
        let tensors = 0..self.model.tensors.len();
        let tasks: Vec<Task<'_>> = tensors.flat_map(|tensor| self.tasks(tensor)).collect();
        let next = AtomicUsize::new(0);
        let work = || -> Result<(), Failure> {
            while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                let done = task.run(&mut |chunk| take(chunk));
                done.inspect_err(|_| next.store(tasks.len(), Ordering::Relaxed))?;
            }
            Ok(())
        };
        // One more than there are processors, since one waits for the disk. More than these would all
        // wait for it, and each has its buffers.
        let threads = thread::available_parallelism().map_or(1, usize::from).min(7) + 1;
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let join = |worker: thread::ScopedJoinHandle<'_, _>| match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            workers.into_iter().try_for_each(join)
        })
    }

    /// Hands over one tensor's chunks in their order.
    pub(crate) fn one(&self, tensor: usize, take: &mut Take<'_>) -> Result<(), Failure> {
        self.tasks(tensor).try_for_each(|task| task.run(take))
    }

    /// The pieces of a tensor, or one task for a tensor that is made whole.
    fn tasks(&self, tensor: usize) -> impl Iterator<Item = Task<'_>> {
        let Tensor { shape, values, .. } = &self.model.tensors[tensor];
        let pieces = Pieces::of(shape).count();
        let count = if values.is_whole() { pieces.min(1) } else { pieces };
        (0..count).map(move |piece| Task { generator: self, tensor, piece })
    }
}

struct Task<'a> {
    generator: &'a Generator<'a>,
    tensor: usize,
    piece: usize,
}

impl Task<'_> {
    fn run(&self, take: &mut Take<'_>) -> Result<(), Failure> {
        let Tensor { shape, dtype, values, .. } = self.tensor();
        let piece = Pieces::of(shape).get(self.piece);
        match values {
            Values::Initializer(rule) => match dtype {
                Dtype::F64 => self.draw::<f64>(rule, &piece, take),
                Dtype::F32 => self.draw::<f32>(rule, &piece, take),
                Dtype::F16 => self.draw::<f16>(rule, &piece, take),
                Dtype::Bf16 => self.draw::<bf16>(rule, &piece, take),
                // Integers are constant, and were checked to be integers.
                _ => self.numbers(&piece, contiguous(&self.part(rule, &piece)?), take),
            },
            Values::Range { start, step } => {
                let row = shape.last().copied().unwrap_or(1);
                let numbers = piece.indices().map(|i| step.mul_add((i % row) as f64, *start));
                self.numbers(&piece, &numbers.collect::<Vec<_>>(), take)
            }
            Values::Data(bytes) => {
                let indices = piece.indices();
                let bytes = &bytes[indices.start * dtype.size()..indices.end * dtype.size()];
                let sums = self.sums(&dtype.decode(bytes));
                take(&Chunk { tensor: self.tensor, first: piece.first, bytes, sums })
            }
        }
    }

    fn draw<A: Element + Number>(
        &self,
        rule: &AnyInitializer,
        piece: &Piece,
        take: &mut Take<'_>,
    ) -> Result<(), Failure> {
        let mut hand_over = |first: usize, elements: &[A]| {
            let (bytes, sums) = (&bytes_of(elements), self.sums(elements));
            take(&Chunk { tensor: self.tensor, first, bytes, sums })
        };
        if !self.tensor().values.is_whole() {
            return hand_over(piece.first, contiguous(&self.part(rule, piece)?));
        }
        let _alone = self.generator.whole.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = ArrayD::<A>::init(self.tensor().shape.as_slice(), rule, self.key());
        let whole = whole.map_err(|error| self.named(&error))?;
        let chunks = contiguous(&whole).chunks(Pieces::ELEMENTS).enumerate();
        chunks.into_iter().try_for_each(|(i, chunk)| hand_over(i * Pieces::ELEMENTS, chunk))
    }

    fn part<A: Element>(&self, rule: &AnyInitializer, piece: &Piece) -> Result<ArrayD<A>, Failure> {
        let region = piece.region(&self.tensor().shape)?;
        let part = ArrayD::init_region(piece.shape.as_slice(), rule, self.key(), &region);
        part.map_err(|error| self.named(&error))
    }

    /// Hands over numbers that are elements of the tensor's type.
    fn numbers(&self, piece: &Piece, numbers: &[f64], take: &mut Take<'_>) -> Result<(), Failure> {
        let (bytes, sums) = (&self.tensor().dtype.encode(numbers), self.sums(numbers));
        take(&Chunk { tensor: self.tensor, first: piece.first, bytes, sums })
    }

    fn sums<A: Number>(&self, elements: &[A]) -> Sums {
        if self.generator.measure { Sums::of(elements, self.tensor()) } else { Sums::default() }
    }

    fn tensor(&self) -> &Tensor {
        &self.generator.model.tensors[self.tensor]
    }

    fn key(&self) -> Key {
        self.generator.root.fork(&self.tensor().key_name)
    }

    fn named(&self, error: &dyn Error) -> Failure {
        format!("tensor {:?}: {error}", self.tensor().name).into()
    }
}

fn contiguous<A>(array: &ArrayD<A>) -> &[A] {
    array.as_slice().expect("a new array is in standard order")
}
