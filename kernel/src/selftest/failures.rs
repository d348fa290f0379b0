//! What must end in a report: each does something forbidden, and failing to fail is the failure.

use super::Outcome;
use super::workers;
use crate::image;
use crate::platform::Machine;
use crate::{idle, log};
use alloc::vec::Vec;
use core::arch::asm;
use core::hint::black_box;

const SURVIVED: Outcome = Err("nothing happened");

pub fn panic(_: &'static Machine) -> Outcome {
    panic!("a panic of the self-test's");
}

/// On another CPU, while this one sleeps.
pub fn panic_other(_: &'static Machine) -> Outcome {
    workers::start(|id| panic!("a panic on CPU {id}"));
    loop {
        idle::park(None);
    }
}

fn write(address: u64) -> Outcome {
    // SAFETY: it faults; were it not to, the byte stays what it was.
    unsafe {
        let at = address as *mut u8;
        at.write_volatile(at.read_volatile());
    }
    SURVIVED
}

pub fn write_text(_: &'static Machine) -> Outcome {
    write(image::text().start + 16)
}

pub fn write_rodata(_: &'static Machine) -> Outcome {
    write(image::rodata().start + 16)
}

pub fn write_archive(_: &'static Machine) -> Outcome {
    write(image::archive().as_ptr() as u64)
}

/// A return instruction in memory for data.
static CODE: spin::Mutex<[u8; 1]> = spin::Mutex::new([0xc3]);

pub fn execute_data(_: &'static Machine) -> Outcome {
    let code = CODE.lock();
    // SAFETY: it faults; were it not to, the code returns at once.
    unsafe { asm!("call {}", in(reg) code.as_ptr(), clobber_abi("sysv64")) };
    SURVIVED
}

pub fn null(_: &'static Machine) -> Outcome {
    let address = black_box(16u64);
    // SAFETY: it faults; were it not to, a byte is read.
    unsafe { asm!("mov {0}, [{0}]", inout(reg) address => _) };
    SURVIVED
}

#[inline(never)]
#[allow(unconditional_recursion)]
fn deeper(n: u64) -> u64 {
    let room = black_box([n; 64]);
    deeper(n + 1) + room[(n % 64) as usize]
}

pub fn stack_overflow(_: &'static Machine) -> Outcome {
    black_box(deeper(0));
    SURVIVED
}

pub fn stack_overflow_other(_: &'static Machine) -> Outcome {
    workers::start(|_| {
        black_box(deeper(0));
    });
    loop {
        idle::park(None);
    }
}

pub fn invalid_opcode(_: &'static Machine) -> Outcome {
    // SAFETY: it faults, always.
    unsafe { asm!("ud2") };
    SURVIVED
}

pub fn out_of_memory(_: &'static Machine) -> Outcome {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    // One that may fail and says so first.
    let mut big: Vec<u8> = Vec::new();
    if big.try_reserve_exact(1 << 40).is_ok() {
        return Err("a tebibyte was had");
    }
    log!("hoarding");
    loop {
        hoard.push(Vec::with_capacity(1 << 20));
    }
}
