//! The process's signals as events of the node: SIGTERM asks for an orderly stop, as stock Erlang takes it.

use super::Hosted;
use joist_vm::platform::Event;
use signal_hook::consts::{SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;
use std::sync::OnceLock;

static HOSTED: OnceLock<&'static Hosted> = OnceLock::new();

/// What Ctrl-C does, as `+B` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CtrlC {
    /// It brings up the menu.
    Menu,
    /// `+Bc`: the shell reads it.
    Shell,
    /// `+Bd`: it ends the process, as signals do.
    Default,
    /// `+Bi`: nothing.
    Ignore,
}

/// Starts the thread that waits for signals.
pub fn watch(hosted: &'static Hosted, ctrl_c: CtrlC) {
    let _ = HOSTED.set(hosted);
    let mut wanted = vec![SIGTERM, SIGWINCH];
    if ctrl_c != CtrlC::Default {
        wanted.push(SIGINT);
    }
    let Ok(mut signals) = Signals::new(wanted) else { return };
    let thread = std::thread::Builder::new().name("signals".into());
    // Without the thread, signals keep their default effect.
    let _ = thread.spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGTERM => notify(Event::StopRequested),
                SIGWINCH => notify(Event::ConsoleResized),
                SIGINT if ctrl_c != CtrlC::Ignore => notify(Event::Interrupt),
                _ => {}
            }
        }
    });
}

/// Hands an event to the node.
pub fn notify(event: Event) {
    if let Some(hosted) = HOSTED.get() {
        hosted.push(event);
    }
}
