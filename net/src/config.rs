//! The Ethernet interface's addresses: given, or asked for by DHCP; a link-local one and those of router advertisements
//! for IPv6. And its link: the cable may be pulled out.

use crate::dhcp::Dhcp;
use crate::link::Link;
use crate::{ETHERNET, Stack};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv6Addr};
use smoltcp::time::Duration;
use smoltcp::wire::{IpCidr, Ipv6Cidr};

/// What an interface is to have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Addresses with the lengths of their networks' prefixes; without one of IPv4, DHCP is asked.
    pub addresses: Vec<(IpAddr, u8)>,
    pub gateways: Vec<IpAddr>,
    pub nameservers: Vec<IpAddr>,
}

impl Stack {
    /// Gives the machine its network card.
    pub fn attach(&mut self, link: Box<dyn Link + Send>, hardware: [u8; 6], settings: &Settings) {
        let seed = self.random();
        let mut ethernet = crate::interface::Attached::new(link, Some(hardware), seed, self.now);
        let addresses =
            settings.addresses.iter().map(|&(ip, prefix)| IpCidr::new(crate::address::from_std(ip), prefix));
        let (v4, mut v6): (Vec<IpCidr>, Vec<IpCidr>) = addresses.partition(|cidr| matches!(cidr, IpCidr::Ipv4(_)));
        let gateway = |v4: bool| settings.gateways.iter().copied().find(|g| g.is_ipv4() == v4);
        v6.insert(0, link_local(hardware));
        ethernet.configure_v6(&v6, gateway(false));
        self.nameservers = settings.nameservers.clone();
        if v4.is_empty() {
            self.dhcp = Some(Dhcp::new(self.now));
            self.asked_nameservers = settings.nameservers.is_empty();
        } else {
            ethernet.configure(true, &v4, gateway(true));
            ethernet.announce();
        }
        self.ethernet = Some(ethernet);
        self.changes += 1;
        self.serve_ethernet();
    }

    /// What the machine has now.
    pub fn settings(&self) -> Settings {
        let Some(ethernet) = &self.ethernet else { return Settings::default() };
        let routes = ethernet.iface.routes();
        let gateways = [routes.get_default_ipv4_route(), routes.get_default_ipv6_route()];
        Settings {
            addresses: ethernet
                .addresses()
                .into_iter()
                .map(|cidr| (crate::address::to_std(cidr.address()), cidr.prefix_len()))
                .collect(),
            gateways: gateways.into_iter().flatten().map(|r| crate::address::to_std(r.via_router)).collect(),
            nameservers: self.nameservers.clone(),
        }
    }

    /// Grows with each change of [`Stack::settings`].
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Sees whether the link carries. Addresses and routes stay when it does not, as on Linux: what is sent is lost, and
    /// TCP tries on.
    pub(crate) fn look_at_link(&mut self) {
        let now = self.now;
        let Some(ethernet) = &mut self.ethernet else { return };
        if !ethernet.link_changed() {
            return;
        }
        self.link_news = Some(ethernet.up);
        if ethernet.up {
            match &mut self.dhcp {
                Some(dhcp) => dhcp.ask_again(now),
                None => ethernet.announce(),
            }
            ethernet.ask_routers(now);
            self.serve_ethernet();
        }
    }

    /// Whether the link carries, if that is news.
    pub fn take_link_news(&mut self) -> Option<bool> {
        self.link_news.take()
    }

    /// The interface's own work: DHCP, router solicitations, group memberships.
    pub(crate) fn serve_ethernet(&mut self) {
        let now = self.now;
        let Some(ethernet) = &mut self.ethernet else { return };
        ethernet.iface.poll_maintenance(now);
        let (changed, mut next) = ethernet.follow_routers(now, &mut self.empty);
        self.changes += u64::from(changed);
        if !ethernet.send(now, &mut self.empty, 0, None).room {
            self.stalled.push(ETHERNET);
        }
        next = [next, self.serve_dhcp()].into_iter().flatten().min();
        let at = next.map(|at| at.max(now + Duration::from_millis(1)));
        self.timers.set(ETHERNET, &mut self.ethernet_timer, at);
    }
}

/// `fe80::` and the hardware address (RFC 4291, appendix A).
fn link_local(mac: [u8; 6]) -> IpCidr {
    let [a, b, c, d, e, f] = mac;
    let half = u64::from_be_bytes([a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
    IpCidr::Ipv6(Ipv6Cidr::new(Ipv6Addr::from(0xfe80u128 << 112 | u128::from(half)), 64))
}
