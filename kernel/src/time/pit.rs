//! The programmable interval timer's channel 2, the only counter every PC has (Intel 8254 data sheet); channel 0 is put
//! to rest.

use crate::arch::port::Port;

/// Ticks in a second.
pub const HZ: u64 = 1_193_182;

// SAFETY: the PIT's and the speaker gate's ports don't reach memory.
const CHANNEL_0: Port = unsafe { Port::new(0x40) };
// SAFETY: as above.
const CHANNEL_2: Port = unsafe { Port::new(0x42) };
// SAFETY: as above.
const CONTROL: Port = unsafe { Port::new(0x43) };
// SAFETY: as above.
const GATE: Port = unsafe { Port::new(0x61) };

/// Ends the square wave that channel 0 comes up with: nobody listens, but each of its 36 edges a second wakes the
/// emulator, which then looks at all connections of its network.
pub fn stop_ticking() {
    CONTROL.write(0x30); // channel 0, low byte then high byte, mode 0 (one count)
    CHANNEL_0.write(0);
    CHANNEL_0.write(0);
}

/// Starts counting down from 65535, silently; it lasts for 54 ms.
pub fn start() {
    GATE.write(GATE.read() & !2 | 1); // gate on, speaker off
    CONTROL.write(0xb0); // channel 2, low byte then high byte, mode 0 (one count), binary
    CHANNEL_2.write(0xff);
    CHANNEL_2.write(0xff);
}

/// Has the count run out? By the read-back command, since not every machine has the speaker's port.
pub fn expired() -> bool {
    CONTROL.write(0xe8); // latch the status of channel 2
    CHANNEL_2.read() & 1 << 7 != 0
}

/// The count, read as a latched pair.
pub fn count() -> u16 {
    CONTROL.write(0x80);
    let low = CHANNEL_2.read();
    u16::from_le_bytes([low, CHANNEL_2.read()])
}
