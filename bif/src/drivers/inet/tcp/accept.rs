//! Accepting connections, for one process or several (`INET_REQ_ACCEPT`, `tcp_inet_copy`, `tcp_inet_multi_timeout`).

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::sync::atomic::Ordering;

use joist_vm::atom::{self, Atom};
use joist_vm::platform::{Address, Errno, Socket, Style, platform};
use joist_vm::port::{self, Port, Settings};
use joist_vm::process;
use joist_vm::term::{Pid, Term};

use super::super::codes::state;
use super::super::messages::{self, Operation};
use super::super::{Answer, EINVAL, Inet, Protocol, Refusal, Timer, events};

/// A process that waits for a connection.
#[derive(Debug)]
pub(super) struct Accept {
    operation: Operation,
    timer: Option<Timer>,
}

impl Accept {
    /// Processes that end meanwhile wait no longer.
    pub(super) fn is_alive(&self) -> bool {
        process::lookup(self.operation.caller).is_some()
    }
}

impl Inet {
    /// `[Timeout:32]`.
    pub(super) fn accept(&mut self, port: &Arc<Port>, caller: Pid, data: &[u8]) -> Answer {
        if !self.is(state::LISTEN) {
            return Err(EINVAL);
        }
        let (timeout, rest) = super::timeout(data)?;
        if !rest.is_empty() {
            return Err(EINVAL);
        }
        self.tcp.accepts.retain(Accept::is_alive);
        if self.tcp.accepts.is_empty() {
            match platform().socket_accept(self.open_socket()?) {
                Ok((socket, from)) => {
                    let id = self.next_id();
                    let accepted = self.accepted(port, caller, socket, from)?;
                    let operation = Operation { id, caller };
                    messages::answer(port, operation, |h| messages::ok(h, accepted));
                    return Ok(id.to_be_bytes().to_vec());
                }
                Err(Errno::Eagain) => {}
                Err(e) => return Err(e.into()),
            }
        }
        let id = self.next_id();
        let timer = timeout.map(|ms| self.start_timer(port, ms.into()));
        self.tcp.accepts.push_back(Accept { operation: Operation { id, caller }, timer });
        Ok(id.to_be_bytes().to_vec())
    }

    /// There are connections: each goes to who waits longest.
    pub(super) fn accept_waiting(&mut self, port: &Arc<Port>) {
        loop {
            self.tcp.accepts.retain(Accept::is_alive);
            let Ok(socket) = self.open_socket() else { return };
            if self.tcp.accepts.is_empty() {
                return;
            }
            let accepted = match platform().socket_accept(socket) {
                Err(Errno::Eagain) => return,
                accepted => accepted.map_err(Refusal::from),
            };
            let Some(Accept { operation, mut timer }) = self.tcp.accepts.pop_front() else { return };
            Timer::stop(&mut timer);
            match accepted.and_then(|(socket, from)| self.accepted(port, operation.caller, socket, from)) {
                Ok(accepted) => messages::answer(port, operation, |h| messages::ok(h, accepted)),
                Err(e) => messages::answer_error(port, operation, e.atom()),
            }
        }
    }

    /// A port for a new connection.
    fn accepted(&self, port: &Port, owner: Pid, socket: Socket, from: Address) -> Result<Term, Refusal> {
        if port::count() >= crate::flags::PORTS.load(Ordering::Relaxed) {
            platform().socket_close(socket);
            return Err(Refusal("system_limit"));
        }
        let mut driver = Inet::new(Protocol::Tcp, self.options.inherited());
        driver.socket = Some(socket);
        driver.state = state::OPEN | state::ACTIVE;
        (driver.family, driver.style) = (self.family, Some(Style::Stream));
        driver.remote = Some(from);
        let settings = Settings { binary: true, parallelism: port.settings.parallelism, ..Settings::default() };
        let accepted = port::open_for(owner, &port.command, settings, Box::new(driver));
        let accepted = accepted.ok_or(Refusal("noproc"))?;
        events::listen(&accepted, socket);
        Ok(Term::port(accepted.id))
    }

    /// A process has waited long enough.
    pub(super) fn accept_timed_out(&mut self, port: &Port, number: u64) {
        let at = self.tcp.accepts.iter_mut().position(|a| Timer::fired(&mut a.timer, number));
        if let Some(accept) = at.and_then(|at| self.tcp.accepts.remove(at)) {
            messages::answer_error(port, accept.operation, atom::TIMEOUT);
        }
    }

    /// Everybody who waits is told that the socket is being closed (`tcp_close_check`).
    pub fn close_check(&mut self, port: &Port) {
        for Accept { operation, mut timer } in core::mem::take(&mut self.tcp.accepts) {
            Timer::stop(&mut timer);
            messages::answer_error(port, operation, super::closed());
        }
        self.answer_error(port, super::closed());
        Timer::stop(&mut self.timer);
    }

    /// The port's owner hears it once that the connection is closed.
    pub fn tell_closed(&mut self, port: &Port) {
        if !core::mem::replace(&mut self.tcp.close_sent, true) {
            self.tell_event(port, "closed", None);
        }
    }

    pub(super) fn tell_error(&self, port: &Port, e: Errno) {
        self.tell_event(port, "error", Some(Atom::new(e.name())));
    }
}
