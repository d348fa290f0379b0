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
/// `top_of_stack` is given if that is no instruction of the kernel's.
pub fn print(
    out: &mut dyn Write,
    frame_pointer: u64,
    instruction: Option<u64>,
    top_of_stack: Option<u64>,
) -> fmt::Result {
    let text = image::text();
    let (bottom, top) = stack();
    if let Some(at) = instruction {
        line(out, 0, at)?;
    }
    // After a jump to nowhere no frame was made yet: who called it is on top of the stack.
    if let Some(pointer) = top_of_stack.filter(|&p| (bottom..top - 8).contains(&p) && p.is_multiple_of(8)) {
        // SAFETY: an aligned word of a mapped stack.
        let caller = unsafe { *(pointer as *const u64) };
        if (text.start..text.end).contains(&caller) {
            line(out, 0, caller - 1)?;
        }
    }
    let mut frame = frame_pointer;
    let (mut n, mut before, mut same) = (1, 0, 0u64);
    while n <= DEPTH {
        // Every frame lies in the stack, further out than the one before.
        if frame < bottom || frame + 16 > top || !frame.is_multiple_of(8) {
            break;
        }
        // SAFETY: both words lie in a mapped stack, aligned, as just checked.
        let (next, return_address) = unsafe { (*(frame as *const u64), *((frame + 8) as *const u64)) };
        if !(text.start..text.end).contains(&return_address) {
            break;
        }
        // A recursion's frames are counted, not shown.
        if return_address == before {
            same += 1;
        } else {
            repeated(out, &mut same)?;
            // The call is before the address that it returns to.
            line(out, n, return_address - 1)?;
            n += 1;
        }
        before = return_address;
        if next <= frame {
            break;
        }
        frame = next;
    }
    repeated(out, &mut same)?;
    if n > DEPTH { writeln!(out, "      and so on") } else { Ok(()) }
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
