//! Every rank fills its own part of a network's parameters, writes it to a file of its own, and asks
//! no other rank for anything.
//!
//! ```text
//! mpirun -n 4 target/release/shards --out OUT --cut mixed --check
//! ```

mod ranks;

use clap::Parser;
use cpu_time::ProcessTime;
use mpi::Threading;
use ndarray_init::ndarray::ArrayD;
use ndarray_init::{AnyInitializer, InitError, Key};
use ranks::{Failure, Ranks};
use shards::checkpoint::{self, Checkpoint};
use shards::cut::{Cut, Part};
use shards::digest::digest;
use shards::model::{Model, Parameter};
use shards::shard::{self, Piece};
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::time::{Duration, Instant};

/// Initializes a network, each rank its own part, and writes a safetensors file for each rank.
#[derive(Parser)]
struct Arguments {
    /// The folder for the files, which must have no safetensors files yet.
    #[arg(long)]
    out: PathBuf,
    /// How the parameters are cut.
    #[arg(long, value_enum, default_value_t = Cut::Mixed)]
    cut: Cut,
    /// The network's seed.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// The list of parameters of a GPT-2.
    #[arg(long, default_value = GPT2)]
    model: PathBuf,
    /// An initializer for all matrices in place of the list's, such as `glorot_uniform`.
    #[arg(long, value_parser = initializer)]
    kernels: Option<AnyInitializer>,
    /// Makes the whole network on rank 0 as well, and compares.
    #[arg(long)]
    check: bool,
}

const GPT2: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/gpt2_transformers.json");

fn initializer(name: &str) -> Result<AnyInitializer, serde_json::Error> {
    serde_json::from_value(name.into())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A rank that panics ends the run: the others would wait for it forever.
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        print(info);
        process::abort();
    }));
    // Arrays are filled by threads, none of which calls MPI.
    let Some((universe, _)) = mpi::initialize_with_threading(Threading::Funneled) else {
        eprintln!("error: MPI was initialized before");
        return ExitCode::FAILURE;
    };
    let ranks = Ranks::new(universe.world());
    match run(&ranks, &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Elsewhere) => ExitCode::FAILURE,
        Err(Failure::Here(error)) => {
            eprintln!("error on rank {} of {}: {error}", ranks.rank(), ranks.count());
            ExitCode::FAILURE
        }
    }
}

fn run(ranks: &Ranks, arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { out, cut, seed, model, kernels, check } = arguments;
    let network = Key::new(*seed);
    let model = ranks.agree(Model::read(model, kernels.as_ref()))?;
    ranks.agree(if ranks.is_root() { empty_folder(out) } else { Ok(()) })?;
    let parts: Vec<_> = model
        .parameters
        .iter()
        .map(|parameter| cut.part(parameter, ranks.rank(), ranks.count()))
        .collect();

    ranks.wait();
    let (filled, new) = timed(|| fill(&model, &parts, network));
    let mut arrays = ranks.agree(filled)?;
    // Once more, as the first time is spent on the system's handing out memory, too.
    let (filled, again) = timed(|| refill(&model, &parts, network, &mut arrays));
    ranks.agree(filled)?;

    let pieces = model.parameters.iter().zip(&parts).zip(&arrays);
    let digests: Vec<_> = pieces
        .clone()
        .map(|((parameter, part), array)| digest(array, part, &parameter.shape))
        .collect();
    let pieces = pieces.map(|((Parameter { name, shape, .. }, part), array)| Piece {
        name,
        global_shape: shape,
        part,
        array,
    });
    write(ranks, out, pieces)?;

    let elements = parts.iter().map(Part::elements).sum::<usize>() as u64;
    let [new, again, processor] =
        [new[0], again[0], again[1]].map(|time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    let numbers = ranks.gather(&[elements, new, again, processor]);
    let digests = ranks.gather(&digests);
    let (Some(numbers), Some(digests)) = (numbers, digests) else {
        // Only the root has anything left to do; the others hear how it went.
        return ranks.agree(Ok(()));
    };
    report(&model, *cut, numbers.as_chunks().0);
    let sums: Vec<_> = (0..model.parameters.len())
        .map(|i| digests[i..].iter().step_by(model.parameters.len()).copied())
        .map(|digests| digests.fold(0, u64::wrapping_add))
        .collect();
    ranks.agree(if *check { compare(&model, network, &sums, out) } else { Ok(()) })
}

/// Makes the folder, or sees that no other files would be taken for a part of this checkpoint.
fn empty_folder(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    match &checkpoint::files(folder)?[..] {
        [] => Ok(()),
        [file, ..] => Err(format!("{} is there already: --out needs a new folder", file.display())),
    }
}

/// This rank's part of every parameter.
fn fill(model: &Model, parts: &[Part], network: Key) -> Result<Vec<ArrayD<f32>>, String> {
    let pairs = model.parameters.iter().zip(parts);
    pairs.map(|(parameter, part)| named(parameter, parameter.part(network, part))).collect()
}

/// The same into the arrays that are there.
fn refill(
    model: &Model,
    parts: &[Part],
    network: Key,
    arrays: &mut [ArrayD<f32>],
) -> Result<(), String> {
    let mut pairs = model.parameters.iter().zip(parts).zip(arrays);
    pairs.try_for_each(|((parameter, part), array)| {
        named(parameter, parameter.refill(network, part, array))
    })
}

/// An error with the name of the parameter that it is about.
fn named<T>(parameter: &Parameter, result: Result<T, InitError>) -> Result<T, String> {
    result.map_err(|error| format!("parameter {:?}: {error}", parameter.name))
}

/// Writes this rank's file. All files get their names at the end, or none does.
fn write<'a>(
    ranks: &Ranks,
    folder: &Path,
    pieces: impl Iterator<Item = Piece<'a>> + Clone,
) -> Result<(), Failure> {
    if pieces.clone().all(|piece| piece.part.elements() == 0) {
        // More ranks than the network has rows and columns.
        ranks.agree(Ok(()))?;
        return ranks.agree(Ok(()));
    }
    let path = folder.join(shard::file_name(ranks.rank()));
    let partial = path.with_extension("partial");
    let written = ranks.agree(shard::write(&partial, pieces));
    if written.is_err() {
        // Whether it is there or not: the error is told already.
        let _ = fs::remove_file(&partial);
        return written;
    }
    let renamed = fs::rename(&partial, &path);
    ranks.agree(renamed.map_err(|error| format!("{}: {error}", path.display())))
}

/// What the work gives, the time that passed, and the processor time of all this rank's threads.
fn timed<T>(work: impl FnOnce() -> T) -> (T, [Duration; 2]) {
    let (start, processor) = (Instant::now(), ProcessTime::now());
    let result = work();
    (result, [start.elapsed(), processor.elapsed()])
}

/// Prints what each rank did.
fn report(model: &Model, cut: Cut, ranks: &[[u64; 4]]) {
    let Model { name, parameters } = model;
    let (count, all) = (parameters.len(), model.elements());
    println!("{name}: {count} parameters, {all} elements, {} ranks, cut {cut:?}", ranks.len());
    println!(
        "rank     elements      MiB   fill new, ms   again, ms   of processor   ns an element"
    );
    for (rank, &[elements, new, again, processor]) in ranks.iter().enumerate() {
        let mib = elements as f64 * 4.0 / f64::from(1 << 20);
        let [new, again, used] = [new, again, processor].map(|time| time as f64 / 1e6);
        let each = processor as f64 / elements as f64;
        println!(
            "{rank:>4} {elements:>12} {mib:>8.1} {new:>14.1} {again:>11.1} {used:>14.1} {each:>15.2}"
        );
    }
}

/// Whether a single process makes the same network: the digests that the ranks sent, and each
/// element of the files that they wrote.
fn compare(model: &Model, network: Key, digests: &[u64], folder: &Path) -> Result<(), String> {
    let checkpoint = Checkpoint::open(folder)?;
    let unknown = |name: &&str| model.parameters.iter().all(|parameter| parameter.name != *name);
    if let Some(name) = checkpoint.names().find(unknown) {
        return Err(format!("{}: no parameter {name:?} in the model", folder.display()));
    }
    for (parameter, &sum) in model.parameters.iter().zip(digests) {
        let Parameter { name, shape, .. } = parameter;
        let whole = named(parameter, parameter.whole(network))?;
        let all = Part { offset: vec![0; shape.len()], shape: shape.clone() };
        let expected = digest(&whole, &all, shape);
        if sum != expected {
            return Err(format!("{name:?}: digest {sum:016x}, of one process {expected:016x}"));
        }
        let found = checkpoint.load(name)?;
        if found.shape() != whole.shape() {
            return Err(format!("{name:?}: shape {:?}, not {shape:?}", found.shape()));
        }
        let differ = |(found, whole): (&f32, &f32)| found.to_bits() != whole.to_bits();
        if let Some(i) = found.iter().zip(&whole).position(differ) {
            let (found, whole) = (found.iter().nth(i), whole.iter().nth(i));
            return Err(format!("{name:?}: {found:?} is element {i}, {whole:?} in one process"));
        }
    }
    let digest =
        digests.iter().fold(0, |sum: u64, digest| sum.rotate_left(1).wrapping_add(*digest));
    println!("the same as one process makes, to the bit: digests and files; {digest:016x}");
    Ok(())
}
