//! `setsockopt(2)` and `getsockopt(2)` by Linux's numbers, for those options that somebody can mean.

use super::bindings as own;
use joist_vm::platform::Errno;
use nix::libc;
use nix::sys::socket::{GetSockOpt, SetSockOpt, sockopt};
use rustix::net::sockopt as options;
use std::ffi::{OsStr, OsString};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::{Mutex, PoisonError};

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

impl Value for libc::ip_mreq_source {
    fn from_bytes(bytes: &[u8]) -> Option<libc::ip_mreq_source> {
        let address = |at| Some(libc::in_addr { s_addr: u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?) });
        let (imr_multiaddr, imr_interface, imr_sourceaddr) = (address(0)?, address(4)?, address(8)?);
        Some(libc::ip_mreq_source { imr_multiaddr, imr_interface, imr_sourceaddr })
    }
    fn into_bytes(self) -> Vec<u8> {
        [self.imr_multiaddr, self.imr_interface, self.imr_sourceaddr].map(|a| a.s_addr.to_ne_bytes()).concat()
    }
}

/// `LEVEL NUMBER => OPTION, …`: both directions of each.
macro_rules! options {
    ($($level:ident $number:ident => $option:path,)*) => {
        fn set_plain(fd: &OwnedFd, level: i32, number: i32, bytes: &[u8]) -> Result<()> {
            match (level, number) {
                $((libc::$level, libc::$number) => set_as(fd, $option, bytes),)*
                _ => Err(Errno::Enoprotoopt),
            }
        }

        fn get_plain(fd: &OwnedFd, level: i32, number: i32) -> Result<Vec<u8>> {
            match (level, number) {
                $((libc::$level, libc::$number) => get_as(fd, $option),)*
                _ => Err(Errno::Enoprotoopt),
            }
        }
    };
}

options! {
    SOL_SOCKET SO_REUSEADDR => sockopt::ReuseAddr,
    SOL_SOCKET SO_REUSEPORT => sockopt::ReusePort,
    SOL_SOCKET SO_BROADCAST => sockopt::Broadcast,
    SOL_SOCKET SO_DONTROUTE => sockopt::DontRoute,
    SOL_SOCKET SO_KEEPALIVE => sockopt::KeepAlive,
    SOL_SOCKET SO_LINGER => sockopt::Linger,
    SOL_SOCKET SO_OOBINLINE => sockopt::OobInline,
    SOL_SOCKET SO_PRIORITY => sockopt::Priority,
    SOL_SOCKET SO_SNDBUF => sockopt::SndBuf,
    SOL_SOCKET SO_RCVBUF => sockopt::RcvBuf,
    SOL_SOCKET SO_BINDTODEVICE => sockopt::BindToDevice,
    SOL_SOCKET SO_PASSCRED => sockopt::PassCred,
    SOL_SOCKET SO_TIMESTAMP => sockopt::ReceiveTimestamp,
    SOL_SOCKET SO_TIMESTAMPNS => sockopt::ReceiveTimestampns,
    IPPROTO_IP IP_TOS => sockopt::Ipv4Tos,
    IPPROTO_IP IP_TTL => sockopt::Ipv4Ttl,
    IPPROTO_IP IP_RECVTOS => sockopt::IpRecvTos,
    IPPROTO_IP IP_RECVTTL => sockopt::Ipv4RecvTtl,
    IPPROTO_IP IP_MULTICAST_TTL => sockopt::IpMulticastTtl,
    IPPROTO_IP IP_MULTICAST_LOOP => sockopt::IpMulticastLoop,
    IPPROTO_IP IP_FREEBIND => sockopt::IpFreebind,
    IPPROTO_IP IP_RECVERR => sockopt::Ipv4RecvErr,
    IPPROTO_IP IP_PKTINFO => sockopt::Ipv4PacketInfo,
    IPPROTO_IP IP_RECVORIGDSTADDR => sockopt::Ipv4OrigDstAddr,
    IPPROTO_IP IP_TRANSPARENT => sockopt::IpTransparent,
    IPPROTO_IPV6 IPV6_V6ONLY => sockopt::Ipv6V6Only,
    IPPROTO_IPV6 IPV6_TCLASS => sockopt::Ipv6TClass,
    IPPROTO_IPV6 IPV6_RECVTCLASS => sockopt::Ipv6RecvTClass,
    IPPROTO_IPV6 IPV6_UNICAST_HOPS => sockopt::Ipv6Ttl,
    IPPROTO_IPV6 IPV6_RECVHOPLIMIT => sockopt::Ipv6RecvHopLimit,
    IPPROTO_IPV6 IPV6_MULTICAST_HOPS => sockopt::Ipv6MulticastHops,
    IPPROTO_IPV6 IPV6_RECVPKTINFO => sockopt::Ipv6RecvPacketInfo,
    IPPROTO_IPV6 IPV6_RECVERR => sockopt::Ipv6RecvErr,
    IPPROTO_TCP TCP_NODELAY => sockopt::TcpNoDelay,
    IPPROTO_TCP TCP_KEEPIDLE => sockopt::TcpKeepIdle,
    IPPROTO_TCP TCP_KEEPINTVL => sockopt::TcpKeepInterval,
    IPPROTO_TCP TCP_KEEPCNT => sockopt::TcpKeepCount,
    IPPROTO_TCP TCP_USER_TIMEOUT => sockopt::TcpUserTimeout,
    IPPROTO_TCP TCP_CONGESTION => sockopt::TcpCongestion,
    SOL_SOCKET SO_DEBUG => own::Debug,
    SOL_SOCKET SO_PEEK_OFF => own::PeekOffset,
    SOL_SOCKET SO_RCVLOWAT => own::ReceiveLowAt,
    SOL_SOCKET SO_SNDLOWAT => own::SendLowAt,
    SOL_SOCKET SO_MARK => own::Mark,
    SOL_SOCKET SO_BUSY_POLL => own::BusyPoll,
    SOL_SOCKET SO_RXQ_OVFL => own::Overflow,
    IPPROTO_IP IP_HDRINCL => own::HeaderIncluded,
    IPPROTO_IP IP_MINTTL => own::LeastTtl,
    IPPROTO_IP IP_MTU_DISCOVER => own::MtuDiscover,
    IPPROTO_IP IP_MULTICAST_ALL => own::MulticastAll,
    IPPROTO_IP IP_NODEFRAG => own::NoDefragment,
    IPPROTO_IP IP_RECVOPTS => own::ReceiveOptions,
    IPPROTO_IP IP_RETOPTS => own::ReturnOptions,
    IPPROTO_IP IP_ROUTER_ALERT => own::RouterAlert,
    IPPROTO_IPV6 IPV6_AUTHHDR => own::AuthenticationHeader,
    IPPROTO_IPV6 IPV6_DSTOPTS => own::DestinationOptions,
    IPPROTO_IPV6 IPV6_FLOWINFO => own::FlowInfo,
    IPPROTO_IPV6 IPV6_HOPLIMIT => own::HopLimit,
    IPPROTO_IPV6 IPV6_HOPOPTS => own::HopOptions,
    IPPROTO_IPV6 IPV6_MTU => own::Mtu6,
    IPPROTO_IPV6 IPV6_MTU_DISCOVER => own::MtuDiscover6,
    IPPROTO_IPV6 IPV6_ROUTER_ALERT => own::RouterAlert6,
    IPPROTO_IPV6 IPV6_RTHDR => own::RoutingHeader,
    IPPROTO_TCP TCP_MAXSEG => own::MaxSegment,
    IPPROTO_TCP TCP_SYNCNT => own::SynCount,
    IPPROTO_TCP TCP_LINGER2 => own::Linger2,
    IPPROTO_TCP TCP_DEFER_ACCEPT => own::DeferAccept,
    IPPROTO_TCP TCP_WINDOW_CLAMP => own::WindowClamp,
    IPPROTO_TCP TCP_QUICKACK => own::QuickAck,
    IPPROTO_TCP TCP_NOTSENT_LOWAT => own::UnsentLowAt,
    IPPROTO_UDP UDP_CORK => own::UdpCork,
}

/// What comes with packets is not changed while it is asked for.
static PACKET_OPTIONS: Mutex<()> = Mutex::new(());

pub(super) fn set(fd: &OwnedFd, level: i32, number: i32, bytes: &[u8]) -> Result<()> {
    let _unchanged =
        wants_control(level, number).then(|| PACKET_OPTIONS.lock().unwrap_or_else(PoisonError::into_inner));
    match (level, number) {
        (libc::IPPROTO_IP, libc::IP_BLOCK_SOURCE) => set_as(fd, own::BlockSource, bytes),
        (libc::IPPROTO_IP, libc::IP_UNBLOCK_SOURCE) => set_as(fd, own::UnblockSource, bytes),
        (libc::IPPROTO_IP, libc::IP_ADD_SOURCE_MEMBERSHIP) => set_as(fd, own::AddSource, bytes),
        (libc::IPPROTO_IP, libc::IP_DROP_SOURCE_MEMBERSHIP) => set_as(fd, own::DropSource, bytes),
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
        (libc::IPPROTO_TCP, libc::TCP_INFO) => {
            Ok(nix::sys::socket::getsockopt(fd, own::TcpInfo).map_err(errno)?.to_vec())
        }
        (libc::IPPROTO_IP, own::IP_PKTOPTIONS) => packet_options(fd),
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

/// What came with the packets of a stream: the kernel tells of what was asked for, one message each.
fn packet_options(fd: &OwnedFd) -> Result<Vec<u8>> {
    use nix::sys::socket::getsockopt;
    if options::socket_type(fd).map_err(super::errno)? != rustix::net::SocketType::STREAM {
        return Err(Errno::Enoprotoopt);
    }
    let _unchanged = PACKET_OPTIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let tos = getsockopt(fd, sockopt::IpRecvTos).map_err(errno)?;
    let ttl = getsockopt(fd, sockopt::Ipv4RecvTtl).map_err(errno)?;
    // (The one that is longer would have to be counted in.)
    if getsockopt(fd, sockopt::Ipv4PacketInfo).map_err(errno)? {
        return Err(Errno::Enotsup);
    }
    match (tos, ttl) {
        (false, false) => Ok(Vec::new()),
        (true, true) => Ok(getsockopt(fd, own::TwoPacketOptions).map_err(errno)?.to_vec()),
        _ => Ok(getsockopt(fd, own::OnePacketOption).map_err(errno)?.to_vec()),
    }
}

/// Is it an option that has control messages come with what is received?
pub(super) fn wants_control(level: i32, number: i32) -> bool {
    matches!(
        (level, number),
        (libc::SOL_SOCKET, libc::SO_TIMESTAMP | libc::SO_TIMESTAMPNS | libc::SO_RXQ_OVFL | libc::SO_PASSCRED)
            | (libc::IPPROTO_IP, libc::IP_RECVTOS | libc::IP_RECVTTL | libc::IP_PKTINFO | libc::IP_RECVORIGDSTADDR)
            | (libc::IPPROTO_IP, libc::IP_RECVERR | libc::IP_RECVOPTS | libc::IP_RETOPTS)
            | (libc::IPPROTO_IPV6, libc::IPV6_RECVTCLASS | libc::IPV6_RECVHOPLIMIT | libc::IPV6_RECVPKTINFO)
            | (libc::IPPROTO_IPV6, libc::IPV6_RECVERR | libc::IPV6_FLOWINFO | libc::IPV6_HOPLIMIT)
            | (libc::IPPROTO_IPV6, libc::IPV6_HOPOPTS | libc::IPV6_DSTOPTS | libc::IPV6_RTHDR | libc::IPV6_AUTHHDR)
    )
}
