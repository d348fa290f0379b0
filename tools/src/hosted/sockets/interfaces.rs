//! The host's network interfaces (`getifaddrs(3)`); what that doesn't tell is in `/sys/class/net`.

use joist_vm::platform::{Errno, Interface};
use nix::ifaddrs::InterfaceAddress;
use nix::sys::socket::SockaddrStorage;
use std::net::IpAddr;

fn ip(address: Option<&SockaddrStorage>) -> Option<IpAddr> {
    let address = address?;
    let v4 = address.as_sockaddr_in().map(|a| IpAddr::V4(a.ip()));
    v4.or_else(|| address.as_sockaddr_in6().map(|a| IpAddr::V6(a.ip())))
}

fn number(name: &str, what: &str) -> u32 {
    let text = std::fs::read_to_string(format!("/sys/class/net/{name}/{what}"));
    text.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

fn interface(entry: &InterfaceAddress) -> Interface {
    let name = entry.interface_name.clone();
    Interface {
        flags: entry.flags.bits().cast_unsigned(),
        index: number(&name, "ifindex"),
        mtu: number(&name, "mtu"),
        address: ip(entry.address.as_ref()),
        netmask: ip(entry.netmask.as_ref()),
        other: ip(entry.destination.as_ref()).or_else(|| ip(entry.broadcast.as_ref())),
        hardware: entry.address.as_ref().and_then(|a| a.as_link_addr()?.addr()),
        name,
    }
}

pub(super) fn all() -> Result<Vec<Interface>, Errno> {
    let entries = nix::ifaddrs::getifaddrs().map_err(|e| Errno::from_number(e as i32))?;
    Ok(entries.map(|entry| interface(&entry)).collect())
}
