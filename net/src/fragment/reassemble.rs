//! Fragments into a packet. What of one is here waits for the rest for a while, in memory that is counted; there is a
//! bound for all of it, and whoever sends most beyond it loses what waits longest. Fragments that overlap, or contradict
//! each other, or come to more than a packet can hold, are an attack (RFC 5722, and Linux of IPv4 as well): their packet
//! is given up, and what else comes of it is dropped.

use super::Fragment;
use crate::budget::Budget;
use crate::header::Header;
use crate::packet::ETHERNET_HEADER;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{IpAddress, Ipv4Packet, Ipv6Packet};

/// Linux's `ipfrag_time`, and what RFC 8200 says.
const TIME: Duration = Duration::from_secs(30);
const TIME_V6: Duration = Duration::from_secs(60);
/// Packets that wait at a time: of all senders, and of one while there are others.
const MOST: usize = 64;
const MOST_OF_ONE: usize = MOST / 4;
/// Fragments of a packet: links of 300 bytes come to fewer, what is cut smaller is to waste memory.
const PIECES: usize = 256;
/// What a packet and each of its fragments take beside their data.
const OVERHEAD: usize = 64;
/// Nothing is longer, without the header of IPv6.
const LONGEST: usize = 65535;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    from: IpAddress,
    to: IpAddress,
    ident: u32,
    /// Of IPv4.
    protocol: u8,
}

struct Partial {
    key: Key,
    until: Instant,
    /// The fragments' data by where they begin.
    pieces: Vec<(usize, Vec<u8>)>,
    /// The headers of the first one, and what they are the headers of.
    head: Option<(Vec<u8>, u8)>,
    /// Where the last one ends.
    end: Option<usize>,
    bytes: usize,
    charged: usize,
    given_up: bool,
}

pub(crate) struct Reassembly {
    /// The oldest first.
    partials: VecDeque<Partial>,
    charged: usize,
    most: usize,
}

impl Reassembly {
    /// With a bound for its memory, all of which is somebody else's budget.
    pub fn new(most: usize) -> Reassembly {
        Reassembly { partials: VecDeque::new(), charged: 0, most }
    }

    /// When something is given up next.
    pub fn next(&self) -> Option<Instant> {
        self.partials.iter().map(|partial| partial.until).min()
    }

    /// Forgets what waited too long.
    pub fn expire(&mut self, now: Instant, budget: &mut Budget) {
        while let Some(place) = self.partials.iter().position(|partial| partial.until <= now) {
            self.forget(place, budget);
        }
    }

    fn forget(&mut self, place: usize, budget: &mut Budget) {
        if let Some(partial) = self.partials.remove(place) {
            self.charged -= partial.charged;
            budget.give(partial.charged);
        }
    }

    /// Takes an Ethernet frame with a fragment; answers the whole, when this was the last that was missing.
    pub fn add(&mut self, now: Instant, frame: &[u8], ip: &Header, budget: &mut Budget) -> Option<Vec<u8>> {
        let packet = frame.get(ETHERNET_HEADER..)?;
        let fragment = Fragment::read(packet, ip)?;
        let head = frame.get(..ETHERNET_HEADER + ip.len)?;
        if fragment.start == 0 && !fragment.more {
            return Some(whole(head, fragment.protocol, fragment.data)); // of IPv6: it stands for itself (RFC 6946)
        }
        let protocol = if ip.is_v4() { fragment.protocol } else { 0 };
        let key = Key { from: ip.from, to: ip.to, ident: fragment.ident, protocol };
        let place = match self.partials.iter().position(|partial| partial.key == key) {
            Some(place) => place,
            None => {
                let until = now + if ip.is_v4() { TIME } else { TIME_V6 };
                self.begin(key, until, budget)?
            }
        };
        let room = LONGEST - if ip.is_v4() { ip.len } else { 0 };
        let partial = self.partials.get_mut(place)?;
        match partial.fits(&fragment, room) {
            Fits::Known => None,
            Fits::Never => {
                self.give_up(place, budget);
                None
            }
            Fits::Here(index) => {
                let key = partial.key;
                let place = self.charge(&key, fragment.data.len() + OVERHEAD, budget)?;
                let partial = self.partials.get_mut(place)?;
                partial.put(index, &fragment, head);
                if !partial.is_whole() {
                    return None;
                }
                let whole = partial.together();
                self.forget(place, budget);
                whole
            }
        }
    }

    /// A place for a new one.
    fn begin(&mut self, key: Key, until: Instant, budget: &mut Budget) -> Option<usize> {
        self.partials.push_back(Partial {
            key,
            until,
            pieces: Vec::new(),
            head: None,
            end: None,
            bytes: 0,
            charged: 0,
            given_up: false,
        });
        self.charge(&key, OVERHEAD, budget)
    }

    /// Takes memory for one, if need be others'. `None`: there is none, and it is given up.
    fn charge(&mut self, key: &Key, bytes: usize, budget: &mut Budget) -> Option<usize> {
        while self.charged + bytes > self.most || self.partials.len() > MOST {
            let Some(victim) = self.victim(key) else { break };
            self.forget(victim, budget);
        }
        let place = self.partials.iter().position(|partial| partial.key == *key)?;
        if self.charged + bytes > self.most || !budget.take_bytes(bytes) {
            self.give_up(place, budget);
            return None;
        }
        self.charged += bytes;
        self.partials.get_mut(place)?.charged += bytes;
        Some(place)
    }

    /// Who goes for `key` to have room: of its own sender's if those are many, else the oldest of all.
    fn victim(&self, key: &Key) -> Option<usize> {
        let of_sender = |partial: &&Partial| partial.key.from == key.from;
        let own = self.partials.iter().filter(of_sender);
        let (count, bytes) = own.fold((0, 0), |(count, bytes), partial| (count + 1, bytes + partial.charged));
        let many = count > MOST_OF_ONE || bytes > self.most / 2;
        self.partials.iter().position(|partial| partial.key != *key && (!many || of_sender(&partial)))
    }

    /// Drops what there is of one, and what will come; that much is kept in mind until its time is over.
    fn give_up(&mut self, place: usize, budget: &mut Budget) {
        let Some(partial) = self.partials.get_mut(place) else { return };
        let freed = partial.charged.saturating_sub(OVERHEAD);
        partial.charged -= freed;
        (partial.pieces, partial.head, partial.given_up) = (Vec::new(), None, true);
        self.charged -= freed;
        budget.give(freed);
    }
}

/// What a fragment is to those that are here.
enum Fits {
    /// It belongs before that one.
    Here(usize),
    /// It came before, or nobody wants it any more.
    Known,
    /// Not all that came can be true.
    Never,
}

impl Partial {
    fn fits(&self, fragment: &Fragment<'_>, room: usize) -> Fits {
        let (start, len) = (fragment.start, fragment.data.len());
        let end = start + len;
        if self.given_up {
            return Fits::Known;
        }
        let index = self.pieces.partition_point(|(at, _)| *at < start);
        if let Some((at, data)) = self.pieces.get(index)
            && (*at, data.len()) == (start, len)
            && fragment.more == (self.end != Some(end))
        {
            return Fits::Known;
        }
        let uneven = fragment.more && !len.is_multiple_of(8);
        let beyond = end > room || self.end.is_some_and(|last| end > last || (!fragment.more && end != last));
        let before = index.checked_sub(1).and_then(|n| self.pieces.get(n));
        let overlaps = before.is_some_and(|(at, data)| at + data.len() > start)
            || self.pieces.get(index).is_some_and(|(at, _)| *at < end)
            // Something lies behind what says that it is the last.
            || (!fragment.more && self.pieces.last().is_some_and(|(at, data)| at + data.len() > end));
        if len == 0 || uneven || beyond || overlaps || self.pieces.len() == PIECES {
            return Fits::Never;
        }
        Fits::Here(index)
    }

    fn put(&mut self, index: usize, fragment: &Fragment<'_>, head: &[u8]) {
        self.pieces.insert(index, (fragment.start, fragment.data.to_vec()));
        self.bytes += fragment.data.len();
        if fragment.start == 0 {
            self.head = Some((head.to_vec(), fragment.protocol));
        }
        if !fragment.more {
            self.end = Some(fragment.start + fragment.data.len());
        }
    }

    /// None overlaps: so many bytes are all of them.
    fn is_whole(&self) -> bool {
        self.head.is_some() && self.end == Some(self.bytes)
    }

    fn together(&self) -> Option<Vec<u8>> {
        let (head, protocol) = self.head.as_ref()?;
        let mut data = Vec::with_capacity(self.bytes);
        self.pieces.iter().for_each(|(_, piece)| data.extend_from_slice(piece));
        Some(whole(head, *protocol, &data))
    }
}

/// A frame with the packet that was never cut.
fn whole(head: &[u8], protocol: u8, data: &[u8]) -> Vec<u8> {
    let mut frame = [head, data].concat();
    let len = frame.len() - ETHERNET_HEADER;
    let packet = frame.get_mut(ETHERNET_HEADER..).unwrap_or_default();
    match packet.first().map(|byte| byte >> 4) {
        Some(4) => {
            let mut packet = Ipv4Packet::new_unchecked(packet);
            packet.set_total_len(len as u16);
            packet.set_more_frags(false);
            packet.set_frag_offset(0);
            packet.fill_checksum();
        }
        _ => {
            let mut packet = Ipv6Packet::new_unchecked(packet);
            packet.set_payload_len(data.len() as u16);
            packet.set_next_header(protocol.into());
        }
    }
    frame
}
