//! The registry of all sockets is a process of OTP's (`socket_registry.erl`), which is told of each.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};

use joist_vm::atom::Atom;
use joist_vm::process::names::{Registered, whereis};
use joist_vm::process::{Message, Signal, deliver};
use joist_vm::term::build;

use super::answers::named;
use super::esock::Esock;

static USED: AtomicBool = AtomicBool::new(true);

/// Are sockets made from now on told of?
pub(super) fn is_used() -> bool {
    USED.load(Ordering::Relaxed)
}

/// `socket:use_registry/1`
pub(super) fn use_it(yes: bool) {
    USED.store(yes, Ordering::Relaxed);
}

/// Tells the registry `{'$socket', add | del, Socket}`.
pub(super) fn tell(esock: &Arc<Esock>, what: &str) {
    let Some(Registered::Process(pid)) = whereis(Atom::new("socket_registry")) else { return };
    let message = Message::from_system(|h| {
        let socket = esock.socket_term(h);
        build::tuple(h, &[named("$socket"), named(what), socket])
    });
    deliver(pid, Signal::Message(message));
}
