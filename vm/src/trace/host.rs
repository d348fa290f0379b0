//! What match specifications of traces do in the process they run for (`db_prog_match` in `erl_db_util.c`).

use alloc::sync::Arc;

use super::flags::{self, Flags};
use super::seq;
use super::session::Session;
use super::tracer::Tracer;
use crate::atom;
use crate::code;
use crate::match_spec::{Host, TraceOp, trace_word};
use crate::process::{self, Process, names};
use crate::term::{Alloc, OffHeap, Pid, Term, build};

/// A process, seen by a match specification of a session.
pub(super) struct TraceHost<'a> {
    pub p: &'a mut Process,
    pub session: &'a Arc<Session>,
    /// Where the call returns to; null if it is no call.
    pub caller: *const u64,
}

impl Alloc for TraceHost<'_> {
    fn alloc(&mut self, words: usize) -> *mut u64 {
        self.p.alloc(words)
    }

    fn off_heap(&mut self) -> &mut OffHeap {
        self.p.off_heap()
    }
}

impl Host for TraceHost<'_> {
    fn self_pid(&self) -> Pid {
        self.p.pid()
    }

    fn trace(&mut self, op: TraceOp, args: &[Term]) -> Option<Term> {
        match op {
            TraceOp::EnableTrace | TraceOp::DisableTrace => self.switch(op == TraceOp::EnableTrace, args),
            TraceOp::Trace => self.set_flags(args),
            TraceOp::Silent => {
                let silent = args[0].as_bool()?;
                let (off, on) = if silent { (0, flags::SILENT) } else { (flags::SILENT, 0) };
                let tracer = self.tracer();
                self.p.slot().traced.adjust(self.session, tracer, off, on);
                Some(args[0])
            }
            TraceOp::Caller => Some(self.caller_mfa(false)),
            TraceOp::CallerLine => Some(self.caller_mfa(true)),
            TraceOp::CurrentStacktrace => self.stacktrace(args),
            TraceOp::SetSeqToken => seq::set(self.p, args[0], args[1]),
            TraceOp::GetSeqToken => Some(self.p.seq_token),
            TraceOp::IsSeqTrace | TraceOp::ProcessDump | TraceOp::Display | TraceOp::GetTcw | TraceOp::SetTcw => {
                trace_word::perform(self.p, op, args)
            }
        }
    }
}

impl TraceHost<'_> {
    fn tracer(&self) -> Option<Tracer> {
        self.p.slot().traced.of(self.session).map(|t| t.tracer)
    }

    /// `{enable_trace, [Pid,] Flag}` and its opposite.
    fn switch(&mut self, on: bool, args: &[Term]) -> Option<Term> {
        let mask = flags::of_name(args.last()?.as_atom()?)?;
        let slot = match args {
            [pid, _] => find(*pid)?,
            _ => self.p.slot(),
        };
        let (off, on) = if on { (0, mask) } else { (mask, 0) };
        // Another process is traced by this one's tracer then.
        slot.traced.adjust(self.session, self.tracer(), off, on);
        Some(Term::bool(true))
    }

    /// `{trace, [Pid,] DisableList, EnableList}`.
    fn set_flags(&mut self, args: &[Term]) -> Option<Term> {
        let (slot, lists) = match args {
            [pid, lists @ ..] if lists.len() == 2 => (find(*pid)?, lists),
            lists => (self.p.slot(), lists),
        };
        let mut tracer = None;
        let off = flag_list(lists[0], &mut tracer)?;
        let on = flag_list(lists[1], &mut tracer)?;
        let tracer = tracer.filter(|t| t.is_alive()).or_else(|| self.tracer());
        Some(Term::bool(slot.traced.adjust(self.session, tracer, off, on)))
    }

    fn caller_mfa(&mut self, with_line: bool) -> Term {
        let Some(l) = code::locate(self.caller.wrapping_sub(usize::from(!self.caller.is_null()))) else {
            return Term::atom(atom::UNDEFINED);
        };
        let m = l.mfa;
        let mut parts = alloc::vec![Term::atom(m.module), Term::atom(m.function), Term::small(i64::from(m.arity))];
        if with_line {
            parts.push(match l.line {
                Some((file, line)) => build::tuple(self.p, &[file, Term::small(i64::from(line))]),
                None => Term::atom(atom::UNDEFINED),
            });
        }
        build::tuple(self.p, &parts)
    }

    fn stacktrace(&mut self, args: &[Term]) -> Option<Term> {
        let depth = match args.first() {
            Some(n) => n.as_usize().filter(|n| *n > 0)?,
            None => crate::engine::backtrace_depth(),
        };
        let locations = self.p.return_locations(depth);
        let frames: alloc::vec::Vec<Term> = locations.iter().map(|l| crate::engine::frame_of(self.p, l)).collect();
        Some(build::list(self.p, &frames))
    }
}

/// A process, by its pid or name.
fn find(t: Term) -> Option<&'static process::Slot> {
    let pid = match t.as_atom().map(names::whereis) {
        Some(Some(names::Registered::Process(pid))) => pid,
        Some(_) => return None,
        None => t.as_pid()?,
    };
    process::lookup(pid)
}

/// A list of flags, with a tracer perhaps.
pub fn flag_list(list: Term, tracer: &mut Option<Tracer>) -> Option<Flags> {
    let mut mask = 0;
    let mut items = list.list();
    for item in items.by_ref() {
        match item.as_atom() {
            Some(name) => mask |= flags::of_name(name)?,
            None => *tracer = Some(tracer_of(item)?),
        }
    }
    items.rest().is_nil().then_some(mask)
}

/// `{tracer, PidOrPort}`, or `{tracer, erl_tracer, PidOrPort}`.
pub fn tracer_of(t: Term) -> Option<Tracer> {
    match t.as_tuple()? {
        [tag, who] if tag.is(atom::TRACER) => Tracer::from_term(*who),
        [tag, module, who] if tag.is(atom::TRACER) && module.is(atom::ERL_TRACER) => Tracer::from_term(*who),
        _ => None,
    }
}
