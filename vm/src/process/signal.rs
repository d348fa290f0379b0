//! Signals: all that one process can do to another. Sent with [`deliver`] in order per pair of processes; handled by
//! the receiver itself when it is scheduled, or fetches messages (`erl_proc_sig_queue.c`).

use alloc::boxed::Box;

use super::links::MonitorKind;
use super::{Class, Message, Process, RunState, slot::Inbox, table};
use crate::atom;
use crate::heap::OwnedTerm;
use crate::term::{Pid, PortId, Reference, Term, build};
use crate::trace;

/// Work that a process does itself.
pub type Work = Box<dyn FnOnce(&mut Process) + Send>;

/// A signal.
pub enum Signal {
    Message(Message),
    /// A message to an alias; true: as a priority message.
    AliasMessage(Reference, Message, bool),
    Exit {
        from: Term,
        reason: OwnedTerm,
        way: ExitWay,
    },
    /// A signal (an exit) of a process with a token of `seq_trace`.
    WithToken(Box<(OwnedTerm, Signal)>),
    /// As `Exit`, from a port.
    PortExit {
        from: PortId,
        reason: OwnedTerm,
    },
    Link {
        from: Pid,
    },
    Unlink {
        from: Pid,
    },
    PortUnlink {
        from: PortId,
    },
    Monitor {
        from: Pid,
        reference: Reference,
    },
    Demonitor {
        reference: Reference,
    },
    /// What this process monitors is gone.
    Down {
        reference: Reference,
        reason: OwnedTerm,
    },
    /// Work that the process does itself: `process_info` for another, garbage collection, checking its code …
    /// It may be run while the process exits.
    Call(Work),
}

/// How an exit signal comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitWay {
    /// The other end of a link has exited.
    Link,
    /// `exit_signal(Pid, Reason)`.
    Signal,
    /// `exit(self(), Reason)`: even `normal` ends the process.
    Own,
    /// Through an alias; true: where exits are trapped, as a priority message.
    Alias(Reference, bool),
}

impl core::fmt::Debug for Signal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Signal::Message(_) => "Message",
            Signal::AliasMessage(..) => "AliasMessage",
            Signal::Exit { .. } => "Exit",
            Signal::WithToken(_) => "WithToken",
            Signal::PortExit { .. } => "PortExit",
            Signal::Link { .. } => "Link",
            Signal::Unlink { .. } => "Unlink",
            Signal::PortUnlink { .. } => "PortUnlink",
            Signal::Monitor { .. } => "Monitor",
            Signal::Demonitor { .. } => "Demonitor",
            Signal::Down { .. } => "Down",
            Signal::Call(_) => "Call",
        })
    }
}

/// Sends a signal. Answers it back if the process is gone.
pub fn deliver(to: Pid, signal: Signal) -> Option<Signal> {
    let Some(slot) = table::lookup(to) else { return Some(signal) };
    let mut inbox = slot.inbox.lock();
    if inbox.pid != to || matches!(inbox.state, RunState::Free | RunState::Exiting) {
        return Some(signal);
    }
    // A suspended process still handles signals that are no messages.
    let wakes = inbox.state == RunState::Waiting
        && (inbox.suspended == 0 || !matches!(signal, Signal::Message(_) | Signal::AliasMessage(..)));
    if matches!(signal, Signal::Message(_)) {
        inbox.messages += 1;
    } else {
        inbox.others = true;
    }
    inbox.signals.push_back(signal);
    if wakes {
        wake(&mut inbox, slot);
    }
    None
}

/// Makes a waiting process runnable.
pub(crate) fn wake(inbox: &mut Inbox, slot: &'static super::Slot) {
    debug_assert_eq!(inbox.state, RunState::Waiting);
    inbox.state = RunState::Runnable;
    crate::sched::enqueue(slot, inbox.priority);
    if trace::profile::of_processes() {
        // SAFETY: a waiting process lies in its inbox, which is locked.
        let at = unsafe { inbox.process.as_ref() }.and_then(|p| crate::code::locate(p.pc));
        trace::profile::process(inbox.pid, true, at);
    }
}

/// Sends a copy of a term as a message; false if the process is gone.
pub fn send(to: Pid, term: Term) -> bool {
    deliver(to, Signal::Message(Message::new(term))).is_none()
}

/// Sends a message on behalf of a process: its `seq_trace` token goes with it, and its work is charged.
#[inline]
pub fn send_from(p: &mut Process, to: Pid, term: Term) {
    send_named(p, to, Term::pid(to), term);
}

/// As [`send_from`], to whom the sender called `name`: traces show that.
pub fn send_named(p: &mut Process, to: Pid, name: Term, term: Term) {
    if p.slot.traced.has(trace::flags::SEND) {
        trace::events::sent(p, name, term);
    }
    let message = outgoing(p, Term::pid(to), term);
    p.charge(message.words() / 16);
    deliver(to, Signal::Message(message));
}

/// Sends a message to an alias of a process, on behalf of another; `priority`: as a priority message, if the alias is
/// for these.
pub fn send_to_alias(p: &mut Process, alias: Reference, to: Pid, term: Term, priority: bool) {
    if p.slot.traced.has(trace::flags::SEND) {
        let name = build::reference(p, alias);
        trace::events::sent(p, name, term);
    }
    let receiver = build::reference(p, alias);
    let message = outgoing(p, receiver, term);
    deliver(to, Signal::AliasMessage(alias, message, priority));
}

/// Sends an exit signal on behalf of a process; its token goes with it.
pub fn send_exit(p: &mut Process, to: Pid, reason: &OwnedTerm, way: ExitWay) {
    let from = Term::pid(p.pid);
    let signal = Signal::Exit { from, reason: reason.clone(), way };
    if p.seq_token.is_nil() {
        deliver(to, signal);
        return;
    }
    let message = Message::build(|h| {
        let reason = crate::heap::copy(h, reason.get());
        build::tuple(h, &[Term::atom(atom::EXIT_UPPER), from, reason])
    });
    let token = trace::seq::exiting(p, to, message.term);
    deliver(to, Signal::WithToken(Box::new((token, signal))));
}

/// A copy of a term as a message of a process, with its token.
#[inline]
fn outgoing(p: &mut Process, to: Term, term: Term) -> Message {
    let mut message = Message::new(term).from(p.pid);
    if !p.seq_token.is_nil() {
        trace::seq::sending(p, to, &mut message);
    }
    message
}

/// What handling signals came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Go on; true: at least one message has come in.
    Alive(bool),
    /// The process has to exit: its exception says why.
    Exit,
}

impl Process {
    /// As [`Process::handle_signals`], where no X register is live: signals may collect its garbage.
    pub(crate) fn handle_signals_parked(&mut self) -> Outcome {
        self.parked = true;
        let outcome = self.handle_signals();
        self.parked = false;
        outcome
    }

    /// Fetches the signals that have come in and handles all of them; messages go to the mailbox.
    pub(crate) fn handle_signals(&mut self) -> Outcome {
        let mut messages = false;
        loop {
            let batch = {
                let mut inbox = self.slot.inbox.lock();
                self.mailbox.publish(core::mem::take(&mut inbox.messages));
                if inbox.signals.is_empty() {
                    inbox.others = false;
                    return Outcome::Alive(messages);
                }
                core::mem::take(&mut inbox.signals)
            };
            let mut batch = batch.into_iter();
            while let Some(signal) = batch.next() {
                match signal {
                    Signal::Message(m) => {
                        self.arrived(m);
                        messages = true;
                    }
                    other => {
                        let before = self.mailbox.len();
                        let exits = self.handle(other);
                        messages |= self.mailbox.len() != before;
                        if exits {
                            // What is left is looked at by the exit itself (links and monitors among it).
                            let mut inbox = self.slot.inbox.lock();
                            for s in batch.rev() {
                                inbox.signals.push_front(s);
                            }
                            return Outcome::Exit;
                        }
                    }
                }
            }
        }
    }

    /// A message comes into the queue.
    fn arrived(&mut self, m: Message) {
        self.arrived_with(m, false);
    }

    /// As [`Process::arrived`]; a priority message stands before those that are none.
    fn arrived_with(&mut self, m: Message, priority: bool) {
        if self.slot.traced.has(trace::flags::RECEIVE) {
            trace::events::received(self, &m);
        }
        if priority {
            self.mailbox.push_priority(m);
        } else {
            self.mailbox.push(m);
        }
        trace::monitor::queued(self);
    }

    /// Handles one signal; true if the process has to exit.
    fn handle(&mut self, signal: Signal) -> bool {
        match signal {
            Signal::Message(m) => self.arrived(m),
            Signal::AliasMessage(reference, m, priority) => {
                if let Some(open) = self.links.take_alias(reference) {
                    self.arrived_with(m, open && priority);
                }
            }
            Signal::Exit { from, reason, way } => return self.exit_signal(from, &reason, way),
            Signal::WithToken(inner) => {
                let (token, signal) = *inner;
                self.exit_token = Some(token);
                let exits = self.handle(signal);
                self.exit_token = None;
                return exits;
            }
            Signal::PortExit { from, reason } => {
                if self.links.ports.remove(&from) {
                    let priority = self.links.take_priority(Term::port(from));
                    return self.exit_or_trap(Term::port(from), &reason, false, priority);
                }
            }
            Signal::Link { from } => {
                if self.links.processes.insert(from) {
                    trace::events::procs(self, atom::GETTING_LINKED, Term::pid(from));
                }
            }
            Signal::Unlink { from } => {
                self.links.take_priority(Term::pid(from));
                if self.links.processes.remove(&from) {
                    trace::events::procs(self, atom::GETTING_UNLINKED, Term::pid(from));
                }
            }
            Signal::PortUnlink { from } => {
                self.links.take_priority(Term::port(from));
                self.links.ports.remove(&from);
            }
            Signal::Monitor { from, reference } => {
                self.links.monitored_by.insert(reference.numbers, from);
            }
            Signal::Demonitor { reference } => {
                self.links.monitored_by.remove(&reference.numbers);
            }
            Signal::Down { reference, reason } => self.down(reference, &reason),
            Signal::Call(work) => {
                work(self);
                return self.exception_pending_exit();
            }
        }
        false
    }

    fn exit_signal(&mut self, from: Term, reason: &OwnedTerm, way: ExitWay) -> bool {
        let mut priority = false;
        match way {
            ExitWay::Link => {
                let Some(pid) = from.as_pid() else { return false };
                let priority = self.links.take_priority(from);
                if !self.links.processes.remove(&pid) {
                    return false;
                }
                let exits = self.exit_or_trap(from, reason, false, priority);
                if !exits {
                    trace::events::procs(self, atom::GETTING_UNLINKED, from);
                }
                return exits;
            }
            ExitWay::Alias(reference, wanted) => {
                let Some(open) = self.links.alias(reference) else { return false };
                priority = open && wanted;
            }
            ExitWay::Signal | ExitWay::Own => {}
        }
        if reason.get().is(atom::KILL) {
            self.exception.set(Class::Exit, Term::atom(atom::KILLED));
            return true;
        }
        self.exit_or_trap(from, reason, way == ExitWay::Own, priority)
    }

    /// An exit signal with this reason: a message if exits are trapped, else the end (unless it is `normal`).
    fn exit_or_trap(&mut self, from: Term, reason: &OwnedTerm, own: bool, priority: bool) -> bool {
        if self.flags.trap_exit {
            let m = Message::build(|h| {
                let reason = crate::heap::copy(h, reason.get());
                build::tuple(h, &[Term::atom(atom::EXIT_UPPER), from, reason])
            });
            let mut m = Message { from, ..m };
            if let Some(token) = self.exit_token.take() {
                m.token = crate::heap::copy(&mut m.heap, token.get());
            }
            self.arrived_with(m, priority);
            return false;
        }
        if reason.get().is(atom::NORMAL) && !own {
            return false;
        }
        let reason = crate::heap::copy(self, reason.get());
        self.exception.set(Class::Exit, reason);
        true
    }

    /// The DOWN message of a monitor.
    pub(crate) fn down(&mut self, reference: Reference, reason: &OwnedTerm) {
        let Some(info) = self.links.monitors.get(&reference.numbers) else { return };
        let kind = match info.kind {
            MonitorKind::Process(_) => atom::PROCESS,
            MonitorKind::Port(_) => atom::PORT,
            MonitorKind::TimeOffset | MonitorKind::None => return,
        };
        let m = Message::from_system(|h| {
            let tag = info.tag.as_ref().map_or(Term::atom(atom::DOWN_UPPER), |t| crate::heap::copy(h, t.get()));
            let r = build::reference(h, reference);
            let object = crate::heap::copy(h, info.object.get());
            let reason = crate::heap::copy(h, reason.get());
            build::tuple(h, &[tag, r, Term::atom(kind), object, reason])
        });
        let priority = info.priority;
        if info.alias == super::links::AliasMode::Explicit {
            if let Some(info) = self.links.monitors.get_mut(&reference.numbers) {
                (info.kind, info.priority) = (MonitorKind::None, false);
            }
        } else {
            self.links.end_monitor(reference);
        }
        self.arrived_with(m, priority);
    }

    /// Did a piece of work run in the process's name decide that it has to exit?
    fn exception_pending_exit(&mut self) -> bool {
        core::mem::replace(&mut self.exit_requested, false)
    }
}
