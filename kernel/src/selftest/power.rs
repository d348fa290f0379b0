//! Idling and switching off.

use super::{Outcome, check};
use crate::acpi;
use crate::platform::Machine;
use crate::{idle, log, time};
use joist_vm::platform::{Event, Platform};

/// Sleeps for ten seconds with a wake-up each, while the host looks how busy it is.
pub fn idle(machine: &'static Machine) -> Outcome {
    let start = time::monotonic_ns();
    let busy = machine.cpu_time_ns();
    for second in 1..=10 {
        let deadline = start + second * 1_000_000_000;
        while time::monotonic_ns() < deadline {
            idle::park(Some(deadline));
        }
    }
    log!("busy for {} us", (machine.cpu_time_ns() - busy) / 1000);
    Ok(())
}

/// Waits for the power button.
pub fn button(machine: &'static Machine) -> Outcome {
    log!("waiting for the power button");
    let deadline = time::monotonic_ns() + 20_000_000_000;
    loop {
        machine.park(0, Some(deadline));
        if machine.poll() == Some(Event::StopRequested) {
            return Ok(());
        }
        check!(time::monotonic_ns() < deadline, "nobody pressed it");
    }
}

/// Switches off by ACPI alone.
pub fn off(_: &'static Machine) -> Outcome {
    log!("switching off");
    crate::console::flush();
    acpi::power::off();
    // The machine takes a moment.
    time::delay_us(2_000_000);
    Err("still on")
}
