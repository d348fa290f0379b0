//! The console as its several readers share it: the `fd` and `tty_sl` drivers, `prim_tty`'s NIFs, and the menu that
//! Ctrl-C brings up, which takes the input away from them for as long as it is there.

mod menu;
pub(crate) mod terminal;

use alloc::boxed::Box;
use alloc::vec::Vec;

use joist_vm::event::on_event;
use joist_vm::platform::{ConsoleRead, Event, platform};
use joist_vm::sync::Mutex;

/// What is told of input and of a window that changed its size.
pub(crate) type Listener = fn(Event);

static LISTENERS: Mutex<Vec<Listener>> = Mutex::new(Vec::new());

pub(crate) fn init() {
    on_event(Box::new(|event| match event {
        Event::Interrupt => menu::open(),
        Event::ConsoleInput if menu::is_open() => menu::input(),
        Event::ConsoleInput | Event::ConsoleResized => tell(event),
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

/// Reads what the console has; nothing while the menu is there.
pub(crate) fn read(buf: &mut [u8]) -> ConsoleRead {
    if menu::is_open() { ConsoleRead::WouldBlock } else { platform().console_read(buf) }
}
