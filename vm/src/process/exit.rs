//! The end of a process: its signals, links, monitors, name, tables and timers.

use alloc::boxed::Box;
use core::sync::atomic::Ordering;

use super::{Class, Process, RunState, Signal, deliver, names, table};
use crate::atom;
use crate::heap::OwnedTerm;
use crate::term::{Term, build};
use crate::trace;

impl Process {
    /// Has the process exit with this reason when the work that calls this (a [`Signal::Call`]) is done.
    pub fn request_exit(&mut self, reason: Term) {
        self.exception.set(Class::Exit, reason);
        self.exit_requested = true;
    }

    /// Raises `exit:killed`-like endings when the heap has outgrown `max_heap_size`.
    pub(crate) fn check_max_heap_size(&mut self) {
        let policy = self.heap.policy;
        if policy.max_heap_size == 0 {
            return;
        }
        let mut total = self.heap.total_size();
        if policy.max_heap_binaries {
            total += self.heap.binary_words();
        }
        if !self.flags.message_queue_off_heap {
            total += self.mailbox.words();
        }
        if total > policy.max_heap_size {
            if policy.max_heap_log {
                crate::report::max_heap_size(self, total);
            }
            if policy.max_heap_kill {
                let slot = self.slot;
                slot.inbox.lock().signals.push_front(Signal::Exit {
                    from: Term::pid(self.pid),
                    reason: OwnedTerm::new(Term::atom(atom::KILL)),
                    way: super::ExitWay::Signal,
                });
                self.end_slice();
            }
        }
    }

    /// Ends the current slice at the next call, so that signals are looked at.
    pub(crate) fn end_slice(&mut self) {
        if !self.context.is_null() {
            // SAFETY: the context outlives the slice, and only this thread uses it.
            unsafe { (*self.context).reductions = 0 };
        }
    }
}

/// Ends a process with the exception it holds; frees it.
pub(crate) fn exit(mut p: Box<Process>) {
    p.paused = None;
    let reason = match p.exception.class {
        Class::Exit | Class::Error => p.exception.reason,
        Class::Throw => {
            let r = p.exception.reason;
            build::tuple(&mut *p, &[Term::atom(atom::NOCATCH), r])
        }
    };
    let slot = p.slot;
    trace::events::procs(&p, atom::EXIT, reason);
    slot.alive.store(0, Ordering::Release);
    table::ALIVE.fetch_sub(1, Ordering::Relaxed);
    if let Some(name) = slot.registered_name() {
        trace::events::procs(&p, atom::UNREGISTER, Term::atom(name));
    }
    names::process_exited(slot, p.pid);
    crate::sched::cancel_receive_timer(&mut p);
    let left = {
        let mut inbox = slot.inbox.lock();
        inbox.state = RunState::Exiting;
        core::mem::take(&mut inbox.signals)
    };
    // Signals that nobody had looked at before the end: new links and monitors find no process, work is done.
    let me = Term::pid(p.pid);
    let noproc = || OwnedTerm::new(Term::atom(atom::NOPROC));
    for signal in left {
        match signal {
            Signal::Link { from } => {
                deliver(from, Signal::Exit { from: me, reason: noproc(), way: super::ExitWay::Link });
            }
            Signal::Unlink { from } => {
                p.links.processes.remove(&from);
            }
            Signal::Monitor { from, reference } => {
                deliver(from, Signal::Down { reference, reason: noproc() });
            }
            Signal::Demonitor { reference } => {
                p.links.monitored_by.remove(&reference.numbers);
            }
            Signal::Call(work) => work(&mut p),
            _ => {}
        }
    }
    p.safe_point();
    let reason = OwnedTerm::new(reason);
    for dependant in core::mem::take(&mut p.on_exit) {
        dependant.exited(&mut p, reason.get());
    }
    let links = core::mem::take(&mut p.links);
    for pid in links.processes {
        super::send_exit(&mut p, pid, &reason, super::ExitWay::Link);
    }
    for port in links.ports {
        crate::port::process_exited(port, p.pid, &reason);
    }
    for (numbers, from) in links.monitored_by {
        let reference = crate::term::Reference { numbers, pid: None };
        deliver(from, Signal::Down { reference, reason: reason.clone() });
    }
    for (numbers, monitor) in links.monitors {
        let reference = crate::term::Reference { numbers, pid: None };
        match monitor.kind {
            super::MonitorKind::Process(pid) => {
                deliver(pid, Signal::Demonitor { reference });
            }
            super::MonitorKind::Port(port) => crate::port::demonitor(port, reference),
            super::MonitorKind::TimeOffset | super::MonitorKind::None => {}
        }
    }
    for (pid, times) in links.suspending {
        crate::sched::resume_by(pid, times.active + times.outstanding);
    }
    trace::events::exited(&mut p);
    slot.traced.clear();
    drop(p);
    table::release(slot);
}
