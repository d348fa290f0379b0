//! What is sent by one card: it waits in a set of smoltcp's until the neighbour's address is known, for a while.

use super::send::QUEUED_BYTES;
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
/// So long a datagram waits for its neighbour's address.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) struct Sending {
    pub card: usize,
    set: Set,
    handle: SocketHandle,
    port: u16,
    capacity: usize,
    /// Datagrams that wait; an empty one takes no room.
    waiting: usize,
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
    pub fn new(card: usize, port: u16, capacity: usize) -> Sending {
        let none = PacketBuffer::new(Vec::new(), Vec::new());
        let buffer = PacketBuffer::new(vec![PacketMetadata::EMPTY; QUEUED], vec![0; capacity]);
        let mut socket = Socket::new(none, buffer);
        // The port is one that bind gave: never 0.
        let _ = socket.bind(port);
        let mut set = Set::new(vec![SocketStorage::EMPTY]);
        let handle = set.add(socket);
        Sending { card, set, handle, port, capacity, waiting: 0, tos: 0, since: None }
    }

    pub fn can_send(&self) -> bool {
        self.set.get::<Socket<'static>>(self.handle).can_send()
    }

    /// Grows to hold so many bytes, if nothing is in the way.
    pub fn hold(&mut self, bytes: usize) {
        if self.capacity < bytes && self.waiting == 0 {
            *self = Sending::new(self.card, self.port, bytes);
        }
    }

    /// # Errors
    /// `EAGAIN`: it is full.
    pub fn put(&mut self, datagram: &Datagram<'_>) -> Result<(), Errno> {
        self.tos = datagram.tos;
        let socket = self.set.get_mut::<Socket<'static>>(self.handle);
        socket.set_hop_limit(Some(datagram.ttl));
        let meta =
            UdpMetadata { endpoint: datagram.to, local_address: Some(datagram.from.addr), meta: PacketMeta::default() };
        match socket.send_slice(datagram.data, meta) {
            Ok(()) => self.waiting += 1,
            // As Linux does: lost, while the neighbour's address is not known.
            Err(_) if self.since.is_some() => {}
            Err(_) => return Err(Errno::Eagain),
        }
        Ok(())
    }

    /// Sends what waits, and drops what has waited too long.
    pub fn serve(&mut self, now: Instant, attached: &mut Attached) -> Served {
        let sent = attached.send_datagrams(now, &mut self.set, self.tos, self.capacity);
        if sent.packets > 0 {
            self.waiting = self.waiting.saturating_sub(sent.packets);
            self.since = None;
        }
        let mut poll_at = None;
        if self.waiting == 0 {
            self.since = None;
        } else if sent.room {
            let since = *self.since.get_or_insert(now);
            if now >= since + PATIENCE {
                *self = Sending::new(self.card, self.port, self.capacity);
            } else {
                poll_at = attached.iface.poll_at(now, &self.set).map(|at| at.max(now + Duration::from_millis(1)));
            }
        }
        Served { room: sent.room, poll_at }
    }

    /// Was it made for a long datagram, which is sent? Most are short.
    pub fn is_large(&self) -> bool {
        self.waiting == 0 && self.capacity > QUEUED_BYTES
    }
}
