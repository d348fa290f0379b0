//! Memory for terms: fragments outside of process heaps, copying between heaps, and the garbage collector.

mod copy;
mod fragment;

pub use copy::{copy, size};
pub use fragment::{Fragments, OwnedTerm};
