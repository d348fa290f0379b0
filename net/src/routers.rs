//! Routers and what they advertise (RFC 4861, RFC 4862): addresses and a default route of IPv6. An interface of smoltcp's
//! for nothing else listens to them: once no router has answered, smoltcp has all sockets of one that waits for routers be
//! polled without end; when it wants to be polled for routers alone it doesn't say. When the link comes back, which may be that of another network, they are asked anew; until one
//! answers, what was said before counts for as long as it was said to.

use crate::device::Port;
use crate::interface::Set;
use crate::packet::ETHERNET_HEADER;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv6Addr};
use smoltcp::iface::{Config, Interface};
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{HardwareAddress, IpCidr};

/// What there is of IPv6: addresses, and the default router.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub addresses: Vec<IpCidr>,
    pub gateway: Option<Ipv6Addr>,
}

pub(crate) struct Routers {
    hardware: HardwareAddress,
    seed: u64,
    /// What there is without any router.
    own: Known,
    iface: Box<Interface>,
    /// Asks anew.
    again: Option<Box<Interface>>,
    /// When it was last begun to ask.
    since: Instant,
    /// How long routers, and networks, are there.
    until: Vec<([u8; 16], Instant)>,
}

/// An option of an advertisement.
const PREFIX: u8 = 3;
/// smoltcp asks so often, and then waits so long.
const QUESTIONS: u32 = 3;
const BETWEEN: Duration = Duration::from_secs(4);
/// It knows of no more routers and networks.
const MOST: usize = 6;

fn listener(hardware: HardwareAddress, seed: u64, port: &mut Port<'_>, now: Instant) -> Box<Interface> {
    let mut config = Config::new(hardware);
    config.random_seed = seed;
    config.slaac = true;
    Box::new(Interface::new(config, port, now))
}

/// What an interface has of IPv6.
pub(crate) fn known(iface: &Interface) -> Known {
    let v6 = |cidr: &IpCidr| matches!(cidr, IpCidr::Ipv6(_));
    let route = iface.routes().get_default_ipv6_route();
    let gateway = route.and_then(|route| match crate::address::to_std(route.via_router) {
        IpAddr::V6(gateway) => Some(gateway),
        IpAddr::V4(_) => None,
    });
    Known { addresses: iface.ip_addrs().iter().copied().filter(v6).collect(), gateway }
}

impl Routers {
    pub fn new(hardware: HardwareAddress, seed: u64, port: &mut Port<'_>, now: Instant) -> Routers {
        let iface = listener(hardware, seed, port, now);
        Routers { hardware, seed, own: Known::default(), iface, again: None, since: now, until: Vec::new() }
    }

    /// Sets what there is without any router.
    pub fn configure(&mut self, addresses: &[IpCidr], gateway: Option<IpAddr>) {
        for iface in [Some(&mut self.iface), self.again.as_mut()].into_iter().flatten() {
            crate::interface::configure(iface, false, addresses, gateway);
        }
        self.own = known(self.again.as_ref().unwrap_or(&self.iface));
    }

    /// The link has come back.
    pub fn ask_again(&mut self, port: &mut Port<'_>, now: Instant) {
        self.seed = self.seed.wrapping_add(1);
        let mut iface = listener(self.hardware, self.seed, port, now);
        crate::interface::configure(&mut iface, false, &self.own.addresses, self.own.gateway.map(IpAddr::V6));
        (self.again, self.since) = (Some(iface), now);
    }

    /// A router's advertisement.
    pub fn hear<'a>(&mut self, now: Instant, frame: &'a [u8], port: &mut Port<'a>, empty: &mut Set) {
        self.note(now, frame);
        for iface in [Some(&mut self.iface), self.again.as_mut()].into_iter().flatten() {
            port.frame = Some(frame);
            iface.poll_ingress_single(now, port, empty);
        }
    }

    /// Notes how long what an advertisement says is true: then it is looked at anew.
    fn note(&mut self, now: Instant, frame: &[u8]) {
        let Some((packet, message)) = frame.get(ETHERNET_HEADER..).and_then(|p| p.split_first_chunk::<40>()) else {
            return;
        };
        let Some((head, mut options)) = message.split_first_chunk::<16>() else { return };
        let lifetime = u32::from(u16::from_be_bytes([head[6], head[7]]));
        let mut said = alloc::vec![(packet.get(8..24), lifetime)];
        while let [kind, len, ..] = *options
            && len > 0
            && let Some((option, rest)) = options.split_at_checked(usize::from(len) * 8)
        {
            if let (PREFIX, Some([a, b, c, d])) = (kind, option.get(4..8)) {
                said.push((option.get(16..32), u32::from_be_bytes([*a, *b, *c, *d])));
            }
            options = rest;
        }
        self.until.retain(|(_, until)| *until > now);
        for (whose, seconds) in said {
            let Some(whose) = whose.and_then(|whose| whose.first_chunk()) else { continue };
            self.until.retain(|(other, _)| other != whose);
            if self.until.len() < MOST {
                self.until.push((*whose, now + Duration::from_secs(seconds.into())));
            }
        }
    }

    /// Asks while none has answered. What there is now, and when there is more to do?
    pub fn follow(&mut self, now: Instant, port: &mut Port<'_>, empty: &mut Set) -> (Known, Option<Instant>) {
        for iface in [Some(&mut self.iface), self.again.as_mut()].into_iter().flatten() {
            iface.poll_maintenance(now);
            iface.poll_egress(now, port, empty);
        }
        let questions = (1..QUESTIONS).map(|n| self.since + BETWEEN * n);
        let next = self.until.iter().map(|(_, until)| *until).chain(questions).filter(|at| *at > now).min();
        if self.again.as_ref().is_some_and(|again| known(again) != self.own)
            && let Some(again) = self.again.take()
        {
            self.iface = again;
        }
        (known(&self.iface), next)
    }
}
