//! The console's descriptors 0, 1 and 2 as ports (the `fd` driver of `sys_drivers.c`); others are channels. Output goes
//! through a channel, too, where the platform has them: who reads it may be slow, and then the port is busy.

use alloc::boxed::Box;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

use joist_vm::atom::Atom;
use joist_vm::platform::{Channel, ConsoleRead, Event, platform};
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::sync::Mutex;
use joist_vm::term::Pid;

use super::options::Options;
use super::packets::{Header, Packets};
use super::stream::{self, Stream};
use crate::console;

/// The ports that read the console; normally one.
static READERS: Mutex<Vec<Weak<Port>>> = Mutex::new(Vec::new());

struct Fd {
    output: u32,
    stream: Option<Stream>,
    reads: bool,
    writes: bool,
    header: Header,
    packets: Packets,
    at_end: bool,
}

impl Driver for Fd {
    fn command(&mut self, port: &Arc<Port>, caller: Pid, data: &[u8]) -> Result<(), BadCommand> {
        if let Some(stream) = &mut self.stream {
            return stream.command(port, caller, data);
        }
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
    fn event(&mut self, port: &Arc<Port>, event: Event) {
        if let (Event::Writable(_), Some(stream)) = (event, &mut self.stream) {
            return stream.event(port, event);
        }
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

    fn queued(&self) -> usize {
        self.stream.as_ref().map_or(0, Stream::queued)
    }

    fn stop(&mut self, port: &Port) {
        if let Some(stream) = &mut self.stream {
            stream.stop(port);
        }
    }

    fn locks_port(&self) -> bool {
        false
    }
}

/// A driver that reads descriptor 0, if it reads, and writes `output`; and the channel for that.
pub(super) fn driver(output: u32, options: &Options) -> (Box<dyn Driver>, Option<Channel>) {
    let (header, packets) = (options.packet, Packets::new(options.packet));
    let channel = if options.output { platform().open_descriptors(None, Some(output)).ok() } else { None };
    let writer = Options { input: false, ..options.clone() };
    let stream = channel.map(|channel| Stream::new(channel, None, &writer));
    let (reads, writes) = (options.input, options.output);
    (Box::new(Fd { output, stream, reads, writes, header, packets, at_end: false }), channel)
}

/// A port is there; if it reads, it is told what comes in.
pub(super) fn opened(port: &Arc<Port>, reads: bool, channel: Option<Channel>) {
    if let Some(channel) = channel {
        stream::listen(port, channel);
    }
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
