//! A CPU's segments and its task state: all that 64-bit mode leaves of them is code, data, and the IST stacks.

use crate::mm::stack::Stack;
use alloc::boxed::Box;
use x86_64::VirtAddr;
use x86_64::instructions::segmentation::{CS, DS, ES, SS, Segment};
use x86_64::instructions::tables::load_tss;
use x86_64::structures::gdt::{Descriptor, GlobalDescriptorTable};
use x86_64::structures::tss::TaskStateSegment;

/// Which of a CPU's IST stacks (1..=7) a vector runs on. One each for what can strike inside the others.
pub fn ist_of(vector: u8) -> u8 {
    match vector {
        14 => 2,
        8 => 3,
        2 => 4,
        18 => 5,
        0..=31 => 6,
        _ => 1,
    }
}

const STACKS: usize = 6;
/// The first report unpacks its tables on one, which takes 11 KB.
const STACK_SIZE: usize = 32 * 1024;

/// Gives the calling CPU its own segments, task state and interrupt stacks, for good.
pub fn install() {
    let mut tss = TaskStateSegment::new();
    // The structure is packed: its fields are assigned whole.
    let mut stacks = tss.interrupt_stack_table;
    for slot in stacks.iter_mut().take(STACKS) {
        *slot = VirtAddr::new(Stack::new(STACK_SIZE).top());
    }
    tss.interrupt_stack_table = stacks;
    let tss: &'static TaskStateSegment = Box::leak(Box::new(tss));
    let mut gdt = GlobalDescriptorTable::new();
    let code = gdt.append(Descriptor::kernel_code_segment());
    let data = gdt.append(Descriptor::kernel_data_segment());
    let task = gdt.append(Descriptor::tss_segment(tss));
    let gdt: &'static GlobalDescriptorTable = Box::leak(Box::new(gdt));
    gdt.load();
    // SAFETY: the selectors come from the table just loaded, which lives for ever; GS and FS are left alone, since
    // GS's base already points to the CPU's data.
    unsafe {
        CS::set_reg(code);
        DS::set_reg(data);
        ES::set_reg(data);
        SS::set_reg(data);
        load_tss(task);
    }
}
