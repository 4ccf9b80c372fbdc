//! The program from the outside: what it writes, what it prints and how it fails.

mod common;
mod large;
mod lists;
mod report;
mod safety;
mod sets;
mod values;
mod verify;
