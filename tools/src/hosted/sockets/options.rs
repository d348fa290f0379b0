//! `setsockopt(2)` and `getsockopt(2)` by Linux's numbers, for those options that somebody can mean.

use joist_vm::platform::Errno;
use nix::libc;
use nix::sys::socket::{GetSockOpt, SetSockOpt, sockopt};
use rustix::net::sockopt as options;
use std::ffi::{OsStr, OsString};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

type Result<T> = std::result::Result<T, Errno>;

fn errno(e: nix::errno::Errno) -> Errno {
    Errno::from_number(e as i32)
}

/// A value of an option, from the bytes that the call takes and to those that it gives.
trait Value: Sized {
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
    fn into_bytes(self) -> Vec<u8>;
}

/// An `int`; of a single byte where Linux takes that too.
fn int(bytes: &[u8]) -> Option<i32> {
    match bytes {
        [byte] => Some(i32::from(*byte)),
        _ => bytes.first_chunk().map(|b| i32::from_ne_bytes(*b)),
    }
}

impl Value for bool {
    fn from_bytes(bytes: &[u8]) -> Option<bool> {
        int(bytes).map(|n| n != 0)
    }
    fn into_bytes(self) -> Vec<u8> {
        i32::from(self).to_ne_bytes().to_vec()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Value for $number {
            fn from_bytes(bytes: &[u8]) -> Option<$number> {
                int(bytes).and_then(|n| n.try_into().ok())
            }
            fn into_bytes(self) -> Vec<u8> {
                i32::try_from(self).unwrap_or(i32::MAX).to_ne_bytes().to_vec()
            }
        }
    )*};
}

numbers!(i32, u32, usize, u8);

impl Value for libc::linger {
    fn from_bytes(bytes: &[u8]) -> Option<libc::linger> {
        Some(libc::linger { l_onoff: int(bytes)?, l_linger: int(bytes.get(4..)?)? })
    }
    fn into_bytes(self) -> Vec<u8> {
        [self.l_onoff.to_ne_bytes(), self.l_linger.to_ne_bytes()].concat()
    }
}

/// A name that ends with its first zero.
impl Value for OsString {
    fn from_bytes(bytes: &[u8]) -> Option<OsString> {
        let name = bytes.split(|b| *b == 0).next()?;
        Some(OsStr::from_bytes(name).to_owned())
    }
    fn into_bytes(self) -> Vec<u8> {
        self.into_vec()
    }
}

fn set_as<O: SetSockOpt<Val: Value>>(fd: &OwnedFd, option: O, bytes: &[u8]) -> Result<()> {
    let value = O::Val::from_bytes(bytes).ok_or(Errno::Einval)?;
    nix::sys::socket::setsockopt(fd, option, &value).map_err(errno)
}

fn get_as<O: GetSockOpt<Val: Value>>(fd: &OwnedFd, option: O) -> Result<Vec<u8>> {
    Ok(nix::sys::socket::getsockopt(fd, option).map_err(errno)?.into_bytes())
}

/// `LEVEL NUMBER => OPTION, …`: both directions of each.
macro_rules! options {
    ($($level:ident $number:ident => $option:ident,)*) => {
        fn set_plain(fd: &OwnedFd, level: i32, number: i32, bytes: &[u8]) -> Result<()> {
            match (level, number) {
                $((libc::$level, libc::$number) => set_as(fd, sockopt::$option, bytes),)*
                _ => Err(Errno::Enoprotoopt),
            }
        }

        fn get_plain(fd: &OwnedFd, level: i32, number: i32) -> Result<Vec<u8>> {
            match (level, number) {
                $((libc::$level, libc::$number) => get_as(fd, sockopt::$option),)*
                _ => Err(Errno::Enoprotoopt),
            }
        }
    };
}

options! {
    SOL_SOCKET SO_REUSEADDR => ReuseAddr,
    SOL_SOCKET SO_REUSEPORT => ReusePort,
    SOL_SOCKET SO_BROADCAST => Broadcast,
    SOL_SOCKET SO_DONTROUTE => DontRoute,
    SOL_SOCKET SO_KEEPALIVE => KeepAlive,
    SOL_SOCKET SO_LINGER => Linger,
    SOL_SOCKET SO_OOBINLINE => OobInline,
    SOL_SOCKET SO_PRIORITY => Priority,
    SOL_SOCKET SO_SNDBUF => SndBuf,
    SOL_SOCKET SO_RCVBUF => RcvBuf,
    SOL_SOCKET SO_BINDTODEVICE => BindToDevice,
    SOL_SOCKET SO_PASSCRED => PassCred,
    SOL_SOCKET SO_TIMESTAMP => ReceiveTimestamp,
    SOL_SOCKET SO_TIMESTAMPNS => ReceiveTimestampns,
    IPPROTO_IP IP_TOS => Ipv4Tos,
    IPPROTO_IP IP_TTL => Ipv4Ttl,
    IPPROTO_IP IP_RECVTOS => IpRecvTos,
    IPPROTO_IP IP_RECVTTL => Ipv4RecvTtl,
    IPPROTO_IP IP_MULTICAST_TTL => IpMulticastTtl,
    IPPROTO_IP IP_MULTICAST_LOOP => IpMulticastLoop,
    IPPROTO_IP IP_FREEBIND => IpFreebind,
    IPPROTO_IP IP_RECVERR => Ipv4RecvErr,
    IPPROTO_IP IP_PKTINFO => Ipv4PacketInfo,
    IPPROTO_IP IP_RECVORIGDSTADDR => Ipv4OrigDstAddr,
    IPPROTO_IP IP_TRANSPARENT => IpTransparent,
    IPPROTO_IPV6 IPV6_V6ONLY => Ipv6V6Only,
    IPPROTO_IPV6 IPV6_TCLASS => Ipv6TClass,
    IPPROTO_IPV6 IPV6_RECVTCLASS => Ipv6RecvTClass,
    IPPROTO_IPV6 IPV6_UNICAST_HOPS => Ipv6Ttl,
    IPPROTO_IPV6 IPV6_RECVHOPLIMIT => Ipv6RecvHopLimit,
    IPPROTO_IPV6 IPV6_MULTICAST_HOPS => Ipv6MulticastHops,
    IPPROTO_IPV6 IPV6_RECVPKTINFO => Ipv6RecvPacketInfo,
    IPPROTO_IPV6 IPV6_RECVERR => Ipv6RecvErr,
    IPPROTO_TCP TCP_NODELAY => TcpNoDelay,
    IPPROTO_TCP TCP_KEEPIDLE => TcpKeepIdle,
    IPPROTO_TCP TCP_KEEPINTVL => TcpKeepInterval,
    IPPROTO_TCP TCP_KEEPCNT => TcpKeepCount,
    IPPROTO_TCP TCP_USER_TIMEOUT => TcpUserTimeout,
    IPPROTO_TCP TCP_CONGESTION => TcpCongestion,
}

pub(super) fn set(fd: &OwnedFd, level: i32, number: i32, bytes: &[u8]) -> Result<()> {
    match (level, number) {
        (libc::IPPROTO_IP, libc::IP_ADD_MEMBERSHIP | libc::IP_DROP_MEMBERSHIP) => {
            let ip = |at| Some(Ipv4Addr::from(*bytes.get(at..)?.first_chunk::<4>()?));
            let (Some(group), Some(interface)) = (ip(0), ip(4)) else { return Err(Errno::Einval) };
            // `ip_mreqn` has the interface's number, too.
            let index = bytes.get(8..).and_then(int);
            let add = number == libc::IP_ADD_MEMBERSHIP;
            match index.map(i32::cast_unsigned) {
                Some(n) if add => options::set_ip_add_membership_with_ifindex(fd, &group, &interface, n),
                Some(n) => options::set_ip_drop_membership_with_ifindex(fd, &group, &interface, n),
                None if add => options::set_ip_add_membership(fd, &group, &interface),
                None => options::set_ip_drop_membership(fd, &group, &interface),
            }
            .map_err(super::errno)
        }
        (libc::IPPROTO_IPV6, libc::IPV6_ADD_MEMBERSHIP | libc::IPV6_DROP_MEMBERSHIP) => {
            let group = Ipv6Addr::from(*bytes.first_chunk::<16>().ok_or(Errno::Einval)?);
            let index = bytes.get(16..).and_then(int).unwrap_or(0).cast_unsigned();
            if number == libc::IPV6_ADD_MEMBERSHIP {
                options::set_ipv6_add_membership(fd, &group, index).map_err(super::errno)
            } else {
                options::set_ipv6_drop_membership(fd, &group, index).map_err(super::errno)
            }
        }
        (libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_IF) => {
            let index = int(bytes).ok_or(Errno::Einval)?.cast_unsigned();
            options::set_ipv6_multicast_if(fd, index).map_err(super::errno)
        }
        (libc::IPPROTO_IP, libc::IP_MULTICAST_IF) => {
            let interface = Ipv4Addr::from(*bytes.first_chunk::<4>().ok_or(Errno::Einval)?);
            options::set_ip_multicast_if(fd, &interface).map_err(super::errno)
        }
        (libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_LOOP) => {
            let on = bool::from_bytes(bytes).ok_or(Errno::Einval)?;
            options::set_ipv6_multicast_loop(fd, on).map_err(super::errno)
        }
        (libc::IPPROTO_TCP, libc::TCP_CORK) => {
            let on = bool::from_bytes(bytes).ok_or(Errno::Einval)?;
            options::set_tcp_cork(fd, on).map_err(super::errno)
        }
        _ => set_plain(fd, level, number, bytes),
    }
}

pub(super) fn get(fd: &OwnedFd, level: i32, number: i32) -> Result<Vec<u8>> {
    let bytes = |on: rustix::io::Result<bool>| on.map(Value::into_bytes).map_err(super::errno);
    match (level, number) {
        (libc::SOL_SOCKET, libc::SO_TYPE) => {
            let style = options::socket_type(fd).map_err(super::errno)?;
            Ok(style.as_raw().to_ne_bytes().to_vec())
        }
        (libc::SOL_SOCKET, libc::SO_DOMAIN) => {
            let family = options::socket_domain(fd).map_err(super::errno)?;
            Ok(i32::from(family.as_raw()).to_ne_bytes().to_vec())
        }
        (libc::SOL_SOCKET, libc::SO_PROTOCOL) => {
            let protocol = options::socket_protocol(fd).map_err(super::errno)?;
            Ok(protocol.map_or(0, |p| p.as_raw().get()).to_ne_bytes().to_vec())
        }
        (libc::SOL_SOCKET, libc::SO_ACCEPTCONN) => get_as(fd, sockopt::AcceptConn),
        (libc::IPPROTO_IP, libc::IP_MTU) => get_as(fd, sockopt::IpMtu),
        (libc::IPPROTO_TCP, libc::TCP_MAXSEG) => get_as(fd, sockopt::TcpMaxSeg),
        (libc::IPPROTO_IP, libc::IP_MULTICAST_IF) => {
            let interface = options::ip_multicast_if(fd).map_err(super::errno)?;
            Ok(interface.octets().to_vec())
        }
        (libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_IF) => {
            let index = options::ipv6_multicast_if(fd).map_err(super::errno)?;
            Ok(index.to_ne_bytes().to_vec())
        }
        (libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_LOOP) => bytes(options::ipv6_multicast_loop(fd)),
        (libc::IPPROTO_TCP, libc::TCP_CORK) => bytes(options::tcp_cork(fd)),
        _ => get_plain(fd, level, number),
    }
}

/// Is it an option that has control messages come with what is received?
pub(super) fn wants_control(level: i32, number: i32) -> bool {
    matches!(
        (level, number),
        (libc::SOL_SOCKET, libc::SO_TIMESTAMP)
            | (libc::IPPROTO_IP, libc::IP_RECVTOS | libc::IP_RECVTTL | libc::IP_PKTINFO | libc::IP_RECVORIGDSTADDR)
            | (libc::IPPROTO_IPV6, libc::IPV6_RECVTCLASS | libc::IPV6_RECVHOPLIMIT | libc::IPV6_RECVPKTINFO)
    )
}
