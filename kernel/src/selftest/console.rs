//! The console, both ways, through the platform.

use super::{Outcome, check};
use crate::platform::Machine;
use joist_vm::platform::{ConsoleRead, Event, Platform};

/// Sends every byte back until a line says "end"; then says how many there were, and their sum.
pub fn echo(machine: &'static Machine) -> Outcome {
    let (mut count, mut sum) = (0u64, 0u64);
    let mut tail = [0; 4];
    let mut buf = [0; 512];
    loop {
        match machine.console_read(&mut buf) {
            ConsoleRead::Data(n) => {
                machine.console_write(1, &buf[..n]).map_err(|_| "no console")?;
                for &byte in &buf[..n] {
                    tail.rotate_left(1);
                    tail[3] = byte;
                    if &tail == b"end\n" {
                        let text = alloc::format!("{count} bytes, sum {sum}\n");
                        return machine.console_write(1, text.as_bytes()).map_err(|_| "no console");
                    }
                    count += 1;
                    sum += u64::from(byte);
                }
            }
            ConsoleRead::WouldBlock => {
                machine.park(0, None);
                while let Some(event) = machine.poll() {
                    check!(event == Event::ConsoleInput, "another event");
                }
            }
            ConsoleRead::Eof => return Err("the input ended"),
        }
    }
}

/// A lot of output, numbered, so that the host sees whether any is lost.
pub fn flood(machine: &'static Machine) -> Outcome {
    for n in 0..4000 {
        let line = alloc::format!("{n:06} the quick brown fox jumps over the lazy dog\n");
        machine.console_write(1, line.as_bytes()).map_err(|_| "no console")?;
    }
    Ok(())
}
