//! The checksums of IPv4, TCP and UDP (RFC 1071), eight bytes at a time: an emulated CPU has nothing wider that is fast.

use crate::header::Header;
use smoltcp::wire::{IpAddress, IpProtocol};

/// Where TCP's checksum is in its header, and UDP's.
pub(crate) const OF_TCP: usize = 16;
const OF_UDP: usize = 6;

/// A sum of 16-bit words, in the machine's order of bytes; any four words at a time are one number, and carries go round.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum(u64);

impl Sum {
    #[inline]
    fn with_carry(number: u64, carry: bool) -> Sum {
        let (number, carry) = number.carrying_add(0, carry);
        Sum(number + u64::from(carry))
    }

    #[inline]
    pub fn add(self, number: u64) -> Sum {
        let (number, carry) = self.0.overflowing_add(number);
        Sum::with_carry(number, carry)
    }

    pub fn bytes(self, data: &[u8]) -> Sum {
        let (blocks, rest) = data.as_chunks::<64>();
        let mut sum = self;
        for block in blocks {
            sum = sum.block(&words(block));
        }
        sum.rest(rest)
    }

    /// Copies bytes that are as many, and adds them.
    pub fn copying(self, to: &mut [u8], from: &[u8]) -> Sum {
        let (to, to_rest) = to.as_chunks_mut::<64>();
        let (from, from_rest) = from.as_chunks::<64>();
        let mut sum = self;
        for (to, from) in to.iter_mut().zip(from) {
            let words = words(from);
            for (to, word) in to.as_chunks_mut::<8>().0.iter_mut().zip(words) {
                *to = word.to_le_bytes();
            }
            sum = sum.block(&words);
        }
        to_rest.copy_from_slice(from_rest);
        sum.rest(from_rest)
    }

    #[inline]
    fn block(self, [a, b, c, d, e, f, g, h]: &[u64; 8]) -> Sum {
        let (sum, carry) = self.0.carrying_add(*a, false);
        let (sum, carry) = sum.carrying_add(*b, carry);
        let (sum, carry) = sum.carrying_add(*c, carry);
        let (sum, carry) = sum.carrying_add(*d, carry);
        let (sum, carry) = sum.carrying_add(*e, carry);
        let (sum, carry) = sum.carrying_add(*f, carry);
        let (sum, carry) = sum.carrying_add(*g, carry);
        let (sum, carry) = sum.carrying_add(*h, carry);
        Sum::with_carry(sum, carry)
    }

    /// Fewer than 64 bytes; an odd one at the end counts as if a zero followed.
    #[inline]
    fn rest(self, data: &[u8]) -> Sum {
        let (words, rest) = data.as_chunks::<8>();
        let sum = words.iter().fold(self, |sum, word| sum.add(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        sum.add(u64::from_le_bytes(last))
    }

    #[inline]
    pub fn fold(self) -> u16 {
        let half = (self.0 & 0xffff_ffff) + (self.0 >> 32);
        let word = (half & 0xffff) + (half >> 16 & 0xffff) + (half >> 32);
        let word = (word & 0xffff) + (word >> 16);
        (word + (word >> 16)) as u16
    }

    /// Of the pseudo header that TCP's and UDP's checksums include.
    pub fn pseudo(header: &Header, len: usize) -> Sum {
        let words = u64::from(u16::from(u8::from(header.protocol)).to_be()) + u64::from((len as u16).to_be());
        let address = |sum: Sum, address: &IpAddress| match address {
            IpAddress::Ipv4(ip) => sum.add(u32::from_le_bytes(ip.octets()).into()),
            IpAddress::Ipv6(ip) => sum.bytes(&ip.octets()),
        };
        address(address(Sum(words), &header.from), &header.to)
    }
}

#[inline]
fn words(block: &[u8; 64]) -> [u64; 8] {
    core::array::from_fn(|n| block[n * 8..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word)))
}

/// Does the checksum of a packet's header hold? That of IPv6 has none.
pub(crate) fn holds(packet: &[u8], header: &Header) -> bool {
    !header.is_v4() || Sum::default().bytes(packet.get(..header.len).unwrap_or_default()).fold() == 0xffff
}

/// Does the checksum of a packet's TCP or UDP hold?
pub(crate) fn is_whole(packet: &[u8], header: &Header) -> bool {
    let data = header.payload(packet);
    if header.protocol == IpProtocol::Udp && header.is_v4() && data.get(OF_UDP..OF_UDP + 2) == Some(&[0, 0]) {
        return true; // without one, as IPv4 allows
    }
    Sum::pseudo(header, data.len()).bytes(data).fold() == 0xffff
}
