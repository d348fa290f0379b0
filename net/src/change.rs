//! Changes of an interface by programs, as Linux's `ioctl`s make them (`netdevice(7)`; read beside it `devinet_ioctl` of
//! Linux). An address that is given so takes the place of DHCP's. The gateways stay: there is no other way to have them back.

use crate::interface::{Reins, Side};
use crate::{Stack, choose};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};
use core::sync::atomic::Ordering::Relaxed;
use joist_vm::platform::{Change, Errno};
use smoltcp::wire::{IpCidr, Ipv4Cidr};

/// IPv6 has no links for shorter packets (RFC 8200, 5).
const SHORTEST: i32 = 1280;
const IFF_UP: u32 = 0x1;

/// The links that are held back.
#[derive(Debug, Default)]
pub(crate) struct Held {
    loopback: Option<Arc<Reins>>,
    ethernet: Option<Arc<Reins>>,
}

impl Held {
    fn of(&mut self, side: Side) -> &mut Option<Arc<Reins>> {
        match side {
            Side::Loopback => &mut self.loopback,
            Side::Ethernet => &mut self.ethernet,
        }
    }
}

impl Stack {
    /// Changes an interface for a socket, of IPv4 or not.
    pub fn change_interface(&mut self, v4: bool, name: &[u8], change: Change) -> Result<(), Errno> {
        let side = match name {
            b"lo" => Side::Loopback,
            b"eth0" if self.ethernet.is_some() => Side::Ethernet,
            _ => return Err(Errno::Enodev),
        };
        match change {
            Change::Flags { set, clear } => {
                let off = set & !clear & IFF_UP == 0 && (clear & IFF_UP != 0 || self.is_off(side));
                self.switch(side, off);
                Ok(())
            }
            Change::Mtu(n) => self.set_mtu(side, n),
            // Neither the card's driver nor the stack has a way to do it.
            Change::Hardware(_) | Change::QueueLength(_) => Err(Errno::Enotsup),
            _ if !v4 => Err(Errno::Enotty),
            Change::Address(IpAddr::V4(address)) => self.set_address(side, address),
            Change::Netmask(IpAddr::V4(mask)) => {
                let len = mask.to_bits().leading_ones();
                if mask.to_bits().checked_shl(len).unwrap_or(0) != 0 {
                    return Err(Errno::Einval);
                }
                let old = self.side(side).and_then(|a| a.address()).ok_or(Errno::Eaddrnotavail)?;
                self.replace(side, Some(Ipv4Cidr::new(old.address(), len as u8)));
                Ok(())
            }
            // Those that there are follow from address and netmask; smoltcp knows no others.
            Change::Broadcast(IpAddr::V4(address)) => {
                let own = self.side(side).and_then(|a| a.address()).ok_or(Errno::Eaddrnotavail)?;
                if own.broadcast() == Some(address) { Ok(()) } else { Err(Errno::Enotsup) }
            }
            Change::Destination(IpAddr::V4(address)) => {
                let own = self.side(side).and_then(|a| a.address()).ok_or(Errno::Eaddrnotavail)?;
                if own.address() == address { Ok(()) } else { Err(Errno::Enotsup) }
            }
            _ => Err(Errno::Einval),
        }
    }

    /// Is an interface switched off?
    pub(crate) fn is_off(&self, side: Side) -> bool {
        let reins = match side {
            Side::Loopback => &self.held.loopback,
            Side::Ethernet => &self.held.ethernet,
        };
        reins.as_ref().is_some_and(|reins| reins.off.load(Relaxed))
    }

    fn reins(&mut self, side: Side) -> Option<Arc<Reins>> {
        if self.held.of(side).is_none() {
            let reins = self.side(side)?.rein();
            *self.held.of(side) = Some(reins);
        }
        self.held.of(side).clone()
    }

    fn switch(&mut self, side: Side, off: bool) {
        if self.is_off(side) != off
            && let Some(reins) = self.reins(side)
        {
            reins.off.store(off, Relaxed);
            match side {
                Side::Ethernet => self.look_at_link(),
                Side::Loopback => self.loopback.up = !off,
            }
        }
    }

    fn set_mtu(&mut self, side: Side, mtu: i32) -> Result<(), Errno> {
        let (seed, now) = (self.random(), self.now);
        let reins = self.reins(side).ok_or(Errno::Enodev)?;
        let mtu = usize::try_from(mtu.max(0)).unwrap_or(0);
        if mtu < SHORTEST as usize || mtu > reins.largest {
            return Err(Errno::Einval);
        }
        reins.mtu.store(mtu, Relaxed);
        if let Some(attached) = self.side(side) {
            attached.remake(seed, now);
        }
        if side == Side::Ethernet {
            self.join_again();
            self.serve_ethernet();
        }
        Ok(())
    }

    fn set_address(&mut self, side: Side, address: Ipv4Addr) -> Result<(), Errno> {
        let len = match address.octets()[0] {
            0 => {
                self.replace(side, None);
                return Ok(());
            }
            // (Linux takes the class from the address.)
            1..128 => 8,
            128..192 => 16,
            192..224 => 24,
            240.. => 32,
            _ => return Err(Errno::Einval),
        };
        match self.side(side).and_then(|a| a.address()) {
            Some(old) if old.address() == address => {}
            _ => self.replace(side, Some(Ipv4Cidr::new(address, len))),
        }
        Ok(())
    }

    /// Gives an interface another address in place of its first one.
    fn replace(&mut self, side: Side, new: Option<Ipv4Cidr>) {
        let Some(attached) = choose(&mut self.loopback, &mut self.ethernet, side) else { return };
        let first = attached.address().map(IpCidr::Ipv4);
        let others = attached.addresses().into_iter();
        let others = others.filter(|cidr| matches!(cidr, IpCidr::Ipv4(_)) && Some(*cidr) != first);
        let all: Vec<IpCidr> = new.map(IpCidr::Ipv4).into_iter().chain(others).collect();
        let gateway = attached.iface.routes().get_default_ipv4_route();
        let gateway = gateway.map(|route| crate::address::to_std(route.via_router));
        attached.configure(true, &all, gateway);
        if side == Side::Ethernet {
            attached.announce();
            self.dhcp = None;
            self.changes += 1;
            self.serve_ethernet();
        }
    }
}
