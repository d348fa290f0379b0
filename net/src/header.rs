//! An IP packet's header, read once: whoever looks at a packet later on is given it.

use crate::fragment::FRAGMENT;
use smoltcp::wire::{IpAddress, IpProtocol, Ipv4Address, Ipv6Address};

/// Of IPv6 without extensions, which no TCP or UDP of today has, but for a fragment's, which is its payload here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub len: usize,
    /// Of the whole packet, which a frame may be longer than.
    pub end: usize,
    pub protocol: IpProtocol,
    pub from: IpAddress,
    pub to: IpAddress,
    pub ttl: u8,
    pub tos: u8,
    /// It is one of the parts of a larger packet.
    pub is_part: bool,
}

const V6: usize = 40;
/// Of IPv4: an offset of the part, or more of them.
const PART: u16 = 0x3fff;

impl Header {
    pub fn read(packet: &[u8]) -> Option<Header> {
        let header = match packet.first()? >> 4 {
            4 => Header::v4(packet.first_chunk()?),
            6 => Header::v6(packet.first_chunk()?),
            _ => return None,
        };
        (header.len <= header.end && header.end <= packet.len()).then_some(header).filter(|h| h.len >= 20)
    }

    fn v4(bytes: &[u8; 20]) -> Header {
        let word = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        let address =
            |at: usize| IpAddress::Ipv4(Ipv4Address::new(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]));
        Header {
            len: usize::from(bytes[0] & 15) * 4,
            end: word(2).into(),
            protocol: bytes[9].into(),
            from: address(12),
            to: address(16),
            ttl: bytes[8],
            tos: bytes[1],
            is_part: word(6) & PART != 0,
        }
    }

    fn v6(bytes: &[u8; V6]) -> Header {
        let (_, [from, to]) = bytes.as_rchunks::<16>() else {
            unreachable!("40 bytes are two addresses and eight more")
        };
        Header {
            len: V6,
            end: V6 + usize::from(u16::from_be_bytes([bytes[4], bytes[5]])),
            protocol: bytes[6].into(),
            from: IpAddress::Ipv6(Ipv6Address::from(*from)),
            to: IpAddress::Ipv6(Ipv6Address::from(*to)),
            ttl: bytes[7],
            tos: bytes[0] << 4 | bytes[1] >> 4,
            is_part: bytes[6] == FRAGMENT,
        }
    }

    pub fn is_v4(&self) -> bool {
        matches!(self.from, IpAddress::Ipv4(_))
    }

    /// What it is the header of.
    pub fn payload<'a>(&self, packet: &'a [u8]) -> &'a [u8] {
        packet.get(self.len..self.end).unwrap_or_default()
    }
}
