//! A packet into fragments. Each is a whole number of eight bytes long, but for the last.

use super::{FRAGMENT, HEADER};
use crate::header::Header;
use crate::link::FRAMES;
use crate::packet::{ETHERNET_HEADER, Fill, LEAST_V6};
use crate::table::Hasher;
use smoltcp::wire::{IpAddress, Ipv4Packet, Ipv6Packet};

/// The numbers by which fragments of a packet know each other: they count up for each receiver from where nobody else
/// can tell (RFC 7739, 5.3).
pub(crate) struct Idents {
    hasher: Hasher,
    next: u32,
}

impl Idents {
    pub fn new(seed: u64) -> Idents {
        let more = seed.rotate_left(32);
        Idents { hasher: Hasher::with_seeds(seed, !seed, more, !more), next: more as u32 }
    }

    pub fn next(&mut self, to: IpAddress) -> u32 {
        self.next = self.next.wrapping_add(1);
        (self.hasher.hash_one(to) as u32).wrapping_add(self.next)
    }
}

/// Bytes of data in each fragment of a packet, where no packet is longer than `longest`.
fn size(v4: bool, header: usize, longest: usize) -> usize {
    let headers = if v4 { header } else { header + HEADER };
    (longest.saturating_sub(headers) & !7).max(8)
}

/// How many fragments at most come of a packet of `len` bytes. (Of IPv6 none is made for less than 1,280.)
pub(crate) fn pieces(len: usize, longest: usize) -> usize {
    let size = if longest < LEAST_V6 { size(true, 20, longest) } else { size(false, 40, longest) };
    if len <= longest { 1 } else { len.div_ceil(size).min(FRAMES) }
}

/// Cuts an Ethernet frame's packet into ones of `longest` bytes at most.
pub(crate) fn split(frame: &[u8], ip: &Header, longest: usize, ident: u32, send: &mut dyn FnMut(usize, &mut Fill<'_>)) {
    let (v4, start) = (ip.is_v4(), ETHERNET_HEADER + ip.len);
    let Some((head, data)) = frame.get(..ETHERNET_HEADER + ip.end).and_then(|f| f.split_at_checked(start)) else {
        return;
    };
    let size = size(v4, ip.len, longest);
    let last = data.len().div_ceil(size).saturating_sub(1);
    for (n, piece) in data.chunks(size).enumerate() {
        let (offset, more) = ((n * size) as u16, n != last);
        let headers = if v4 { start } else { start + HEADER };
        send(headers + piece.len(), &mut |buffer| {
            let (to, rest) = buffer.split_at_mut(headers);
            rest.copy_from_slice(piece);
            to[..start].copy_from_slice(head);
            if v4 {
                let mut packet = Ipv4Packet::new_unchecked(&mut to[ETHERNET_HEADER..]);
                packet.set_total_len((ip.len + piece.len()) as u16);
                packet.set_ident(ident as u16);
                packet.set_dont_frag(false);
                packet.set_more_frags(more);
                packet.set_frag_offset(offset);
                packet.fill_checksum();
                return;
            }
            let mut packet = Ipv6Packet::new_unchecked(&mut to[ETHERNET_HEADER..start]);
            packet.set_payload_len((HEADER + piece.len()) as u16);
            packet.set_next_header(FRAGMENT.into());
            let place = offset | u16::from(more);
            to[start..start + 4].copy_from_slice(&[ip.protocol.into(), 0, (place >> 8) as u8, place as u8]);
            to[start + 4..].copy_from_slice(&ident.to_be_bytes());
        });
    }
}
