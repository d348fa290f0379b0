//! Packets with a length in front, as the option `{packet, 1|2|4}` of `open_port/2` has them (`sys_drivers.c`).

use alloc::vec::Vec;

/// The length field's size in bytes; 0 for a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Header(pub usize);

impl Header {
    /// The field for a packet of this length; none if it doesn't fit.
    pub fn of(self, len: usize) -> Option<Vec<u8>> {
        let bytes = u64::try_from(len).ok()?.to_be_bytes();
        let (above, field) = bytes.split_at(bytes.len() - self.0);
        (self.0 == 0 || above.iter().all(|b| *b == 0)).then(|| field.to_vec())
    }
}

/// Input that is put together to packets. A length is believed only as far as bytes have come: it reserves nothing.
#[derive(Debug, Default)]
pub(super) struct Packets {
    header: Header,
    bytes: Vec<u8>,
}

impl Packets {
    pub fn new(header: Header) -> Packets {
        Packets { header, bytes: Vec::new() }
    }

    /// Takes more input and hands over the packets that are complete.
    pub fn feed(&mut self, input: &[u8], deliver: &mut dyn FnMut(&[u8])) {
        if self.header.0 == 0 {
            return deliver(input);
        }
        self.bytes.extend_from_slice(input);
        let mut at = 0;
        while let Some((field, rest)) = self.bytes[at..].split_at_checked(self.header.0) {
            let len = field.iter().fold(0, |n, b| n << 8 | usize::from(*b));
            let Some(packet) = rest.get(..len) else { break };
            deliver(packet);
            at += self.header.0 + len;
        }
        self.bytes.drain(..at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_in_any_pieces() {
        let bytes = b"\0\x02ab\0\0\0\x01c\xff\xff...";
        for cut in 0..bytes.len() {
            let mut packets = Packets::new(Header(2));
            let mut got = Vec::new();
            packets.feed(&bytes[..cut], &mut |p| got.push(p.to_vec()));
            packets.feed(&bytes[cut..], &mut |p| got.push(p.to_vec()));
            assert_eq!(got, [&b"ab"[..], b"", b"c"]);
        }
    }

    #[test]
    fn headers() {
        assert_eq!(Header(0).of(70000), Some(Vec::new()));
        assert_eq!(Header(1).of(255), Some(alloc::vec![255]));
        assert_eq!(Header(1).of(256), None);
        assert_eq!(Header(2).of(0x1234), Some(alloc::vec![0x12, 0x34]));
        assert_eq!(Header(4).of(1 << 32), None);
    }
}
