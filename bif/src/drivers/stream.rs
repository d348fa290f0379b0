//! Ports over a channel of the platform: programs (`{spawn, …}`), descriptors (`{fd, …}`) and devices
//! (`sys_drivers.c`). Output that can't be written at once is queued, and beyond a limit the port is busy.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;

use hashbrown::HashMap;
use joist_vm::atom::{self, Atom};
use joist_vm::event::on_event;
use joist_vm::platform::{Channel, Errno, Event, platform};
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Term, build};

use super::options::{Limits, Options};
use super::packets::{Header, Packets};

/// The ports that channels belong to, until their drivers are stopped.
static PORTS: Mutex<Option<HashMap<Channel, Arc<Port>, ahash::RandomState>>> = Mutex::new(None);

/// So much is read at a time.
const READ: usize = 64 * 1024;

/// What is known of a program's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Nobody asked.
    Unwanted,
    Running,
    Status(i32),
}

/// The driver.
pub(super) struct Stream {
    channel: Channel,
    os_pid: Option<u32>,
    input: bool,
    output: bool,
    at_end: bool,
    exit: Exit,
    packets: Packets,
    header: Header,
    queue: VecDeque<u8>,
    limits: Limits,
    busy: bool,
}

impl Stream {
    /// A driver for a channel.
    pub fn new(channel: Channel, os_pid: Option<u32>, options: &Options) -> Stream {
        Stream {
            channel,
            os_pid,
            input: options.input,
            output: options.output,
            at_end: false,
            exit: if options.exit_status { Exit::Running } else { Exit::Unwanted },
            packets: Packets::new(options.packet),
            header: options.packet,
            queue: VecDeque::new(),
            limits: options.limits,
            busy: false,
        }
    }

    fn read(&mut self, port: &Arc<Port>) {
        if !self.input || self.at_end {
            return;
        }
        let mut buf = alloc::vec![0; READ];
        match platform().channel_read(self.channel, &mut buf) {
            Ok(Some(0)) => {
                self.at_end = true;
                self.end(port);
            }
            Ok(Some(n)) => self.packets.feed(&buf[..n], &mut |packet| port.data_to_owner(packet)),
            Ok(None) => {}
            Err(e) => {
                self.at_end = true;
                fail(port, e);
            }
        }
    }

    /// The input has ended; a status that somebody wants is told before, when it is known.
    fn end(&mut self, port: &Arc<Port>) {
        match self.exit {
            Exit::Running => return,
            Exit::Status(status) => {
                port.to_owner(|h| build::tuple(h, &[Term::atom(atom::EXIT_STATUS), Term::small(i64::from(status))]))
            }
            Exit::Unwanted => {}
        }
        port.end_of_input();
    }

    fn write_queue(&mut self, port: &Arc<Port>) {
        loop {
            let (bytes, _) = self.queue.as_slices();
            if bytes.is_empty() {
                break;
            }
            match platform().channel_write(self.channel, bytes) {
                Ok(n) => {
                    let all = n == bytes.len();
                    self.queue.drain(..n);
                    if !all {
                        break;
                    }
                }
                Err(e) => {
                    self.queue.clear();
                    fail(port, e);
                    break;
                }
            }
        }
        let (len, Limits { low, high }) = (self.queue.len(), self.limits);
        let busy = if self.busy { len > 0 && len >= low } else { len >= high };
        if busy != self.busy {
            self.busy = busy;
            port.set_busy(busy);
        }
        if self.queue.is_empty() {
            // A burst's room is given back.
            self.queue.shrink_to(READ);
        }
    }
}

fn fail(port: &Arc<Port>, e: Errno) {
    port.fail(Atom::new(e.name()));
}

impl Driver for Stream {
    fn command(&mut self, port: &Arc<Port>, _: Pid, data: &[u8]) -> Result<(), BadCommand> {
        let Some(header) = self.header.of(data.len()) else {
            fail(port, Errno::Einval);
            return Ok(());
        };
        if !self.output {
            fail(port, Errno::Ebadf);
            return Ok(());
        }
        let mut rest = data;
        if self.queue.is_empty() && header.is_empty() {
            match platform().channel_write(self.channel, data) {
                Ok(n) => rest = &data[n..],
                Err(e) => {
                    fail(port, e);
                    return Ok(());
                }
            }
        }
        let waiting = !self.queue.is_empty();
        self.queue.extend(header);
        self.queue.extend(rest);
        if !waiting || !self.busy {
            self.write_queue(port);
        }
        Ok(())
    }

    fn control(&mut self, _: &Arc<Port>, _: Pid, _: u32, _: &[u8]) -> Result<Vec<u8>, BadCommand> {
        Err(BadCommand)
    }

    fn event(&mut self, port: &Arc<Port>, event: Event) {
        match event {
            Event::Readable(_) => self.read(port),
            Event::Writable(_) => self.write_queue(port),
            Event::Exited(_, status) if self.exit == Exit::Running => {
                self.exit = Exit::Status(status);
                if self.at_end {
                    self.end(port);
                }
            }
            _ => {}
        }
    }

    fn queued(&self) -> usize {
        self.queue.len()
    }

    fn stop(&mut self, _: &Port) {
        if let Some(ports) = PORTS.lock().as_mut() {
            ports.remove(&self.channel);
        }
        platform().channel_close(self.channel);
    }

    fn os_pid(&self) -> Option<u32> {
        self.os_pid
    }
}

/// A port hears of a channel's events.
pub(super) fn listen(port: &Arc<Port>, channel: Channel) {
    let hasher = || ahash::RandomState::with_seeds(1, 3, 5, 7);
    PORTS.lock().get_or_insert_with(|| HashMap::with_hasher(hasher())).insert(channel, port.clone());
}

/// A port over a channel is there: it hears of the channel's events, and reads what there is.
pub(super) fn opened(port: &Arc<Port>, channel: Channel) {
    listen(port, channel);
    platform().watch_program(channel);
    port.event(Event::Readable(channel));
}

pub(super) fn init() {
    on_event(alloc::boxed::Box::new(|event| {
        let (Event::Readable(channel) | Event::Writable(channel) | Event::Exited(channel, _)) = event else { return };
        let port = PORTS.lock().as_ref().and_then(|ports| ports.get(&channel).cloned());
        if let Some(port) = port {
            port.event(event);
        }
    }));
}
