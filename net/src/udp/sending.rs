//! What is sent by one card: it waits in a set of smoltcp's until the neighbour's address is known, for a while.

use crate::budget::Budget;
use crate::frame::Datagram;
use crate::interface::{Attached, Set};
use alloc::vec;
use alloc::vec::Vec;
use joist_vm::platform::Errno;
use smoltcp::iface::{SocketHandle, SocketStorage};
use smoltcp::phy::PacketMeta;
use smoltcp::socket::udp::{PacketBuffer, PacketMetadata, Socket, UdpMetadata};
use smoltcp::time::{Duration, Instant};

const QUEUED: usize = 32;
/// So much needs no memory of the budget: it is the socket's own.
const QUEUED_BYTES: usize = 16384;
/// Of long ones so many fit in, but no more than in Linux's `wmem_default`.
const QUEUED_LONG: usize = 4;
const MOST_QUEUED: usize = 212_992;
/// So long a datagram waits for its neighbour's address.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) struct Sending {
    pub card: usize,
    set: Set,
    handle: SocketHandle,
    port: u16,
    capacity: usize,
    /// What of it was taken from the budget.
    reserved: usize,
    /// Datagrams that wait; an empty one takes no room. And as long as that the longest of them is at most.
    waiting: usize,
    longest: usize,
    /// Type of service or traffic class of the last one.
    tos: u8,
    /// Since when the first datagram waits.
    since: Option<Instant>,
}

/// What came of serving.
pub(crate) struct Served {
    /// The link had room for all.
    pub room: bool,
    /// When to go on, if something waits for a neighbour.
    pub poll_at: Option<Instant>,
}

impl Sending {
    pub fn new(card: usize, port: u16) -> Sending {
        Sending::with(card, port, QUEUED_BYTES, 0)
    }

    fn with(card: usize, port: u16, capacity: usize, reserved: usize) -> Sending {
        let none = PacketBuffer::new(Vec::new(), Vec::new());
        let buffer = PacketBuffer::new(vec![PacketMetadata::EMPTY; QUEUED], vec![0; capacity]);
        let mut socket = Socket::new(none, buffer);
        // The port is one that bind gave: never 0.
        let _ = socket.bind(port);
        let mut set = Set::new(vec![SocketStorage::EMPTY]);
        let handle = set.add(socket);
        Sending { card, set, handle, port, capacity, reserved, waiting: 0, longest: 0, tos: 0, since: None }
    }

    pub fn can_send(&self) -> bool {
        self.set.get::<Socket<'static>>(self.handle).can_send()
    }

    /// Puts a datagram to those that wait, in as much room as a socket wants for them. False: there is none.
    /// # Errors
    /// `ENOBUFS`: memory is used up.
    pub fn put(&mut self, datagram: &Datagram<'_>, wanted: Option<usize>, budget: &mut Budget) -> Result<bool, Errno> {
        let len = datagram.data.len();
        let usual = if len > QUEUED_BYTES { (len * QUEUED_LONG).min(MOST_QUEUED) } else { QUEUED_BYTES };
        let wanted = wanted.map_or(usual, |bytes| bytes.min(MOST_QUEUED)).max(len);
        if self.capacity < wanted && self.waiting == 0 {
            self.grow(wanted, len, budget)?;
        }
        self.tos = datagram.tos;
        let socket = self.set.get_mut::<Socket<'static>>(self.handle);
        socket.set_hop_limit(Some(datagram.ttl));
        let meta =
            UdpMetadata { endpoint: datagram.to, local_address: Some(datagram.from.addr), meta: PacketMeta::default() };
        let taken = socket.send_slice(datagram.data, meta).is_ok();
        if taken {
            self.waiting += 1;
            self.longest = self.longest.max(len);
        }
        Ok(taken)
    }

    /// Has as much room as it should, or at least enough for `len` bytes. Nothing waits.
    fn grow(&mut self, wanted: usize, len: usize, budget: &mut Budget) -> Result<(), Errno> {
        self.shrink(budget);
        let reserve = |bytes: usize| if bytes > QUEUED_BYTES { bytes } else { 0 };
        let capacity = [wanted, len.max(QUEUED_BYTES)].into_iter().find(|bytes| budget.take_bytes(reserve(*bytes)));
        let capacity = capacity.ok_or(Errno::Enobufs)?;
        if capacity != self.capacity {
            *self = Sending::with(self.card, self.port, capacity, reserve(capacity));
        }
        Ok(())
    }

    /// Gives what it has beyond a small buffer back. Nothing waits.
    pub fn shrink(&mut self, budget: &mut Budget) {
        if self.capacity > QUEUED_BYTES {
            budget.give(self.reserved);
            *self = Sending::new(self.card, self.port);
        }
    }

    /// What is too much is lost, as with Linux, while the neighbour's address is not known.
    pub fn loses(&self) -> bool {
        self.since.is_some()
    }

    /// Sends what waits, and drops what has waited too long.
    pub fn serve(&mut self, now: Instant, attached: &mut Attached) -> Served {
        let sent = attached.send_datagrams(now, &mut self.set, self.tos, self.longest);
        if sent.packets > 0 {
            self.waiting = self.waiting.saturating_sub(sent.packets);
            self.since = None;
        }
        let mut poll_at = None;
        if self.waiting == 0 {
            (self.since, self.longest) = (None, 0);
        } else if sent.room {
            let since = *self.since.get_or_insert(now);
            if now >= since + PATIENCE {
                *self = Sending::with(self.card, self.port, self.capacity, self.reserved);
            } else {
                poll_at = attached.iface.poll_at(now, &self.set).map(|at| at.max(now + Duration::from_millis(1)));
            }
        }
        Served { room: sent.room, poll_at }
    }

    /// Has all been sent?
    pub fn is_idle(&self) -> bool {
        self.waiting == 0
    }
}
