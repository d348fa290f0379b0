//! The machine's local sockets: [`joist_net::local`]'s behind a lock of their own, with their names in the file system.

use core::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
use joist_net::local::{Locals, Names};
use joist_vfs::Vfs;
use joist_vm::platform::{Errno, Event};
use spin::{Mutex, Once};

static LOCALS: Once<Mutex<Locals>> = Once::new();
/// There are events to be taken.
static MORE: AtomicBool = AtomicBool::new(false);

/// Makes them; `memory` bytes are for what was sent and not received.
pub fn start(memory: usize, seed: [u64; 4]) {
    LOCALS.call_once(|| Mutex::new(Locals::new(memory, seed, crate::platform::PID)));
}

/// Does something with them.
pub fn with<T>(f: impl FnOnce(&mut Locals) -> T) -> Option<T> {
    let mut locals = LOCALS.get()?.lock();
    let result = f(&mut locals);
    MORE.store(locals.has_events(), Release);
    Some(result)
}

pub fn pending() -> bool {
    MORE.load(Acquire)
}

/// Takes an event.
pub fn poll() -> Option<Event> {
    if pending() { with(Locals::take_event)? } else { None }
}

/// The file system as sockets see it.
pub struct Files<'a>(pub &'a Vfs);

impl Names for Files<'_> {
    fn enter(&self, path: &[u8], socket: Option<u64>) -> Result<(), Errno> {
        self.0.add_socket(path, socket)
    }

    fn find(&self, path: &[u8]) -> Result<u64, Errno> {
        self.0.socket(path)
    }
}
