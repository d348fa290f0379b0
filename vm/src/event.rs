//! Events of the platform, and who handles them: drivers register, schedulers dispatch.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::platform::Event;
use crate::sync::RwLock;

type Handler = Box<dyn Fn(Event) + Send + Sync>;

static HANDLERS: RwLock<Vec<Handler>> = RwLock::new(Vec::new());

/// Registers a handler for all events; it picks those that are its own.
pub fn on_event(handler: Handler) {
    HANDLERS.write().push(handler);
}

/// Hands an event to all handlers.
pub(crate) fn dispatch(event: Event) {
    for handler in HANDLERS.read().iter() {
        handler(event);
    }
}
