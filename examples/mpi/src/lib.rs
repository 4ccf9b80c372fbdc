//! Which part of a network's parameters each of several processes holds, how a process fills its
//! part, and how the files of all of them are read as one checkpoint. Knows nothing of MPI.

pub mod cut;
pub mod model;
pub mod digest;
pub mod shard;
pub mod checkpoint;
