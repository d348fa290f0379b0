//! What is UDP's own (`packet_inet_ctl`, `packet_inet_command`, `packet_inet_input`).

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::heap::Fragments;
use joist_vm::platform::{Address, Control, Errno, platform};
use joist_vm::port::Port;
use joist_vm::release;
use joist_vm::term::{Pid, Term, build};

use super::codes::{IP_TOS, IP_TTL, IPPROTO_IP, IPPROTO_IPV6, IPV6_TCLASS, opt, request, state};
use super::messages::{self, Operation};
use super::options::Options;
use super::options::get::{control_code, control_value};
use super::{Answer, EINVAL, Inet, Refusal, Timer, address, buffers};

impl Inet {
    pub fn control_udp(&mut self, port: &Arc<Port>, caller: Pid, request: u32, data: &[u8]) -> Answer {
        match request {
            request::CLOSE => {
                self.close(port);
                Ok(Vec::new())
            }
            request::CONNECT => self.connect_udp(port, caller, data),
            request::PACKET_RECV => {
                self.open_socket()?;
                let Some((timeout, _)) = data.split_first_chunk::<4>().filter(|_| data.len() == 8) else {
                    return Err(EINVAL);
                };
                if self.options.is_active() {
                    return Err(EINVAL);
                }
                let id = self.begin(caller).ok_or(Errno::Ealready)?;
                self.want_input(port);
                let timeout = u32::from_be_bytes(*timeout);
                if self.operation.is_some() && timeout != u32::MAX {
                    self.timer = Some(self.start_timer(port, timeout.into()));
                }
                Ok(id)
            }
            _ => self.control_common(port, caller, request, data),
        }
    }

    /// `[Timeout:32, Address]`; nothing ends a connection. Since OTP 27 the answer is all that there is, and no message
    /// comes.
    fn connect_udp(&mut self, port: &Arc<Port>, caller: Pid, data: &[u8]) -> Answer {
        let socket = self.open_socket()?;
        let disconnect = || {
            // A socket without a peer stays as it is.
            let _ = platform().socket_connect(socket, None);
        };
        if data.is_empty() {
            disconnect();
            self.state &= !state::ACTIVE;
        } else {
            let (address, _) = address::decode(self.family, data.get(4..).unwrap_or_default())?;
            if self.is_connected() {
                // Linux would keep the address that it chose for the old peer.
                disconnect();
            }
            let result = platform().socket_connect(socket, Some(&address));
            self.remote = Some(address);
            if let Err(e) = result {
                disconnect();
                self.state &= !state::ACTIVE;
                return Err(e.into());
            }
            self.state |= state::ACTIVE;
        }
        if release::at_least(27) {
            return Ok(Vec::new());
        }
        let id = self.next_id();
        messages::answer(port, Operation { id, caller }, |_| Term::atom(atom::OK));
        Ok(id.to_be_bytes().to_vec())
    }

    /// `[Address, Length:32, Options, Data]`.
    pub fn send_udp(&mut self, port: &Arc<Port>, command: &[u8]) {
        let result = self.send_datagram(command);
        self.reply(port, result.map_err(Refusal::atom));
    }

    fn send_datagram(&mut self, command: &[u8]) -> Result<(), Refusal> {
        let socket = self.open_socket().map_err(|_| EINVAL)?;
        let (address, rest) = address::decode(self.family, command)?;
        let (len, rest) = rest.split_first_chunk::<4>().ok_or(EINVAL)?;
        let (options, data) = rest.split_at_checked(u32::from_be_bytes(*len) as usize).ok_or(EINVAL)?;
        let control = controls(options).ok_or(EINVAL)?;
        self.statistics.output(data.len());
        let to = (!self.is_connected()).then_some(&address);
        platform().socket_send(socket, &[data], to, &control, 0)?;
        Ok(())
    }

    /// Receives while somebody wants it, at most so many datagrams in a row.
    pub fn read_udp(&mut self, port: &Arc<Port>) {
        let mut left = self.options.read_packets;
        while self.reading && self.is(state::OPEN) {
            let Some(socket) = self.socket else { return };
            if left == 0 {
                return self.start_again(port);
            }
            left -= 1;
            let mut buffer = buffers::take(self.options.buffer);
            // (One that is used again may be larger.)
            let size = self.options.buffer.min(buffer.len());
            let result = platform().socket_receive(socket, &mut buffer[..size], 0);
            let done = match result {
                Ok(received) => {
                    let from = if self.is_connected() { self.remote.clone() } else { received.from };
                    self.datagram(port, from.as_ref(), &received.control, &buffer[..received.len.min(size)]);
                    false
                }
                Err(Errno::Eagain) => true,
                Err(e) => {
                    if self.options.is_active() {
                        self.tell_event(port, "error", Some(Atom::new(e.name())));
                        // One at a time: it may not be over.
                        buffers::give(buffer);
                        return self.start_again(port);
                    }
                    Timer::stop(&mut self.timer);
                    self.reading = false;
                    self.answer_error(port, Atom::new(e.name()));
                    false
                }
            };
            buffers::give(buffer);
            if done {
                return;
            }
        }
    }

    fn datagram(&mut self, port: &Arc<Port>, from: Option<&Address>, control: &[Control], bytes: &[u8]) {
        self.statistics.input(bytes.len());
        let options = &self.options;
        let wanted = options.control != 0;
        if !options.is_active() {
            let whole = [&address::encode_any(from), bytes].concat();
            let before = whole.len() - bytes.len();
            Timer::stop(&mut self.timer);
            self.reading = false;
            let Some(operation) = self.operation.take() else { return };
            return messages::answer(port, operation, |h| {
                let mut data = messages::data(h, &self.options, before, &whole);
                if wanted {
                    let control = control_terms(h, control);
                    data = build::tuple(h, &[data, control]);
                }
                messages::ok(h, data)
            });
        }
        if options.deliver_port {
            deliver_as_data(port, options, &[&address::encode_any(from), bytes].concat());
        } else {
            self.tell(port, |h| {
                let [ip, number] = address::terms(h, from);
                let mut all = alloc::vec![Term::atom(atom::UDP), Term::port(port.id), ip, number];
                if wanted {
                    all.push(control_terms(h, control));
                }
                all.push(messages::data(h, options, 0, bytes));
                build::tuple(h, &all)
            });
        }
        self.count_delivery(port);
        self.reading = self.options.is_active();
    }
}

/// `{Port, {data, Data}}`.
fn deliver_as_data(port: &Port, options: &Options, bytes: &[u8]) {
    match bytes.split_at_checked(options.header) {
        Some((header, rest)) if options.binary => port.headed_to_owner(header, Some(rest)),
        _ => port.headed_to_owner(bytes, None),
    }
}

/// `[{tos, N}, …]`.
fn control_terms(h: &mut Fragments, control: &[Control]) -> Term {
    let mut all = Vec::new();
    for c in control {
        let name = match control_code(c.level, c.kind) {
            Some(opt::TOS) => "tos",
            Some(opt::TTL) => "ttl",
            Some(opt::TCLASS) => "tclass",
            _ => continue,
        };
        let value = Term::small(control_value(&c.data).into());
        all.push(build::tuple(h, &[Term::atom(Atom::new(name)), value]));
    }
    build::list(h, &all)
}

/// The control messages that go with a datagram: `[Option, Value:32]` each.
fn controls(mut options: &[u8]) -> Option<Vec<Control>> {
    let mut all = Vec::new();
    while let Some((code, rest)) = options.split_first() {
        let (value, rest) = rest.split_first_chunk::<4>()?;
        let (level, kind) = match *code {
            opt::TOS => (IPPROTO_IP, IP_TOS),
            opt::TTL => (IPPROTO_IP, IP_TTL),
            opt::TCLASS => (IPPROTO_IPV6, IPV6_TCLASS),
            _ => return None,
        };
        all.push(Control { level, kind, data: i32::from_be_bytes(*value).to_ne_bytes().to_vec() });
        options = rest;
    }
    Some(all)
}
