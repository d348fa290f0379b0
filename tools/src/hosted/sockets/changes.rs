//! Changes of interfaces by `ioctl(2)` on a socket (`netdevice(7)`).

use super::raw::{Interface as Request, REQUEST, interface};
use joist_vm::platform::{Change, Errno};
use nix::libc;
use std::net::IpAddr;
use std::os::fd::OwnedFd;

/// An `ifreq` begins with the name, which ends with a zero.
fn request_of(name: &[u8]) -> [u8; REQUEST] {
    let mut request = [0; REQUEST];
    let len = name.len().min(libc::IFNAMSIZ - 1);
    request[..len].copy_from_slice(&name[..len]);
    request
}

fn put(request: &mut [u8; REQUEST], at: usize, bytes: &[u8]) {
    let from = libc::IFNAMSIZ + at;
    request[from..from + bytes.len()].copy_from_slice(bytes);
}

pub(super) fn make(fd: &OwnedFd, name: &[u8], change: Change) -> Result<(), Errno> {
    let mut request = request_of(name);
    let (kind, address) = match change {
        Change::Address(address) => (Request::SetAddress, address),
        Change::Destination(address) => (Request::SetDestination, address),
        Change::Broadcast(address) => (Request::SetBroadcast, address),
        Change::Netmask(address) => (Request::SetNetmask, address),
        Change::Mtu(n) => {
            put(&mut request, 0, &n.to_ne_bytes());
            return interface(fd, Request::SetMtu, &mut request);
        }
        Change::QueueLength(n) => {
            put(&mut request, 0, &n.to_ne_bytes());
            return interface(fd, Request::SetQueueLength, &mut request);
        }
        Change::Hardware(address) => {
            // Which kind of network it is stays in front.
            interface(fd, Request::GetHardware, &mut request)?;
            put(&mut request, 2, &address);
            return interface(fd, Request::SetHardware, &mut request);
        }
        Change::Flags { set, clear } => {
            // One that is not there is told of by the second request.
            let known = interface(fd, Request::GetFlags, &mut request);
            let old = u16::from_ne_bytes([request[libc::IFNAMSIZ], request[libc::IFNAMSIZ + 1]]);
            let new = (old | set as u16) & !(clear as u16);
            if new == old && known.is_ok() {
                return Ok(());
            }
            put(&mut request, 0, &new.to_ne_bytes());
            return interface(fd, Request::SetFlags, &mut request);
        }
    };
    // A `sockaddr` of IPv4: family, port, address.
    let IpAddr::V4(address) = address else { return Err(Errno::Einval) };
    if rustix::net::sockopt::socket_domain(fd).map_err(super::errno)? != rustix::net::AddressFamily::INET {
        return Err(Errno::Enotty);
    }
    put(&mut request, 0, &(libc::AF_INET as u16).to_ne_bytes());
    put(&mut request, 4, &address.octets());
    interface(fd, kind, &mut request)
}
