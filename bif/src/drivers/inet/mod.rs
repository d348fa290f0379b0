//! `tcp_inet` and `udp_inet`: what `gen_tcp`, `gen_udp` and `inet` stand on, by the protocol of `prim_inet.erl` with
//! `inet_drv.c` of erts, over the sockets of the platform. Read beside it: those two, and `inet_int.hrl`.
//!
//! A platform tells changes only. So whoever begins to want input tries at once, and goes on until nothing is there; an
//! event that nobody waits for is forgotten.

mod address;
mod buffers;
mod codes;
mod control;
mod events;
mod ifset;
mod interfaces;
mod messages;
mod names;
mod open;
mod options;
mod queue;
mod services;
mod statistics;
mod tcp;
mod udp;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom::Atom;
use joist_vm::platform::{Address, Errno, Event, Family, Socket, Style};
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::release;
use joist_vm::sched::{self, TimerKey};
use joist_vm::term::Pid;

use codes::{MAGIC, reply, state};
use messages::{Caller, Operation};
use options::Options;
use statistics::Statistics;

pub(super) use events::init;

/// A request that fails with this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refusal(&'static str);

impl From<Errno> for Refusal {
    fn from(e: Errno) -> Refusal {
        Refusal(e.name())
    }
}

impl Refusal {
    fn atom(self) -> Atom {
        Atom::new(self.0)
    }
}

const EINVAL: Refusal = Refusal("einval");
/// The request is no request: raised, not told.
const BADARG: Refusal = Refusal("badarg");
/// There is no socket.
const EXBADPORT: Refusal = Refusal("exbadport");

type Answer = Result<Vec<u8>, Refusal>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Tcp,
    Udp,
}

/// A timer that runs.
#[derive(Debug)]
struct Timer {
    key: TimerKey,
    number: u64,
}

impl Timer {
    fn stop(timer: &mut Option<Timer>) {
        if let Some(timer) = timer.take() {
            sched::cancel(timer.key);
        }
    }

    /// Is it this one that fired? Then it is over.
    fn fired(timer: &mut Option<Timer>, number: u64) -> bool {
        let fired = timer.as_ref().is_some_and(|t| t.number == number);
        if fired {
            *timer = None;
        }
        fired
    }
}

/// A socket and its port's state (`inet_descriptor`, and what is TCP's own).
struct Inet {
    protocol: Protocol,
    socket: Option<Socket>,
    /// As [`state`] has it.
    state: u32,
    family: Family,
    style: Option<Style>,
    /// It is somebody else's socket, too, and stays open.
    prebound: bool,
    options: Options,
    /// The request that waits, if any but those to accept.
    operation: Option<Operation>,
    next_operation: u16,
    next_timer: u64,
    /// What a request waits for, or a connection.
    timer: Option<Timer>,
    /// More is read when it fires: others had to have their turn.
    again: Option<Timer>,
    /// Is input wanted, is output?
    reading: bool,
    writing: bool,
    /// `inet:ignorefd`: somebody else uses the socket.
    ignored: bool,
    /// Whom the datagram socket is connected to.
    remote: Option<Address>,
    /// What `inet:setsockname` and `inet:setpeername` said.
    name: Option<Address>,
    peer: Option<Address>,
    caller: Option<Caller>,
    /// Who waits for the queue to be empty.
    subscribers: Vec<Pid>,
    statistics: Statistics,
    tcp: tcp::State,
}

impl Inet {
    fn new(protocol: Protocol, options: Options) -> Inet {
        Inet {
            protocol,
            socket: None,
            state: 0,
            family: Family::V4,
            style: None,
            prebound: false,
            options,
            operation: None,
            next_operation: 0,
            next_timer: 0,
            timer: None,
            again: None,
            reading: false,
            writing: false,
            ignored: false,
            remote: None,
            name: None,
            peer: None,
            caller: None,
            subscribers: Vec::new(),
            statistics: Statistics::default(),
            tcp: tcp::State::default(),
        }
    }

    fn is(&self, flag: u32) -> bool {
        self.state & flag != 0
    }

    fn is_connected(&self) -> bool {
        self.is(state::ACTIVE)
    }

    fn open_socket(&self) -> Result<Socket, Refusal> {
        self.socket.filter(|_| self.is(state::OPEN)).ok_or(EXBADPORT)
    }

    fn start_timer(&mut self, port: &Arc<Port>, ms: u64) -> Timer {
        self.next_timer += 1;
        Timer { key: port.start_timer(ms, self.next_timer), number: self.next_timer }
    }

    /// Has [`Inet::go_on`] called after others had their turn.
    fn start_again(&mut self, port: &Arc<Port>) {
        if self.again.is_none() {
            self.again = Some(self.start_timer(port, 0));
        }
    }

    fn go_on(&mut self, port: &Arc<Port>) {
        match self.protocol {
            Protocol::Tcp => self.read_tcp(port),
            Protocol::Udp => self.read_udp(port),
        }
    }
}

impl Driver for Inet {
    fn command(&mut self, port: &Arc<Port>, caller: Pid, data: &[u8]) -> Result<(), BadCommand> {
        let Some((caller, data)) = Caller::read(caller, data) else {
            port.fail(Atom::new("einval"));
            return Ok(());
        };
        self.caller = Some(caller);
        match self.protocol {
            Protocol::Tcp => self.send_tcp(port, data),
            Protocol::Udp => self.send_udp(port, data),
        }
        Ok(())
    }

    fn control(&mut self, port: &Arc<Port>, caller: Pid, command: u32, data: &[u8]) -> Result<Vec<u8>, BadCommand> {
        let request = command.wrapping_sub(MAGIC);
        let answer = match self.protocol {
            Protocol::Tcp => self.control_tcp(port, caller, request, data),
            Protocol::Udp => self.control_udp(port, caller, request, data),
        };
        Ok(match answer {
            Ok(mut bytes) => {
                bytes.insert(0, reply::OK);
                bytes
            }
            Err(BADARG) => return Err(BadCommand),
            Err(Refusal(name)) => [&[reply::ERROR], name.as_bytes()].concat(),
        })
    }

    fn event(&mut self, port: &Arc<Port>, event: Event) {
        match event {
            Event::SocketInput(s) if self.socket == Some(s) && !self.ignored => match self.protocol {
                Protocol::Tcp => self.input_tcp(port),
                Protocol::Udp => self.read_udp(port),
            },
            Event::SocketOutput(s) if self.socket == Some(s) && !self.ignored => self.output_tcp(port),
            _ => {}
        }
    }

    fn timeout(&mut self, port: &Arc<Port>, number: u64) {
        if Timer::fired(&mut self.again, number) {
            self.go_on(port);
        } else if Timer::fired(&mut self.timer, number) {
            self.request_timed_out(port);
        } else {
            self.timeout_tcp(port, number);
        }
    }

    fn queued(&self) -> usize {
        self.tcp.queue.len()
    }

    fn closing(&mut self, port: &Port) {
        // Nobody would ever write it.
        if !self.writing || self.options.linger_zero || self.tcp.sendfile.is_some() {
            self.clear_output(port);
        }
    }

    fn halting(&mut self, port: &Port) {
        self.closing(port);
        // Who is at the other end, perhaps in this node, waits for nothing any more.
        if let Some(socket) = self.socket.take_if(|_| self.tcp.queue.is_empty()) {
            self.give_back(port, socket);
        }
    }

    fn stop(&mut self, port: &Port) {
        self.close_check(port);
        self.close(port);
        if let Some(socket) = self.socket.take() {
            self.give_back(port, socket);
        }
    }

    fn takes_force(&self) -> bool {
        true
    }
}

/// A driver for `tcp_inet`.
pub(super) fn tcp() -> Box<dyn Driver> {
    Box::new(Inet::new(Protocol::Tcp, Options::default()))
}

/// A driver for `udp_inet`.
pub(super) fn udp() -> Box<dyn Driver> {
    let mut options = Options::default();
    if release::at_least(29) {
        options.buffer = 9216;
    }
    Box::new(Inet::new(Protocol::Udp, options))
}
