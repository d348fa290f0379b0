//! Changes of an interface by programs, as Linux's `ioctl`s make them (`netdevice(7)`; read beside it `devinet_ioctl` of
//! Linux). An address that is given so takes the place of DHCP's. The gateways stay: there is no other way to have them back.

use crate::interface::Side;
use crate::{Stack, address, choose};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};
use joist_vm::platform::{Change, Errno};
use smoltcp::wire::{IpCidr, Ipv4Cidr};

const IFF_UP: u32 = 0x1;

impl Stack {
    /// Changes an interface for a socket, of IPv4 or not.
    /// # Errors
    /// As `ioctl(2)` of `netdevice(7)`; `ENOTSUP` of what neither the driver nor the stack has a way to do.
    pub fn change_interface(&mut self, v4: bool, name: &[u8], change: Change) -> Result<(), Errno> {
        let side = self.named(name).ok_or(Errno::Enodev)?;
        let attached = self.side(side).ok_or(Errno::Enodev)?;
        let own = attached.own().ok_or(Errno::Eaddrnotavail);
        match change {
            Change::Flags { set, clear } => {
                let off = set & !clear & IFF_UP == 0 && (clear & IFF_UP != 0 || attached.is_off());
                attached.switch(off);
                self.look_at_links();
                Ok(())
            }
            // smoltcp asks the loopback once only.
            Change::Mtu(n) if side.is_card() => attached.set_mtu(usize::try_from(n).map_err(|_| Errno::Einval)?),
            Change::Mtu(_) | Change::Hardware(_) | Change::QueueLength(_) => Err(Errno::Enotsup),
            _ if !v4 => Err(Errno::Enotty),
            Change::Address(IpAddr::V4(address)) => {
                let len = match address.octets()[0] {
                    // (Linux takes the class from the address.)
                    0 => None,
                    1..128 => Some(8),
                    128..192 => Some(16),
                    192..224 => Some(24),
                    240.. => Some(32),
                    _ => return Err(Errno::Einval),
                };
                if own.is_err() || own.is_ok_and(|own| own.address() != address) {
                    self.replace(side, len.map(|len| Ipv4Cidr::new(address, len)));
                }
                Ok(())
            }
            Change::Netmask(IpAddr::V4(mask)) => {
                let len = mask.to_bits().leading_ones();
                if mask.to_bits().checked_shl(len).unwrap_or(0) != 0 {
                    return Err(Errno::Einval);
                }
                let own = own?.address();
                self.replace(side, Some(Ipv4Cidr::new(own, len as u8)));
                Ok(())
            }
            // Those that there are follow from address and netmask; smoltcp knows no others.
            Change::Broadcast(IpAddr::V4(address)) => same(own?.broadcast(), address),
            Change::Destination(IpAddr::V4(address)) => same(Some(own?.address()), address),
            _ => Err(Errno::Einval),
        }
    }

    /// Gives an interface another address in place of its first one.
    fn replace(&mut self, side: Side, new: Option<Ipv4Cidr>) {
        let Some(attached) = choose(&mut self.loopback, &mut self.cards, side) else { return };
        let first = attached.own().map(IpCidr::Ipv4);
        let others = attached.addresses().into_iter();
        let others = others.filter(|cidr| matches!(cidr, IpCidr::Ipv4(_)) && Some(*cidr) != first);
        let all: Vec<IpCidr> = new.map(IpCidr::Ipv4).into_iter().chain(others).collect();
        let gateway = attached.iface.routes().get_default_ipv4_route();
        attached.configure(true, &all, gateway.map(|route| address::to_std(route.via_router)));
        if let Side::Card(n) = side
            && let Some(card) = self.cards.get_mut(n)
        {
            card.attached.announce();
            card.dhcp = None;
            self.changes += 1;
            self.serve_card(n);
        }
    }
}

fn same(have: Option<Ipv4Addr>, wanted: Ipv4Addr) -> Result<(), Errno> {
    if have == Some(wanted) { Ok(()) } else { Err(Errno::Enotsup) }
}
