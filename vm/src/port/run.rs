//! What a port does, seen from outside: `running_ports` of a trace, `runnable_ports` and `exclusive` of a profile
//! (`try_imm_drv_call` and `finalize_imm_drv_call` in `io.c`, `erts_port_task_execute` in `erl_port_task.c`).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Driver, Port};
use crate::atom::{self, Atom};
use crate::platform::{Event, platform};
use crate::process::Process;
use crate::sched::{TimerKey, fire_at};
use crate::term::Term;
use crate::trace::{self, flags, profile};

impl Port {
    /// A process has the port do something. For traces and profiles it waits meanwhile.
    pub fn run<R>(self: &Arc<Self>, p: &mut Process, what: Atom, work: impl FnOnce(&mut Process) -> R) -> R {
        let watched = self.is_watched(p);
        if watched {
            self.process_rests(p, atom::OUT);
            self.begins(Term::atom(what));
        }
        let result = work(p);
        if watched {
            self.ends(Term::atom(what));
            self.process_rests(p, atom::IN);
        }
        result
    }

    fn is_watched(&self, p: &Process) -> bool {
        self.traced.has(flags::RUNNING_PORTS)
            || profile::of_ports()
            || profile::is_exclusive()
            || p.slot().traced.has(flags::RUNNING_PROCS)
    }

    /// A trace message for this port. Who sends it may hold another port's driver, so that it must not wait for this one's.
    /// A port that takes no commands is as good as closed: whoever traces with it hears nothing.
    pub(crate) fn command_when_free(self: &Arc<Self>, bytes: Vec<u8>) {
        self.traces.lock().push(bytes);
        self.give_traces();
    }

    /// Whoever finds the driver free gives it what has come meanwhile.
    pub(super) fn give_traces(self: &Arc<Self>) {
        while !self.traces.lock().is_empty() {
            let owner = self.state.lock().owner;
            let Some(mut driver) = self.driver.try_lock() else { return };
            for bytes in core::mem::take(&mut *self.traces.lock()) {
                let _ = driver.command(self, owner, &bytes);
            }
            drop(driver);
            let failure = self.failure.lock().take();
            if let Some(failure) = failure {
                self.failed(failure);
            }
        }
    }

    /// Something has happened that the driver is to know of.
    pub fn event(self: &Arc<Self>, event: Event) {
        self.by_itself(|| self.with_driver(|d: &mut dyn Driver| d.event(self, event)));
    }

    /// For drivers: calls [`Driver::timeout`] with this number after so many milliseconds, if the port is still there.
    pub fn start_timer(self: &Arc<Self>, ms: u64, number: u64) -> TimerKey {
        let port = Arc::downgrade(self);
        let fire = move || {
            if let Some(port) = port.upgrade() {
                port.by_itself(|| port.with_driver(|d: &mut dyn Driver| d.timeout(&port, number)));
            }
        };
        let at = platform().monotonic_ns().saturating_add(ms.saturating_mul(1_000_000));
        fire_at(at, Box::new(fire))
    }

    /// Work of the port that no process waits for.
    pub(super) fn by_itself(&self, work: impl FnOnce()) {
        self.begins(Term::small(0));
        work();
        self.ends(Term::small(0));
    }

    #[inline(never)]
    fn begins(&self, what: Term) {
        profile::port(self.id, true);
        trace::ports::runs(self, atom::IN, what);
    }

    /// The work is done; a port that is gone then is not told of.
    #[inline(never)]
    fn ends(&self, what: Term) {
        if !self.state.lock().terminated {
            trace::ports::runs(self, atom::OUT, what);
        }
        profile::port(self.id, false);
    }

    #[cold]
    fn process_rests(&self, p: &mut Process, tag: Atom) {
        let caller = p.caller();
        if p.slot().traced.has(flags::RUNNING_PROCS) {
            trace::events::rests(p, tag, caller);
        }
        if profile::is_exclusive() {
            profile::process(p.pid(), tag == atom::IN, caller);
        }
    }
}
