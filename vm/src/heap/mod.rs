//! Memory for terms: process heaps and the garbage collector, fragments outside of them, copying between heaps.

mod block;
mod copy;
mod fragment;
mod gc;
mod literals;
mod process_heap;
pub mod sizes;
pub mod stress;
pub mod usage;

pub use copy::{copy, size};
pub use fragment::{Fragments, OwnedTerm};
pub(crate) use gc::Roots;
pub use gc::{collections, reclaimed};
pub use literals::Areas;
pub(crate) use process_heap::RESERVED;
pub use process_heap::{GcStats, Policy, ProcessHeap};
