//! `sendmsg(2)` of UDP: to sockets of this machine at once, to others by smoltcp.

use super::{Sending, TOO_LONG};
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
        let Entry { body, wants, options, .. } = self.entry(id)?;
        let Body::Datagrams(datagrams) = body else { return Err(Errno::Epipe) };
        let wanted = options.send_buffer.unwrap_or(QUEUED_BYTES).max(datagram.data.len());
        let idle = datagrams.sending.as_ref().is_none_or(|s| s.capacity < wanted && s.waiting == 0);
        if idle {
            datagrams.sending = Some(sending(datagram.from.port, wanted));
        }
        let Some(sending) = &mut datagrams.sending else { return Err(Errno::Enobufs) };
        sending.tos = datagram.tos;
        let socket = sending.socket();
        socket.set_hop_limit(Some(datagram.ttl));
        let meta =
            UdpMetadata { endpoint: datagram.to, local_address: Some(datagram.from.addr), meta: PacketMeta::default() };
        if socket.send_slice(datagram.data, meta).is_err() {
            if sending.since.is_some() {
                return Ok(()); // as Linux does: lost, while the neighbour's address is not known
            }
            wants.output = true;
            return Err(Errno::Eagain);
        }
        sending.waiting += 1;
        self.touch(id);
        Ok(())
    }

    /// Sends what waits, and drops what has waited too long.
    pub(crate) fn serve_datagrams(&mut self, id: u64) {
        let now = self.now;
        let Stack { entries, ethernet, .. } = self;
        let Some(Entry { body: Body::Datagrams(datagrams), owner, options, .. }) = entries.get_mut(&id) else { return };
        let (owner, mut room, mut poll_at) = (*owner, true, None);
        if let (Some(sending), Some(ethernet)) = (&mut datagrams.sending, ethernet) {
            let sent = ethernet.send_datagrams(now, &mut sending.set, sending.tos, sending.capacity);
            room = sent.room;
            if sent.packets > 0 {
                sending.waiting = sending.waiting.saturating_sub(sent.packets);
                sending.since = None;
            }
            if sending.waiting == 0 {
                sending.since = None;
            } else if room {
                let since = *sending.since.get_or_insert(now);
                if now >= since + PATIENCE {
                    let (port, capacity) = (sending.socket().endpoint().port, sending.capacity);
                    *sending = self::sending(port, capacity);
                } else {
                    poll_at =
                        ethernet.iface.poll_at(now, &sending.set).map(|at| at.max(now + Duration::from_millis(1)));
                }
            }
            if sending.waiting == 0 && sending.capacity > QUEUED_BYTES && options.send_buffer.is_none() {
                datagrams.sending = None; // of a long datagram: most are short
            }
            if poll_at.is_some() {
                self.asking.entry(id).or_insert(now);
            } else {
                self.asking.remove(&id);
            }
        }
        if !room {
            self.stalled.push(id);
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

fn sending(port: u16, capacity: usize) -> Sending {
    let none = PacketBuffer::new(Vec::new(), Vec::new());
    let buffer = PacketBuffer::new(vec![PacketMetadata::EMPTY; QUEUED], vec![0; capacity]);
    let mut socket = Socket::new(none, buffer);
    // The port is one that bind gave: never 0.
    let _ = socket.bind(port);
    let mut set = Set::new(vec![SocketStorage::EMPTY]);
    let handle = set.add(socket);
    Sending { set, handle, capacity, waiting: 0, tos: 0, since: None }
}
