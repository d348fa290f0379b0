//! Control messages (`cmsg(3)`): those of TOS, TTL and traffic class, which is what `gen_udp` knows.

use super::address::to_host;
use joist_vm::platform::{Address, Control, Errno, Received};
use nix::libc;
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, UnixAddr};
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, OwnedFd};

type Result<T> = std::result::Result<T, Errno>;

fn errno(e: nix::errno::Errno) -> Errno {
    Errno::from_number(e as i32)
}

fn from_storage(address: &SockaddrStorage) -> Option<Address> {
    if let Some(a) = address.as_sockaddr_in() {
        return Some(Address::Ip((a.ip(), a.port()).into()));
    }
    if let Some(a) = address.as_sockaddr_in6() {
        return Some(Address::Ip(std::net::SocketAddrV6::from(*a).into()));
    }
    let a: &UnixAddr = address.as_unix_addr()?;
    let name = a.path().map(|p| p.as_os_str().as_encoded_bytes().to_vec());
    Some(Address::Local(name.unwrap_or_default()))
}

/// Receives with the control messages.
pub(super) fn receive(fd: &OwnedFd, buf: &mut [u8], flags: i32) -> Result<Received> {
    let mut space = nix::cmsg_space!(i32, i32, i32, i32);
    let mut buf = [IoSliceMut::new(buf)];
    let flags = MsgFlags::from_bits_retain(flags);
    let got = nix::sys::socket::recvmsg::<SockaddrStorage>(fd.as_raw_fd(), &mut buf, Some(&mut space), flags);
    let got = got.map_err(errno)?;
    let entry = |message| {
        let (level, kind, value) = match message {
            ControlMessageOwned::Ipv4Tos(n) => (libc::IPPROTO_IP, libc::IP_TOS, i32::from(n)),
            ControlMessageOwned::Ipv4Ttl(n) => (libc::IPPROTO_IP, libc::IP_TTL, n),
            ControlMessageOwned::Ipv6TClass(n) => (libc::IPPROTO_IPV6, libc::IPV6_TCLASS, n),
            ControlMessageOwned::Ipv6HopLimit(n) => (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT, n),
            _ => return None,
        };
        Some(Control { level, kind, data: value.to_ne_bytes().to_vec() })
    };
    Ok(Received {
        len: got.bytes,
        from: got.address.as_ref().and_then(from_storage),
        control: got.cmsgs().map_err(errno)?.filter_map(entry).collect(),
        flags: got.flags.bits(),
    })
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
    let mut messages = Vec::new();
    for (n, c) in control.iter().enumerate() {
        messages.push(match (c.level, c.kind) {
            (libc::IPPROTO_IP, libc::IP_TOS) => ControlMessage::Ipv4Tos(&bytes[n]),
            (libc::IPPROTO_IP, libc::IP_TTL) => ControlMessage::Ipv4Ttl(&numbers[n]),
            (libc::IPPROTO_IPV6, libc::IPV6_TCLASS) => ControlMessage::Ipv6TClass(&numbers[n]),
            (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT) => ControlMessage::Ipv6HopLimit(&numbers[n]),
            _ => return Err(Errno::Einval),
        });
    }
    let flags = MsgFlags::from_bits_retain(flags) | MsgFlags::MSG_NOSIGNAL;
    let to: Option<SockaddrStorage> = match to {
        None => None,
        Some(Address::Ip(a)) => Some((*a).into()),
        // Such a socket has none of these; the host is to say so.
        Some(a) => {
            to_host(a)?;
            return Err(Errno::Einval);
        }
    };
    nix::sys::socket::sendmsg(fd.as_raw_fd(), data, &messages, flags, to.as_ref()).map_err(errno)
}

fn value(data: &[u8]) -> i32 {
    match (data.first_chunk::<4>(), data.first()) {
        (Some(word), _) => i32::from_ne_bytes(*word),
        (None, byte) => i32::from(byte.copied().unwrap_or(0)),
    }
}
