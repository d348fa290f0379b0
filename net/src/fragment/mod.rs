//! IP packets that are longer than what carries them: cut into fragments on their way out ([`split`]), put together on
//! their way in ([`Reassembly`]), of both versions (RFC 791, RFC 8200). smoltcp sees whole packets only.

mod reassemble;
mod split;
#[cfg(test)]
mod tests;

pub(crate) use reassemble::Reassembly;
pub(crate) use split::{Idents, pieces, split};

use crate::header::Header;

/// What an IPv6 header says that a fragment's header follows, and that one's length.
pub(crate) const FRAGMENT: u8 = 44;
const HEADER: usize = 8;
/// Of IPv4's word with the offset, in units of eight bytes: more follow.
const MORE: u16 = 0x2000;

/// What a fragment says of itself.
#[derive(Debug, Clone, Copy)]
struct Fragment<'a> {
    ident: u32,
    /// Of what it is a part.
    protocol: u8,
    start: usize,
    more: bool,
    data: &'a [u8],
}

impl<'a> Fragment<'a> {
    fn read(packet: &'a [u8], ip: &Header) -> Option<Fragment<'a>> {
        let payload = ip.payload(packet);
        let word = |bytes: &[u8], at: usize| Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
        if ip.is_v4() {
            let place = word(packet, 6)?;
            let (ident, start) = (word(packet, 4)?.into(), usize::from(place & 0x1fff) * 8);
            return Some(Fragment {
                ident,
                protocol: ip.protocol.into(),
                start,
                more: place & MORE != 0,
                data: payload,
            });
        }
        let (header, data) = payload.split_first_chunk::<HEADER>()?;
        let [protocol, _, a, b, ident @ ..] = *header;
        let place = u16::from_be_bytes([a, b]);
        let (ident, start) = (u32::from_be_bytes(ident), usize::from(place & !7));
        Some(Fragment { ident, protocol, start, more: place & 1 != 0, data })
    }
}
