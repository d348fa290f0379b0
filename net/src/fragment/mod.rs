//! IP packets that are longer than what carries them: cut into fragments on their way out ([`split`]), put together on
//! their way in ([`Reassembly`]), of both versions (RFC 791, RFC 8200). smoltcp sees whole packets only.

mod reassemble;
mod split;
#[cfg(test)]
mod tests;

pub(crate) use reassemble::Reassembly;
pub(crate) use split::{Idents, pieces, split};

/// What an IPv6 header says that a fragment's header follows, and that one's length.
pub(crate) const FRAGMENT: u8 = 44;
const HEADER: usize = 8;
/// Of IPv4's word with the offset, in units of eight bytes: more follow.
const MORE: u16 = 0x2000;
