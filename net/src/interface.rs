//! An interface of smoltcp's with its link. It is lent one socket's set at a time.

use crate::device::{Cutter, Port, capabilities, frames};
use crate::fragment;
use crate::link::{Aside, Frame, Link};
use crate::packet::Wire;
use crate::path::Paths;
use crate::reins::Reins;
use crate::routers::{self, Routers};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;
use joist_vm::platform::Errno;
use smoltcp::iface::{Config, Interface, PollResult, SocketSet};
use smoltcp::phy::{DeviceCapabilities, Medium};
use smoltcp::time::Instant;
use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, HardwareAddress, IpAddress,
    IpCidr, Ipv4Address, Ipv4Cidr,
};

pub(crate) type Set = SocketSet<'static>;

/// Of IPv6 and UDP.
const DATAGRAM_HEADERS: usize = 48;

/// Which interface: the loopback, or a card by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Loopback,
    Card(usize),
}

impl Side {
    /// Linux's index of it: of `lo`, `eth0` and so on.
    pub fn index(self) -> u32 {
        match self {
            Side::Loopback => 1,
            Side::Card(n) => n as u32 + 2,
        }
    }

    /// The one with an index, whether it is there or not.
    pub fn of_index(index: u32) -> Option<Side> {
        match index {
            0 => None,
            1 => Some(Side::Loopback),
            n => usize::try_from(n - 2).ok().map(Side::Card),
        }
    }

    pub fn is_card(self) -> bool {
        self != Side::Loopback
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
    link: Reins,
    caps: DeviceCapabilities,
    cutter: Cutter,
    pub hardware: EthernetAddress,
    /// The link carries, as far as is known.
    pub up: bool,
    /// Of Ethernet.
    routers: Option<Routers>,
}

impl Attached {
    pub fn new(link: Box<dyn Link + Send>, hardware: Option<[u8; 6]>, seed: u64, now: Instant) -> Self {
        let mut link = Reins::new(link);
        let medium = if hardware.is_some() { Medium::Ethernet } else { Medium::Ip };
        let caps = capabilities(medium, &link);
        let address = hardware.map_or(HardwareAddress::Ip, |mac| HardwareAddress::Ethernet(EthernetAddress(mac)));
        let mut config = Config::new(address);
        config.random_seed = seed;
        let mut cutter = Cutter::new(seed.rotate_left(24));
        let mut port = Port::plain(&mut link, None, &caps, &mut cutter);
        let iface = Box::new(Interface::new(config, &mut port, now));
        let routers = hardware.is_some().then(|| Routers::new(address, !seed, &mut port, now));
        let up = link.carries();
        Attached { iface, link, up, routers, caps, cutter, hardware: EthernetAddress(hardware.unwrap_or_default()) }
    }

    pub fn medium(&self) -> Medium {
        self.caps.medium
    }

    /// Bytes before the packet in a frame.
    pub fn header(&self) -> usize {
        if self.caps.medium == Medium::Ethernet { crate::packet::ETHERNET_HEADER } else { 0 }
    }

    pub fn mtu(&self) -> usize {
        self.link.mtu()
    }

    /// What is known of paths that carry less.
    pub fn paths(&mut self) -> &mut Paths {
        &mut self.cutter.paths
    }

    /// The longest packet that gets to an address.
    pub fn carries_to(&self, address: IpAddress, now: Instant) -> usize {
        self.cutter.paths.within(self.mtu(), address, now)
    }

    /// The same, where that is less than the link has carried from the start; else 0.
    pub fn narrows_to(&self, address: IpAddress, now: Instant) -> usize {
        let path = Some(self.cutter.paths.to(address, now)).filter(|path| *path != 0);
        [path, self.link.held_to()].into_iter().flatten().min().unwrap_or(0)
    }

    /// Does the link carry now, if it did not, or the other way round?
    pub fn link_changed(&mut self) -> bool {
        let up = self.link.carries();
        core::mem::replace(&mut self.up, up) != up
    }

    /// Is it switched off?
    pub fn is_off(&self) -> bool {
        self.link.off
    }

    pub fn switch(&mut self, off: bool) {
        self.link.off = off;
    }

    /// # Errors
    /// `EINVAL`: so long can no packet be, or so short.
    pub fn set_mtu(&mut self, mtu: usize) -> Result<(), Errno> {
        self.link.set_mtu(mtu)
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
        let port = Port::plain(&mut self.link, Some(frame), &self.caps, &mut self.cutter);
        let mut port = Port { wire, ..port };
        self.iface.poll_ingress_single(now, &mut port, set);
    }

    /// Sends what a set has to send: of a connection with its `wire`, or else what is short.
    pub fn send(&mut self, now: Instant, set: &mut Set, tos: u8, wire: Option<&mut Wire>) -> Sent {
        let frames = wire.as_deref().map_or(1, |wire| frames(&self.link, self.caps.medium, wire));
        self.send_frames(now, set, tos, wire, frames)
    }

    /// Sends datagrams of so many bytes at most.
    pub fn send_datagrams(&mut self, now: Instant, set: &mut Set, tos: u8, bytes: usize) -> Sent {
        let narrow = self.cutter.paths.narrowest(self.mtu());
        self.send_frames(now, set, tos, None, fragment::pieces(bytes + DATAGRAM_HEADERS, narrow))
    }

    fn send_frames(
        &mut self,
        now: Instant,
        set: &mut Set,
        tos: u8,
        mut wire: Option<&mut Wire>,
        frames: usize,
    ) -> Sent {
        let mut sent = Sent { packets: 0, room: true };
        loop {
            if !self.link.room_for(frames) {
                return Sent { room: false, ..sent };
            }
            let port = Port::plain(&mut self.link, None, &self.caps, &mut self.cutter);
            let mut port = Port { tos, wire: wire.as_deref_mut(), frames, ..port };
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
        let mut port = Port::plain(&mut aside, packet, &self.caps, &mut self.cutter);
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

    /// How close an address is: the length of the network's prefix that both are in, 0 by a router. `None`: there is no
    /// way.
    pub fn closeness(&self, address: IpAddress) -> Option<u8> {
        if self.is_off() {
            return None;
        }
        let routed = match address {
            IpAddress::Ipv4(_) => self.iface.routes().get_default_ipv4_route().is_some(),
            IpAddress::Ipv6(_) => self.iface.routes().get_default_ipv6_route().is_some(),
        };
        let alike = |cidr: &&IpCidr| cidr.address().version() == address.version();
        let own = self.iface.ip_addrs().iter().filter(alike);
        let near = own.clone().filter(|cidr| cidr.contains_addr(&address)).map(IpCidr::prefix_len).max();
        let far = (own.count() > 0 && (routed || address.is_multicast() || address.is_broadcast())).then_some(0);
        near.or(far)
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
        let mut port = Port::plain(&mut self.link, None, &self.caps, &mut self.cutter);
        if let Some(routers) = &mut self.routers {
            routers.hear(now, frame, &mut port, empty);
        }
    }

    /// Asks for routers anew: the link has come back.
    pub fn ask_routers(&mut self, now: Instant) {
        let mut port = Port::plain(&mut self.link, None, &self.caps, &mut self.cutter);
        if let Some(routers) = &mut self.routers {
            routers.ask_again(&mut port, now);
        }
    }

    /// Asks for routers while none has answered, and takes over what they say. Did that change anything, and when is
    /// there more to do?
    pub fn follow_routers(&mut self, now: Instant, empty: &mut Set) -> (bool, Option<Instant>) {
        let mut port = Port::plain(&mut self.link, None, &self.caps, &mut self.cutter);
        let Some(routers) = &mut self.routers else { return (false, None) };
        let (said, at) = routers.follow(now, &mut port, empty);
        let changed = said != routers::known(&self.iface);
        if changed {
            self.configure(false, &said.addresses, said.gateway.map(IpAddr::V6));
        }
        (changed, at)
    }

    /// Sets what IPv6 has without any router.
    pub fn configure_v6(&mut self, addresses: &[IpCidr], gateway: Option<IpAddr>) {
        if let Some(routers) = &mut self.routers {
            routers.configure(addresses, gateway);
        }
        self.configure(false, addresses, gateway);
    }

    /// Changes the addresses and the default routes of one version of IP.
    pub fn configure(&mut self, v4: bool, addresses: &[IpCidr], gateway: Option<IpAddr>) {
        configure(&mut self.iface, v4, addresses, gateway);
    }

    /// The first of its own addresses of IPv4.
    pub fn own(&self) -> Option<Ipv4Cidr> {
        self.iface.ip_addrs().iter().find_map(|cidr| match cidr {
            IpCidr::Ipv4(cidr) => Some(*cidr),
            IpCidr::Ipv6(_) => None,
        })
    }

    pub fn addresses(&self) -> Vec<IpCidr> {
        self.iface.ip_addrs().to_vec()
    }
}

pub(crate) fn configure(iface: &mut Interface, v4: bool, addresses: &[IpCidr], gateway: Option<IpAddr>) {
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
