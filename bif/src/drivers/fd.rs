//! The console's descriptors 0, 1 and 2 as ports (the `fd` driver of `sys_drivers.c`); others are channels.

use alloc::boxed::Box;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

use joist_vm::atom::Atom;
use joist_vm::platform::{ConsoleRead, Event, platform};
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::sync::Mutex;
use joist_vm::term::Pid;

use super::options::Options;
use super::packets::{Header, Packets};
use crate::console;

/// The ports that read the console; normally one.
static READERS: Mutex<Vec<Weak<Port>>> = Mutex::new(Vec::new());

struct Fd {
    output: u32,
    reads: bool,
    writes: bool,
    header: Header,
    packets: Packets,
    at_end: bool,
}

impl Driver for Fd {
    fn command(&mut self, port: &Arc<Port>, data: &[u8]) -> Result<(), BadCommand> {
        let Some(header) = self.header.of(data.len()).filter(|_| self.writes) else {
            port.fail(Atom::new(if self.writes { "einval" } else { "ebadf" }));
            return Ok(());
        };
        let header = if header.is_empty() { Ok(()) } else { platform().console_write(self.output, &header) };
        if header.and_then(|()| platform().console_write(self.output, data)).is_err() {
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

    /// Hands over what the console has.
    fn event(&mut self, port: &Arc<Port>, _: Event) {
        let mut buf = [0; 4096];
        while self.reads && !self.at_end {
            match console::read(&mut buf) {
                ConsoleRead::Data(n) => self.packets.feed(&buf[..n], &mut |packet| port.data_to_owner(packet)),
                ConsoleRead::WouldBlock => return,
                ConsoleRead::Eof => {
                    self.at_end = true;
                    port.end_of_input();
                }
            }
        }
    }

    fn locks_port(&self) -> bool {
        false
    }
}

/// A driver that reads descriptor 0, if it reads, and writes `output`.
pub(super) fn driver(output: u32, options: &Options) -> Box<dyn Driver> {
    let (header, packets) = (options.packet, Packets::new(options.packet));
    Box::new(Fd { output, reads: options.input, writes: options.output, header, packets, at_end: false })
}

/// A port is there; if it reads, it is told what comes in.
pub(super) fn opened(port: &Arc<Port>, reads: bool) {
    if reads {
        READERS.lock().push(Arc::downgrade(port));
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

/// The port that was opened last gets what comes in.
fn input() {
    let reader = {
        let mut readers = READERS.lock();
        readers.retain(|r| r.upgrade().is_some_and(|port| !port.state.lock().closed));
        readers.last().and_then(Weak::upgrade)
    };
    if let Some(port) = reader {
        port.event(Event::ConsoleInput);
    }
}
