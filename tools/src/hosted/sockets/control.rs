//! Control messages (`cmsg(3)`): those of TOS, TTL and traffic class, which `gen_udp` knows, and what `socket` tells of
//! beside them; descriptors that are passed on.

use joist_vm::platform::{Address, Control, Errno, Received};
use nix::libc;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrLike, SockaddrStorage, UnixAddr, UnixCredentials,
};
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, OwnedFd};

type Result<T> = std::result::Result<T, Errno>;

fn errno(e: nix::errno::Errno) -> Errno {
    Errno::from_number(e as i32)
}

pub(super) fn from_storage(address: &SockaddrStorage) -> Option<Address> {
    if let Some(a) = address.as_sockaddr_in() {
        return Some(Address::Ip((a.ip(), a.port()).into()));
    }
    address.as_sockaddr_in6().map(|a| Address::Ip(std::net::SocketAddrV6::from(*a).into()))
}

/// Of a local socket; one without a name has no address.
pub(super) fn from_unix(address: &UnixAddr) -> Option<Address> {
    // (nix looks at no address that is shorter than its family.)
    if address.len() as usize <= size_of::<libc::sa_family_t>() {
        return None;
    }
    let name = address.path().map(|p| p.as_os_str().as_encoded_bytes().to_vec());
    Some(Address::Local(name.or_else(|| address.as_abstract().map(|name| [&[0], name].concat()))?))
}

/// Receives with the control messages.
pub(super) fn receive<S: SockaddrLike>(
    fd: &OwnedFd,
    buf: &mut [u8],
    flags: i32,
    from: fn(&S) -> Option<Address>,
) -> Result<Received> {
    let mut space =
        nix::cmsg_space!(i32, i32, i32, i32, libc::timeval, libc::in6_pktinfo, libc::sockaddr_in, [u8; 44], [u8; 256]);
    let mut buf = [IoSliceMut::new(buf)];
    let flags = MsgFlags::from_bits_retain(flags);
    let got = nix::sys::socket::recvmsg::<S>(fd.as_raw_fd(), &mut buf, Some(&mut space), flags);
    let got = got.map_err(errno)?;
    let entry = |message| {
        let int = |n: i32| n.to_ne_bytes().to_vec();
        let (level, kind, data) = match message {
            ControlMessageOwned::Ipv4Tos(n) => (libc::IPPROTO_IP, libc::IP_TOS, int(i32::from(n))),
            ControlMessageOwned::Ipv4Ttl(n) => (libc::IPPROTO_IP, libc::IP_TTL, int(n)),
            ControlMessageOwned::Ipv6TClass(n) => (libc::IPPROTO_IPV6, libc::IPV6_TCLASS, int(n)),
            ControlMessageOwned::Ipv6HopLimit(n) => (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT, int(n)),
            ControlMessageOwned::ScmTimestamp(t) => {
                let parts = [t.tv_sec().to_ne_bytes(), t.tv_usec().to_ne_bytes()];
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMP, parts.concat())
            }
            ControlMessageOwned::Ipv4PacketInfo(i) => {
                let parts = [i.ipi_ifindex as u32, i.ipi_spec_dst.s_addr, i.ipi_addr.s_addr];
                (libc::IPPROTO_IP, libc::IP_PKTINFO, parts.map(u32::to_ne_bytes).concat())
            }
            ControlMessageOwned::Ipv6PacketInfo(i) => {
                let data = [&i.ipi6_addr.s6_addr[..], &i.ipi6_ifindex.to_ne_bytes()].concat();
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, data)
            }
            ControlMessageOwned::Ipv4OrigDstAddr(a) => (libc::IPPROTO_IP, libc::IP_ORIGDSTADDR, bytes_v4(&a)),
            ControlMessageOwned::Ipv4RecvErr(e, from) => {
                (libc::IPPROTO_IP, libc::IP_RECVERR, extended(&e, from.as_ref().map_or_else(Vec::new, bytes_v4)))
            }
            ControlMessageOwned::Ipv6RecvErr(e, from) => {
                (libc::IPPROTO_IPV6, libc::IPV6_RECVERR, extended(&e, from.as_ref().map_or_else(Vec::new, bytes_v6)))
            }
            ControlMessageOwned::ScmTimestampns(t) => {
                let parts = [t.tv_sec().to_ne_bytes(), t.tv_nsec().to_ne_bytes()];
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS, parts.concat())
            }
            ControlMessageOwned::ScmRights(all) if flags.contains(MsgFlags::MSG_CMSG_CLOEXEC) => {
                (libc::SOL_SOCKET, libc::SCM_RIGHTS, all.into_iter().flat_map(i32::to_ne_bytes).collect())
            }
            ControlMessageOwned::ScmCredentials(c) => {
                let parts = [c.pid().to_ne_bytes(), c.uid().to_ne_bytes(), c.gid().to_ne_bytes()];
                (libc::SOL_SOCKET, libc::SCM_CREDENTIALS, parts.concat())
            }
            ControlMessageOwned::RxqOvfl(n) => (libc::SOL_SOCKET, libc::SO_RXQ_OVFL, n.to_ne_bytes().to_vec()),
            // What nix has no name for, as it came.
            ControlMessageOwned::Unknown(m) => (m.cmsg_header.cmsg_level, m.cmsg_header.cmsg_type, m.data_bytes),
            _ => return None,
        };
        Some(Control { level, kind, data })
    };
    Ok(Received {
        len: got.bytes,
        from: got.address.as_ref().and_then(from),
        control: got.cmsgs().map_err(errno)?.filter_map(entry).collect(),
        flags: (got.flags - MsgFlags::MSG_CMSG_CLOEXEC).bits(),
    })
}

/// An error as Linux lays it out (`sock_extended_err`); whom it is about comes behind it.
fn extended(e: &libc::sock_extended_err, from: Vec<u8>) -> Vec<u8> {
    let mut bytes = e.ee_errno.to_ne_bytes().to_vec();
    bytes.extend([e.ee_origin, e.ee_type, e.ee_code, 0]);
    bytes.extend([e.ee_info, e.ee_data].map(u32::to_ne_bytes).concat());
    bytes.extend(from);
    bytes
}

/// The bytes of a `sockaddr_in`.
fn bytes_v4(a: &libc::sockaddr_in) -> Vec<u8> {
    let port = a.sin_port.to_ne_bytes();
    [&a.sin_family.to_ne_bytes()[..], &port, &a.sin_addr.s_addr.to_ne_bytes(), &a.sin_zero].concat()
}

/// The bytes of a `sockaddr_in6`.
fn bytes_v6(a: &libc::sockaddr_in6) -> Vec<u8> {
    let (port, flow, scope) = (a.sin6_port.to_ne_bytes(), a.sin6_flowinfo.to_ne_bytes(), a.sin6_scope_id.to_ne_bytes());
    [&a.sin6_family.to_ne_bytes()[..], &port, &flow, &a.sin6_addr.s6_addr, &scope].concat()
}

/// Sends with control messages.
pub(super) fn send(
    fd: &OwnedFd,
    data: &[IoSlice<'_>],
    to: Option<&Address>,
    control: &[Control],
    flags: i32,
) -> Result<usize> {
    let numbers: Vec<i32> = control.iter().map(|c| value(&c.data)).collect();
    let bytes: Vec<u8> = numbers.iter().map(|n| n.to_le_bytes()[0]).collect();
    let words = |c: &Control| c.data.as_chunks::<4>().0.iter().map(|w| i32::from_ne_bytes(*w)).collect();
    let descriptors: Vec<Vec<i32>> = control.iter().map(words).collect();
    let credentials: Vec<UnixCredentials> = descriptors.iter().map(|words| credentials_of(words)).collect();
    let mut messages = Vec::new();
    for (n, c) in control.iter().enumerate() {
        messages.push(match (c.level, c.kind) {
            (libc::IPPROTO_IP, libc::IP_TOS) => ControlMessage::Ipv4Tos(&bytes[n]),
            (libc::IPPROTO_IP, libc::IP_TTL) => ControlMessage::Ipv4Ttl(&numbers[n]),
            (libc::IPPROTO_IPV6, libc::IPV6_TCLASS) => ControlMessage::Ipv6TClass(&numbers[n]),
            (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT) => ControlMessage::Ipv6HopLimit(&numbers[n]),
            (libc::SOL_SOCKET, libc::SCM_RIGHTS) => ControlMessage::ScmRights(&descriptors[n]),
            (libc::SOL_SOCKET, libc::SCM_CREDENTIALS) if c.data.len() == size_of::<libc::ucred>() => {
                ControlMessage::ScmCredentials(&credentials[n])
            }
            _ => return Err(Errno::Einval),
        });
    }
    let flags = MsgFlags::from_bits_retain(flags) | MsgFlags::MSG_NOSIGNAL;
    let to: Option<SockaddrStorage> = match to {
        None => None,
        Some(Address::Ip(a)) => Some((*a).into()),
        Some(Address::Local(name)) => {
            let to = match &name[..] {
                [0, name @ ..] => UnixAddr::new_abstract(name),
                path => UnixAddr::new(path),
            };
            let to = to.map_err(errno)?;
            return nix::sys::socket::sendmsg(fd.as_raw_fd(), data, &messages, flags, Some(&to)).map_err(errno);
        }
    };
    nix::sys::socket::sendmsg(fd.as_raw_fd(), data, &messages, flags, to.as_ref()).map_err(errno)
}

/// Process, user and group.
fn credentials_of(words: &[i32]) -> UnixCredentials {
    let word = |n: usize| words.get(n).copied().unwrap_or(0);
    libc::ucred { pid: word(0), uid: word(1).cast_unsigned(), gid: word(2).cast_unsigned() }.into()
}

fn value(data: &[u8]) -> i32 {
    match (data.first_chunk::<4>(), data.first()) {
        (Some(word), _) => i32::from_ne_bytes(*word),
        (None, byte) => i32::from(byte.copied().unwrap_or(0)),
    }
}
