//! `setsockopt(2)` and `getsockopt(2)`: what options do beyond being remembered.

use crate::entry::{Body, Entry};
use crate::interfaces::name;
use crate::options::{int, int_of, level, number};
use crate::packet_options::{IP_PKTOPTIONS, IPV6_2292PKTOPTIONS};
use crate::{Stack, address};
use alloc::vec;
use alloc::vec::Vec;
use joist_vm::platform::{Address, Errno, Family, Socket, Style};
use smoltcp::time::Instant;
use smoltcp::wire::IpAddress;

const SOCK_STREAM: i32 = 1;
const SOCK_DGRAM: i32 = 2;
const AF_INET: i32 = 2;
const AF_INET6: i32 = 10;
const TCP_INFO: i32 = 11;
const TCP_CONGESTION: i32 = 13;
/// As Linux says for sockets that nobody chose for.
const USUAL_BUFFER: usize = 106_496;

impl Stack {
    pub fn set_option(&mut self, socket: Socket, level: i32, option: i32, value: &[u8]) -> Result<(), Errno> {
        let id = socket.0;
        match (level, option) {
            (level::IP, number::IP_ADD_MEMBERSHIP | number::IP_DROP_MEMBERSHIP) => {
                let (group, rest) = value.split_first_chunk::<4>().ok_or(Errno::Einval)?;
                let side = self.named_by_address(rest, Errno::Enodev)?;
                return self.membership(
                    id,
                    IpAddress::Ipv4((*group).into()),
                    side,
                    option == number::IP_ADD_MEMBERSHIP,
                );
            }
            (level::IPV6, number::IPV6_ADD_MEMBERSHIP | number::IPV6_DROP_MEMBERSHIP) => {
                let (group, rest) = value.split_first_chunk::<16>().ok_or(Errno::Einval)?;
                let side = self.named_by_index(int_of(rest)?)?;
                let join = option == number::IPV6_ADD_MEMBERSHIP;
                return self.membership(id, IpAddress::Ipv6((*group).into()), side, join);
            }
            (level::IP, number::IP_MULTICAST_IF) => {
                // Of a `struct ip_mreqn` what follows the group.
                let named = if value.len() > 4 { value.get(4..).unwrap_or_default() } else { value };
                let side = self.named_by_address(named, Errno::Eaddrnotavail)?;
                self.entry(id)?.options.multicast_if[0] = side;
                return Ok(());
            }
            (level::IPV6, number::IPV6_MULTICAST_IF) => {
                let side = self.named_by_index(int_of(value)?)?;
                self.entry(id)?.options.multicast_if[1] = side;
                return Ok(());
            }
            (level::SOCKET, number::SO_BINDTODEVICE) => {
                let name = value.split(|byte| *byte == 0).next().unwrap_or_default();
                let side = if name.is_empty() { None } else { Some(self.named(name).ok_or(Errno::Enodev)?) };
                self.entry(id)?.options.device = side;
                return Ok(());
            }
            // Local sockets have it.
            (level::SOCKET, number::SO_PASSCRED) => return Err(Errno::Enotsup),
            _ => {}
        }
        let entry = self.entry(id)?;
        // No byte at all is a zero there.
        let value = if level == level::IP && value.is_empty() { &[0] } else { value };
        match level {
            level::IP if option == number::IP_MULTICAST_TTL && entry.style == Style::Stream => {
                return Err(Errno::Einval);
            }
            level::TCP if entry.style != Style::Stream => return Err(Errno::Enoprotoopt),
            level::IPV6 if entry.family != Family::V6 => return Err(Errno::Enoprotoopt),
            _ => {}
        }
        if (level, option) == (level::IPV6, number::IPV6_V6ONLY) && entry.bound.is_some() {
            return Err(Errno::Einval);
        }
        let octet = match (level, option) {
            (level::IP, number::IP_TOS) => Some(int_of(value)? & 0xff),
            (level::IPV6, number::IPV6_TCLASS) if int_of(value)? == -1 => Some(0),
            (level::IPV6, number::IPV6_TCLASS) => Some(int_of(value)?),
            _ => None,
        };
        // The two bits for congestion are TCP's own.
        let octet = octet.map(|n| if entry.style == Style::Stream { n & !3 } else { n });
        match octet {
            Some(n) => entry.options.set(level, option, &int(n))?,
            None => entry.options.set(level, option, value)?,
        }
        let Entry { body, options, .. } = entry;
        if let Body::Connection(connection) = body {
            connection.apply(options);
            self.touch(id);
        }
        Ok(())
    }

    pub fn option(&mut self, socket: Socket, level: i32, option: i32, size: usize) -> Result<Vec<u8>, Errno> {
        let mut value = self.option_of(socket.0, level, option)?;
        value.truncate(size);
        Ok(value)
    }

    fn option_of(&mut self, id: u64, level: i32, option: i32) -> Result<Vec<u8>, Errno> {
        let (now, remote) = (self.now, self.peer(Socket(id)).ok());
        let mtu = self.mtu_of(remote.as_ref(), now);
        match (level, option) {
            (level::IP, IP_PKTOPTIONS) => return self.packet_options(id, true),
            (level::IPV6, IPV6_2292PKTOPTIONS) if self.entry(id)?.family == Family::V6 => {
                return self.packet_options(id, false);
            }
            _ => {}
        }
        let entry = self.entry(id)?;
        let stream = entry.style == Style::Stream;
        Ok(match (level, option) {
            (level::SOCKET, number::SO_TYPE) => int(if stream { SOCK_STREAM } else { SOCK_DGRAM }),
            (level::SOCKET, number::SO_ERROR) => int(entry.error.take().map_or(0, Errno::number)),
            (level::SOCKET, number::SO_ACCEPTCONN) => int(matches!(entry.body, Body::Listener(_)).into()),
            (level::SOCKET, number::SO_PROTOCOL) => int(if stream { 6 } else { 17 }),
            (level::SOCKET, number::SO_DOMAIN) => int(if entry.family == Family::V6 { AF_INET6 } else { AF_INET }),
            (level::SOCKET, number::SO_SNDBUF) => int(doubled(entry.options.send_buffer, entry, false)),
            (level::SOCKET, number::SO_RCVBUF) => int(doubled(entry.options.receive_buffer, entry, true)),
            (level::IPV6, _) if entry.family != Family::V6 => return Err(Errno::Enoprotoopt),
            (level::IP, number::IP_MULTICAST_IF) => {
                let side = entry.options.multicast_if[0];
                self.address_of(side).octets().to_vec()
            }
            (level::IPV6, number::IPV6_MULTICAST_IF) => {
                int(entry.options.multicast_if[1].map_or(0, |side| side.index() as i32))
            }
            (level::SOCKET, number::SO_BINDTODEVICE) => {
                entry.options.device.map_or(Vec::new(), |side| [name(side).as_bytes(), &[0]].concat())
            }
            (level::IP, number::IP_MTU) | (level::IPV6, number::IPV6_MTU) => match entry.body {
                Body::Connection(_) => int(mtu as i32),
                Body::Datagrams(_) if remote.is_some() => int(mtu as i32),
                _ => return Err(Errno::Enotconn),
            },
            (level::TCP, _) if !stream => return Err(Errno::Enoprotoopt),
            (level::TCP, number::TCP_MAXSEG) => int((mtu as i32 - 40).max(536)),
            (level::TCP, TCP_INFO) => vec![self.tcp_state(id)?, 0, 0, 0, 0, 0, 0, 0],
            (level::TCP, TCP_CONGESTION) => b"reno\0\0\0\0\0\0\0\0\0\0\0\0".to_vec(),
            _ => return entry.options.get(level, option),
        })
    }

    /// What a packet to an address can have at most, or one to any by the first card.
    fn mtu_of(&mut self, remote: Option<&Address>, now: Instant) -> usize {
        let to = match remote {
            Some(Address::Ip(to)) => Some(address::from_std(to.ip().to_canonical())),
            _ => None,
        };
        let card = to.and_then(|to| self.best_card(to)).unwrap_or(0);
        self.cards.get(card).map_or(0, |card| match to {
            Some(to) => card.attached.carries_to(to, now),
            None => card.attached.mtu(),
        })
    }
}

fn doubled(chosen: Option<usize>, entry: &Entry, receive: bool) -> i32 {
    let size = match (&entry.body, chosen) {
        (Body::Connection(c), None) if receive => c.socket().recv_capacity(),
        (Body::Connection(c), None) => c.socket().send_capacity(),
        (_, chosen) => chosen.unwrap_or(USUAL_BUFFER),
    };
    i32::try_from(size.saturating_mul(2)).unwrap_or(i32::MAX)
}
