//! Addresses as sockets' users, as smoltcp, and as Linux have them.

use crate::entry::Entry;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use joist_vm::platform::{Address, Errno, Family};
use smoltcp::wire::{IpAddress, IpEndpoint};

pub(crate) fn from_std(address: IpAddr) -> IpAddress {
    match address {
        IpAddr::V4(address) => IpAddress::Ipv4(address),
        IpAddr::V6(address) => IpAddress::Ipv6(address),
    }
}

pub(crate) fn to_std(address: IpAddress) -> IpAddr {
    match address {
        IpAddress::Ipv4(address) => IpAddr::V4(address),
        IpAddress::Ipv6(address) => IpAddr::V6(address),
    }
}

pub(crate) fn is_loopback(address: IpAddress) -> bool {
    to_std(address).is_loopback()
}

pub(crate) fn unspecified(v4: bool) -> IpAddress {
    if v4 { IpAddress::Ipv4(Ipv4Addr::UNSPECIFIED) } else { IpAddress::Ipv6(Ipv6Addr::UNSPECIFIED) }
}

/// The loopback's address of the same version.
pub(crate) fn loopback(like: IpAddress) -> IpAddress {
    match like {
        IpAddress::Ipv4(_) => IpAddress::Ipv4(Ipv4Addr::LOCALHOST),
        IpAddress::Ipv6(_) => IpAddress::Ipv6(Ipv6Addr::LOCALHOST),
    }
}

/// To no address in particular is to this machine, as Linux has it.
pub(crate) fn named(address: IpAddress) -> IpAddress {
    if address.is_unspecified() { loopback(address) } else { address }
}

/// An address that a socket was given. One of IPv4 may be wrapped in one of IPv6.
pub(crate) fn endpoint(entry: &Entry, address: SocketAddr) -> Result<IpEndpoint, Errno> {
    let ip = match (entry.family, address.ip()) {
        (Family::V4, IpAddr::V4(ip)) => IpAddress::Ipv4(ip),
        (Family::V6, IpAddr::V6(ip)) => match ip.to_ipv4_mapped() {
            Some(_) if entry.options.v6_only != 0 => return Err(Errno::Enetunreach),
            Some(ip) => IpAddress::Ipv4(ip),
            None => IpAddress::Ipv6(ip),
        },
        (Family::V6, IpAddr::V4(_)) => return Err(Errno::Einval),
        _ => return Err(Errno::Eafnosupport),
    };
    Ok(IpEndpoint::new(ip, address.port()))
}

/// An address for a socket's user, of something at the interface with an index.
pub(crate) fn outside(family: Family, endpoint: IpEndpoint, index: u32) -> Address {
    let port = endpoint.port;
    Address::Ip(match (family, endpoint.addr) {
        (Family::V6, IpAddress::Ipv4(ip)) => SocketAddrV6::new(ip.to_ipv6_mapped(), port, 0, 0).into(),
        (_, IpAddress::Ipv4(ip)) => (ip, port).into(),
        (_, IpAddress::Ipv6(ip)) => {
            let scope = if ip.is_unicast_link_local() { index } else { 0 };
            SocketAddrV6::new(ip, port, 0, scope).into()
        }
    })
}

/// The address of no socket.
pub(crate) fn nowhere(family: Family, port: u16) -> Address {
    outside(family, IpEndpoint::new(unspecified(family != Family::V6), port), 0)
}
