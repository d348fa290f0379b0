//! Who gets trace messages: a process or a port. (A module with functions of its own is a NIF library in C, which
//! can't be loaded; `erl_tracer`, which comes with OTP, is what is here.) Beside it: `erl_tracer_nif.c`.

use alloc::sync::Arc;

use crate::etf::{self, EncodeOptions};
use crate::heap::Fragments;
use crate::port::{self, Port};
use crate::process::{self, Message, Signal};
use crate::term::{Pid, PortId, Term};

/// Who gets trace messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracer {
    Process(Pid),
    Port(PortId),
}

impl Tracer {
    /// The tracer that a term is.
    #[must_use]
    pub fn from_term(t: Term) -> Option<Tracer> {
        t.as_pid().map(Tracer::Process).or_else(|| t.as_port().map(Tracer::Port))
    }

    /// As a pid or port.
    #[must_use]
    pub const fn term(self) -> Term {
        match self {
            Tracer::Process(pid) => Term::pid(pid),
            Tracer::Port(id) => Term::port(id),
        }
    }

    /// Is it still there?
    #[must_use]
    pub fn is_alive(self) -> bool {
        match self {
            Tracer::Process(pid) => process::lookup(pid).is_some(),
            Tracer::Port(id) => port::lookup(id).is_some(),
        }
    }

    /// Sends it a message; what is traced itself is not told about.
    pub fn send(self, make: impl FnOnce(&mut Fragments) -> Term) {
        let message = Message::from_system(make);
        match self {
            Tracer::Process(pid) => {
                process::deliver(pid, Signal::Message(message));
            }
            Tracer::Port(id) => {
                if let Some(port) = port::lookup(id) {
                    command(&port, message.term);
                }
            }
        }
    }
}

/// A port gets the message as an external term.
fn command(port: &Arc<Port>, message: Term) {
    let bytes = etf::encode(message, &EncodeOptions::default());
    port.command_when_free(bytes);
}
