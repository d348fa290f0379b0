//! Sending and receiving.

use super::{After, Context, Peek, Stop, Term, Wait};
use crate::atom;
use crate::code::Mfa;
use crate::process::{Class, Outcome, names};
use crate::sched;
use crate::term::{Pid, Reference};
use crate::trace::saved::Saved;

/// Whoever remembers its calls takes the instruction for one of these.
const SEND: Saved = Saved::Call(Mfa { module: atom::ERLANG, function: atom::SEND, arity: 2 });

impl Context {
    /// `x0 ! x1`.
    pub(crate) fn send(&mut self) -> After {
        let (to, message) = (self.x[0], self.x[1]);
        self.process().save_call(SEND);
        if let Some(pid) = to.as_pid() {
            self.send_to(pid, to, message);
            self.x[0] = message;
            return After::Next;
        }
        if let Some(names::Registered::Process(pid)) = to.as_atom().and_then(names::whereis) {
            self.send_to(pid, to, message);
            self.x[0] = message;
            return After::Next;
        }
        // Ports, aliases, other nodes and errors: the native knows.
        let export = crate::code::export(Mfa::new(atom::ERLANG, atom::BANG, 2));
        // SAFETY: pc is at the send instruction, which is one word long.
        let next = unsafe { self.pc.add(1) };
        self.call_native(export, next)
    }

    fn send_to(&mut self, to: Pid, name: Term, message: Term) {
        let p = self.process();
        p.save_call(Saved::Send);
        crate::process::send_named(p, to, name, message);
    }

    /// The message that the receive looks at, after new ones have been fetched.
    pub(crate) fn loop_rec(&mut self) -> Peek {
        let p = self.process();
        if let Some(m) = p.mailbox.current() {
            return Peek::Message(m.term);
        }
        match p.handle_signals_parked() {
            Outcome::Exit => {
                self.stop = Stop::Exit;
                Peek::Exit
            }
            Outcome::Alive(_) => match p.mailbox.current() {
                Some(m) => Peek::Message(m.term),
                None => Peek::None,
            },
        }
    }

    /// The current message has matched.
    pub(crate) fn remove_message(&mut self) {
        let p = self.process();
        sched::cancel_receive_timer(p);
        p.save_call(Saved::Receive);
        if let Some(message) = p.mailbox.remove_current() {
            p.heap.adopt(message.heap);
            if !message.token.is_nil() || !p.seq_token.is_nil() {
                crate::trace::seq::receiving(p, message.token, message.term);
            }
            crate::trace::monitor::queued(p);
        }
    }

    /// Waits for a signal; goes on at `to`.
    pub(crate) fn wait_at(&mut self, to: *const u64) {
        self.save(to, 0);
        self.process().heap.rest();
        self.stop = Stop::Wait;
    }

    /// The `after` of a receive that found nothing.
    pub(crate) fn wait_timeout(&mut self, time: Term) -> Wait {
        let p = self.process();
        if p.receive_timer.is_some() {
            return if p.receive_timed_out { Wait::TimedOut } else { Wait::Sleep };
        }
        if p.receive_forever || time.is(atom::INFINITY) {
            p.receive_forever = true;
            return Wait::Sleep;
        }
        match time.as_u64() {
            Some(0) => Wait::TimedOut,
            Some(ms) if ms <= 0xffff_ffff => {
                sched::start_receive_timer(p, ms);
                Wait::Sleep
            }
            _ => {
                // The next receive begins with the first message again.
                p.mailbox.rewind();
                p.exception.set(Class::Error, Term::atom(atom::TIMEOUT_VALUE));
                Wait::Raise
            }
        }
    }

    /// The time of a receive is over.
    pub(crate) fn timeout(&mut self) {
        let p = self.process();
        sched::cancel_receive_timer(p);
        p.mailbox.rewind();
        p.save_call(Saved::Timeout);
        if p.slot().traced.has(crate::trace::flags::RECEIVE) {
            crate::trace::events::timed_out(p);
        }
    }

    pub(crate) fn marker_reserve(&mut self) -> Term {
        Term::small(i64::from(self.process().mailbox.reserve_marker()))
    }

    pub(crate) fn marker_bind(&mut self, marker: Term, reference: Term) {
        if let (Some(id), Some(r)) = (marker.as_small(), local(reference)) {
            self.process().mailbox.bind_marker(id as u32, r);
        }
    }

    pub(crate) fn marker_clear(&mut self, marker: Term) {
        let id = marker.as_small().map(|n| n as u32);
        self.process().mailbox.clear_marker(local(marker), id);
    }

    pub(crate) fn marker_use(&mut self, reference: Term) {
        if let Some(r) = local(reference) {
            self.process().mailbox.use_marker(r);
        }
    }
}

fn local(t: Term) -> Option<Reference> {
    t.as_reference()
}
