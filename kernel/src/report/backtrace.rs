//! Who called whom, from the failing instruction outwards.

use super::symbols;
use super::unwind::{Registers, Stack, Unwinder};
use crate::arch::percpu;
use crate::image;
use core::fmt::{self, Write};
use core::sync::atomic::Ordering::Relaxed;

const DEPTH: usize = 48;

/// The stack that the failing code ran on: its CPU's.
fn stack() -> Stack {
    let cpu = percpu::current();
    Stack { bottom: cpu.stack.0.load(Relaxed), top: cpu.stack.1.load(Relaxed) }
}

/// Prints the frames from these registers outwards. `called`: they are those of a call, not of a failing instruction.
pub fn print(out: &mut dyn Write, start: Registers, called: bool) -> fmt::Result {
    let text = image::text();
    let stack = stack();
    let mut unwinder = Unwinder::new();
    let (mut registers, mut called) = (start, called);
    let (mut n, mut before, mut same) = (0, 0, 0u64);
    // A recursion's frames are counted, not shown.
    while n < DEPTH {
        let at = registers.instruction();
        if at == before {
            same += 1;
        } else {
            repeated(out, &mut same)?;
            // A call is before the address that it returns to.
            line(out, n, at - u64::from(called))?;
            n += 1;
        }
        before = at;
        let Some(caller) = unwinder.caller(&registers, called, stack) else { break };
        if !(text.start..text.end).contains(&caller.instruction()) {
            break;
        }
        (registers, called) = (caller, true);
    }
    repeated(out, &mut same)?;
    if n == DEPTH { writeln!(out, "      and so on") } else { Ok(()) }
}

fn repeated(out: &mut dyn Write, same: &mut u64) -> fmt::Result {
    match core::mem::take(same) {
        0 => Ok(()),
        times => writeln!(out, "      {times} times more"),
    }
}

fn line(out: &mut dyn Write, n: usize, address: u64) -> fmt::Result {
    write!(out, "{n:4}: {address:#010x} ")?;
    match symbols::lookup(address) {
        Some(symbol) => writeln!(out, "{symbol}"),
        None => writeln!(out, "?"),
    }
}
