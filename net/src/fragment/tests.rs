//! Packets cut up, lost, doubled, out of order, forged: what comes out is a whole or nothing, and memory comes back.

extern crate std;

use super::{Fragment, Reassembly, pieces, split};
use crate::budget::Budget;
use crate::header::Header;
use crate::packet::ETHERNET_HEADER;
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{IpAddress, IpProtocol, IpRepr, Ipv4Packet};

const MEMORY: usize = 8 << 20;
const MOST: usize = 1 << 20;

/// A frame of UDP with so much behind its IP header.
fn packet(v4: bool, sender: u16, len: usize) -> Vec<u8> {
    let ends = match v4 {
        true => [IpAddress::v4(10, 0, 1, sender as u8), IpAddress::v4(10, 0, 0, 1)],
        false => [IpAddress::v6(0xfe80, 0, 0, 0, 0, 0, 0, sender), IpAddress::v6(0xfe80, 0, 0, 0, 0, 0, 1, 1)],
    };
    let ip = IpRepr::new(ends[0], ends[1], IpProtocol::Udp, len, 64);
    let mut frame = vec![7; ETHERNET_HEADER + ip.buffer_len()];
    ip.emit(&mut frame[ETHERNET_HEADER..], &ChecksumCapabilities::default());
    let data = &mut frame[ETHERNET_HEADER + ip.header_len()..];
    data.iter_mut().enumerate().for_each(|(n, byte)| *byte = (n * 31 + n / 253) as u8);
    frame
}

fn header(frame: &[u8]) -> Header {
    Header::read(&frame[ETHERNET_HEADER..]).expect("a packet")
}

fn fragments(whole: &[u8], longest: usize, ident: u32) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    split(whole, &header(whole), longest, ident, &mut |len, fill| {
        let mut frame = vec![0; len];
        fill(&mut frame);
        all.push(frame);
    });
    all
}

/// What a packet holds, and between whom: its identification may be another one.
fn says(frame: &[u8]) -> (Header, Vec<u8>) {
    let header = header(frame);
    assert!(!header.is_part);
    if header.is_v4() {
        assert!(Ipv4Packet::new_checked(&frame[ETHERNET_HEADER..]).unwrap().verify_checksum());
    }
    let payload = header.payload(&frame[ETHERNET_HEADER..]).to_vec();
    (header, payload)
}

fn same(a: &[u8], b: &[u8]) -> bool {
    let ((a_header, a), (b_header, b)) = (says(a), says(b));
    a == b && (a_header.from, a_header.to, a_header.protocol) == (b_header.from, b_header.to, b_header.protocol)
}

struct Place {
    reassembly: Reassembly,
    budget: Budget,
    now: Instant,
}

impl Place {
    fn new() -> Place {
        Place { reassembly: Reassembly::new(MOST), budget: Budget::new(MEMORY), now: Instant::from_millis(5) }
    }

    fn add(&mut self, frame: &[u8]) -> Option<Vec<u8>> {
        let whole = self.reassembly.add(self.now, frame, &header(frame), &mut self.budget);
        assert!(MEMORY - self.budget.left() <= MOST, "more than its bound");
        whole
    }

    /// Nothing waits for ever.
    fn end(mut self) {
        let end = self.now + Duration::from_secs(60);
        while let Some(at) = self.reassembly.next() {
            assert!(at <= end && at > self.now);
            self.now = at;
            self.reassembly.expire(at, &mut self.budget);
        }
        assert_eq!(self.budget.left(), MEMORY);
    }
}

fn shuffled<T>(all: &mut [T], mut seed: u64) {
    for last in (1..all.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        all.swap(last, (seed >> 33) as usize % (last + 1));
    }
}

#[test]
fn fragments_of_the_longest() {
    for (v4, len, longest) in [(true, 65515, 1500), (false, 65535, 1500), (true, 65515, 552), (false, 65535, 1280)] {
        let whole = packet(v4, 1, len);
        let all = fragments(&whole, longest, 0x1_0002);
        assert!(all.len() <= pieces(len + 40, longest) && all.iter().all(|f| f.len() - ETHERNET_HEADER <= longest));
        let mut place = Place::new();
        let (last, first) = all.split_last().unwrap();
        assert!(first.iter().all(|frame| place.add(frame).is_none()));
        assert!(same(&place.add(last).unwrap(), &whole));
        place.end();
    }
}

/// A fragment that is all there is (RFC 6946) takes part in nothing else.
#[test]
fn one_of_its_own() {
    let mut place = Place::new();
    let whole = packet(false, 1, 1200);
    let one = fragments(&whole, 9000, 5);
    assert!(one.len() == 1 && header(&one[0]).is_part);
    assert!(place.add(&fragments(&whole, 1280 - 200, 5)[1]).is_none());
    assert!(same(&place.add(&one[0]).unwrap(), &whole));
    place.end();
}

/// Whoever sends parts of packets without end takes neither all the memory, nor the places of others.
#[test]
fn a_flood() {
    for len in [1480, 8] {
        let mut place = Place::new();
        let whole = packet(true, 1, 20000);
        let (last, first) = fragments(&whole, 1500, 1).split_last().map(|(l, f)| (l.clone(), f.to_vec())).unwrap();
        for (n, frame) in first.iter().enumerate() {
            assert!(place.add(frame).is_none());
            for ident in 0..200 {
                for forged in fragments(&packet(true, 2, len * 5), len + 20, (n * 200 + ident) as u32).iter().skip(1) {
                    assert!(place.add(forged).is_none());
                }
            }
        }
        assert!(same(&place.add(&last).unwrap(), &whole));
        place.end();
    }
}

proptest! {
    #[test]
    fn whole_whatever_the_order(
        v4: bool, len in 1usize..30000, longest in 300usize..9000, seed: u64,
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let longest = if v4 { longest } else { longest.max(1280) };
        let whole = packet(v4, 3, len.max(longest));
        let mut all = fragments(&whole, longest, seed as u32);
        prop_assert!(all.len() > 1);
        let doubled: Vec<Vec<u8>> = again.iter().map(|index| index.get(&all).clone()).collect();
        let doublings = doubled.len();
        all.extend(doubled);
        shuffled(&mut all, seed);
        let mut place = Place::new();
        let got: Vec<Vec<u8>> = all.iter().filter_map(|frame| place.add(frame)).collect();
        // With all of them doubled, it came twice.
        prop_assert!(!got.is_empty() && got.len() <= 1 + doublings / (all.len() - doublings));
        prop_assert!(got.iter().all(|frame| same(frame, &whole)));
        place.end();
    }

    #[test]
    fn nothing_without_one(v4: bool, len in 3000usize..30000, seed: u64, lost: prop::sample::Index) {
        let mut all = fragments(&packet(v4, 3, len), 1280, 9);
        all.remove(lost.index(all.len()));
        shuffled(&mut all, seed);
        let mut place = Place::new();
        prop_assert!(all.iter().all(|frame| place.add(frame).is_none()));
        place.end();
    }

    /// One that overlaps others ends it for all, those that come later included.
    #[test]
    fn nothing_with_an_overlap(v4: bool, seed: u64, start in 0usize..600, units in 1usize..100, more: bool, at: prop::sample::Index) {
        prop_assume!(start != 0 || more); // that would be a whole one
        let whole = packet(v4, 3, 5000);
        let mut all = fragments(&whole, 1280, 9);
        shuffled(&mut all, seed);
        let forged = forged(v4, 3, 9, start * 8, more, units * 8);
        let range = |frame: &[u8]| {
            let ip = header(frame);
            let fragment = Fragment::read(&frame[ETHERNET_HEADER..], &ip).unwrap();
            (fragment.start, fragment.data.len(), fragment.more)
        };
        prop_assume!(all.iter().all(|frame| range(frame) != range(&forged)));
        all.insert(at.index(all.len()), forged);
        let mut place = Place::new();
        for frame in all.iter().chain(&all) {
            prop_assert!(place.add(frame).is_none());
        }
        place.end();
    }

    /// Anything at all, many at a time.
    #[test]
    fn hostile(frames in prop::collection::vec((any::<bool>(), 0u16..40, 0u32..4, 0usize..8192, any::<bool>(), 0usize..1500, any::<bool>()), 1..400)) {
        let mut place = Place::new();
        for (v4, sender, ident, start, more, len, near) in frames {
            let start = if near { start % 4 * 1480 } else { start * 8 };
            let frame = forged(v4, sender, ident, start, more, if near { 1480 } else { len });
            if let Some(whole) = place.add(&frame) {
                says(&whole);
            }
            place.now += Duration::from_millis(100);
            let now = place.now;
            place.reassembly.expire(now, &mut place.budget);
        }
        place.end();
    }
}

fn forged(v4: bool, sender: u16, ident: u32, start: usize, more: bool, len: usize) -> Vec<u8> {
    let one = packet(v4, sender, len);
    let mut frame = fragments(&one, 65535, ident).pop().unwrap_or_else(|| one.clone());
    let place = if v4 { ETHERNET_HEADER + 6 } else { ETHERNET_HEADER + 42 };
    if frame.len() >= place + 2 {
        let word = if v4 { (start / 8) as u16 | u16::from(more) << 13 } else { start as u16 | u16::from(more) };
        frame[place..place + 2].copy_from_slice(&word.to_be_bytes());
    }
    frame
}
