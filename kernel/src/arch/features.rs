//! CR4's protections, each only where CPUID has it: setting an unknown bit faults or hangs.

use super::cpuid;
use x86_64::registers::control::{Cr4, Cr4Flags};

/// Turns on what this CPU has of SMEP, SMAP and UMIP. For each CPU once.
pub fn enable() {
    let mut flags = Cr4::read();
    for (present, flag) in [
        (cpuid::smep(), Cr4Flags::SUPERVISOR_MODE_EXECUTION_PROTECTION),
        (cpuid::smap(), Cr4Flags::SUPERVISOR_MODE_ACCESS_PREVENTION),
        (cpuid::umip(), Cr4Flags::USER_MODE_INSTRUCTION_PREVENTION),
    ] {
        flags.set(flag, present);
    }
    // SAFETY: only protections are added; the kernel has no user pages, so none of its own accesses is hit by them.
    unsafe { Cr4::write(flags) };
}
