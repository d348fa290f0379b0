//! The bare machine's network: POSIX sockets over smoltcp; and local ones ([`local`]), which need no network.
//!
//! smoltcp looks at all sockets of a set for each packet. So each socket here has a set of its own; a frame that comes in
//! is looked at first (`frame`), its socket found in a table, and only that one's set is shown to smoltcp. What is to be
//! sent is sent for sockets that something happened to, or whose deadline has come: the work doesn't grow with the
//! number of connections. Nothing here waits, knows of interrupts, or has a clock: [`Stack::poll`] is told the time.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod address;
mod budget;
mod card;
mod change;
mod checksum;
mod conflict;
mod device;
mod dhcp;
mod entry;
mod fragment;
mod frame;
mod header;
mod interface;
mod interfaces;
mod link;
pub mod local;
mod options;
mod packet;
mod packet_options;
mod path;
mod poll;
mod ports;
mod posix;
mod reins;
mod route;
mod routers;
mod set_options;
mod table;
mod tcp;
mod time_wait;
mod udp;

pub use card::{MOST_CARDS, Settings, TooManyCards};
pub use conflict::Conflict;
pub use link::{FRAMES, Frame, Link, Offers, Task};
pub(crate) use tcp::flags as tcp_flags;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use card::Card;
use entry::{Body, Entry, Owner};
use frame::Flow;
use interface::{Attached, Set, Side};
use joist_vm::platform::{Errno, Event, Socket};
use smoltcp::time::Instant;
use smoltcp::wire::{IpAddress, IpCidr};
use table::{Map, Timers};

/// The first socket's number: above what a program would take for its standard descriptors. Those below
/// [`MOST_CARDS`] stand for the cards.
const FIRST: u64 = 16;
/// The part of the memory that fragments may have, but enough for some datagrams, and no more than is of use.
const FRAGMENTS: usize = 16;
const LEAST_FRAGMENTS: usize = 256 << 10;
const MOST_FRAGMENTS: usize = 4 << 20;

/// All sockets and interfaces of a machine.
pub struct Stack {
    now: Instant,
    loopback: Attached,
    cards: Vec<Card>,
    /// For frames that no socket is for.
    empty: Set,
    changes: u64,
    entries: Map<u64, Entry>,
    flows: Map<Flow, u64>,
    ports: ports::Ports,
    fragments: fragment::Reassembly,
    closed: time_wait::TimeWait,
    timers: Timers,
    dirty: VecDeque<u64>,
    /// Sockets that could not send all, for want of room in the link.
    stalled: Vec<u64>,
    /// Sockets that may be waiting for a neighbour's address, and since when.
    asking: BTreeMap<u64, Instant>,
    events: VecDeque<Event>,
    budget: budget::Budget,
    /// Connections that got larger buffers than they began with.
    grown: VecDeque<u64>,
    next: u64,
    seed: u64,
    conflict: conflict::Conflicts,
}

impl Stack {
    /// A machine without a network card. `memory` bytes are for the buffers of all sockets; `seed` is what nobody can
    /// guess; the time is in microseconds of any clock that doesn't go back.
    pub fn new(memory: usize, seed: [u64; 4], now_us: u64) -> Stack {
        let now = instant(now_us);
        let hasher = ahash::RandomState::with_seeds(seed[0], seed[1], seed[2], seed[3]);
        let mut loopback = Attached::new(Box::new(link::Loopback::default()), None, seed[0], now);
        // Own addresses of the cards, too, are reached by this one.
        loopback.iface.set_any_ip(true);
        loopback.iface.update_ip_addrs(|all| {
            for cidr in
                [IpCidr::new(IpAddress::v4(127, 0, 0, 1), 8), IpCidr::new(IpAddress::v6(0, 0, 0, 0, 0, 0, 0, 1), 128)]
            {
                let _ = all.push(cidr);
            }
        });
        Stack {
            now,
            loopback,
            cards: Vec::new(),
            empty: Set::new(Vec::new()),
            changes: 0,
            entries: Map::with_hasher(hasher.clone()),
            flows: Map::with_hasher(hasher.clone()),
            ports: ports::Ports::new(&hasher, seed[1]),
            fragments: fragment::Reassembly::new((memory / FRAGMENTS).clamp(LEAST_FRAGMENTS, MOST_FRAGMENTS)),
            closed: time_wait::TimeWait::new(hasher),
            timers: Timers::default(),
            dirty: VecDeque::new(),
            stalled: Vec::new(),
            asking: BTreeMap::new(),
            events: VecDeque::new(),
            budget: budget::Budget::new(memory),
            grown: VecDeque::new(),
            next: FIRST,
            seed: seed[2],
            conflict: conflict::Conflicts::default(),
        }
    }

    /// Bytes of the memory for buffers that are free.
    pub fn memory_left(&self) -> usize {
        self.budget.left()
    }

    /// How many connections are over that late segments may still come for.
    pub fn waiting_closed(&self) -> usize {
        self.closed.len()
    }

    /// Is there anybody at the other end of a card's cable?
    pub fn carries(&self, card: usize) -> bool {
        self.cards.get(card).is_some_and(|card| card.attached.up)
    }

    /// What has happened to sockets.
    pub fn take_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    pub(crate) fn random(&mut self) -> u64 {
        // splitmix64
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn new_id(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// A socket that somebody holds.
    pub(crate) fn entry(&mut self, id: u64) -> Result<&mut Entry, Errno> {
        self.entries.get_mut(&id).filter(|e| e.owner == Owner::User).ok_or(Errno::Ebadf)
    }

    pub(crate) fn side(&mut self, side: Side) -> Option<&mut Attached> {
        choose(&mut self.loopback, &mut self.cards, side)
    }

    /// Is it an address of this machine that packets may come to by a side?
    pub(crate) fn is_here(&self, side: Side, address: IpAddress) -> bool {
        match side {
            Side::Loopback => self.is_own(address),
            Side::Card(n) => self.cards.get(n).is_some_and(|card| card.attached.has(address)),
        }
    }

    /// Is it an address of this machine?
    pub(crate) fn is_own(&self, address: IpAddress) -> bool {
        address::is_loopback(address) || self.cards.iter().any(|card| card.attached.has(address))
    }

    pub(crate) fn is_broadcast(&self, address: IpAddress) -> bool {
        address.is_broadcast() || self.cards.iter().any(|card| card.attached.is_broadcast(address))
    }

    /// Has a socket served soon.
    pub(crate) fn touch(&mut self, id: u64) {
        if let Some(entry) = self.entries.get_mut(&id)
            && !core::mem::replace(&mut entry.dirty, true)
        {
            self.dirty.push_back(id);
        }
    }

    /// Tells a socket's holder of what it waits for.
    pub(crate) fn notify(&mut self, id: u64) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if entry.owner != Owner::User {
            return;
        }
        if entry.wants.input && entry.readable() {
            entry.wants.input = false;
            self.events.push_back(Event::SocketInput(Socket(id)));
        }
        if entry.wants.output && entry.writable() {
            entry.wants.output = false;
            self.events.push_back(Event::SocketOutput(Socket(id)));
        }
    }

    /// Takes a socket out of all tables.
    pub(crate) fn remove(&mut self, id: u64) {
        let Some(mut entry) = self.entries.remove(&id) else { return };
        self.timers.set(id, &mut entry.timer, None);
        self.asking.remove(&id);
        if let Body::Datagrams(datagrams) = &mut entry.body {
            datagrams.sending.iter_mut().for_each(|sending| sending.shrink(&mut self.budget));
        }
        if let Some(bound) = entry.bound {
            let protocol = match entry.body {
                Body::Datagrams(_) => ports::Protocol::Udp,
                _ => ports::Protocol::Tcp,
            };
            self.ports.release(protocol, bound.port, id);
        }
    }
}

/// The interface of a side, beside other parts of the stack.
pub(crate) fn choose<'a>(loopback: &'a mut Attached, cards: &'a mut [Card], side: Side) -> Option<&'a mut Attached> {
    match side {
        Side::Loopback => Some(loopback),
        Side::Card(n) => cards.get_mut(n).map(|card| &mut card.attached),
    }
}

pub(crate) fn instant(us: u64) -> Instant {
    Instant::from_micros(i64::try_from(us).unwrap_or(i64::MAX))
}
