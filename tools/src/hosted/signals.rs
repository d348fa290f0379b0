//! The process's signals as events of the node. SIGTERM asks for an orderly stop, as stock Erlang takes it; what others do
//! `os:set_signal/2` says.

use super::Hosted;
use joist_vm::platform::{Event, SignalUse};
use signal_hook::consts::{
    SIGCHLD, SIGFPE, SIGILL, SIGINT, SIGKILL, SIGQUIT, SIGSEGV, SIGSTOP, SIGTERM, SIGUSR1, SIGWINCH,
};
use signal_hook::iterator::{Handle, Signals};
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

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

/// The signals that the thread waits for, and what they do.
static USES: Mutex<BTreeMap<i32, SignalUse>> = Mutex::new(BTreeMap::new());
static THREAD: OnceLock<Handle> = OnceLock::new();

/// Starts the thread that waits for signals.
pub fn watch(hosted: &'static Hosted, ctrl_c: CtrlC) {
    let _ = HOSTED.set(hosted);
    let mut wanted = vec![SIGTERM, SIGWINCH, SIGUSR1, SIGQUIT];
    if ctrl_c != CtrlC::Default {
        wanted.push(SIGINT);
    }
    let Ok(mut signals) = Signals::new(wanted) else { return };
    let _ = THREAD.set(signals.handle());
    let quit = if ctrl_c == CtrlC::Ignore { SignalUse::Ignore } else { SignalUse::Handle };
    USES.lock().unwrap_or_else(PoisonError::into_inner).extend([
        (SIGUSR1, SignalUse::Handle),
        (SIGQUIT, quit),
        (SIGWINCH, SignalUse::Ignore),
    ]);
    let thread = std::thread::Builder::new().name("signals".into());
    // Without the thread, signals keep their default effect.
    let _ = thread.spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGTERM => notify(Event::StopRequested),
                SIGINT if ctrl_c != CtrlC::Ignore => notify(Event::Interrupt),
                SIGINT => {}
                _ => {
                    if signal == SIGWINCH {
                        notify(Event::ConsoleResized);
                    }
                    arrived(signal);
                }
            }
        }
    });
}

fn arrived(signal: i32) {
    let usage = USES.lock().unwrap_or_else(PoisonError::into_inner).get(&signal).copied();
    match usage {
        Some(SignalUse::Handle) => notify(Event::Signal(signal.unsigned_abs())),
        Some(SignalUse::Ignore) | None => {}
        // What it does may be nothing; there is no more that can be done about it.
        Some(SignalUse::Default) => drop(signal_hook::low_level::emulate_default_handler(signal)),
    }
}

/// Says what a signal does from now on.
pub fn set(number: u32, usage: SignalUse) {
    let Ok(signal) = i32::try_from(number) else { return };
    // As stock: what can't be caught stays as it is; SIGTERM is the VM's own.
    if [SIGKILL, SIGSTOP, SIGSEGV, SIGILL, SIGFPE, SIGTERM, SIGINT].contains(&signal) {
        return;
    }
    let mut uses = USES.lock().unwrap_or_else(PoisonError::into_inner);
    // What is not caught yet does what it does by default, which for SIGCHLD is nothing.
    let as_it_is = usage == SignalUse::Default || (signal == SIGCHLD && usage == SignalUse::Ignore);
    if as_it_is && !uses.contains_key(&signal) {
        return;
    }
    if uses.insert(signal, usage).is_none()
        && let Some(thread) = THREAD.get()
    {
        // It was checked above that this one can be caught.
        let _ = thread.add_signal(signal);
    }
}

/// This process's node, once it runs.
pub fn node() -> Option<&'static Hosted> {
    HOSTED.get().copied()
}

/// Hands an event to the node.
pub fn notify(event: Event) {
    if let Some(hosted) = HOSTED.get() {
        hosted.push(event);
    }
}
