//! The `fd` driver: the console's descriptors 0, 1 and 2 as ports (`erl_child_setup`-less part of `sys_drivers.c`).

use alloc::boxed::Box;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::platform::{ConsoleRead, Event, platform};
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Term};

use super::Options;
use crate::console;

/// The ports that read the console; normally one.
static READERS: Mutex<Vec<(Weak<Port>, bool)>> = Mutex::new(Vec::new());
/// Descriptor 0 has been read to its end.
static AT_END: Mutex<bool> = Mutex::new(false);

struct Fd {
    output: u32,
    options: Options,
}

impl Driver for Fd {
    fn command(&mut self, port: &Arc<Port>, data: &[u8]) -> Result<(), BadCommand> {
        if !self.options.output {
            return Err(BadCommand);
        }
        if platform().console_write(self.output, data).is_err() {
            port.fail(Atom::new("epipe"));
        }
        Ok(())
    }

    fn control(&mut self, _: &Arc<Port>, _: Pid, operation: u32, _: &[u8]) -> Result<Vec<u8>, BadCommand> {
        // CTRL_OP_GET_WINSIZE: columns and rows as two native words.
        const GET_WINSIZE: u32 = 100;
        match (operation & 0xff, platform().console_size()) {
            (GET_WINSIZE, Some((columns, rows))) => {
                Ok([u32::from(columns).to_ne_bytes(), u32::from(rows).to_ne_bytes()].concat())
            }
            _ => Err(BadCommand),
        }
    }
}

/// A driver for `{fd, In, Out}`.
pub(super) fn driver(input: u32, output: u32, options: Options) -> Result<Box<dyn Driver>, Atom> {
    if input > 2 || output > 2 {
        return Err(Atom::new("ebadf"));
    }
    Ok(Box::new(Fd { output, options }))
}

/// A port that reads descriptor 0 is told what comes in.
pub(super) fn opened(port: &Arc<Port>, name: Term) {
    let reads = name.as_tuple_of::<3>().is_some_and(|[k, i, _]| k.is(atom::FD) && *i == Term::small(0));
    if reads {
        READERS.lock().push((Arc::downgrade(port), true));
        input();
    }
}

pub(super) fn init() {
    console::listen(|event| {
        if event == Event::ConsoleInput {
            input();
        }
    });
}

/// Hands over what the console has.
fn input() {
    let reader = READERS.lock().iter().rev().find_map(|r| r.0.upgrade());
    let Some(port) = reader else { return };
    let mut buf = [0; 4096];
    loop {
        match console::read(&mut buf) {
            ConsoleRead::Data(n) => port.data_to_owner(&buf[..n]),
            ConsoleRead::WouldBlock => return,
            ConsoleRead::Eof => {
                if !core::mem::replace(&mut *AT_END.lock(), true) {
                    port.to_owner(|_| Term::atom(atom::EOF));
                }
                return;
            }
        }
    }
}
