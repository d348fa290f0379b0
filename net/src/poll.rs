//! The stack's pulse: frames in, deadlines, frames out.

use crate::card::{Card, MOST_CARDS};
use crate::entry::Body;
use crate::frame::{self, Kind};
use crate::header::Header;
use crate::interface::Side;
use crate::{Stack, choose, instant};
use alloc::vec::Vec;
use smoltcp::time::Duration;
use smoltcp::wire::{IpAddress, IpProtocol};

/// Frames taken at one time: who calls has other things to do, too.
const BATCH: usize = 256;
/// Frames between two rounds of answers.
const ROUND: usize = 32;
/// When a full link is tried again.
const STALLED: Duration = Duration::from_micros(200);

/// The card that a number stands for among the sockets'.
fn card_of(id: u64) -> Option<usize> {
    usize::try_from(id).ok().filter(|n| *n < MOST_CARDS)
}

impl Stack {
    /// What follows from a call, at once: what it gave is sent, and has arrived if it goes to the machine itself, as on
    /// Linux. What has come in otherwise waits for [`Stack::poll`]; true if that has something to do right away.
    pub fn follow(&mut self, now_us: u64) -> bool {
        self.now = self.now.max(instant(now_us));
        self.serve();
        let mut taken = 0;
        while taken < BATCH && (self.loopback.waits() || taken > 0 && !self.dirty.is_empty()) {
            taken += self.take_in(Side::Loopback).max(1);
            self.serve();
        }
        !self.dirty.is_empty() || self.loopback.waits() || self.cards.iter().any(|card| card.attached.waits())
    }

    /// Takes in what has come and sends what is due. True if there is more to do right away.
    pub fn poll(&mut self, now_us: u64) -> bool {
        self.now = self.now.max(instant(now_us));
        self.look_at_links();
        self.fragments.expire(self.now, &mut self.budget);
        while let Some(flow) = self.closed.expire(self.now) {
            self.ports.disconnected(flow.local);
        }
        while let Some(id) = self.timers.due(self.now) {
            if let Some(n) = card_of(id) {
                if let Some(card) = self.cards.get_mut(n) {
                    card.timer = None;
                }
                self.serve_card(n);
            } else if let Some(entry) = self.entries.get_mut(&id) {
                entry.timer = None;
                self.touch(id);
            }
        }
        for id in core::mem::take(&mut self.stalled) {
            match card_of(id) {
                Some(n) => self.serve_card(n),
                None => self.touch(id),
            }
        }
        self.serve();
        let mut taken = 0;
        while taken < BATCH {
            let cards: usize = (0..self.cards.len()).map(|n| self.take_in(Side::Card(n))).sum();
            let count = cards + self.take_in(Side::Loopback);
            if count == 0 && self.dirty.is_empty() {
                break;
            }
            self.serve();
            // The card gets to work meanwhile.
            self.flush();
            taken += count.max(1);
        }
        self.flush();
        taken >= BATCH
    }

    /// Has the cards tell of what comes in, or not. True if something has come in before.
    pub fn be_told(&mut self, on: bool) -> bool {
        self.cards.iter_mut().fold(false, |came, card| card.attached.be_told(on) | came)
    }

    fn flush(&mut self) {
        self.cards.iter_mut().for_each(|card| card.attached.flush());
    }

    /// When [`Stack::poll`] has something to do though nothing comes in.
    pub fn deadline_us(&self) -> Option<u64> {
        let stalled = (!self.stalled.is_empty()).then(|| self.now + STALLED);
        let now = (!self.dirty.is_empty()).then_some(self.now);
        let next = [self.timers.next(), self.closed.next(), self.fragments.next(), stalled, now]
            .into_iter()
            .flatten()
            .min()?;
        Some(u64::try_from(next.total_micros()).unwrap_or(0))
    }

    /// Serves what something happened to.
    fn serve(&mut self) {
        // As many as there are now: two ends on the loopback could go on between themselves for long.
        for _ in 0..self.dirty.len() {
            let Some(id) = self.dirty.pop_front() else { return };
            let Some(entry) = self.entries.get_mut(&id) else { continue };
            entry.dirty = false;
            match entry.body {
                Body::Connection(_) => self.serve_connection(id),
                Body::Datagrams(_) => self.serve_datagrams(id),
                _ => self.notify(id),
            }
        }
    }

    fn take_in(&mut self, side: Side) -> usize {
        for count in 0..ROUND {
            let Some(mut frame) = self.side(side).and_then(|attached| attached.receive()) else { return count };
            self.frame(side, frame.bytes());
            if let Some(attached) = self.side(side) {
                attached.recycle(frame);
            }
        }
        ROUND
    }

    fn frame(&mut self, side: Side, bytes: &mut [u8]) {
        let Some(attached) = self.side(side) else { return };
        let kind = frame::look(attached.medium(), bytes, attached.hardware, attached.checked());
        self.take(side, bytes, kind);
    }

    fn take(&mut self, side: Side, bytes: &mut [u8], kind: Kind) {
        match kind {
            Kind::Tcp(segment) => self.segment(side, bytes, &segment),
            Kind::Udp(ip) => self.udp(side, bytes, &ip),
            Kind::Part(ip) => self.part(side, bytes, &ip),
            Kind::Broken => {}
            Kind::Undelivered { protocol, flow, error } => match protocol {
                IpProtocol::Tcp => self.segment_lost(&flow, error),
                IpProtocol::Udp => self.datagram_lost(&flow, error),
                _ => {}
            },
            Kind::TooLong(said) if side.is_card() => self.too_long(side, &said),
            Kind::TooLong(_) => {}
            Kind::Neighbour => {
                self.look_for_conflict(side, bytes);
                self.feed_nobody(side, bytes);
                let asking: Vec<u64> = self.asking.keys().copied().collect();
                asking.into_iter().for_each(|id| self.touch(id));
            }
            Kind::Router => {
                let Stack { cards, empty, now, .. } = self;
                if let Side::Card(n) = side
                    && let Some(card) = cards.get_mut(n)
                {
                    card.attached.advertised(*now, bytes, empty);
                    self.serve_card(n);
                }
            }
            Kind::Other => self.feed_nobody(side, bytes),
        }
    }

    /// Lets smoltcp answer a frame that is for no socket.
    pub(crate) fn feed_nobody(&mut self, side: Side, bytes: &[u8]) {
        let now = self.now;
        let Stack { loopback, cards, empty, .. } = self;
        if let Some(attached) = choose(loopback, cards, side) {
            attached.feed(now, bytes, empty, None);
        }
    }

    fn udp(&mut self, side: Side, bytes: &[u8], ip: &Header) {
        let now = self.now;
        let Some(attached) = self.side(side) else { return };
        let Some(datagram) = bytes.get(attached.header()..).and_then(|packet| frame::datagram(packet, ip)) else {
            return;
        };
        if (datagram.from.port, datagram.to.port) == (67, 68)
            && let Side::Card(n) = side
            && let Some(Card { dhcp: Some(dhcp), attached, .. }) = self.cards.get_mut(n)
        {
            dhcp.hear(now, bytes, attached);
            self.serve_card(n);
            return;
        }
        if !self.is_for_us(side, datagram.to.addr) {
            return;
        }
        if !self.deliver(side, &datagram) {
            self.feed_nobody(side, bytes); // answered with "port unreachable"
        }
    }

    fn is_for_us(&self, side: Side, to: IpAddress) -> bool {
        self.is_here(side, to) || to.is_multicast() || self.is_broadcast(to)
    }

    /// A part of a packet: with the last one the packet is as if it had come whole.
    fn part(&mut self, side: Side, bytes: &[u8], ip: &Header) {
        if side == Side::Loopback || !self.is_for_us(side, ip.to) {
            return;
        }
        let Stack { loopback, cards, fragments, budget, now, .. } = self;
        let Some(attached) = choose(loopback, cards, side) else { return };
        let Some(mut whole) = fragments.add(*now, bytes, ip, budget) else { return };
        match frame::look(attached.medium(), &whole, attached.hardware, false) {
            // Neighbours don't speak in parts (RFC 6980), and there are none of parts.
            Kind::Neighbour | Kind::Router | Kind::Part(_) => {}
            kind => self.take(side, &mut whole, kind),
        }
    }
}
