//! Network cards: an interface each, with the addresses that it was given, or asks for by DHCP; a link-local one and
//! those of router advertisements for IPv6. And its link: the cable may be pulled out.

use crate::dhcp::Dhcp;
use crate::interface::{Attached, Side};
use crate::link::Link;
use crate::{Stack, address};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv6Addr};
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{IpAddress, IpCidr, Ipv6Cidr};

/// So many can a machine have: each has a number among the sockets', for its timer.
pub const MOST_CARDS: usize = 8;

/// What a card is to have, or has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Addresses with the lengths of their networks' prefixes; without one of IPv4, DHCP is asked.
    pub addresses: Vec<(IpAddr, u8)>,
    pub gateways: Vec<IpAddr>,
    pub nameservers: Vec<IpAddr>,
}

pub(crate) struct Card {
    pub attached: Attached,
    pub timer: Option<Instant>,
    pub dhcp: Option<Dhcp>,
    pub nameservers: Vec<IpAddr>,
    /// They are DHCP's.
    pub asked_nameservers: bool,
    /// The link carries or does not, and nobody was told yet.
    news: Option<bool>,
}

impl Stack {
    /// Gives the machine a network card, its next one.
    /// # Errors
    /// It has [`MOST_CARDS`].
    pub fn attach(
        &mut self,
        link: Box<dyn Link + Send>,
        hardware: [u8; 6],
        settings: &Settings,
    ) -> Result<(), TooManyCards> {
        if self.cards.len() >= MOST_CARDS {
            return Err(TooManyCards);
        }
        let seed = self.random();
        let mut attached = Attached::new(link, Some(hardware), seed, self.now);
        let addresses = settings.addresses.iter().map(|&(ip, prefix)| IpCidr::new(address::from_std(ip), prefix));
        let (v4, mut v6): (Vec<IpCidr>, Vec<IpCidr>) = addresses.partition(|cidr| matches!(cidr, IpCidr::Ipv4(_)));
        let gateway = |v4: bool| settings.gateways.iter().copied().find(|g| g.is_ipv4() == v4);
        v6.insert(0, link_local(hardware));
        attached.configure_v6(&v6, gateway(false));
        let nameservers = settings.nameservers.clone();
        let mut card = Card { attached, timer: None, dhcp: None, asked_nameservers: false, nameservers, news: None };
        if v4.is_empty() {
            card.dhcp = Some(Dhcp::new(self.now));
            card.asked_nameservers = card.nameservers.is_empty();
        } else {
            card.attached.configure(true, &v4, gateway(true));
            card.attached.announce();
        }
        self.cards.push(card);
        self.changes += 1;
        self.serve_card(self.cards.len() - 1);
        Ok(())
    }

    /// What each card has now.
    pub fn settings(&self) -> Vec<Settings> {
        self.cards.iter().map(Card::settings).collect()
    }

    /// Grows with each change of [`Stack::settings`].
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Sees whether the links carry. Addresses and routes stay when one does not, as on Linux: what is sent is lost, and
    /// TCP tries on.
    pub(crate) fn look_at_links(&mut self) {
        let now = self.now;
        for n in 0..self.cards.len() {
            let Some(card) = self.cards.get_mut(n) else { continue };
            if !card.attached.link_changed() {
                continue;
            }
            card.news = Some(card.attached.up);
            if card.attached.up {
                match &mut card.dhcp {
                    Some(dhcp) => dhcp.ask_again(now),
                    None => card.attached.announce(),
                }
                card.attached.ask_routers(now);
                self.serve_card(n);
            }
        }
    }

    /// A card by its number whose link carries now, or does not, if that is news.
    pub fn take_link_news(&mut self) -> Option<(usize, bool)> {
        self.cards.iter_mut().enumerate().find_map(|(n, card)| Some((n, card.news.take()?)))
    }

    /// A card's own work: DHCP, router solicitations, group memberships.
    pub(crate) fn serve_card(&mut self, n: usize) {
        let now = self.now;
        let Stack { cards, empty, .. } = self;
        let Some(Card { attached, .. }) = cards.get_mut(n) else { return };
        attached.iface.poll_maintenance(now);
        let (changed, routers) = attached.follow_routers(now, empty);
        self.changes += u64::from(changed);
        if !attached.send(now, empty, 0, None).room {
            self.stalled.push(n as u64);
        }
        let next = [routers, self.serve_dhcp(n)].into_iter().flatten().min();
        let at = next.map(|at| at.max(now + Duration::from_millis(1)));
        if let Some(card) = self.cards.get_mut(n) {
            self.timers.set(n as u64, &mut card.timer, at);
        }
    }

    /// Linux's index of the interface that has an own address, or 0.
    pub(crate) fn index_of(&self, own: IpAddress) -> u32 {
        self.side_of(own).map_or(0, Side::index)
    }
}

/// A machine can't have so many cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyCards;

impl Card {
    fn settings(&self) -> Settings {
        let routes = self.attached.iface.routes();
        let gateways = [routes.get_default_ipv4_route(), routes.get_default_ipv6_route()];
        let addresses = self.attached.addresses();
        Settings {
            addresses: addresses.iter().map(|cidr| (address::to_std(cidr.address()), cidr.prefix_len())).collect(),
            gateways: gateways.into_iter().flatten().map(|r| address::to_std(r.via_router)).collect(),
            nameservers: self.nameservers.clone(),
        }
    }
}

/// `fe80::` and the hardware address (RFC 4291, appendix A).
fn link_local(mac: [u8; 6]) -> IpCidr {
    let [a, b, c, d, e, f] = mac;
    let half = u64::from_be_bytes([a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
    IpCidr::Ipv6(Ipv6Cidr::new(Ipv6Addr::from(0xfe80u128 << 112 | u128::from(half)), 64))
}
