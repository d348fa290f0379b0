//! An interface of smoltcp's with its link. It is lent one socket's set at a time.

mod reins;

use crate::link::{Aside, Frame, Link, Port, capabilities, has_room};
use crate::packet::Wire;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;
use smoltcp::iface::{Config, Interface, PollResult, SocketSet};
use smoltcp::phy::{DeviceCapabilities, Medium};
use smoltcp::time::Instant;
use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, HardwareAddress, IpAddress,
    IpCidr, Ipv4Address,
};

pub(crate) use reins::Reins;

pub(crate) type Set = SocketSet<'static>;

/// Which interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Loopback,
    Ethernet,
}

impl Side {
    /// Linux's number of the interface.
    pub fn index(self) -> u32 {
        match self {
            Side::Loopback => 1,
            Side::Ethernet => crate::address::ETHERNET_INDEX,
        }
    }
}

/// What came of sending.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    /// Packets of the set's that went out; a question for a neighbour's address is none.
    pub packets: usize,
    /// The link had room for all.
    pub room: bool,
}

pub(crate) struct Attached {
    pub iface: Box<Interface>,
    link: Box<dyn Link + Send>,
    caps: DeviceCapabilities,
    scratch: Vec<u8>,
    pub hardware: EthernetAddress,
    /// The link carries, as far as is known.
    pub up: bool,
    /// What listens to routers, of Ethernet. An interface of its own: once no router has answered, smoltcp has all
    /// sockets of one that waits for routers be polled without end.
    routers: Option<Box<Interface>>,
}

impl Attached {
    pub fn new(link: Box<dyn Link + Send>, hardware: Option<[u8; 6]>, seed: u64, now: Instant) -> Self {
        let mut link = link;
        let medium = if hardware.is_some() { Medium::Ethernet } else { Medium::Ip };
        let caps = capabilities(medium, &*link);
        let address = hardware.map_or(HardwareAddress::Ip, |mac| HardwareAddress::Ethernet(EthernetAddress(mac)));
        let mut config = Config::new(address);
        config.random_seed = seed;
        let mut scratch = Vec::new();
        let mut port = Port::plain(&mut *link, None, &caps, &mut scratch);
        let iface = Box::new(Interface::new(config, &mut port, now));
        let routers = hardware.is_some().then(|| {
            let mut config = Config::new(address);
            config.random_seed = !seed;
            config.slaac = true;
            Box::new(Interface::new(config, &mut port, now))
        });
        let up = link.carries();
        Attached { iface, link, up, routers, caps, scratch, hardware: EthernetAddress(hardware.unwrap_or_default()) }
    }

    pub fn medium(&self) -> Medium {
        self.caps.medium
    }

    /// Bytes before the packet in a frame.
    pub fn header(&self) -> usize {
        if self.caps.medium == Medium::Ethernet { crate::packet::ETHERNET_HEADER } else { 0 }
    }

    pub fn mtu(&self) -> usize {
        self.caps.ip_mtu()
    }

    /// Does the link carry now, if it did not, or the other way round?
    pub fn link_changed(&mut self) -> bool {
        let up = self.link.carries();
        core::mem::replace(&mut self.up, up) != up
    }

    pub fn receive(&mut self) -> Option<Frame> {
        self.link.receive()
    }

    /// Did somebody look at the checksums of the frame that came last?
    pub fn checked(&self) -> bool {
        self.caps.medium == Medium::Ip || self.link.checked()
    }

    pub fn recycle(&mut self, frame: Frame) {
        self.link.recycle(frame);
    }

    pub fn flush(&mut self) {
        self.link.flush();
    }

    pub fn be_told(&mut self, on: bool) -> bool {
        self.link.be_told(on)
    }

    pub fn waits(&self) -> bool {
        self.link.waits()
    }

    /// Shows one frame to the sockets of a set.
    pub fn feed(&mut self, now: Instant, frame: &[u8], set: &mut Set, wire: Option<&mut Wire>) {
        let port = Port::plain(&mut *self.link, Some(frame), &self.caps, &mut self.scratch);
        let mut port = Port { wire, ..port };
        self.iface.poll_ingress_single(now, &mut port, set);
    }

    /// Sends what a set has to send.
    pub fn send(&mut self, now: Instant, set: &mut Set, tos: u8, mut wire: Option<&mut Wire>) -> Sent {
        let mut sent = Sent { packets: 0, room: true };
        loop {
            if !has_room(&mut *self.link, self.caps.medium) {
                return Sent { room: false, ..sent };
            }
            let mut port = Port {
                link: &mut *self.link,
                frame: None,
                caps: &self.caps,
                scratch: &mut self.scratch,
                tos,
                wire: wire.as_deref_mut(),
            };
            if self.iface.poll_egress(now, &mut port, set) == PollResult::None {
                return sent;
            }
            sent.packets += 1;
        }
    }

    /// Shows a packet to a set, or has it send one, aside: what comes out is given back.
    pub fn aside(&mut self, now: Instant, packet: Option<&[u8]>, set: &mut Set) -> Vec<u8> {
        let mut aside = Aside::default();
        let ingress = packet.is_some();
        let mut port = Port::plain(&mut aside, packet, &self.caps, &mut self.scratch);
        if ingress {
            self.iface.poll_ingress_single(now, &mut port, set);
        } else {
            self.iface.poll_egress(now, &mut port, set);
        }
        aside.0
    }

    /// Sends a frame as it is.
    pub fn send_frame(&mut self, frame: &[u8]) {
        self.link.send(frame.len(), &mut |buffer| buffer.copy_from_slice(frame));
    }

    /// Asks whether a neighbour has one of the own IPv4 addresses, and tells all of them (RFC 5227, 2.1 and 2.3): those who
    /// want to send need not ask.
    pub fn announce(&mut self) {
        for cidr in self.addresses() {
            let IpCidr::Ipv4(cidr) = cidr else { continue };
            for source in [Ipv4Address::UNSPECIFIED, cidr.address()] {
                self.ask_for(source, cidr.address());
            }
        }
    }

    /// A question for a neighbour, from an address.
    pub fn ask_for(&mut self, source: Ipv4Address, address: Ipv4Address) {
        let question = ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Request,
            source_hardware_addr: self.hardware,
            source_protocol_addr: source,
            target_hardware_addr: EthernetAddress([0; 6]),
            target_protocol_addr: address,
        };
        let mut frame = vec![0; self.header() + question.buffer_len()];
        let mut ethernet = EthernetFrame::new_unchecked(&mut frame[..]);
        ethernet.set_src_addr(self.hardware);
        ethernet.set_dst_addr(EthernetAddress::BROADCAST);
        ethernet.set_ethertype(EthernetProtocol::Arp);
        question.emit(&mut ArpPacket::new_unchecked(ethernet.payload_mut()));
        self.send_frame(&frame);
    }

    pub fn has(&self, address: IpAddress) -> bool {
        self.iface.ip_addrs().iter().any(|cidr| cidr.address() == address)
    }

    /// Is there a way to an address?
    pub fn routes_to(&mut self, address: IpAddress) -> bool {
        let routed = match address {
            IpAddress::Ipv4(_) => self.iface.routes().get_default_ipv4_route().is_some(),
            IpAddress::Ipv6(_) => self.iface.routes().get_default_ipv6_route().is_some(),
        };
        let version = address.version();
        let own = self.iface.ip_addrs().iter().any(|cidr| cidr.address().version() == version);
        let near = self.iface.ip_addrs().iter().any(|cidr| cidr.contains_addr(&address));
        own && (near || routed || address.is_multicast() || address.is_broadcast())
    }

    /// Is it a broadcast address here?
    pub fn is_broadcast(&self, address: IpAddress) -> bool {
        address.is_broadcast()
            || self.iface.ip_addrs().iter().any(|cidr| match cidr {
                IpCidr::Ipv4(cidr) => cidr.broadcast().map(IpAddress::Ipv4) == Some(address),
                IpCidr::Ipv6(_) => false,
            })
    }

    /// A router's advertisement.
    pub fn advertised(&mut self, now: Instant, frame: &[u8], empty: &mut Set) {
        let Some(routers) = &mut self.routers else { return };
        let mut port = Port::plain(&mut *self.link, Some(frame), &self.caps, &mut self.scratch);
        routers.poll_ingress_single(now, &mut port, empty);
    }

    /// Asks for routers while none has answered, and takes over what they say. Did that change anything, and when is
    /// there more to do?
    pub fn follow_routers(&mut self, now: Instant, empty: &mut Set) -> (bool, Option<Instant>) {
        let Some(routers) = &mut self.routers else { return (false, None) };
        routers.poll_maintenance(now);
        let mut port = Port::plain(&mut *self.link, None, &self.caps, &mut self.scratch);
        routers.poll_egress(now, &mut port, empty);
        let at = routers.poll_at(now, empty).filter(|at| *at > now);
        let v6 = |iface: &Interface| -> Vec<IpCidr> {
            iface.ip_addrs().iter().copied().filter(|cidr| matches!(cidr, IpCidr::Ipv6(_))).collect()
        };
        let (addresses, route) = (v6(routers), routers.routes().get_default_ipv6_route());
        let own = self.iface.routes().get_default_ipv6_route();
        let changed = addresses != v6(&self.iface) || route.map(|r| r.via_router) != own.map(|r| r.via_router);
        if changed {
            self.configure(false, &addresses, route.map(|r| crate::address::to_std(r.via_router)));
        }
        (changed, at)
    }

    /// Sets what IPv6 has without any router.
    pub fn configure_v6(&mut self, addresses: &[IpCidr], gateway: Option<IpAddr>) {
        configure(self.routers.as_deref_mut(), false, addresses, gateway);
        self.configure(false, addresses, gateway);
    }

    /// Changes the addresses and the default routes of one version of IP.
    pub fn configure(&mut self, v4: bool, addresses: &[IpCidr], gateway: Option<IpAddr>) {
        configure(Some(&mut self.iface), v4, addresses, gateway);
    }

    pub fn addresses(&self) -> Vec<IpCidr> {
        self.iface.ip_addrs().to_vec()
    }
}

fn configure(iface: Option<&mut Interface>, v4: bool, addresses: &[IpCidr], gateway: Option<IpAddr>) {
    let Some(iface) = iface else { return };
    iface.update_ip_addrs(|all| {
        all.retain(|cidr| matches!(cidr, IpCidr::Ipv4(_)) != v4);
        for cidr in addresses {
            let _ = all.push(*cidr); // there is room for six; what is beyond is not had
        }
    });
    let routes = iface.routes_mut();
    // There is room for one of each version.
    let _ = match gateway {
        Some(IpAddr::V4(gateway)) => routes.add_default_ipv4_route(gateway),
        Some(IpAddr::V6(gateway)) => routes.add_default_ipv6_route(gateway),
        None if v4 => Ok(routes.remove_default_ipv4_route()),
        None => Ok(routes.remove_default_ipv6_route()),
    };
}
