//! What the outside wants of the node, from interrupt handlers to `Platform::poll`.

use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use joist_vm::platform::Event;

pub const CONSOLE_INPUT: u32 = 1;
pub const CONSOLE_RESIZED: u32 = 2;
pub const STOP_REQUESTED: u32 = 4;
/// The network card has something: for the stack, not for the node.
pub const NETWORK: u32 = 8;

static PENDING: AtomicU32 = AtomicU32::new(0);

/// Marks an event pending. Its interrupt takes the CPU that it goes to out of `hlt`.
pub fn raise(event: u32) {
    PENDING.fetch_or(event, SeqCst);
}

pub fn pending() -> bool {
    PENDING.load(SeqCst) != 0
}

pub fn is_raised(event: u32) -> bool {
    PENDING.load(SeqCst) & event != 0
}

pub fn clear(event: u32) {
    PENDING.fetch_and(!event, SeqCst);
}

/// Takes one pending event of the node's.
pub fn take() -> Option<Event> {
    for (bit, event) in [
        (CONSOLE_INPUT, Event::ConsoleInput),
        (CONSOLE_RESIZED, Event::ConsoleResized),
        (STOP_REQUESTED, Event::StopRequested),
    ] {
        if PENDING.fetch_and(!bit, SeqCst) & bit != 0 {
            return Some(event);
        }
    }
    None
}
