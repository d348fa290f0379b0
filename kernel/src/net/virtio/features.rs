//! What is agreed on with the device, and the header that it puts before each frame (virtio 1.2, 5.1.3 and 5.1.6).

use bitflags::bitflags;
use joist_net::{Offers, Task};

bitflags! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Features: u64 {
        /// It fills in checksums.
        const CSUM = 1 << 0;
        /// We take frames whose checksums are not filled in, since they never were on a wire.
        const GUEST_CSUM = 1 << 1;
        /// Its longest packet is in its configuration.
        const MTU = 1 << 3;
        const MAC = 1 << 5;
        /// We take segments that were put together.
        const GUEST_TSO4 = 1 << 7;
        const GUEST_TSO6 = 1 << 8;
        /// It cuts segments up.
        const HOST_TSO4 = 1 << 11;
        const HOST_TSO6 = 1 << 12;
        /// A frame may lie in several buffers.
        const MRG_RXBUF = 1 << 15;
        /// Whether the link is up is in its configuration.
        const STATUS = 1 << 16;
        const VERSION_1 = 1 << 32;
    }
}

impl Features {
    /// What is agreed on, of what the device offers: some make sense together only.
    pub fn wanted(offered: u64) -> Features {
        let mut wanted = Features::from_bits_truncate(offered);
        if !wanted.contains(Features::CSUM) {
            wanted.remove(Features::HOST_TSO4 | Features::HOST_TSO6);
        }
        if !wanted.contains(Features::GUEST_CSUM | Features::MRG_RXBUF) {
            wanted.remove(Features::GUEST_TSO4 | Features::GUEST_TSO6);
        }
        wanted
    }

    pub fn offers(self) -> Offers {
        Offers {
            checksums: self.contains(Features::CSUM),
            segments: self.contains(Features::HOST_TSO4),
            segments6: self.contains(Features::HOST_TSO6),
        }
    }

    /// May frames come that are longer than the device's packets?
    pub fn large(self) -> bool {
        self.intersects(Features::GUEST_TSO4 | Features::GUEST_TSO6)
    }

    /// An old device's header says nothing of buffers, unless they may be several.
    pub fn header(self) -> usize {
        if self.intersects(Features::VERSION_1 | Features::MRG_RXBUF) { 12 } else { 10 }
    }
}

const NEEDS_CHECKSUM: u8 = 1;
const CHECKED: u8 = 2;
const TCP4: u8 = 1;
const TCP6: u8 = 4;

/// Writes the header of a frame with a task.
pub fn write(header: &mut [u8], task: &Task) {
    header.fill(0);
    if task.start == 0 || header.len() < 10 {
        return;
    }
    let mut put = |at: usize, value: usize| header[at..at + 2].copy_from_slice(&(value as u16).to_le_bytes());
    put(6, task.start);
    put(8, task.offset);
    if task.segment != 0 {
        put(2, task.headers);
        put(4, task.segment);
        header[1] = if task.v6 { TCP6 } else { TCP4 };
    }
    header[0] = NEEDS_CHECKSUM;
}

/// Need nobody look at the checksums of the frame that came with this header?
pub fn is_checked(header: &[u8]) -> bool {
    header.first().is_some_and(|flags| flags & (NEEDS_CHECKSUM | CHECKED) != 0)
}

/// In how many buffers it lies.
pub fn buffers(header: &[u8]) -> usize {
    header.get(10..).and_then(|h| h.first_chunk()).map_or(1, |n| usize::from(u16::from_le_bytes(*n)).max(1))
}
