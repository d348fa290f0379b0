//! The local APIC: end of interrupt, interrupts between CPUs, the timer. In xAPIC mode (registers in memory), which
//! every machine starts in; a machine with APIC ids over 254 would need x2APIC (Intel SDM vol. 3, chapter 10).

use super::irq;
use crate::mm::device::Registers;
use spin::Once;

mod reg {
    pub const ID: usize = 0x20;
    pub const TASK_PRIORITY: usize = 0x80;
    pub const END_OF_INTERRUPT: usize = 0xb0;
    pub const SPURIOUS: usize = 0xf0;
    pub const COMMAND_LOW: usize = 0x300;
    pub const COMMAND_HIGH: usize = 0x310;
    pub const TIMER: usize = 0x320;
    pub const LINT0: usize = 0x350;
    pub const ERROR: usize = 0x370;
    pub const TIMER_INITIAL: usize = 0x380;
    pub const TIMER_CURRENT: usize = 0x390;
    pub const TIMER_DIVIDE: usize = 0x3e0;
}

const MASKED: u32 = 1 << 16;
const ENABLED: u32 = 1 << 8;
const DELIVERY_PENDING: u32 = 1 << 12;

static REGISTERS: Once<Registers> = Once::new();

/// Finds the registers; before any other function here. `base` is their physical address.
pub fn map(base: u64) {
    REGISTERS.call_once(|| Registers::map(base, 0x1000));
}

fn registers() -> &'static Registers {
    REGISTERS.get().expect("apic::map ran at boot")
}

/// Turns the calling CPU's APIC on, its timer off.
pub fn enable() {
    let apic = registers();
    apic.write32(reg::TASK_PRIORITY, 0);
    apic.write32(reg::LINT0, MASKED);
    apic.write32(reg::ERROR, MASKED);
    apic.write32(reg::TIMER, MASKED);
    apic.write32(reg::SPURIOUS, ENABLED | u32::from(irq::SPURIOUS));
}

pub fn id() -> u32 {
    registers().read32(reg::ID) >> 24
}

pub fn end_of_interrupt() {
    if let Some(apic) = REGISTERS.get() {
        apic.write32(reg::END_OF_INTERRUPT, 0);
    }
}

fn command(target: u32, low: u32) {
    let apic = registers();
    // Two writes make one command: an interrupt's own command between them would mix them up.
    x86_64::instructions::interrupts::without_interrupts(|| {
        apic.write32(reg::COMMAND_HIGH, target << 24);
        apic.write32(reg::COMMAND_LOW, low);
        while apic.read32(reg::COMMAND_LOW) & DELIVERY_PENDING != 0 {
            core::hint::spin_loop();
        }
    });
}

/// Interrupts another CPU.
pub fn send(target: u32, vector: u8) {
    command(target, 0x4000 | u32::from(vector));
}

/// Resets a CPU, the first step of starting it.
pub fn send_init(target: u32) {
    command(target, 0x4500);
}

/// Starts a CPU that was reset, at the given page below 1 MiB.
pub fn send_startup(target: u32, page: u8) {
    command(target, 0x4600 | u32::from(page));
}

/// Sends a non-maskable interrupt to all CPUs but this one.
pub fn stop_others() {
    if REGISTERS.get().is_some() {
        command(0, 0xc_4400);
    }
}

/// Arms the timer in TSC-deadline mode; the deadline itself goes into its model-specific register.
pub fn timer_deadline_mode() {
    registers().write32(reg::TIMER, 2 << 17 | u32::from(irq::TIMER));
}

/// Prepares the timer for one-shot counts of bus clock / 1.
pub fn timer_one_shot_mode() {
    let apic = registers();
    apic.write32(reg::TIMER_DIVIDE, 0b1011);
    apic.write32(reg::TIMER, u32::from(irq::TIMER));
}

/// Starts (or with 0 stops) a one-shot count.
pub fn timer_count(count: u32) {
    registers().write32(reg::TIMER_INITIAL, count);
}

/// What is left of the count.
pub fn timer_left() -> u32 {
    registers().read32(reg::TIMER_CURRENT)
}
