//! What the CPU says of itself (Intel SDM vol. 2, CPUID; leaves from 0x4000_0000 are the hypervisor's).

use core::arch::x86_64::{__cpuid_count, CpuidResult};

/// A leaf, or zeros if the CPU has no such leaf.
pub fn leaf(number: u32, sub: u32) -> CpuidResult {
    let family = number & 0xf000_0000;
    let max = __cpuid_count(family, 0).eax;
    if number > max && number != family {
        return CpuidResult { eax: 0, ebx: 0, ecx: 0, edx: 0 };
    }
    __cpuid_count(number, sub)
}

/// Do we run under a hypervisor?
pub fn hypervisor() -> bool {
    leaf(1, 0).ecx & 1 << 31 != 0
}

/// The hypervisor's signature of twelve bytes, zeros without one.
pub fn hypervisor_signature() -> [u8; 12] {
    let mut name = [0; 12];
    if hypervisor() {
        let id = __cpuid_count(0x4000_0000, 0);
        name[..4].copy_from_slice(&id.ebx.to_le_bytes());
        name[4..8].copy_from_slice(&id.ecx.to_le_bytes());
        name[8..].copy_from_slice(&id.edx.to_le_bytes());
    }
    name
}

/// The processor's marketing name.
pub fn brand() -> [u8; 48] {
    let mut name = [0; 48];
    for (i, chunk) in name.chunks_exact_mut(16).enumerate() {
        let part = leaf(0x8000_0002 + i as u32, 0);
        for (word, bytes) in [part.eax, part.ebx, part.ecx, part.edx].iter().zip(chunk.chunks_exact_mut(4)) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
    }
    name
}

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident: $leaf:literal, $sub:literal, $register:ident, $bit:literal;)*) => {
        $($(#[$doc])* pub fn $name() -> bool { leaf($leaf, $sub).$register & 1 << $bit != 0 })*
    };
}

features! {
    /// LAPIC timer in TSC-deadline mode.
    tsc_deadline: 1, 0, ecx, 24;
    rdrand: 1, 0, ecx, 30;
    rdseed: 7, 0, ebx, 18;
    smep: 7, 0, ebx, 7;
    smap: 7, 0, ebx, 20;
    umip: 7, 0, ecx, 2;
    /// Pages of 1 GiB.
    huge_pages: 0x8000_0001, 0, edx, 26;
}
