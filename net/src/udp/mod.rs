//! UDP. What comes in is taken past smoltcp, since several sockets may want it and its size is its own; what goes out
//! waits in a set of smoltcp's until the neighbour's address is known.

mod receive;
mod send;

use crate::interface::Set;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use joist_vm::platform::Errno;
use smoltcp::iface::SocketHandle;
use smoltcp::socket::udp::Socket;
use smoltcp::time::Instant;
use smoltcp::wire::{IpAddress, IpEndpoint};

/// A datagram that came and was not received yet.
#[derive(Debug)]
pub(crate) struct Came {
    pub from: IpEndpoint,
    pub to: IpAddress,
    pub ttl: u8,
    pub tos: u8,
    pub data: Vec<u8>,
}

/// smoltcp's end of what is sent.
pub(crate) struct Sending {
    pub set: Set,
    pub handle: SocketHandle,
    pub capacity: usize,
    /// What of it was taken from the budget: a small one is the socket's own.
    pub reserved: usize,
    /// Datagrams that wait; an empty one takes no room. And as long as that the longest of them is at most.
    pub waiting: usize,
    pub longest: usize,
    /// Type of service or traffic class of the last one.
    pub tos: u8,
    /// Since when the first datagram waits.
    pub since: Option<Instant>,
}

impl Sending {
    pub fn socket(&mut self) -> &mut Socket<'static> {
        self.set.get_mut(self.handle)
    }
}

#[derive(Default)]
pub(crate) struct Datagrams {
    pub came: VecDeque<Came>,
    /// Bytes of memory that they take up.
    pub size: usize,
    pub peer: Option<IpEndpoint>,
    /// The own address that goes with the peer.
    pub source: Option<IpAddress>,
    pub sending: Option<Sending>,
    pub groups: Vec<IpAddress>,
    pub shut: (bool, bool),
}

/// Linux's `rmem_default`.
const RECEIVE_BUFFER: usize = 212_992;
/// What a datagram takes beside its data.
const OVERHEAD: usize = 128;

impl Datagrams {
    pub fn readable(&self) -> bool {
        !self.came.is_empty() || self.shut.0
    }

    pub fn writable(&self) -> bool {
        match &self.sending {
            Some(sending) => sending.set.get::<Socket<'static>>(sending.handle).can_send() || self.shut.1,
            None => true,
        }
    }

    pub fn take(&mut self) -> Option<Came> {
        let came = self.came.pop_front()?;
        self.size -= came.data.len() + OVERHEAD;
        Some(came)
    }
}

/// The error of a send that can't be.
pub(crate) const TOO_LONG: Errno = Errno::Emsgsize;
