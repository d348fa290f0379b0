//! The stack's pulse: frames in, deadlines, frames out.

use crate::entry::Body;
use crate::frame::{self, Kind};
use crate::header::Header;
use crate::interface::{Attached, Side};
use crate::{ETHERNET, Stack, choose, instant};
use alloc::vec::Vec;
use smoltcp::time::Duration;
use smoltcp::wire::IpProtocol;

/// Frames taken at one time: who calls has other things to do, too.
const BATCH: usize = 256;
/// Frames between two rounds of answers.
const ROUND: usize = 32;
/// When a full link is tried again.
const STALLED: Duration = Duration::from_micros(200);

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
        !self.dirty.is_empty() || self.loopback.waits() || self.ethernet.as_ref().is_some_and(Attached::waits)
    }

    /// Takes in what has come and sends what is due. True if there is more to do right away.
    pub fn poll(&mut self, now_us: u64) -> bool {
        self.now = self.now.max(instant(now_us));
        self.look_at_link();
        self.fragments.expire(self.now, &mut self.budget);
        while let Some(flow) = self.closed.expire(self.now) {
            self.ports.disconnected(flow.local.port);
        }
        while let Some(id) = self.timers.due(self.now) {
            if id == ETHERNET {
                self.ethernet_timer = None;
                self.serve_ethernet();
            } else if let Some(entry) = self.entries.get_mut(&id) {
                entry.timer = None;
                self.touch(id);
            }
        }
        for id in core::mem::take(&mut self.stalled) {
            match id {
                ETHERNET => self.serve_ethernet(),
                id => self.touch(id),
            }
        }
        self.serve();
        let mut taken = 0;
        while taken < BATCH {
            let count = self.take_in(Side::Ethernet) + self.take_in(Side::Loopback);
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

    /// Has the card tell of what comes in, or not. True if something has come in before.
    pub fn be_told(&mut self, on: bool) -> bool {
        self.ethernet.as_mut().is_some_and(|ethernet| ethernet.be_told(on))
    }

    fn flush(&mut self) {
        if let Some(ethernet) = &mut self.ethernet {
            ethernet.flush();
        }
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
            Kind::TooLong(said) if side == Side::Ethernet => self.too_long(&said),
            Kind::TooLong(_) => {}
            Kind::Neighbour => {
                self.look_for_conflict(bytes);
                self.feed_nobody(side, bytes);
                let asking: Vec<u64> = self.asking.keys().copied().collect();
                asking.into_iter().for_each(|id| self.touch(id));
            }
            Kind::Router => {
                let now = self.now;
                if let Some(ethernet) = &mut self.ethernet {
                    ethernet.advertised(now, bytes, &mut self.empty);
                    self.serve_ethernet();
                }
            }
            Kind::Other => self.feed_nobody(side, bytes),
        }
    }

    /// Lets smoltcp answer a frame that is for no socket.
    pub(crate) fn feed_nobody(&mut self, side: Side, bytes: &[u8]) {
        let now = self.now;
        let Stack { loopback, ethernet, empty, .. } = self;
        if let Some(attached) = choose(loopback, ethernet, side) {
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
            && let (Some(dhcp), Some(ethernet)) = (&mut self.dhcp, &mut self.ethernet)
        {
            dhcp.hear(now, bytes, ethernet);
            self.serve_ethernet();
            return;
        }
        let to = datagram.to.addr;
        let known = self.is_own(to) || to.is_multicast() || self.is_broadcast(to);
        if !known || (side == Side::Ethernet && crate::address::is_loopback(to)) {
            return;
        }
        if !self.deliver(&datagram) {
            self.feed_nobody(side, bytes); // answered with "port unreachable"
        }
    }

    /// A part of a packet: with the last one the packet is as if it had come whole.
    fn part(&mut self, side: Side, bytes: &[u8], ip: &Header) {
        let ours = self.is_own(ip.to) || ip.to.is_multicast() || self.is_broadcast(ip.to);
        let Stack { ethernet: Some(ethernet), fragments, budget, now, .. } = self else { return };
        if side == Side::Loopback || !ours {
            return;
        }
        let Some(mut whole) = fragments.add(*now, bytes, ip, budget) else { return };
        match frame::look(ethernet.medium(), &whole, ethernet.hardware, false) {
            // Neighbours don't speak in parts (RFC 6980), and there are none of parts.
            Kind::Neighbour | Kind::Router | Kind::Part(_) => {}
            kind => self.take(side, &mut whole, kind),
        }
    }
}
