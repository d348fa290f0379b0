//! The bare machine under the VM. `asm/boot.s` brings the first CPU from the PVH entry to [`kernel_main`], which brings
//! the machine up in order and then starts the node.
#![no_std]
#![no_main]

extern crate alloc;

mod acpi;
mod arch;
mod boot;
mod console;
mod entropy;
mod event;
mod exit;
mod idle;
mod image;
mod lang;
mod mm;
mod net;
mod node;
mod platform;
mod report;
mod selftest;
mod smp;
mod time;
mod virtio;

use crate::acpi::Machine;
use crate::arch::percpu::{self, PerCpu};
use crate::arch::{apic, features, gdt, idt, ioapic};
use crate::boot::BootInfo;
use crate::console::uart;
use crate::time::calibrate::{self, Calibration};
use crate::time::{kvmclock, pit, rtc, timer};
use core::sync::atomic::Ordering::Relaxed;
use spin::Once;
use x86_64::instructions::interrupts;

static FIRST_CPU: PerCpu = PerCpu::new(0, 0);
static BOOT: Once<BootInfo> = Once::new();

/// Status of a machine that could not be brought up.
const FAILED: u8 = 1;

/// Where the first CPU enters Rust: on the boot stack, interrupts off, the first GiB mapped.
#[unsafe(no_mangle)]
extern "C" fn kernel_main(start_info: u64) -> ! {
    percpu::install(&FIRST_CPU);
    let stack = image::boot_stack_range();
    FIRST_CPU.stack.0.store(stack.start, Relaxed);
    FIRST_CPU.stack.1.store(stack.end, Relaxed);
    uart::init();
    pit::stop_ticking();
    let calibration = calibrate::start();
    // SAFETY: boot.s hands the loader's pointer over, and nothing was written outside the image yet.
    match unsafe { boot::read(start_info) } {
        Ok(info) => start(BOOT.call_once(|| info), calibration),
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn core::fmt::Display) -> ! {
    log!("{error}");
    exit::exit(FAILED)
}

fn start(info: &'static BootInfo, mut calibration: Calibration) -> ! {
    if let Err(error) = mm::init(info) {
        fail(&error);
    }
    features::enable();
    gdt::install();
    idt::install();
    let mut machine = Machine::discover(info.rsdp);
    apic::map(machine.apic);
    apic::enable();
    calibration.start_apic();
    let cpu = apic::id();
    for &(base, first) in &machine.io_apics {
        ioapic::add(base, first);
    }
    smp::start(&machine.cpus);
    virtio::probe(&machine, info.command_line(), cpu);
    if let Err(error) = entropy::init() {
        fail(&error);
    }
    if let Some(power) = machine.power.take() {
        acpi::power::install(power, |irq| machine.legacy(irq), cpu);
    }
    match calibration.finish() {
        Ok(rates) => {
            time::set_rate(rates.tsc);
            timer::init(rates.apic);
        }
        Err(error) => fail(&error),
    }
    let (line, mode) = machine.legacy(uart::LINE as u8);
    uart::connect(line, mode, cpu);
    let wall = kvmclock::wall_ns().or_else(|| rtc::unix_seconds().map(|s| s * 1_000_000_000));
    time::set_wall_ns(wall.unwrap_or(0));
    interrupts::enable();
    run(info)
}

/// The machine is up: start what the command line says.
fn run(info: &'static BootInfo) -> ! {
    match node::start(info.command_line()) {
        Ok(()) => exit::exit(0),
        Err(error) => fail(&error),
    }
}
