//! The heap under load from all CPUs, and figures for it.

use super::workers::everywhere;
use super::{Outcome, check};
use crate::arch::{percpu, tsc};
use crate::mm::{heap, paging};
use crate::platform::Machine;
use crate::{image, log, time};
use alloc::alloc::{Layout, alloc, dealloc, realloc};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use spin::Mutex;

/// A block with a pattern in it: (address, size, pattern).
type Block = (usize, usize, u8);

static SHARED: Mutex<Vec<Block>> = Mutex::new(Vec::new());
static BAD: AtomicUsize = AtomicUsize::new(0);
const STEPS: usize = 40_000;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn size(&mut self) -> usize {
        let top = 1 << (4 + self.below(15));
        1 + self.below(top)
    }
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 16).expect("small")
}

fn make(random: &mut Random) -> Option<Block> {
    let size = random.size();
    // SAFETY: the size is not zero; the pattern is written inside the block.
    unsafe {
        let block = alloc(layout(size));
        if block.is_null() {
            return None;
        }
        let pattern = random.below(256) as u8;
        block.write_bytes(pattern, size);
        Some((block as usize, size, pattern))
    }
}

fn intact((address, size, pattern): Block) -> bool {
    // SAFETY: the block is alive and was filled by `make`.
    unsafe { core::slice::from_raw_parts(address as *const u8, size) }.iter().all(|&b| b == pattern)
}

fn free(block: Block) {
    if !intact(block) {
        BAD.fetch_add(1, SeqCst);
    }
    // SAFETY: from `make`, and taken out of whatever list it was in.
    unsafe { dealloc(block.0 as *mut u8, layout(block.1)) };
}

fn grow((address, size, pattern): Block, to: usize) -> Block {
    // SAFETY: as in `free`; what is new is filled before it is looked at.
    unsafe {
        let block = realloc(address as *mut u8, layout(size), to);
        if block.is_null() {
            return (address, size, pattern);
        }
        if to > size {
            block.add(size).write_bytes(pattern, to - size);
        }
        (block as usize, to, pattern)
    }
}

fn churn(id: usize) {
    let mut random = Random(0x9e37_79b9 + id as u64 * 77);
    let mut own: Vec<Block> = Vec::with_capacity(256);
    for _ in 0..STEPS {
        match random.below(10) {
            0..4 if own.len() < 200 => own.extend(make(&mut random)),
            4 if !own.is_empty() => {
                let at = random.below(own.len());
                let size = random.size();
                own[at] = grow(own[at], size);
            }
            // Blocks change hands, to be freed by another CPU.
            5 if !own.is_empty() => {
                let block = own.swap_remove(random.below(own.len()));
                let mut shared = SHARED.lock();
                if shared.len() < shared.capacity() {
                    shared.push(block);
                } else {
                    own.push(block);
                }
            }
            6 => {
                let block = SHARED.lock().pop();
                if let Some(block) = block {
                    free(block);
                }
            }
            _ if !own.is_empty() => {
                let at = random.below(own.len());
                free(own.swap_remove(at));
            }
            _ => {}
        }
    }
    own.into_iter().for_each(free);
}

/// Random sizes from all CPUs, blocks freed elsewhere than made; patterns must hold and memory come back.
pub fn stress(_: &'static Machine) -> Outcome {
    *SHARED.lock() = Vec::with_capacity(512);
    everywhere(churn); // caches and spans fill
    let (before, total) = heap::usage();
    let start = time::monotonic_ns();
    for _ in 0..3 {
        everywhere(churn);
    }
    let ns = (time::monotonic_ns() - start) / (3 * STEPS * percpu::count()) as u64;
    core::mem::take(&mut *SHARED.lock()).into_iter().for_each(free);
    let (after, _) = heap::usage();
    log!("{} KiB of {} KiB in use before, {} KiB after; {ns} ns a step", before >> 10, total >> 10, after >> 10);
    check!(BAD.load(SeqCst) == 0, "a block was written by someone else");
    check!(after < before + (4 << 20), "memory does not come back");
    Ok(())
}

static CYCLES: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];
const SIZES: [usize; 4] = [64, 1024, 16 << 10, 256 << 10];

fn measure(_: usize) {
    for (size, cycles) in SIZES.into_iter().zip(&CYCLES) {
        let mut blocks = [core::ptr::null_mut::<u8>(); 16];
        let count = 2000;
        let start = tsc::read();
        for _ in 0..count {
            // SAFETY: sizes are not zero; each block is freed once, with its layout.
            unsafe {
                for block in &mut blocks {
                    *block = alloc(layout(size));
                }
                for block in blocks {
                    dealloc(block, layout(size));
                }
            }
        }
        cycles.fetch_add((tsc::read() - start) as usize / (count * 16), SeqCst);
    }
}

/// Cycles for a block made and freed, on one CPU and on all.
pub fn bench(_: &'static Machine) -> Outcome {
    for (what, all) in [("one CPU", false), ("all CPUs", true)] {
        CYCLES.iter().for_each(|c| c.store(0, SeqCst));
        if all {
            everywhere(measure);
        } else {
            measure(0);
        }
        let cpus = if all { percpu::count() } else { 1 };
        for (size, cycles) in SIZES.into_iter().zip(&CYCLES) {
            log!("{what}: {size} bytes: {} cycles", cycles.load(SeqCst) / cpus);
        }
    }
    Ok(())
}

/// What must not be mapped is not.
pub fn map(_: &'static Machine) -> Outcome {
    check!(!paging::is_mapped(0), "page 0 is mapped");
    check!(!paging::is_mapped(paging::TRAMPOLINE), "the trampoline is still mapped");
    check!(!paging::is_mapped(image::boot_stack_range().start - 1), "no guard below the boot stack");
    check!(paging::is_mapped(image::text().start), "the kernel is not mapped");
    for id in 1..percpu::count() {
        let bottom = percpu::get(id).map_or(0, |c| c.stack.0.load(SeqCst));
        check!(paging::is_mapped(bottom) && !paging::is_mapped(bottom - 1), "no guard below a stack");
    }
    let (_, total) = heap::usage();
    log!("{} KiB of memory", total >> 10);
    Ok(())
}
