//! Connecting (`INET_REQ_CONNECT`, and the first half of `tcp_inet_output`).

use alloc::sync::Arc;

use joist_vm::atom::Atom;
use joist_vm::platform::{Errno, platform};
use joist_vm::port::Port;
use joist_vm::term::Pid;

use super::super::codes::state;
use super::super::{Answer, EINVAL, Inet, Timer, address};

impl Inet {
    /// `[Timeout:32, Address]`.
    pub(super) fn connect(&mut self, port: &Arc<Port>, caller: Pid, data: &[u8]) -> Answer {
        let socket = self.open_socket()?;
        if self.is_connected() {
            return Err(Errno::Eisconn.into());
        }
        if self.is(state::CONNECTING) {
            return Err(EINVAL);
        }
        let (timeout, rest) = super::timeout(data)?;
        let (address, _) = address::decode(self.family, rest)?;
        let result = platform().socket_connect(socket, Some(&address));
        self.remote = Some(address);
        match result {
            Ok(()) => {
                let id = self.begin(caller).ok_or(Errno::Ealready)?;
                self.is_now_connected(port);
                Ok(id)
            }
            Err(Errno::Einprogress | Errno::Eagain) => {
                let id = self.begin(caller).ok_or(Errno::Ealready)?;
                self.state = state::OPEN | state::CONNECTING;
                self.timer = timeout.map(|ms| self.start_timer(port, ms.into()));
                Ok(id)
            }
            Err(e) => Err(e.into()),
        }
    }

    fn is_now_connected(&mut self, port: &Arc<Port>) {
        self.state = state::OPEN | state::ACTIVE;
        self.answer_ok(port);
        if self.options.is_active() {
            self.want_input(port);
        }
    }

    /// The socket can be written to: it may be connected, or never be.
    pub(super) fn connected(&mut self, port: &Arc<Port>) {
        let Ok(socket) = self.open_socket() else { return };
        if let Some(e) = platform().socket_error(socket) {
            Timer::stop(&mut self.timer);
            self.state = state::OPEN;
            self.answer_error(port, Atom::new(e.name()));
        } else if platform().socket_peer(socket).is_ok() {
            Timer::stop(&mut self.timer);
            self.is_now_connected(port);
        }
        // Else the event is one of the time before.
    }
}
