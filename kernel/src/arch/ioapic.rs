//! I/O APICs: which line of a device interrupts which CPU with which vector (Intel 82093AA data sheet).

use super::lock::IrqLock;
use crate::mm::device::Registers;
use alloc::vec::Vec;

struct IoApic {
    first: u32,
    lines: u32,
    registers: Registers,
}

/// How a line signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mode {
    pub level: bool,
    pub active_low: bool,
}

static ALL: IrqLock<Vec<IoApic>> = IrqLock::new(Vec::new());

impl IoApic {
    fn read(&self, index: u32) -> u32 {
        self.registers.write32(0, index);
        self.registers.read32(0x10)
    }

    fn write(&self, index: u32, value: u32) {
        self.registers.write32(0, index);
        self.registers.write32(0x10, value);
    }
}

/// Takes over the I/O APIC at the given physical address, whose lines begin at `first`; masks them all.
pub fn add(base: u64, first: u32) {
    let mut apic = IoApic { first, lines: 0, registers: Registers::map(base, 0x1000) };
    let version = apic.read(1);
    if version == u32::MAX {
        return; // nothing there
    }
    apic.lines = (version >> 16 & 0xff) + 1;
    for line in 0..apic.lines {
        apic.write(0x10 + line * 2, 1 << 16);
    }
    let mut all = Vec::with_capacity(4);
    core::mem::swap(&mut all, &mut *ALL.lock());
    all.push(apic);
    core::mem::swap(&mut all, &mut *ALL.lock());
}

/// Routes a line to a CPU. False if no I/O APIC has the line.
pub fn route(line: u32, vector: u8, cpu: u32, mode: Mode) -> bool {
    let all = ALL.lock();
    let Some(apic) = all.iter().find(|a| (a.first..a.first + a.lines).contains(&line)) else {
        return false;
    };
    let entry = 0x10 + (line - apic.first) * 2;
    apic.write(entry + 1, cpu << 24);
    apic.write(entry, u32::from(vector) | u32::from(mode.active_low) << 13 | u32::from(mode.level) << 15);
    true
}
