//! virtio over memory-mapped registers: from the DSDT (microvm), or from Linux's `virtio_mmio.device=SIZE@BASE:LINE`
//! on the command line, by which machines without ACPI name them (Firecracker).

use super::{Interrupts, attach};
use crate::acpi::{Machine, MmioDevice};
use crate::arch::ioapic::{self, Mode};
use crate::arch::irq;
use crate::mm::device::Registers;
use core::ptr::NonNull;
use spin::Once;
use virtio_drivers::transport::SomeTransport;
use virtio_drivers::transport::mmio::MmioTransport;

mod reg {
    pub const MAGIC: usize = 0;
    pub const DEVICE_ID: usize = 8;
    pub const INTERRUPT_STATUS: usize = 0x60;
    pub const INTERRUPT_ACK: usize = 0x64;
}

const MAGIC: u32 = u32::from_le_bytes(*b"virt");
/// Registers and the largest configuration space that a device of ours has.
const MINIMUM_LENGTH: usize = 0x200;

pub fn probe(machine: &Machine, command_line: &[u8], cpu: u32) {
    let words = command_line.split(u8::is_ascii_whitespace);
    let given = words.filter_map(|word| parse(word.strip_prefix(b"virtio_mmio.device=")?));
    for device in machine.mmio_devices.iter().copied().chain(given) {
        start(device, cpu);
    }
}

fn start(device: MmioDevice, cpu: u32) {
    if device.length < MINIMUM_LENGTH {
        return;
    }
    let registers = Registers::map(device.base, device.length);
    if registers.read32(reg::MAGIC) != MAGIC || registers.read32(reg::DEVICE_ID) == 0 {
        return; // an empty slot
    }
    let Some(header) = NonNull::new(device.base as *mut _) else { return };
    // SAFETY: a virtio device's registers, mapped for good just now; `registers` is used for the interrupt only, which
    // the transport leaves alone.
    let Ok(transport) = (unsafe { MmioTransport::new(header, device.length) }) else { return };
    attach(SomeTransport::from(transport), &Line(device), cpu);
}

/// `512@0xfeb00e00:12`
fn parse(word: &[u8]) -> Option<MmioDevice> {
    let word = core::str::from_utf8(word).ok()?;
    let (size, rest) = word.split_once('@')?;
    let mut fields = rest.split(':');
    let (base, line) = (fields.next()?, fields.next()?);
    let length = match size.strip_suffix(['K', 'k']) {
        Some(kib) => number(kib)? << 10,
        None => number(size)?,
    };
    let mode = Mode::default();
    Some(MmioDevice { base: number(base)?, length: usize::try_from(length).ok()?, line: line.parse().ok()?, mode })
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// A device's interrupt line. Level-triggered, so it must be acknowledged before the handler returns.
struct Line(MmioDevice);

struct Connected {
    base: u64,
    registers: Registers,
    handler: fn(),
    changes: Once<fn()>,
}

/// In the interrupt status: the configuration has changed.
const CHANGED: u32 = 2;

/// Handlers know no argument: each connected device has a place here and a function for it.
static CONNECTED: [Once<Connected>; 4] = [const { Once::new() }; 4];
static ENTRIES: [fn(); 4] = [interrupt::<0>, interrupt::<1>, interrupt::<2>, interrupt::<3>];

impl Interrupts for Line {
    fn connect(&self, _queue: u16, handler: fn(), cpu: u32) {
        let Some(place) = CONNECTED.iter().position(|c| !c.is_completed()) else { return };
        let registers = Registers::map(self.0.base, self.0.length);
        CONNECTED[place].call_once(|| Connected { base: self.0.base, registers, handler, changes: Once::new() });
        ioapic::route(self.0.line, irq::allocate(ENTRIES[place]), cpu, self.0.mode);
    }

    /// By the same line.
    fn connect_changes(&self, handler: fn(), _cpu: u32) {
        if let Some(device) = CONNECTED.iter().filter_map(Once::get).find(|c| c.base == self.0.base) {
            device.changes.call_once(|| handler);
        }
    }
}

fn interrupt<const PLACE: usize>() {
    if let Some(device) = CONNECTED[PLACE].get() {
        let status = device.registers.read32(reg::INTERRUPT_STATUS);
        device.registers.write32(reg::INTERRUPT_ACK, status);
        (device.handler)();
        if status & CHANGED != 0
            && let Some(changes) = device.changes.get()
        {
            changes();
        }
    }
}
