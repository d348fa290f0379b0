//! A walk along the frame pointers.

use super::symbols;
use crate::arch::percpu;
use crate::image;
use core::arch::asm;
use core::fmt::{self, Write};
use core::sync::atomic::Ordering::Relaxed;

const DEPTH: usize = 48;

/// The caller's frame pointer.
#[inline(always)]
pub fn frame_pointer() -> u64 {
    let pointer: u64;
    // SAFETY: copies a register.
    unsafe { asm!("mov {}, rbp", out(reg) pointer, options(nomem, nostack, preserves_flags)) }
    pointer
}

/// The limits of the stack that the failing code ran on.
fn stack() -> (u64, u64) {
    let cpu = percpu::current();
    (cpu.stack.0.load(Relaxed), cpu.stack.1.load(Relaxed))
}

/// Prints the frames from `frame_pointer` outwards, after the failing instruction itself, if it is known.
pub fn print(out: &mut dyn Write, frame_pointer: u64, instruction: Option<u64>) -> fmt::Result {
    let text = image::text();
    if let Some(at) = instruction {
        line(out, 0, at)?;
    }
    let (bottom, top) = stack();
    let mut frame = frame_pointer;
    for n in 1..=DEPTH {
        // Every frame lies in the stack, further out than the one before.
        if frame < bottom || frame + 16 > top || frame % 8 != 0 {
            return Ok(());
        }
        // SAFETY: both words lie in a mapped stack, aligned, as just checked.
        let (next, return_address) = unsafe { (*(frame as *const u64), *((frame + 8) as *const u64)) };
        if !(text.start..text.end).contains(&return_address) {
            return Ok(());
        }
        // The call is before the address that it returns to.
        line(out, n, return_address - 1)?;
        if next <= frame {
            return Ok(());
        }
        frame = next;
    }
    writeln!(out, "  …")
}

fn line(out: &mut dyn Write, n: usize, address: u64) -> fmt::Result {
    write!(out, "{n:4}: {address:#010x} ")?;
    match symbols::lookup(address) {
        Some(symbol) => writeln!(out, "{symbol}"),
        None => writeln!(out, "?"),
    }
}
