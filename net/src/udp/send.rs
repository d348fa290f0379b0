//! `sendmsg(2)` of UDP: to sockets of this machine at once, to others by smoltcp.

use super::TOO_LONG;
use super::sending::Sending;
use crate::entry::{Body, Bound, Entry, Owner};
use crate::frame::{Datagram, Flow};
use crate::interface::Side;
use crate::options::{int_of, level};
use crate::{Stack, address};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use joist_vm::platform::{Control, Errno};
use smoltcp::wire::{IpAddress, IpEndpoint};

/// The longest datagrams that there can be.
const LONGEST: usize = 65507;
const LONGEST_V6: usize = 65527;

impl Stack {
    pub(crate) fn udp_send(
        &mut self,
        id: u64,
        data: &[&[u8]],
        to: Option<(IpEndpoint, Option<Side>)>,
        control: &[Control],
    ) -> Result<usize, Errno> {
        let entry = self.entry(id)?;
        if let Some(error) = entry.error.take() {
            return Err(error);
        }
        let Body::Datagrams(datagrams) = &entry.body else { return Err(Errno::Epipe) };
        if datagrams.shut.1 {
            return Err(Errno::Epipe);
        }
        let way = datagrams.way;
        let (to, scope) = match to {
            Some(to) => to,
            None => (datagrams.peer.ok_or(Errno::Edestaddrreq)?, way.map(|(side, _)| side)),
        };
        let wanted = scope.or_else(|| entry.options.interface_to(to.addr));
        let to = IpEndpoint { addr: address::named(to.addr), ..to };
        if to.port == 0 {
            return Err(Errno::Einval);
        }
        let (loops, may_broadcast) = (entry.options.multicast_loop, entry.options.broadcast != 0);
        let broadcast = self.is_broadcast(to.addr);
        if broadcast && !may_broadcast {
            return Err(Errno::Eacces);
        }
        let data = match data {
            [data] => Cow::Borrowed(*data),
            pieces => Cow::Owned(pieces.concat()),
        };
        if data.len() > if matches!(to.addr, IpAddress::Ipv4(_)) { LONGEST } else { LONGEST_V6 } {
            return Err(TOO_LONG);
        }
        let bound = match self.entry(id)?.bound {
            Some(bound) => bound,
            None => Bound { address: None, port: self.bind_to(id, None, 0)? },
        };
        let (side, source) = self.way_to(to.addr, bound.address.or(way.map(|(_, source)| source)), wanted)?;
        let (mut ttl, mut tos) = self.service_to(id, to.addr)?;
        for Control { level, kind, data } in control {
            let value = u8::try_from(int_of(data)?).map_err(|_| Errno::Einval)?;
            match (*level, *kind) {
                (level::IP, 1) | (level::IPV6, 67) => tos = value,
                (level::IP, 2) | (level::IPV6, 52) if value != 0 => ttl = value,
                _ => return Err(Errno::Einval),
            }
        }
        let from = IpEndpoint::new(source, bound.port);
        let datagram = Datagram { from, to, ttl, tos, data: &data };
        if side == Side::Loopback {
            if !self.deliver(side, &datagram) {
                self.datagram_lost(&Flow { local: from, remote: to }, Errno::Econnrefused);
            }
            return Ok(data.len());
        }
        if let Side::Card(card) = side {
            self.enqueue(id, card, &datagram)?;
        }
        if broadcast || (to.addr.is_multicast() && loops != 0) {
            self.deliver(side, &datagram);
        }
        Ok(data.len())
    }

    fn service_to(&mut self, id: u64, to: IpAddress) -> Result<(u8, u8), Errno> {
        let options = &self.entry(id)?.options;
        let v4 = matches!(to, IpAddress::Ipv4(_));
        let ttl = match (v4, to.is_multicast()) {
            (true, false) => options.ttl,
            (true, true) => options.multicast_ttl,
            (false, false) => options.hops,
            (false, true) => options.multicast_hops6,
        };
        Ok((ttl as u8, options.service(v4)))
    }

    /// Hands a datagram to smoltcp, to go by a card.
    fn enqueue(&mut self, id: u64, card: usize, datagram: &Datagram<'_>) -> Result<(), Errno> {
        if datagram.ttl == 0 {
            return Ok(()); // for this machine only
        }
        if !self.put(id, card, datagram)? {
            // What waits goes now, if it can.
            self.serve_datagrams(id);
            if !self.put(id, card, datagram)? {
                let Entry { body, wants, .. } = self.entry(id)?;
                if let Body::Datagrams(datagrams) = body
                    && datagrams.sending.iter().any(|sending| sending.card == card && sending.loses())
                {
                    return Ok(());
                }
                wants.output = true;
                return Err(Errno::Eagain);
            }
        }
        self.touch(id);
        Ok(())
    }

    /// Puts a datagram to those that wait for a card, if there is room.
    fn put(&mut self, id: u64, card: usize, datagram: &Datagram<'_>) -> Result<bool, Errno> {
        let Stack { entries, budget, .. } = self;
        let Some(Entry { body: Body::Datagrams(datagrams), options, .. }) = entries.get_mut(&id) else {
            return Err(Errno::Epipe);
        };
        let all = &mut datagrams.sending;
        let place = all.iter().position(|sending| sending.card == card).unwrap_or_else(|| {
            all.push(Sending::new(card, datagram.from.port));
            all.len() - 1
        });
        all.get_mut(place).ok_or(Errno::Enobufs)?.put(datagram, options.send_buffer, budget)
    }

    /// Sends what waits, and drops what has waited too long.
    pub(crate) fn serve_datagrams(&mut self, id: u64) {
        let now = self.now;
        let Stack { entries, cards, budget, .. } = self;
        let Some(Entry { body: Body::Datagrams(datagrams), owner, options, .. }) = entries.get_mut(&id) else { return };
        let (owner, mut room, mut poll_at) = (*owner, true, None);
        for sending in &mut datagrams.sending {
            let Some(card) = cards.get_mut(sending.card) else { continue };
            let served = sending.serve(now, &mut card.attached);
            room &= served.room;
            poll_at = [poll_at, served.poll_at].into_iter().flatten().min();
            // Room for a long datagram is given back: most are short.
            if sending.is_idle() && options.send_buffer.is_none() {
                sending.shrink(budget);
            }
        }
        if poll_at.is_some() {
            self.asking.entry(id).or_insert(now);
        } else {
            self.asking.remove(&id);
        }
        if !room {
            if self.stalled.last() != Some(&id) {
                self.stalled.push(id);
            }
        } else if owner == Owner::Nobody && poll_at.is_none() {
            return self.remove(id);
        }
        if let Some(entry) = self.entries.get_mut(&id) {
            self.timers.set(id, &mut entry.timer, poll_at);
        }
        self.notify(id);
    }

    /// A closed socket's datagrams still go out.
    pub(crate) fn abandon_datagrams(&mut self, id: u64) {
        let groups: Vec<(IpAddress, Side)> = match self.entries.get_mut(&id) {
            Some(Entry { body: Body::Datagrams(datagrams), .. }) => core::mem::take(&mut datagrams.groups),
            _ => Vec::new(),
        };
        for (group, side) in groups {
            self.leave(group, side);
        }
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.owner = Owner::Nobody;
            if let Body::Datagrams(datagrams) = &mut entry.body {
                self.budget.give(core::mem::take(&mut datagrams.size));
                datagrams.came.clear();
                datagrams.shut.0 = true;
            }
            let bound = entry.bound.take();
            if let Some(bound) = bound {
                self.ports.release(crate::ports::Protocol::Udp, bound.port, id);
            }
        }
        self.touch(id);
    }
}
