//! The process's signals as events of the node: SIGTERM asks for an orderly stop, as stock Erlang takes it.

use super::Hosted;
use joist_vm::platform::Event;
use signal_hook::consts::{SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;
use std::sync::OnceLock;

static HOSTED: OnceLock<&'static Hosted> = OnceLock::new();

/// Starts the thread that waits for signals.
pub fn watch(hosted: &'static Hosted) {
    let _ = HOSTED.set(hosted);
    let Ok(mut signals) = Signals::new([SIGTERM, SIGWINCH]) else { return };
    let thread = std::thread::Builder::new().name("signals".into());
    // Without the thread, signals keep their default effect.
    let _ = thread.spawn(move || {
        for signal in signals.forever() {
            notify(if signal == SIGTERM { Event::StopRequested } else { Event::ConsoleResized });
        }
    });
}

/// Hands an event to the node.
pub fn notify(event: Event) {
    if let Some(hosted) = HOSTED.get() {
        hosted.push(event);
    }
}
