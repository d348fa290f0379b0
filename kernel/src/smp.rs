//! Starting the other CPUs, one after the other, through the trampoline in low memory.

use crate::arch::percpu::{self, PerCpu};
use crate::arch::{apic, features, gdt, idt};
use crate::log;
use crate::mm::paging;
use crate::mm::stack::Stack;
use crate::time::{self, timer};
use alloc::boxed::Box;
use core::sync::atomic::{
    AtomicPtr, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use x86_64::instructions::interrupts;

core::arch::global_asm!(include_str!("asm/trampoline.s"));

unsafe extern "C" {
    static trampoline_start: u8;
    static trampoline_end: u8;
    static ap_cr3: AtomicU64;
    static ap_stack: AtomicU64;
}

/// A scheduler's machine stack. Its depth doesn't depend on the Erlang program's: Erlang's own stacks are in the heap.
const STACK_SIZE: usize = 256 * 1024;
/// After so long a CPU that was started is given up.
const PATIENCE_US: u64 = 1_000_000;

/// The data of the CPU that is being started; it takes it when it is up.
static STARTING: AtomicPtr<PerCpu> = AtomicPtr::new(core::ptr::null_mut());

/// Puts the trampoline into low memory, for CPUs that are to use the page tables at `root`.
/// # Safety
/// The boot tables are in force, which map low memory writable, and nobody uses the page at [`paging::TRAMPOLINE`].
pub unsafe fn prepare(root: u64) {
    let start = &raw const trampoline_start;
    let length = &raw const trampoline_end as usize - start as usize;
    // SAFETY: the trampoline is shorter than the page, which the caller says is free.
    unsafe { core::ptr::copy_nonoverlapping(start, paging::TRAMPOLINE as *mut u8, length) };
    // SAFETY: trampoline.s' word, which is only read by CPUs being started.
    unsafe { &ap_cr3 }.store(root, Release);
}

/// Starts all CPUs of `apic_ids` but the calling one.
pub fn start(apic_ids: &[u32]) {
    let own = apic::id();
    let others = apic_ids.iter().copied().filter(|&id| id != own);
    for (id, apic_id) in (1..).zip(others.take(percpu::MAX_CPUS - 1)) {
        if !start_one(id, apic_id) {
            log!("CPU {id} (APIC {apic_id}) did not start; going on with {id}");
            break;
        }
    }
    paging::unmap_trampoline();
}

fn start_one(id: usize, apic_id: u32) -> bool {
    let stack = Stack::new(STACK_SIZE);
    let cpu: &'static PerCpu = Box::leak(Box::new(PerCpu::new(id, apic_id)));
    cpu.stack.0.store(stack.bottom(), Relaxed);
    cpu.stack.1.store(stack.top(), Relaxed);
    // SAFETY: trampoline.s' word for the next CPU's stack; no other CPU is starting.
    unsafe { &ap_stack }.store(stack.top(), Release);
    STARTING.store(core::ptr::from_ref(cpu).cast_mut(), Release);
    apic::send_init(apic_id);
    time::delay_us(10);
    // Old machines want the startup twice; a CPU that runs already ignores the second.
    let mut waited = 0;
    for patience in [200, PATIENCE_US] {
        apic::send_startup(apic_id, (paging::TRAMPOLINE >> 12) as u8);
        while waited < patience {
            if STARTING.load(Acquire).is_null() {
                return true;
            }
            time::delay_us(5);
            waited += 5;
        }
    }
    false
}

/// Where a started CPU enters Rust: on its own stack, interrupts off, on the kernel's page tables.
#[unsafe(no_mangle)]
extern "C" fn ap_main() -> ! {
    // SAFETY: `start_one` left a leaked box there, and only this CPU takes it.
    let cpu: &'static PerCpu = unsafe { &*STARTING.load(Acquire) };
    percpu::install(cpu);
    features::enable();
    gdt::install();
    idt::install();
    apic::enable();
    timer::init_cpu();
    STARTING.store(core::ptr::null_mut(), Release);
    loop {
        if let Some(&entry) = cpu.entry.get() {
            interrupts::enable();
            entry(cpu.id);
        }
        crate::idle::park(None);
    }
}

/// Has CPU `id` run a scheduler.
/// # Panics
/// When there is no such CPU: the caller asked how many there are.
pub fn run(id: usize, entry: fn(usize) -> !) {
    let Some(cpu) = percpu::get(id) else { panic!("no CPU for scheduler {id}: there are {}", percpu::count()) };
    cpu.entry.call_once(|| entry);
    crate::idle::wake(id);
}
