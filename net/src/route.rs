//! By which interface, and from which address, packets go. Each card's addresses are its own (RFC 1122, 3.3.4.2: the strong
//! model): what is bound to one goes by that card, and what comes for it by another is nobody's. So an answer goes where the
//! question came from. For the rest the closest network counts, then a router, then the order of the cards; one whose link
//! carries before the others.

use crate::interface::Side;
use crate::{Stack, address};
use core::cmp::Reverse;
use core::net::SocketAddr;
use joist_vm::platform::Errno;
use smoltcp::wire::IpAddress;

/// The interface that an address names by its scope, if it does.
pub(crate) fn scope(address: SocketAddr) -> Result<Option<Side>, Errno> {
    let SocketAddr::V6(address) = address else { return Ok(None) };
    let near = address.ip().is_unicast_link_local() || (address.ip().segments()[0] & 0xff0f == 0xff02);
    match address.scope_id() {
        index if near && index != 0 => Side::of_index(index).map(Some).ok_or(Errno::Enodev),
        _ => Ok(None),
    }
}

impl Stack {
    /// By which interface, and from which address, packets go to an address: of a socket that is bound to one, or wants
    /// that interface.
    pub(crate) fn way_to(
        &mut self,
        to: IpAddress,
        bound: Option<IpAddress>,
        wanted: Option<Side>,
    ) -> Result<(Side, IpAddress), Errno> {
        if bound.is_some_and(|b| b.version() != to.version()) {
            return Err(Errno::Einval);
        }
        // Whoever is bound to a group listens to it, and sends from an address.
        let bound = bound.filter(|b| !b.is_multicast() && !self.is_broadcast(*b));
        if self.is_own(to) || (to.is_multicast() && wanted == Some(Side::Loopback)) {
            let source = if address::is_loopback(to) || to.is_multicast() { address::loopback(to) } else { to };
            if self.loopback.is_off() {
                return Err(Errno::Enetunreach);
            }
            return Ok((Side::Loopback, bound.unwrap_or(source)));
        }
        let number = match (wanted, bound) {
            (Some(Side::Card(n)), _) => Some(n),
            (Some(Side::Loopback), _) => None,
            (None, Some(bound)) => match self.side_of(bound).ok_or(Errno::Eaddrnotavail)? {
                Side::Card(n) => Some(n),
                Side::Loopback => return Err(Errno::Einval),
            },
            (None, None) => self.best_card(to),
        };
        let number = number.ok_or(Errno::Enetunreach)?;
        let card = self.cards.get_mut(number).ok_or(Errno::Enodev)?;
        if card.attached.closeness(to).is_none() {
            return Err(Errno::Enetunreach);
        }
        let source = bound.or_else(|| card.attached.iface.get_source_address(&to)).ok_or(Errno::Eaddrnotavail)?;
        Ok((Side::Card(number), source))
    }

    /// The card by which packets go to an address, of a socket that doesn't care.
    pub(crate) fn best_card(&self, to: IpAddress) -> Option<usize> {
        let cards = self.cards.iter().enumerate();
        let ways = cards.filter_map(|(n, card)| Some((card.attached.closeness(to)?, card.attached.up, Reverse(n))));
        ways.max().map(|(_, _, Reverse(n))| n)
    }

    /// The interface that has an own address.
    pub(crate) fn side_of(&self, own: IpAddress) -> Option<Side> {
        if address::is_loopback(own) {
            return Some(Side::Loopback);
        }
        self.cards.iter().position(|card| card.attached.has(own)).map(Side::Card)
    }
}
