//! The console as its several readers share it: the `fd` and `tty_sl` drivers, `prim_tty`'s NIFs, and the menu that
//! Ctrl-C brings up, which takes the input away from them for as long as it is there.

mod menu;
pub(crate) mod output;
pub(crate) mod terminal;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};

use joist_vm::event::on_event;
use joist_vm::platform::{ConsoleRead, Errno, Event, platform};
use joist_vm::sync::Mutex;

/// What is told of input and of a window that changed its size.
pub(crate) type Listener = fn(Event);

static LISTENERS: Mutex<Vec<Listener>> = Mutex::new(Vec::new());

pub(crate) fn init() {
    on_event(Box::new(|event| match event {
        Event::Interrupt => menu::open(),
        Event::ConsoleInput if menu::is_open() => menu::input(),
        Event::ConsoleInput | Event::ConsoleResized => tell(event),
        Event::Writable(channel) => output::writable(channel),
        _ => {}
    }));
}

/// Registers somebody who wants to know of the console's events.
pub(crate) fn listen(listener: Listener) {
    LISTENERS.lock().push(listener);
}

fn tell(event: Event) {
    // A copy: a listener may read, and so come back here.
    let listeners = LISTENERS.lock().clone();
    for listener in listeners {
        listener(event);
    }
}

/// Set by `+Bi`: Ctrl-C brings up nothing, and the shell's own menu has no way out of the node.
static BREAK_IGNORED: AtomicBool = AtomicBool::new(false);

pub(crate) fn ignore_break() {
    BREAK_IGNORED.store(true, Ordering::Relaxed);
}

pub(crate) fn break_ignored() -> bool {
    BREAK_IGNORED.load(Ordering::Relaxed)
}

/// The mode that the terminal's reader asked for; the menu has the terminal's own meanwhile.
static RAW: AtomicBool = AtomicBool::new(false);

/// Switches the terminal's mode, at once or when the menu closes.
pub(crate) fn set_raw(raw: bool) -> Result<(), Errno> {
    if !menu::is_open() {
        platform().console_raw(raw)?;
    }
    RAW.store(raw, Ordering::SeqCst);
    Ok(())
}

/// The menu (or a node's last words) have the terminal in its own mode, with lines and echo; its reader gets its mode
/// back afterwards.
pub(crate) fn lend_terminal(to_menu: bool) {
    if RAW.load(Ordering::SeqCst) {
        // It was a terminal before.
        let _ = platform().console_raw(!to_menu);
    }
}

/// Reads what the console has; nothing while the menu is there.
pub(crate) fn read(buf: &mut [u8]) -> ConsoleRead {
    if menu::is_open() { ConsoleRead::WouldBlock } else { platform().console_read(buf) }
}
