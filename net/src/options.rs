//! Socket options by Linux's levels and numbers, for those that somebody can mean; the others are `ENOPROTOOPT`. Read
//! beside it: `socket(7)`, `ip(7)`, `ipv6(7)`, `tcp(7)`.

use crate::interface::Side;
use alloc::vec;
use alloc::vec::Vec;
use joist_vm::platform::Errno;
use smoltcp::wire::IpAddress;

pub(crate) mod level {
    pub const SOCKET: i32 = 1;
    pub const IP: i32 = 0;
    pub const TCP: i32 = 6;
    pub const IPV6: i32 = 41;
}

/// The numbers that more than the table knows.
pub(crate) mod number {
    pub const SO_TYPE: i32 = 3;
    pub const SO_ERROR: i32 = 4;
    pub const SO_SNDBUF: i32 = 7;
    pub const SO_RCVBUF: i32 = 8;
    pub const SO_LINGER: i32 = 13;
    pub const SO_PASSCRED: i32 = 16;
    pub const SO_BINDTODEVICE: i32 = 25;
    pub const SO_ACCEPTCONN: i32 = 30;
    pub const SO_PROTOCOL: i32 = 38;
    pub const SO_DOMAIN: i32 = 39;
    pub const IP_TOS: i32 = 1;
    pub const IPV6_TCLASS: i32 = 67;
    pub const IP_MULTICAST_IF: i32 = 32;
    pub const IP_MULTICAST_TTL: i32 = 33;
    pub const IP_ADD_MEMBERSHIP: i32 = 35;
    pub const IP_DROP_MEMBERSHIP: i32 = 36;
    pub const IPV6_MULTICAST_IF: i32 = 17;
    pub const IPV6_ADD_MEMBERSHIP: i32 = 20;
    pub const IPV6_DROP_MEMBERSHIP: i32 = 21;
    pub const IPV6_MTU: i32 = 24;
    pub const IPV6_V6ONLY: i32 = 26;
    pub const IP_MTU: i32 = 14;
    pub const TCP_MAXSEG: i32 = 2;
}

/// Which values an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    /// 0 or 1; anything else is 1.
    Flag,
    Within(i32, i32),
}

/// `FIELD LEVEL NUMBER = DEFAULT, RANGE;` for the options that are one `int` each.
macro_rules! ints {
    ($($(#[$doc:meta])* $field:ident $level:ident $number:literal = $default:expr, $range:expr;)*) => {
        #[derive(Debug, Clone)]
        pub(crate) struct Options {
            $($(#[$doc])* pub $field: i32,)*
            pub linger: Option<i32>,
            /// For how long, when it was last on.
            pub linger_time: i32,
            /// The type of service of the packet that opened the connection.
            pub came_with: u8,
            pub receive_buffer: Option<usize>,
            pub send_buffer: Option<usize>,
            /// What else it hears of is not for it, and it sends by no other.
            pub device: Option<Side>,
            /// Of what is sent to groups, of IPv4 and IPv6.
            pub multicast_if: [Option<Side>; 2],
        }

        impl Default for Options {
            fn default() -> Self {
                Options {
                    $($field: $default,)*
                    linger: None,
                    linger_time: 0,
                    came_with: 0,
                    receive_buffer: None,
                    send_buffer: None,
                    device: None,
                    multicast_if: [None; 2],
                }
            }
        }

        impl Options {
            fn int(&mut self, level: i32, number: i32) -> Option<(&mut i32, Range)> {
                match (level, number) {
                    $((level::$level, $number) => Some((&mut self.$field, $range)),)*
                    _ => None,
                }
            }
        }
    };
}

use Range::{Flag, Within};
ints! {
    reuse_address SOCKET 2 = 0, Flag;
    dont_route SOCKET 5 = 0, Flag;
    broadcast SOCKET 6 = 0, Flag;
    keep_alive SOCKET 9 = 0, Flag;
    oob_inline SOCKET 10 = 0, Flag;
    priority SOCKET 12 = 0, Within(i32::MIN, i32::MAX);
    reuse_port SOCKET 15 = 0, Flag;
    pass_credentials SOCKET 16 = 0, Flag;
    timestamp SOCKET 29 = 0, Within(0, 0);
    tos IP 1 = 0, Within(0, 255);
    ttl IP 2 = 64, Within(1, 255);
    packet_info IP 8 = 0, Flag;
    receive_errors IP 11 = 0, Within(0, 0);
    receive_ttl IP 12 = 0, Flag;
    receive_tos IP 13 = 0, Flag;
    multicast_ttl IP 33 = 1, Within(0, 255);
    multicast_loop IP 34 = 1, Flag;
    hops IPV6 16 = 64, Within(1, 255);
    multicast_hops6 IPV6 18 = 1, Within(0, 255);
    multicast_loop6 IPV6 19 = 1, Flag;
    receive_errors6 IPV6 25 = 0, Within(0, 0);
    v6_only IPV6 26 = 0, Flag;
    packet_info6 IPV6 49 = 0, Flag;
    receive_hops IPV6 51 = 0, Flag;
    receive_class IPV6 66 = 0, Flag;
    class IPV6 67 = 0, Within(0, 255);
    no_delay TCP 1 = 0, Flag;
    /// Segments are as full as they get, and go at once otherwise: there is nothing to cork.
    cork TCP 3 = 0, Within(0, 0);
    keep_idle TCP 4 = 7200, Within(1, 32767);
    keep_interval TCP 5 = 75, Within(1, 32767);
    keep_count TCP 6 = 9, Within(1, 127);
    user_timeout TCP 18 = 0, Within(0, i32::MAX);
}

/// Linux's `rmem_max` is small; this is what no sane program goes beyond.
const LARGEST_BUFFER: usize = 16 << 20;

/// An `int`, or a single byte where that is given.
pub(crate) fn int_of(value: &[u8]) -> Result<i32, Errno> {
    match value {
        [byte] => Ok(i32::from(*byte)),
        _ => value.first_chunk().map(|b| i32::from_ne_bytes(*b)).ok_or(Errno::Einval),
    }
}

pub(crate) fn int(value: i32) -> Vec<u8> {
    value.to_ne_bytes().to_vec()
}

impl Options {
    /// Sets an option that is only remembered here.
    pub fn set(&mut self, level: i32, number: i32, value: &[u8]) -> Result<(), Errno> {
        match (level, number) {
            (level::SOCKET, number::SO_LINGER) => {
                let (on, time) = (int_of(value)?, int_of(value.get(4..).ok_or(Errno::Einval)?)?);
                self.linger = (on != 0).then_some(time);
                if on != 0 {
                    self.linger_time = time;
                }
                return Ok(());
            }
            (level::SOCKET, number::SO_RCVBUF) => {
                self.receive_buffer = Some(buffer(int_of(value)?, 1152));
                return Ok(());
            }
            (level::SOCKET, number::SO_SNDBUF) => {
                self.send_buffer = Some(buffer(int_of(value)?, 2304));
                return Ok(());
            }
            _ => {}
        }
        let (field, range) = self.int(level, number).ok_or(Errno::Enoprotoopt)?;
        let value = int_of(value)?;
        *field = match range {
            Flag => i32::from(value != 0),
            // A TTL of -1 is the default one.
            Within(1, 255) if value == -1 => 64,
            Within(0, 255) if value == -1 => 1,
            Within(least, most) if (least..=most).contains(&value) => value,
            Within(0, 0) => return Err(Errno::Enoprotoopt),
            Within(..) => return Err(Errno::Einval),
        };
        Ok(())
    }

    pub fn get(&self, level: i32, number: i32) -> Result<Vec<u8>, Errno> {
        if (level, number) == (level::SOCKET, number::SO_LINGER) {
            let mut value = int(i32::from(self.linger.is_some()));
            value.extend(int(self.linger_time));
            return Ok(value);
        }
        let mut copy = self.clone();
        copy.int(level, number).map(|(value, _)| int(*value)).ok_or(Errno::Enoprotoopt)
    }

    /// Is what comes by an interface for it?
    pub fn takes_from(&self, side: Side) -> bool {
        self.device.is_none_or(|device| device == side)
    }

    /// The interface that datagrams to an address are to go by.
    pub fn interface_to(&self, to: IpAddress) -> Option<Side> {
        let [v4, v6] = self.multicast_if;
        let group = if matches!(to, IpAddress::Ipv4(_)) { v4 } else { v6 };
        self.device.or(group.filter(|_| to.is_multicast()))
    }

    /// The type of service or traffic class of packets to an address.
    pub fn service(&self, v4: bool) -> u8 {
        (if v4 { self.tos } else { self.class }) as u8
    }
}

/// A buffer's size as asked for. Linux doubles what it is given, and so says the double when asked.
fn buffer(size: i32, least: usize) -> usize {
    usize::try_from(size).unwrap_or(LARGEST_BUFFER).clamp(least, LARGEST_BUFFER)
}

/// A control message's or an option's `in_pktinfo`.
pub(crate) fn packet_info(index: u32, address: smoltcp::wire::IpAddress) -> Vec<u8> {
    match address {
        smoltcp::wire::IpAddress::Ipv4(address) => {
            [&index.to_ne_bytes()[..], &address.octets(), &address.octets()].concat()
        }
        smoltcp::wire::IpAddress::Ipv6(address) => {
            let mut info = vec![];
            info.extend_from_slice(&address.octets());
            info.extend_from_slice(&index.to_ne_bytes());
            info
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let mut options = Options::default();
        assert_eq!(options.set(level::IP, 2, &int(0)), Err(Errno::Einval));
        assert_eq!(options.set(level::IP, 2, &[7]), Ok(()));
        assert_eq!(options.get(level::IP, 2), Ok(int(7)));
        assert_eq!(options.set(level::TCP, 1, &int(5)), Ok(()));
        assert_eq!(options.get(level::TCP, 1), Ok(int(1)));
        assert_eq!(options.set(level::TCP, 99, &int(5)), Err(Errno::Enoprotoopt));
        assert_eq!(options.set(level::SOCKET, 13, &[int(1), int(0)].concat()), Ok(()));
        assert_eq!(options.linger, Some(0));
        assert_eq!(options.set(level::SOCKET, 13, &int(1)), Err(Errno::Einval));
        assert_eq!(options.set(level::SOCKET, 8, &[1, 2]), Err(Errno::Einval));
    }
}
