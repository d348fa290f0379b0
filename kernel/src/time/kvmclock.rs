//! KVM's paravirtual clock (Linux's Documentation/virt/kvm/x86/msr.rst): it tells the TSC's exact rate and the wall
//! clock. The time itself is then counted from the TSC.

use crate::arch::{cpuid, tsc};
use core::cell::UnsafeCell;
use x86_64::registers::model_specific::Msr;

const WALL_CLOCK: u32 = 0x4b56_4d00;
const SYSTEM_TIME: u32 = 0x4b56_4d01;

/// What the hypervisor writes.
#[repr(C, align(64))]
#[derive(Clone, Copy, Default)]
struct Page {
    // pvclock_vcpu_time_info
    version: u32,
    pad: u32,
    tsc_timestamp: u64,
    system_time: u64,
    multiplier: u32,
    shift: i8,
    flags: u8,
    pad2: [u8; 2],
    // pvclock_wall_clock
    wall_version: u32,
    wall_seconds: u32,
    wall_nanoseconds: u32,
}

struct Shared(UnsafeCell<Page>);
// SAFETY: only this module's functions reach it, on the first CPU during boot.
unsafe impl Sync for Shared {}

static PAGE: Shared = Shared(UnsafeCell::new(Page {
    version: 0,
    pad: 0,
    tsc_timestamp: 0,
    system_time: 0,
    multiplier: 0,
    shift: 0,
    flags: 0,
    pad2: [0; 2],
    wall_version: 0,
    wall_seconds: 0,
    wall_nanoseconds: 0,
}));

fn present() -> bool {
    cpuid::hypervisor_signature().starts_with(b"KVMKVMKVM") && cpuid::leaf(0x4000_0001, 0).eax & 1 << 3 != 0
}

/// Has the hypervisor fill the page, reads it and turns the updates off again.
fn read() -> Option<Page> {
    if !present() {
        return None;
    }
    let page = PAGE.0.get();
    let address = page as u64;
    // SAFETY: the registers exist (`present`), the address is that of a static page, aligned as KVM wants, which
    // nobody else reads or writes; volatile, since the hypervisor writes it behind the compiler's back.
    unsafe {
        Msr::new(SYSTEM_TIME).write(address | 1);
        Msr::new(WALL_CLOCK).write(address + core::mem::offset_of!(Page, wall_version) as u64);
        let copy = page.read_volatile();
        Msr::new(SYSTEM_TIME).write(0);
        (copy.multiplier != 0).then_some(copy)
    }
}

/// The TSC's rate, if KVM tells it.
pub fn tsc_hz() -> Option<u64> {
    let page = read()?;
    // ns = (cycles << shift) * multiplier >> 32
    let numerator = 1_000_000_000u128 << 32;
    let multiplier = u128::from(page.multiplier);
    let hz =
        if page.shift >= 0 { numerator / (multiplier << page.shift) } else { (numerator << -page.shift) / multiplier };
    Some(hz as u64)
}

/// Nanoseconds since the Unix epoch, if KVM tells them.
pub fn wall_ns() -> Option<i64> {
    let page = read()?;
    let at_boot = i64::from(page.wall_seconds) * 1_000_000_000 + i64::from(page.wall_nanoseconds);
    let cycles = u128::from(tsc::read().saturating_sub(page.tsc_timestamp));
    let shifted = if page.shift >= 0 { cycles << page.shift } else { cycles >> -page.shift };
    let since = page.system_time + ((shifted * u128::from(page.multiplier)) >> 32) as u64;
    Some(at_boot + since as i64)
}
