//! The x86-64 CPU: its tables, interrupts, per-CPU data and the few instructions that Rust has no word for.

pub mod apic;
pub mod cpuid;
pub mod features;
pub mod frame;
pub mod gdt;
pub mod idt;
pub mod ioapic;
pub mod irq;
pub mod lock;
pub mod percpu;
pub mod port;
pub mod tlb;
pub mod tsc;

core::arch::global_asm!(include_str!("../asm/interrupts.s"));
