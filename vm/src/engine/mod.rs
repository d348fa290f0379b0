//! The engine: runs a process's code for a slice. Two back ends from one op table (`ops/*.ops`): threaded, where each
//! handler ends in a jump to the next, and a match loop. The slow paths are functions on [`Context`].
//!
//! Registers: `pc`, context, `sp`, `hp`, reductions travel in the first five argument registers; X registers lie at
//! the context's start; a return address is pushed on the Erlang stack and returned to by a jump.

mod arith;
mod bits;
mod bs_build;
mod bs_errors;
mod bs_match;
mod calls;
mod context;
mod exceptions;
mod native;
mod operands;
mod receive;
mod records;
mod run;
mod stacktrace;
mod trace;

use crate::atom;
use crate::code::{Export, FunEntry};
use crate::process::Class;
use crate::term::compare::{compare, eq, exact_eq};
use crate::term::{Header, Tag, Term};

pub use arith::Arith;
use context::{After, Counted, Peek, Wait};
pub use context::{Context, Stop};
pub(crate) use native::NO_COLLECTION;
pub use run::{Backend, backend, set_backend};
pub(crate) use run::{EXCEPTION_TRACE, EXIT, MEASURE_RETURN, RESUME, RETURN_TO, RETURN_TRACE, run};
pub(crate) use stacktrace::frame_of;
pub use stacktrace::{backtrace_depth, set_backtrace_depth, stacktrace_of};
pub(crate) use trace::unmatched;

/// A handler of the threaded back end.
///
/// # Safety
/// All handlers (and the match loop) rely on these invariants. The loader checks every operand: registers lie inside
/// their files, labels at instructions, constants are terms that live with the module. `ctx` is the scheduler's
/// context, and its process is owned by this thread. `sp` and `hp` lie in the process's young block with
/// [`crate::heap::RESERVED`] words between them; the compiler's `test_heap` and `allocate` promise the room that
/// building instructions use. Y registers live between `sp` and the return address, as the code's frame sizes say.
pub(crate) type Handler = unsafe extern "sysv64" fn(*const u64, *mut Context, *mut u64, *mut u64, i64);

/// Bytes that an allocation keeps free beyond its own: for return addresses.
const FRAME_SLACK: usize = crate::heap::RESERVED * 8;

/// A specialised instruction's operands.
#[derive(Debug)]
pub(crate) struct OpInfo {
    pub name: &'static str,
    /// A letter for each param; see `build/parse.rs`.
    pub kinds: &'static str,
    pub slots: &'static [(bool, usize)],
    pub size: usize,
}

/// An op with all its variants.
#[derive(Debug)]
pub(crate) struct Family {
    pub name: &'static str,
    pub first: usize,
    pub kinds: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/ops_table.rs"));

use bits::{bit_size, bits_left, context, get_utf, read_bits, same_bits, unaligned_byte, window};
pub(crate) use bs_build::Segment;
use operands::{
    both_small, destination, flat_value, float_value, floats, fun_code, has_room, is_big_header, is_function_of, source,
};

/// The handler that an instruction begins with.
/// # Safety
/// `pc` must be at an instruction of the threaded back end.
#[inline(always)]
unsafe fn handler(pc: *const u64) -> Handler {
    // SAFETY: the first word of an instruction is its handler's address.
    unsafe { core::mem::transmute::<u64, Handler>(*pc) }
}

/// The handler that a word is.
/// # Safety
/// It must be the first word of an instruction of the threaded back end.
#[inline(always)]
unsafe fn handler_of(word: u64) -> Handler {
    // SAFETY: the caller's promise.
    unsafe { core::mem::transmute::<u64, Handler>(word) }
}

use exceptions::handle_exception;

#[allow(
    unused_mut,
    unused_variables,
    unused_assignments,
    unreachable_code,
    unused_parens,
    clippy::all,
    clippy::pedantic
)]
mod threaded {
    use super::*;
    include!(concat!(env!("OUT_DIR"), "/threaded.rs"));
}

#[allow(
    unused_mut,
    unused_variables,
    unused_assignments,
    unreachable_code,
    unused_parens,
    clippy::all,
    clippy::pedantic
)]
mod match_loop {
    use super::*;
    include!(concat!(env!("OUT_DIR"), "/match_loop.rs"));
}

/// The names of all specialised instructions.
pub fn instruction_names() -> impl Iterator<Item = &'static str> {
    OPS.iter().map(|o| o.name)
}

/// The first word of an instruction of this variant, for the back end in use.
pub(crate) fn instruction(variant: usize) -> u64 {
    match backend() {
        Backend::Threaded => threaded::HANDLERS[variant] as usize as u64,
        Backend::MatchLoop => variant as u64,
    }
}
