//! The machine's end, and how its status gets out: whole through QEMU's isa-debugcon and its lower bits through
//! isa-debug-exit where there are such devices, else as a last line, before the power goes off.

use crate::acpi::power;
use crate::arch::port::Port;
use crate::console::{self, uart};
use core::fmt::{self, Write};
use x86_64::instructions::{hlt, interrupts};

/// isa-debug-exit at its customary port: QEMU ends with (value << 1) | 1.
// SAFETY: ends QEMU, or does nothing.
const DEBUG_EXIT: Port = unsafe { Port::new(0xf4) };
/// isa-debugcon at its customary port: `joist run` keeps what is written there.
// SAFETY: a byte for a file, or nothing.
const DEBUG_CONSOLE: Port = unsafe { Port::new(0xe9) };
/// What it reads as where it is.
const DEBUG_CONSOLE_THERE: u8 = 0xe9;
/// QEMU's own status has eight bits, of which one is taken: larger values must be told in words.
const DEBUG_EXIT_MAX: u8 = 0x7f;

/// Ends the machine in order: what was written gets out first.
pub fn exit(status: u8) -> ! {
    console::flush();
    now(status)
}

/// Ends the machine at once, with no lock waited for.
pub fn now(status: u8) -> ! {
    interrupts::disable();
    uart::force(b"");
    let told = DEBUG_CONSOLE.read() == DEBUG_CONSOLE_THERE;
    if told {
        DEBUG_CONSOLE.write(status);
    } else if status > DEBUG_EXIT_MAX {
        announce(status);
    }
    uart::drain();
    DEBUG_EXIT.write(status);
    // Still here: no such device.
    if told || status <= DEBUG_EXIT_MAX {
        announce(status);
        uart::drain();
    }
    power::off();
    stop()
}

/// Says the status in the form that `joist run` looks for.
fn announce(status: u8) {
    struct Out;
    impl Write for Out {
        fn write_str(&mut self, s: &str) -> fmt::Result {
            uart::force(s.as_bytes());
            Ok(())
        }
    }
    let _ = writeln!(Out, "joist: exit status {status}");
}

/// Stops this CPU for good.
pub fn stop() -> ! {
    loop {
        interrupts::disable();
        hlt();
    }
}
