//! Another machine that has one of our addresses (RFC 5227): it is told of, once; nobody gives way.

use crate::Stack;
use core::net::IpAddr;
use smoltcp::wire::{ArpPacket, ArpRepr, EthernetFrame, EthernetProtocol};

#[derive(Default)]
pub(crate) struct Conflict {
    found: Option<(IpAddr, [u8; 6])>,
    told: Option<(IpAddr, [u8; 6])>,
}

impl Stack {
    /// Who else has one of our addresses, if that is news.
    pub fn take_conflict(&mut self) -> Option<(IpAddr, [u8; 6])> {
        let found = self.conflict.found.take()?;
        (self.conflict.told.replace(found) != Some(found)).then_some(found)
    }

    pub(crate) fn look_for_conflict(&mut self, frame: &[u8]) {
        let Some(ethernet) = &self.ethernet else { return };
        let Ok(frame) = EthernetFrame::new_checked(frame) else { return };
        if frame.ethertype() != EthernetProtocol::Arp {
            return;
        }
        if let Ok(packet) = ArpPacket::new_checked(frame.payload())
            && let Ok(ArpRepr::EthernetIpv4 { source_hardware_addr, source_protocol_addr, .. }) =
                ArpRepr::parse(&packet)
            && source_hardware_addr != ethernet.hardware
            && ethernet.has(source_protocol_addr.into())
        {
            self.conflict.found = Some((source_protocol_addr.into(), source_hardware_addr.0));
        }
    }
}
