//! The CPU's own random instructions (Intel SDM vol. 1, 7.3.17).

use crate::arch::cpuid;
use core::arch::asm;

/// Each may fail for a while; so often is tried.
const TRIES: usize = 100;

fn rdseed() -> Option<u64> {
    let (value, done): (u64, u8);
    // SAFETY: only called where CPUID has the instruction, which touches no memory.
    unsafe { asm!("rdseed {}", "setc {}", out(reg) value, out(reg_byte) done, options(nomem, nostack)) }
    (done != 0).then_some(value)
}

fn rdrand() -> Option<u64> {
    let (value, done): (u64, u8);
    // SAFETY: as in `rdseed`.
    unsafe { asm!("rdrand {}", "setc {}", out(reg) value, out(reg_byte) done, options(nomem, nostack)) }
    (done != 0).then_some(value)
}

/// 32 bytes, if the CPU has any.
pub fn seed() -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    for word in seed.chunks_exact_mut(8) {
        let value = (0..TRIES).find_map(|_| {
            let strong = if cpuid::rdseed() { rdseed() } else { None };
            strong.or_else(|| if cpuid::rdrand() { rdrand() } else { None })
        })?;
        word.copy_from_slice(&value.to_le_bytes());
    }
    // A broken instruction of some CPUs gives all ones for ever.
    (seed[..8] != seed[8..16]).then_some(seed)
}
