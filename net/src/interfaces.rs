//! The interfaces, as `getifaddrs(3)` lists them.

use crate::card::Card;
use crate::interface::{Attached, Side};
use crate::{Stack, address};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use joist_vm::platform::{Errno, Interface};
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

/// Linux's name of an interface.
pub(crate) fn name(side: Side) -> String {
    match side {
        Side::Loopback => String::from("lo"),
        Side::Card(n) => format!("eth{n}"),
    }
}

impl Stack {
    pub fn interfaces(&self) -> Vec<Interface> {
        let mut all = Vec::new();
        let state = |of: &Attached| match (of.is_off(), of.up) {
            (true, _) => 0,
            (false, true) => flag::UP | flag::RUNNING | flag::LOWER_UP,
            (false, false) => flag::UP,
        };
        list(&mut all, &self.loopback, Side::Loopback, state(&self.loopback) | flag::LOOPBACK, None);
        for (n, Card { attached, .. }) in self.cards.iter().enumerate() {
            let flags = flag::BROADCAST | flag::MULTICAST | state(attached);
            list(&mut all, attached, Side::Card(n), flags, Some(attached.hardware.0));
        }
        all
    }

    /// The interface with a name, if it is there.
    pub(crate) fn named(&self, text: &[u8]) -> Option<Side> {
        let cards = (0..self.cards.len()).map(Side::Card);
        core::iter::once(Side::Loopback).chain(cards).find(|side| name(*side).as_bytes() == text)
    }

    /// The one that Linux's `ip_mreqn` names from its second field on: by an own address, or by an index. None may be named.
    pub(crate) fn named_by_address(&self, value: &[u8], unknown: Errno) -> Result<Option<Side>, Errno> {
        let (address, index) = value.split_first_chunk::<4>().ok_or(Errno::Einval)?;
        if let Some(index) = index.first_chunk().map(|bytes| i32::from_ne_bytes(*bytes)).filter(|index| *index != 0) {
            return self.named_by_index(index);
        }
        let address = Ipv4Addr::from(*address);
        if address.is_unspecified() {
            return Ok(None);
        }
        self.side_of(address::from_std(address.into())).map(Some).ok_or(unknown)
    }

    /// The one with an index; 0 names none.
    pub(crate) fn named_by_index(&self, index: i32) -> Result<Option<Side>, Errno> {
        let side = u32::try_from(index).map_err(|_| Errno::Enodev)?;
        match Side::of_index(side) {
            Some(Side::Card(n)) if n >= self.cards.len() => Err(Errno::Enodev),
            side => Ok(side),
        }
    }

    /// An interface's own address of IPv4, or none.
    pub(crate) fn address_of(&self, side: Option<Side>) -> Ipv4Addr {
        let of = match side {
            None => None,
            Some(Side::Loopback) => Some(&self.loopback),
            Some(Side::Card(n)) => self.cards.get(n).map(|card| &card.attached),
        };
        let address = of.and_then(|of| of.iface.ipv4_addr());
        address.unwrap_or(Ipv4Addr::UNSPECIFIED)
    }
}

/// An entry for the link itself, and one for each address.
fn list(all: &mut Vec<Interface>, of: &Attached, side: Side, flags: u32, hardware: Option<[u8; 6]>) {
    let link = Interface {
        name: name(side),
        flags,
        index: side.index(),
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
