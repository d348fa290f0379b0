//! Datagrams that come in, and `recvmsg(2)`.

use super::{Came, Datagrams, OVERHEAD, RECEIVE_BUFFER};
use crate::entry::{Body, Entry};
use crate::frame::{Datagram, Flow};
use crate::interface::Side;
use crate::options::{int, level, packet_info};
use crate::ports::Protocol;
use crate::tcp_flags::MSG_PEEK;
use crate::{Stack, address};
use alloc::vec::Vec;
use joist_vm::platform::{Control, Errno, Received};
use smoltcp::wire::{IpAddress, IpEndpoint};

const MSG_TRUNC: i32 = 0x20;

impl Stack {
    /// Gives a datagram to the sockets that it is for; false if there is none.
    pub(crate) fn deliver(&mut self, side: Side, datagram: &Datagram<'_>) -> bool {
        let to = datagram.to.addr;
        let several = to.is_multicast() || self.is_broadcast(to);
        let mut takers = Vec::new();
        let mut best = None;
        for claim in self.ports.claims(Protocol::Udp, datagram.to.port) {
            let Some(Entry { body: Body::Datagrams(datagrams), options, .. }) = self.entries.get(&claim.id) else {
                continue;
            };
            let covered = match to {
                to if several && claim.address.is_none() => claim.covers(to),
                IpAddress::Ipv4(_) | IpAddress::Ipv6(_) => claim.covers(to),
            };
            if !covered
                || !options.takes_from(side)
                || datagrams.peer.is_some_and(|peer| peer != datagram.from)
                || (to.is_multicast() && !datagrams.groups.contains(&(to, side)))
            {
                continue;
            }
            let score = 1 + u8::from(claim.address.is_some()) + 2 * u8::from(datagrams.peer.is_some());
            if several {
                takers.push(claim.id);
            } else if best.is_none_or(|(highest, _)| score > highest) {
                best = Some((score, claim.id));
            }
        }
        let mut taken = false;
        for id in takers.into_iter().chain(best.map(|(_, id)| id)) {
            taken = true;
            self.deliver_to(id, side, datagram);
        }
        taken
    }

    /// What doesn't fit is lost, as the protocol has it.
    fn deliver_to(&mut self, id: u64, side: Side, datagram: &Datagram<'_>) {
        let Stack { entries, budget, .. } = self;
        let Some(Entry { body: Body::Datagrams(datagrams), options, .. }) = entries.get_mut(&id) else { return };
        let size = datagram.data.len() + OVERHEAD;
        let limit = options.receive_buffer.unwrap_or(RECEIVE_BUFFER);
        if datagrams.shut.0 || (datagrams.size + size > limit && !datagrams.came.is_empty()) || !budget.take_bytes(size)
        {
            return;
        }
        datagrams.size += size;
        datagrams.came.push_back(Came {
            from: datagram.from,
            to: datagram.to.addr,
            side,
            ttl: datagram.ttl,
            tos: datagram.tos,
            data: datagram.data.to_vec(),
        });
        self.notify(id);
    }

    pub(crate) fn udp_receive(&mut self, id: u64, buf: &mut [u8], flags: i32) -> Result<Received, Errno> {
        let Entry { body, wants, error, options, family, .. } = self.entry(id)?;
        let Body::Datagrams(datagrams) = body else { return Err(Errno::Enotconn) };
        if let Some(error) = error.take() {
            return Err(error);
        }
        let Some(first) = datagrams.came.front() else {
            if datagrams.shut.0 {
                return Ok(Received::default());
            }
            wants.input = true;
            return Err(Errno::Eagain);
        };
        let len = first.data.len().min(buf.len());
        buf[..len].copy_from_slice(&first.data[..len]);
        let truncated = first.data.len() > buf.len();
        let mut control = Vec::new();
        let mut tell = |wanted: i32, level: i32, kind: i32, data: &dyn Fn() -> Vec<u8>| {
            if wanted != 0 {
                control.push(Control { level, kind, data: data() });
            }
        };
        let index = first.side.index();
        let place = || packet_info(index, first.to);
        let ttl = || int(first.ttl.into());
        match first.to {
            IpAddress::Ipv4(_) => {
                tell(options.packet_info, level::IP, 8, &place);
                tell(options.receive_ttl, level::IP, 2, &ttl);
                tell(options.receive_tos, level::IP, 1, &|| alloc::vec![first.tos]);
            }
            IpAddress::Ipv6(_) => {
                tell(options.packet_info6, level::IPV6, 50, &place);
                tell(options.receive_hops, level::IPV6, 52, &ttl);
                tell(options.receive_class, level::IPV6, 67, &|| int(first.tos.into()));
            }
        }
        let received = Received {
            len: if truncated && flags & MSG_TRUNC != 0 { first.data.len() } else { len },
            from: Some(address::outside(*family, first.from, index)),
            control,
            flags: if truncated { MSG_TRUNC } else { 0 },
        };
        if flags & MSG_PEEK == 0 {
            let size = datagrams.size;
            datagrams.take();
            let freed = size - datagrams.size;
            wants.input |= datagrams.came.is_empty();
            self.budget.give(freed);
        }
        Ok(received)
    }

    /// `FIONREAD`: the first datagram's length.
    pub(crate) fn udp_available(datagrams: &Datagrams) -> usize {
        datagrams.came.front().map_or(0, |c| c.data.len())
    }

    /// ICMP says that a datagram did not arrive: only who is connected to its receiver hears of it.
    pub(crate) fn datagram_lost(&mut self, flow: &Flow, error: Errno) {
        let ids: Vec<u64> = self.ports.claims(Protocol::Udp, flow.local.port).iter().map(|claim| claim.id).collect();
        for id in ids {
            if self.peer_of(id) == Some(flow.remote) {
                if let Some(entry) = self.entries.get_mut(&id) {
                    entry.error = Some(error);
                }
                self.notify(id);
            }
        }
    }

    pub(crate) fn peer_of(&self, id: u64) -> Option<IpEndpoint> {
        match self.entries.get(&id).map(|e| &e.body) {
            Some(Body::Datagrams(datagrams)) => datagrams.peer,
            _ => None,
        }
    }
}
