//! Another machine that has one of our addresses (RFC 5227). It is told of, once; an address that DHCP gave and that is
//! still being tried is declined, with others nobody gives way.

use crate::Stack;
use crate::card::Card;
use crate::interface::Side;
use core::net::IpAddr;
use smoltcp::wire::{ArpPacket, ArpRepr, EthernetFrame, EthernetProtocol};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    pub address: IpAddr,
    /// Of the other machine.
    pub hardware: [u8; 6],
    /// It is no longer ours.
    pub declined: bool,
}

#[derive(Default)]
pub(crate) struct Conflicts {
    found: Option<Conflict>,
    told: Option<Conflict>,
}

impl Stack {
    /// Who else has one of our addresses, if that is news.
    pub fn take_conflict(&mut self) -> Option<Conflict> {
        let found = self.conflict.found.take()?;
        (self.conflict.told.replace(found) != Some(found) || found.declined).then_some(found)
    }

    pub(crate) fn look_for_conflict(&mut self, side: Side, frame: &[u8]) {
        let Side::Card(n) = side else { return };
        let Some(Card { attached, dhcp, .. }) = self.cards.get(n) else { return };
        let Ok(frame) = EthernetFrame::new_checked(frame) else { return };
        if frame.ethertype() != EthernetProtocol::Arp {
            return;
        }
        let Ok(packet) = ArpPacket::new_checked(frame.payload()) else { return };
        let Ok(ArpRepr::EthernetIpv4 { source_hardware_addr, source_protocol_addr, target_protocol_addr, .. }) =
            ArpRepr::parse(&packet)
        else {
            return;
        };
        if source_hardware_addr == attached.hardware {
            return;
        }
        let tries = |address| dhcp.as_ref().is_some_and(|dhcp| dhcp.tries(address));
        let address = match source_protocol_addr {
            source if attached.has(source.into()) => source,
            // It tries it, too.
            source if source.is_unspecified() && tries(target_protocol_addr) => target_protocol_addr,
            _ => return,
        };
        let declined = tries(address);
        self.conflict.found = Some(Conflict { address: address.into(), hardware: source_hardware_addr.0, declined });
        if declined {
            self.decline(n);
        }
    }
}
