//! The interfaces, as `getifaddrs(3)` lists them.

use crate::interface::{Attached, Side};
use crate::{Stack, address};
use alloc::borrow::ToOwned;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use joist_vm::platform::Interface;
use smoltcp::wire::IpCidr;

mod flag {
    pub const UP: u32 = 0x1;
    pub const BROADCAST: u32 = 0x2;
    pub const LOOPBACK: u32 = 0x8;
    pub const RUNNING: u32 = 0x40;
    pub const MULTICAST: u32 = 0x1000;
    /// Linux's for a link that carries.
    pub const LOWER_UP: u32 = 0x1_0000;
}

impl Stack {
    pub fn interfaces(&self) -> Vec<Interface> {
        let mut all = Vec::new();
        let state = |of: &Attached, side| match (self.is_off(side), of.up) {
            (true, _) => 0,
            (false, true) => flag::UP | flag::RUNNING | flag::LOWER_UP,
            (false, false) => flag::UP,
        };
        let flags = flag::LOOPBACK | state(&self.loopback, Side::Loopback);
        list(&mut all, &self.loopback, "lo", 1, flags, None);
        if let Some(ethernet) = &self.ethernet {
            let flags = flag::BROADCAST | flag::MULTICAST | state(ethernet, Side::Ethernet);
            list(&mut all, ethernet, "eth0", address::ETHERNET_INDEX, flags, Some(ethernet.hardware.0));
        }
        all
    }
}

/// An entry for the link itself, and one for each address.
fn list(all: &mut Vec<Interface>, of: &Attached, name: &str, index: u32, flags: u32, hardware: Option<[u8; 6]>) {
    let link = Interface {
        name: name.to_owned(),
        flags,
        index,
        mtu: of.mtu() as u32,
        address: None,
        netmask: None,
        other: None,
        destination: None,
        hardware: Some(hardware.unwrap_or_default()),
    };
    all.push(link.clone());
    for cidr in of.addresses() {
        let other = match cidr {
            IpCidr::Ipv4(cidr) if hardware.is_some() => cidr.broadcast().map(IpAddr::V4),
            _ => None,
        };
        let prefix = u32::from(cidr.prefix_len());
        let netmask = match cidr {
            IpCidr::Ipv4(_) => IpAddr::V4(Ipv4Addr::from(u32::MAX.checked_shl(32 - prefix).unwrap_or(0))),
            IpCidr::Ipv6(_) => IpAddr::V6(Ipv6Addr::from(u128::MAX.checked_shl(128 - prefix).unwrap_or(0))),
        };
        let address = Some(address::to_std(cidr.address()));
        let destination = address.filter(IpAddr::is_ipv4);
        all.push(Interface { address, netmask: Some(netmask), other, destination, hardware: None, ..link.clone() });
    }
}
