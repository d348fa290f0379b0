//! Console input, from the devices' interrupts to the scheduler that reads it. Nothing is dropped: a device stops
//! reading its line when the ring is full.

use crate::arch::lock::IrqLock;
use crate::event;

const SIZE: usize = 4096;

struct Ring {
    bytes: [u8; SIZE],
    head: usize,
    length: usize,
}

static RING: IrqLock<Ring> = IrqLock::new(Ring { bytes: [0; SIZE], head: 0, length: 0 });

/// Room for so many bytes.
pub fn room() -> usize {
    SIZE - RING.lock().length
}

/// Adds a byte; the caller looked for [`room`] first. Raises the event that has a scheduler read.
pub fn put(byte: u8) {
    let mut ring = RING.lock();
    if ring.length < SIZE {
        let at = (ring.head + ring.length) % SIZE;
        ring.bytes[at] = byte;
        ring.length += 1;
    }
    drop(ring);
    event::raise(event::CONSOLE_INPUT);
}

/// Takes what is there, at most `buf`.
pub fn take(buf: &mut [u8]) -> usize {
    let mut ring = RING.lock();
    let count = buf.len().min(ring.length);
    for byte in &mut buf[..count] {
        *byte = ring.bytes[ring.head];
        ring.head = (ring.head + 1) % SIZE;
    }
    ring.length -= count;
    count
}
