//! `sendmsg(2)` of UDP: to sockets of this machine at once, to others by smoltcp.

use super::{Datagrams, Sending, TOO_LONG};
use crate::budget::Budget;
use crate::entry::{Body, Bound, Entry, Owner};
use crate::frame::{Datagram, Flow};
use crate::interface::{Set, Side};
use crate::options::{int_of, level};
use crate::{Stack, address};
use alloc::borrow::Cow;
use alloc::vec;
use alloc::vec::Vec;
use joist_vm::platform::{Control, Errno};
use smoltcp::iface::SocketStorage;
use smoltcp::phy::PacketMeta;
use smoltcp::socket::udp::{PacketBuffer, PacketMetadata, Socket, UdpMetadata};
use smoltcp::time::Duration;
use smoltcp::wire::{IpAddress, IpEndpoint};

/// The longest datagrams that there can be.
const LONGEST: usize = 65507;
const LONGEST_V6: usize = 65527;
const QUEUED: usize = 32;
const QUEUED_BYTES: usize = 16384;
/// Of long ones so many fit in, but no more than in Linux's `wmem_default`.
const QUEUED_LONG: usize = 4;
const MOST_QUEUED: usize = 212_992;
/// So long a datagram waits for its neighbour's address.
const PATIENCE: Duration = Duration::from_secs(3);

impl Stack {
    pub(crate) fn udp_send(
        &mut self,
        id: u64,
        data: &[&[u8]],
        to: Option<IpEndpoint>,
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
        let (peer, source) = (datagrams.peer, datagrams.source);
        let to = to.or(peer).ok_or(Errno::Edestaddrreq)?;
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
        let (side, source) = self.way_to(to.addr, bound.address.or(source))?;
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
            if !self.deliver(&datagram) {
                self.datagram_lost(&Flow { local: from, remote: to }, Errno::Econnrefused);
            }
            return Ok(data.len());
        }
        self.enqueue(id, &datagram)?;
        if broadcast || (to.addr.is_multicast() && loops != 0) {
            self.deliver(&datagram);
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

    /// Hands a datagram to smoltcp.
    fn enqueue(&mut self, id: u64, datagram: &Datagram<'_>) -> Result<(), Errno> {
        if datagram.ttl == 0 {
            return Ok(()); // for this machine only
        }
        if !self.put(id, datagram)? {
            // What waits goes now, if it can.
            self.serve_datagrams(id);
            if !self.put(id, datagram)? {
                let Entry { body, wants, .. } = self.entry(id)?;
                if let Body::Datagrams(datagrams) = body
                    && datagrams.sending.as_ref().is_some_and(|sending| sending.since.is_some())
                {
                    return Ok(()); // as Linux does: lost, while the neighbour's address is not known
                }
                wants.output = true;
                return Err(Errno::Eagain);
            }
        }
        self.touch(id);
        Ok(())
    }

    /// Puts a datagram to those that wait, if there is room.
    fn put(&mut self, id: u64, datagram: &Datagram<'_>) -> Result<bool, Errno> {
        let Stack { entries, budget, .. } = self;
        let Some(Entry { body: Body::Datagrams(datagrams), options, .. }) = entries.get_mut(&id) else {
            return Err(Errno::Epipe);
        };
        let len = datagram.data.len();
        let usual = if len > QUEUED_BYTES { (len * QUEUED_LONG).min(MOST_QUEUED) } else { QUEUED_BYTES };
        let wanted = options.send_buffer.map_or(usual, |bytes| bytes.min(MOST_QUEUED)).max(len);
        if datagrams.sending.as_ref().is_none_or(|s| s.capacity < wanted && s.waiting == 0) {
            datagrams.drop_sending(budget);
            // As much as it should be, or at least enough for this one.
            let reserve = |bytes: usize| if bytes > QUEUED_BYTES { bytes } else { 0 };
            let capacity = [wanted, len.max(QUEUED_BYTES)].into_iter().find(|bytes| budget.take_bytes(reserve(*bytes)));
            let capacity = capacity.ok_or(Errno::Enobufs)?;
            let reserved = reserve(capacity);
            datagrams.sending = Some(Sending { reserved, ..sending(datagram.from.port, capacity) });
        }
        let Some(sending) = &mut datagrams.sending else { return Err(Errno::Enobufs) };
        sending.tos = datagram.tos;
        let socket = sending.socket();
        socket.set_hop_limit(Some(datagram.ttl));
        let meta =
            UdpMetadata { endpoint: datagram.to, local_address: Some(datagram.from.addr), meta: PacketMeta::default() };
        let taken = socket.send_slice(datagram.data, meta).is_ok();
        if taken {
            sending.waiting += 1;
            sending.longest = sending.longest.max(len);
        }
        Ok(taken)
    }

    /// Sends what waits, and drops what has waited too long.
    pub(crate) fn serve_datagrams(&mut self, id: u64) {
        let now = self.now;
        let Stack { entries, ethernet, budget, .. } = self;
        let Some(Entry { body: Body::Datagrams(datagrams), owner, options, .. }) = entries.get_mut(&id) else { return };
        let (owner, mut room, mut poll_at) = (*owner, true, None);
        if let (Some(sending), Some(ethernet)) = (&mut datagrams.sending, ethernet) {
            let sent = ethernet.send_datagrams(now, &mut sending.set, sending.tos, sending.longest);
            room = sent.room;
            if sent.packets > 0 {
                sending.waiting = sending.waiting.saturating_sub(sent.packets);
                sending.since = None;
            }
            if sending.waiting == 0 {
                (sending.since, sending.longest) = (None, 0);
            } else if room {
                let since = *sending.since.get_or_insert(now);
                if now >= since + PATIENCE {
                    let Sending { capacity, reserved, .. } = *sending;
                    *sending = Sending { reserved, ..self::sending(sending.socket().endpoint().port, capacity) };
                } else {
                    poll_at =
                        ethernet.iface.poll_at(now, &sending.set).map(|at| at.max(now + Duration::from_millis(1)));
                }
            }
            if sending.waiting == 0 && sending.capacity > QUEUED_BYTES && options.send_buffer.is_none() {
                datagrams.drop_sending(budget); // of a long datagram: most are short
            }
            if poll_at.is_some() {
                self.asking.entry(id).or_insert(now);
            } else {
                self.asking.remove(&id);
            }
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
        let groups: Vec<IpAddress> = match self.entries.get_mut(&id) {
            Some(Entry { body: Body::Datagrams(datagrams), .. }) => core::mem::take(&mut datagrams.groups),
            _ => Vec::new(),
        };
        for group in groups {
            self.leave(group);
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

impl Datagrams {
    /// Nothing waits to be sent.
    pub fn drop_sending(&mut self, budget: &mut Budget) {
        budget.give(self.sending.take().map_or(0, |sending| sending.reserved));
    }
}

fn sending(port: u16, capacity: usize) -> Sending {
    let none = PacketBuffer::new(Vec::new(), Vec::new());
    let buffer = PacketBuffer::new(vec![PacketMetadata::EMPTY; QUEUED], vec![0; capacity]);
    let mut socket = Socket::new(none, buffer);
    // The port is one that bind gave: never 0.
    let _ = socket.bind(port);
    let mut set = Set::new(vec![SocketStorage::EMPTY]);
    let handle = set.add(socket);
    Sending { set, handle, capacity, reserved: 0, waiting: 0, longest: 0, tos: 0, since: None }
}
