//! Which port a socket belongs to, so that the platform's events reach it.

use alloc::boxed::Box;
use alloc::sync::Arc;

use hashbrown::HashMap;
use joist_vm::event::on_event;
use joist_vm::platform::{Event, Socket};
use joist_vm::port::Port;
use joist_vm::sync::Mutex;

/// The ports of open sockets, until those are closed.
static PORTS: Mutex<Option<HashMap<Socket, Arc<Port>, ahash::RandomState>>> = Mutex::new(None);

pub fn listen(port: &Arc<Port>, socket: Socket) {
    let hasher = || ahash::RandomState::with_seeds(2, 3, 5, 7);
    PORTS.lock().get_or_insert_with(|| HashMap::with_hasher(hasher())).insert(socket, port.clone());
}

pub fn forget(socket: Socket) {
    // The port may go with it, and must not while the table is locked.
    let port = PORTS.lock().as_mut().and_then(|ports| ports.remove(&socket));
    drop(port);
}

pub fn init() {
    on_event(Box::new(|event| {
        let (Event::SocketInput(socket) | Event::SocketOutput(socket)) = event else { return };
        let port = PORTS.lock().as_ref().and_then(|ports| ports.get(&socket).cloned());
        if let Some(port) = port {
            port.event(event);
        }
    }));
}
