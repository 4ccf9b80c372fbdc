//! The program from the outside: what it writes, what it prints and how it fails.

mod common;
mod configured;
mod errors;
mod keras;
mod large;
mod npz;
mod report;
mod safety;
mod sets;
mod torch;
mod verify;
