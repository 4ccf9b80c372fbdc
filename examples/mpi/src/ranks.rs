//! What the ranks tell each other, and that is all: whether all is well, and a few numbers.

use mpi::collective::SystemOperation;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Root};

/// The ranks of a run, seen from one of them.
pub struct Ranks {
    world: SimpleCommunicator,
}

impl Ranks {
    /// All ranks.
    pub fn new(world: SimpleCommunicator) -> Self {
        Self { world }
    }

    /// Which one this is.
    pub fn rank(&self) -> usize {
        usize::try_from(self.world.rank()).expect("ranks count from 0")
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        usize::try_from(self.world.size()).expect("at least this one")
    }

    /// Whether this one speaks for all.
    pub fn is_root(&self) -> bool {
        self.rank() == 0
    }

    /// Waits for all.
    pub fn wait(&self) {
        self.world.barrier();
    }

    /// Goes on if every rank may go on: otherwise none does, and nobody waits for another one.
    ///
    /// # Errors
    /// This rank's own, or that there is one elsewhere.
    pub fn agree<T>(&self, result: Result<T, String>) -> Result<T, Failure> {
        let mut failures = 0_i32;
        let mine = i32::from(result.is_err());
        self.world.all_reduce_into(&mine, &mut failures, SystemOperation::sum());
        match result {
            Err(error) => Err(Failure::Here(error)),
            Ok(_) if failures > 0 => Err(Failure::Elsewhere),
            Ok(value) => Ok(value),
        }
    }

    /// The numbers of all ranks, one rank after the other, on the root; nothing elsewhere. Every
    /// rank must have as many.
    pub fn gather(&self, numbers: &[u64]) -> Option<Vec<u64>> {
        let root = self.world.process_at_rank(0);
        if !self.is_root() {
            root.gather_into(numbers);
            return None;
        }
        let mut all = vec![0; numbers.len() * self.count()];
        root.gather_into_root(numbers, &mut all[..]);
        Some(all)
    }
}

/// Why a run ends early.
pub enum Failure {
    /// For a reason that this rank is to tell.
    Here(String),
    /// For one that another rank tells.
    Elsewhere,
}
