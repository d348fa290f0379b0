//! How a port ends (`erts_deliver_port_exit`, `terminate_port` in `io.c`): at once for everybody else, while its driver
//! stays until its output is written.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::{Driver, Failure, PORTS, Port, PortId, Signal, deliver, lookup, wake};
use crate::atom;
use crate::heap::OwnedTerm;
use crate::process::names;
use crate::sync::Mutex;
use crate::term::{Pid, Reference, Term};
use crate::trace;

/// Ports that are closed, but still have output.
static FLUSHING: AtomicUsize = AtomicUsize::new(0);

/// Who waits for all output to be written.
static HALTING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Is there output that is still to be written, of any port? Then the process is woken when there may be none.
pub fn wait_until_flushed(pid: Pid) -> bool {
    HALTING.lock().push(pid);
    let open: Vec<Arc<Port>> = PORTS.read().iter().flatten().map(|(_, port)| port.clone()).collect();
    let has_output = |port: &Arc<Port>| {
        let mut driver = port.driver.lock();
        driver.halting(port);
        driver.queued() > 0
    };
    // All are told, before any is waited for.
    let waits = open.iter().filter(|port| has_output(port)).count() > 0 || FLUSHING.load(Ordering::SeqCst) > 0;
    if !waits {
        HALTING.lock().clear();
    }
    waits
}

/// A port has no more output: who waits for that looks again.
pub(super) fn flushed() {
    let waiting = core::mem::take(&mut *HALTING.lock());
    wake(waiting);
}

impl Port {
    /// Closes the port, as this process wants it: links and monitors hear of it. Does nothing if it is closed already.
    pub fn close(self: &Arc<Self>, from: Pid, reason: Term) {
        trace::ports::received(self, from, |_| Term::atom(atom::CLOSE));
        self.close_with(reason, false, true);
    }

    /// As [`Port::close`], for who asked by a message: the owner is told when it is done.
    pub fn close_and_answer(self: &Arc<Self>, from: Pid) {
        trace::ports::received(self, from, |_| Term::atom(atom::CLOSE));
        self.close_with(Term::atom(atom::NORMAL), true, true);
    }

    fn close_with(self: &Arc<Self>, reason: Term, answer: bool, flush: bool) {
        let (links, monitors, name, waiting) = {
            let mut s = self.state.lock();
            if core::mem::replace(&mut s.closed, true) {
                return;
            }
            s.answer_closed = answer;
            s.busy = false;
            let monitors: BTreeMap<[u32; 3], Pid> = core::mem::take(&mut s.monitored_by);
            (core::mem::take(&mut s.links), monitors, s.name.take(), core::mem::take(&mut s.waiting))
        };
        if let Some(ports) = PORTS.write().as_mut() {
            ports.remove(&self.id.0);
        }
        trace::ports::life(self, atom::CLOSED, reason);
        if let Some(name) = name {
            names::unregister(name);
            trace::ports::life(self, atom::UNREGISTER, Term::atom(name));
        }
        let kill = reason.is(atom::KILL);
        let reason = OwnedTerm::new(if kill { Term::atom(atom::KILLED) } else { reason });
        for pid in links {
            deliver(pid, Signal::PortExit { from: self.id, reason: reason.clone() });
        }
        for (numbers, pid) in monitors {
            let reference = Reference { numbers, pid: None };
            deliver(pid, Signal::Down { reference, reason: reason.clone() });
        }
        wake(waiting);
        FLUSHING.fetch_add(1, Ordering::SeqCst);
        let waits = |driver: &mut dyn Driver| {
            if driver.queued() > 0 {
                driver.closing(self);
            }
            driver.queued() > 0
        };
        if kill || !flush || !waits(&mut **self.driver.lock()) {
            self.terminate();
        }
    }

    /// The driver's call came to this.
    pub(super) fn failed(self: &Arc<Self>, failure: Failure) {
        if let Failure::Eof = failure
            && let Some(lines) = &mut *self.lines.lock()
            && !self.state.lock().closed
        {
            lines.flush(&mut |line, ends| self.line_to_owner(line, ends));
        }
        let closed = self.state.lock().closed;
        match failure {
            _ if closed => self.terminate(),
            Failure::Eof if self.settings.eof => self.to_owner(|_| Term::atom(atom::EOF)),
            Failure::Eof => self.close_with(Term::atom(atom::NORMAL), false, false),
            Failure::Reason(reason) => self.close_with(Term::atom(reason), false, false),
        }
    }

    /// A closed port whose output is written goes.
    pub(super) fn terminate_if_closed(&self) {
        if self.state.lock().closed {
            self.terminate();
        }
    }

    fn terminate(&self) {
        let answer = {
            let mut s = self.state.lock();
            if core::mem::replace(&mut s.terminated, true) {
                return;
            }
            s.answer_closed
        };
        self.driver.lock().stop(self);
        FLUSHING.fetch_sub(1, Ordering::SeqCst);
        flushed();
        if answer {
            // The trace's message lacks the port, in stock as well.
            let owner = self.state.lock().owner;
            trace::ports::sent(self, owner, Term::atom(atom::CLOSED));
            self.send_untraced(owner, |_| Term::atom(atom::CLOSED));
        }
    }
}

/// A process that is linked to a port has exited: its owner's end closes it.
pub(crate) fn process_exited(id: PortId, pid: Pid, reason: &OwnedTerm) {
    let Some(port) = lookup(id) else { return };
    let owner = {
        let mut s = port.state.lock();
        if !s.links.remove(&pid) {
            return;
        }
        s.owner
    };
    port.by_itself(|| {
        if owner == pid || !reason.get().is(atom::NORMAL) {
            port.close(pid, reason.get());
        } else {
            trace::ports::received(&port, pid, |_| Term::atom(atom::CLOSE));
        }
    });
}
