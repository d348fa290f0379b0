//! The host's network interfaces (`getifaddrs(3)`), and what `ioctl(2)` tells of them beside (`netdevice(7)`).

use super::changes::about;
use super::raw::{Request, request};
use joist_vm::platform::{Errno, Interface};
use nix::ifaddrs::InterfaceAddress;
use nix::libc;
use nix::sys::socket::SockaddrStorage;
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use std::net::IpAddr;
use std::os::fd::OwnedFd;

fn ip(address: Option<&SockaddrStorage>) -> Option<IpAddr> {
    let address = address?;
    let v4 = address.as_sockaddr_in().map(|a| IpAddr::V4(a.ip()));
    v4.or_else(|| address.as_sockaddr_in6().map(|a| IpAddr::V6(a.ip())))
}

/// Bytes of what is told of an interface: they begin behind its name.
fn told<const N: usize>(fd: &OwnedFd, name: &str, at: usize, what: Request) -> Option<[u8; N]> {
    let mut value = about(name.as_bytes());
    request(fd, what, &mut value).ok()?;
    value.get(libc::IFNAMSIZ + at..)?.first_chunk().copied()
}

fn interface(fd: &OwnedFd, entry: &InterfaceAddress) -> Interface {
    let name = entry.interface_name.clone();
    let number = |what| told(fd, &name, 0, what).map_or(0, u32::from_ne_bytes);
    let address = ip(entry.address.as_ref());
    let destination = match address {
        Some(IpAddr::V4(_)) => told::<4>(fd, &name, 4, Request::GetDestination).map(IpAddr::from),
        _ => None,
    };
    Interface {
        flags: entry.flags.bits().cast_unsigned(),
        index: number(Request::GetIndex),
        mtu: number(Request::GetMtu),
        address,
        netmask: ip(entry.netmask.as_ref()),
        other: ip(entry.destination.as_ref()).or_else(|| ip(entry.broadcast.as_ref())),
        destination,
        hardware: entry.address.as_ref().and_then(|a| a.as_link_addr()?.addr()),
        name,
    }
}

pub(super) fn all() -> Result<Vec<Interface>, Errno> {
    let flags = SocketFlags::CLOEXEC;
    let fd = rustix::net::socket_with(AddressFamily::INET, SocketType::DGRAM, flags, None).map_err(super::errno)?;
    let entries = nix::ifaddrs::getifaddrs().map_err(|e| Errno::from_number(e as i32))?;
    Ok(entries.map(|entry| interface(&fd, &entry)).collect())
}
