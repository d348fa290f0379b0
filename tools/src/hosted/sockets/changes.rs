//! Changes of interfaces by `ioctl(2)` on a socket (`netdevice(7)`).

use super::raw::{REQUEST, Request, request};
use joist_vm::platform::{Change, Errno};
use nix::libc;
use std::net::IpAddr;
use std::os::fd::OwnedFd;

/// An `ifreq` begins with the name, which ends with a zero.
pub(super) fn about(name: &[u8]) -> [u8; REQUEST] {
    let mut value = [0; REQUEST];
    let len = name.len().min(libc::IFNAMSIZ - 1);
    value[..len].copy_from_slice(&name[..len]);
    value
}

fn put(value: &mut [u8; REQUEST], at: usize, bytes: &[u8]) {
    let from = libc::IFNAMSIZ + at;
    value[from..from + bytes.len()].copy_from_slice(bytes);
}

pub(super) fn make(fd: &OwnedFd, name: &[u8], change: Change) -> Result<(), Errno> {
    let mut value = about(name);
    let (kind, address) = match change {
        Change::Address(address) => (Request::SetAddress, address),
        Change::Destination(address) => (Request::SetDestination, address),
        Change::Broadcast(address) => (Request::SetBroadcast, address),
        Change::Netmask(address) => (Request::SetNetmask, address),
        Change::Mtu(n) => {
            put(&mut value, 0, &n.to_ne_bytes());
            return request(fd, Request::SetMtu, &mut value);
        }
        Change::QueueLength(n) => {
            put(&mut value, 0, &n.to_ne_bytes());
            return request(fd, Request::SetQueueLength, &mut value);
        }
        Change::Hardware(address) => {
            // Which kind of network it is stays in front.
            request(fd, Request::GetHardware, &mut value)?;
            put(&mut value, 2, &address);
            return request(fd, Request::SetHardware, &mut value);
        }
        Change::Flags { set, clear } => {
            // One that is not there is told of by the second request.
            let known = request(fd, Request::GetFlags, &mut value);
            let old = u16::from_ne_bytes([value[libc::IFNAMSIZ], value[libc::IFNAMSIZ + 1]]);
            let new = (old | set as u16) & !(clear as u16);
            if new == old && known.is_ok() {
                return Ok(());
            }
            put(&mut value, 0, &new.to_ne_bytes());
            return request(fd, Request::SetFlags, &mut value);
        }
    };
    // A `sockaddr` of IPv4: family, port, address.
    let IpAddr::V4(address) = address else { return Err(Errno::Einval) };
    if rustix::net::sockopt::socket_domain(fd).map_err(super::errno)? != rustix::net::AddressFamily::INET {
        return Err(Errno::Enotty);
    }
    put(&mut value, 0, &(libc::AF_INET as u16).to_ne_bytes());
    put(&mut value, 4, &address.octets());
    request(fd, kind, &mut value)
}
