//! Interrupt vectors above the exceptions: who handles which. A handler runs with interrupts off, must be short, and
//! must not allocate: it moves bytes between a device and a fixed ring, sets flags, and wakes.

use super::apic;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};
use spin::Once;

/// The LAPIC timer of the own CPU.
pub const TIMER: u8 = 0xf0;
/// Another CPU wants this one out of `hlt`.
pub const WAKE: u8 = 0xf1;
/// LAPIC's own, on which no end of interrupt is due.
pub const SPURIOUS: u8 = 0xff;
const FIRST: u8 = 0x30;

static HANDLERS: [Once<fn()>; 256] = [const { Once::new() }; 256];
static NEXT: AtomicU8 = AtomicU8::new(FIRST);

/// A free vector with its handler.
/// # Panics
/// When all vectors for devices are taken.
pub fn allocate(handler: fn()) -> u8 {
    let vector = NEXT.fetch_add(1, Relaxed);
    assert!((FIRST..TIMER).contains(&vector), "out of interrupt vectors");
    HANDLERS[usize::from(vector)].call_once(|| handler);
    vector
}

/// Sets the handler of one of the fixed vectors.
pub fn set(vector: u8, handler: fn()) {
    HANDLERS[usize::from(vector)].call_once(|| handler);
}

/// Runs the vector's handler; false if it has none.
pub fn dispatch(vector: u8) -> bool {
    let handler = HANDLERS[usize::from(vector)].get();
    if let Some(handler) = handler {
        handler();
    }
    if vector != SPURIOUS {
        apic::end_of_interrupt();
    }
    handler.is_some()
}
