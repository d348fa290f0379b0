//! UDP. What comes in is taken past smoltcp, since several sockets may want it and its size is its own; what goes out
//! waits in a set of smoltcp's until the neighbour's address is known.

mod groups;
mod receive;
mod send;
mod sending;

use crate::interface::Side;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use joist_vm::platform::Errno;
use sending::Sending;
use smoltcp::wire::{IpAddress, IpEndpoint};

/// A datagram that came and was not received yet.
#[derive(Debug)]
pub(crate) struct Came {
    pub from: IpEndpoint,
    pub to: IpAddress,
    /// By which interface.
    pub side: Side,
    pub ttl: u8,
    pub tos: u8,
    pub data: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct Datagrams {
    pub came: VecDeque<Came>,
    /// Bytes of memory that they take up.
    pub size: usize,
    pub peer: Option<IpEndpoint>,
    /// The interface and the own address that go with the peer.
    pub way: Option<(Side, IpAddress)>,
    /// One for each card that something was sent by.
    pub sending: Vec<Sending>,
    pub groups: Vec<(IpAddress, Side)>,
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
        self.shut.1 || self.sending.iter().all(Sending::can_send)
    }

    pub fn take(&mut self) -> Option<Came> {
        let came = self.came.pop_front()?;
        self.size -= came.data.len() + OVERHEAD;
        Some(came)
    }
}

/// The error of a send that can't be.
pub(crate) const TOO_LONG: Errno = Errno::Emsgsize;
