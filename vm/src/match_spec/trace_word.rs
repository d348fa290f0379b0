//! What trace functions do in a process that is not being traced: with `erlang:match_spec_test/3`.

use core::sync::atomic::{AtomicU32, Ordering};

use super::TraceOp;
use crate::atom::{self, Atom};
use crate::heap::copy;
use crate::process::Process;
use crate::term::{Term, build};

static CONTROL_WORD: AtomicU32 = AtomicU32::new(0);

/// The trace control word.
#[must_use]
pub fn control_word() -> u32 {
    CONTROL_WORD.load(Ordering::Acquire)
}

/// Sets the trace control word; answers the old one.
pub fn set_control_word(word: u32) -> u32 {
    CONTROL_WORD.swap(word, Ordering::AcqRel)
}

pub(crate) fn perform(p: &mut Process, op: TraceOp, args: &[Term]) -> Option<Term> {
    match op {
        TraceOp::IsSeqTrace => Some(Term::bool(!p.seq_token.is_nil())),
        TraceOp::GetSeqToken => {
            let token = p.seq_token;
            Some(copy(p, token))
        }
        TraceOp::Display => {
            let mut text = crate::term::display::to_bytes(args[0], usize::MAX);
            text.push(b'\n');
            let _ = crate::platform::platform().console_write(1, &text);
            Some(Term::bool(true))
        }
        TraceOp::ProcessDump => {
            let text = crate::process::described(p);
            Some(build::binary(p, text.as_bytes()))
        }
        TraceOp::Caller | TraceOp::CallerLine => Some(Term::atom(atom::UNDEFINED)),
        TraceOp::CurrentStacktrace => Some(Term::NIL),
        TraceOp::Silent => Some(Term::bool(true)),
        TraceOp::EnableTrace | TraceOp::DisableTrace => {
            let flag = args.last()?.as_atom().map(Atom::text)?;
            FLAGS.contains(&flag).then_some(Term::bool(true))
        }
        TraceOp::Trace => args.iter().rev().take(2).all(|t| t.list_length().is_some()).then_some(Term::bool(false)),
        TraceOp::SetSeqToken => None,
        TraceOp::GetTcw => Some(build::unsigned(p, control_word().into())),
        TraceOp::SetTcw => {
            let word = u32::try_from(args[0].as_u64()?).ok()?;
            Some(build::unsigned(p, set_control_word(word).into()))
        }
    }
}

/// Trace flags that a body may set.
const FLAGS: &[&str] = &[
    "all",
    "send",
    "receive",
    "procs",
    "call",
    "silent",
    "return_to",
    "running",
    "exiting",
    "garbage_collection",
    "timestamp",
    "cpu_timestamp",
    "monotonic_timestamp",
    "strict_monotonic_timestamp",
    "arity",
    "set_on_spawn",
    "set_on_first_spawn",
    "set_on_link",
    "set_on_first_link",
    "ports",
    "running_ports",
    "running_procs",
    "scheduler_id",
];
