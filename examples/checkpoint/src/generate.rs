//! The bytes of tensors, made a piece at a time: neither a tensor nor a file has to fit memory.

use crate::dtype::{Dtype, Float};
use crate::model::{Model, Parameter};
use crate::pieces::Pieces;
use crate::statistics::Sums;
use ndarray_init::half::{bf16, f16};
use ndarray_init::ndarray::{Array, ArrayD, Dimension};
use ndarray_init::{InitError, InitExt, Key};
use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// A run of a tensor's elements.
pub(crate) struct Chunk<'a> {
    /// The parameter's place in the model.
    pub(crate) parameter: usize,
    /// The row-major index of the first element.
    pub(crate) first: usize,
    /// The elements, little-endian.
    pub(crate) bytes: &'a [u8],
    pub(crate) sums: Sums,
}

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// What a chunk is handed to. Not generic, so that each element type is compiled once.
type Take<'a> = dyn FnMut(&Chunk<'_>) -> Result<(), Failure> + 'a;

/// Makes all tensors of a model.
pub(crate) struct Generator<'a> {
    model: &'a Model,
    root: Key,
    /// Whether chunks have sums.
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
        let tasks = Tasks::of(self.model);
        let stop = AtomicBool::new(false);
        let work = || -> Result<(), Failure> {
            let mut bytes = Vec::new();
            while let Some((parameter, i)) = tasks.next() {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                self.task(parameter, i, &mut bytes, &mut |chunk| take(chunk))
                    .inspect_err(|_| stop.store(true, Ordering::Relaxed))?;
            }
            Ok(())
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads()).map(|_| scope.spawn(work)).collect();
            let join = |worker: thread::ScopedJoinHandle<'_, _>| match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            workers.into_iter().try_for_each(join)
        })
    }

    /// Hands over one tensor's chunks in their order.
    pub(crate) fn one(&self, parameter: usize, take: &mut Take<'_>) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        for i in 0..tasks(&self.model.parameters[parameter]) {
            self.task(parameter, i, &mut bytes, take)?;
        }
        Ok(())
    }

    /// One piece, or the whole of a tensor that has no pieces.
    fn task(
        &self,
        parameter: usize,
        i: usize,
        bytes: &mut Vec<u8>,
        take: &mut Take<'_>,
    ) -> Result<(), Failure> {
        let make = Make { generator: self, parameter, i, bytes };
        match self.model.parameters[parameter].dtype {
            Dtype::F64 => make.floats::<f64>(take),
            Dtype::F32 => make.floats::<f32>(take),
            Dtype::F16 => make.floats::<f16>(take),
            Dtype::Bf16 => make.floats::<bf16>(take),
            Dtype::I64 => make.integers(take),
        }
    }
}

/// One task, in no particular element type.
struct Make<'a> {
    generator: &'a Generator<'a>,
    parameter: usize,
    i: usize,
    bytes: &'a mut Vec<u8>,
}

impl Make<'_> {
    fn floats<A: Float>(self, take: &mut Take<'_>) -> Result<(), Failure> {
        let Self { generator, parameter, i, bytes } = self;
        let Parameter { name, shape, rule, .. } = &generator.model.parameters[parameter];
        let key = generator.root.fork(name);
        let named = |error: InitError| format!("parameter {name:?}: {error}");
        let mean = generator.model.parameters[parameter].mean();
        let mut hand_over = |first: usize, elements: &[A]| {
            bytes.clear();
            A::append(elements, bytes);
            let sums = if generator.measure { Sums::of(elements, mean) } else { Sums::default() };
            take(&Chunk { parameter, first, bytes, sums })
        };
        if generator.model.parameters[parameter].is_whole() {
            let _alone = generator.whole.lock().unwrap_or_else(PoisonError::into_inner);
            let tensor = ArrayD::<A>::init(shape.as_slice(), rule, key).map_err(named)?;
            let mut first = 0;
            for elements in contiguous(&tensor).chunks(CHUNK) {
                hand_over(first, elements)?;
                first += elements.len();
            }
            return Ok(());
        }
        let piece = Pieces::of(shape).get(i);
        let region = piece.region(shape).map_err(named)?;
        let elements = ArrayD::<A>::init_region(piece.shape.as_slice(), rule, key, &region);
        hand_over(piece.first, contiguous(&elements.map_err(named)?))
    }

    /// Integers are constant, and were checked to be integers.
    fn integers(self, take: &mut Take<'_>) -> Result<(), Failure> {
        let Self { generator, parameter, i, bytes } = self;
        let Parameter { shape, rule, .. } = &generator.model.parameters[parameter];
        let piece = Pieces::of(shape).get(i);
        let region = piece.region(shape)?;
        let numbers =
            ArrayD::<f64>::init_region(piece.shape.as_slice(), rule, generator.root, &region)?;
        bytes.clear();
        for &number in &numbers {
            bytes.extend_from_slice(&(number as i64).to_le_bytes());
        }
        let sums = Sums::of(contiguous(&numbers), Some(0.0));
        take(&Chunk { parameter, first: piece.first, bytes, sums })
    }
}

/// The elements that a tensor which is made whole is handed over by.
const CHUNK: usize = 1 << 18;

/// New arrays are in standard order.
fn contiguous<A, D: Dimension>(array: &Array<A, D>) -> &[A] {
    array.as_slice().expect("a new array is in standard order")
}

/// How many tasks a tensor comes in.
fn tasks(parameter: &Parameter) -> usize {
    let pieces = Pieces::of(&parameter.shape).count();
    if parameter.is_whole() { pieces.min(1) } else { pieces }
}

/// The tasks of all tensors, each of which is given out once.
struct Tasks {
    /// The number of tasks up to the end of each tensor.
    ends: Vec<u64>,
    next: AtomicU64,
}

impl Tasks {
    fn of(model: &Model) -> Self {
        let mut end = 0;
        let ends = model.parameters.iter().map(|parameter| {
            end += tasks(parameter) as u64;
            end
        });
        Self { ends: ends.collect(), next: AtomicU64::new(0) }
    }

    /// A tensor, and which of its tasks.
    fn next(&self) -> Option<(usize, usize)> {
        let task = self.next.fetch_add(1, Ordering::Relaxed);
        let tensor = self.ends.partition_point(|&end| end <= task);
        if tensor == self.ends.len() {
            return None;
        }
        let start = tensor.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some((tensor, (task - start) as usize))
    }
}

/// One more than there are processors, since one waits for the disk. More than these would all wait
/// for it, and each has its buffers.
fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(7) + 1
}
