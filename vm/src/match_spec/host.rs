//! Who runs a program: it has room for results, and does what traces ask for.

use crate::process::Process;
use crate::term::{Alloc, Pid, Term};

/// What a trace's body may ask of its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceOp {
    IsSeqTrace,
    SetSeqToken,
    GetSeqToken,
    ProcessDump,
    Display,
    EnableTrace,
    DisableTrace,
    Trace,
    Caller,
    CallerLine,
    CurrentStacktrace,
    Silent,
    /// The control word, read and set.
    GetTcw,
    SetTcw,
}

/// Who runs a program.
pub trait Host: Alloc {
    /// `{self}`.
    fn self_pid(&self) -> Pid;

    /// Does what a trace's body asks for and answers a value; none where it fails.
    fn trace(&mut self, op: TraceOp, args: &[Term]) -> Option<Term>;
}

impl Host for Process {
    fn self_pid(&self) -> Pid {
        self.pid()
    }

    fn trace(&mut self, op: TraceOp, args: &[Term]) -> Option<Term> {
        super::trace_word::perform(self, op, args)
    }
}
