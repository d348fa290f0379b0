//! The slot: 32 bytes in the kernel's data by which the packer tells it where the archive lies.

/// The slot's first 16 bytes; a physical address and a length (u64 each, little-endian) follow.
pub const MAGIC: [u8; 16] = *b"JOIST-ARCHIVE-01";
/// The slot's length.
pub const SIZE: usize = 32;

/// Where the archive lies in physical memory; both 0 in a kernel that no packer has touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slot {
    pub address: u64,
    pub length: u64,
}

impl Slot {
    /// The slot's bytes: what the kernel declares (with [`Slot::EMPTY`]) and what the packer writes over it.
    #[must_use]
    pub const fn encode(self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        let (address, length) = (self.address.to_le_bytes(), self.length.to_le_bytes());
        let mut i = 0;
        while i < 16 {
            bytes[i] = MAGIC[i];
            bytes[16 + i] = if i < 8 { address[i] } else { length[i - 8] };
            i += 1;
        }
        bytes
    }

    /// No archive.
    pub const EMPTY: Slot = Slot { address: 0, length: 0 };

    /// Reads a slot; `None` if the magic is another, or if no archive has been entered.
    #[must_use]
    pub fn decode(bytes: &[u8; SIZE]) -> Option<Slot> {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (address, length) = rest.split_at(8);
        let slot = Slot {
            address: u64::from_le_bytes(address.try_into().ok()?),
            length: u64::from_le_bytes(length.try_into().ok()?),
        };
        (slot.length != 0).then_some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let slot = Slot { address: 0x1234_5678_9abc, length: 0x11_2233 };
        assert_eq!(Slot::decode(&slot.encode()), Some(slot));
        assert_eq!(Slot::decode(&Slot::EMPTY.encode()), None);
        assert_eq!(Slot::decode(&[0; SIZE]), None);
    }
}
