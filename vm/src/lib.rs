//! The BEAM virtual machine: terms, heaps and garbage collection, the `.beam` loader, the engines, processes,
//! the scheduler, timers, ETS and the external term format. No I/O of any kind: see [`platform`].
#![no_std]

extern crate alloc;

pub mod atom;
pub mod bits;
pub mod clock;
pub mod code;
pub mod engine;
pub mod etf;
pub mod ets;
pub mod event;
pub mod fatal;
pub mod heap;
pub mod load;
pub mod map;
pub mod match_spec;
pub mod node;
pub mod number;
pub mod platform;
pub mod port;
pub mod process;
pub mod release;
pub mod report;
pub mod sched;
pub mod sync;
pub mod term;
pub mod trace;
pub mod unicode;
