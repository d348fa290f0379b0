//! The last words: what a Rust panic and a CPU exception print before the machine ends. Nothing here allocates, waits
//! for a lock for ever, or trusts what the failure may have broken.

mod backtrace;
mod symbols;
mod tables;
mod unwind;

use crate::arch::frame::Frame;
use crate::arch::{apic, percpu};
use crate::console::uart;
use crate::exit;
use crate::mm::{heap, stack};
use core::fmt::{self, Write};
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use spin::Once;
use unwind::Registers;
use x86_64::instructions::interrupts;
use x86_64::registers::control::Cr2;

/// As a shell shows a process that aborted.
const STATUS: u8 = 134;

/// The CPU that reports (its number plus 1); the others stop.
static REPORTING: AtomicUsize = AtomicUsize::new(0);

/// Describes what CPU `n` runs: the Erlang process, its function.
pub type Describe = fn(usize, &mut dyn Write) -> fmt::Result;

static DESCRIBE: Once<Describe> = Once::new();

/// Sets the VM's part of the report.
pub fn set_describe(describe: Describe) {
    DESCRIBE.call_once(|| describe);
}

struct Out;

impl Write for Out {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        uart::force(s.as_bytes());
        Ok(())
    }
}

/// Makes this CPU the reporting one. Another CPU's report goes first; a failure inside the own report ends it.
fn begin() -> usize {
    interrupts::disable();
    let cpu = percpu::current().id;
    match REPORTING.compare_exchange(0, cpu + 1, SeqCst, SeqCst) {
        Ok(_) => apic::stop_others(),
        Err(other) if other == cpu + 1 => {
            let _ = writeln!(Out, "\njoist: failed again while reporting");
            exit::now(STATUS);
        }
        Err(_) => exit::stop(),
    }
    cpu
}

fn end(cpu: usize, registers: Registers, called: bool) -> ! {
    let _ = writeln!(Out, "backtrace of CPU {cpu}:");
    let _ = backtrace::print(&mut Out, registers, called);
    if let Some((used, total)) = heap::try_usage() {
        let _ = writeln!(Out, "memory: {} KiB of {} KiB in use", used >> 10, total >> 10);
    }
    if let Some(describe) = DESCRIBE.get() {
        let _ = write!(Out, "running: ");
        let _ = describe(cpu, &mut Out);
        let _ = writeln!(Out);
    }
    exit::now(STATUS)
}

/// A CPU exception; there is none that the kernel expects.
pub fn exception(vector: u8, frame: &Frame) -> ! {
    let cpu = begin();
    let _ = writeln!(Out, "\njoist: CPU {cpu}: {} at {:#x}", frame.name(), frame.rip);
    if vector == 14 {
        let address = Cr2::read_raw();
        let _ = writeln!(Out, "{}", Fault { address, error: frame.error });
    }
    let _ = writeln!(Out, "{frame}");
    end(cpu, Registers::of(frame), false)
}

/// A page fault in words.
struct Fault {
    address: u64,
    error: u64,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { address, error } = *self;
        let access = match (error & 16 != 0, error & 2 != 0) {
            (true, _) => "execution",
            (_, true) => "write",
            _ => "read",
        };
        let why = if error & 1 != 0 { "forbidden" } else { "not mapped" };
        write!(f, "{access} of {address:#x}: {why}")?;
        if address < 4096 {
            write!(f, " (null pointer)")?;
        } else if error & 1 == 0 && stack::is_guard(address) {
            write!(f, " (stack overflow)")?;
        }
        Ok(())
    }
}

/// A Rust panic.
pub fn panic(info: &PanicInfo) -> ! {
    let cpu = begin();
    let _ = writeln!(Out, "\njoist: CPU {cpu}: {info}");
    end(cpu, Registers::here(), true)
}

/// Another CPU is reporting and wants silence.
pub fn stop_this_cpu(_frame: &Frame) -> ! {
    exit::stop()
}
