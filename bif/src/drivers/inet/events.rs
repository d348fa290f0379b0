//! Which port a socket belongs to, so that the platform's events reach it.

use alloc::boxed::Box;
use alloc::sync::Arc;

use joist_vm::event::on_event;
use joist_vm::platform::{Event, Socket};
use joist_vm::port::Port;

use crate::hearers::Hearers;

/// The ports of open sockets, until those are closed.
static PORTS: Hearers<Arc<Port>> = Hearers::new();

pub fn listen(port: &Arc<Port>, socket: Socket) {
    PORTS.add(socket, port.clone());
}

pub fn forget(port: &Port, socket: Socket) {
    PORTS.remove(socket, |p| p.id == port.id);
}

pub fn init() {
    on_event(Box::new(|event| {
        if let Event::SocketInput(socket) | Event::SocketOutput(socket) = event {
            PORTS.tell(socket, |port| port.event(event));
        }
    }));
}
