//! How a socket is opened, adopted and closed (`inet_ctl_open`, `inet_ctl_fdopen`, `desc_close`).

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::platform::{Errno, Family, Socket, Style, platform};
use joist_vm::port::Port;
use joist_vm::release;

use super::codes::{family, state, style};
use super::{Answer, EINVAL, Inet, Protocol, Refusal, Timer, events};

const IPPROTO_TCP: i32 = 6;
const IPPROTO_UDP: i32 = 17;

impl Inet {
    /// The family and style that a request begins with.
    fn kind(&self, data: &[u8]) -> Result<(Family, Style), Refusal> {
        let [family, wanted, ..] = data else { return Err(EINVAL) };
        let family = match *family {
            family::INET => Family::V4,
            family::INET6 => Family::V6,
            family::LOCAL => Family::Local,
            _ => return Err(Refusal("eafnosupport")),
        };
        match (*wanted, self.protocol) {
            (style::STREAM, _) => Ok((family, Style::Stream)),
            (style::DGRAM, Protocol::Udp) => Ok((family, Style::Datagram)),
            _ => Err(EINVAL),
        }
    }

    /// `[Family, Style]`, and since OTP 29 a protocol.
    pub fn open(&mut self, port: &Arc<Port>, data: &[u8]) -> Answer {
        const DEFAULT: u8 = 0;
        const MPTCP: u8 = 4;
        let (family, style) = match data {
            [_, _] if !release::at_least(29) => self.kind(data)?,
            [_, _, MPTCP] if release::at_least(29) => return Err(Errno::Eprotonosupport.into()),
            [_, _, DEFAULT..=3] if release::at_least(29) => self.kind(data)?,
            _ => return Err(EINVAL),
        };
        if self.state != 0 {
            return Err(Refusal("exbadseq"));
        }
        let protocol = match (family, self.protocol) {
            (Family::Local, _) => 0,
            (_, Protocol::Tcp) => IPPROTO_TCP,
            (_, Protocol::Udp) => IPPROTO_UDP,
        };
        let socket = match &self.options.netns {
            Some(namespace) => platform().socket_open_in(namespace, family, style, protocol)?,
            None => platform().socket_open(family, style, protocol)?,
        };
        self.opened(port, socket, (family, style));
        Ok(Vec::new())
    }

    /// `[Family, Style, Descriptor:32, Bound:32]`.
    pub fn fdopen(&mut self, port: &Arc<Port>, data: &[u8]) -> Answer {
        let kind = self.kind(data)?;
        let (descriptor, bound) = match data.get(2..).unwrap_or_default() {
            [a, b, c, d] => ([*a, *b, *c, *d], true),
            [a, b, c, d, bound @ ..] if bound.len() == 4 => ([*a, *b, *c, *d], bound != [0; 4]),
            _ => return Err(EINVAL),
        };
        if self.state != 0 {
            return Err(Refusal("exbadseq"));
        }
        let socket = platform().socket_adopt(u32::from_be_bytes(descriptor))?;
        if bound {
            let family = platform().socket_name(socket).map(|address| super::names::family(&address));
            if family != Ok(kind.0) {
                platform().socket_close(socket);
                return Err(family.err().map_or(EINVAL, Refusal::from));
            }
        }
        self.prebound = true;
        self.opened(port, socket, kind);
        if kind.1 == Style::Stream && platform().socket_peer(socket).is_ok() {
            self.state |= state::ACTIVE;
        }
        Ok(Vec::new())
    }

    fn opened(&mut self, port: &Arc<Port>, socket: Socket, (family, style): (Family, Style)) {
        self.socket = Some(socket);
        (self.family, self.style) = (family, Some(style));
        self.state = state::OPEN;
        events::listen(port, socket);
        if self.protocol == Protocol::Udp && self.options.is_active() {
            self.want_input(port);
        }
    }

    /// Closes the socket; the port stays (`erl_inet_close`).
    pub fn close(&mut self, port: &Port) {
        self.clear_input();
        self.clear_output(port);
        self.subscribers.clear();
        (self.reading, self.writing) = (false, false);
        Timer::stop(&mut self.again);
        Timer::stop(&mut self.timer);
        self.stop_timers();
        if self.prebound || !self.is(state::OPEN) {
            return;
        }
        self.state = 0;
        if let Some(socket) = self.socket.take() {
            self.give_back(port, socket);
        }
    }

    pub fn give_back(&self, port: &Port, socket: Socket) {
        events::forget(port, socket);
        platform().socket_close(socket);
    }
}
