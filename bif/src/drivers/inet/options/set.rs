//! `inet:setopts` (`inet_set_opts`). Most options of the socket itself fail silently, as they always did.

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::platform::{Errno, Family, Style, platform};
use joist_vm::port::Port;

use super::super::codes::{
    IP_TOS, IPPROTO_IP, IPPROTO_IPV6, SO_BINDTODEVICE, SO_LINGER, SO_PRIORITY, SOCKET_OPTIONS, SOL_SOCKET, active,
    family, opt, state,
};
use super::super::{Answer, EINVAL, Inet, Protocol, Refusal};
use super::{RECEIVED, Reader};

/// The longest name of a network device, with its zero.
const IFNAMSIZ: usize = 16;
/// The largest datagram there can be.
const DATAGRAM: usize = 1 << 16;

impl Inet {
    pub fn set_options(&mut self, port: &Arc<Port>, data: &[u8]) -> Answer {
        let (old_packet, was_active) = (self.options.packet, self.options.is_active());
        let mut input = Reader(data);
        // (Stock, too, forgets what is too short to be an option.)
        while input.0.len() >= 5 {
            let code = input.byte()?;
            let value = input.int()?;
            self.set_option(port, code, value, &mut input)?;
        }
        self.activity_changed(port, was_active, old_packet);
        Ok(Vec::new())
    }

    /// What the new options have come of, for who wants input.
    fn activity_changed(&mut self, port: &Arc<Port>, was_active: bool, old_packet: i32) {
        let now = self.options.is_active();
        match self.style {
            Some(Style::Stream) if self.protocol == Protocol::Tcp && self.is_connected() => {
                let counted = matches!(self.options.active, active::ONCE | active::MULTI);
                let same_packets = self.options.packet == old_packet;
                if !was_active && counted && same_packets {
                    return self.want_input(port);
                }
                if now != was_active {
                    self.reading = now;
                }
                if now && (!was_active || !same_packets) {
                    self.deliver_what_is_there(port);
                    if self.reading {
                        self.want_input(port);
                    }
                }
            }
            Some(Style::Datagram) if self.is(state::OPEN) && now != was_active => {
                self.reading = now;
                if now {
                    self.want_input(port);
                }
            }
            _ => {}
        }
    }

    fn set_option(&mut self, port: &Arc<Port>, code: u8, value: i32, rest: &mut Reader<'_>) -> Result<(), Refusal> {
        let stream = self.style == Some(Style::Stream);
        let size = usize::try_from(value).unwrap_or(0);
        let on = value != 0;
        let o = &mut self.options;
        match code {
            opt::HEADER => o.header = size,
            opt::MODE => o.binary = on,
            opt::DELIVER => o.deliver_port = value == 0,
            opt::BUFFER => (o.buffer, o.buffer_set) = (size.max(1), true),
            opt::ACTIVE => return self.set_active(port, value, rest),
            opt::PACKET => o.packet = value,
            opt::PACKET_SIZE => o.packet_size = value as u32,
            opt::EXITONCLOSE => o.exit_on_close = on,
            opt::LINE_DELIM => o.delimiter = value as u8,
            opt::TCP_HIWTRMRK if stream => (o.high, o.low) = (size, o.low.min(size)),
            opt::TCP_LOWTRMRK if stream => (o.low, o.high) = (size, o.high.max(size)),
            opt::TCP_SEND_TIMEOUT if stream => o.send_timeout = u32::try_from(value).ok(),
            opt::TCP_SEND_TIMEOUT_CLOSE if stream => o.send_timeout_close = on,
            opt::TCP_DELAY_SEND if stream => o.delay_send = on,
            opt::TCP_READ_AHEAD if stream => o.no_read_ahead = !on,
            opt::TCP_SHOW_ECONNRESET if self.protocol == Protocol::Tcp => o.show_econnreset = on,
            opt::READ_PACKETS if self.style == Some(Style::Datagram) => {
                o.read_packets = if value > 0 { value } else { return Err(EINVAL) };
            }
            opt::TCP_HIWTRMRK | opt::TCP_LOWTRMRK | opt::TCP_SEND_TIMEOUT | opt::TCP_SEND_TIMEOUT_CLOSE => {}
            opt::TCP_DELAY_SEND | opt::TCP_READ_AHEAD | opt::TCP_SHOW_ECONNRESET | opt::READ_PACKETS => {}
            opt::MSGQ_HIWTRMRK | opt::MSGQ_LOWTRMRK if value < 1 => return Err(EINVAL),
            opt::MSGQ_HIWTRMRK => (o.msgq_high, o.msgq_low) = (value, o.msgq_low.min(value)),
            opt::MSGQ_LOWTRMRK => (o.msgq_low, o.msgq_high) = (value, o.msgq_high.max(value)),
            opt::NETNS => o.netns = Some(rest.bytes(usize::try_from(value).map_err(|_| EINVAL)?)?.to_vec()),
            opt::DEBUG => o.debug = on,
            opt::LINGER => {
                let seconds = rest.int()?;
                if self.protocol == Protocol::Tcp {
                    o.linger_zero = on && seconds == 0;
                }
                let bytes = [value.to_ne_bytes(), seconds.to_ne_bytes()].concat();
                return self.set(SOL_SOCKET, SO_LINGER, &bytes, false);
            }
            opt::RAW => {
                let (option, len) = (rest.int()?, rest.int()?);
                let bytes = rest.bytes(usize::try_from(len).map_err(|_| EINVAL)?)?;
                return self.set(value, option, bytes, false);
            }
            opt::BIND_TO_DEVICE => {
                let name = rest.bytes(usize::try_from(value).map_err(|_| EINVAL)?)?;
                if name.len() > IFNAMSIZ {
                    return Err(EINVAL);
                }
                let name = [name, &[0]].concat();
                return self.set(SOL_SOCKET, SO_BINDTODEVICE, &name, true);
            }
            opt::MULTICAST_IF => return self.set_multicast_interface(value),
            opt::ADD_MEMBERSHIP | opt::DROP_MEMBERSHIP => return self.set_membership(code, value, rest),
            _ => return self.set_number(code, value),
        }
        Ok(())
    }

    fn set_active(&mut self, port: &Arc<Port>, value: i32, rest: &mut Reader<'_>) -> Result<(), Refusal> {
        self.options.active = value;
        if value == active::MULTI {
            let n = rest.bytes(2)?;
            let count = self.options.active_count + i32::from(i16::from_be_bytes([n[0], n[1]]));
            i16::try_from(count).map_err(|_| EINVAL)?;
            self.options.active_count = count.max(0);
            if count <= 0 {
                self.options.active = active::PASSIVE;
                self.tell_event(port, "passive", None);
            }
        } else {
            self.options.active_count = 0;
        }
        let closed = self.style == Some(Style::Stream) && self.state == 0;
        if closed && self.options.is_active() {
            if core::mem::take(&mut self.tcp.delayed_econnreset) {
                self.tell_event(port, "error", Some(Atom::new(Errno::Econnreset.name())));
            }
            self.tell_closed(port);
            if self.options.exit_on_close {
                port.exit(atom::NORMAL);
            }
        }
        Ok(())
    }

    /// An option that is a number.
    fn set_number(&mut self, code: u8, value: i32) -> Result<(), Refusal> {
        let option = SOCKET_OPTIONS.iter().find(|o| o.code == code).ok_or(EINVAL)?;
        if code == opt::RCVBUF && !self.options.buffer_set {
            let size = usize::try_from(value).unwrap_or(0);
            if size > DATAGRAM && self.style == Some(Style::Datagram) {
                self.options.buffer = DATAGRAM;
            } else {
                self.options.buffer = self.options.buffer.max(size);
            }
        }
        self.set(option.level, option.option, &value.to_ne_bytes(), option.strict)?;
        if let Some((_, bit)) = RECEIVED.iter().find(|r| r.0 == code) {
            self.options.control = self.options.control & !bit | if value != 0 { *bit } else { 0 };
        }
        Ok(())
    }

    fn set_multicast_interface(&self, value: i32) -> Result<(), Refusal> {
        const IP_MULTICAST_IF: i32 = 32;
        const IPV6_MULTICAST_IF: i32 = 17;
        let (level, option, bytes) = match self.family {
            Family::V4 => (IPPROTO_IP, IP_MULTICAST_IF, value.to_be_bytes()),
            Family::V6 => (IPPROTO_IPV6, IPV6_MULTICAST_IF, value.to_ne_bytes()),
            Family::Local => return Err(EINVAL),
        };
        self.set(level, option, &bytes, false)
    }

    /// `[Interface:32, Group, Address]` of IPv4, `[Interface:32, Group]` of IPv6.
    fn set_membership(&self, code: u8, domain: i32, rest: &mut Reader<'_>) -> Result<(), Refusal> {
        let add = code == opt::ADD_MEMBERSHIP;
        let interface = rest.int()?.to_ne_bytes();
        let (level, option, bytes) = match (u8::try_from(domain), self.family) {
            (Ok(family::INET), Family::V4) => {
                // `ip_mreqn`: the interface comes last.
                (IPPROTO_IP, if add { 35 } else { 36 }, [rest.bytes(8)?, &interface].concat())
            }
            (Ok(family::INET6), Family::V6) => {
                (IPPROTO_IPV6, if add { 20 } else { 21 }, [rest.bytes(16)?, &interface].concat())
            }
            _ => return Err(EINVAL),
        };
        self.set(level, option, &bytes, false)
    }

    /// Sets an option of the socket. Linux clears a socket's priority when its TOS is set, and its TOS with others; that
    /// is put right.
    fn set(&self, level: i32, option: i32, value: &[u8], strict: bool) -> Result<(), Refusal> {
        let result = match self.socket {
            Some(socket) if level == IPPROTO_IP && option == IP_TOS => {
                let priority = platform().socket_option(socket, SOL_SOCKET, SO_PRIORITY, 4);
                let result = platform().socket_set_option(socket, level, option, value);
                if let (Ok(priority), Ok(())) = (priority, result) {
                    // Some kernels begin with one that they don't let anybody set.
                    let _ = platform().socket_set_option(socket, SOL_SOCKET, SO_PRIORITY, &priority);
                }
                result
            }
            Some(socket) => platform().socket_set_option(socket, level, option, value),
            None => Err(Errno::Ebadf),
        };
        match result {
            Err(_) if strict => Err(EINVAL),
            _ => Ok(()),
        }
    }
}
