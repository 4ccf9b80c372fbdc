//! Every rank fills its own part of a network's parameters, writes it to a file of its own, and asks
//! no other rank for anything.

mod cut;
mod files;
mod model;

use clap::Parser;
use cpu_time::ProcessTime;
use cut::Cut;
use files::Piece;
use mpi::Threading;
use mpi::collective::SystemOperation;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives};
use ndarray_init::ndarray::ArrayD;
use ndarray_init::{AnyInitializer, Key};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/gpt2_transformers.json"))]
    model: PathBuf,
    /// An initializer for all matrices in place of the list's, such as `glorot_uniform`.
    #[arg(long, value_parser = initializer)]
    kernels: Option<AnyInitializer>,
    /// Makes the whole network on rank 0 as well, and compares.
    #[arg(long)]
    check: bool,
}

fn initializer(name: &str) -> Result<AnyInitializer, serde_json::Error> {
    serde_json::from_value(name.into())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A rank that panics ends the run: the others would wait for it forever.
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("error: {panic}");
        std::process::abort();
    }));
    // Arrays are filled by threads, none of which calls MPI.
    let Some((universe, _)) = mpi::initialize_with_threading(Threading::Funneled) else {
        eprintln!("error: MPI was initialized before");
        return ExitCode::FAILURE;
    };
    let world = universe.world();
    match run(&world, &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if let Some(error) = error {
                eprintln!("error on rank {} of {}: {error}", world.rank(), world.size());
            }
            ExitCode::FAILURE
        }
    }
}

fn run(world: &SimpleCommunicator, arguments: &Arguments) -> Result<(), Option<String>> {
    let Arguments { out, cut, seed, model, kernels, check } = arguments;
    let [rank, ranks] = [world.rank(), world.size()].map(|n| n.unsigned_abs() as usize);
    let network = Key::new(*seed);
    let parameters = agree(world, model::read(model, kernels.as_ref()))?;
    agree(world, if rank == 0 { empty_folder(out) } else { Ok(()) })?;

    let parts: Vec<_> =
        parameters.iter().map(|parameter| cut.part(parameter, rank, ranks)).collect();
    let held = || parameters.iter().zip(&parts);
    let start = ProcessTime::now();
    let filled = held().map(|(parameter, part)| parameter.part(network, part)).collect();
    let time = start.elapsed();
    let arrays: Vec<_> = agree(world, filled)?;

    let pieces: Vec<_> = held()
        .zip(&arrays)
        .map(|((parameter, part), array)| Piece { parameter, part, array })
        .collect();
    write(world, &out.join(files::name(rank)), &pieces)?;
    let elements: usize = arrays.iter().map(ArrayD::len).sum();
    let (ms, each) = (time.as_secs_f64() * 1e3, time.as_secs_f64() * 1e9 / elements as f64);
    println!("rank {rank}: {elements} elements, {ms:.1} ms of processor, {each:.2} ns an element");
    let compare = || files::compare(out, &parameters, network);
    agree(world, if rank == 0 && *check { compare() } else { Ok(()) })
}

/// Goes on if every rank may go on. Otherwise none does: the error is this rank's, or none if another
/// rank has it.
fn agree<T>(world: &SimpleCommunicator, result: Result<T, String>) -> Result<T, Option<String>> {
    let mut failures = 0_i32;
    world.all_reduce_into(&i32::from(result.is_err()), &mut failures, SystemOperation::sum());
    let value = result.map_err(Some)?;
    if failures > 0 { Err(None) } else { Ok(value) }
}

/// Makes the folder. Other files in it would be taken for a part of this checkpoint.
fn empty_folder(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    match &files::files(folder)?[..] {
        [] => Ok(()),
        [file, ..] => Err(format!("{} is there already: --out needs a new folder", file.display())),
    }
}

/// Writes this rank's file. All files get their names at the end, or none does.
fn write(
    world: &SimpleCommunicator,
    path: &Path,
    pieces: &[Piece<'_>],
) -> Result<(), Option<String>> {
    let partial = path.with_extension("partial");
    let written = agree(world, files::write(&partial, pieces));
    if written.is_err() {
        // It need not be there. The error is told already.
        let _ = fs::remove_file(&partial);
        return written;
    }
    let renamed = fs::rename(&partial, path);
    agree(world, renamed.map_err(|error| format!("{}: {error}", path.display())))
}
